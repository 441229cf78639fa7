"""Ignores every signal, blocks them, and switches its own alarms off."""
# unit: linear
# earns: 2
# expect: TimeLimit

import signal


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF, signal.ITIMER_VIRTUAL):
        signal.setitimer(timer, 0)
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    except OSError:
        pass
    while True:
        pass
