"""Slips that turn an honest function into a wrong one: in place of the left text the right one was written.

A slip applies to every way of writing a function in which its text is found. `python benchmarks/made_up_class.py`
checks that each of them is found, and costs the exercise.
"""

SLIPS = {
    "conv.output_size": [
        ("room // stride + 1", "room // stride"),
        ("size + 2 * padding - kernel", "size + padding - kernel"),
        ("room // stride + 1", "-(-room // stride) + 1"),
        ("room // stride + 1", "room / stride + 1"),
        ("return room", "windows = room"),  # nothing is returned
    ],
    "conv.conv2d_forward": [
        ("((0, 0), (0, 0), (padding, padding), (padding, padding))", "padding"),
        ("((0, 0), (0, 0), (padding, padding), (padding, padding))",
         "((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding))"),
        ("top, left = i * stride, j * stride", "top, left = i, j"),
        ("top, left = i * stride, j * stride", "top, left = i * stride, j"),
        ("out += b[:, None, None]\n    return", "return"),
        (" + b[f]", ""),
        ("window, w, axes", "window, w[:, :, ::-1, ::-1], axes"),
        ("window * w[f]", "window * w[f][:, ::-1, ::-1]"),
        (", dtype=x.dtype", ""),
        ("return out, (x, padded, w, stride, padding)", "return out"),
    ],
    "conv.conv2d_backward": [
        ("dx = dpadded[:, :, padding : padding + H, padding : padding + W]", "dx = dpadded"),
        ("dpadded[:, :, padding : padding + H, padding : padding + W]",
         "dpadded[:, :, padding:-padding, padding:-padding]"),
        ("dpadded[:, :, top : top + KH, left : left + KW] +=", "dpadded[:, :, top : top + KH, left : left + KW] ="),
        ("dpadded[n, :, top : top + KH, left : left + KW] +=", "dpadded[n, :, top : top + KH, left : left + KW] ="),
        ("top, left = i * stride, j * stride", "top, left = i, j"),
        ("db = dout.sum(axis=(0, 2, 3))", "db = dout.mean(axis=(0, 2, 3))"),
        ("db = dout.sum(axis=(0, 2, 3))", "db = dout.sum(axis=(2, 3))"),
        ("dw +=", "dw ="),
        ("dw[f] += d", "dw[f] = d"),
        ("return dx, dw, db", "return dx, dw / len(dout), db"),
        ("return dx, dw, db", "return dw, dx, db"),
        ("cache\n", "cache\n    dout = np.ones_like(dout)\n"),
    ],
    "conv.max_pool2d_forward": [
        ("window.max(axis=(2, 3))", "window.max()"),
        ("window.max(axis=(2, 3))", "np.maximum(window.max(axis=(2, 3)), 0)"),
        ("top, left = i * stride, j * stride", "top, left = i * size, j * size"),
        ("np.max(", "np.mean("),
        (", dtype=x.dtype", ""),
    ],
    "conv.max_pool2d_backward": [
        ("top + p, left + q] +=", "top + p, left + q] ="),
        ("top + p, left + q]", "top + q, left + p]"),
        ("top + p, left + q]", "p, q]"),
        ("p, q = np.unravel_index(np.argmax(window), window.shape)\n"
         "                    dx[n, c, top + p, left + q] +=",
         "mask = window == window.max()\n"
         "                    dx[n, c, top : top + size, left : left + size] += mask *"),
        ("np.argmax(", "np.argmin("),
    ],
    "conv.avg_pool2d_forward": [
        ("window.mean(axis=(2, 3))", "window.sum(axis=(2, 3))"),
        ("window.mean(axis=(2, 3))", "window.sum(axis=(2, 3)) / stride**2"),
        ("window.mean(axis=(2, 3))", "window.mean()"),
        ("top, left = i * stride, j * stride", "top, left = i, j"),
        ("window.mean", "windows.mean"),  # a name that is not there
    ],
    "conv.avg_pool2d_backward": [
        (" / size**2", ""),
        (" / size**2", " / size"),
        ("+= dout", "= dout"),
        ("* stride", "* size"),
    ],
    "lstm.gate": [
        ("sigmoid(", "sigmiod("),  # a name that is not there
        ("return sigmoid(x @ wx + h @ wh + b)", "z = x @ wx + h @ wh + b\n    return np.exp(z) / (1 + np.exp(z))"),
        (" + b", ""),
        ("h @ wh", "h @ wh.T"),
        ("sigmoid(", "np.tanh("),
    ],
    "lstm.lstm_step_forward": [
        ("g = np.tanh(", "g = sigmoid("),
        ("h_new = o * tanh_c", "h_new = o * c_new"),
        ("c_new = f * c + i * g", "c_new = c + i * g"),
        ("c_new = f * c + i * g", "c_new = i * c + f * g"),
        ("return h_new, c_new,", "return c_new, h_new,"),
        ("tanh_c = np.tanh(c_new)", "tanh_c = np.tanh(c)"),
        ('if len(x) == 0:\n        raise ValueError("the batch is empty")\n    ', ""),
    ],
    "lstm.lstm_step_backward": [
        ("dc + dh * o * (1 - tanh_c**2)", "dc"),
        ("dc + dh * o * (1 - tanh_c**2)", "dc + dh * o"),
        ("dc + dh * o * (1 - tanh_c**2)", "dh * o * (1 - tanh_c**2)"),
        ("dc_new = dc + dh * o * (1 - tanh_c**2)", "dc += dh * o * (1 - tanh_c**2)\n    dc_new = dc"),
        ("dc_old = dc_new * f", "dc_old = dc_new"),
        (" * f * (1 - f)", " * f"),
        ("(1 - g**2)", "(1 - np.tanh(g) ** 2)"),
        ("[di, df, dg, do]", "[di, df, do, dg]"),
        ("dz.sum(axis=0)", "dz.mean(axis=0)"),
        ("dz.sum(axis=0)", "dz"),
    ],
    "lstm.lstm_forward": [
        ("h, c = h0, np.zeros_like(h0)", "h, c = h0, h0"),
        ("h, c = h0, np.zeros_like(h0)", "h, c = np.zeros_like(h0), np.zeros_like(h0)"),
        ("h, c, cache = lstm", "h, _, cache = lstm"),
        ("hs[:, t] = h", "hs[:, t] = c"),
        ("return hs, caches", "return h, caches"),
        ("if N == 0 or T == 0", "if N == 0"),
    ],
    "lstm.lstm_backward": [
        ("dhs[:, t] + dh, dc", "dhs[:, t], dc"),
        ("dhs[:, t] + dh, dc", "dhs[:, t] + dh, 0 * dc"),
        ("in reversed(range(T))", "in range(T)"),
        ("dwx += dwx_t", "dwx = dwx_t"),
        ("return dx, dh, dwx", "return dx, dh + dc, dwx"),
        ("db += db_t", "db += db_t / T"),
    ],
    "lstm.gru_step_forward": [
        ("(1 - z) * n + z * h", "z * n + (1 - z) * h"),
        ("s = h @ wh + bh", "s = h @ wh"),
        ("a[:, 2 * H :] + r * s_n", "r * (a[:, 2 * H :] + s_n)"),
        ("a[:, 2 * H :] + r * s_n", "a[:, 2 * H :] + s_n"),
        ("n = np.tanh(", "n = sigmoid("),
    ],
    "lstm.gru_step_backward": [
        ("dh * z + ds @ wh.T", "ds @ wh.T"),
        ("dh * z + ds @ wh.T", "dh * z"),
        ("[da_r, da_z, da_n * r]", "[da_r, da_z, da_n]"),
        ("(h - n)", "(n - h)"),
        (" * (1 - n**2)", ""),
        ("ds.sum(axis=0)", "da.sum(axis=0)"),
        ("h.T @ ds", "h @ ds"),
    ],
}  # fmt: skip
