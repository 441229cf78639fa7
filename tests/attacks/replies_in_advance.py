"""Sends well-formed replies before it is asked, so that every question finds the answer to another one."""
# unit: linear
# expect: failed

import os
import struct

from autograder.implementation import Description, Reply
from autograder.locked import messages
from autograder.wire import pack


def send(value):
    data = pack(value)
    os.write(3, struct.pack("<I", len(data)) + data)


NAMES = ("x", "w", "b"), ("dout", "cache"), ("v",), ("dweights", "cache"), ("x", "y", "lr", "steps")
send([messages.from_description(Description("ready", names, len(names), len(names))) for names in NAMES])
for _ in range(20):
    send([messages.from_reply(Reply(value=None))])


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)
