"""Convolution and pooling: write each function in place of its `raise NotImplementedError`.

The lesson is README.md, beside this file. Check all your answers with `pytest exercises/conv`, or one of them with
`pytest exercises/conv -k output_size`.
"""

import numpy as np


def output_size(size, kernel, stride, padding):
    """How many windows fit along one axis of an image.

    out = floor((size + 2 * padding - kernel) / stride) + 1

    Pixels left over at the end, too few for another step, are not covered (as in PyTorch).

    Args:
        size: int, pixels along this axis, before padding.
        kernel: int, length of the filter (or pooling window) along this axis.
        stride: int, pixels from one window to the next.
        padding: int, zeros added at each of the two ends.

    Returns:
        int, the number of windows: at least 1.

    Raises:
        ValueError: with a message that says why, if the kernel is longer than the padded axis
            (kernel > size + 2 * padding), or if kernel < 1, stride < 1 or padding < 0.
    """
    raise NotImplementedError


def conv2d_forward(x, w, b, stride, padding):
    """Slide every filter over every image, as torch.nn.functional.conv2d does.

    padded is x with `padding` rows and columns of zeros on each of its four sides. Then

    out[n, f, i, j] = b[f] + sum over c, p, q of padded[n, c, i * stride + p, j * stride + q] * w[f, c, p, q]

    The filter is not flipped: deep learning's "convolution" is mathematics' cross-correlation.

    Args:
        x: images, shape (N, C, H, W), float64 or float32.
        w: filters, shape (F, C, KH, KW), same dtype.
        b: one bias for each filter, shape (F,), same dtype.
        stride: int, pixels from one window to the next, down and across.
        padding: int, zeros added on each side, in height and in width.

    Returns:
        out: shape (N, F, OH, OW), the dtype of x, with OH = output_size(H, KH, stride, padding)
            and OW = output_size(W, KW, stride, padding).
        cache: whatever your conv2d_backward needs.

    Raises:
        ValueError: with a message that says why, if the batch is empty (N = 0), x and w have different numbers of
            channels, a filter is larger than the padded image, stride < 1 or padding < 0.

    Do not change x, w or b.
    """
    raise NotImplementedError


def conv2d_backward(dout, cache):
    """Gradients of a loss with respect to x, w and b, given its gradient with respect to out.

    Each product in the forward's sum sends its share back to both of its factors:

    db[f]          = sum over n, i, j of dout[n, f, i, j]
    dw[f, c, p, q] = sum over n, i, j of dout[n, f, i, j] * padded[n, c, i * stride + p, j * stride + q]
    dpadded[n, c, i * stride + p, j * stride + q] += dout[n, f, i, j] * w[f, c, p, q]   for all f, i, j, p, q

    dx is dpadded without the border that the padding added. These are sums, not averages, over the batch.

    Args:
        dout: shape (N, F, OH, OW), the gradient of the loss with respect to conv2d_forward's out.
        cache: what your conv2d_forward returned beside out.

    Returns:
        dx: shape (N, C, H, W).
        dw: shape (F, C, KH, KW).
        db: shape (F,).
        All have the dtype of x.
    """
    raise NotImplementedError


def max_pool2d_forward(x, size, stride):
    """The largest value of each window, in every channel on its own.

    out[n, c, i, j] = max over p, q in 0 .. size - 1 of x[n, c, i * stride + p, j * stride + q]

    Windows overlap where stride < size, and leave pixels out where stride > size. There is no padding; as in PyTorch,
    left-over rows and columns, too few for another window, are ignored.

    Args:
        x: images, shape (N, C, H, W), float64 or float32.
        size: int, height and width of the square window.
        stride: int, pixels from one window to the next, down and across.

    Returns:
        out: shape (N, C, OH, OW), the dtype of x, with OH = output_size(H, size, stride, 0) and OW likewise.
        cache: whatever your max_pool2d_backward needs.

    Raises:
        ValueError: with a message that says why, if the batch is empty (N = 0), the window is larger than the image,
            size < 1 or stride < 1.

    Do not change x.
    """
    raise NotImplementedError


def max_pool2d_backward(dout, cache):
    """Gradient of a loss with respect to x, given its gradient with respect to max_pool2d_forward's out.

    Each dout[n, c, i, j] goes, whole, to the pixel that was the maximum of window (i, j); all other pixels of that
    window get nothing from it. A pixel that wins in several windows gets the sum. Where several pixels of a window are
    equally large, the first in row-major order (top row first, in each row from the left) gets it all, as in PyTorch.

    Args:
        dout: shape (N, C, OH, OW).
        cache: what your max_pool2d_forward returned beside out.

    Returns:
        dx: shape (N, C, H, W), the dtype of x.
    """
    raise NotImplementedError


def avg_pool2d_forward(x, size, stride):
    """The mean of each window, in every channel on its own.

    out[n, c, i, j] = (sum over p, q in 0 .. size - 1 of x[n, c, i * stride + p, j * stride + q]) / size^2

    Windows overlap where stride < size, and leave pixels out where stride > size. There is no padding; as in PyTorch,
    left-over rows and columns, too few for another window, are ignored.

    Args:
        x: images, shape (N, C, H, W), float64 or float32.
        size: int, height and width of the square window.
        stride: int, pixels from one window to the next, down and across.

    Returns:
        out: shape (N, C, OH, OW), the dtype of x, with OH = output_size(H, size, stride, 0) and OW likewise.
        cache: whatever your avg_pool2d_backward needs.

    Raises:
        ValueError: with a message that says why, if the batch is empty (N = 0), the window is larger than the image,
            size < 1 or stride < 1.

    Do not change x.
    """
    raise NotImplementedError


def avg_pool2d_backward(dout, cache):
    """Gradient of a loss with respect to x, given its gradient with respect to avg_pool2d_forward's out.

    Every pixel of window (i, j) had the weight 1 / size^2 in its mean, so it gets dout[n, c, i, j] / size^2. A pixel in
    several windows gets the sum; a pixel in none gets 0.

    Args:
        dout: shape (N, C, OH, OW).
        cache: what your avg_pool2d_forward returned beside out.

    Returns:
        dx: shape (N, C, H, W), the dtype of x.
    """
    raise NotImplementedError
