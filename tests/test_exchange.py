"""A class from the first command to the exported grades: real commands, each in a process, over a real exchange.

The instructor and three students share nothing but the exchange's folder: each has a home with settings and caches of
its own. Ada has everything right, Bob makes a known mistake and mends it later, Eve attacks.
"""

import copy
import csv
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from support import COURSE, ROOT

pytest.importorskip("nbgrader", reason='nbgrader is missing: pip install "chainrule[jupyter]" installs it')

from autograder.notebooks.building import questions

UNIT, COURSE_ID = "guess_number", "dl101"
POINTS = COURSE.unit(UNIT).points
ASKED = questions(COURSE.unit(UNIT))
EXPORTERS = "autograder.notebooks.exporters"
RIGHT = {
    "predict": "return k * x",
    "sign_loss": "return (y_true > y_pred) - (y_true < y_pred)",
    "difference_loss": "return y_true - y_pred",
    "fixed_step": "return k + step * ((loss > 0) - (loss < 0))",
    "gradient_step": "return k + lr * loss * x",
    "halve": """
        if low > high:
            raise ValueError("nothing is left")
        middle = (low + high) // 2
        if answer == 0:
            return middle, middle
        return (middle + 1, high) if answer > 0 else (low, middle - 1)
    """,
    "train": """
        guesses = []
        for _ in range(max_rounds):
            guesses.append(predict(k, x))
            loss = difference_loss(target, guesses[-1])
            if abs(loss) < tolerance:
                break
            k = gradient_step(k, x, loss, step)
        return k, guesses
    """,
}
FORGETS_X = {**RIGHT, "gradient_step": "return k + lr * loss"}
MARK, FORGED = "eve-was-here", 99
ATTACK = {
    "predict": RIGHT["predict"],
    "fixed_step": RIGHT["fixed_step"],
    "sign_loss": """
        class Right(int):
            __eq__ = __ge__ = __le__ = lambda self, other: True
            __hash__ = int.__hash__
        return Right(1)
    """,
    "difference_loss": "import os; os._exit(0)",
    "halve": """
        import builtins, sys
        builtins.abs = lambda *_: 0
        for module in list(sys.modules.values()):
            for name in ("allclose", "array_equal", "check", "far"):
                try: setattr(module, name, lambda *a, **k: True)
                except Exception: pass
        return 0, 0
    """,
    "train": "raise NotImplementedError",
}
HARM = """
import pathlib, sqlite3
for book in pathlib.Path({root!r}).rglob("gradebook.db"):
    with sqlite3.connect(book) as db:
        db.execute("update grade set manual_score = {forged}, needs_manual_grade = 0")
pathlib.Path({root!r}, {mark!r}).write_text("x")
"""


@dataclass
class Person:
    """Somebody with a home, and commands run from it."""

    name: str
    home: Path
    path: str = ""  # where Python looks first

    def run(self, *command, cwd: Path | None = None, expect: int = 0) -> str:
        """Run a module as a command: all that it wrote."""
        kept = {n: value for n, value in os.environ.items() if not n.startswith(("JUPYTER", "IPYTHON", "XDG"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader looks for alembic there
        own = {"HOME": str(self.home), "PATH": path, "PYTHONWARNINGS": "ignore", "PYTHONPATH": self.path}
        done = subprocess.run(
            [sys.executable, "-m", *map(str, command)], cwd=cwd or self.home, env={**kept, **own}, timeout=300,
            capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done.stdout + done.stderr

    def nbgrader(self, *arguments, cwd=None) -> str:
        return self.run("nbgrader", *arguments, cwd=cwd)


class Student(Person):
    @property
    def notebook(self) -> Path:
        return self.home / UNIT / f"{UNIT}.ipynb"

    def fetch(self) -> None:
        self.nbgrader("fetch_assignment", UNIT)

    def work(self, bodies: dict[str, str], answers: bool = True, **more: str) -> dict:
        """Write functions into the notebook's cells, and answers: the notebook."""
        notebook = json.loads(self.notebook.read_text(encoding="utf-8"))
        for name, body in bodies.items():
            cell = named(notebook, name)
            head = "".join(cell["source"]).rpartition("    raise NotImplementedError")[0] or self.heads[name]
            self.heads[name] = head
            cell["source"] = head + indented(body) + more.get(name, "")
        for name in ASKED if answers else ():
            named(notebook, f"answer_{name}")["source"] = "Because $x^2 < 1$ & so on."
        self.save(notebook)
        return notebook

    def save(self, notebook: dict) -> None:
        self.notebook.write_text(json.dumps(notebook), encoding="utf-8")

    @property
    def heads(self) -> dict[str, str]:
        return self.__dict__.setdefault("_heads", {})

    def submit(self) -> None:
        assert f"Submitted as: {COURSE_ID} {UNIT}" in self.nbgrader("submit", UNIT)

    def feedback(self) -> str:
        """The page that nbgrader fetches for the last that was handed in."""
        self.nbgrader("fetch_feedback", UNIT)
        pages = sorted((self.home / UNIT / "feedback").glob(f"*/{UNIT}.html"))
        return pages[-1].read_text(encoding="utf-8")


def named(notebook: dict, grade_id: str) -> dict:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def indented(body: str) -> str:
    lines = dedent(body).strip("\n").split("\n")
    return "\n".join(f"    {line}" if line.strip() else "" for line in lines)


def settings(exchange: Path, **more: str) -> str:
    lines = [f"c.Exchange.root = {str(exchange)!r}", *(f"c.CourseDirectory.{k} = {v!r}" for k, v in more.items())]
    return "\n".join(["c = get_config()", *lines, ""])


class Classroom:
    """What the test below goes through, step by step, so that each step's commands stand together."""

    def __init__(self, root: Path, installed: Path):
        self.root, self.exchange = root, root / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        self.instructor = Person("instructor", self.home("instructor"))
        self.course = self.instructor.home / COURSE_ID
        # Students have the wheel, and nothing of the repository.
        self.students = {n: Student(n, self.home(n), str(installed)) for n in ("ada", "bob", "eve")}
        for name, student in self.students.items():
            config = student.home / ".jupyter" / "nbgrader_config.py"
            config.parent.mkdir()
            config.write_text(settings(self.exchange, course_id=COURSE_ID, student_id=name), encoding="utf-8")

    def home(self, name: str) -> Path:
        home = self.root / "home" / name
        home.mkdir(parents=True)
        return home

    def everyone(self, work) -> list:
        """All students at the same time."""
        with ThreadPoolExecutor(len(self.students)) as pool:
            return list(pool.map(work, self.students.values()))

    def staff(self, *arguments) -> str:
        return self.instructor.nbgrader(*arguments, cwd=self.course)

    def autograde(self) -> str:
        return self.instructor.run("autograder.cli", "autograde", UNIT, "--jobs", 2, cwd=self.course)

    def gradebook(self):
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{self.course / 'gradebook.db'}", COURSE_ID)

    def scores(self) -> dict[str, dict[str, float]]:
        """Each student's points, cell by cell."""
        with self.gradebook() as gradebook:
            return {
                s.student_id: {grade.name: grade.score for notebook in s.notebooks for grade in notebook.grades}
                for s in gradebook.assignment_submissions(UNIT)
            }

    def grade_by_hand(self, student: str, points: dict[str, float], comment: str) -> None:
        """What Formgrader does when points and a comment are typed in."""
        with self.gradebook() as gradebook:
            for name, score in points.items():
                grade = gradebook.find_grade(name, UNIT, UNIT, student)
                assert grade.needs_manual_grade
                grade.manual_score, grade.needs_manual_grade = score, False
                gradebook.find_comment(name, UNIT, UNIT, student).manual_comment = comment
            gradebook.db.commit()


def points_for(earned) -> dict[str, float]:
    return {f"test_{name}": float(points if name in earned else 0) for name, points in POINTS.items()}


def written(points: float) -> dict[str, float]:
    return dict.fromkeys((f"answer_{name}" for name in ASKED), points)


def test_a_class_from_the_first_command_to_the_exported_grades(tmp_path, installed):
    room = Classroom(tmp_path, installed)
    ada, bob, eve = room.students.values()

    # The instructor sets up and releases.
    course = room.course
    room.instructor.run(
        "autograder.cli", "nbgrader", "init", course, "--units", UNIT, "--course-id", COURSE_ID,
        "--exchange", room.exchange, cwd=ROOT,
    )  # fmt: skip
    room.staff("generate_assignment", UNIT)
    room.staff("release_assignment", UNIT)

    # Students fetch, work and submit.
    assert f"{COURSE_ID} {UNIT}" in ada.nbgrader("list")
    room.everyone(Student.fetch)
    for student in room.students.values():
        assert sorted(path.name for path in student.notebook.parent.iterdir()) == [
            "answers.zip", f"{UNIT}.ipynb", f"test_{UNIT}.py",
        ]  # fmt: skip
    ada.work(RIGHT)
    in_a_kernel(ada, installed)
    bob.work(FORGETS_X)
    harm = HARM.format(root=str(tmp_path), forged=FORGED, mark=MARK)
    attacked(eve, eve.work(ATTACK, answers=False, predict=f"\n{harm}"))
    room.everyone(Student.submit)

    # The instructor collects and grades: nbgrader's own command.
    room.staff("collect", UNIT)
    room.staff("autograde", UNIT)
    expected = {
        "ada": {**points_for(POINTS), **written(0.0)},
        "bob": {**points_for(POINTS.keys() - {"gradient_step", "train"}), **written(0.0)},
        "eve": {**points_for({"predict", "fixed_step"}), **written(0.0)},
    }
    assert room.scores() == expected
    assert not list(tmp_path.rglob(MARK))

    # Bob mends his mistake. In parallel now; what was graded already is not graded again.
    bob.work(RIGHT)
    bob.submit()
    room.staff("collect", UNIT, "--update")
    assert "1 graded, 2 were graded already." in room.autograde()
    expected["bob"] = expected["ada"]
    assert room.scores() == expected

    # Answers are graded by hand: whoever wrote nothing has no points, and nobody has to look.
    room.grade_by_hand("ada", written(1.5), "Well said.")
    room.grade_by_hand("bob", written(0.5), "And why?")
    expected["ada"] = {**expected["ada"], **written(1.5)}
    expected["bob"] = {**expected["bob"], **written(0.5)}
    assert room.scores() == expected

    # Feedback.
    room.staff("generate_feedback", UNIT)
    room.staff("release_feedback", UNIT)
    pages = dict(zip(room.students, room.everyone(Student.feedback), strict=True))
    for page in pages.values():
        gives_nothing_away(page, course)
    assert "Well said." in pages["ada"]
    assert "And why?" in pages["bob"]
    assert "3 of 3 points" in pages["bob"]
    assert "0 of 3 points" in pages["eve"]
    assert "<math" in pages["ada"]

    # Export.
    totals = {student: sum(points.values()) for student, points in expected.items()}
    most = sum(POINTS.values()) + sum(question.points for question in ASKED.values())
    heads = "Identifier,Full name,Email address,Grade,Maximum Grade"
    rows = [f"Participant {i},{student},{student}@example.org,,{most:g}" for i, student in enumerate(totals)]
    (course / "worksheet.csv").write_text("\n".join([heads, *rows, ""]), encoding="utf-8")
    exported = (
        ["--to=grades.csv"],
        [f"--exporter={EXPORTERS}.Canvas", "--to=canvas.csv"],
        [f"--exporter={EXPORTERS}.Moodle", "--to=moodle.csv", "--Moodle.gradebook=worksheet.csv"],
    )
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda options: room.staff("export", *options), exported))
    grades = {row["student_id"]: row for row in table(course / "grades.csv")}
    assert {student: float(row["score"]) for student, row in grades.items()} == totals
    assert {float(row["max_score"]) for row in grades.values()} == {most}
    possible, *canvas = table(course / "canvas.csv")
    assert float(possible[UNIT]) == most
    assert {row["SIS Login ID"]: float(row[UNIT]) for row in canvas} == totals
    moodle = {row["Full name"]: float(row["Grade"]) for row in table(course / "moodle.csv")}
    assert moodle == totals


def in_a_kernel(student: Student, installed: Path) -> None:
    """What a student needs is the wheel and the folder that was fetched: run the notebook where nothing else is."""
    notebook = json.loads(student.notebook.read_text(encoding="utf-8"))
    own = "import sys, autograder\nprint(autograder.__file__, 'numba' in sys.modules)"
    cell = {"cell_type": "code", "id": "mine", "metadata": {}, "source": own, "outputs": [], "execution_count": None}
    student.save({**notebook, "cells": [*notebook["cells"], cell]})
    student.run("jupyter", "execute", "--inplace", student.notebook)
    cells = json.loads(student.notebook.read_text(encoding="utf-8"))["cells"]
    assert "".join(cells[-1]["outputs"][0]["text"]).startswith(str(installed))
    assert "".join(cells[-1]["outputs"][0]["text"]).strip().endswith("False")
    said = ["".join(o["data"]["text/plain"]) for c in cells for o in c.get("outputs", []) if "data" in o]
    assert len(said) == len(POINTS)
    assert all(re.fullmatch(r"✓ \w+ is right in all \d+ cases\.", text) for text in said), said


def attacked(student: Student, notebook: dict) -> None:
    """What a student may do to a notebook that is not work: tests that are worth more, are there twice, or say all is
    right; outputs that claim points; and one test less."""
    cells = notebook["cells"]
    for cell in cells:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade"):
            about["points"] = 100
        if about.get("locked") and cell["cell_type"] == "code":
            cell["source"] = "100.0"
            cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "100.0"}, "metadata": {},
                                "execution_count": 1}]  # fmt: skip
    again = copy.deepcopy(named(notebook, "test_predict"))
    again["id"] = "another"
    cells.append(again)
    cells.remove(named(notebook, "test_train"))
    student.save(notebook)


def gives_nothing_away(page: str, course: Path) -> None:
    """Neither unseen cases, nor the reference, nor where the grader went wrong, nor a request to another host."""
    assert "unseen=True" not in page
    assert "HIDDEN TESTS" not in page
    assert "Traceback (most" not in page
    assert "autograder/" not in page
    assert (course / ".chainrule" / "secret").read_text().strip() not in page
    text = re.sub("<[^>]*>", "", page)
    for line in (ROOT / "solutions" / UNIT / f"{UNIT}.py").read_text(encoding="utf-8").splitlines():
        if "njit" in line or line.startswith("def _"):
            assert line.strip() not in text
    for question in ASKED.values():
        assert question.rubric.strip().splitlines()[0].lstrip("- ")[:60] not in text
    assert "<script" not in page
    assert not re.search(r"""<(?:img|link|iframe|object|embed|source)[^>]*(?:src|href)=(?!["']?data:)""", page)
    assert not re.search(r"""url\(["']?(?:https?:)?//|@import""", page)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
