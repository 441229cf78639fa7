"""Convolution and pooling as a good student writes them in NumPy: loops over the windows, the rest in whole arrays."""

import numpy as np


def check_images(x):
    if x.ndim != 4 or len(x) == 0:
        raise ValueError(f"expected a batch of images (N, C, H, W), got shape {x.shape}")


def output_size(size, kernel, stride, padding):
    if kernel < 1 or stride < 1 or padding < 0:
        raise ValueError("kernel and stride must be at least 1, padding at least 0")
    room = size + 2 * padding - kernel
    if room < 0:
        raise ValueError("the window is longer than the padded row")
    return room // stride + 1


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
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + KH, left : left + KW]
            out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3]))
    out += b[:, None, None]
    return out, (x, padded, w, stride, padding)


def conv2d_backward(dout, cache):
    x, padded, w, stride, padding = cache
    (H, W), (KH, KW) = x.shape[2:], w.shape[2:]
    dpadded = np.zeros_like(padded)
    dw = np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            d = dout[:, :, i, j]
            window = padded[:, :, top : top + KH, left : left + KW]
            dw += np.tensordot(d, window, axes=([0], [0]))
            dpadded[:, :, top : top + KH, left : left + KW] += np.tensordot(d, w, axes=([1], [0]))
    db = dout.sum(axis=(0, 2, 3))
    dx = dpadded[:, :, padding : padding + H, padding : padding + W]
    return dx, dw, db


def max_pool2d_forward(x, size, stride):
    check_images(x)
    OH = output_size(x.shape[2], size, stride, 0)
    OW = output_size(x.shape[3], size, stride, 0)
    out = np.zeros((x.shape[0], x.shape[1], OH, OW), dtype=x.dtype)
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + size, left : left + size]
            out[:, :, i, j] = window.max(axis=(2, 3))
    return out, (x, size, stride)


def max_pool2d_backward(dout, cache):
    x, size, stride = cache
    N, C, OH, OW = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + size, left : left + size]
                    p, q = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, top + p, left + q] += dout[n, c, i, j]
    return dx


def avg_pool2d_forward(x, size, stride):
    check_images(x)
    OH = output_size(x.shape[2], size, stride, 0)
    OW = output_size(x.shape[3], size, stride, 0)
    out = np.zeros((x.shape[0], x.shape[1], OH, OW), dtype=x.dtype)
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + size, left : left + size]
            out[:, :, i, j] = window.mean(axis=(2, 3))
    return out, (x, size, stride)


def avg_pool2d_backward(dout, cache):
    x, size, stride = cache
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            dx[:, :, top : top + size, left : left + size] += dout[:, :, i, j][:, :, None, None] / size**2
    return dx
