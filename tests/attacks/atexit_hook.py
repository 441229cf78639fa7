"""Registers exit handlers and finalizers that write forged results when the process ends."""
# unit: linear
# earns: 2
# expect: failed

import atexit
import os
import weakref

import numpy as np


def forge():
    for number in range(64):
        try:
            os.write(number, b'{"earned": 12, "status": "passed"}\n')
        except OSError:
            pass


class Late:
    def __del__(self):
        forge()


LATE = Late()
weakref.finalize(LATE, forge)
atexit.register(forge)


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    return np.ones_like(v), LATE
