"""Raises exceptions from code compiled under the names of other files, on lines that are not there."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


SOURCE = "\n" * 50_000 + "raise NotImplementedError('not assessed')"


def softmax_weights_forward(v):
    exec(compile(SOURCE, "/etc/passwd", "exec"), {"__name__": __name__})


def fit_school_weights(x, y, lr, steps):
    exec(compile(SOURCE, "../../grading.py\x1b[2J", "exec"), globals())
