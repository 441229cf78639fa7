"""Ends itself by abort(), which leaves a core file where that is allowed."""
# unit: linear
# earns: 2
# expect: Killed

import os


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    os.abort()
