"""Sends NaN, infinities and duplicate keys where JSON has none."""
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
    header = b'{"list": [NaN, Infinity, -Infinity, {"int": NaN}]}'
    body = struct.pack("<I", len(header)) + header
    os.write(3, struct.pack("<I", len(body)) + body)
    return v, v
