"""The perceptron and its separating hyperplane: the reference.

The kernels are the definitions, written as loops. The functions below them check and prepare what is handed in.
"""

import numpy as np
from numba import njit

CODING = "labels must be -1 or +1 (2 * y - 1 turns 0 and 1 into them)"


def predict(x, w, b):
    """+1 where x · w + b >= 0, −1 elsewhere.

    x (N, D), w (D,), float64 or float32; b a float. Returns the labels (N,) as whole numbers.
    Raises ValueError for an empty batch, or shapes that do not fit.
    """
    x, w = _contiguous(x, w)
    _check(x, w)
    return _predict(x, w, float(b))


def update(x_i, y_i, w, b, lr):
    """Rosenblatt's rule: w + lr · y_i · x_i and b + lr · y_i if predict(x_i) is not y_i, otherwise w and b as they are.

    x_i, w (D,), float64 or float32; y_i −1 or +1; b, lr floats. Returns a new w (D,) in that dtype, and b as a float.
    Raises ValueError for any other label, or shapes that do not fit.
    """
    x_i, w = _contiguous(x_i, w)
    _check(x_i[np.newaxis], w)
    (y_i,) = _labels([y_i])
    return _update(x_i, y_i, w, float(b), float(lr))


def train(x, y, lr, epochs):
    """`update` for one sample after the other, from w = 0 and b = 0, until an epoch is clean or the epochs run out.

    x (N, D), float64 or float32; y (N,), −1 or +1; lr a float, epochs an int. Returns w (D,) in the dtype of x, b as a
    float, and the mistakes of each epoch, a list of ints whose last entry is 0 if an epoch was clean.
    Raises ValueError if there are no samples, for any other label, or shapes that do not fit.
    """
    (x,) = _contiguous(x)
    y = _labels(y)
    _check(x, np.empty(x.shape[-1]))
    if y.shape != x.shape[:1]:
        raise ValueError(f"x has {len(x)} samples, but y has shape {y.shape}")
    w, b, mistakes = _train(x, y, float(lr), int(epochs))
    return w, b, mistakes.tolist()


def _contiguous(*arrays):
    """The arrays in one dtype (float32 if all are, else float64) and in C order: the one layout that is compiled."""
    dtype = np.float32 if all(np.asarray(array).dtype == np.float32 for array in arrays) else np.float64
    return tuple(np.asarray(array, dtype=dtype, order="C") for array in arrays)


def _check(x, w):
    if x.ndim != 2 or w.shape != x.shape[1:]:
        raise ValueError(f"samples and w need shapes (N, D) and (D,), not {x.shape} and {w.shape}")
    if len(x) == 0:
        raise ValueError("there are no samples: x has no rows")


def _labels(y):
    y = np.asarray(y)
    if not np.isin(y, (-1, 1)).all():
        raise ValueError(f"{CODING}, not {y[~np.isin(y, (-1, 1))][0]}")
    return np.ascontiguousarray(y, dtype=np.int64)


@njit(cache=True)
def _label(x_i, w, b):
    score = b
    for d in range(len(w)):
        score += x_i[d] * w[d]
    return 1 if score >= 0 else -1


@njit(cache=True)
def _predict(x, w, b):
    labels = np.empty(len(x), np.int64)
    for i in range(len(x)):
        labels[i] = _label(x[i], w, b)
    return labels


@njit(cache=True)
def _update(x_i, y_i, w, b, lr):
    w = w.copy()
    if _label(x_i, w, b) != y_i:
        for d in range(len(w)):
            w[d] += lr * y_i * x_i[d]
        b += lr * y_i
    return w, b


@njit(cache=True)
def _train(x, y, lr, epochs):
    w = np.zeros(x.shape[1], x.dtype)
    b = 0.0
    mistakes = np.zeros(epochs, np.int64)
    for epoch in range(epochs):
        for i in range(len(x)):
            mistakes[epoch] += _label(x[i], w, b) != y[i]
            w, b = _update(x[i], y[i], w, b, lr)
        if mistakes[epoch] == 0:
            return w, b, mistakes[: epoch + 1]
    return w, b, mistakes
