"""Fast kernels for conv.py's functions: the same answers, on all cores.

One idea carries the convolution: it is a weighted sum of shifted images. Lay a padded image out as one long row of
pixels, line after line. Then tap (p, q) of a filter multiplies the whole row, read from p·pitch + q onwards, where
pitch is the length of a line, and

    out[f] = Σ_k w[f, k] · row[shift[k] :]        k runs over the channels and taps
    dx[c]  = Σ_k w[k, c] · dout_row[−shift[k] :]  k runs over the filters and taps
    dw[f, k] = dout_row[f] · row[shift[k] :]      a dot product

without any window being copied (no im2col). The few columns between two lines yield sums that mean nothing and are
left out. Stride s only changes the table of shifts: the image is dealt out to s × s smaller ones, phase (a, b) of which
holds the pixels (a, b), (a, b + s), …; a tap finds its pixels in one phase, side by side.
"""

from operator import index
from pathlib import Path

import numpy as np
from numba import njit, prange

from autograder.course import import_file

from . import conv
from .conv import _check_images, _gradient_of, _prepare_pooling, output_size

tiles = import_file(Path(__file__).parents[1] / "tiles.py", "chainrule_solutions")
ROWS, VECTORS = tiles.ROWS, tiles.VECTORS

# Products and sums below which starting threads costs more than it saves: the plain kernels are faster there.
SMALL = 1_000_000
SMALL_POOLING = 200_000  # pixels


class _Layout:
    """Where the pixels of x and dout lie in the long rows, and the shift of each tap."""

    def __init__(self, x_shape, w_shape, stride, padding, oh, ow, dtype):
        self.n, self.c, self.height, self.width = x_shape
        self.f, _, self.kh, self.kw = w_shape
        self.stride, self.padding, self.oh, self.ow, self.dtype = stride, padding, oh, ow, dtype
        # The furthest tap reaches `down` lines and `right` columns beyond its phase's first pixel.
        down, right = (self.kh - 1) // stride, (self.kw - 1) // stride
        # The zeros left of a line are also those right of the line before: a line needs padding on one side only.
        left = padding // stride
        self.pitch = max(-(-(self.width + padding) // stride), self.ow + right - left, self.ow)
        self.lines = self.oh + down
        self.length = self.oh * self.pitch
        lanes = tiles.VECTOR // dtype.itemsize
        self.overhang = 2 * (VECTORS + 1) * lanes  # what the last tile reads and writes past the end
        self.plane = -(-(self.lines * self.pitch + right) // lanes) * lanes
        self.margin = -(-(down * self.pitch + right) // lanes) * lanes
        self.dplane = self.margin + -(-(self.lines * self.pitch + self.overhang) // lanes) * lanes

        p, q = np.divmod(np.arange(self.kh * self.kw), self.kw)
        self.shift = p // stride * self.pitch + q // stride
        self.phase = p % stride * stride + q % stride


def conv2d_forward(x, w, b, stride, padding):
    """conv.conv2d_forward, on all cores; arguments, result and errors are the same, but for the cache."""
    x, w, b = np.asarray(x), np.asarray(w), np.asarray(b)
    _check_images(x)
    if w.ndim != 4 or w.shape[1] != x.shape[1]:
        raise ValueError(f"w must have the shape (F, {x.shape[1]}, KH, KW), as x has {x.shape[1]} channels: {w.shape}")
    if len(w) == 0 or b.shape != w.shape[:1]:
        raise ValueError(f"b must have one entry for each filter: w has the shape {w.shape}, b {b.shape}")
    oh = output_size(x.shape[2], w.shape[2], stride, padding)
    ow = output_size(x.shape[3], w.shape[3], stride, padding)
    dtype = np.result_type(x, w, b, np.float32)
    w, b = np.array(w, dtype=dtype, order="C"), np.array(b, dtype=dtype, order="C")
    if len(x) * w.size * oh * ow < SMALL:
        return _plain_forward(x, w, b, index(stride), index(padding), oh, ow)

    layout = _Layout(x.shape, w.shape, index(stride), index(padding), oh, ow, dtype)
    s, plane = layout.stride, layout.plane
    # The last tile reads channels that are not there, and past the end: nothing comes of it, but the memory must be.
    channels = layout.n * layout.c + VECTORS
    rows = tiles.aligned(channels * s * s * plane + layout.overhang, layout.dtype)
    rows[layout.n * layout.c * s * s * plane :] = 0
    _deal_out(_readable(x, layout.dtype), rows, s, layout.padding, layout.pitch, layout.lines, plane)
    shifts = (np.arange(layout.c)[:, None] * s * s * plane + layout.phase * plane + layout.shift).ravel()
    out = np.empty((layout.n, layout.f, layout.oh, layout.ow), layout.dtype)
    weights = _in_blocks(w.reshape(layout.f, -1))
    _convolve(rows, layout.c * s * s * plane, weights, shifts, b, layout.pitch, layout.oh, 1, 0, 0, out)
    return out, (rows, w, layout)


def _plain_forward(x, w, b, stride, padding, oh, ow):
    """The rest of conv.conv2d_forward, but for np.pad, which would take longer than the convolution."""
    n, c, height, width = x.shape
    padded = np.zeros((n, c, height + 2 * padding, width + 2 * padding), w.dtype)
    padded[:, :, padding : padding + height, padding : padding + width] = x
    out = np.empty((n, len(w), oh, ow), w.dtype)
    conv._convolve(padded, w, b, stride, out)
    return out, (padded, w, stride, padding, out.shape)


def conv2d_backward(dout, cache):
    """conv.conv2d_backward, on all cores."""
    if not isinstance(cache[-1], _Layout):
        return conv.conv2d_backward(dout, cache)
    rows, w, layout = cache
    s, plane, dplane = layout.stride, layout.plane, layout.dplane
    shape = layout.n, layout.f, layout.oh, layout.ow
    if np.shape(dout) != shape:
        raise ValueError(f"dout must have the shape of out, {shape}, not {np.shape(dout)}")
    drows = tiles.aligned((layout.n * layout.f + ROWS) * dplane, layout.dtype)
    drows[layout.n * layout.f * dplane :] = 0
    db = np.empty(shape[:2], layout.dtype)
    _lay_out(_readable(dout, layout.dtype), drows, layout.margin, layout.pitch, dplane, db)

    dx = (np.empty if s == 1 else np.zeros)(  # at a larger stride there may be pixels that no window saw
        (layout.n, layout.c, layout.height, layout.width), layout.dtype
    )
    no_bias = np.zeros(layout.c, layout.dtype)
    for phase in range(s * s):  # each is a convolution of its own, of stride 1, with the taps that reach it
        taps = np.flatnonzero(layout.phase == phase)
        if len(taps):
            shifts = (np.arange(layout.f)[:, None] * dplane + layout.margin - layout.shift[taps]).ravel()
            weights = w.reshape(layout.f, layout.c, -1)[:, :, taps].transpose(1, 0, 2).reshape(layout.c, -1)
            top, left = phase // s - layout.padding, phase % s - layout.padding
            _convolve(
                drows,
                layout.f * dplane,
                _in_blocks(weights),
                shifts,
                no_bias,
                layout.pitch,
                layout.lines,
                s,
                top,
                left,
                dx,
            )

    dw = np.empty((layout.f, layout.c, layout.kh * layout.kw), layout.dtype)
    shifts = layout.phase * plane + layout.shift
    _correlate(drows, dplane, layout.margin, rows, s * s * plane, shifts, layout.length, layout.n, dw)
    return dx, dw.reshape(w.shape), db.sum(axis=0)


class _Plain:
    """The cache of a plain kernel that did a small piece of work."""

    def __init__(self, cache):
        self.cache = cache


def max_pool2d_forward(x, size, stride):
    """conv.max_pool2d_forward, on all cores."""
    if np.size(x) < SMALL_POOLING:
        out, cache = conv.max_pool2d_forward(x, size, stride)
        return out, _Plain(cache)
    x, out = _prepare_pooling(x, size, stride)
    winner = np.empty(out.shape, np.int64)  # remembered, so that the backward need not search again
    _max_pool(x, index(size), index(stride), out, winner)
    return out, (x.shape, x.dtype, winner)


def max_pool2d_backward(dout, cache):
    """conv.max_pool2d_backward, on all cores."""
    if isinstance(cache, _Plain):
        return conv.max_pool2d_backward(dout, cache.cache)
    shape, dtype, winner = cache
    dx = np.zeros(shape, dtype)
    _max_pool_backward(_gradient_of(winner.shape, dout, dtype), winner, dx)
    return dx


def avg_pool2d_forward(x, size, stride):
    """conv.avg_pool2d_forward, on all cores."""
    if np.size(x) < SMALL_POOLING:
        out, cache = conv.avg_pool2d_forward(x, size, stride)
        return out, _Plain(cache)
    x, out = _prepare_pooling(x, size, stride)
    _avg_pool(x, index(size), index(stride), out)
    return out, (x.shape, x.dtype, size, stride, out.shape)


def avg_pool2d_backward(dout, cache):
    """conv.avg_pool2d_backward, on all cores."""
    if isinstance(cache, _Plain):
        return conv.avg_pool2d_backward(dout, cache.cache)
    x_shape, dtype, size, stride, shape = cache
    dx = np.zeros(x_shape, dtype)
    _avg_pool_backward(_gradient_of(shape, dout, dtype), index(size), index(stride), dx)
    return dx


def _in_blocks(weights):
    """weights (F, K) as (F / ROWS, K, ROWS), flat: what one tile needs next lies side by side. Missing rows are 0."""
    blocks = -(-len(weights) // ROWS)
    padded = np.zeros((blocks * ROWS, weights.shape[1]), weights.dtype)
    padded[: len(weights)] = weights
    return padded.reshape(blocks, ROWS, -1).transpose(0, 2, 1).ravel()


def _readable(array, dtype):
    """The array, or a copy where Numba would have to compile the kernels once more for it."""
    array = np.ascontiguousarray(array, dtype=dtype)
    return array if array.flags.writeable else array.copy()


@njit(cache=True, parallel=True)
def _deal_out(x, rows, stride, padding, pitch, lines, plane):
    """Copies each channel of each image into its stride² long rows, with zeros around."""
    images, channels, height, _ = x.shape
    for task in prange(images * channels):
        n, c = task // channels, task % channels
        rows[task * stride**2 * plane : (task + 1) * stride**2 * plane] = 0
        for i in range(height):
            line, a = (i + padding) // stride, (i + padding) % stride
            if line < lines:
                for b in range(stride):
                    first = (b - padding) % stride  # the first column of phase b
                    at = ((task * stride + a) * stride + b) * plane + line * pitch + (first + padding) // stride
                    pixels = x[n, c, i, first::stride] if stride > 1 else x[n, c, i]
                    for j in range(len(pixels)):
                        rows[at + j] = pixels[j]


@njit(cache=True, parallel=True, fastmath={"reassoc"})
def _lay_out(dout, drows, margin, pitch, plane, sums):
    """Copies each channel of dout into a long row, with zeros before, between the lines, and behind; and adds it up."""
    images, filters, height, width = dout.shape
    for task in prange(images * filters):
        n, f = task // filters, task % filters
        drows[task * plane : (task + 1) * plane] = 0
        total = dout.dtype.type(0)
        for i in range(height):
            at = task * plane + margin + i * pitch
            line = dout[n, f, i]
            for j in range(width):
                drows[at + j] = line[j]
                total += line[j]
        sums[n, f] = total


@njit(cache=True)
def _sum_shifted(rows, at, weights, block, shifts, count, sums):
    """sums[r, v] = Σ_k weights[block, k, r] · rows[at + shifts[k] + v] for v < count."""
    lanes = tiles.VECTOR // rows.itemsize
    flat = sums.reshape(-1)
    for v in range(0, count, VECTORS * lanes):
        tile = tiles.empty_tile(rows, ROWS, VECTORS)
        weight = block * len(shifts) * ROWS
        for k in range(len(shifts)):
            tile = tiles.add_products(tile, weights, weight, 1, rows, at + shifts[k] + v, lanes)
            weight += ROWS
        tiles.store_tile(tile, flat, v, sums.shape[1], lanes)


@njit(cache=True, parallel=True)
def _convolve(rows, image, weights, shifts, b, pitch, lines, stride, top, left, out):
    """out[n, f, i · stride + top, j · stride + left] = b[f] + Σ_k weights[f, k] · row[shifts[k] + i · pitch + j],

    row = rows[n · image :], for every place that lies in out, among the first lines. A task is a stretch of pixels, for
    all filters: they find it in the first-level cache, and the weights come by in one stream.
    """
    images, filters, height, width = out.shape
    stretch = 2 * VECTORS * (tiles.VECTOR // rows.itemsize)
    begin = max(0, -(top // stride)) * pitch
    end = min(lines, (height - 1 - top) // stride + 1) * pitch
    first, last = max(0, -(left // stride)), (width - 1 - left) // stride + 1
    stretches = (end - begin + stretch - 1) // stretch
    for task in prange(images * stretches):
        n, start = task // stretches, begin + task % stretches * stretch
        stop = min(start + stretch, end)
        sums = np.empty((ROWS, stretch), rows.dtype)
        for f in range(0, filters, ROWS):
            _sum_shifted(rows, n * image + start, weights, f // ROWS, shifts, stop - start, sums)
            for r in range(min(ROWS, filters - f)):
                for i in range(start // pitch, (stop - 1) // pitch + 1):
                    for v in range(max(start, i * pitch + first), min(stop, i * pitch + last)):
                        j = (v - i * pitch) * stride + left
                        out[n, f + r, i * stride + top, j] = sums[r, v - start] + b[f + r]


@njit(cache=True)
def _dot_products(drows, dat, dplane, rows, at, plane, shifts, length, partial):
    """partial[k, r, c] += drows[dat + r · dplane + v] · rows[at + c · plane + shifts[k] + v], summed over v < length.

    r counts filters and c channels. Each entry of partial is a vector whose lanes are to be summed in the end.
    """
    lanes = tiles.VECTOR // rows.itemsize
    for k in range(len(shifts)):
        place = k * ROWS * VECTORS * lanes
        tile = tiles.load_tile(partial, ROWS, VECTORS, place, VECTORS * lanes, lanes)
        for v in range(0, length, lanes):
            tile = tiles.add_vector_products(tile, drows, dat + v, dplane, rows, at + shifts[k] + v, plane)
        tiles.store_tile(tile, partial, place, VECTORS * lanes, lanes)


@njit(cache=True, parallel=True)
def _correlate(drows, dplane, margin, rows, plane, shifts, length, images, dw):
    """dw[f, c, k], each core with its own filters and channels: nothing needs to be added up between cores."""
    filters, channels, taps = dw.shape
    lanes = tiles.VECTOR // rows.itemsize
    # All taps and several channels go over the same pixels of dout: so many at a time stay in the first-level cache.
    parts = length // (4096 // rows.itemsize) + 1
    part = (length + parts * lanes - 1) // (parts * lanes) * lanes
    group = 8 * VECTORS  # channels of a task
    groups = (channels + group - 1) // group
    for task in prange((filters + ROWS - 1) // ROWS * groups):
        f, some = task // groups * ROWS, task % groups * group
        partial = np.zeros((min(group, channels - some) + VECTORS - 1, taps * ROWS * lanes), rows.dtype)
        for n in range(images):
            for start in range(0, length, part):
                for c in range(some, min(some + group, channels), VECTORS):
                    _dot_products(
                        drows, (n * filters + f) * dplane + margin + start, dplane,
                        rows, (n * channels + c) * plane + start, plane, shifts,
                        min(part, length - start), partial[c - some : c - some + VECTORS].reshape(-1),
                    )  # fmt: skip
        for c in range(some, min(some + group, channels)):
            block = (c - some) // VECTORS * VECTORS
            sums = partial[block : block + VECTORS].reshape((taps, ROWS, VECTORS, lanes))
            for k in range(taps):
                for r in range(min(ROWS, filters - f)):
                    dw[f + r, c, k] = sums[k, r, c - some - block].sum()


@njit(cache=True, parallel=True)
def _max_pool(x, size, stride, out, winner):
    """Fills out, and winner with the place of each maximum in its image, counted in row-major order."""
    images, channels, height, width = out.shape
    for task in prange(images * channels):
        n, c = task // channels, task % channels
        for i in range(height):
            for j in range(width):
                row, column = i * stride, j * stride
                best, place = x[n, c, row, column], row * x.shape[3] + column
                for p in range(row, row + size):
                    for q in range(column, column + size):
                        pixel = x[n, c, p, q]
                        # `>` leaves a tie to the first; a NaN wins, as in PyTorch.
                        if pixel > best or pixel != pixel:
                            best, place = pixel, p * x.shape[3] + q
                out[n, c, i, j] = best
                winner[n, c, i, j] = place


@njit(cache=True, parallel=True)
def _max_pool_backward(dout, winner, dx):
    images, channels, height, width = dout.shape
    for task in prange(images * channels):
        n, c = task // channels, task % channels
        pixels = dx[n, c].reshape(-1)
        for i in range(height):
            for j in range(width):
                pixels[winner[n, c, i, j]] += dout[n, c, i, j]


@njit(cache=True, parallel=True, error_model="numpy")
def _avg_pool(x, size, stride, out):
    images, channels, height, width = out.shape
    for task in prange(images * channels):
        n, c = task // channels, task % channels
        for i in range(height):
            out[n, c, i] = 0
            for p in range(size):
                for q in range(size):
                    for j in range(width):
                        out[n, c, i, j] += x[n, c, i * stride + p, j * stride + q]
            for j in range(width):
                out[n, c, i, j] /= size * size


@njit(cache=True, parallel=True, error_model="numpy")
def _avg_pool_backward(dout, size, stride, dx):
    images, channels, height, width = dout.shape
    for task in prange(images * channels):
        n, c = task // channels, task % channels
        for i in range(height):
            for p in range(size):
                for j in range(width):
                    for q in range(size):
                        dx[n, c, i * stride + p, j * stride + q] += dout[n, c, i, j] / (size * size)
