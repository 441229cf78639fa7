"""Reference answers for lstm.py: gates, LSTM and GRU, forward and backward, as plain loops compiled by Numba.

Inside, a sequence is kept with time first, so that one time step is one contiguous block, and states are numbered from
0: hs[t] goes into step t and hs[t + 1] comes out. Every backward kernel adds to the gradients that it is handed: a
weight is used at every step and for every sample, and its gradient is the sum over all of them.
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit

LstmStep = namedtuple("LstmStep", "x h c wx wh b gates tanh_c")  # what a forward keeps for its backward
LstmSequence = namedtuple("LstmSequence", "xs hs cs wx wh b gates tanh_cs")  # all of it with time first
GruStep = namedtuple("GruStep", "x h wx wh bx bh gates hidden")


@njit(cache=True)
def _sigmoid(z):
    """1 / (1 + e^-z), in whichever of its two forms the exponential stays at or below 1."""
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)


@njit(cache=True)
def _add_product(a, w, out):
    """out += a @ w"""
    for n in range(a.shape[0]):
        for j in range(w.shape[0]):
            for k in range(w.shape[1]):
                out[n, k] += a[n, j] * w[j, k]


@njit(cache=True)
def _add_affine_gradients(dout, a, w, da, dw, db):
    """Back through a @ w + b: da += dout @ w.T, dw += a.T @ dout, db += the rows of dout."""
    for n in range(a.shape[0]):
        for k in range(w.shape[1]):
            db[k] += dout[n, k]
        for j in range(w.shape[0]):
            for k in range(w.shape[1]):
                da[n, j] += dout[n, k] * w[j, k]
                dw[j, k] += a[n, j] * dout[n, k]


@njit(cache=True)
def _gate(x, h, wx, wh, b, out):
    for n in range(x.shape[0]):
        out[n] = b
    _add_product(x, wx, out)
    _add_product(h, wh, out)
    for n in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[n, k] = _sigmoid(out[n, k])


@njit(cache=True)
def _lstm_step(x, h, c, wx, wh, b, gates, tanh_c, h_next, c_next):
    """Fills gates (N,4H: i, f, g, o after their sigmoid or tanh), tanh_c = tanh(c_next), h_next and c_next."""
    units = h.shape[1]
    for n in range(x.shape[0]):
        gates[n] = b
    _add_product(x, wx, gates)
    _add_product(h, wh, gates)
    for n in range(x.shape[0]):
        for u in range(units):
            i = _sigmoid(gates[n, u])
            f = _sigmoid(gates[n, units + u])
            g = math.tanh(gates[n, 2 * units + u])
            o = _sigmoid(gates[n, 3 * units + u])
            c_next[n, u] = f * c[n, u] + i * g
            tanh_c[n, u] = math.tanh(c_next[n, u])
            h_next[n, u] = o * tanh_c[n, u]
            gates[n, u] = i
            gates[n, units + u] = f
            gates[n, 2 * units + u] = g
            gates[n, 3 * units + u] = o


@njit(cache=True)
def _lstm_step_back(dh_next, dc_next, x, h, c, wx, wh, gates, tanh_c, dx, dh, dc, dwx, dwh, db):
    """Adds to dx, dh, dc (what the step was given) and to dwx, dwh, db."""
    units = h.shape[1]
    dz = np.empty_like(gates)  # with respect to the gates before their sigmoid or tanh
    for n in range(x.shape[0]):
        for u in range(units):
            i = gates[n, u]
            f = gates[n, units + u]
            g = gates[n, 2 * units + u]
            o = gates[n, 3 * units + u]
            # The new cell state is used twice: by the next step, and by h = o * tanh(c).
            dc_new = dc_next[n, u] + dh_next[n, u] * o * (1.0 - tanh_c[n, u] ** 2)
            dz[n, u] = dc_new * g * i * (1.0 - i)
            dz[n, units + u] = dc_new * c[n, u] * f * (1.0 - f)
            dz[n, 2 * units + u] = dc_new * i * (1.0 - g * g)
            dz[n, 3 * units + u] = dh_next[n, u] * tanh_c[n, u] * o * (1.0 - o)
            dc[n, u] += dc_new * f
    _add_affine_gradients(dz, x, wx, dx, dwx, db)
    _add_affine_gradients(dz, h, wh, dh, dwh, np.zeros_like(db))  # one bias for both products: it is counted above


@njit(cache=True)
def _lstm(xs, wx, wh, b, gates, tanh_cs, hs, cs):
    for t in range(xs.shape[0]):
        _lstm_step(xs[t], hs[t], cs[t], wx, wh, b, gates[t], tanh_cs[t], hs[t + 1], cs[t + 1])


@njit(cache=True)
def _lstm_back(xs, hs, cs, wx, wh, gates, tanh_cs, dxs, dhs, dcs, dwx, dwh, db):
    for t in range(xs.shape[0] - 1, -1, -1):
        _lstm_step_back(
            dhs[t + 1], dcs[t + 1], xs[t], hs[t], cs[t], wx, wh, gates[t], tanh_cs[t],
            dxs[t], dhs[t], dcs[t], dwx, dwh, db,
        )  # fmt: skip


@njit(cache=True)
def _gru_step(x, h, wx, wh, bx, bh, gates, hidden, h_next):
    """Fills gates (N,3H: r, z, n after their sigmoid or tanh), hidden = h @ wh + bh and h_next."""
    units = h.shape[1]
    for n in range(x.shape[0]):
        gates[n] = bx
        hidden[n] = bh
    _add_product(x, wx, gates)
    _add_product(h, wh, hidden)
    for n in range(x.shape[0]):
        for u in range(units):
            r = _sigmoid(gates[n, u] + hidden[n, u])
            z = _sigmoid(gates[n, units + u] + hidden[n, units + u])
            new = math.tanh(gates[n, 2 * units + u] + r * hidden[n, 2 * units + u])
            h_next[n, u] = (1.0 - z) * new + z * h[n, u]
            gates[n, u] = r
            gates[n, units + u] = z
            gates[n, 2 * units + u] = new


@njit(cache=True)
def _gru_step_back(dh_next, x, h, wx, wh, gates, hidden, dx, dh, dwx, dwh, dbx, dbh):
    """Adds to dx, dh (what the step was given) and to dwx, dwh, dbx, dbh."""
    units = h.shape[1]
    from_x = np.empty_like(gates)  # with respect to x @ wx + bx
    from_h = np.empty_like(gates)  # with respect to h @ wh + bh: the same, but for the new gate, where r stands between
    for n in range(x.shape[0]):
        for u in range(units):
            r = gates[n, u]
            z = gates[n, units + u]
            new = gates[n, 2 * units + u]
            d = dh_next[n, u]
            dnew = d * (1.0 - z) * (1.0 - new * new)
            from_x[n, u] = dnew * hidden[n, 2 * units + u] * r * (1.0 - r)
            from_x[n, units + u] = d * (h[n, u] - new) * z * (1.0 - z)
            from_x[n, 2 * units + u] = dnew
            from_h[n, u] = from_x[n, u]
            from_h[n, units + u] = from_x[n, units + u]
            from_h[n, 2 * units + u] = dnew * r
            dh[n, u] += d * z
    _add_affine_gradients(from_x, x, wx, dx, dwx, dbx)
    _add_affine_gradients(from_h, h, wh, dh, dwh, dbh)


def _ready(blocks, **arrays):
    """Copies of the arguments as the kernels want them: contiguous, all float32 or all float64, of shapes that fit.

    Copies, because Numba would compile every kernel again for a read-only array. wx and wh hold `blocks` blocks of H
    columns, one for each gate. An empty batch or sequence is refused.
    """
    *batch, d = np.shape(arrays["x"])
    if 0 in batch:
        raise ValueError(f"x has shape {(*batch, d)}: an empty batch or sequence has no hidden state to compute")
    units = len(arrays["wh"])
    state, bias = (batch[0], units), (blocks * units,)
    shapes = {"wx": (d, *bias), "wh": (units, *bias), "b": bias, "bx": bias, "bh": bias}
    shapes |= {"x": (*batch, d), "h": state, "h0": state, "c": state}
    for name, array in arrays.items():
        if np.shape(array) != shapes[name]:
            raise ValueError(f"{name} has shape {np.shape(array)}, but {shapes[name]} is needed")
    dtype = np.result_type(np.float32, *arrays.values())
    return [np.array(array, dtype=dtype, order="C") for array in arrays.values()]


def _upstream(name, gradient, like):
    """A gradient that a backward is given, as the kernels want it: shape and dtype of what it is the gradient of."""
    if np.shape(gradient) != like.shape:
        raise ValueError(f"{name} has shape {np.shape(gradient)}, but {like.shape} is needed")
    return np.array(gradient, dtype=like.dtype, order="C")


def gate(x, h, wx, wh, b):
    """One layer of sigmoids over input and state: sigmoid(x @ wx + h @ wh + b).

    Args: x (N,D), h (N,H), wx (D,H), wh (H,H), b (H,), float32 or float64.
    Returns: array (N,H) of the same dtype, every entry in [0, 1]; finite for any finite input.
    Raises: ValueError for an empty batch, or shapes that do not fit together.
    """
    x, h, wx, wh, b = _ready(1, x=x, h=h, wx=wx, wh=wh, b=b)
    out = np.empty_like(h)
    _gate(x, h, wx, wh, b, out)
    return out


def lstm_step_forward(x, h, c, wx, wh, b):
    """One time step of an LSTM (Hochreiter and Schmidhuber, 1997; forget gate: Gers, Schmidhuber and Cummins, 2000).

    With z = x @ wx + h @ wh + b cut into four blocks of H columns, in PyTorch's order:
    i = sigmoid(z_i), f = sigmoid(z_f), g = tanh(z_g), o = sigmoid(z_o); new c = f * c + i * g; new h = o * tanh(new c).

    Args: x (N,D), h (N,H), c (N,H), wx (D,4H), wh (H,4H), b (4H,), float32 or float64.
    Returns: (h (N,H), c (N,H), cache); h and c of the same dtype.
    Raises: ValueError for an empty batch, or shapes that do not fit together.
    """
    x, h, c, wx, wh, b = _ready(4, x=x, h=h, c=c, wx=wx, wh=wh, b=b)
    gates = np.empty((len(x), len(b)), dtype=x.dtype)
    tanh_c, h_next, c_next = np.empty_like(h), np.empty_like(h), np.empty_like(h)
    _lstm_step(x, h, c, wx, wh, b, gates, tanh_c, h_next, c_next)
    return h_next, c_next, LstmStep(x, h, c, wx, wh, b, gates, tanh_c)


def lstm_step_backward(dh, dc, cache):
    """Gradients of `lstm_step_forward`, given those of its results h and c.

    With dc_new = dc + dh * o * (1 - tanh(new c)^2): dz_i = dc_new * g * i(1-i), dz_f = dc_new * c * f(1-f),
    dz_g = dc_new * i * (1-g^2), dz_o = dh * tanh(new c) * o(1-o); dx = dz @ wx.T, previous dh = dz @ wh.T,
    previous dc = dc_new * f, dwx = x.T @ dz, dwh = h.T @ dz, db = the sum of dz over the batch.

    Args: dh (N,H), dc (N,H), and the cache of the forward.
    Returns: (dx (N,D), dh (N,H), dc (N,H), dwx (D,4H), dwh (H,4H), db (4H,)), dh and dc for the previous h and c.
    Raises: ValueError for shapes that do not fit together.
    """
    x, h, c, wx, wh, b, gates, tanh_c = cache
    dh_next, dc_next = _upstream("dh", dh, h), _upstream("dc", dc, c)
    gradients = [np.zeros_like(a) for a in (x, h, c, wx, wh, b)]
    _lstm_step_back(dh_next, dc_next, x, h, c, wx, wh, gates, tanh_c, *gradients)
    return tuple(gradients)


def lstm_forward(x, h0, wx, wh, b):
    """`lstm_step_forward` along a sequence; the first cell state is zero.

    Args: x (N,T,D), h0 (N,H), wx (D,4H), wh (H,4H), b (4H,), float32 or float64.
    Returns: (hs (N,T,H) of the same dtype: the hidden state after every step, cache).
    Raises: ValueError for an empty batch, a sequence of length 0, or shapes that do not fit together.
    """
    x, h0, wx, wh, b = _ready(4, x=x, h0=h0, wx=wx, wh=wh, b=b)
    xs = np.ascontiguousarray(x.transpose(1, 0, 2))
    (steps, n, _), units = xs.shape, len(wh)
    gates = np.empty((steps, n, 4 * units), dtype=x.dtype)
    tanh_cs = np.empty((steps, n, units), dtype=x.dtype)
    hs = np.empty((steps + 1, n, units), dtype=x.dtype)
    cs = np.empty_like(hs)
    hs[0] = h0
    cs[0] = 0.0
    _lstm(xs, wx, wh, b, gates, tanh_cs, hs, cs)
    return hs[1:].transpose(1, 0, 2).copy(), LstmSequence(xs, hs, cs, wx, wh, b, gates, tanh_cs)


def lstm_backward(dhs, cache):
    """Gradients of `lstm_forward`, back through time.

    From the last step to the first: what reaches h after step t is dhs[:, t] plus what step t + 1 hands back; what
    reaches c is what step t + 1 hands back. The gradients of the weights add up over the steps.

    Args: dhs (N,T,H), and the cache of the forward.
    Returns: (dx (N,T,D), dh0 (N,H), dwx (D,4H), dwh (H,4H), db (4H,)).
    Raises: ValueError for shapes that do not fit together.
    """
    xs, hs, cs, wx, wh, b, gates, tanh_cs = cache
    dxs, dhs_total, dcs, dwx, dwh, db = (np.zeros_like(a) for a in (xs, hs, cs, wx, wh, b))
    dhs_total[1:] = _upstream("dhs", dhs, hs[1:].transpose(1, 0, 2)).transpose(1, 0, 2)
    _lstm_back(xs, hs, cs, wx, wh, gates, tanh_cs, dxs, dhs_total, dcs, dwx, dwh, db)
    return dxs.transpose(1, 0, 2).copy(), dhs_total[0].copy(), dwx, dwh, db


def gru_step_forward(x, h, wx, wh, bx, bh):
    """One time step of a GRU (Cho et al., 2014), in the form PyTorch computes: r acts after the product with wh.

    With a = x @ wx + bx and s = h @ wh + bh cut into three blocks of H columns, in PyTorch's order:
    r = sigmoid(a_r + s_r), z = sigmoid(a_z + s_z), n = tanh(a_n + r * s_n); new h = (1 - z) * n + z * h.

    Args: x (N,D), h (N,H), wx (D,3H), wh (H,3H), bx (3H,), bh (3H,), float32 or float64.
    Returns: (h (N,H) of the same dtype, cache).
    Raises: ValueError for an empty batch, or shapes that do not fit together.
    """
    x, h, wx, wh, bx, bh = _ready(3, x=x, h=h, wx=wx, wh=wh, bx=bx, bh=bh)
    gates = np.empty((len(x), len(bx)), dtype=x.dtype)
    hidden, h_next = np.empty_like(gates), np.empty_like(h)
    _gru_step(x, h, wx, wh, bx, bh, gates, hidden, h_next)
    return h_next, GruStep(x, h, wx, wh, bx, bh, gates, hidden)


def gru_step_backward(dh, cache):
    """Gradients of `gru_step_forward`, given that of its result h.

    With da_n = dh * (1-z) * (1-n^2), da_z = dh * (h-n) * z(1-z), da_r = da_n * s_n * r(1-r); ds = da, but
    ds_n = da_n * r: dx = da @ wx.T, previous dh = dh * z + ds @ wh.T, dwx = x.T @ da, dwh = h.T @ ds, and dbx and dbh
    are the sums of da and ds over the batch.

    Args: dh (N,H), and the cache of the forward.
    Returns: (dx (N,D), dh (N,H), dwx (D,3H), dwh (H,3H), dbx (3H,), dbh (3H,)), dh for the previous h.
    Raises: ValueError for shapes that do not fit together.
    """
    x, h, wx, wh, bx, bh, gates, hidden = cache
    dh_next = _upstream("dh", dh, h)
    gradients = [np.zeros_like(a) for a in (x, h, wx, wh, bx, bh)]
    _gru_step_back(dh_next, x, h, wx, wh, gates, hidden, *gradients)
    return tuple(gradients)
