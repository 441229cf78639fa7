"""Returns generators, iterators, lambdas, memoryviews and maps in place of values."""
# unit: linear
# earns: 2
# expect: failed

import itertools


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


KINDS = [
    lambda v: (x for x in v),
    lambda v: iter(v),
    lambda v: lambda: v,
    memoryview,
    lambda v: map(abs, v),
    lambda v: range(3),
]
WHICH = itertools.cycle(KINDS)


def linear_backward(dout, cache):
    yield from cache


def softmax_weights_forward(v):
    return next(WHICH)(v), v


async def fit_school_weights(x, y, lr, steps):
    return x
