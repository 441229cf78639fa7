"""Has an alarm of its own run code between the questions, when nobody is waiting for it."""
# unit: linear
# earns: 2
# expect: failed

import signal


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


COUNT = 0


def tick(number, frame):
    global COUNT
    COUNT += 1
    for _ in range(1000):
        pass


signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)


def softmax_weights_forward(v):
    return v + COUNT, v
