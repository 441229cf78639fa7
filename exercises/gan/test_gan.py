"""What is asked of gan.py."""

import numpy as np

from autograder import value
from autograder.network import Network


def given(**arguments):
    """These very arguments; lists become arrays."""
    return {name: np.array(v) if isinstance(v, list) else v for name, v in arguments.items()}


# The losses


def logits_of_both(rng, scale, real_shape, fake_shape):
    return dict(real_logits=scale * rng.normal(size=real_shape), fake_logits=scale * rng.normal(size=fake_shape))


def any_logits_of_both(rng):
    real, fake = rng.choice(np.arange(2, 8), size=2, replace=False)  # different, so that each half needs its own mean
    patches = int(rng.integers(1, 4))
    return float(rng.choice([2, 1000])), (int(real), 1, patches), (int(fake), 1, patches)


discriminator_loss = value(
    logits_of_both,
    returns="loss, dreal_logits, dfake_logits",
    fresh=any_logits_of_both,
    cases={
        "the lesson's logits": given(real_logits=[[2.0], [-1.0]], fake_logits=[[0.0], [-3.0]]),
        "three real samples, five fakes": (1.0, (3, 1), (5, 1)),
        "as many fakes as real samples": (2.0, (4, 1), (4, 1)),
        "a batch of one": (1.0, (1, 1), (1, 1)),
        "a logit for every patch of an image": (1.0, (2, 1, 2, 3), (3, 1, 2, 3)),
        "who knows nothing pays 2 log 2": given(real_logits=[[0.0], [0.0]], fake_logits=[[0.0]]),
        "logits in the hundreds": (1000.0, (4, 1), (3, 1)),
        "logits of ±40, sure and wrong": given(real_logits=[[-40.0], [1.0]], fake_logits=[[40.0], [1.0]]),
        "logits of ±1000, sure and right": given(real_logits=[[1000.0], [1.0]], fake_logits=[[-1000.0], [1.0]]),
        "logits of ±1000, sure and wrong": given(real_logits=[[-1000.0], [1.0]], fake_logits=[[1000.0], [1.0]]),
    },
    refuses={"no real samples": (1.0, (0, 1), (3, 1)), "no fakes": (1.0, (3, 1), (0, 1))},
)


def logits_of_fakes(rng, scale, *shape):
    return dict(fake_logits=scale * rng.normal(size=shape))


def any_logits_of_fakes(rng):
    return float(rng.choice([2, 1000])), int(rng.integers(2, 8)), 1, int(rng.integers(2, 4))


logits_to_judge = {
    "the lesson's logits": given(fake_logits=[[0.0], [-3.0]]),
    "five fakes": (1.0, 5, 1),
    "a batch of one": (1.0, 1, 1),
    "a row of logits": (2.0, 4),
    "a logit for every patch of an image": (1.0, 2, 1, 2, 3),
    "logits in the hundreds": (1000.0, 4, 1),
    "logits of ±40": given(fake_logits=[[40.0], [-40.0], [1.0]]),
    "a fake that is surely taken for real": given(fake_logits=[[1000.0], [1.0]]),
    "a fake that is surely found out": given(fake_logits=[[-1000.0], [1.0]]),
}

generator_loss = value(
    logits_of_fakes,
    returns="loss, dfake_logits",
    fresh=any_logits_of_fakes,
    cases=logits_to_judge,
    refuses={"no fakes": (1.0, 0, 1)},
)

minimax_generator_loss = value(
    logits_of_fakes,
    returns="loss, dfake_logits",
    fresh=any_logits_of_fakes,
    cases=logits_to_judge,
    refuses={"no fakes": (1.0, 0, 1)},
)


# The steps. What becomes of the networks' parameters is compared, too.


def network(rng, *sizes):
    # With so large an eps Adam's step shows how long the gradient is; otherwise the first one shows its sign alone.
    return Network.random(sizes, rng, lr=0.05, beta1=0.5, eps=0.1)


def players(rng, inputs, hidden, data):
    """A generator from noise of size `inputs` to samples of size `data`, and a discriminator of these."""
    return dict(generator=network(rng, inputs, *hidden, data), discriminator=network(rng, data, *hidden, 1))


def both_and_batches(rng, n, m, inputs, hidden, data):
    return dict(**players(rng, inputs, hidden, data), real=2 + rng.normal(size=(n, data)),
                noise=rng.normal(size=(m, inputs)))  # fmt: skip


def any_batches(rng):
    n, m = rng.choice(np.arange(2, 7), size=2, replace=False)
    return int(n), int(m), int(rng.integers(2, 4)), (int(rng.integers(2, 5)),), int(rng.integers(1, 4))


discriminator_step = value(
    both_and_batches,
    returns="loss",
    needs=(discriminator_loss,),
    float32=False,
    fresh=any_batches,
    cases={
        "points in the plane from noise in the plane": (4, 4, 2, (3,), 2),
        "noise has another size than the samples": (3, 3, 3, (4,), 2),
        "more fakes than real samples": (2, 5, 2, (3,), 3),
        "numbers instead of points": (4, 3, 1, (3,), 1),
        "batches of one": (1, 1, 2, (3,), 2),
        "two hidden layers": (3, 4, 2, (3, 2), 2),
    },
)


def both_and_noise(rng, n, inputs, hidden, data):
    return dict(**players(rng, inputs, hidden, data), noise=rng.normal(size=(n, inputs)))


def any_noise(rng):
    return any_batches(rng)[1:]


generator_step = value(
    both_and_noise,
    returns="loss",
    needs=(generator_loss,),
    float32=False,
    fresh=any_noise,
    cases={
        "points in the plane from noise in the plane": (4, 2, (3,), 2),
        "noise has another size than the samples": (3, 3, (4,), 2),
        "numbers instead of points": (4, 2, (3,), 1),
        "a batch of one": (1, 2, (3,), 2),
        "two hidden layers": (5, 2, (3, 2), 2),
    },
)


def both_and_games(rng, real_sizes, noise_batches, inputs, data):
    return dict(
        **players(rng, inputs, (3,), data),
        real_batches=[2 + rng.normal(size=(n, data)) for n in real_sizes],
        noise_batches=[rng.normal(size=(3, inputs)) for _ in range(noise_batches)],
    )


def any_game(rng):
    steps = int(rng.integers(3, 5))
    return rng.integers(2, 5, size=steps).tolist(), 2 * steps, int(rng.integers(2, 4)), int(rng.integers(1, 3))


train_gan = value(
    both_and_games,
    returns="history",
    needs=(discriminator_step, generator_step),
    float32=False,
    fresh=any_game,
    cases={
        "one step: the discriminator first, then the generator": ([3], 2, 2, 2),
        "two steps": ([4, 4], 4, 2, 2),
        "the last batch is smaller": ([4, 4, 2], 6, 2, 1),
        "four steps": ([3, 3, 3, 3], 8, 3, 2),
    },
    refuses={"as many noise batches as real ones": ([3, 3], 2, 2, 2)},
)


# Which modes are reached


def around_a_ring(rng, n, reached, modes, spread, radius):
    """Samples around some modes (given by their numbers) of a ring of `modes` modes."""
    angle = 2 * np.pi * np.arange(modes) / modes
    centers = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return dict(samples=centers[rng.choice(reached, size=n)] + spread * rng.normal(size=(n, 2)),
                centers=centers, radius=radius)  # fmt: skip


def any_samples(rng):
    """Points and centers at random in one to three dimensions: some of the centers are near a sample, some not."""
    d = int(rng.integers(1, 4))
    samples, centers = rng.uniform(-2, 2, size=(int(rng.integers(4, 9)), d)), rng.uniform(-2, 2, size=(9, d))
    nearest = np.linalg.norm(samples[:, None] - centers, axis=2).min(axis=0)
    return dict(samples=samples, centers=centers, radius=float(np.sort(nearest)[4:6].mean()))


square = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]]

modes_covered = value(
    around_a_ring,
    returns="covered",
    fresh=any_samples,
    cases={
        "a sample near each of three modes": given(
            samples=[[0.1, 0.0], [3.8, 0.1], [0.0, 4.2]], centers=square, radius=0.5
        ),
        "the ring of eight modes, most of it covered": (24, range(8), 8, 0.1, 0.3),
        "collapsed onto one mode of eight": (20, [3], 8, 0.1, 0.5),
        "collapsed onto three modes of eight": (20, [0, 1, 5], 8, 0.1, 0.5),
        "between the modes nothing is covered": given(samples=[[2.0, 2.0], [2.0, 0.0]], centers=square, radius=0.5),
        "a sample at exactly the radius": given(samples=[[3.0, 4.0]], centers=[[0.0, 0.0], [9.0, 9.0]], radius=5.0),
        "one sample near two modes": given(samples=[[2.1, 0.0]], centers=square, radius=2.5),
        "beside a mode and above it, but too far": given(samples=[[0.9, 0.8]], centers=square, radius=1.0),
        "beside a mode and above it, near enough": given(samples=[[0.6, 0.7]], centers=square, radius=1.0),
        "modes on a line": given(samples=[[0.2], [0.3], [7.0]], centers=[[0.0], [1.0], [7.0]], radius=0.25),
        "modes in space": given(samples=[[0.0, 1.0, 2.0], [3.0, 3.0, 3.0]], centers=[[0.0, 1.2, 2.1]], radius=0.5),
        "a generator that has diverged": given(samples=[[np.nan, 0.0], [4.0, 4.1]], centers=square, radius=0.5),
    },
    refuses={"no samples": given(samples=np.zeros((0, 2)), centers=square, radius=0.5)},
)
