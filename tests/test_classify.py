"""The unit classify: its references against torch, and right answers in other styles."""

import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import COURSE, grade, numerical_gradient, reference

classify = reference("classify")
torch = pytest.importorskip("torch")

DTYPES = st.sampled_from([np.float64, np.float32])
SIZES = st.integers(1, 6)
SCALES = st.sampled_from([1.0, 1000.0])
SEEDS = st.integers(0, 2**32 - 1)

modest = settings(max_examples=30, deadline=None)


def school(*arguments):
    """The made-up school of the unit's definitions."""
    exercise = COURSE.unit("classify").exercises["logistic_step"]
    return sys.modules[exercise.inputs.__module__].school(*arguments)


def tolerance(dtype):
    return 1e-10 if dtype == np.float64 else float(np.finfo(np.float32).eps) ** 0.5


def close(got, want):
    """got (an array) has the shape and dtype of want (a tensor) and, as far as that dtype goes, its values."""
    want = want.detach().numpy()
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=tolerance(got.dtype), atol=tolerance(got.dtype))


def untouched(function, *arguments):
    """What the function returns; it must not have changed its arguments, nor warned."""
    before = [np.copy(argument) for argument in arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = function(*arguments)
    for was, argument in zip(before, arguments, strict=True):
        np.testing.assert_array_equal(argument, was)
    return result


# The references against torch


@modest
@given(shape=st.lists(SIZES, min_size=1, max_size=4), scale=SCALES, dtype=DTYPES, seed=SEEDS)
def test_sigmoid_is_torchs(shape, scale, dtype, seed):
    x = (scale * np.random.default_rng(seed).normal(size=shape)).astype(dtype)
    close(untouched(classify.sigmoid, x), torch.sigmoid(torch.tensor(x)))


@modest
@given(n=SIZES, c=SIZES, scale=SCALES, dtype=DTYPES, seed=SEEDS)
def test_softmax_is_torchs(n, c, scale, dtype, seed):
    scores = (scale * np.random.default_rng(seed).normal(size=(n, c))).astype(dtype)
    close(untouched(classify.softmax, scores), torch.softmax(torch.tensor(scores), dim=1))


@modest
@given(n=SIZES, d=SIZES, c=SIZES, dtype=DTYPES, seed=SEEDS)
def test_predictions_are_torchs(n, d, c, dtype, seed):
    rng = np.random.default_rng(seed)
    x, w, b = (rng.normal(size=shape).astype(dtype) for shape in ((n, d), (d, c), (c,)))
    scores = torch.tensor(x) @ torch.tensor(w) + torch.tensor(b)
    close(untouched(classify.predict_class, x, w, b), scores.argmax(dim=1))
    z = torch.tensor(x) @ torch.tensor(w[:, 0]) + float(b[0])
    labels = untouched(classify.predict_binary, x, np.ascontiguousarray(w[:, 0]), float(b[0]))
    close(labels, (torch.sigmoid(z) > 0.5).long())


@modest
@given(n=SIZES, d=SIZES, scale=SCALES, soft=st.booleans(), dtype=DTYPES, seed=SEEDS)
def test_logistic_step_is_torchs(n, d, scale, soft, dtype, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(n, d)).astype(dtype), (scale * rng.normal(size=d)).astype(dtype)
    y = (rng.uniform(size=n) if soft else rng.integers(2, size=n)).astype(dtype)
    b, lr = float(rng.normal()), float(rng.uniform(0.1, 2))
    tw, tb = torch.tensor(w, requires_grad=True), torch.tensor(b, dtype=torch.tensor(x).dtype, requires_grad=True)
    want = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(x) @ tw + tb, torch.tensor(y))
    want.backward()
    torch.optim.SGD([tw, tb], lr=lr).step()

    stepped, bias, loss = untouched(lambda *given: classify.logistic_step(*given, b, lr), x, y, w)
    close(stepped, tw)
    assert type(bias) is type(loss) is float
    assert bias == pytest.approx(tb.item(), rel=tolerance(dtype), abs=tolerance(dtype))
    assert loss == pytest.approx(want.item(), rel=tolerance(dtype), abs=tolerance(dtype))


@modest
@given(n=SIZES, d=SIZES, c=SIZES, scale=SCALES, dtype=DTYPES, seed=SEEDS)
def test_softmax_step_is_torchs(n, d, c, scale, dtype, seed):
    rng = np.random.default_rng(seed)
    x, w, b = (rng.normal(size=shape).astype(dtype) for shape in ((n, d), (d, c), (c,)))
    w *= dtype(scale)
    y, lr = rng.integers(c, size=n), float(rng.uniform(0.1, 2))
    tw, tb = torch.tensor(w, requires_grad=True), torch.tensor(b, requires_grad=True)
    want = torch.nn.functional.cross_entropy(torch.tensor(x) @ tw + tb, torch.tensor(y))
    want.backward()
    torch.optim.SGD([tw, tb], lr=lr).step()

    stepped, biases, loss = untouched(lambda *given: classify.softmax_step(*given, lr), x, y, w, b)
    close(stepped, tw)
    close(biases, tb)
    assert type(loss) is float
    assert loss == pytest.approx(want.item(), rel=tolerance(dtype), abs=tolerance(dtype))


# A step is lr times the numerical derivative of the loss


def test_the_steps_go_down_the_numerical_gradient():
    rng = np.random.default_rng(1)
    x, w, b = rng.normal(size=(5, 3)), rng.normal(size=3), 0.3
    y = np.array([0.0, 1, 1, 0, 1])
    stepped, bias, _ = classify.logistic_step(x, y, w, b, 1.0)
    dw = numerical_gradient(lambda w: classify.logistic_step(x, y, w, b, 1.0)[2], w)
    db = numerical_gradient(lambda b: classify.logistic_step(x, y, w, float(b[0]), 1.0)[2], np.array([b]))
    np.testing.assert_allclose(w - stepped, dw, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose([b - bias], db, rtol=1e-7, atol=1e-9)

    w, b, y = rng.normal(size=(3, 4)), rng.normal(size=4), np.array([0, 3, 1, 1, 2])
    stepped, biases, _ = classify.softmax_step(x, y, w, b, 1.0)
    dw = numerical_gradient(lambda w: classify.softmax_step(x, y, w, b, 1.0)[2], w)
    db = numerical_gradient(lambda b: classify.softmax_step(x, y, w, b, 1.0)[2], b)
    np.testing.assert_allclose(w - stepped, dw, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(b - biases, db, rtol=1e-7, atol=1e-9)


# The school, and what the lesson says of it


def binary_school(seed, steps, lr=1.0, students=100):
    x, chosen, _ = school(np.random.default_rng(seed), students)
    w, b = np.zeros(3), 0.0
    for _ in range(steps):
        w, b, loss = classify.logistic_step(x, chosen, w, b, lr)
    return w, b, loss, (classify.predict_binary(x, w, b) == chosen).mean()


def three_classes(seed, steps, lr=1.0, students=100):
    x, _, honour = school(np.random.default_rng(seed), students)
    w, b = np.zeros((3, 3)), np.zeros(3)
    for _ in range(steps):
        w, b, _ = classify.softmax_step(x, honour, w, b, lr)
    return (classify.predict_class(x, w, b) == honour).mean()


@pytest.mark.parametrize("seed", range(8))
def test_any_school_is_learnt(seed):
    assert binary_school(seed, 200)[3] >= 0.95
    assert three_classes(seed, 400) >= 0.95


def test_the_lessons_school():
    _, _, loss, right = binary_school(8, 1)
    assert (loss, right) == (pytest.approx(np.log(2)), 0.92)
    assert binary_school(8, 50)[3] == 1
    w, _, loss, right = binary_school(8, 200)
    assert (loss, right) == (pytest.approx(0.069, abs=5e-4), 1)
    np.testing.assert_allclose(w / w.sum(), [0.25, 0.74, 0.01], atol=5e-3)
    assert three_classes(8, 200) == 0.98
    x, chosen, _ = school(np.random.default_rng(8), 100)
    told = {tuple(row): answer for row, answer in zip(np.rint(10 * x + 78).astype(int).tolist(), chosen, strict=True)}
    assert [told[row] for row in ((83, 74, 78), (70, 84, 64), (80, 68, 77), (76, 82, 58))] == [0, 1, 0, 1]


def test_a_school_is_made_from_its_seed():
    first, again, other = (school(np.random.default_rng(seed), 30) for seed in (3, 3, 4))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first[0] != other[0]).any()
    x, chosen, honour = first
    assert (x.shape, chosen.dtype, set(honour)) == ((30, 3), np.float64, {0, 1, 2})
    assert chosen[honour == 0].all()
    assert not chosen[honour == 2].any()


def test_the_lessons_numbers():
    np.testing.assert_allclose(classify.sigmoid(np.array([0.0, 2, -1])), [0.5, 0.881, 0.269], atol=5e-4)
    p = classify.softmax(np.array([[2.0, 1, 0], [1, 1, 1]]))
    np.testing.assert_allclose(p, [[0.665, 0.245, 0.090], [1 / 3] * 3], atol=5e-4)
    x, w = np.array([[1.2, -0.3, 1], [-1, 1.8, -0.4], [0.7, 0.5, -1.6]]), np.array([0.5, 2, 0.25])
    np.testing.assert_allclose(classify.sigmoid(x @ w - 0.4), [0.463, 0.931, 0.634], atol=5e-4)
    assert classify.predict_binary(x, w, -0.4).tolist() == [0, 1, 1]

    x, w, b = (
        np.array([[1.2, 0.6], [-0.5, 0.2]]),
        np.array([[1, 0.2, -1], [0.5, 0.1, -0.6]]),
        np.array([-0.8, 0.5, 0.1]),
    )
    np.testing.assert_allclose(x @ w + b, [[0.7, 0.8, -1.46], [-1.2, 0.42, 0.48]])
    np.testing.assert_allclose(classify.softmax(x @ w + b)[0], [0.450, 0.498, 0.052], atol=5e-4)
    assert classify.predict_class(x, w, b).tolist() == [1, 2]

    x = np.array([[1.0, 0], [-1, 2]])
    w, b, loss = classify.logistic_step(x, np.array([1.0, 0]), np.array([0.5, -0.5]), 0.0, 0.5)
    np.testing.assert_allclose([*w, b, loss], [0.640, -0.591, 0.049, 0.338], atol=5e-4)
    w, b, loss = classify.softmax_step(x, np.array([0, 2]), np.array([[1.0, 0, 0], [0, 0.5, 0]]), np.zeros(3), 0.5)
    np.testing.assert_allclose([*b, loss], [0.083, -0.219, 0.136, 0.980], atol=5e-4)


# What the conventions promise


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extremes_are_right(dtype):
    np.testing.assert_array_equal(untouched(classify.sigmoid, np.array([1000, -1000, 0], dtype)), [1, 0, 0.5])
    far = np.array([[1000, 0, -1000], [-1000, -1000, -2000]], dtype)
    np.testing.assert_array_equal(untouched(classify.softmax, far), [[1, 0, 0], [0.5, 0.5, 0]])
    x, w = np.array([[1000], [-1000]], dtype), np.ones(1, dtype)
    assert classify.logistic_step(x, np.array([1, 0], dtype), w, 0.0, 0.1)[2] == 0
    stepped, bias, loss = classify.logistic_step(x, np.array([0, 1], dtype), w, 0.0, 0.1)
    assert (stepped[0], bias, loss) == (pytest.approx(-99), 0, 1000)
    assert classify.softmax_step(np.ones((1, 1), dtype), np.array([2]), far[:1], np.zeros(3, dtype), 0.1)[2] == 2000


def test_exactly_one_half_is_a_no_and_the_first_of_equals_counts():
    assert classify.predict_binary(np.zeros((2, 3)), np.ones(3), 0.0).tolist() == [0, 0]
    assert classify.predict_class(np.ones((1, 1)), np.array([[1.0, 2, 2]]), np.zeros(3)).tolist() == [1]


NOBODY, TWO, LABELS = np.zeros((0, 3)), np.ones((2, 3)), np.array([0, 1])


@pytest.mark.parametrize(
    ("function", "arguments", "why"),
    [
        ("sigmoid", (np.zeros(0),), "empty"),
        ("softmax", (NOBODY,), "empty"),
        ("softmax", (np.zeros(3),), "shape"),
        ("predict_binary", (NOBODY, np.ones(3), 0.0), "empty"),
        ("predict_binary", (TWO, np.ones((3, 1)), 0.0), "shape"),
        ("predict_binary", (TWO, np.ones(2), 0.0), "fit together"),
        ("predict_class", (NOBODY, np.ones((3, 2)), np.ones(2)), "empty"),
        ("predict_class", (TWO, np.ones((2, 3)), np.ones(2)), "fit together"),
        ("logistic_step", (NOBODY, np.zeros(0), np.ones(3), 0.0, 0.1), "empty"),
        ("logistic_step", (TWO, np.zeros((2, 1)), np.ones(3), 0.0, 0.1), "one label"),
        ("logistic_step", (TWO, np.array([-1.0, 1]), np.ones(3), 0.0, 0.1), "0 for no"),
        ("logistic_step", (TWO, np.array([0.0, 2]), np.ones(3), 0.0, 0.1), "0 for no"),
        ("softmax_step", (NOBODY, np.zeros(0, int), np.ones((3, 2)), np.ones(2), 0.1), "empty"),
        ("softmax_step", (TWO, np.zeros(3, int), np.ones((3, 2)), np.ones(2), 0.1), "one label"),
        ("softmax_step", (TWO, LABELS + 1, np.ones((3, 2)), np.ones(2), 0.1), "from 0 to 1"),
        ("softmax_step", (TWO, LABELS - 1, np.ones((3, 2)), np.ones(2), 0.1), "from 0 to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(function, arguments, why):
    with pytest.raises(ValueError, match=why):
        getattr(classify, function)(*arguments)


def test_any_layout_and_whole_numbers_are_taken():
    rng = np.random.default_rng(2)
    x, w, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    y = np.array([0, 1, 1, 0])
    for other in (np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2]):
        for got, want in zip(
            classify.softmax_step(other, y, w, b, 0.5), classify.softmax_step(x, y, w, b, 0.5), strict=True
        ):
            np.testing.assert_array_equal(got, want)
        np.testing.assert_array_equal(classify.sigmoid(other), classify.sigmoid(x))
    from_ints = classify.logistic_step(x, y, w[:, 0], 0, 0.5)  # w[:, 0] is a view with a stride
    np.testing.assert_array_equal(from_ints[0], classify.logistic_step(x, y.astype(float), w[:, 0].copy(), 0.0, 0.5)[0])


# Right answers in other styles pass


def refuse(condition):
    if condition:
        raise ValueError("these inputs make no sense")


def sigmoid_by_tanh(x):
    refuse(x.size == 0)
    return 0.5 * (1 + np.tanh(x / 2))


def sigmoid_from_the_book(x):
    """Overflows for -1000, warns, and is right: 1 divided by infinity is 0."""
    refuse(x.size == 0)
    return 1 / (1 + np.exp(-x))


def sigmoid_by_masks(x):
    refuse(not x.size)
    p, positive = np.empty_like(x), x >= 0
    p[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    p[~positive] = e / (e + 1)
    return np.asfortranarray(p)


def sigmoid_by_scipy(x):
    refuse(not x.size)
    return pytest.importorskip("scipy.special").expit(x)


def softmax_by_loops(scores):
    refuse(len(scores) == 0)
    p = np.zeros_like(scores)
    for n, row in enumerate(scores):
        for c, score in enumerate(row):
            with np.errstate(over="ignore"):
                p[n, c] = 1 / sum(np.exp(row - score))
    return p


def softmax_in_a_buffer(scores):
    refuse(scores.shape[0] == 0)
    e = scores.T - scores.max(axis=1)
    np.exp(e, out=e)
    e /= e.sum(axis=0)
    return e.T  # a view that is not C-contiguous


def softmax_by_scipy(scores):
    refuse(len(scores) == 0)
    special = pytest.importorskip("scipy.special")
    return np.exp(scores - special.logsumexp(scores, axis=1, keepdims=True))


def binary_by_the_logit(x, w, b):
    refuse(len(x) == 0)
    return np.where(np.einsum("nd,d->n", x, w) + b > 0, 1, 0)


def binary_by_rounding(x, w, b):
    return np.round(sigmoid_by_tanh(x @ w + b)).astype(np.int32)  # round half to even: one half becomes 0


def binary_by_loops(x, w, b):
    refuse(len(x) == 0)
    return np.array([int(sum(g * v for g, v in zip(row, w, strict=True)) + b > 0) for row in x])


def class_by_probability(x, w, b):
    return np.argmax(softmax_in_a_buffer(x @ w + b), axis=1)


def class_by_loops(x, w, b):
    refuse(len(x) == 0)
    labels = []
    for row in x:
        scores = [float(row @ w[:, c] + b[c]) for c in range(w.shape[1])]
        labels.append(scores.index(max(scores)))
    return np.array(labels, dtype=np.int32)


def class_by_einsum(x, w, b):
    refuse(len(x) == 0)
    return (np.einsum("nd,dc->cn", x, w) + b[:, None]).argmax(axis=0)


def logistic_by_logaddexp(x, y, w, b, lr):
    refuse(len(x) == 0 or y.min() < 0 or y.max() > 1)
    z = x @ w + b
    error = sigmoid_by_tanh(z) - y
    loss = np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))
    return w - lr * error @ x / len(x), b - lr * error.mean(), loss


def logistic_by_loops(x, y, w, b, lr):
    refuse(len(x) == 0 or np.any((y < 0) | (y > 1)))
    loss, dw, db = 0.0, np.zeros_like(w), 0.0
    for row, truth in zip(x, y, strict=True):
        z = float(row @ w) + b
        e = np.exp(-abs(z))
        p = 1 / (1 + e) if z >= 0 else e / (1 + e)
        loss += (max(z, 0) - z * float(truth) + np.log1p(e)) / len(x)
        dw += (p - truth) / len(x) * row
        db += float(p - truth) / len(x)
    return [w - lr * dw, b - lr * db, loss]


def logistic_with_a_feature_of_ones(x, y, w, b, lr):
    """The bias as one more weight, met by a grade that is always 1."""
    refuse(len(x) == 0 or y.min() < 0 or y.max() > 1)
    x, w = np.hstack([x, np.ones((len(x), 1), x.dtype)]), np.append(w, x.dtype.type(b))
    z = np.dot(x, w)
    loss = (np.logaddexp(0, z) - y * z).sum() / len(z)
    w = w - lr * np.dot(x.T, sigmoid_by_masks(z) - y) / len(z)
    return w[:-1], float(w[-1]), float(loss)


def refuse_labels(x, y, classes):
    refuse(len(x) == 0)
    refuse(y.min() < 0 or y.max() >= classes)


def softmax_step_by_one_hot(x, y, w, b, lr):
    refuse_labels(x, y, len(b))
    scores = x @ w + b
    logs = scores - scores.max(axis=1, keepdims=True)
    logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    truth = np.eye(len(b), dtype=x.dtype)[y]
    # The truth picks one logarithm per row; np.where keeps 0 * -inf out.
    loss = -np.where(truth == 1, logs, 0).sum() / len(x)
    error = (np.exp(logs) - truth) / len(x)
    return w - lr * np.einsum("nd,nc->dc", x, error), b - lr * np.einsum("nc->c", error), loss


def softmax_step_in_a_buffer(x, y, w, b, lr):
    refuse_labels(x, y, len(b))
    rows, scores = np.arange(len(x)), x @ w
    scores += b
    scores -= scores.max(axis=1)[:, None]
    loss = np.log(np.exp(scores).sum(axis=1)) - scores[rows, y]
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1)[:, None]
    scores[rows, y] -= 1
    new, bias = w.copy(), b.copy()
    new -= lr * (x.T @ scores) / len(x)
    bias -= lr * scores.mean(axis=0)
    return np.asfortranarray(new), bias, loss.mean()


def softmax_step_by_loops(x, y, w, b, lr):
    refuse_labels(x, y, len(b))
    new, bias, loss = w.copy(), b.copy(), 0.0
    for row, label in zip(x, y, strict=True):
        scores = row @ w + b
        total = np.log(np.sum(np.exp(scores - scores.max()))) + scores.max()
        loss += float(total - scores[label]) / len(x)
        for c in range(len(b)):
            error = (np.exp(scores[c] - total) - (c == label)) / len(x)
            new[:, c] -= lr * error * row
            bias[c] -= lr * error
    return new, bias, loss


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("sigmoid", sigmoid_by_tanh),
        ("sigmoid", sigmoid_from_the_book),
        ("sigmoid", sigmoid_by_masks),
        ("sigmoid", sigmoid_by_scipy),
        ("softmax", softmax_by_loops),
        ("softmax", softmax_in_a_buffer),
        ("softmax", softmax_by_scipy),
        ("predict_binary", binary_by_the_logit),
        ("predict_binary", binary_by_rounding),
        ("predict_binary", binary_by_loops),
        ("predict_class", class_by_probability),
        ("predict_class", class_by_loops),
        ("predict_class", class_by_einsum),
        ("logistic_step", logistic_by_logaddexp),
        ("logistic_step", logistic_by_loops),
        ("logistic_step", logistic_with_a_feature_of_ones),
        ("softmax_step", softmax_step_by_one_hot),
        ("softmax_step", softmax_step_in_a_buffer),
        ("softmax_step", softmax_step_by_loops),
    ],
)
def test_right_answers_in_other_styles_pass(exercise, answer):
    for seed in range(3):
        outcome = grade("classify", exercise, seed=seed, **{exercise: answer})
        assert outcome.status == "passed", [(c.case, c.sentence) for c in outcome.cases if c.status != "passed"]


# Wrong answers in a student's own words are named


def sigmoid_of_one_sign(x):
    refuse(x.size == 0)
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x)
        return e / (e + 1)


def softmax_with_lost_axis(scores):
    refuse(len(scores) == 0)
    e = np.exp(scores - scores.max(axis=1)[:, None])
    return e / e.sum(axis=1)


def softmax_with_both_axes_lost(scores):
    refuse(len(scores) == 0)
    with np.errstate(all="ignore"):
        e = np.exp(scores - np.max(scores, axis=1))
        return e / np.sum(e, axis=1)


def sigmoid_by_if(x):
    refuse(x.size == 0)
    if x < 0:
        return np.exp(x) / (1 + np.exp(x))
    return 1 / (1 + np.exp(-x))


def binary_by_entries(x, w, b):
    refuse(len(x) == 0)
    return np.where(x * w + b > 0, 1, 0)


def binary_at_least(x, w, b):
    return (sigmoid_by_tanh(x @ w + b) >= 0.5).astype(int)


def logistic_from_the_book(x, y, w, b, lr):
    refuse(len(x) == 0 or y.min() < 0 or y.max() > 1)
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-(x @ w + b)))
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return w - lr * x.T @ (p - y) / len(x), b - lr * (p - y).mean(), loss


def logistic_in_place(x, y, w, b, lr):
    new, bias, loss = logistic_by_logaddexp(x, y, w, b, lr)
    w -= w - new
    return new, bias, loss


def logistic_with_sums(x, y, w, b, lr):
    loss = logistic_by_logaddexp(x, y, w, b, lr)[2]
    error = sigmoid_by_tanh(x @ w + b) - y
    return w - lr * x.T @ error, b - lr * error.sum(), loss


def softmax_step_with_columns(x, y, w, b, lr):
    loss = softmax_step_in_a_buffer(x, y, w, b, lr)[2]
    p = softmax_in_a_buffer(x @ w + b)
    p[:, y] -= 1
    p /= len(x)
    return w - lr * x.T @ p, b - lr * p.sum(axis=0), loss


def softmax_step_that_never_moves_b(x, y, w, b, lr):
    new, _, loss = softmax_step_in_a_buffer(x, y, w, b, lr)
    return new, b - lr * (softmax_in_a_buffer(x @ w + b) - np.eye(len(b), dtype=x.dtype)[y]).sum(axis=1).mean(), loss


@pytest.mark.parametrize(
    ("exercise", "answer", "mistake"),
    [
        ("sigmoid", sigmoid_of_one_sign, "overflowing"),
        ("softmax", softmax_with_lost_axis, "without_keepdims"),
        ("softmax", softmax_with_both_axes_lost, "without_any_keepdims"),
        ("sigmoid", sigmoid_by_if, "sigmoid_one_question"),
        ("predict_binary", binary_by_entries, "binary_of_entries"),
        ("predict_binary", binary_at_least, "half_is_enough"),
        ("logistic_step", logistic_from_the_book, "logistic_naive_loss"),
        ("logistic_step", logistic_in_place, "logistic_in_place"),
        ("logistic_step", logistic_with_sums, "logistic_summed"),
        ("softmax_step", softmax_step_with_columns, "softmax_whole_columns"),
        ("softmax_step", softmax_step_that_never_moves_b, "softmax_bias_stays"),
    ],
)
def test_wrong_answers_are_named(exercise, answer, mistake):
    outcome = grade("classify", exercise, **{exercise: answer})
    assert outcome.status == "failed"
    assert outcome.mistakes == (mistake,), [(c.case, c.mistakes, c.sentence) for c in outcome.cases]
