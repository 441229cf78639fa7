"""Wrong answers that students really give, each with its name and a sentence that helps."""

import numpy as np

from autograder import mistake

from .linear import (
    fit_school_weights,
    linear_backward,
    linear_forward,
    softmax_weights_backward,
    softmax_weights_forward,
)

# linear_forward


@mistake(linear_forward, "the bias is left out", "Every output has a bias of its own: add b[m] to column m of out.")
def no_bias(x, w, b):
    out, cache = linear_forward(x, w, b)
    return out - b, cache


@mistake(
    linear_forward,
    "the bias follows the rows",
    "b has one entry per output, so it runs along the columns: row n of out gets the whole of b, not b[n].",
)
def bias_down_the_rows(x, w, b):
    return x @ w + b[:, np.newaxis], (x, w)


@mistake(
    linear_forward,
    "the bias is added once per feature",
    "Sum over the D features first, then add b[m] once: the bias stands outside the sum.",
)
def bias_inside_the_sum(x, w, b):
    return x @ w + x.shape[1] * b, (x, w)


@mistake(
    linear_forward,
    "x and w are multiplied entry by entry",
    "`*` multiplies entry by entry; the matrix product is `@`, which takes (N, D) and (D, M) to (N, M).",
)
def product_of_entries(x, w, b):
    linear_forward(x, w, b)  # refuses what is to be refused
    return x * w + b, (x, w)


@mistake(
    linear_forward,
    "w is transposed",
    "w has shape (D, M), so (N, D) times (D, M) fits as it is. Only PyTorch's nn.Linear stores (M, D).",
)
def transposed_weights(x, w, b):
    return x @ w.T + b, (x, w)


@mistake(
    linear_forward,
    "out is transposed",
    "One example per row, in and out: out has shape (N, M), and out[n, m] belongs to example n.",
)
def transposed_out(x, w, b):
    out, cache = linear_forward(x, w, b)
    return out.T, cache


@mistake(
    linear_forward,
    "an output keeps only its last feature",
    "The products of all D features are added up; each must not replace the one before.",
)
def last_feature_only(x, w, b):
    return x[:, -1:] * w[-1] + b, (x, w)


@mistake(
    linear_forward,
    "the running sum is never set back to zero",
    "Each entry of out is a sum of its own: start from zero again for every n and every m.",
)
def running_sum(x, w, b):
    out, cache = linear_forward(x, w, np.zeros_like(b))
    return np.cumsum(out).reshape(out.shape) + b, cache


@mistake(
    linear_forward,
    "negative outputs are set to zero",
    "That is a ReLU, an activation that may come after the layer. The layer itself is only x @ w + b.",
)
def with_relu(x, w, b):
    out, cache = linear_forward(x, w, b)
    return np.maximum(out, 0), cache


@mistake(
    linear_forward,
    "an empty batch is accepted",
    "When x has no rows, raise a ValueError that says so: left alone it fails later, far from its cause.",
)
def empty_batch_accepted(x, w, b):
    return x @ w + b, (x, w)


@mistake(
    linear_forward,
    "a float64 answer to float32 numbers",
    "np.zeros and np.empty make float64 unless told otherwise: give the array you fill the dtype of x.",
)
def forward_in_float64(x, w, b):
    out, cache = linear_forward(x, w, b)
    return out.astype(np.float64), cache


# linear_backward


@mistake(
    linear_backward,
    "db is averaged over the batch",
    "All rows share b, so what they ask of it adds up. Where an average is wanted, dout carries its 1/N already.",
)
def mean_db(dout, cache):
    dx, dw, _ = linear_backward(dout, cache)
    return dx, dw, dout.mean(axis=0)


@mistake(
    linear_backward,
    "db is not summed over the batch",
    "b has shape (M,), so db has too: all N rows share b, add up what each of them asks of it.",
)
def unsummed_db(dout, cache):
    dx, dw, _ = linear_backward(dout, cache)
    return dx, dw, dout.copy()


@mistake(
    linear_backward,
    "db is summed over the outputs",
    "Each output keeps its own bias: db[m] adds over the rows n (axis 0), never over m.",
)
def db_over_outputs(dout, cache):
    dx, dw, _ = linear_backward(dout, cache)
    return dx, dw, dout.sum(axis=1)


@mistake(
    linear_backward,
    "db is summed over everything",
    "There are M biases, so db has M entries: sum over the rows only.",
)
def db_over_everything(dout, cache):
    dx, dw, _ = linear_backward(dout, cache)
    return dx, dw, dout.sum()


@mistake(
    linear_backward,
    "db keeps an axis of length 1",
    "A gradient has exactly the shape of what it belongs to: b is (M,), so db is (M,), not (1, M).",
)
def db_with_an_axis(dout, cache):
    dx, dw, db = linear_backward(dout, cache)
    return dx, dw, db[np.newaxis]


@mistake(
    linear_backward,
    "db leaves dout out",
    "The derivative of out with respect to b is 1, and the chain rule multiplies it by dout before it is summed.",
)
def db_without_dout(dout, cache):
    dx, dw, db = linear_backward(dout, cache)
    return dx, dw, np.full_like(db, len(dout))


@mistake(
    linear_backward,
    "db comes from the last row only",
    "Add to db in every row: an assignment forgets the rows before.",
)
def db_of_the_last_row(dout, cache):
    dx, dw, _ = linear_backward(dout, cache)
    return dx, dw, dout[-1].copy()


@mistake(
    linear_backward,
    "dw is averaged over the batch",
    "All rows share w, so what they ask of it adds up. Where an average is wanted, dout carries its 1/N already.",
)
def mean_dw(dout, cache):
    dx, dw, db = linear_backward(dout, cache)
    return dx, dw / len(dout), db


@mistake(
    linear_backward,
    "dw is transposed",
    "dw has the shape of w, (D, M): dw[d, m] pairs feature d of x with output m of dout.",
)
def transposed_dw(dout, cache):
    dx, dw, db = linear_backward(dout, cache)
    return dx, dw.T, db


@mistake(
    linear_backward,
    "dw sums x and dout apart",
    "Multiply within each row first, x[n, d] * dout[n, m], then add over the rows: a product of sums mixes the rows.",
)
def product_of_sums(dout, cache):
    dx, _, db = linear_backward(dout, cache)
    return dx, np.outer(cache[0].sum(axis=0), dout.sum(axis=0)), db


@mistake(
    linear_backward,
    "dw leaves dout out",
    "The derivative of out[n, m] with respect to w[d, m] is x[n, d]; the chain rule multiplies it by dout[n, m].",
)
def dw_without_dout(dout, cache):
    dx, _, db = linear_backward(dout, cache)
    return dx, cache[0].T @ np.ones_like(dout), db


@mistake(
    linear_backward,
    "dw comes from the last row only",
    "Every row uses w: add what each row gives to dw, instead of replacing what is there.",
)
def dw_of_the_last_row(dout, cache):
    dx, _, db = linear_backward(dout, cache)
    return dx, np.outer(cache[0][-1], dout[-1]), db


@mistake(
    linear_backward,
    "dx uses w without transposing it",
    "dout is (N, M) and dx is (N, D), so w has to enter as (M, D): it is turned around on the way back.",
)
def dx_without_transposing(dout, cache):
    _, dw, db = linear_backward(dout, cache)
    return dout @ cache[1], dw, db


@mistake(
    linear_backward,
    "dx multiplies dout and w entry by entry",
    "`*` multiplies entry by entry. The matrix product, which adds over the M outputs, is `@`.",
)
def dx_of_entries(dout, cache):
    _, dw, db = linear_backward(dout, cache)
    return dout * cache[1].T, dw, db


@mistake(
    linear_backward,
    "dw multiplies x and dout entry by entry",
    "`*` multiplies entry by entry. The matrix product, which adds over the N rows, is `@`.",
)
def dw_of_entries(dout, cache):
    dx, _, db = linear_backward(dout, cache)
    return dx, cache[0].T * dout, db


@mistake(
    linear_backward,
    "dx and dw multiply entry by entry",
    "`*` multiplies entry by entry. The matrix product is `@`: it adds over the M outputs for dx, over the N rows for "
    "dw.",
)
def both_of_entries(dout, cache):
    x, w = cache
    return dout * w.T, x.T * dout, dout.sum(axis=0)


@mistake(
    linear_backward,
    "dx is transposed",
    "dx has the shape of x, (N, D): one row per example.",
)
def transposed_dx(dout, cache):
    dx, dw, db = linear_backward(dout, cache)
    return dx.T, dw, db


@mistake(
    linear_backward,
    "dx leaves dout out",
    "The derivative of out[n, m] with respect to x[n, d] is w[d, m]; the chain rule multiplies it by dout[n, m].",
)
def dx_without_dout(dout, cache):
    _, dw, db = linear_backward(dout, cache)
    return np.ones_like(dout) @ cache[1].T, dw, db


@mistake(
    linear_backward,
    "dx hears the last output only",
    "x[n, d] reaches all M outputs: add over m what each of them sends back.",
)
def dx_of_the_last_output(dout, cache):
    _, dw, db = linear_backward(dout, cache)
    return np.outer(dout[:, -1], cache[1][:, -1]), dw, db


@mistake(
    linear_backward,
    "dx and dw have changed places",
    "Gradients come back in the order of the forward's arguments: dx, dw, db.",
)
def swapped(dout, cache):
    dx, dw, db = linear_backward(dout, cache)
    return dw, dx, db


@mistake(
    linear_backward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: np.zeros_like(w) takes dtype and shape from w.",
)
def backward_in_float64(dout, cache):
    return tuple(gradient.astype(np.float64) for gradient in linear_backward(dout, cache))


# softmax_weights_forward


def kept(weights):
    """A forward's two results, with the cache the reference would keep."""
    return weights, weights.copy()


@mistake(
    softmax_weights_forward,
    "large scores overflow",
    "exp(1000) is infinite, and all of exp(-1000) is 0. Subtract the largest score first: no weight changes.",
)
def unshifted(v):
    with np.errstate(all="ignore"):
        return kept(np.exp(v) / np.exp(v).sum())


@mistake(
    softmax_weights_forward,
    "the largest absolute value is subtracted",
    "If all scores are near -1000, subtracting 1000 makes them smaller still. Subtract max(v), which may be negative.",
)
def shifted_by_absolute_value(v):
    with np.errstate(all="ignore"):
        e = np.exp(v - np.abs(v).max())
        return kept(e / e.sum())


@mistake(
    softmax_weights_forward,
    "the mean is subtracted instead of the maximum",
    "Any shift is right on paper, but only the maximum makes sure that no exponential is larger than 1.",
)
def shifted_by_mean(v):
    with np.errstate(all="ignore"):
        e = np.exp(v - v.mean())
        return kept(e / e.sum())


@mistake(
    softmax_weights_forward,
    "scores are clipped",
    "Clipping makes different large scores equal. Subtract the largest score instead: their distances stay.",
)
def clipped(v):
    e = np.exp(np.clip(v, -500, 500))
    return kept(e / e.sum())


@mistake(
    softmax_weights_forward,
    "the exponential is missing",
    "Scores may be negative or zero, weights may not: take exp of each score before you divide by the sum.",
)
def without_exponential(v):
    with np.errstate(all="ignore"):
        return kept(v / v.sum())


@mistake(
    softmax_weights_forward,
    "the weights do not sum to 1",
    "Divide every exponential by the sum of all of them.",
)
def not_normalised(v):
    return kept(np.exp(v - v.max()))


@mistake(
    softmax_weights_forward,
    "each score goes through a sigmoid",
    "A sigmoid looks at one score at a time. Here the K weights share a total of 1, so each depends on all scores.",
)
def sigmoids(v):
    return kept(0.5 * (1 + np.tanh(v / 2)))


@mistake(
    softmax_weights_forward,
    "the largest score gets the smallest weight",
    "A larger score is to have a larger weight: exp(v), not exp(-v).",
)
def sign_of_the_scores(v):
    return kept(softmax_weights_forward(-v)[0])


@mistake(
    softmax_weights_forward,
    "the logarithms of the weights come back",
    "That is log-softmax. Take its exponential to have the weights.",
)
def log_softmax(v):
    shifted = v - v.max()
    return kept(shifted - np.log(np.exp(shifted).sum()))


@mistake(
    softmax_weights_forward,
    "v is changed",
    "`v -= ...` writes into the caller's array. `v = v - ...` makes a new one.",
)
def in_place(v):
    v -= v.max()
    return kept(np.exp(v) / np.exp(v).sum())


@mistake(
    softmax_weights_forward,
    "a float64 answer to float32 numbers",
    "np.zeros and np.empty make float64 unless told otherwise: give the array you fill the dtype of v.",
)
def weights_in_float64(v):
    return kept(softmax_weights_forward(v)[0].astype(np.float64))


# softmax_weights_backward: the reference's cache is the weights


@mistake(
    softmax_weights_backward,
    "the other weights are left out",
    "A score moves all K weights, since they share a total of 1. That 1 - weights[k] is only the part where j is k.",
)
def diagonal_only(dweights, weights):
    return weights * (1 - weights) * dweights


@mistake(
    softmax_weights_backward,
    "the sum over all weights is left out",
    "weights * dweights is the derivative of exp alone. The denominator depends on v too: subtract what it takes away.",
)
def without_the_denominator(dweights, weights):
    return weights * dweights


@mistake(
    softmax_weights_backward,
    "the other weights are pushed the wrong way",
    "When v[k] rises, every other weight falls: the derivative of weights[j] is -weights[j] * weights[k].",
)
def off_diagonal_sign(dweights, weights):
    return weights * (dweights + weights @ dweights - 2 * weights * dweights)


@mistake(
    softmax_weights_backward,
    "a plain mean of dweights is subtracted",
    "What is subtracted is an average of dweights in which entry j counts weights[j], not 1/K.",
)
def plain_mean(dweights, weights):
    return weights * (dweights - dweights.mean())


@mistake(
    softmax_weights_backward,
    "a plain sum of dweights is subtracted",
    "In the sum that is subtracted, each dweights[j] is multiplied by its weights[j].",
)
def plain_sum(dweights, weights):
    return weights * (dweights - dweights.sum())


@mistake(
    softmax_weights_backward,
    "the factor weights[k] in front is left out",
    "After subtracting the weighted average, multiply by weights[k]: a weight near 0 hardly moves.",
)
def without_the_factor(dweights, weights):
    return dweights - weights @ dweights


@mistake(
    softmax_weights_backward,
    "the difference is the wrong way round",
    "It is dweights[k] minus the weighted average: where weights[k] harms more than the average, dv[k] is positive.",
)
def sign_of_dv(dweights, weights):
    return weights * (weights @ dweights - dweights)


@mistake(
    softmax_weights_backward,
    "the gradient that came in is left out",
    "The derivative of the softmax has to be multiplied by dweights, and summed over all the weights j.",
)
def without_dweights(dweights, weights):
    return weights * (1 - weights)


@mistake(
    softmax_weights_backward,
    "the derivatives are summed too early",
    "The K weights sum to 1 always, so that sum is 0. Multiply each derivative by its dweights[j] first, then add.",
)
def summed_too_early(dweights, weights):
    return (np.diag(weights) - np.outer(weights, weights)).sum(axis=0) * dweights


@mistake(
    softmax_weights_backward,
    "dv has a row and a column",
    "The table of all derivatives has shape (K, K). Multiply it by dweights and sum: dv has the shape of v, (K,).",
)
def jacobian(dweights, weights):
    return np.diag(weights) - np.outer(weights, weights)


@mistake(
    softmax_weights_backward,
    "the shortcut of cross-entropy is used",
    "`weights - target` holds only where cross-entropy follows. Here any loss may follow: dweights speaks for it.",
)
def cross_entropy_shortcut(dweights, weights):
    return weights - dweights


@mistake(
    softmax_weights_backward,
    "the gradient that came in is changed",
    "`dweights -= ...` writes into the caller's array. Make a new array.",
)
def dweights_in_place(dweights, weights):
    dweights -= weights @ dweights
    return weights * dweights


@mistake(
    softmax_weights_backward,
    "a float64 answer to float32 numbers",
    "np.zeros and np.empty make float64 unless told otherwise: give the array you fill the dtype of v.",
)
def dv_in_float64(dweights, weights):
    return softmax_weights_backward(dweights, weights).astype(np.float64)


# fit_school_weights


def softmax(v):
    e = np.exp(v - v.max())
    return e / e.sum()


def gradient_of_the_loss(x, y, w):
    """The gradient of mean((x @ w - y)**2) with respect to w."""
    return 2 / len(y) * x.T @ (x @ w - y)


def refuse_no_students(x):
    if len(x) == 0:
        raise ValueError("there are no students")


def descend(x, y, lr, steps, dv):
    """Gradient descent on v as asked, with `dv(x, y, v)` for the gradient."""
    refuse_no_students(x)
    v = np.zeros(x.shape[1], x.dtype)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            v = v - lr * dv(x, y, v)
        return softmax(v)


@mistake(
    fit_school_weights,
    "the gradient stops at the weights",
    "You step along the gradient with respect to w, but it is v that moves: take dw back through the softmax first.",
)
def without_softmax_backward(x, y, lr, steps):
    return descend(x, y, lr, steps, lambda x, y, v: gradient_of_the_loss(x, y, softmax(v)))


@mistake(
    fit_school_weights,
    "the softmax is differentiated one weight at a time",
    "dv[k] is not only w[k] * (1 - w[k]) * dw[k]: a score moves all the weights.",
)
def diagonal_descent(x, y, lr, steps):
    def dv(x, y, v):
        w = softmax(v)
        return w * (1 - w) * gradient_of_the_loss(x, y, w)

    return descend(x, y, lr, steps, dv)


def dv_for(x, y, v, factor):
    w = softmax(v)
    return factor * softmax_weights_backward(gradient_of_the_loss(x, y, w), w)


@mistake(
    fit_school_weights,
    "the loss is summed over the students",
    "The loss is the mean of the squares: divide by N, or a larger class takes larger steps.",
)
def summed_loss(x, y, lr, steps):
    return descend(x, y, lr, steps, lambda x, y, v: dv_for(x, y, v, len(y)))


@mistake(
    fit_school_weights,
    "the 2 from the square is missing",
    "The derivative of e**2 is 2 * e. The loss here has no factor 1/2 that would cancel it.",
)
def missing_two(x, y, lr, steps):
    return descend(x, y, lr, steps, lambda x, y, v: dv_for(x, y, v, 0.5))


@mistake(
    fit_school_weights,
    "the mean is taken over the subjects",
    "The loss averages over the N students, so divide by N, the length of y, and not by K.",
)
def mean_over_subjects(x, y, lr, steps):
    return descend(x, y, lr, steps, lambda x, y, v: dv_for(x, y, v, len(y) / len(v)))


@mistake(
    fit_school_weights,
    "the steps go uphill",
    "The gradient points to where the loss grows. Subtract lr times it; and the error is prediction minus y.",
)
def uphill(x, y, lr, steps):
    return descend(x, y, lr, steps, lambda x, y, v: dv_for(x, y, v, -1))


@mistake(
    fit_school_weights,
    "the gradient is that of the absolute error",
    "The loss squares the error, so its derivative is 2 * error, large when the error is large; not the sign alone.",
)
def absolute_error(x, y, lr, steps):
    def dv(x, y, v):
        w = softmax(v)
        return softmax_weights_backward(x.T @ np.sign(x @ w - y) / len(y), w)

    return descend(x, y, lr, steps, dv)


@mistake(
    fit_school_weights,
    "the prediction uses v instead of the weights",
    "v are scores, not weights: the prediction is x @ w with w = softmax(v).",
)
def prediction_from_scores(x, y, lr, steps):
    return descend(x, y, lr, steps, lambda x, y, v: softmax_weights_backward(gradient_of_the_loss(x, y, v), softmax(v)))


@mistake(
    fit_school_weights,
    "the last step is not in the weights",
    "v has moved since w was computed: take the softmax once more after the last step. Or the loop takes one step too "
    "few.",
)
def stale_weights(x, y, lr, steps):
    return fit_school_weights(x, y, lr, max(steps - 1, 0))


@mistake(
    fit_school_weights,
    "one step too many",
    "Take exactly `steps` steps; with 0 steps v is still 0.",
)
def one_step_too_many(x, y, lr, steps):
    return fit_school_weights(x, y, lr, steps + 1)


@mistake(
    fit_school_weights,
    "the scores come back instead of the weights",
    "Return softmax(v): the weights are what the school uses, and they sum to 1.",
)
def returns_scores(x, y, lr, steps):
    refuse_no_students(x)
    v = np.zeros(x.shape[1], x.dtype)
    for _ in range(steps):
        v -= lr * dv_for(x, y, v, 1)
    return v


@mistake(
    fit_school_weights,
    "a step is taken after every student",
    "A step uses all students: add up the whole gradient first, then move v once.",
)
def one_student_at_a_time(x, y, lr, steps):
    refuse_no_students(x)
    v = np.zeros(x.shape[1], x.dtype)
    for _ in range(steps):
        for n in range(len(x)):
            v = v - lr * dv_for(x[n : n + 1], y[n : n + 1], v, 1)
    return softmax(v)


@mistake(
    fit_school_weights,
    "the weights are moved directly",
    "Descend on v and let w = softmax(v): weights moved on their own do not stay positive, nor do they sum to 1.",
)
def without_softmax(x, y, lr, steps):
    refuse_no_students(x)
    w = np.full(x.shape[1], 1 / x.shape[1], x.dtype)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            w = w - lr * gradient_of_the_loss(x, y, w)
    return w


@mistake(
    fit_school_weights,
    "the softmax is taken of the weights again and again",
    "Keep v and w apart: the step is taken on v, and w is computed anew from v each time.",
)
def softmax_of_softmax(x, y, lr, steps):
    refuse_no_students(x)
    v = np.zeros(x.shape[1], x.dtype)
    for _ in range(steps):
        w = softmax(v)
        v = w - lr * softmax_weights_backward(gradient_of_the_loss(x, y, w), w)
    return softmax(v)


@mistake(
    fit_school_weights,
    "the grades are scaled first",
    "Use the grades as they come: smaller grades have smaller gradients, so the weights after each step are others.",
)
def scaled_grades(x, y, lr, steps):
    refuse_no_students(x)
    return fit_school_weights(x / x.max(), y / x.max(), lr, steps)


@mistake(
    fit_school_weights,
    "large scores overflow",
    "A long step makes scores of thousands, whose exponential is infinite: use the softmax that subtracts the maximum.",
)
def unshifted_descent(x, y, lr, steps):
    refuse_no_students(x)
    v = np.zeros(x.shape[1], x.dtype)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            v = v - lr * dv_for(x, y, v, 1)
        return np.exp(v) / np.exp(v).sum()


@mistake(
    fit_school_weights,
    "no students are accepted",
    "A mean over no students is 0 / 0: raise a ValueError that says what is missing.",
)
def no_students_accepted(x, y, lr, steps):
    if len(x) == 0:
        return softmax(np.zeros(x.shape[1], x.dtype))
    return fit_school_weights(x, y, lr, steps)


@mistake(
    fit_school_weights,
    "a float64 answer to float32 numbers",
    "np.zeros(K) makes float64, and v stays so: give v the dtype of x.",
)
def fit_in_float64(x, y, lr, steps):
    return fit_school_weights(x, y, lr, steps).astype(np.float64)
