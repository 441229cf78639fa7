"""What a notebook and a page show of an outcome: HTML where it can be shown, plain text elsewhere.

Colours come from the notebook's theme, light or dark; what they say is said in words as well. Everything that a
student's code has had a hand in is escaped.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from . import sentences as say
from .compare import far
from .exercise import Behaviour, Exercise
from .grading import Grader
from .hints import statements
from .ladder import leaves
from .language import _
from .outcome import BEFORE_CALLING, BLOCKED, FAILED, GRADER_ERROR, NOT_STARTED, PASSED, CaseOutcome, Outcome
from .summary import plain_points
from .trial import named, put, results_of

COLOURS = {  # JupyterLab's variables, and what stands in for them elsewhere
    PASSED: "var(--jp-success-color1, #2e7d32)",
    FAILED: "var(--jp-error-color1, #d32f2f)",
    BLOCKED: "var(--jp-warn-color1, #b26a00)",
    NOT_STARTED: "var(--jp-info-color1, #0277bd)",
    GRADER_ERROR: "var(--jp-warn-color1, #b26a00)",
}
SIGNS = {PASSED: "✓", FAILED: "✗", BLOCKED: "…", NOT_STARTED: "○", GRADER_ERROR: "!"}
MOST_MAPS, MOST_SIDE, CELL = 4, 24, 13  # maps that are drawn; entries along a side of one; pixels of an entry


@dataclass(frozen=True)
class Map:
    """Where a result is wrong: one vector or matrix of it.

    Args:
        name: what it is called, such as "dx[0, 1]".
        wrong: which of its entries are wrong, of one or two axes.
    """

    name: str
    wrong: np.ndarray


def maps(name: str, wrong: np.ndarray) -> Iterator[Map]:
    """The matrices of a result that are wrong in places: none where it is all wrong, which is no pattern."""
    if wrong.ndim == 0 or not wrong.any() or wrong.all() or max(wrong.shape[-2:]) > MOST_SIDE:
        return
    for place in np.ndindex(wrong.shape[:-2]):
        if wrong[place].any():
            yield Map(f"{name}[{', '.join(map(str, place))}]" if place else name, np.atleast_1d(wrong[place]))


@dataclass(frozen=True, repr=False)
class Shown:
    """An outcome, ready to be shown.

    Args:
        outcome: the outcome.
        unseen: whether its cases are hidden ones, of which nothing but their number is told.
        maps: where the first wrong case is wrong.
        place: what is there in place of the file of stubs: "This notebook" if nothing else is said.
        hints: the exercise's hints, each to be opened when the one before it was not enough.
        after: what is said once it is right.
    """

    outcome: Outcome
    unseen: bool = False
    maps: Sequence[Map] = ()
    place: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    after: str = ""

    @property
    def right(self) -> bool:
        return self.outcome.status == PASSED

    @property
    def name(self) -> str:
        return self.outcome.exercise.rpartition(".")[2]

    @property
    def headline(self) -> str:
        status, points = self.outcome.status, plain_points(self.outcome.points)
        cases = len(self.outcome.cases)
        if status == PASSED:
            if self.unseen:
                return _("{name} is right in {cases} unseen cases.").format(name=self.name, cases=cases)
            return _("{name} is right in all {cases} cases.").format(name=self.name, cases=cases)
        if self.unseen and status == FAILED:
            return _("{name} is right in the cases that you see, and wrong in {wrong} of {cases} unseen ones.").format(
                name=self.name, wrong=len(self.wrong), cases=cases
            )
        said = _("{name}: {status}. {earned} of {points} points.")
        return said.format(name=self.name, status=say.STATUSES[status](), earned=0, points=points)

    @property
    def wrong(self) -> list[CaseOutcome]:
        """The cases that are not right, the ones first that decided."""
        found = [case for case in self.outcome.cases if case.status != PASSED]
        return sorted(found, key=lambda case: case.status != self.outcome.status)

    @property
    def told(self) -> list[CaseOutcome]:
        """The cases of which something may be told: one for each thing that there is to say. That a function is still
        a stub is said by the headline."""
        if self.unseen or (self.outcome.status == NOT_STARTED and not any(case.rung for case in self.outcome.cases)):
            return []
        told: dict[tuple, CaseOutcome] = {}
        for case in self.wrong:
            told.setdefault((case.sentence, case.hint), case)
        return [self.of_this_place(case) for case in told.values()]

    def of_this_place(self, case: CaseOutcome) -> CaseOutcome:
        """The case with what it says of a file said of the notebook, or of what is there instead."""
        unit, place = self.outcome.exercise.partition(".")[0], self.place or _("This notebook")
        if not before_call(case):
            return case
        return replace(case, sentence=re.sub(rf"\b{unit}\.(py|ipynb)\b", lambda _file: place, case.sentence))

    def __repr__(self) -> str:
        """The result as text."""
        return "\n".join([f"{SIGNS.get(self.outcome.status, '?')} {self.headline}", *self.text()])

    def text(self) -> Iterator[str]:
        for case in self.told[:1]:
            yield f"\n{self.where(case)}\n{case.sentence}" if self.has_cases(case) else case.sentence
            if case.hint:
                yield case.hint
            yield from (f"  {line}" for line in [*case.details, *self.lines_of(case), *case.warnings])
            if case.printed.strip():
                yield f"\n{_('It printed:')}\n{case.printed.rstrip()}"
        if others := self.told[1:]:
            yield f"\n{_('Other cases:')}"
            yield from (f"  {self.where(case)}: {case.sentence}" for case in others)

    def where(self, case: CaseOutcome) -> str:
        return f"{self.name}[{case.case}]"

    def has_cases(self, case: CaseOutcome) -> bool:
        """Whether it matters which case it was."""
        return case.status == FAILED and not before_call(case)

    def lines_of(self, case: CaseOutcome) -> list[str]:
        """The student's own lines on the way to an error. The names of a cell's files say nothing."""
        said = _("line {line} of {function}: {source}")
        return [said.format(line=p.line, function=p.function, source=p.source) for p in case.places if p.source]

    def _repr_html_(self) -> str:
        """The result as HTML."""
        status = self.outcome.status
        colour = COLOURS.get(status, "currentColor")
        sign = f'<span aria-hidden="true" style="color:{colour}">{SIGNS.get(status, "?")}</span>'
        parts = [f'<div style="font-weight:600">{sign} {marked(self.headline)}</div>']
        for case in self.told[:1]:
            parts += self.explained(case)
        parts += [drawn(where) for where in self.maps[:MOST_MAPS]]
        if others := self.told[1:]:
            items = "".join(
                f"<li><code>{html.escape(self.where(case))}</code><br>{marked(case.sentence)}</li>" for case in others
            )
            parts.append(f"<details><summary>{html.escape(_('Other cases'))}</summary><ul>{items}</ul></details>")
        if status in (FAILED, NOT_STARTED) and not self.unseen:
            parts.append(self.hinted())
        if self.right and self.after and not self.unseen:
            parts.append(f'<div style="margin-top:.4em">{marked(_(self.after))}</div>')
        style = f"border-left:4px solid {colour};padding:.3em 0 .3em .9em;margin:.3em 0;max-width:60em;line-height:1.45"
        return f'<div class="chainrule" style="{style}">{"".join(parts)}</div>'

    def hinted(self) -> str:
        """The hints, folded: each lies inside of the one before it, so that they are opened one at a time."""
        inside = ""
        for step, (kind, text) in reversed([*enumerate(self.hints.items(), 1)]):
            title = say.hint_title(self.name, step, len(self.hints), say.HINTS.get(kind, lambda kind=kind: kind)())
            text = _(text).strip()
            if kind == "code":
                shown = f"<pre>{html.escape(text)}</pre>"
            else:
                shown = f"<div>{marked(statements(text) if kind == 'formula' else text)}</div>"
            inside = (
                f'<details style="margin-top:.4em"><summary>{html.escape(title)}</summary>{shown}{inside}</details>'
            )
        return inside

    def explained(self, case: CaseOutcome) -> Iterator[str]:
        if self.has_cases(case):
            yield f'<div style="opacity:.75"><code>{html.escape(self.where(case))}</code></div>'
        yield f'<div style="margin-top:.4em">{marked(case.sentence)}</div>'
        if case.hint:
            yield f'<div style="margin-top:.4em">{marked(case.hint)}</div>'
        if lines := [*case.details, *self.lines_of(case), *case.warnings]:
            items = "".join(f"<li>{marked(line)}</li>" for line in lines)
            yield f'<ul style="margin:.4em 0">{items}</ul>'
        if case.printed.strip():
            yield f"<div>{html.escape(_('It printed:'))}</div><pre>{html.escape(case.printed.rstrip())}</pre>"


def where_wrong(grader: Grader, exercise: Exercise, outcome: Outcome) -> list[Map]:
    """Maps of where the results are wrong in the case that is explained, where that shows something."""
    told = Shown(outcome).told[:1]
    if outcome.status != FAILED or isinstance(exercise, Behaviour) or not told or told[0].rung != "value":
        return []
    case = next(case for case in exercise.visible_cases() if case.name == told[0].case)
    try:
        question, answer = grader.oracle.ask(exercise, case)
        seen = put(exercise, question, grader.implementation, case)
        returned = named(results_of(exercise, question), seen.value)
        found = []
        for result, want in answer.results.items():
            for name, got, right in leaves(result, returned[result], want):
                if getattr(right, "ndim", 0) and getattr(got, "shape", None) == right.shape:
                    found += maps(name, far(got, right, question.dtype, exercise.conditioning))
        return found
    except Exception:  # a student's function may do anything the second time, and the sentences have been found
        return []


def before_call(case: CaseOutcome) -> bool:
    return case.rung in BEFORE_CALLING


def marked(text: str) -> str:
    """A sentence as HTML, `names` in it as code. Dollars stay dollars: a notebook would take them for formulas."""
    escaped = html.escape(text).replace("$", "<span>$</span>")
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped).replace("\n", "<br>")


def drawn(where: Map) -> str:
    """A map as a small picture, crosses where it is wrong."""
    rows = where.wrong if where.wrong.ndim == 2 else where.wrong[None]
    height, width = rows.shape
    marks = []
    for i, j in np.ndindex(rows.shape):
        x, y = j * CELL, i * CELL
        fill = f'fill="{COLOURS[FAILED]}"' if rows[i, j] else 'fill="currentColor" fill-opacity="0.14"'
        marks.append(f'<rect x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" {fill}/>')
        if rows[i, j]:
            a, b, c, d = x + 3, y + 3, x + CELL - 4, y + CELL - 4
            marks.append(f'<path d="M{a} {b}L{c} {d}M{a} {d}L{c} {b}" stroke="#fff" stroke-width="1.5"/>')
    said = _("{name} is wrong in {wrong} of {all} entries:").format(
        name=where.name, wrong=int(rows.sum()), all=rows.size
    )
    label = html.escape(said, quote=True)
    return (
        f'<figure style="display:inline-block;margin:.5em 1.2em .2em 0"><figcaption>{html.escape(said)}</figcaption>'
        f'<svg role="img" aria-label="{label}" width="{width * CELL}" height="{height * CELL}" '
        f'viewBox="0 0 {width * CELL} {height * CELL}">{"".join(marks)}</svg></figure>'
    )
