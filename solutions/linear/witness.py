"""The unit's forwards as torch has them: an independent witness of the references."""

import torch
from torch.nn import functional


def linear_forward(x, w, b):
    return functional.linear(x, w.T, b)


def softmax_weights_forward(v):
    return torch.softmax(v, dim=0)


def fit_school_weights(x, y, lr, steps):
    v = torch.zeros(x.shape[1], dtype=x.dtype, device=x.device, requires_grad=True)
    optimizer = torch.optim.SGD([v], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        functional.mse_loss(x @ torch.softmax(v, dim=0), y).backward()
        optimizer.step()
    return torch.softmax(v, dim=0)
