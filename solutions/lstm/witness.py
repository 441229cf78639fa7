"""The forwards of lstm.py as torch computes them. Its weights are transposed, and an LSTM's two biases are added."""

import torch
from torch.func import functional_call


def gate(x, h, wx, wh, b):
    return torch.sigmoid(x @ wx + h @ wh + b)


def lstm_step_forward(x, h, c, wx, wh, b):
    cell = torch.nn.LSTMCell(x.shape[-1], h.shape[-1], dtype=x.dtype, device=x.device)
    weights = {"weight_ih": wx.T, "weight_hh": wh.T, "bias_ih": b, "bias_hh": torch.zeros_like(b)}
    return functional_call(cell, weights, (x, (h, c)))


def lstm_forward(x, h0, wx, wh, b):
    lstm = torch.nn.LSTM(x.shape[-1], h0.shape[-1], batch_first=True, dtype=x.dtype, device=x.device)
    weights = {"weight_ih_l0": wx.T, "weight_hh_l0": wh.T, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}
    return functional_call(lstm, weights, (x, (h0[None], torch.zeros_like(h0)[None])))[0]


def gru_step_forward(x, h, wx, wh, bx, bh):
    cell = torch.nn.GRUCell(x.shape[-1], h.shape[-1], dtype=x.dtype, device=x.device)
    weights = {"weight_ih": wx.T, "weight_hh": wh.T, "bias_ih": bx, "bias_hh": bh}
    return functional_call(cell, weights, (x, h))
