"""Sheets: what is asked at once is judged as it is case by case, and whatever else is to be seen makes it unclear."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from support import sampled

from autograder.classroom.marking import Marker, cases_for
from autograder.course import Course
from autograder.exercise import Behaviour, Gradient
from autograder.grading import Grader
from autograder.implementation import Functions
from autograder.oracle import Live
from autograder.outcome import PASSED
from autograder.sheet import RIGHT, STOPPED, UNCLEAR, WRONG, Sheets
from autograder.wire import pack, unpack

COURSE = Course.read(Path(__file__).parents[1])
UNITS = [unit.name for unit in COURSE.units]


@pytest.fixture(scope="module")
def oracles():
    return {name: Live(COURSE.unit(name), witness=False) for name in UNITS}


def sheet_of(oracle, *exercises, seed=1):
    return Sheets(oracle).sheet({exercise: cases_for(exercise, seed, 2) for exercise in exercises})


@pytest.mark.parametrize("name", UNITS)
def test_references_are_right_and_known_mistakes_are_not(name, oracles):
    unit, oracle = COURSE.unit(name), oracles[name]
    references = unit.reference_functions()
    for exercise in unit.exercises.values():
        sheet = sheet_of(oracle, exercise)
        if sheet is None:
            continue
        assert not isinstance(exercise, Behaviour)
        assert sheet.verdicts(references.at_once(sheet.request)) == {exercise: RIGHT}
        for mistake in unit.mistakes[exercise.name]:
            wrong = references.override(**{exercise.name: mistake.function})
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                verdict = sheet.verdicts(wrong.at_once(sheet.request))[exercise]
            if verdict == RIGHT:  # then it is no mistake in these cases, one by one either
                outcome = Grader(unit, wrong, oracle).grade(exercise, cases_for(exercise, 1, 2), diagnose=False)
                assert outcome.status == PASSED, mistake.id


def test_most_exercises_can_be_asked_at_once(oracles):
    asked = {
        exercise.id: sheet_of(oracles[unit.name], exercise) is not None
        for unit in COURSE.units
        for exercise in unit.exercises.values()
        if not isinstance(exercise, Behaviour)
    }
    assert sum(asked.values()) > 0.8 * len(asked), [id for id, able in asked.items() if not able]


def test_a_gradient_shares_the_forward_passes(oracles):
    unit = COURSE.unit("conv")
    forward, backward = unit.exercises["conv2d_forward"], unit.exercises["conv2d_backward"]
    assert isinstance(backward, Gradient)
    calls = {
        each: len(unpack(sheet_of(oracles["conv"], *each).request))
        for each in ((forward,), (backward,), (forward, backward))
    }
    assert calls[forward, backward] < calls[forward,] + calls[backward,]
    sheet = sheet_of(oracles["conv"], forward, backward)
    references = unit.reference_functions()
    assert sheet.verdicts(references.at_once(sheet.request)) == {forward: RIGHT, backward: RIGHT}
    spoilt = references.override(conv2d_backward=lambda dout, cache: (0 * cache[0], 0 * cache[1], dout.sum((0, 2, 3))))
    assert sheet.verdicts(spoilt.at_once(sheet.request)) == {forward: RIGHT, backward: WRONG}


@pytest.mark.parametrize("name", UNITS)
def test_wrong_answers_at_once_are_explained_as_case_by_case(name, oracles):
    unit, oracle = COURSE.unit(name), oracles[name]
    references, sheets, explained = unit.reference_functions(), Sheets(oracle), 0
    known = [(exercise, m) for exercise in unit.exercises.values() for m in unit.mistakes[exercise.name]]
    mistakes = sampled(known)
    for exercise, mistake in mistakes:
        wrong = references.override(**{exercise.name: mistake.function})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome = Marker(Grader(unit, wrong, oracle), sheets, {}).explained(exercise)
            if outcome:
                explained += 1
                assert outcome == Grader(unit, wrong, oracle).grade(exercise, again=False), mistake.id
    behaviours = sum(isinstance(exercise, Behaviour) for exercise, _ in mistakes)
    assert explained >= 0.4 * (len(mistakes) - behaviours)


class Explained:
    """A marker of the unit lstm in which some function stands in for `gate`, with sheets of its own or another's."""

    def __init__(self, oracle, function, sheets=None):
        unit = COURSE.unit("lstm")
        self.sheets = sheets or Sheets(oracle)
        grader = Grader(unit, unit.reference_functions().override(gate=function), oracle)
        self.outcome = Marker(grader, self.sheets, {}).explained(unit.exercises["gate"])
        self.known = grader.known


def calm_gate(*given):
    with np.errstate(over="ignore"):
        return right_gate(*given)


def test_the_same_answers_are_explained_once(oracles):
    first = Explained(oracles["lstm"], lambda *given: calm_gate(*given) * 2)
    again = Explained(oracles["lstm"], lambda *given: 2 * calm_gate(*given), first.sheets)
    assert again.outcome is first.outcome
    assert again.known == first.known == {"gate": False}
    other = Explained(oracles["lstm"], lambda *given: calm_gate(*given) * 3, first.sheets)
    assert other.outcome != first.outcome


def test_who_answers_otherwise_the_second_time_changes_nothing_for_others(oracles):
    calls = []

    def changeable(*given):
        calls.append(given)
        return calm_gate(*given) * (2 if len(calls) <= len(visible) else 3)

    visible = COURSE.unit("lstm").exercises["gate"].visible_cases()
    first = Explained(oracles["lstm"], changeable)
    honest = Explained(oracles["lstm"], lambda *given: calm_gate(*given) * 2, first.sheets)
    alone = Explained(oracles["lstm"], lambda *given: calm_gate(*given) * 2)
    assert honest.outcome == alone.outcome


def warning(*given):
    warnings.warn("here", stacklevel=1)
    return calm_gate(*given) * 2


@pytest.mark.parametrize("function", [warning, lambda *given: print("here") or calm_gate(*given), lambda *_: 1 / 0])
def test_what_answers_at_once_do_not_tell_is_asked_case_by_case(oracles, function):
    assert Explained(oracles["lstm"], function).outcome is None


# What is seen besides. Each function is right, but for one thing.

BUFFERS = {}


def right_gate(x, h, wx, wh, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return 1 / (1 + np.exp(-(x @ wx + h @ wh + b)))


def printing(x, h, wx, wh, b):
    print("here")
    return right_gate(x, h, wx, wh, b)


def changing(x, h, wx, wh, b):
    out = right_gate(x, h, wx, wh, b)
    x += 1
    return out


def random(x, h, wx, wh, b):
    np.random.rand()
    return right_gate(x, h, wx, wh, b)


def overwriting(x, h, wx, wh, b):
    out = right_gate(x, h, wx, wh, b)
    buffer = BUFFERS.setdefault((out.shape, out.dtype), out)
    buffer[...] = out
    return buffer


def forgetful(x, h, wx, wh, b, seen=set()):  # noqa: B006 - that is what is wrong with it
    key = x.tobytes()
    if key in seen and len(x):
        return right_gate(x, h, wx, wh, b) + 1
    seen.add(key)
    return right_gate(x, h, wx, wh, b)


def leaving(x, h, wx, wh, b):
    raise SystemExit


def in_an_argument(x, h, wx, wh, b):
    out = right_gate(x, h, wx, wh, b)
    if h.shape != out.shape or h.dtype != out.dtype:
        return out
    keep = h.copy()
    h[...] = out
    out, h = h[:], keep
    return out


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        (right_gate, RIGHT),
        (printing, UNCLEAR),
        (changing, UNCLEAR),
        (random, UNCLEAR),
        (overwriting, UNCLEAR),
        (forgetful, UNCLEAR),
        (leaving, UNCLEAR),
        (in_an_argument, UNCLEAR),
        (lambda x, h, wx, wh, b: right_gate(x, h, wx, wh, b) * 2, WRONG),
        (lambda x, h, wx, wh, b: right_gate(x, h, wx, wh, b).astype(np.float64), WRONG),
        (lambda x, h, wx, wh, b: None, WRONG),
        (lambda x, h, wx, wh, b: object(), STOPPED),
        (lambda x, h, wx, wh, b: 1 / 0, STOPPED),
        (lambda *_: np.broadcast_to(1.0, (1 << 16, 1 << 16)), UNCLEAR),
    ],
)
def test_what_else_is_seen(oracles, function, verdict):
    gate = COURSE.unit("lstm").exercises["gate"]
    sheet = sheet_of(oracles["lstm"], gate)
    state = np.random.get_state()[1].copy()
    functions = Functions({"gate": function})
    assert sheet.verdicts(functions.at_once(sheet.request)) == {gate: verdict}
    assert (np.random.get_state()[1] == state).all()


@pytest.mark.parametrize("answers", [b"", b"\0", b"\xff" * 30, pack([]), pack({}), pack([[1]] * 12), pack("[]")])
def test_answers_that_are_none(oracles, answers):
    gate = COURSE.unit("lstm").exercises["gate"]
    assert sheet_of(oracles["lstm"], gate).verdicts(answers) != {gate: RIGHT}


def test_outcomes_are_kept_within_their_number(oracles, monkeypatch):
    monkeypatch.setattr("autograder.sheet.MOST_OUTCOMES", 3)
    sheets = Sheets(oracles["lstm"])
    for factor in range(2, 8):
        Explained(oracles["lstm"], lambda *given, f=factor: calm_gate(*given) * f, sheets)
    assert len(sheets.outcomes) == 3


def test_items_are_kept_within_their_room(oracles):
    gate = COURSE.unit("lstm").exercises["gate"]
    sheets = Sheets(oracles["lstm"], room=100_000)
    for seed in range(30):
        sheets.sheet({gate: cases_for(gate, seed)})
        assert sheets.size <= 100_000
        assert sheets.size == sum(item.size for item in sheets.kept.values())
