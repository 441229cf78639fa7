"""The perceptron as torch does it: a linear layer, and a step of torch's optimizer down the criterion of a mistake."""

import torch
from torch.nn import functional


def predict(x, w, b):
    scores = functional.linear(x, w[None], torch.full((1,), b, dtype=x.dtype, device=x.device))[:, 0]
    return torch.where(scores < 0, -1, 1)


def step(optimizer, x_i, y_i, w, b):
    """One sample; whether it was a mistake. The criterion of a mistake is −y_i · score, of a right answer 0."""
    mistaken = bool(predict(x_i[None], w.detach(), b.item())[0] != y_i)
    if mistaken:
        optimizer.zero_grad()
        (-int(y_i) * (x_i @ w + b)).backward()
        optimizer.step()
    return mistaken


def parameters(w, b, lr):
    w = w.clone().requires_grad_()
    b = torch.tensor(float(b), dtype=w.dtype, device=w.device, requires_grad=True)
    return w, b, torch.optim.SGD([w, b], lr=lr)


def update(x_i, y_i, w, b, lr):
    w, b, optimizer = parameters(w, b, lr)
    step(optimizer, x_i, y_i, w, b)
    return w, b


def train(x, y, lr, epochs):
    w, b, optimizer = parameters(torch.zeros_like(x[0]), 0.0, lr)
    mistakes = []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1]):
        mistakes.append(sum(step(optimizer, x_i, y_i, w, b) for x_i, y_i in zip(x, y, strict=True)))
    return w, b, mistakes
