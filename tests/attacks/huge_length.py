"""Announces an answer of four gigabytes."""
# unit: linear
# earns: 2
# expect: TooLarge

import os
import struct


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    os.write(3, struct.pack("<I", 0xFFFFFFFF) + b"x" * 1000)
    return v, v
