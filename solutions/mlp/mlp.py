"""Two layers: activations, first weights, and the network made of them: the reference.

The kernels are the definitions, written as loops. An activation looks at each number alone, so its kernels walk over
vectors: all entries in a row, whatever the shape was. The network calls the same kernels, in order forward and in
reverse order backward.
"""

import numpy as np
from numba import njit

# Activations: any shape, also an empty one; the cache is a copy of x


def relu_forward(x):
    """out = x where x > 0, else 0.

    x of any shape, float64 or float32; returns out (shape and dtype of x), and the cache: x.
    As torch.relu: not-a-number stays what it is, so that it is seen further on.
    """
    x = _own(x)
    return _relu(x.ravel()).reshape(x.shape), x


def relu_backward(dout, cache):
    """dx = dout where x > 0, else 0; at the kink, x = 0, the derivative is 0, as in torch.

    dout of the shape of out, cache from `relu_forward`; returns dx in the shape and dtype of x.
    Raises ValueError if dout has not the shape of out.
    """
    dout = _gradient_of(cache, dout)
    return _relu_backward(dout.ravel(), cache.ravel()).reshape(cache.shape)


def sigmoid_forward(x):
    """out = 1 / (1 + exp(-x)), with exponentials that never exceed 1.

    x of any shape, float64 or float32; returns out (shape and dtype of x), and the cache: x.
    """
    x = _own(x)
    return _sigmoid_forward(x.ravel()).reshape(x.shape), x


def sigmoid_backward(dout, cache):
    """dx = dout * s * (1 - s) with s = sigmoid(x), computed again.

    dout of the shape of out, cache from `sigmoid_forward`; returns dx in the shape and dtype of x.
    Raises ValueError if dout has not the shape of out.
    """
    dout = _gradient_of(cache, dout)
    return _sigmoid_backward(dout.ravel(), cache.ravel()).reshape(cache.shape)


def tanh_forward(x):
    """out = tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).

    x of any shape, float64 or float32; returns out (shape and dtype of x), and the cache: x.
    """
    x = _own(x)
    return _tanh_forward(x.ravel()).reshape(x.shape), x


def tanh_backward(dout, cache):
    """dx = dout * (1 - tanh(x)**2).

    dout of the shape of out, cache from `tanh_forward`; returns dx in the shape and dtype of x.
    Raises ValueError if dout has not the shape of out.
    """
    dout = _gradient_of(cache, dout)
    return _tanh_backward(dout.ravel(), cache.ravel()).reshape(cache.shape)


def leaky_relu_forward(x, slope):
    """out = x where x > 0, else slope * x.

    x of any shape, float64 or float32; slope any float; returns out (shape and dtype of x), and the cache (x, slope).
    """
    x = _own(x)
    slope = x.dtype.type(slope)
    return _leaky_relu(x.ravel(), slope).reshape(x.shape), (x, slope)


def leaky_relu_backward(dout, cache):
    """dx = dout where x > 0, else slope * dout; so the derivative at x = 0 is slope, as in torch.

    dout of the shape of out, cache from `leaky_relu_forward`; returns dx in the shape and dtype of x.
    Raises ValueError if dout has not the shape of out.
    """
    x, slope = cache
    dout = _gradient_of(x, dout)
    return _leaky_relu_backward(dout.ravel(), x.ravel(), slope).reshape(x.shape)


# First weights


def he_init(fan_in, fan_out, seed):
    """Normal weights of mean 0 and variance 2 / fan_in (He, Zhang, Ren and Sun, 2015).

    fan_in and fan_out ints, at least 1; seed an int, at least 0; returns w (fan_in, fan_out), float64.
    The same seed gives the same weights; NumPy's global random state is left alone.
    Raises ValueError for sizes below 1.
    """
    return _normal_weights(fan_in, fan_out, seed, 2.0 / max(fan_in, 1))


def xavier_init(fan_in, fan_out, seed):
    """Normal weights of mean 0 and variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010).

    fan_in and fan_out ints, at least 1; seed an int, at least 0; returns w (fan_in, fan_out), float64.
    The same seed gives the same weights; NumPy's global random state is left alone.
    Raises ValueError for sizes below 1.
    """
    return _normal_weights(fan_in, fan_out, seed, 2.0 / max(fan_in + fan_out, 1))


# The network


def mlp_forward(x, w1, b1, w2, b2):
    """out = relu(x @ w1 + b1) @ w2 + b2.

    x (N, D), w1 (D, H), b1 (H,), w2 (H, M), b2 (M,), float64 or float32; returns out (N, M) in that dtype, and the
    cache (x, w1, hidden, h, w2), where hidden are the hidden units' sums and h what the ReLU makes of them.
    Raises ValueError for an empty batch, or shapes that do not fit.
    """
    x, w1, b1, w2, b2 = _network(x, w1, b1, w2, b2)
    hidden = _linear(x, w1, b1)
    h = _relu(hidden.ravel()).reshape(hidden.shape)
    return _linear(h, w2, b2), (x, w1, hidden, h, w2)


def mlp_backward(dout, cache):
    """The forward's three steps in reverse (backpropagation: Rumelhart, Hinton and Williams, 1986).

        dh = dout @ w2.T,     dw2 = h.T @ dout,     db2 = dout summed over the batch
        dhidden = dh where hidden > 0, else 0
        dx = dhidden @ w1.T,  dw1 = x.T @ dhidden,  db1 = dhidden summed over the batch

    dout (N, M), cache from `mlp_forward`; returns dx (N, D), dw1 (D, H), db1 (H,), dw2 (H, M), db2 (M,) in the
    forward's dtype. Raises ValueError if dout has not the shape of out.
    """
    x, w1, hidden, h, w2 = cache
    dout = np.asarray(dout, dtype=x.dtype, order="C")
    if dout.shape != (x.shape[0], w2.shape[1]):
        raise ValueError(f"dout has shape {dout.shape}, out had {(x.shape[0], w2.shape[1])}")
    dh, dw2, db2 = _linear_backward(dout, h, w2)
    dhidden = _relu_backward(dh.ravel(), hidden.ravel()).reshape(hidden.shape)
    dx, dw1, db1 = _linear_backward(dhidden, x, w1)
    return dx, dw1, db1, dw2, db2


def predict_labels(x, w1, b1, w2, b2):
    """labels[n] = the first m with the largest out[n, m].

    Arguments and errors as in `mlp_forward`, M at least 1; returns labels (N,), int64.
    """
    out, _ = mlp_forward(x, w1, b1, w2, b2)
    if out.shape[1] == 0:
        raise ValueError("the network has no outputs: there are no labels to choose from")
    return _first_largest(out)


def _own(x):
    """A copy of x in C order: float32 stays float32, everything else becomes float64."""
    x = np.asarray(x)
    return np.array(x, dtype=np.float32 if x.dtype == np.float32 else np.float64, order="C")


def _gradient_of(x, dout):
    """dout in C order and the dtype of x, whose shape it must have."""
    dout = np.asarray(dout, dtype=x.dtype, order="C")
    if dout.shape != x.shape:
        raise ValueError(f"dout has shape {dout.shape}, out had {x.shape}")
    return dout


def _normal_weights(fan_in, fan_out, seed, variance):
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer needs at least one input and one output, not {fan_in} and {fan_out}")
    return np.sqrt(variance) * np.random.default_rng(seed).standard_normal((fan_in, fan_out))


def _network(x, w1, b1, w2, b2):
    """Copies of the arrays in one dtype (float32 if all are, else float64) and in C order, if they make a network."""
    given = [np.asarray(array) for array in (x, w1, b1, w2, b2)]
    dtype = np.float32 if all(array.dtype == np.float32 for array in given) else np.float64
    x, w1, b1, w2, b2 = (np.array(array, dtype=dtype, order="C") for array in given)
    if [array.ndim for array in given] != [2, 2, 1, 2, 1]:
        raise ValueError("x, w1, b1, w2 and b2 need shapes (N, D), (D, H), (H,), (H, M) and (M,)")
    if len(x) == 0:
        raise ValueError("the batch is empty: x has no rows")
    if x.shape[1] != len(w1) or w1.shape[1:] != b1.shape or len(b1) != len(w2) or w2.shape[1:] != b2.shape:
        shapes = ", ".join(str(array.shape) for array in given)
        raise ValueError(f"x, w1, b1, w2 and b2 do not fit together: their shapes are {shapes}")
    return x, w1, b1, w2, b2


@njit(cache=True)
def _relu(x):
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = 0 if x[i] <= 0 else x[i]  # this way round, what is not a number stays so
    return out


@njit(cache=True)
def _relu_backward(dout, x):
    dx = np.empty_like(x)
    for i in range(len(x)):
        dx[i] = 0 if x[i] <= 0 else dout[i]
    return dx


@njit(cache=True)
def _leaky_relu(x, slope):
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = x[i] if x[i] > 0 else slope * x[i]
    return out


@njit(cache=True)
def _leaky_relu_backward(dout, x, slope):
    dx = np.empty_like(x)
    for i in range(len(x)):
        dx[i] = dout[i] if x[i] > 0 else slope * dout[i]
    return dx


@njit(cache=True)
def _sigmoid(x):
    if x >= 0:
        return 1 / (1 + np.exp(-x))
    return np.exp(x) / (1 + np.exp(x))


@njit(cache=True)
def _sigmoid_forward(x):
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = _sigmoid(x[i])
    return out


@njit(cache=True)
def _sigmoid_backward(dout, x):
    dx = np.empty_like(x)
    for i in range(len(x)):
        dx[i] = dout[i] * _sigmoid(x[i]) * _sigmoid(-x[i])  # 1 - sigmoid(x) is sigmoid(-x), and keeps its digits
    return dx


@njit(cache=True)
def _tanh_forward(x):
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = np.tanh(x[i])
    return out


@njit(cache=True)
def _tanh_backward(dout, x):
    dx = np.empty_like(x)
    for i in range(len(x)):
        dx[i] = dout[i] * (1 - np.tanh(x[i]) ** 2)
    return dx


@njit(cache=True)
def _linear(x, w, b):
    out = np.empty((x.shape[0], w.shape[1]), x.dtype)
    for n in range(out.shape[0]):
        for m in range(out.shape[1]):
            total = b[m]
            for d in range(x.shape[1]):
                total += x[n, d] * w[d, m]
            out[n, m] = total
    return out


@njit(cache=True)
def _linear_backward(dout, x, w):
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    db = np.zeros(w.shape[1], w.dtype)
    for n in range(dout.shape[0]):
        for m in range(dout.shape[1]):
            db[m] += dout[n, m]
            for d in range(x.shape[1]):
                dx[n, d] += dout[n, m] * w[d, m]
                dw[d, m] += dout[n, m] * x[n, d]
    return dx, dw, db


@njit(cache=True)
def _first_largest(out):
    labels = np.zeros(out.shape[0], np.int64)
    for n in range(out.shape[0]):
        for m in range(1, out.shape[1]):
            if out[n, m] > out[n, labels[n]]:  # only what is larger replaces what came first
                labels[n] = m
    return labels
