"""Ends Python with the status of success inside a function; the honest function beside it must keep its points."""
# unit: linear
# earns: 2
# expect: Exited

import os


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def linear_backward(dout, cache):
    os._exit(0)


def softmax_weights_forward(v):
    os._exit(0)
