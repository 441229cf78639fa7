"""A sample student's work on linear: the forward is right, the backward averages db."""

import numpy as np


def linear_forward(x, w, b):
    if x.shape[0] == 0:
        raise ValueError("the batch is empty")
    out = np.dot(x, w) + b
    cache = (x, w)
    return out, cache


def linear_backward(dout, cache):
    x, w = cache
    n = dout.shape[0]
    dx = np.dot(dout, w.T)
    dw = np.dot(x.T, dout)
    db = np.sum(dout, axis=0) / n
    return dx, dw, db
