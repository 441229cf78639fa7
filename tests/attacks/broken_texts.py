"""Returns and raises texts of half characters, of control codes, of markup and formulas."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


TEXT = "\ud800\x00\x07\x1b[2J\x1b]0;owned\x07\u202e<script>alert(1)</script>=cmd|' /C calc'!A0\r\n[red]"


def softmax_weights_forward(v):
    print(TEXT)
    return TEXT, v


def softmax_weights_backward(dweights, cache):
    raise RuntimeError(TEXT)


def fit_school_weights(x, y, lr, steps):
    import warnings

    for number in range(1000):
        warnings.warn(f"{number} {TEXT}", stacklevel=1)
    return {TEXT: TEXT}
