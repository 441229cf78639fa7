"""Computes a power that takes for ever inside one call of C code, where no signal is handled."""
# unit: linear
# earns: 2
# expect: TimeLimit


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    10 ** (10**9)
