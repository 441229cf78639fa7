"""How close is close enough: the one place where tolerances are written.

Two arrays agree where |got - want| <= tolerance * (|want| + max|want|) + floor: relative to each entry and to the
array as a whole, since a small entry may be the difference of large ones. The tolerance is the square root of the
dtype's machine epsilon, half of its digits (1.5e-8 in float64, 3.5e-4 in float32), times the exercise's conditioning.
"""

from functools import cache

import numpy as np

FLOOR = 1000  # in units of machine epsilon: rounding that is left where the answer is zero


@cache
def epsilon(dtype) -> float:
    dtype = np.dtype(dtype)
    return float(np.finfo(dtype if dtype.kind in "fc" and dtype.itemsize >= 4 else np.float64).eps)


def tolerance(dtype, conditioning: float = 1.0) -> float:
    """The relative tolerance for results of this dtype."""
    return epsilon(dtype) ** 0.5 * conditioning


def allowance(want: np.ndarray, dtype, conditioning: float = 1.0) -> np.ndarray:
    """How far each entry may be from what is wanted."""
    size = np.abs(want)
    largest = size.max() if size.size else 0.0
    if not np.isfinite(largest):
        finite = size[np.isfinite(size)]
        largest = finite.max() if finite.size else 0.0
    return tolerance(dtype, conditioning) * (size + largest) + FLOOR * epsilon(dtype) * conditioning


def far(got, want, dtype=np.float64, conditioning: float = 1.0) -> np.ndarray:
    """A boolean array: which entries do not agree. Shapes must be equal. NaN agrees with NaN, inf with the same inf."""
    got, want = np.asarray(got), np.asarray(want)
    if want.dtype.kind in "biu" and got.dtype.kind in "biu":
        return got != want
    common = np.complex128 if "c" in got.dtype.kind + want.dtype.kind else np.float64
    got, want = got.astype(common, copy=False), want.astype(common, copy=False)
    with np.errstate(invalid="ignore", over="ignore"):
        close = np.abs(got - want) <= allowance(want, dtype, conditioning)
        finite = np.isfinite(want) & np.isfinite(got)
        if finite.all():
            return ~close
        same = (got == want) | (np.isnan(got) & np.isnan(want))
    return ~np.where(finite, close, same)


def agree(got, want, dtype=np.float64, conditioning: float = 1.0) -> bool:
    """Whether two arrays have the same shape and agree everywhere."""
    return np.shape(got) == np.shape(want) and not far(got, want, dtype, conditioning).any()
