"""Wrong answers that students really give, each with its name and a sentence that helps."""

import numpy as np

from autograder import mistake

from .perceptron import predict, train, update

# predict


@mistake(
    predict,
    "a point on the line counts as -1",
    "A score of 0 belongs to +1: the comparison is >= 0, not > 0.",
)
def line_is_negative(x, w, b):
    predict(x, w, b)
    return np.where(x @ w + b > 0, 1, -1)


@mistake(
    predict,
    "a point on the line gets the label 0",
    "np.sign(0) is 0, but there are only two labels: a score of 0 counts as +1.",
)
def line_is_zero(x, w, b):
    predict(x, w, b)
    return np.sign(x @ w + b).astype(int)


@mistake(
    predict,
    "the labels are 0 and 1",
    "The perceptron's labels are -1 and +1: its rule multiplies by them, and a 0 would teach nothing.",
)
def zeros_and_ones(x, w, b):
    return (predict(x, w, b) + 1) // 2


@mistake(
    predict,
    "the labels are True and False",
    "A comparison gives truth values. np.where(comparison, 1, -1) makes labels of them.",
)
def truth_values(x, w, b):
    return predict(x, w, b) > 0


@mistake(
    predict,
    "the labels are floats",
    "Labels are whole numbers: np.where(..., 1, -1), without decimal points.",
)
def float_labels(x, w, b):
    return predict(x, w, b).astype(np.float64)


@mistake(
    predict,
    "the scores are returned, not the labels",
    "How far a point is from the line does not matter here, only on which side it lies: -1 or +1.",
)
def scores_for_labels(x, w, b):
    predict(x, w, b)
    return x @ w + b


@mistake(predict, "the bias is left out", "Without b every line would go through the origin: the score is x @ w + b.")
def no_bias(x, w, b):
    return predict(x, w, 0.0)


@mistake(predict, "the bias is subtracted", "The score is x @ w + b. A threshold would be subtracted; b is added.")
def bias_subtracted(x, w, b):
    return predict(x, w, -b)


@mistake(predict, "the sides are exchanged", "A score above 0 is +1: w points to the positive side.")
def sides_exchanged(x, w, b):
    return -predict(x, w, b)


@mistake(
    predict,
    "the labels have an axis too many",
    "One label for each point: shape (N,), not (N, 1).",
)
def column(x, w, b):
    return predict(x, w, b)[:, np.newaxis]


@mistake(
    predict,
    "it accepts an empty batch",
    "When x has no rows, raise a ValueError that says so: left alone it fails later, far from its cause.",
)
def no_points_accepted(x, w, b):
    return np.where(x @ w + b >= 0, 1, -1)


# update


def moved(x_i, y_i, w, b, lr, mistaken):
    """The step of the rule, taken or not; refuses what must be refused, and keeps the dtype."""
    update(x_i, y_i, w, b, lr)
    if not mistaken:
        return w.copy(), b
    return w + (lr * int(y_i) * x_i).astype(w.dtype), b + lr * int(y_i)


def score_of(x_i, w, b):
    return float(x_i @ w) + b


@mistake(
    update,
    "it learns from right answers too",
    "The perceptron changes only when it is wrong: if the prediction is y_i, return w and b as they are.",
)
def always(x_i, y_i, w, b, lr):
    return moved(x_i, y_i, w, b, lr, True)


@mistake(
    update,
    "it learns from right answers instead of wrong ones",
    "A right answer needs no correction: change w and b where the prediction is not y_i.",
)
def only_when_right(x_i, y_i, w, b, lr):
    return moved(x_i, y_i, w, b, lr, (score_of(x_i, w, b) >= 0) == (y_i == 1))


@mistake(
    update,
    "a positive sample on the line counts as wrong",
    "With y_i * score <= 0 it does, but here a score of 0 is predicted +1, which is right. Ask `predict`.",
)
def line_is_wrong(x_i, y_i, w, b, lr):
    return moved(x_i, y_i, w, b, lr, y_i * score_of(x_i, w, b) <= 0)


@mistake(
    update,
    "a negative sample on the line counts as right",
    "With y_i * score < 0 it does, but here a score of 0 is predicted +1, which is wrong. Ask `predict`.",
)
def line_is_right(x_i, y_i, w, b, lr):
    return moved(x_i, y_i, w, b, lr, y_i * score_of(x_i, w, b) < 0)


@mistake(
    update,
    "a sample on the line is predicted -1",
    "A score of 0 counts as +1: on the line, a negative sample is wrong and a positive one right.",
)
def line_is_minus_one(x_i, y_i, w, b, lr):
    return moved(x_i, y_i, w, b, lr, (score_of(x_i, w, b) > 0) != (y_i == 1))


def spoilt(x_i, y_i, w, b, lr, weights, bias):
    """The right w and b, with another step where there is one: `weights` times that of w, `bias` times that of b."""
    new, new_b = update(x_i, y_i, w, b, lr)
    return w + (new - w) * w.dtype.type(weights), b + (new_b - b) * bias


@mistake(
    update,
    "w and b move the wrong way",
    "A positive sample whose score is too low needs x_i added to w; a negative one has it taken off: + lr * y_i * x_i.",
)
def wrong_way(x_i, y_i, w, b, lr):
    return spoilt(x_i, y_i, w, b, lr, -1, -1)


@mistake(
    update,
    "the label is left out",
    "A negative sample pushes w away: multiply by y_i, in w and in b.",
)
def without_label(x_i, y_i, w, b, lr):
    return spoilt(x_i, y_i, w, b, lr, y_i, y_i)


@mistake(
    update,
    "the label is left out of the bias",
    "A negative sample lowers b: add lr * y_i to it, not lr.",
)
def bias_without_label(x_i, y_i, w, b, lr):
    return spoilt(x_i, y_i, w, b, lr, 1, y_i)


@mistake(
    update,
    "the bias stays as it is",
    "b learns as well: it is the weight of a feature that is always 1, so it moves by lr * y_i.",
)
def bias_stays(x_i, y_i, w, b, lr):
    return spoilt(x_i, y_i, w, b, lr, 1, 0)


@mistake(
    update,
    "the bias moves without the learning rate",
    "w and b take the same step: multiply by lr in both.",
)
def bias_without_rate(x_i, y_i, w, b, lr):
    return spoilt(x_i, y_i, w, b, lr, 1, 1 / lr)


@mistake(
    update,
    "the learning rate is left out",
    "How far to move is up to lr: multiply by it, in w and in b.",
)
def without_rate(x_i, y_i, w, b, lr):
    return spoilt(x_i, y_i, w, b, lr, 1 / lr, 1 / lr)


@mistake(
    update,
    "the step is twice as long",
    "With labels -1 and +1 the difference y_i - prediction is 2 or -2. The rule multiplies by y_i itself.",
)
def twice(x_i, y_i, w, b, lr):
    return spoilt(x_i, y_i, w, b, lr, 2, 2)


@mistake(
    update,
    "the step grows with the score",
    "y_i minus the score is the rule of Widrow and Hoff. The perceptron's step does not depend on how wrong it was.",
)
def widrow_hoff(x_i, y_i, w, b, lr):
    gap = float(y_i) - score_of(x_i, w, b)
    return spoilt(x_i, y_i, w, b, lr, y_i * gap, y_i * gap)


@mistake(
    update,
    "the old weights are thrown away",
    "Add the step to w and b; in its place they would only know the last sample.",
)
def forgetful(x_i, y_i, w, b, lr):
    new, new_b = update(x_i, y_i, w, b, lr)
    return (new - w, new_b - b) if new_b != b else (new, new_b)


@mistake(
    update,
    "w is changed in place",
    "w += ... writes into the caller's array. Make a new one: w = w + ...",
)
def in_place(x_i, y_i, w, b, lr):
    w[:], b = update(x_i, y_i, w, b, lr)
    return w, b


@mistake(
    update,
    "it accepts a label that is neither -1 nor +1",
    "A label of 0 makes a step of nothing, silently: raise a ValueError that says which labels are asked for.",
)
def any_label(x_i, y_i, w, b, lr):
    if y_i == 0:
        return w.copy(), b
    return update(x_i, y_i, w, b, lr)


@mistake(
    update,
    "a float64 answer to float32 numbers",
    "y_i is a 64-bit whole number, and its product with float32 numbers is float64. Multiply by float(y_i) instead.",
)
def update_in_float64(x_i, y_i, w, b, lr):
    w, b = update(x_i, y_i, w, b, lr)
    return w.astype(np.float64), b


# train


def learning(x, y, lr, epochs, wrong=None, order=lambda epoch, n: range(n), bias=1, start=0.0):
    """The rule with another idea of wrong, another order, another step of the bias, or another start."""
    train(x, y, lr, 0)  # refuses what must be refused
    wrong = wrong or (lambda y_i, score: (score >= 0) != (y_i == 1))
    w, b, mistakes = np.full_like(x[0], start), start, []
    for epoch in range(epochs):
        mistakes.append(0)
        for i in order(epoch, len(x)):
            if wrong(int(y[i]), score_of(x[i], w, b)):
                mistakes[-1] += 1
                w, b = w + lr * float(y[i]) * x[i], b + bias * lr * float(y[i])
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


@mistake(
    train,
    "a sample on the line always counts as wrong",
    "y * score <= 0 counts it as wrong whatever its label. Here a score of 0 is predicted +1: wrong only for -1.",
)
def on_the_line_is_wrong(x, y, lr, epochs):
    return learning(x, y, lr, epochs, wrong=lambda y_i, score: y_i * score <= 0)


@mistake(
    train,
    "a sample on the line never counts as wrong",
    "All scores start at 0, so y * score < 0 finds no mistake, and nothing is ever learnt. A 0 is predicted +1.",
)
def on_the_line_is_right(x, y, lr, epochs):
    return learning(x, y, lr, epochs, wrong=lambda y_i, score: y_i * score < 0)


@mistake(
    train,
    "a sample on the line is predicted -1",
    "A score of 0 counts as +1: on the line, a negative sample is wrong and a positive one right.",
)
def on_the_line_is_minus_one(x, y, lr, epochs):
    return learning(x, y, lr, epochs, wrong=lambda y_i, score: (score > 0) != (y_i == 1))


@mistake(
    train,
    "it goes on after a clean epoch",
    "An epoch without a mistake changes nothing, and neither will the next: stop there.",
)
def goes_on(x, y, lr, epochs):
    w, b, mistakes = train(x, y, lr, epochs)
    return w, b, mistakes + [0] * (epochs - len(mistakes))


@mistake(
    train,
    "the clean epoch is not in the list",
    "Note the count before you look whether it is 0: the last entry shows that the rule has come to its end.",
)
def clean_epoch_missing(x, y, lr, epochs):
    w, b, mistakes = train(x, y, lr, epochs)
    return w, b, [count for count in mistakes if count]


@mistake(
    train,
    "only one epoch is run",
    "Later corrections spoil earlier ones: go on until an epoch is clean or the epochs run out.",
)
def one_epoch(x, y, lr, epochs):
    return train(x, y, lr, min(epochs, 1))


@mistake(
    train,
    "it takes one epoch too few",
    "range(1, epochs) makes one epoch less than epochs; range(epochs) is right.",
)
def one_epoch_less(x, y, lr, epochs):
    return train(x, y, lr, max(epochs - 1, 0))


@mistake(
    train,
    "the samples of an epoch all meet the same w and b",
    "Each sample is judged with what the samples before it have taught: update w and b at once, inside the loop.",
)
def whole_batches(x, y, lr, epochs):
    w, b, mistakes = np.zeros_like(x[:1].sum(axis=0)), 0.0, []
    train(x, y, lr, 0)
    for _ in range(epochs):
        wrong = predict(x, w, b) != y
        mistakes.append(int(wrong.sum()))
        if not mistakes[-1]:
            break
        w = w + (lr * (y * wrong) @ x).astype(x.dtype)
        b = b + lr * float(y[wrong].sum())
    return w, b, mistakes


@mistake(
    train,
    "mistakes are counted after the epoch, not during it",
    "Count a sample when it is its turn, before the update. Afterwards w and b are different ones.",
)
def counted_afterwards(x, y, lr, epochs):
    w, b, mistakes = np.zeros_like(x[:1].sum(axis=0)), 0.0, []
    train(x, y, lr, 0)
    for _ in range(epochs):
        for x_i, y_i in zip(x, y, strict=True):
            w, b = update(x_i, y_i, w, b, lr)
        mistakes.append(int((predict(x, w, b) != y).sum()))
        if not mistakes[-1]:
            break
    return w, b, mistakes


@mistake(
    train,
    "the mistakes of all epochs so far are added up",
    "Set the count back to 0 at the start of each epoch.",
)
def added_up(x, y, lr, epochs):
    # With a count that never falls back to 0, no epoch looks clean, unless the first one is.
    w, b, mistakes = train(x, y, lr, epochs)
    mistakes = np.cumsum(mistakes + [0] * (epochs - len(mistakes))).tolist()
    return w, b, [0] if mistakes and not mistakes[-1] else mistakes


@mistake(
    train,
    "mistakes_per_epoch is the number of all mistakes",
    "Return a list with one count for each epoch.",
)
def total(x, y, lr, epochs):
    w, b, mistakes = train(x, y, lr, epochs)
    return w, b, sum(mistakes)


@mistake(
    train,
    "the share of mistakes is noted, not their number",
    "Count the mistakes of an epoch; do not divide by the number of samples.",
)
def shares(x, y, lr, epochs):
    w, b, mistakes = train(x, y, lr, epochs)
    return w, b, [count / len(x) for count in mistakes]


@mistake(
    train,
    "every epoch starts again from zeros",
    "Set w and b to 0 once, before the first epoch: what was learnt stays.",
)
def starts_again(x, y, lr, epochs):
    w, b, first = train(x, y, lr, min(epochs, 1))
    return w, b, first if first == [0] else first * epochs


@mistake(
    train,
    "the samples are taken from the last to the first",
    "In order: sample 0 first. Another order makes other mistakes and finds another line.",
)
def backwards(x, y, lr, epochs):
    return learning(x, y, lr, epochs, order=lambda epoch, n: range(n - 1, -1, -1))


@mistake(
    train,
    "the first sample is left out",
    "range(1, N) starts at the second sample: indices start at 0.",
)
def without_the_first(x, y, lr, epochs):
    return learning(x, y, lr, epochs, order=lambda epoch, n: range(1, n))


@mistake(
    train,
    "the last sample is left out",
    "range(N - 1) ends before the last sample: range(N) takes all.",
)
def without_the_last(x, y, lr, epochs):
    return learning(x, y, lr, epochs, order=lambda epoch, n: range(n - 1))


@mistake(
    train,
    "an epoch ends with its first mistake",
    "After an update go on with the next sample: break and return do not belong inside the inner loop.",
)
def ends_early(x, y, lr, epochs):
    train(x, y, lr, 0)
    w, b, mistakes = np.zeros_like(x[0]), 0.0, []
    for _ in range(epochs):
        wrong = np.flatnonzero(predict(x, w, b) != y)
        mistakes.append(len(wrong[:1]))
        if not len(wrong):
            break
        w, b = update(x[wrong[0]], y[wrong[0]], w, b, lr)
    return w, b, mistakes


@mistake(
    train,
    "the bias is not learnt",
    "Update b together with w: without it the line always goes through the origin.",
)
def unlearnt_bias(x, y, lr, epochs):
    return learning(x, y, lr, epochs, bias=0)


@mistake(
    train,
    "it starts from ones",
    "The start is w = 0 and b = 0: np.zeros, not np.ones.",
)
def from_ones(x, y, lr, epochs):
    return learning(x, y, lr, epochs, start=1.0)


@mistake(
    train,
    "it accepts an empty batch",
    "Without samples there is nothing to learn from, and no mistake to be made: raise a ValueError that says so.",
)
def no_samples_accepted(x, y, lr, epochs):
    return (np.zeros(x.shape[1], x.dtype), 0.0, [0]) if len(x) == 0 else train(x, y, lr, epochs)


@mistake(
    train,
    "it accepts labels that are neither -1 nor +1",
    "A sample with label 0 is always wrong and never teaches anything. Raise a ValueError that says which labels are "
    "asked for.",
)
def any_labels(x, y, lr, epochs):
    return train(x, np.where(y == 0, -1, y), lr, epochs)


@mistake(
    train,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise, and so does an int64 label times float32 numbers: take float(y[i]).",
)
def train_in_float64(x, y, lr, epochs):
    w, b, mistakes = train(x, y, lr, epochs)
    return w.astype(np.float64), b, mistakes
