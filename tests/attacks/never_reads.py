"""Closes the channel that questions come from, and goes on computing."""
# unit: linear
# earns: 2
# expect: Killed

import os


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    os.closerange(0, 256)
    for _ in range(200):
        sum(range(1_000_000))
    return v, v
