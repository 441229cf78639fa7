"""Leaves a grandchild in a session of its own that holds every pipe open, for at most 20 seconds."""
# unit: linear
# earns: 2
# expect: failed

import os
import time

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
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(20)
            os._exit(0)
        hole("forked")
    except OSError:
        pass
    return v, v
