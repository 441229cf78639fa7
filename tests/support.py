"""What many tests use: the course, its references, and grading with functions written in a test."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from autograder.course import Course
from autograder.grading import Grader
from autograder.oracle import Live

ROOT = Path(__file__).resolve().parent.parent
COURSE = Course.read(ROOT)
ORACLES = {}
NIGHTLY = bool(os.environ.get("CHAINRULE_NIGHTLY"))  # a run that takes its time: nothing is left out


def sampled(items: Sequence, every: int = 3) -> Sequence:
    """Of many things that are tried in the same way every so manieth, the first among them; by night all."""
    return items if NIGHTLY else items[::every]


def reference(unit):
    """The module of a unit's reference answers."""
    return COURSE.unit(unit).reference


def oracle(unit):
    if unit not in ORACLES:
        ORACLES[unit] = Live(COURSE.unit(unit))
    return ORACLES[unit]


def grade(unit, exercise, seed=2024, **functions):
    """Grade an exercise with the given functions, and the references for the rest; unseen cases included."""
    unit = COURSE.unit(unit)
    asked = unit.exercises[exercise]
    implementation = unit.reference_functions().override(**functions)
    cases = asked.visible_cases() + asked.fresh_cases(seed)
    return Grader(unit, implementation, oracle(unit.name)).grade(asked, cases)


def numerical_gradient(f, x, dout=1.0, h=1e-5):
    """The gradient of sum(dout * f(x)) by central differences, entry by entry."""
    x = x.astype(np.float64)
    result = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        result[index] = np.sum(dout * (np.asarray(f(ahead)) - np.asarray(f(behind)))) / (2 * h)
    return result
