"""What is said of a wrong answer names the idea that went wrong where it can, and is true wherever it says anything."""

import re
import textwrap
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from plain_data import data

from autograder.compare import agree, tolerance
from autograder.diagnosis import Trial, describe, looks_like, rest_is_right, same, shares_fault, where_wrong
from autograder.exercise import value
from autograder.ladder import Fault, faults
from autograder.network import Network
from autograder.oracle import Answer
from autograder.trial import Observation, Question

# Known mistakes

DEFINITIONS = """
import numpy as np
from autograder import behaviour, require, value

def powers(rng, k):
    return dict(x=rng.normal(size=(3, 4)), k=k)

scaled = value(powers, cases={CASES})

def pair(rng, n):
    return dict(x=rng.normal(size=n))

halves = value(pair, cases={"six": (6,)}, returns="low, high")
folded_forward = value(pair, cases={"six": (6,)})

@behaviour(cases={"it grows": (), "and grows": ()})
def train(student, rng):
    out, cache = student.folded_forward(rng.normal(size=4))
    grown = student.train(out, cache)
    require(grown > 0, f"It shrank to {grown:.3f}.")
"""
REFERENCE = """
import numpy as np

def scaled(x, k):
    if k < 0:
        raise ValueError("k is negative")
    return k * x

def halves(x):
    return x[: len(x) // 2], x[len(x) // 2 :]

def folded_forward(x):
    return x + x[::-1], x

def train(out, cache):
    return float(np.square(cache).sum())
"""
MISTAKES = """
import numpy as np
from autograder import mistake
from .NAME import folded_forward, halves, scaled, train

@mistake(scaled, "k is squared", "k counts once.")
def squared(x, k):
    return k**2 * x

@mistake(scaled, "k is doubled", "k counts once.")
def doubled(x, k):
    return 2 * k * x

@mistake(scaled, "x is multiplied as a matrix", "Multiply entry by entry.")
def matrix(x, k):
    return x @ x

@mistake(halves, "low is negative", "Leave the signs alone.")
def negative_low(x):
    low, high = halves(x)
    return -low, high

@mistake(halves, "high runs backwards", "Leave the order alone.")
def backwards_high(x):
    low, high = halves(x)
    return low, high[::-1]

@mistake(halves, "everything is one larger", "Add nothing.")
def larger(x):
    low, high = halves(x)
    return low + 1, high + 1

@mistake(train, "the sign is lost", "Down is minus.")
def shrinks(out, cache):
    return -train(out, cache)
"""
SQUARED = "def scaled(x, k): return k**2 * x"


@pytest.fixture(scope="module")
def unit_with(make_unit):
    """A unit in which `scaled` is asked about with these k."""

    def make(*ks):
        cases = ", ".join(f"'k is {k}': ({k},)" for k in ks)
        return make_unit(
            DEFINITIONS.replace("CASES", cases), REFERENCE, MISTAKES.replace("NAME", "known"), name="known"
        )

    return make


@pytest.fixture(scope="module")
def known(unit_with):
    return unit_with(3, 2, 1)


@pytest.fixture(params=["live", "frozen"])
def oracle(request):
    """Which oracle is asked; the two must name the same."""
    return request.param


def grade(unit, exercise, source, oracle):
    return unit.grade(exercise, source, oracle=getattr(unit, oracle))


def test_a_known_mistake_is_named_with_its_hint(known, oracle):
    outcome = grade(known, "scaled", SQUARED, oracle)
    assert outcome.mistakes == ("squared",)
    case = outcome.cases[0]
    assert (case.sentence, case.hint) == ("k is squared.", "k counts once.")
    assert case.details[0] == "out is wrong in every entry."
    assert case.details[1].startswith("Furthest off: out[")
    assert outcome.cases[2].status == "passed"  # 1 squared is 1


def test_where_two_mistakes_explain_the_answer_neither_is_named(unit_with, oracle):
    outcome = grade(unit_with(2), "scaled", SQUARED, oracle)
    assert (outcome.status, outcome.mistakes) == ("failed", ())
    assert outcome.cases[0].sentence == "out is exactly 2 times too large."


def test_another_case_decides_between_two_mistakes(unit_with, oracle):
    outcome = grade(unit_with(2, 1), "scaled", SQUARED, oracle)
    assert outcome.mistakes == ("squared",)  # 1 doubled would be 2
    outcome = grade(unit_with(2, 1), "scaled", "def scaled(x, k): return 2 * k * x", oracle)
    assert outcome.mistakes == ("doubled",)


def test_a_mistake_that_another_case_speaks_against_is_not_named(unit_with, oracle):
    squared_once = "def scaled(x, k): return k**2 * x if k == 3 else k * x + 1"
    outcome = grade(unit_with(3, 4), "scaled", squared_once, oracle)
    assert (outcome.status, outcome.mistakes) == ("failed", ())
    assert outcome.cases[0].sentence == "out is wrong in every entry."


def test_an_unknown_mistake_is_described(known, oracle):
    outcome = grade(known, "scaled", "def scaled(x, k):\n    out = k * x\n    out[:, -1] = 0\n    return out", oracle)
    assert outcome.mistakes == ()
    assert outcome.cases[0].sentence == "out is wrong in 3 of 12 entries."
    assert "Wrong are exactly the entries of out[:, -1]." in outcome.cases[0].details
    assert any(line.startswith("Compared to within 1.5e-08") for line in outcome.cases[0].details)


def test_two_mistakes_in_two_results_are_both_named(known, oracle):
    source = "def halves(x): return -x[: len(x) // 2], x[len(x) // 2 :][::-1]"
    outcome = grade(known, "halves", source, oracle)
    assert outcome.mistakes == ("negative_low", "backwards_high")
    assert outcome.cases[0].sentence == "low is negative. high runs backwards."
    assert outcome.cases[0].hint == "Leave the signs alone. Leave the order alone."


def test_a_mistake_in_one_result_leaves_the_other_alone(known, oracle):
    outcome = grade(known, "halves", "def halves(x): return -x[: len(x) // 2], x[len(x) // 2 :]", oracle)
    assert outcome.mistakes == ("negative_low",)
    assert "high is right." in outcome.cases[0].details


def test_half_of_a_mistake_is_not_the_mistake(known, oracle):
    outcome = grade(known, "halves", "def halves(x): return 1 + x[: len(x) // 2], x[len(x) // 2 :]", oracle)
    assert outcome.mistakes == ()
    assert outcome.cases[0].sentence == "low is too large by 1 in every entry."


def test_the_same_kind_of_error_is_not_the_same_mistake(known, oracle):
    same_error = grade(known, "scaled", "def scaled(x, k): return np.matmul(x, x)", oracle)
    assert same_error.mistakes == ("matrix",)
    other_error = grade(known, "scaled", "def scaled(x, k): return x[0] + x[:, 0]", oracle)
    assert other_error.mistakes == ()
    assert other_error.cases[0].sentence.startswith("`scaled` stopped with ValueError: operands could not be broadcast")


def test_a_behaviour_that_calls_a_forward_recognises_its_mistakes(known, oracle):
    wrong = "def train(out, cache): return -float(np.square(cache).sum())"
    outcome = grade(known, "train", wrong, oracle)
    assert outcome.mistakes == ("shrinks",)
    assert outcome.cases[0].sentence == "The sign is lost."
    assert outcome.cases[0].details[0].startswith("It shrank to -")


RIVALS = """
import numpy as np
from autograder import mistake
from .rivals import parts

@mistake(parts, "a is negative", "Leave a's sign alone.")
def negative_a(x, k):
    a, b, c = parts(x, k)
    return -a, b, c

@mistake(parts, "b is negative", "Leave b's sign alone.")
def negative_b(x, k):
    a, b, c = parts(x, k)
    return a, -b, c

@mistake(parts, "c is negative", "Leave c's sign alone.")
def negative_c(x, k):
    a, b, c = parts(x, k)
    return a, b, -c

@mistake(parts, "everything is negative if k is 2", "Leave the signs alone.")
def all_negative(x, k):
    sign = -1 if k == 2 else 1
    return tuple(sign * part for part in parts(x, k))

@mistake(parts, "a is not k times but k squared times", "k counts once.")
def squared_a(x, k):
    a, b, c = parts(x, k)
    return k * a, b, c
"""


@pytest.fixture(scope="module")
def rivals(make_unit):
    definitions = """
    from autograder import value

    def given(rng, k):
        return dict(x=rng.normal(size=4), k=k)

    parts = value(given, cases={"k is 2": (2,), "k is 3": (3,)}, returns="a, b, c")
    """
    reference = """
    def parts(x, k):
        return k * x, x + 1, x - 1
    """
    return make_unit(definitions, reference, RIVALS, name="rivals")


def test_of_two_mistakes_the_one_that_explains_more_is_named(rivals, oracle):
    wrong = "def parts(x, k): return -k * x, -1 - x, 1 - x"
    first = rivals.unit.exercises["parts"].visible_cases()[:1]
    outcome = rivals.grade("parts", wrong, oracle=getattr(rivals, oracle), cases=first)
    # For each part there is a mistake of its own; but one explains them all.
    assert outcome.mistakes == ("all_negative",)


def test_what_explains_more_cases_comes_before_what_explains_more_of_one(rivals, oracle):
    wrong = "def parts(x, k): return (-k * x, -1 - x, 1 - x) if k == 2 else (-k * x, x + 1, x - 1)"
    outcome = grade(rivals, "parts", wrong, oracle)
    assert [case.mistakes for case in outcome.cases][:2] == [("negative_a", "all_negative"), ("negative_a",)]


def test_a_mistake_is_named_whatever_the_precision_it_is_made_in(rivals, oracle):
    wrong = "import numpy as np\ndef parts(x, k): return k * k * x.astype(np.float64), x + 1, x - 1"
    outcome = grade(rivals, "parts", wrong, oracle)
    assert outcome.cases[0].mistakes == ("squared_a",)


REFUSING = """
from autograder import mistake
from .refusing import first, doubled

@mistake(first, "nothing is asked of an empty array", "Refuse it.")
def accepts(x):
    return float(x.sum())

@mistake(doubled, "an index out of range is left to Python", "Refuse it yourself.")
def unguarded(x):
    x[0]
    return 2 * x

@mistake(doubled, "the dtype is lost", "What comes in goes out.")
def widened(x):
    if len(x) == 0:
        raise ValueError("empty")
    return 2 * x.astype("float64")
"""


@pytest.fixture(scope="module")
def refusing(make_unit):
    definitions = """
    from autograder import value

    def given(rng, n):
        return dict(x=rng.normal(size=n))

    first = value(given, cases={"three": (3,)}, refuses={"nothing": (0,)}, returns="out")
    doubled = value(given, cases={"three": (3,)}, refuses={"nothing": (0,)}, returns="out")
    """
    reference = """
    import numpy as np

    def first(x):
        if len(x) == 0:
            raise ValueError("there is no first")
        return float(x[0] if len(x) == 1 else x.sum())

    def doubled(x):
        if len(x) == 0:
            raise ValueError("there is nothing to double")
        return 2 * x
    """
    return make_unit(definitions, reference, REFUSING, name="refusing")


def empty_case(outcome):
    return next(case for case in outcome.cases if case.case == "nothing")


def test_accepting_what_is_to_be_refused_is_one_mistake_whatever_is_returned(refusing, oracle):
    for returned in ("7.0", "float('nan')"):
        outcome = grade(refusing, "first", f"def first(x): return float(x.sum()) if len(x) else {returned}", oracle)
        assert empty_case(outcome).mistakes == ("accepts",)


def test_to_stop_with_another_error_is_not_to_accept(refusing, oracle):
    wrong = "def first(x): return float(x.sum()) if len(x) else 1 / 0"
    assert empty_case(grade(refusing, "first", wrong, oracle)).mistakes == ()


def test_an_error_of_one_kind_instead_of_a_refusal_is_one_mistake_whatever_it_says(refusing, oracle):
    wrong = "def doubled(x):\n    if len(x) == 0:\n        raise IndexError('nothing at all')\n    return 2 * x"
    assert empty_case(grade(refusing, "doubled", wrong, oracle)).mistakes == ("unguarded",)


def test_another_wrong_dtype_is_another_mistake(refusing, oracle):
    wrong = """
    def doubled(x):
        if len(x) == 0:
            raise ValueError("empty")
        return 2 * x.astype("{}") if x.dtype == "float32" else 2 * x
    """
    for dtype, mistakes in (("float64", ("widened",)), ("float16", ())):
        assert grade(refusing, "doubled", wrong.format(dtype), oracle).cases[-2].mistakes == mistakes, dtype


def test_a_mistake_with_one_argument_is_not_one_with_another(toy, oracle):
    source = """
    def affine_forward(x, w, b):
        kept = x.copy(), w, b.copy()
        {} += 0.5
        if len(x) == 0:
            raise ValueError("empty")
        return kept[0] @ w + kept[2], kept[:2]
    """
    for argument, mistakes in (("b", ("in_place",)), ("x", ())):
        outcome = toy.grade("affine_forward", source.format(argument), oracle=getattr(toy, oracle))
        assert outcome.status == "failed"
        assert outcome.mistakes == mistakes


def test_side_effects_are_shared_where_they_befall_the_same():
    seen = Observation("f", (np.ones(2),), changed=("x",))
    trial = Trial(None, Question({}), Answer(), seen, [Fault("side effects", "x", "x was changed")])
    for about in ("x", "b", "random state"):
        fault = Fault("side effects", about, f"{about} was changed")
        assert shares_fault(None, trial, seen, fault) == (about == "x")


def test_what_is_the_same():
    def network(seed):
        return Network.random((2, 3, 1), np.random.default_rng(seed))

    one = dict(a=1.0, b=[np.ones(2)])
    assert same(one, dict(a=1.0, b=[np.ones(2)]), np.float64)
    assert not same(one, dict(a=1.0, b=[np.ones(2)], c=None), np.float64)
    assert not same(dict(a=1.0), one, np.float64)
    assert not same([1.0], [1.0, 2.0], np.float64)
    assert not same(np.ones(2), [1.0, 1.0], np.float64)
    assert not same(np.ones(2), np.ones(2, np.float32), np.float64)
    assert same(np.ones(2), np.ones(2, np.float32), np.float64, precision=False)
    assert not same(np.ones(2), np.ones(2, int), np.float64, precision=False)
    assert not same("a", "b", np.float64)
    assert same(network(0), network(0), np.float64)
    assert not same(network(0), network(1), np.float64)


# General transformations


def trial_of(got, want, arguments=None, others=None, float32=False):
    """A trial in which `got` was returned as out, and the right results were `want` and the others."""
    exercise = value(None, cases={}, returns=", ".join(["out", *(others or {})]))
    exercise.name = "f"
    question = Question(arguments or {}, float32=float32)
    answer = Answer({"out": want, **(others or {})})
    right = (part.astype(question.dtype) for part in (others or {}).values())
    seen = Observation("f", (got, *right) if others else got)
    return exercise, Trial(None, question, answer, seen, faults(exercise, question, answer, seen))


def said_of(got, want, arguments=None, others=None):
    """What a wrong result is said to look like."""
    exercise, trial = trial_of(got, want, arguments, others)
    return looks_like(exercise, [trial], "out")[0]


x = np.random.default_rng(5).normal(size=(32, 3, 5))
square = x[0, :, :3]
padded = np.pad(x, ((0, 0), (1, 1), (2, 2)))
TRANSFORMED = {
    "32 times": (32 * x, x, "out is exactly 32 times too large."),
    "a fifth": (x / 5, x, "out is exactly 5 times too small."),
    "half a time": (1.5 * x, x, "out is the right answer times 1.5."),
    "nearly twice": (2.0001 * x, x, "out is the right answer times 2.0001."),
    "far too large": (1e7 * x, x, "out is the right answer times 1e+07."),
    "minus twice": (-2 * x, x, "out is the right answer times -2."),
    "minus a third": (x / -3, x, "out is the right answer times -1/3."),
    "the sign": (-x, x, "out has the wrong sign everywhere; its size is right."),
    "without signs": (np.abs(x), x, "out has lost its signs: every entry is right in size and none is negative."),
    "larger": (x + 0.25, x, "out is too large by 0.25 in every entry."),
    "smaller": (x - 0.25, x, "out is too small by 0.25 in every entry."),
    "transposed": (square.T, square, "out looks transposed: the right numbers, with rows and columns exchanged."),
    "transposed, not square": (x[0].T, x[0], "out looks transposed: the right numbers, with rows and columns"),
    "axes": (x.transpose(1, 2, 0), x, "its axes in another order: np.transpose(…, (2, 0, 1)) would put them right."),
    "backwards": (x[:, ::-1], x, "out has the right numbers, but runs backwards along axis 1."),
    "turned round": (x[:, ::-1, ::-1], x, "out has the right numbers, but is turned round along the axes (1, 2)."),
    "too far": (np.roll(x, 1, 2), x, "out has the right numbers, moved too far by 1 along axis 2."),
    "not far enough": (np.roll(x, -1, 0), x, "out has the right numbers, moved back by 1 along axis 0."),
    "reshaped": (x.reshape(32, 15), x, "are right and in the right order: `.reshape(32, 3, 5)` would do."),
    "not summed": (x, x.sum(axis=1), "Summed over axis 1, out would be right."),
    "not averaged": (x, x.mean(axis=0), "Averaged over axis 0, out would be right."),
    "a border left": (padded, x, "The right numbers stand inside out, with a border around them that should be"),
}


@pytest.mark.parametrize("what", TRANSFORMED)
def test_a_transformation_is_recognised(what):
    got, want, sentence = TRANSFORMED[what]
    said = said_of(got, want)
    assert len(said) == 1
    assert sentence in said[0]


def test_a_border_on_one_side_is_no_border_around():
    assert said_of(np.pad(x, ((0, 0), (0, 1), (0, 1))), x) == []


def test_another_result_in_its_place_is_recognised_whatever_its_shape():
    assert said_of(square, x, others={"db": square}) == ["out holds what belongs in db. Are the two exchanged?"]


def test_a_factor_that_is_another_result_as_well_is_neither():
    assert said_of(2 * square, square, others={"db": 2 * square}) == []


def test_a_wrong_dtype_comes_before_wrong_numbers():
    exercise, trial = trial_of(2 * square, square, float32=True)
    assert trial.faults[0].rung == "dtype"
    assert looks_like(exercise, [trial], "out") == [[]]


def test_a_factor_is_traced_to_a_dimension():
    arguments = {"x": x, "w": np.zeros((7, 5)), "stride": 2}
    batch = "was something summed that should be averaged, or the other way round?"
    assert said_of(32 * x, x, arguments) == [
        "out is exactly 32 times too large.",
        f"32 is x.shape[0], the batch size: {batch}",
    ]
    assert said_of(x / 7, x, arguments)[1] == f"7 is w.shape[0]: {batch}"
    assert said_of(35 * x, x, arguments)[1] == f"35 is w.size: {batch}"
    assert said_of(4 * x, x, arguments) == ["out is exactly 4 times too large."]  # 4 is nothing here
    assert len(said_of(5 * x, x, arguments)) == 1  # 5 is x.shape[2] and w.shape[1]


def test_each_case_is_told_its_own_dimension(toy):
    source = """
    def affine_backward(dout, cache):
        x, w = cache
        return dout @ w.T, len(x) * x.T @ dout, dout.sum(axis=0)
    """
    outcome = toy.grade("affine_backward", source)
    sentences = {case.case: (case.sentence, *case.details[:1]) for case in outcome.cases if case.status == "failed"}
    assert sentences["rows, features and outputs differ"] == (
        "dw is exactly 4 times too large.",
        "4 is x.shape[0], the batch size: was something summed that should be averaged, or the other way round?",
    )
    assert sentences["square"][0] == "dw is exactly 3 times too large."
    assert sentences["ones"][0] == "dw is exactly 2 times too large."
    assert "one row" not in sentences


def test_a_transformation_that_another_case_speaks_against_is_not_named(known, oracle):
    turned_once = "def scaled(x, k): return -k * x if k == 3 else k * x + 1"
    assert grade(known, "scaled", turned_once, oracle).cases[0].sentence == "out is wrong in every entry."


def test_where_two_transformations_explain_the_answer_neither_is_named():
    want = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert said_of(np.array([[2.0, 1.0], [1.0, 2.0]]), want) == []  # backwards along either axis


# Patterns

PATTERNS = {
    "the last column": (np.s_[:, -1], ":, -1", True),
    "the first column": (np.s_[:, 0], ":, 0", True),
    "one row": (np.s_[2, :], "2, :", True),
    "the last two columns": (np.s_[:, -2:], ":, -2:", True),
    "the first two rows": (np.s_[:2], ":2, :", True),
    "every second column": (np.s_[:, ::2], ":, ::2", True),
    "every other column": (np.s_[:, 1::2], ":, 1::2", True),
    "both borders": (np.s_[:, [0, -1]], ":, [0, -1]", True),
    "part of the last row": (np.s_[-1, 1:4], "-1, :", False),
}


@pytest.mark.parametrize("what", PATTERNS)
def test_a_pattern_is_recognised(what):
    where, text, exact = PATTERNS[what]
    wrong = np.zeros((6, 6), bool)
    wrong[where] = True
    assert where_wrong(wrong) == (text, exact)


def test_one_channel_is_recognised():
    wrong = np.zeros((2, 3, 4, 4), bool)
    wrong[:, 1] = True
    assert where_wrong(wrong) == (":, 1, :, :", True)


def test_the_narrowest_of_two_patterns_is_told():
    wrong = np.zeros((4, 6), bool)
    wrong[:2, -1] = True
    assert where_wrong(wrong) == (":, -1", False)
    assert where_wrong(wrong.T) == ("-1, :", False)


def test_just_over_half_of_an_axis_is_still_a_pattern():
    wrong = np.zeros((5, 5), bool)
    wrong[:, :3] = True
    assert where_wrong(wrong) == (":, :3", True)
    wrong[:, 3] = True
    assert where_wrong(wrong) is None


def test_no_pattern_is_made_up():
    assert where_wrong(np.ones((4, 4), bool)) is None
    assert where_wrong(np.eye(4, dtype=bool)) is None
    assert where_wrong(~np.eye(5, dtype=bool)) is None


@given(stn.arrays(bool, stn.array_shapes(max_dims=3, max_side=6)))
@settings(max_examples=200, deadline=None)
def test_what_is_said_of_a_pattern_is_true(wrong):
    assume(wrong.any())
    found = where_wrong(wrong)
    if found is None:
        return
    places = np.zeros_like(wrong)
    exec(f"places[{found[0]}] = True")
    assert not (wrong & ~places).any(), "a wrong entry lies elsewhere"
    assert found[1] == np.array_equal(wrong, places)
    assert 2 * places.sum() <= places.size + places.size / min(n for n in places.shape if n > 1), "that is no pattern"


def test_what_is_furthest_off_is_said():
    want = np.zeros((2, 3))
    got = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -2.5]])
    exercise, trial = trial_of(got, want)
    assert "Furthest off: out[1, 2] is -2.5; it should be 0." in describe(exercise, trial, trial.faults[0])


def test_of_entries_that_are_equally_far_off_but_for_rounding_the_first_is_shown():
    """Machines round differently, and should all say the same."""
    want = np.array([0.1, 0.2, 0.3, 0.4])
    exercise, trial = trial_of(want + np.array([0.5, 0.5 + 1e-15, 0.5, 0.5 + 2e-15]), want)
    assert "Furthest off: out[0] is 0.6; it should be 0.1." in describe(exercise, trial, trial.faults[0])


def test_an_answer_of_zeros_or_of_one_number_is_called_so():
    for got, sentence in ((0 * x, "out is zero everywhere."), (0 * x + 3, "out is 3 in every entry.")):
        exercise, trial = trial_of(got, x)
        assert sentence in describe(exercise, trial, trial.faults[0])


def test_one_number_everywhere_is_no_news_where_one_was_asked_for():
    exercise, trial = trial_of(0 * x + 3, 0 * x + 1)
    assert not any("in every entry" in line for line in describe(exercise, trial, trial.faults[0]))


def test_a_number_where_there_should_be_none_is_furthest_off():
    exercise, trial = trial_of(np.array([1.0, 2.0, 3.5]), np.array([1.0, np.nan, 3.0]))
    assert "Furthest off: out[1] is 2; it should be nan." in describe(exercise, trial, trial.faults[0])


def test_a_result_of_which_a_part_is_wrong_is_not_right():
    exercise = value(None, cases={}, returns="layers, loss")
    exercise.name = "f"
    question, answer = Question({}), Answer({"layers": [np.ones(2), np.ones(3)], "loss": 1.0})
    for returned, right in (
        (([np.ones(2), np.zeros(3)], 1.0), "loss is right."),
        (([np.ones(2), np.ones(3)], 2.0), "layers is right."),
    ):
        seen = Observation("f", returned)
        trial = Trial(None, question, answer, seen, faults(exercise, question, answer, seen))
        assert rest_is_right(exercise, trial) == [right]


# Whatever is returned, what is said is true

NUMBER = r"(-?[\d.]+(?:e[+-]\d+)?|nan|-?inf|True|False)"
AXES = r"(\(.*\))"
CLAIMS = {
    r"out is exactly (\d+) times too large\.": lambda got, want, k: close(got, int(k) * want),
    r"out is exactly (\d+) times too small\.": lambda got, want, k: close(got, want / int(k)),
    r"out is the right answer times (.*)\.": lambda got, want, k: close(got, fraction(k) * want, 100),
    r"(\d+) is x\.shape\[(\d)\](?:, the batch size)?: .*": lambda got, want, k, axis: want.shape[int(axis)] == int(k),
    r"(\d+) is x\.size: .*": lambda got, want, k: want.size == int(k),
    r"out has the wrong sign everywhere; .*": lambda got, want: close(got, -want),
    r"out has lost its signs: .*": lambda got, want: close(got, np.abs(want)),
    rf"out is too large by {NUMBER} in every entry\.": lambda got, want, by: close(got, want + float(by), 100),
    rf"out is too small by {NUMBER} in every entry\.": lambda got, want, by: close(got, want - float(by), 100),
    r"out looks transposed: .*": lambda got, want: close(got.T, want),
    rf"out .* np\.transpose\(…, {AXES}\) would .*": lambda got, want, axes: close(got.transpose(eval(axes)), want),
    r"out .* runs backwards along axis (\d)\.": lambda got, want, axis: close(np.flip(got, int(axis)), want),
    rf"out .* is turned round along the axes {AXES}\.": lambda got, want, axes: close(np.flip(got, eval(axes)), want),
    r"out .* moved too far by 1 along axis (\d)\.": lambda got, want, axis: close(np.roll(got, -1, int(axis)), want),
    r"out .* moved back by 1 along axis (\d)\.": lambda got, want, axis: close(np.roll(got, 1, int(axis)), want),
    r"out holds what belongs in other\. .*": lambda got, want: close(got, OTHER),
    rf"The numbers of out .* `\.reshape{AXES}` .*": lambda got, want, shape: close(got.reshape(eval(shape)), want),
    r"Summed over axis (\d), out would be right\.": lambda got, want, axis: close(got.sum(int(axis)), want),
    r"Averaged over axis (\d), out would be right\.": lambda got, want, axis: close(got.mean(int(axis)), want),
    r"The right numbers stand inside out, .*": lambda got, want: close(inside(got, want.shape), want),
    r"out is zero everywhere\.": lambda got, want: not got.any(),
    rf"out is {NUMBER} in every entry\.": lambda got, want, shown: all(shows(shown, entry) for entry in got.flat),
    rf"Furthest off: out\[(.*)\] is {NUMBER}; it should be {NUMBER}\.": lambda got, want, at, g, w: (
        tells(g, w, got[eval(at)], want[eval(at)]) and furthest(got, want, eval(at))
    ),
    r"All the wrong entries lie in out\[(.*)\]\.": lambda got, want, at: not (wrong(got, want) & ~slab(want, at)).any(),
    r"Wrong are exactly the entries of out\[(.*)\]\.": lambda got, want, at: (wrong(got, want) == slab(want, at)).all(),
    r"out is wrong in every entry\.": lambda got, want: wrong(got, want).all(),
    r"out is wrong in (\d+) of (\d+) entries\.": lambda got, want, count, size: (
        (wrong(got, want).sum(), want.size) == (int(count), int(size)) and 0 < int(count) < int(size)
    ),
    rf"out is {NUMBER}; it should be {NUMBER}\.": lambda got, want, g, w: tells(g, w, got, want),
    rf"out has shape {AXES}; it should have {AXES}\.": lambda got, want, g, w: (
        (got.shape, want.shape) == (eval(g), eval(w)) and g != w
    ),
    r"out is NaN or infinite in (\d+) of (\d+) entries, the first at \[(.*)\]\.": lambda got, want, count, size, at: (
        ((np.isfinite(want) & ~np.isfinite(got)).sum(), got.size) == (int(count), int(size))
        and not np.isfinite(got[eval(at)])
    ),
    rf"out is an array of shape {AXES} where a plain .*": lambda got, want, shape: got.shape == eval(shape) != (),
    rf"out is a single number where an array of shape {AXES} was asked\.": lambda got, want, shape: (
        (got.shape, want.shape) == ((), eval(shape))
    ),
    r"out is an array with no axes where a plain number was asked: .*": lambda got, want: got.shape == (),
    r"out is an array of whole numbers \((\w+)\), .*": lambda got, want, g: got.dtype == g and g[0] in "ui",
    r"out is an array of True and False .*": lambda got, want: got.dtype == bool,
    r"out is (\w+), but the inputs are (\w+): .*": lambda got, want, g, w: got.dtype == g != w == TOLERANCE["dtype"],
}  # fmt: skip
OTHER = np.arange(6.0).reshape(2, 3)
TOLERANCE = {}


def close(a, b, slack=1):
    return agree(np.asarray(a, float), np.asarray(b, float), TOLERANCE["dtype"], max(slack, 1))


def fraction(text):
    top, _, bottom = text.partition("/")
    return float(top) / float(bottom or 1)


def shows(text, number):
    """Whether a text of six digits or more is this number."""
    return np.isclose(eval(text, {"nan": np.nan, "inf": np.inf}), float(number), 1e-5, 0, equal_nan=True)


def tells(g, w, got, want):
    """Whether two texts are these two numbers, and tell them apart."""
    return g != w and shows(g, got) and shows(w, want)


def wrong(got, want):
    """Which entries are wrong, as compare.py says in words."""
    with np.errstate(all="ignore"):
        same = np.isclose(got, want, 0, 0, equal_nan=True)
        got, want = got.astype(float), want.astype(float)
        largest = np.abs(want[np.isfinite(want)]).max(initial=0)
        eps = np.finfo(TOLERANCE["dtype"]).eps
        near = np.abs(got - want) <= eps**0.5 * (np.abs(want) + largest) + 1000 * eps
    return ~(same | (near & np.isfinite(want) & np.isfinite(got)))


def furthest(got, want, at):
    """Whether no wrong entry is further off, but for rounding."""
    with np.errstate(all="ignore"):
        off = np.where(wrong(got, want), np.abs(got.astype(float) - want), -1)
    return not np.isfinite(off[at]) or off[at] >= off[np.isfinite(off)].max() * (1 - tolerance(TOLERANCE["dtype"]))


def slab(want, at):
    places = np.zeros(want.shape, bool)
    exec(f"places[{at}] = True")
    return places


def inside(got, shape):
    return got[tuple(slice((g - w) // 2, (g - w) // 2 + w) for g, w in zip(got.shape, shape, strict=True))]


def array(rng):
    """An array of few or no axes, of numbers that are often special."""
    shape = tuple(rng.integers(1, 5, size=rng.choice([0, 1, 2, 2, 3])))
    made = rng.normal(size=shape) * rng.choice([1, 1, 1e-6, 1e200])
    special = rng.choice([0, 1, -1, 2, np.nan, np.inf, 1e300, -1e-300], size=shape)
    return np.where(rng.random(shape) < rng.choice([0, 0, 0, 0.3, 1]), special, made)


def axis_of(got, rng):
    return int(rng.integers(got.ndim)) if got.ndim else None


def spoil(got, rng):
    got = got.copy()
    got.flat[rng.integers(got.size)] = rng.choice([0, 1, np.nan, np.inf, -7])
    return got


def zero_out(got, rng):
    """Zeros along one axis: a border, or every second row."""
    got = got.copy()
    if got.ndim:
        np.moveaxis(got, axis_of(got, rng), 0)[rng.choice([slice(0, 1), slice(-1, None), slice(None, None, 2)])] = 0
    return got


CHANGES = [
    lambda got, rng: got * rng.choice([2, 3, 4, 5, 1 / 2, 1 / 3, 1 / 4, -2, -1 / 3, 1.5, 1.0001, 1 + 1e-6, 2.0001, 0]),
    lambda got, rng: got * len(np.atleast_1d(got)),
    lambda got, rng: -got,
    lambda got, rng: got + rng.choice([-3, 1, 0.001]),
    lambda got, rng: got.T,
    lambda got, rng: got.transpose(rng.permutation(got.ndim)),
    lambda got, rng: np.flip(got, axis_of(got, rng)),
    lambda got, rng: np.flip(got),
    lambda got, rng: np.roll(got, rng.choice([1, -1, 2]), axis_of(got, rng)),
    lambda got, rng: np.abs(got),
    lambda got, rng: got.reshape(-1),
    lambda got, rng: got[None],
    lambda got, rng: np.stack([0.25 * got, 0.75 * got]),
    lambda got, rng: np.stack([0.5 * got, 1.5 * got], axis=-1),
    lambda got, rng: np.pad(got, 1) if got.ndim else got,
    lambda got, rng: np.full_like(got, got.flat[0]),
    lambda got, rng: array(rng),
    lambda got, rng: OTHER,
    spoil,
    zero_out,
]


def answers(seed):
    """One or two right answers, and wrong ones that are often related to them, and often in the same way."""
    rng = np.random.default_rng(seed)
    changes = [(CHANGES[rng.integers(len(CHANGES))], rng.integers(99)) for _ in range(rng.choice([1, 1, 1, 2]))]
    dtype = rng.choice([np.float64] * 6 + [np.float32, np.int64, bool])
    for _ in range(rng.choice([1, 2])):
        got = want = array(rng)
        for change, its_seed in changes if rng.random() < 0.8 else [(CHANGES[-1], 0)]:
            got = change(got, np.random.default_rng(its_seed))
        yield got.astype(dtype), want


def everything_said(exercise, trials):
    for i, trial in enumerate(trials):
        for fault in trial.shown:
            likeness = looks_like(exercise, trials, fault.about)[i]
            for sentence in [fault.sentence, *describe(exercise, trial, fault), *likeness]:
                yield trial, sentence


def check_claims(exercise, trials):
    """Every sentence said of these trials must be one that is checked here, and true."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = list(everything_said(exercise, [trial for trial in trials if trial.faults]))
    for trial, sentence in said:
        got, want = (np.asarray(part) for part in (trial.faults[0].got, trial.faults[0].want))
        TOLERANCE["dtype"] = trial.question.dtype
        for pattern, holds in CLAIMS.items():
            if match := re.fullmatch(pattern, sentence):
                assert holds(got, want, *match.groups()), sentence
                break
        else:
            raise AssertionError(f"nothing here checks: {sentence}")


@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
@settings(max_examples=600, deadline=None)
def test_what_is_said_of_any_arrays_is_true(seed, float32, scalar):
    trials = []
    with np.errstate(all="ignore"):
        cases = list(answers(seed))
    for got, want in cases:
        if float32 and got.dtype == np.float64:
            with np.errstate(over="ignore"):
                got = got.astype(np.float32)
        if scalar and want.ndim == 0:
            want = float(want)
            got = got[()] if got.ndim == 0 else got
        exercise, trial = trial_of(got, want, {"x": np.zeros(np.shape(want))}, {"other": OTHER}, float32)
        trials.append(trial)
    check_claims(exercise, trials)


@given(data)
@settings(max_examples=150, deadline=None)
def test_whatever_is_returned_is_wrong_and_nothing_worse(known, value):
    for returned in (value, (value, value)):
        outcome = known.grade_with("halves", halves=lambda x, returned=returned: returned)
        assert outcome.status == "failed"
        assert all(case.sentence for case in outcome.cases)


def test_two_results_that_have_changed_places_are_told_together(make_unit):
    unit = make_unit(
        """
        from autograder import value
        pair = value(lambda rng, n: dict(x=rng.normal(size=n)), returns="left, right", cases={"three": (3,)})
        """,
        """
        def pair(x):
            return x + 1, 2 * x
        """,
    )
    case = unit.grade("pair", "def pair(x): return 2 * x, x + 1").cases[0]
    assert case.sentence == "left and right have changed places."


def test_right_numbers_in_another_dtype_are_no_transposition(make_unit):
    """A symmetric array is its own transpose: nobody must be advised to transpose it."""
    unit = make_unit(
        """
        from autograder import value
        gram = value(lambda rng, n: dict(x=rng.normal(size=(n, n))), returns="out", cases={"three": (3,)})
        """,
        """
        def gram(x):
            return x @ x.T
        """,
    )
    case = unit.grade("gram", "import numpy as np\ndef gram(x):\n    x = x.astype(float)\n    return x @ x.T").cases[-1]
    assert case.sentence == "out is float64, but the inputs are float32: the dtype that comes in goes out."


def test_side_effects_are_told_beside_wrong_values(toy):
    source = "import numpy as np\ndef affine_forward(x, w, b):\n    x += 1\n    return np.sin(x @ w), (x, w)"
    case = toy.grade("affine_forward", source).cases[0]
    assert case.rung == "value"
    assert any(line.startswith("Besides: `affine_forward` changed its input x.") for line in case.details)


def test_a_backward_that_reads_a_global_instead_of_its_cache_is_found(toy):
    source = """
    kept = None

    def affine_forward(x, w, b):
        global kept
        kept = x, w
        return x @ w + b, None

    def affine_backward(dout, cache):
        x, w = kept
        return dout @ w.T, x.T @ dout, dout.sum(axis=0)
    """
    outcome = toy.grade("affine_backward", textwrap.dedent(source))
    assert outcome.status == "failed"
    assert "Does it read a global variable instead of its cache?" in outcome.cases[0].sentence


def test_short_arguments_are_shown_with_a_wrong_answer(make_unit):
    unit = make_unit(
        """
        import numpy as np
        from autograder import value
        size = value(lambda rng, n, k: dict(n=n, k=np.int64(k)), returns="windows", cases={"two": (5, 2)})
        """,
        """
        def size(n, k):
            return int(n - k + 1)
        """,
    )
    case = unit.grade("size", "def size(n, k): return int(n - k - 7)").cases[0]
    assert case.details == ("Asked with n=5, k=2.",)


def test_refusing_inputs_that_make_sense_is_told_as_that(make_unit):
    unit = make_unit(
        """
        from autograder import value
        size = value(lambda rng, n, k: dict(n=n, k=k), returns="windows", cases={"two": (5, 2)})
        """,
        """
        def size(n, k):
            return n - k + 1
        """,
    )
    case = unit.grade("size", "def size(n, k):\n    raise ValueError('too small')").cases[0]
    assert case.sentence == "`size` refused inputs that make sense, with a ValueError: too small"
