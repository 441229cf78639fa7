"""Raises what ends programs: KeyboardInterrupt, GeneratorExit, an exception of its own below BaseException."""
# unit: linear
# earns: 2
# expect: failed


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


class Enough(BaseException):
    pass


def linear_backward(dout, cache):
    raise KeyboardInterrupt


def softmax_weights_forward(v):
    raise GeneratorExit


def fit_school_weights(x, y, lr, steps):
    raise Enough("stop the grader")
