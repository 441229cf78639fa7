"""Wrong answers that students really give, each with its name and a sentence that helps.

Most of them ask the reference first, so that all else (the refusals, say) is right, and then spoil one thing.
"""

import numpy as np

from autograder import mistake

from .classify import logistic_step, predict_binary, predict_class, sigmoid, softmax, softmax_step

ONE_QUESTION = (
    "`if` needs one answer, and an array has one for every entry: NumPy calls that ambiguous. np.where chooses entry "
    "by entry, and a comparison such as z > 0 gives an array of answers."
)

# sigmoid


@mistake(
    sigmoid, "the sign in the exponential is missing", "It is exp(-x): a large x must give a p near 1, not near 0."
)
def falling(x):
    return 1 - sigmoid(x)


@mistake(
    sigmoid,
    "large numbers overflow",
    "exp(1000) is infinite, and infinite divided by infinite is not a number. Only take exponentials of numbers that "
    "are not positive: exp(-|x|) serves for both signs.",
)
def overflowing(x):
    sigmoid(x)
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


@mistake(
    sigmoid,
    "negative numbers are treated like positive ones",
    "1 / (1 + exp(-|x|)) is right for x >= 0. For x < 0 it is what is left to 1: exp(-|x|) / (1 + exp(-|x|)).",
)
def always_above_one_half(x):
    return sigmoid(np.abs(x))


@mistake(sigmoid, "the derivative comes back", "p * (1 - p) is the sigmoid's derivative. Return p itself.")
def derivative(x):
    p = sigmoid(x)
    return p * (1 - p)


@mistake(
    sigmoid,
    "the hyperbolic tangent comes back",
    "tanh goes from -1 to 1. A probability goes from 0 to 1: 1 / (1 + exp(-x)).",
)
def hyperbolic(x):
    sigmoid(x)
    return np.tanh(x)


@mistake(
    sigmoid,
    "every number is made 0 or 1",
    "That is the decision, not the probability: p moves smoothly from 0 to 1, and is one half at x = 0.",
)
def hard(x):
    sigmoid(x)
    return (x > 0).astype(x.dtype)


@mistake(
    sigmoid,
    "p is a straight line, cut off at 0 and 1",
    "Follow the formula with the exponential: the curve nears 0 and 1 without ever bending sharply.",
)
def straight(x):
    sigmoid(x)
    return np.clip(x / 4 + 0.5, 0, 1)


@mistake(
    sigmoid,
    "the 1 in the denominator is missing",
    "1 / exp(-x) is only exp(x), which has no limit. The denominator is 1 + exp(-x).",
)
def unlimited(x):
    sigmoid(x)
    with np.errstate(all="ignore"):
        return np.exp(x)


@mistake(sigmoid, "the logarithm of p comes back", "That is log-sigmoid. Take its exponential to have p.")
def logarithm(x):
    sigmoid(x)
    return -np.logaddexp(0, -x)


@mistake(
    sigmoid,
    "the entries share a total of 1",
    "That is a softmax. The sigmoid looks at each number alone: the same x gives the same p, whatever else is there.",
)
def shared(x):
    sigmoid(x)
    e = np.exp(x - x.max())
    return e / e.sum()


@mistake(
    sigmoid,
    "the power is one of 2, not of e",
    "exp(x) is e to the power of x, with e = 2.718...; np.exp computes it.",
)
def powers_of_two(x):
    return sigmoid(x * x.dtype.type(np.log(2)))


@mistake(sigmoid, "p has lost the shape of x", "Entry by entry: p has exactly the shape of x, whatever that is.")
def flattened(x):
    return sigmoid(x).ravel()


@mistake(sigmoid, "x is changed", "`x *= -1` or `out=x` writes into the caller's array. Make a new one.")
def sigmoid_in_place(x):
    p = sigmoid(x)
    x *= -1
    return p


@mistake(
    sigmoid,
    "a float64 answer to float32 numbers",
    "np.zeros and np.empty make float64 unless told otherwise: np.empty_like(x) takes shape and dtype from x.",
)
def sigmoid_in_float64(x):
    return sigmoid(x).astype(np.float64)


@mistake(sigmoid, "the sign is asked of all numbers at once", ONE_QUESTION)
def sigmoid_one_question(x):
    p = sigmoid(x)
    bool(x >= 0)  # what `if` asks: NumPy's own ValueError, unless there is a single entry
    return p


@mistake(sigmoid, "nothing is accepted", "Where x has no entries, raise a ValueError that says so.")
def sigmoid_of_nothing(x):
    return sigmoid(x) if x.size else x.copy()


# softmax


@mistake(
    softmax,
    "the softmax runs down the batch",
    "Each student's row must sum to 1, so maximum and sum are taken along axis 1.",
)
def down_the_batch(scores):
    softmax(scores)
    return softmax(scores.T).T


@mistake(
    softmax,
    "all students share a total of 1",
    "Divide each row by the sum of that row, not by the sum of everything.",
)
def over_everything(scores):
    softmax(scores)
    e = np.exp(scores - scores.max())
    return e / e.sum()


@mistake(
    softmax,
    "the largest score of the whole batch is subtracted",
    "Beside a student near 1000, one near -1000 loses every exponential to 0, and 0/0 is no number. Each row needs its "
    "own maximum.",
)
def shifted_by_the_batch(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max())
        return e / e.sum(axis=1, keepdims=True)


@mistake(
    softmax,
    "the sums run along the wrong axis",
    "scores.sum(axis=1) has shape (N,), and NumPy lays it along the last axis, the classes. keepdims=True makes it "
    "(N, 1), one number for each row.",
)
def without_keepdims(scores):
    softmax(scores)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@mistake(
    softmax,
    "the maxima run along the wrong axis",
    "scores.max(axis=1) has shape (N,), and NumPy lays it along the last axis, the classes. keepdims=True makes it "
    "(N, 1), one number for each row.",
)
def maxima_without_keepdims(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max(axis=1))
        return e / e.sum(axis=1, keepdims=True)


@mistake(
    softmax,
    "the maxima and the sums run along the wrong axis",
    "What axis=1 leaves has shape (N,), and NumPy lays it along the last axis, the classes. keepdims=True makes it "
    "(N, 1), one number for each row.",
)
def without_any_keepdims(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max(axis=1))
        return e / e.sum(axis=1)


@mistake(
    softmax,
    "large scores overflow",
    "exp(1000) is infinite, and all of exp(-1000) is 0. Subtract the row's largest score first; no p changes.",
)
def unshifted(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


@mistake(
    softmax,
    "the largest absolute value is subtracted",
    "If all scores of a row are near -1000, subtracting 1000 makes them smaller still. Subtract the row's maximum, "
    "which may be negative.",
)
def shifted_by_absolute_value(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        e = np.exp(scores - np.abs(scores).max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


@mistake(
    softmax,
    "the mean is subtracted instead of the maximum",
    "Any shift is right on paper, but only the maximum makes sure that no exponential is larger than 1.",
)
def shifted_by_the_mean(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.mean(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


@mistake(
    softmax,
    "scores are clipped",
    "Clipping makes different large scores equal. Subtract the row's largest score instead: their distances stay.",
)
def clipped_scores(scores):
    return softmax(np.clip(scores, -500, 500))


@mistake(
    softmax,
    "scores are divided by the largest one",
    "Dividing changes how far apart the scores are. Subtract the largest score instead.",
)
def divided_by_the_largest(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        e = np.exp(scores / scores.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


@mistake(
    softmax,
    "the exponential is missing",
    "Scores may be negative or zero, probabilities may not: take exp of each score before you divide by the sum.",
)
def without_exponential(scores):
    softmax(scores)
    with np.errstate(all="ignore"):
        return scores / scores.sum(axis=1, keepdims=True)


@mistake(softmax, "the rows do not sum to 1", "Divide every exponential by the sum of its row.")
def not_normalised(scores):
    softmax(scores)
    return np.exp(scores - scores.max(axis=1, keepdims=True))


@mistake(
    softmax,
    "the largest score gets the smallest probability",
    "A larger score is to have a larger probability: exp(score), not exp(-score).",
)
def sign_of_the_scores(scores):
    return softmax(-scores)


@mistake(
    softmax,
    "each score goes through a sigmoid",
    "A sigmoid looks at one score at a time. Here the classes of a row share a total of 1.",
)
def sigmoids(scores):
    softmax(scores)
    return sigmoid(scores)


@mistake(softmax, "the logarithms of the probabilities come back", "That is log-softmax. Take its exponential.")
def log_softmax(scores):
    softmax(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@mistake(
    softmax,
    "the winner takes all the probability",
    "That is the decision. The softmax leaves every class some probability, by how far its score lies behind.",
)
def winner_takes_all(scores):
    softmax(scores)
    return np.eye(scores.shape[1], dtype=scores.dtype)[scores.argmax(axis=1)]


@mistake(softmax, "scores is changed", "`scores -= ...` writes into the caller's array. `z = scores - ...` does not.")
def softmax_in_place(scores):
    p = softmax(scores)
    scores -= scores.max(axis=1, keepdims=True)
    return p


@mistake(
    softmax,
    "a float64 answer to float32 numbers",
    "np.zeros and np.empty make float64 unless told otherwise: give the array you fill the dtype of scores.",
)
def softmax_in_float64(scores):
    return softmax(scores).astype(np.float64)


@mistake(softmax, "an empty batch is accepted", "Where there are no rows, raise a ValueError that says so.")
def softmax_of_nothing(scores):
    return softmax(scores) if len(scores) else scores.copy()


# predict_binary


@mistake(
    predict_binary,
    "exactly one half counts as a yes",
    "Above one half means `>`: a student of whom the model knows nothing is not chosen.",
)
def half_is_enough(x, w, b):
    predict_binary(x, w, b)
    return (x @ w + b >= 0).astype(int)


@mistake(
    predict_binary,
    "the logit is compared with one half",
    "One half is a limit for the probability. The logit has its own: the sigmoid is one half where the logit is 0.",
)
def logit_above_one_half(x, w, b):
    predict_binary(x, w, b)
    return (x @ w + b > 0.5).astype(int)


@mistake(
    predict_binary,
    "the probability is compared with 0",
    "Every probability is above 0. The limit is one half, or 0 for the logit.",
)
def probability_above_zero(x, w, b):
    predict_binary(x, w, b)
    return (sigmoid(x @ w + b) > 0).astype(int)


@mistake(
    predict_binary,
    "truth values come back",
    "A comparison gives True and False. Make whole numbers of them: `.astype(int)`.",
)
def truth_values(x, w, b):
    return predict_binary(x, w, b).astype(bool)


@mistake(
    predict_binary,
    "the labels are floats",
    "np.round and np.zeros give floats, but a label is a whole number: `.astype(int)`, or dtype=int.",
)
def float_labels(x, w, b):
    return predict_binary(x, w, b).astype(x.dtype)


@mistake(
    predict_binary,
    "a no is -1",
    "The perceptron says -1 and +1. Here a no is 0: the label is the probability of yes that would have been right.",
)
def perceptron_labels(x, w, b):
    return 2 * predict_binary(x, w, b) - 1


@mistake(predict_binary, "yes and no are exchanged", "1 is a yes: it stands where the probability is above one half.")
def exchanged(x, w, b):
    return 1 - predict_binary(x, w, b)


@mistake(predict_binary, "the probabilities come back", "Compare them with one half: the answer is 0 or 1.")
def probabilities(x, w, b):
    predict_binary(x, w, b)
    return sigmoid(x @ w + b)


@mistake(predict_binary, "the bias is left out", "The logit is x @ w + b: the bias moves the line between yes and no.")
def binary_without_bias(x, w, b):
    return predict_binary(x, w, 0.0)


@mistake(predict_binary, "the bias is subtracted", "The logit is x @ w + b, with a plus, also for a negative b.")
def bias_subtracted(x, w, b):
    return predict_binary(x, w, -b)


@mistake(
    predict_binary,
    "students are compared with each other",
    "The limit is one half for everybody. The mean of the batch would judge a student by who else is in it.",
)
def above_the_mean(x, w, b):
    predict_binary(x, w, b)
    p = sigmoid(x @ w + b)
    return (p > p.mean()).astype(int)


@mistake(
    predict_binary,
    "large logits overflow",
    "exp(1000) / (1 + exp(1000)) is not a number, and no number is above one half. A stable sigmoid helps, or none.",
)
def binary_overflowing(x, w, b):
    predict_binary(x, w, b)
    with np.errstate(all="ignore"):
        e = np.exp(x @ w + b)
        return (e / (1 + e) > 0.5).astype(int)


@mistake(
    predict_binary,
    "there is one label for the whole batch",
    "Every student gets a label of their own: compare entry by entry, and take no mean.",
)
def one_label(x, w, b):
    predict_binary(x, w, b)
    return int(sigmoid(x @ w + b).mean() > 0.5)


@mistake(predict_binary, "labels is a column", "One label per student: shape (N,), not (N, 1).")
def column_of_labels(x, w, b):
    return predict_binary(x, w, b)[:, np.newaxis]


@mistake(predict_binary, "the sign is asked of all logits at once", ONE_QUESTION)
def binary_one_question(x, w, b):
    labels = predict_binary(x, w, b)
    bool(x @ w + b > 0)  # what `if` asks: NumPy's own ValueError, unless there is a single student
    return labels


@mistake(
    predict_binary,
    "x and w are multiplied entry by entry",
    "`*` multiplies entry by entry and adds nothing up. x @ w adds over the D grades of each student.",
)
def binary_of_entries(x, w, b):
    predict_binary(x, w, b)
    return (x * w + b > 0).astype(int)


@mistake(predict_binary, "an empty batch is accepted", "Where x has no rows, raise a ValueError that says so.")
def binary_of_nothing(x, w, b):
    return predict_binary(x, w, b) if len(x) else np.zeros(0, int)


# predict_class


@mistake(predict_class, "the least probable class is taken", "The label is the class with the largest score.")
def least_probable(x, w, b):
    predict_class(x, w, b)
    return (x @ w + b).argmin(axis=1)


@mistake(
    predict_class,
    "a student is found for every class",
    "Look for the largest score in each row, along axis 1: one class for every student, N labels.",
)
def argmax_down_the_batch(x, w, b):
    predict_class(x, w, b)
    return (x @ w + b).argmax(axis=0)


@mistake(
    predict_class,
    "the whole batch gets one label",
    "argmax without an axis searches all scores at once and gives one number. Search each row: axis=1.",
)
def argmax_of_everything(x, w, b):
    predict_class(x, w, b)
    return int((x @ w + b).argmax())


@mistake(predict_class, "of equal scores the last counts", "np.argmax takes the first; `>=` in a loop takes the last.")
def last_of_equals(x, w, b):
    predict_class(x, w, b)
    scores = x @ w + b
    return scores.shape[1] - 1 - scores[:, ::-1].argmax(axis=1)


@mistake(predict_class, "the biases are left out", "The scores are x @ w + b: every class has a bias of its own.")
def class_without_bias(x, w, b):
    return predict_class(x, w, np.zeros_like(b))


@mistake(
    predict_class,
    "the largest score comes back, not its class",
    "np.max gives the score, np.argmax the column where it stands.",
)
def largest_score(x, w, b):
    predict_class(x, w, b)
    return (x @ w + b).max(axis=1)


@mistake(predict_class, "the probabilities come back", "Return for every row the column of its largest one.")
def class_probabilities(x, w, b):
    predict_class(x, w, b)
    return softmax(x @ w + b)


@mistake(
    predict_class,
    "every label is a row of zeros with a 1",
    "That is one-hot. The label is the number of the class: shape (N,).",
)
def one_hot_labels(x, w, b):
    return np.eye(len(b), dtype=int)[predict_class(x, w, b)]


@mistake(predict_class, "the classes are counted from 1", "The first column is class 0, as always in NumPy.")
def counted_from_one(x, w, b):
    return predict_class(x, w, b) + 1


@mistake(predict_class, "the labels are floats", "Labels are whole numbers: keep argmax's integers, or dtype=int.")
def float_classes(x, w, b):
    return predict_class(x, w, b).astype(x.dtype)


@mistake(
    predict_class,
    "the size of the score counts, not its sign",
    "A score of -9 is a very improbable class. Take the largest score, not the largest absolute value.",
)
def largest_absolute(x, w, b):
    predict_class(x, w, b)
    return np.abs(x @ w + b).argmax(axis=1)


@mistake(
    predict_class,
    "large scores become equal",
    "A sigmoid, or scores that are clipped, make 999 and 1000 the same. Compare the scores themselves.",
)
def saturated(x, w, b):
    predict_class(x, w, b)
    return sigmoid(x @ w + b).argmax(axis=1)


@mistake(
    predict_class,
    "large scores overflow",
    "An unshifted softmax makes several classes nan, and argmax takes the first nan. The scores alone are enough.",
)
def class_overflowing(x, w, b):
    predict_class(x, w, b)
    with np.errstate(all="ignore"):
        e = np.exp(x @ w + b)
        return (e / e.sum(axis=1, keepdims=True)).argmax(axis=1)


@mistake(
    predict_class,
    "the softmax before the decision runs down the batch",
    "A softmax along axis 0 compares students. Take it along axis 1, or leave it out: it changes no order in a row.",
)
def class_down_the_batch(x, w, b):
    predict_class(x, w, b)
    scores = x @ w + b
    e = np.exp(scores - scores.max(axis=0))
    return (e / e.sum(axis=0)).argmax(axis=1)


@mistake(predict_class, "w is transposed", "w has shape (D, C), so (N, D) times (D, C) fits as it is.")
def transposed_weights(x, w, b):
    predict_class(x, w, b)
    return (x @ w.T + b).argmax(axis=1)


@mistake(
    predict_class,
    "x and w are multiplied entry by entry",
    "`*` multiplies entry by entry; the matrix product is `@`, which takes (N, D) and (D, C) to (N, C).",
)
def class_of_entries(x, w, b):
    predict_class(x, w, b)
    return (x * w + b).argmax(axis=1)


@mistake(predict_class, "an empty batch is accepted", "Where x has no rows, raise a ValueError that says so.")
def class_of_nothing(x, w, b):
    return predict_class(x, w, b) if len(x) else np.zeros(0, int)


# logistic_step


def logistic_gradients(x, y, w, b):
    """What the step is made of: p - y for every student, and the gradients of w and b."""
    error = sigmoid(x @ w + b) - y
    return error, x.T @ error / len(x), error.mean()


def logistic_moved(x, y, w, b, lr, weights=1, bias=1):
    """The right step with the gradients of w and b multiplied."""
    _, _, loss = logistic_step(x, y, w, b, lr)
    _, dw, db = logistic_gradients(x, y, w, b)
    return w - lr * weights * dw, b - lr * bias * db, loss


def logistic_by(error, x, b, w, lr, loss):
    """A step along the gradient that another error would give."""
    error = error.astype(x.dtype)
    return w - lr * (x.T @ error / len(x)), b - lr * error.mean(), loss


@mistake(logistic_step, "the step goes uphill", "The gradient points to where the loss grows: subtract it.")
def logistic_uphill(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, -1, -1)


@mistake(
    logistic_step,
    "the gradients are summed over the students, not averaged",
    "The loss is a mean, so its gradients are means: divide by N, for w and for b.",
)
def logistic_summed(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, len(x), len(x))


@mistake(
    logistic_step,
    "the gradient of the bias is summed, not averaged",
    "The 1/N of the mean belongs to both gradients: db is the mean of p - y.",
)
def logistic_bias_summed(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, 1, len(x))


@mistake(
    logistic_step,
    "the gradient of the weights is summed, not averaged",
    "The 1/N of the mean belongs to both gradients: x.T @ (p - y) has still to be divided by N.",
)
def logistic_weights_summed(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, len(x), 1)


@mistake(
    logistic_step,
    "the gradients are averaged twice",
    "One division by N is enough: a mean of what has been divided by N already is too small.",
)
def logistic_averaged_twice(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, 1 / max(len(x), 1), 1 / max(len(x), 1))


@mistake(
    logistic_step,
    "the gradient of the weights is divided by the number of grades",
    "The mean is over the students: divide by N = len(x), not by D.",
)
def logistic_over_grades(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, len(x) / x.shape[1], 1)


@mistake(
    logistic_step,
    "the gradients carry a factor 2",
    "The 2 belongs to the squared error. Cross-entropy's derivative with respect to the logit is p - y as it is.",
)
def logistic_doubled(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, 2, 2)


@mistake(logistic_step, "the learning rate is left out", "The step is lr times the gradient.")
def logistic_without_lr(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, 1 / lr, 1 / lr)


@mistake(logistic_step, "the bias moves without the learning rate", "lr is for both: b - lr * db.")
def logistic_bias_without_lr(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, 1, 1 / lr)


@mistake(logistic_step, "the bias does not learn", "b is a parameter like the weights, and takes a step of its own.")
def logistic_bias_stays(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, 1, 0)


@mistake(logistic_step, "the weights do not learn", "Return w - lr * dw, the weights after the step.")
def logistic_weights_stay(x, y, w, b, lr):
    return logistic_moved(x, y, w, b, lr, 0, 1)


@mistake(
    logistic_step,
    "the sigmoid's derivative is left standing",
    "p (1 - p) stands once above and once below the line, and cancels: with cross-entropy the error p - y remains.",
)
def logistic_with_the_derivative(x, y, w, b, lr):
    error, _, _ = logistic_gradients(x, y, w, b)
    p = error + y
    return logistic_by(error * p * (1 - p), x, b, w, lr, logistic_step(x, y, w, b, lr)[2])


@mistake(
    logistic_step,
    "the squared error is minimised",
    "The loss asked for is binary cross-entropy, of which the derivative with respect to the logit is p - y.",
)
def logistic_with_squares(x, y, w, b, lr):
    logistic_step(x, y, w, b, lr)
    error, _, _ = logistic_gradients(x, y, w, b)
    p = error + y
    return logistic_by(2 * error * p * (1 - p), x, b, w, lr, float(np.mean(error**2)))


@mistake(
    logistic_step,
    "the loss is the squared error",
    "The step is that of cross-entropy, the number beside it is not: the loss is -log of the probability of the truth.",
)
def logistic_reports_squares(x, y, w, b, lr):
    after = logistic_step(x, y, w, b, lr)
    return *after[:2], float(np.mean(logistic_gradients(x, y, w, b)[0] ** 2))


@mistake(
    logistic_step,
    "the logit is compared with y",
    "x @ w + b is any number, y is 0 or 1. Make a probability of it with the sigmoid, and compare that.",
)
def logistic_without_sigmoid(x, y, w, b, lr):
    return logistic_by(x @ w + b - y, x, b, w, lr, logistic_step(x, y, w, b, lr)[2])


@mistake(
    logistic_step,
    "the decision is compared with y",
    "A decision of 0 or 1 makes it a perceptron. Compare the probability: there is something to learn from 0.6, too.",
)
def logistic_as_perceptron(x, y, w, b, lr):
    loss = logistic_step(x, y, w, b, lr)[2]
    return logistic_by(predict_binary(x, w, b) - y, x, b, w, lr, loss)


@mistake(logistic_step, "the bias is left out of the logits", "z = x @ w + b, also while learning.")
def logistic_no_bias_in_logits(x, y, w, b, lr):
    moved, _, loss = logistic_step(x, y, w, 0.0, lr)
    return moved, b - lr * logistic_gradients(x, y, w, 0.0)[2], loss


@mistake(
    logistic_step,
    "x and the error are averaged apart",
    "Multiply within each student first, x[n, d] * (p[n] - y[n]), then take the mean.",
)
def logistic_product_of_means(x, y, w, b, lr):
    loss = logistic_step(x, y, w, b, lr)[2]
    error, _, db = logistic_gradients(x, y, w, b)
    return w - lr * x.mean(axis=0) * error.mean(), b - lr * db, loss


@mistake(
    logistic_step,
    "the weights' gradient leaves x out",
    "A weight is multiplied by its grade, so its gradient is, too: x[n, d] * (p[n] - y[n]).",
)
def logistic_without_x(x, y, w, b, lr):
    loss = logistic_step(x, y, w, b, lr)[2]
    _, _, db = logistic_gradients(x, y, w, b)
    return w - lr * db, b - lr * db, loss


@mistake(
    logistic_step,
    "the bias already sees the new weights",
    "Both gradients are taken where you stand. Compute p once, then both gradients, then move both.",
)
def logistic_bias_after_weights(x, y, w, b, lr):
    moved, _, loss = logistic_step(x, y, w, b, lr)
    return moved, b - lr * logistic_gradients(x, y, moved, b)[2], loss


@mistake(
    logistic_step,
    "a step is taken after every student",
    "One step for the whole batch: average over all students first, then move once.",
)
def logistic_one_by_one(x, y, w, b, lr):
    loss = logistic_step(x, y, w, b, lr)[2]
    for n in range(len(x)):
        w, b, _ = logistic_step(x[n : n + 1], y[n : n + 1], w, b, lr)
    return w, b, loss


@mistake(logistic_step, "the loss is that after the step", "Measure it with the w and b that came in, before moving.")
def logistic_loss_after(x, y, w, b, lr):
    moved = logistic_step(x, y, w, b, lr)[:2]
    return *moved, logistic_step(x, y, *moved, lr)[2]


@mistake(logistic_step, "the loss is summed, not averaged", "Divide it by N: a bigger school should not cost more.")
def logistic_loss_summed(x, y, w, b, lr):
    w, b, loss = logistic_step(x, y, w, b, lr)
    return w, b, loss * len(x)


@mistake(
    logistic_step, "the loss has the wrong sign", "log(p) is negative or 0, and a loss is not: put a minus before."
)
def logistic_loss_negative(x, y, w, b, lr):
    w, b, loss = logistic_step(x, y, w, b, lr)
    return w, b, -loss


@mistake(logistic_step, "the loss takes logarithms to base 2", "np.log is the natural logarithm; np.log2 is another.")
def logistic_loss_in_bits(x, y, w, b, lr):
    w, b, loss = logistic_step(x, y, w, b, lr)
    return w, b, loss / float(np.log(2))


@mistake(
    logistic_step,
    "the loss forgets the students who were not chosen",
    "Where y is 0, the cost is -log(1 - p). Without it, saying yes to everybody would cost nothing.",
)
def logistic_loss_of_yes_only(x, y, w, b, lr):
    after = logistic_step(x, y, w, b, lr)
    return *after[:2], float(np.mean(y * np.logaddexp(0, -(x @ w + b))))


@mistake(logistic_step, "the loss is one number per student", "Take the mean: a loss is a single number.")
def logistic_loss_per_student(x, y, w, b, lr):
    after = logistic_step(x, y, w, b, lr)
    z = x @ w + b
    return *after[:2], np.logaddexp(0, z) - y * z


def logistic_loss_of(p, x, y, w, b, lr):
    """The right step, and the loss that the textbook's formula makes of a p."""
    after = logistic_step(x, y, w, b, lr)
    with np.errstate(all="ignore"):
        return *after[:2], float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


@mistake(
    logistic_step,
    "log(0) spoils the loss",
    "For a logit of 1000, p is exactly 1 and log(1 - p) is log(0). Use the loss in terms of the logit: "
    "max(z, 0) - y z + log(1 + exp(-|z|)).",
)
def logistic_naive_loss(x, y, w, b, lr):
    return logistic_loss_of(sigmoid(x @ w + b), x, y, w, b, lr)


CLIPPED = "A clipped p prevents the crash and is a wrong answer: at z = -1000 a yes costs 1000. Do the algebra first."


@mistake(logistic_step, "p is clipped at 1e-7 in the loss", CLIPPED)
def logistic_clipped_at_7(x, y, w, b, lr):
    return logistic_loss_of(np.clip(sigmoid(x @ w + b), 1e-7, 1 - 1e-7), x, y, w, b, lr)


@mistake(logistic_step, "p is clipped at 1e-12 in the loss", CLIPPED)
def logistic_clipped_at_12(x, y, w, b, lr):
    return logistic_loss_of(np.clip(sigmoid(x @ w + b).astype(float), 1e-12, 1 - 1e-12), x, y, w, b, lr)


@mistake(logistic_step, "p is clipped at 1e-15 in the loss", CLIPPED)
def logistic_clipped_at_15(x, y, w, b, lr):
    return logistic_loss_of(np.clip(sigmoid(x @ w + b).astype(float), 1e-15, 1 - 1e-15), x, y, w, b, lr)


@mistake(
    logistic_step,
    "the results come in another order",
    "First the parameters, w and b, then the loss.",
)
def logistic_loss_first(x, y, w, b, lr):
    w, b, loss = logistic_step(x, y, w, b, lr)
    return loss, w, b


@mistake(logistic_step, "b has become an array", "b came in as a float and goes out as one: average over all students.")
def logistic_bias_as_array(x, y, w, b, lr):
    w, b, loss = logistic_step(x, y, w, b, lr)
    return w, np.array([b], dtype=x.dtype), loss


@mistake(
    logistic_step,
    "w is changed in place",
    "`w -= lr * dw` writes into the caller's array, who may want to compare. `w = w - lr * dw` makes a new one.",
)
def logistic_in_place(x, y, w, b, lr):
    moved, b, loss = logistic_step(x, y, w, b, lr)
    w[:] = moved
    return w, b, loss


@mistake(
    logistic_step,
    "float64 weights for float32 grades",
    "np.zeros makes float64 unless told otherwise, and it lifts all that it meets: take dtype from x or w.",
)
def logistic_in_float64(x, y, w, b, lr):
    w, b, loss = logistic_step(x, y, w, b, lr)
    return w.astype(np.float64), b, loss


@mistake(
    logistic_step,
    "an empty batch is accepted",
    "A mean over no students is 0/0. Raise a ValueError that says so.",
)
def logistic_of_nothing(x, y, w, b, lr):
    return logistic_step(x, y, w, b, lr) if len(x) else (w.copy(), b, 0.0)


@mistake(
    logistic_step,
    "labels of -1 are accepted",
    "With a y of -1 the loss falls without end as the logit sinks. Raise a ValueError: 0 and 1 are asked for.",
)
def logistic_takes_minus_one(x, y, w, b, lr):
    if len(y) and y.min() < 0:
        error, _, _ = logistic_gradients(x, y, w, b)
        return logistic_by(error, x, b, w, lr, float(np.mean(np.logaddexp(0, x @ w + b) - y * (x @ w + b))))
    return logistic_step(x, y, w, b, lr)


# softmax_step


def one_hot(y, classes):
    """A row for every label: 1 at its class, 0 elsewhere."""
    return (y[:, np.newaxis] == np.arange(classes)).astype(float)


def softmax_by(error, x, w, b, lr, loss, weights=1, bias=1):
    """A step along the gradients that an error of the scores, shape (N, C), would give; both may be multiplied."""
    error = error.astype(x.dtype)
    return w - lr * weights * (x.T @ error / len(x)), b - lr * bias * error.mean(axis=0), loss


def softmax_error(x, y, w, b):
    return softmax(x @ w + b) - one_hot(y, len(b))


def softmax_moved(x, y, w, b, lr, weights=1, bias=1):
    """The right step with the gradients of w and b multiplied."""
    loss = softmax_step(x, y, w, b, lr)[2]
    return softmax_by(softmax_error(x, y, w, b), x, w, b, lr, loss, weights, bias)


def costs(x, y, w, b):
    """-log p of every class of every student, without taking p."""
    scores = (x @ w + b).astype(float)
    highest = scores.max(axis=1, keepdims=True)
    return highest + np.log(np.exp(scores - highest).sum(axis=1, keepdims=True)) - scores


@mistake(softmax_step, "the step goes uphill", "The gradient points to where the loss grows: subtract it.")
def softmax_uphill(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, -1, -1)


@mistake(
    softmax_step,
    "the gradients are summed over the students, not averaged",
    "The loss is a mean, so its gradients are means: divide by N, for w and for b.",
)
def softmax_summed(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, len(x), len(x))


@mistake(
    softmax_step,
    "the gradient of the biases is summed, not averaged",
    "The 1/N of the mean belongs to both gradients: db is the mean of the rows of p - onehot.",
)
def softmax_bias_summed(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, 1, len(x))


@mistake(
    softmax_step,
    "the gradient of the weights is summed, not averaged",
    "The 1/N of the mean belongs to both gradients: x.T @ (p - onehot) has still to be divided by N.",
)
def softmax_weights_summed(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, len(x), 1)


@mistake(
    softmax_step,
    "the biases' gradient is averaged twice",
    "Once p - onehot is divided by N, its rows are added up: a mean would divide by N again.",
)
def softmax_bias_averaged_twice(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, 1, 1 / max(len(x), 1))


@mistake(
    softmax_step,
    "the gradients are averaged over students and classes",
    "The mean is over the students alone: divide by N, not by N times C.",
)
def softmax_averaged_over_classes(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, 1 / len(b), 1 / len(b))


@mistake(softmax_step, "the learning rate is left out", "The step is lr times the gradient.")
def softmax_without_lr(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, 1 / lr, 1 / lr)


@mistake(softmax_step, "the biases move without the learning rate", "lr is for both: b - lr * db.")
def softmax_bias_without_lr(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, 1, 1 / lr)


@mistake(
    softmax_step,
    "the biases do not learn",
    "b takes a step as well. If you do have a db: the sum of p - onehot over the classes is 0 in every row. Add over "
    "the students.",
)
def softmax_bias_stays(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, 1, 0)


@mistake(softmax_step, "the weights do not learn", "Return w - lr * dw, the weights after the step.")
def softmax_weights_stay(x, y, w, b, lr):
    return softmax_moved(x, y, w, b, lr, 0, 1)


@mistake(
    softmax_step,
    "the truth is not subtracted",
    "The error of a score is p - onehot: at the right class p should rise to 1, so 1 is subtracted there.",
)
def softmax_without_truth(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    return softmax_by(softmax(x @ w + b), x, w, b, lr, loss)


@mistake(
    softmax_step,
    "the number of the class is subtracted",
    "Labels are names that happen to be numbers. Subtract 1 at the right class of each row, and 0 at the others.",
)
def softmax_minus_label(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    return softmax_by(softmax(x @ w + b) - y[:, np.newaxis], x, w, b, lr, loss)


@mistake(
    softmax_step,
    "1 is subtracted from whole columns",
    "`p[:, y]` takes columns of every row. `p[np.arange(N), y]` takes one entry per row.",
)
def softmax_whole_columns(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    p = softmax(x @ w + b)
    p[:, y] -= 1
    return softmax_by(p, x, w, b, lr, loss)


@mistake(softmax_step, "the classes are counted from 1", "Label 0 is the first column: use y as it is, without a - 1.")
def softmax_labels_from_one(x, y, w, b, lr):
    softmax_step(x, y, w, b, lr)
    return softmax_step(x, (y - 1) % len(b), w, b, lr)


@mistake(
    softmax_step,
    "the decision is compared with the truth",
    "A decision makes it a perceptron. Compare the probabilities: there is something to learn from a narrow win, too.",
)
def softmax_as_perceptron(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    error = one_hot((x @ w + b).argmax(axis=1), len(b)) - one_hot(y, len(b))
    return softmax_by(error, x, w, b, lr, loss)


@mistake(
    softmax_step,
    "the scores are compared with the truth",
    "Scores are any numbers. Make probabilities of them with the softmax, and compare those.",
)
def softmax_left_out(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    return softmax_by(x @ w + b - one_hot(y, len(b)), x, w, b, lr, loss)


@mistake(
    softmax_step,
    "each class has a sigmoid of its own",
    "The classes exclude each other, so their probabilities share a total of 1: softmax along each row.",
)
def softmax_by_sigmoids(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    return softmax_by(sigmoid(x @ w + b) - one_hot(y, len(b)), x, w, b, lr, loss)


@mistake(
    softmax_step,
    "the derivative p (1 - p) is left standing",
    "With cross-entropy it cancels: the derivative of the loss with respect to a score is p - onehot as it is.",
)
def softmax_with_the_derivative(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    p = softmax(x @ w + b)
    return softmax_by((p - one_hot(y, len(b))) * p * (1 - p), x, w, b, lr, loss)


@mistake(
    softmax_step,
    "the softmax runs down the batch",
    "Each student's probabilities sum to 1: take maximum and sum along axis 1.",
)
def softmax_step_down_the_batch(x, y, w, b, lr):
    softmax_step(x, y, w, b, lr)
    p = softmax((x @ w + b).T).T
    with np.errstate(all="ignore"):
        loss = float(-np.mean(np.log(p[np.arange(len(y)), y])))
    return softmax_by(p - one_hot(y, len(b)), x, w, b, lr, loss)


@mistake(softmax_step, "the biases are left out of the scores", "scores = x @ w + b, also while learning.")
def softmax_no_bias_in_scores(x, y, w, b, lr):
    nothing = np.zeros_like(b)
    loss = softmax_step(x, y, w, nothing, lr)[2]
    return softmax_by(softmax_error(x, y, w, nothing), x, w, b, lr, loss)


@mistake(
    softmax_step,
    "the biases already see the new weights",
    "Both gradients are taken where you stand. Compute p once, then both gradients, then move both.",
)
def softmax_bias_after_weights(x, y, w, b, lr):
    moved, _, loss = softmax_step(x, y, w, b, lr)
    return moved, softmax_by(softmax_error(x, y, moved, b), x, w, b, lr, loss)[1], loss


@mistake(
    softmax_step,
    "a step is taken after every student",
    "One step for the whole batch: average over all students first, then move once.",
)
def softmax_one_by_one(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    for n in range(len(x)):
        w, b, _ = softmax_step(x[n : n + 1], y[n : n + 1], w, b, lr)
    return w, b, loss


@mistake(
    softmax_step,
    "dw is transposed",
    "dw has the shape of w, (D, C): x.T on the left, the error of the scores on the right.",
)
def softmax_transposed_dw(x, y, w, b, lr):
    loss = softmax_step(x, y, w, b, lr)[2]
    error = softmax_error(x, y, w, b).astype(x.dtype)
    return w - lr * (error.T @ x / len(x)), b - lr * error.mean(axis=0), loss


@mistake(softmax_step, "the loss is that after the step", "Measure it with the w and b that came in, before moving.")
def softmax_loss_after(x, y, w, b, lr):
    moved = softmax_step(x, y, w, b, lr)[:2]
    return *moved, softmax_step(x, y, *moved, lr)[2]


@mistake(softmax_step, "the loss is summed, not averaged", "Divide it by N: a bigger school should not cost more.")
def softmax_loss_summed(x, y, w, b, lr):
    w, b, loss = softmax_step(x, y, w, b, lr)
    return w, b, loss * len(x)


@mistake(
    softmax_step,
    "the loss is averaged over students and classes",
    "One cost per student, that of the right class: divide by N, not by N times C.",
)
def softmax_loss_over_classes(x, y, w, b, lr):
    w, b, loss = softmax_step(x, y, w, b, lr)
    return w, b, loss / len(b)


@mistake(
    softmax_step,
    "the loss counts every class",
    "Only the right class's probability is paid for: pick p[n, y[n]] in each row.",
)
def softmax_loss_of_all_classes(x, y, w, b, lr):
    after = softmax_step(x, y, w, b, lr)
    return *after[:2], float(costs(x, y, w, b).sum(axis=1).mean())


@mistake(softmax_step, "the loss has the wrong sign", "log(p) is negative or 0, and a loss is not: put a minus before.")
def softmax_loss_negative(x, y, w, b, lr):
    w, b, loss = softmax_step(x, y, w, b, lr)
    return w, b, -loss


@mistake(softmax_step, "the loss takes logarithms to base 2", "np.log is the natural logarithm; np.log2 is another.")
def softmax_loss_in_bits(x, y, w, b, lr):
    w, b, loss = softmax_step(x, y, w, b, lr)
    return w, b, loss / float(np.log(2))


@mistake(softmax_step, "the loss is one number per student", "Take the mean: a loss is a single number.")
def softmax_loss_per_student(x, y, w, b, lr):
    after = softmax_step(x, y, w, b, lr)
    return *after[:2], costs(x, y, w, b)[np.arange(len(y)), y]


@mistake(
    softmax_step,
    "the loss is the squared error",
    "The step is that of cross-entropy, the number beside it is not: the loss is -log of the right class's p.",
)
def softmax_reports_squares(x, y, w, b, lr):
    after = softmax_step(x, y, w, b, lr)
    return *after[:2], float(np.mean(softmax_error(x, y, w, b) ** 2))


@mistake(
    softmax_step,
    "large scores overflow",
    "exp(1000) is infinite, and infinite divided by infinite is not a number. Subtract each row's largest score first.",
)
def softmax_step_overflowing(x, y, w, b, lr):
    softmax_step(x, y, w, b, lr)
    with np.errstate(all="ignore"):
        e = np.exp(x @ w + b)
        p = e / e.sum(axis=1, keepdims=True)
        loss = float(-np.mean(np.log(p[np.arange(len(y)), y])))
        return softmax_by(p - one_hot(y, len(b)), x, w, b, lr, loss)


def softmax_loss_of(p, x, y, w, b, lr):
    """The right step, and the loss that the logarithm of a p gives."""
    after = softmax_step(x, y, w, b, lr)
    with np.errstate(all="ignore"):
        return *after[:2], float(-np.mean(np.log(p[np.arange(len(y)), y])))


@mistake(
    softmax_step,
    "log(0) spoils the loss",
    "The probability of a hopeless class rounds to 0, its logarithm does not: log p = score - log of the sum of "
    "exponentials, both shifted by the row's largest score.",
)
def softmax_naive_loss(x, y, w, b, lr):
    return softmax_loss_of(softmax(x @ w + b), x, y, w, b, lr)


CLIPPED_P = "It prevents the crash and is a wrong answer: 1000 points behind cost 1000. Do the algebra first."


@mistake(softmax_step, "p is clipped at 1e-7 in the loss", CLIPPED_P)
def softmax_clipped_at_7(x, y, w, b, lr):
    return softmax_loss_of(np.maximum(softmax(x @ w + b), 1e-7), x, y, w, b, lr)


@mistake(softmax_step, "p is clipped at 1e-12 in the loss", CLIPPED_P)
def softmax_clipped_at_12(x, y, w, b, lr):
    return softmax_loss_of(np.maximum(softmax(x @ w + b), 1e-12), x, y, w, b, lr)


@mistake(softmax_step, "p is clipped at 1e-15 in the loss", CLIPPED_P)
def softmax_clipped_at_15(x, y, w, b, lr):
    return softmax_loss_of(np.maximum(softmax(x @ w + b), 1e-15), x, y, w, b, lr)


@mistake(softmax_step, "the results come in another order", "First the parameters, w and b, then the loss.")
def softmax_loss_first(x, y, w, b, lr):
    w, b, loss = softmax_step(x, y, w, b, lr)
    return loss, w, b


@mistake(
    softmax_step,
    "w is changed in place",
    "`w -= lr * dw` writes into the caller's array, who may want to compare. `w = w - lr * dw` makes a new one.",
)
def softmax_step_in_place(x, y, w, b, lr):
    moved, b, loss = softmax_step(x, y, w, b, lr)
    w[:] = moved
    return w, b, loss


@mistake(
    softmax_step,
    "b is changed in place",
    "`b -= lr * db` writes into the caller's array, who may want to compare. `b = b - lr * db` makes a new one.",
)
def softmax_step_bias_in_place(x, y, w, b, lr):
    w, moved, loss = softmax_step(x, y, w, b, lr)
    b[:] = moved
    return w, b, loss


@mistake(
    softmax_step,
    "float64 parameters for float32 grades",
    "np.eye and np.zeros make float64 unless told otherwise, and it lifts all that it meets: give them a dtype.",
)
def softmax_step_in_float64(x, y, w, b, lr):
    w, b, loss = softmax_step(x, y, w, b, lr)
    return w.astype(np.float64), b.astype(np.float64), loss


@mistake(
    softmax_step,
    "an empty batch is accepted",
    "A mean over no students is 0/0. Raise a ValueError that says so.",
)
def softmax_step_of_nothing(x, y, w, b, lr):
    return softmax_step(x, y, w, b, lr) if len(x) else (w.copy(), b.copy(), 0.0)


@mistake(
    softmax_step,
    "a negative label is accepted",
    "To NumPy, -1 is the last column, and nothing crashes. Raise a ValueError when a label is below 0.",
)
def softmax_takes_minus_one(x, y, w, b, lr):
    return softmax_step(x, np.where(y < 0, y + len(b), y), w, b, lr)


@mistake(
    softmax_step,
    "a label too large is not refused by name",
    "An IndexError speaks of axes and sizes. Check the labels first, and raise a ValueError that says what is wrong.",
)
def softmax_index_error(x, y, w, b, lr):
    if len(y) and y.max() >= len(b):
        raise IndexError(f"index {y.max()} is out of bounds for axis 1 with size {len(b)}")
    return softmax_step(x, y, w, b, lr)
