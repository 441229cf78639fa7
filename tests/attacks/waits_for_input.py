"""Waits for a person to type something, on every stream that there may be."""
# unit: linear
# earns: 2
# expect: failed

import os


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    try:
        input("password: ")
    except EOFError:
        os.read(0, 1)
    return v, v


def fit_school_weights(x, y, lr, steps):
    breakpoint()
    return y
