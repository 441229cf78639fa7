"""Prints fifty megabytes."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    for _ in range(50):
        print("x" * 1_000_000)
    return v, v
