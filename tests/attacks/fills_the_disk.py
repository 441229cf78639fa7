"""Writes files of a megabyte, folders, links and pipes wherever it can, twenty of each."""
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
    for folder in (".", "/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/usr/lib", os.path.dirname(os.__file__)):
        for number in range(20):
            path = f"{folder}/chainrule-attack-{number}"
            for way in (
                lambda path=path: open(path, "xb").write(bytes(1 << 20)),
                lambda path=path: os.mkdir(path),
                lambda path=path: os.symlink("/etc", path),
                lambda path=path: os.mkfifo(path),
                lambda path=path: os.link("/dev/null", path),
                lambda path=path: os.utime(os.__file__),
            ):
                try:
                    way()
                    hole("changed", path)
                except OSError:
                    pass
    return v, v
