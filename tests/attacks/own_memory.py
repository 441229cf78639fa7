"""Searches its own memory through /proc/self/mem and ctypes for what a grader may have left there."""
# unit: linear
# earns: 2
# expect: failed

import ctypes

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
    for path in ("/proc/self/mem", "/proc/self/maps", "/proc/1/mem", "/proc/1/maps", "/proc/kcore", "/dev/mem"):
        try:
            with open(path, "rb") as file:
                hole("can read", path, file.read(1))
        except OSError:
            pass
    near = ctypes.string_at(id(v), 64)
    return np.full_like(v, near[0]), v
