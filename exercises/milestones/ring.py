"""The milestone of part 4: `chainrule milestone ring`."""

import numpy as np

from autograder.milestone import milestone
from autograder.network import Network

MODES, RADIUS, SPREAD = 8, 2.0, 0.1
HIDDEN, STEPS, BATCH, NOISE = 64, 3000, 64, 2
FRAMES = (0, 100, 300, 600, 1000, 1500, 2000, 3000)
SAMPLES = 2000
SHARE = 0.01  # of the samples, below which those near a mode are strays

ANGLES = 2 * np.pi * np.arange(MODES) / MODES
CENTERS = RADIUS * np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])


@milestone(needs=["gan.train_gan", "gan.discriminator_step", "gan.generator_step", "gan.modes_covered"])
def ring(functions, stage):
    """Cover a ring of eight Gaussians with a generator that has only a discriminator to learn from."""
    gan = functions.gan
    rng = np.random.default_rng(stage.seed)
    adam = dict(lr=1e-3, beta1=0.5)
    generator = Network.random((NOISE, HIDDEN, HIDDEN, 2), rng, **adam)
    discriminator = Network.random((2, HIDDEN, HIDDEN, 1), rng, **adam)
    watched = rng.normal(size=(SAMPLES, NOISE))  # the same noise in every frame shows how each sample moves
    frames, history = {0: generator.forward(watched)[0]}, []
    chunk = 50
    for step in stage.track(range(chunk, STEPS + 1, chunk), "rounds of 50 steps", lambda: word(gan, frames, history)):
        real = [ring_samples(rng, BATCH) for _ in range(chunk)]
        noise = [rng.normal(size=(BATCH, NOISE)) for _ in range(2 * chunk)]
        history.extend(gan.train_gan(generator, discriminator, real, noise))
        frames[step] = generator.forward(watched)[0]

    covered = modes(gan, frames[STEPS])
    stage.say(f"  {covered} of {MODES} modes are covered.")
    draw(stage, frames, np.array(history), gan)
    return covered >= 7


def ring_samples(rng, n):
    """n points (n, 2) from the eight Gaussians."""
    return CENTERS[rng.integers(MODES, size=n)] + SPREAD * rng.normal(size=(n, 2))


def modes(gan, samples):
    """How many modes are covered, strays aside: a single sample may be near a mode by accident."""
    distances = np.linalg.norm(samples[:, None] - CENTERS, axis=2)
    near = distances.argmin(axis=1)
    own = distances.min(axis=1) <= 3 * SPREAD
    held = np.bincount(near[own], minlength=MODES) >= SHARE * len(samples)
    settled = samples[own & held[near]]
    return gan.modes_covered(settled, CENTERS, 3 * SPREAD) if len(settled) else 0


def word(gan, frames, history):
    return f"{modes(gan, frames[max(frames)])} of {MODES} modes"


def draw(stage, frames, history, gan):
    figure, axes = stage.figure(2, 4, (11, 5.8))
    real = ring_samples(np.random.default_rng(0), 400)
    for axis, step in zip(axes.flat, FRAMES, strict=True):
        axis.scatter(*real.T, s=3, color="lightgray")
        axis.scatter(*frames[step].T, s=3, color="tab:blue", alpha=0.5)
        axis.set(title=f"step {step}: {modes(gan, frames[step])} modes", xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
        axis.set(xticks=[], yticks=[])
    figure.suptitle("Real points in gray, the generator's in blue")
    stage.save(figure)


if __name__ == "__main__":
    ring()
