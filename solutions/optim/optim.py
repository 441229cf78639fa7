"""Optimizers: how to take a step. The reference.

The kernels are the definitions, weight by weight; a weight's place in its array does not matter to them, so they walk
over vectors. The functions below check and prepare what is handed in, and nothing of it is changed: torch's optimizers
work in place.
"""

import math

import numpy as np
from numba import njit


@njit(cache=True)
def _sgd(w, dw, lr):
    stepped = np.empty_like(w)
    for i in range(w.size):
        stepped[i] = w[i] - lr * dw[i]
    return stepped


@njit(cache=True)
def _momentum(w, dw, v, lr, momentum):
    stepped, velocity = np.empty_like(w), np.empty_like(w)
    for i in range(w.size):
        velocity[i] = momentum * v[i] + dw[i]
        stepped[i] = w[i] - lr * velocity[i]
    return stepped, velocity


@njit(cache=True)
def _nesterov(w, dw, v, lr, momentum):
    stepped, velocity = np.empty_like(w), np.empty_like(w)
    for i in range(w.size):
        velocity[i] = momentum * v[i] + dw[i]
        stepped[i] = w[i] - lr * (dw[i] + momentum * velocity[i])
    return stepped, velocity


@njit(cache=True)
def _adam(w, dw, m, v, t, lr, beta1, beta2, eps):
    stepped, mean, square = np.empty_like(w), np.empty_like(w), np.empty_like(w)
    for i in range(w.size):
        mean[i] = beta1 * m[i] + (1 - beta1) * dw[i]
        square[i] = beta2 * v[i] + (1 - beta2) * dw[i] * dw[i]
        mean_hat = mean[i] / (1 - beta1**t)
        square_hat = square[i] / (1 - beta2**t)
        stepped[i] = w[i] - lr * mean_hat / (math.sqrt(square_hat) + eps)
    return stepped, mean, square


@njit(cache=True)
def _sum_of_squares(array):
    total = 0.0
    for i in range(array.size):
        total += array[i] * array[i]
    return total


def sgd_step(w, dw, lr):
    """w - lr dw, as torch.optim.SGD (Robbins and Monro, "A Stochastic Approximation Method", 1951).

    w, dw: floats of one shape, whatever it is; lr: float. Returns w, a new array of that shape and the dtype of w.
    ValueError: two shapes.
    """
    shape, (w, dw) = np.shape(w), _vectors(w, dw)
    return _sgd(w, dw, float(lr)).reshape(shape)


def momentum_step(w, dw, v, lr, momentum):
    """v' = momentum v + dw and w' = w - lr v', as torch.optim.SGD with momentum and no dampening.

    (Polyak, "Some Methods of Speeding Up the Convergence of Iteration Methods", 1964.)
    w, dw, v: floats of one shape, whatever it is; lr, momentum: floats.
    Returns w' and v', new arrays of that shape and the dtype of w. ValueError: different shapes.
    """
    shape, (w, dw, v) = np.shape(w), _vectors(w, dw, v)
    stepped, velocity = _momentum(w, dw, v, float(lr), float(momentum))
    return stepped.reshape(shape), velocity.reshape(shape)


def nesterov_step(w, dw, v, lr, momentum):
    """v' = momentum v + dw and w' = w - lr (dw + momentum v'), as torch.optim.SGD with nesterov=True.

    (Sutskever, Martens, Dahl and Hinton, "On the Importance of Initialization and Momentum in Deep Learning", 2013,
    with w at the point where the gradient is taken.)
    w, dw, v: floats of one shape, whatever it is; lr, momentum: floats.
    Returns w' and v', new arrays of that shape and the dtype of w. ValueError: different shapes.
    """
    shape, (w, dw, v) = np.shape(w), _vectors(w, dw, v)
    stepped, velocity = _nesterov(w, dw, v, float(lr), float(momentum))
    return stepped.reshape(shape), velocity.reshape(shape)


def adam_step(w, dw, m, v, t, lr, beta1, beta2, eps):
    """m' = beta1 m + (1 - beta1) dw, v' = beta2 v + (1 - beta2) dw² and, with both corrected for their start at zero,

    w' = w - lr (m' / (1 - beta1^t)) / (sqrt(v' / (1 - beta2^t)) + eps), as torch.optim.Adam
    (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015).

    w, dw, m, v: floats of one shape, whatever it is; t: int, 1 in the first step; lr, beta1, beta2, eps: floats.
    Returns w', m' and v', new arrays of that shape and the dtype of w. ValueError: different shapes, or t below 1.
    """
    if t < 1:
        raise ValueError(f"steps are counted from 1, and t is {t}")
    shape, (w, dw, m, v) = np.shape(w), _vectors(w, dw, m, v)
    moved = _adam(w, dw, m, v, int(t), float(lr), float(beta1), float(beta2), float(eps))
    return tuple(array.reshape(shape) for array in moved)


def clip_by_global_norm(grads, max_norm):
    """Every array times min(1, max_norm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_.

    norm is the root of the sum of the squares of all entries of all arrays (Pascanu, Mikolov and Bengio, "On the
    Difficulty of Training Recurrent Neural Networks", 2013).
    grads: a list of float arrays of any shapes, maybe empty; max_norm: float.
    Returns the clipped arrays in a list, in their own shapes and dtypes, and norm, a float.
    """
    grads = [_floating(gradient) for gradient in grads]
    norm = math.sqrt(sum(_sum_of_squares(gradient.reshape(-1)) for gradient in grads))
    scale = min(1.0, max_norm / (norm + 1e-6))
    return [gradient * gradient.dtype.type(scale) for gradient in grads], norm


def minibatches(n, batch_size, seed):
    """The indices 0 ... n - 1, shuffled by the seed and cut into pieces of batch_size; the last may be shorter.

    n, batch_size, seed: ints. Returns a list of index arrays. ValueError: n or batch_size below 1.
    """
    if n < 1 or batch_size < 1:
        raise ValueError(f"n and batch_size must be at least 1, not {n} and {batch_size}")
    order = np.random.default_rng(seed).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def step_decay(lr, epoch, drop, every):
    """lr * drop^(epoch // every), as torch.optim.lr_scheduler.StepLR. lr, drop: floats; epoch, every: ints."""
    return float(lr * drop ** (epoch // every))


def cosine_decay(lr, step, total):
    """lr / 2 (1 + cos(pi step / total)) until total, as CosineAnnealingLR in torch, and 0 after.

    (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, without the restarts.)
    lr: float; step, total: ints.
    """
    if step >= total:
        return 0.0
    return lr / 2 * (1 + math.cos(math.pi * step / total))


def _floating(array):
    """The array in C order: float32 stays float32, everything else is float64."""
    array = np.asarray(array)
    return np.asarray(array, dtype=np.float32 if array.dtype == np.float32 else np.float64, order="C")


def _vectors(w, *others):
    """All arrays as vectors in the dtype of w; ValueError where their shapes differ."""
    w = _floating(w)
    others = [np.asarray(other, dtype=w.dtype, order="C") for other in others]
    if any(other.shape != w.shape for other in others):
        raise ValueError(f"all arrays must have one shape, not {[w.shape, *(other.shape for other in others)]}")
    return [array.reshape(-1) for array in (w, *others)]
