"""Returns whole numbers of a million bits, which take for ever to be written in decimals."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    return 1 << 1_000_000, v


def fit_school_weights(x, y, lr, steps):
    return [1 << 5000, -(1 << 1023), 1 << 1022]
