"""Whether the milestones reach their goals with the references, whatever the seed, and how long they take.

Each run is `chainrule milestone NAME --solutions --seed SEED` in a fresh process, its start and the drawing of its
picture included. A run of each goes before and is not counted: kernels that were never used here are compiled then.
Exit status 1 if a goal is missed, or if a run takes longer than its target allows.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from machine import describe
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from autograder.course import Course

ROOT = Path(__file__).resolve().parent.parent
TARGETS = {"digits": 60.0, "ring": 20.0}  # seconds


@dataclass
class Run:
    """One run of a milestone; `said` is the last line of what it found."""

    name: str
    seed: int
    reached: bool
    said: str
    seconds: float

    @property
    def slow(self) -> bool:
        return self.seconds > TARGETS.get(self.name, float("inf"))


def run(name: str, seed: int, picture: Path) -> Run:
    command = [sys.executable, "-m", "autograder.cli", "milestone", name, "--solutions", "--seed", str(seed)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "CHAINRULE_LANG": "en", "NO_COLOR": "1"}
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--out", str(picture)], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8"
    )
    seconds = time.perf_counter() - start
    found = re.findall(r"^  (\S.*)$", done.stdout, re.MULTILINE)  # what a milestone found is indented
    if done.returncode not in (0, 1) or not found or "Traceback" in done.stderr:
        raise SystemExit(f"{name}, seed {seed}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return Run(name, seed, done.returncode == 0, re.sub(" +", " ", found[-1]), seconds)


def main() -> int:
    names = Course.read(ROOT).milestones
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which milestones (all of them, if none is named)")
    parser.add_argument("--seeds", type=int, default=5, help="from how many seeds: 0, 1, … (default 5)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no milestone {', '.join(sorted(unknown))}, only {', '.join(names)}")
    runs = []
    with (
        tempfile.TemporaryDirectory(prefix="chainrule-benchmark-") as folder,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        picture = Path(folder, "picture.png")
        for name in progress.track(options.names or names, description="milestones"):
            run(name, 0, picture)
            runs += [run(name, seed, picture) for seed in range(options.seeds)]
    table = Table("milestone", "seed", "goal", "what it says at the end", "seconds", "target, s")
    for column in (table.columns[1], *table.columns[4:]):
        column.justify = "right"
    for each in runs:
        target = TARGETS.get(each.name)
        table.add_row(
            each.name,
            str(each.seed),
            "reached" if each.reached else "missed",
            each.said,
            f"{each.seconds:.1f}",
            f"{target:.0f}" if target else "",
        )
    out = Console(width=None if sys.stdout.isatty() else 110)
    out.print(describe("numpy", "numba"), soft_wrap=True)
    out.print(table)
    return 1 if any(each.slow or not each.reached for each in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
