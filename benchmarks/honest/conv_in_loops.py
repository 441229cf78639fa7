"""Some of conv.py's functions as others write them: a loop for every axis of the output. The caches are the same."""

import numpy as np
from conv import check_images, output_size


def conv2d_forward(x, w, b, stride, padding):
    check_images(x)
    N, C, H, W = x.shape
    F, WC, KH, KW = w.shape
    if WC != C:
        raise ValueError(f"x has {C} channels, but the filters have {WC}")
    OH = output_size(H, KH, stride, padding)
    OW = output_size(W, KW, stride, padding)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((N, F, OH, OW), dtype=x.dtype)
    for n in range(N):
        for f in range(F):
            for i in range(OH):
                for j in range(OW):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + KH, left : left + KW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, padded, w, stride, padding)


def conv2d_backward(dout, cache):
    x, padded, w, stride, padding = cache
    N, _, H, W = x.shape
    F, _, KH, KW = w.shape
    dpadded = np.zeros_like(padded)
    dw = np.zeros_like(w)
    db = np.zeros(F, dtype=w.dtype)
    for n in range(N):
        for f in range(F):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    top, left = i * stride, j * stride
                    d = dout[n, f, i, j]
                    db[f] += d
                    dw[f] += d * padded[n, :, top : top + KH, left : left + KW]
                    dpadded[n, :, top : top + KH, left : left + KW] += d * w[f]
    dx = dpadded[:, :, padding : padding + H, padding : padding + W]
    return dx, dw, db


def max_pool2d_forward(x, size, stride):
    check_images(x)
    N, C, H, W = x.shape
    OH = output_size(H, size, stride, 0)
    OW = output_size(W, size, stride, 0)
    out = np.zeros((N, C, OH, OW), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    top, left = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, top : top + size, left : left + size])
    return out, (x, size, stride)


def avg_pool2d_backward(dout, cache):
    x, size, stride = cache
    N, C, OH, OW = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    for p in range(size):
                        for q in range(size):
                            dx[n, c, i * stride + p, j * stride + q] += dout[n, c, i, j] / size**2
    return dx
