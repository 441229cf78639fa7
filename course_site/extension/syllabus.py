"""The syllabus: parts, units and points, as course.toml has them, with room for what a learner has done."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.course import Course, Unit

from . import exercises

INTRODUCTION = """\
# Syllabus

Every unit is a lesson with exercises in it. You read a little, write a function, press **Check**, and read on. The
units build on each other: what you write in one you will meet again in the next.
"""
WORK = """\
## Your work

```{raw} html
<div class="your-work"><noscript>This is where you take your work with you, once JavaScript is on.</noscript></div>
```

```{course-data}
```
"""


def page(course: Course) -> str:
    """The page in MyST."""
    sections = [section for title, units in parts(course) for section in part(title, units)]
    return "\n".join([INTRODUCTION, *sections, WORK])


def parts(course: Course) -> Iterator[tuple[str, list[Unit]]]:
    for title, units in groupby(course.units, key=lambda unit: unit.part):
        yield title, list(units)


def part(title: str, units: list[Unit]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "```{raw} html\n" + "\n".join(['<ol class="syllabus">', *map(row, units), "</ol>"]) + "\n```\n"
    documents = "\n".join(f"units/{unit.name}" for unit in units)
    yield f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n{documents}\n```\n"


def row(unit: Unit) -> str:
    facts = f"{len(unit.points)} exercises, {sum(unit.points.values()):g} points"
    return (
        f'<li class="syllabus-unit"><a href="units/{unit.name}.html">{escape(unit.title)}</a>'
        f'<span class="syllabus-facts">{facts}</span>'
        f'<span class="syllabus-progress" data-progress-unit="{unit.name}" data-progress-total="{len(unit.points)}">'
        "</span></li>"
    )


class CourseDataDirective(SphinxDirective):
    """Brings what a page that handles all of a learner's work has to know of the course."""

    course: Course

    def run(self) -> list[nodes.Node]:
        told = {"units": [exercises.described(self.course, unit) for unit in self.course.units]}
        return [nodes.raw("", exercises.data("chainrule-course", told), format="html")]


def setup(app: Sphinx, course: Course) -> None:
    app.add_directive("course-data", type("CourseData", (CourseDataDirective,), {"course": course}))
