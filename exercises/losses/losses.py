"""Losses: how wrong is a guess, and which way is better?

Replace each `raise NotImplementedError` with your answer, then run `pytest exercises/losses` in a terminal.
One exercise alone: `pytest exercises/losses -k mse_loss`. The lesson is the README.md beside this file.
"""

import numpy as np


def mse_loss(prediction, target):
    """Mean squared error, averaged over all entries.

    With the error e = prediction - target, entry by entry:
        loss = mean of e²
        dprediction = the derivative of the loss with respect to each entry of prediction

    As in PyTorch's mse_loss, the mean is over all entries, not over the batch alone.

    Args:
        prediction: floats of any shape: (N,), (N, D), (N, C, H, W), ...; not to be modified.
        target: the true values, of the same shape.

    Returns:
        loss: a Python float.
        dprediction: an array of prediction's shape and dtype (float32 in, float32 out).

    Raises:
        ValueError: if there are no entries (an empty batch): a mean over nothing does not exist.
    """
    raise NotImplementedError


def mae_loss(prediction, target):
    """Mean absolute error, averaged over all entries.

    With the error e = prediction - target, entry by entry:
        loss = mean of |e|
        dprediction = the derivative of the loss with respect to each entry of prediction

    |e| has a kink at e = 0; the derivative there counts as 0, as in PyTorch's l1_loss.

    Args:
        prediction: floats of any shape: (N,), (N, D), (N, C, H, W), ...; not to be modified.
        target: the true values, of the same shape.

    Returns:
        loss: a Python float.
        dprediction: an array of prediction's shape and dtype.

    Raises:
        ValueError: if there are no entries (an empty batch).
    """
    raise NotImplementedError


def huber_loss(prediction, target, delta):
    """Huber loss, averaged over all entries: a parabola for small errors, straight lines for large ones.

    With the error e = prediction - target, entry by entry:
        h(e) = 0.5 e²                      where |e| <= delta
        h(e) = delta (|e| - 0.5 delta)     where |e| > delta
        loss = mean of h(e)
        dprediction = the derivative of the loss with respect to each entry of prediction

    This is PyTorch's huber_loss (its smooth_l1_loss is this divided by delta).

    Args:
        prediction: floats of any shape: (N,), (N, D), (N, C, H, W), ...; not to be modified.
        target: the true values, of the same shape.
        delta: a positive float, the size of the largest error that still counts as small.

    Returns:
        loss: a Python float.
        dprediction: an array of prediction's shape and dtype.

    Raises:
        ValueError: if there are no entries (an empty batch), or if delta is not positive (PyTorch refuses it as well).
    """
    raise NotImplementedError


def binary_cross_entropy(logits, target):
    """Cross-entropy of yes-or-no answers, from logits, averaged over all entries.

    A logit x stands for the probability p = sigmoid(x) = 1 / (1 + exp(-x)) of "yes". Entry by entry:
        cost = -target log(p) - (1 - target) log(1 - p)        (natural logarithm)
        loss = mean of the costs
        dlogits = the derivative of the loss with respect to each logit

    Logits of ±1000 must give the true, finite answer: find a form of the cost in which no exponential overflows and no
    logarithm meets 0. PyTorch calls this binary_cross_entropy_with_logits.

    Args:
        logits: floats of any shape: (N,), (N, D), (N, C, H, W), ...; not to be modified.
        target: the true probabilities of "yes", of the same shape: 0, 1, or anything between.

    Returns:
        loss: a Python float.
        dlogits: an array of logits' shape and dtype.

    Raises:
        ValueError: if there are no entries (an empty batch), or if target has another shape than logits (as PyTorch
            does: (N, 1) against (N,) would quietly become N x N).
    """
    raise NotImplementedError


def softmax_cross_entropy(logits, labels):
    """Cross-entropy of one answer among C classes, from logits, averaged over the batch.

    With the probabilities p_ij = exp(x_ij) / sum over k of exp(x_ik), for sample i, class j and logits x:
        loss = mean over the samples i of -log(p_iy), where y = labels[i] is the right class of sample i
        dlogits = the derivative of the loss with respect to each logit

    The logarithm is natural. Logits of ±1000 must give the true, finite answer. As in PyTorch's cross_entropy, the mean
    is over the batch (its ignore_index is left out).

    Args:
        logits: floats (N, C), one row per sample; not to be modified.
        labels: ints (N,), each from 0 to C - 1.

    Returns:
        loss: a Python float.
        dlogits: an array (N, C) of logits' dtype.

    Raises:
        ValueError: if the batch is empty, or if a label is below 0 or above C - 1 (an error in PyTorch, too).
    """
    raise NotImplementedError


def hinge_loss(scores, labels, margin):
    """Multiclass hinge loss, summed over the wrong classes and averaged over the batch.

    The right class should score higher than every other class, by at least `margin`. With scores s:
        loss = mean over the samples i of
               the sum over the wrong classes j of max(0, margin + s_ij - s_iy), where y = labels[i]
        dscores = the derivative of the loss with respect to each score

    Where margin + s_ij - s_iy is exactly 0 there is a kink; the derivative there counts as 0.
    PyTorch's multi_margin_loss is this divided by the number of classes C.

    Args:
        scores: floats (N, C), one row per sample; not to be modified.
        labels: ints (N,), each from 0 to C - 1.
        margin: a float, by how much the right class should lead.

    Returns:
        loss: a Python float.
        dscores: an array (N, C) of scores' dtype.

    Raises:
        ValueError: if the batch is empty, or if a label is below 0 or above C - 1 (an error in PyTorch, too).
    """
    raise NotImplementedError
