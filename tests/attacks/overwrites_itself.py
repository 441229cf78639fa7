"""Writes over its own code and over the objects of Python with mprotect and memset."""
# unit: linear
# earns: 2
# expect: Killed

import ctypes


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    library = ctypes.CDLL(None)
    start = ctypes.cast(library.memcmp, ctypes.c_void_p).value & ~4095
    library.mprotect(ctypes.c_void_p(start), 8192, 7)
    ctypes.memset(start, 0x90, 4096)
    ctypes.memset(id(True), 0, 32)
    ctypes.memset(id(None), 0, 16)
    return v, v
