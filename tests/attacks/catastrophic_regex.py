"""Matches a regular expression that takes for ever, inside one call of C code."""
# unit: linear
# earns: 2
# expect: TimeLimit

import re


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    re.match(r"(a+)+$", "a" * 60 + "b")
