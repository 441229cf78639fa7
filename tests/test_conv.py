"""The conv unit: its references against torch, numerical derivatives and right answers written in other styles."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import convolve2d, correlate2d
from support import grade, numerical_gradient, reference

conv = reference("conv")

DTYPES = st.sampled_from([np.float64, np.float32])
SEEDS = st.integers(0, 2**32 - 1)
POOLS = ["max_pool2d", "avg_pool2d"]

modest = settings(max_examples=30, deadline=None)


@st.composite
def convolutions(draw, dtypes=DTYPES):
    """x, w, b, stride and padding; the filter fits, sometimes only just."""
    n, c, f = (draw(st.integers(1, 3)) for _ in range(3))
    stride, padding = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 4)))
    image = [draw(st.integers(max(1, k - 2 * padding), max(1, k - 2 * padding) + 6)) for k in kernel]
    rng, dtype = np.random.default_rng(draw(SEEDS)), draw(dtypes)
    shapes = (n, c, *image), (f, c, *kernel), (f,)
    return *(rng.normal(size=shape).astype(dtype) for shape in shapes), stride, padding


@st.composite
def poolings(draw, dtypes=DTYPES, values=None):
    """x, size and stride; `values` draws pixels of another kind than random normals."""
    n, c, size, stride = (draw(st.integers(1, high)) for high in (3, 3, 4, 5))
    shape = (n, c, *(draw(st.integers(size, size + 6)) for _ in range(2)))
    rng, dtype = np.random.default_rng(draw(SEEDS)), draw(dtypes)
    x = rng.normal(size=shape) if values is None else values(rng, shape)
    return x.astype(dtype), size, stride


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


def upstream(out):
    return np.random.default_rng(5).normal(size=out.shape).astype(out.dtype)


# The references against definitions and torch


@given(size=st.integers(1, 40), kernel=st.integers(1, 12), stride=st.integers(1, 9), padding=st.integers(0, 6))
def test_output_size_counts_the_places_of_the_window(size, kernel, stride, padding):
    places = len(range(0, size + 2 * padding - kernel + 1, stride))
    if places:
        assert conv.output_size(size, kernel, stride, padding) == places
    else:
        with pytest.raises(ValueError, match="does not fit"):
            conv.output_size(size, kernel, stride, padding)


@modest
@given(layer=convolutions())
def test_convolution_agrees_with_torch(layer):
    torch = pytest.importorskip("torch")
    *arrays, stride, padding = layer
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    want = torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding)
    out, cache = untouched(conv.conv2d_forward, *layer)
    close(out, want)

    dout = upstream(out)
    want.backward(torch.tensor(dout))
    for gradient, tensor in zip(untouched(lambda d: conv.conv2d_backward(d, cache), dout), tensors, strict=True):
        close(gradient, tensor.grad)


def check_pooling_against_torch(pool, x, size, stride):
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(x, requires_grad=True)
    want = getattr(torch.nn.functional, pool)(tensor, size, stride)
    out, cache = untouched(getattr(conv, f"{pool}_forward"), x, size, stride)
    close(out, want)

    dout = upstream(out)
    want.backward(torch.tensor(dout))
    close(untouched(lambda d: getattr(conv, f"{pool}_backward")(d, cache), dout), tensor.grad)


@pytest.mark.parametrize("pool", POOLS)
@modest
@given(pooling=poolings())
def test_pooling_agrees_with_torch(pool, pooling):
    check_pooling_against_torch(pool, *pooling)


@modest
@given(pooling=poolings(values=lambda rng, shape: rng.integers(-1, 2, size=shape)))
def test_equal_maxima_as_in_torch(pooling):
    check_pooling_against_torch("max_pool2d", *pooling)


@modest
@given(pooling=poolings(values=lambda rng, shape: rng.choice([1.0, 2.0, -np.inf, np.nan], size=shape)))
def test_max_pooling_of_what_is_not_finite_as_in_torch(pooling):
    check_pooling_against_torch("max_pool2d", *pooling)


def test_only_negative_pixels_have_a_negative_maximum():
    out, _ = conv.max_pool2d_forward(np.array([[[[-3.0, -1], [-2, -4]]]]), 2, 1)
    assert out.tolist() == [[[[-1.0]]]]


# The references against numerical derivatives


@settings(max_examples=10, deadline=None)
@given(layer=convolutions(dtypes=st.just(np.float64)))
def test_gradients_of_the_convolution_are_numerical_ones(layer):
    out, cache = conv.conv2d_forward(*layer)
    dout = upstream(out)
    for position, gradient in enumerate(conv.conv2d_backward(dout, cache)):

        def forward(value, position=position):
            return conv.conv2d_forward(*layer[:position], value, *layer[position + 1 :])[0]

        want = numerical_gradient(forward, layer[position], dout)
        np.testing.assert_allclose(gradient, want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("pool", POOLS)
@settings(max_examples=10, deadline=None)
@given(
    pooling=poolings(
        dtypes=st.just(np.float64), values=lambda rng, shape: rng.permutation(math.prod(shape)).reshape(shape)
    )
)
def test_gradients_of_pooling_are_numerical_ones(pool, pooling):
    """The pixels are different whole numbers: far from where another one becomes the maximum."""
    x, size, stride = pooling
    forward = getattr(conv, f"{pool}_forward")
    out, cache = forward(x, size, stride)
    dout = upstream(out)
    want = numerical_gradient(lambda value: forward(value, size, stride)[0], x, dout)
    np.testing.assert_allclose(getattr(conv, f"{pool}_backward")(dout, cache), want, rtol=1e-6, atol=1e-6)


# What the references refuse, accept and leave alone


X, W, B = np.ones((2, 3, 5, 6)), np.ones((4, 3, 3, 2)), np.ones(4)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((X[:0], W, B, 1, 0), "empty"),
        ((X[:, :2], W, B, 1, 0), "channels"),
        ((X[:, :, :2], W, B, 1, 0), "does not fit"),
        ((X[:, :, :, :1], W, B, 1, 0), "does not fit"),
        ((X, W, B, 0, 0), "stride"),
        ((X, W, B, 1, -1), "padding"),
        ((X, W, B[:3], 1, 0), "each filter"),
        ((X, W[:0], B[:0], 1, 0), "each filter"),
        ((X, W[0], B, 1, 0), "shape"),
        ((X[0], W, B, 1, 0), "shape"),
    ],
)
def test_convolution_says_why_it_refuses(arguments, why):
    with pytest.raises(ValueError, match=why):
        conv.conv2d_forward(*arguments)


@pytest.mark.parametrize("pool", [conv.max_pool2d_forward, conv.avg_pool2d_forward])
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((X[:0], 2, 2), "empty"),
        ((X, 6, 1), "does not fit"),
        ((X, 2, 0), "stride"),
        ((X, 0, 1), "kernel"),
        ((X[0], 2, 2), "shape"),
    ],
)
def test_pooling_says_why_it_refuses(pool, arguments, why):
    with pytest.raises(ValueError, match=why):
        pool(*arguments)


@pytest.mark.parametrize("layer", ["conv2d", *POOLS])
def test_an_upstream_gradient_of_another_shape_is_refused(layer):
    arguments = (X, W, B, 1, 0) if layer == "conv2d" else (X, 2, 2)
    out, cache = getattr(conv, f"{layer}_forward")(*arguments)
    with pytest.raises(ValueError, match="dout"):
        getattr(conv, f"{layer}_backward")(out[:, :, 1:], cache)


@pytest.mark.parametrize("layer", ["conv2d", *POOLS])
def test_a_change_of_the_arguments_after_the_forward_does_not_reach_the_backward(layer):
    rng = np.random.default_rng(3)
    arrays = [rng.normal(size=a.shape) for a in ((X, W, B) if layer == "conv2d" else (X,))]
    numbers = (2, 0) if layer == "conv2d" else (2, 1)
    forward, backward = getattr(conv, f"{layer}_forward"), getattr(conv, f"{layer}_backward")
    out, cache = forward(*arrays, *numbers)
    dout = upstream(out)
    before = backward(dout, cache)
    for array in arrays:
        array[...] = -array
    after = backward(dout, cache)
    for got, want in zip(after, before, strict=True):
        np.testing.assert_array_equal(got, want)


def test_memory_layout_does_not_matter():
    rng = np.random.default_rng(4)
    x, w, b = (rng.normal(size=a.shape) for a in (X, W, B))
    want, _ = conv.conv2d_forward(x, w, b, 2, 1)
    strided = np.repeat(x, 2, axis=3)[..., ::2]
    strided.setflags(write=False)
    got, cache = conv.conv2d_forward(strided, np.asfortranarray(w), b[::-1][::-1], 2, 1)
    np.testing.assert_array_equal(got, want)
    dout = upstream(want)
    for got, other in zip(
        conv.conv2d_backward(np.asfortranarray(dout), cache),
        conv.conv2d_backward(dout, conv.conv2d_forward(x, w, b, 2, 1)[1]),
        strict=True,
    ):
        np.testing.assert_array_equal(got, other)


# Right answers in other styles pass


def sizes(x, kernel, stride, padding=0):
    return [conv.output_size(n, k, stride, padding) for n, k in zip(x.shape[2:], kernel, strict=True)]


def checked(x, w):
    if len(x) == 0 or x.shape[1] != w.shape[1]:
        raise ValueError("no images, or other channels")


def loops_forward(x, w, b, stride, padding):
    """One loop for each index, in Python's own numbers; the cache is a dict, the result a list."""
    checked(x, w)
    oh, ow = sizes(x, w.shape[2:], stride, padding)
    n, _, h, width = x.shape
    out = np.zeros((n, len(w), oh, ow), dtype=x.dtype, order="F")
    for m, f, i, j in np.ndindex(out.shape):
        total = float(b[f])
        for d, p, q in np.ndindex(w.shape[1:]):
            row, column = i * stride + p - padding, j * stride + q - padding
            if 0 <= row < h and 0 <= column < width:
                total += float(x[m, d, row, column]) * float(w[f, d, p, q])
        out[m, f, i, j] = total
    return [out, {"x": x, "w": w, "stride": stride, "padding": padding}]


def loops_backward(dout, cache):
    x, w, stride, padding = cache["x"], cache["w"], cache["stride"], cache["padding"]
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(len(w), dtype=w.dtype)
    for m, f, i, j in np.ndindex(dout.shape):
        db[f] += dout[m, f, i, j]
        for d, p, q in np.ndindex(w.shape[1:]):
            row, column = i * stride + p - padding, j * stride + q - padding
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                dx[m, d, row, column] += dout[m, f, i, j] * w[f, d, p, q]
                dw[f, d, p, q] += dout[m, f, i, j] * x[m, d, row, column]
    return [dx, dw, db]


def border(padding):
    return (0, 0), (0, 0), (padding, padding), (padding, padding)


def im2col_forward(x, w, b, stride, padding):
    """All windows as the rows of one matrix."""
    checked(x, w)
    oh, ow = sizes(x, w.shape[2:], stride, padding)
    padded = np.pad(x, border(padding))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, w[0].size)
    out = (columns @ w.reshape(len(w), -1).T + b).reshape(len(x), oh, ow, len(w)).transpose(0, 3, 1, 2)
    return out, (columns, padded.shape, w, stride, padding)


def im2col_backward(dout, cache):
    columns, shape, w, stride, padding = cache
    n, f, oh, ow = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, f)
    dw = (rows.T @ columns).reshape(w.shape)
    shares = (rows @ w.reshape(f, -1)).reshape(n, oh, ow, *w.shape[1:])
    dpadded = np.zeros(shape, dtype=dout.dtype)
    for p, q in np.ndindex(w.shape[2:]):
        here = dpadded[:, :, p : p + oh * stride : stride, q : q + ow * stride : stride]
        here[:, :, :oh, :ow] += shares[..., p, q].transpose(0, 3, 1, 2)
    dx = dpadded[:, :, padding : shape[2] - padding, padding : shape[3] - padding]
    return dx, dw, rows.sum(axis=0)


def einsum_forward(x, w, b, stride, padding):
    """Two loops, as in the hint."""
    checked(x, w)
    oh, ow = sizes(x, w.shape[2:], stride, padding)
    padded = np.pad(x, border(padding))
    out = np.empty((len(x), len(w), oh, ow), dtype=x.dtype)
    for i, j in np.ndindex(oh, ow):
        window = padded[:, :, i * stride :, j * stride :][:, :, : w.shape[2], : w.shape[3]]
        np.add(np.einsum("ncpq,fcpq->nf", window, w), b, out=out[:, :, i, j])
    return out, (padded, w, stride, padding)


def einsum_backward(dout, cache):
    padded, w, stride, padding = cache
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for i, j in np.ndindex(dout.shape[2:]):
        rows, columns = slice(i * stride, i * stride + w.shape[2]), slice(j * stride, j * stride + w.shape[3])
        dw += np.einsum("nf,ncpq->fcpq", dout[:, :, i, j], padded[:, :, rows, columns])
        dpadded[:, :, rows, columns] += np.einsum("nf,fcpq->ncpq", dout[:, :, i, j], w)
    bottom, right = (length - padding for length in padded.shape[2:])
    return dpadded[:, :, padding:bottom, padding:right], dw, dout.sum(axis=(0, 2, 3))


def scipy_forward(x, w, b, stride, padding):
    """Cross-correlations of planes at stride 1, of which some are kept."""
    checked(x, w)
    sizes(x, w.shape[2:], stride, padding)
    padded = np.pad(x, border(padding))
    out = [[sum(map(valid_correlation, image, filter)) for filter in w] for image in padded]
    return np.asarray(out, dtype=x.dtype)[:, :, ::stride, ::stride] + b[:, None, None], (padded, w, stride, padding)


def valid_correlation(plane, kernel):
    return correlate2d(plane, kernel, mode="valid")


def scipy_backward(dout, cache):
    """Spread dout out to stride 1; then dw is a cross-correlation with it, and dx a full convolution."""
    padded, w, stride, padding = cache
    room = [n - k + 1 for n, k in zip(padded.shape[2:], w.shape[2:], strict=True)]
    spread = np.zeros((*dout.shape[:2], *room), dtype=dout.dtype)
    spread[:, :, ::stride, ::stride] = dout
    dx = np.zeros_like(padded)
    dw = np.zeros_like(w)
    for n, f, c in np.ndindex(len(padded), len(w), w.shape[1]):
        dx[n, c] += convolve2d(spread[n, f], w[f, c], mode="full")
        dw[f, c] += valid_correlation(padded[n, c], spread[n, f])
    return (
        dx[:, :, padding:, padding:][:, :, : dx.shape[2] - 2 * padding, : dx.shape[3] - 2 * padding],
        dw,
        dout.sum((0, 2, 3)),
    )


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (loops_forward, loops_backward),
        (im2col_forward, im2col_backward),
        (einsum_forward, einsum_backward),
        (scipy_forward, scipy_backward),
    ],
    ids=["loops", "im2col", "einsum", "scipy"],
)
def test_other_right_convolutions_pass(forward, backward):
    for exercise in ("conv2d_forward", "conv2d_backward"):
        outcome = grade("conv", exercise, conv2d_forward=forward, conv2d_backward=backward)
        assert outcome.status == "passed", outcome


def counted(size, kernel, stride, padding):
    starts = range(0, size + 2 * padding - kernel + 1, stride)
    if not starts or kernel < 1 or stride < 1 or padding < 0:
        raise ValueError("no window fits")
    return len(starts)


def floored(size, kernel, stride, padding):
    if kernel > size + 2 * padding or min(kernel, stride) < 1 or padding < 0:
        raise ValueError("no window fits")
    return math.floor((size + 2 * padding - kernel) / stride + 1)


def numpy_whole(size, kernel, stride, padding):
    return np.int64(floored(size, kernel, stride, padding))


@pytest.mark.parametrize("function", [counted, floored, numpy_whole])
def test_other_right_output_sizes_pass(function):
    outcome = grade("conv", "output_size", output_size=function)
    assert outcome.status == "passed", outcome


def views(x, size, stride):
    """All windows as a view, (N, C, OH, OW, size, size)."""
    if not len(x):
        raise ValueError("no images")
    sizes(x, (size, size), stride)
    return sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]


def view_max_forward(x, size, stride):
    windows = views(x, size, stride)
    return windows.max(axis=(-1, -2)), (x, size, stride)


def view_max_backward(dout, cache):
    """All places of the maxima at once, then np.add.at, which adds up where indices repeat."""
    x, size, stride = cache
    windows = views(x, size, stride)
    places = windows.reshape(*windows.shape[:4], -1).argmax(axis=-1)
    n, c, i, j = np.indices(places.shape)
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, i * stride + places // size, j * stride + places % size), dout)
    return dx


def running_max_forward(x, size, stride):
    """One running maximum over the shifted images; in place, in a buffer of its own."""
    views(x, size, stride)
    oh, ow = sizes(x, (size, size), stride)
    shifted = {
        (p, q): x[:, :, p : p + (oh - 1) * stride + 1 : stride, q : q + (ow - 1) * stride + 1 : stride]
        for p, q in np.ndindex(size, size)
    }
    out = shifted[0, 0].copy()
    winner = np.zeros(out.shape, dtype=int)
    for place, (_, pixels) in enumerate(shifted.items()):
        winner[pixels > out] = place
        np.maximum(out, pixels, out=out)
    return [out, (winner, x.shape, size, stride)]


def running_max_backward(dout, cache):
    winner, shape, size, stride = cache
    _, _, oh, ow = winner.shape
    dx = np.zeros(shape, dtype=dout.dtype, order="F")
    for place, (p, q) in enumerate(np.ndindex(size, size)):
        here = dx[:, :, p : p + (oh - 1) * stride + 1 : stride, q : q + (ow - 1) * stride + 1 : stride]
        here += np.where(winner == place, dout, 0)
    return dx


def loop_max_forward(x, size, stride):
    views(x, size, stride)
    out = np.full((*x.shape[:2], *sizes(x, (size, size), stride)), -np.inf, dtype=x.dtype)
    for n, c, i, j in np.ndindex(out.shape):
        for p, q in np.ndindex(size, size):
            out[n, c, i, j] = max(out[n, c, i, j], x[n, c, i * stride + p, j * stride + q])
    return out, (x, out, size, stride)


def loop_max_backward(dout, cache):
    x, out, size, stride = cache
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
        p, q = np.argwhere(window == out[n, c, i, j])[0]
        dx[n, c, i * stride + p, j * stride + q] += dout[n, c, i, j]
    return dx


def view_mean_forward(x, size, stride):
    return np.mean(views(x, size, stride), axis=(4, 5)), (x.shape, size, stride)


def shifted_mean_backward(dout, cache):
    shape, size, stride = cache
    oh, ow = dout.shape[2:]
    dx = np.zeros(shape, dtype=dout.dtype)
    for p, q in np.ndindex(size, size):
        dx[:, :, p : p + (oh - 1) * stride + 1 : stride, q : q + (ow - 1) * stride + 1 : stride] += dout / size**2
    return dx


def depthwise_mean_forward(x, size, stride):
    """Average pooling as a convolution of each channel on its own with a constant filter."""
    views(x, size, stride)
    n, c, h, w = x.shape
    filters = np.full((1, 1, size, size), 1 / size**2, dtype=x.dtype)
    out, cache = conv.conv2d_forward(x.reshape(n * c, 1, h, w), filters, np.zeros(1, dtype=x.dtype), stride, 0)
    return out.reshape(n, c, *out.shape[2:]), (cache, x.shape)


def depthwise_mean_backward(dout, cache):
    inner, shape = cache
    return conv.conv2d_backward(dout.reshape(-1, 1, *dout.shape[2:]), inner)[0].reshape(shape)


def summed_area_forward(x, size, stride):
    """Four corners of a table of running sums give the sum of any window."""
    views(x, size, stride)
    table = np.pad(x.astype(np.float64).cumsum(axis=2).cumsum(axis=3), ((0, 0), (0, 0), (1, 0), (1, 0)))
    total = table[:, :, size:, size:] - table[:, :, :-size, size:] - table[:, :, size:, :-size]
    mean = (total + table[:, :, :-size, :-size]) / size**2
    return mean[:, :, ::stride, ::stride].astype(x.dtype), (x.shape, size, stride)


@pytest.mark.parametrize(
    ("pool", "forward", "backward"),
    [
        ("max_pool2d", view_max_forward, view_max_backward),
        ("max_pool2d", running_max_forward, running_max_backward),
        ("max_pool2d", loop_max_forward, loop_max_backward),
        ("avg_pool2d", view_mean_forward, shifted_mean_backward),
        ("avg_pool2d", depthwise_mean_forward, depthwise_mean_backward),
        ("avg_pool2d", summed_area_forward, shifted_mean_backward),
    ],
    ids=["view", "running", "loops", "view mean", "depthwise", "summed area"],
)
def test_other_right_poolings_pass(pool, forward, backward):
    functions = {f"{pool}_forward": forward, f"{pool}_backward": backward}
    for exercise in functions:
        outcome = grade("conv", exercise, **functions)
        assert outcome.status == "passed", outcome


# Mistakes that NumPy makes possible, or hides


def filter_by_filter(border_of, check):
    """A convolution with `window * w[f]`, which broadcasts a single channel."""

    def forward(x, w, b, stride, padding):
        if check or len(x) == 0:
            checked(x, w)
        oh, ow = sizes(x, w.shape[2:], stride, padding)
        padded = np.pad(x, border_of(padding))
        out = np.zeros((len(x), len(w), oh, ow), dtype=x.dtype)
        for f, i, j in np.ndindex(out.shape[1:]):
            window = padded[:, :, i * stride :, j * stride :][:, :, : w.shape[2], : w.shape[3]]
            out[:, f, i, j] = np.sum(window * w[f], axis=(1, 2, 3)) + b[f]
        return out, None

    return forward


@pytest.mark.parametrize(
    ("forward", "named"),
    [
        (filter_by_filter(border, check=False), "stretches_one_channel"),
        (filter_by_filter(int, check=True), "padding_all_axes_filter_by_filter"),
    ],
)
def test_a_broadcast_channel_and_a_padded_batch_are_named(forward, named):
    outcome = grade("conv", "conv2d_forward", conv2d_forward=forward)
    assert outcome.status == "failed"
    assert outcome.mistakes == (named,)
