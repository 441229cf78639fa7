"""The unit's forwards as torch has them: an independent witness of the references."""

import torch
from torch.nn import functional


def relu_forward(x):
    return torch.relu(x)


def sigmoid_forward(x):
    return torch.sigmoid(x)


def tanh_forward(x):
    return torch.tanh(x)


def leaky_relu_forward(x, slope):
    return functional.leaky_relu(x, slope)


def mlp_forward(x, w1, b1, w2, b2):
    return functional.linear(torch.relu(functional.linear(x, w1.T, b1)), w2.T, b2)


def predict_labels(x, w1, b1, w2, b2):
    return mlp_forward(x, w1, b1, w2, b2).argmax(dim=1)
