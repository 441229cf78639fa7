"""A sample student's work on lstm: the gate is right, the step takes its last two blocks in the wrong order."""

import numpy as np


def gate(x, h, wx, wh, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    z = x @ wx + h @ wh + b
    # e^-|z| is never more than 1, so nothing overflows
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def lstm_step_forward(x, h, c, wx, wh, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    H = h.shape[1]

    def block(k):
        return wx[:, k * H : (k + 1) * H], wh[:, k * H : (k + 1) * H], b[k * H : (k + 1) * H]

    i = gate(x, h, *block(0))
    f = gate(x, h, *block(1))
    o = gate(x, h, *block(2))
    wx_g, wh_g, b_g = block(3)
    g = np.tanh(x @ wx_g + h @ wh_g + b_g)
    c_new = f * c + i * g
    h_new = o * np.tanh(c_new)
    return h_new, c_new, (x, h, c, i, f, g, o, c_new, wx, wh)
