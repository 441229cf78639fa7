"""Outcomes as lines that a person reads: plain data, for a face to print in its own way.

A line is a tuple of pieces, a piece is a text and its style: words such as "red bold", or "". Nothing is said by
colour alone.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from . import sentences as say
from .outcome import BLOCKED, FAILED, GRADER_ERROR, NOT_STARTED, PASSED, CaseOutcome
from .summary import ORDER, Summary, UnitSummary, plain_points

Line = tuple[tuple[str, str], ...]

COLOURS = {PASSED: "green", FAILED: "red", BLOCKED: "yellow", NOT_STARTED: "cyan", GRADER_ERROR: "magenta"}

MOST_REMARKS = 3  # that a summary shows: who mends these finds the others


def colour(status: str) -> str:
    return COLOURS.get(status, "yellow")


def one(text: str = "", style: str = "") -> Line:
    """A line of one piece."""
    return ((text, style),)


def explanation(outcome: CaseOutcome, exercise: str, folder: Path) -> Iterator[Line]:
    """A failed case: what is wrong, the idea, what was seen and where. Paths are given as seen from `folder`."""
    yield one(outcome.sentence, "red bold")
    if outcome.hint:
        yield one(outcome.hint)
    if outcome.details:
        yield one()
    for detail in outcome.details:
        yield one(f"  {detail}")
    for place in outcome.places:
        where = f"  {relative(place.file, folder)}:{place.line}"
        yield one(f"{where} in {place.function}" if place.function else where, "cyan")
        if place.source:
            yield one(f"      {place.source}")
    for warning in outcome.warnings:
        yield one(f"  {warning}", "yellow")
    yield one()
    yield one(f"  {say.stuck(f'chainrule hint {exercise}')}", "dim")


def table(summary: Summary) -> Iterator[Line]:
    """The points by part and unit, in course order."""
    part = None
    for line in summary.units:
        if line.unit.part != part:
            part = line.unit.part
            yield one(part, "bold")
        yield unit_line(line, max(len(line.unit.name) for line in summary.units))


def unit_line(line: UnitSummary, width: int = 0) -> Line:
    """One unit: a bar, the points, and how many of its exercises came out how."""
    counted = [status for status in ORDER if line.counts[status]]
    pieces = [
        (f"  {line.unit.name:<{width}}  ", ""),
        (line.bar(), "green" if line.earned == line.points else "cyan"),
        (f" {plain_points(line.earned):>3} of {plain_points(line.points):>3}  ", ""),
    ]
    for i, status in enumerate(counted):
        pieces += [(", ", "")] if i else []
        pieces.append((f"{line.counts[status]} {say.STATUSES[status]()}", colour(status)))
    return tuple(pieces)


def total(summary: Summary, partial: int = 0) -> Iterator[Line]:
    """The points of all units, and remarks; `partial` exercises were checked on some cases only."""
    yield one(say.points_so_far(plain_points(summary.earned), plain_points(summary.points)), "bold")
    if partial:
        yield one(say.only_some_cases(partial))
    yield from remarks(summary)


def remarks(summary: Summary) -> Iterator[Line]:
    """What is to be said beside the points: what wants explaining, or that all is done."""
    for status, sentence in summary.remarks[:MOST_REMARKS]:
        yield one(sentence, colour(status))
    if summary.right == summary.exercises:
        yield one(say.all_done(), "green bold")


def what_next(summary: Summary, part: bool = False) -> Iterator[Line]:
    """Where to go on, if there is something to do; `part` says that not everything was checked."""
    if summary.next is None:
        return
    name, _, function = summary.next.exercise.partition(".")
    unit = summary.course.unit(name)
    yield one()
    if not unit.stubs.is_file():
        yield one(say.no_file(unit.stubs.name))
        yield one("  " + say.run_check(f"chainrule reset {name}"), "bold")
        return
    if part:
        yield one(say.only_a_part())
    going_on = say.go_on() if part else say.go_on_here(summary.right, summary.exercises)
    yield one(say.begin_here() if summary.untouched else going_on)
    if summary.untouched:
        yield one("  " + say.read_lesson(unit.lesson.relative_to(summary.course.root)))
    opened = say.mend_file if summary.next.status == FAILED else say.open_file
    yield one("  " + opened(summary.place, function), "bold")
    yield one("  " + say.run_check(f"pytest exercises/{name} -k {function}"))
    yield one("  " + say.stuck(f"chainrule hint {summary.next.exercise}"))


def relative(file: str, folder: Path) -> str:
    try:
        return str(Path(file).relative_to(folder))
    except ValueError:
        return file


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines shorter than `width`, each as far indented as the first; code is never broken."""
    rest = text.lstrip()
    indent = text[: len(text) - len(rest)]
    return textwrap.wrap(
        rest,
        max(width - 1, 40),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
