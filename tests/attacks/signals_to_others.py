"""Sends signals to others, to all, and by way of the owner of a file: 0 and URG, which are harmless."""
# unit: linear
# earns: 2
# expect: failed

import fcntl
import os
import signal
import struct

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    for number in (-1, 0, 1, 2, os.getppid()):
        try:
            os.kill(number, 0)
            hole("may signal", number)
        except OSError:
            pass
    for command, value in ((8, 1), (10, signal.SIGURG), (15, struct.pack("ii", 1, 1)), (1036, 0)):
        try:
            fcntl.fcntl(3, command, value)
            hole("may own a file by", command)
        except OSError:
            pass
    for command in (0x8901, 0x8902, 0x5452):
        try:
            fcntl.ioctl(3, command, struct.pack("i", 1))
            hole("may own a socket by", command)
        except OSError:
            pass
    for way in (os.setsid, os.setpgrp, lambda: os.killpg(0, 0), lambda: os.tcsetpgrp(0, 1), lambda: os.pidfd_open(1)):
        try:
            way()
            hole("may change its session or group")
        except OSError:
            pass
    return v, v
