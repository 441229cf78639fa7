"""How long a student waits: `pytest exercises/conv` half done, and the whole untouched course, in a kit.

Each command runs in a fresh process; the commands take turns, so that whatever else the machine does falls on all of
them alike. The first round warms up and is not counted. Only those plugins of pytest are loaded that come with the
kit's own requirements, unless --plugins is given. Exit status 1 if a target is missed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from machine import describe
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from autograder.course import Course
from autograder.kit import NotPackable, pack, write_folder

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "sample_student"))

from apply import apply  # noqa: E402


@dataclass
class Run:
    """A command that is timed.

    Args:
        title: what it does.
        folder: where it runs.
        arguments: Python's arguments.
        status: the exit status that it must end with.
        target: how many seconds it may take, if that was agreed.
    """

    title: str
    folder: Path
    arguments: list[str]
    status: int = 0
    target: float | None = None
    seconds: list[float] = field(default_factory=list)

    def time(self, environment: dict[str, str]) -> float:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *self.arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        seconds = time.perf_counter() - start
        if done.returncode != self.status:
            raise SystemExit(f"{self.title}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
        return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often each command is timed (default 7)")
    parser.add_argument("--plugins", action="store_true", help="with every plugin of pytest that is installed here")
    options = parser.parse_args()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pytest, ours = ["-m", "pytest"], []
    if not options.plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        ours = ["-p", "chainrule"]
    with tempfile.TemporaryDirectory(prefix="chainrule-benchmark-") as folder:
        untouched, started, empty = (Path(folder, name) for name in ("untouched", "started", "empty"))
        try:
            kit = pack(Course.read(ROOT))
        except NotPackable as error:
            raise SystemExit(str(error)) from None
        write_folder(kit, untouched)
        write_folder(kit, started)
        apply(started, ["conv"])
        empty.mkdir()
        (empty / "test_empty.py").write_text("def test_empty():\n    pass\n", encoding="utf-8")
        (empty / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        imports = Run('python -c "import numpy, pytest"', empty, ["-c", "import numpy, pytest"])
        floor = Run("pytest, one empty test", empty, pytest)
        runs = [
            imports,
            floor,
            Run("pytest exercises/conv, one right, one wrong", started, [*pytest, *ours, "exercises/conv"], 1, 1.2),
            Run("pytest exercises/, untouched", untouched, [*pytest, *ours, "exercises/"], 1, 2.0),
        ]
        with Progress(console=Console(stderr=True), transient=True) as progress:
            for number in progress.track(range(options.rounds + 1), description="rounds"):
                for run in runs:
                    seconds = run.time(environment)
                    if number:
                        run.seconds.append(seconds)
    table = Table("command", "median, s", "least", "most", "× import", "× pytest", "target, s")
    for column in table.columns[1:]:
        column.justify = "right"
    for run in runs:
        middle = median(run.seconds)
        figures = [middle, min(run.seconds), max(run.seconds)]
        ratios = [middle / median(other.seconds) for other in (imports, floor)]
        table.add_row(
            run.title,
            *(f"{figure:.2f}" for figure in figures),
            *(f"{ratio:.1f}" for ratio in ratios),
            f"{run.target:.1f}" if run.target else "",
        )
    out = Console(width=None if sys.stdout.isatty() else 110)
    out.print(describe("numpy", "pytest"), soft_wrap=True)
    out.print(f"{options.rounds} rounds; " + ("all plugins" if options.plugins else "no other plugins of pytest"))
    out.print(table)
    return 1 if any(run.target and median(run.seconds) > run.target for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
