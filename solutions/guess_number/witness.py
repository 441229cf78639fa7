"""Guessing as torch does it: the step is torch's optimizer, its gradient comes from autograd."""

import torch


def number(value, requires_grad=False):
    return torch.tensor(float(value), dtype=torch.float64, requires_grad=requires_grad)


def predict(k, x):
    return torch.mul(number(k), x)


def sign_loss(y_true, y_pred):
    return torch.sign(number(y_true) - y_pred)


def difference_loss(y_true, y_pred):
    return torch.sub(number(y_true), y_pred)


def fixed_step(k, loss, step):
    k = number(k, requires_grad=True)
    k.grad = -torch.sign(number(loss))
    torch.optim.SGD([k], lr=step).step()
    return k


def gradient_step(k, x, loss, lr):
    k = number(k, requires_grad=True)
    y_true = loss + k.item() * x
    (0.5 * (y_true - k * x) ** 2).backward()
    torch.optim.SGD([k], lr=lr).step()
    return k


def train(target, x, k, step, tolerance, max_rounds):
    k, guesses = number(k, requires_grad=True), []
    optimizer = torch.optim.SGD([k], lr=step)
    for _ in range(max_rounds):
        guess = k * x
        guesses.append(guess.item())
        if abs(target - guess.item()) < tolerance:
            break
        optimizer.zero_grad()
        (0.5 * (target - guess) ** 2).backward()
        optimizer.step()
    return k, guesses
