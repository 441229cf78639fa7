"""The optimisers of optim.py, on all cores: the same answers.

An update does a handful of operations on each number: all its time goes into fetching and storing them. So one pass
does everything, each number is fetched once and stored once, and where the caller allows it, with `out`, in the place
where it was: new memory would have to be fetched from the operating system, page by page.
"""

import numpy as np
from numba import get_num_threads, njit, prange

from . import optim
from .optim import _vectors

# Entries below which starting threads costs more than it saves.
SMALL = 50_000


def sgd_step(w, dw, lr, out=None):
    """w − lr · dw.

    Args: w, dw: arrays of one shape, float32 or float64; lr: a float.
        out: None, or the array to overwrite: contiguous, of w's shape and dtype; w itself is allowed.
    Returns: the new w: a new array, or out.
    Raises: ValueError where shapes differ, or out is not as described.
    """
    if out is None and np.size(w) < SMALL:
        return optim.sgd_step(w, dw, lr)
    (w,), dw, out = _ready((w,), dw, out if out is None else (out,))
    _sgd(w, dw, w.dtype.type(lr), get_num_threads())
    return out[0]


def momentum_step(w, dw, v, lr, momentum, out=None):
    """v = momentum · v + dw, then w − lr · v, as torch.optim.SGD.

    Args: w, dw, v: arrays of one shape; lr, momentum: floats; out: None, or the pair of arrays to overwrite, as in
        sgd_step; (w, v) is allowed.
    Returns: the new w and v. Raises: ValueError as sgd_step.
    """
    if out is None and np.size(w) < SMALL:
        return optim.momentum_step(w, dw, v, lr, momentum)
    (w, v), dw, out = _ready((w, v), dw, out)
    _momentum(w, dw, v, w.dtype.type(lr), w.dtype.type(momentum), get_num_threads())
    return out


def nesterov_step(w, dw, v, lr, momentum, out=None):
    """v = momentum · v + dw, then w − lr · (dw + momentum · v), as torch.optim.SGD with nesterov=True.

    Arguments, results and errors as in momentum_step.
    """
    if out is None and np.size(w) < SMALL:
        return optim.nesterov_step(w, dw, v, lr, momentum)
    (w, v), dw, out = _ready((w, v), dw, out)
    _nesterov(w, dw, v, w.dtype.type(lr), w.dtype.type(momentum), get_num_threads())
    return out


def adam_step(w, dw, m, v, t, lr, beta1, beta2, eps, out=None):
    """Adam (Kingma and Ba, 2015), as torch.optim.Adam.

    m = beta1 · m + (1 − beta1) · dw, v = beta2 · v + (1 − beta2) · dw²,
    then w − lr · (m / (1 − beta1^t)) / (√(v / (1 − beta2^t)) + eps).

    Args: w, dw, m, v: arrays of one shape; t: the number of this step, an int from 1; lr, beta1, beta2, eps: floats;
        out: None, or the triple of arrays to overwrite, as in sgd_step; (w, m, v) is allowed.
    Returns: the new w, m and v. Raises: ValueError as sgd_step, and where t < 1.
    """
    if out is None and np.size(w) < SMALL:
        return optim.adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    if t < 1:
        raise ValueError(f"steps are counted from 1, and t is {t}")
    (w, m, v), dw, out = _ready((w, m, v), dw, out)
    real = w.dtype.type
    corrected, root = lr / (1 - beta1**t), 1 / np.sqrt(1 - beta2**t)
    _adam(w, dw, m, v, real(corrected), real(root), real(beta1), real(beta2), real(eps), get_num_threads())
    return out


def _ready(states, dw, out):
    """The states to overwrite, as vectors that hold today's values; dw; and what is to be returned."""
    w, dw, *others = _vectors(states[0], dw, *states[1:])
    shape = np.shape(states[0])
    if out is None:
        out = tuple(vector.copy().reshape(shape) for vector in (w, *others))
    else:
        for new, old in zip(out, (w, *others), strict=True):
            if new.shape != shape or new.dtype != w.dtype or not new.flags.c_contiguous:
                raise ValueError(f"out must be contiguous, of the shape {shape} and {w.dtype}")
            if not np.may_share_memory(new, old):
                np.copyto(new.reshape(-1), old)
    return [array.reshape(-1) for array in out], dw, out


# One loop for each thread over its own stretch of the arrays. A stretch is cut out first: its indices count from 0, so
# the compiler need not ask whether they are negative, and turns the loop into vectors. That halves the time.


@njit
def _stretch(array, part, parts):
    return array[len(array) * part // parts : len(array) * (part + 1) // parts]


@njit(cache=True, parallel=True)
def _sgd(all_w, all_dw, lr, threads):
    for part in prange(threads):
        w, dw = _stretch(all_w, part, threads), _stretch(all_dw, part, threads)
        for i in range(len(w)):
            w[i] -= lr * dw[i]


@njit(cache=True, parallel=True)
def _momentum(all_w, all_dw, all_v, lr, momentum, threads):
    for part in prange(threads):
        w, dw, v = _stretch(all_w, part, threads), _stretch(all_dw, part, threads), _stretch(all_v, part, threads)
        for i in range(len(w)):
            v[i] = momentum * v[i] + dw[i]
            w[i] -= lr * v[i]


@njit(cache=True, parallel=True)
def _nesterov(all_w, all_dw, all_v, lr, momentum, threads):
    for part in prange(threads):
        w, dw, v = _stretch(all_w, part, threads), _stretch(all_dw, part, threads), _stretch(all_v, part, threads)
        for i in range(len(w)):
            v[i] = momentum * v[i] + dw[i]
            w[i] -= lr * (dw[i] + momentum * v[i])


@njit(cache=True, parallel=True, error_model="numpy")
def _adam(all_w, all_dw, all_m, all_v, corrected, root, beta1, beta2, eps, threads):
    one = all_w.dtype.type(1)
    for part in prange(threads):
        w, dw = _stretch(all_w, part, threads), _stretch(all_dw, part, threads)
        m, v = _stretch(all_m, part, threads), _stretch(all_v, part, threads)
        for i in range(len(w)):
            m[i] = beta1 * m[i] + (one - beta1) * dw[i]
            v[i] = beta2 * v[i] + (one - beta2) * dw[i] * dw[i]
            w[i] -= corrected * m[i] / (np.sqrt(v[i]) * root + eps)
