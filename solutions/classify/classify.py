"""Pass or fail, and three kinds of students: the reference.

The kernels are the definitions, written as loops. The functions below them check and prepare what is handed in.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def _probability(logit):
    """1 / (1 + exp(-logit)), with an exponential that never exceeds 1."""
    if logit >= 0:
        return 1.0 / (1.0 + np.exp(-logit))
    return np.exp(logit) / (1.0 + np.exp(logit))


@njit(cache=True)
def _sigmoid(x, p):
    for i in range(x.size):
        p[i] = _probability(x[i])


@njit(cache=True)
def _softmax(scores):
    p = np.empty_like(scores)
    for n in range(scores.shape[0]):
        highest, total = scores[n].max(), 0.0
        for c in range(scores.shape[1]):
            p[n, c] = np.exp(scores[n, c] - highest)
            total += p[n, c]
        for c in range(scores.shape[1]):
            p[n, c] /= total
    return p


@njit(cache=True)
def _scores(x, w, b):
    scores = np.empty((x.shape[0], w.shape[1]), x.dtype)
    for n in range(scores.shape[0]):
        for c in range(scores.shape[1]):
            total = b[c]
            for d in range(x.shape[1]):
                total += x[n, d] * w[d, c]
            scores[n, c] = total
    return scores


@njit(cache=True)
def _logistic_gradient(x, y, z):
    """The mean binary cross-entropy at the logits z, and its gradients with respect to the weights and the bias."""
    students, subjects = x.shape
    dw, db, loss = np.zeros(subjects), 0.0, 0.0
    for n in range(students):
        # -y log(p) - (1 - y) log(1 - p), in a form whose exponential never exceeds 1.
        loss += max(z[n], 0.0) - y[n] * z[n] + np.log1p(np.exp(-abs(z[n])))
        dz = (_probability(z[n]) - y[n]) / students
        for d in range(subjects):
            dw[d] += x[n, d] * dz
        db += dz
    return dw, db, loss / students


@njit(cache=True)
def _softmax_gradient(x, y, scores):
    """The mean softmax cross-entropy at the scores, and its gradients with respect to the weights and the biases."""
    students, subjects = x.shape
    classes = scores.shape[1]
    dw, db, loss = np.zeros((subjects, classes)), np.zeros(classes), 0.0
    p = _softmax(scores)
    for n in range(students):
        highest, total = scores[n].max(), 0.0
        for c in range(classes):
            total += np.exp(scores[n, c] - highest)
        loss += highest + np.log(total) - scores[n, y[n]]  # -log(p[n, y[n]]), even where that p rounds to 0
        for c in range(classes):
            dscore = (p[n, c] - (c == y[n])) / students
            for d in range(subjects):
                dw[d, c] += x[n, d] * dscore
            db[c] += dscore
    return dw, db, loss / students


def sigmoid(x):
    """p = 1 / (1 + exp(-x)), entry by entry, as torch.sigmoid.

    x: floats of any shape. Returns p, of its shape and dtype. ValueError: no entries (torch gives none back).
    """
    x = _floating(x)
    if x.size == 0:
        raise ValueError("there are no numbers: x is empty")
    p = np.empty_like(x)
    _sigmoid(x.reshape(-1), p.reshape(-1))
    return p


def softmax(scores):
    """p[n, c] = exp(scores[n, c] - m) / sum over k of exp(scores[n, k] - m), m the row's maximum, as torch.softmax.

    scores: floats (N, C). Returns p, (N, C), in the dtype of scores. ValueError: no rows or classes, or another shape.
    """
    scores = _floating(scores)
    if scores.ndim != 2:
        raise ValueError(f"scores need shape (N, C), not {scores.shape}")
    if scores.size == 0:
        raise ValueError(f"the batch is empty: scores have shape {scores.shape}")
    return _softmax(scores)


def predict_binary(x, w, b):
    """1 where sigmoid(x @ w + b) > 0.5, which is where x @ w + b > 0; 0 elsewhere.

    x: floats (N, D); w: floats (D,); b: float. Returns labels, ints (N,).
    ValueError: an empty batch, or shapes that do not fit.
    """
    x, w, b = _one_output(x, w, b)
    return (_scores(x, w, b)[:, 0] > 0).astype(np.int64)


def predict_class(x, w, b):
    """The column of x @ w + b that is the largest in each row; of equal ones, the first.

    x: floats (N, D); w: floats (D, C); b: floats (C,). Returns labels, ints (N,).
    ValueError: an empty batch, or shapes that do not fit.
    """
    x, w, b = _fitting(x, w, b)
    return _scores(x, w, b).argmax(axis=1)


def logistic_step(x, y, w, b, lr):
    """w - lr dw, b - lr db and loss: one full-batch step of gradient descent on mean binary cross-entropy.

    With z = x @ w + b and p = sigmoid(z): loss = mean(max(z, 0) - y z + log(1 + exp(-|z|))), which is
    mean(-y log p - (1 - y) log(1 - p)); dw = x.T @ (p - y) / N; db = mean(p - y) (Cox, "The Regression Analysis of
    Binary Sequences", 1958). As binary_cross_entropy_with_logits and a step of SGD in torch.

    x: floats (N, D); y: (N,), within [0, 1]; w: floats (D,); b, lr: floats.
    Returns w, (D,), in the dtype of x; b and loss, floats. The loss is that before the step.
    ValueError: an empty batch, shapes that do not fit, or a label outside [0, 1].
    """
    x, weights, bias = _one_output(x, w, b)
    y = np.asarray(y, dtype=x.dtype, order="C")
    if y.shape != x.shape[:1]:
        raise ValueError(f"one label for every student: x has shape {x.shape}, y has {y.shape}")
    if y.min() < 0 or y.max() > 1:
        raise ValueError(f"labels are 0 for no and 1 for yes, and y goes from {y.min()} to {y.max()}")
    dw, db, loss = _logistic_gradient(x, y, _scores(x, weights, bias)[:, 0])
    return (weights[:, 0] - lr * dw).astype(x.dtype), float(b - lr * db), loss


def softmax_step(x, y, w, b, lr):
    """w - lr dw, b - lr db and loss: one full-batch step of gradient descent on mean softmax cross-entropy.

    With p = softmax(x @ w + b): loss = mean(-log p[n, y[n]]); dscores = (p - onehot(y)) / N; dw = x.T @ dscores;
    db = the sum of the rows of dscores. As cross_entropy and a step of SGD in torch.

    x: floats (N, D); y: ints (N,), from 0 to C - 1; w: floats (D, C); b: floats (C,); lr: float.
    Returns w, (D, C), and b, (C,), in the dtype of x; loss, a float, that before the step.
    ValueError: an empty batch, shapes that do not fit, or a label that is no class.
    """
    x, w, b = _fitting(x, w, b)
    y = np.asarray(y, dtype=np.int64, order="C")
    if y.shape != x.shape[:1]:
        raise ValueError(f"one label for every student: x has shape {x.shape}, y has {y.shape}")
    if y.min() < 0 or y.max() >= len(b):
        raise ValueError(f"labels go from 0 to {len(b) - 1}, and y from {y.min()} to {y.max()}")
    dw, db, loss = _softmax_gradient(x, y, _scores(x, w, b))
    return (w - lr * dw).astype(x.dtype), (b - lr * db).astype(x.dtype), loss


def _floating(array):
    """The array in C order: float32 stays float32, everything else is float64."""
    array = np.asarray(array)
    return np.asarray(array, dtype=np.float32 if array.dtype == np.float32 else np.float64, order="C")


def _fitting(x, w, b):
    """x (N, D), w (D, C) and b (C,) in the dtype of x and C order; ValueError where they do not fit together."""
    x = _floating(x)
    w, b = np.asarray(w, dtype=x.dtype, order="C"), np.asarray(b, dtype=x.dtype, order="C")
    if x.ndim != 2 or w.ndim != 2 or b.ndim != 1 or x.shape[1] != len(w) or w.shape[1] != len(b):
        raise ValueError(f"x {x.shape}, w {w.shape} and b {b.shape} do not fit together")
    if len(x) == 0:
        raise ValueError("the batch is empty: x has no rows")
    return x, w, b


def _one_output(x, w, b):
    """x (N, D), w (D,) and a float b as a layer with one output."""
    if np.ndim(w) != 1:
        raise ValueError(f"w needs shape (D,), not {np.shape(w)}")
    return _fitting(x, np.asarray(w)[:, np.newaxis], np.array([b]))
