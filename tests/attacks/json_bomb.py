"""Sends thirty megabytes of JSON that would become a gigabyte of empty lists."""
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
    header = b"[" + b"[]," * 10_000_000 + b"null]"
    body = memoryview(struct.pack("<II", len(header) + 4, len(header)) + header)
    while body:
        body = body[os.write(3, body) :]
    return v, v
