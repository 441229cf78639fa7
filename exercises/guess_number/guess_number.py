"""Guess a number: the loop that learns.

Replace each `raise NotImplementedError` with your own code, from top to bottom, then run
`pytest exercises/guess_number`. One exercise alone: `pytest exercises/guess_number -k sign_loss`.
"""

import numpy as np


def predict(k, x):
    """The model's guess.

        guess = k * x

    Args:
        k: the parameter, the one number that is learnt, a float.
        x: the input, a float; in the game it is always 100.

    Returns:
        The guess, a float. It is not rounded, and it may lie anywhere, also below 0 or above 100.
    """
    raise NotImplementedError


def sign_loss(y_true, y_pred):
    """Whether a guess is too low, too high or right: the sign of y_true - y_pred.

    Args:
        y_true: the secret, a float.
        y_pred: the guess, a float.

    Returns:
        1 if the guess is too low, -1 if it is too high, 0 if it is exactly right. Either as int or as float.
    """
    raise NotImplementedError


def difference_loss(y_true, y_pred):
    """How much too low a guess is.

        loss = y_true - y_pred

    Args:
        y_true: the secret, a float.
        y_pred: the guess, a float.

    Returns:
        The gap, a float: positive if the guess is too low, negative if it is too high.
    """
    raise NotImplementedError


def fixed_step(k, loss, step):
    """Moves k by `step` in the direction in which the loss points, however large the loss is.

        new k = k + step   if the loss is positive (the guess is too low),
                k - step   if the loss is negative (the guess is too high),
                k          if the loss is 0.

    Args:
        k: the parameter, a float.
        loss: from `sign_loss` or from `difference_loss`, a float or an int: only its sign counts.
        step: how far to move, a float greater than 0.

    Returns:
        The new k, a float.
    """
    raise NotImplementedError


def gradient_step(k, x, loss, lr):
    """Moves k one step down the gradient of half the squared gap, L(k) = 1/2 * (y_true - k*x)**2.

    The derivative of L with respect to k is -(y_true - k*x) * x, which is -loss * x. The step goes against it:

        new k = k - lr * (-loss * x) = k + lr * loss * x

    Args:
        k: the parameter, a float.
        x: the input, a float; it may be negative or 0.
        loss: the gap y_true - k*x, from `difference_loss`, a float.
        lr: the learning rate, a float greater than 0.

    Returns:
        The new k, a float.

    PyTorch's `mse_loss` has no 1/2 in front of the square, so its derivative is twice this one.
    """
    raise NotImplementedError


def halve(low, high, answer):
    """One round of guessing by halves: which numbers are left after the middle one has been guessed.

    The secret is a whole number from low to high, both included. The guess is their middle, rounded down when it
    falls between two whole numbers (-3.5 is rounded down to -4).

    Args:
        low: the smallest number that the secret can be, an int.
        high: the largest number that the secret can be, an int.
        answer: the answer to the guess, the sign of secret - guess: 1 (too low), -1 (too high) or 0 (right).

    Returns:
        low, high: the smallest and the largest number that the secret can be now, two ints. The guess itself is not
        among them if it was wrong; if it was right, both are the guess. An answer that contradicts what was known
        before leaves no number: then low comes out greater than high.

    Raises:
        ValueError: if low is greater than high when the function is called, so that there is no number to guess.
    """
    raise NotImplementedError


def train(target, x, k, step, tolerance, max_rounds):
    """The loop that learns. In each round:

        1. predict: guess = k * x, and note the guess;
        2. measure the gap: loss = target - guess;
        3. if the gap, taken without its sign, is below the tolerance: stop, k stays as it is;
        4. adjust k by a `gradient_step`, with `step` as the learning rate.

    Args:
        target: the secret, a float.
        x: the input, a float.
        k: where to start, a float.
        step: the learning rate of the gradient step, a float greater than 0.
        tolerance: the guess is good enough if the gap is smaller than this, a float. With 0.5, a guess that is
            good enough is the secret when it is rounded.
        max_rounds: take no more rounds than this, an int, 0 or more.

    Returns:
        k: the last one, a float. If the rounds run out, it has been adjusted after the last guess too.
        guesses: every guess in order, a list of floats: the first, the last and all between. Empty if max_rounds is 0.
    """
    raise NotImplementedError
