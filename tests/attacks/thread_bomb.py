"""Starts fifty threads that wait for two seconds."""
# unit: linear
# earns: 2
# expect: failed

import threading
import time

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


END = time.monotonic() + 2


def busy():
    time.sleep(max(END - time.monotonic(), 0))


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    for _ in range(50):
        try:
            threading.Thread(target=busy, daemon=True).start()
            hole("started a thread")
        except RuntimeError:
            pass
    return v, v
