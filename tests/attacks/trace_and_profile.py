"""Hooks every call and every line with settrace, setprofile and audit hooks, to change what is compared."""
# unit: linear
# expect: failed

import sys

import numpy as np


def spy(frame, event, argument):
    if frame.f_code.co_name in ("from_reply", "plain", "pack"):
        frame.f_locals.update(value=1.0, reply=None)
        if isinstance(argument, np.ndarray):
            argument[...] = 0
    return spy


sys.settrace(spy)
sys.setprofile(spy)
sys.addaudithook(lambda event, arguments: None)


def softmax_weights_forward(v):
    return np.ones_like(v), v
