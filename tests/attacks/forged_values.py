"""Sends values past the check that its own side makes: immense ints, odd networks, control codes."""
# unit: linear
# expect: Malformed

import numpy as np
from autograder.locked import child
from autograder.network import Network
from autograder.wire import Strange

true = child.from_reply
odd = Network([])
odd.layers = [["w", "b"]]
odd.m = odd.v = [np.zeros(()), np.zeros(())]
VALUES = iter([10**400, Strange("\x1b[2J" * 1000), "\ud800", odd, {"a\x07": "b" * 10**6}, float("nan"), 2**1023] * 100)


def forged(reply):
    return [(next(VALUES), None), {}]


child.from_reply = forged


def softmax_weights_forward(v):
    return v, v
