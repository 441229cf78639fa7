"""What is asked of optim.py."""

import numpy as np

from autograder import behaviour, require, value


def given(**arguments):
    """These very arguments; lists become arrays."""
    return {name: np.array(v) if isinstance(v, list) else v for name, v in arguments.items()}


def any_shape(rng):
    return tuple(int(size) for size in rng.integers(2, 5, size=rng.integers(1, 4)))


# Steps


def weights_and_gradient(rng, lr, *shape):
    return dict(w=rng.normal(size=shape), dw=rng.normal(size=shape), lr=lr)


def any_step(rng):
    return float(rng.uniform(0.05, 0.9)), *any_shape(rng)


sgd_step = value(
    weights_and_gradient,
    returns="w",
    fresh=any_step,
    cases={
        "the lesson's two weights": given(w=[1.0, -2.0], dw=[0.5, -4.0], lr=0.1),
        "a matrix of weights": (0.1, 4, 3),
        "a vector of biases": (0.5, 5),
        "a layer's filters": (0.05, 2, 3, 2, 2),
        "a single weight": (0.3, 1),
        "a learning rate above 1": (2.5, 3, 2),
        "no gradient, no step": given(w=[1.0, -2.0], dw=[0.0, 0.0], lr=0.1),
    },
)


def weights_that_move(rng, lr, momentum, *shape):
    w, dw, v = (rng.normal(size=shape) for _ in range(3))
    return dict(w=w, dw=dw, v=v, lr=lr, momentum=momentum)


def any_moving_step(rng):
    return float(rng.uniform(0.05, 0.9)), float(rng.choice([0.3, 0.6, 0.9])), *any_shape(rng)


of_moving_weights = {
    "the lesson's two weights": given(w=[1.0, -2.0], dw=[0.5, -4.0], v=[1.0, 2.0], lr=0.1, momentum=0.9),
    "a matrix of weights": (0.1, 0.9, 4, 3),
    "a vector of biases": (0.5, 0.8, 5),
    "a layer's filters": (0.05, 0.5, 2, 3, 2, 2),
    "the first step: no velocity yet": given(w=[1.0, -2.0], dw=[0.5, -4.0], v=[0.0, 0.0], lr=0.1, momentum=0.9),
    "no gradient: it rolls on": given(w=[1.0, -2.0], dw=[0.0, 0.0], v=[1.0, 2.0], lr=0.1, momentum=0.9),
    "on an even slope the velocity stays": given(w=[1.0, -2.0], dw=[1.0, -2.0], v=[2.0, -4.0], lr=0.1, momentum=0.5),
    "an uphill gradient brings it to a stop": given(w=[1.0], dw=[-1.0], v=[2.0], lr=0.1, momentum=0.5),
    "ahead it stops, so it stays": given(w=[1.0], dw=[-0.5], v=[3.0], lr=0.1, momentum=0.5),
    "momentum 0 is plain gradient descent": (0.1, 0.0, 3, 2),
}

momentum_step = value(
    weights_that_move, returns="w, v", fresh=any_moving_step, needs=(sgd_step,), cases=of_moving_weights
)
nesterov_step = value(
    weights_that_move, returns="w, v", fresh=any_moving_step, needs=(momentum_step,), cases=of_moving_weights
)


def weights_with_means(rng, t, size, lr, beta1, beta2, eps, *shape):
    """Gradients of about this size, and the running means of such gradients; all zero before the first step."""
    w, dw, m = (rng.normal(size=shape) for _ in range(3))
    known = 0.0 if t == 1 else size
    return dict(w=w, dw=size * dw, m=known * 0.3 * m, v=known**2 * rng.uniform(0.2, 1, size=shape), t=t, lr=lr,
                beta1=beta1, beta2=beta2, eps=eps)  # fmt: skip


def any_adam_step(rng):
    t, size, eps = int(rng.integers(1, 30)), float(rng.choice([0.01, 1, 100])), float(rng.choice([1e-8, 0.01]))
    beta1, beta2 = [(0.9, 0.999), (0.8, 0.99), (0.5, 0.9)][rng.integers(3)]
    return t, size, float(rng.uniform(0.1, 0.9)), beta1, beta2, eps, *any_shape(rng)


adam_step = value(
    weights_with_means,
    returns="w, m, v",
    fresh=any_adam_step,
    needs=(momentum_step,),
    cases={
        "the lesson's two weights": given(
            w=[1.0, -2.0], dw=[0.5, -4.0], m=[0.0, 0.0], v=[0.0, 0.0], t=1, lr=0.1, beta1=0.9, beta2=0.999, eps=1e-8
        ),
        "the third step of a matrix": (3, 1.0, 0.1, 0.9, 0.999, 1e-8, 4, 3),
        "the first step of a vector": (1, 1.0, 0.2, 0.8, 0.99, 1e-8, 5),
        "the tenth step of a layer's filters": (10, 1.0, 0.3, 0.5, 0.9, 1e-8, 2, 3, 2, 2),
        "after a thousand steps": (1000, 1.0, 0.1, 0.9, 0.999, 1e-8, 3, 2),
        "an eps of 0.1": (4, 1.0, 0.1, 0.9, 0.99, 0.1, 3),
        "gradients as small as eps": (2, 1e-8, 0.1, 0.9, 0.999, 1e-8, 3, 2),
        "gradients a thousand times larger": (2, 1000.0, 0.1, 0.9, 0.999, 1e-8, 3, 2),
        "a gradient that stays the same": given(
            w=[1.0, -2.0], dw=[2.0, -4.0], m=[2.0, -4.0], v=[4.0, 16.0], t=6, lr=0.1, beta1=0.5, beta2=0.75, eps=1e-8
        ),
        "a gradient that turns around, and a mean of zero": given(
            w=[1.0, -2.0], dw=[2.0, -4.0], m=[-2.0, 4.0], v=[1.0, 2.0], t=6, lr=0.1, beta1=0.5, beta2=0.75, eps=1e-8
        ),
        "no gradient yet: nothing moves": given(
            w=[1.0, -2.0], dw=[0.0, 0.0], m=[0.0, 0.0], v=[0.0, 0.0], t=1, lr=0.1, beta1=0.9, beta2=0.999, eps=1e-8
        ),
        "beta1 and beta2 of 0: nothing is remembered": (5, 1.0, 0.1, 0.0, 0.0, 1e-8, 4),
    },
    refuses={"steps counted from 0": (0, 1.0, 0.1, 0.9, 0.999, 1e-8, 3)},
)


# Gradients that are too long


def gradients(rng, size, max_norm, *shapes):
    return dict(grads=[size * rng.normal(size=shape) for shape in shapes], max_norm=max_norm)


def any_gradients(rng):
    shapes = [any_shape(rng) for _ in range(rng.integers(2, 5))]
    return float(rng.choice([1e-6, 0.1, 1, 1e4])), float(rng.choice([1e-6, 0.5, 2, 1000])), *shapes


clip_by_global_norm = value(
    gradients,
    returns="grads, norm",
    fresh=any_gradients,
    cases={
        "the lesson's two arrays": dict(grads=[np.array([3.0]), np.array([[0.0, 4.0]])], max_norm=1.0),
        "three arrays, too long": (1.0, 2.0, (3, 2), (4,), (2, 2)),
        "three arrays, short enough": (1.0, 50.0, (3, 2), (4,), (2, 2)),
        "a single array": (1.0, 0.5, (3, 4)),
        "each short enough, together too long": dict(
            grads=[np.array([0.5, 0.5]), np.array([-0.6]), np.array([[0.6], [0.3]])], max_norm=1.0
        ),
        "one array too long, the others not": dict(
            grads=[np.array([0.1, 0.2]), np.array([-8.0, 1.0]), np.array([0.3])], max_norm=3.0
        ),
        "gradients that exploded": (1e6, 1.0, (2, 3), (3,)),
        "as small as the 1e-6": (1e-6, 1e-6, (2, 3), (3,)),
        "gradients of zero": dict(grads=[np.zeros(3), np.zeros((2, 2))], max_norm=1.0),
        "no gradients at all": dict(grads=[], max_norm=1.0),
    },
)


# Batches


def is_batch(batch):
    return isinstance(batch, np.ndarray) and batch.ndim == 1 and batch.dtype.kind in "iu"


def any_epoch(rng):
    return int(rng.integers(8, 30)), int(rng.integers(2, 6))


@behaviour(
    fresh=any_epoch,
    cases={
        "ten examples in batches of four": (10, 4),
        "batches that come out even": (12, 3),
        "one example is left over": (9, 4),
        "all examples in one batch": (8, 8),
        "batches larger than the data": (6, 10),
        "batches of one": (9, 1),
        "a single example": (1, 4),
    },
)
def minibatches(student, rng, n, batch_size):
    seed = int(rng.integers(1000))
    epochs = [student.minibatches(n, batch_size, s) for s in (seed, seed, seed + 1, seed + 2, seed + 3)]
    for batches in epochs:
        require(
            type(batches) in (list, tuple) and all(map(is_batch, batches)),
            "minibatches returns a list with an index array for every batch: one-dimensional arrays of whole numbers.",
        )
        sizes = [len(batch) for batch in batches]
        wanted = [batch_size] * (n // batch_size) + [n % batch_size] * (n % batch_size > 0)
        require(
            sizes == wanted,
            f"{n} examples in batches of {batch_size} come in batches of {wanted}, and yours are of {sizes}.",
        )
        require(
            sorted(np.concatenate(batches).tolist()) == list(range(n)),
            f"In an epoch every index from 0 to {n - 1} comes exactly once, and yours are not these.",
        )
    orders = [np.concatenate(batches).tolist() for batches in epochs]
    require(orders[0] == orders[1], "The same seed gave other batches. Take all randomness from default_rng(seed).")
    if n < 5:
        return  # so few may stay in place by chance
    require(
        any(order != orders[0] for order in orders[2:]),
        "Different seeds gave the same order: the seed must decide how the indices are shuffled.",
    )
    require(
        any(order != list(range(n)) for order in orders),
        "The indices come in their own order: they are to be shuffled before they are cut into batches.",
    )
    runs = [np.ptp(batch) == len(batch) - 1 for batches in epochs[1:] for batch in batches]
    require(
        n < 8 or not 1 < batch_size <= n // 2 or not all(runs),
        "Neighbours stay together in every batch: shuffle the indices, not only the batches.",
    )


# Schedules


def drops(rng, lr, epoch, drop, every):
    return dict(lr=lr, epoch=epoch, drop=drop, every=every)


def any_drops(rng):
    lr, drop = float(rng.uniform(0.05, 1)), float(rng.choice([0.1, 0.3, 0.5, 0.9]))
    return lr, int(rng.integers(0, 20)), drop, int(rng.integers(2, 8))


step_decay = value(
    drops,
    returns="lr",
    fresh=any_drops,
    cases={
        "the first epoch": (0.1, 0, 0.5, 10),
        "the last epoch before the drop": (0.1, 9, 0.5, 10),
        "the first epoch after the drop": (0.1, 10, 0.5, 10),
        "three drops to a tenth": (0.2, 35, 0.1, 10),
        "between the second drop and the third": (0.3, 11, 0.7, 4),
        "a drop after every epoch": (1.0, 4, 0.9, 1),
    },
)


def a_fall(rng, lr, step, total):
    return dict(lr=lr, step=step, total=total)


def any_fall(rng):
    total = int(rng.integers(5, 60))
    return float(rng.uniform(0.05, 1)), int(rng.integers(0, 2 * total)), total


cosine_decay = value(
    a_fall,
    returns="lr",
    fresh=any_fall,
    cases={
        "the first step": (0.1, 0, 100),
        "a quarter of the way": (0.1, 25, 100),
        "half of the way": (0.1, 50, 100),
        "seven steps, the second": (0.3, 1, 7),
        "the last step but one": (0.2, 29, 30),
        "the end": (0.1, 100, 100),
        "after the end": (0.1, 130, 100),
        "long after the end": (0.1, 200, 100),
    },
)
