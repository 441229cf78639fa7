"""A small nbgrader course over the toy course, what students hand in there, and what nbgrader makes of it.

The notebooks are written here by hand, in the shape of those that `chainrule nbgrader init` builds.
"""

import ast
import copy
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_class import POINTS, TINY, write_course
from toy_course import REFERENCE

from autograder.course import Course

WRITTEN = 4  # points of the written question
SETUP = "from autograder.notebooks.checking import check\nimport numpy as np"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "toycourse"
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError"}}
from autograder.notebooks.execute import configure
configure(c, course={course!r})
"""
HIDDEN_MARKER = "check_unseen_marker_8231"
REFERENCES = {"toy": REFERENCE, "tiny": TINY}


def functions_of(source: str) -> dict[str, str]:
    """The functions of a module, by name."""
    source = dedent(source)
    return {f.name: ast.get_source_segment(source, f) for f in ast.parse(source).body if isinstance(f, ast.FunctionDef)}


ANSWERS = {unit: functions_of(source) for unit, source in REFERENCES.items()}
AVERAGED = ANSWERS["toy"]["affine_backward"].replace("dout.sum(axis=0)", "dout.mean(axis=0)")


def nbgrader(grade_id, **more):
    kinds = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **kinds, **more}}


def source_notebook(unit: str) -> nbformat.NotebookNode:
    """The instructor's notebook of a unit."""
    cells = [
        new_code_cell(SETUP, id="setup", metadata=nbgrader("setup", locked=True)),
        new_markdown_cell("# A lesson\n\nWith $y_i = x_i * w * 2$ and\n\n$$\\sum_i x_i^2 < 1$$", id="prose"),
    ]
    for name, function in ANSWERS[unit].items():
        tree = ast.parse(function).body[0]
        head, body = tree.body[0].end_lineno, function.split("\n")
        lines = [*body[:head], "    ### BEGIN SOLUTION", *body[head:], "    ### END SOLUTION"]
        cells.append(new_code_cell("\n".join(lines), id=f"s-{name}", metadata=nbgrader(name, solution=True)))
        test = (
            f'check("{unit}.{name}")\n### BEGIN HIDDEN TESTS\n'
            f'check("{unit}.{name}", unseen=True)  # {HIDDEN_MARKER}\n### END HIDDEN TESTS'
        )
        metadata = nbgrader(f"test_{name}", grade=True, locked=True, points=POINTS[unit][name])
        cells.append(new_code_cell(test, id=f"t-{name}", metadata=metadata))
    metadata = nbgrader("explain", grade=True, solution=True, points=WRITTEN)
    cells.append(new_markdown_cell("Why is it so?", id="explain", metadata=metadata))
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def cell_named(notebook, grade_id):
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


@dataclass
class NbCourse:
    """An nbgrader course in a folder."""

    root: Path
    course: Course
    environment: dict = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, units=("toy",), config: str = "") -> "NbCourse":
        course = write_course(folder / "course")
        made = cls(folder / "nbcourse", course)
        made.root.mkdir()
        text = CONFIG.format(course=str(course.root)) + config
        (made.root / "nbgrader_config.py").write_text(text, encoding="utf-8")
        for unit in units:
            made.add(unit, source_notebook(unit))
        return made

    def add(self, unit: str, notebook, generate=True) -> None:
        path = self.root / "source" / unit / f"{unit}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        if generate:
            self.nbgrader("generate_assignment", unit)

    # Commands

    def run(self, *command, expect: int | None = 0) -> subprocess.CompletedProcess:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader looks for alembic there
        environment = {**os.environ, "PATH": path, "JUPYTER_PREFER_ENV_PATH": "1"}
        environment |= {"PYTHONPATH": str(Path(__file__).parent), "PYTHONWARNINGS": "ignore", **self.environment}
        done = subprocess.run(
            [sys.executable, "-m", *map(str, command)], cwd=self.root, capture_output=True, text=True, timeout=300,
            stdin=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        assert expect is None or done.returncode == expect, done.stdout + done.stderr
        return done

    def nbgrader(self, *arguments, expect=0):
        return self.run("nbgrader", *arguments, expect=expect)

    def autograde(self, unit="toy", *more, expect=0):
        return self.nbgrader("autograde", unit, *more, expect=expect)

    def chainrule(self, *arguments, expect=0):
        done = self.run("nbgrader_course", *arguments, expect=expect)
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done

    # Students

    def released(self, unit="toy") -> dict:
        return json.loads((self.root / "release" / unit / f"{unit}.ipynb").read_text(encoding="utf-8"))

    def work(self, unit="toy", answer="It is so.", **solutions) -> dict:
        """The released notebook with the right answers, but for those given; None leaves one as it was released."""
        notebook = copy.deepcopy(self.released(unit))
        for name, source in {**ANSWERS[unit], **solutions}.items():
            if source is not None:
                cell_named(notebook, name)["source"] = source
        if answer is not None:
            cell_named(notebook, "explain")["source"] = answer
        return notebook

    def hand_in(self, student: str, notebook, unit="toy", name: str | None = None) -> Path:
        """Put a notebook, or bytes, where nbgrader collects what a student submits; None hands in no notebook."""
        folder = self.root / "submitted" / student / unit
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / (name or f"{unit}.ipynb")
        if notebook is not None:
            path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
        return path

    # What came of it

    @property
    def db_url(self) -> str:
        return f"sqlite:///{self.root / 'gradebook.db'}"

    def gradebook(self):
        from nbgrader.api import Gradebook

        return Gradebook(self.db_url, "toycourse")

    def grades(self, unit="toy") -> dict[str, dict[str, float | None]]:
        """By student, the automatic score of every graded cell; None where a person is to give it."""
        with self.gradebook() as gradebook:
            return {
                s.student_id: {
                    g.name: None if g.needs_manual_grade and g.auto_score is None else g.auto_score
                    for n in s.notebooks
                    for g in n.grades
                }
                for s in gradebook.assignment_submissions(unit)
            }

    def scores(self, unit="toy") -> dict[str, float]:
        """By student, what nbgrader makes of the tests."""
        return {
            student: sum(score or 0 for name, score in grades.items() if name != "explain")
            for student, grades in self.grades(unit).items()
        }

    def autograded(self, student, unit="toy"):
        return nbformat.read(self.root / "autograded" / student / unit / f"{unit}.ipynb", as_version=4)

    def said(self, student, unit="toy") -> str:
        """All that the outputs and the first cell of an autograded notebook say."""
        notebook = self.autograded(student, unit)
        outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
        first = notebook.cells[0]
        top = first.source.replace("\\", "") if first.cell_type == "markdown" else ""
        return "\n".join([top, *(o["data"]["text/plain"] for o in outputs if "data" in o)])


if __name__ == "__main__":  # the command `chainrule`, with `autograde` in it
    from autograder import cli

    cli.COMMANDS.setdefault("autograde", "grade an nbgrader assignment")
    cli.COMMANDS.setdefault("nbgrader", "use the course with nbgrader")
    cli.main()
