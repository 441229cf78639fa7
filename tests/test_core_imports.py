"""The engine's core needs NumPy and the standard library alone: it runs in a locked-down process and in a browser."""

import shutil
import subprocess
import sys

import pytest

from autograder.oracle import refresh

CORE = (
    "compare course diagnosis exercise grading implementation ladder language network numerical oracle outcome "
    "sentences stubs trial wire"
)

# NumPy's own compiled parts make modules that have no file.
REPORT = """
print(*sorted({name.partition(".")[0] for name, module in sys.modules.items() if getattr(module, "__file__", "")}))
"""

GRADE = """
from pathlib import Path
from autograder.course import Course
from autograder.grading import Grader
from autograder.oracle import Frozen

unit = Course.find(Path(sys.argv[1])).unit("toy")
statuses = [Grader(unit, unit.student(), Frozen(unit.answers)).grade(e).status for e in unit.exercises.values()]
print(*statuses, sep=",")
"""


def loaded(source, *arguments):
    """What a fresh Python prints, and the modules outside of the standard library that it loaded."""
    command = [sys.executable, "-c", "import sys\n" + source + REPORT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *printed, modules = done.stdout.splitlines()
    return printed, {name for name in modules.split() if name not in sys.stdlib_module_names}


@pytest.fixture(scope="module")
def always():
    """What every Python here loads before it runs anything."""
    return loaded("pass")[1]


def test_the_core_imports_nothing_else(always):
    _, others = loaded("".join(f"import autograder.{name}\n" for name in CORE.split()))
    assert others - always == {"autograder", "numpy"}


def test_grading_with_frozen_answers_imports_nothing_else(toy, tmp_path, always):
    shutil.copytree(toy.unit.root, tmp_path / "kit", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "kit/exercises/toy/toy.py").write_text(
        toy.unit.reference_file.read_text().replace("x.T @ dout", "2 * x.T @ dout")
    )
    refresh(toy.unit)
    shutil.move(toy.unit.answers, tmp_path / "kit/exercises/toy/answers.zip")
    shutil.rmtree(tmp_path / "kit/solutions")
    printed, others = loaded(GRADE, str(tmp_path / "kit"))
    assert printed == ["passed,failed,passed,passed"]
    assert others - always == {"autograder", "numpy", "chainrule_exercises"}


@pytest.mark.parametrize("face", ["pytest", "click"])
def test_the_check_would_notice(face, always):
    """The list of modules is not empty for want of looking."""
    _, others = loaded(f"import {face}")
    assert face in others - always
