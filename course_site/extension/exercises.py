"""Exercises on pages: readable as they are, and data enough for the widget that makes an editor of them.

```{exercise} conv.conv2d_forward
```
"""

import json

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder import sentences as say
from autograder.course import Course, CourseError, Unit
from autograder.hints import statements
from autograder.notebooks.references import Source, first_line
from autograder.showing import marked

HINTS = {kind: f"Hint {number}: {called()}" for number, (kind, called) in enumerate(say.HINTS.items(), 1)}


class ExerciseDirective(SphinxDirective):
    """Places an exercise; the first one on a page brings what the widget has to know about its unit."""

    required_arguments = 1
    course: Course

    @property
    def level(self) -> int:
        """The level of a heading at this place of the page."""
        depth, node = 0, self.state_machine.node
        while node is not None:
            depth, node = depth + isinstance(node, nodes.section), node.parent
        return depth + 1

    def run(self) -> list[nodes.Node]:
        try:
            exercise = self.course.exercise(self.arguments[0])
            unit = self.course.unit(exercise.unit)
            html = section(unit, exercise.name, self.level)
        except CourseError as error:
            raise self.error(str(error)) from None
        for path in (unit.stubs, unit.definitions, unit.folder / "hints.toml", unit.root / "course.toml"):
            self.env.note_dependency(str(path))
        told = self.env.temp_data.setdefault("chainrule_units", [])
        if unit.name not in told:
            if told:
                raise self.error(f"The page has exercises of {told[0]} already; it can have none of {unit.name}.")
            told.append(unit.name)
            html += data("chainrule-unit", described(self.course, unit))
        return [nodes.raw("", html, format="html")]


def section(unit: Unit, name: str, level: int) -> str:
    """The exercise as a reader without JavaScript has it: name, points, stub and hints, under a heading of a level."""
    points = unit.points[name]
    worth = f"{points:g} point" + ("" if points == 1 else "s")
    return (
        f'<section class="exercise" id="exercise-{name}" data-unit="{unit.name}" data-exercise="{name}" '
        f'data-points="{points:g}" aria-labelledby="exercise-{name}-title">\n'
        f'<p class="exercise-title" id="exercise-{name}-title" role="heading" aria-level="{level}">'
        f'<code>{name}</code> <span class="exercise-points">{worth}</span></p>\n'
        f'<div class="stub">{highlighted(stubs(unit)[name])}</div>\n'
        f"{hint(hints_of(unit, name), list(HINTS))}</section>\n"
    )


def hints_of(unit: Unit, name: str) -> dict[str, str]:
    """The hints for an exercise; a formula has a line for each statement."""
    told = unit.hints.get(name, {})
    return {kind: statements(told[kind]) if kind == "formula" else told[kind] for kind in HINTS if kind in told}


def hint(hints: dict[str, str], kinds: list[str]) -> str:
    """The hints, one inside the other: who opens the second has seen the first."""
    if not kinds or kinds[0] not in hints:
        return ""
    kind, *more = kinds
    text = hints[kind].strip("\n")
    shown = highlighted(text) if kind == "code" else f"<p>{marked(text)}</p>"
    inside = f"<summary>{HINTS[kind]}</summary>\n{shown}\n{hint(hints, more)}"
    return f'<details class="hint" data-hint="{kind}">{inside}</details>\n'


def highlighted(code: str) -> str:
    return highlight(
        code, PythonLexer(), HtmlFormatter(cssclass="highlight highlight-python notranslate", wrapcode=False)
    )


def source(unit: Unit) -> Source:
    return Source(unit.stubs)


def stubs(unit: Unit) -> dict[str, str]:
    """The stub of every exercise."""
    file = source(unit)
    return {name: file.text(first_line(file.function(name)), file.function(name).end_lineno) for name in unit.points}


def preamble(unit: Unit) -> str:
    """What stands before the first function in the file of the stubs."""
    file = source(unit)
    return file.text(1, min(map(first_line, file.functions.values())) - 1) + "\n"


def described(course: Course, unit: Unit) -> dict:
    """What the widget has to know about a unit."""
    order = [other.name for other in course.units]
    at = order.index(unit.name)
    given = stubs(unit)
    return {
        "unit": unit.name,
        "title": unit.title,
        "part": unit.part,
        "preamble": preamble(unit),
        "exercises": [
            {
                "name": name,
                "points": points,
                "stub": given[name],
                "needs": [needed.name for needed in unit.exercises[name].needs],
                "hints": hints_of(unit, name),
                "after": unit.afterwords.get(name, ""),
            }
            for name, points in unit.points.items()
        ],
        "previous": order[at - 1] if at else None,
        "next": order[at + 1] if at + 1 < len(order) else None,
    }


def data(id: str, told: dict) -> str:
    """What the page's scripts find in it, as JSON in a script element."""
    text = json.dumps(told, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/json" id="{id}">{text}</script>\n'


def setup(app: Sphinx, course: Course) -> None:
    app.add_directive("exercise", type("Exercise", (ExerciseDirective,), {"course": course}))
