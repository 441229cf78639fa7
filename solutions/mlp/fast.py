"""The two-layer network of mlp.py, on all cores, and a whole training step: the same answers.

Forward and backward leave their products to NumPy's BLAS (see linear/fast.py). A training step can do better, for it
knows what becomes of the gradient: nearly all its time goes into x @ w1 and w1 − lr · x.T @ dhidden, where each core
takes some of the hidden units. Their columns of w1 stay in that core's own cache from the one to the other, and the
gradient is never stored: the tiles begin as w1, and −lr · dhidden is multiplied and added.
"""

import math
from pathlib import Path

import numpy as np
from numba import njit, prange

from autograder.course import import_file

from .mlp import _network

tiles = import_file(Path(__file__).parents[1] / "tiles.py", "chainrule_solutions")
ROWS, VECTORS = tiles.ROWS, 2


def mlp_forward(x, w1, b1, w2, b2):
    """mlp.mlp_forward, on all cores; arguments, result and errors are the same, but for the cache."""
    x, w1, b1, w2, b2 = _network(x, w1, b1, w2, b2)
    h = x @ w1
    _add_bias_and_rectify(h, b1)
    out = h @ w2
    out += b2
    return out, (x, w1, h, w2)


def mlp_backward(dout, cache):
    """mlp.mlp_backward, on all cores."""
    x, w1, h, w2 = cache
    dout = np.ascontiguousarray(dout, dtype=x.dtype)
    if dout.shape != (x.shape[0], w2.shape[1]):
        raise ValueError(f"dout has shape {dout.shape}, out had {(x.shape[0], w2.shape[1])}")
    dhidden = dout @ w2.T
    db1 = np.zeros(h.shape[1], h.dtype)
    _rectify_backward(dhidden, h, db1)
    return dhidden @ w1.T, x.T @ dhidden, db1, h.T @ dout, dout.sum(axis=0)


def mlp_step(x, labels, w1, b1, w2, b2, lr, out=None):
    """One step of gradient descent on softmax cross-entropy, averaged over the batch.

    Args: x (N, D), labels (N,) ints in [0, M), w1 (D, H), b1 (H,), w2 (H, M), b2 (M,), float32 or float64; lr a float;
        out: None, or the parameters to be overwritten: contiguous arrays of the dtype and shapes of w1, b1, w2, b2,
        which may be these themselves.
    Returns: the loss before the step, a float, and the new w1, b1, w2, b2: new arrays, or those in out.
    Raises: ValueError for an empty batch, or shapes that do not fit.
    """
    if out is None:
        x, *out = _network(x, w1, b1, w2, b2)
    else:
        for new, old in zip(out, (w1, b1, w2, b2), strict=True):
            if new is not old:
                np.copyto(new, old)
    w1, b1, w2, b2 = out
    x, labels = np.ascontiguousarray(x, dtype=w1.dtype), np.asarray(labels)
    d, units, classes = *w1.shape, len(b2)
    if any(array.dtype != w1.dtype or not array.flags.c_contiguous for array in out):
        raise ValueError("what is overwritten must be contiguous, and all of one dtype")
    shapes = [array.shape for array in (x, labels, b1, w2, b2)]
    if len(x) == 0 or shapes != [(len(x), d), (len(x),), (units,), (units, classes), (classes,)]:
        raise ValueError(f"x, labels and parameters do not fit together: w1 is {w1.shape}, the others {shapes}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must lie in [0, {classes}), not in [{labels.min()}, {labels.max()}]")
    # Where tiles do not cover w1 exactly, BLAS takes over: it knows what to do at the edges.
    tiled = len(x) % ROWS == w1.shape[0] % ROWS == w1.shape[1] % (VECTORS * tiles.VECTOR // w1.itemsize) == 0
    if tiled:
        h = np.empty((len(x), w1.shape[1]), w1.dtype)
        _multiply(x.reshape(-1), w1.reshape(-1), h)
    else:
        h = x @ w1
    _add_bias_and_rectify(h, b1)
    memory = np.zeros(len(x) * w2.shape[1] + ROWS, w1.dtype)  # the last tile reads past its end
    dlogits = memory[:-ROWS].reshape(len(x), -1)
    np.dot(h, w2, out=dlogits)
    loss = _softmax_cross_entropy(dlogits, b2, labels)
    lr = w1.dtype.type(lr)
    b2 -= lr * dlogits.sum(axis=0)
    if tiled:
        _descend(x.reshape(-1), h, memory, lr, w2.T.copy(), w1, b1, w2)
    else:
        dhidden = dlogits @ w2.T
        dhidden *= -lr
        _rectify_backward(dhidden, h, b1)
        w1 += x.T @ dhidden
        w2 -= lr * (h.T @ dlogits)
    return loss, *out


@njit(cache=True)
def _add_bias_and_rectify(h, b):
    """h = relu(h + b), in place."""
    for n in range(h.shape[0]):
        for j in range(h.shape[1]):
            total = h[n, j] + b[j]
            h[n, j] = 0 if total <= 0 else total  # this way round, what is not a number stays so


@njit(cache=True)
def _rectify_backward(dh, h, db):
    """dh = 0 where h = 0, in place, and db += dh summed over the batch. h is 0 where ReLU was."""
    for n in range(dh.shape[0]):
        for j in range(dh.shape[1]):
            dh[n, j] = 0 if h[n, j] <= 0 else dh[n, j]
            db[j] += dh[n, j]


@njit(cache=True)
def _softmax_cross_entropy(logits, b, labels):
    """The mean loss of logits + b; logits become its gradient."""
    loss = 0.0
    for n in range(logits.shape[0]):
        row = logits[n]
        row += b
        row -= row.max()  # changes no probability, and keeps every exponential at most 1
        total = 0.0
        chosen = row[labels[n]]
        for m in range(len(row)):
            row[m] = math.exp(row[m])
            total += row[m]
        loss += math.log(total) - chosen
        for m in range(len(row)):
            row[m] /= total * len(labels)
        row[labels[n]] -= 1 / len(labels)
    return loss / len(labels)


@njit(cache=True, parallel=True)
def _multiply(x, w, out):
    """out = x @ w; x and w are flat."""
    samples, units = out.shape
    d = len(x) // samples
    lanes = tiles.VECTOR // w.itemsize
    panel = VECTORS * lanes
    flat = out.reshape(-1)
    for task in prange(units // panel):
        j = task * panel
        for n in range(0, samples, ROWS):
            tile = tiles.empty_tile(w, ROWS, VECTORS)
            for k in range(d):
                tile = tiles.add_products(tile, x, n * d + k, d, w, k * units + j, lanes)
            tiles.store_tile(tile, flat, n * units + j, units, lanes)


@njit(cache=True)
def _rectify_and_scale(dh, h, scale, b):
    """dh = scale · dh where h > 0, else 0, in place, and b += dh."""
    for i in range(len(dh)):
        dh[i] = 0 if h[i] <= 0 else scale * dh[i]
        b[i] += dh[i]


@njit(cache=True, parallel=True)
def _descend(x, h, dlogits, lr, w2_transposed, w1, b1, w2):
    """Updates w1, b1 and w2; x and dlogits are flat."""
    samples, units = h.shape
    classes, d = len(w2_transposed), len(w1)
    lanes = tiles.VECTOR // w1.itemsize
    panel = VECTORS * lanes
    flat, flat_h, flat_w2 = w1.reshape(-1), h.reshape(-1), w2_transposed.reshape(-1)
    for task in prange(units // panel):
        j = task * panel
        dhidden = np.empty(samples * panel, w1.dtype)
        for n in range(0, samples, ROWS):
            tile = tiles.empty_tile(w1, ROWS, VECTORS)
            for m in range(classes):
                tile = tiles.add_products(tile, dlogits, n * classes + m, classes, flat_w2, m * units + j, lanes)
            tiles.store_tile(tile, dhidden, n * panel, panel, lanes)
        for n in range(samples):
            _rectify_and_scale(dhidden[n * panel : (n + 1) * panel], h[n, j : j + panel], -lr, b1[j : j + panel])

        dw2 = np.empty(ROWS * panel, w1.dtype)
        for m in range(0, classes, ROWS):
            tile = tiles.empty_tile(w1, ROWS, VECTORS)
            for n in range(samples):
                tile = tiles.add_products(tile, dlogits, n * classes + m, 1, flat_h, n * units + j, lanes)
            tiles.store_tile(tile, dw2, 0, panel, lanes)
            for i in range(panel):
                for r in range(min(ROWS, classes - m)):
                    w2[j + i, m + r] -= lr * dw2[r * panel + i]

        for k in range(0, d, ROWS):
            tile = tiles.load_tile(flat, ROWS, VECTORS, k * units + j, units, lanes)
            for n in range(samples):
                tile = tiles.add_products(tile, x, n * d + k, 1, dhidden, n * panel, lanes)
            tiles.store_tile(tile, flat, k * units + j, units, lanes)
