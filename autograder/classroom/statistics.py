"""What a class understood: added up from a stream of records, in little more memory than the points take.

Statistics of exercises count the students who handed their unit in; those of scores, all who handed in anything.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ..outcome import BLOCKED, FAILED, GRADER_ERROR, NOT_STARTED, PASSED
from ..summary import ORDER

JUDGED = (PASSED, FAILED, BLOCKED, NOT_STARTED)  # the others say nothing about the student
NOT_HANDED_IN = "not handed in"
STATUSES = (*ORDER, NOT_HANDED_IN)
UNKNOWN = len(STATUSES)  # the record has no such exercise
BINS = 10
PASSING = 0.5  # who has less of the points may need help


class Exercise:
    """One exercise over the whole class: nine bytes for each student.

    Args:
        id: such as "conv.conv2d_forward".
        points: what it is worth.
    """

    def __init__(self, id: str, points: float):
        self.id, self.points = id, points
        self.unit, _, self.name = id.partition(".")
        self.statuses = bytearray()
        self.earned = array("d")  # NaN where nothing was judged

    def put(self, student: int, status: str, earned: float) -> None:
        self.fill(student)
        self.statuses.append(STATUSES.index(status))
        self.earned.append(earned if status in JUDGED else np.nan)

    def fill(self, students: int) -> None:
        """Bring it up to so many students, of whom nothing is known here."""
        gap = students - len(self.statuses)
        self.statuses.extend([UNKNOWN] * gap)
        self.earned.extend([np.nan] * gap)

    @property
    def counts(self) -> Counter[str]:
        return Counter({status: n for i, status in enumerate(STATUSES) if (n := self.statuses.count(i))})

    @property
    def judged(self) -> int:
        return sum(self.counts[status] for status in JUDGED)

    @property
    def pass_rate(self) -> float | None:
        """The share of the students judged who have it right."""
        return self.counts[PASSED] / self.judged if self.judged else None

    @property
    def difficulty(self) -> float | None:
        """The share of its points that was earned, by those judged: the lower, the harder."""
        if not self.judged or not self.points:
            return None
        return float(np.nansum(self.earned)) / (self.judged * self.points)


@dataclass
class Mistake:
    """A known mistake and who made it.

    Args:
        exercise: the exercise's id.
        id, name: as in the course's mistakes.py.
        students: their places in the class, each once.
        cases: in how many cases it was recognised.
    """

    exercise: str
    id: str
    name: str
    students: array = field(default_factory=lambda: array("I"))
    cases: int = 0


@dataclass
class UnitCount:
    """How a unit was handed in, and what was earned in it by those who did."""

    name: str
    title: str
    handed_in: int = 0
    missing: int = 0
    unreadable: int = 0
    earned: float = 0
    points: float = 0

    @property
    def share(self) -> float | None:
        return self.earned / self.points if self.points else None


class Scores(NamedTuple):
    """Shares of the points, from 0 to 1, of those who handed in anything."""

    count: int
    mean: float
    lower: float
    median: float
    upper: float
    bins: tuple[int, ...]  # of equal width; the last one includes 1


class NeedsHelp(NamedTuple):
    student: str
    share: float
    mistakes: tuple[Mistake, ...]
    not_started: int


class Trouble(NamedTuple):
    """Something that went wrong technically, in a sentence for staff, and to whom it happened."""

    kind: str
    sentence: str
    students: tuple[str, ...]


class Class:
    """A class, record by record.

    Args:
        course: gives titles, and the order of units and exercises.
    """

    def __init__(self, course):
        self.course = course
        self.titles = {unit.name: unit.title for unit in course.units}
        self.students: list[str] = []
        self.earned, self.points = array("d"), array("d")
        self.handed_in = bytearray()
        self.late = 0
        self.found_units: dict[str, UnitCount] = {}
        self.found: dict[str, Exercise] = {}
        self.found_mistakes: dict[tuple[str, str], Mistake] = {}
        self.found_troubles: dict[tuple[str, str], array] = {}
        self.tiers: Counter[str] = Counter()
        self.versions: Counter[str] = Counter()
        self.limits: Counter[tuple] = Counter()
        self.unlocked = 0
        self.began = self.ended = ""
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self.students)

    def add(self, record: dict[str, Any]) -> None:
        """Add a student's record."""
        self.__dict__.pop("totals", None)
        student = len(self.students)
        self.students.append(record["student"])
        self.earned.append(record["earned"])
        self.points.append(record["points"])
        self.handed_in.append(any(unit["file"] or unit["problem"] for unit in record["units"]))
        self.late += bool(record["submission"]["late"])
        for unit in record["units"]:
            self.add_unit(student, unit)
        self.add_run(student, record["run"])
        for trouble in dict.fromkeys(troubles_of(record)):
            self.found_troubles.setdefault(trouble, array("I")).append(student)

    def add_unit(self, student, unit):
        name = unit["unit"]
        count = self.found_units.setdefault(name, UnitCount(name, self.titles.get(name, unit["title"])))
        there = bool(unit["file"]) and not unit["problem"]
        count.handed_in += there
        count.unreadable += bool(unit["problem"])
        count.missing += not there and not unit["problem"]
        if there:
            count.earned += unit["earned"]
            count.points += unit["points"]
        for outcome in unit["exercises"]:
            id = outcome["exercise"]
            exercise = self.found.setdefault(id, Exercise(id, outcome["points"]))
            exercise.put(student, outcome["status"] if there else NOT_HANDED_IN, outcome["earned"])
            for known in outcome["mistakes"]:
                mistake = self.found_mistakes.setdefault((id, known["id"]), Mistake(id, known["id"], known["name"]))
                mistake.students.append(student)
                mistake.cases += sum(known["id"] in case["mistakes"] for case in outcome["cases"])

    def add_run(self, student, run):
        self.seconds += run["seconds"]
        self.began = min(self.began or run["graded"], run["graded"])
        self.ended = max(self.ended, run["graded"])
        self.unlocked += not run["locked"]
        if self.handed_in[student]:  # for the others nothing was run
            self.tiers[run["tier"]] += 1
        self.versions[", ".join(f"{name} {version}" for name, version in run["versions"].items())] += 1
        self.limits[tuple(run["limits"].items())] += 1

    # What came out

    @property
    def units(self) -> list[UnitCount]:
        """In course order."""
        return self.in_order(self.found_units.values(), lambda unit: unit.name)

    @property
    def exercises(self) -> list[Exercise]:
        """In course order."""
        for exercise in self.found.values():
            exercise.fill(len(self))
        return self.in_order(self.found.values(), lambda exercise: exercise.id)

    def in_order(self, things: Iterable, name) -> list:
        order = [n for unit in self.course.units for n in (unit.name, *(f"{unit.name}.{e}" for e in unit.points))]
        at = {name: place for place, name in enumerate(order)}
        return sorted(things, key=lambda thing: at.get(name(thing), len(at)))

    @property
    def worth(self) -> float:
        """The points that there are to earn; the most, where records differ."""
        return max(self.points, default=0)

    @property
    def shares(self) -> np.ndarray:
        """The share of the points that each student has; NaN where there are none to earn."""
        points = np.array(self.points)
        return np.divide(self.earned, points, out=np.full(len(self), np.nan), where=points > 0)

    @property
    def scores(self) -> Scores | None:
        """The distribution of scores, or None while there are none."""
        shares = self.shares
        shares = shares[np.array(self.handed_in, bool) & ~np.isnan(shares)]
        if not len(shares):
            return None
        lower, median, upper = (float(q) for q in np.quantile(shares, (0.25, 0.5, 0.75)))
        bins = np.histogram(shares, BINS, (0, 1))[0]
        return Scores(len(shares), float(shares.mean()), lower, median, upper, tuple(int(n) for n in bins))

    @property
    def nothing_handed_in(self) -> list[str]:
        return [student for student, there in zip(self.students, self.handed_in, strict=True) if not there]

    @cached_property
    def totals(self) -> np.ndarray:
        """Each student's points in all exercises that were judged."""
        totals = np.zeros(len(self))
        for exercise in self.exercises:
            totals += np.nan_to_num(exercise.earned)
        return totals

    def discrimination(self, exercise: Exercise) -> float | None:
        """How well an exercise tells strong students from weak ones, from -1 to 1; None where that is undefined.

        It is the corrected item-total correlation: Pearson's r between the points in the exercise and the points in all
        others, over the students who were judged; where an exercise gives all its points or none, the point-biserial
        correlation with the rest score. L. Crocker and J. Algina, Introduction to Classical and Modern Test Theory.
        """
        item, rest = self.item_and_rest(exercise)
        if constant(item) or constant(rest):
            return None
        item, rest = item - item.mean(), rest - rest.mean()
        return float(np.clip(item @ rest / np.sqrt((item @ item) * (rest @ rest)), -1, 1))

    def why_undefined(self, exercise: Exercise) -> str:
        """Why there is no discrimination, in a few words."""
        item, rest = self.item_and_rest(exercise)
        if len(item) < 2:
            return "fewer than two students"
        if constant(item):
            return "all have it right" if exercise.pass_rate == 1 else "all have the same points"
        return "no difference in the other exercises" if constant(rest) else ""

    def item_and_rest(self, exercise):
        item = np.array(exercise.earned)
        judged = ~np.isnan(item)
        return item[judged], self.totals[judged] - item[judged]

    def hardest(self) -> list[Exercise]:
        """The exercises that not all have right, fewest first."""
        found = [exercise for exercise in self.exercises if exercise.judged and exercise.pass_rate < 1]
        return sorted(found, key=lambda exercise: exercise.pass_rate)

    def mistakes(self, exercise: str = "") -> list[Mistake]:
        """The mistakes made in one exercise, or in all: those that most students made first."""
        chosen = [m for m in self.found_mistakes.values() if exercise in ("", m.exercise)]
        return sorted(chosen, key=lambda m: (-len(m.students), -m.cases, m.exercise, m.name))

    def needs_help(self) -> list[NeedsHelp]:
        """Who handed in something and has less than half of the points: the lowest first."""
        shares = self.shares
        low = [i for i, share in enumerate(shares) if self.handed_in[i] and share < PASSING]
        made: dict[int, list[Mistake]] = {i: [] for i in low}
        for mistake in self.mistakes():
            for student in made.keys() & set(mistake.students):
                made[student].append(mistake)
        untouched = Counter()
        for exercise in self.exercises:
            untouched.update(i for i in low if exercise.statuses[i] == STATUSES.index(NOT_STARTED))
        return [
            NeedsHelp(self.students[i], float(shares[i]), tuple(made[i]), untouched[i])
            for i in sorted(low, key=lambda i: (shares[i], self.students[i]))
        ]

    def shared_mistakes(self) -> list[tuple[Mistake, tuple[str, ...]]]:
        """Mistakes that several of those who need help made, and who: they can be helped together."""
        makers: dict[tuple[str, str], list[str]] = {}
        for low in self.needs_help():
            for mistake in low.mistakes:
                makers.setdefault((mistake.exercise, mistake.id), []).append(low.student)
        groups = [(self.found_mistakes[key], tuple(sorted(who))) for key, who in makers.items() if len(who) > 1]
        return sorted(groups, key=lambda group: (-len(group[1]), group[0].exercise, group[0].name))

    def troubles(self) -> list[Trouble]:
        """What went wrong technically: the worst first, and what befell most students."""
        found = [
            Trouble(kind, sentence, tuple(self.students[i] for i in students))
            for (kind, sentence), students in self.found_troubles.items()
        ]
        return sorted(found, key=lambda t: (KINDS.index(t.kind), -len(t.students), t.sentence))


def constant(values: np.ndarray) -> bool:
    """Whether values do not differ, but for rounding."""
    return len(values) < 2 or float(np.ptp(values)) <= 1e-9 * max(1.0, float(np.abs(values).max()))


# What went wrong technically, in words

KINDS = ("grader", "not locked", "unreadable", "limit", "dropped")
LONGEST = 300  # characters of a sentence: a hand-in can have names that are longer


def troubles_of(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What went wrong with one student's hand-in: kinds and sentences."""
    for kind, sentence in (*about_grading(record), *about_files(record), *about_limits(record)):
        yield kind, sentence if len(sentence) <= LONGEST else sentence[:LONGEST] + " …"


def about_grading(record) -> Iterator[tuple[str, str]]:
    if not record["run"]["locked"]:
        yield (
            "not locked",
            (
                f"Graded with {record['run']['tier']}: nothing kept the code from files, the network or the grader. "
                "Look at it before you trust these points."
            ),
        )
    for unit in record["units"]:
        errors: dict[str, list[str]] = {}
        for outcome in unit["exercises"]:
            if outcome["status"] == GRADER_ERROR:
                errors.setdefault(grader_said(outcome), []).append(outcome["exercise"])
        for said, exercises in errors.items():
            which = exercises[0] if len(exercises) == 1 else f"{len(exercises)} exercises of {unit['unit']}"
            yield "grader", f"{which}: not judged, for a fault of the course or the grader. {said}".strip()


def grader_said(outcome) -> str:
    return next((case["sentence"] for case in outcome["cases"] if case["status"] == GRADER_ERROR), "")


def about_files(record) -> Iterator[tuple[str, str]]:
    for remark in record["submission"]["remarks"]:
        yield "dropped", remark
    for unit in record["units"]:
        if unit["problem"]:
            yield (
                "unreadable",
                f"{unit['unit']}: nothing could be read of the file ({unit['problem']}). It counts zero.",
            )
        elif unit["file"]:
            yield from (("dropped", f"{unit['unit']}: {remark}") for remark in unit["remarks"])


def about_limits(record) -> Iterator[tuple[str, str]]:
    """Which limits the exercises hit, and how their processes ended."""
    ended: dict[str, dict[str, str]] = {}
    for ending in record["run"]["endings"]:
        exercise, _, how = ending.partition(": ")
        kind, _, message = how.partition(" ")
        ended.setdefault(exercise, {})[kind] = message
    outcomes = [outcome for unit in record["units"] for outcome in unit["exercises"]]
    for outcome in outcomes:
        how = ended.pop(outcome["exercise"], {})
        for kind in dict.fromkeys([*outcome["limits"], *how]):
            yield "limit", ending_of(outcome["exercise"], kind, how.get(kind, ""), record["run"]["limits"])
    said = set(map(grader_said, outcomes))  # a grader that stopped tells it here as well
    for ending in record["run"]["endings"]:
        if ending.partition(": ")[0] in ended and ending not in said:
            yield "limit", ending


def ending_of(exercise: str, kind: str, message: str, limits: dict[str, Any]) -> str:
    match kind:
        case "TimeLimit":
            seconds = limits.get("exercise", message)
            return f"{exercise} was stopped: it ran for longer than {float(seconds or 0):g} seconds."
        case "MemoryError":
            return f"{exercise} asked for more memory than a submission may have."
        case "Killed":
            return f"{exercise} crashed, or tried what is forbidden ({message or 'ended by a signal'})."
        case "Exited":
            return f"{exercise} ended its own process (exit status {message or 'unknown'})."
        case "TooLarge":
            return f"{exercise} returned more than the {message or 'few'} MB that an answer may hold."
        case "Malformed":
            return f"{exercise} sent something that is no answer ({message or 'not readable'})."
    return f"{exercise}: {kind} {message}".strip()
