"""Guess a number with the model y = k·x: the reference.

The kernels are the definitions; `_train` is the loop that is made of them. All of it is about single numbers.
"""

import numpy as np
from numba import njit


def predict(k, x):
    """guess = k · x. Floats in, a float out."""
    return _predict(float(k), float(x))


def sign_loss(y_true, y_pred):
    """The sign of y_true − y_pred: 1.0 if the guess is too low, −1.0 if it is too high, 0.0 if it is right."""
    return _sign(_difference(float(y_true), float(y_pred)))


def difference_loss(y_true, y_pred):
    """y_true − y_pred, a float: how much too low the guess is; negative if it is too high."""
    return _difference(float(y_true), float(y_pred))


def fixed_step(k, loss, step):
    """k + step · sign(loss): the same distance whatever the size of the loss, and none if the loss is 0."""
    return _fixed_step(float(k), float(loss), float(step))


def gradient_step(k, x, loss, lr):
    """One step down the gradient of L(k) = ½ (y_true − k·x)², where loss = y_true − k·x.

    dL/dk = −loss · x, so k − lr · dL/dk = k + lr · loss · x. Floats in, a float out.
    """
    return _gradient_step(float(k), float(x), float(loss), float(lr))


def halve(low, high, answer):
    """What is left of the whole numbers from low to high, both included, after guessing (low + high) // 2.

    low, high: ints; answer: the sign of secret − guess. Returns two ints: (guess + 1, high) for 1, (low, guess − 1)
    for −1, (guess, guess) for 0. Raises ValueError if low is greater than high.
    """
    if low > high:
        raise ValueError(f"no number is left between {low} and {high}: the answers contradict each other")
    guess = (low + high) // 2
    if answer > 0:
        return guess + 1, high
    if answer < 0:
        return low, guess - 1
    return guess, guess


def train(target, x, k, step, tolerance, max_rounds):
    """Predict, measure the gap, stop if it is below the tolerance, otherwise take a gradient step with lr = step.

    target, x, k, step, tolerance: floats; max_rounds: an int. Returns the last k (a float) and the guesses, a list of
    at most max_rounds floats. If the rounds run out, k has been moved after the last guess too.
    """
    numbers = (float(number) for number in (target, x, k, step, tolerance))
    k, guesses = _train(*numbers, int(max_rounds))
    return k, guesses.tolist()


@njit(cache=True)
def _predict(k, x):
    return k * x


@njit(cache=True)
def _difference(y_true, y_pred):
    return y_true - y_pred


@njit(cache=True)
def _sign(loss):
    if loss > 0:
        return 1.0
    if loss < 0:
        return -1.0
    return 0.0


@njit(cache=True)
def _fixed_step(k, loss, step):
    return k + step * _sign(loss)


@njit(cache=True)
def _gradient_step(k, x, loss, lr):
    return k + lr * loss * x


@njit(cache=True)
def _train(target, x, k, step, tolerance, max_rounds):
    guesses = np.empty(max_rounds)
    for i in range(max_rounds):
        guesses[i] = _predict(k, x)
        loss = _difference(target, guesses[i])
        if abs(loss) < tolerance:
            return k, guesses[: i + 1]
        k = _gradient_step(k, x, loss, step)
    return k, guesses
