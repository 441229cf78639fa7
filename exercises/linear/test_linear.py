"""What is asked of linear.py."""

import numpy as np

from autograder import gradient, value


def rows_weights_biases(rng, n, d, m):
    return dict(x=rng.normal(size=(n, d)), w=rng.normal(size=(d, m)), b=rng.normal(size=m))


def any_layer(rng):
    n, d, m = rng.choice(np.arange(2, 8), size=3, replace=False)  # all different, so that a transposition shows
    return int(n), int(d), int(m)


linear_forward = value(
    rows_weights_biases,
    fresh=any_layer,
    cases={
        "rows, features and outputs differ in number": (4, 3, 2),
        "one row": (1, 4, 3),
        "one feature": (3, 1, 2),
        "one output": (5, 2, 1),
        "as many rows as features and outputs": (3, 3, 3),
    },
    refuses={"an empty batch": (0, 3, 2)},
)
linear_backward = gradient(of=linear_forward)


def scores(rng, k, around, spread):
    return dict(v=around + spread * rng.normal(size=k))


def any_scores(rng):
    return int(rng.integers(2, 8)), float(rng.choice([-1000, 0, 1000])), float(rng.choice([1, 2, 1000]))


softmax_weights_forward = value(
    scores,
    fresh=any_scores,
    returns="weights, cache",
    cases={
        "three scores": (3, 0.0, 1.0),
        "six scores": (6, 0.0, 2.0),
        "a single score has all the weight": (1, 0.0, 1.0),
        "scores around 1000": (4, 1000.0, 1.0),
        "scores around -1000": (4, -1000.0, 1.0),
        "scores hundreds apart": (5, 0.0, 1000.0),
        "equal scores share equally": dict(v=np.full(4, 0.7)),
        "one score far above the others": dict(v=np.array([0.0, 1000.0, -1000.0])),
    },
)
softmax_weights_backward = gradient(of=softmax_weights_forward)


def grades_and_totals(rng, students, subjects, out_of, lr, steps):
    x = rng.uniform(0.6, 1.0, size=(students, subjects)) * out_of
    return dict(x=x, y=x @ rng.dirichlet(np.ones(subjects)), lr=lr, steps=steps)


def any_school(rng):
    students, subjects, steps = int(rng.integers(3, 8)), int(rng.integers(3, 6)), int(rng.integers(2, 20))
    out_of, lr = (100, 0.005) if rng.random() < 0.5 else (1, 50.0)
    return students, subjects, out_of, lr * float(rng.uniform(0.5, 1)), steps


five_students = np.array([[92, 75, 88], [68, 96, 74], [85, 83, 62], [77, 64, 95], [98, 90, 71]], dtype=float)

fit_school_weights = value(
    grades_and_totals,
    fresh=any_school,
    returns="w",
    needs=(softmax_weights_forward, softmax_weights_backward),
    cases={
        "one step": (5, 3, 100, 0.005, 1),
        "no step leaves the weights equal": (4, 3, 100, 0.005, 0),
        "ten steps": (6, 4, 100, 0.005, 10),
        "one student": (1, 3, 100, 0.005, 4),
        "one subject has all the weight": (3, 1, 100, 0.005, 3),
        "grades between 0 and 1": (5, 3, 1, 50.0, 6),
        "a step so long that one subject takes all the weight": (4, 3, 100, 1000.0, 1),
        "200 steps find the weights of the lesson's school": dict(
            x=five_students, y=np.array([79.7, 88.2, 81.3, 69.7, 89.7]), lr=0.01, steps=200
        ),
    },
    refuses={"no students": (0, 3, 100, 0.005, 5)},
)
