"""The losses unit: its references against torch, numerical derivatives and answers written in other styles."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import grade, numerical_gradient, reference

losses = reference("losses")
torch = pytest.importorskip("torch")
functional = torch.nn.functional

DTYPES = st.sampled_from([np.float64, np.float32])
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 6)
SCALES = st.sampled_from([1, 30, 1000])

modest = settings(max_examples=30, deadline=None)


def untouched(function, *arguments):
    """What the function returns; it must not have changed its arguments, nor warned."""
    before = [np.copy(argument) for argument in arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = function(*arguments)
    for was, argument in zip(before, arguments, strict=True):
        np.testing.assert_array_equal(argument, was)
    return result


def agrees_with_torch(function, want, guess, *rest):
    """function(guess, *rest) gives the loss that want gives for tensors, and its gradient, in guess's dtype."""
    loss, dguess = untouched(function, guess, *rest)
    tensor = torch.tensor(guess, requires_grad=True)
    right = want(tensor, *(torch.tensor(r) if isinstance(r, np.ndarray) else r for r in rest))
    right.backward()
    assert type(loss) is float
    assert dguess.dtype == guess.dtype
    assert dguess.shape == guess.shape
    rtol = 1e-10 if guess.dtype == np.float64 else np.finfo(np.float32).eps ** 0.5
    np.testing.assert_allclose(loss, right.item(), rtol=rtol, atol=rtol)
    np.testing.assert_allclose(dguess, tensor.grad.numpy(), rtol=rtol, atol=rtol)


def is_the_derivative(function, guess, *rest):
    _, dguess = function(guess, *rest)
    want = numerical_gradient(lambda g: function(g, *rest)[0], guess)
    np.testing.assert_allclose(dguess, want, rtol=1e-6, atol=1e-8)


# The references against torch


@modest
@given(shape=SHAPES, dtype=DTYPES, seed=SEEDS)
def test_mse_and_mae_agree_with_torch(shape, dtype, seed):
    rng = np.random.default_rng(seed)
    prediction, target = (rng.normal(size=shape).astype(dtype) for _ in range(2))
    agrees_with_torch(losses.mse_loss, functional.mse_loss, prediction, target)
    agrees_with_torch(losses.mae_loss, functional.l1_loss, prediction, target)


@modest
@given(shape=SHAPES, delta=st.sampled_from([0.25, 1.0, 3.0]), dtype=DTYPES, seed=SEEDS)
def test_huber_agrees_with_torch(shape, delta, dtype, seed):
    rng = np.random.default_rng(seed)
    # Quarters, so that some errors are exactly delta or 0.
    prediction, target = (np.round(4 * rng.normal(size=shape)).astype(dtype) / 4 for _ in range(2))
    agrees_with_torch(
        losses.huber_loss, lambda p, t, d: functional.huber_loss(p, t, delta=d), prediction, target, delta
    )


@modest
@given(shape=SHAPES, scale=SCALES, dtype=DTYPES, seed=SEEDS)
def test_binary_cross_entropy_agrees_with_torch(shape, scale, dtype, seed):
    rng = np.random.default_rng(seed)
    logits = (scale * rng.normal(size=shape)).astype(dtype)
    target = np.clip(rng.uniform(-0.5, 1.5, shape), 0, 1).astype(dtype)
    agrees_with_torch(losses.binary_cross_entropy, functional.binary_cross_entropy_with_logits, logits, target)


@modest
@given(n=SIZES, c=SIZES, scale=SCALES, around=st.sampled_from([0, 1000, -1000]), dtype=DTYPES, seed=SEEDS)
def test_softmax_cross_entropy_agrees_with_torch(n, c, scale, around, dtype, seed):
    rng = np.random.default_rng(seed)
    logits, labels = (around + scale * rng.normal(size=(n, c))).astype(dtype), rng.integers(c, size=n)
    agrees_with_torch(losses.softmax_cross_entropy, functional.cross_entropy, logits, labels)


@modest
@given(n=SIZES, c=SIZES, margin=st.sampled_from([0.0, 0.5, 2.0]), dtype=DTYPES, seed=SEEDS)
def test_hinge_agrees_with_torch(n, c, margin, dtype, seed):
    rng = np.random.default_rng(seed)
    # Halves, so that margins are often met exactly.
    scores, labels = np.round(4 * rng.normal(size=(n, c))).astype(dtype) / 2, rng.integers(c, size=n)
    agrees_with_torch(
        losses.hinge_loss, lambda s, y, m: c * functional.multi_margin_loss(s, y, margin=m), scores, labels, margin
    )


# The references against numerical derivatives, away from kinks


@modest
@given(shape=SHAPES, seed=SEEDS)
def test_gradients_of_entries_are_numerical_derivatives(shape, seed):
    rng = np.random.default_rng(seed)
    target = rng.normal(size=shape)
    prediction = target + rng.uniform(0.1, 0.9, shape) * rng.choice([-3, -1, 1, 3], shape)
    is_the_derivative(losses.mse_loss, prediction, target)
    is_the_derivative(losses.mae_loss, prediction, target)
    is_the_derivative(losses.huber_loss, prediction, target, 0.05)
    is_the_derivative(losses.huber_loss, prediction, target, 3.0)
    is_the_derivative(losses.binary_cross_entropy, prediction, rng.uniform(size=shape))


@modest
@given(n=SIZES, c=SIZES, seed=SEEDS)
def test_gradients_of_classes_are_numerical_derivatives(n, c, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(c, size=n)
    is_the_derivative(losses.softmax_cross_entropy, rng.normal(size=(n, c)), labels)
    # Whole numbers never meet a margin of 0.5.
    is_the_derivative(losses.hinge_loss, rng.integers(-2, 3, size=(n, c)).astype(float), labels, 0.5)


# What the lesson says


@pytest.mark.parametrize(
    ("function", "arguments", "loss", "gradient"),
    [
        ("mse_loss", ([3, 0, 1], [1, 1, 1]), 5 / 3, [4 / 3, -2 / 3, 0]),
        ("mae_loss", ([3, 0, 1], [1, 1, 1]), 1, [1 / 3, -1 / 3, 0]),
        ("huber_loss", ([4, 2, -1], [1, 1, 1], 2), 6.5 / 3, [2 / 3, 1 / 3, -2 / 3]),
        ("binary_cross_entropy", ([2, -1], [1, 1]), 0.720, [-0.060, -0.366]),
        (
            "softmax_cross_entropy",
            ([[2, 1, 0], [1, 1, 1]], [0, 2]),
            0.753,
            [[-0.167, 0.122, 0.045], [0.167, 0.167, -0.333]],
        ),
        ("hinge_loss", ([[3, 2.5, -1], [2, 1.5, 1]], [0, 2], 1), 2, [[-0.5, 0.5, 0], [0.5, 0.5, -1]]),
    ],
)
def test_the_lessons_examples(function, arguments, loss, gradient):
    got = getattr(losses, function)(*map(np.array, arguments[:2]), *arguments[2:])
    assert got[0] == pytest.approx(loss, abs=5e-4)
    np.testing.assert_allclose(got[1], gradient, atol=6e-4)


def test_the_mean_and_the_median_of_the_lesson():
    guesses = np.arange(0, 10, 0.5)
    for last in (9.0, 900.0):
        target = np.array([1.0, 2.0, last])
        absolute = [losses.mae_loss(np.full(3, guess), target)[0] for guess in guesses]
        assert guesses[np.argmin(absolute)] == 2
    squared = [losses.mse_loss(np.full(3, guess), np.array([1.0, 2.0, 9.0]))[0] for guess in guesses]
    assert guesses[np.argmin(squared)] == 4


# Kinks, extremes and refusals


def test_at_a_kink_the_derivative_is_zero():
    same = np.array([1.5, -2.0])
    assert not losses.mae_loss(same, same)[1].any()
    np.testing.assert_array_equal(losses.huber_loss(np.array([2.0, -2.0]), np.zeros(2), 2.0)[1], [1, -1])
    np.testing.assert_array_equal(losses.hinge_loss(np.array([[2.0, 1.0, 1.5]]), np.array([0]), 1.0)[1], [[-1, 0, 1]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sure_and_wrong_costs_what_it_should(dtype):
    sure = np.array([1000, -1000], dtype)
    assert untouched(losses.binary_cross_entropy, sure, np.array([0, 1], dtype))[0] == 1000
    assert untouched(losses.binary_cross_entropy, sure, np.array([1, 0], dtype))[0] == 0
    both = np.array([[1000, -1000], [-1000, 1000]], dtype)
    loss, dlogits = untouched(losses.softmax_cross_entropy, both, np.array([1, 0]))
    assert loss == 2000
    np.testing.assert_array_equal(dlogits, [[0.5, -0.5], [-0.5, 0.5]])
    assert untouched(losses.softmax_cross_entropy, both, np.array([0, 1]))[0] == 0


@pytest.mark.parametrize("classes", [1, 2, 7])
def test_knowing_nothing_costs_the_logarithm_of_the_classes(classes):
    logits = np.full((3, classes), -4.0)
    assert losses.softmax_cross_entropy(logits, np.zeros(3, int))[0] == pytest.approx(math.log(classes))


NOTHING, LABELS = np.zeros((0, 3)), np.array([0, 2])


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("mse_loss", (NOTHING, NOTHING)),
        ("mse_loss", (np.zeros((3, 1)), np.zeros(3))),
        ("mae_loss", (np.zeros(0), np.zeros(0))),
        ("huber_loss", (NOTHING, NOTHING, 1.0)),
        ("huber_loss", (np.zeros(2), np.zeros(2), 0.0)),
        ("huber_loss", (np.zeros(2), np.zeros(2), -1.0)),
        ("binary_cross_entropy", (NOTHING, NOTHING)),
        ("binary_cross_entropy", (np.zeros((3, 1)), np.zeros(3))),
        ("softmax_cross_entropy", (NOTHING, np.zeros(0, int))),
        ("softmax_cross_entropy", (np.zeros((2, 2)), LABELS)),
        ("softmax_cross_entropy", (np.zeros((2, 3)), -LABELS)),
        ("softmax_cross_entropy", (np.zeros((3, 3)), LABELS)),
        ("hinge_loss", (NOTHING, np.zeros(0, int), 1.0)),
        ("hinge_loss", (np.zeros((2, 2)), LABELS, 1.0)),
        ("hinge_loss", (np.zeros((2, 3)), -LABELS, 1.0)),
    ],
)
def test_what_makes_no_sense_is_refused(function, arguments):
    with pytest.raises(ValueError, match=r"\w"):
        getattr(losses, function)(*arguments)


def test_any_memory_layout_will_do():
    rng = np.random.default_rng(1)
    prediction, target = rng.normal(size=(2, 3, 4))
    want = losses.mse_loss(prediction, target)
    for other in (np.asfortranarray(prediction), np.repeat(prediction, 2, axis=1)[:, ::2]):
        got = losses.mse_loss(other, target)
        assert got[0] == want[0]
        np.testing.assert_array_equal(got[1], want[1])


# Right answers in other styles must pass


def refuse(condition):
    if condition:
        raise ValueError("these inputs make no sense")


def mse_by_inner_product(prediction, target):
    refuse(prediction.size == 0)
    error = np.asarray(prediction - target)
    return np.vdot(error, error) / error.size, np.asfortranarray(error * 2 / error.size)


def mse_by_loops(prediction, target):
    refuse(prediction.size == 0)
    dprediction, total = np.empty_like(prediction), 0.0
    for index in np.ndindex(prediction.shape):
        error = float(prediction[index]) - float(target[index])
        total += error**2
        dprediction[index] = 2 * error / prediction.size
    return [total / prediction.size, dprediction]


def mae_by_comparison(prediction, target):
    refuse(prediction.size == 0)
    above = (prediction > target).astype(prediction.dtype)
    below = (prediction < target).astype(prediction.dtype)
    above -= below
    return float(np.sum(above * (prediction - target)) / above.size), above / above.size


def huber_by_clipping(prediction, target, delta):
    refuse(prediction.size == 0 or delta <= 0)
    error = prediction - target
    pull = np.clip(error, -delta, delta)
    return float(np.mean(pull * (error - pull / 2))), pull / error.size


def huber_by_masks(prediction, target, delta):
    refuse(prediction.size == 0)
    refuse(delta <= 0)
    error = prediction - target
    cost, slope = error**2 / 2, error.copy()
    large = np.abs(error) > delta
    cost[large] = delta * np.abs(error[large]) - delta**2 / 2
    slope[large] = np.sign(slope[large]) * delta
    slope /= error.size
    return cost.mean().item(), slope


def bce_by_logaddexp(logits, target):
    refuse(logits.size == 0 or logits.shape != target.shape)
    cost = target * np.logaddexp(0, -logits) + (1 - target) * np.logaddexp(0, logits)
    return float(np.average(cost)), (0.5 * (1 + np.tanh(logits / 2)) - target) / logits.size


def bce_by_scipy(logits, target):
    special = pytest.importorskip("scipy.special")
    refuse(logits.size == 0 or logits.shape != target.shape)
    cost = -target * special.log_expit(logits) - (1 - target) * special.log_expit(-logits)
    return cost.mean(), (special.expit(logits) - target) / logits.size


def bce_by_one_exponential(logits, target):
    refuse(logits.size == 0 or logits.shape != target.shape)
    z = np.exp(-np.abs(logits))
    cost = np.maximum(logits, 0) - logits * target + np.log1p(z)
    p = np.where(logits >= 0, 1, z) / (1 + z)
    return float(cost.mean()), ((p - target) / logits.size).astype(logits.dtype)


def refuse_labels(scores, labels):
    refuse(len(scores) == 0)
    refuse(np.any((labels < 0) | (labels >= scores.shape[1])))


def softmax_by_one_hot(logits, labels):
    refuse_labels(logits, labels)
    shifted = logits - np.max(logits, axis=1)[:, None]
    logs = shifted - np.log(np.sum(np.exp(shifted), axis=1))[:, None]
    one_hot = np.zeros_like(logits)
    one_hot[range(len(labels)), labels] = 1
    return -np.einsum("nc,nc", logs, one_hot) / len(logits), (np.exp(logs) - one_hot) / len(logits)


def softmax_by_scipy(logits, labels):
    special = pytest.importorskip("scipy.special")
    refuse_labels(logits, labels)
    dlogits = np.asfortranarray(special.softmax(logits, axis=1) / len(logits))
    rows = np.arange(len(logits))
    dlogits[rows, labels] -= 1 / len(logits)
    return float(np.mean(special.logsumexp(logits, axis=1) - logits[rows, labels])), dlogits


def softmax_by_loops(logits, labels):
    refuse_labels(logits, labels)
    total, rows = 0.0, []
    for x, y in zip(logits.tolist(), labels.tolist(), strict=True):
        log_sum = max(x) + math.log(sum(math.exp(v - max(x)) for v in x))
        total += log_sum - x[y]
        rows.append([(math.exp(v - log_sum) - (j == y)) / len(logits) for j, v in enumerate(x)])
    return total / len(logits), np.array(rows, dtype=logits.dtype)


def hinge_by_masks(scores, labels, margin):
    refuse_labels(scores, labels)
    rows = np.arange(len(scores))
    cost = np.maximum(0, scores - scores[rows, labels][:, None] + margin)
    cost[rows, labels] = 0
    dscores = (cost > 0).astype(scores.dtype)
    dscores[rows, labels] = -dscores.sum(axis=1)
    return float(cost.sum() / len(scores)), dscores / len(scores)


def hinge_by_loops(scores, labels, margin):
    refuse_labels(scores, labels)
    loss, dscores = 0.0, scores * 0
    for i, right in enumerate(labels):
        for j in range(scores.shape[1]):
            if j == right:
                continue
            if (cost := margin + scores[i, j] - scores[i, right]) > 0:
                loss += cost / len(scores)
                dscores[i, j] += 1 / len(scores)
                dscores[i, right] -= 1 / len(scores)
    return loss, dscores


def hinge_with_the_right_class_taken_off(scores, labels, margin):
    refuse_labels(scores, labels)
    right = np.take_along_axis(scores, labels[:, None], axis=1)
    cost = np.where(np.arange(scores.shape[1]) == labels[:, None], 0, np.maximum(0, margin + scores - right))
    counts = np.sign(cost)
    np.put_along_axis(counts, labels[:, None], -counts.sum(axis=1, keepdims=True), axis=1)
    return cost.sum(axis=1).mean(), (counts / len(scores)).astype(scores.dtype)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("mse_loss", mse_by_inner_product),
        ("mse_loss", mse_by_loops),
        ("mae_loss", mae_by_comparison),
        ("huber_loss", huber_by_clipping),
        ("huber_loss", huber_by_masks),
        ("binary_cross_entropy", bce_by_logaddexp),
        ("binary_cross_entropy", bce_by_scipy),
        ("binary_cross_entropy", bce_by_one_exponential),
        ("softmax_cross_entropy", softmax_by_one_hot),
        ("softmax_cross_entropy", softmax_by_scipy),
        ("softmax_cross_entropy", softmax_by_loops),
        ("hinge_loss", hinge_by_masks),
        ("hinge_loss", hinge_by_loops),
        ("hinge_loss", hinge_with_the_right_class_taken_off),
    ],
)
def test_right_answers_in_other_styles_pass(exercise, answer):
    for seed in range(3):
        outcome = grade("losses", exercise, seed=seed, **{exercise: answer})
        assert outcome.status == "passed", [(c.case, c.sentence) for c in outcome.cases if c.status != "passed"]


# Wrong answers in a student's own words are named


def mse_halved(prediction, target):
    refuse(prediction.size == 0)
    error = prediction - target
    return float(0.5 * np.mean(error**2)), error / error.size


def mae_at_least(prediction, target):
    refuse(prediction.size == 0)
    return float(np.abs(prediction - target).mean()), np.where(
        prediction >= target, prediction.dtype.type(1), prediction.dtype.type(-1)
    ) / prediction.size


def huber_from_above(prediction, target, delta):
    refuse(prediction.size == 0 or delta <= 0)
    error = prediction - target
    near = error <= delta
    cost = np.where(near, error**2 / 2, delta * (abs(error) - delta / 2))
    return float(cost.mean()), np.where(near, error, np.sign(error) * delta) / error.size


def bce_from_the_book(logits, target):
    refuse(logits.size == 0 or logits.shape != target.shape)
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-logits))
        loss = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
    return float(loss), (p - target) / logits.size


def bce_clipped(logits, target):
    refuse(logits.size == 0 or logits.shape != target.shape)
    with np.errstate(over="ignore"):
        p = 1 / (1 + np.exp(-logits))
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return float(-np.mean(target * np.log(q) + (1 - target) * np.log(1 - q))), (p - target) / logits.size


def bce_of_yes_or_no(logits, target):
    refuse(logits.size == 0 or logits.shape != target.shape)
    cost = np.where(target == 1, np.logaddexp(0, -logits), np.logaddexp(0, logits))
    return float(cost.mean()), bce_by_logaddexp(logits, target)[1]


def bce_of_logits(logits, target):
    refuse(logits.size == 0 or logits.shape != target.shape)
    with np.errstate(all="ignore"):
        loss = -np.mean(target * np.log(logits) + (1 - target) * np.log(1 - logits))
        return float(loss), (-target / logits + (1 - target) / (1 - logits)) / logits.size


def bce_with_a_little_added(logits, target):
    refuse(logits.size == 0 or logits.shape != target.shape)
    with np.errstate(over="ignore"):
        p = 1 / (1 + np.exp(-logits))
    cost = -(target * np.log(p + 1e-7) + (1 - target) * np.log(1 - p + 1e-7))
    return float(cost.mean()), (p - target) / logits.size


def bce_of_infinity_by_infinity(logits, target):
    loss = bce_by_logaddexp(logits, target)[0]
    with np.errstate(all="ignore"):
        e = np.exp(logits)
        return loss, (e / (1 + e) - target) / logits.size


def softmax_of_p(logits, labels, reduce=None, clip=0.0):
    refuse_labels(logits, labels)
    rows = np.arange(len(logits))
    with np.errstate(all="ignore"):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        p = e / e.sum(**(reduce or {"axis": 1, "keepdims": True}))
        loss = -np.log(np.clip(p, clip, 1) if clip else p)[rows, labels].mean()
    p[rows, labels] -= 1
    return float(loss), p / len(logits)


def softmax_without_keepdims(logits, labels):
    return softmax_of_p(logits, labels, {"axis": 1})


def softmax_over_the_batch(logits, labels):
    return softmax_of_p(logits, labels, {"axis": 0})


def softmax_clipped_at_15(logits, labels):
    return softmax_of_p(logits, labels, clip=1e-15)


def softmax_clipped_at_12(logits, labels):
    return softmax_of_p(logits, labels, clip=1e-12)


def softmax_under_another_name(logits, labels):
    refuse_labels(logits, labels)
    rows = np.arange(len(logits))
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    dlogits = p
    dlogits[rows, labels] -= 1
    dlogits /= len(logits)
    with np.errstate(all="ignore"):
        return float(-np.log(p[rows, labels]).mean()), dlogits


def huber_by_if(prediction, target, delta):
    refuse(prediction.size == 0 or delta <= 0)
    error = prediction - target
    if abs(error) <= delta:
        return float((error**2 / 2).mean()), error / error.size
    return float((delta * (abs(error) - delta / 2)).mean()), delta * np.sign(error) / error.size


def hinge_by_max(scores, labels, margin):
    refuse_labels(scores, labels)
    rows = np.arange(len(scores))
    cost = max(0, scores - scores[rows, labels][:, None] + margin)
    cost[rows, labels] = 0
    return float(cost.sum() / len(scores)), hinge_by_masks(scores, labels, margin)[1]


def hinge_with_minus_one(scores, labels, margin):
    refuse_labels(scores, labels)
    rows = np.arange(len(scores))
    cost = np.maximum(0, scores - scores[rows, labels][:, None] + margin)
    cost[rows, labels] = 0
    dscores = (cost > 0).astype(scores.dtype)
    dscores[rows, labels] = -1
    return float(cost.sum() / len(scores)), dscores / len(scores)


def softmax_from_the_book(logits, labels):
    refuse_labels(logits, labels)
    rows = np.arange(len(logits))
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        loss = -np.log(p[rows, labels]).mean()
    p[rows, labels] -= 1
    return float(loss), p / len(logits)


def softmax_down_the_batch(logits, labels):
    refuse_labels(logits, labels)
    rows = np.arange(len(logits))
    shifted = logits - logits.max(axis=0)
    logs = shifted - np.log(np.exp(shifted).sum(axis=0))
    p = np.exp(logs)
    p[rows, labels] -= 1
    return float(-logs[rows, labels].mean()), p / len(logits)


def softmax_in_place(logits, labels):
    refuse_labels(logits, labels)
    logits -= logits.max(axis=1, keepdims=True)
    return softmax_by_one_hot(logits, labels)


def hinge_over_all_classes(scores, labels, margin):
    refuse_labels(scores, labels)
    rows = np.arange(len(scores))
    cost = np.maximum(0, scores - scores[rows, labels][:, None] + margin)
    mask = (cost > 0).astype(scores.dtype)
    mask[rows, labels] -= mask.sum(axis=1)
    return float(cost.sum() / len(scores)), mask / len(scores)


@pytest.mark.parametrize(
    ("exercise", "answer", "mistake"),
    [
        ("mse_loss", mse_halved, "mse_with_a_half"),
        ("mae_loss", mae_at_least, "mae_kink_above"),
        ("huber_loss", huber_from_above, "huber_one_sided"),
        ("huber_loss", huber_by_if, "huber_one_question"),
        ("binary_cross_entropy", bce_from_the_book, "bce_naive"),
        ("binary_cross_entropy", bce_clipped, "bce_clipped_at_12"),
        ("binary_cross_entropy", bce_of_yes_or_no, "bce_hard_costs"),
        ("binary_cross_entropy", bce_of_logits, "bce_of_probabilities"),
        ("binary_cross_entropy", bce_with_a_little_added, "bce_added_7"),
        ("binary_cross_entropy", bce_of_infinity_by_infinity, "bce_overflowing_gradient"),
        ("softmax_cross_entropy", softmax_from_the_book, "softmax_naive"),
        ("softmax_cross_entropy", softmax_down_the_batch, "softmax_wrong_axis"),
        ("softmax_cross_entropy", softmax_in_place, "softmax_in_place"),
        ("softmax_cross_entropy", softmax_without_keepdims, "softmax_without_keepdims"),
        ("softmax_cross_entropy", softmax_over_the_batch, "softmax_sum_wrong_axis"),
        ("softmax_cross_entropy", softmax_clipped_at_15, "softmax_added_15"),
        ("softmax_cross_entropy", softmax_clipped_at_12, "softmax_clipped_at_12"),
        ("softmax_cross_entropy", softmax_under_another_name, "softmax_subtracted_too_early"),
        ("hinge_loss", hinge_over_all_classes, "hinge_with_the_right_class"),
        ("hinge_loss", hinge_by_max, "hinge_one_question"),
        ("hinge_loss", hinge_with_minus_one, "hinge_gradient_always_one"),
    ],
)
def test_wrong_answers_are_named(exercise, answer, mistake):
    outcome = grade("losses", exercise, **{exercise: answer})
    assert outcome.status == "failed"
    assert outcome.mistakes == (mistake,)
