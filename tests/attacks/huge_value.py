"""Returns thirty-four megabytes where a few numbers were asked."""
# unit: linear
# earns: 2
# expect: TooLarge

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    return np.zeros(4_300_000), v
