"""Reads what /proc tells of other processes: their environment, command line, open files and memory."""
# unit: linear
# earns: 2
# expect: failed

import os

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
    numbers = {1, 2, os.getppid(), *range(os.getpid() - 30, os.getpid() + 2)}
    for number in numbers:
        for name in ("environ", "cmdline", "status", "mem", "fd/3"):
            try:
                with open(f"/proc/{number}/{name}", "rb") as file:
                    hole("can read", file.name, file.read(200))
            except OSError:
                pass
    return np.ones_like(v), v
