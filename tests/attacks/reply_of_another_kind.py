"""Sends a list where a reply belongs."""
# unit: linear
# expect: Malformed

from autograder.locked import child

true = child.from_reply


def forged(reply):
    return ["passed"]


child.from_reply = forged


def softmax_weights_forward(v):
    return v, v
