"""Looks through every object of the process for an array, a dict or a class that knows the answer."""
# unit: linear
# earns: 2
# expect: failed

import gc

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
    for thing in gc.get_objects():
        kind = type(thing).__name__
        if kind in ("Live", "Frozen", "Answer", "Grader", "Outcome", "Secret", "VisibleAndUnseen"):
            hole("there is a", kind)
        if isinstance(thing, (dict, list, tuple)):
            values = thing.values() if isinstance(thing, dict) else thing
            for value in list(values):
                if isinstance(value, np.ndarray) and value.shape == v.shape and np.isclose(value.sum(), 1):
                    return value, v
    return np.ones_like(v), v
