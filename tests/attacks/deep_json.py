"""Sends JSON that is nested a hundred thousand deep, to exhaust the stack of who reads it."""
# unit: linear
# earns: 2
# expect: Malformed

import os
import struct


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    header = b"[" * 100_000 + b"]" * 100_000
    body = struct.pack("<I", len(header)) + header
    os.write(3, struct.pack("<I", len(body)) + body)
    return v, v
