"""LSTM and GRU as a good student writes them in NumPy: whole arrays, and a loop over the time steps."""

import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def gate(x, h, wx, wh, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return sigmoid(x @ wx + h @ wh + b)


def lstm_step_forward(x, h, c, wx, wh, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    z = x @ wx + h @ wh + b
    H = h.shape[1]
    i = sigmoid(z[:, :H])
    f = sigmoid(z[:, H : 2 * H])
    g = np.tanh(z[:, 2 * H : 3 * H])
    o = sigmoid(z[:, 3 * H :])
    c_new = f * c + i * g
    tanh_c = np.tanh(c_new)
    h_new = o * tanh_c
    return h_new, c_new, (x, h, c, wx, wh, i, f, g, o, tanh_c)


def lstm_step_backward(dh, dc, cache):
    x, h, c, wx, wh, i, f, g, o, tanh_c = cache
    dc_new = dc + dh * o * (1 - tanh_c**2)
    di = dc_new * g * i * (1 - i)
    df = dc_new * c * f * (1 - f)
    dg = dc_new * i * (1 - g**2)
    do = dh * tanh_c * o * (1 - o)
    dz = np.concatenate([di, df, dg, do], axis=1)
    dx = dz @ wx.T
    dh_old = dz @ wh.T
    dc_old = dc_new * f
    return dx, dh_old, dc_old, x.T @ dz, h.T @ dz, dz.sum(axis=0)


def lstm_forward(x, h0, wx, wh, b):
    N, T, _ = x.shape
    if N == 0 or T == 0:
        raise ValueError("there is nothing to go through")
    h, c = h0, np.zeros_like(h0)
    hs = np.zeros((N, T, h0.shape[1]), dtype=x.dtype)
    caches = []
    for t in range(T):
        h, c, cache = lstm_step_forward(x[:, t], h, c, wx, wh, b)
        hs[:, t] = h
        caches.append(cache)
    return hs, caches


def lstm_backward(dhs, cache):
    N, T, H = dhs.shape
    x, h, c, wx, wh, *_ = cache[0]
    dx = np.zeros((N, T, x.shape[1]), dtype=x.dtype)
    dwx, dwh, db = np.zeros_like(wx), np.zeros_like(wh), np.zeros(4 * H, dtype=wx.dtype)
    dh, dc = np.zeros_like(h), np.zeros_like(c)
    for t in reversed(range(T)):
        dx[:, t], dh, dc, dwx_t, dwh_t, db_t = lstm_step_backward(dhs[:, t] + dh, dc, cache[t])
        dwx += dwx_t
        dwh += dwh_t
        db += db_t
    return dx, dh, dwx, dwh, db


def gru_step_forward(x, h, wx, wh, bx, bh):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    H = h.shape[1]
    a = x @ wx + bx
    s = h @ wh + bh
    r = sigmoid(a[:, :H] + s[:, :H])
    z = sigmoid(a[:, H : 2 * H] + s[:, H : 2 * H])
    s_n = s[:, 2 * H :]
    n = np.tanh(a[:, 2 * H :] + r * s_n)
    h_new = (1 - z) * n + z * h
    return h_new, (x, h, wx, wh, r, z, n, s_n)


def gru_step_backward(dh, cache):
    x, h, wx, wh, r, z, n, s_n = cache
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h - n) * z * (1 - z)
    da_r = da_n * s_n * r * (1 - r)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    ds = np.concatenate([da_r, da_z, da_n * r], axis=1)
    dh_old = dh * z + ds @ wh.T
    return da @ wx.T, dh_old, x.T @ da, h.T @ ds, da.sum(axis=0), ds.sum(axis=0)
