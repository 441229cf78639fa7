"""Replies by itself from inside the function and ends the process at once."""
# unit: linear
# earns: 2
# expect: Exited|Malformed

import os
import struct

from autograder.implementation import Reply
from autograder.locked import messages
from autograder.wire import pack


def send(value):
    data = pack(value)
    os.write(3, struct.pack("<I", len(data)) + data)


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    send([messages.from_reply(Reply(value=(v, v)))])
    os._exit(0)
