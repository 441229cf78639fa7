"""A sample student's work on mlp: the ReLU is right, its backward looks at the sign of dout instead of x."""

import numpy as np


def relu_forward(x):
    out = np.maximum(0, x)
    cache = x
    return out, cache


def relu_backward(dout, cache):
    dx = np.array(dout)
    dx[dout <= 0] = 0
    return dx
