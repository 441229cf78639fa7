"""Follows a null pointer, so that Python itself crashes."""
# unit: linear
# earns: 2
# expect: Killed SIGSEGV

import ctypes


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    ctypes.string_at(0)
    return v, v
