"""What is asked of mlp.py."""

import numpy as np

from autograder import behaviour, gradient, require, value

# Activations


def numbers(rng, scale, *shape):
    """Positive and negative numbers, none near 0."""
    return dict(x=scale * rng.uniform(0.1, 2, shape) * rng.choice([-1, 1], shape))


def any_numbers(rng):
    return float(rng.choice([1, 3, 1000])), *map(int, rng.integers(2, 5, size=rng.integers(2, 5)))


ZERO = "at 0, the kink"
FAR_OUT = np.array([[1000.0, -1000.0], [0.5, -0.5]])
shapes = {
    "three rows of four numbers": (1.0, 3, 4),
    "five numbers in a row": (1.0, 5),
    "a single number": (1.0, 1),
    "two images of three channels": (1.0, 2, 3, 2, 3),
    "as many rows as columns": (2.0, 3, 3),
    "numbers in the hundreds": (1000.0, 3, 2),
}

relu_forward = value(
    numbers,
    fresh=any_numbers,
    cases={
        "the lesson's four numbers": dict(x=np.array([2.0, -1.0, 0.5, -3.0])),
        **shapes,
        ZERO: dict(x=np.array([[0.0, 1.0], [-1.0, 0.0]])),
    },
)
relu_backward = gradient(of=relu_forward, kinks=(ZERO,))

sigmoid_forward = value(
    numbers,
    fresh=any_numbers,
    cases={
        "the lesson's three numbers": dict(x=np.array([0.0, 2.0, -1.0])),
        **shapes,
        "numbers of 1000 and -1000": dict(x=FAR_OUT),
    },
)
sigmoid_backward = gradient(of=sigmoid_forward)

tanh_forward = value(
    numbers,
    fresh=any_numbers,
    cases={
        "the lesson's three numbers": dict(x=np.array([0.0, 1.0, -0.5])),
        **shapes,
        "numbers of 1000 and -1000": dict(x=FAR_OUT),
    },
)
tanh_backward = gradient(of=tanh_forward)


def numbers_and_slope(rng, slope, *shape):
    return dict(**numbers(rng, 1.0, *shape), slope=slope)


def any_slope_and_numbers(rng):
    return float(rng.choice([0.05, 0.2, 0.7, 1.5])), *any_numbers(rng)[1:]


leaky_relu_forward = value(
    numbers_and_slope,
    fresh=any_slope_and_numbers,
    cases={
        "the lesson's four numbers": dict(x=np.array([2.0, -1.0, 0.5, -3.0]), slope=0.1),
        "three rows of four numbers": (0.1, 3, 4),
        "a single number": (0.2, 1),
        "two images of three channels": (0.01, 2, 3, 2, 3),
        "a slope of 0 makes it a ReLU": (0.0, 3, 3),
        "a slope above 1": (1.5, 2, 4),
        ZERO: dict(x=np.array([[0.0, 1.0], [-1.0, 0.0]]), slope=0.3),
    },
)
leaky_relu_backward = gradient(of=leaky_relu_forward, kinks=(ZERO,))


# First weights


def require_weights(init, rng, fan_in, fan_out, deviation, rule):
    """`init` gives weights of this standard deviation, which `rule` puts in words.

    All bounds are 6 standard errors, so that chance alone fails a right answer less than once in 100 million. For n
    independent numbers of standard deviation s, the standard error of their mean is s / sqrt(n), and that of their
    standard deviation about s / sqrt(2 * n) if they are normal, and less if they are uniform. For n = 600 the bounds
    are 0.245 * s and 0.173 * s.
    """
    seed, other_seed = map(int, rng.choice(2**31, size=2, replace=False))
    w = init(fan_in, fan_out, seed)
    require(isinstance(w, np.ndarray), f"The weights should be a NumPy array, not {type(w).__name__}.")
    require(
        w.shape == (fan_in, fan_out),
        f"For {fan_in} inputs and {fan_out} outputs the weights have the shape {w.shape}. It should be "
        f"(fan_in, fan_out): a row for every input, a column for every output.",
    )
    require(w.dtype == np.float64, f"The weights should be float64, not {w.dtype}.")
    require(bool(np.isfinite(w).all()), "Some of the weights are not finite numbers.")

    columns, rows = len(np.unique(w, axis=1).T), len(np.unique(w, axis=0))
    require(
        columns == fan_out and rows == fan_in,
        f"Different columns: {columns} of {fan_out}; different rows: {rows} of {fan_in}. Units that start with the "
        "same weights get the same gradients and stay the same for ever: draw every weight on its own.",
    )

    mean, bound = float(w.mean()), 6 * deviation / np.sqrt(w.size)
    require(
        abs(mean) <= bound,
        f"The mean of the {w.size} weights is {mean:.4f}. Weights should be drawn around 0, as often negative as "
        f"positive, and chance alone moves the mean of so many by less than {bound:.4f}.",
    )
    spread, bound = float(w.std()), 6 * deviation / np.sqrt(2 * w.size)
    require(
        abs(spread - deviation) <= bound,
        f"The standard deviation of the {w.size} weights is {spread:.4f}. For fan_in = {fan_in} and fan_out = "
        f"{fan_out} it should be {rule} = {deviation:.4f}, give or take {bound:.4f}: only then do numbers keep their "
        "size from layer to layer.",
    )

    require(
        np.array_equal(w, init(fan_in, fan_out, seed)),
        f"Asked twice with seed = {seed}, the function gives different weights. Everything random should come from "
        "the seed, so that a result can be reproduced.",
    )
    require(
        not np.array_equal(w, init(fan_in, fan_out, other_seed)),
        f"seed = {seed} and seed = {other_seed} give the same weights. It is the seed that should decide which weights "
        "come: start a generator from it.",
    )


# About 600 weights each: see the bounds above. The sizes differ by so much that one cannot stand in for the other.
layers = {
    "more inputs than outputs": (50, 12),
    "more outputs than inputs": (12, 50),
    "one input": (1, 600),
}


def any_layer(rng):
    fan_in = int(rng.choice([5, 8, 12, 50, 80, 120]))
    return fan_in, 600 // fan_in


@behaviour(cases=layers, fresh=any_layer)
def he_init(student, rng, fan_in, fan_out):
    require_weights(student.he_init, rng, fan_in, fan_out, np.sqrt(2 / fan_in), "sqrt(2 / fan_in)")


@behaviour(cases=layers, fresh=any_layer)
def xavier_init(student, rng, fan_in, fan_out):
    deviation = np.sqrt(2 / (fan_in + fan_out))
    require_weights(student.xavier_init, rng, fan_in, fan_out, deviation, "sqrt(2 / (fan_in + fan_out))")


# The network


def network(rng, n, d, h, m, scale=1.0, shift=0.0):
    """Hidden sums on both sides of 0, none near it; `shift` moves them all."""
    while True:
        x, w1, b1 = scale * rng.normal(size=(n, d)), rng.normal(size=(d, h)), shift + rng.normal(size=h)
        if np.abs(x @ w1 + b1).min(initial=np.inf) > 0.02 * scale:
            return dict(x=x, w1=w1, b1=b1, w2=rng.normal(size=(h, m)), b2=rng.normal(size=m))


def any_network(rng):
    n, d, h, m = rng.choice(np.arange(2, 7), size=4, replace=False)  # all different, so that a transposition shows
    return int(n), int(d), int(h), int(m)


lesson = dict(
    x=np.array([[9.0, 6.0], [7.0, 9.0]]),
    w1=np.array([[1.0, -1.0], [-1.0, 1.0]]),
    b1=np.array([-1.0, -1.0]),
    w2=np.array([[-1.0], [-1.0]]),
    b2=np.array([1.0]),
)
SUM_OF_ZERO = "hidden sums of exactly 0"

mlp_forward = value(
    network,
    fresh=any_network,
    needs=(relu_forward,),
    cases={
        "the lesson's two students": lesson,
        "all sizes differ": (4, 3, 5, 2),
        "one row": (1, 3, 4, 2),
        "one feature": (3, 1, 4, 2),
        "one hidden unit": (4, 3, 1, 2),
        "one output": (4, 2, 3, 1),
        "all sizes are the same": (3, 3, 3, 3),
        "inputs in the thousands": (3, 2, 4, 5, 1000.0),
        "no hidden unit is on": (3, 2, 4, 5, 1.0, -30.0),
        "all hidden units are on": (2, 3, 4, 5, 1.0, 30.0),
        "first weights of 0": dict(lesson, w1=np.zeros((2, 2)), b1=np.array([2.0, -1.0])),
        SUM_OF_ZERO: dict(lesson, x=np.array([[9.0, 8.0], [8.0, 9.0], [9.0, 6.0]])),
    },
    refuses={"an empty batch": (0, 3, 4, 2)},
)
mlp_backward = gradient(of=mlp_forward, needs=(relu_backward,), kinks=(SUM_OF_ZERO,))


def clear_network(rng, n, d, h, m, scale=1.0):
    """A network whose largest output leads by so much that rounding cannot change a label."""
    while True:
        drawn = network(rng, n, d, h, m, scale)
        out = np.sort(np.maximum(drawn["x"] @ drawn["w1"] + drawn["b1"], 0) @ drawn["w2"] + drawn["b2"], axis=1)
        if (np.diff(out[:, -2:]) > 0.02 * scale).all():
            return drawn


def many_rows(rng):
    _, d, h, m = any_network(rng)
    return int(rng.integers(7, 15)), d, h, m


def straight_through(x, b2):
    """A network whose output is relu(x) + b2."""
    return dict(x=np.array(x), w1=np.eye(3), b1=np.zeros(3), w2=np.eye(3), b2=np.array(b2))


predict_labels = value(
    clear_network,
    fresh=many_rows,
    returns="labels",
    needs=(mlp_forward,),
    cases={
        "the lesson's students, the last one on the border": dict(
            lesson,
            x=np.array([[9.0, 9.0], [6.0, 6.0], [9.0, 6.0], [6.0, 9.0], [7.0, 9.0]]),
            w2=np.array([[0.0, -1.0], [0.0, -1.0]]),
            b2=np.array([0.0, 1.0]),
        ),
        "eight rows, four classes": (8, 3, 5, 4),
        "one row": (1, 3, 4, 6),
        "one class": (4, 2, 3, 1),
        "two classes": (6, 3, 4, 2),
        "outputs in the thousands": (9, 2, 4, 5, 1000.0),
        "the first of equal outputs": straight_through(
            [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [3.0, 0.0, 3.0], [0.0, 1.0, 2.0]], [0.0, 0.0, 0.0]
        ),
        "all outputs are negative": straight_through([[1.0, 3.0, 2.0], [0.0, 0.5, 1.0]], [-5.0, -5.0, -5.0]),
    },
    refuses={"an empty batch": (0, 3, 4, 2)},
)
