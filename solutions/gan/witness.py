"""The losses and the count of modes as torch has them: an independent witness of the references.

The steps are compared with torch's autograd and Adam in tests/test_gan.py; here there are no networks.
"""

import torch
from torch.nn import functional


def discriminator_loss(real_logits, fake_logits):
    judge = functional.binary_cross_entropy_with_logits
    return judge(real_logits, torch.ones_like(real_logits)) + judge(fake_logits, torch.zeros_like(fake_logits))


def generator_loss(fake_logits):
    return functional.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


def minimax_generator_loss(fake_logits):
    return functional.logsigmoid(-fake_logits).mean()


def modes_covered(samples, centers, radius):
    distances = torch.linalg.vector_norm(samples[:, None] - centers, dim=2)
    return int((distances <= radius).any(dim=0).sum())
