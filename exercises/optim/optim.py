"""Optimizers: how to take a step.

Replace each `raise NotImplementedError` with your own code, from top to bottom, then run `pytest exercises/optim`.
One exercise alone: `pytest exercises/optim -k adam_step`. The lesson is the README.md beside this file.
"""

import numpy as np


def sgd_step(w, dw, lr):
    """One step of gradient descent.

        new w = w - lr * dw

    PyTorch's `torch.optim.SGD` does the same in place, to save memory; here w stays as it was and a new array is
    returned, so that the step can be repeated, compared and drawn.

    Args:
        w: weights, any shape, float64 or float32; not to be modified.
        dw: the gradient of the loss with respect to w, shape and dtype of w; not to be modified.
        lr: the learning rate, a float greater than 0.

    Returns:
        w: the weights after the step, a new array of the same shape and dtype.
    """
    raise NotImplementedError


def momentum_step(w, dw, v, lr, momentum):
    """One step of gradient descent with momentum.

        new v = momentum * v + dw
        new w = w - lr * (new v)

    This is `torch.optim.SGD(momentum=...)`: dw enters with the factor 1 (not 1 - momentum), and lr stands outside of
    v. Before the first step, v is zero.

    Args:
        w: weights, any shape, float64 or float32; not to be modified.
        dw: the gradient of the loss with respect to w, shape and dtype of w; not to be modified.
        v: the velocity after the step before, shape and dtype of w; not to be modified.
        lr: the learning rate, a float greater than 0.
        momentum: how much of the velocity is kept, a float from 0 to less than 1.

    Returns:
        w: the weights after the step; v: the velocity after the step. New arrays of the same shape and dtype.
    """
    raise NotImplementedError


def nesterov_step(w, dw, v, lr, momentum):
    """One step of gradient descent with Nesterov's momentum, which looks one step ahead.

        new v = momentum * v + dw
        new w = w - lr * (dw + momentum * (new v))

    This is `torch.optim.SGD(momentum=..., nesterov=True)`. Before the first step, v is zero.

    Args:
        w: weights, any shape, float64 or float32; not to be modified.
        dw: the gradient of the loss with respect to w, shape and dtype of w; not to be modified.
        v: the velocity after the step before, shape and dtype of w; not to be modified.
        lr: the learning rate, a float greater than 0.
        momentum: how much of the velocity is kept, a float from 0 to less than 1.

    Returns:
        w: the weights after the step; v: the velocity after the step. New arrays of the same shape and dtype.
    """
    raise NotImplementedError


def adam_step(w, dw, m, v, t, lr, beta1, beta2, eps):
    """One step of Adam: momentum, divided by the usual size of the gradient, weight by weight.

        new m = beta1 * m + (1 - beta1) * dw            a running mean of the gradient
        new v = beta2 * v + (1 - beta2) * dw²           a running mean of its square
        m_hat = new m / (1 - beta1^t)                   both means started from zero: correct for that
        v_hat = new v / (1 - beta2^t)
        new w = w - lr * m_hat / (sqrt(v_hat) + eps)

    This is `torch.optim.Adam`, without weight decay. Returned are m and v as they are, without the correction: the next
    step goes on from them.

    Args:
        w: weights, any shape, float64 or float32; not to be modified.
        dw: the gradient of the loss with respect to w, shape and dtype of w; not to be modified.
        m, v: the running means after the step before, shape and dtype of w, zero before the first step; not to be
            modified.
        t: the number of this step, an int: 1 for the first.
        lr: the learning rate, a float greater than 0.
        beta1, beta2: how much of m and of v is kept, floats from 0 to less than 1 (usually 0.9 and 0.999).
        eps: a small float greater than 0, so that nothing is divided by 0 (usually 1e-8).

    Returns:
        w: the weights after the step; m, v: the running means after the step. New arrays of the same shape and dtype.

    Raises:
        ValueError: if t is below 1, with a message that says so: at t = 0 the correction would divide by 0.
    """
    raise NotImplementedError


def clip_by_global_norm(grads, max_norm):
    """Shortens gradients that are too long together, and keeps their direction.

        norm = sqrt(the sum of the squares of all entries of all arrays)
        scale = the smaller of 1 and max_norm / (norm + 1e-6)
        each new gradient = scale * gradient

    This is PyTorch's `clip_grad_norm_`, which has the 1e-6 to avoid 0/0; but it works in place, and this does not.

    Args:
        grads: a list of float arrays of any shapes, one for every parameter; neither it nor they are to be modified.
            It may be empty.
        max_norm: the largest norm allowed, a float greater than 0.

    Returns:
        grads: a list of new arrays of the same shapes and dtypes, in the same order.
        norm: the norm before the clipping, a float (0 for an empty list).
    """
    raise NotImplementedError


def minibatches(n, batch_size, seed):
    """Deals the indices of n examples into batches, in random order: what one epoch of training goes through.

    Shuffle the indices 0 ... n - 1 by the seed, then cut them into pieces of batch_size. The last piece may be shorter
    and is kept. Every index is in exactly one batch. The same seed gives the same batches, another seed others (so a
    training passes a new seed in every epoch). Use a generator of your own, `np.random.default_rng(seed)`: the global
    random state, np.random.seed and what hangs on it, is not to be touched.

    Args:
        n: the number of examples, an int, at least 1.
        batch_size: the number of examples in a batch, an int, at least 1. It may be larger than n.
        seed: an int, 0 or more.

    Returns:
        batches: a list of index arrays: one-dimensional arrays of whole numbers, so that x[batch] gives its rows.
    """
    raise NotImplementedError


def step_decay(lr, epoch, drop, every):
    """A learning rate that drops every few epochs.

        lr * drop^k, where k = epoch / every, rounded down

    This is PyTorch's `StepLR` (its gamma is drop, its step_size is every).

    Args:
        lr: the learning rate of the first epoch, a float.
        epoch: the number of the epoch, an int: 0 for the first.
        drop: what the learning rate is multiplied with, a float, usually between 0 and 1.
        every: after how many epochs it drops, an int, at least 1.

    Returns:
        lr: the learning rate of this epoch, a float.
    """
    raise NotImplementedError


def cosine_decay(lr, step, total):
    """A learning rate that falls from lr to 0 along half a period of a cosine.

        lr / 2 * (1 + cos(pi * step / total))    while step <= total
        0                                        after that

    Up to `total` this is PyTorch's `CosineAnnealingLR` (its T_max is total), which would then rise again; here the
    learning rate stays 0.

    Args:
        lr: the learning rate of the first step, a float.
        step: the number of the step, an int: 0 for the first.
        total: after how many steps the learning rate is 0, an int, at least 1.

    Returns:
        lr: the learning rate of this step, a float.
    """
    raise NotImplementedError
