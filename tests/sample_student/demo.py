"""A sample student's half-finished work, graded in a temporary copy of the exercises: `make demo`."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from apply import UNITS, apply

from autograder.checking import prepare
from autograder.course import Course

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    course = Course.read(ROOT)
    print(
        "A sample student has been here: in each unit one function is right, one has a classic mistake,\n"
        "and the rest is not started. This is what `pytest exercises/` says of it.\n",
        flush=True,
    )
    if fault := prepare([course.unit(name) for name in UNITS], lambda text: print(text, end="", flush=True)):
        print(fault, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="chainrule-demo-") as folder:
        copy = Path(folder).resolve()
        shutil.copytree(ROOT / "exercises", copy / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "course.toml", copy)
        (copy / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n", encoding="utf-8")
        apply(copy)
        pytest = [sys.executable, "-B", "-m", "pytest", "exercises"]
        status = subprocess.run([*pytest, *(["--color=yes"] if sys.stdout.isatty() else [])], cwd=copy).returncode
    print("\nThat was a temporary copy, and it is gone again. Your own work begins with: pytest exercises/")
    return 0 if status in (0, 1) else status  # 1 says that work remains, as it should here


if __name__ == "__main__":
    sys.exit(main())
