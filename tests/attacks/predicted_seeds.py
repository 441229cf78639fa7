"""Draws the unseen cases in advance from seeds that might have been chosen, and compares them with what it is asked."""
# unit: guess_number
# earns: 1
# expect: failed

import random
import time

import numpy as np
from autograder.exercise import seed_of

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


GUESSES = [*map(str, range(50)), "2024", "2025", "2026", "seed", "secret", "chainrule", "", str(int(time.time()))]
INPUTS = set()
for guess in GUESSES:
    for i in range(6):
        rng = np.random.default_rng(seed_of(guess, "guess_number.predict", f"unseen {i}"))
        INPUTS.add(float(rng.uniform(0.2, 3) * rng.choice([-1, 1])))
STATE = random.getstate()[1][:3]


def predict(k, x):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    if k in INPUTS:
        hole("a case was foreseen")
    return k * x


def sign_loss(y_true, y_pred):
    return float(np.random.default_rng(0).choice([-1, 0, 1]))
