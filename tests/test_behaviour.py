"""Exercises that are judged by what a function does: it trains, it converges, it leaves things alone."""

import pytest

UPHILL = """
def descend(x, target, steps, lr):
    w = np.zeros((x.shape[1], 1))
    b = np.zeros(1)
    for _ in range(steps):
        error = (x @ w + b - target) / len(x)
        w, b = w + lr * x.T @ error, b + lr * error.sum(axis=0)
    return float(0.5 * np.mean((x @ w + b - target) ** 2))
"""
SLOWLY = UPHILL.replace("w + lr *", "w - 0.001 * lr *").replace("b + lr *", "b - 0.001 * lr *")


@pytest.fixture(params=["live", "frozen"])
def oracle(request, toy):
    """Which oracle is asked; the two must judge alike."""
    return getattr(toy, request.param)


def test_what_does_what_is_required_passes_however_it_is_done(toy, oracle):
    assert toy.grade("descend", oracle=oracle).status == "passed"
    assert toy.grade("descend", UPHILL.replace("+ lr *", "- lr *"), oracle=oracle).status == "passed"


def test_unseen_cases_are_drawn_for_it(toy, oracle):
    exercise = toy.unit.exercises["descend"]
    cases = exercise.fresh_cases(2024)
    assert [case.name for case in cases[:3]] == ["it learns (new numbers)", "so does one row (new numbers)", "unseen 1"]
    assert toy.grade("descend", oracle=oracle, cases=cases).status == "passed"
    only_as_shown = UPHILL.replace("+ lr *", "- lr *").replace(
        "range(steps)", "range(steps if len(x) in (5, 1) else 0)"
    )
    assert toy.grade("descend", only_as_shown, oracle=oracle).status == "passed"
    assert toy.grade("descend", only_as_shown, oracle=oracle, cases=cases).status == "failed"


def test_it_fails_with_the_sentence_of_what_is_not_met(toy, oracle):
    case = toy.grade("descend", SLOWLY, oracle=oracle).cases[0]
    assert (case.status, case.rung) == ("failed", "value")
    assert case.sentence == "Training for 30 steps should at least halve the loss."
    assert case.mistakes == ()


def test_its_known_mistakes_are_named(toy, oracle):
    outcome = toy.grade("descend", UPHILL, oracle=oracle)
    assert outcome.mistakes == ("uphill",)
    case = outcome.cases[0]
    assert case.sentence == "The steps go uphill."
    assert case.hint.startswith("The gradient points to where the loss grows")
    assert case.details == ("The loss after training is no smaller than before it.",)


def test_none_is_a_clear_failure(toy, oracle):
    case = toy.grade("descend", "def descend(x, target, steps, lr): pass", oracle=oracle).cases[0]
    assert (case.status, case.rung) == ("failed", "returns")
    assert case.sentence == "`descend` returned None. Is a `return` missing at its end?"


def test_what_cannot_be_used_is_a_clear_failure(toy, oracle):
    case = toy.grade("descend", "def descend(x, target, steps, lr): return {}", oracle=oracle).cases[0]
    assert (case.status, case.rung) == ("failed", "returns")
    assert case.sentence.startswith("What `descend` returned could not be used (TypeError: '<' not supported")


def test_an_exception_is_the_students_with_its_line(toy, oracle):
    case = toy.grade("descend", "def descend(x, target, steps, lr):\n    return x.weights", oracle=oracle).cases[0]
    assert case.sentence.startswith("`descend` stopped with AttributeError: 'numpy.ndarray' object has no attribute")
    assert case.places[0].source == "return x.weights"


def test_an_input_that_is_changed_is_noticed(toy, oracle):
    source = UPHILL.replace("+ lr *", "- lr *").replace(
        "w = np.zeros((x.shape[1], 1))", "x += 0.01; w = np.zeros((2, 1))"
    )
    case = toy.grade("descend", source, oracle=oracle).cases[0]
    assert case.rung == "side effects"
    assert case.sentence.startswith("`descend` changed its input argument 1.")


def test_it_is_blocked_by_what_it_needs(toy, oracle):
    outcome = toy.grade("descend", "def half_square(prediction, target): return 0.0, 0 * prediction", oracle=oracle)
    assert outcome.status == "blocked"
    assert outcome.cases[0].sentence == (
        "`descend` builds on `half_square`, which is not right yet. Get that one right first."
    )


def test_it_is_not_blocked_where_it_is_right_all_the_same(toy, oracle):
    wrong_loss = "def half_square(prediction, target): return 0.0, 0 * prediction\n"
    assert toy.grade("descend", wrong_loss + UPHILL.replace("+ lr *", "- lr *"), oracle=oracle).status == "passed"


def test_a_mistake_of_its_own_is_named_even_if_what_it_needs_is_wrong(toy, oracle):
    wrong_loss = "def half_square(prediction, target): return 0.0, 0 * prediction\n"
    outcome = toy.grade("descend", wrong_loss + UPHILL, oracle=oracle)
    assert (outcome.status, outcome.mistakes) == ("failed", ("uphill",))


def test_a_function_beside_it_that_is_missing_is_called_so(make_unit):
    unit = make_unit(
        """
        from autograder import behaviour, require, value
        double = value(lambda rng: dict(x=float(rng.normal())), cases={"one": ()})

        @behaviour(cases={"twice": ()})
        def quadruple(student, rng):
            require(student.quadruple(1.0) == student.double(student.double(1.0)), "It should double twice.")
        """,
        """
        def double(x):
            return 2 * x

        def quadruple(x):
            return 4 * x
        """,
        name="twice",
    )
    assert unit.grade("quadruple").status == "passed"
    assert unit.grade("quadruple", "def quadruple(x): return 5 * x").cases[0].sentence == "It should double twice."
    case = unit.grade("quadruple", "del double").cases[0]
    assert case.sentence == "There is no function called `double`. Was it removed or renamed?"
    case = unit.grade("quadruple", "def double(x):\n    raise NotImplementedError").cases[0]
    assert (case.status, case.sentence) == ("blocked", "`quadruple` calls `double`, which is not started yet.")
