"""The LSTM of lstm.py over whole sequences, on all cores: the same answers.

Six ideas pay:

- Samples do not talk to each other. So each core takes its own samples, ROWS of them at a time, through the whole
  sequence, and the cores meet again only at its end.
- x, h and a 1 are laid side by side, and wx, wh and b below each other: one product gives all four gates of a step.
- What a tile needs next is what comes next in memory. The weights are brought into this order once, not at each step,
  and stay in the second-level cache; the gates' gradients are written in it, for both products that need them.
- Distances between a tile's operands are constants, for any shape. Where they are variables, their additions take turns
  from the multiplications.
- Nothing in the backward needs the weights' gradient before the end. It is left out of the loop over time, and computed
  as one large product of all inputs of all steps with all gates' gradients.
- Memory is not cleared before it is filled. That is work for one core while the others wait, and there is much of it.
"""

import math
from collections import namedtuple
from pathlib import Path

import numpy as np
from numba import get_num_threads, njit, prange, types
from numba.extending import overload

from autograder.course import import_file

from . import lstm
from .lstm import _ready

tiles = import_file(Path(__file__).parents[1] / "tiles.py", "chainrule_solutions")
ROWS, VECTORS = tiles.ROWS, tiles.VECTORS

# Multiplications below which the plain kernels are as fast.
SMALL = 100_000

# inputs (blocks, T + 1, width, ROWS) holds x[t], h before step t, and 1, the block's samples side by side: whether a
# tile's rows are samples or inputs, it finds them close together. states (blocks, T + 1, ROWS, 6H) holds the gates,
# tanh(c) and c that step t - 1 has left; of those before the first step, only c counts.
Sequence = namedtuple("Sequence", "shape inputs states weights")


def lstm_forward(x, h0, wx, wh, b):
    """lstm.lstm_forward, on all cores; arguments, result and errors are the same, but for the cache."""
    x, h0, wx, wh, b = _ready(4, x=x, h0=h0, wx=wx, wh=wh, b=b)
    (n, steps, d), units = x.shape, len(wh)
    if n * steps * (d + units) * 4 * units < SMALL:
        return lstm.lstm_forward(x, h0, wx, wh, b)
    blocks, width = -(-n // ROWS), -(-(d + units + 1) // ROWS) * ROWS
    inputs = _empty((blocks, steps + 1, width, ROWS), x.dtype)
    states = _empty((blocks, steps + 1, ROWS, 6 * units), x.dtype)
    weights = np.concatenate([wx, wh, b[None]])
    hs = np.empty((n, steps, units), x.dtype)
    _forward(x, h0, _in_panels(weights), inputs, states, hs)
    return hs, Sequence((n, steps, d, units), inputs, states, weights)


def lstm_backward(dhs, cache):
    """lstm.lstm_backward, on all cores."""
    if not isinstance(cache, Sequence):
        return lstm.lstm_backward(dhs, cache)
    (n, steps, d, units), inputs, states, weights = cache
    if np.shape(dhs) != (n, steps, units):
        raise ValueError(f"dhs has shape {np.shape(dhs)}, but {(n, steps, units)} is needed")
    dtype = states.dtype
    dhs = np.ascontiguousarray(dhs, dtype=dtype)
    dhs = dhs if dhs.flags.writeable else dhs.copy()  # Numba would compile the kernel once more
    panel = _columns(dtype)
    panels = -(-4 * units // panel)
    dz = _empty((len(inputs), steps, panels, ROWS, panel), dtype)
    dx = np.empty((n, steps, d), dtype)
    dh0 = np.empty((n, units), dtype)
    _backward(dhs, _in_panels(weights[: d + units].T), states, dz, dx, dh0)
    dweights = _empty((inputs.shape[2], panels * panel), dtype)
    dweights[:] = 0
    _weights_gradient(inputs, dz, dweights, get_num_threads())
    dwx, dwh, db = (dweights[a:z, : 4 * units] for a, z in ((0, d), (d, d + units), (d + units, d + units + 1)))
    return dx, dh0, dwx.copy(), dwh.copy(), db[0].copy()


def _empty(shape, dtype):
    return tiles.aligned(math.prod(shape), dtype).reshape(shape)


def _columns(dtype):
    """How many columns a tile has."""
    return VECTORS * tiles.VECTOR // np.dtype(dtype).itemsize


def _in_panels(weights):
    """weights (K, M) as (M / panel, K, panel), the last panel filled up with zeros."""
    panel = _columns(weights.dtype)
    result = _empty((-(-weights.shape[1] // panel), len(weights), panel), weights.dtype)
    whole = weights.shape[1] // panel * panel
    result[: whole // panel] = weights[:, :whole].reshape(len(weights), -1, panel).transpose(1, 0, 2)
    if whole < weights.shape[1]:
        result[-1, :, weights.shape[1] - whole :] = 0
        result[-1, :, : weights.shape[1] - whole] = weights[:, whole:]
    return result


def _lanes(array):
    """How many entries a vector has: known when the code is compiled, unlike VECTOR // array.itemsize."""
    raise NotImplementedError("this is for compiled code")


@overload(_lanes)
def _(array):
    lanes = tiles.VECTOR * 8 // array.dtype.bitwidth
    return lambda array: lanes


def _sigmoid(z):
    """1 / (1 + e^-z), by arithmetic alone: a loop that calls math.exp takes its entries one by one, not in vectors."""
    raise NotImplementedError("this is for compiled code")


def _sigmoid_in(real, whole, mantissa, bias, limit):
    """The sigmoid for floats `real`, whose bits are those of an integer `whole`.

    e^y = 2^n · e^r, where n is the whole number nearest to y / ln 2: 2^n is n written into the exponent, and as
    |r| < 0.35, few terms of the series e^r = 1 + r (1 + r/2 (1 + r/3 (…))) are enough. Beyond the limit e^y would
    overflow; there the sigmoid is 0 or 1 in all its digits.
    """
    one, half, limit = real(1), real(0.5), real(limit)
    log2e, ln2, mantissa, bias = real(1 / math.log(2)), real(math.log(2)), whole(mantissa), whole(bias)
    r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13 = (real(1 / k) for k in range(2, 14))

    @njit(inline="always")
    def rest(r):  # from the eighth term on: float32 cannot tell
        if real is np.float32:
            return one
        return one + r * r8 * (one + r * r9 * (one + r * r10 * (one + r * r11 * (one + r * r12 * (one + r * r13)))))

    def sigmoid(z):
        y = limit if -z > limit else -z  # what is not a number passes both comparisons, and is seen in the end
        y = -limit if y < -limit else y
        n = np.floor(y * log2e + half)
        r = y - n * ln2
        e = one + r * r5 * (one + r * r6 * (one + r * r7 * rest(r)))
        e = one + r * (one + r * r2 * (one + r * r3 * (one + r * r4 * e)))
        return one / (one + e * whole((whole(n) + bias) << mantissa).view(real))

    return sigmoid


_SIGMOIDS = {
    types.float32: _sigmoid_in(np.float32, np.int32, mantissa=23, bias=127, limit=80),
    types.float64: _sigmoid_in(np.float64, np.int64, mantissa=52, bias=1023, limit=700),
}
# Sums may be reordered, and 0 / 0 is NaN as in NumPy: a check for it would keep the loops below from using vectors.
_FAST = dict(fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")


@overload(_sigmoid, jit_options=_FAST)
def _(z):
    return _SIGMOIDS[z]


@njit(inline="always")  # and what is a constant where it is called, is one here
def _multiply(a, at, row, column, stretch, weights, out):
    """out (ROWS, M) = a matrix of ROWS rows times the weights in panels.

    a[at + r · row + k · column] is the left one's entry [r, k] for k < stretch, its first columns; ROWS times as many
    entries further on come the next.
    """
    lanes = _lanes(a)
    panel = VECTORS * lanes
    panels, depth, _ = weights.shape
    flat_weights, flat_out = weights.reshape(-1), out.reshape(-1)
    for p in range(panels):
        tile = tiles.empty_tile(a, ROWS, VECTORS)
        place = p * depth * panel
        for first in range(0, depth, stretch):
            for k in range(min(stretch, depth - first)):
                tile = tiles.add_products(tile, a, at + first * ROWS + k * column, row, flat_weights, place, lanes)
                place += panel
        tiles.store_tile(tile, flat_out, p * panel, out.shape[1], lanes)


@njit(cache=True)
def _write_row(row, panels, at):
    """Writes row as one of the ROWS rows of a matrix in panels; it begins at panels[at]."""
    panel = VECTORS * _lanes(row)
    for first in range(0, len(row), panel):
        some, place = row[first : first + panel], panels[at + first * ROWS :]
        for j in range(len(some)):
            place[j] = some[j]


@njit(cache=True, **_FAST)
def _squash(z, out):
    for u in range(len(z)):
        out[u] = _sigmoid(z[u])


@njit(cache=True, **_FAST)
def _squash_tanh(z, out):
    for u in range(len(z)):
        out[u] = 2 * _sigmoid(z[u] + z[u]) - 1


@njit(cache=True, **_FAST)
def _activate(z, before, state, h):
    """One sample's step: z (4H and more) are the gates before their sigmoid or tanh.

    Loop by loop, each with few arrays: only then does the compiler see that they do not overlap, and use vectors.
    """
    units = len(h)
    gates, tanh_cell, cell = state[: 4 * units], state[4 * units : 5 * units], state[5 * units :]
    old = before[5 * units :]
    _squash(z[: 2 * units], gates[: 2 * units])
    _squash_tanh(z[2 * units : 3 * units], gates[2 * units : 3 * units])
    _squash(z[3 * units : 4 * units], gates[3 * units :])
    for u in range(units):
        cell[u] = gates[units + u] * old[u] + gates[u] * gates[2 * units + u]
    _squash_tanh(cell, tanh_cell)
    for u in range(units):
        h[u] = gates[3 * units + u] * tanh_cell[u]


@njit(cache=True, parallel=True)
def _forward(x, h0, weights, inputs, states, hs):
    samples, steps, d = x.shape
    units = h0.shape[1]
    blocks, _, width, _ = inputs.shape
    for block in prange(blocks):
        first = block * ROWS
        count = min(ROWS, samples - first)
        z = np.empty((ROWS, len(weights) * weights.shape[2]), x.dtype)
        flat = inputs[block].reshape(-1)
        inputs[block, :, d + units] = 1
        inputs[block, :, d + units + 1 :] = 0
        inputs[block, :, :, count:] = 0
        states[block, 0] = 0
        for r in range(count):
            inputs[block, 0, d : d + units, r] = h0[first + r]
        for t in range(steps):
            for r in range(count):
                inputs[block, t, :d, r] = x[first + r, t]
            _multiply(flat, t * width * ROWS, 1, ROWS, width, weights, z)
            for r in range(count):
                h = hs[first + r, t]
                _activate(z[r], states[block, t, r], states[block, t + 1, r], h)
                inputs[block, t + 1, d : d + units, r] = h


@njit(cache=True, **_FAST)
def _activate_back(dh, dc, before, state, dz):
    """One sample's step back: fills dz, and turns dc, the gradient of the new cell state, into that of the old one."""
    units = len(dh)
    one = state.dtype.type(1)
    for u in range(units):
        i, f, g, o = state[u], state[units + u], state[2 * units + u], state[3 * units + u]
        tanh_cell = state[4 * units + u]
        dc_new = dc[u] + dh[u] * o * (one - tanh_cell * tanh_cell)
        dz[u] = dc_new * g * i * (one - i)
        dz[units + u] = dc_new * before[5 * units + u] * f * (one - f)
        dz[2 * units + u] = dc_new * i * (one - g * g)
        dz[3 * units + u] = dh[u] * tanh_cell * o * (one - o)
        dc[u] = dc_new * f


@njit(cache=True, parallel=True)
def _backward(dhs, weights, states, dz, dx, dh0):
    samples, steps, units = dhs.shape
    d = dx.shape[2]
    blocks, _, panels, _, _ = dz.shape
    panel = VECTORS * _lanes(dz)
    step = panels * ROWS * panel
    for block in prange(blocks):
        first = block * ROWS
        count = min(ROWS, samples - first)
        dinputs = np.zeros((ROWS, len(weights) * panel), dhs.dtype)  # those of x and h, side by side
        dc = np.zeros((ROWS, units), dhs.dtype)
        dh = np.empty(units, dhs.dtype)
        sample_dz = np.empty(4 * units, dhs.dtype)
        flat = dz[block].reshape(-1)
        dz[block, :, panels - 1] = 0
        dz[block, :, :, count:] = 0
        for t in range(steps - 1, -1, -1):
            for r in range(count):
                for u in range(units):
                    dh[u] = dhs[first + r, t, u] + dinputs[r, d + u]
                _activate_back(dh, dc[r], states[block, t, r], states[block, t + 1, r], sample_dz)
                _write_row(sample_dz, flat, t * step + r * panel)
            _multiply(flat, t * step, panel, 1, panel, weights, dinputs)
            for r in range(count):
                dx[first + r, t] = dinputs[r, :d]
        for r in range(count):
            dh0[first + r] = dinputs[r, d : d + units]


@njit(cache=True, parallel=True)
def _weights_gradient(inputs, dz, dweights, threads):
    """dweights (width, M) += the sum over samples and steps of inputs' outer product with dz.

    Each core has some panels of dweights, and takes the samples and steps a part at a time: the part's inputs stay in
    the second-level cache for all of its panels, the part of a panel of dz in the first for all rows of dweights.
    """
    blocks, steps, panels, _, panel = dz.shape
    width, whole = dweights.shape
    group = (panels + threads - 1) // threads
    part = 16  # steps
    for task in prange((panels + group - 1) // group):
        for block in range(blocks):
            flat, flat_dz = inputs[block].reshape(-1), dz[block].reshape(-1)
            for start in range(0, steps, part):
                count = min(part, steps - start)
                for p in range(task * group, min((task + 1) * group, panels)):
                    place = (start * panels + p) * ROWS * panel
                    for m in range(0, width, ROWS):
                        at = (start * width + m) * ROWS
                        _add_outer_products(
                            flat, at, width, flat_dz, place, panels, count,
                            dweights.reshape(-1), m * whole + p * panel, whole,
                        )  # fmt: skip


@njit(cache=True)
def _add_outer_products(inputs, at, width, dz, place, panels, count, result, first, whole):
    """A tile of result, from result[first] on, += Σ_t Σ_r its inputs × its panel of dz, over t < count."""
    lanes = _lanes(inputs)
    panel = VECTORS * lanes
    tile = tiles.load_tile(result, ROWS, VECTORS, first, whole, lanes)
    for _ in range(count):
        for r in range(ROWS):
            tile = tiles.add_products(tile, inputs, at + r, ROWS, dz, place + r * panel, lanes)
        at += width * ROWS
        place += panels * ROWS * panel
    tiles.store_tile(tile, result, first, whole, lanes)
