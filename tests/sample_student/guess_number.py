"""A sample student's work on guess_number: the guess is right, the gradient step forgets x."""


def predict(k, x):
    guess = k * x
    return guess


def gradient_step(k, x, loss, lr):
    gradient = -loss
    k = k - lr * gradient
    return k
