"""Outcomes are plain data: they go through JSON unchanged, and add up to one status and one number of points."""

import itertools
import json
from dataclasses import fields

import pytest

from autograder import outcome as o
from autograder.outcome import CaseOutcome, Outcome, Place, overall

STATUSES = (
    o.GRADER_ERROR,
    o.NOT_STARTED,
    o.FAILED,
    o.BLOCKED,
    o.PASSED,
    o.NOT_ASSESSED,
)  # the first that is there wins

FULL = Outcome(
    "conv.conv2d_backward",
    o.FAILED,
    2.5,
    (
        CaseOutcome("stride 2", o.PASSED, details=("Good to know.",), printed="1\n2\n"),
        CaseOutcome(
            "padding “1”, größer",
            o.FAILED,
            rung="value",
            sentence="dx 还有边。",
            hint="Crop it.",
            mistakes=("uncropped", "flipped"),
            details=("dw is right.", "db is right."),
            places=(Place("conv.py", 3, "conv2d_backward", "return dx"), Place("conv.py", 9)),
            printed="\ud800 half a pair",
            warnings=("RuntimeWarning: overflow",),
            hidden=True,
        ),
    ),
)


def outcome_of(*statuses):
    cases = tuple(CaseOutcome(f"case {i}", status) for i, status in enumerate(statuses))
    return Outcome("unit.exercise", overall(cases), 3, cases)


def test_an_outcome_comes_back_from_json_as_it_was():
    back = Outcome.from_json(json.loads(json.dumps(FULL.to_json())))
    assert back == FULL
    assert hash(back) == hash(FULL)  # tuples all the way, no lists
    assert back.to_json() == FULL.to_json()


def test_json_holds_every_field_and_what_was_earned():
    made = FULL.to_json()
    assert set(made) == {"exercise", "status", "points", "cases", "earned"}
    assert made["earned"] == 0
    assert all(set(case) == {field.name for field in fields(CaseOutcome)} for case in made["cases"])


def test_json_of_a_later_version_may_hold_more():
    made = json.loads(json.dumps(FULL.to_json()))
    made["cases"][0]["seconds"] = 0.2
    made["graded_by"] = "someone"
    assert Outcome.from_json(made) == FULL


def test_outcomes_of_real_work_go_through_json(toy):
    for source in (
        "",
        "def affine_forward(x, w, b):\n    print(x)\n    return x.nothing",
        "def affine_forward(x): pass",
    ):
        outcome = toy.grade("affine_forward", source)
        assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(STATUSES, 2)))
def test_the_status_of_an_exercise(first, second):
    assert outcome_of(first, second).status == first
    assert outcome_of(second, first, second).status == first
    assert outcome_of(first).status == first


def test_without_any_case_nothing_is_assessed():
    outcome = outcome_of()
    assert (outcome.status, outcome.earned) == (o.NOT_ASSESSED, 0)


@pytest.mark.parametrize("status", STATUSES)
def test_points_are_earned_by_passing_every_case_and_by_nothing_else(status):
    assert outcome_of(status).earned == (3 if status == o.PASSED else 0)
    assert outcome_of(o.PASSED, status).earned == (3 if status in (o.PASSED, o.NOT_ASSESSED) else 0)


def test_the_mistakes_of_an_exercise_are_those_of_its_cases_once_each():
    cases = [CaseOutcome("a", o.FAILED, mistakes=("x", "y")), CaseOutcome("b", o.FAILED, mistakes=("y", "z"))]
    assert Outcome("u.e", o.FAILED, 1, tuple(cases)).mistakes == ("x", "y", "z")
