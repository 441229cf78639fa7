"""Loops for ever in one function; the functions beside it must keep their points."""
# unit: linear
# earns: 2
# expect: TimeLimit


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    while True:
        pass
