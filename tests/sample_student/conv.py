"""A sample student's work on conv: the forward is right, the backward returns dx with its padding."""

import numpy as np


def conv2d_forward(x, w, b, stride, padding):
    N, C, H, W = x.shape
    F, _, KH, KW = w.shape
    if N == 0:
        raise ValueError("the batch is empty")
    if w.shape[1] != C:
        raise ValueError(f"the images have {C} channels, the filters {w.shape[1]}")
    if stride < 1 or padding < 0:
        raise ValueError("stride must be at least 1 and padding at least 0")
    if H + 2 * padding < KH or W + 2 * padding < KW:
        raise ValueError("the filter is larger than the padded image")
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    OH = (H + 2 * padding - KH) // stride + 1
    OW = (W + 2 * padding - KW) // stride + 1
    out = np.zeros((N, F, OH, OW), dtype=x.dtype)
    for i in range(OH):
        for j in range(OW):
            window = padded[:, :, i * stride : i * stride + KH, j * stride : j * stride + KW]
            for f in range(F):
                out[:, f, i, j] = np.sum(window * w[f], axis=(1, 2, 3)) + b[f]
    return out, (padded, w, stride)


def conv2d_backward(dout, cache):
    padded, w, stride = cache
    F, _, KH, KW = w.shape
    dx = np.zeros_like(padded)
    dw = np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows = slice(i * stride, i * stride + KH)
            columns = slice(j * stride, j * stride + KW)
            for f in range(F):
                d = dout[:, f, i, j][:, None, None, None]
                dw[f] += np.sum(d * padded[:, :, rows, columns], axis=0)
                dx[:, :, rows, columns] += d * w[f]
    db = dout.sum(axis=(0, 2, 3))
    return dx, dw, db
