"""Has C code call itself without end: the compiler, the parser, json, repr, pickle and the collector."""
# unit: linear
# earns: 2
# expect: failed

import json
import sys


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    sys.setrecursionlimit(10**8)
    eval(compile("-" * 200_000 + "1", "deep", "eval"))
    return v, v


def linear_backward(dout, cache):
    sys.setrecursionlimit(10**8)
    return json.loads("[" * 10**6), 0, 0


def fit_school_weights(x, y, lr, steps):
    sys.setrecursionlimit(10**8)
    value = ()
    for _ in range(10**6):
        value = (value,)
    return hash(value)
