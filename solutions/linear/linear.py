"""Linear layers and a school's secret weights: the reference.

The kernels are the definitions, written as loops. The functions below them check and prepare what is handed in.
"""

import numpy as np
from numba import njit


def linear_forward(x, w, b):
    """out[n, m] = sum over d of x[n, d] * w[d, m] + b[m].

    x (N, D), w (D, M), b (M,), float64 or float32; returns out (N, M) in that dtype, and the cache (x, w).
    Raises ValueError for an empty batch, or shapes that do not fit.
    """
    x, w, b = _contiguous(x, w, b)
    if x.ndim != 2 or w.ndim != 2 or b.ndim != 1:
        raise ValueError(f"x, w and b need shapes (N, D), (D, M) and (M,), not {x.shape}, {w.shape} and {b.shape}")
    if len(x) == 0:
        raise ValueError("the batch is empty: x has no rows")
    if x.shape[1] != w.shape[0] or w.shape[1] != b.shape[0]:
        raise ValueError(f"x {x.shape}, w {w.shape} and b {b.shape} do not fit together")
    return _linear_forward(x, w, b), (x, w)


def linear_backward(dout, cache):
    """dx = dout @ w.T, dw = x.T @ dout, db = dout summed over the batch.

    dout (N, M), cache from `linear_forward`; returns dx (N, D), dw (D, M), db (M,) in the forward's dtype.
    Raises ValueError if dout has not the shape of out.
    """
    x, w = cache
    dout = np.ascontiguousarray(dout, dtype=x.dtype)
    if dout.shape != (x.shape[0], w.shape[1]):
        raise ValueError(f"dout has shape {dout.shape}, out had {(x.shape[0], w.shape[1])}")
    return _linear_backward(dout, x, w)


def softmax_weights_forward(v):
    """weights[k] = exp(v[k] - max v) / sum over j of exp(v[j] - max v).

    v (K,), float64 or float32; returns weights (K,) in that dtype, and the cache: the weights.
    The shift by the maximum changes no weight and keeps every exponential at most 1. Raises ValueError if K is 0.
    """
    (v,) = _contiguous(v)
    if v.ndim != 1 or len(v) == 0:
        raise ValueError(f"v needs shape (K,) with K at least 1, not {v.shape}")
    weights = _softmax_forward(v)
    return weights, weights.copy()


def softmax_weights_backward(dweights, cache):
    """dv[k] = weights[k] * (dweights[k] - sum over j of weights[j] * dweights[j]).

    dweights (K,), cache from `softmax_weights_forward`; returns dv (K,) in the forward's dtype.
    Raises ValueError if dweights has not the shape of the weights.
    """
    dweights = np.ascontiguousarray(dweights, dtype=cache.dtype)
    if dweights.shape != cache.shape:
        raise ValueError(f"dweights has shape {dweights.shape}, weights had {cache.shape}")
    return _softmax_backward(dweights, cache)


def fit_school_weights(x, y, lr, steps):
    """Full-batch gradient descent on v, from 0, of mean((x @ softmax(v) - y)**2); returns softmax(v) after `steps`.

    x (N, K) grades, y (N,) totals, float64 or float32; lr a float, steps an int; returns w (K,) in the dtype of x.
    Raises ValueError if there are no students or subjects, or x and y do not fit together.
    """
    x, y = _contiguous(x, y)
    if x.ndim != 2 or y.ndim != 1 or len(x) != len(y):
        raise ValueError(f"x and y need shapes (N, K) and (N,), not {x.shape} and {y.shape}")
    if 0 in x.shape:
        raise ValueError(f"there is nothing to learn from: x has shape {x.shape}")
    return _fit_school_weights(x, y, float(lr), int(steps))


def _contiguous(*arrays):
    """The arrays in one dtype (float32 if all are, else float64) and in C order: the one layout that is compiled."""
    dtype = np.float32 if all(np.asarray(array).dtype == np.float32 for array in arrays) else np.float64
    return tuple(np.asarray(array, dtype=dtype, order="C") for array in arrays)


@njit(cache=True)
def _linear_forward(x, w, b):
    out = np.empty((x.shape[0], w.shape[1]), x.dtype)
    for n in range(out.shape[0]):
        for m in range(out.shape[1]):
            total = b[m]
            for d in range(x.shape[1]):
                total += x[n, d] * w[d, m]
            out[n, m] = total
    return out


@njit(cache=True)
def _linear_backward(dout, x, w):
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    db = np.zeros(w.shape[1], w.dtype)
    for n in range(dout.shape[0]):
        for m in range(dout.shape[1]):
            db[m] += dout[n, m]
            for d in range(x.shape[1]):
                dx[n, d] += dout[n, m] * w[d, m]
                dw[d, m] += dout[n, m] * x[n, d]
    return dx, dw, db


@njit(cache=True)
def _softmax_forward(v):
    weights = np.exp(v - v.max())
    total = weights.sum()
    for k in range(len(weights)):
        weights[k] /= total
    return weights


@njit(cache=True)
def _softmax_backward(dweights, weights):
    mean = 0.0  # of dweights, each entry counted with its weight
    for k in range(len(weights)):
        mean += weights[k] * dweights[k]
    dv = np.empty_like(weights)
    for k in range(len(weights)):
        dv[k] = weights[k] * (dweights[k] - mean)
    return dv


@njit(cache=True)
def _fit_school_weights(x, y, lr, steps):
    students, subjects = x.shape
    v = np.zeros(subjects, x.dtype)
    for _ in range(steps):
        w = _softmax_forward(v)
        dw = np.zeros_like(w)
        for n in range(students):
            error = -y[n]
            for k in range(subjects):
                error += x[n, k] * w[k]
            for k in range(subjects):
                dw[k] += 2 * error * x[n, k] / students
        dv = _softmax_backward(dw, w)
        for k in range(subjects):
            v[k] -= lr * dv[k]
    return _softmax_forward(v)
