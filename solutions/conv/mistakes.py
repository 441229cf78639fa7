"""Wrong answers that students really give, each with its name and a sentence that helps."""

import numpy as np

from autograder import mistake

from .conv import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    conv2d_backward,
    conv2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
    output_size,
)


def flipped(w):
    """The filters turned by 180°."""
    return np.ascontiguousarray(w[:, :, ::-1, ::-1])


def starts(shape, stride):
    """For each output pixel in row-major order: i, j, and the row and column where its window starts."""
    return [(i, j, i * stride, j * stride) for i in range(shape[2]) for j in range(shape[3])]


# output_size


@mistake(output_size, "the last + 1 is missing", "With no room to move there is still one place for the window.")
def counts_steps(size, kernel, stride, padding):
    return output_size(size, kernel, stride, padding) - 1


@mistake(
    output_size, "the padding is counted once", "Zeros are added at both ends, so the row grows by twice the padding."
)
def pads_one_end(size, kernel, stride, padding):
    output_size(size, kernel, stride, padding)
    return (size + padding - kernel) // stride + 1


@mistake(
    output_size, "the padding is ignored", "The window slides over the padded row: add the padding at both ends first."
)
def pads_nothing(size, kernel, stride, padding):
    output_size(size, kernel, stride, padding)
    return (size - kernel) // stride + 1


@mistake(output_size, "the division is rounded up", "Pixels too few for a whole step are left out: round down.")
def rounds_up(size, kernel, stride, padding):
    output_size(size, kernel, stride, padding)
    return -(-(size + 2 * padding - kernel) // stride) + 1


@mistake(
    output_size, "the result is not a whole number", "Windows are counted: divide with rounding down, into an int."
)
def divides_exactly(size, kernel, stride, padding):
    output_size(size, kernel, stride, padding)
    return (size + 2 * padding - kernel) / stride + 1


@mistake(output_size, "the stride is ignored", "Each step moves the window by `stride` pixels: divide the room by it.")
def steps_by_one(size, kernel, stride, padding):
    return output_size(size, kernel, 1, padding) if stride > 0 else output_size(size, kernel, stride, padding)


@mistake(
    output_size,
    "1 is added before the division",
    "Count the steps first (the room divided by the stride), then add the place where the window starts.",
)
def adds_before_dividing(size, kernel, stride, padding):
    output_size(size, kernel, stride, padding)
    return (size + 2 * padding - kernel + 1) // stride


@mistake(
    output_size,
    "the kernel's length is forgotten",
    "The window must fit whole: only the pixels beyond its own length are room to move.",
)
def forgets_kernel(size, kernel, stride, padding):
    output_size(size, kernel, stride, padding)
    return (size + 2 * padding) // stride + 1


@mistake(
    output_size,
    "a window longer than the padded row is not refused",
    "The formula still gives a number then, 0 or less. Raise a ValueError that says why instead.",
)
def accepts_long_window(size, kernel, stride, padding):
    if kernel > size + 2 * padding:
        return (size + 2 * padding - kernel) // stride + 1
    return output_size(size, kernel, stride, padding)


@mistake(
    output_size,
    "negative padding is not refused",
    "A border cannot have fewer than no zeros: raise a ValueError that says so.",
)
def accepts_negative_padding(size, kernel, stride, padding):
    return output_size(size + 2 * min(padding, 0), kernel, stride, max(padding, 0))


# conv2d_forward


@mistake(
    conv2d_forward,
    "the filter is flipped",
    "That is mathematics' convolution. Here, as in PyTorch, the filter stays as it is: its first entry meets the "
    "window's first pixel.",
)
def true_convolution(x, w, b, stride, padding):
    return conv2d_forward(x, flipped(w), b, stride, padding)


@mistake(
    conv2d_forward,
    "the filter's rows and columns are swapped",
    "The filter has the shape (F, C, KH, KW): its row goes with the image's row, its column with the image's column.",
)
def transposed_filter(x, w, b, stride, padding):
    _, cache = conv2d_forward(x, w, b, stride, padding)
    return conv2d_forward(x, w.swapaxes(2, 3), b, stride, padding)[0], cache


@mistake(conv2d_forward, "the bias is forgotten", "Every pixel that filter f puts out starts from b[f].")
def no_bias(x, w, b, stride, padding):
    return conv2d_forward(x, w, np.zeros_like(b), stride, padding)


@mistake(
    conv2d_forward,
    "the bias is added once for each channel",
    "The bias belongs to the whole sum: add it once per output pixel, outside the sum over the channels.",
)
def bias_in_channel_loop(x, w, b, stride, padding):
    return conv2d_forward(x, w, b * x.shape[1], stride, padding)


@mistake(
    conv2d_forward,
    "the bias is added once for each product",
    "The bias belongs to the whole sum: add it once per output pixel, outside the sum over the window.",
)
def bias_in_inner_loop(x, w, b, stride, padding):
    return conv2d_forward(x, w, b * w[0].size, stride, padding)


@mistake(
    conv2d_forward,
    "the bias runs along the columns",
    "NumPy matches shapes from the last axis. The bias belongs to the filters, out's second axis: give it the shape "
    "(F, 1, 1) before adding.",
)
def bias_along_columns(x, w, b, stride, padding):
    out, cache = conv2d_forward(x, w, np.zeros_like(b), stride, padding)
    return out + b, cache


@mistake(
    conv2d_forward,
    "the bias runs along the batch",
    "The bias belongs to the filters, which are out's second axis, not its first: its shape for adding is (F, 1, 1).",
)
def bias_along_batch(x, w, b, stride, padding):
    out, cache = conv2d_forward(x, w, np.zeros_like(b), stride, padding)
    return out + b.reshape(-1, 1, 1, 1), cache


@mistake(
    conv2d_forward,
    "the padding is only right and below",
    "The image lies in the middle of its border: `padding` zeros on each of the four sides.",
)
def padding_at_the_end(x, w, b, stride, padding):
    if padding < 0:
        return conv2d_forward(x, w, b, stride, padding)
    return conv2d_forward(np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding))), w, b, stride, 0)


@mistake(conv2d_forward, "the padding is ignored", "Put the border of zeros around the images first, then slide.")
def no_padding(x, w, b, stride, padding):
    return conv2d_forward(x, w, b, stride, min(padding, 0))


@mistake(
    conv2d_forward,
    "the batch and the channels are padded too",
    "np.pad with a single number pads every axis. Pad (0, 0) in the first two axes, images and channels.",
)
def padding_everywhere(x, w, b, stride, padding):
    if padding < 0:
        return conv2d_forward(x, w, b, stride, padding)
    padded = np.pad(x, padding)[: len(x), : x.shape[1]]
    return conv2d_forward(padded, w, b, stride, 0)


# Students meet the same slip in three errors of NumPy's: as they multiply a window with all filters at once, with one
# filter, or one image's window with one filter.
PADS_ALL_AXES = (
    "`np.pad` pads all four axes",
    "np.pad(x, padding) puts zeros around the batch and the channels as well, so that windows and filters no longer "
    "fit. Give it a pair for each axis: (0, 0) for the first two.",
)


def windows_of_all_padded(x, w, b, stride, padding):
    """A right out to write into, and each of its pixels with the window that it sees if np.pad pads all axes."""
    out, _ = conv2d_forward(x, w, b, stride, padding)
    padded, (kh, kw) = np.pad(x, padding), w.shape[2:]
    return out, [
        (i, j, padded[:, :, top : top + kh, left : left + kw]) for i, j, top, left in starts(out.shape, stride)
    ]


@mistake(conv2d_forward, *PADS_ALL_AXES)
def padding_all_axes(x, w, b, stride, padding):
    out, windows = windows_of_all_padded(x, w, b, stride, padding)
    for i, j, window in windows:
        out[:, :, i, j] = np.einsum("ncpq,fcpq->nf", window, w) + b
    return out, None


@mistake(conv2d_forward, *PADS_ALL_AXES)
def padding_all_axes_filter_by_filter(x, w, b, stride, padding):
    out, windows = windows_of_all_padded(x, w, b, stride, padding)
    for i, j, window in windows:
        for f in range(len(w)):
            out[:, f, i, j] = (window * w[f]).sum(axis=(1, 2, 3)) + b[f]
    return out, None


@mistake(conv2d_forward, *PADS_ALL_AXES)
def padding_all_axes_image_by_image(x, w, b, stride, padding):
    out, windows = windows_of_all_padded(x, w, b, stride, padding)
    for i, j, window in windows:
        for n, f in np.ndindex(len(x), len(w)):
            out[n, f, i, j] = (window[n] * w[f]).sum() + b[f]
    return out, None


@mistake(
    conv2d_forward,
    "the padding repeats the border pixels",
    "Padding means zeros here: np.pad's mode 'constant', which is its default.",
)
def padding_by_edge(x, w, b, stride, padding):
    if padding < 0:
        return conv2d_forward(x, w, b, stride, padding)
    border = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    return conv2d_forward(np.pad(x, border, mode="edge" if x.size else "constant"), w, b, stride, 0)


@mistake(
    conv2d_forward,
    "the stride is only in the size of the output",
    "Output pixel (i, j) looks at the window that starts at row i · stride and column j · stride.",
)
def steps_of_one(x, w, b, stride, padding):
    out, cache = conv2d_forward(x, w, b, stride, padding)
    dense, _ = conv2d_forward(x, w, b, 1, padding)
    return dense[:, :, : out.shape[2], : out.shape[3]], cache


@mistake(
    conv2d_forward,
    "the stride moves the window down but not across",
    "The stride holds for both axes: the window of column j starts at j · stride.",
)
def stride_down_only(x, w, b, stride, padding):
    out, cache = conv2d_forward(x, w, b, stride, padding)
    dense, _ = conv2d_forward(x, w, b, 1, padding)
    return dense[:, :, ::stride, : out.shape[3]], cache


@mistake(
    conv2d_forward,
    "windows hang over the edge",
    "A window that does not fit whole is left out: the output's size rounds down.",
)
def rounds_size_up(x, w, b, stride, padding):
    _, cache = conv2d_forward(x, w, b, stride, padding)
    padded = cache[0]
    missing = [-(length - kernel) % stride for length, kernel in zip(padded.shape[2:], w.shape[2:], strict=True)]
    return conv2d_forward(np.pad(padded, ((0, 0), (0, 0), (0, missing[0]), (0, missing[1]))), w, b, stride, 0)


@mistake(
    conv2d_forward,
    "the last row and column of windows are missing",
    "One window fits before the first step: the output's size ends in + 1.",
)
def one_window_short(x, w, b, stride, padding):
    out, cache = conv2d_forward(x, w, b, stride, padding)
    return out[:, :, :-1, :-1], cache


@mistake(conv2d_forward, "the channels are averaged", "The channels' products are added up, and nothing is divided.")
def averages_channels(x, w, b, stride, padding):
    return conv2d_forward(x, w / w.dtype.type(max(x.shape[1], 1)), b, stride, padding)


@mistake(
    conv2d_forward,
    "the window is averaged",
    "A filter takes a weighted sum of its window: add the products, and divide by nothing.",
)
def averages_window(x, w, b, stride, padding):
    return conv2d_forward(x, w / w.dtype.type(w[0].size), b, stride, padding)


@mistake(
    conv2d_forward,
    "only the last channel counts",
    "Each channel adds its products to the same sum; an `=` in that loop keeps the last channel alone.",
)
def last_channel(x, w, b, stride, padding):
    _, cache = conv2d_forward(x, w, b, stride, padding)
    return conv2d_forward(x[:, -1:], w[:, -1:], b, stride, padding)[0], cache


@mistake(
    conv2d_forward,
    "only the first channel counts",
    "A filter is as deep as the image: sum over all C channels, each with its own slice of the filter.",
)
def first_channel(x, w, b, stride, padding):
    _, cache = conv2d_forward(x, w, b, stride, padding)
    return conv2d_forward(x[:, :1], w[:, :1], b, stride, padding)[0], cache


@mistake(
    conv2d_forward,
    "an empty batch is not refused",
    "With no image there is nothing to learn from, and a mean over the batch would be 0 / 0: raise a ValueError.",
)
def accepts_empty_batch(x, w, b, stride, padding):
    rows, columns = (output_size(x.shape[axis], w.shape[axis], stride, padding) for axis in (2, 3))
    if len(x) == 0:
        return np.zeros((0, len(w), rows, columns)), None
    return conv2d_forward(x, w, b, stride, padding)


@mistake(
    conv2d_forward,
    "a filter larger than the padded image is not refused",
    "Not one window fits then, and out would be empty. Raise a ValueError; output_size does it for you, once per axis.",
)
def accepts_large_filter(x, w, b, stride, padding):
    if padding >= 0 and any(x.shape[axis] + 2 * padding < w.shape[axis] for axis in (2, 3)):
        return np.zeros((len(x), len(w), 0, 0)), None
    return conv2d_forward(x, w, b, stride, padding)


@mistake(
    conv2d_forward,
    "channels that disagree are not refused",
    "A filter has one slice for each channel of the images: raise a ValueError where x.shape[1] is not w.shape[1].",
)
def accepts_other_channels(x, w, b, stride, padding):
    return conv2d_forward(x[:, : w.shape[1]], w, b, stride, padding)


@mistake(
    conv2d_forward,
    "one channel is taken for all that the filter has",
    "NumPy stretches an axis of length 1 to any other length without a complaint. Raise a ValueError where x.shape[1] "
    "is not w.shape[1].",
)
def stretches_one_channel(x, w, b, stride, padding):
    return conv2d_forward(np.repeat(x, w.shape[1], axis=1) if x.shape[1] == 1 else x, w, b, stride, padding)


@mistake(
    conv2d_forward,
    "out is float64 for float32 images",
    "np.zeros makes float64 unless told otherwise: give it the dtype of x.",
)
def forward_in_float64(x, w, b, stride, padding):
    out, cache = conv2d_forward(x, w, b, stride, padding)
    return out.astype(np.float64), cache


# conv2d_backward. Its cache is the reference's: the padded images, the filters, stride, padding, and the shape of out.


def padded_gradient(dout, cache):
    padded, w, stride, _, shape = cache
    return conv2d_backward(dout, (padded, w, stride, 0, shape))[0]


@mistake(conv2d_backward, "dx still has its padding", "Crop `padding` rows and columns from every side of dx.")
def uncropped(dout, cache):
    _, dw, db = conv2d_backward(dout, cache)
    return padded_gradient(dout, cache), dw, db


@mistake(
    conv2d_backward,
    "dx is cropped at one end only",
    "The border lies on all four sides, so the image starts in row `padding` and column `padding` of the padded one.",
)
def cropped_at_the_end(dout, cache):
    dx, dw, db = conv2d_backward(dout, cache)
    return padded_gradient(dout, cache)[:, :, : dx.shape[2], : dx.shape[3]], dw, db


@mistake(
    conv2d_backward,
    "dx is empty when the padding is 0",
    "The slice [padding:-padding] is empty when padding is 0, for -0 is 0. Slice from padding to padding + H instead.",
)
def cropped_to_nothing(dout, cache):
    padding = cache[3]
    _, dw, db = conv2d_backward(dout, cache)
    return padded_gradient(dout, cache)[:, :, padding:-padding, padding:-padding], dw, db


@mistake(
    conv2d_backward,
    "dx uses the flipped filter",
    "When each window adds dout · w to the pixels it came from, the filter lies as it lay in the forward, unflipped.",
)
def dx_with_flipped_filter(dout, cache):
    padded, w, *rest = cache
    _, dw, db = conv2d_backward(dout, cache)
    return conv2d_backward(dout, (padded, flipped(w), *rest))[0], dw, db


@mistake(
    conv2d_backward,
    "dx keeps only the last of overlapping windows",
    "A pixel that lies in several windows gets a share from each of them: add with +=, do not assign.",
)
def dx_overwritten(dout, cache):
    _, dw, db = conv2d_backward(dout, cache)
    return dx_assigned(dout, cache[1], cache), dw, db


@mistake(
    conv2d_backward,
    "dx keeps only the last window of the last filter",
    "Every filter and every window sends its share to the pixel, and the shares add up: use +=, not =.",
)
def dx_overwritten_by_every_filter(dout, cache):
    _, dw, db = conv2d_backward(dout, cache)
    return dx_assigned(dout[:, -1:], cache[1][-1:], cache), dw, db


def dx_assigned(dout, w, cache):
    """dx where each window is assigned to the gradient instead of added to it."""
    padded, _, stride, padding, shape = cache
    dpadded = np.zeros_like(padded)
    for i, j, top, left in starts(shape, stride):
        window = dpadded[:, :, top : top + w.shape[2], left : left + w.shape[3]]
        window[...] = np.einsum("nf,fcpq->ncpq", dout[:, :, i, j], w)
    bottom, right = (length - padding for length in padded.shape[2:])
    return dpadded[:, :, padding:bottom, padding:right]


@mistake(
    conv2d_backward,
    "dx hears only the last filter",
    "Every filter looked at the pixel, so dx sums over the filters f too.",
)
def dx_of_last_filter(dout, cache):
    padded, w, *rest = cache
    _, dw, db = conv2d_backward(dout, cache)
    alone = np.zeros_like(w)
    alone[-1] = w[-1]
    return conv2d_backward(dout, (padded, alone, *rest))[0], dw, db


@mistake(
    conv2d_backward,
    "dx forgets the stride",
    "The share of output pixel (i, j) goes back to the window that starts at (i · stride, j · stride).",
)
def dx_without_stride(dout, cache):
    padded, w, _, *rest = cache
    _, dw, db = conv2d_backward(dout, cache)
    return conv2d_backward(dout, (padded, w, 1, *rest))[0], dw, db


@mistake(
    conv2d_backward,
    "dw forgets the stride",
    "Output pixel (i, j) saw the window that starts at (i · stride, j · stride): weigh that one with dout.",
)
def dw_without_stride(dout, cache):
    padded, w, _, *rest = cache
    dx, _, db = conv2d_backward(dout, cache)
    return dx, conv2d_backward(dout, (padded, w, 1, *rest))[1], db


@mistake(
    conv2d_backward,
    "dw is flipped",
    "Nothing was flipped in the forward: dw[f, c, p, q] belongs to the pixel in row p and column q of each window.",
)
def dw_flipped(dout, cache):
    dx, dw, db = conv2d_backward(dout, cache)
    return dx, flipped(dw), db


@mistake(
    conv2d_backward,
    "dw is averaged over the batch",
    "The same filter served every image, so their gradients add up. If an average is wanted, the loss takes it.",
)
def dw_averaged(dout, cache):
    dx, dw, db = conv2d_backward(dout, cache)
    return dx, dw / dout.dtype.type(len(dout)), db


@mistake(
    conv2d_backward,
    "dw keeps only the last image",
    "The same filter served every image: add each image's share with +=, do not assign.",
)
def dw_of_last_image(dout, cache):
    padded, w, stride, padding, shape = cache
    dx, _, db = conv2d_backward(dout, cache)
    return dx, conv2d_backward(dout[-1:], (padded[-1:], w, stride, padding, (1, *shape[1:])))[1], db


@mistake(
    conv2d_backward,
    "dw keeps only the last window",
    "The same filter served every window of every image: add each share with +=, do not assign.",
)
def dw_of_last_window(dout, cache):
    padded, w, stride, _, shape = cache
    dx, _, db = conv2d_backward(dout, cache)
    *_, (_, _, top, left) = starts(shape, stride)
    window = padded[-1, :, top : top + w.shape[2], left : left + w.shape[3]]
    return dx, dout[-1, :, -1, -1, None, None, None] * window, db


@mistake(
    conv2d_backward,
    "db is averaged over the batch",
    "The same bias served every image, so db sums over the batch as it does over the pixels.",
)
def db_averaged(dout, cache):
    dx, dw, db = conv2d_backward(dout, cache)
    return dx, dw, db / dout.dtype.type(len(dout))


@mistake(
    conv2d_backward,
    "db is averaged over batch and pixels",
    "The bias was added to every output pixel of every image, each with weight 1: sum dout over them, do not average.",
)
def db_mean(dout, cache):
    dx, dw, _ = conv2d_backward(dout, cache)
    return dx, dw, dout.mean(axis=(0, 2, 3))


@mistake(
    conv2d_backward,
    "db is not summed over the batch",
    "The same bias served every image: db has one entry per filter, so sum over the batch as well as the pixels.",
)
def db_for_each_image(dout, cache):
    dx, dw, _ = conv2d_backward(dout, cache)
    return dx, dw, dout.sum(axis=(2, 3))


@mistake(
    conv2d_backward,
    "db is not summed over the pixels",
    "The same bias was added to every pixel of a filter's output: sum over rows and columns as well as the batch.",
)
def db_for_each_pixel(dout, cache):
    dx, dw, _ = conv2d_backward(dout, cache)
    return dx, dw, dout.sum(axis=0)


@mistake(
    conv2d_backward,
    "db is not summed at all",
    "The bias was added to every pixel of its filter's output, in every image: sum over all axes but the filters'.",
)
def db_unsummed(dout, cache):
    dx, dw, _ = conv2d_backward(dout, cache)
    return dx, dw, dout


@mistake(
    conv2d_backward,
    "db is a single number",
    "Each filter has its own bias: sum dout over images, rows and columns, and keep the filters' axis.",
)
def db_one_number(dout, cache):
    dx, dw, _ = conv2d_backward(dout, cache)
    return dx, dw, dout.sum()


@mistake(
    conv2d_backward,
    "dout is ignored",
    "Each share is weighted with dout[n, f, i, j], which says how much the loss cares for that output pixel.",
)
def ignores_dout(dout, cache):
    return conv2d_backward(np.ones_like(dout), cache)


@mistake(
    conv2d_backward,
    "dx and dw have changed places",
    "Return the gradients in the order of the forward's arguments: dx, dw, db.",
)
def other_order(dout, cache):
    dx, dw, db = conv2d_backward(dout, cache)
    return dw, dx, db


@mistake(
    conv2d_backward,
    "the gradients are float64 for float32 images",
    "np.zeros makes float64 unless told otherwise: give it the dtype of x, or use np.zeros_like.",
)
def backward_in_float64(dout, cache):
    return tuple(g.astype(np.float64) for g in conv2d_backward(dout, cache))


# Pooling, forward


def pool_hanging_over(x, size, stride, reduce):
    """Pool with windows that may hang over the edge, and then see only the pixels that are there."""
    rows, columns = (min(-(-(n - size) // stride) + 1, -(-n // stride)) for n in x.shape[2:])
    out = np.empty((*x.shape[:2], rows, columns), x.dtype)
    for i, j, top, left in starts(out.shape, stride):
        out[:, :, i, j] = reduce(x[:, :, top : top + size, left : left + size], axis=(2, 3))
    return out


@mistake(
    max_pool2d_forward,
    "the maximum starts from zero",
    "Where every pixel is negative, 0 is larger than all of them. Start from the window's first pixel, or from -inf.",
)
def starts_from_zero(x, size, stride):
    out, cache = max_pool2d_forward(x, size, stride)
    return np.maximum(out, 0), cache


@mistake(max_pool2d_forward, "the window's mean is taken", "Max pooling keeps the largest pixel of each window.")
def mean_for_max(x, size, stride):
    return avg_pool2d_forward(x, size, stride)[0], max_pool2d_forward(x, size, stride)[1]


@mistake(
    max_pool2d_forward,
    "the largest magnitude is taken",
    "-3 is smaller than 1: compare the pixels themselves, not their absolute values.",
)
def largest_magnitude(x, size, stride):
    out, cache = max_pool2d_forward(x, size, stride)
    lowest = -max_pool2d_forward(-x, size, stride)[0]
    return np.where(np.abs(lowest) > np.abs(out), lowest, out), cache


@mistake(
    max_pool2d_forward,
    "the maximum is taken over the channels too",
    "Every channel is pooled on its own: the window has no depth, and out has as many channels as x.",
)
def pools_channels(x, size, stride):
    out, cache = max_pool2d_forward(x, size, stride)
    return np.broadcast_to(out.max(axis=1, keepdims=True), out.shape).copy(), cache


@mistake(
    max_pool2d_forward,
    "the maximum is taken over the whole batch",
    "Without an axis, .max() makes one number of all images and channels together. The window's own axes are 2 and 3.",
)
def pools_batch(x, size, stride):
    out, cache = max_pool2d_forward(x, size, stride)
    return np.broadcast_to(out.max(axis=(0, 1)), out.shape).copy(), cache


@mistake(
    max_pool2d_forward,
    "windows lie side by side, whatever the stride",
    "The window of output pixel (i, j) starts at (i · stride, j · stride), not at multiples of its size.",
)
def tiles_max(x, size, stride):
    _, cache = max_pool2d_forward(x, size, stride)
    return max_pool2d_forward(x, size, size)[0], cache


@mistake(
    max_pool2d_forward,
    "the stride is only in the size of the output",
    "The window of output pixel (i, j) starts at row i · stride and column j · stride.",
)
def max_in_steps_of_one(x, size, stride):
    out, cache = max_pool2d_forward(x, size, stride)
    return max_pool2d_forward(x, size, 1)[0][:, :, : out.shape[2], : out.shape[3]], cache


@mistake(
    max_pool2d_forward,
    "the stride moves the window down but not across",
    "The stride holds for both axes: the window of column j starts at j · stride.",
)
def max_stride_down_only(x, size, stride):
    out, cache = max_pool2d_forward(x, size, stride)
    return max_pool2d_forward(x, size, 1)[0][:, :, ::stride, : out.shape[3]], cache


@mistake(
    max_pool2d_forward,
    "windows hang over the edge",
    "A window that does not fit whole is left out: the output's size rounds down.",
)
def max_hanging_over(x, size, stride):
    _, cache = max_pool2d_forward(x, size, stride)
    return pool_hanging_over(x, size, stride, np.max), cache


@mistake(
    max_pool2d_forward,
    "an empty batch is not refused",
    "With no image there is nothing to pool: raise a ValueError that says so.",
)
def max_accepts_empty_batch(x, size, stride):
    return pool_empty_batch(max_pool2d_forward, x, size, stride)


@mistake(
    max_pool2d_forward,
    "a window larger than the image is not refused",
    "Not one window fits then, and out would be empty. Raise a ValueError; output_size does it for you, once per axis.",
)
def max_accepts_large_window(x, size, stride):
    return pool_large_window(max_pool2d_forward, x, size, stride)


def pool_empty_batch(pool, x, size, stride):
    rows, columns = (output_size(length, size, stride, 0) for length in x.shape[2:])
    return pool(x, size, stride) if len(x) else (np.zeros((*x.shape[:2], rows, columns)), None)


def pool_large_window(pool, x, size, stride):
    return pool(x, size, stride) if size <= min(x.shape[2:]) else (np.zeros((*x.shape[:2], 0, 0)), None)


@mistake(
    max_pool2d_forward,
    "out is float64 for float32 images",
    "np.zeros makes float64 unless told otherwise: give it the dtype of x.",
)
def max_in_float64(x, size, stride):
    out, cache = max_pool2d_forward(x, size, stride)
    return out.astype(np.float64), cache


@mistake(avg_pool2d_forward, "the window is summed, not averaged", "Divide each window's sum by its size² pixels.")
def sums_window(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return out * size**2, cache


@mistake(
    avg_pool2d_forward,
    "the sum is divided by stride²",
    "The mean divides by how many pixels the window has, size²; how far it moves does not matter.",
)
def divides_by_stride(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return out * (size / stride) ** 2, cache


@mistake(
    avg_pool2d_forward,
    "the sum is divided by the size, not by its square",
    "The window is size pixels high and size pixels wide: it has size² of them.",
)
def divides_by_side(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return out * size, cache


@mistake(
    avg_pool2d_forward, "the window's maximum is taken", "Average pooling takes the mean of all pixels of the window."
)
def max_for_mean(x, size, stride):
    return max_pool2d_forward(x, size, stride)[0], avg_pool2d_forward(x, size, stride)[1]


@mistake(
    avg_pool2d_forward,
    "the channels are averaged too",
    "Every channel is pooled on its own: the window has no depth, and out has as many channels as x.",
)
def averages_over_channels(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return np.broadcast_to(out.mean(axis=1, keepdims=True), out.shape).copy(), cache


@mistake(
    avg_pool2d_forward,
    "the mean is taken over the whole batch",
    "Without an axis, .mean() makes one number of all images and channels together. The window's own axes are 2 and 3.",
)
def averages_over_batch(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return np.broadcast_to(out.mean(axis=(0, 1)), out.shape).copy(), cache


@mistake(
    avg_pool2d_forward,
    "windows lie side by side, whatever the stride",
    "The window of output pixel (i, j) starts at (i · stride, j · stride), not at multiples of its size.",
)
def tiles_avg(x, size, stride):
    _, cache = avg_pool2d_forward(x, size, stride)
    return avg_pool2d_forward(x, size, size)[0], cache


@mistake(
    avg_pool2d_forward,
    "the stride is only in the size of the output",
    "The window of output pixel (i, j) starts at row i · stride and column j · stride.",
)
def avg_in_steps_of_one(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return avg_pool2d_forward(x, size, 1)[0][:, :, : out.shape[2], : out.shape[3]], cache


@mistake(
    avg_pool2d_forward,
    "the stride moves the window down but not across",
    "The stride holds for both axes: the window of column j starts at j · stride.",
)
def avg_stride_down_only(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return avg_pool2d_forward(x, size, 1)[0][:, :, ::stride, : out.shape[3]], cache


@mistake(
    avg_pool2d_forward,
    "windows hang over the edge",
    "A window that does not fit whole is left out: the output's size rounds down.",
)
def avg_hanging_over(x, size, stride):
    _, cache = avg_pool2d_forward(x, size, stride)
    return pool_hanging_over(x, size, stride, np.mean), cache


@mistake(
    avg_pool2d_forward,
    "an empty batch is not refused",
    "With no image there is nothing to pool: raise a ValueError that says so.",
)
def avg_accepts_empty_batch(x, size, stride):
    return pool_empty_batch(avg_pool2d_forward, x, size, stride)


@mistake(
    avg_pool2d_forward,
    "a window larger than the image is not refused",
    "Not one window fits then, and out would be empty. Raise a ValueError; output_size does it for you, once per axis.",
)
def avg_accepts_large_window(x, size, stride):
    return pool_large_window(avg_pool2d_forward, x, size, stride)


@mistake(
    avg_pool2d_forward,
    "out is float64 for float32 images",
    "np.zeros makes float64 unless told otherwise: give it the dtype of x.",
)
def avg_in_float64(x, size, stride):
    out, cache = avg_pool2d_forward(x, size, stride)
    return out.astype(np.float64), cache


# max_pool2d_backward. Its cache is the reference's: the images, size, stride, and the shape of out.


def maximum_mask(window):
    """Where the maximum of each window (N, C, size, size) is; everywhere where it is, for equal ones."""
    return window == window.max(axis=(2, 3), keepdims=True)


def spread(dout, cache, share):
    """Give pixel (p, q) of each window its share of dout, and add up."""
    x, size, stride, shape = cache
    dx = np.zeros_like(x)
    for i, j, top, left in starts(shape, stride):
        here = np.s_[:, :, top : top + size, left : left + size]
        dx[here] += share(x[here]) * dout[:, :, i, j, None, None]
    return dx


def winners(cache):
    """For each output pixel: n, c, i, j, where its window starts, and where in the window its first maximum is."""
    x, size, stride, shape = cache
    for i, j, top, left in starts(shape, stride):
        for n, c in np.ndindex(shape[:2]):
            p, q = divmod(int(x[n, c, top : top + size, left : left + size].argmax()), size)
            yield (n, c, i, j), top, left, p, q


@mistake(
    max_pool2d_backward,
    "equal maxima share the gradient",
    "Of several equal maxima the first one, in row-major order, gets the whole gradient, as in PyTorch.",
)
def ties_share(dout, cache):
    def share(window):
        mask = maximum_mask(window)
        return (mask / mask.sum(axis=(2, 3), keepdims=True)).astype(window.dtype)

    return spread(dout, cache, share)


@mistake(
    max_pool2d_backward,
    "every one of several equal maxima gets the whole gradient",
    "One output pixel has one gradient to give: the first maximum in row-major order gets it, the others get nothing.",
)
def ties_all_take(dout, cache):
    return spread(dout, cache, maximum_mask)


@mistake(
    max_pool2d_backward,
    "the last of equal maxima gets the gradient",
    "The first maximum in row-major order wins: search with >, not >=.",
)
def last_takes(dout, cache):
    x, size, stride, shape = cache
    dx = np.zeros_like(x)
    for i, j, top, left in starts(shape, stride):
        for n, c in np.ndindex(shape[:2]):
            window = x[n, c, top : top + size, left : left + size]
            p, q = divmod(size**2 - 1 - int(window.ravel()[::-1].argmax()), size)
            dx[n, c, top + p, left + q] += dout[n, c, i, j]
    return dx


@mistake(
    max_pool2d_backward,
    "the whole window gets the gradient",
    "Changing a pixel that is not the maximum does not change the output: only the winner gets a gradient.",
)
def whole_window(dout, cache):
    return spread(dout, cache, np.ones_like)


@mistake(
    max_pool2d_backward,
    "the gradient is shared out as in average pooling",
    "Changing a pixel that is not the maximum does not change the output: the winner gets all of dout.",
)
def as_if_averaged(dout, cache):
    return spread(dout, cache, lambda window: np.full_like(window, 1 / cache[1] ** 2))


@mistake(
    max_pool2d_backward,
    "a pixel that wins twice keeps only the last gradient",
    "A pixel may win in several overlapping windows, and gets the sum: add with +=, do not assign.",
)
def winner_overwritten(dout, cache):
    dx = np.zeros_like(cache[0])
    for at, top, left, p, q in winners(cache):
        dx[at[0], at[1], top + p, left + q] = dout[at]
    return dx


@mistake(
    max_pool2d_backward,
    "each window wipes out the ones before it",
    "Windows overlap where stride < size: add a window's gradient to what is there with +=, do not assign.",
)
def window_overwritten(dout, cache):
    x, size, stride, shape = cache
    dx = np.zeros_like(x)
    for i, j, top, left in starts(shape, stride):
        here = np.s_[:, :, top : top + size, left : left + size]
        dx[here] = maximum_mask(x[here]) * dout[:, :, i, j, None, None]
    return dx


@mistake(
    max_pool2d_backward,
    "the stride is forgotten",
    "The window of output pixel (i, j) starts at (i · stride, j · stride), in the backward as in the forward.",
)
def max_backward_without_stride(dout, cache):
    x, size, _, shape = cache
    return max_pool2d_backward(dout, (x, size, 1, shape))


@mistake(
    max_pool2d_backward,
    "the winner's place forgets the stride",
    "The window of output pixel (i, j) starts at (i · stride, j · stride): add p and q to that, not to i and j.",
)
def place_without_stride(dout, cache):
    dx = np.zeros_like(cache[0])
    for (n, c, i, j), _, _, p, q in winners(cache):
        dx[n, c, i + p, j + q] += dout[n, c, i, j]
    return dx


@mistake(
    max_pool2d_backward,
    "the winner's row and column are swapped",
    "In a flattened window of width `size`, place k is row k // size and column k % size.",
)
def row_for_column(dout, cache):
    dx = np.zeros_like(cache[0])
    for at, top, left, p, q in winners(cache):
        dx[at[0], at[1], top + q, left + p] += dout[at]
    return dx


@mistake(
    max_pool2d_backward,
    "the winner's place is counted from the image's corner",
    "argmax in a window counts from the window's own corner: add the row and column where the window starts.",
)
def corner_forgotten(dout, cache):
    dx = np.zeros_like(cache[0])
    for at, _, _, p, q in winners(cache):
        dx[at[0], at[1], p, q] += dout[at]
    return dx


@mistake(
    max_pool2d_backward,
    "the gradient is multiplied by the maximum",
    "The output is the pixel itself, so its slope is 1: the winner gets dout as it is.",
)
def times_maximum(dout, cache):
    x, size, stride, _ = cache
    return max_pool2d_backward(dout * max_pool2d_forward(x, size, stride)[0], cache)


@mistake(
    max_pool2d_backward,
    "dout is ignored",
    "The winner of window (i, j) gets dout[n, c, i, j], which says how much the loss cares for that output pixel.",
)
def max_ignores_dout(dout, cache):
    return max_pool2d_backward(np.ones_like(dout), cache)


@mistake(
    max_pool2d_backward,
    "dx ends where the last window ends",
    "dx has the shape of x: pixels that no window reached are in it, with gradient 0.",
)
def max_without_rest(dout, cache):
    _, size, stride, shape = cache
    return max_pool2d_backward(dout, cache)[:, :, : (shape[2] - 1) * stride + size, : (shape[3] - 1) * stride + size]


@mistake(
    max_pool2d_backward,
    "dx is float64 for float32 images",
    "np.zeros makes float64 unless told otherwise: give it the dtype of x, or use np.zeros_like.",
)
def max_backward_in_float64(dout, cache):
    return max_pool2d_backward(dout, cache).astype(np.float64)


# avg_pool2d_backward. Its cache is the reference's: shape and dtype of the images, size, stride, and the shape of out.


@mistake(
    avg_pool2d_backward,
    "the gradient is not divided",
    "Each pixel had the weight 1 / size² in its window's mean, and gets that part of dout.",
)
def not_divided(dout, cache):
    return avg_pool2d_backward(dout, cache) * cache[2] ** 2


@mistake(
    avg_pool2d_backward,
    "the gradient is divided by stride²",
    "The mean is over the window's size² pixels; how far the window moves does not matter.",
)
def backward_divides_by_stride(dout, cache):
    _, _, size, stride, _ = cache
    return avg_pool2d_backward(dout, cache) * (size / stride) ** 2


@mistake(
    avg_pool2d_backward,
    "the gradient is divided by the size, not by its square",
    "The window has size² pixels, and each has the weight 1 / size² in the mean.",
)
def backward_divides_by_side(dout, cache):
    return avg_pool2d_backward(dout, cache) * cache[2]


@mistake(
    avg_pool2d_backward,
    "each window wipes out the ones before it",
    "A pixel in several overlapping windows gets a share from each: add with +=, do not assign.",
)
def avg_overwritten(dout, cache):
    x_shape, dtype, size, stride, shape = cache
    dx = np.zeros(x_shape, dtype)
    for i, j, top, left in starts(shape, stride):
        dx[:, :, top : top + size, left : left + size] = dout[:, :, i, j, None, None] / size**2
    return dx


@mistake(
    avg_pool2d_backward,
    "shares of overlapping windows are averaged",
    "A pixel in several windows moves each of their means, so it gets the sum of their shares.",
)
def overlaps_averaged(dout, cache):
    dx = avg_pool2d_backward(dout, cache)
    visits = avg_pool2d_backward(np.full_like(dout, cache[2] ** 2), cache)
    return dx / np.maximum(visits, 1)


@mistake(
    avg_pool2d_backward,
    "the stride is forgotten",
    "The window of output pixel (i, j) starts at (i · stride, j · stride), in the backward as in the forward.",
)
def avg_backward_without_stride(dout, cache):
    x_shape, dtype, size, _, shape = cache
    return avg_pool2d_backward(dout, (x_shape, dtype, size, 1, shape))


@mistake(
    avg_pool2d_backward,
    "only the window's first pixel gets a gradient",
    "Every pixel of the window has its part in the mean: all size² of them get dout / size².",
)
def first_pixel_only(dout, cache):
    x_shape, dtype, size, stride, shape = cache
    dx = np.zeros(x_shape, dtype)
    for i, j, top, left in starts(shape, stride):
        dx[:, :, top, left] += dout[:, :, i, j] / size**2
    return dx


@mistake(
    avg_pool2d_backward,
    "dout is ignored",
    "The pixels of window (i, j) share dout[n, c, i, j], which says how much the loss cares for that output pixel.",
)
def avg_ignores_dout(dout, cache):
    return avg_pool2d_backward(np.ones_like(dout), cache)


@mistake(
    avg_pool2d_backward,
    "dx ends where the last window ends",
    "dx has the shape of x: pixels that no window reached are in it, with gradient 0.",
)
def avg_without_rest(dout, cache):
    _, _, size, stride, shape = cache
    return avg_pool2d_backward(dout, cache)[:, :, : (shape[2] - 1) * stride + size, : (shape[3] - 1) * stride + size]


@mistake(
    avg_pool2d_backward,
    "dx is float64 for float32 images",
    "np.zeros makes float64 unless told otherwise: give it the dtype of x, or use np.zeros_like.",
)
def avg_backward_in_float64(dout, cache):
    return avg_pool2d_backward(dout, cache).astype(np.float64)
