"""Returns lists that are nested a thousand deep, that hold themselves, or that hold a million entries."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def nested():
    value = 1.0
    for _ in range(1000):
        value = [value]
    return value


def itself():
    value = []
    value.append(value)
    return value


def linear_backward(dout, cache):
    return nested(), itself(), {"a": itself()}


def softmax_weights_forward(v):
    return [[]] * 20_000, v


def fit_school_weights(x, y, lr, steps):
    return itself()
