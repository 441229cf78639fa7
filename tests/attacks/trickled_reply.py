"""Sends an answer byte by byte, each just before patience ends."""
# unit: linear
# earns: 2
# expect: TimeLimit

import os
import struct
import time


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    os.write(3, struct.pack("<I", 1_000_000))
    for _ in range(600):
        os.write(3, b" ")
        time.sleep(0.05)
    return v, v
