"""What the test cells of the notebook call: the usual checks of a course that grades with nbgrader.

The text of this file is a locked cell of the notebook, and right answers lie beside it in answers.pickle. Nothing here
is the engine's.
"""

import pickle

import numpy as np

with open("answers.pickle", "rb") as file:
    ANSWERS = pickle.load(file)


def check_value(exercise, function):
    """Compare a function's results with the right ones, in every case."""
    for case in ANSWERS[exercise]:
        arguments = copied(case["arguments"])
        if case["refuses"]:
            try:
                function(*arguments.values())
            except ValueError:
                continue
            raise AssertionError(f"{case['name']}: no ValueError")
        compare(case, function(*arguments.values()))


def check_gradient(exercise, forward, backward):
    """Compare gradients with the right ones in every case, and in the visible ones with a numerical derivative."""
    for case in ANSWERS[exercise]:
        arguments = copied(case["arguments"])
        *_, cache = forward(*arguments.values())
        gradients = backward(*copied(case["upstream"]), cache)
        compare(case, gradients)
        if case["smooth"]:
            gradients = gradients if isinstance(gradients, tuple) else (gradients,)
            for name, gradient in zip(case["wrt"], gradients, strict=True):
                check_slope(case, name, gradient, forward)


def compare(case, results):
    want = case["results"]
    results = results if isinstance(results, tuple) else (results,)
    assert len(results) == case["count"], f"{case['name']}: {len(results)} results, not {case['count']}"
    for got, (name, right) in zip(results, want.items(), strict=False):
        if isinstance(right, int):
            assert isinstance(got, (int, np.integer)), f"{case['name']}: {name} is no whole number"
            assert got == right, f"{case['name']}: {name} is {got}"
            continue
        assert isinstance(got, np.ndarray), f"{case['name']}: {name} is no array"
        assert got.shape == right.shape, f"{case['name']}: {name} has shape {got.shape}, not {right.shape}"
        assert got.dtype == case["dtype"], f"{case['name']}: {name} is {got.dtype}"
        tolerance = 1e-3 if got.dtype == np.float32 else 1e-7
        assert np.allclose(got, right, rtol=tolerance, atol=tolerance), f"{case['name']}: {name} is wrong"


def check_slope(case, name, gradient, forward, h=1e-5):
    """A central difference of the forward along one random direction of one argument."""
    direction = np.random.default_rng(0).normal(size=gradient.shape)

    def loss(step):
        arguments = copied(case["arguments"])
        arguments[name] = arguments[name] + step * direction
        outputs = forward(*arguments.values())
        return sum(np.sum(d * out) for d, out in zip(case["upstream"], outputs, strict=False))

    slope = (loss(h) - loss(-h)) / (2 * h)
    assert np.isclose(np.sum(gradient * direction), slope, rtol=1e-4, atol=1e-5), f"{case['name']}: d{name} is no slope"


def copied(values):
    """A copy that a submission may write into."""
    if isinstance(values, dict):
        return dict(zip(values, copied(values.values()), strict=True))
    return [value.copy() if isinstance(value, np.ndarray) else value for value in values]
