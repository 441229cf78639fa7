"""Linear layers and a school's secret weights.

Replace each `raise NotImplementedError` with your own code, from top to bottom, then run `pytest exercises/linear`.
One exercise alone: `pytest exercises/linear -k linear_forward`.
"""

import numpy as np


def linear_forward(x, w, b):
    """A linear layer: every row of x becomes weighted sums of its features, plus a bias.

        out[n, m] = sum over d of x[n, d] * w[d, m]  +  b[m]

    Args:
        x: inputs, one example per row, shape (N, D), float64 or float32.
        w: weights, one column per output, shape (D, M), same dtype as x.
        b: biases, one per output, shape (M,), same dtype as x.

    Returns:
        out: shape (N, M), same dtype as x.
        cache: whatever `linear_backward` will need. Its content is yours to choose.

    Raises:
        ValueError: if the batch is empty (N is 0), with a message that says so.

    No input is modified. PyTorch's `nn.Linear` computes the same but stores its weight as (M, D); here w is (D, M).
    """
    raise NotImplementedError


def linear_backward(dout, cache):
    """The gradients of a loss L with respect to x, w and b of a linear layer.

        dx[n, d] = sum over m of dout[n, m] * w[d, m]
        dw[d, m] = sum over n of x[n, d] * dout[n, m]
        db[m]    = sum over n of dout[n, m]

    Nothing is averaged over the batch: where the loss is an average, dout carries its 1/N already.

    Args:
        dout: the gradient of L with respect to out, shape (N, M), float64 or float32.
        cache: the cache that your `linear_forward` returned.

    Returns:
        dx: shape (N, D); dw: shape (D, M); db: shape (M,). All have the dtype of the forward's inputs.
    """
    raise NotImplementedError


def softmax_weights_forward(v):
    """Turns any K numbers into K positive weights that sum to 1.

        weights[k] = exp(v[k]) / sum over j of exp(v[j])

    Scores as large as 1000 or as low as -1000 must give finite, right weights. Adding the same
    number to every v[k] changes no weight: use that before you take an exponential.

    Args:
        v: scores, shape (K,), K at least 1, float64 or float32.

    Returns:
        weights: shape (K,), same dtype as v.
        cache: whatever `softmax_weights_backward` will need. Its content is yours to choose.

    v is not modified.
    """
    raise NotImplementedError


def softmax_weights_backward(dweights, cache):
    """The gradient of a loss L with respect to the scores v.

        dv[k] = sum over j of dweights[j] * (derivative of weights[j] with respect to v[k])

    and the derivative of weights[j] with respect to v[k] is

        weights[j] * (1 - weights[j])   where j is k,
        -weights[j] * weights[k]        where it is not.

    Args:
        dweights: the gradient of L with respect to weights, shape (K,), float64 or float32.
        cache: the cache that your `softmax_weights_forward` returned.

    Returns:
        dv: shape (K,), same dtype as v. dweights is not modified.
    """
    raise NotImplementedError


def fit_school_weights(x, y, lr, steps):
    """Finds the weights behind a school's totals, by gradient descent on scores v with w = softmax(v).

    Start with every v[k] = 0. Then take `steps` steps. In each, use all N students:

        w          = softmax(v)
        prediction = x @ w                                      one number per student
        L          = (1/N) * sum over n of (prediction[n] - y[n])**2
        v          = v - lr * (gradient of L with respect to v)

    Args:
        x: grades, one student per row, one subject per column, shape (N, K), float64 or float32. They are used as
            they come: do not scale them.
        y: the students' totals, shape (N,), same dtype as x.
        lr: the learning rate, a float greater than 0. Grades out of 100 want a small one (about 0.01); grades
            between 0 and 1 want one that is 10 000 times larger.
        steps: how many steps to take, an int, 0 or more.

    Returns:
        w: softmax of v after the last step, shape (K,), same dtype as x. With 0 steps every weight is 1/K.

    Raises:
        ValueError: if there are no students (N is 0), with a message that says so.

    The loss is the mean of the squares, as PyTorch's `mse_loss` has it: no factor 1/2. No input is modified.
    """
    raise NotImplementedError
