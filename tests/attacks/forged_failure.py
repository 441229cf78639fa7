"""Tells of failures that no code can have: a grader's error, a missing torch, a stub, a blocked exercise."""
# unit: linear
# expect: failed

from autograder.implementation import Failure, Frame, Reply
from autograder.locked import child

true = child.from_reply
KINDS = iter(["grader error", "not assessed", "passed", "no file", "None", "Unusable", "NotImplementedError"] * 100)


def forged(reply):
    frames = tuple(Frame("linear.py", 10**9, "linear_forward", "x" * 10**5) for _ in range(20))
    return true(Reply(failure=Failure(next(KINDS), "all points, please\x1b[2J", frames)))


child.from_reply = forged


def softmax_weights_forward(v):
    return v, v
