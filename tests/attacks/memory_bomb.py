"""Fills memory, up to three gigabytes, and keeps it in a cache."""
# unit: linear
# earns: 2
# expect: MemoryError

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


KEPT = []


def softmax_weights_forward(v):
    while len(KEPT) < 48:
        KEPT.append(np.zeros(8 << 20))
    return v, KEPT
