"""Takes long to import and then loops in one function: a new process must not cost the functions beside it."""
# unit: linear
# earns: 3
# expect: TimeLimit

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


sum(range(8_000_000))


def linear_backward(dout, cache):
    while True:
        pass


def softmax_weights_forward(v):
    e = np.exp(v - v.max())
    return e / e.sum(), e / e.sum()
