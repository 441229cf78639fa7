"""Checking a student's own files in this process: what `pytest exercises/` and the commands for students share."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from . import sentences as say
from .course import Course, Unit
from .grading import Grader
from .oracle import Frozen, is_fresh
from .outcome import Outcome

SECONDS = 10.0  # that one call of a student's function may take


def stale(units: Iterable[Unit]) -> list[Unit]:
    """The units whose frozen answers must be built: those with solutions that the answers are not made from."""
    return [unit for unit in units if unit.has_solutions and not is_fresh(unit)]


def build_answers(units: list[Unit], done: Callable[[str], None] = lambda name: None) -> str:
    """Build the frozen answers of some units of one course, in other processes: this one never imports Numba.

    Calls `done` with the name of each unit that is ready. Returns what went wrong, or "".
    """

    def build(unit):
        command = [sys.executable, "-m", "autograder.cli", "answers", unit.name]
        return unit, subprocess.run(command, cwd=unit.root, capture_output=True, text=True)

    faults = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in as_completed([pool.submit(build, unit) for unit in units]):
            unit, built = future.result()
            if built.returncode == 0:
                done(unit.name)
            else:
                faults.append((built.stderr or built.stdout).strip())
    return "\n".join(faults)


def prepare(units: Iterable[Unit], write: Callable[[str], None]) -> str:
    """Bring the frozen answers of some units up to date, saying which are ready as they become so.

    Returns what went wrong, or "".
    """
    waiting = stale(units)
    if not waiting:
        return ""
    write(say.preparing())
    fault = build_answers(waiting, lambda name: write(f" {name}"))
    write("\n")
    return fault


def grader(unit: Unit, solutions: bool = False, seconds: float | None = SECONDS, capture: bool = True) -> Grader:
    """A grader of the student's file, or of the references, with the unit's frozen answers."""
    implementation = (
        unit.reference_functions(capture=capture) if solutions else unit.student(seconds=seconds, capture=capture)
    )
    return Grader(unit, implementation, Frozen(unit.answers))


def check(units: Iterable[Unit], seconds: float | None = SECONDS) -> list[Outcome]:
    """Grade every exercise of some units on its visible cases. A function that did not return in one case is given
    less time in the others, so that a loop that never ends is waited for once."""
    graders = [grader(unit, seconds=seconds) for unit in units]
    return [g.grade(exercise) for g in graders for exercise in g.unit.exercises.values()]


def line_of(unit: Unit, function: str) -> int:
    """The line on which the student's file defines a function, or 1."""
    try:
        tree = ast.parse(unit.stubs.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return 1
    return next((n.lineno for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function), 1)


def units_under(course: Course, paths: Iterable[Path]) -> list[Unit]:
    """The units whose folders are, contain, or are inside one of these paths."""
    paths = [path.resolve() for path in paths]
    return [u for u in course.units if any(u.folder.is_relative_to(p) or p.is_relative_to(u.folder) for p in paths)]
