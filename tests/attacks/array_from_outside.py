"""Returns an array that reaches beyond its own memory, into what lies beside it."""
# unit: linear
# earns: 2
# expect: failed

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    return np.lib.stride_tricks.as_strided(v, (len(v) + 1000,), (8,))[1000:], v
