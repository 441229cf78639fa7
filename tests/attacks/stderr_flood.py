"""Writes escape sequences and a forged line past Python to the streams of whoever grades, a megabyte."""
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


for number in (0, 1, 2):
    try:
        if os.isatty(number) or os.fstat(number).st_rdev != os.stat("/dev/null").st_rdev:
            hole("has a stream of the grader's:", number)
        for _ in range(100):
            os.write(number, b"\x1b]0;HOLE\x07 eve: 12/12 " * 400)
    except OSError:
        pass


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    return v, v
