"""What is known once an exercise was graded: plain data with a JSON form, the same for every face."""

from dataclasses import dataclass, fields
from typing import Any

PASSED = "passed"
FAILED = "failed"
NOT_STARTED = "not started"
BLOCKED = "blocked"  # by another exercise, which the sentence names
NOT_ASSESSED = "not assessed"  # counted neither as passed nor as failed
GRADER_ERROR = "grader error"  # a fault of the course: costs the student nothing

RUNGS = ("started", "imports", "signature", "returns", "shape", "dtype", "finite", "value", "side effects")
BEFORE_CALLING = RUNGS[:3]  # what is found out before the function is called, and so without any case


@dataclass(frozen=True)
class Place:
    """A line of the student's code."""

    file: str
    line: int
    function: str = ""
    source: str = ""


@dataclass(frozen=True)
class CaseOutcome:
    """The outcome of one case.

    Args:
        case: the case's name.
        status: one of the statuses above.
        rung: the first rung of the ladder that failed, or "".
        sentence: what was seen, or which mistake it is, for the student.
        hint: the idea that went wrong, where a known mistake was recognised.
        mistakes: ids of the known mistakes recognised.
        details: further sentences: where the answer is wrong, and by how much.
        places: the student's lines on the way to an error, outermost first.
        printed: what the student's code printed.
        warnings: Python warnings that it caused.
        hidden: whether the student may not see the case.
    """

    case: str
    status: str
    rung: str = ""
    sentence: str = ""
    hint: str = ""
    mistakes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    printed: str = ""
    warnings: tuple[str, ...] = ()
    hidden: bool = False

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "places": [dict(vars(place)) for place in self.places]}


@dataclass(frozen=True)
class Outcome:
    """The outcome of an exercise: all points if every case passed, none otherwise.

    Args:
        exercise: the exercise's id, such as "conv.conv2d_forward".
        status: the first that applies of: grader error, not started, failed, blocked, passed, not assessed.
        points: what the exercise is worth.
        cases: the outcome of each case that was graded.
    """

    exercise: str
    status: str
    points: float
    cases: tuple[CaseOutcome, ...]

    @property
    def earned(self) -> float:
        return self.points if self.status == PASSED else 0

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The known mistakes recognised in any case."""
        return tuple(dict.fromkeys(mistake for case in self.cases for mistake in case.mistakes))

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "cases": [case.to_json() for case in self.cases], "earned": self.earned}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Outcome":
        return cls(data["exercise"], data["status"], data["points"], tuple(case_from_json(c) for c in data["cases"]))


def case_from_json(data: dict[str, Any]) -> CaseOutcome:
    known = {field.name for field in fields(CaseOutcome)}
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items() if name in known}
    values["places"] = tuple(Place(**place) for place in data.get("places", ()))
    return CaseOutcome(**values)


def overall(cases: tuple[CaseOutcome, ...]) -> str:
    """The status of an exercise whose cases came out like this; cases that were not assessed count neither way."""
    seen = {case.status for case in cases} - {NOT_ASSESSED}
    order = (GRADER_ERROR, NOT_STARTED, FAILED, BLOCKED, PASSED)
    return next((status for status in order if status in seen), NOT_ASSESSED)
