"""Opens ten thousand files."""
# unit: linear
# earns: 2
# expect: failed

import os

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


KEPT = []


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    for number in range(10_000):
        try:
            KEPT.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            break
    if len(KEPT) > 1000:
        hole("opened", len(KEPT))
    return v, v
