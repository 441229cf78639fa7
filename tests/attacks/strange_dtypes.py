"""Sends arrays of objects, of pointers and of records by naming such a dtype."""
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
    header = json.dumps({"list": [{"array": [dtype, [1]]} for dtype in ("|O", "O", "V8", "M8", "f4,O", "p")]}).encode()
    body = struct.pack("<I", len(header)) + header
    os.write(3, struct.pack("<I", len(body)) + body)
    return v, v
