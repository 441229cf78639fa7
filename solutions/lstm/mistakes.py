"""Wrong answers that students really give, each with its name and a sentence that helps."""

import numpy as np

from autograder import mistake

from .lstm import (
    LstmStep,
    gate,
    gru_step_backward,
    gru_step_forward,
    lstm_backward,
    lstm_forward,
    lstm_step_backward,
    lstm_step_forward,
)


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def overflowing_sigmoid(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / (1 + np.exp(z))


def logits(x, h, wx, wh, b):
    """x @ wx + h @ wh + b; refuses what is empty, so that each mistake below is wrong in one thing only."""
    if len(x) == 0:
        raise ValueError("x is an empty batch")
    return x @ wx + h @ wh + b


# gate


@mistake(
    gate,
    "`exp` overflows for large logits",
    "e^1000 is inf, and inf / inf is nan. Keep the exponent at or below 0: 1 / (1 + e^-z) where z >= 0, and e^z / (1 "
    "+ e^z) where z < 0.",
)
def gate_overflows(x, h, wx, wh, b):
    return overflowing_sigmoid(logits(x, h, wx, wh, b))


@mistake(
    gate,
    "the sigmoid is missing",
    "A gate is a number between 0 and 1: the sum still has to go through the sigmoid.",
)
def gate_of_logits(x, h, wx, wh, b):
    return logits(x, h, wx, wh, b)


@mistake(
    gate,
    "the sigmoid is turned around",
    "The exponent of the sigmoid has a minus: 1 / (1 + e^-z) grows with z. Yours is open where it should be shut.",
)
def gate_turned(x, h, wx, wh, b):
    return sigmoid(-logits(x, h, wx, wh, b))


@mistake(
    gate,
    "the gate uses tanh",
    "tanh runs from -1 to 1; a gate lets through between nothing and all: use the sigmoid.",
)
def gate_of_tanh(x, h, wx, wh, b):
    return np.tanh(logits(x, h, wx, wh, b))


@mistake(
    gate,
    "the bias is left out",
    "The bias b is added to the two products before the sigmoid.",
)
def gate_without_bias(x, h, wx, wh, b):
    return gate(x, h, wx, wh, 0 * b)


@mistake(
    gate,
    "the state has no say",
    "The gate looks at the input and at the state: h @ wh belongs to the sum as x @ wx does.",
)
def gate_without_state(x, h, wx, wh, b):
    return gate(x, 0 * h, wx, wh, b)


@mistake(
    gate,
    "wh is transposed",
    "wh is square, so its transpose fits without a complaint. Here weights are (from, to): h @ wh. (PyTorch stores "
    "them the other way round.)",
)
def gate_transposed(x, h, wx, wh, b):
    return gate(x, h, wx, wh.T, b)


@mistake(
    gate,
    "input and state go through a sigmoid each",
    "There is one sigmoid, and it comes last: first add x @ wx, h @ wh and b.",
)
def gate_of_two_sigmoids(x, h, wx, wh, b):
    return gate(x, 0 * h, wx, wh, 0 * b) + gate(0 * x, h, wx, wh, b)


@mistake(
    gate,
    "an empty batch is let through",
    "With no samples there is nothing to compute: say so with a ValueError, before anything else.",
)
def gate_of_nothing(x, h, wx, wh, b):
    return gate(x, h, wx, wh, b) if len(x) else np.empty_like(h)


def clipped_gate(x, h, wx, wh, b, limit):
    return sigmoid(np.clip(logits(x, h, wx, wh, b), -limit, limit))


@mistake(
    gate,
    "`z` is clipped at 20 before the sigmoid",
    "That stops the overflow, but it also holds shut gates open: sigmoid(-23) is 1e-10, and you give 2e-9 there. The "
    "sigmoid's two forms need no clipping.",
)
def gate_clipped_at_20(x, h, wx, wh, b):
    return clipped_gate(x, h, wx, wh, b, 20)


@mistake(
    gate,
    "`z` is clipped at 10 before the sigmoid",
    "That stops the overflow, but it also holds shut gates open: sigmoid(-23) is 1e-10, and you give 5e-5 there. The "
    "sigmoid's two forms need no clipping.",
)
def gate_clipped_at_10(x, h, wx, wh, b):
    return clipped_gate(x, h, wx, wh, b, 10)


# lstm_step_forward


def blocks(x, h, wx, wh, b):
    """The logits of the three gates and the candidate."""
    return np.split(logits(x, h, wx, wh, b), 4, axis=1)


def step_of(c, i, f, g, o):
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next, None


@mistake(
    lstm_step_forward,
    "the last two gates have changed places",
    "The blocks come in the order input, forget, candidate, output: the candidate is the third, the output gate the "
    "fourth.",
)
def output_before_candidate(x, h, c, wx, wh, b):
    i, f, o, g = blocks(x, h, wx, wh, b)
    return step_of(c, sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o))


@mistake(
    lstm_step_forward,
    "forget gate and input gate have changed places",
    "The input gate is the first block and goes with the candidate; the forget gate is the second and goes with the "
    "old cell state.",
)
def forget_before_input(x, h, c, wx, wh, b):
    f, i, g, o = blocks(x, h, wx, wh, b)
    return step_of(c, sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o))


@mistake(
    lstm_step_forward,
    "the gates' columns are interleaved",
    "Each block has H columns side by side: the first H of the 4H are the input gate's. Reshaping to (N, H, 4) takes "
    "every fourth column instead.",
)
def gates_interleaved(x, h, c, wx, wh, b):
    z = logits(x, h, wx, wh, b).reshape(*h.shape, 4)
    return step_of(c, sigmoid(z[..., 0]), sigmoid(z[..., 1]), np.tanh(z[..., 2]), sigmoid(z[..., 3]))


@mistake(
    lstm_step_forward,
    "the tanh is forgotten on the cell state",
    "The hidden state shows the cell state through tanh: h = o * tanh(c). The cell itself stays as it is.",
)
def no_tanh_on_cell(x, h, c, wx, wh, b):
    _, c_next, _ = lstm_step_forward(x, h, c, wx, wh, b)
    o = sigmoid(blocks(x, h, wx, wh, b)[3])
    return o * c_next, c_next, None


@mistake(
    lstm_step_forward,
    "the cell state itself goes through tanh",
    "Only what is shown goes through tanh. The cell state that is returned is f * c + i * g, unbounded: that is what "
    "lets it remember.",
)
def tanh_kept_in_cell(x, h, c, wx, wh, b):
    _, c_next, _ = lstm_step_forward(x, h, c, wx, wh, b)
    o = sigmoid(blocks(x, h, wx, wh, b)[3])
    return o * np.tanh(c_next), np.tanh(c_next), None


@mistake(
    lstm_step_forward,
    "the candidate goes through a sigmoid",
    "Three of the blocks are gates; the candidate is content, and may be negative: it goes through tanh.",
)
def sigmoid_candidate(x, h, c, wx, wh, b):
    return step_of(c, *(sigmoid(z) for z in blocks(x, h, wx, wh, b)))


@mistake(
    lstm_step_forward,
    "the candidate is not squashed",
    "The candidate g is the tanh of its block, not the block itself.",
)
def raw_candidate(x, h, c, wx, wh, b):
    i, f, g, o = blocks(x, h, wx, wh, b)
    return step_of(c, sigmoid(i), sigmoid(f), g, sigmoid(o))


@mistake(
    lstm_step_forward,
    "the forget gate is not used",
    "The forget gate f decides how much of the old cell state is kept: new c = f * c + i * g.",
)
def no_forget_gate(x, h, c, wx, wh, b):
    i, _, g, o = blocks(x, h, wx, wh, b)
    return step_of(c, sigmoid(i), 1, np.tanh(g), sigmoid(o))


@mistake(
    lstm_step_forward,
    "the input gate is not used",
    "The input gate i decides how much of the candidate is written: new c = f * c + i * g.",
)
def no_input_gate(x, h, c, wx, wh, b):
    _, f, g, o = blocks(x, h, wx, wh, b)
    return step_of(c, 1, sigmoid(f), np.tanh(g), sigmoid(o))


@mistake(
    lstm_step_forward,
    "the output gate is not used",
    "The output gate o decides how much of tanh(c) is shown: h = o * tanh(c).",
)
def no_output_gate(x, h, c, wx, wh, b):
    _, c_next, _ = lstm_step_forward(x, h, c, wx, wh, b)
    return np.tanh(c_next), c_next, None


@mistake(
    lstm_step_forward,
    "the hidden state shows the old cell state",
    "Update the cell first. h = o * tanh(c) takes the new cell state, not the one that came in.",
)
def shows_old_cell(x, h, c, wx, wh, b):
    _, c_next, _ = lstm_step_forward(x, h, c, wx, wh, b)
    o = sigmoid(blocks(x, h, wx, wh, b)[3])
    return o * np.tanh(c), c_next, None


@mistake(
    lstm_step_forward,
    "h and c come back in the wrong order",
    "The hidden state is the first result, the cell state the second.",
)
def states_swapped(x, h, c, wx, wh, b):
    h_next, c_next, cache = lstm_step_forward(x, h, c, wx, wh, b)
    return c_next, h_next, cache


@mistake(
    lstm_step_forward,
    "1 is added to the forget gate's logits",
    "A forget bias of 1 is a good way to start a training, but then it belongs into b. The step adds b and nothing "
    "else.",
)
def forget_bias(x, h, c, wx, wh, b):
    i, f, g, o = blocks(x, h, wx, wh, b)
    return step_of(c, sigmoid(i), sigmoid(f + 1), np.tanh(g), sigmoid(o))


@mistake(
    lstm_step_forward,
    "the forget gate is 1 - i",
    "The forget gate has a block of its own, the second: an LSTM may keep the old and write the new at once.",
)
def coupled_gates(x, h, c, wx, wh, b):
    i, _, g, o = blocks(x, h, wx, wh, b)
    return step_of(c, sigmoid(i), 1 - sigmoid(i), np.tanh(g), sigmoid(o))


@mistake(
    lstm_step_forward,
    "the bias is left out",
    "All four blocks have a bias: z = x @ wx + h @ wh + b.",
)
def step_without_bias(x, h, c, wx, wh, b):
    return lstm_step_forward(x, h, c, wx, wh, 0 * b)


@mistake(
    lstm_step_forward,
    "the previous hidden state has no say",
    "The gates look at the input and at the previous hidden state: h @ wh belongs to z as x @ wx does.",
)
def step_without_state(x, h, c, wx, wh, b):
    return lstm_step_forward(x, 0 * h, c, wx, wh, b)


@mistake(
    lstm_step_forward,
    "`exp` overflows for large logits",
    "e^1000 is inf, and inf / inf is nan. Use your `gate`'s way to keep the exponent at or below 0.",
)
def step_overflows(x, h, c, wx, wh, b):
    i, f, g, o = blocks(x, h, wx, wh, b)
    i, f, o = overflowing_sigmoid(i), overflowing_sigmoid(f), overflowing_sigmoid(o)
    return step_of(c, i, f, np.tanh(g), o)


@mistake(
    lstm_step_forward,
    "an empty batch is let through",
    "With no samples there is nothing to compute: say so with a ValueError, before anything else.",
)
def step_of_nothing(x, h, c, wx, wh, b):
    return lstm_step_forward(x, h, c, wx, wh, b) if len(x) else (np.empty_like(h), np.empty_like(c), None)


# lstm_step_backward


def step_dz(
    dh, dc, cache, slope=lambda z, s: s * (1 - s), bend=lambda t: 1 - t**2, order="ifgo", o_from="h", **changed
):
    """The gradients of the logits (N,4H) and of the old cell state, right but for what a mistake changes: the slopes of
    sigmoid and tanh, the order of the blocks, the new state that o gets its gradient from ("h", or wrongly "c"), or a
    factor: between the new h and the new cell ("cell"), between the new cell and the old one ("back"), and between a
    gate and its product ("i", "f", "g", "o")."""
    i, f, g, o = gates_of(cache)
    z_i, z_f, _, z_o = blocks(cache.x, cache.h, cache.wx, cache.wh, cache.b)
    by = {"cell": o * (1 - cache.tanh_c**2), "back": f, "i": g, "f": cache.c, "g": i, "o": cache.tanh_c} | changed
    dc_new = dc + dh * by["cell"]
    dz = {
        "i": dc_new * by["i"] * slope(z_i, i),
        "f": dc_new * by["f"] * slope(z_f, f),
        "g": dc_new * by["g"] * bend(g),
        "o": (dh if o_from == "h" else dc_new) * by["o"] * slope(z_o, o),
    }
    return np.concatenate([dz[name] for name in order], axis=1), dc_new * by["back"]


def through_step(dh, dc, cache, **changed):
    """The gradients of a step, right but for what is changed in `step_dz`."""
    dz, dc_previous = step_dz(dh, dc, cache, **changed)
    return dz @ cache.wx.T, dz @ cache.wh.T, dc_previous, cache.x.T @ dz, cache.h.T @ dz, dz.sum(axis=0)


def gates_of(cache):
    return np.split(cache.gates, 4, axis=1)


def new_cell(cache):
    i, f, g, _ = gates_of(cache)
    return f * cache.c + i * g


@mistake(
    lstm_step_backward,
    "dc forgets the path through h",
    "The new cell state is used twice: by the next step, and in h = o * tanh(c). Add dh * o * (1 - tanh(c)^2) to the "
    "dc that comes in.",
)
def cell_without_h(dh, dc, cache):
    return through_step(dh, dc, cache, cell=0)


@mistake(
    lstm_step_backward,
    "the dc that comes in is ignored",
    "The loss also depends on the cell state through later steps: what comes in as dc adds to what comes through h.",
)
def dc_ignored(dh, dc, cache):
    return lstm_step_backward(dh, 0 * dc, cache)


@mistake(
    lstm_step_backward,
    "dh is added to dc as it is",
    "From h back to the new cell state there is the output gate and the slope of tanh: dh * o * (1 - tanh(c)^2), not "
    "dh.",
)
def dh_added_to_dc(dh, dc, cache):
    return through_step(dh, dc, cache, cell=1)


@mistake(
    lstm_step_backward,
    "the slope of tanh is missing between h and the cell",
    "h = o * tanh(c): on its way to c the gradient meets o and then the slope of tanh, 1 - tanh(c)^2.",
)
def no_slope_to_cell(dh, dc, cache):
    return through_step(dh, dc, cache, cell=gates_of(cache)[3])


@mistake(
    lstm_step_backward,
    "the output gate is missing between h and the cell",
    "h = o * tanh(c): on its way to c the gradient is multiplied by o as well as by 1 - tanh(c)^2.",
)
def no_gate_to_cell(dh, dc, cache):
    return through_step(dh, dc, cache, cell=1 - cache.tanh_c**2)


@mistake(
    lstm_step_backward,
    "the slope of tanh is taken at the old cell state",
    "tanh was applied to the new cell state, so 1 - tanh(c)^2 takes the new one too: keep it in the cache.",
)
def slope_at_old_cell(dh, dc, cache):
    return through_step(dh, dc, cache, cell=gates_of(cache)[3] * (1 - np.tanh(cache.c) ** 2))


@mistake(
    lstm_step_backward,
    "the slope of tanh is taken at c, not at tanh(c)",
    "The slope is 1 - t^2 with t = tanh(c), the result of tanh; 1 - c^2 takes its argument.",
)
def slope_without_tanh(dh, dc, cache):
    return through_step(dh, dc, cache, cell=gates_of(cache)[3] * (1 - new_cell(cache) ** 2))


@mistake(
    lstm_step_backward,
    "the previous dc is not multiplied by the forget gate",
    "new c = f * c + i * g: the gradient at the new cell state reaches the previous one through f.",
)
def dc_without_forget_gate(dh, dc, cache):
    return through_step(dh, dc, cache, back=1)


@mistake(
    lstm_step_backward,
    "the previous dc counts only the dc that came in",
    "All of the gradient at the new cell state goes on through f, what came through h included.",
)
def dc_of_upstream_only(dh, dc, cache):
    dx, dh_previous, _, *weights = lstm_step_backward(dh, dc, cache)
    return dx, dh_previous, dc * gates_of(cache)[1], *weights


@mistake(
    lstm_step_backward,
    "sigmoid and tanh have no slope",
    "After the product rule each gate still goes back through its own sigmoid or tanh: multiply by s(1 - s), or 1 - "
    "t^2.",
)
def no_slopes(dh, dc, cache):
    return through_step(dh, dc, cache, slope=lambda z, s: 1, bend=lambda t: 1)


@mistake(
    lstm_step_backward,
    "the sigmoid's slope is taken as s",
    "The slope of the sigmoid is s(1 - s): it is small where the gate is wide open, too.",
)
def slope_is_sigmoid(dh, dc, cache):
    return through_step(dh, dc, cache, slope=lambda z, s: s)


@mistake(
    lstm_step_backward,
    "the sigmoid's slope is taken at z",
    "In s(1 - s), s is what the sigmoid gave, not the z that went in.",
)
def slope_at_logits(dh, dc, cache):
    return through_step(dh, dc, cache, slope=lambda z, s: z * (1 - z))


@mistake(
    lstm_step_backward,
    "the sigmoid is applied a second time in its slope",
    "The gates in your cache have been through the sigmoid already: their slope is s(1 - s) as they are.",
)
def slope_of_sigmoid_twice(dh, dc, cache):
    return through_step(dh, dc, cache, slope=lambda z, s: sigmoid(s) * (1 - sigmoid(s)))


@mistake(
    lstm_step_backward,
    "the tanh is applied a second time in the candidate's slope",
    "The candidate g in your cache is a tanh already: its slope is 1 - g^2.",
)
def bend_of_tanh_twice(dh, dc, cache):
    return through_step(dh, dc, cache, bend=lambda t: 1 - np.tanh(t) ** 2)


@mistake(
    lstm_step_backward,
    "the candidate goes back through a sigmoid",
    "The candidate came through tanh: its slope is 1 - g^2, not g(1 - g).",
)
def candidate_through_sigmoid(dh, dc, cache):
    return through_step(dh, dc, cache, bend=lambda t: t * (1 - t))


@mistake(
    lstm_step_backward,
    "the forget gate's gradient uses the new cell state",
    "new c = f * c + i * g: what f multiplies is the previous cell state, the one that came in.",
)
def forget_with_new_cell(dh, dc, cache):
    return through_step(dh, dc, cache, f=new_cell(cache))


@mistake(
    lstm_step_backward,
    "the output gate's gradient uses c without tanh",
    "h = o * tanh(c): what o multiplies is tanh(c), with the new cell state.",
)
def output_with_bare_cell(dh, dc, cache):
    return through_step(dh, dc, cache, o=new_cell(cache))


@mistake(
    lstm_step_backward,
    "the output gate's gradient starts at the cell state",
    "The output gate acts on h alone: its gradient starts from dh, times tanh(c).",
)
def output_from_cell(dh, dc, cache):
    return through_step(dh, dc, cache, o_from="c")


@mistake(
    lstm_step_backward,
    "input gate and candidate have their factors swapped",
    "The derivative of i * g with respect to i is g, and with respect to g it is i.",
)
def factors_swapped(dh, dc, cache):
    i, _, g, _ = gates_of(cache)
    return through_step(dh, dc, cache, i=i, g=g)


@mistake(
    lstm_step_backward,
    "the input gate's block of dz is zero",
    "The input gate multiplies the candidate in new c = f * c + i * g: it gets the gradient there times g, then its "
    "sigmoid's slope.",
)
def dz_without_input(dh, dc, cache):
    return through_step(dh, dc, cache, i=0)


@mistake(
    lstm_step_backward,
    "the forget gate's block of dz is zero",
    "The forget gate multiplies the old cell state in new c = f * c + i * g: it gets the gradient there times the old "
    "c, then its sigmoid's slope.",
)
def dz_without_forget(dh, dc, cache):
    return through_step(dh, dc, cache, f=0)


@mistake(
    lstm_step_backward,
    "the candidate's block of dz is zero",
    "The candidate is multiplied by the input gate in new c = f * c + i * g: it gets the gradient there times i, then "
    "the slope of its tanh.",
)
def dz_without_candidate(dh, dc, cache):
    return through_step(dh, dc, cache, g=0)


@mistake(
    lstm_step_backward,
    "the output gate's block of dz is zero",
    "The output gate multiplies tanh(c) in new h = o * tanh(c): it gets dh times tanh(c), then its sigmoid's slope.",
)
def dz_without_output(dh, dc, cache):
    return through_step(dh, dc, cache, o=0)


@mistake(
    lstm_step_backward,
    "the last two blocks of dz have changed places",
    "Put the four gradients side by side in the forward's order: input, forget, candidate, output.",
)
def dz_output_before_candidate(dh, dc, cache):
    return through_step(dh, dc, cache, order="ifog")


@mistake(
    lstm_step_backward,
    "the first two blocks of dz have changed places",
    "Put the four gradients side by side in the forward's order: input, forget, candidate, output.",
)
def dz_forget_before_input(dh, dc, cache):
    return through_step(dh, dc, cache, order="figo")


@mistake(
    lstm_step_backward,
    "the dh that came in is added to the previous dh",
    "The previous hidden state reaches the loss only through the gates: its gradient is dz @ wh.T. What came in "
    "belongs to the new one.",
)
def dh_passed_on(dh, dc, cache):
    dx, dh_previous, *rest = lstm_step_backward(dh, dc, cache)
    return dx, dh_previous + dh, *rest


@mistake(
    lstm_step_backward,
    "db is not summed over the batch",
    "Every sample uses the same bias: db (4H,) is the sum of dz over the batch.",
)
def db_per_sample(dh, dc, cache):
    return *lstm_step_backward(dh, dc, cache)[:5], step_dz(dh, dc, cache)[0]


@mistake(
    lstm_step_backward,
    "db is summed over the columns instead of the batch",
    "dz is (N, 4H), and db has one entry for each of its columns: sum over the samples, axis 0.",
)
def db_over_columns(dh, dc, cache):
    return *lstm_step_backward(dh, dc, cache)[:5], step_dz(dh, dc, cache)[0].sum(axis=1)


@mistake(
    lstm_step_backward,
    "db is averaged over the batch",
    "Gradients add up over the samples. Averaging, where it is wanted, is the loss's business and is in dh already.",
)
def db_averaged(dh, dc, cache):
    *rest, db = lstm_step_backward(dh, dc, cache)
    return *rest, db / len(dh)


@mistake(
    lstm_step_backward,
    "the gradients of weights and bias are averaged over the batch",
    "Gradients add up over the samples. Averaging, where it is wanted, is the loss's business and is in dh already.",
)
def weights_averaged(dh, dc, cache):
    dx, dh_previous, dc_previous, *weights = lstm_step_backward(dh, dc, cache)
    return dx, dh_previous, dc_previous, *(d / len(dh) for d in weights)


@mistake(
    lstm_step_backward,
    "dwh is built from the new hidden state",
    "wh was multiplied by the previous hidden state, the one that came in: dwh = h.T @ dz with that h.",
)
def dwh_of_new_state(dh, dc, cache):
    dx, dh_previous, dc_previous, dwx, _, db = lstm_step_backward(dh, dc, cache)
    new_h = gates_of(cache)[3] * cache.tanh_c
    return dx, dh_previous, dc_previous, dwx, new_h.T @ step_dz(dh, dc, cache)[0], db


@mistake(
    lstm_step_backward,
    "dwx is built from the gates, not from their gradients",
    "A weight's gradient is its input times the gradient of what it went into: x.T @ dz. The gates' own values have "
    "done their part in dz.",
)
def dwx_of_gates(dh, dc, cache):
    dx, dh_previous, dc_previous, _, *rest = lstm_step_backward(dh, dc, cache)
    return dx, dh_previous, dc_previous, cache.x.T @ cache.gates, *rest


@mistake(
    lstm_step_backward,
    "dwh is built from the gates, not from their gradients",
    "A weight's gradient is its input times the gradient of what it went into: h.T @ dz. The gates' own values have "
    "done their part in dz.",
)
def dwh_of_gates(dh, dc, cache):
    *before, _, db = lstm_step_backward(dh, dc, cache)
    return *before, cache.h.T @ cache.gates, db


@mistake(
    lstm_step_backward,
    "dwx forgets the input",
    "Each row of dwx belongs to one feature of x, and is weighted with it: x.T @ dz. Yours has the same sum of dz in "
    "every row.",
)
def dwx_without_x(dh, dc, cache):
    dx, dh_previous, dc_previous, dwx, dwh, db = lstm_step_backward(dh, dc, cache)
    return dx, dh_previous, dc_previous, np.tile(db, (len(dwx), 1)), dwh, db


@mistake(
    lstm_step_backward,
    "the dc that was handed in is changed",
    "`dc += ...` writes into the caller's array. Make a new one: dc = dc + ...",
)
def dc_in_place(dh, dc, cache):
    gradients = lstm_step_backward(dh, dc, cache)
    dc += dh * gates_of(cache)[3] * (1 - cache.tanh_c**2)
    return gradients


# lstm_forward


def unroll(x, h, c, wx, wh, b, carry_h=True, carry_c=True):
    """Hidden states (N,T,H) and cell states (N,T,H), with the first states given; what is not carried starts anew."""
    hs, cs = [], []
    first_h, first_c = h, c
    for t in range(x.shape[1]):
        h, c, _ = lstm_step_forward(x[:, t], h if carry_h else first_h, c if carry_c else first_c, wx, wh, b)
        hs.append(h)
        cs.append(c)
    return np.stack(hs, axis=1), np.stack(cs, axis=1)


@mistake(
    lstm_forward,
    "the first cell state is h0",
    "h0 is a hidden state. The cell starts empty: zeros in the shape of h0.",
)
def cell_starts_as_h0(x, h0, wx, wh, b):
    return unroll(x, h0, h0, wx, wh, b)[0], None


@mistake(
    lstm_forward,
    "the first hidden state is zero",
    "The first step starts from the h0 that is given; only the cell starts from zero.",
)
def h0_ignored(x, h0, wx, wh, b):
    return unroll(x, 0 * h0, 0 * h0, wx, wh, b)[0], None


@mistake(
    lstm_forward,
    "`h` is not carried on",
    "Step t + 1 starts from the hidden state that step t returned, not from h0 again.",
)
def h_not_carried(x, h0, wx, wh, b):
    return unroll(x, h0, 0 * h0, wx, wh, b, carry_h=False)[0], None


@mistake(
    lstm_forward,
    "`c` is not carried on",
    "Step t + 1 starts from the cell state that step t returned: zeros are for the first step only.",
)
def c_not_carried(x, h0, wx, wh, b):
    return unroll(x, h0, 0 * h0, wx, wh, b, carry_c=False)[0], None


@mistake(
    lstm_forward,
    "every step starts anew",
    "Each step goes on with the h and the c of the step before; here every one starts from h0 and an empty cell.",
)
def nothing_carried(x, h0, wx, wh, b):
    return unroll(x, h0, 0 * h0, wx, wh, b, carry_h=False, carry_c=False)[0], None


@mistake(
    lstm_forward,
    "hs holds the cell states",
    "What is collected is the hidden state after every step; the cell state stays inside.",
)
def cells_returned(x, h0, wx, wh, b):
    return unroll(x, h0, 0 * h0, wx, wh, b)[1], None


@mistake(
    lstm_forward,
    "the sequence is read backwards",
    "Read from t = 0 to t = T - 1: a hidden state knows what came before it.",
)
def read_backwards(x, h0, wx, wh, b):
    return unroll(x[:, ::-1], h0, 0 * h0, wx, wh, b)[0][:, ::-1], None


@mistake(
    lstm_forward,
    "hs is one step late",
    "hs[:, t] is the hidden state after step t: h0 itself is not among them, and the last one is.",
)
def one_step_late(x, h0, wx, wh, b):
    hs, _ = lstm_forward(x, h0, wx, wh, b)
    return np.concatenate([h0[:, np.newaxis], hs[:, :-1]], axis=1), None


@mistake(
    lstm_forward,
    "only the last hidden state is returned",
    "Return the hidden state after every step, (N, T, H).",
)
def last_state_only(x, h0, wx, wh, b):
    return lstm_forward(x, h0, wx, wh, b)[0][:, -1], None


@mistake(
    lstm_forward,
    "hs has time first",
    "hs is (N, T, H), batch first, as x is. A list of the states, stacked along a new first axis, is (T, N, H).",
)
def time_first(x, h0, wx, wh, b):
    return lstm_forward(x, h0, wx, wh, b)[0].transpose(1, 0, 2), None


@mistake(
    lstm_forward,
    "hs is reshaped from time first",
    "A list of the states becomes (T, N, H). reshape keeps the numbers in their order and so mixes samples and steps; "
    "stack along axis 1, or swap the axes.",
)
def reshaped_from_time_first(x, h0, wx, wh, b):
    hs, _ = lstm_forward(x, h0, wx, wh, b)
    return hs.transpose(1, 0, 2).reshape(hs.shape), None


@mistake(
    lstm_forward,
    "step t reads sample t",
    "x is (N, T, D), batch first: x[t] is all of sample t. Step t reads x[:, t], (N, D): its row of every sample.",
)
def reads_samples(x, h0, wx, wh, b):
    if 0 in x.shape[:2]:
        raise ValueError("nothing to read")
    h, c, hs = h0, np.zeros_like(h0), []
    for t in range(x.shape[1]):
        i, f, g, o = blocks(x[t], h, wx, wh, b)
        h, c, _ = step_of(c, sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o))
        hs.append(h)
    return np.stack(hs, axis=1), None


@mistake(
    lstm_forward,
    "hs is always float64",
    "np.zeros and np.empty make float64 unless told otherwise: give them the dtype of x.",
)
def always_float64(x, h0, wx, wh, b):
    hs, cache = lstm_forward(x, h0, wx, wh, b)
    return hs.astype(np.float64), cache


@mistake(
    lstm_forward,
    "an empty batch is let through",
    "With no samples there is nothing to compute: say so with a ValueError, before anything else.",
)
def sequences_of_nobody(x, h0, wx, wh, b):
    return lstm_forward(x, h0, wx, wh, b) if len(x) else (np.empty((0, x.shape[1], len(wh))), None)


@mistake(
    lstm_forward,
    "a sequence of length 0 is let through",
    "Without a time step there is no hidden state to return: say so with a ValueError, before anything else.",
)
def sequence_of_nothing(x, h0, wx, wh, b):
    return lstm_forward(x, h0, wx, wh, b) if x.shape[1] else (np.empty((len(x), 0, len(wh))), None)


# lstm_backward


def steps_of(cache):
    parts = (cache.xs, cache.hs[:-1], cache.cs[:-1], cache.gates, cache.tanh_cs)
    return [
        LstmStep(x, h, c, cache.wx, cache.wh, cache.b, gates, tanh_c)
        for x, h, c, gates, tanh_c in zip(*parts, strict=True)
    ]


def walk(dhs, cache, order=reversed, carry_h=True, carry_c=True):
    """Through the steps: (dx of each step by t, the dh and the dc that are left, gradients of the weights by step)."""
    steps = steps_of(cache)
    dh, dc = np.zeros_like(dhs[:, 0]), np.zeros_like(dhs[:, 0])
    dxs, weights = {}, []
    for t in order(range(len(steps))):
        dx, dh, dc, *dw = lstm_step_backward(
            dhs[:, t] + (dh if carry_h else 0), dc if carry_c else np.zeros_like(dc), steps[t]
        )
        dxs[t] = dx
        weights.append(dw)
    return np.stack([dxs[t] for t in range(len(steps))], axis=1), dh, dc, weights


def total(weights):
    return [sum(parts) for parts in zip(*weights, strict=True)]


@mistake(
    lstm_backward,
    "only the last step's dhs is used",
    "Every hidden state is a result, so every one has a gradient of its own: before you go back through step t, add "
    "dhs[:, t] to what the step after it hands back.",
)
def last_dh_only(dhs, cache):
    alone = np.zeros_like(dhs)
    alone[:, -1] = dhs[:, -1]
    return lstm_backward(alone, cache)


@mistake(
    lstm_backward,
    "`dh` is not carried back from the next step",
    "The hidden state after step t goes into step t + 1 as well: the dh which that step hands back adds to dhs[:, t].",
)
def dh_dropped(dhs, cache):
    dxs, dh0, _, weights = walk(dhs, cache, carry_h=False)
    return dxs, dh0, *total(weights)


@mistake(
    lstm_backward,
    "`dc` is not carried back from the next step",
    "The cell state goes on into the next step. Its dc is zero only after the last step; from then on hand back the "
    "dc that `lstm_step_backward` returned.",
)
def dc_dropped(dhs, cache):
    dxs, dh0, _, weights = walk(dhs, cache, carry_c=False)
    return dxs, dh0, *total(weights)


@mistake(
    lstm_backward,
    "nothing is carried back from the next step",
    "Both states of step t go into step t + 1, so both the dh and the dc that it hands back belong into step t.",
)
def nothing_carried_back(dhs, cache):
    dxs, dh0, _, weights = walk(dhs, cache, carry_h=False, carry_c=False)
    return dxs, dh0, *total(weights)


@mistake(
    lstm_backward,
    "the steps are taken from first to last",
    "Gradients flow against time: start at the last step and go back to the first.",
)
def forwards_in_time(dhs, cache):
    dxs, dh0, _, weights = walk(dhs, cache, order=iter)
    return dxs, dh0, *total(weights)


@mistake(
    lstm_backward,
    "the weights' gradients are overwritten at every step",
    "The weights are used at every step, so their gradient is the sum over the steps: add, where you now assign.",
)
def overwritten(dhs, cache):
    dxs, dh0, _, weights = walk(dhs, cache)
    return dxs, dh0, *weights[-1]


@mistake(
    lstm_backward,
    "the weights' gradients are averaged over the steps",
    "The weights are used at every step, so their gradient is the sum over the steps, not the mean.",
)
def averaged_over_time(dhs, cache):
    dxs, dh0, *weights = lstm_backward(dhs, cache)
    return dxs, dh0, *(d / dhs.shape[1] for d in weights)


@mistake(
    lstm_backward,
    "the weights' gradients are averaged over the batch",
    "Gradients add up over the samples. Averaging, where it is wanted, is the loss's business and is in dhs already.",
)
def averaged_over_batch(dhs, cache):
    dxs, dh0, *weights = lstm_backward(dhs, cache)
    return dxs, dh0, *(d / len(dhs) for d in weights)


@mistake(
    lstm_backward,
    "dh0 is zero",
    "h0 goes into the first step, so it has a gradient: the dh that is left when you have gone back through step 0.",
)
def no_dh0(dhs, cache):
    dxs, dh0, *weights = lstm_backward(dhs, cache)
    return dxs, np.zeros_like(dh0), *weights


@mistake(
    lstm_backward,
    "dh0 is missing from what is returned",
    "h0 is an argument of the forward, so its gradient is among the results: dx, dh0, dwx, dwh, db.",
)
def dh0_left_out(dhs, cache):
    dxs, _, *weights = lstm_backward(dhs, cache)
    return dxs, *weights


@mistake(
    lstm_backward,
    "dh0 stops one step early",
    "That is the gradient of the hidden state after the first step. h0 comes before it: go back through step 0, too.",
)
def dh0_one_step_early(dhs, cache):
    dxs, _, *weights = lstm_backward(dhs, cache)
    dh, dc = np.zeros_like(dhs[:, 0]), np.zeros_like(dhs[:, 0])
    for t in range(dhs.shape[1] - 1, 0, -1):
        _, dh, dc, *_ = lstm_step_backward(dhs[:, t] + dh, dc, steps_of(cache)[t])
    return dxs, dhs[:, 0] + dh, *weights


@mistake(
    lstm_backward,
    "dh0 includes the gradient of the first cell state",
    "The first cell state is a constant zero, not h0: the dc that is left at the end belongs to nobody.",
)
def dh0_with_dc(dhs, cache):
    dxs, dh0, dc, weights = walk(dhs, cache)
    return dxs, dh0 + dc, *total(weights)


@mistake(
    lstm_backward,
    "dx has its steps in reverse",
    "You went from the last step to the first, so a list of the steps' dx is backwards: write each one to its own t.",
)
def dx_reversed(dhs, cache):
    dxs, *rest = lstm_backward(dhs, cache)
    return dxs[:, ::-1], *rest


@mistake(
    lstm_backward,
    "dx has time first",
    "dx has the shape of x, (N, T, D). A list of the steps' dx, stacked along a new first axis, is (T, N, D).",
)
def dx_time_first(dhs, cache):
    dxs, *rest = lstm_backward(dhs, cache)
    return dxs.transpose(1, 0, 2), *rest


@mistake(
    lstm_backward,
    "dx is reshaped from time first",
    "A list of the steps' dx becomes (T, N, D). reshape keeps the numbers in their order and so mixes samples and "
    "steps; stack along axis 1, or swap the axes.",
)
def dx_reshaped(dhs, cache):
    dxs, *rest = lstm_backward(dhs, cache)
    return dxs.transpose(1, 0, 2).reshape(dxs.shape), *rest


@mistake(
    lstm_backward,
    "the dhs that was handed in is changed",
    "`dhs[:, t] += dh` writes into the caller's array. Make a new one: dh = dh + dhs[:, t].",
)
def dhs_in_place(dhs, cache):
    gradients = lstm_backward(dhs, cache)
    for t in range(1, dhs.shape[1]):
        dhs[:, t - 1] += 1
    return gradients


# gru_step_forward


def gru_parts(x, h, wx, wh, bx, bh):
    """The logits from the input and those from the state, each cut into reset, update, new."""
    if len(x) == 0:
        raise ValueError("x is an empty batch")
    return np.split(x @ wx + bx, 3, axis=1), np.split(h @ wh + bh, 3, axis=1)


@mistake(
    gru_step_forward,
    "the reset gate acts before the product",
    "In the first GRU paper r multiplies h before the product with wh. PyTorch multiplies the product: r * (h @ wh + "
    "bh).",
)
def reset_before_product(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, _) = gru_parts(x, h, wx, wh, bx, bh)
    r, z, units = sigmoid(a_r + s_r), sigmoid(a_z + s_z), h.shape[1]
    n = np.tanh(a_n + (r * h) @ wh[:, 2 * units :] + bh[2 * units :])
    return (1 - z) * n + z * h, None


@mistake(
    gru_step_forward,
    "the update gate's roles are swapped",
    "Papers differ here; PyTorch keeps z of the old state and takes 1 - z of the new one.",
)
def update_swapped(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z = sigmoid(a_r + s_r), sigmoid(a_z + s_z)
    return z * np.tanh(a_n + r * s_n) + (1 - z) * h, None


@mistake(
    gru_step_forward,
    "the state's bias is outside the reset",
    "The reset gate multiplies h @ wh + bh, the bias included: that is why a GRU has two biases.",
)
def bias_outside_reset(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z, b_n = sigmoid(a_r + s_r), sigmoid(a_z + s_z), np.split(bh, 3)[2]
    return (1 - z) * np.tanh(a_n + r * (s_n - b_n) + b_n) + z * h, None


@mistake(
    gru_step_forward,
    "both biases are inside the reset",
    "Only the state's part is reset: x @ wx + bx stays outside, bx included.",
)
def biases_inside_reset(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z, b_n = sigmoid(a_r + s_r), sigmoid(a_z + s_z), np.split(bx, 3)[2]
    return (1 - z) * np.tanh(a_n - b_n + r * (s_n + b_n)) + z * h, None


@mistake(
    gru_step_forward,
    "the reset gate acts on the input too",
    "Only the state's part is reset: n = tanh(x's part + r * h's part).",
)
def reset_on_everything(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z = sigmoid(a_r + s_r), sigmoid(a_z + s_z)
    return (1 - z) * np.tanh(r * (a_n + s_n)) + z * h, None


@mistake(
    gru_step_forward,
    "the reset gate is not used",
    "The new state sees the old one through the reset gate: n = tanh(a_n + r * s_n).",
)
def no_reset(x, h, wx, wh, bx, bh):
    (_, a_z, a_n), (_, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    z = sigmoid(a_z + s_z)
    return (1 - z) * np.tanh(a_n + s_n) + z * h, None


@mistake(
    gru_step_forward,
    "reset gate and update gate have changed places",
    "The blocks come in the order reset, update, new. (Keras puts the update gate first.)",
)
def update_before_reset(x, h, wx, wh, bx, bh):
    (a_z, a_r, a_n), (s_z, s_r, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z = sigmoid(a_r + s_r), sigmoid(a_z + s_z)
    return (1 - z) * np.tanh(a_n + r * s_n) + z * h, None


@mistake(
    gru_step_forward,
    "the new state goes through a sigmoid",
    "Two of the blocks are gates; the new state is content, and may be negative: it goes through tanh.",
)
def sigmoid_new(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z = sigmoid(a_r + s_r), sigmoid(a_z + s_z)
    return (1 - z) * sigmoid(a_n + r * s_n) + z * h, None


@mistake(
    gru_step_forward,
    "the state's bias is left out",
    "There are two biases: bx beside x @ wx, and bh beside h @ wh.",
)
def no_state_bias(x, h, wx, wh, bx, bh):
    return gru_step_forward(x, h, wx, wh, bx, 0 * bh)


@mistake(
    gru_step_forward,
    "the old state is not kept",
    "The new h is a mixture: (1 - z) of the new state n and z of the old h. Here the second part is missing.",
)
def nothing_kept(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z = sigmoid(a_r + s_r), sigmoid(a_z + s_z)
    return (1 - z) * np.tanh(a_n + r * s_n), None


@mistake(
    gru_step_forward,
    "the gates' columns are interleaved",
    "Each block has H columns side by side: the first H of the 3H are the reset gate's. Reshaping to (N, H, 3) takes "
    "every third column instead.",
)
def gru_interleaved(x, h, wx, wh, bx, bh):
    a, s = (np.concatenate(part, axis=1).reshape(*h.shape, 3) for part in gru_parts(x, h, wx, wh, bx, bh))
    r, z = sigmoid(a[..., 0] + s[..., 0]), sigmoid(a[..., 1] + s[..., 1])
    return (1 - z) * np.tanh(a[..., 2] + r * s[..., 2]) + z * h, None


@mistake(
    gru_step_forward,
    "`exp` overflows for large logits",
    "e^1000 is inf, and inf / inf is nan. Use your `gate`'s way to keep the exponent at or below 0.",
)
def gru_overflows(x, h, wx, wh, bx, bh):
    (a_r, a_z, a_n), (s_r, s_z, s_n) = gru_parts(x, h, wx, wh, bx, bh)
    r, z = overflowing_sigmoid(a_r + s_r), overflowing_sigmoid(a_z + s_z)
    return (1 - z) * np.tanh(a_n + r * s_n) + z * h, None


@mistake(
    gru_step_forward,
    "an empty batch is let through",
    "With no samples there is nothing to compute: say so with a ValueError, before anything else.",
)
def gru_of_nothing(x, h, wx, wh, bx, bh):
    return gru_step_forward(x, h, wx, wh, bx, bh) if len(x) else (np.empty_like(h), None)


# gru_step_backward


def gru_gates(cache):
    return np.split(cache.gates, 3, axis=1)


def gru_logits(dh, cache, slope=lambda s: s * (1 - s), bend=lambda t: 1 - t**2, order=(0, 1, 2), **changed):
    """The gradients of x @ wx + bx and of h @ wh + bh, (N,3H) each; right but for what a mistake changes: the slopes of
    sigmoid and tanh, the order of the blocks, or the factor between the new h and the proposed one ("new"), between a
    gate and what it acts on ("reset", "update"), and between the proposed state and its two parts ("to_x", "to_h")."""
    r, z, n = gru_gates(cache)
    s_n = np.split(cache.hidden, 3, axis=1)[2]
    by = {"new": 1 - z, "reset": s_n, "update": cache.h - n, "to_x": 1, "to_h": r} | changed
    dn = dh * by["new"] * bend(n)
    gates = [dn * by["reset"] * slope(r), dh * by["update"] * slope(z)]
    parts = [*gates, dn * by["to_x"]], [*gates, dn * by["to_h"]]
    return [np.concatenate([part[k] for k in order], axis=1) for part in parts]


def through_gru(dh, cache, keep=None, **changed):
    """The gradients of a step, right but for what is changed in `gru_logits`; keep stands for z on the way from the new
    h straight to the old one."""
    da, ds = gru_logits(dh, cache, **changed)
    straight = dh * (gru_gates(cache)[1] if keep is None else keep)
    return da @ cache.wx.T, straight + ds @ cache.wh.T, cache.x.T @ da, cache.h.T @ ds, da.sum(axis=0), ds.sum(axis=0)


@mistake(
    gru_step_backward,
    "dh forgets the path past the gates",
    "The old state is kept in part, z * h: so dh * z reaches it directly, besides what comes through wh.",
)
def dh_without_z(dh, cache):
    return through_gru(dh, cache, keep=0)


@mistake(
    gru_step_backward,
    "dh forgets the paths through wh",
    "The old state is also multiplied by wh for both gates and the new state: ds @ wh.T adds to dh * z.",
)
def dh_only_z(dh, cache):
    dx, _, *rest = gru_step_backward(dh, cache)
    return dx, dh * gru_gates(cache)[1], *rest


@mistake(
    gru_step_backward,
    "the reset gate is forgotten on the way to the state",
    "In r * (h @ wh + bh) the state's part is multiplied by r, and so is its gradient. That is where dwh, dbh and dh "
    "differ from the input's side.",
)
def no_r_on_way(dh, cache):
    return through_gru(dh, cache, to_h=1)


@mistake(
    gru_step_backward,
    "the reset gate stands on the way to the input too",
    "n = tanh(a_n + r * s_n): a_n is not multiplied by r, so neither is its gradient.",
)
def r_everywhere(dh, cache):
    return through_gru(dh, cache, to_x=gru_gates(cache)[0])


@mistake(
    gru_step_backward,
    "the reset gate's gradient uses h, not h @ wh + bh",
    "What r multiplies is the state's part of the third block, h @ wh + bh: keep it in the cache.",
)
def reset_times_h(dh, cache):
    return through_gru(dh, cache, reset=cache.h)


@mistake(
    gru_step_backward,
    "the reset gate's gradient leaves out the bias",
    "What r multiplies is h @ wh + bh, the bias included.",
)
def reset_without_bias(dh, cache):
    return through_gru(dh, cache, reset=np.split(cache.hidden - cache.bh, 3, axis=1)[2])


@mistake(
    gru_step_backward,
    "the update gate's gradient has the wrong sign",
    "h' = (1 - z) * n + z * h: opening z takes from n and gives to h, so the factor is h - n.",
)
def update_sign(dh, cache):
    return through_gru(dh, cache, update=gru_gates(cache)[2] - cache.h)


@mistake(
    gru_step_backward,
    "the update gate's gradient forgets the new state",
    "z stands in both parts of (1 - z) * n + z * h: the factor is h - n, not h alone.",
)
def update_without_n(dh, cache):
    return through_gru(dh, cache, update=cache.h)


@mistake(
    gru_step_backward,
    "`z` and `1 - z` have changed places",
    "h' = (1 - z) * n + z * h: the new state gets dh * (1 - z), the old one dh * z.",
)
def z_swapped(dh, cache):
    z = gru_gates(cache)[1]
    return through_gru(dh, cache, new=z, keep=1 - z)


@mistake(
    gru_step_backward,
    "the slope of tanh is missing",
    "n came through tanh: multiply its gradient by 1 - n^2 before it goes on to a_n, r and s_n.",
)
def gru_no_tanh_slope(dh, cache):
    return through_gru(dh, cache, bend=lambda t: 1)


@mistake(
    gru_step_backward,
    "the slope of the sigmoid is missing",
    "r and z came through a sigmoid: multiply their gradients by s(1 - s), where s is the gate's value.",
)
def gru_no_sigmoid_slope(dh, cache):
    return through_gru(dh, cache, slope=lambda s: 1)


@mistake(
    gru_step_backward,
    "the sigmoid's slope is taken as s",
    "The slope of the sigmoid is s(1 - s): it is small where the gate is wide open, too.",
)
def gru_slope_is_sigmoid(dh, cache):
    return through_gru(dh, cache, slope=lambda s: s)


@mistake(
    gru_step_backward,
    "reset gate and update gate have changed places",
    "Put the three gradients side by side in the forward's order: reset, update, new.",
)
def d_update_before_reset(dh, cache):
    return through_gru(dh, cache, order=(1, 0, 2))


@mistake(
    gru_step_backward,
    "dbh is the same as dbx",
    "bh stands inside the reset: its third block gets the gradient times r.",
)
def same_biases(dh, cache):
    *rest, dbx, _ = gru_step_backward(dh, cache)
    return *rest, dbx, dbx


@mistake(
    gru_step_backward,
    "dbx is the same as dbh",
    "bx stands outside the reset: its third block gets the gradient as it is, without r.",
)
def same_as_dbh(dh, cache):
    *rest, _, dbh = gru_step_backward(dh, cache)
    return *rest, dbh, dbh


@mistake(
    gru_step_backward,
    "dbx and dbh have changed places",
    "dbx is the sum of da, dbh that of ds, and they are returned in this order. They differ in the third block, where "
    "r stands before the state's part alone.",
)
def biases_swapped(dh, cache):
    *rest, dbx, dbh = gru_step_backward(dh, cache)
    return *rest, dbh, dbx


@mistake(
    gru_step_backward,
    "the biases' gradients are not summed over the batch",
    "Every sample uses the same biases: dbx and dbh (3H,) are sums over the batch.",
)
def biases_per_sample(dh, cache):
    return *gru_step_backward(dh, cache)[:4], *gru_logits(dh, cache)


@mistake(
    gru_step_backward,
    "the gradients of weights and biases are averaged over the batch",
    "Gradients add up over the samples. Averaging, where it is wanted, is the loss's business and is in dh already.",
)
def gru_averaged(dh, cache):
    dx, dh_previous, *weights = gru_step_backward(dh, cache)
    return dx, dh_previous, *(d / len(dh) for d in weights)
