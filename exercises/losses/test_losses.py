"""What is asked of losses.py."""

import numpy as np

from autograder import value


def given(**arguments):
    """These very arguments; lists become arrays."""
    return {name: np.array(v) if isinstance(v, list) else v for name, v in arguments.items()}


def any_shape(rng):
    return tuple(rng.integers(2, 5, size=rng.integers(2, 5)))


def guesses(rng, *shape):
    """Predictions that miss their targets by 0.1 to 2, on either side."""
    target = rng.normal(size=shape)
    error = rng.uniform(0.1, 2, shape) * rng.choice([-1, 1], shape)
    return {"prediction": target + error, "target": target}


mse_loss = value(
    guesses,
    returns="loss, dprediction",
    fresh=any_shape,
    cases={
        "the lesson's three guesses": given(prediction=[3.0, 0.0, 1.0], target=[1.0, 1.0, 1.0]),
        "three samples of two features": (3, 2),
        "a batch of one": (1,),
        "a batch of five numbers": (5,),
        "two images of two channels": (2, 2, 2, 3),
        "a perfect prediction costs nothing": given(prediction=[[3.0, -1.0]], target=[[3.0, -1.0]]),
        "one large error among small ones": given(prediction=[0.1, -0.2, 0.1, 50.0], target=[0.0, 0.0, 0.0, 0.0]),
    },
    refuses={"an empty batch": (0, 3)},
)

mae_loss = value(
    guesses,
    returns="loss, dprediction",
    fresh=any_shape,
    cases={
        "the lesson's three guesses, one on the kink": given(prediction=[3.0, 0.0, 1.0], target=[1.0, 1.0, 1.0]),
        "three samples of two features": (3, 2),
        "a batch of one": (1,),
        "a batch of five numbers": (5,),
        "two images of two channels": (2, 2, 2, 3),
        "one large error among small ones": given(prediction=[0.1, -0.2, 0.1, 50.0], target=[0.0, 0.0, 0.0, 0.0]),
        "a perfect prediction sits on the kink": given(prediction=[[3.0, -1.0]], target=[[3.0, -1.0]]),
    },
    kinks=("the lesson's three guesses, one on the kink", "a perfect prediction sits on the kink"),
    refuses={"an empty batch": (0, 3)},
)


def guesses_around(rng, delta, *shape):
    """Some errors well inside delta, some well outside, on either side."""
    target = rng.normal(size=shape)
    size = np.where(rng.random(shape) < 0.5, rng.uniform(0.1, 0.9, shape), rng.uniform(1.1, 3, shape)) * delta
    return {"prediction": target + size * rng.choice([-1, 1], shape), "target": target, "delta": delta}


def any_delta_and_shape(rng):
    return float(rng.choice([0.3, 0.7, 1.5, 2.5])), *any_shape(rng)


huber_loss = value(
    guesses_around,
    returns="loss, dprediction",
    fresh=any_delta_and_shape,
    cases={
        "the lesson's three guesses": given(prediction=[4.0, 2.0, -1.0], target=[1.0, 1.0, 1.0], delta=2.0),
        "three samples of two features": (0.5, 3, 2),
        "a batch of one": (1.5, 1),
        "two images of two channels": (2.5, 2, 2, 2, 3),
        "small errors only": given(prediction=[0.4, -0.9, 0.2], target=[0.0, 0.0, 0.0], delta=2.0),
        "large errors only, above and below": given(prediction=[7.0, -5.0], target=[0.0, 0.0], delta=0.5),
        "errors of exactly delta": given(prediction=[0.5, -0.5, 0.25], target=[0.0, 0.0, 0.0], delta=0.5),
        "a perfect prediction costs nothing": given(prediction=[[3.0, -1.0]], target=[[3.0, -1.0]], delta=1.0),
    },
    kinks=("the lesson's three guesses", "errors of exactly delta"),
    refuses={
        "an empty batch": (1.0, 0, 3),
        "a delta of zero": given(prediction=[0.3, 2.0], target=[0.0, 0.0], delta=0.0),
        "a negative delta": given(prediction=[0.3, 2.0], target=[0.0, 0.0], delta=-1.0),
    },
)


def logits_and_probabilities(rng, scale, *shape):
    """Targets of 0, of 1 and between."""
    return {"logits": scale * rng.normal(size=shape), "target": np.clip(rng.uniform(-0.5, 1.5, shape), 0, 1)}


def any_scale_and_shape(rng):
    return float(rng.choice([3, 1000])), *any_shape(rng)


binary_cross_entropy = value(
    logits_and_probabilities,
    returns="loss, dlogits",
    fresh=any_scale_and_shape,
    cases={
        "the lesson's two logits": given(logits=[2.0, -1.0], target=[1.0, 1.0]),
        "four samples of two labels": (2.0, 4, 2),
        "a batch of one": (1.0, 1),
        "two masks of one channel": (2.0, 2, 1, 3, 4),
        "a logit of 0 costs log 2": given(logits=[[0.0, 0.0], [0.0, 0.0]], target=[[0.0, 1.0], [0.25, 0.5]]),
        "targets of 0 and 1": given(logits=[0.5, 2.0, -1.5, 0.3], target=[0.0, 0.0, 1.0, 1.0]),
        "targets between 0 and 1": given(logits=[2.0, -1.0, 0.5], target=[0.9, 0.3, 0.6]),
        "logits in the hundreds": (1000.0, 3, 4),
        "logits of ±1000, sure and right": given(logits=[1000.0, -1000.0, 1.0], target=[1.0, 0.0, 1.0]),
        "logits of ±1000, sure and wrong": given(logits=[1000.0, -1000.0, 1.0], target=[0.0, 1.0, 1.0]),
    },
    refuses={
        "an empty batch": (1.0, 0, 3),
        "a column of logits for a row of targets": given(logits=[[1.0], [2.0], [3.0]], target=[0.0, 1.0, 1.0]),
    },
)


def logits_and_labels(rng, scale, n, c):
    return {"logits": scale * rng.normal(size=(n, c)), "labels": rng.integers(c, size=n)}


def any_logits(rng):
    scale, n, c = float(rng.choice([3, 1000])), rng.integers(3, 7), rng.integers(2, 6)
    # With N = C a missing keepdims is no error but a wrong number; large logits would make an overflow of it.
    return (3.0 if n == c else scale), n, c


softmax_cross_entropy = value(
    logits_and_labels,
    returns="loss, dlogits",
    fresh=any_logits,
    cases={
        "the lesson's two samples": given(logits=[[2.0, 1.0, 0.0], [1.0, 1.0, 1.0]], labels=[0, 2]),
        "five samples, three classes": (1.0, 5, 3),
        "a batch of one": (1.0, 1, 3),
        "as many samples as classes": (2.0, 3, 3),
        "equal logits cost log C": given(logits=[[0.5, 0.5, 0.5, 0.5], [0.0, 0.0, 0.0, 0.0]], labels=[1, 3]),
        "a single class is always right": (1.0, 3, 1),
        "two classes tie for the first place": given(logits=[[3.0, 3.0, -1.0]], labels=[1]),
        "logits in the hundreds": (1000.0, 3, 4),
        "logits of ±1000, sure and right": given(logits=[[1000.0, 0.0, -1000.0], [0.0, 1.0, 0.0]], labels=[0, 2]),
        "logits of ±1000, sure and wrong": given(logits=[[1000.0, 0.0, -1000.0], [0.0, 1.0, 0.0]], labels=[2, 2]),
        "one sample near 1000, another near −1000": given(logits=[[1000.0, 999.0], [-1000.0, -999.0]], labels=[0, 0]),
    },
    refuses={
        "an empty batch": (1.0, 0, 3),
        "a label equal to the number of classes": given(logits=[[1.0, 2.0], [3.0, 4.0]], labels=[0, 2]),
        "a negative label": given(logits=[[1.0, 2.0], [3.0, 4.0]], labels=[-1, 0]),
    },
)


def scores_and_labels(rng, margin, n, c):
    """Wrong classes that cost and wrong classes that do not, none closer than 0.1 to the kink between."""
    labels = rng.integers(c, size=n)
    right = rng.normal(size=(n, 1))
    excess = rng.uniform(0.1, 2, (n, c)) * rng.choice([-1, 1], (n, c))
    scores = np.where(np.arange(c) == labels[:, None], right, right - margin + excess)
    return {"scores": scores, "labels": labels, "margin": margin}


def any_scores(rng):
    return float(rng.choice([0.5, 1.5, 2.5])), rng.integers(3, 7), rng.integers(3, 6)


hinge_loss = value(
    scores_and_labels,
    returns="loss, dscores",
    fresh=any_scores,
    cases={
        "the lesson's two samples": given(scores=[[3.0, 2.5, -1.0], [2.0, 1.5, 1.0]], labels=[0, 2], margin=1.0),
        "five samples, three classes": (1.0, 5, 3),
        "a batch of one": (1.0, 1, 3),
        "a margin of 2.5": (2.5, 3, 5),
        "as many samples as classes": (0.5, 4, 4),
        "equal scores cost a margin per wrong class": given(scores=[[0.0] * 4, [7.0] * 4], labels=[1, 3], margin=1.5),
        "the right class leads by far": given(scores=[[9.0, 1.0, 2.0], [0.0, 5.0, -3.0]], labels=[0, 1], margin=1.0),
        "a single class has no rival": (1.0, 3, 1),
        "scores of ±1000": given(scores=[[1000.0, 0.0, -1000.0], [0.0, 0.5, 0.0]], labels=[2, 1], margin=1.0),
        "a margin met exactly": given(scores=[[2.0, 1.0, 1.5]], labels=[0], margin=1.0),
        "a tie without a margin": given(scores=[[2.0, 2.0, 3.0]], labels=[0], margin=0.0),
    },
    kinks=("a margin met exactly", "a tie without a margin"),
    refuses={
        "an empty batch": (1.0, 0, 3),
        "a label equal to the number of classes": given(scores=[[1.0, 2.0], [3.0, 4.0]], labels=[0, 2], margin=1.0),
        "a negative label": given(scores=[[1.0, 2.0], [3.0, 4.0]], labels=[-1, 0], margin=1.0),
    },
)
