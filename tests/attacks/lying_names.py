"""Calls its classes ndarray, float and ValueError, so that whoever goes by names believes them."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


Lying = type("ndarray", (), {"shape": (3,), "dtype": float, "__module__": "numpy"})
Refusal = type("ValueError", (Exception,), {"__module__": "builtins"})
Control = type("\x1b[2J\u202e<script>alert(1)</script>" * 50, (), {})


def softmax_weights_forward(v):
    return Lying(), v


def softmax_weights_backward(dweights, cache):
    return Control()


def fit_school_weights(x, y, lr, steps):
    raise Refusal("refusing everything must not earn what refusing the wrong inputs earns")
