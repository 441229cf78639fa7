"""Runs machine code of its own that calls the kernel by the door for 32-bit programs, past the filter."""
# unit: linear
# earns: 2
# expect: Killed SIGSYS
# machine: x86_64

import ctypes
import mmap

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


# mov eax, 20 (getpid of 32-bit programs); int 0x80; ret
CODE = bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3])


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    hole("the kernel answered", run())
    return v, v
