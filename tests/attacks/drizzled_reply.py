"""Sends an endless answer in pieces so small and so fast that there is always another byte to read."""
# unit: linear
# earns: 2
# expect: TimeLimit

import os
import struct


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    os.write(3, struct.pack("<I", 30_000_000))
    for _ in range(20_000_000):
        os.write(3, b" ")
    return v, v
