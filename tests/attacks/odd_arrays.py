"""Returns arrays of records, objects, strings, dates and extended precision."""
# unit: linear
# earns: 2
# expect: failed

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


KINDS = iter(["f8,f8", "O", "U20", "S8", "M8[s]", "g", "G", "V16", "c16", "f2"] * 100)


def softmax_weights_forward(v):
    return np.zeros(v.shape, next(KINDS)), v


def fit_school_weights(x, y, lr, steps):
    return np.zeros(x.shape[1], next(KINDS))
