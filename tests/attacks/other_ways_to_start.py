"""Starts programs by subprocess, system, posix_spawn, multiprocessing, pty and exec."""
# unit: linear
# earns: 2
# expect: failed

import multiprocessing
import os
import subprocess
import sys

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


WAYS = (
    lambda: subprocess.run(["/bin/echo", "HOLE"]),
    lambda: os.posix_spawn("/bin/echo", ["echo", "HOLE"], {}),
    lambda: os.forkpty(),
    lambda: os.popen("echo HOLE").read(),
    lambda: os.execv(sys.executable, [sys.executable, "-c", "print('HOLE')"]),
    lambda: multiprocessing.get_context("fork").Process(target=print).start(),
)


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    for way in WAYS:
        try:
            way()
        except BaseException:
            continue
        hole("started a program")
    if os.system("true") == 0:
        hole("started a shell")
    return v, v
