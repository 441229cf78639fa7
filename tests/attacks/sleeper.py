"""Sleeps, which uses no CPU time at all."""
# unit: linear
# earns: 2
# expect: TimeLimit

import time


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    time.sleep(600)
