"""What is asked of conv.py."""

import numpy as np

from autograder import gradient, value


def row_of_pixels(rng, size, kernel, stride, padding):
    return dict(size=size, kernel=kernel, stride=stride, padding=padding)


def images_and_filters(rng, n, c, h, w, f, kh, kw, stride, padding):
    return dict(
        x=rng.normal(size=(n, c, h, w)),
        w=rng.normal(size=(f, c, kh, kw)),
        b=rng.normal(size=f),
        stride=stride,
        padding=padding,
    )


def images(rng, n, c, h, w, size, stride, brightness=0.0):
    return dict(x=rng.normal(size=(n, c, h, w)) + brightness, size=size, stride=stride)


def any_row(rng):
    size, kernel, stride, padding = (int(rng.integers(*limits)) for limits in [(5, 40), (2, 6), (2, 5), (1, 4)])
    return size, kernel, stride, padding


def any_convolution(rng):
    n, c, f = rng.permutation([2, 3, 4]).tolist()
    kernel = rng.permutation([1, 2, 3, 4])[:2]
    stride, padding = int(rng.integers(1, 4)), int(rng.integers(0, 3))
    h, w = np.maximum(any_length(rng, kernel, stride) - 2 * padding, 1).tolist()
    return n, c, h, w, f, *kernel.tolist(), stride, padding


def any_pooling(rng):
    n, c = rng.permutation([2, 3]).tolist()
    size, stride = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    return n, c, *any_length(rng, size, stride).tolist(), size, stride


def any_length(rng, window, stride):
    """Height and width that have two to four windows, another number each, and sometimes leave pixels out."""
    return window + (rng.permutation([2, 3, 4])[:2] - 1) * stride + rng.integers(0, stride, 2)


output_size = value(
    row_of_pixels,
    returns="windows",
    fresh=any_row,
    cases={
        "a window of 3 has three places in 5 pixels": (5, 3, 1, 0),
        "padding 1 and a window of 3 keep the size": (6, 3, 1, 1),
        "stride 2 that comes out even": (7, 3, 2, 0),
        "stride 2 leaves the last pixel out": (8, 3, 2, 0),
        "a window as long as the row": (4, 4, 3, 0),
        "a step longer than the row": (5, 3, 7, 0),
        "padding makes room for a long window": (2, 5, 1, 2),
        "an even window, stride 3 and padding 2": (28, 4, 3, 2),
    },
    refuses={
        "a window longer than the padded row": (2, 5, 1, 1),
        "a window longer than the row, at a long stride": (3, 5, 4, 0),
        "stride 0": (5, 3, 0, 0),
        "negative padding": (9, 3, 1, -1),
        "a window of no pixels": (5, 0, 1, 0),
    },
)

conv2d_forward = value(
    images_and_filters,
    fresh=any_convolution,
    needs=(output_size,),
    cases={
        "the lesson's image and filter": dict(
            x=np.array([[[[1.0, 2, 0], [0, 1, 3], [2, 1, 0]]]]),
            w=np.array([[[[1.0, 0], [-1, 2]]]]),
            b=np.array([0.5]),
            stride=1,
            padding=0,
        ),
        "one filter over one image": (1, 1, 4, 4, 1, 3, 3, 1, 0),
        "a 1×1 filter mixes the channels": (2, 3, 3, 4, 2, 1, 1, 1, 0),
        "padding 1 keeps the size": (1, 3, 4, 3, 2, 3, 3, 1, 1),
        "stride 2 leaves the last row and column out": (2, 2, 6, 6, 3, 3, 3, 2, 0),
        "height is not width": (2, 1, 5, 3, 3, 3, 2, 1, 0),
        "padding and stride together": (2, 2, 5, 6, 3, 3, 2, 2, 1),
        "stride 3 steps over pixels": (1, 2, 7, 8, 3, 2, 2, 3, 0),
        "padding wider than the filter": (1, 2, 1, 2, 2, 2, 2, 1, 3),
    },
    refuses={
        "a filter taller than the padded image": (1, 2, 2, 8, 3, 5, 3, 1, 1),
        "a filter wider than the padded image": (1, 2, 8, 2, 3, 3, 5, 1, 1),
        "an empty batch": (0, 2, 5, 5, 3, 3, 3, 1, 0),
        "images of three channels, filters of two": dict(
            x=np.ones((1, 3, 4, 4)), w=np.ones((2, 2, 3, 3)), b=np.zeros(2), stride=1, padding=0
        ),
        "images of one channel, filters of two": dict(  # NumPy broadcasts here where it raises above
            x=np.ones((1, 1, 4, 4)), w=np.ones((2, 2, 3, 3)), b=np.zeros(2), stride=1, padding=0
        ),
        "stride 0": (1, 1, 4, 4, 1, 2, 2, 0, 0),
        "negative padding": (1, 1, 6, 6, 1, 2, 2, 1, -1),
    },
)
conv2d_backward = gradient(of=conv2d_forward)

pooled = {
    "one window is the whole image": (1, 1, 2, 2, 2, 1),
    "windows side by side": (2, 3, 4, 6, 2, 2),
    "stride 1: windows overlap": (2, 2, 4, 5, 3, 1),
    "stride 3 steps over pixels between windows": (2, 3, 5, 8, 2, 3),
    "stride 2 leaves the last row and column out": (2, 2, 6, 8, 3, 2),
    "every pixel is negative": (2, 1, 4, 5, 2, 1, -5.0),
}
not_pooled = {
    "a window taller than the image": (1, 2, 2, 6, 3, 1),
    "a window wider than the image": (1, 2, 6, 2, 3, 1),
    "an empty batch": (0, 2, 4, 4, 2, 2),
    "stride 0": (1, 1, 4, 4, 2, 0),
    "a window of no pixels": (1, 1, 4, 4, 0, 1),
}
EQUAL_MAXIMA = "the first of equal maxima takes it all"
EQUAL_PIXELS = np.array(
    [
        [
            [[1.0, 3, 3, 0], [3, 2, 0, 3], [0, 1, 2, 2], [1, 1, 2, 2]],
            [[0.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]],  # what a ReLU often leaves
        ]
    ]
)

max_pool2d_forward = value(
    images,
    fresh=any_pooling,
    needs=(output_size,),
    cases={
        **pooled,
        EQUAL_MAXIMA: dict(x=EQUAL_PIXELS, size=2, stride=1),
    },
    refuses=not_pooled,
)
max_pool2d_backward = gradient(of=max_pool2d_forward, kinks=(EQUAL_MAXIMA,))

avg_pool2d_forward = value(images, fresh=any_pooling, needs=(output_size,), cases=pooled, refuses=not_pooled)
avg_pool2d_backward = gradient(of=avg_pool2d_forward)
