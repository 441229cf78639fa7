"""Loops for ever and catches whatever is raised to stop it."""
# unit: linear
# earns: 2
# expect: TimeLimit


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def softmax_weights_forward(v):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
