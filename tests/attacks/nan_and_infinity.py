"""Returns arrays full of NaN and infinities, with which every comparison is false."""
# unit: linear
# earns: 2
# expect: failed

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


KINDS = iter([np.nan, np.inf, -np.inf, 1e308, 5e-324, -0.0] * 100)


def linear_backward(dout, cache):
    return tuple(np.full(a.shape, next(KINDS)) for a in (*cache, np.zeros(dout.shape[1])))


def softmax_weights_forward(v):
    return np.full_like(v, next(KINDS)), v


def softmax_weights_backward(dweights, cache):
    return np.full_like(dweights, next(KINDS))


def fit_school_weights(x, y, lr, steps):
    return np.full(x.shape[1], np.nan)
