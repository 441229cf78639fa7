"""Returns views that claim petabytes, by broadcasting and by strides of zero."""
# unit: linear
# earns: 2
# expect: failed

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    return np.broadcast_to(v[:1], (2**50,)), v


def fit_school_weights(x, y, lr, steps):
    return np.lib.stride_tricks.as_strided(x, (2**20, 2**20, 2**10), (0, 0, 0))
