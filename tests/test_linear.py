"""The linear unit: its references against torch, numerical derivatives and right answers written in other styles."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import grade, numerical_gradient, reference

linear = reference("linear")
torch = pytest.importorskip("torch")

DTYPES = st.sampled_from([np.float64, np.float32])
SIZES = st.integers(1, 6)
SEEDS = st.integers(0, 2**32 - 1)
FIVE_STUDENTS = np.array([[92, 75, 88], [68, 96, 74], [85, 83, 62], [77, 64, 95], [98, 90, 71]], dtype=float)
SECRET = np.array([0.2, 0.7, 0.1])

modest = settings(max_examples=30, deadline=None)


def close(got, want):
    """got (an array) has the shape and dtype of want (a tensor) and, as far as that dtype goes, its values."""
    want = want.detach().numpy()
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    rtol = 1e-10 if got.dtype == np.float64 else np.finfo(np.float32).eps ** 0.5
    np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)


def tensors(*arrays):
    return [torch.tensor(array, requires_grad=True) for array in arrays]


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
@given(n=SIZES, d=SIZES, m=SIZES, dtype=DTYPES, seed=SEEDS)
def test_linear_agrees_with_torch(n, d, m, dtype, seed):
    rng = np.random.default_rng(seed)
    x, w, b, dout = (rng.normal(size=shape).astype(dtype) for shape in ((n, d), (d, m), (m,), (n, m)))
    tx, tw, tb = tensors(x, w, b)
    want = torch.nn.functional.linear(tx, tw.T, tb)
    want.backward(torch.tensor(dout))

    out, cache = untouched(linear.linear_forward, x, w, b)
    close(out, want)
    for got, tensor in zip(untouched(lambda d: linear.linear_backward(d, cache), dout), (tx, tw, tb), strict=True):
        close(got, tensor.grad)


@modest
@given(k=SIZES, around=st.sampled_from([0, 1000, -1000]), spread=st.sampled_from([1, 500]), dtype=DTYPES, seed=SEEDS)
def test_softmax_weights_agree_with_torch(k, around, spread, dtype, seed):
    rng = np.random.default_rng(seed)
    v, dweights = (around + spread * rng.normal(size=k)).astype(dtype), rng.normal(size=k).astype(dtype)
    (tv,) = tensors(v)
    want = torch.softmax(tv, dim=0)
    want.backward(torch.tensor(dweights))

    weights, cache = untouched(linear.softmax_weights_forward, v)
    close(weights, want)
    close(untouched(lambda d: linear.softmax_weights_backward(d, cache), dweights), tv.grad)


@modest
@given(n=SIZES, k=SIZES, steps=st.integers(0, 12), grades=st.sampled_from([(1, 40.0), (100, 0.004)]),
       dtype=DTYPES, seed=SEEDS)  # fmt: skip
def test_fit_agrees_with_torch_autograd(n, k, steps, grades, dtype, seed):
    out_of, lr = grades
    rng = np.random.default_rng(seed)
    x = (out_of * rng.uniform(0.6, 1, size=(n, k))).astype(dtype)
    y = (x @ rng.dirichlet(np.ones(k))).astype(dtype)
    v = torch.zeros(k, dtype=torch.tensor(x).dtype, requires_grad=True)
    optimizer = torch.optim.SGD([v], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(torch.tensor(x) @ torch.softmax(v, dim=0), torch.tensor(y)).backward()
        optimizer.step()

    w = untouched(lambda x, y: linear.fit_school_weights(x, y, lr, steps), x, y)
    close(w, torch.softmax(v, dim=0))


# The references against numerical derivatives


def test_linear_backward_is_the_derivative_of_the_forward():
    rng = np.random.default_rng(1)
    arguments = [rng.normal(size=shape) for shape in ((4, 3), (3, 2), (2,))]
    dout = rng.normal(size=(4, 2))
    _, cache = linear.linear_forward(*arguments)
    for i, got in enumerate(linear.linear_backward(dout, cache)):

        def out(argument, i=i):
            return linear.linear_forward(*arguments[:i], argument, *arguments[i + 1 :])[0]

        np.testing.assert_allclose(got, numerical_gradient(out, arguments[i], dout), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("around", [0.0, 1000.0, -1000.0])
def test_softmax_weights_backward_is_the_derivative_of_the_forward(around):
    rng = np.random.default_rng(2)
    v, dweights = around + rng.normal(size=5), rng.normal(size=5)
    _, cache = linear.softmax_weights_forward(v)
    want = numerical_gradient(lambda v: linear.softmax_weights_forward(v)[0], v, dweights, h=1e-4)
    np.testing.assert_allclose(linear.softmax_weights_backward(dweights, cache), want, rtol=1e-6, atol=1e-7)


# What the conventions promise


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(ValueError, match="empty"):
        linear.linear_forward(np.zeros((0, 3)), np.zeros((3, 2)), np.zeros(2))
    with pytest.raises(ValueError, match="fit together"):
        linear.linear_forward(np.zeros((4, 3)), np.zeros((2, 3)), np.zeros(3))
    with pytest.raises(ValueError, match="shapes"):
        linear.linear_forward(np.zeros(3), np.zeros((3, 2)), np.zeros(2))
    _, cache = linear.linear_forward(np.zeros((4, 3)), np.zeros((3, 2)), np.zeros(2))
    with pytest.raises(ValueError, match="dout"):
        linear.linear_backward(np.zeros((2, 4)), cache)
    with pytest.raises(ValueError, match="at least 1"):
        linear.softmax_weights_forward(np.zeros(0))
    with pytest.raises(ValueError, match="dweights"):
        linear.softmax_weights_backward(np.zeros(4), np.ones(3) / 3)
    with pytest.raises(ValueError, match="nothing to learn from"):
        linear.fit_school_weights(np.zeros((0, 3)), np.zeros(0), 0.01, 5)
    with pytest.raises(ValueError, match="shapes"):
        linear.fit_school_weights(np.zeros((4, 3)), np.zeros(3), 0.01, 5)


def test_any_layout_and_whole_numbers_are_taken():
    x, w, b = np.arange(12).reshape(4, 3), np.arange(6).reshape(3, 2), np.array([1, -1])
    out, cache = linear.linear_forward(np.asfortranarray(x), np.repeat(w, 2, axis=1)[:, ::2], b)
    np.testing.assert_array_equal(out, x @ w + b)
    assert out.dtype == np.float64
    dx, dw, db = linear.linear_backward(np.ones((2, 4)).T, cache)
    np.testing.assert_array_equal(dx, np.ones((4, 2)) @ w.T)
    np.testing.assert_array_equal(dw, x.T @ np.ones((4, 2)))
    np.testing.assert_array_equal(db, [4, 4])


def test_extreme_scores_give_all_the_weight_to_one():
    weights, cache = untouched(linear.softmax_weights_forward, np.array([0.0, 1000.0, -1000.0]))
    np.testing.assert_array_equal(weights, [0, 1, 0])
    np.testing.assert_array_equal(linear.softmax_weights_backward(np.array([1.0, 2.0, 3.0]), cache), [0, 0, 0])


def test_the_cache_outlives_what_is_done_to_the_weights():
    weights, cache = linear.softmax_weights_forward(np.array([0.0, 1.0]))
    want = linear.softmax_weights_backward(np.array([1.0, 0.0]), cache)
    weights[:] = 0
    np.testing.assert_array_equal(linear.softmax_weights_backward(np.array([1.0, 0.0]), cache), want)


def test_the_lesson_finds_the_secret_weights():
    w = linear.fit_school_weights(FIVE_STUDENTS, FIVE_STUDENTS @ SECRET, 0.01, 200)
    np.testing.assert_allclose(w, SECRET, atol=1e-5)
    scaled = linear.fit_school_weights(FIVE_STUDENTS / 100, FIVE_STUDENTS @ SECRET / 100, 100.0, 200)
    np.testing.assert_allclose(scaled, w, rtol=1e-10)


@pytest.mark.parametrize(
    ("lr", "want"),
    [(0.0001, [0.247, 0.571, 0.182]), (0.01, [0.2, 0.7, 0.1]), (0.07, [0.118, 0.816, 0.066]), (1.0, [0, 1, 0])],
)
def test_the_lessons_table_of_learning_rates(lr, want):
    w = linear.fit_school_weights(FIVE_STUDENTS, FIVE_STUDENTS @ SECRET, lr, 200)
    np.testing.assert_allclose(w, want, atol=5.1e-4)


# Right answers in other styles pass


def passes(exercise, **functions):
    outcome = grade("linear", exercise, **functions)
    assert outcome.status == "passed", outcome


def refuse_empty(x):
    if np.shape(x)[0] == 0:
        raise ValueError("there is nothing in this batch")


def matrix_forward(x, w, b):
    refuse_empty(x)
    return x @ w + b, {"x": x, "w": w}


def matrix_backward(dout, cache):
    return dout @ cache["w"].T, cache["x"].T @ dout, dout.sum(axis=0)


def einsum_forward(x, w, b):
    refuse_empty(x)
    return np.asfortranarray(np.einsum("nd,dm->nm", x, w) + b), (x, w)


def einsum_backward(dout, cache):
    x, w = cache
    dw = np.einsum("nm,nd->md", dout, x).T  # a view that is not C-contiguous
    return [np.einsum("nm,dm->nd", dout, w), dw, np.einsum("nm->m", dout)]  # a list instead of a tuple


def loop_forward(x, w, b):
    refuse_empty(x)
    out = np.empty((len(x), w.shape[1]), x.dtype)
    for n in range(len(x)):
        for m in range(w.shape[1]):
            out[n, m] = sum(x[n, d] * w[d, m] for d in range(x.shape[1])) + b[m]
    return out, [x, w, b]


def loop_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for n, m in np.ndindex(dout.shape):
        dx[n] += dout[n, m] * w[:, m]
        dw[:, m] += dout[n, m] * x[n]
        db[m] += dout[n, m]
    return dx, dw, db


def augmented_forward(x, w, b):
    """The bias as one more row of the weights, met by a feature that is always 1."""
    refuse_empty(x)
    x = np.hstack([x, np.ones((len(x), 1), x.dtype)])
    w = np.vstack([w, b])
    out = np.zeros((len(x), w.shape[1]), x.dtype)
    np.matmul(x, w, out=out)
    return out, (x, w)


def augmented_backward(dout, cache):
    x, w = cache
    dw = np.dot(x.T, dout)
    return np.dot(dout, w[:-1].T), dw[:-1], dw[-1]


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (matrix_forward, matrix_backward),
        (einsum_forward, einsum_backward),
        (loop_forward, loop_backward),
        (augmented_forward, augmented_backward),
    ],
)
def test_other_right_linear_layers_pass(forward, backward):
    passes("linear_forward", linear_forward=forward)
    passes("linear_backward", linear_forward=forward, linear_backward=backward)


def shifted_forward(v):
    e = v - v.max()  # a buffer of its own, used in place from here on
    np.exp(e, out=e)
    e /= e.sum()
    return e, e


def shortcut_backward(dweights, weights):
    return weights * (dweights - weights @ dweights)


def log_forward(v):
    """Through the logarithms of the weights."""
    top = np.max(v)
    return np.exp(v - (top + np.log(np.sum(np.exp(v - top))))), v.copy()


def jacobian_backward(dweights, v):
    weights, _ = shifted_forward(v)
    return (np.diag(weights) - np.outer(weights, weights)) @ dweights


def pairwise_forward(v):
    """Each weight as 1 over the sum of all ratios to it; huge ratios become infinite, and their weight 0."""
    with np.errstate(over="ignore"):
        weights = np.array([1 / sum(np.exp(other - own) for other in v) for own in v], dtype=v.dtype)
    return weights, tuple(weights)


def loop_softmax_backward(dweights, weights):
    dv = np.zeros_like(dweights)
    for k in range(len(dv)):
        for j in range(len(dv)):
            dv[k] += dweights[j] * weights[j] * ((1 if j == k else 0) - weights[k])
    return dv


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (shifted_forward, shortcut_backward),
        (log_forward, jacobian_backward),
        (pairwise_forward, loop_softmax_backward),
    ],
)
def test_other_right_softmaxes_pass(forward, backward):
    passes("softmax_weights_forward", softmax_weights_forward=forward)
    passes("softmax_weights_backward", softmax_weights_forward=forward, softmax_weights_backward=backward)


def vector_fit(x, y, lr, steps):
    refuse_empty(x)
    v = np.zeros(x.shape[1], x.dtype)
    w, _ = shifted_forward(v)
    for _ in range(steps):
        dw = 2 * x.T @ (x @ w - y) / len(y)
        v -= lr * w * (dw - w @ dw)
        w, _ = shifted_forward(v)
    return w


def student_by_student_fit(x, y, lr, steps):
    """The gradients of single students, averaged, with the softmax taken inside each."""
    refuse_empty(x)
    v = np.ones_like(x[0])  # ones instead of zeros: the same weights
    for _ in range(steps):
        w, _ = shifted_forward(v)
        each = [2 * (row @ w - total) * w * (row - row @ w) for row, total in zip(x, y, strict=True)]
        v = v - lr * np.mean(each, axis=0)
    return shifted_forward(v)[0]


def pieces_fit(x, y, lr, steps):
    """A linear layer with one output, and its backward, between the softmax and the loss."""
    refuse_empty(x)
    v = np.zeros_like(x, shape=x.shape[1])
    b = np.zeros_like(x, shape=1)
    for _ in range(steps):
        w, softmax_cache = linear.softmax_weights_forward(v)
        prediction, cache = linear.linear_forward(x, w[:, np.newaxis], b)
        _, dw, _ = linear.linear_backward(2 / y.size * (prediction - y[:, np.newaxis]), cache)
        v = v - lr * linear.softmax_weights_backward(dw[:, 0], softmax_cache)
    return linear.softmax_weights_forward(v)[0]


@pytest.mark.parametrize("fit", [vector_fit, student_by_student_fit, pieces_fit])
def test_other_right_fits_pass(fit):
    passes("fit_school_weights", fit_school_weights=fit)


# Wrong answers do not pass, so that the tests above can fail


def test_answers_that_are_nearly_right_fail():
    def slightly_long(dout, cache):
        dx, dw, db = linear.linear_backward(dout, cache)
        return dx, dw * (1 + 1e-6), db

    def hasty(x, y, lr, steps):
        return vector_fit(x, y, lr, min(steps, 12))

    def without_refusal(x, w, b):
        return x @ w + b, (x, w)

    assert grade("linear", "linear_forward", linear_forward=without_refusal).status == "failed"
    assert grade("linear", "linear_backward", linear_backward=slightly_long).status == "failed"
    assert grade("linear", "fit_school_weights", fit_school_weights=hasty).status == "failed"


def test_a_wrong_fit_points_to_a_wrong_softmax():
    def doubled(dweights, weights):
        return 2 * linear.softmax_weights_backward(dweights, weights)

    def fit(x, y, lr, steps):
        refuse_empty(x)
        v = np.zeros_like(x[0])
        for _ in range(steps):
            w, _ = shifted_forward(v)
            v = v - lr * doubled(2 / len(y) * x.T @ (x @ w - y), w)
        return shifted_forward(v)[0]

    outcome = grade("linear", "fit_school_weights", softmax_weights_backward=doubled, fit_school_weights=fit)
    assert outcome.status == "blocked"
    assert "softmax_weights_backward" in next(case.sentence for case in outcome.cases if case.sentence)


# Wrong answers in a student's own words are named


def forward_by_entries(x, w, b):
    refuse_empty(x)
    return x * w + b, (x, w)


def dw_by_entries(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = np.multiply(x.T, dout)
    return dx, dw, dout.sum(axis=0)


def fit_from_one(x, y, lr, steps):
    refuse_empty(x)
    v = np.zeros_like(x[0])
    for _ in range(1, steps):
        w, cache = shifted_forward(v)
        v = v - lr * linear.softmax_weights_backward(2 / len(y) * x.T @ (x @ w - y), cache)
    return shifted_forward(v)[0]


@pytest.mark.parametrize(
    ("exercise", "answer", "mistake"),
    [
        ("linear_forward", forward_by_entries, "product_of_entries"),
        ("linear_backward", dw_by_entries, "dw_of_entries"),
        ("fit_school_weights", fit_from_one, "stale_weights"),
    ],
)
def test_wrong_answers_are_named(exercise, answer, mistake):
    outcome = grade("linear", exercise, **{exercise: answer})
    assert outcome.status == "failed"
    assert outcome.mistakes == (mistake,)
