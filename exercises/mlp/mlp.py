"""Two layers: activations, first weights, and the network made of them.

Replace each `raise NotImplementedError` with your own code, from top to bottom, then run `pytest exercises/mlp`.
One exercise alone: `pytest exercises/mlp -k relu_forward`.
"""

import numpy as np


def relu_forward(x):
    """The ReLU: lets positive numbers pass, and makes 0 of all others.

        out = x where x > 0, else 0

    Args:
        x: numbers of any shape, float64 or float32. An activation looks at each number alone.

    Returns:
        out: same shape and dtype as x.
        cache: whatever `relu_backward` will need. Its content is yours to choose.

    x is not modified.
    """
    raise NotImplementedError


def relu_backward(dout, cache):
    """The gradient of a loss L with respect to the x of a ReLU.

        dx = dout where x > 0, else 0

    At x = 0 the function has a kink. The derivative there is 0, as PyTorch has it.

    Args:
        dout: the gradient of L with respect to out, same shape as out, float64 or float32.
        cache: the cache that your `relu_forward` returned.

    Returns:
        dx: same shape and dtype as x. dout is not modified.
    """
    raise NotImplementedError


def sigmoid_forward(x):
    """The sigmoid: squeezes every number into the range from 0 to 1.

        out = 1 / (1 + exp(-x))

    Numbers as large as 1000 or as low as -1000 must give finite, right results (1 and 0).

    Args:
        x: numbers of any shape, float64 or float32.

    Returns:
        out: same shape and dtype as x.
        cache: whatever `sigmoid_backward` will need. Its content is yours to choose.

    x is not modified.
    """
    raise NotImplementedError


def sigmoid_backward(dout, cache):
    """The gradient of a loss L with respect to the x of a sigmoid.

        dx = dout * out * (1 - out)     with out = sigmoid(x)

    Args:
        dout: the gradient of L with respect to out, same shape as out, float64 or float32.
        cache: the cache that your `sigmoid_forward` returned.

    Returns:
        dx: same shape and dtype as x. dout is not modified.
    """
    raise NotImplementedError


def tanh_forward(x):
    """The hyperbolic tangent: squeezes every number into the range from -1 to 1.

        out = (exp(x) - exp(-x)) / (exp(x) + exp(-x))

    Numbers as large as 1000 or as low as -1000 must give finite, right results (1 and -1). NumPy has this function.

    Args:
        x: numbers of any shape, float64 or float32.

    Returns:
        out: same shape and dtype as x.
        cache: whatever `tanh_backward` will need. Its content is yours to choose.

    x is not modified.
    """
    raise NotImplementedError


def tanh_backward(dout, cache):
    """The gradient of a loss L with respect to the x of a tanh.

        dx = dout * (1 - out**2)     with out = tanh(x)

    Args:
        dout: the gradient of L with respect to out, same shape as out, float64 or float32.
        cache: the cache that your `tanh_forward` returned.

    Returns:
        dx: same shape and dtype as x. dout is not modified.
    """
    raise NotImplementedError


def leaky_relu_forward(x, slope):
    """A ReLU that lets a little of the negative numbers through.

        out = x where x > 0, else slope * x

    Args:
        x: numbers of any shape, float64 or float32.
        slope: a float, usually small, such as 0.01. Any other works as well: with 0 this is a ReLU, and it may
            be greater than 1.

    Returns:
        out: same shape and dtype as x.
        cache: whatever `leaky_relu_backward` will need. Its content is yours to choose.

    x is not modified.
    """
    raise NotImplementedError


def leaky_relu_backward(dout, cache):
    """The gradient of a loss L with respect to the x of a leaky ReLU.

        dx = dout where x > 0, else slope * dout

    At x = 0 the function has a kink. As in PyTorch, 0 counts with the negative numbers: the derivative there is slope.

    Args:
        dout: the gradient of L with respect to out, same shape as out, float64 or float32.
        cache: the cache that your `leaky_relu_forward` returned.

    Returns:
        dx: same shape and dtype as x. dout is not modified.
    """
    raise NotImplementedError


def he_init(fan_in, fan_out, seed):
    """Random weights for a layer that a ReLU follows, by He's rule.

    The weights are drawn independently of each other, with mean 0 and

        standard deviation = sqrt(2 / fan_in)

    A normal distribution will do, and so will a uniform one, as long as its standard deviation is this. Numbers that
    are uniform between -a and a have the standard deviation a / sqrt(3).

    Args:
        fan_in: the number of inputs of the layer, an int, at least 1.
        fan_out: the number of its outputs, an int, at least 1.
        seed: an int, 0 or more. The same seed gives the same weights, another seed gives others.

    Returns:
        w: shape (fan_in, fan_out), float64.

    Use a generator of your own, `np.random.default_rng(seed)`. NumPy's global random state, which np.random.seed and
    np.random.randn change, must be left alone. The variance is that of PyTorch's `torch.nn.init.kaiming_normal_`.
    """
    raise NotImplementedError


def xavier_init(fan_in, fan_out, seed):
    """Random weights for a layer that a tanh or a sigmoid follows, by the rule of Xavier Glorot.

    The weights are drawn independently of each other, with mean 0 and

        standard deviation = sqrt(2 / (fan_in + fan_out))

    A normal distribution will do, and so will a uniform one, as long as its standard deviation is this. Numbers that
    are uniform between -a and a have the standard deviation a / sqrt(3).

    Args:
        fan_in: the number of inputs of the layer, an int, at least 1.
        fan_out: the number of its outputs, an int, at least 1.
        seed: an int, 0 or more. The same seed gives the same weights, another seed gives others.

    Returns:
        w: shape (fan_in, fan_out), float64.

    Use a generator of your own, `np.random.default_rng(seed)`. NumPy's global random state, which np.random.seed and
    np.random.randn change, must be left alone. The variance is that of PyTorch's `torch.nn.init.xavier_normal_`.
    """
    raise NotImplementedError


def mlp_forward(x, w1, b1, w2, b2):
    """A network of two linear layers with a ReLU between them.

        hidden[n, k] = sum over d of x[n, d] * w1[d, k]  +  b1[k]
        h[n, k]      = hidden[n, k] where it is greater than 0, else 0
        out[n, m]    = sum over k of h[n, k] * w2[k, m]  +  b2[m]

    Args:
        x: inputs, one example per row, shape (N, D), float64 or float32.
        w1, b1: the first layer, with H hidden units: shapes (D, H) and (H,), same dtype as x.
        w2, b2: the second layer, with M outputs: shapes (H, M) and (M,), same dtype as x.

    Returns:
        out: shape (N, M), same dtype as x. No ReLU follows the second layer.
        cache: whatever `mlp_backward` will need. Its content is yours to choose.

    Raises:
        ValueError: if the batch is empty (N is 0), with a message that says so.

    No input is modified.
    """
    raise NotImplementedError


def mlp_backward(dout, cache):
    """The gradients of a loss L with respect to x, w1, b1, w2 and b2 of the network.

    The forward's three steps in reverse order, each with the gradient that the step after it hands back:

        dh      = dout @ w2.T           dw2 = h.T @ dout          db2 = dout, summed over n
        dhidden = dh where hidden > 0, else 0
        dx      = dhidden @ w1.T        dw1 = x.T @ dhidden       db1 = dhidden, summed over n

    Nothing is averaged over the batch: where the loss is an average, dout carries its 1/N already. Where a hidden sum
    is exactly 0, the derivative of the ReLU is 0, as PyTorch has it.

    Args:
        dout: the gradient of L with respect to out, shape (N, M), float64 or float32.
        cache: the cache that your `mlp_forward` returned.

    Returns:
        dx (N, D), dw1 (D, H), db1 (H,), dw2 (H, M), db2 (M,), in this order, in the dtype of the forward's inputs.
        dout is not modified.
    """
    raise NotImplementedError


def predict_labels(x, w1, b1, w2, b2):
    """The class that the network chooses for each example: the number of its largest output.

        labels[n] = the m for which out[n, m] is largest, with out from mlp_forward

    Where several outputs are equally large, the first of them is chosen.

    Args:
        x, w1, b1, w2, b2: as in `mlp_forward`; M, the number of classes, is at least 1.

    Returns:
        labels: shape (N,), whole numbers from 0 to M - 1 (any integer dtype).

    Raises:
        ValueError: if the batch is empty (N is 0), with a message that says so.

    No input is modified.
    """
    raise NotImplementedError
