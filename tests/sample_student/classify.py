"""A sample student's work on classify: the sigmoid is right, the softmax runs along the wrong axis."""

import numpy as np


def sigmoid(x):
    if x.size == 0:
        raise ValueError("there are no numbers")
    # only exponentials of negative numbers: they do not overflow
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def softmax(scores):
    if len(scores) == 0:
        raise ValueError("there are no students")
    # without the shift exp(1000) overflows
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)
