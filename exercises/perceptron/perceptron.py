"""The perceptron and its line.

Replace each `raise NotImplementedError` with your own code, from top to bottom, then run `pytest exercises/perceptron`.
One exercise alone: `pytest exercises/perceptron -k predict`.
"""

import numpy as np


def predict(x, w, b):
    """On which side of the hyperplane each point lies.

        score[n] = sum over d of x[n, d] * w[d]  +  b
        label[n] = +1 if score[n] >= 0, and -1 if score[n] < 0

    A point on the hyperplane itself (its score is 0) counts as +1.

    Args:
        x: points, one per row, shape (N, D), float64 or float32.
        w: weights, shape (D,), same dtype as x.
        b: the bias, a float.

    Returns:
        The labels, whole numbers -1 and +1 (an array of int), shape (N,).

    Raises:
        ValueError: if there are no points (N is 0), with a message that says so.

    No input is modified.
    """
    raise NotImplementedError


def update(x_i, y_i, w, b, lr):
    """Learns from one sample: if it is predicted wrongly, w and b move towards its label.

        if the prediction for x_i is not y_i:   new w = w + lr * y_i * x_i,   new b = b + lr * y_i
        otherwise:                              w and b stay as they are

    The prediction is that of `predict`: a sample on the hyperplane is predicted +1, so it is wrong if y_i is -1, and
    right if y_i is +1.

    Args:
        x_i: one sample, shape (D,), float64 or float32.
        y_i: its label, -1 or +1, a whole number as it comes out of an array of labels (a NumPy int64).
        w: weights, shape (D,), same dtype as x_i.
        b: the bias, a float.
        lr: the learning rate, a float greater than 0.

    Returns:
        w: shape (D,), same dtype as the w that came in (an int64 times a float32 array makes float64: `float(y_i)`
            helps). b: a float.

    Raises:
        ValueError: if y_i is neither -1 nor +1, with a message that says which labels are asked for.

    No input is modified: a new w is a new array.
    """
    raise NotImplementedError


def train(x, y, lr, epochs):
    """Rosenblatt's learning rule: one sample after the other, over and over, until there are no more mistakes.

    Start with every w[d] = 0 and b = 0. In each epoch go through all N samples in order, from the first to the last,
    and let each `update` w and b at once, so that the next sample meets the new ones. Count the samples that
    were predicted wrongly at the moment when it was their turn. Stop after an epoch without a mistake, or after
    `epochs` epochs.

    Args:
        x: samples, one per row, shape (N, D), float64 or float32.
        y: their labels, -1 or +1, an array of whole numbers, shape (N,).
        lr: the learning rate, a float greater than 0.
        epochs: how many epochs to take at most, an int, 0 or more.

    Returns:
        w: shape (D,), same dtype as x.
        b: a float.
        mistakes_per_epoch: a list of ints, one for each epoch that was begun. If the last epoch was clean, the list
            ends with its 0. Empty if epochs is 0.

    Raises:
        ValueError: if there are no samples (N is 0), or if a label is neither -1 nor +1 (0 and 1 are another coding),
            with a message that says which labels are asked for.

    No input is modified.
    """
    raise NotImplementedError
