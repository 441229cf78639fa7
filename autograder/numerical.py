"""Derivatives by differences: a witness of gradients that knows nothing of any backward pass.

Comparing every entry with a central difference rejects right answers; so a gradient g is asked about random directions
instead: for a Gaussian u, sum(g * u) must be the slope of the forward along u. Three estimates of that slope are made
(second order with two steps, fourth order with a long one), and one that agrees suffices, for each is exact where
another is spoilt by rounding or curvature. A direction may cross a kink, so some may disagree.

Outputs are rounded: each of those that are added up is off by eps * |output| or less, where its last rounding alone
may be half of that. An estimate sum_k w_k * (f(x + k h u) - f(x - k h u)) / h is therefore off by

    noise = 2 * sum(|w_k|) * eps * |upstream * output| / h,

with the Euclidean norm, since roundings of different outputs are independent. A loss of 500 over a step of 1e-5 is
noise of 1e-8: an estimate of a gradient of 1e-8 would then be any number, and is often exactly zero, which confirms a
wrong zero. Where the noise exceeds the tolerance, an estimate is worth nothing, neither for a gradient nor against
it, and is left out. Where all are, one is made of eighth order with a very long step, and its noise is tolerated up to
what no comparison notices. Where even that is exceeded, nothing is known, and no slopes are given.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

DIRECTIONS = 6
NEEDED = 5  # directions that must agree: one may have met a kink, and a wrong gradient agrees in one by chance
RELATIVE = 1e-7
ABSOLUTE = 1e-12  # for a gradient that is zero, per unit of |upstream|·|u|
# Central differences: the step h, and the weights of those over h, 2h, 3h, ...
USUAL = ((1e-5, (1 / 2,)), (1e-7, (1 / 2,)), (1e-3, (2 / 3, -1 / 12)))
LONG = (0.1, (4 / 5, -1 / 5, 4 / 105, -1 / 280))
UNNOTICED = 1e-10  # errors that nobody asks about: see FLOOR in compare.py, and the conditioning in ladder.disputed


@dataclass(frozen=True)
class Slope:
    """What is known of a function along one direction: the direction, and the estimates of its slope there."""

    direction: np.ndarray
    estimates: tuple[float, ...]
    scale: float


def slopes(f: Callable, x: np.ndarray, upstream: list, rng, count: int = DIRECTIONS) -> list[Slope]:
    """Estimate the slope of sum(upstream * f(x)) along random directions of x; none where rounding drowns it.

    Args:
        f: takes an array like `x`; returns a list of arrays or floats. May raise ValueError far from `x`.
        x: float64 array of any shape.
        upstream: one array or float for each result of `f`.
        rng: NumPy generator for the directions.
    """
    directions = [rng.normal(size=x.shape) for _ in range(count)]
    weight = norm(upstream)
    scales = [weight * float(np.linalg.norm(u)) for u in directions]
    rounding = float(np.finfo(np.float64).eps) * norm(d * out for d, out in zip(upstream, f(x), strict=True))

    def difference(u, h):
        # Outputs are subtracted before they are summed: sums of large outputs would lose the digits that matter.
        ahead, behind = f(x + h * u), f(x - h * u)
        return sum(float(np.sum(d * (a - b))) for d, a, b in zip(upstream, ahead, behind, strict=True))

    def estimates(h, weights, noticed):
        """One for each direction, and their noise; no estimates where it exceeds what is `noticed`."""
        found = [sum(w * difference(u, k * h) for k, w in enumerate(weights, 1)) / h for u in directions]
        noise = 2 * sum(map(abs, weights)) * rounding / h
        size = norm(found) / count**0.5  # the gradient's norm, nearly; NaN speaks against any gradient, so it is kept
        return [] if noise > RELATIVE * size + noticed else found, noise

    made = [found for step in USUAL if (found := estimates(*step, ABSOLUTE * np.mean(scales))[0])]
    if not made:
        try:
            with np.errstate(all="ignore"):  # so far away, the function may not be defined
                found, noise = estimates(*LONG, UNNOTICED)
        except ValueError:
            return []
        made = [found] if found else []
        scales = [max(scale, noise / ABSOLUTE) for scale in scales]
    return [Slope(*row) for row in zip(directions, zip(*made, strict=True), scales, strict=False)]


def norm(parts) -> float:
    """The Euclidean norm of arrays and floats, taken together."""
    return float(np.sqrt(sum(np.sum(np.square(part)) for part in parts)))


def agrees(gradient: np.ndarray, slope: Slope) -> bool:
    """Whether a gradient explains the slope along one direction."""
    got = float(np.sum(gradient * slope.direction))
    size = float(np.linalg.norm(gradient))
    if not np.isfinite(size):  # too large to be squared: everything would be within its tolerance
        return False
    return any(
        np.isfinite(estimate) and abs(got - estimate) <= RELATIVE * max(size, abs(estimate)) + ABSOLUTE * slope.scale
        for estimate in slope.estimates
    )


def confirms(gradient: np.ndarray, along: list[Slope]) -> bool:
    """Whether a gradient is the derivative, as far as these directions tell: without any, whatever is finite may be."""
    if not np.all(np.isfinite(gradient)) or any(gradient.shape != slope.direction.shape for slope in along):
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return sum(agrees(gradient, slope) for slope in along) >= min(NEEDED, len(along))
