"""Returns scalars, arrays without axes and empty arrays where there should be numbers."""
# unit: linear
# earns: 2
# expect: failed

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


KINDS = iter([np.array(0.5), np.float64(0.5), np.zeros(0), np.zeros((0, 2**40)), np.zeros((1,) * 32), True, 0.5] * 100)


def softmax_weights_forward(v):
    return next(KINDS), v


def fit_school_weights(x, y, lr, steps):
    return next(KINDS)
