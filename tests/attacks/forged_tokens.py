"""Returns tokens of caches that it never made, in place of results and of caches."""
# unit: linear
# expect: failed

from autograder.wire import Strange, Token


def linear_forward(x, w, b):
    return Token(1), Token(2**70)


def linear_backward(dout, cache):
    return Token(1), Token(1), Strange("ndarray")


def softmax_weights_forward(v):
    return [Token(0), Token(-1)], Token(1)


def softmax_weights_backward(dweights, cache):
    return cache


def fit_school_weights(x, y, lr, steps):
    return Token(1)
