"""The guessing unit: its references against torch, the claims of the lesson, right answers written in other styles."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import grade, numerical_gradient, reference

guess_number = reference("guess_number")

NUMBERS = st.floats(-100, 100, allow_subnormal=False)
INPUTS = st.floats(0.5, 120) | st.floats(-120, -0.5)
SECRETS = range(101)

modest = settings(max_examples=30, deadline=None)


# The references against independent witnesses


@modest
@given(k=NUMBERS, x=NUMBERS, y=NUMBERS)
def test_predictions_and_losses_are_what_they_are_called(k, x, y):
    guess = guess_number.predict(k, x)
    assert guess == k * x
    assert guess_number.difference_loss(y, guess) == y - guess
    assert guess_number.sign_loss(y, guess) == np.sign(y - guess)
    assert {type(guess), type(guess_number.sign_loss(y, guess))} == {float}


@modest
@given(k=NUMBERS, x=NUMBERS, y=NUMBERS, lr=st.floats(1e-6, 1))
def test_the_gradient_step_is_torchs(k, x, y, lr):
    torch = pytest.importorskip("torch")
    parameter = torch.tensor(k, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=lr)
    (0.5 * (y - parameter * x) ** 2).backward()
    optimizer.step()
    got = guess_number.gradient_step(k, x, guess_number.difference_loss(y, k * x), lr)
    assert got == pytest.approx(parameter.item(), rel=1e-10, abs=1e-9)


def test_the_gradient_step_goes_against_the_numerical_derivative():
    k, x, y, lr = np.array(0.6), 7.0, 9.5, 0.01
    slope = numerical_gradient(lambda k: 0.5 * (y - k * x) ** 2, k)
    moved = guess_number.gradient_step(0.6, x, y - 0.6 * x, lr)
    np.testing.assert_allclose(moved, k - lr * slope, rtol=1e-8)


@modest
@given(k=NUMBERS, loss=NUMBERS, step=st.floats(1e-3, 1))
def test_a_fixed_step_is_as_long_for_every_loss(k, loss, step):
    moved = guess_number.fixed_step(k, loss, step)
    assert moved == {1: k + step, -1: k - step, 0: k}[int(np.sign(loss))]
    assert moved == guess_number.fixed_step(k, np.sign(loss), step)


@modest
@given(low=st.integers(-200, 200), width=st.integers(0, 150), answer=st.sampled_from([-1, 0, 1]))
def test_halving_leaves_the_numbers_that_fit_the_answer(low, width, answer):
    numbers = range(low, low + width + 1)
    guess = math.floor(low + width / 2)
    left = [number for number in numbers if np.sign(number - guess) == answer]
    new = guess_number.halve(low, low + width, answer)
    assert list(range(new[0], new[1] + 1)) == left
    assert [type(bound) for bound in new] == [int, int]


@modest
@given(target=NUMBERS, x=INPUTS, k=st.floats(-2, 2), share=st.floats(0.1, 1.9), rounds=st.integers(0, 30))
def test_training_is_torchs_gradient_descent(target, x, k, share, rounds):
    torch = pytest.importorskip("torch")
    step = share / x**2
    parameter = torch.tensor(k, dtype=torch.float64, requires_grad=True)
    optimizer, guesses = torch.optim.SGD([parameter], lr=step), []
    for _ in range(rounds):
        guess = parameter * x
        guesses.append(guess.item())
        if abs(target - guess.item()) < 0.5:
            break
        optimizer.zero_grad()
        (0.5 * (target - guess) ** 2).backward()
        optimizer.step()

    got, noted = guess_number.train(target, x, k, step, 0.5, rounds)
    assert got == pytest.approx(parameter.item(), rel=1e-10, abs=1e-10)
    assert noted == pytest.approx(guesses, rel=1e-10, abs=1e-8)
    assert type(noted) is list


@modest
@given(target=NUMBERS, x=INPUTS, k=st.floats(-2, 2), share=st.floats(0.1, 1.9))
def test_each_round_multiplies_the_gap_by_the_same_factor(target, x, k, share):
    _, guesses = guess_number.train(target, x, k, share / x**2, 0.01, 12)
    gaps = [target - guess for guess in guesses]
    for before, after in itertools.pairwise(gaps):
        assert after == pytest.approx(before * (1 - share), rel=1e-6, abs=1e-9)


# What the docstrings promise


def test_the_tolerance_has_to_be_undercut():
    assert guess_number.train(51.0, 100.0, 0.5, 0.00005, 1.0, 10)[1] == [50.0, 50.5]
    assert guess_number.train(51.0, 100.0, 0.5, 0.00005, 1.001, 10) == (0.5, [50.0])


def test_k_moves_after_the_last_guess_only_if_the_rounds_run_out():
    k, guesses = guess_number.train(88, 100, 0.6, 0.00005, 0.5, 2)
    assert (k, guesses) == (pytest.approx(0.81), pytest.approx([60, 74]))
    k, guesses = guess_number.train(88, 100, 0.6, 0.00005, 0.5, 20)
    assert k * 100 == guesses[-1]
    assert guess_number.train(88, 100, 0.6, 0.00005, 0.5, 0) == (0.6, [])


def test_whole_numbers_are_taken():
    assert guess_number.predict(1, 100) == 100
    assert guess_number.fixed_step(1, 1, 1) == 2
    assert guess_number.train(np.int64(100), 100, np.float32(1), 1, 1, 5) == (1.0, [100.0])


def test_bounds_without_a_number_between_them_are_refused():
    with pytest.raises(ValueError, match="contradict"):
        guess_number.halve(6, 5, 1)
    assert guess_number.halve(5, 5, 1) == (6, 5)


# What the lesson says


def walk(secret, k, steps):
    """The guesses with fixed steps of these lengths, until one is good enough."""
    guesses = [guess_number.predict(k, 100)]
    for step in steps:
        if abs(secret - guesses[-1]) < 0.5:
            break
        k = guess_number.fixed_step(k, guess_number.sign_loss(secret, guesses[-1]), step)
        guesses.append(guess_number.predict(k, 100))
    return guesses


def halvings(secret):
    """The guesses of halving, up to the right one."""
    low, high, guesses = 0, 100, []
    while not guesses or guesses[-1] != secret:
        guesses.append((low + high) // 2)
        low, high = guess_number.halve(low, high, int(np.sign(secret - guesses[-1])))
    return guesses


def test_the_game_takes_four_guesses_and_luck():
    assert walk(88, 0.6, (0.2, 0.1, 0.02)) == pytest.approx([60, 80, 90, 88])
    assert walk(35, 0.6, (0.2, 0.1, 0.02))[-1] == pytest.approx(32)


@pytest.mark.parametrize(("step", "count"), [(0.2, 101), (0.05, 101), (0.04, 8), (0.01, 29)])
def test_the_lessons_table_of_fixed_steps(step, count):
    assert len(walk(88, 0.6, [step] * 100)) == count


@pytest.mark.parametrize(("start", "average"), [(0.0, 51), (0.5, 26)])
def test_a_better_start_is_nearer_on_average(start, average):
    counts = [len(walk(secret, start, [0.01] * 200)) for secret in SECRETS]
    assert round(np.mean(counts)) == average


def test_halving_takes_at_most_seven_guesses_and_six_are_too_few():
    counts = [len(halvings(secret)) for secret in SECRETS]
    assert max(counts) == math.ceil(math.log2(101)) == 7
    assert 2**6 - 1 < 101 <= 2**7 - 1
    assert round(np.mean(counts), 1) == 5.8
    assert halvings(88) == [50, 75, 88]
    assert halvings(87) == [50, 75, 88, 81, 84, 86, 87]


def test_the_exact_step_is_right_at_once_from_anywhere():
    for secret in SECRETS:
        _, guesses = guess_number.train(secret, 100, 0.123, 1 / 100**2, 1e-9, 10)
        assert len(guesses) == 2


@pytest.mark.parametrize(
    ("step", "count", "first"),
    [
        (0.00001, 40, [60, 62.8, 65.32]),
        (0.00005, 7, [60, 74, 81, 84.5, 86.25, 87.125, 87.5625]),
        (0.0001, 2, [60, 88]),
        (0.00015, 7, [60, 102, 81, 91.5, 86.25, 88.875, 87.5625]),
        (0.0002, 100, [60, 116, 60, 116]),
        (0.00025, 100, [60, 130, 25, 182.5]),
    ],
)
def test_the_lessons_table_of_learning_rates(step, count, first):
    _, guesses = guess_number.train(88, 100, 0.6, step, 0.5, 100)
    assert len(guesses) == count
    assert guesses[: len(first)] == pytest.approx(first)


# Right answers in other styles pass


def passes(exercise, **functions):
    outcome = grade("guess_number", exercise, **functions)
    assert outcome.status == "passed", outcome


def compared_sign(y_true, y_pred):
    return (y_true > y_pred) - (y_true < y_pred)


def copied_sign(y_true, y_pred):
    return math.copysign(1, y_true - y_pred) if y_true != y_pred else 0


def numpy_sign(y_true, y_pred):
    return np.sign(y_true - y_pred)


@pytest.mark.parametrize("sign", [compared_sign, copied_sign, numpy_sign])
def test_other_right_signs_pass(sign):
    passes("sign_loss", sign_loss=sign)


@pytest.mark.parametrize("times", [lambda k, x: x * k, np.multiply, lambda k, x: sum([k * x])])
def test_other_right_predictions_pass(times):
    passes("predict", predict=lambda k, x: times(k, x))


@pytest.mark.parametrize("minus", [lambda a, b: -(b - a), np.subtract, lambda a, b: a + -1 * b])
def test_other_right_differences_pass(minus):
    passes("difference_loss", difference_loss=lambda y_true, y_pred: minus(y_true, y_pred))


def looked_up_step(k, loss, step):
    return k + {True: step, False: -step}[loss > 0] if loss else k


def numpy_step(k, loss, step):
    return np.float64(k) + np.sign(loss) * step


def clipped_step(k, loss, step):
    return k + step * max(-1, min(1, loss * 1e9))


@pytest.mark.parametrize("move", [looked_up_step, numpy_step, clipped_step])
def test_other_right_fixed_steps_pass(move):
    passes("fixed_step", fixed_step=move)


def derived_step(k, x, loss, lr):
    slope = -loss * x
    return k - lr * slope


def regrouped_step(k, x, loss, lr):
    return sum((k, x * (lr * loss)))


def square_step(k, x, loss, lr):
    """The derivative of the square, from the secret worked out again, and then halved."""
    y_true = k * x + loss
    return k - lr * np.mean([2 * (k * x - y_true) * x]) / 2


@pytest.mark.parametrize("move", [derived_step, regrouped_step, square_step])
def test_other_right_gradient_steps_pass(move):
    passes("gradient_step", gradient_step=move)


def refuse(low, high):
    if high < low:
        raise ValueError("these answers cannot all be true")


def distance_halving(low, high, answer):
    refuse(low, high)
    guess = low + (high - low) // 2
    return [guess, guess] if answer == 0 else [guess + 1, high] if answer == 1 else [low, guess - 1]


def listed_halving(low, high, answer):
    """With all numbers that are left, written down."""
    refuse(low, high)
    numbers = np.arange(low, high + 1)
    middle = (len(numbers) - 1) // 2
    if answer == 0:
        return numbers[middle], numbers[middle]
    left = numbers[middle + 1 :] if answer > 0 else numbers[:middle]
    return (left[0], left[-1]) if len(left) else (low + max(answer, 0), high + min(answer, 0))


def shifted_halving(low, high, answer):
    refuse(low, high)
    guess = (low + high) >> 1
    return (guess + answer if answer >= 0 else low), (guess + answer if answer <= 0 else high)


@pytest.mark.parametrize("halve", [distance_halving, listed_halving, shifted_halving])
def test_other_right_halvings_pass(halve):
    passes("halve", halve=halve)


def while_train(target, x, k, step, tolerance, max_rounds):
    guesses = []
    while len(guesses) < max_rounds:
        guesses += [k * x]
        if not abs(target - guesses[-1]) >= tolerance:
            return k, guesses
        k += step * x * (target - guesses[-1])
    return k, guesses


def guess_train(target, x, k, step, tolerance, max_rounds):
    """Moves the guess instead of k, which comes out at the end."""
    guesses, guess = [], k * x
    for _ in range(max_rounds):
        guesses.append(np.float64(guess))
        if -tolerance < target - guess < tolerance:
            break
        guess = guess + step * x**2 * (target - guess)
    return guess / x, tuple(guesses)


def recursive_train(target, x, k, step, tolerance, max_rounds):
    if max_rounds == 0:
        return k, []
    if math.fabs(target - k * x) < tolerance:
        return k, [k * x]
    moved = k + step * (target - k * x) * x
    last, guesses = recursive_train(target, x, moved, step, tolerance, max_rounds - 1)
    return last, [k * x, *guesses]


@pytest.mark.parametrize("train", [while_train, guess_train, recursive_train])
def test_other_right_loops_pass(train):
    passes("train", train=train)


# Wrong answers do not pass, so that the tests above can fail


def test_answers_that_are_nearly_right_fail():
    def hasty(target, x, k, step, tolerance, max_rounds):
        return guess_number.train(target, x, k, step * (1 + 1e-6), tolerance, max_rounds)

    def no_third_answer(y_true, y_pred):
        return compared_sign(y_true, y_pred - 1e-12)

    def credulous(low, high, answer):
        guess = (low + high) // 2
        return (guess + answer if answer >= 0 else low), (guess + answer if answer <= 0 else high)

    assert grade("guess_number", "train", train=hasty).status == "failed"
    assert grade("guess_number", "sign_loss", sign_loss=no_third_answer).status == "failed"
    assert grade("guess_number", "halve", halve=credulous).status == "failed"


def test_a_wrong_loop_points_to_a_wrong_step():
    def shorter(k, x, loss, lr):
        return guess_number.gradient_step(k, x, loss, 0.7 * lr)

    def loop(target, x, k, step, tolerance, max_rounds):
        guesses = []
        for _ in range(max_rounds):
            guesses.append(k * x)
            if abs(target - k * x) < tolerance:
                break
            k = shorter(k, x, target - k * x, step)
        return k, guesses

    outcome = grade("guess_number", "train", gradient_step=shorter, train=loop)
    assert outcome.status == "blocked"
    assert "gradient_step" in next(case.sentence for case in outcome.cases if case.sentence)
