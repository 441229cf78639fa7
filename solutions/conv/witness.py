"""The unit's forwards as torch has them: an independent witness of the references."""

import torch
from torch.nn import functional


def output_size(size, kernel, stride, padding):
    row, window = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
    return functional.conv1d(row, window, stride=stride, padding=padding).shape[2]


def conv2d_forward(x, w, b, stride, padding):
    return functional.conv2d(x, w, b, stride, padding)


def max_pool2d_forward(x, size, stride):
    return functional.max_pool2d(x, size, stride)


def avg_pool2d_forward(x, size, stride):
    return functional.avg_pool2d(x, size, stride)
