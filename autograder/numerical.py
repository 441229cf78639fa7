"""Derivatives by differences: a witness of gradients that knows nothing of any backward pass.

Comparing every entry with a central difference rejects right answers; so a gradient g is asked about random directions
instead: for a Gaussian u, sum(g * u) must be the slope of the forward along u. Three estimates of that slope are made
(second order with two steps, fourth order with a long one), and one that agrees suffices, for each is exact where
another is spoilt by rounding or curvature. A direction may cross a kink, so some may disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

DIRECTIONS = 6
NEEDED = 5  # directions that must agree: one may have met a kink, and a wrong gradient agrees in one by chance
RELATIVE = 1e-7
ABSOLUTE = 1e-12  # for a gradient that is zero, per unit of |upstream|·|u|


@dataclass(frozen=True)
class Slope:
    """What is known of a function along one direction: the direction, and the estimates of its slope there."""

    direction: np.ndarray
    estimates: tuple[float, ...]
    scale: float


def slopes(f: Callable, x: np.ndarray, upstream: list, rng, count: int = DIRECTIONS) -> list[Slope]:
    """Estimate the slope of sum(upstream * f(x)) along random directions of x.

    Args:
        f: takes an array like `x`; returns a list of arrays or floats.
        x: float64 array of any shape.
        upstream: one array or float for each result of `f`.
        rng: NumPy generator for the directions.
    """

    def along(u, h):
        # Outputs are subtracted before they are summed: sums of large outputs would lose the digits that matter.
        ahead, behind = f(x + h * u), f(x - h * u)
        return sum(float(np.sum(d * (a - b))) for d, a, b in zip(upstream, ahead, behind, strict=True))

    weight = float(np.sqrt(sum(np.sum(np.square(d)) for d in upstream)))
    made = []
    for _ in range(count):
        u = rng.normal(size=x.shape)
        second = [along(u, h) / (2 * h) for h in (1e-5, 1e-7)]
        h = 1e-3
        fourth = (8 * along(u, h) - along(u, 2 * h)) / (12 * h)
        made.append(Slope(u, (*second, fourth), weight * float(np.linalg.norm(u))))
    return made


def agrees(gradient: np.ndarray, slope: Slope) -> bool:
    """Whether a gradient explains the slope along one direction."""
    got = float(np.sum(gradient * slope.direction))
    size = float(np.linalg.norm(gradient))
    if not np.isfinite(size):  # too large to be squared: everything would be within its tolerance
        return False
    return any(
        abs(got - estimate) <= RELATIVE * max(size, abs(estimate)) + ABSOLUTE * slope.scale
        for estimate in slope.estimates
    )


def confirms(gradient: np.ndarray, along: list[Slope]) -> bool:
    """Whether a gradient is the derivative, as far as these directions tell."""
    if not np.all(np.isfinite(gradient)) or any(gradient.shape != slope.direction.shape for slope in along):
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return sum(agrees(gradient, slope) for slope in along) >= min(NEEDED, len(along))
