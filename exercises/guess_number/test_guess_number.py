"""What is asked of guess_number.py."""

from autograder import value


def slope_and_input(rng, k, x):
    return dict(k=k, x=x)


def secret_and_guess(rng, y_true, y_pred):
    return dict(y_true=y_true, y_pred=y_pred)


def slope_loss_step(rng, k, loss, step):
    return dict(k=k, loss=loss, step=step)


def slope_input_loss_rate(rng, k, x, loss, lr):
    return dict(k=k, x=x, loss=loss, lr=lr)


def bounds_and_answer(rng, low, high, answer):
    return dict(low=low, high=high, answer=answer)


def game(rng, target, x, k, step, tolerance, max_rounds):
    return dict(target=target, x=x, k=k, step=step, tolerance=tolerance, max_rounds=max_rounds)


def some(rng, low, high):
    """A float between low and high, or its negative."""
    return float(rng.uniform(low, high) * rng.choice([-1, 1]))


def any_slope(rng):
    return some(rng, 0.2, 3), some(rng, 2, 90)


def any_gap(rng):
    """None, a small one or a large one."""
    return (0.0, some(rng, 0.1, 0.9), some(rng, 2, 40))[rng.integers(3)]


def any_guess(rng):
    secret = some(rng, 5, 90)
    return secret, secret + any_gap(rng)


def any_move(rng):
    return some(rng, 0.2, 2), any_gap(rng), float(rng.uniform(0.05, 0.5))


def any_descent(rng):
    return some(rng, 0.2, 2), some(rng, 2, 20), some(rng, 2, 40), float(rng.uniform(0.001, 0.05))


def any_bounds(rng):
    low = int(rng.integers(-80, 80))
    return low, low + int(rng.integers(2, 90)), int(rng.integers(-1, 2))


def any_game(rng):
    x, start = some(rng, 2, 120), some(rng, 0.3, 2)
    gap = some(rng, 10, 60)
    step = float(rng.uniform(0.2, 1.7)) / x**2  # up to 2 / x**2 the gap shrinks
    return start * x + gap, x, start, step, float(rng.uniform(0.1, 0.9)), int(rng.integers(4, 12))


predict = value(
    slope_and_input,
    returns="guess",
    fresh=any_slope,
    cases={
        "the first guess of the game": (0.6, 100.0),
        "a guess between two whole numbers": (0.874, 100.0),
        "a guess above 100": (1.25, 100.0),
        "a guess below 0": (-0.5, 7.0),
        "another input": (3.5, 4.0),
    },
)

sign_loss = value(
    secret_and_guess,
    returns="loss",
    fresh=any_guess,
    cases={
        "60 is too low": (88.0, 60.0),
        "90 is too high": (88.0, 90.0),
        "88 is right": (88.0, 88.0),
        "a little too low": (88.0, 87.75),
        "a little too high, below zero": (-3.0, -2.75),
    },
)

difference_loss = value(
    secret_and_guess,
    returns="loss",
    fresh=any_guess,
    cases={
        "60 is too low": (88.0, 60.0),
        "90 is too high": (88.0, 90.0),
        "88 is right": (88.0, 88.0),
        "the gap is no whole number": (88.0, 87.4),
        "a secret below zero": (-3.0, 5.0),
    },
)

fixed_step = value(
    slope_loss_step,
    returns="k",
    fresh=any_move,
    cases={
        "too low: a step up": (0.6, 1, 0.2),
        "too high: a step down": (0.9, -1, 0.02),
        "right: no step": (0.88, 0, 0.2),
        "a gap of 28 moves k no further": (0.6, 28.0, 0.1),
        "a gap of -0.4 moves k no less": (0.884, -0.4, 0.1),
        "a negative k": (-0.3, -12.0, 0.25),
    },
)

gradient_step = value(
    slope_input_loss_rate,
    returns="k",
    fresh=any_descent,
    cases={
        "28 too low": (0.6, 100.0, 28.0, 0.00002),
        "2 too high": (0.9, 100.0, -2.0, 0.00005),
        "right: no step": (0.88, 100.0, 0.0, 0.0001),
        "a small input moves k less": (0.6, 3.0, 28.0, 0.01),
        "a negative input turns the direction around": (0.5, -4.0, 6.0, 0.01),
        "an input of 0 leaves k alone": (0.7, 0.0, 5.0, 0.1),
    },
)

halve = value(
    bounds_and_answer,
    returns="low, high",
    fresh=any_bounds,
    cases={
        "50 is too low": (0, 100, 1),
        "75 is too high": (51, 100, -1),
        "62 is right": (51, 74, 0),
        "the middle of 0 and 99 is rounded down": (0, 99, 1),
        "the middle of 51 and 74 is rounded down": (51, 74, -1),
        "two numbers are left": (62, 63, 1),
        "one number is left": (63, 63, 0),
        "rounding down below zero": (-10, 3, 1),
        "an answer that contradicts the bounds": (5, 5, 1),
    },
    refuses={"no number between the bounds": (6, 5, 1)},
)

train = value(
    game,
    returns="k, guesses",
    fresh=any_game,
    needs=(predict, difference_loss, gradient_step),
    cases={
        "a step that closes half of the gap": (88.0, 100.0, 0.6, 0.00005, 0.5, 20),
        "the step that is right at once": (88.0, 100.0, 0.6, 0.0001, 0.5, 20),
        "a step so long that it jumps over the secret": (88.0, 100.0, 0.6, 0.00015, 0.5, 20),
        "a step so long that each guess is worse": (88.0, 100.0, 0.6, 0.00025, 0.5, 4),
        "a start that is too high": (12.0, 100.0, 0.9, 0.00006, 0.5, 20),
        "the rounds run out": (88.0, 100.0, 0.6, 0.00001, 0.5, 5),
        "another input, and a fine tolerance": (7.3, 4.0, 1.0, 0.04, 0.05, 30),
        "the first guess is good enough": (60.2, 100.0, 0.6, 0.0001, 0.5, 10),
        "a gap of exactly the tolerance is not below it": (51.0, 100.0, 0.5, 0.00005, 1.0, 10),
        "no round at all": (88.0, 100.0, 0.6, 0.0001, 0.5, 0),
    },
)
