"""Returns an array whose memory lies where there is none."""
# unit: linear
# earns: 2
# expect: Killed SIGSEGV

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


class Wild:
    __array_interface__ = {"shape": (3,), "typestr": "<f8", "data": (4096, False), "version": 3}


def softmax_weights_forward(v):
    return np.asarray(Wild()), v
