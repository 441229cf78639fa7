"""chainrule show: draw what a function returned beside what it should."""

import importlib.util
from pathlib import Path

import click
import numpy as np

from .. import sentences as say
from ..checking import grader
from ..compare import far
from ..exercise import Behaviour, Case, Exercise, Gradient
from ..grading import Grader
from ..ladder import leaves
from ..oracle import Unanswerable
from ..outcome import FAILED, NOT_STARTED, PASSED, CaseOutcome, Outcome
from ..report import explanation, one
from ..trial import named, put, results_of
from . import Trouble, find_course, prepare
from .names import exercise_named, nearest
from .screen import console
from .screen import put as write

MOST = 6  # results in one picture
NUMBERS = (bool, int, float, str, np.generic)


class Undrawable(Exception):
    """There is nothing to draw; the text, if any, says why. Exit status 1."""


@click.command("show")
@click.argument("exercise", metavar="[UNIT.]EXERCISE")
@click.option("--case", "typed", metavar="NAME", help="The case to draw, or a part of its name.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where the picture goes.")
def command(exercise, typed, out):
    """Draw what your function was given, what it returned, what it should have returned, and the difference.

    Drawn is the first case that is wrong, or else the first, into .chainrule/UNIT.EXERCISE.png in the course's folder,
    unless you say otherwise. Exit status 1 if there is nothing to draw.

    \b
    Examples:
      chainrule show conv.conv2d_forward
      chainrule show conv2d_backward --case "height is not width" --out dx.png
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise Trouble(say.no_matplotlib())
    course = find_course()
    unit, name = exercise_named(course, exercise)
    prepare([unit])
    made, asked = grader(unit), unit.exercises[name]
    cases = {case.name: case for case in asked.visible_cases()}
    chosen = case_named(cases, typed) if typed else None
    outcome = made.grade(asked)
    case = chosen or worth_drawing(outcome, cases)
    seen = next(found for found in outcome.cases if found.case == case.name)
    screen = console()
    write(screen, said(asked, outcome, seen))
    try:
        picture = picture_of(made, asked, case, seen)
    except Undrawable as reason:
        write(screen, [one(str(reason))] if str(reason) else [])
        raise SystemExit(1) from None
    except Unanswerable as error:
        raise Trouble(say.grader_error(error)) from None
    path = out or course.root / ".chainrule" / f"{unit.name}.{name}.png"
    path = path if path.suffix else path.with_suffix(".png")
    try:
        if out is None:
            path.parent.mkdir(exist_ok=True)
        picture.save(path)
    except (OSError, ValueError) as error:
        raise Trouble(say.cannot_write(path, getattr(error, "strerror", None) or error)) from None
    write(screen, [one(say.picture_at(here(path)), "bold")])


def case_named(cases: dict[str, Case], typed: str) -> Case:
    """The case of this name, or the only one whose name holds what was typed."""
    found = [typed] if typed in cases else [name for name in cases if typed.casefold() in name.casefold()]
    if len(found) == 1:
        return cases[found[0]]
    if found:
        raise Trouble(say.several_cases(typed, found))
    near = nearest(typed, cases)
    sentence = say.unknown_case(typed, cases)
    raise Trouble(f"{sentence}\n{say.nearest(map(repr, near))}" if near else sentence)


def worth_drawing(outcome: Outcome, cases: dict[str, Case]) -> Case:
    """The first case that is wrong and asks for results, or else the first that does, or else the first."""
    drawable = [case for case in cases.values() if not case.refuses] or list(cases.values())
    wrong = {found.case for found in outcome.cases if found.status != PASSED}
    return next((case for case in drawable if case.name in wrong), drawable[0])


def said(exercise: Exercise, outcome: Outcome, seen: CaseOutcome):
    """What is to be read beside the picture."""
    yield one(f"{exercise.name}[{seen.case}]", "bold")
    if seen.status == FAILED:
        yield from explanation(seen, exercise.id, Path.cwd())
    else:
        yield one(sentence_of(exercise, seen), "green bold" if seen.status == PASSED else "bold")
    other = next((found for found in outcome.cases if found.status == FAILED), None)
    if seen.status == PASSED and other:
        yield one(say.other_case(other.case, other.sentence), "red")
    yield one()


def sentence_of(exercise: Exercise, seen: CaseOutcome) -> str:
    return seen.sentence or say.right_in_this_case(exercise.name)


def picture_of(made: Grader, exercise: Exercise, case: Case, seen: CaseOutcome):
    """The picture of a case. Raises Undrawable."""
    from ..picture import Picture, Result, short

    if isinstance(exercise, Behaviour):
        raise Undrawable(say.behaviour_not_drawn(exercise.name))
    if seen.status == NOT_STARTED or seen.rung in ("imports", "signature"):
        raise Undrawable
    if case.refuses:
        raise Undrawable(say.refusal_not_drawn(case.name))
    question, answer = made.oracle.ask(exercise, case)
    observed = put(exercise, question, made.implementation, case)
    returned = None if observed.failure else named(results_of(exercise, question), observed.value)
    if returned is None:
        raise Undrawable(say.nothing_returned(exercise.name))
    given = dict(question.arguments)
    numbers = [f"{name} = {short(value)}" for name, value in given.items() if isinstance(value, NUMBERS)]
    if isinstance(exercise, Gradient):
        given = dict(zip(exercise.upstream_names, question.upstream, strict=True))
    results = []
    for name, want in answer.results.items():
        for place, mine, right in leaves(name, returned[name], want):
            if not isinstance(right, np.ndarray) or not right.ndim:
                numbers.append(say.returned_number(place, short(mine), short(right)))
                continue
            right = right.astype(question.dtype) if right.dtype.kind == "f" else right
            same_shape = isinstance(mine, np.ndarray) and mine.shape == right.shape
            wrong = far(mine, right, question.dtype, exercise.conditioning) if same_shape else None
            results.append(Result(place, mine, right, wrong))
    if not results:
        raise Undrawable(say.nothing_to_draw(exercise.name))
    if left_out := [result.name for result in results[MOST:]]:
        numbers.append(say.results_left_out(left_out))
    return Picture(
        sentence_of(exercise, seen),
        seen.status == PASSED,
        [f"{exercise.id}[{case.name}]", *numbers],
        {name: value for name, value in given.items() if drawable(value)},
        results[:MOST],
    )


def drawable(value) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.ndim > 0


def here(path: Path) -> Path:
    """The path as seen from the working directory, if it lies below it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path
