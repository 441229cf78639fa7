"""How far a student is: outcomes added up by unit, and what to do next. Faces decide how it looks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .checking import line_of
from .course import Course, Unit
from .outcome import BLOCKED, FAILED, GRADER_ERROR, NOT_ASSESSED, NOT_STARTED, PASSED, Outcome

REMARKED = (GRADER_ERROR, NOT_ASSESSED, BLOCKED)
ORDER = (PASSED, FAILED, BLOCKED, NOT_STARTED, NOT_ASSESSED, GRADER_ERROR)


@dataclass(frozen=True)
class UnitSummary:
    """One unit's points and how many of its exercises came out how."""

    unit: Unit
    earned: float
    points: float
    counts: Counter

    def bar(self, width: int = 12) -> str:
        """A bar of the points earned; full only when they all are, empty only when none is."""
        full = int(width * self.earned / self.points) if self.points else width
        if self.earned and not full:
            full = 1
        return "█" * full + "░" * (width - full)


@dataclass(frozen=True)
class Summary:
    """The units that were checked, in course order, and the exercise to do next."""

    course: Course
    units: tuple[UnitSummary, ...]
    next: Outcome | None
    place: str
    remarks: tuple[tuple[str, str], ...] = ()  # statuses that want explaining, each with its sentence

    @property
    def earned(self) -> float:
        return sum(unit.earned for unit in self.units)

    @property
    def points(self) -> float:
        return sum(unit.points for unit in self.units)

    @property
    def exercises(self) -> int:
        """How many exercises were checked."""
        return sum(unit.counts.total() for unit in self.units)

    @property
    def right(self) -> int:
        return sum(unit.counts[PASSED] for unit in self.units)

    @property
    def untouched(self) -> bool:
        """Whether nothing has been started yet."""
        return all(set(unit.counts) <= {NOT_STARTED, BLOCKED} for unit in self.units)


def summarise(course: Course, outcomes: Iterable[Outcome]) -> Summary:
    """Add outcomes up by unit, in course order."""
    by_id = {outcome.exercise: outcome for outcome in outcomes}
    units, following = [], []
    for unit in course.units:
        done = [by_id[f"{unit.name}.{name}"] for name in unit.points if f"{unit.name}.{name}" in by_id]
        if done:
            counts = Counter(outcome.status for outcome in done)
            units.append(UnitSummary(unit, sum(o.earned for o in done), sum(o.points for o in done), counts))
            following += [o for o in done if o.status in (FAILED, NOT_STARTED)]
    # What was begun comes before what was not.
    following.sort(key=lambda outcome: outcome.status == NOT_STARTED)
    first = following[0] if following else None
    place = ""
    if first:
        name, _, function = first.exercise.partition(".")
        unit = course.unit(name)
        # Where it stopped, if it is known; otherwise where the function begins.
        stopped = [case.places[-1].line for case in first.cases if case.places and case.status == FAILED]
        line = next(filter(None, stopped), 0) or line_of(unit, function)
        place = f"{unit.stubs.relative_to(course.root)}:{line}"
    cases = [case for outcome in by_id.values() for case in outcome.cases]
    remarks = dict.fromkeys((c.status, c.sentence) for c in cases if c.status in REMARKED and c.sentence)
    return Summary(course, tuple(units), first, place, tuple(remarks))


def plain_points(points: float) -> str:
    return f"{points:g}"
