"""Pass or fail, and three kinds of students.

Replace each `raise NotImplementedError` with your own code, from top to bottom, then run `pytest exercises/classify`.
One exercise alone: `pytest exercises/classify -k logistic_step`. The lesson is the README.md beside this file.
"""

import numpy as np


def sigmoid(x):
    """Turns every number into a probability, entry by entry.

        p = 1 / (1 + exp(-x))

    x = 0 gives one half, large numbers give nearly 1, very negative ones nearly 0. For ±1000 the answers must be right:
    exp(1000) is infinite, and infinite divided by infinite is not a number.

    Args:
        x: numbers of any shape, float64 or float32; not to be modified.

    Returns:
        p: shape and dtype of x.

    Raises:
        ValueError: if x has no entries (an empty batch), with a message that says so.
    """
    raise NotImplementedError


def softmax(scores):
    """Turns every row of scores into probabilities: positive, with a sum of 1.

        p[n, c] = exp(scores[n, c]) / sum over k of exp(scores[n, k])

    Each row is a student of their own: no row knows of the others. Scores of ±1000 must give finite, right answers.

    Args:
        scores: one row per student, one column per class, shape (N, C), float64 or float32; not to be modified.

    Returns:
        p: shape (N, C), same dtype as scores.

    Raises:
        ValueError: if the batch is empty (N is 0), with a message that says so.
    """
    raise NotImplementedError


def predict_binary(x, w, b):
    """Says yes (1) or no (0) for every student: 1 where the probability is above one half.

        z[n] = sum over d of x[n, d] * w[d]  +  b        the logit of student n
        p[n] = sigmoid(z[n])
        label[n] = 1 if p[n] > 0.5, else 0               so exactly one half is a 0

    Args:
        x: grades, one student per row, shape (N, D), float64 or float32.
        w: weights, one per grade, shape (D,), same dtype as x.
        b: the bias, a Python float.

    Returns:
        labels: whole numbers 0 or 1, shape (N,), an integer dtype.

    Raises:
        ValueError: if the batch is empty (N is 0), with a message that says so.

    Logits of ±1000 must give the right label. No input is modified.
    """
    raise NotImplementedError


def predict_class(x, w, b):
    """Says for every student which class is the most probable.

        scores[n, c] = sum over d of x[n, d] * w[d, c]  +  b[c]
        label[n] = the c with the largest scores[n, c]; of several equal ones, the first

    Args:
        x: grades, one student per row, shape (N, D), float64 or float32.
        w: weights, one column per class, shape (D, C), same dtype as x.
        b: biases, one per class, shape (C,), same dtype as x.

    Returns:
        labels: whole numbers from 0 to C - 1, shape (N,), an integer dtype.

    Raises:
        ValueError: if the batch is empty (N is 0), with a message that says so.

    Scores of ±1000 must give the right label. No input is modified.
    """
    raise NotImplementedError


def logistic_step(x, y, w, b, lr):
    """One step of gradient descent on the mean binary cross-entropy, using all N students at once.

        z[n] = sum over d of x[n, d] * w[d]  +  b
        p[n] = sigmoid(z[n])
        loss = (1/N) * sum over n of  -y[n] log(p[n]) - (1 - y[n]) log(1 - p[n])        (natural logarithm)
        w, b = w - lr * (gradient of loss with respect to w), b - lr * (gradient of loss with respect to b)

    Both gradients are taken at the w and b that came in, and so is the loss: it is the loss before the step.
    Logits of ±1000 must give the true, finite loss, as in PyTorch's `binary_cross_entropy_with_logits`.

    Args:
        x: grades, one student per row, shape (N, D), float64 or float32.
        y: the truth, 1.0 for yes and 0.0 for no, shape (N,), same dtype as x (PyTorch wants floats here, too).
        w: weights, shape (D,), same dtype as x.
        b: the bias, a Python float.
        lr: the learning rate, a float greater than 0.

    Returns:
        w: the weights after the step, a new array of shape (D,), same dtype as x.
        b: the bias after the step, a float.
        loss: the loss before the step, a float.

    Raises:
        ValueError: if the batch is empty (N is 0), or if an entry of y is below 0 or above 1 (the perceptron's -1, for
            example), with a message that says so.

    No input is modified.
    """
    raise NotImplementedError


def softmax_step(x, y, w, b, lr):
    """One step of gradient descent on the mean softmax cross-entropy, using all N students at once.

        scores[n, c] = sum over d of x[n, d] * w[d, c]  +  b[c]
        p = softmax(scores)
        loss = (1/N) * sum over n of  -log(p[n, y[n]])        (natural logarithm)
        w, b = w - lr * (gradient of loss with respect to w), b - lr * (gradient of loss with respect to b)

    Both gradients are taken at the w and b that came in, and so is the loss: it is the loss before the step.
    Scores of ±1000 must give the true, finite loss, as in PyTorch's `cross_entropy`.

    Args:
        x: grades, one student per row, shape (N, D), float64 or float32.
        y: the true classes, ints from 0 to C - 1, shape (N,).
        w: weights, one column per class, shape (D, C), same dtype as x.
        b: biases, one per class, shape (C,), same dtype as x.
        lr: the learning rate, a float greater than 0.

    Returns:
        w: the weights after the step, a new array of shape (D, C), same dtype as x.
        b: the biases after the step, a new array of shape (C,), same dtype as x.
        loss: the loss before the step, a float.

    Raises:
        ValueError: if the batch is empty (N is 0), or if a label is below 0 or above C - 1, with a message that says
            so.

    No input is modified.
    """
    raise NotImplementedError
