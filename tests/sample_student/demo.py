"""A sample student's half-finished work, graded in a temporary copy of the exercises: `make demo`.

`python tests/sample_student/demo.py UNIT...` shows what pytest says of other units than the one chosen here, and
`python tests/sample_student/demo.py exercises` what it says of all of them.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from apply import UNITS, apply

from autograder.checking import check, prepare
from autograder.cli.screen import console, put
from autograder.course import Course
from autograder.outcome import FAILED

ROOT = Path(__file__).resolve().parents[2]
IN_FULL = ("conv",)  # all units in full are pages that nobody reads


def main(chosen) -> int:
    course = Course.read(ROOT)
    units = [unit for unit in course.units if unit.name in UNITS]
    if unknown := set(chosen) - {"exercises", *UNITS}:
        print(f"There is no sample of {', '.join(sorted(unknown))}, only of {', '.join(UNITS)}.", file=sys.stderr)
        return 2
    if fault := prepare(units, lambda text: print(text, end="", flush=True)):
        print(fault, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="chainrule-demo-") as folder:
        copy = Path(folder).resolve()
        shutil.copytree(ROOT / "exercises", copy / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "course.toml", copy)
        (copy / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n", encoding="utf-8")
        apply(copy, [unit.name for unit in units])
        status = show(copy, [unit.name for unit in units], chosen or IN_FULL)
    print("\nThat was a temporary copy, and it is gone again. Your own work begins with:\npytest exercises/")
    return status


def show(copy: Path, names: list[str], in_full) -> int:
    """What is said of the work in the course at `copy`, first in a line for each unit. Returns an exit status."""
    print(
        "A sample student has been here. In each unit one function is right, one has a\n"
        "classic mistake, and the rest is not started. These are the wrong ones, and\n"
        "what the student reads of each:\n"
    )
    course = Course.read(copy)
    wrong = [outcome for outcome in check(map(course.unit, names)) if outcome.status == FAILED]
    width = max(len(outcome.exercise) for outcome in wrong)
    for outcome in wrong:
        sentence = next(case.sentence for case in outcome.cases if case.status == FAILED)
        put(console(), [((f"  {outcome.exercise:<{width}}  ", ""), (sentence, "red"))], wrap=False)

    folders = ["exercises" if name == "exercises" else f"exercises/{name}" for name in in_full]
    print(f"\n$ pytest {' '.join(folders)}", flush=True)
    checked = subprocess.run([sys.executable, "-B", "-m", "pytest", *folders], cwd=copy).returncode
    if checked not in (0, 1):  # 1 says that work remains, as it should here
        return checked
    print("\n$ chainrule progress", flush=True)
    return subprocess.run([sys.executable, "-B", "-m", "autograder.cli", "progress"], cwd=copy).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
