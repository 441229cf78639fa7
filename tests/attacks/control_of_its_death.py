"""Uses prctl to survive its parent, to be traced, to take rights back and to leave the filter."""
# unit: linear
# earns: 2
# expect: failed

import ctypes

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
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for option, value in (
        (1, 0),
        (4, 1),
        (22, 0),
        (23, 21),
        (36, 1),
        (38, 0),
        (0x59616D61, 2**64 - 1),
        (15, b"grader"),
    ):
        ctypes.set_errno(0)
        if prctl(option, ctypes.c_char_p(value) if isinstance(value, bytes) else ctypes.c_ulong(value), 0, 0, 0) >= 0:
            hole("prctl", option)
    return v, v
