"""The same class in nbgrader: one notebook for both units, so that each student costs one start of a kernel.

A cell to solve for each function, a test cell for each exercise. The tests ask the engine's visible cases and as many
unseen ones, the same for all students; right answers are stored beside the notebook and need not be computed.
"""

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from made_up_class import UNITS, bodies_of, shared, stubs, ways
from nbformat.v4 import new_code_cell, new_notebook

from autograder.course import Course
from autograder.exercise import Gradient
from autograder.oracle import Live
from autograder.trial import results_of

ASSIGNMENT = "units"
CHECKS = Path(__file__).resolve().parent / "notebook_checks.py"
BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"


class NbgraderCourse:
    """An nbgrader course in a folder, with one assignment that is released.

    Args:
        folder: where the course is made.
        course: the course whose exercises are asked.
    """

    def __init__(self, folder: Path, course: Course):
        self.folder = folder
        settings = {name: str(folder / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
        settings["JUPYTER_RUNTIME_DIR"] = str(folder / "jupyter" / "runtime")
        # It calls alembic by its name.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        self.environment = {**os.environ, **settings, "JUPYTER_PLATFORM_DIRS": "1", "PATH": path}
        source = folder / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        (folder / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "made_up"\n')
        (source / "answers.pickle").write_bytes(pickle.dumps(right_answers(course)))
        nbformat.write(notebook(course), source / f"{ASSIGNMENT}.ipynb")
        self.nbgrader("generate_assignment", ASSIGNMENT)

    def nbgrader(self, *arguments: str) -> float:
        """Run a command of nbgrader's: the seconds that it took."""
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments, "--log-level=ERROR"],
            cwd=self.folder, env=self.environment, capture_output=True, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"nbgrader {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr[-4000:]}")
        return seconds

    def hand_in(self, student: str, seed: int) -> None:
        """Put a student's notebook among the submitted ones: the released one with the functions filled in."""
        released = nbformat.read(self.folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
        bodies = bodies_of(student, seed)
        for cell in released.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                exercise = exercise_of(cell.metadata["nbgrader"]["grade_id"])
                cell.source = function(exercise, bodies[exercise])
        folder = self.folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(released, folder / f"{ASSIGNMENT}.ipynb")

    def autograde(self, students: list[str], seed: int) -> float:
        """Hand in for some students, and grade them: the seconds that nbgrader took."""
        for student in students:
            self.hand_in(student, seed)
        seconds = self.nbgrader("autograde", ASSIGNMENT)
        shutil.rmtree(self.folder / "submitted")  # or it would look at these again next time
        return seconds

    def passed(self) -> dict[tuple[str, str], bool]:
        """Whether each graded student has the points of each exercise."""
        with sqlite3.connect(self.folder / "gradebook.db") as gradebook:
            rows = gradebook.execute(
                "SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score"
                " FROM grade JOIN base_cell ON grade.cell_id = base_cell.id"
                " JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id"
                " JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id"
            ).fetchall()
        return {(student, exercise_of(name)): bool(score) for student, name, score in rows}


def notebook(course: Course):
    """The instructor's notebook, with solutions."""
    cells = [locked("checks", CHECKS.read_text(encoding="utf-8"))]
    for unit in UNITS:
        for name, asked in course.unit(unit).exercises.items():
            exercise = f"{unit}.{name}"
            cells.append(cell(exercise, function(exercise, BEGIN + ways(exercise)[0] + END), solution=True))
            check = f"check_value({exercise!r}, {name})"
            if isinstance(asked, Gradient):
                check = f"check_gradient({exercise!r}, {asked.of.name}, {name})"
            cells.append(locked(f"test-{exercise}", check, course.unit(unit).points[name]))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def function(exercise: str, body: str) -> str:
    """The cell of an exercise: its function; in a unit's first cell also what its functions share."""
    unit, _, name = exercise.partition(".")
    before = shared(unit) + "\n\n" if name == next(iter(stubs(unit))) else ""
    return before + stubs(unit)[name] + body


def exercise_of(name: str) -> str:
    """The exercise that a cell belongs to, by the cell's name; nbgrader allows no dots there."""
    return name.removeprefix("test-").replace("-", ".")


def locked(name: str, source: str, points: float | None = None):
    return cell(name, source, locked=True, **({} if points is None else {"grade": True, "points": points}))


def cell(name: str, source: str, **how):
    about = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    about["grade_id"] = name.replace(".", "-")
    return new_code_cell(source, metadata={"nbgrader": {**about, **how}})


def right_answers(course: Course) -> dict[str, list[dict[str, Any]]]:
    """For each exercise its cases, visible and unseen: arguments, right results, and whether to take a derivative."""
    found = {}
    for unit in UNITS:
        oracle = Live(course.unit(unit), witness=False)
        for exercise in course.unit(unit).exercises.values():
            found[exercise.id] = [
                stored(exercise, case, *oracle.ask(exercise, case))
                for case in exercise.visible_cases() + exercise.fresh_cases(1)
            ]
    return found


def stored(exercise, case, question, answer) -> dict[str, Any]:
    return {
        "name": case.name,
        "arguments": question.arguments,
        "upstream": list(question.upstream),
        "results": answer.results,
        "count": len(results_of(exercise, question)),
        "dtype": question.dtype,
        "refuses": case.refuses,
        "wrt": exercise.wrt_names(question.arguments) if isinstance(exercise, Gradient) else (),
        "smooth": isinstance(exercise, Gradient) and not (case.kink or case.float32 or case.hidden),
    }
