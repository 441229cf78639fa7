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
    header = b'{"list":[' + b'{"list":[]},' * 2_500_000 + b"null]}"
    body = memoryview(struct.pack("<II", len(header) + 4, len(header)) + header)
    while body:
        body = body[os.write(3, body) :]
    return v, v
