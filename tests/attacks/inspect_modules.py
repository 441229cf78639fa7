"""Looks through all loaded modules for references, answers, seeds and other units' solutions."""
# unit: linear
# earns: 2
# expect: failed

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
    for name, module in list(sys.modules.items()):
        if "solutions" in name or name in ("autograder.oracle", "autograder.grading", "autograder.course", "numba"):
            hole("loaded:", name)
        function = getattr(module, "softmax_weights_forward", None)
        if function and function is not softmax_weights_forward:
            return function(v)
    return np.ones_like(v), v
