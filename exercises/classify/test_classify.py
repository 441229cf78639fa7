"""What is asked of classify.py, and the made-up school that most of it is about."""

import numpy as np

from autograder import value


def given(**arguments):
    """These very arguments; lists become arrays."""
    return {name: np.array(v) if isinstance(v, list) else v for name, v in arguments.items()}


def school(rng, students, subjects=3, classes=3):
    """A made-up school. The same rng makes the same school; another one makes another.

    Every student has a talent that shows in all grades, and a gift for or a weakness in each subject. Grades are whole
    numbers out of 100. The school weighs them and adds them up, and tells nobody how. It chooses (1.0) whoever has a
    total of at least 78, and divides all students by their totals: of three classes, class 0 (three-good) has 82 or
    more, class 1 (two-excellent) 74 or more, and class 2 (ordinary) the rest.

    Returns:
        x: grades, in tens of points above 78, shape (students, subjects): a grade of 90 becomes 1.2.
        chosen: 1.0 or 0.0, shape (students,).
        honour: the class of each student, ints from 0 to classes - 1, shape (students,).
    """
    talent, gift = rng.normal(size=(students, 1)), rng.normal(size=(students, subjects))
    grades = np.clip(np.rint(78 + 7 * talent + 6 * gift), 0, 100)
    total = grades @ rng.dirichlet(np.full(subjects, 3.0))
    honour = (total[:, np.newaxis] < np.linspace(82, 74, classes - 1)).sum(axis=1)
    return (grades - 78) / 10, (total >= 78).astype(float), honour


def any_sizes(rng):
    n, d, c = rng.choice(np.arange(2, 9), size=3, replace=False)  # all different, so that a transposition shows
    return int(n), int(d), int(c)


# Probabilities


def numbers(rng, scale, *shape):
    return dict(x=scale * rng.normal(size=shape))


def any_numbers(rng):
    return float(rng.choice([2, 1000])), *rng.integers(2, 5, size=rng.integers(1, 4))


sigmoid = value(
    numbers,
    returns="p",
    fresh=any_numbers,
    cases={
        "five numbers": (2.0, 5),
        "the lesson's three numbers": given(x=[0.0, 2.0, -1.0]),
        "students and two logits each": (2.0, 4, 2),
        "three axes": (2.0, 2, 3, 2),
        "a single number": (1.0, 1),
        "1000 and -1000": given(x=[1000.0, -1000.0, 0.5]),
        "numbers in the hundreds": (1000.0, 3, 4),
        "only negative numbers": given(x=[-3.0, -0.5, -20.0]),
    },
    refuses={"no numbers at all": (1.0, 0)},
)


def rows_of_scores(rng, scale, n, c):
    return dict(scores=scale * rng.normal(size=(n, c)))


def any_scores(rng):
    n, _, c = any_sizes(rng)
    return float(rng.choice([2, 1000])), n, c


softmax = value(
    rows_of_scores,
    returns="p",
    fresh=any_scores,
    cases={
        "five students, three classes": (2.0, 5, 3),
        "the lesson's two students": given(scores=[[2.0, 1.0, 0.0], [1.0, 1.0, 1.0]]),
        "one student": (1.0, 1, 4),
        "as many students as classes": (2.0, 3, 3),
        "a single class has all the probability": (1.0, 3, 1),
        "scores in the hundreds": (1000.0, 4, 3),
        "one student near 1000, another near -1000": given(scores=[[1000.0, 999.0, 998.0], [-1000.0, -999.0, -1001.0]]),
        "two classes tie": given(scores=[[3.0, 3.0, -1.0], [0.0, 0.0, 0.0]]),
    },
    refuses={"an empty batch": (1.0, 0, 3)},
)


# Decisions


def a_school_and_a_guess(rng, students, subjects):
    """Weights anyhow, and a bias that says yes to about half of the school."""
    x, _, _ = school(rng, students, subjects)
    w = rng.normal(size=subjects)
    return dict(x=x, w=w, b=float(0.3 * rng.normal() - np.median(x @ w)))


def any_students(rng):
    n, d, _ = any_sizes(rng)
    return n + 4, d


predict_binary = value(
    a_school_and_a_guess,
    returns="labels",
    fresh=any_students,
    needs=(sigmoid,),
    cases={
        "a school of ten students": (10, 3),
        "one student": (1, 3),
        "a single grade": (6, 1),
        "as many students as grades": (4, 4),
        "the lesson's three students": given(
            x=[[1.2, -0.3, 1.0], [-1.0, 1.8, -0.4], [0.7, 0.5, -1.6]], w=[0.5, 2.0, 0.25], b=-0.4
        ),
        "a probability of exactly one half is a 0": given(x=[[1.0, 1.0], [2.0, 1.0], [0.0, 1.0]], w=[1.0, -1.0], b=0.0),
        "a probability a little above one half is a 1": given(x=[[0.1], [0.4], [-0.1]], w=[1.0], b=0.0),
        "a probability a little below one half is a 0": given(x=[[-0.1], [-0.4], [-0.2]], w=[1.0], b=0.0),
        "the bias decides": given(x=[[1.0, 0.0], [-1.0, 0.0], [-1.0, -4.0]], w=[0.5, 0.5], b=1.0),
        "logits of 1000 and -1000": given(x=[[1000.0], [-1000.0], [1.0]], w=[1.0], b=0.0),
    },
    refuses={"an empty batch": given(x=np.zeros((0, 3)), w=[0.5, 2.0, 0.25], b=-0.4)},
)


def a_school_and_class_weights(rng, students, subjects, classes):
    x, _, _ = school(rng, students, subjects)
    return dict(x=x, w=rng.normal(size=(subjects, classes)), b=0.5 * rng.normal(size=classes))


predict_class = value(
    a_school_and_class_weights,
    returns="labels",
    fresh=any_sizes,
    cases={
        "a school of nine students, three classes": (9, 4, 3),
        "one student": (1, 3, 4),
        "a single grade": (6, 1, 3),
        "two classes": (5, 3, 2),
        "as many students as grades as classes": (3, 3, 3),
        "the lesson's two students": given(
            x=[[1.2, 0.6], [-0.5, 0.2]], w=[[1.0, 0.2, -1.0], [0.5, 0.1, -0.6]], b=[-0.8, 0.5, 0.1]
        ),
        "of equal scores the first counts": given(
            x=[[1.0, 2.0], [2.0, 1.0]], w=[[1.0, 2.0, 2.0], [0.0, -1.0, -1.0]], b=[0.0, 0.0, 0.0]
        ),
        "the biases decide": given(x=[[0.1], [-0.1]], w=[[1.0, 2.0, 3.0]], b=[0.0, 5.0, 1.0]),
        "all scores are negative": given(x=[[1.0], [2.0]], w=[[-3.0, -1.0, -2.0]], b=[0.0, 0.0, 0.0]),
        "scores of 40 and 50": given(x=[[1.0], [-1.0]], w=[[40.0, 50.0]], b=[0.0, 0.0]),
        "scores of ±1000": given(x=[[1.0], [-1.0]], w=[[-1000.0, 999.0, 1000.0]], b=[0.0, 0.0, 0.0]),
    },
    refuses={"an empty batch": (0, 3, 2)},
)


# Steps of learning


def a_school_that_chooses(rng, students, subjects, lr):
    x, chosen, _ = school(rng, students, subjects)
    return dict(x=x, y=chosen, w=rng.normal(size=subjects), b=float(rng.normal()), lr=lr)


def any_choosing_school(rng):
    n, d, _ = any_sizes(rng)
    return n, d, float(rng.uniform(0.1, 0.9))


logistic_step = value(
    a_school_that_chooses,
    returns="w, b, loss",
    fresh=any_choosing_school,
    needs=(sigmoid,),
    cases={
        "a school of eight students": (8, 3, 0.5),
        "the lesson's two students": given(x=[[1.0, 0.0], [-1.0, 2.0]], y=[1.0, 0.0], w=[0.5, -0.5], b=0.0, lr=0.5),
        "one student": (1, 3, 0.5),
        "a single grade": (5, 1, 0.3),
        "as many students as grades": (4, 4, 0.7),
        "from nothing: all weights are 0, and the loss is log 2": given(
            x=[[1.2, -0.3], [-1.0, 1.8], [0.7, 0.5]], y=[1.0, 0.0, 1.0], w=[0.0, 0.0], b=0.0, lr=0.1
        ),
        "grades of exactly 78 teach the bias alone": given(x=[[0.0], [0.0]], y=[1.0, 1.0], w=[0.5], b=0.2, lr=0.4),
        "as many chosen as not: the bias stays": given(x=[[0.9], [-0.3]], y=[1.0, 0.0], w=[0.0], b=0.0, lr=0.4),
        "logits of ±1000, sure and right": given(
            x=[[1000.0], [-1000.0], [0.5]], y=[1.0, 0.0, 1.0], w=[1.0], b=0.0, lr=0.1
        ),
        "logits of ±1000, sure and wrong": given(
            x=[[1000.0], [-1000.0], [0.5]], y=[0.0, 1.0, 1.0], w=[1.0], b=0.0, lr=0.1
        ),
    },
    refuses={
        "an empty batch": (0, 3, 0.5),
        "the perceptron's labels, -1 and 1": given(x=[[1.0], [2.0]], y=[-1.0, 1.0], w=[0.5], b=0.0, lr=0.1),
    },
)


def a_school_of_classes(rng, students, subjects, classes, lr):
    x, _, honour = school(rng, students, subjects, classes)
    return dict(x=x, y=honour, w=rng.normal(size=(subjects, classes)), b=rng.normal(size=classes), lr=lr)


def any_school_of_classes(rng):
    return *any_sizes(rng), float(rng.uniform(0.1, 0.9))


softmax_step = value(
    a_school_of_classes,
    returns="w, b, loss",
    fresh=any_school_of_classes,
    needs=(softmax,),
    cases={
        "a school of eight students, three classes": (8, 4, 3, 0.5),
        "the lesson's two students": given(
            x=[[1.0, 0.0], [-1.0, 2.0]], y=[0, 2], w=[[1.0, 0.0, 0.0], [0.0, 0.5, 0.0]], b=[0.0, 0.0, 0.0], lr=0.5
        ),
        "one student": (1, 3, 4, 0.5),
        "a single grade": (5, 1, 3, 0.3),
        "two classes": (6, 3, 2, 0.7),
        "as many students as grades as classes": (3, 3, 3, 0.4),
        "from nothing: all weights are 0, and the loss is log 3": given(
            x=[[1.2, -0.3], [-1.0, 1.8], [0.7, 0.5], [-0.2, -0.9]],
            y=[0, 1, 1, 2],
            w=[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            b=[0.0, 0.0, 0.0],
            lr=0.1,
        ),
        "grades of exactly 78 teach the biases alone": given(
            x=[[0.0], [0.0]], y=[0, 0], w=[[0.5, -0.5]], b=[0.2, 0.0], lr=0.4
        ),
        "as many in one class as in the other: the biases stay": given(
            x=[[0.9], [-0.3]], y=[0, 1], w=[[0.0, 0.0]], b=[0.0, 0.0], lr=0.4
        ),
        "scores of ±1000, sure and right": given(
            x=[[1.0], [-1.0]], y=[0, 2], w=[[1000.0, 0.0, -1000.0]], b=[0.0, 0.5, 0.0], lr=0.1
        ),
        "scores of ±1000, sure and wrong": given(
            x=[[1.0], [-1.0]], y=[2, 1], w=[[1000.0, 0.0, -1000.0]], b=[0.0, 0.5, 0.0], lr=0.1
        ),
    },
    refuses={
        "an empty batch": (0, 3, 2, 0.5),
        "a label equal to the number of classes": given(
            x=[[1.0], [2.0]], y=[0, 2], w=[[0.5, -0.5]], b=[0.0, 0.0], lr=0.1
        ),
        "a negative label": given(x=[[1.0], [2.0]], y=[-1, 0], w=[[0.5, -0.5]], b=[0.0, 0.0], lr=0.1),
    },
)
