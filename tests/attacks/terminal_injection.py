"""Types a command on the terminal of whoever grades, by TIOCSTI and by /dev/tty."""
# unit: linear
# earns: 2
# expect: failed

import fcntl
import os

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
    for path in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/tty1", "/proc/self/fd/0", "/proc/self/fd/2"):
        try:
            os.write(os.open(path, os.O_RDWR | os.O_NOCTTY), b"HOLE")
            hole("has a terminal", path)
        except OSError:
            pass
    for number in range(8):
        for command, value in ((0x5412, b" "), (0x540E, b"\0\0\0\0"), (0x541C, b"\x06\0\0\0")):
            try:
                fcntl.ioctl(number, command, value)
                hole("may type on", number)
            except OSError:
                pass
    return v, v
