"""Raises exceptions whose text never ends: by recursion, by a loop, by a hundred megabytes."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


class Recursive(Exception):
    def __str__(self):
        return str(self)

    __repr__ = __str__


class Immense(Exception):
    def __str__(self):
        return "x" * 100_000_000


class Ending(Exception):
    def __str__(self):
        raise SystemExit(0)


def linear_backward(dout, cache):
    raise Recursive


def softmax_weights_forward(v):
    raise Immense


def fit_school_weights(x, y, lr, steps):
    raise Ending
