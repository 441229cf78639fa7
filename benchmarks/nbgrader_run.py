"""How fast notebooks are graded under nbgrader: with its own Execute, with our configuration, and in parallel.

The same notebooks each time: those that `chainrule nbgrader init` writes for `conv`, filled in by a made-up class (see
made_up_class.py). With nbgrader's own Execute their tests call `check` in a kernel, unseen cases included. Commands are
timed as a whole, with their start-up, on fresh copies of one course; they take turns. Exit status 1 if a target is
missed, or if the three do not give the same points but for a few in which luck has a part: whether a function that
is wrong stops in an unseen case, which blocks its gradient, may depend on the case.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

import nbformat
from machine import describe
from made_up_class import ROOT, bodies_of, shared, stubs
from nbgrader.api import Gradebook
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

UNIT = "conv"
STUDENTS, ROUNDS, JOBS = 24, 2, 2
EXECUTE, OURS, PARALLEL = "own Execute", "our configuration", "in parallel"
COMMANDS = {
    EXECUTE: ("nbgrader", "autograde", UNIT),
    OURS: ("nbgrader", "autograde", UNIT),
    PARALLEL: ("autograder.cli", "autograde", UNIT, "--jobs", str(JOBS)),
}
LABELS = {
    EXECUTE: "`nbgrader autograde`, its own Execute",
    OURS: "`nbgrader autograde`, our configuration",
    PARALLEL: f"`chainrule autograde --jobs {JOBS}`",
}
# How many times as fast as nbgrader's own Execute: what is asked, and what would be fine.
LEAST = {OURS: 3, PARALLEL: 4}
FINE = {PARALLEL: 8}
LUCK = 0.02  # of the scores may be others: unseen cases are drawn from another seed each time
# nbgrader as it comes, but for the stub that `check` knows and the time that compiling references takes.
PLAIN = """
c = get_config()
c.CourseDirectory.course_id = "made_up"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.Execute.timeout = 300
"""

progress = Console(stderr=True)


class Course:
    """An nbgrader course in a folder, with the class's notebooks handed in."""

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def environment(self) -> dict[str, str]:
        settings = {
            name: str(self.folder / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
        }
        settings["JUPYTER_RUNTIME_DIR"] = str(self.folder / "jupyter" / "runtime")
        # It calls alembic by its name.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        return {**os.environ, **settings, "JUPYTER_PLATFORM_DIRS": "1", "PATH": path}

    def run(self, *command: str, cwd: Path | None = None) -> float:
        """Run a module as a command: the seconds that it took."""
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=cwd or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr[-4000:]}")
        return seconds

    def make(self, students: list[str], seed: int) -> None:
        self.run("autograder.cli", "nbgrader", "init", str(self.folder), "--units", UNIT, cwd=ROOT)
        self.run("nbgrader", "generate_assignment", UNIT)
        for student in students:
            self.hand_in(student, seed)

    def hand_in(self, student: str, seed: int) -> None:
        """Put a student's notebook among the submitted ones: the released one with the functions filled in."""
        notebook = nbformat.read(self.folder / "release" / UNIT / f"{UNIT}.ipynb", as_version=4)
        bodies, helpers = bodies_of(student, seed), shared(UNIT) + "\n\n"
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution") and cell.cell_type == "code":
                name = about["grade_id"]
                cell.source = helpers + stubs(UNIT)[name] + bodies[f"{UNIT}.{name}"]
                helpers = ""
        folder = self.folder / "submitted" / student / UNIT
        shutil.copytree(self.folder / "release" / UNIT, folder)
        nbformat.write(notebook, folder / f"{UNIT}.ipynb")

    def copy(self, folder: Path, way: str) -> "Course":
        """The course as it was before anything was graded, to be graded in one way."""
        shutil.copytree(self.folder, folder)
        if way == EXECUTE:
            (folder / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
        return Course(folder)

    def points(self) -> dict[str, dict[str, float]]:
        """What each student has for each test."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as gradebook:
            return {
                submission.student_id: {g.name: g.auto_score for n in submission.notebooks for g in n.grades}
                for submission in gradebook.assignment_submissions(UNIT)
            }


def measure(folder: Path, students: int, rounds: int, seed: int) -> tuple[dict[str, list[float]], list[str], int]:
    """The seconds of each way in each round, what differs from the first way, and how many scores were compared."""
    names = [f"student{number:04}" for number in range(students)]
    progress.print(f"making the notebooks of {students} students")
    course = Course(folder / "course")
    course.make(names, seed)
    few = Course(folder / "few")  # compiles what was never used here, and is not counted
    few.make(names[:1], seed)
    for way, command in COMMANDS.items():
        few.copy(folder / f"warm {way}", way).run(*command)
    seconds: dict[str, list[float]] = {way: [] for way in COMMANDS}
    points: dict[str, dict] = {}
    for round in range(rounds):
        for way, command in COMMANDS.items():
            graded = course.copy(folder / f"{way} {round}", way)
            seconds[way].append(graded.run(*command))
            progress.print(f"round {round + 1} of {rounds}: {way}, {seconds[way][-1]:.1f} s")
            points[way] = graded.points()
            shutil.rmtree(graded.folder)
    (first, *others) = points.values()
    return seconds, list(differences(points)), len(others) * sum(map(len, first.values()))


def differences(points: dict[str, dict]) -> list[str]:
    first, *others = points
    for other in others:
        for student, tests in points[first].items():
            for name, score in tests.items():
                if (found := points[other].get(student, {}).get(name)) != score:
                    yield f"{student} has {score} for {name} with {first}, and {found} with {other}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=STUDENTS, help=f"how many there are (default {STUDENTS})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each takes its turn (default {ROUNDS})")
    parser.add_argument("--seed", type=int, default=0, help="what the class is made from (default 0)")
    options = parser.parse_args()
    out = Console(width=None if sys.stdout.isatty() else 140)
    out.print(describe("nbgrader", "numpy", "numba"), soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="chainrule-benchmark-") as folder:
        seconds, other, compared = measure(Path(folder), options.students, options.rounds, options.seed)
    missed = []
    table = Table(f"{options.students} students, `{UNIT}`", "seconds", "for one", "ratio", "asked", box=MARKDOWN)
    for column in table.columns[1:]:
        column.justify = "right"
    for way, taken in seconds.items():
        ratio = mean(seconds[EXECUTE]) / mean(taken)
        asked = f"{LEAST[way]}{f' (fine: {FINE[way]})' if way in FINE else ''}" if way in LEAST else ""
        each = f"{mean(taken) / options.students:.2f} s"
        table.add_row(LABELS[way], ", ".join(f"{s:.1f}" for s in taken), each, f"{ratio:.1f}", asked)
        if ratio < LEAST.get(way, 0):
            missed.append(f"{LABELS[way]} is {ratio:.1f} times as fast, {LEAST[way]} is asked")
    out.print(table)
    out.print(f"{compared - len(other)} of {compared} scores are the same as with its own Execute; not the same:")
    for line in other:
        out.print(f"  {line}", markup=False)
    if len(other) > compared * LUCK:
        missed.append(f"more than {LUCK:.0%} of the scores are others")
    for line in missed:
        out.print(f"missed: {line}", markup=False)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
