"""Wrong answers that students really give, each with its name and a sentence that helps.

Most of them ask the reference first, so that all else (the refusals, say) is right, and then spoil one thing.
"""

import math

import numpy as np

from autograder import mistake

from .optim import (
    adam_step,
    clip_by_global_norm,
    cosine_decay,
    minibatches,
    momentum_step,
    nesterov_step,
    sgd_step,
    step_decay,
)

# sgd_step


@mistake(sgd_step, "the step goes uphill", "The gradient points to where the loss grows: subtract it.")
def sgd_uphill(w, dw, lr):
    return w + lr * dw


@mistake(sgd_step, "the learning rate is left out", "The step is lr times the gradient.")
def sgd_without_lr(w, dw, lr):
    return w - dw


@mistake(sgd_step, "the gradient is divided by the learning rate", "A larger lr makes a longer step: multiply.")
def sgd_divided(w, dw, lr):
    return w - dw / lr


@mistake(sgd_step, "the step comes back, not the weights", "Return where you are after the step: w - lr * dw.")
def sgd_step_alone(w, dw, lr):
    return lr * dw


@mistake(sgd_step, "the step comes back, with its sign", "Return where you are after the step: w - lr * dw.")
def sgd_signed_step_alone(w, dw, lr):
    return -lr * dw


@mistake(
    sgd_step,
    "only the direction of the gradient counts",
    "The gradient is not divided by its norm: where the loss is steep the step is long, near the goal it is short.",
)
def sgd_normalised(w, dw, lr):
    with np.errstate(all="ignore"):
        return w - lr * dw / np.sqrt(np.sum(dw * dw))


@mistake(
    sgd_step,
    "only the sign of the gradient counts",
    "That moves every weight equally far. Here a weight with a larger gradient moves further.",
)
def sgd_by_signs(w, dw, lr):
    return w - lr * np.sign(dw)


@mistake(
    sgd_step,
    "the gradient is averaged once more",
    "The 1/N of the batch is in dw already. The first axis of dw is that of w, and has nothing to do with the batch.",
)
def sgd_averaged(w, dw, lr):
    return w - lr * dw / len(dw)


@mistake(
    sgd_step,
    "all weights make the same step",
    "Every weight has its own entry in dw: no mean and no sum is taken.",
)
def sgd_by_the_mean(w, dw, lr):
    return w - lr * dw.mean()


@mistake(
    sgd_step, "the weights are scaled by lr, too", "Only the gradient is multiplied: w - lr * dw, not lr * (w - dw)."
)
def sgd_brackets(w, dw, lr):
    return lr * (w - dw)


@mistake(
    sgd_step,
    "the weights shrink by a share of the gradient",
    "The step is subtracted from w as it is, whatever the size of w. It does not multiply it.",
)
def sgd_multiplied(w, dw, lr):
    return w * (1 - lr * dw)


IN_PLACE = (
    "`-=` and `*=` write into the array that was handed in, which belongs to whoever called you. `w = w - ...` makes a "
    "new one."
)


@mistake(sgd_step, "w is changed in place", IN_PLACE)
def sgd_in_place(w, dw, lr):
    w -= lr * dw
    return w


@mistake(sgd_step, "dw is changed in place", IN_PLACE)
def sgd_gradient_in_place(w, dw, lr):
    dw *= lr
    return w - dw


IN_FLOAT64 = "np.zeros and np.empty make float64 unless told otherwise: np.zeros_like(w) has the dtype of w."


@mistake(sgd_step, "a float64 answer to float32 weights", IN_FLOAT64)
def sgd_in_float64(w, dw, lr):
    return sgd_step(w, dw, lr).astype(np.float64)


# momentum_step


@mistake(
    momentum_step,
    "the gradient enters with 1 - momentum",
    "That makes v a mean of the gradients, as in Adam. Here, as in PyTorch, it is a sum: v = momentum * v + dw.",
)
def momentum_as_mean(w, dw, v, lr, momentum):
    v = momentum * v + (1 - momentum) * dw
    return w - lr * v, v


@mistake(
    momentum_step,
    "the learning rate is inside the velocity",
    "While lr is constant and v starts at zero, the weights come out the same; when lr changes, they do not. Here, as "
    "in PyTorch, v is made of gradients alone, and lr multiplies it in the step.",
)
def momentum_with_lr_inside(w, dw, v, lr, momentum):
    v = momentum * v + lr * dw
    return w - v, v


@mistake(
    momentum_step,
    "v points downhill and has the learning rate inside",
    "Some books have v = momentum * v - lr * dw and w + v. Here v adds up gradients, and the step subtracts lr * v.",
)
def momentum_downhill_with_lr(w, dw, v, lr, momentum):
    v = momentum * v - lr * dw
    return w + v, v


@mistake(
    momentum_step,
    "the gradient is subtracted from the velocity",
    "v = momentum * v + dw, with a plus; the minus stands in the step, w - lr * v.",
)
def momentum_minus(w, dw, v, lr, momentum):
    v = momentum * v - dw
    return w - lr * v, v


@mistake(
    momentum_step,
    "v points downhill",
    "Here v adds up gradients and points uphill, v = momentum * v + dw; the step w - lr * v turns it around.",
)
def momentum_downhill(w, dw, v, lr, momentum):
    v = momentum * v - dw
    return w + lr * v, v


@mistake(
    momentum_step,
    "the step uses the old velocity",
    "First v takes in the new gradient, then w moves by this new v.",
)
def momentum_with_old_velocity(w, dw, v, lr, momentum):
    return w - lr * v, momentum * v + dw


@mistake(
    momentum_step,
    "the step uses the gradient, not the velocity",
    "v is computed, and w does not care. Move by lr * v.",
)
def momentum_unused(w, dw, v, lr, momentum):
    return w - lr * dw, momentum * v + dw


@mistake(
    momentum_step,
    "the gradient counts twice",
    "The new gradient is inside of v already: the step is lr * v alone.",
)
def momentum_and_gradient(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - lr * (v + dw), v


@mistake(
    momentum_step,
    "the step looks ahead",
    "dw + momentum * v is Nesterov's step, which comes next. Here the step is lr * v.",
)
def momentum_as_nesterov(w, dw, v, lr, momentum):
    return nesterov_step(w, dw, v, lr, momentum)


@mistake(
    momentum_step,
    "the velocity never slows down",
    "Without the factor momentum, v remembers every gradient for ever: v = momentum * v + dw.",
)
def momentum_without_friction(w, dw, v, lr, momentum):
    v = v + dw
    return w - lr * v, v


@mistake(
    momentum_step,
    "momentum multiplies the gradient",
    "momentum says how much of the old velocity is kept, so it multiplies v. The gradient enters whole.",
)
def momentum_on_the_gradient(w, dw, v, lr, momentum):
    v = v + momentum * dw
    return w - lr * v, v


@mistake(
    momentum_step,
    "momentum multiplies the velocity and the gradient",
    "Only the old velocity is multiplied: momentum * v + dw, without brackets.",
)
def momentum_on_both(w, dw, v, lr, momentum):
    v = momentum * (v + dw)
    return w - lr * v, v


@mistake(
    momentum_step,
    "momentum and 1 - momentum are exchanged",
    "A momentum of 0.9 keeps 0.9 of the velocity. The gradient has no factor at all.",
)
def momentum_exchanged(w, dw, v, lr, momentum):
    v = (1 - momentum) * v + momentum * dw
    return w - lr * v, v


@mistake(momentum_step, "the velocity does not change", "Return the new v as well: the next step goes on from it.")
def momentum_returns_old_velocity(w, dw, v, lr, momentum):
    return momentum_step(w, dw, v, lr, momentum)[0], v.copy()


@mistake(momentum_step, "the step goes uphill", "v adds up gradients, which point uphill: subtract lr * v.")
def momentum_uphill(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w + lr * v, v


@mistake(momentum_step, "the learning rate is left out", "The step is lr times the velocity.")
def momentum_without_lr(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - v, v


@mistake(momentum_step, "w and v have changed places", "The weights come first: return w, v.")
def momentum_swapped(w, dw, v, lr, momentum):
    return momentum_step(w, dw, v, lr, momentum)[::-1]


@mistake(momentum_step, "the velocity is kept to itself", "Return both, w and v: without v there is no next step.")
def momentum_without_velocity(w, dw, v, lr, momentum):
    return momentum_step(w, dw, v, lr, momentum)[0]


@mistake(momentum_step, "w is changed in place", IN_PLACE)
def momentum_in_place(w, dw, v, lr, momentum):
    w[:], v = momentum_step(w, dw, v, lr, momentum)
    return w, v


@mistake(momentum_step, "v is changed in place", IN_PLACE)
def momentum_velocity_in_place(w, dw, v, lr, momentum):
    v *= momentum
    v += dw
    return w - lr * v, v


@mistake(momentum_step, "w and v are changed in place", IN_PLACE)
def momentum_both_in_place(w, dw, v, lr, momentum):
    w[:], v[:] = momentum_step(w, dw, v, lr, momentum)
    return w, v


@mistake(momentum_step, "a float64 answer to float32 weights", IN_FLOAT64)
def momentum_in_float64(w, dw, v, lr, momentum):
    return tuple(array.astype(np.float64) for array in momentum_step(w, dw, v, lr, momentum))


# nesterov_step


@mistake(
    nesterov_step,
    "the step does not look ahead",
    "That is plain momentum. (So is dw + momentum * the old v: it is the new v.) Take dw + momentum * the new v.",
)
def nesterov_as_momentum(w, dw, v, lr, momentum):
    return momentum_step(w, dw, v, lr, momentum)


@mistake(
    nesterov_step,
    "the gradient is missing in the step",
    "The step is lr * (dw + momentum * v), with the new v: the gradient and what the velocity will do next.",
)
def nesterov_without_gradient(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - lr * momentum * v, v


@mistake(
    nesterov_step,
    "momentum is missing in the step",
    "Looking ahead, the velocity slows down once more: dw + momentum * v.",
)
def nesterov_without_second_momentum(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - lr * (dw + v), v


@mistake(
    nesterov_step,
    "momentum enters once too often",
    "In the step the new v is multiplied by momentum once. It holds momentum times the old v already.",
)
def nesterov_squared(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - lr * (dw + momentum**2 * v), v


@mistake(
    nesterov_step,
    "the look ahead has the wrong sign",
    "The velocity goes on in its direction: dw + momentum * v, with a plus.",
)
def nesterov_minus(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - lr * (dw - momentum * v), v


@mistake(
    nesterov_step,
    "the step uses the gradient alone",
    "v is computed, and w does not care. The step is lr * (dw + momentum * v).",
)
def nesterov_unused(w, dw, v, lr, momentum):
    return w - lr * dw, momentum * v + dw


@mistake(
    nesterov_step,
    "the look ahead is kept as the velocity",
    "The step is dw + momentum * v, but what is remembered is v = momentum * v + dw, as in plain momentum.",
)
def nesterov_keeps_the_step(w, dw, v, lr, momentum):
    w, v = nesterov_step(w, dw, v, lr, momentum)
    return w, dw + momentum * v


@mistake(
    nesterov_step,
    "the gradient enters with 1 - momentum",
    "That makes v a mean of the gradients. Here, as in PyTorch, it is a sum: v = momentum * v + dw.",
)
def nesterov_as_mean(w, dw, v, lr, momentum):
    v = momentum * v + (1 - momentum) * dw
    return w - lr * (dw + momentum * v), v


@mistake(
    nesterov_step,
    "the learning rate is inside the velocity",
    "While lr is constant and v starts at zero, the weights come out the same. Here, as in PyTorch, v is made of "
    "gradients alone, and lr multiplies the whole step.",
)
def nesterov_with_lr_inside(w, dw, v, lr, momentum):
    v = momentum * v + lr * dw
    return w - (lr * dw + momentum * v), v


@mistake(
    nesterov_step,
    "v points downhill and has the learning rate inside",
    "Some books have v = momentum * v - lr * dw. Here v adds up gradients, and the step subtracts lr times all of it.",
)
def nesterov_downhill(w, dw, v, lr, momentum):
    v = momentum * v - lr * dw
    return w + momentum * v - lr * dw, v


@mistake(
    nesterov_step,
    "the learning rate multiplies the gradient only",
    "lr is for the whole step: lr * (dw + momentum * v).",
)
def nesterov_lr_on_gradient(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - lr * dw - momentum * v, v


@mistake(
    nesterov_step,
    "the velocity never slows down",
    "Momentum is needed twice: in v = momentum * v + dw, and once more in the step.",
)
def nesterov_without_friction(w, dw, v, lr, momentum):
    v = v + dw
    return w - lr * (dw + momentum * v), v


@mistake(nesterov_step, "the velocity does not change", "Return the new v as well: the next step goes on from it.")
def nesterov_returns_old_velocity(w, dw, v, lr, momentum):
    return nesterov_step(w, dw, v, lr, momentum)[0], v.copy()


@mistake(nesterov_step, "the step goes uphill", "Gradients point uphill: subtract lr * (dw + momentum * v).")
def nesterov_uphill(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w + lr * (dw + momentum * v), v


@mistake(nesterov_step, "the learning rate is left out", "The step is lr times (dw + momentum * v).")
def nesterov_without_lr(w, dw, v, lr, momentum):
    v = momentum * v + dw
    return w - (dw + momentum * v), v


@mistake(nesterov_step, "w and v have changed places", "The weights come first: return w, v.")
def nesterov_swapped(w, dw, v, lr, momentum):
    return nesterov_step(w, dw, v, lr, momentum)[::-1]


@mistake(nesterov_step, "w is changed in place", IN_PLACE)
def nesterov_in_place(w, dw, v, lr, momentum):
    w[:], v = nesterov_step(w, dw, v, lr, momentum)
    return w, v


@mistake(nesterov_step, "v is changed in place", IN_PLACE)
def nesterov_velocity_in_place(w, dw, v, lr, momentum):
    w, v[:] = nesterov_step(w, dw, v, lr, momentum)
    return w, v


@mistake(nesterov_step, "w and v are changed in place", IN_PLACE)
def nesterov_both_in_place(w, dw, v, lr, momentum):
    w[:], v[:] = nesterov_step(w, dw, v, lr, momentum)
    return w, v


@mistake(nesterov_step, "a float64 answer to float32 weights", IN_FLOAT64)
def nesterov_in_float64(w, dw, v, lr, momentum):
    return tuple(array.astype(np.float64) for array in nesterov_step(w, dw, v, lr, momentum))


# adam_step


def adam_moved(w, m, v, lr, eps, correct_m=1.0, correct_v=1.0):
    """w after a step by the means m and v, each divided by its correction."""
    with np.errstate(all="ignore"):
        return w - lr * np.divide(m, correct_m) / (np.sqrt(np.divide(v, correct_v)) + eps)


def corrections(t, beta1, beta2):
    return 1 - beta1**t, 1 - beta2**t


@mistake(
    adam_step,
    "the means are not corrected for their start at zero",
    "After few steps m and v are far too small. Divide m by 1 - beta1^t and v by 1 - beta2^t for the step.",
)
def adam_uncorrected(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps), m, v


@mistake(
    adam_step,
    "only m is corrected for its start at zero",
    "v started from zero as well: divide it by 1 - beta2^t before you take the root.",
)
def adam_v_uncorrected(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, correct_m=1 - beta1**t), m, v


@mistake(
    adam_step,
    "only v is corrected for its start at zero",
    "m started from zero as well: divide it by 1 - beta1^t.",
)
def adam_m_uncorrected(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, correct_v=1 - beta2**t), m, v


@mistake(
    adam_step,
    "t is counted from 0 and raised by 1",
    "t is 1 in the first step already: take it as it comes in.",
)
def adam_one_step_ahead(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, *corrections(t + 1, beta1, beta2)), m, v


@mistake(
    adam_step,
    "t is lowered by 1",
    "With t - 1 the first step divides by 1 - beta^0 = 0. t is 1 in the first step: take it as it comes in.",
)
def adam_one_step_behind(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, *corrections(t - 1, beta1, beta2)), m, v


@mistake(
    adam_step,
    "the correction multiplies beta by t",
    "It is beta to the power of t, which nears 0, so that the correction ends: `beta1**t`.",
)
def adam_beta_times_t(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, 1 - beta1 * t, 1 - beta2 * t), m, v


@mistake(
    adam_step,
    "the correction is the same in every step",
    "Divide by 1 - beta^t, not by 1 - beta: the longer the mean has run, the less there is to correct.",
)
def adam_constant_correction(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, 1 - beta1, 1 - beta2), m, v


@mistake(
    adam_step,
    "the correction multiplies",
    "The means are too small at first, and 1 - beta^t is below 1: dividing makes them larger.",
)
def adam_correction_multiplies(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    correct_m, correct_v = corrections(t, beta1, beta2)
    return adam_moved(w, m * correct_m, v * correct_v, lr, eps), m, v


@mistake(
    adam_step,
    "the corrections of m and v are exchanged",
    "m was made with beta1 and is corrected with beta1, v with beta2.",
)
def adam_corrections_exchanged(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta2, beta1)), m, v


@mistake(
    adam_step,
    "v is corrected after the root is taken",
    "Correct v first, then take the root: sqrt(v / (1 - beta2^t)).",
)
def adam_corrected_after_root(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    correct_m, correct_v = corrections(t, beta1, beta2)
    return w - lr * (m / correct_m) / (np.sqrt(v) / correct_v + eps), m, v


@mistake(
    adam_step,
    "eps is inside the root",
    "sqrt(v + eps) is larger than sqrt(v) + eps: eps = 1e-8 counts like 1e-4 there. Add it after the root.",
)
def adam_eps_inside(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    correct_m, correct_v = corrections(t, beta1, beta2)
    return w - lr * (m / correct_m) / np.sqrt(v / correct_v + eps), m, v


@mistake(
    adam_step,
    "eps is added to the root before the correction",
    "Some write both corrections as one factor in front, and then eps is scaled with it. Here, as in PyTorch, eps is "
    "added to the root of the corrected v.",
)
def adam_eps_before_correction(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    correct_m, correct_v = corrections(t, beta1, beta2)
    return w - lr * math.sqrt(correct_v) / correct_m * m / (np.sqrt(v) + eps), m, v


@mistake(
    adam_step,
    "eps is left out",
    "Where no gradient has come yet, v is 0, and 0/0 is not a number: add eps to the root.",
)
def adam_without_eps(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, 0.0, *corrections(t, beta1, beta2)), m, v


@mistake(adam_step, "beta1 and beta2 are exchanged", "beta1 belongs to m, the mean of dw; beta2 to v, that of dw².")
def adam_betas_exchanged(w, dw, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, dw, m, v, t, lr, beta2, beta1, eps)


@mistake(
    adam_step,
    "beta and 1 - beta are exchanged",
    "A beta of 0.9 keeps 0.9 of the mean and takes 0.1 of what is new.",
)
def adam_shares_exchanged(w, dw, m, v, t, lr, beta1, beta2, eps):
    adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    m, v = (1 - beta1) * m + beta1 * dw, (1 - beta2) * v + beta2 * dw**2
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta1, beta2)), m, v


@mistake(
    adam_step,
    "m is a sum, not a mean",
    "The gradient enters m with the factor 1 - beta1. (In plain momentum it enters whole.)",
)
def adam_m_as_sum(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, _, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    m = beta1 * m + dw
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta1, beta2)), m, v


@mistake(adam_step, "v is a sum, not a mean", "The squared gradient enters v with the factor 1 - beta2.")
def adam_v_as_sum(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, _ = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    v = beta2 * v + dw**2
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta1, beta2)), m, v


@mistake(
    adam_step,
    "v is made of the square of m",
    "v is the running mean of dw², the squared gradient itself.",
)
def adam_square_of_m(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, _ = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    v = beta2 * v + (1 - beta2) * m**2
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta1, beta2)), m, v


@mistake(adam_step, "the gradient is not squared in v", "v is the running mean of dw², entry by entry: never negative.")
def adam_not_squared(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, _ = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    v = beta2 * v + (1 - beta2) * dw
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta1, beta2)), m, v


@mistake(
    adam_step,
    "the root is left out",
    "v is of the size of dw². Its root is of the size of dw, so that their ratio has no unit and lr is a distance.",
)
def adam_without_root(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    correct_m, correct_v = corrections(t, beta1, beta2)
    return w - lr * (m / correct_m) / (v / correct_v + eps), m, v


@mistake(
    adam_step,
    "the step uses the gradient, not m",
    "That is RMSprop: no momentum. Above the line stands m, corrected for its start.",
)
def adam_as_rmsprop(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, dw, v, lr, eps, correct_v=1 - beta2**t), m, v


@mistake(
    adam_step,
    "the step uses the old means",
    "First m and v take in the new gradient, then w moves by these new ones.",
)
def adam_with_old_means(w, dw, m, v, t, lr, beta1, beta2, eps):
    _, new_m, new_v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta1, beta2)), new_m, new_v


@mistake(
    adam_step,
    "the corrected means come back",
    "The correction is for this step only. Return m and v as they are, or the next step corrects what is corrected.",
)
def adam_returns_corrected(w, dw, m, v, t, lr, beta1, beta2, eps):
    w, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    correct_m, correct_v = corrections(t, beta1, beta2)
    return w, m / w.dtype.type(correct_m), v / w.dtype.type(correct_v)


@mistake(adam_step, "the means do not change", "Return the new m and v as well: the next step goes on from them.")
def adam_returns_old_means(w, dw, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)[0], m.copy(), v.copy()


@mistake(adam_step, "m and v have changed places", "Return w, m, v: m is the mean of dw, v that of dw².")
def adam_means_swapped(w, dw, m, v, t, lr, beta1, beta2, eps):
    w, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return w, v, m


@mistake(adam_step, "the weights come last", "Return w, m, v: the weights come first.")
def adam_weights_last(w, dw, m, v, t, lr, beta1, beta2, eps):
    w, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return m, v, w


@mistake(adam_step, "the step goes uphill", "m points uphill, as gradients do: subtract the step.")
def adam_uphill(w, dw, m, v, t, lr, beta1, beta2, eps):
    moved, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return 2 * w - moved, m, v


@mistake(adam_step, "the learning rate is left out", "The ratio of m and the root of v is about 1: lr is the distance.")
def adam_without_lr(w, dw, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, dw, m, v, t, 1.0, beta1, beta2, eps)


@mistake(
    adam_step,
    "a penalty of 0.01 w is added to the gradient",
    "That is weight decay, which pulls the weights towards 0. It is not asked for here, and PyTorch's Adam has it off.",
)
def adam_with_l2(w, dw, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, dw + w.dtype.type(0.01) * w, m, v, t, lr, beta1, beta2, eps)


@mistake(
    adam_step,
    "the weights shrink by lr times 0.01",
    "That is the weight decay of AdamW. It is not asked for here: w moves by Adam's step alone.",
)
def adam_with_decay(w, dw, m, v, t, lr, beta1, beta2, eps):
    moved, m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return moved - w.dtype.type(0.01 * lr) * w, m, v


@mistake(
    adam_step,
    "a t of 0 is accepted",
    "At t = 0 the correction is 1 - beta^0 = 0, and dividing by it gives nan. Raise a ValueError when t is below 1.",
)
def adam_takes_zero(w, dw, m, v, t, lr, beta1, beta2, eps):
    if t >= 1:
        return adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    _, m, v = adam_step(w, dw, m, v, 1, lr, beta1, beta2, eps)
    return adam_moved(w, m, v, lr, eps, *corrections(t, beta1, beta2)), m, v


@mistake(adam_step, "w is changed in place", IN_PLACE)
def adam_in_place(w, dw, m, v, t, lr, beta1, beta2, eps):
    w[:], m, v = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return w, m, v


@mistake(adam_step, "m and v are changed in place", IN_PLACE)
def adam_means_in_place(w, dw, m, v, t, lr, beta1, beta2, eps):
    w, m[:], v[:] = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return w, m, v


@mistake(adam_step, "w, m and v are changed in place", IN_PLACE)
def adam_all_in_place(w, dw, m, v, t, lr, beta1, beta2, eps):
    w[:], m[:], v[:] = adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)
    return w, m, v


@mistake(adam_step, "a float64 answer to float32 weights", IN_FLOAT64)
def adam_in_float64(w, dw, m, v, t, lr, beta1, beta2, eps):
    return tuple(array.astype(np.float64) for array in adam_step(w, dw, m, v, t, lr, beta1, beta2, eps))


# clip_by_global_norm


def shortened(grads, norm, max_norm, added=1e-6):
    """The gradients as they would be clipped if this were their norm."""
    with np.errstate(all="ignore"):
        return [gradient * min(1.0, float(np.divide(max_norm, norm + added))) for gradient in grads]


def norm_of(grads):
    return clip_by_global_norm(grads, 1.0)[1]


@mistake(
    clip_by_global_norm,
    "every array is clipped by its own norm",
    "The norm is that of all arrays together, and all get the same factor: otherwise the direction changes.",
)
def clip_one_by_one(grads, max_norm):
    return [clip_by_global_norm([gradient], max_norm)[0][0] for gradient in grads], norm_of(grads)


@mistake(
    clip_by_global_norm,
    "every entry is clipped",
    "Cutting the entries at max_norm turns the direction. Multiply all of them by one factor.",
)
def clip_by_value(grads, max_norm):
    return [np.clip(gradient, -max_norm, max_norm) for gradient in grads], norm_of(grads)


@mistake(
    clip_by_global_norm,
    "short gradients are made longer",
    "The factor is at most 1: gradients that are short enough stay as they are.",
)
def clip_stretches(grads, max_norm):
    norm = norm_of(grads)
    return [gradient * (max_norm / (norm + 1e-6)) for gradient in grads], norm


@mistake(
    clip_by_global_norm,
    "the 1e-6 is left out",
    "As in PyTorch, the factor is max_norm / (norm + 1e-6): a norm of 0 does no harm then.",
)
def clip_without_the_small_number(grads, max_norm):
    norm = norm_of(grads)
    return shortened(grads, norm, max_norm, 0.0), norm


@mistake(
    clip_by_global_norm,
    "the norm comes back as it is after the clipping",
    "Return the norm that you measured first: it tells the caller how large the gradients were.",
)
def clip_norm_after(grads, max_norm):
    clipped, _ = clip_by_global_norm(grads, max_norm)
    return clipped, norm_of(clipped)


@mistake(
    clip_by_global_norm,
    "the root is left out of the norm",
    "The norm is the root of the sum of the squares.",
)
def clip_without_root(grads, max_norm):
    norm = norm_of(grads) ** 2
    return shortened(grads, norm, max_norm), norm


@mistake(
    clip_by_global_norm,
    "the norms of the arrays are added up",
    "Norms do not add, squares do: sum the squares of all entries of all arrays, and take the root once.",
)
def clip_sum_of_norms(grads, max_norm):
    norm = sum((norm_of([gradient]) for gradient in grads), 0.0)
    return shortened(grads, norm, max_norm), norm


@mistake(
    clip_by_global_norm,
    "the largest of the arrays' norms is taken",
    "All arrays together are one long vector: sum the squares of all its entries, and take the root.",
)
def clip_largest_norm(grads, max_norm):
    norm = max((norm_of([gradient]) for gradient in grads), default=0.0)
    return shortened(grads, norm, max_norm), norm


@mistake(
    clip_by_global_norm,
    "the sizes of the entries are added up",
    "That is another norm (L1). Sum the squares, and take the root.",
)
def clip_by_sizes(grads, max_norm):
    norm = float(sum(np.abs(gradient).sum() for gradient in grads))
    return shortened(grads, norm, max_norm), norm


@mistake(
    clip_by_global_norm,
    "the largest entry is taken for the norm",
    "That is another norm (infinity). Sum the squares of all entries, and take the root.",
)
def clip_by_largest_entry(grads, max_norm):
    norm = float(max((np.abs(gradient).max() for gradient in grads), default=0.0))
    return shortened(grads, norm, max_norm), norm


@mistake(
    clip_by_global_norm,
    "the squares are averaged",
    "Sum the squares, do not take their mean: the norm is the length of one long vector.",
)
def clip_root_mean_square(grads, max_norm):
    entries = max(sum(gradient.size for gradient in grads), 1)
    norm = norm_of(grads) / math.sqrt(entries)
    return shortened(grads, norm, max_norm), norm


@mistake(
    clip_by_global_norm,
    "nothing is clipped",
    "Multiply every array by the smaller of 1 and max_norm / (norm + 1e-6).",
)
def clip_measures_only(grads, max_norm):
    return [gradient.copy() for gradient in grads], norm_of(grads)


@mistake(
    clip_by_global_norm,
    "all arrays have become one",
    "Joining them helps to find the norm; what comes back is a list of arrays in their own shapes.",
)
def clip_joined(grads, max_norm):
    clipped, norm = clip_by_global_norm(grads, max_norm)
    return np.concatenate([gradient.ravel() for gradient in clipped] or [np.zeros(0)]), norm


@mistake(clip_by_global_norm, "the norm comes first", "Return the list of gradients, then the norm.")
def clip_swapped(grads, max_norm):
    return clip_by_global_norm(grads, max_norm)[::-1]


@mistake(clip_by_global_norm, "the norm is kept to itself", "Return both: the list of gradients, and the norm.")
def clip_without_norm(grads, max_norm):
    return clip_by_global_norm(grads, max_norm)[0]


@mistake(clip_by_global_norm, "the gradients are changed in place", IN_PLACE.replace("w = w - ...", "g = g * ..."))
def clip_in_place(grads, max_norm):
    clipped, norm = clip_by_global_norm(grads, max_norm)
    for gradient, short in zip(grads, clipped, strict=True):
        gradient[:] = short
    return grads, norm


# minibatches


def cut(order, batch_size):
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


@mistake(
    minibatches,
    "the shorter last batch is dropped",
    "The examples that are left over belong to the epoch, too: keep them as a last, shorter batch.",
)
def drops_the_last(n, batch_size, seed):
    return minibatches(n, batch_size, seed)[: n // batch_size]


@mistake(
    minibatches,
    "batch_size is taken for the number of batches",
    "batch_size is how many examples a batch holds. np.array_split wants to know how many pieces there are.",
)
def batch_size_many(n, batch_size, seed):
    return np.array_split(np.concatenate(minibatches(n, batch_size, seed)), batch_size)


@mistake(
    minibatches,
    "the batches are evened out",
    "All batches but the last have exactly batch_size examples. np.array_split makes pieces of nearly equal size.",
)
def evened_out(n, batch_size, seed):
    batches = minibatches(n, batch_size, seed)
    return np.array_split(np.concatenate(batches), len(batches))


@mistake(
    minibatches,
    "the last batch is filled up with other examples",
    "An example that comes twice in an epoch counts twice. Keep the last batch short.",
)
def filled_up(n, batch_size, seed):
    order = np.concatenate(minibatches(n, batch_size, seed))
    batches = cut(order, batch_size)
    batches[-1] = np.resize(np.concatenate([batches[-1], order]), batch_size)
    return batches


@mistake(
    minibatches,
    "the indices are not shuffled",
    "In the order of the data, neighbours are often alike, and every epoch is the same: shuffle, then cut.",
)
def not_shuffled(n, batch_size, seed):
    return cut(np.arange(n), batch_size)


@mistake(
    minibatches,
    "the seed is ignored",
    "A generator with a fixed seed makes every epoch the same: default_rng(seed), with the seed that came in.",
)
def fixed_seed(n, batch_size, seed):
    return minibatches(n, batch_size, 0)


@mistake(
    minibatches,
    "the global random state is touched",
    "np.random.seed changes what everybody else draws. Make a generator of your own: np.random.default_rng(seed).",
)
def global_state(n, batch_size, seed):
    np.random.seed(seed)
    return cut(np.random.permutation(n), batch_size)


@mistake(
    minibatches,
    "indices are drawn with replacement",
    "So some come twice and some never. A permutation has each exactly once.",
)
def with_replacement(n, batch_size, seed):
    return cut(np.random.default_rng(seed).integers(n, size=n), batch_size)


@mistake(
    minibatches,
    "every batch is drawn from all examples again",
    "Within an epoch each index comes once: shuffle all of them once, then cut.",
)
def drawn_again(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    return [rng.choice(n, len(batch), replace=False) for batch in cut(np.arange(n), batch_size)]


@mistake(
    minibatches,
    "every batch is the same",
    "A generator made anew inside of the loop starts over each time. Make it once, before the loop.",
)
def always_the_first(n, batch_size, seed):
    return [np.random.default_rng(seed).permutation(n)[: len(batch)] for batch in cut(np.arange(n), batch_size)]


@mistake(
    minibatches,
    "only the batches are shuffled",
    "Neighbours would share a batch in every epoch. Shuffle the indices, then cut.",
)
def batches_shuffled(n, batch_size, seed):
    batches = cut(np.arange(n), batch_size)
    whole = n // batch_size
    return [batches[i] for i in np.random.default_rng(seed).permutation(whole)] + batches[whole:]


@mistake(
    minibatches,
    "the indices are shuffled inside of their batch only",
    "Every batch then has the same examples in every epoch. Shuffle all indices first, then cut.",
)
def shuffled_inside(n, batch_size, seed):
    rng = np.random.default_rng(seed)
    return [rng.permutation(batch) for batch in cut(np.arange(n), batch_size)]


@mistake(minibatches, "the indices are counted from 1", "The first example is x[0]: the indices go from 0 to n - 1.")
def counted_from_one(n, batch_size, seed):
    return [batch + 1 for batch in minibatches(n, batch_size, seed)]


@mistake(
    minibatches,
    "every batch lacks its last index",
    "A slice leaves its end out by itself: order[start : start + batch_size].",
)
def one_short(n, batch_size, seed):
    order = np.concatenate(minibatches(n, batch_size, seed))
    return [order[start : start + batch_size - 1] for start in range(0, n, batch_size)]


@mistake(
    minibatches,
    "the batches overlap",
    "The next batch starts where the last one ended: count the start up by batch_size, not by 1.",
)
def overlapping(n, batch_size, seed):
    order = np.concatenate(minibatches(n, batch_size, seed))
    return [order[start : start + batch_size] for start in range(n)]


@mistake(
    minibatches,
    "the indices are not cut into batches",
    "Return a list with an array for every batch: pieces of batch_size indices.",
)
def uncut(n, batch_size, seed):
    return np.concatenate(minibatches(n, batch_size, seed))


@mistake(
    minibatches,
    "the batches are lists",
    "x[batch] wants an index array: give each batch as a NumPy array of whole numbers.",
)
def lists(n, batch_size, seed):
    return [batch.tolist() for batch in minibatches(n, batch_size, seed)]


@mistake(
    minibatches,
    "the indices are floats",
    "np.zeros and np.empty make floats, which cannot be indices: dtype=int.",
)
def floats(n, batch_size, seed):
    return [batch.astype(float) for batch in minibatches(n, batch_size, seed)]


# step_decay


@mistake(
    step_decay,
    "the learning rate falls a little in every epoch",
    "It stays the same for `every` epochs, then drops: the exponent is rounded down, epoch // every.",
)
def smooth(lr, epoch, drop, every):
    return lr * drop ** (epoch / every)


@mistake(
    step_decay,
    "the learning rate drops in every epoch",
    "The exponent counts the drops so far, epoch // every, and not the epochs.",
)
def drops_always(lr, epoch, drop, every):
    return lr * drop**epoch


@mistake(
    step_decay,
    "the drop is multiplied by the number of drops",
    "Each drop multiplies once more: drop to the power of epoch // every.",
)
def multiplied(lr, epoch, drop, every):
    return lr * drop * (epoch // every)


@mistake(
    step_decay,
    "the learning rate drops once only",
    "It drops again after every `every` epochs: drop to the power of epoch // every.",
)
def drops_once(lr, epoch, drop, every):
    return lr * drop if epoch >= every else lr


@mistake(
    step_decay,
    "the learning rate drops for single epochs",
    "The drop stays: the number of drops so far is epoch // every, and not whether epoch % every is 0.",
)
def drops_and_recovers(lr, epoch, drop, every):
    return lr * drop if epoch % every == 0 and epoch > 0 else lr


@mistake(step_decay, "the epochs are counted from 1", "The first epoch is 0: the exponent is epoch // every.")
def epochs_from_one(lr, epoch, drop, every):
    return lr * drop ** ((epoch + 1) // every)


@mistake(
    step_decay,
    "the drop comes one epoch late",
    "Epoch 0 is the first, so after `every` epochs comes epoch number `every`: the exponent is epoch // every.",
)
def one_epoch_late(lr, epoch, drop, every):
    return lr * drop ** (max(epoch - 1, 0) // every)


@mistake(
    step_decay, "the exponent is rounded to the nearest", "Round down: //. A drop comes when `every` epochs are full."
)
def rounded(lr, epoch, drop, every):
    return lr * drop ** round(epoch / every)


@mistake(
    step_decay,
    "drop is what is taken away",
    "drop is what the learning rate is multiplied with: a drop of 0.1 leaves a tenth.",
)
def taken_away(lr, epoch, drop, every):
    return lr * (1 - drop) ** (epoch // every)


@mistake(step_decay, "the learning rate grows", "Multiply by drop, do not divide: drop is below 1.")
def grows(lr, epoch, drop, every):
    return lr / drop ** (epoch // every)


@mistake(
    step_decay,
    "the learning rate falls by equal amounts",
    "Each drop multiplies what is left; subtracting would end below 0.",
)
def linear_drops(lr, epoch, drop, every):
    return lr - lr * (1 - drop) * (epoch // every)


@mistake(step_decay, "the factor comes back, not the learning rate", "Multiply by lr.")
def factor_alone(lr, epoch, drop, every):
    return drop ** (epoch // every)


# cosine_decay


@mistake(
    cosine_decay,
    "the learning rate rises again after the end",
    "A cosine comes back up. After `total` steps the learning rate stays 0.",
)
def rises_again(lr, step, total):
    return lr / 2 * (1 + math.cos(math.pi * step / total))


@mistake(
    cosine_decay,
    "the learning rate stays where it was after the end",
    "At step `total` it is 0, and there it stays.",
)
def stays_above_zero(lr, step, total):
    return cosine_decay(lr, min(step, total - 1), total)


@mistake(
    cosine_decay,
    "the learning rate becomes negative",
    "A cosine goes from 1 to -1. Add 1 and halve it, so that it goes from 1 to 0.",
)
def from_one_to_minus_one(lr, step, total):
    return lr * math.cos(math.pi * step / total) if step < total else 0.0


@mistake(cosine_decay, "the learning rate starts at twice lr", "1 + cos goes from 2 to 0: halve it.")
def not_halved(lr, step, total):
    return 2 * cosine_decay(lr, step, total)


@mistake(
    cosine_decay,
    "only a quarter of a period is used",
    "cos(pi/2 * step/total) goes from 1 to 0 as well, but steeply at the end. Half a period, pi, ends gently.",
)
def quarter_period(lr, step, total):
    return lr * math.cos(math.pi / 2 * step / total) if step < total else 0.0


@mistake(
    cosine_decay,
    "a whole period is used",
    "After 2 pi the cosine is back at 1. From lr to 0 is half a period, pi.",
)
def whole_period(lr, step, total):
    return lr / 2 * (1 + math.cos(2 * math.pi * step / total)) if step < total else 0.0


@mistake(cosine_decay, "pi is missing", "cos takes radians: half a period is pi.")
def without_pi(lr, step, total):
    return lr / 2 * (1 + math.cos(step / total)) if step < total else 0.0


@mistake(cosine_decay, "the angle is in degrees", "np.cos and math.cos take radians: pi, not 180.")
def degrees(lr, step, total):
    return lr / 2 * (1 + math.cos(180 * step / total)) if step < total else 0.0


@mistake(cosine_decay, "the learning rate rises from 0", "1 - cos begins at 0. It is 1 + cos, which begins at 2.")
def upside_down(lr, step, total):
    return lr / 2 * (1 - math.cos(math.pi * step / total)) if step < total else 0.0


@mistake(
    cosine_decay, "the learning rate falls along a straight line", "Bend it: lr / 2 * (1 + cos(pi * step / total))."
)
def straight(lr, step, total):
    return lr * max(0.0, 1 - step / total)


@mistake(
    cosine_decay,
    "a sine is used",
    "A sine starts at 0 and has its top in the middle. The cosine starts at its top.",
)
def sine(lr, step, total):
    return lr / 2 * (1 + math.sin(math.pi * step / total)) if step < total else 0.0


@mistake(
    cosine_decay,
    "the end comes one step early",
    "Step 0 is the first, and the learning rate is 0 at step `total`: divide by total, not by total - 1.",
)
def one_step_early(lr, step, total):
    return cosine_decay(lr, step, total - 1)


@mistake(cosine_decay, "the steps are counted from 1", "The first step is 0, and its learning rate is lr itself.")
def steps_from_one(lr, step, total):
    return cosine_decay(lr, step + 1, total)


@mistake(
    cosine_decay,
    "the division has lost its fraction",
    "step // total is 0 until the end: the progress is a fraction, step / total.",
)
def whole_division(lr, step, total):
    return lr if step < total else 0.0
