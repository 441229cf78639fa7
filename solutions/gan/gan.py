"""GAN, two networks against each other: the reference.

The losses and the count of modes are kernels that read like their definitions. The steps of the game only decide who
learns from whom: all computing is done by the networks that are handed in, objects with `forward`, `backward` and
`update` such as autograder.network.Network.
"""

import numpy as np
from numba import njit


def discriminator_loss(real_logits, fake_logits):
    """mean softplus(-real) + mean softplus(fake): binary cross-entropy with label 1 for real, 0 for fake.

    That is -mean log p(real) - mean log(1 - p(fake)) of Goodfellow et al. (2014), with p = sigmoid(logit).
    real_logits, fake_logits: float64 or float32 of any shapes, (N, 1) as a rule; their sizes may differ.
    Returns (loss, dreal_logits, dfake_logits): a Python float, and arrays of the logits' shapes in their dtype.
    ValueError: an empty batch.
    """
    real_logits, fake_logits = _batch(real_logits, "real"), _batch(fake_logits, "fake")
    real_cost, dreal = _mean_softplus(real_logits, -1)
    fake_cost, dfake = _mean_softplus(fake_logits, 1)
    return real_cost + fake_cost, dreal, dfake


def generator_loss(fake_logits):
    """mean softplus(-fake), that is -mean log p(fake): the non-saturating loss of Goodfellow et al. (2014), section 3.

    fake_logits: float64 or float32 of any shape. Returns (loss, dfake_logits). ValueError: an empty batch.
    """
    return _mean_softplus(_batch(fake_logits, "fake"), -1)


def minimax_generator_loss(fake_logits):
    """-mean softplus(fake), that is mean log(1 - p(fake)): what the minimax game asks of the generator.

    fake_logits: float64 or float32 of any shape. Returns (loss, dfake_logits). ValueError: an empty batch.
    """
    cost, dfake = _mean_softplus(_batch(fake_logits, "fake"), 1)
    return -cost, -dfake


def discriminator_step(generator, discriminator, real, noise):
    """One update of the discriminator on real samples and on fakes made of noise; the generator stays as it is.

    generator, discriminator: networks; real (N, D), noise (M, Z). Returns the discriminator's loss before the update.
    ValueError: an empty batch.
    """
    fake, _ = generator.forward(noise)
    real_logits, real_cache = discriminator.forward(real)
    fake_logits, fake_cache = discriminator.forward(fake)
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    _, real_grads = discriminator.backward(dreal, real_cache)
    _, fake_grads = discriminator.backward(dfake, fake_cache)
    discriminator.update([of_real + of_fake for of_real, of_fake in zip(real_grads, fake_grads, strict=True)])
    return loss


def generator_step(generator, discriminator, noise):
    """One update of the generator, whose gradient comes through the discriminator; the discriminator stays as it is.

    generator, discriminator: networks; noise (N, Z). Returns the generator's non-saturating loss before the update.
    ValueError: an empty batch.
    """
    fake, generator_cache = generator.forward(noise)
    logits, discriminator_cache = discriminator.forward(fake)
    loss, dlogits = generator_loss(logits)
    dfake, _ = discriminator.backward(dlogits, discriminator_cache)
    _, grads = generator.backward(dfake, generator_cache)
    generator.update(grads)
    return loss


def train_gan(generator, discriminator, real_batches, noise_batches):
    """The game: for each real batch a step of the discriminator, then one of the generator, each on noise of its own.

    real_batches: S arrays (N, D); noise_batches: 2 S arrays (M, Z), of which step i takes 2i and 2i + 1.
    Returns the history, shape (S, 2), float64: in row i the discriminator's and the generator's loss of step i.
    ValueError: another number of noise batches, or an empty batch.
    """
    if len(noise_batches) != 2 * len(real_batches):
        raise ValueError(f"{len(real_batches)} steps need twice as many noise batches, not {len(noise_batches)}")
    history = np.zeros((len(real_batches), 2))
    for i, real in enumerate(real_batches):
        history[i, 0] = discriminator_step(generator, discriminator, real, noise_batches[2 * i])
        history[i, 1] = generator_step(generator, discriminator, noise_batches[2 * i + 1])
    return history


def modes_covered(samples, centers, radius):
    """How many centers have at least one sample within `radius` (Euclidean distance, at most).

    samples (N, D), centers (K, D), float64 or float32; radius a float. Returns an int from 0 to K. A sample that is not
    a number is near to nothing. ValueError: no samples, or shapes that do not fit.
    """
    samples, centers = (_floating(points) for points in (samples, centers))
    if samples.ndim != 2 or centers.ndim != 2 or samples.shape[1] != centers.shape[1]:
        raise ValueError(f"samples and centers need shapes (N, D) and (K, D), not {samples.shape} and {centers.shape}")
    if len(samples) == 0:
        raise ValueError("there are no samples to cover anything")
    return _modes_covered(samples, centers, float(radius))


def _floating(array):
    """The array in C order: float32 stays float32, everything else is float64."""
    array = np.asarray(array)
    return np.asarray(array, dtype=np.float32 if array.dtype == np.float32 else np.float64, order="C")


def _batch(logits, kind):
    logits = _floating(logits)
    if logits.size == 0:
        raise ValueError(f"an empty batch has no mean loss: there are no {kind} logits")
    return logits


def _mean_softplus(logits, sign):
    """The mean of softplus(sign * logit) over all entries, and its gradient in the logits' shape and dtype."""
    gradient = np.empty_like(logits)
    return _softplus(logits.ravel(), sign, gradient.ravel()), gradient


@njit(cache=True)
def _softplus(logits, sign, gradient):
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), and its slope, the sigmoid: no exponential exceeds 1."""
    total = 0.0
    for i in range(logits.size):
        x = sign * logits[i]
        small = np.exp(-abs(x))
        total += max(x, 0.0) + np.log1p(small)
        slope = 1 / (1 + small) if x >= 0 else small / (1 + small)
        gradient[i] = sign * slope / logits.size
    return total / logits.size


@njit(cache=True)
def _modes_covered(samples, centers, radius):
    covered = 0
    for k in range(len(centers)):
        for n in range(len(samples)):
            square = 0.0
            for d in range(samples.shape[1]):
                square += (samples[n, d] - centers[k, d]) ** 2
            if np.sqrt(square) <= radius:
                covered += 1
                break
    return covered
