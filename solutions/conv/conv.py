"""Reference answers: convolution and pooling as the plain loops of their definitions, compiled by Numba.

Every kernel reads contiguous, writable copies, so that Numba compiles one version per dtype, and so that a cache stays
right when the caller changes an argument between forward and backward. x is padded once, before the loops: they then
address every pixel directly and need no case for the border.
"""

from operator import index

import numpy as np
from numba import njit


def output_size(size, kernel, stride, padding):
    """How many windows fit along one axis: floor((size + 2·padding − kernel) / stride) + 1.

    Args: size, kernel, stride, padding: ints, in pixels along this axis.
    Returns: int, at least 1.
    Raises: ValueError where kernel > size + 2·padding, or kernel < 1, stride < 1, padding < 0.

    The formula is torch.nn.Conv2d's with dilation 1.
    """
    if kernel < 1 or stride < 1 or padding < 0:
        raise ValueError(f"kernel ({kernel}) and stride ({stride}) must be at least 1, padding ({padding}) at least 0")
    if kernel > size + 2 * padding:
        raise ValueError(f"a window of {kernel} does not fit into {size} pixels with padding {padding}")
    return index((size + 2 * padding - kernel) // stride + 1)


def conv2d_forward(x, w, b, stride, padding):
    """Cross-correlation of images with filters, as torch.nn.functional.conv2d.

    out[n, f, i, j] = b[f] + Σ_c Σ_p Σ_q padded[n, c, i·stride + p, j·stride + q] · w[f, c, p, q]

    Args: x (N, C, H, W), w (F, C, KH, KW), b (F,), float32 or float64; stride and padding: ints, the same in both axes.
    Returns: out (N, F, OH, OW) of the arguments' dtype, and the cache for conv2d_backward.
    Raises: ValueError for an empty x, shapes that disagree, a filter larger than the padded image, stride < 1,
        padding < 0.
    """
    x, w, b = np.asarray(x), np.asarray(w), np.asarray(b)
    _check_images(x)
    if w.ndim != 4 or w.shape[1] != x.shape[1]:
        raise ValueError(f"w must have the shape (F, {x.shape[1]}, KH, KW), as x has {x.shape[1]} channels: {w.shape}")
    if len(w) == 0 or b.shape != w.shape[:1]:
        raise ValueError(f"b must have one entry for each filter: w has the shape {w.shape}, b {b.shape}")
    rows = output_size(x.shape[2], w.shape[2], stride, padding)
    columns = output_size(x.shape[3], w.shape[3], stride, padding)

    dtype = np.result_type(x, w, b, np.float32)
    padded = np.pad(x.astype(dtype, order="C"), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    w = np.array(w, dtype=dtype, order="C")
    b = np.array(b, dtype=dtype, order="C")
    out = np.empty((len(x), len(w), rows, columns), dtype)
    _convolve(padded, w, b, index(stride), out)
    return out, (padded, w, stride, padding, out.shape)


def conv2d_backward(dout, cache):
    """Gradients of conv2d_forward: each product of the forward sends its share to both of its factors.

    dw[f, c, p, q] = Σ_n Σ_i Σ_j dout[n, f, i, j] · padded[n, c, i·stride + p, j·stride + q]
    dpadded[n, c, i·stride + p, j·stride + q] += dout[n, f, i, j] · w[f, c, p, q]  (over all f, i, j, p, q)
    db[f] = Σ_n Σ_i Σ_j dout[n, f, i, j];  dx is dpadded without its border.

    Args: dout (N, F, OH, OW), the gradient of the loss with respect to out; cache: conv2d_forward's.
    Returns: dx (N, C, H, W), dw (F, C, KH, KW), db (F,), of the forward's dtype.
    Raises: ValueError where dout does not have the shape of out.
    """
    padded, w, stride, padding, shape = cache
    dout = _gradient_of(shape, dout, padded.dtype)
    dpadded = np.zeros_like(padded)
    dw = np.zeros_like(w)
    db = np.zeros(len(w), w.dtype)
    _convolve_backward(dout, padded, w, index(stride), dpadded, dw, db)
    height, width = padded.shape[2] - 2 * padding, padded.shape[3] - 2 * padding
    dx = dpadded[:, :, padding : padding + height, padding : padding + width]
    return np.ascontiguousarray(dx), dw, db


def max_pool2d_forward(x, size, stride):
    """The maximum of each size × size window, as torch.nn.functional.max_pool2d without padding.

    out[n, c, i, j] = max over p, q < size of x[n, c, i·stride + p, j·stride + q]

    Args: x (N, C, H, W), float32 or float64; size, stride: ints.
    Returns: out (N, C, OH, OW) of x's dtype, and the cache for max_pool2d_backward.
    Raises: ValueError for an empty x, a window larger than the image, size < 1, stride < 1.
    """
    x, out = _prepare_pooling(x, size, stride)
    _max_pool(x, index(size), index(stride), out)
    return out, (x, size, stride, out.shape)


def max_pool2d_backward(dout, cache):
    """Gradient of max_pool2d_forward: each entry of dout goes to the pixel that won its window, and adds up there.

    Of several equal maxima the first in row-major order takes all, as in PyTorch.

    Args: dout (N, C, OH, OW); cache: max_pool2d_forward's.
    Returns: dx (N, C, H, W) of x's dtype.
    Raises: ValueError where dout does not have the shape of out.
    """
    x, size, stride, shape = cache
    dx = np.zeros_like(x)
    _max_pool_backward(_gradient_of(shape, dout, x.dtype), x, index(size), index(stride), dx)
    return dx


def avg_pool2d_forward(x, size, stride):
    """The mean of each size × size window, as torch.nn.functional.avg_pool2d without padding.

    out[n, c, i, j] = Σ_p Σ_q x[n, c, i·stride + p, j·stride + q] / size², p, q < size

    Args: x (N, C, H, W), float32 or float64; size, stride: ints.
    Returns: out (N, C, OH, OW) of x's dtype, and the cache for avg_pool2d_backward.
    Raises: ValueError for an empty x, a window larger than the image, size < 1, stride < 1.
    """
    x, out = _prepare_pooling(x, size, stride)
    _avg_pool(x, index(size), index(stride), out)
    return out, (x.shape, x.dtype, size, stride, out.shape)


def avg_pool2d_backward(dout, cache):
    """Gradient of avg_pool2d_forward: every pixel of a window gets dout / size², and adds up where windows overlap.

    Args: dout (N, C, OH, OW); cache: avg_pool2d_forward's.
    Returns: dx (N, C, H, W) of x's dtype.
    Raises: ValueError where dout does not have the shape of out.
    """
    x_shape, dtype, size, stride, shape = cache
    dx = np.zeros(x_shape, dtype)
    _avg_pool_backward(_gradient_of(shape, dout, dtype), index(size), index(stride), dx)
    return dx


def _check_images(x):
    if x.ndim != 4:
        raise ValueError(f"x must have the shape (N, C, H, W), not {x.shape}")
    if x.size == 0:
        raise ValueError(f"x is empty: its shape is {x.shape}")


def _prepare_pooling(x, size, stride):
    """A contiguous copy of x, and an array for the output."""
    x = np.asarray(x)
    _check_images(x)
    rows, columns = (output_size(length, size, stride, 0) for length in x.shape[2:])
    x = np.array(x, dtype=np.result_type(x, np.float32), order="C")
    return x, np.empty((*x.shape[:2], rows, columns), x.dtype)


def _gradient_of(shape, dout, dtype):
    """A contiguous copy of dout. Its shape is checked because a kernel does not check where it reads."""
    if np.shape(dout) != shape:
        raise ValueError(f"dout must have the shape of out, {shape}, not {np.shape(dout)}")
    return np.array(dout, dtype=dtype, order="C")


@njit(cache=True)
def _convolve(padded, w, b, stride, out):
    filters, channels, height, width = w.shape
    for n in range(out.shape[0]):
        for f in range(filters):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    total = b[f]
                    for c in range(channels):
                        for p in range(height):
                            for q in range(width):
                                total += padded[n, c, i * stride + p, j * stride + q] * w[f, c, p, q]
                    out[n, f, i, j] = total


@njit(cache=True)
def _convolve_backward(dout, padded, w, stride, dpadded, dw, db):
    filters, channels, height, width = w.shape
    for n in range(dout.shape[0]):
        for f in range(filters):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    upstream = dout[n, f, i, j]
                    db[f] += upstream
                    for c in range(channels):
                        for p in range(height):
                            for q in range(width):
                                row, column = i * stride + p, j * stride + q
                                dw[f, c, p, q] += upstream * padded[n, c, row, column]
                                dpadded[n, c, row, column] += upstream * w[f, c, p, q]


@njit(cache=True)
def _maximum_place(x, n, c, top, left, size):
    """Row and column of the maximum of the window whose first pixel is (top, left); the first of several."""
    row, column = top, left
    for p in range(top, top + size):
        for q in range(left, left + size):
            # `>` leaves a tie to the first; a NaN wins, as it does in np.max and in PyTorch.
            if x[n, c, p, q] > x[n, c, row, column] or np.isnan(x[n, c, p, q]):
                row, column = p, q
    return row, column


@njit(cache=True)
def _max_pool(x, size, stride, out):
    for n in range(out.shape[0]):
        for c in range(out.shape[1]):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    row, column = _maximum_place(x, n, c, i * stride, j * stride, size)
                    out[n, c, i, j] = x[n, c, row, column]


@njit(cache=True)
def _max_pool_backward(dout, x, size, stride, dx):
    for n in range(dout.shape[0]):
        for c in range(dout.shape[1]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    row, column = _maximum_place(x, n, c, i * stride, j * stride, size)
                    dx[n, c, row, column] += dout[n, c, i, j]


@njit(cache=True)
def _avg_pool(x, size, stride, out):
    for n in range(out.shape[0]):
        for c in range(out.shape[1]):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    total = 0.0
                    for p in range(size):
                        for q in range(size):
                            total += x[n, c, i * stride + p, j * stride + q]
                    out[n, c, i, j] = total / (size * size)


@njit(cache=True)
def _avg_pool_backward(dout, size, stride, dx):
    for n in range(dout.shape[0]):
        for c in range(dout.shape[1]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    share = dout[n, c, i, j] / (size * size)
                    for p in range(size):
                        for q in range(size):
                            dx[n, c, i * stride + p, j * stride + q] += share
