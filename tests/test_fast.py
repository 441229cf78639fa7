"""The fast kernels give the references' answers, whatever the shapes, and leave everything else alone as they do."""

import subprocess
import sys
import warnings

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import COURSE, ROOT, reference, sampled

from autograder.course import import_file

BOTH = sampled([np.float64, np.float32], 2)  # kernels are compiled for each, which takes most of the time here
DTYPES = st.sampled_from(BOTH)
SEEDS = st.integers(0, 2**32 - 1)
TOLERANCE = {np.dtype(np.float64): 1e-11, np.dtype(np.float32): 1e-5}  # of the largest entry

modest = settings(max_examples=30, deadline=None)


def fast(unit):
    unit = COURSE.unit(unit)
    return import_file(unit.solutions / "fast.py", unit.package("solutions"))


conv, linear, mlp, lstm, optim = (fast(unit) for unit in ("conv", "linear", "mlp", "lstm", "optim"))


@pytest.fixture(autouse=True, scope="module")
def fast_even_where_small():
    """Little work goes to the plain kernels; here the fast ones shall do it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (conv, lstm, optim):
            patch.setattr(module, "SMALL", 0)
        patch.setattr(conv, "SMALL_POOLING", 0)
        yield


def disguised(array, rng):
    """The same numbers, laid out in memory in one of several ways."""
    way = rng.integers(5)
    if way == 0:
        return np.asfortranarray(array)
    if way == 1:
        return np.repeat(array, 2, axis=-1)[..., ::2]
    if way == 2:
        return array[::-1].copy()[::-1]
    array = array.copy()
    array.flags.writeable = way == 3
    return array


def close(got, want):
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=0, atol=TOLERANCE[want.dtype] * max(1, np.abs(want).max(initial=0)))


def untouched(function, *arguments):
    """What the function returns; it must not have changed its arguments, nor warned."""
    before = [np.copy(argument) for argument in arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = function(*arguments)
    for was, argument in zip(before, arguments, strict=True):
        np.testing.assert_array_equal(argument, was)
    return result


def check_layer(unit, name, arguments, rng):
    """Forward and backward are the reference's, also when called again after the arguments have been overwritten."""
    ours, theirs = (fast(unit), reference(unit))
    arguments = [disguised(a, rng) if isinstance(a, np.ndarray) else a for a in arguments]
    out, cache = untouched(getattr(ours, f"{name}_forward"), *arguments)
    want, want_cache = getattr(theirs, f"{name}_forward")(*arguments)
    close(out, want)
    dout = disguised(rng.normal(size=out.shape).astype(out.dtype), rng)
    gradients = untouched(lambda d: getattr(ours, f"{name}_backward")(d, cache), dout)
    wanted = getattr(theirs, f"{name}_backward")(dout, want_cache)
    if isinstance(wanted, np.ndarray):
        gradients, wanted = (gradients,), (wanted,)
    for got, expected in zip(gradients, wanted, strict=True):
        close(got, expected)
    with pytest.raises(ValueError, match="shape"):
        getattr(ours, f"{name}_backward")(dout[1:], cache)
    return cache


# Convolution and pooling


@st.composite
def convolutions(draw):
    """Strides beyond the kernel, padding beyond the filter, and more filters, channels and pixels than a tile has."""
    n, c, f = draw(st.integers(1, 3)), draw(st.integers(1, 9)), draw(st.integers(1, 18))
    stride, padding = draw(st.integers(1, 4)), draw(st.integers(0, 6))
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 4)))
    image = [max(1, k - 2 * padding) + draw(st.integers(0, 30)) for k in kernel]
    rng, dtype = np.random.default_rng(draw(SEEDS)), draw(DTYPES)
    shapes = (n, c, *image), (f, c, *kernel), (f,)
    return [*(rng.normal(size=shape).astype(dtype) for shape in shapes), stride, padding], rng


@settings(max_examples=80, deadline=None)
@given(layer=convolutions())
def test_convolution(layer):
    check_layer("conv", "conv2d", *layer)


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize(
    ("x", "w", "stride", "padding"),
    [
        ((1, 3, 70, 61), (5, 3, 5, 5), 1, 2),
        ((9, 7, 16, 16), (33, 7, 3, 3), 2, 1),
        ((2, 1, 1, 1), (1, 1, 1, 1), 1, 0),
        ((1, 2, 5, 90), (9, 2, 2, 7), 3, 4),
        ((2, 4, 40, 40), (8, 4, 11, 11), 4, 2),
    ],
)
def test_convolutions_of_many_tiles(x, w, stride, padding, dtype):
    rng = np.random.default_rng(3)
    check_layer("conv", "conv2d", [rng.normal(size=s).astype(dtype) for s in (x, w, w[:1])] + [stride, padding], rng)


def test_a_convolution_remembers_its_arguments_and_can_be_undone_twice():
    rng = np.random.default_rng(4)
    x, w, b = (rng.normal(size=s) for s in ((2, 3, 9, 8), (4, 3, 3, 3), (4,)))
    out, cache = conv.conv2d_forward(x, w, b, 2, 1)
    first = conv.conv2d_backward(out, cache)
    x[:], w[:] = 0, 0
    for a, b in zip(first, conv.conv2d_backward(out, cache), strict=True):
        np.testing.assert_array_equal(a, b)


def test_mixed_dtypes_are_those_of_the_reference():
    rng = np.random.default_rng(5)
    x, w, b = (rng.normal(size=s) for s in ((2, 3, 9, 8), (4, 3, 3, 3), (4,)))
    check_layer("conv", "conv2d", [x.astype(np.float32), w, b.astype(np.float32), 1, 1], rng)
    check_layer("conv", "conv2d", [(9 * x).astype(np.int64), w.astype(np.float32), b.astype(np.float32), 1, 1], rng)


def test_little_work_goes_to_the_plain_kernels(monkeypatch):
    monkeypatch.setattr(conv, "SMALL", 10**9)
    monkeypatch.setattr(lstm, "SMALL", 10**9)
    monkeypatch.setattr(conv, "SMALL_POOLING", 10**9)
    monkeypatch.setattr(optim, "SMALL", 10**9)
    test_a_convolution_remembers_its_arguments_and_can_be_undone_twice()
    x, rng = np.random.default_rng(6).normal(size=(2, 3, 9, 8)), np.random.default_rng(7)
    for pool in ("max_pool2d", "avg_pool2d"):
        check_layer("conv", pool, [x, 3, 2], rng)
    updates = optim.adam_step(x, x, x, x**2, 3, 0.1, 0.9, 0.999, 1e-8), adam_of_the_reference(x)
    for got, want in zip(*updates, strict=True):
        np.testing.assert_array_equal(got, want)
    test_long_sequences_in_many_blocks(np.float64)


def adam_of_the_reference(x):
    return reference("optim").adam_step(x, x, x, x**2, 3, 0.1, 0.9, 0.999, 1e-8)


@st.composite
def poolings(draw):
    n, c, size, stride = (draw(st.integers(1, high)) for high in (3, 3, 4, 5))
    shape = (n, c, *(draw(st.integers(size, size + 20)) for _ in range(2)))
    rng, dtype = np.random.default_rng(draw(SEEDS)), draw(DTYPES)
    x = draw(st.sampled_from([rng.normal(size=shape), rng.integers(-1, 2, size=shape)]))  # the second has equal maxima
    return [x.astype(dtype), size, stride], rng


@pytest.mark.parametrize("pool", ["max_pool2d", "avg_pool2d"])
@modest
@given(layer=poolings())
def test_pooling(pool, layer):
    check_layer("conv", pool, *layer)


def test_what_is_not_a_number_wins_its_window():
    x = np.arange(32.0).reshape(1, 2, 4, 4)
    x[0, 0, 1, 1] = x[0, 1, 0, 0] = np.nan
    np.testing.assert_array_equal(conv.max_pool2d_forward(x, 2, 2)[0], conv.conv.max_pool2d_forward(x, 2, 2)[0])


def images(*shape):
    return np.zeros(shape)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("conv2d_forward", (images(0, 1, 4, 4), images(1, 1, 3, 3), images(1), 1, 0)),
        ("conv2d_forward", (images(1, 4, 4), images(1, 1, 3, 3), images(1), 1, 0)),
        ("conv2d_forward", (images(1, 2, 4, 4), images(1, 1, 3, 3), images(1), 1, 0)),
        ("conv2d_forward", (images(1, 1, 4, 4), images(2, 1, 3, 3), images(1), 1, 0)),
        ("conv2d_forward", (images(1, 1, 4, 4), images(0, 1, 3, 3), images(0), 1, 0)),
        ("conv2d_forward", (images(1, 1, 4, 4), images(1, 1, 7, 3), images(1), 1, 1)),
        ("conv2d_forward", (images(1, 1, 4, 4), images(1, 1, 3, 3), images(1), 0, 1)),
        ("conv2d_forward", (images(1, 1, 4, 4), images(1, 1, 3, 3), images(1), 1, -1)),
        ("conv2d_forward", (images(1, 1, 4, 4), images(1, 1, 0, 3), images(1), 1, 0)),
        ("max_pool2d_forward", (images(0, 1, 4, 4), 2, 2)),
        ("max_pool2d_forward", (images(1, 1, 4, 4), 5, 1)),
        ("avg_pool2d_forward", (images(1, 4, 4), 2, 2)),
        ("avg_pool2d_forward", (images(1, 1, 4, 4), 2, 0)),
        ("linear_forward", (images(0, 3), images(3, 2), images(2))),
        ("linear_forward", (images(4, 3), images(2, 3), images(3))),
        ("linear_forward", (images(4), images(4, 3), images(3))),
        ("mlp_forward", (images(0, 3), images(3, 2), images(2), images(2, 5), images(5))),
        ("mlp_forward", (images(4, 3), images(3, 2), images(2), images(3, 5), images(5))),
        ("lstm_forward", (images(0, 4, 3), images(0, 2), images(3, 8), images(2, 8), images(8))),
        ("lstm_forward", (images(2, 0, 3), images(2, 2), images(3, 8), images(2, 8), images(8))),
        ("lstm_forward", (images(2, 4, 3), images(2, 2), images(3, 6), images(2, 8), images(8))),
    ],
)
def test_the_same_refusals(name, arguments):
    unit = name.split("_")[0]
    unit = unit if unit in ("linear", "mlp", "lstm") else "conv"
    errors = []
    for module in (fast(unit), reference(unit)):
        with pytest.raises(ValueError, match=r"\w+ \w+") as caught:
            getattr(module, name)(*arguments)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]


# Layers and networks


@st.composite
def networks(draw):
    sizes = st.one_of(st.integers(1, 40), st.sampled_from([8, 16, 32, 64]))  # those that tiles divide, and others
    n, d, h = (draw(sizes) for _ in range(3))
    m = draw(st.integers(2, 20))
    rng, dtype = np.random.default_rng(draw(SEEDS)), draw(DTYPES)
    return [rng.normal(size=s).astype(dtype) for s in ((n, d), (d, h), (h,), (h, m), (m,))], rng


@modest
@given(network=networks())
def test_linear(network):
    (x, w, b, *_), rng = network
    check_layer("linear", "linear", [x, w, b], rng)


@modest
@given(network=networks())
def test_two_layers(network):
    check_layer("mlp", "mlp", *network)


@settings(max_examples=60, deadline=None)
@given(network=networks())
def test_a_training_step(network):
    (x, *parameters), rng = network
    labels = rng.integers(parameters[3].size, size=len(x))
    out, cache = reference("mlp").mlp_forward(x, *parameters)
    want_loss, dout = reference("losses").softmax_cross_entropy(out, labels)
    _, *gradients = reference("mlp").mlp_backward(dout, cache)

    loss, *updated = untouched(lambda *arrays: mlp.mlp_step(*arrays, 0.25), x, labels, *parameters)
    own = [parameter.copy() for parameter in parameters]
    _, *in_place = mlp.mlp_step(x, labels, *own, 0.25, out=own)
    assert isinstance(loss, float)
    assert loss == pytest.approx(want_loss, rel=1e-5)
    for parameter, gradient, new, same, place in zip(parameters, gradients, updated, in_place, own, strict=True):
        close(new, parameter - parameter.dtype.type(0.25) * gradient)
        assert same is place
        close(place, new)


def test_a_training_step_refuses_what_does_not_fit():
    parameters = images(3, 4), images(4), images(4, 2), images(2)
    for x, labels in ((images(0, 3), []), (images(2, 3), [0]), (images(2, 5), [0, 1]), (images(2, 3), [0, 2])):
        with pytest.raises(ValueError, match=r"fit|empty|labels"):
            mlp.mlp_step(x, np.array(labels, int), *parameters, 0.1)
    with pytest.raises(ValueError, match="contiguous"):
        mlp.mlp_step(images(2, 3), np.array([0, 1]), *parameters, 0.1, out=(images(4, 3).T, *parameters[1:]))


# Sequences


@st.composite
def sequences(draw):
    n, t, d, h = (draw(st.integers(1, high)) for high in (18, 40, 9, 20))
    rng, dtype = np.random.default_rng(draw(SEEDS)), draw(DTYPES)
    shapes = (n, t, d), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)
    return [(0.5 * rng.normal(size=shape)).astype(dtype) for shape in shapes], rng


@modest
@given(sequence=sequences())
def test_lstm(sequence):
    check_layer("lstm", "lstm", *sequence)


@pytest.mark.parametrize("dtype", BOTH)
def test_long_sequences_in_many_blocks(dtype):
    rng = np.random.default_rng(6)
    shapes = (19, 50, 6), (19, 13), (6, 52), (13, 52), (52,)
    check_layer("lstm", "lstm", [(0.3 * rng.normal(size=shape)).astype(dtype) for shape in shapes], rng)


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("size", [1e3, 1e30, np.nan])
def test_extreme_inputs_of_an_lstm(size, dtype):
    rng = np.random.default_rng(7)
    x, h0, wx, wh, b = (rng.normal(size=s).astype(dtype) for s in ((2, 5, 3), (2, 4), (3, 16), (4, 16), (16,)))
    x[0, 2] *= dtype(size)
    hs, cache = untouched(lstm.lstm_forward, x, h0, wx, wh, b)
    want, want_cache = reference("lstm").lstm_forward(x, h0, wx, wh, b)
    close(hs, want)
    for got, expected in zip(
        lstm.lstm_backward(hs, cache), reference("lstm").lstm_backward(want, want_cache), strict=True
    ):
        close(got, expected)


# Optimisers


@st.composite
def steps(draw):
    shape = draw(st.lists(st.integers(0, 20), max_size=3))
    rng, dtype = np.random.default_rng(draw(SEEDS)), draw(DTYPES)
    w, dw, m = (rng.normal(size=shape).astype(dtype) for _ in range(3))
    return rng, w, dw, m, np.abs(rng.normal(size=shape)).astype(dtype)


@pytest.mark.parametrize(
    ("name", "states", "numbers"),
    [
        ("sgd_step", 0, (0.1,)),
        ("momentum_step", 1, (0.1, 0.9)),
        ("nesterov_step", 1, (0.1, 0.9)),
        ("adam_step", 2, (3, 0.1, 0.9, 0.99, 1e-8)),
    ],
)
@modest
@given(step=steps())
def test_optimisers(name, states, numbers, step):
    rng, w, dw, *more = step
    arrays = [disguised(a, rng) if a.ndim else a for a in (w, dw, *more[2 - states :])]
    want = getattr(reference("optim"), name)(*arrays, *numbers)
    got = untouched(lambda *a: getattr(optim, name)(*a, *numbers), *arrays)
    own = [np.array(a, order="C") for a in arrays]
    out = own[0] if name == "sgd_step" else (own[0], *own[2:])
    in_place = getattr(optim, name)(*own, *numbers, out=out)
    assert in_place is out
    np.testing.assert_array_equal(own[1], dw)
    if name == "sgd_step":
        want, got, in_place = (want,), (got,), (in_place,)
    for expected, new, place in zip(want, got, in_place, strict=True):
        close(new, expected)
        np.testing.assert_array_equal(place, new)


def test_optimisers_refuse_what_does_not_fit():
    w = np.zeros(3)
    for bad in (np.zeros(4), w.astype(np.float32), np.zeros(6)[::2]):
        with pytest.raises(ValueError, match="out must be"):
            optim.sgd_step(w, w, 0.1, out=bad)
    with pytest.raises(ValueError, match="one shape"):
        optim.momentum_step(w, w, np.zeros(4), 0.1, 0.9)
    with pytest.raises(ValueError, match="counted from 1"):
        optim.adam_step(w, w, w, w, 0, 0.1, 0.9, 0.99, 1e-8)


# Threads and processes


def test_the_number_of_threads_changes_no_bit():
    rng = np.random.default_rng(8)
    x, w, b = (rng.normal(size=s) for s in ((5, 7, 20, 20), (19, 7, 3, 3), (19,)))
    sequence = [rng.normal(size=s) for s in ((20, 9, 6), (20, 5), (6, 20), (5, 20), (20,))]

    def everything():
        out, cache = conv.conv2d_forward(x, w, b, 1, 1)
        hs, steps = lstm.lstm_forward(*sequence)
        return out, *conv.conv2d_backward(out, cache), hs, *lstm.lstm_backward(hs, steps)

    threads = numba.get_num_threads()
    several = everything()
    try:
        numba.set_num_threads(1)
        for one, many in zip(everything(), several, strict=True):
            np.testing.assert_array_equal(one, many)
    finally:
        numba.set_num_threads(threads)


GUARDED = """
import ctypes, mmap, sys
sys.path.insert(0, {tests!r})
import numpy as np
import test_fast as t
page, kept = mmap.PAGESIZE, []
def guarded(count, dtype):
    "Memory that ends, but for the alignment, where no one may read."
    size = count * np.dtype(dtype).itemsize
    memory = mmap.mmap(-1, (size // page + 3) * page)
    kept.append(memory)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    wall = (size + 63) // page * page + page
    assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(start + wall), ctypes.c_size_t(page), 0) == 0
    begin = (wall - size) // 64 * 64
    return np.frombuffer(memory, np.uint8, size, begin).view(dtype)
for module in (t.conv, t.lstm):
    module.SMALL = 0
    module.tiles.aligned = guarded
rng = np.random.default_rng(0)
for n, c, f, h, w, k, stride, padding in [
    (1, 1, 1, 1, 1, 1, 1, 0), (2, 4, 9, 7, 6, 3, 1, 1), (1, 5, 3, 20, 31, 5, 2, 4), (3, 2, 17, 9, 40, 2, 3, 0),
]:
    for dtype in t.BOTH:
        x, w_, b = (rng.normal(size=s).astype(dtype) for s in ((n, c, h, w), (f, c, k, k), (f,)))
        out, cache = t.conv.conv2d_forward(x, w_, b, stride, padding)
        t.conv.conv2d_backward(out, cache)
for n, steps, d, h in [(1, 1, 1, 1), (9, 17, 3, 5), (8, 16, 8, 12)]:
    for dtype in t.BOTH:
        shapes = (n, steps, d), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)
        hs, cache = t.lstm.lstm_forward(*(rng.normal(size=s).astype(dtype) for s in shapes))
        t.lstm.lstm_backward(hs, cache)
print("survived")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forbids memory with mprotect")
def test_no_tile_reads_past_its_buffers():
    """Tiles check nothing. With pages behind the buffers that no one may read, a read too far ends the process."""
    script = GUARDED.format(tests=str(ROOT / "tests"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=240)
    assert done.stdout == "survived\n", done.stderr


AFTERWARDS = """
import os, sys
sys.path.insert(0, {tests!r})
import test_fast as t
from support import reference
t.conv.SMALL = 0
rng = t.np.random.default_rng(0)
layer = *(rng.normal(size=s) for s in ((2, 3, 9, 8), (4, 3, 3, 3), (4,))), 2, 1
out, cache = t.conv.conv2d_forward(*layer)
t.conv.conv2d_backward(out, cache)
kernels = [k for k in vars(t.conv).values() if hasattr(k, "stats") and "conv.fast" in k.py_func.__module__]
print(sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels), any(k.stats.cache_hits for k in kernels))
if hasattr(os, "fork"):
    child = os.fork()
    if not child:
        again, _ = reference("conv").conv2d_forward(*layer)
        os._exit(0 if t.np.allclose(again, out) else 1)
    print(os.waitpid(child, 0)[1])
"""


def test_another_process_compiles_nothing_and_may_fork_to_run_the_references():
    """Grading forks its workers. What ran in parallel before must not keep them from the plain kernels."""
    check_layer(
        "conv", "conv2d", [np.ones((1, 2, 5, 5)), np.ones((3, 2, 3, 3)), np.ones(3), 2, 1], np.random.default_rng(0)
    )
    script = AFTERWARDS.format(tests=str(ROOT / "tests"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "True", "0"]
