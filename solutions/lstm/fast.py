"""The LSTM of lstm.py over whole sequences, on all cores: the same answers.

Four ideas pay:

- Samples do not talk to each other. So each core takes its own samples, ROWS of them at a time, through the whole
  sequence, and the cores meet again only at its end.
- x, h and a 1 are laid side by side, and wx, wh and b below each other: one product gives all four gates of a step.
- These weights are reordered once, not at each step: the columns that one tile needs lie side by side, so that memory
  is read in one stream, and they stay in the second-level cache from step to step.
- Nothing in the backward needs the weights' gradient before the end. It is left out of the loop over time, and computed
  as one large product of all inputs of all steps with all gates' gradients.
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
# tile's rows are samples or inputs, it finds them close together. The rest is (blocks, T, ROWS, …).
Sequence = namedtuple("Sequence", "shape inputs cells gates tanh_cells weights")


def lstm_forward(x, h0, wx, wh, b):
    """lstm.lstm_forward, on all cores; arguments, result and errors are the same, but for the cache."""
    x, h0, wx, wh, b = _ready(4, x=x, h0=h0, wx=wx, wh=wh, b=b)
    (n, steps, d), units = x.shape, len(wh)
    if n * steps * (d + units) * 4 * units < SMALL:
        return lstm.lstm_forward(x, h0, wx, wh, b)
    blocks = -(-n // ROWS)
    width = -(-(d + units + 1) // ROWS) * ROWS
    inputs = tiles.aligned(blocks * (steps + 1) * width * ROWS, x.dtype).reshape(blocks, steps + 1, width, ROWS)
    cells = tiles.aligned(blocks * (steps + 1) * ROWS * units, x.dtype).reshape(blocks, steps + 1, ROWS, units)
    gates = np.empty((blocks, steps, ROWS, 4 * units), x.dtype)
    tanh_cells = np.empty((blocks, steps, ROWS, units), x.dtype)
    weights = np.zeros((width, 4 * units), x.dtype)
    np.concatenate([wx, wh, b[None]], out=weights[: d + units + 1])
    hs = np.empty((n, steps, units), x.dtype)
    _forward(x, h0, _in_panels(weights), inputs, cells, gates, tanh_cells, hs)
    return hs, Sequence((n, steps, d, units), inputs, cells, gates, tanh_cells, weights)


def lstm_backward(dhs, cache):
    """lstm.lstm_backward, on all cores."""
    if not isinstance(cache, Sequence):
        return lstm.lstm_backward(dhs, cache)
    (n, steps, d, units), inputs, cells, gates, tanh_cells, weights = cache
    if np.shape(dhs) != (n, steps, units):
        raise ValueError(f"dhs has shape {np.shape(dhs)}, but {(n, steps, units)} is needed")
    dhs = np.array(dhs, dtype=inputs.dtype, order="C")
    dz = np.empty_like(gates)
    dx = np.empty((n, steps, d), inputs.dtype)
    dh0 = np.empty((n, units), inputs.dtype)
    _backward(dhs, _in_panels(np.ascontiguousarray(weights[: d + units].T)), cells, gates, tanh_cells, dz, dx, dh0)
    dweights = np.zeros((weights.shape[0], -(-4 * units // _panel(inputs.dtype)) * _panel(inputs.dtype)), inputs.dtype)
    _weights_gradient(inputs, dz, dweights, get_num_threads())
    dwx, dwh, db = (dweights[a:z, : 4 * units] for a, z in ((0, d), (d, d + units), (d + units, d + units + 1)))
    return dx, dh0, dwx.copy(), dwh.copy(), db[0].copy()


def _panel(dtype):
    """How many columns a tile has."""
    return VECTORS * tiles.VECTOR // np.dtype(dtype).itemsize


def _in_panels(weights):
    """weights (K, M) as (M / panel, K, panel), the last panel filled up with zeros."""
    panel = _panel(weights.dtype)
    panels = -(-weights.shape[1] // panel)
    result = tiles.aligned(panels * len(weights) * panel, weights.dtype).reshape(panels, len(weights), panel)
    whole = weights.shape[1] // panel * panel
    result[: whole // panel] = weights[:, :whole].reshape(len(weights), -1, panel).transpose(1, 0, 2)
    if whole < weights.shape[1]:
        result[-1, :, : weights.shape[1] - whole] = weights[:, whole:]
    return result


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


@njit(cache=True)
def _multiply(a, at, row, column, panels, out):
    """out (ROWS, M) = a matrix of ROWS rows times that in panels; a[at + r · row + k · column] is its entry [r, k]."""
    lanes = tiles.VECTOR // a.itemsize
    count, depth, panel = panels.shape
    flat_panels, flat_out = panels.reshape(-1), out.reshape(-1)
    for p in range(count):
        tile = tiles.empty_tile(a, ROWS, VECTORS)
        place = p * depth * panel
        for k in range(depth):
            tile = tiles.add_products(tile, a, at + k * column, row, flat_panels, place, lanes)
            place += panel
        tiles.store_tile(tile, flat_out, p * panel, out.shape[1], lanes)


@njit(cache=True, **_FAST)
def _squash(z, out):
    for u in range(len(z)):
        out[u] = _sigmoid(z[u])


@njit(cache=True, **_FAST)
def _squash_tanh(z, out):
    for u in range(len(z)):
        out[u] = 2 * _sigmoid(z[u] + z[u]) - 1


@njit(cache=True, **_FAST)
def _activate(z, cell, gates, tanh_cell, cell_next, h_next):
    """One sample's step: z (4H and more) are the gates before their sigmoid or tanh.

    Loop by loop, each with few arrays: only then does the compiler see that they do not overlap, and use vectors.
    """
    units = len(cell)
    _squash(z[: 2 * units], gates[: 2 * units])
    _squash_tanh(z[2 * units : 3 * units], gates[2 * units : 3 * units])
    _squash(z[3 * units : 4 * units], gates[3 * units :])
    for u in range(units):
        cell_next[u] = gates[units + u] * cell[u] + gates[u] * gates[2 * units + u]
    _squash_tanh(cell_next, tanh_cell)
    for u in range(units):
        h_next[u] = gates[3 * units + u] * tanh_cell[u]


@njit(cache=True, parallel=True)
def _forward(x, h0, weights, inputs, cells, gates, tanh_cells, hs):
    samples, steps, d = x.shape
    units = h0.shape[1]
    blocks, _, width, _ = inputs.shape
    for block in prange(blocks):
        first = block * ROWS
        count = min(ROWS, samples - first)
        z = np.empty((ROWS, weights.shape[0] * weights.shape[2]), x.dtype)
        flat = inputs[block].reshape(-1)
        for r in range(count):
            inputs[block, 0, d : d + units, r] = h0[first + r]
            for t in range(steps):
                inputs[block, t, :d, r] = x[first + r, t]
                inputs[block, t, d + units, r] = 1
        for t in range(steps):
            _multiply(flat, t * width * ROWS, 1, ROWS, weights, z)
            for r in range(count):
                h = hs[first + r, t]
                _activate(z[r], cells[block, t, r], gates[block, t, r], tanh_cells[block, t, r],
                          cells[block, t + 1, r], h)  # fmt: skip
                inputs[block, t + 1, d : d + units, r] = h


@njit(cache=True, **_FAST)
def _activate_back(dh, dc, cell, gates, tanh_cell, dz):
    """One sample's step back: fills dz, and turns dc, the gradient of the new cell state, into that of the old one."""
    units = len(cell)
    one = gates.dtype.type(1)
    for u in range(units):
        i, f, g, o = gates[u], gates[units + u], gates[2 * units + u], gates[3 * units + u]
        dc_new = dc[u] + dh[u] * o * (one - tanh_cell[u] * tanh_cell[u])
        dz[u] = dc_new * g * i * (one - i)
        dz[units + u] = dc_new * cell[u] * f * (one - f)
        dz[2 * units + u] = dc_new * i * (one - g * g)
        dz[3 * units + u] = dh[u] * tanh_cell[u] * o * (one - o)
        dc[u] = dc_new * f


@njit(cache=True, parallel=True)
def _backward(dhs, weights, cells, gates, tanh_cells, dz, dx, dh0):
    samples, steps, units = dhs.shape
    d = dx.shape[2]
    for block in prange(len(dz)):
        first = block * ROWS
        count = min(ROWS, samples - first)
        dinputs = np.zeros((ROWS, weights.shape[0] * weights.shape[2]), dhs.dtype)  # those of x and h, side by side
        dc = np.zeros((ROWS, units), dhs.dtype)
        dh = np.empty(units, dhs.dtype)
        flat = dz[block].reshape(-1)
        dz[block, :, count:] = 0
        for t in range(steps - 1, -1, -1):
            for r in range(count):
                for u in range(units):
                    dh[u] = dhs[first + r, t, u] + dinputs[r, d + u]
                _activate_back(dh, dc[r], cells[block, t, r], gates[block, t, r], tanh_cells[block, t, r],
                               dz[block, t, r])  # fmt: skip
            _multiply(flat, t * ROWS * 4 * units, 4 * units, 1, weights, dinputs)
            for r in range(count):
                dx[first + r, t] = dinputs[r, :d]
        for r in range(count):
            dh0[first + r] = dinputs[r, d : d + units]


@njit(cache=True, parallel=True)
def _weights_gradient(inputs, dz, dweights, threads):
    """dweights (width, M) += the sum over samples and steps of inputs' outer product with dz.

    Each core has some columns of dweights, and takes the samples and steps a part at a time: the part's inputs stay in
    the second-level cache for all of its panels, the part of a panel of dz in the first for all rows of dweights.
    """
    blocks, steps, _, columns = dz.shape
    width, whole = dweights.shape
    lanes = tiles.VECTOR // dz.itemsize
    panel = VECTORS * lanes
    group = (whole // panel + threads - 1) // threads * panel
    part = 16  # steps
    flat_inputs, flat_dz, flat_result = inputs.reshape(-1), dz.reshape(-1), dweights.reshape(-1)
    for task in prange((whole + group - 1) // group):
        some_dz = np.zeros(part * ROWS * group, dz.dtype)
        first, last = task * group, min((task + 1) * group, columns)
        for block in range(blocks):
            for start in range(0, steps, part):
                count = min(part, steps - start)
                for k in range(count * ROWS):
                    at = ((block * steps + start) * ROWS + k) * columns
                    for column in range(first, last, panel):
                        place = (column - first) * count * ROWS + k * panel
                        for j in range(min(panel, last - column)):
                            some_dz[place + j] = flat_dz[at + column + j]
                at = (block * (steps + 1) + start) * width * ROWS
                for column in range(first, last, panel):
                    place = (column - first) * count * ROWS
                    _add_outer_products(flat_inputs, at, count, some_dz, place, flat_result, column, whole)


@njit(cache=True)
def _add_outer_products(inputs, at, count, dz, first, result, column, whole):
    """result[m, column + j] += Σ_t Σ_r inputs[at :][t, m, r] · dz[first :][t, r, j] over t < count and r < ROWS."""
    lanes = tiles.VECTOR // inputs.itemsize
    width = len(result) // whole
    for m in range(0, width, ROWS):
        tile = tiles.load_tile(result, ROWS, VECTORS, m * whole + column, whole, lanes)
        place = first
        for t in range(count):
            for r in range(ROWS):
                tile = tiles.add_products(tile, inputs, at + (t * width + m) * ROWS + r, ROWS, dz, place, lanes)
                place += VECTORS * lanes
        tiles.store_tile(tile, result, m * whole + column, whole, lanes)
