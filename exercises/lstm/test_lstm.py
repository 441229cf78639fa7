"""What is asked of lstm.py."""

import numpy as np

from autograder import gradient, value


def different(rng, low, high, count):
    """Sizes that are all different, so that a transposition shows."""
    return [int(size) for size in rng.choice(np.arange(low, high), size=count, replace=False)]


def sometimes(rng, push):
    return int(rng.choice([0, 0, 0, push]))


def layer(rng, d, h, gates, push):
    """Weights and bias. The push opens one column's gate, shuts another's, and leaves those between as they are: what
    flows there is the scale beside which a gate that is shut to 1e-9 counts as shut."""
    wx, wh = rng.normal(size=(d, gates * h)), rng.normal(size=(h, gates * h))
    return {"wx": wx, "wh": wh, "b": rng.normal(size=gates * h) + push * np.resize([1.0, 0.0, -1.0, 0.0], gates * h)}


def gate_inputs(rng, n, d, h, push):
    return {"x": rng.normal(size=(n, d)), "h": rng.normal(size=(n, h)), **layer(rng, d, h, 1, push)}


gate = value(
    gate_inputs,
    returns="gate",
    fresh=lambda rng: (*different(rng, 2, 6, 3), sometimes(rng, 1000)),
    cases={
        "one sample, one feature, one unit": (1, 1, 1, 0),
        "a batch of three": (3, 2, 2, 0),
        "more features than units": (2, 5, 3, 0),
        "more units than features": (4, 2, 5, 0),
        "logits near 1000 and -1000": (2, 3, 4, 1000),
        "gates that are shut, but not quite: logits of -23 and -21": dict(
            x=np.array([[1.0, 2], [2, 1]]),
            h=np.array([[0.5], [-0.5]]),
            wx=np.array([[-4.0], [-8]]),
            wh=np.array([[2.0]]),
            b=np.array([-4.0]),
        ),
    },
    refuses={"an empty batch": (0, 3, 2, 0)},
)


def lstm_step_inputs(rng, n, d, h, memory, push):
    states = {"h": rng.normal(size=(n, h)), "c": memory * rng.normal(size=(n, h))}
    return {"x": rng.normal(size=(n, d)), **states, **layer(rng, d, h, 4, push)}


lstm_step_forward = value(
    lstm_step_inputs,
    returns="h, c, cache",
    needs=[gate],
    fresh=lambda rng: (*different(rng, 2, 5, 3), rng.uniform(0.5, 4), sometimes(rng, 1000)),
    cases={
        "one sample, one feature, one unit": (1, 1, 1, 1, 0),
        "the cell state is still empty": (2, 3, 2, 0, 0),
        "a batch of three": (3, 2, 4, 1, 0),
        "more features than units": (2, 5, 3, 1, 0),
        "a cell state so large that tanh flattens it": (2, 2, 3, 4, 0),
        "logits near 1000 and -1000": (2, 2, 5, 1, 1000),
    },
    refuses={"an empty batch": (0, 3, 2, 1, 0)},
)
lstm_step_backward = gradient(of=lstm_step_forward)


def lstm_inputs(rng, n, t, d, h, push):
    return {"x": rng.normal(size=(n, t, d)), "h0": rng.normal(size=(n, h)), **layer(rng, d, h, 4, push)}


lstm_forward = value(
    lstm_inputs,
    returns="hs, cache",
    needs=[lstm_step_forward],
    fresh=lambda rng: (*different(rng, 2, 6, 4), sometimes(rng, 1000)),
    cases={
        "a sequence of one step": (2, 1, 3, 2, 0),
        "two steps of one unit": (1, 2, 1, 1, 0),
        "three sequences of five steps": (3, 5, 2, 4, 0),
        "as many sequences as steps": (3, 3, 2, 4, 0),
        "more sequences than steps": (4, 2, 3, 2, 0),
        "logits near 1000 and -1000": (2, 3, 2, 3, 1000),
    },
    refuses={"an empty batch": (0, 3, 3, 2, 0), "a sequence of length 0": (2, 0, 3, 2, 0)},
)
lstm_backward = gradient(of=lstm_forward, needs=[lstm_step_backward])


def gru_step_inputs(rng, n, d, h, push):
    x, state, bh = rng.normal(size=(n, d)), rng.normal(size=(n, h)), rng.normal(size=3 * h)
    weights = layer(rng, d, h, 3, push)
    return {"x": x, "h": state, "wx": weights["wx"], "wh": weights["wh"], "bx": weights["b"], "bh": bh}


gru_step_forward = value(
    gru_step_inputs,
    returns="h, cache",
    needs=[gate],
    fresh=lambda rng: (*different(rng, 2, 6, 3), sometimes(rng, 1000)),
    cases={
        "one sample, one feature, one unit": (1, 1, 1, 0),
        "a batch of three": (3, 2, 4, 0),
        "more features than units": (2, 5, 3, 0),
        "more units than features": (4, 2, 3, 0),
        "logits near 1000 and -1000": (2, 2, 5, 1000),
    },
    refuses={"an empty batch": (0, 3, 2, 0)},
)
gru_step_backward = gradient(of=gru_step_forward)
