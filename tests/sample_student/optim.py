"""A sample student's work on optim: plain descent is right, momentum makes a mean of the gradients."""


def sgd_step(w, dw, lr):
    return w - lr * dw


def momentum_step(w, dw, v, lr, momentum):
    v = momentum * v + (1 - momentum) * dw
    w = w - lr * v
    return w, v
