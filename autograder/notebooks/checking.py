"""Checking a notebook's functions: `check("conv.conv2d_forward")` in a cell.

The same engine as everywhere, on the functions of the notebook that calls it. What is right is read from the frozen
answers beside the notebook. This module is imported by the first cell of every notebook, wherever that is run, so it
imports the engine only when something is checked.
"""

import json
import sys
from functools import lru_cache
from pathlib import Path

from ..language import _

ABOUT = "unit.json"  # among the frozen answers beside a notebook: which unit it is, its points and its hints
STAFF = ".chainrule.json"  # in the folder of an nbgrader course: where the course with the solutions is
STARTED = Path.cwd()


class Shortly(Exception):
    """An exception that a notebook shows as its text alone: the way to it leads through the engine, which is not what
    anybody wants to read."""

    def _render_traceback_(self):
        return [str(self)]


class NotRight(Shortly):
    """An exercise is not right yet. nbgrader sees that a cell has failed by the exception."""


class CannotCheck(Shortly):
    """There is nothing to check with; the text says what to do."""


def check(exercise: str, unseen: bool = False) -> None:
    """Check an exercise of this notebook, such as "conv.conv2d_forward", and show what came of it.

    In a notebook an exercise that is not right ends in NotRight, so that the cell counts as failed; elsewhere the
    result is printed, and that is all.

    Args:
        exercise: UNIT.EXERCISE.
        unseen: whether to ask with cases that students do not know. For staff: that takes the course's solutions.
    """
    shown = result(exercise, sys._getframe(1).f_globals, unseen)
    if not interactive():
        print(shown)
        return
    from IPython.display import display

    display(shown)
    if not shown.right:
        raise NotRight(shown.headline)


def interactive() -> bool:
    """Whether IPython runs us, in a notebook or in a terminal."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def result(exercise: str, namespace: dict, unseen: bool = False):
    """What `check` shows: a `Shown`. Raises CannotCheck."""
    from ..course import CourseError
    from ..showing import Shown, where_wrong

    unit_name, dot, name = exercise.partition(".")
    if not dot:
        raise CannotCheck(_('Name the unit too, as in check("conv.{exercise}").').format(exercise=exercise))
    try:
        unit, oracle = with_solutions(unit_name) if unseen else beside(unit_name)
        exercises = unit.exercises
    except CourseError as error:
        raise CannotCheck(str(error)) from None
    if name not in exercises:
        known = ", ".join(exercises)
        raise CannotCheck(_("The unit {unit} has no exercise {name}. It has: {known}.").format(**locals()))
    grader = made(unit, oracle, namespace)
    asked = exercises[name]
    if not unseen:
        outcome = grader.grade(asked)
        more = dict(hints=unit.hints.get(name, {}), after=unit.afterwords.get(name, ""))
        return Shown(outcome, maps=where_wrong(grader, asked, outcome), **more)
    cases = asked.fresh_cases(seed_of_staff())
    return Shown(grader.grade(asked, cases or None, diagnose=False), unseen=True)


def made(unit, oracle, namespace):
    """A grader of a notebook's functions."""
    from ..checking import SECONDS
    from ..grading import Grader
    from ..implementation import Functions

    return Grader(unit, Functions(namespace, f"{unit.name}.ipynb", seconds=SECONDS), oracle)


def beside(name: str):
    """The unit and the frozen answers that lie beside the notebook, or those of the course that it lies in."""
    from ..course import ANSWERS, Course, CourseError
    from ..oracle import Frozen

    for folder in dict.fromkeys((Path.cwd(), STARTED)):
        answers = folder / ANSWERS
        if answers.is_file():
            unit, frozen = handed_out(folder, answers.stat().st_mtime_ns)
            if unit.name == name:
                return unit, frozen
    try:
        unit = Course.find().unit(name)
        return unit, Frozen(unit.answers)
    except CourseError:
        raise CannotCheck(
            _(
                "The answers of {unit} are not here: there is no {answers} of it in {folder}. It comes with the "
                "notebook; keep them in one folder, and start the notebook there."
            ).format(unit=name, answers=ANSWERS, folder=Path.cwd())
        ) from None


@lru_cache(maxsize=4)
def handed_out(folder: Path, changed: int):
    """The unit whose notebook, definitions and answers lie in a folder, and its answers."""
    from ..course import ANSWERS, CourseError, Unit
    from ..oracle import DAMAGED, Frozen

    frozen = Frozen(folder / ANSWERS)
    try:
        about = json.loads(frozen.archive.read(ABOUT))

        class HandedOut(Unit):
            """A unit of which everything lies in one folder, and the hints among the answers."""

            folder = property(lambda unit: unit.root)
            said = about["hints"]

        return HandedOut(folder, about["name"], about["title"], about["part"], about["points"]), frozen
    except (*DAMAGED, TypeError) as error:
        said = _("{file} does not belong to a notebook ({error}). Get it again.")
        raise CourseError(said.format(file=folder / ANSWERS, error=error)) from None


def staff() -> dict:
    """What `chainrule nbgrader init` noted in the nbgrader course that one stands in."""
    for folder in (here := Path.cwd(), *here.parents):
        if (folder / STAFF).is_file():
            return json.loads((folder / STAFF).read_text(encoding="utf-8"))
    raise CannotCheck(_("Unseen cases need the course's solutions, which are not here."))


def seed_of_staff() -> int:
    return int(staff()["seed"])


def with_solutions(name: str):
    """The unit in the course with the solutions, and its references as an oracle."""
    from ..course import Course

    unit = Course.read(Path(staff()["course"])).unit(name)
    if not unit.has_solutions:
        raise CannotCheck(_("Unseen cases need the course's solutions, which are not here."))
    return unit, live(unit.root, name)


@lru_cache(maxsize=4)
def live(root: Path, name: str):
    from ..course import Course
    from ..oracle import Live

    return Live(Course.read(root).unit(name), witness=False)
