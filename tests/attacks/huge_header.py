"""Announces a header that is longer than the message that it stands in."""
# unit: linear
# earns: 2
# expect: Malformed|TooLarge

import os
import struct


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    os.write(3, struct.pack("<II", 100, 0xFFFFFFFF) + b"x" * 96)
    return v, v
