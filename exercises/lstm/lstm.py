"""LSTM and GRU, by hand: gates, a memory cell, and the way back through time.

Read README.md, replace each `raise NotImplementedError`, and run `pytest exercises/lstm` as often as you like;
`pytest exercises/lstm -k gate` runs one exercise alone. Functions of your own beside these are welcome.
"""

import numpy as np


def gate(x, h, wx, wh, b):
    """One layer of sigmoids that looks at the input and at the state: sigmoid(x @ wx + h @ wh + b).

    sigmoid(z) = 1 / (1 + e^-z), entry by entry. Logits z of 1000 or -1000 must give 1 or 0, not nan: see to it that you
    never divide one overflowing exponential by another.

    Args:
        x: input, (N, D), float64 or float32.
        h: state, (N, H).
        wx: weights for the input, (D, H).
        wh: weights for the state, (H, H).
        b: bias, (H,).

    Returns:
        The gate's values, (N, H), between 0 and 1, of the inputs' dtype.

    Raises:
        ValueError: the batch is empty (N = 0).
    """
    raise NotImplementedError


def lstm_step_forward(x, h, c, wx, wh, b):
    """One time step of an LSTM.

    z = x @ wx + h @ wh + b has 4H columns: four blocks of H, in PyTorch's order input, forget, candidate, output.
        i = sigmoid(z[:, :H])        the input gate: how much of the candidate is written
        f = sigmoid(z[:, H:2H])      the forget gate: how much of the old cell state is kept
        g = tanh(z[:, 2H:3H])        the candidate: what could be written
        o = sigmoid(z[:, 3H:])       the output gate: how much of the cell state is shown
        new c = f * c + i * g
        new h = o * tanh(new c)
    Logits of 1000 or -1000 must give finite, right answers.

    As torch.nn.LSTMCell, except that PyTorch stores its weights transposed, (4H, D), and has two biases that it adds.

    Args:
        x: input of this step, (N, D), float64 or float32.
        h: previous hidden state, (N, H).
        c: previous cell state, (N, H).
        wx: weights for the input, (D, 4H).
        wh: weights for the state, (H, 4H).
        b: bias, (4H,).

    Returns:
        (h, c, cache): the new hidden state (N, H), the new cell state (N, H), both of the inputs' dtype, and whatever
        you want to hand to `lstm_step_backward`. No input is modified.

    Raises:
        ValueError: the batch is empty (N = 0).
    """
    raise NotImplementedError


def lstm_step_backward(dh, dc, cache):
    """Gradients of one time step of an LSTM.

    The step has two results, so two gradients come in. The new cell state also reaches the loss through the new hidden
    state, h = o * tanh(c):
        dc_new = dc + dh * o * (1 - tanh(new c)^2)
    From there on every gate gets its share by the product rule, then goes through its own sigmoid or tanh. (The slope
    of the sigmoid is s * (1 - s), where s is its result; that of tanh is 1 - t^2, where t is its result.) The four
    together, in the forward's order, are dz (N, 4H): from there it goes on as for any linear layer.

    Args:
        dh: gradient of the loss with respect to the new hidden state, (N, H).
        dc: gradient with respect to the new cell state, along every path but the one through the new hidden state,
            (N, H).
        cache: what your `lstm_step_forward` returned as its third result.

    Returns:
        (dx (N, D), dh (N, H), dc (N, H), dwx (D, 4H), dwh (H, 4H), db (4H,)); dh and dc are now the gradients of the
        previous h and c. Gradients of weights and bias are summed over the batch. The dh and dc handed in are not
        modified.
    """
    raise NotImplementedError


def lstm_forward(x, h0, wx, wh, b):
    """An LSTM along a whole sequence: `lstm_step_forward` for t = 0, 1, ..., T - 1, with the same weights.

    Each step goes on with the h and c of the step before. The first step starts from h0 and a cell state of zeros.

    As torch.nn.LSTM with batch_first=True and one layer, except that PyTorch stores its weights transposed and lets you
    choose the first cell state.

    Args:
        x: inputs, (N, T, D): sample, time step, feature; float64 or float32.
        h0: hidden state before the first step, (N, H).
        wx: weights for the input, (D, 4H).
        wh: weights for the state, (H, 4H).
        b: bias, (4H,).

    Returns:
        (hs, cache): the hidden state after every step, (N, T, H), of the inputs' dtype, and whatever you want to hand
        to `lstm_backward`.

    Raises:
        ValueError: the batch is empty (N = 0), or the sequence has no steps (T = 0).
    """
    raise NotImplementedError


def lstm_backward(dhs, cache):
    """Gradients of an LSTM along a whole sequence: backpropagation through time.

    The hidden state after step t reaches the loss in two ways: as the result hs[:, t], and through step t + 1. Both
    gradients add up before `lstm_step_backward` takes them one step further back. The cell state goes on through step
    t + 1 alone; after the last step its gradient is zero. The weights are the same in every step, so their gradient is
    the sum over all steps.

    Args:
        dhs: gradient of the loss with respect to each hidden state as a result, (N, T, H).
        cache: what your `lstm_forward` returned as its second result.

    Returns:
        (dx (N, T, D), dh0 (N, H), dwx (D, 4H), dwh (H, 4H), db (4H,)). dhs is not modified.
    """
    raise NotImplementedError


def gru_step_forward(x, h, wx, wh, bx, bh):
    """One time step of a GRU, by PyTorch's formula.

    a = x @ wx + bx and s = h @ wh + bh have 3H columns each: three blocks of H, in PyTorch's order reset, update, new.
        r = sigmoid(a_r + s_r)        the reset gate: how much the new state sees of the old one
        z = sigmoid(a_z + s_z)        the update gate: how much of the old state is kept
        n = tanh(a_n + r * s_n)       the new state that is proposed; r acts after the product with wh and on its bias
        new h = (1 - z) * n + z * h
    Logits of 1000 or -1000 must give finite, right answers.

    As torch.nn.GRUCell, except that PyTorch stores its weights transposed, (3H, D).

    Args:
        x: input of this step, (N, D), float64 or float32.
        h: previous hidden state, (N, H).
        wx: weights for the input, (D, 3H).
        wh: weights for the state, (H, 3H).
        bx: bias beside x @ wx, (3H,).
        bh: bias beside h @ wh, (3H,).

    Returns:
        (h, cache): the new hidden state, (N, H), of the inputs' dtype, and whatever you want to hand to
        `gru_step_backward`. No input is modified.

    Raises:
        ValueError: the batch is empty (N = 0).
    """
    raise NotImplementedError


def gru_step_backward(dh, cache):
    """Gradients of one time step of a GRU.

    The previous state h is used in two places: directly in z * h, and in s = h @ wh + bh. Find the gradient of a and
    that of s, (N, 3H) each. For the reset and the update gate they are the same; for the new state r stands between.

    Args:
        dh: gradient of the loss with respect to the new hidden state, (N, H).
        cache: what your `gru_step_forward` returned as its second result.

    Returns:
        (dx (N, D), dh (N, H), dwx (D, 3H), dwh (H, 3H), dbx (3H,), dbh (3H,)); dh is now the gradient of the previous
        h. Gradients of weights and biases are summed over the batch. The dh handed in is not modified.
    """
    raise NotImplementedError
