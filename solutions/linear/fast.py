"""The linear layer of linear.py, on all cores: the same answers.

A matrix product of any size is what BLAS libraries have been tuned for over decades, and NumPy brings one (OpenBLAS):
`@` reaches most of what the processor can do, with threads of its own, and needs no compiling. No Numba here, and on
purpose: two libraries' threads in turn would wait for each other's to go to sleep.
"""

import numpy as np

from .linear import _contiguous


def linear_forward(x, w, b):
    """linear.linear_forward, on all cores; arguments, result, cache and errors are the same."""
    x, w, b = _contiguous(x, w, b)
    if x.ndim != 2 or w.ndim != 2 or b.ndim != 1:
        raise ValueError(f"x, w and b need shapes (N, D), (D, M) and (M,), not {x.shape}, {w.shape} and {b.shape}")
    if len(x) == 0:
        raise ValueError("the batch is empty: x has no rows")
    if x.shape[1] != w.shape[0] or w.shape[1] != b.shape[0]:
        raise ValueError(f"x {x.shape}, w {w.shape} and b {b.shape} do not fit together")
    out = x @ w
    out += b
    return out, (x, w)


def linear_backward(dout, cache):
    """linear.linear_backward, on all cores."""
    x, w = cache
    dout = np.ascontiguousarray(dout, dtype=x.dtype)
    if dout.shape != (x.shape[0], w.shape[1]):
        raise ValueError(f"dout has shape {dout.shape}, out had {(x.shape[0], w.shape[1])}")
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
