"""Losses: from guesses and truth to one number, and to its derivative with respect to every guess.

Each public function checks its inputs and hands contiguous arrays to a kernel of plain loops that reads like the
definition. Entry by entry there is no difference between (N,), (N, D) and (N, C, H, W), so the first four kernels walk
over vectors: all entries in a row.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def _mse(prediction, target, dprediction):
    total = 0.0
    for i in range(prediction.size):
        error = prediction[i] - target[i]
        total += error * error
        dprediction[i] = 2.0 * error / prediction.size
    return total / prediction.size


@njit(cache=True)
def _mae(prediction, target, dprediction):
    total = 0.0
    for i in range(prediction.size):
        error = prediction[i] - target[i]
        total += abs(error)
        dprediction[i] = np.sign(error) / prediction.size
    return total / prediction.size


@njit(cache=True)
def _huber(prediction, target, delta, dprediction):
    total = 0.0
    for i in range(prediction.size):
        error = prediction[i] - target[i]
        if abs(error) <= delta:
            total += 0.5 * error * error
            dprediction[i] = error / prediction.size
        else:
            total += delta * (abs(error) - 0.5 * delta)
            dprediction[i] = delta * np.sign(error) / prediction.size
    return total / prediction.size


@njit(cache=True)
def _sigmoid(logit):
    """1 / (1 + exp(-logit)), with an exponential that never exceeds 1."""
    if logit >= 0:
        return 1.0 / (1.0 + np.exp(-logit))
    return np.exp(logit) / (1.0 + np.exp(logit))


@njit(cache=True)
def _binary_cross_entropy(logits, target, dlogits):
    total = 0.0
    for i in range(logits.size):
        total += max(logits[i], 0.0) - logits[i] * target[i] + np.log1p(np.exp(-abs(logits[i])))
        dlogits[i] = (_sigmoid(logits[i]) - target[i]) / logits.size
    return total / logits.size


@njit(cache=True)
def _softmax_cross_entropy(logits, labels, dlogits):
    samples, classes = logits.shape
    total = 0.0
    for i in range(samples):
        highest = logits[i].max()
        exponentials = 0.0
        for j in range(classes):
            exponentials += np.exp(logits[i, j] - highest)
        total += highest + np.log(exponentials) - logits[i, labels[i]]
        for j in range(classes):
            dlogits[i, j] = np.exp(logits[i, j] - highest) / exponentials / samples
        dlogits[i, labels[i]] -= 1.0 / samples
    return total / samples


@njit(cache=True)
def _hinge(scores, labels, margin, dscores):
    samples, classes = scores.shape
    total = 0.0
    for i in range(samples):
        right = labels[i]
        for j in range(classes):
            violation = margin + scores[i, j] - scores[i, right]
            if j != right and violation > 0:
                total += violation
                dscores[i, j] += 1.0 / samples
                dscores[i, right] -= 1.0 / samples
    return total / samples


def _floating(array):
    """The array in C order: float32 stays float32, everything else is float64."""
    array = np.asarray(array)
    return np.asarray(array, dtype=np.float32 if array.dtype == np.float32 else np.float64, order="C")


def _pair(guess, target):
    """The guess and its target in C order and one dtype; ValueError when empty or of two shapes."""
    guess = _floating(guess)
    target = np.asarray(target, dtype=guess.dtype, order="C")
    if guess.shape != target.shape:
        raise ValueError(f"one target for every entry: the shapes are {guess.shape} and {target.shape}")
    if guess.size == 0:
        raise ValueError("an empty batch has no mean loss")
    return guess, target


def _scored(scores, labels):
    """Scores (N, C) and labels (N,), both C-ordered; ValueError when empty, mismatched, or a label is no class."""
    scores = _floating(scores)
    labels = np.asarray(labels, dtype=np.int64, order="C")
    if scores.ndim != 2 or labels.shape != scores.shape[:1]:
        raise ValueError(f"scores are (N, C) and labels (N,), not {scores.shape} and {labels.shape}")
    if scores.size == 0:
        raise ValueError("an empty batch has no mean loss")
    if labels.min() < 0 or labels.max() >= scores.shape[1]:
        raise ValueError(f"a label is outside 0 .. {scores.shape[1] - 1}")
    return scores, labels


def mse_loss(prediction, target):
    """Mean squared error over all entries: mean((prediction - target)²), as torch.nn.functional.mse_loss.

    prediction, target: floats of one shape, whatever it is.
    Returns (loss, dprediction): a Python float, and an array of prediction's shape and dtype.
    ValueError: no entries, or two shapes (torch would broadcast).
    """
    prediction, target = _pair(prediction, target)
    dprediction = np.empty_like(prediction)
    return _mse(prediction.ravel(), target.ravel(), dprediction.ravel()), dprediction


def mae_loss(prediction, target):
    """Mean absolute error over all entries: mean(|prediction - target|), as torch.nn.functional.l1_loss.

    prediction, target: floats of one shape, whatever it is.
    Returns (loss, dprediction): a Python float, and an array of prediction's shape and dtype; 0 where the error is 0.
    ValueError: no entries, or two shapes (torch would broadcast).
    """
    prediction, target = _pair(prediction, target)
    dprediction = np.empty_like(prediction)
    return _mae(prediction.ravel(), target.ravel(), dprediction.ravel()), dprediction


def huber_loss(prediction, target, delta):
    """Huber loss over all entries, as torch.nn.functional.huber_loss: with e = prediction - target, the mean of

    e² / 2 where |e| <= delta, and delta (|e| - delta / 2) elsewhere
    (Huber, "Robust Estimation of a Location Parameter", 1964).

    prediction, target: floats of one shape, whatever it is; delta: float > 0.
    Returns (loss, dprediction): a Python float, and an array of prediction's shape and dtype.
    ValueError: no entries, two shapes (torch would broadcast), or delta not positive (torch refuses as well).
    """
    prediction, target = _pair(prediction, target)
    if not delta > 0:
        raise ValueError(f"delta must be positive, not {delta}")
    dprediction = np.empty_like(prediction)
    return _huber(prediction.ravel(), target.ravel(), float(delta), dprediction.ravel()), dprediction


def binary_cross_entropy(logits, target):
    """Binary cross-entropy of sigmoid(logits), as torch.nn.functional.binary_cross_entropy_with_logits.

    With p = sigmoid(x): mean(-t log p - (1 - t) log(1 - p)), computed as mean(max(x, 0) - x t + log(1 + exp(-|x|))),
    in which no exponential overflows and no logarithm sees 0.

    logits, target: floats of one shape, whatever it is; targets in [0, 1].
    Returns (loss, dlogits): a Python float, and an array of logits' shape and dtype.
    ValueError: no entries, or two shapes (torch refuses as well).
    """
    logits, target = _pair(logits, target)
    dlogits = np.empty_like(logits)
    return _binary_cross_entropy(logits.ravel(), target.ravel(), dlogits.ravel()), dlogits


def softmax_cross_entropy(logits, labels):
    """Cross-entropy of softmax(logits), averaged over the batch, as torch.nn.functional.cross_entropy.

    loss = mean_i( log(sum_j exp(x_ij)) - x_iy ), y = labels[i]. Only exponentials of x_ij - max_j x_ij are taken
    (Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax functions", 2021).

    logits: floats (N, C); labels: ints (N,) from 0 to C - 1.
    Returns (loss, dlogits): a Python float, and an array (N, C) of logits' dtype.
    ValueError: no entries, shapes that do not match, or a label that is no class (torch raises IndexError; its
    ignore_index is left out).
    """
    logits, labels = _scored(logits, labels)
    dlogits = np.empty_like(logits)
    return _softmax_cross_entropy(logits, labels, dlogits), dlogits


def hinge_loss(scores, labels, margin):
    """Multiclass hinge loss, summed over the wrong classes and averaged over the batch.

    loss = 1/N sum_i sum_{j != y} max(0, margin + s_ij - s_iy), y = labels[i]
    (Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition", 1999).
    C times torch.nn.functional.multi_margin_loss, which divides by the number of classes as well.

    scores: floats (N, C); labels: ints (N,) from 0 to C - 1; margin: float.
    Returns (loss, dscores): a Python float, and an array (N, C) of scores' dtype; a margin met exactly gives 0.
    ValueError: no entries, shapes that do not match, or a label that is no class (torch refuses as well).
    """
    scores, labels = _scored(scores, labels)
    dscores = np.zeros_like(scores)
    return _hinge(scores, labels, float(margin), dscores), dscores
