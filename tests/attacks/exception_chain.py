"""Raises an exception with a chain of a hundred thousand causes, and groups within groups."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    error = ValueError("last")
    for _ in range(100_000):
        next_one = ValueError("next")
        next_one.__cause__ = error
        error = next_one
    raise error


def fit_school_weights(x, y, lr, steps):
    group = ExceptionGroup("inner", [ValueError("last")])
    for _ in range(1000):
        group = ExceptionGroup("outer", [group])
    raise group
