"""Calls itself without end, with the limit of recursion taken away."""
# unit: linear
# earns: 2
# expect: Killed|RecursionError|MemoryError|TimeLimit

import sys


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    sys.setrecursionlimit(2**31 - 1)

    def deeper(n):
        return deeper(n + 1) + 1

    return deeper(0), v
