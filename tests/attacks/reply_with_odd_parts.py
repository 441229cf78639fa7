"""Sends replies whose parts are of the wrong types."""
# unit: linear
# expect: Malformed

from autograder.locked import child

true = child.from_reply


def forged(reply):
    parts = {"failure": [1, 2, 3], "printed": 7, "warnings": {}, "changed": [99], "shares": [[9, 9]], "after": [[0, 1]]}
    return [reply.value, parts]


child.from_reply = forged


def softmax_weights_forward(v):
    return v, v
