"""What is asked of perceptron.py.

All numbers are multiples of 1/16 and small, so that every score is exact: on the line means exactly on it.
"""

import numpy as np

from autograder import value


def grid(rng, *shape):
    return rng.integers(-12, 13, size=shape) / 4


def points_and_line(rng, n, d):
    """Points and a hyperplane that goes right through the last of them."""
    x, w = grid(rng, n, d), grid(rng, d)
    return dict(x=x, w=w, b=-float(x[-1] @ w))


def any_points(rng):
    return int(rng.integers(5, 10)), int(rng.integers(2, 5))


def sample_at(rng, d, y_i, score, lr):
    """A sample with this score."""
    x_i, w = grid(rng, d), grid(rng, d)
    return dict(x_i=x_i, y_i=np.int64(y_i), w=w, b=score - float(x_i @ w), lr=lr)


def any_sample(rng):
    d, y_i = int(rng.integers(2, 6)), int(rng.choice([-1, 1]))
    return d, y_i, float(rng.choice([-2.5 * y_i, 1.5 * y_i, 0.0, 0.0])), float(rng.choice([0.25, 0.5, 2.0]))


def samples(rng, n, d, separable, lr, epochs):
    """Samples on both sides of a hyperplane, none close to it; unless they are separable, one has a false twin."""
    normal = rng.choice([-2.0, -1.0, 1.0, 2.0], size=d)
    candidates = rng.integers(0, 13, size=(60 * n, d)) / 4  # all to one side of 0, so that a bias is needed
    offset = -1.5 * normal.sum()
    score = candidates @ normal + offset
    x = np.concatenate([candidates[score >= 1][: n // 2], candidates[score <= -1][: n - n // 2]])
    x = x[rng.permutation(n)]
    y = np.where(x @ normal + offset > 0, 1, -1)
    if not separable:
        x[-1], y[-1] = x[0], -y[0]
    return dict(x=x, y=y, lr=lr, epochs=epochs)


def any_samples(rng):
    n, d, lr = int(rng.integers(6, 11)), int(rng.integers(2, 4)), float(rng.choice([0.25, 0.5, 2.0]))
    return (n, d, True, lr, 60) if rng.random() < 0.7 else (n, d, False, lr, int(rng.integers(3, 6)))


messages = np.array([[0, 1], [2, 1], [5, 2], [1, 1], [3, 3], [2, 5]], dtype=float)
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)

predict = value(
    points_and_line,
    returns="labels",
    fresh=any_points,
    cases={
        "points on both sides, and one on the line": (7, 2),
        "three features": (5, 3),
        "one feature": (6, 1),
        "one point, on the line": (1, 2),
        "the messages of the lesson": dict(x=messages, w=np.array([1.0, 1.0]), b=-4.0),
        "weights of 0: every point is on the line": dict(x=corners, w=np.zeros(2), b=0.0),
    },
    refuses={"no points": dict(x=np.zeros((0, 2)), w=np.ones(2), b=0.5)},
)

update = value(
    sample_at,
    returns="w, b",
    fresh=any_sample,
    cases={
        "a positive sample on the wrong side": (3, 1, -1.5, 0.5),
        "a negative sample on the wrong side": (3, -1, 1.25, 0.25),
        "a positive sample on the right side": (4, 1, 2.0, 0.5),
        "a negative sample on the right side": (4, -1, -0.75, 0.5),
        "a positive sample on the line is right": (2, 1, 0.0, 0.5),
        "a negative sample on the line is wrong": (2, -1, 0.0, 2.0),
        "one feature, and far off": (1, 1, -6.0, 2.0),
    },
    refuses={"a label of 0": (2, 0, -1.0, 0.5)},
)

train = value(
    samples,
    returns="w, b, mistakes_per_epoch",
    fresh=any_samples,
    needs=(predict, update),
    cases={
        "two features": (8, 2, True, 1.0, 60),
        "three features": (9, 3, True, 0.5, 60),
        "samples that no line separates: every epoch is run": (7, 2, False, 2.0, 5),
        "the epochs run out": (10, 2, True, 0.25, 1),
        "one sample": (1, 2, True, 0.5, 10),
        "no epoch": (5, 2, True, 1.0, 0),
        "the messages of the lesson": dict(x=messages, y=np.array([-1, -1, 1, -1, 1, 1]), lr=1.0, epochs=20),
        "both must be 1: many points are on the line": dict(x=corners, y=np.array([-1, -1, -1, 1]), lr=1.0, epochs=20),
        "one of two must be 1, but not both": dict(x=corners, y=np.array([-1, 1, 1, -1]), lr=1.0, epochs=6),
        "all labels are +1: nothing to learn": dict(x=corners, y=np.ones(4, dtype=int), lr=1.0, epochs=6),
    },
    refuses={
        "no samples": dict(x=np.zeros((0, 2)), y=np.zeros(0, dtype=int), lr=1.0, epochs=5),
        "labels 0 and 1": dict(x=corners, y=np.array([0, 0, 0, 1]), lr=1.0, epochs=5),
    },
)
