"""Forks as often as it can, up to thirty times in all."""
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


FORKED = 0
CHILDREN = []


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    global FORKED
    while FORKED < 30:
        FORKED += 1
        try:
            child = os.fork()
        except OSError:
            continue
        if child == 0:
            time.sleep(2)
            os._exit(0)
        CHILDREN.append(child)
    if CHILDREN:
        hole("forked", len(CHILDREN))
    return v, v
