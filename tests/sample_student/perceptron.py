"""A sample student's work on perceptron: the labels are right, the update takes every point on the line for wrong."""

import numpy as np


def predict(x, w, b):
    if len(x) == 0:
        raise ValueError("there are no points to predict")
    score = x @ w + b
    return np.where(score >= 0, 1, -1)


def update(x_i, y_i, w, b, lr):
    if y_i != 1 and y_i != -1:
        raise ValueError(f"the label is {y_i}, it should be -1 or +1")
    score = np.dot(x_i, w) + b
    if y_i * score <= 0:
        w = w + lr * float(y_i) * x_i
        b = b + lr * float(y_i)
    return w, b
