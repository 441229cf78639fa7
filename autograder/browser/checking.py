"""Checking one exercise of a unit whose functions stand in cells."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..course import Course, Unit
from ..diagnosis import Trial
from ..grading import Grader
from ..implementation import Functions, load_cells
from ..ladder import broken
from ..language import _
from ..oracle import Frozen
from ..outcome import FAILED, PASSED, Outcome
from ..showing import Shown, marked, where_wrong


@dataclass(frozen=True)
class Cell:
    """A piece of a unit's file, as a page has it in an editor.

    Args:
        name: the exercise whose function it defines; the first cell, with the imports, is "preamble".
        source: its text.
    """

    name: str
    source: str


@lru_cache(maxsize=1)
def course(root: Path) -> Course:
    """The course that was unpacked in the page."""
    return Course.read(root)


frozen = lru_cache(maxsize=4)(Frozen)  # the answers of a few units, by their path


def functions_of(unit: Unit, cells: list[Cell]) -> Functions:
    """The functions of the cells, run one after the other; one that fails costs what it defines."""
    name = f"{unit.package('exercises')}.{unit.name}"
    return load_cells([cell.source.encode() for cell in cells], f"{unit.name}.py", name)


class Watched(Grader):
    """A grader that tells how each case came out as soon as that is known, before the diagnosis."""

    def __init__(self, unit, implementation, oracle, exercise: str, tell: Callable[[str, str], None]):
        super().__init__(unit, implementation, oracle)
        self.exercise, self.tell = exercise, tell

    def try_case(self, exercise, asked, answer, seen, *again):
        found = super().try_case(exercise, asked, answer, seen, *again)
        if exercise.name == self.exercise:
            status = (FAILED if found.faults else PASSED) if isinstance(found, Trial) else found.status
            self.tell(asked.case.name, status)
        return found


@dataclass(frozen=True)
class Checked:
    """What came of a check.

    Args:
        shown: the outcome, ready to be shown.
        notes: sentences about other cells that failed, where the exercise is not right: what they define is missing.
    """

    shown: Shown
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The outcome, and what is to be shown of it: as HTML, and as text."""
        notes = "".join(f"<p>{marked(note)}</p>" for note in self.notes)
        return {
            "outcome": self.shown.outcome.to_json(),
            "html": self.shown._repr_html_() + notes,
            "text": "\n".join([repr(self.shown), *self.notes]),
        }


def check(unit: Unit, cells: list[Cell], name: str, tell: Callable[[str, str], None]) -> Checked:
    """Check an exercise of a unit.

    Args:
        unit: the unit.
        cells: its cells, the preamble first.
        name: the exercise.
        tell: called with the name and the status of each case as soon as it was tried.
    """
    exercise = unit.exercises[name]
    functions = functions_of(unit, cells)
    grader = Watched(unit, functions, frozen(unit.answers), name, tell)
    outcome = grader.grade(exercise)
    shown = Shown(in_cells(outcome, unit, cells), maps=where_wrong(grader, exercise, outcome), place=_("Your code"))
    stopped = {cells[number - 1].name: failure for number, failure in functions.stopped.items()}
    others = [] if shown.right else [cell for cell in stopped if cell != name]
    return Checked(shown, tuple(broken(_("Your cell `{cell}`").format(cell=cell), stopped[cell]) for cell in others))


def in_cells(outcome: Outcome, unit: Unit, cells: list[Cell]) -> Outcome:
    """The outcome with the names of cells in place of the engine's names for them."""
    names = {f"{unit.name}.py, cell {number}": cell.name for number, cell in enumerate(cells, 1)}
    cases = (
        replace(case, places=tuple(replace(place, file=names.get(place.file, place.file)) for place in case.places))
        for case in outcome.cases
    )
    return replace(outcome, cases=tuple(cases))
