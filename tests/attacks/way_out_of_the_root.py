"""Leaves its file system by "..", by chroot, by /proc and by folders that it still has open."""
# unit: linear
# earns: 2
# expect: failed

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
    for path in (
        "/../../../etc/passwd",
        "/proc/self/root/etc/passwd",
        "/proc/1/cwd/course.toml",
        "/proc/self/cwd/course.toml",
    ):
        try:
            hole("can read", open(path).name)
        except OSError:
            pass
    for number in range(64):
        try:
            os.fchdir(number)
            hole("has a folder open", number)
        except OSError:
            pass
    for way in (lambda: os.chroot("/"), lambda: os.chdir("/"), lambda: os.chmod("/", 0o777), lambda: os.umask(0)):
        try:
            way()
            hole("may change its root, folder or modes")
        except OSError:
            pass
    return v, v
