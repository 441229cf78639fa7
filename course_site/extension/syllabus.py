"""The syllabus: parts, units and points, as course.toml has them, with room for what a learner has done."""

from collections.abc import Iterator
from itertools import groupby

from autograder.course import Course, Unit

INTRODUCTION = """\
# Syllabus

Every unit is a lesson with exercises in it. You read a little, write a function, press **Check**, and read on. The units
build on each other: what you write in one you will meet again in the next.

Your progress is kept in this browser, and nowhere else.
"""


def page(course: Course) -> str:
    """The page in MyST."""
    return "\n".join([INTRODUCTION, *(section for title, units in parts(course) for section in part(title, units))])


def parts(course: Course) -> Iterator[tuple[str, list[Unit]]]:
    for title, units in groupby(course.units, key=lambda unit: unit.part):
        yield title, list(units)


def part(title: str, units: list[Unit]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "```{raw} html\n" + "\n".join(['<ol class="syllabus">', *map(row, units), "</ol>"]) + "\n```\n"
    documents = "\n".join(f"units/{unit.name}" for unit in units)
    yield f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n{documents}\n```\n"


def row(unit: Unit) -> str:
    points = sum(unit.points.values())
    return (
        f'<li class="syllabus-unit"><a href="units/{unit.name}.html">{unit.title}</a>'
        f'<span class="syllabus-facts">{len(unit.points)} exercises, {points:g} points</span>'
        f'<progress data-progress-unit="{unit.name}" max="{points:g}" value="0" aria-label="Points earned in {unit.name}">'
        f"</progress></li>"
    )
