"""A sample student's work on gan: the discriminator's loss is right, the generator's is the one of the minimax game."""

import numpy as np


def discriminator_loss(real_logits, fake_logits):
    if real_logits.size == 0:
        raise ValueError("there are no real samples")
    if fake_logits.size == 0:
        raise ValueError("there are no fakes")
    # logaddexp(0, x) is log(1 + exp(x)) and does not overflow
    loss = np.mean(np.logaddexp(0, -real_logits)) + np.mean(np.logaddexp(0, fake_logits))
    # p = sigmoid(x), and log p = -log(1 + exp(-x))
    p_real = np.exp(-np.logaddexp(0, -real_logits))
    p_fake = np.exp(-np.logaddexp(0, -fake_logits))
    dreal_logits = (p_real - 1) / real_logits.size
    dfake_logits = p_fake / fake_logits.size
    return float(loss), dreal_logits, dfake_logits


def generator_loss(fake_logits):
    if fake_logits.size == 0:
        raise ValueError("there are no fakes")
    # the fakes should not be called fake: log(1 - p) becomes small
    log_1_minus_p = -np.logaddexp(0, fake_logits)
    p = np.exp(-np.logaddexp(0, -fake_logits))
    loss = np.mean(log_1_minus_p)
    dfake_logits = -p / fake_logits.size
    return float(loss), dfake_logits
