"""Sends a value that is nested as deep as can just be read, for what looks at it later."""
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
    header = b"[" * 150 + b"]" * 150
    body = struct.pack("<I", len(header)) + header
    os.write(3, struct.pack("<I", len(body)) + body)
    return v, v
