"""What of a record a student may read. Whatever is handed back passes through here, whichever form it takes.

Of cases drawn from the secret seed nothing passes but how many failed, and the name and hint of known mistakes that
were recognised there: neither what they are called, nor a number, nor what was printed, nor the seed.
"""

from dataclasses import dataclass
from typing import Any

from .. import sentences as say
from ..language import _
from ..outcome import BEFORE_CALLING, GRADER_ERROR, NOT_STARTED, PASSED
from ..summary import plain_points


@dataclass(frozen=True)
class Comment:
    """Something said about an exercise, once, and the cases of which it is said.

    `places` are dicts with file, line, function and source; `cases` is empty where no case may be named, and where it
    does not matter which it was.
    """

    sentence: str
    hint: str = ""
    details: tuple[str, ...] = ()
    places: tuple[dict[str, Any], ...] = ()
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """How one exercise came out."""

    exercise: str
    name: str
    status: str
    points: float
    earned: float
    comments: tuple[Comment, ...]

    @property
    def said(self) -> str:
        """The status in a word."""
        return in_a_word(self.status)


@dataclass(frozen=True)
class UnitResult:
    unit: str
    title: str
    points: float
    earned: float
    file: dict[str, Any] | None
    remarks: tuple[str, ...]
    results: tuple[Result, ...]


@dataclass(frozen=True)
class HandBack:
    """All that a student reads of a grade."""

    course: str
    student: str
    name: str
    late: bool
    points: float
    earned: float
    remarks: tuple[str, ...]
    units: tuple[UnitResult, ...]
    graded: str
    version: str

    @property
    def results(self) -> list[Result]:
        return [result for unit in self.units for result in unit.results]

    @property
    def summary(self) -> str:
        return points_of(self.earned, self.points)


def hand_back(record: dict[str, Any]) -> HandBack:
    """The part of a record that its student may read."""
    submission, run = record["submission"], record["run"]
    return HandBack(
        record["course"],
        record["student"],
        name_of(record),
        bool(submission["late"]),
        record["points"],
        record["earned"],
        tuple(submission["remarks"]),
        tuple(map(unit_result, record["units"])),
        run["graded"],
        run["versions"].get("chainrule", ""),
    )


def name_of(record: dict[str, Any]) -> str:
    """What a student is called: the name that the download tells, or else the name in the gradebook."""
    return record["submission"]["identity"].get("name") or record["student"]


def unit_result(unit) -> UnitResult:
    results = tuple(map(result_of, unit["exercises"]))
    return UnitResult(
        unit["unit"], unit["title"], unit["points"], unit["earned"], unit["file"], tuple(unit["remarks"]), results
    )


def result_of(outcome) -> Result:
    id, status = outcome["exercise"], outcome["status"]
    visible = [case for case in outcome["cases"] if not case.get("hidden", True)]
    unseen = [case for case in outcome["cases"] if case.get("hidden", True)]
    seen = comments_on(visible)
    comments = [*seen, *comments_on_unseen(unseen, outcome["mistakes"], also=bool(seen))]
    if status == GRADER_ERROR:  # what the grader said of itself is for staff
        comments.append(Comment(not_judged()))
    return Result(id, id.partition(".")[2], status, outcome["points"], outcome["earned"], tuple(comments))


def comments_on(cases) -> list[Comment]:
    """What is said of visible cases that are not right: the same sentence once, with the details of its first case."""
    said: dict[tuple[str, str], list] = {}
    for case in cases:
        if case["status"] not in (PASSED, NOT_STARTED, GRADER_ERROR) and case["sentence"]:
            said.setdefault((case["sentence"], case["hint"]), []).append(case)
    return [
        Comment(
            sentence,
            hint,
            (*first["details"], *first["warnings"]),
            tuple(first["places"]),
            () if first.get("rung") in BEFORE_CALLING else tuple(case["case"] for case in (first, *others)),
        )
        for (sentence, hint), (first, *others) in said.items()
    ]


def comments_on_unseen(cases, mistakes, also: bool) -> list[Comment]:
    """What may be said of unseen cases: how many failed, and which known mistakes were recognised.

    Args:
        cases: the unseen cases.
        mistakes: the exercise's known mistakes that were recognised, each with "id" and "name".
        also: whether visible cases failed too.
    """
    names = {mistake["id"]: mistake["name"] for mistake in mistakes}
    failed = [case for case in cases if case["status"] not in (PASSED, GRADER_ERROR)]
    # Where a mistake is recognised its hint is the course's own; any other could tell of the case.
    known = {
        tuple(case["mistakes"]): case["hint"]
        for case in failed
        if case["mistakes"] and names.keys() >= set(case["mistakes"])
    }
    comments = []
    if failed:
        told = unseen_failed_too(len(failed)) if also else unseen_failed(len(failed))
        comments.append(Comment(told, "" if known else try_others()))
    for ids, hint in known.items():
        comments.append(Comment(recognised([names[id] for id in ids]), hint))
    return comments


# Sentences


def points_of(earned, points):
    return say.points_so_far(plain_points(earned), plain_points(points))


def in_a_word(status):
    return _("not judged") if status == GRADER_ERROR else say.STATUSES[status]()


def unseen_failed(count):
    if count == 1:
        return _("All the cases that you can see are right. One that is not shown to you is not.")
    return _("All the cases that you can see are right. {count} that are not shown to you are not.").format(count=count)


def unseen_failed_too(count):
    if count == 1:
        return _("One case that is not shown to you is not right either.")
    return _("{count} cases that are not shown to you are not right either.").format(count=count)


def try_others():
    return _(
        "Try it with other sizes and numbers than those of the cases that you know. What does it take for granted?"
    )


def recognised(names):
    return _("There, this was recognised: {mistakes}.").format(mistakes="; ".join(map(_, names)))


def not_judged():
    return _("This could not be judged, which is no fault of yours: your instructor sees it and will look into it.")


def handed_in_late():
    return _("Handed in late.")


def not_handed_in():
    return _("Nothing was handed in for this unit, so it earns no points.")


def in_cases(cases):
    return _("Seen in: {cases}.").format(cases="; ".join(cases))


def tally(right, exercises):
    return _("{right} of {total} exercises are right.").format(right=right, total=exercises)


def which_file(name, size):
    return _("{name}, {size} bytes").format(name=name, size=size)


def ask():
    return _("Is this not the file that you meant, or do you think that something here is wrong? Ask your instructor.")


def encouragement(right, started, exercises):
    """A word on the way, which never depends on anything but how much is right."""
    if right == exercises:
        return _("Everything is right. You can be proud of this.")
    if right * 2 >= exercises:
        return _("Most of this is right. What follows says, for each of the others, which idea to look at again.")
    if started:
        return _("A start is made. Take one exercise at a time: what follows says which idea to look at first.")
    return _("Nothing is started here yet. If something kept you from it, tell your instructor: there is a way on.")


def out_of(points):
    return _("of {points} points").format(points=plain_points(points))


def of(earned, points):
    return _("{earned} of {points}").format(earned=plain_points(earned), points=plain_points(points))


def located(where):
    file, line, function = where["file"], where["line"], where["function"]
    if function:
        return _("{file}, line {line}, in {function}").format(file=file, line=line, function=function)
    return _("{file}, line {line}").format(file=file, line=line)


def graded_on(when, version):
    day, _t, time = when.partition("T")
    return _("Graded on {day} at {time} UTC by chainrule {version}.").format(day=day, time=time[:5], version=version)


LABELS = {
    "points": lambda: _("Points"),
    "unit": lambda: _("Unit"),
    "graded file": lambda: _("Graded was"),
    "remarks": lambda: _("About what you handed in"),
}
