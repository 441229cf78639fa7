"""The mlp unit: its references against torch, numerical derivatives and right answers written in other styles."""

import math
import random
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from support import grade, numerical_gradient, reference

mlp = reference("mlp")

DTYPES = st.sampled_from([np.float64, np.float32])
SIZES = st.integers(1, 6)
SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
LESSON = dict(
    x=np.array([[9.0, 6.0], [7.0, 9.0]]),
    w1=np.array([[1.0, -1.0], [-1.0, 1.0]]),
    b1=np.array([-1.0, -1.0]),
    w2=np.array([[-1.0], [-1.0]]),
    b2=np.array([1.0]),
)
FOUR_STUDENTS = np.array([[9.0, 9.0], [6.0, 6.0], [9.0, 6.0], [6.0, 9.0]])
ACTIVATIONS = {
    "relu": (mlp.relu_forward, mlp.relu_backward),
    "sigmoid": (mlp.sigmoid_forward, mlp.sigmoid_backward),
    "tanh": (mlp.tanh_forward, mlp.tanh_backward),
    "leaky_relu": (lambda x: mlp.leaky_relu_forward(x, 0.2), mlp.leaky_relu_backward),
}

modest = settings(max_examples=30, deadline=None)


def close(got, want):
    """got (an array) has the shape and dtype of want (a tensor) and, as far as that dtype goes, its values."""
    want = want.detach().numpy()
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    rtol = 1e-10 if got.dtype == np.float64 else np.finfo(np.float32).eps ** 0.5
    np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)


def untouched(function, *arguments):
    """What the function returns; it must not have changed its arguments, nor warned."""
    before = [np.copy(argument) for argument in arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = function(*arguments)
    for was, argument in zip(before, arguments, strict=True):
        np.testing.assert_array_equal(argument, was)
    return result


def random_network(rng, n, d, h, m, dtype=np.float64):
    return [rng.normal(size=shape).astype(dtype) for shape in ((n, d), (d, h), (h,), (h, m), (m,))]


# The references against torch


@modest
@given(
    name=st.sampled_from(sorted(ACTIVATIONS)),
    shape=SHAPES,
    scale=st.sampled_from([1, 30, 1000]),
    dtype=DTYPES,
    seed=SEEDS,
)
def test_activations_agree_with_torch(name, shape, scale, dtype, seed):
    torch = pytest.importorskip("torch")
    functions = dict(relu=torch.relu, sigmoid=torch.sigmoid, tanh=torch.tanh)
    functions["leaky_relu"] = lambda x: torch.nn.functional.leaky_relu(x, 0.2)
    rng = np.random.default_rng(seed)
    x = np.asarray(scale * rng.normal(size=shape), dtype) * (rng.random(shape) < 0.9)  # some are exactly 0
    x, dout = np.asarray(x, dtype), np.asarray(rng.normal(size=shape), dtype)
    tx = torch.tensor(x, requires_grad=True)
    want = functions[name](tx)
    want.backward(torch.tensor(dout))

    forward, backward = ACTIVATIONS[name]
    out, cache = untouched(forward, x)
    close(out, want)
    close(untouched(lambda d: backward(d, cache), dout), tx.grad)


@modest
@given(slope=st.sampled_from([0.0, 0.01, 1.0, 1.5, -0.5]), dtype=DTYPES, seed=SEEDS)
def test_leaky_relu_agrees_with_torch_for_any_slope(slope, dtype, seed):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(seed).normal(size=(3, 4)).astype(dtype)
    x[0, 0] = 0
    tx = torch.tensor(x, requires_grad=True)
    want = torch.nn.functional.leaky_relu(tx, slope)
    want.backward(torch.ones_like(want))

    out, cache = untouched(lambda x: mlp.leaky_relu_forward(x, slope), x)
    close(out, want)
    close(mlp.leaky_relu_backward(np.ones_like(x), cache), tx.grad)


@modest
@given(n=SIZES, d=SIZES, h=SIZES, m=SIZES, dtype=DTYPES, seed=SEEDS)
def test_the_network_agrees_with_torch(n, d, h, m, dtype, seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    arrays = random_network(rng, n, d, h, m, dtype)
    dout = rng.normal(size=(n, m)).astype(dtype)
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    tx, tw1, tb1, tw2, tb2 = tensors
    want = torch.relu(tx @ tw1 + tb1) @ tw2 + tb2
    want.backward(torch.tensor(dout))

    out, cache = untouched(mlp.mlp_forward, *arrays)
    close(out, want)
    for got, tensor in zip(untouched(lambda d: mlp.mlp_backward(d, cache), dout), tensors, strict=True):
        close(got, tensor.grad)
    labels = untouched(mlp.predict_labels, *arrays)
    np.testing.assert_array_equal(labels, out.argmax(axis=1))
    assert labels.dtype == np.int64


def test_the_variances_are_those_of_torch():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    he, xavier = torch.empty(200, 300), torch.empty(200, 300)  # torch's shape is (fan_out, fan_in)
    torch.nn.init.kaiming_normal_(he, nonlinearity="relu")
    torch.nn.init.xavier_normal_(xavier)
    assert mlp.he_init(300, 200, 0).std() == pytest.approx(float(he.std()), rel=0.02)
    assert mlp.xavier_init(300, 200, 0).std() == pytest.approx(float(xavier.std()), rel=0.02)


# The references against numerical derivatives


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_backward_is_the_derivative_of_the_forward(name):
    forward, backward = ACTIVATIONS[name]
    rng = np.random.default_rng(1)
    x, dout = rng.uniform(0.1, 3, (3, 4)) * rng.choice([-1, 1], (3, 4)), rng.normal(size=(3, 4))
    want = numerical_gradient(lambda x: forward(x)[0], x, dout)
    np.testing.assert_allclose(backward(dout, forward(x)[1]), want, rtol=1e-7, atol=1e-8)


def test_mlp_backward_is_the_derivative_of_the_forward():
    rng = np.random.default_rng(2)
    arguments = random_network(rng, 4, 3, 5, 2)
    dout = rng.normal(size=(4, 2))
    _, cache = mlp.mlp_forward(*arguments)
    assert np.abs(cache[2]).min() > 1e-3  # no hidden sum is near the kink
    for i, got in enumerate(mlp.mlp_backward(dout, cache)):

        def out(argument, i=i):
            return mlp.mlp_forward(*arguments[:i], argument, *arguments[i + 1 :])[0]

        np.testing.assert_allclose(got, numerical_gradient(out, arguments[i], dout), rtol=1e-7, atol=1e-8)


# What the conventions promise


def test_what_cannot_be_answered_is_refused():
    x, w1, b1, w2, b2 = LESSON.values()
    for function in (mlp.mlp_forward, mlp.predict_labels):
        with pytest.raises(ValueError, match="empty"):
            function(np.zeros((0, 2)), w1, b1, w2, b2)
        with pytest.raises(ValueError, match="fit together"):
            function(x[:, :1], w1, b1, w2, b2)
        with pytest.raises(ValueError, match="fit together"):
            function(x, w1, b1, w2, np.zeros(2))
        with pytest.raises(ValueError, match="shapes"):
            function(x[0], w1, b1, w2, b2)
    with pytest.raises(ValueError, match="no outputs"):
        mlp.predict_labels(x, w1, b1, np.zeros((2, 0)), np.zeros(0))
    with pytest.raises(ValueError, match="dout"):
        mlp.mlp_backward(np.zeros((1, 2)), mlp.mlp_forward(x, w1, b1, w2, b2)[1])
    for forward, backward in ACTIVATIONS.values():
        with pytest.raises(ValueError, match="dout"):
            backward(np.zeros((3, 2)), forward(np.zeros((2, 3)))[1])
    for init in (mlp.he_init, mlp.xavier_init):
        for sizes in ((0, 3), (3, 0), (-1, 1)):
            with pytest.raises(ValueError, match="at least one"):
                init(*sizes, 0)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_far_numbers_are_right_without_a_warning(name, dtype):
    x = np.array([1000, -1000], dtype)
    forward, backward = ACTIVATIONS[name]
    out, cache = untouched(forward, x)
    want = dict(relu=[1000, 0], sigmoid=[1, 0], tanh=[1, -1], leaky_relu=[1000, -200])[name]
    np.testing.assert_allclose(out, want, atol=1e-12)
    slopes = dict(relu=[1, 0], sigmoid=[0, 0], tanh=[0, 0], leaky_relu=[1, 0.2])[name]
    np.testing.assert_allclose(untouched(lambda d: backward(d, cache), np.ones_like(x)), slopes, rtol=1e-6)


def test_the_kinks():
    zero = np.array([0.0, -0.0])
    np.testing.assert_array_equal(mlp.relu_backward(np.ones(2), mlp.relu_forward(zero)[1]), [0, 0])
    np.testing.assert_array_equal(mlp.leaky_relu_backward(np.ones(2), mlp.leaky_relu_forward(zero, 0.3)[1]), [0.3, 0.3])
    at_zero = dict(LESSON, x=np.array([[9.0, 8.0]]))
    np.testing.assert_array_equal(mlp.mlp_backward(np.ones((1, 1)), mlp.mlp_forward(**at_zero)[1])[0], [[0, 0]])


def test_what_is_not_a_number_stays_visible():
    for forward, backward in ACTIVATIONS.values():
        out, cache = forward(np.array([np.nan, 1.0]))
        assert np.isnan(out).tolist() == [True, False]
        assert np.isfinite(backward(np.ones(2), cache)[1])


def test_any_layout_and_whole_numbers_are_taken():
    x, w1, b1, w2, b2 = (array.astype(int) for array in LESSON.values())
    want, _ = mlp.mlp_forward(*LESSON.values())
    out, cache = mlp.mlp_forward(np.asfortranarray(x), np.repeat(w1, 2, axis=1)[:, ::2], b1, w2, b2)
    np.testing.assert_array_equal(out, want)
    assert out.dtype == np.float64
    turned = np.ones((1, 2)).T
    np.testing.assert_array_equal(mlp.mlp_backward(turned, cache)[3], [[2], [1]])
    for forward, backward in ACTIVATIONS.values():
        out, cache = forward(np.arange(-3, 3).reshape(2, 3).T)
        again, kept = forward(np.ascontiguousarray(np.arange(-3, 3).reshape(2, 3).T).astype(float))
        np.testing.assert_array_equal(out, again)
        np.testing.assert_array_equal(backward(np.ones((2, 3)).T, cache), backward(np.ones((3, 2)), kept))


def test_the_caches_outlive_what_is_done_to_the_arrays():
    for forward, backward in ACTIVATIONS.values():
        x = np.array([1.0, -2.0])
        out, cache = forward(x)
        want = backward(np.ones(2), cache)
        x[:], out[:] = 7, -7
        np.testing.assert_array_equal(backward(np.ones(2), cache), want)
    arrays = [array.copy() for array in LESSON.values()]
    out, cache = mlp.mlp_forward(*arrays)
    want = mlp.mlp_backward(np.ones((2, 1)), cache)
    for array in (*arrays, out):
        array[:] = 5
    for got, right in zip(mlp.mlp_backward(np.ones((2, 1)), cache), want, strict=True):
        np.testing.assert_array_equal(got, right)


@pytest.mark.parametrize("init", [mlp.he_init, mlp.xavier_init])
def test_the_global_random_state_is_left_alone(init):
    np.random.seed(3)
    want = np.random.rand()
    np.random.seed(3)
    w = init(4, 5, 1)
    assert np.random.rand() == want
    assert w.shape == (4, 5)
    assert w.dtype == np.float64
    np.testing.assert_array_equal(w, init(4, 5, 1))
    assert not np.array_equal(w, init(4, 5, 2))


# What the lesson says


def test_the_lessons_network():
    out, cache = mlp.mlp_forward(**LESSON)
    np.testing.assert_array_equal(out, [[-1], [0]])
    np.testing.assert_array_equal(cache[2], [[2, -4], [-3, 1]])
    dx, dw1, db1, dw2, db2 = mlp.mlp_backward(np.array([[1.0], [-2.0]]), cache)
    np.testing.assert_array_equal(dx, [[-1, 1], [-2, 2]])
    np.testing.assert_array_equal(dw1, [[-9, 14], [-6, 18]])
    np.testing.assert_array_equal(db1, [-1, 2])
    np.testing.assert_array_equal(dw2, [[2], [-2]])
    np.testing.assert_array_equal(db2, [-1])
    np.testing.assert_array_equal(mlp.mlp_forward(**dict(LESSON, x=FOUR_STUDENTS))[0], [[1], [1], [-1], [-1]])
    np.testing.assert_array_equal(LESSON["w1"] @ LESSON["w2"], [[0], [0]])
    np.testing.assert_array_equal(LESSON["b1"] @ LESSON["w2"] + LESSON["b2"], [3])


def test_the_lessons_activations():
    sigmoid, cache = mlp.sigmoid_forward(np.array([0.0, 2.0, -1.0]))
    np.testing.assert_allclose(sigmoid, [0.5, 0.8808, 0.2689], atol=5e-5)
    np.testing.assert_allclose(mlp.sigmoid_backward(np.ones(3), cache), [0.25, 0.1050, 0.1966], atol=5e-5)
    tanh, cache = mlp.tanh_forward(np.array([0.0, 1.0, -0.5]))
    np.testing.assert_allclose(tanh, [0, 0.7616, -0.4621], atol=5e-5)
    np.testing.assert_allclose(mlp.tanh_backward(np.ones(3), cache), [1, 0.4200, 0.7864], atol=5e-5)
    leaky, _ = mlp.leaky_relu_forward(np.array([2.0, -1.0, 0.5, -3.0]), 0.1)
    np.testing.assert_allclose(leaky, [2, -0.1, 0.5, -0.3])
    relu, cache = mlp.relu_forward(np.array([2.0, -1.0, 0.5, -3.0]))
    np.testing.assert_array_equal(relu, [2, 0, 0.5, 0])
    np.testing.assert_array_equal(mlp.relu_backward(np.array([5.0, 6.0, -7.0, 8.0]), cache), [5, 0, -7, 0])


@pytest.mark.parametrize(("units", "want"), [(4, 0.21), (8, 0.070), (16, 0.019), (32, 0.0048)])
def test_the_lessons_sine(units, want):
    corners = np.linspace(0, 2 * np.pi, units + 1)
    slopes = np.diff(np.sin(corners)) / np.diff(corners)
    x = np.linspace(0, 2 * np.pi, 4001)[:, np.newaxis]
    w2 = np.diff(slopes, prepend=0)[:, np.newaxis]
    out, _ = mlp.mlp_forward(x, np.ones((1, units)), -corners[:-1], w2, np.zeros(1))
    assert np.abs(out - np.sin(x)).max() == pytest.approx(want, rel=0.03)


@pytest.mark.parametrize(
    ("deviation", "want"),
    [
        (1, [11, 1.7e5, 2.9e10, 9.5e20]),
        (np.sqrt(2 / 256), [1.0, 0.90, 0.83, 0.80]),
        (np.sqrt(1 / 256), [0.70, 0.16, 0.026, 0.00079]),
        (0.01, [0.11, 1.7e-5, 2.9e-10, 9.5e-20]),
    ],
)
def test_the_lessons_table_of_sizes(deviation, want):
    h = np.random.default_rng(0).normal(size=(200, 256))
    sizes = []
    for layer in range(20):
        w = mlp.he_init(256, 256, layer) / np.sqrt(2 / 256) * deviation
        h, _ = mlp.relu_forward(h @ w)
        sizes.append(np.sqrt(np.mean(h**2)))
    np.testing.assert_allclose([sizes[0], sizes[4], sizes[9], sizes[19]], want, rtol=0.03)


def learn_the_rule(units, seed):
    """The lesson's program: the probabilities of being all-round after 500 steps."""
    x, y = (FOUR_STUDENTS - 7.5) / 1.5, np.array([[1.0], [1.0], [0.0], [0.0]])
    w1, b1 = mlp.he_init(2, units, seed), np.zeros(units)
    w2, b2 = mlp.xavier_init(units, 1, seed + 1), np.zeros(1)
    for _ in range(501):
        out, cache = mlp.mlp_forward(x, w1, b1, w2, b2)
        p, _ = mlp.sigmoid_forward(out)
        _, dw1, db1, dw2, db2 = mlp.mlp_backward((p - y) / len(y), cache)
        w1, b1, w2, b2 = w1 - 0.5 * dw1, b1 - 0.5 * db1, w2 - 0.5 * dw2, b2 - 0.5 * db2
    return p


def test_the_lessons_network_learns():
    np.testing.assert_allclose(learn_the_rule(8, 0), [[0.999], [0.999], [0.001], [0.020]], atol=5.1e-4)
    learnt = {units: sum((learn_the_rule(units, s)[:2] > 0.5).all() and (learn_the_rule(units, s)[2:] < 0.5).all()
                         for s in range(10)) for units in (2, 8)}  # fmt: skip
    assert learnt[8] == 10
    assert learnt[2] < 8


# Right answers in other styles pass


def passes(exercise, **functions):
    outcome = grade("mlp", exercise, **functions)
    assert outcome.status == "passed", outcome


def mask_relu(x):
    return x * (x > 0), x > 0


def loop_relu(x):
    out = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        if x[index] > 0:
            out[index] = x[index]
    return out, out


def average_relu(x):
    return (x + np.abs(x)) / 2, {"slope": np.sign(np.maximum(x, 0))}


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (mask_relu, lambda dout, mask: np.where(mask, dout, 0)),
        (loop_relu, lambda dout, out: np.asfortranarray(dout * (out != 0))),
        (average_relu, lambda dout, cache: dout * cache["slope"]),
    ],
)
def test_other_right_relus_pass(forward, backward):
    passes("relu_forward", relu_forward=forward)
    passes("relu_backward", relu_forward=forward, relu_backward=backward)


def two_sided_sigmoid(x):
    e = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    return out, out


def sigmoid_through_tanh(x):
    return (0.5 * (1 + np.tanh(0.5 * x))).astype(x.dtype), [x]


def short_sigmoid(x):
    """The formula as it stands: its overflow gives 1 / inf, which is right, if not silent."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x)), x.copy()


def slope_of_short_sigmoid(dout, x):
    out, _ = short_sigmoid(x)
    return dout * (out - out**2)


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (two_sided_sigmoid, lambda dout, out: dout * out * (1 - out)),
        (sigmoid_through_tanh, lambda dout, cache: dout * special.expit(cache[0]) * special.expit(-cache[0])),
        (short_sigmoid, slope_of_short_sigmoid),
    ],
)
def test_other_right_sigmoids_pass(forward, backward):
    passes("sigmoid_forward", sigmoid_forward=forward)
    passes("sigmoid_backward", sigmoid_forward=forward, sigmoid_backward=backward)


def numpy_tanh(x):
    out = np.tanh(x)
    return out, out


def tanh_through_sigmoid(x):
    return 2 * special.expit(2 * x) - 1, x


def loop_tanh(x):
    return np.array([math.tanh(number) for number in x.flat], dtype=x.dtype).reshape(x.shape), (x,)


def hyperbolic_slope(dout, cache):
    with np.errstate(over="ignore"):
        return (dout / np.cosh(cache[0], dtype=np.float64) ** 2).astype(dout.dtype)


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (numpy_tanh, lambda dout, out: dout - dout * out**2),
        (tanh_through_sigmoid, lambda dout, x: dout * (1 - np.tanh(x)) * (1 + np.tanh(x))),
        (loop_tanh, hyperbolic_slope),
    ],
)
def test_other_right_tanhs_pass(forward, backward):
    passes("tanh_forward", tanh_forward=forward)
    passes("tanh_backward", tanh_forward=forward, tanh_backward=backward)


def where_leaky(x, slope):
    return np.where(x > 0, x, slope * x), (x, slope)


def two_relus_leaky(x, slope):
    return np.maximum(x, 0) - slope * np.maximum(-x, 0), np.where(x > 0, 1, slope)


def own_buffer_leaky(x, slope):
    out = x.copy()
    out[out < 0] *= slope
    return out, {"negative": ~(x > 0), "slope": slope}


def own_buffer_slope(dout, cache):
    dx = dout.copy()
    dx[cache["negative"]] *= cache["slope"]
    return dx


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (where_leaky, lambda dout, cache: np.where(cache[0] > 0, dout, cache[1] * dout)),
        (two_relus_leaky, lambda dout, slopes: (dout * slopes).astype(dout.dtype)),
        (own_buffer_leaky, own_buffer_slope),
    ],
)
def test_other_right_leaky_relus_pass(forward, backward):
    passes("leaky_relu_forward", leaky_relu_forward=forward)
    passes("leaky_relu_backward", leaky_relu_forward=forward, leaky_relu_backward=backward)


def he_deviation(fan_in, fan_out):
    return math.sqrt(2 / fan_in)


def xavier_deviation(fan_in, fan_out):
    return math.sqrt(2 / (fan_in + fan_out))


def with_normal(deviation):
    return lambda fan_in, fan_out, seed: np.random.default_rng(seed).normal(
        0, deviation(fan_in, fan_out), (fan_in, fan_out)
    )


def with_uniform(deviation):
    def init(fan_in, fan_out, seed):
        bound = math.sqrt(3) * deviation(fan_in, fan_out)
        return np.random.default_rng(seed).uniform(-bound, bound, size=(fan_in, fan_out))

    return init


def with_an_old_generator(deviation):
    return lambda fan_in, fan_out, seed: (
        np.random.RandomState(seed).randn(fan_out, fan_in).T * deviation(fan_in, fan_out)
    )


def with_python(deviation):
    def init(fan_in, fan_out, seed):
        draw = random.Random(seed).gauss
        return np.array([[draw(0, deviation(fan_in, fan_out)) for _ in range(fan_out)] for _ in range(fan_in)])

    return init


@pytest.mark.parametrize("style", [with_normal, with_uniform, with_an_old_generator, with_python])
def test_other_right_initialisations_pass(style):
    passes("he_init", he_init=style(he_deviation))
    passes("xavier_init", xavier_init=style(xavier_deviation))


@pytest.mark.parametrize("seed", range(40))
def test_no_seed_fails_a_right_initialisation(seed):
    assert grade("mlp", "he_init", seed).status == "passed"
    assert grade("mlp", "xavier_init", seed, xavier_init=with_uniform(xavier_deviation)).status == "passed"


def refuse_empty(x):
    if np.shape(x)[0] == 0:
        raise ValueError("there is nothing in this batch")


def matrix_forward(x, w1, b1, w2, b2):
    refuse_empty(x)
    hidden = x @ w1 + b1
    h = np.maximum(hidden, 0)
    return h @ w2 + b2, (x, w1, hidden, h, w2)


def matrix_backward(dout, cache):
    x, w1, hidden, h, w2 = cache
    dhidden = dout @ w2.T
    dhidden[hidden <= 0] = 0  # an array of its own
    return dhidden @ w1.T, x.T @ dhidden, dhidden.sum(axis=0), h.T @ dout, dout.sum(axis=0)


def einsum_forward(x, w1, b1, w2, b2):
    refuse_empty(x)
    h = np.einsum("nd,dh->nh", x, w1) + b1
    h *= h > 0
    return np.asfortranarray(np.einsum("nh,hm->nm", h, w2) + b2), {"x": x, "h": h, "w1": w1, "w2": w2}


def einsum_backward(dout, cache):
    x, h, w1, w2 = (cache[name] for name in ("x", "h", "w1", "w2"))
    dhidden = np.einsum("nm,hm,nh->nh", dout, w2, (h > 0).astype(dout.dtype))
    dw1 = np.einsum("nh,nd->hd", dhidden, x).T  # a view that is not C-contiguous
    dw2 = np.einsum("nm,nh->mh", dout, h).T
    return [dhidden @ w1.T, dw1, np.einsum("nh->h", dhidden), dw2, np.einsum("nm->m", dout)]  # a list for a tuple


def row_forward(x, w1, b1, w2, b2):
    """One example after the other."""
    refuse_empty(x)
    rows = [np.where(row @ w1 + b1 > 0, row @ w1 + b1, 0) for row in x]
    return np.stack([h @ w2 + b2 for h in rows]), (x, w1, b1, rows, w2, b2)


def row_backward(dout, cache):
    x, w1, b1, rows, w2, b2 = cache
    dx, dw1, db1, dw2, db2 = (np.zeros_like(array) for array in (x, w1, b1, w2, b2))
    for n, h in enumerate(rows):
        dhidden = (w2 @ dout[n]) * (h > 0)
        dx[n] = w1 @ dhidden
        dw1 += np.outer(x[n], dhidden)
        db1 += dhidden
        dw2 += np.outer(h, dout[n])
        db2 += dout[n]
    return dx, dw1, db1, dw2, db2


def composed_forward(x, w1, b1, w2, b2):
    """Of the unit's own pieces."""
    refuse_empty(x)
    h, relu_cache = mlp.relu_forward(x @ w1 + b1)
    return h @ w2 + b2, (x, w1, relu_cache, h, w2)


def composed_backward(dout, cache):
    x, w1, relu_cache, h, w2 = cache
    dhidden = mlp.relu_backward(dout @ w2.T, relu_cache)
    return dhidden @ w1.T, x.T @ dhidden, dhidden.sum(0), h.T @ dout, dout.sum(0)


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (matrix_forward, matrix_backward),
        (einsum_forward, einsum_backward),
        (row_forward, row_backward),
        (composed_forward, composed_backward),
    ],
)
def test_other_right_networks_pass(forward, backward):
    passes("mlp_forward", mlp_forward=forward)
    passes("mlp_backward", mlp_forward=forward, mlp_backward=backward)


def argmax_labels(*arrays):
    return np.argmax(matrix_forward(*arrays)[0], axis=1)


def loop_labels(*arrays):
    out, _ = matrix_forward(*arrays)
    labels = np.zeros(len(out), dtype=np.int32)
    for n, row in enumerate(out):
        for m in range(len(row)):
            if row[m] > row[labels[n]]:
                labels[n] = m
    return labels


def sorted_labels(*arrays):
    out, _ = matrix_forward(*arrays)
    return np.argsort(-out, axis=1, kind="stable")[:, 0]


@pytest.mark.parametrize("predict", [argmax_labels, loop_labels, sorted_labels])
def test_other_right_labels_pass(predict):
    passes("predict_labels", predict_labels=predict)


# Wrong answers do not pass, so that the tests above can fail


def test_answers_that_are_nearly_right_fail():
    def slightly_long(dout, cache):
        dx, dw1, db1, dw2, db2 = matrix_backward(dout, cache)
        return dx, dw1 * (1 + 1e-6), db1, dw2, db2

    def without_refusal(x, w1, b1, w2, b2):
        return np.maximum(x @ w1 + b1, 0) @ w2 + b2, None

    def a_little_wide(fan_in, fan_out, seed):
        return 1.3 * mlp.he_init(fan_in, fan_out, seed)

    def off_centre(fan_in, fan_out, seed):
        return mlp.xavier_init(fan_in, fan_out, seed) + 0.4 * xavier_deviation(fan_in, fan_out)

    def one_row_repeated(fan_in, fan_out, seed):
        return np.tile(mlp.he_init(fan_in, fan_out, seed)[:1], (fan_in, 1))

    def unseeded(fan_in, fan_out, seed):
        return np.random.default_rng().normal(0, he_deviation(fan_in, fan_out), (fan_in, fan_out))

    def nested_lists(fan_in, fan_out, seed):
        return mlp.he_init(fan_in, fan_out, seed).tolist()

    assert grade("mlp", "mlp_forward", mlp_forward=without_refusal).status == "failed"
    assert grade("mlp", "mlp_backward", mlp_forward=matrix_forward, mlp_backward=slightly_long).status == "failed"
    for init in (a_little_wide, one_row_repeated, unseeded, nested_lists):
        assert grade("mlp", "he_init", he_init=init).status == "failed", init.__name__
    assert grade("mlp", "xavier_init", xavier_init=off_centre).status == "failed"


def test_what_a_wrong_initialisation_is_told():
    def sentence(init):
        return grade("mlp", "he_init", he_init=init).cases[0].sentence

    assert "0.2000" in sentence(with_an_old_generator(lambda fan_in, fan_out: math.sqrt(2 / fan_out)))
    assert "different weights" in sentence(
        lambda fan_in, fan_out, seed: with_normal(he_deviation)(fan_in, fan_out, None)
    )
    assert "the same weights" in sentence(lambda fan_in, fan_out, seed: with_normal(he_deviation)(fan_in, fan_out, 77))
    assert "(12, 50)" in sentence(lambda fan_in, fan_out, seed: with_uniform(he_deviation)(fan_in, fan_out, seed).T)


def test_a_wrong_network_points_to_a_wrong_relu():
    def slack(x):
        return np.maximum(x, -0.1), x

    def forward(x, w1, b1, w2, b2):
        refuse_empty(x)
        return slack(x @ w1 + b1)[0] @ w2 + b2, None

    outcome = grade("mlp", "mlp_forward", relu_forward=slack, mlp_forward=forward)
    assert outcome.status == "blocked"
    assert "relu_forward" in next(case.sentence for case in outcome.cases if case.sentence)
