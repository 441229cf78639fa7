"""Raises the limits of its own process, and lowers its priority to be the first."""
# unit: linear
# earns: 2
# expect: failed

import os
import resource

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
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            try:
                number = getattr(resource, name)
                resource.setrlimit(number, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                hole("raised", name)
            except (OSError, ValueError):
                pass
    for way in (lambda: os.nice(-10), lambda: os.setpriority(0, 0, -20), lambda: os.sched_setaffinity(0, {0})):
        try:
            way()
            hole("changed its priority")
        except OSError:
            pass
    return v, v
