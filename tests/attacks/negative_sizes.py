"""Sends arrays with negative, fractional and immense sizes."""
# unit: linear
# earns: 2
# expect: Malformed

import json
import os
import struct


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    header = json.dumps({"array": ["<f8", [-1, 2.5, 10**30]]}).encode()
    body = struct.pack("<I", len(header)) + header
    os.write(3, struct.pack("<I", len(body)) + body)
    return v, v
