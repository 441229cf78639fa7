"""GAN: two networks against each other.

Replace each `raise NotImplementedError` with your answer, from top to bottom, then run `pytest exercises/gan`.
One exercise alone: `pytest exercises/gan -k discriminator_loss`. The lesson is the README.md beside this file.
"""

import numpy as np


def discriminator_loss(real_logits, fake_logits):
    """What the discriminator pays: real samples should be called real, fakes should be called fake.

    A logit x stands for the probability p = sigmoid(x) = 1 / (1 + exp(-x)) that a sample is real. With
    softplus(x) = log(1 + exp(x)):
        loss = mean over the real logits of softplus(-x)  +  mean over the fake logits of softplus(x)
    which is -mean log p over the real samples - mean log(1 - p) over the fakes: binary cross-entropy with the label 1
    for real and 0 for fake, as PyTorch's binary_cross_entropy_with_logits gives it for each half.

    Each half has a mean of its own, over all its logits; then the two are added. Logits of ±1000 must give the true,
    finite answer.

    Args:
        real_logits: the discriminator's logits for real samples, float64 or float32 of any shape, such as (N, 1).
        fake_logits: its logits for fakes, of any shape, such as (M, 1); same dtype.

    Returns:
        loss: a Python float.
        dreal_logits: the derivative of the loss with respect to each real logit; shape and dtype of real_logits.
        dfake_logits: the same for each fake logit; shape and dtype of fake_logits.

    Raises:
        ValueError: if there are no real logits or no fake logits: a mean over nothing does not exist.

    No input is modified.
    """
    raise NotImplementedError


def generator_loss(fake_logits):
    """What the generator pays, in the non-saturating form: its fakes should be called real.

    With x the logit of a fake, p = sigmoid(x) and softplus(x) = log(1 + exp(x)):
        loss = mean over the fake logits of softplus(-x)
    which is -mean log p. Logits of ±1000 must give the true, finite answer.

    Args:
        fake_logits: the discriminator's logits for fakes, float64 or float32 of any shape, such as (N, 1).

    Returns:
        loss: a Python float.
        dfake_logits: the derivative of the loss with respect to each logit; shape and dtype of fake_logits.

    Raises:
        ValueError: if there are no logits.

    fake_logits is not modified.
    """
    raise NotImplementedError


def minimax_generator_loss(fake_logits):
    """What the generator pays in the minimax game: its fakes should not be called fake.

    With x the logit of a fake, p = sigmoid(x) and softplus(x) = log(1 + exp(x)):
        loss = mean over the fake logits of log(1 - p)  =  -mean of softplus(x)
    This is never positive. Logits of ±1000 must give the true, finite answer.

    Args:
        fake_logits: the discriminator's logits for fakes, float64 or float32 of any shape, such as (N, 1).

    Returns:
        loss: a Python float.
        dfake_logits: the derivative of the loss with respect to each logit; shape and dtype of fake_logits.

    Raises:
        ValueError: if there are no logits.

    fake_logits is not modified.
    """
    raise NotImplementedError


def discriminator_step(generator, discriminator, real, noise):
    """One step of the discriminator: it learns to tell real samples from fakes. The generator stays as it is.

        fakes = what the generator makes of noise
        loss  = discriminator_loss(logits of real, logits of fakes)
        one update of the discriminator, down the gradient of this loss

    The discriminator meets two batches, and so has two lists of gradients: add them, parameter by parameter, and
    update once. Two updates would be two steps of its optimizer, and something else.

    Both networks are objects with three methods; nothing else of them is needed:
        out, cache = network.forward(x)
            x (N, inputs) -> out (N, outputs). The cache is for `backward`; each call of `forward` has its own.
        dx, grads = network.backward(dout, cache)
            dout (N, outputs): the gradient of the loss with respect to out. dx (N, inputs): that with respect to x.
            grads: a list of arrays, one for each parameter of the network, always in the same order. Summed over the
            batch, nothing is averaged. Changes nothing.
        network.update(grads)
            One step of the network's own optimizer (Adam) down these gradients. Only this changes the network.

    Args:
        generator: a network, noise (M, Z) -> fakes (M, D).
        discriminator: a network, samples (N, D) -> logits (N, 1). It is updated in place.
        real: real samples, float64 (N, D).
        noise: float64 (M, Z); M may differ from N.

    Returns:
        loss: a Python float, the discriminator's loss before the update.

    Raises:
        ValueError: if a batch is empty; your `discriminator_loss` sees to that.
    """
    raise NotImplementedError


def generator_step(generator, discriminator, noise):
    """One step of the generator: it learns to make fakes that are called real. The discriminator stays as it is.

        fakes = what the generator makes of noise
        loss  = generator_loss(logits of fakes)          the non-saturating one
        one update of the generator, down the gradient of this loss

    The gradient reaches the generator through the discriminator: from the logits to the fakes, from the fakes to the
    generator's parameters.

    Both networks are objects with three methods; nothing else of them is needed:
        out, cache = network.forward(x)
            x (N, inputs) -> out (N, outputs). The cache is for `backward`; each call of `forward` has its own.
        dx, grads = network.backward(dout, cache)
            dout (N, outputs): the gradient of the loss with respect to out. dx (N, inputs): that with respect to x.
            grads: a list of arrays, one for each parameter of the network, always in the same order. Changes nothing.
        network.update(grads)
            One step of the network's own optimizer (Adam) down these gradients. Only this changes the network.

    Args:
        generator: a network, noise (N, Z) -> fakes (N, D). It is updated in place.
        discriminator: a network, samples (N, D) -> logits (N, 1).
        noise: float64 (N, Z).

    Returns:
        loss: a Python float, the generator's loss before the update.

    Raises:
        ValueError: if the batch is empty; your `generator_loss` sees to that.
    """
    raise NotImplementedError


def train_gan(generator, discriminator, real_batches, noise_batches):
    """The game. S steps; in step i = 0, 1, ..., S - 1

        first the discriminator:  discriminator_step on real_batches[i] and noise_batches[2 * i]
        then the generator:       generator_step on noise_batches[2 * i + 1]

    So the generator meets a discriminator that has just been updated, and every step of either network has noise that
    was never used before.

    Args:
        generator: a network, noise (M, Z) -> fakes (M, D). It is updated in place.
        discriminator: a network, samples (N, D) -> logits (N, 1). It is updated in place.
            Both are objects with `forward`, `backward` and `update`, as your two steps want them.
        real_batches: a list of S arrays of real samples, float64 (N, D), S at least 1. N may differ among them.
        noise_batches: a list of 2 S arrays, float64 (M, Z).

    Returns:
        history: a float64 array of shape (S, 2). Row i holds the two losses of step i as the steps returned them:
            first the discriminator's, then the generator's.

    Raises:
        ValueError: if there are not exactly twice as many noise batches as real batches, with a message that says so.
    """
    raise NotImplementedError


def modes_covered(samples, centers, radius):
    """How many modes a generator reaches: counts the centers that have a sample nearby.

    A mode is covered if at least one sample lies within `radius` of its center:
        sqrt(sum over d of (samples[n, d] - centers[k, d])²) <= radius        for at least one n
    A distance of exactly `radius` is within. One sample may cover several modes, and a mode counts once, however many
    samples lie there. A sample with nan in it (a generator that has diverged) covers nothing.

    Args:
        samples: what a generator made, float64 or float32 (N, D).
        centers: the centers of the modes, same dtype (K, D).
        radius: a float, at least 0.

    Returns:
        covered: an int, from 0 to K.

    Raises:
        ValueError: if there are no samples (N is 0): they say nothing about the generator.

    No input is modified.
    """
    raise NotImplementedError
