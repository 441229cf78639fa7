"""Returns a list of two hundred thousand numbers."""
# unit: linear
# earns: 2
# expect: TooLarge


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    return [0.1] * 1_500_000, v
