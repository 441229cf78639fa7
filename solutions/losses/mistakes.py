"""Wrong answers that students really give, each with its name and a sentence that helps.

Most of them start from the reference's answer and spoil one thing, so that all else (the refusals, say) is right.
"""

import numpy as np

from autograder import mistake

from .losses import binary_cross_entropy, hinge_loss, huber_loss, mae_loss, mse_loss, softmax_cross_entropy


def scaled(answer, loss=1.0, gradient=1.0):
    """A right answer with its loss and its gradient multiplied."""
    return answer[0] * loss, answer[1] * answer[1].dtype.type(gradient)


def batch(array):
    """How many samples there are, at least 1."""
    return max(len(array), 1)


ONE_QUESTION = (
    "`if` and `max(..., 0)` need one answer, and an array has one for every entry: NumPy calls that ambiguous. "
    "np.where and np.maximum choose entry by entry."
)


# Mean squared error


@mistake(
    mse_loss,
    "the squared errors are summed, not averaged",
    "Divide by the number of entries, in the loss and in dprediction: a bigger batch should not cost more.",
)
def mse_summed(prediction, target):
    return scaled(mse_loss(prediction, target), prediction.size, prediction.size)


@mistake(
    mse_loss,
    "the loss and dprediction are averaged over the batch alone",
    "The mean is over all entries: divide by prediction.size, which for (N, D) is N times D.",
)
def mse_over_the_batch(prediction, target):
    entries = prediction.size / batch(prediction)
    return scaled(mse_loss(prediction, target), entries, entries)


@mistake(
    mse_loss,
    "dprediction is not divided by the number of entries",
    "The loss is a mean, and the 1/size in front of its sum stays there when you differentiate.",
)
def mse_gradient_not_averaged(prediction, target):
    return scaled(mse_loss(prediction, target), gradient=prediction.size)


@mistake(
    mse_loss,
    "dprediction is divided by the batch size alone",
    "The loss divides by the number of all entries, so its derivative does too.",
)
def mse_gradient_over_the_batch(prediction, target):
    return scaled(mse_loss(prediction, target), gradient=prediction.size / batch(prediction))


@mistake(
    mse_loss,
    "dprediction lacks the factor 2",
    "The derivative of e² is 2e. Some books put a 1/2 into the loss to make the 2 vanish; here there is none.",
)
def mse_gradient_halved(prediction, target):
    return scaled(mse_loss(prediction, target), gradient=0.5)


@mistake(
    mse_loss,
    "the loss carries a factor of one half",
    "Some books define the squared error as e²/2. Here, as in PyTorch, it is e², and the derivative is 2e.",
)
def mse_with_a_half(prediction, target):
    return scaled(mse_loss(prediction, target), 0.5, 0.5)


@mistake(
    mse_loss,
    "dprediction has the wrong sign",
    "That is the derivative with respect to target. Where the prediction is too high, raising it further must raise "
    "the loss: the derivative is positive there.",
)
def mse_flipped(prediction, target):
    return scaled(mse_loss(prediction, target), gradient=-1)


@mistake(
    mse_loss,
    "the root of the loss is taken",
    "The root of the mean squared error is another loss (RMSE), with another derivative. Return the mean itself.",
)
def mse_rooted(prediction, target):
    loss, dprediction = mse_loss(prediction, target)
    return loss**0.5, dprediction


@mistake(
    mse_loss,
    "the errors are averaged before they are squared",
    "Square each error first, then take the mean: otherwise an error of +1 and one of −1 cancel and cost nothing.",
)
def mse_squared_too_late(prediction, target):
    _, dprediction = mse_loss(prediction, target)
    return float(np.mean(prediction - target) ** 2), dprediction


@mistake(
    mse_loss,
    "the errors are not squared",
    "The loss is the mean of e², and this is the mean of e, which is negative where predictions are too low.",
)
def mse_not_squared(prediction, target):
    _, dprediction = mse_loss(prediction, target)
    return float(np.mean(prediction - target)), dprediction


@mistake(
    mse_loss,
    "the loss is one number per entry",
    "A loss is a single number, or there is nothing to minimise: take the mean of the squared errors.",
)
def mse_per_entry(prediction, target):
    _, dprediction = mse_loss(prediction, target)
    return (prediction - target) ** 2, dprediction


@mistake(
    mse_loss,
    "the loss is averaged along the first axis only",
    "Take the mean over all entries, whatever the shape, so that a single number is left.",
)
def mse_over_one_axis(prediction, target):
    _, dprediction = mse_loss(prediction, target)
    return np.mean((prediction - target) ** 2, axis=0), dprediction


@mistake(
    mse_loss,
    "dprediction is one number",
    "Every entry of prediction has a derivative of its own: dprediction has prediction's shape, and no sum is taken.",
)
def mse_gradient_summed(prediction, target):
    loss, dprediction = mse_loss(prediction, target)
    return loss, float(dprediction.sum())


@mistake(
    mse_loss,
    "prediction is overwritten",
    "`prediction -= target` writes into the caller's own array. Make a new one: `error = prediction - target`.",
)
def mse_in_place(prediction, target):
    answer = mse_loss(prediction, target)
    prediction -= target
    return answer


@mistake(
    mse_loss,
    "dprediction is float64 for a float32 prediction",
    "Let dprediction have prediction's dtype; `np.zeros_like(prediction)` has it, and `np.zeros(prediction.shape)` "
    "not.",
)
def mse_float64(prediction, target):
    loss, dprediction = mse_loss(prediction, target)
    return loss, dprediction.astype(np.float64)


@mistake(
    mse_loss,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no entries.",
)
def mse_of_nothing(prediction, target):
    return mse_loss(prediction, target) if prediction.size else (float("nan"), np.zeros_like(prediction))


# Mean absolute error


@mistake(
    mae_loss,
    "the absolute errors are summed, not averaged",
    "Divide by the number of entries, in the loss and in dprediction: a bigger batch should not cost more.",
)
def mae_summed(prediction, target):
    return scaled(mae_loss(prediction, target), prediction.size, prediction.size)


@mistake(
    mae_loss,
    "the loss and dprediction are averaged over the batch alone",
    "The mean is over all entries: divide by prediction.size, which for (N, D) is N times D.",
)
def mae_over_the_batch(prediction, target):
    entries = prediction.size / batch(prediction)
    return scaled(mae_loss(prediction, target), entries, entries)


@mistake(
    mae_loss,
    "dprediction is not divided by the number of entries",
    "The loss is a mean, and the 1/size in front of its sum stays there when you differentiate.",
)
def mae_gradient_not_averaged(prediction, target):
    return scaled(mae_loss(prediction, target), gradient=prediction.size)


@mistake(
    mae_loss,
    "dprediction is divided by the batch size alone",
    "The loss divides by the number of all entries, so its derivative does too.",
)
def mae_gradient_over_the_batch(prediction, target):
    return scaled(mae_loss(prediction, target), gradient=prediction.size / batch(prediction))


@mistake(
    mae_loss,
    "dprediction has the wrong sign",
    "That is the derivative with respect to target. Where the prediction is too high, raising it further must raise "
    "the loss: the derivative is positive there.",
)
def mae_flipped(prediction, target):
    return scaled(mae_loss(prediction, target), gradient=-1)


@mistake(
    mae_loss,
    "an error of 0 counts as positive",
    "At the kink, where the error is exactly 0, the derivative counts as 0: no step can improve that entry.",
)
def mae_kink_above(prediction, target):
    loss, dprediction = mae_loss(prediction, target)
    return loss, np.where(prediction >= target, 1, -1).astype(dprediction.dtype) / dprediction.dtype.type(
        prediction.size
    )


@mistake(
    mae_loss,
    "an error of 0 counts as negative",
    "At the kink, where the error is exactly 0, the derivative counts as 0: no step can improve that entry.",
)
def mae_kink_below(prediction, target):
    loss, dprediction = mae_loss(prediction, target)
    return loss, np.where(prediction > target, 1, -1).astype(dprediction.dtype) / dprediction.dtype.type(
        prediction.size
    )


@mistake(
    mae_loss,
    "dprediction is nan where the error is 0",
    "e / |e| is 0/0 at the kink. Ask for the sign of e instead; the derivative counts as 0 there.",
)
def mae_kink_nan(prediction, target):
    loss, _ = mae_loss(prediction, target)
    error = prediction - target
    with np.errstate(all="ignore"):
        return loss, error / np.abs(error) / error.dtype.type(error.size)


@mistake(
    mae_loss,
    "dprediction is positive everywhere",
    "The derivative of |e| is the sign of e: −1 where the prediction is too low.",
)
def mae_unsigned(prediction, target):
    loss, dprediction = mae_loss(prediction, target)
    return loss, np.abs(dprediction)


@mistake(
    mae_loss,
    "dprediction grows with the error",
    "The derivative of |e| is the sign of e alone, however large e is. In proportion to e is how the squared error "
    "pulls.",
)
def mae_gradient_of_size(prediction, target):
    loss, _ = mae_loss(prediction, target)
    return loss, (prediction - target) / prediction.dtype.type(prediction.size)


@mistake(
    mae_loss,
    "dprediction is that of the squared error",
    "2e is the derivative of e²; that of |e| is the sign of e, however large e is.",
)
def mae_gradient_of_square(prediction, target):
    return mae_loss(prediction, target)[0], mse_loss(prediction, target)[1]


@mistake(
    mae_loss,
    "the absolute value is missing",
    "Without it errors above and below cancel, and predictions that are all too low seem better than perfect.",
)
def mae_without_abs(prediction, target):
    _, dprediction = mae_loss(prediction, target)
    return float(np.mean(prediction - target)), dprediction


@mistake(
    mae_loss,
    "the absolute value is taken of the mean",
    "Take the absolute value of each error first, then the mean: otherwise errors above and below cancel.",
)
def mae_abs_too_late(prediction, target):
    _, dprediction = mae_loss(prediction, target)
    return float(np.abs(np.mean(prediction - target))), dprediction


@mistake(
    mae_loss,
    "the errors are squared",
    "That is the mean squared error. Here the cost of an error is its size, |e|.",
)
def mae_squared(prediction, target):
    return mse_loss(prediction, target)


@mistake(
    mae_loss,
    "dprediction is float64 for a float32 prediction",
    "Let dprediction have prediction's dtype. `np.sign(error)` has it; `np.where(error > 0, 1.0, -1.0)` has not.",
)
def mae_float64(prediction, target):
    loss, dprediction = mae_loss(prediction, target)
    return loss, dprediction.astype(np.float64)


@mistake(
    mae_loss,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no entries.",
)
def mae_of_nothing(prediction, target):
    return mae_loss(prediction, target) if prediction.size else (float("nan"), np.zeros_like(prediction))


@mistake(mae_loss, "the sign is asked of all errors at once", ONE_QUESTION)
def mae_one_question(prediction, target):
    answer = mae_loss(prediction, target)
    bool(prediction > target)  # what `if` asks: NumPy's own ValueError, unless there is a single entry
    return answer


# Huber loss


def split(prediction, target, delta):
    """The errors, and which of them are small."""
    huber_loss(prediction, target, delta)  # refuses what is to be refused
    error = prediction - target
    return error, np.abs(error) <= delta


def averaged(costs, slopes):
    """The answer with these costs and slopes of the entries."""
    return float(np.mean(costs)), slopes / slopes.dtype.type(slopes.size)


@mistake(
    huber_loss,
    "the costs are summed, not averaged",
    "Divide by the number of entries, in the loss and in dprediction: a bigger batch should not cost more.",
)
def huber_summed(prediction, target, delta):
    return scaled(huber_loss(prediction, target, delta), prediction.size, prediction.size)


@mistake(
    huber_loss,
    "the loss and dprediction are averaged over the batch alone",
    "The mean is over all entries: divide by prediction.size, which for (N, D) is N times D.",
)
def huber_over_the_batch(prediction, target, delta):
    entries = prediction.size / batch(prediction)
    return scaled(huber_loss(prediction, target, delta), entries, entries)


@mistake(
    huber_loss,
    "dprediction is not divided by the number of entries",
    "The loss is a mean, and the 1/size in front of its sum stays there when you differentiate.",
)
def huber_gradient_not_averaged(prediction, target, delta):
    return scaled(huber_loss(prediction, target, delta), gradient=prediction.size)


@mistake(
    huber_loss,
    "dprediction is divided by the batch size alone",
    "The loss divides by the number of all entries, so its derivative does too.",
)
def huber_gradient_over_the_batch(prediction, target, delta):
    return scaled(huber_loss(prediction, target, delta), gradient=prediction.size / batch(prediction))


@mistake(
    huber_loss,
    "dprediction has the wrong sign",
    "That is the derivative with respect to target. Where the prediction is too high, raising it further must raise "
    "the loss: the derivative is positive there.",
)
def huber_flipped(prediction, target, delta):
    return scaled(huber_loss(prediction, target, delta), gradient=-1)


@mistake(
    huber_loss,
    "the straight part does not meet the parabola",
    "At |e| = delta both parts must cost delta²/2, so delta²/2 is subtracted: delta (|e| − delta/2).",
)
def huber_with_a_jump(prediction, target, delta):
    error, small = split(prediction, target, delta)
    costs = np.where(small, 0.5 * error**2, delta * np.abs(error))
    return float(np.mean(costs)), huber_loss(prediction, target, delta)[1]


@mistake(
    huber_loss,
    "delta is subtracted whole in the straight part",
    "Half of it: delta (|e| − delta/2). Check it at |e| = delta, where both parts must cost the same.",
)
def huber_whole_delta(prediction, target, delta):
    error, small = split(prediction, target, delta)
    costs = np.where(small, 0.5 * error**2, delta * (np.abs(error) - delta))
    return float(np.mean(costs)), huber_loss(prediction, target, delta)[1]


@mistake(
    huber_loss,
    "the parabola lacks its factor of one half",
    "With e²/2 the slope at delta is delta, that of the straight part: that is what the half is for.",
)
def huber_without_the_half(prediction, target, delta):
    error, small = split(prediction, target, delta)
    costs = np.where(small, error**2, delta * (np.abs(error) - 0.5 * delta))
    return averaged(costs, np.where(small, 2 * error, delta * np.sign(error)))


@mistake(
    huber_loss,
    "dprediction has a factor 2 for small errors",
    "The parabola is e²/2, and its derivative is e.",
)
def huber_gradient_doubled(prediction, target, delta):
    loss, dprediction = huber_loss(prediction, target, delta)
    small = np.abs(prediction - target) <= delta
    return loss, np.where(small, 2 * dprediction, dprediction)


@mistake(
    huber_loss,
    "everything is divided by delta",
    "That is PyTorch's smooth_l1_loss. The Huber loss is e²/2 for small errors, whatever delta is.",
)
def huber_as_smooth_l1(prediction, target, delta):
    return scaled(huber_loss(prediction, target, delta), 1 / delta, 1 / delta)


@mistake(
    huber_loss,
    "delta is always 1",
    "Both parts of the loss depend on delta: where the parabola ends, and how steep the straight part is.",
)
def huber_delta_of_one(prediction, target, delta):
    huber_loss(prediction, target, delta)  # refuses what is to be refused
    return huber_loss(prediction, target, 1.0)


@mistake(
    huber_loss,
    "the straight part has slope 1",
    "Its slope is delta, the slope with which the parabola arrives there.",
)
def huber_slope_of_one(prediction, target, delta):
    error, small = split(prediction, target, delta)
    costs = np.where(small, 0.5 * error**2, np.abs(error) - 0.5 * delta)
    return averaged(costs, np.where(small, error, np.sign(error)))


@mistake(
    huber_loss,
    "dprediction is ±1 for large errors",
    "The straight part is delta |e| − delta²/2, and its slope is ±delta.",
)
def huber_gradient_of_one(prediction, target, delta):
    return huber_loss(prediction, target, delta)[0], huber_slope_of_one(prediction, target, delta)[1]


@mistake(
    huber_loss,
    "dprediction is +delta for every large error",
    "The derivative of |e| is the sign of e: −delta where the prediction is far too low.",
)
def huber_unsigned(prediction, target, delta):
    loss, dprediction = huber_loss(prediction, target, delta)
    return loss, np.where(np.abs(prediction - target) > delta, np.abs(dprediction), dprediction)


@mistake(
    huber_loss,
    "dprediction grows with large errors, too",
    "Beyond delta the loss is a straight line: its derivative stays at ±delta however large the error is.",
)
def huber_gradient_unclipped(prediction, target, delta):
    loss, _ = huber_loss(prediction, target, delta)
    return loss, (prediction - target) / prediction.dtype.type(prediction.size)


@mistake(
    huber_loss,
    "the two parts are swapped",
    "The parabola is for errors of at most delta, the straight lines are for larger ones.",
)
def huber_swapped(prediction, target, delta):
    error, small = split(prediction, target, delta)
    costs = np.where(small, delta * (np.abs(error) - 0.5 * delta), 0.5 * error**2)
    return averaged(costs, np.where(small, delta * np.sign(error), error))


@mistake(
    huber_loss,
    "large negative errors count as small",
    "Compare the size of the error with delta, |e| <= delta: e <= delta holds for every prediction that is too low.",
)
def huber_one_sided(prediction, target, delta):
    error, _ = split(prediction, target, delta)
    costs = np.where(error <= delta, 0.5 * error**2, delta * (np.abs(error) - 0.5 * delta))
    return averaged(costs, np.where(error <= delta, error, delta * np.sign(error)))


@mistake(
    huber_loss,
    "one large error makes all count as large",
    "Each entry chooses its part by its own error: np.where takes the choice entry by entry.",
)
def huber_all_or_nothing(prediction, target, delta):
    error, small = split(prediction, target, delta)
    if small.all():
        return averaged(0.5 * error**2, error)
    return averaged(delta * (np.abs(error) - 0.5 * delta), delta * np.sign(error))


@mistake(huber_loss, "the size is asked of all errors at once", ONE_QUESTION)
def huber_one_question(prediction, target, delta):
    answer = huber_loss(prediction, target, delta)
    bool(np.abs(prediction - target) <= delta)  # what `if` asks: NumPy's own ValueError, unless there is a single entry
    return answer


@mistake(
    huber_loss,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no entries.",
)
def huber_of_nothing(prediction, target, delta):
    return huber_loss(prediction, target, delta) if prediction.size else (float("nan"), np.zeros_like(prediction))


@mistake(
    huber_loss,
    "a delta that is not positive is accepted",
    "With delta = 0 every guess costs nothing, and below 0 costs are negative. Raise a ValueError unless delta > 0.",
)
def huber_of_any_delta(prediction, target, delta):
    if delta > 0:
        return huber_loss(prediction, target, delta)
    error = prediction - target
    return float(np.mean(delta * (np.abs(error) - 0.5 * delta))), delta * np.sign(error) / error.size


# Binary cross-entropy


def sigmoid(logits):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-logits))


def cost_of(p, target):
    """The mean cost by the textbook's formula; inf and nan where it meets log 0."""
    with np.errstate(all="ignore"):
        return float(np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p)))


def slope_of(p, target):
    """The derivative of the mean cost with respect to the probabilities."""
    with np.errstate(all="ignore"):
        return (p - target) / (p * (1 - p)) / p.dtype.type(p.size)


@mistake(
    binary_cross_entropy,
    "the costs are summed, not averaged",
    "Divide by the number of entries, in the loss and in dlogits: a bigger batch should not cost more.",
)
def bce_summed(logits, target):
    return scaled(binary_cross_entropy(logits, target), logits.size, logits.size)


@mistake(
    binary_cross_entropy,
    "the loss and dlogits are averaged over the batch alone",
    "The mean is over all entries: divide by logits.size, which for (N, D) is N times D.",
)
def bce_over_the_batch(logits, target):
    entries = logits.size / batch(logits)
    return scaled(binary_cross_entropy(logits, target), entries, entries)


@mistake(
    binary_cross_entropy,
    "dlogits is not divided by the number of entries",
    "The loss is a mean, and the 1/size in front of its sum stays there when you differentiate.",
)
def bce_gradient_not_averaged(logits, target):
    return scaled(binary_cross_entropy(logits, target), gradient=logits.size)


@mistake(
    binary_cross_entropy,
    "dlogits is divided by the batch size alone",
    "The loss divides by the number of all entries, so its derivative does too.",
)
def bce_gradient_over_the_batch(logits, target):
    return scaled(binary_cross_entropy(logits, target), gradient=logits.size / batch(logits))


@mistake(
    binary_cross_entropy,
    "dlogits has the wrong sign",
    "It is p − target, not target − p: where p is too high, raising the logit further must raise the loss.",
)
def bce_flipped(logits, target):
    return scaled(binary_cross_entropy(logits, target), gradient=-1)


@mistake(
    binary_cross_entropy,
    "the loss has lost its minus sign",
    "Logarithms of probabilities are negative, and a loss of right answers should be small: the minus signs make it "
    "so.",
)
def bce_negative(logits, target):
    return scaled(binary_cross_entropy(logits, target), loss=-1)


@mistake(
    binary_cross_entropy,
    "large logits overflow or meet log 0",
    "In floating point p reaches exactly 0 and 1. Put the sigmoid into the logarithm on paper: "
    "−log p is log(1 + exp(−x)), and then see to it that the exponential never sees a large positive number.",
)
def bce_naive(logits, target):
    _, dlogits = binary_cross_entropy(logits, target)
    return cost_of(sigmoid(logits), target), dlogits


def bce_clipped(logits, target, floor):
    _, dlogits = binary_cross_entropy(logits, target)
    return cost_of(np.clip(sigmoid(logits), floor, 1 - floor), target), dlogits


BCE_CLIPPED = (
    "Clipping hides log 0 and gives a wrong number: a wrong answer with a logit of 1000 costs 1000. Put the sigmoid "
    "into the logarithm on paper; then nothing needs to be clipped."
)


@mistake(binary_cross_entropy, "the probability is clipped at 1e-7, so costs stop at 16", BCE_CLIPPED)
def bce_clipped_at_7(logits, target):
    return bce_clipped(logits, target, 1e-7)


@mistake(binary_cross_entropy, "the probability is clipped at 1e-8, so costs stop at 18", BCE_CLIPPED)
def bce_clipped_at_8(logits, target):
    return bce_clipped(logits, target, 1e-8)


@mistake(binary_cross_entropy, "the probability is clipped at 1e-12, so costs stop at 28", BCE_CLIPPED)
def bce_clipped_at_12(logits, target):
    return bce_clipped(logits, target, 1e-12)


@mistake(binary_cross_entropy, "the probability is clipped at 1e-15, so costs stop at 35", BCE_CLIPPED)
def bce_clipped_at_15(logits, target):
    return bce_clipped(logits, target, 1e-15)


BCE_ADDED = (
    "That hides log 0 and gives a wrong number: a wrong answer with a logit of 1000 costs 1000. Put the sigmoid into "
    "the logarithm on paper; then nothing needs to be added or clipped."
)


def bce_added(logits, target, little):
    _, dlogits = binary_cross_entropy(logits, target)
    p = sigmoid(logits)
    return -float(np.mean(target * np.log(p + little) + (1 - target) * np.log(1 - p + little))), dlogits


@mistake(binary_cross_entropy, "1e-7 is added in the logarithms, so costs stop at 16", BCE_ADDED)
def bce_added_7(logits, target):
    return bce_added(logits, target, 1e-7)


@mistake(binary_cross_entropy, "1e-8 is added in the logarithms, so costs stop at 18", BCE_ADDED)
def bce_added_8(logits, target):
    return bce_added(logits, target, 1e-8)


@mistake(
    binary_cross_entropy,
    "1e-10 is added in the logarithms, or the probability is clipped there, so costs stop at 23",
    BCE_ADDED,
)
def bce_added_10(logits, target):
    return bce_added(logits, target, 1e-10)


@mistake(binary_cross_entropy, "1e-12 is added in the logarithms, so costs stop at 28", BCE_ADDED)
def bce_added_12(logits, target):
    return bce_added(logits, target, 1e-12)


@mistake(binary_cross_entropy, "1e-15 is added in the logarithms, so costs stop at 35", BCE_ADDED)
def bce_added_15(logits, target):
    return bce_added(logits, target, 1e-15)


SIGMOID_OVERFLOWS = (
    "exp(1000) is infinite, and infinite divided by infinite is not a number. 1 / (1 + exp(−x)) is the same sigmoid; "
    "exp(−|x|) serves for both signs."
)


def overflowing_sigmoid(logits):
    with np.errstate(all="ignore"):
        return np.exp(logits) / (1 + np.exp(logits))


@mistake(binary_cross_entropy, "exp(x) / (1 + exp(x)) overflows in dlogits", SIGMOID_OVERFLOWS)
def bce_overflowing_gradient(logits, target):
    loss, _ = binary_cross_entropy(logits, target)
    return loss, (overflowing_sigmoid(logits) - target) / logits.dtype.type(logits.size)


@mistake(binary_cross_entropy, "exp(x) / (1 + exp(x)) overflows, in the loss and in dlogits", SIGMOID_OVERFLOWS)
def bce_overflowing(logits, target):
    _, dlogits = bce_overflowing_gradient(logits, target)
    return cost_of(overflowing_sigmoid(logits), target), dlogits


@mistake(
    binary_cross_entropy,
    "the logits are clipped at ±500",
    "That stops the overflow, and the cost of a wrong answer with it: at a logit of 1000 it is 1000. The absolute "
    "value in log(1 + exp(−|x|)) stops the overflow alone.",
)
def bce_logits_clipped(logits, target):
    _, dlogits = binary_cross_entropy(logits, target)
    return binary_cross_entropy(np.clip(logits, -500, 500), target)[0], dlogits


@mistake(
    binary_cross_entropy,
    "the exponential in log(1 + exp(x)) overflows",
    "exp(1000) is infinite in floating point. For x > 0, log(1 + exp(x)) is x + log(1 + exp(−x)): choose for each "
    "sign of x the form whose exponential stays small.",
)
def bce_naive_softplus(logits, target):
    _, dlogits = binary_cross_entropy(logits, target)
    with np.errstate(over="ignore"):
        return float(np.mean(np.log(1 + np.exp(logits)) - logits * target)), dlogits


@mistake(
    binary_cross_entropy,
    "the stable form lacks max(x, 0)",
    "Where x > 0, log(1 + exp(x)) is x + log(1 + exp(−x)): the x that is pulled out must be added.",
)
def bce_without_max(logits, target):
    loss, dlogits = binary_cross_entropy(logits, target)
    return loss - float(np.mean(np.maximum(logits, 0))), dlogits


@mistake(
    binary_cross_entropy,
    "the stable form lacks the absolute value",
    "It is exp(−|x|) beside max(x, 0): with exp(−x) negative logits are wrong, and large ones overflow.",
)
def bce_without_abs(logits, target):
    _, dlogits = binary_cross_entropy(logits, target)
    with np.errstate(over="ignore"):
        return float(np.mean(np.maximum(logits, 0) - logits * target + np.log(1 + np.exp(-logits)))), dlogits


@mistake(
    binary_cross_entropy,
    "the term with the target has the wrong sign",
    "From −t log p − (1 − t) log(1 − p) follows log(1 + exp(x)) − t x: a high logit is good where the target is 1.",
)
def bce_target_added(logits, target):
    loss, dlogits = binary_cross_entropy(logits, target)
    return loss + 2 * float(np.mean(logits * target)), dlogits


@mistake(
    binary_cross_entropy,
    "only the targets of 1 cost anything",
    "−t log p is one half of the loss. Where the target is 0, −(1 − t) log(1 − p) must speak.",
)
def bce_only_yes(logits, target):
    _, dlogits = binary_cross_entropy(logits, target)
    return float(np.mean(target * np.logaddexp(0, -logits))), dlogits


@mistake(
    binary_cross_entropy,
    "only the targets of 1 cost anything, and have a gradient",
    "−t log p is one half of the loss. Where the target is 0, −(1 − t) log(1 − p) must speak, in dlogits as well.",
)
def bce_only_yes_throughout(logits, target):
    loss, _ = bce_only_yes(logits, target)
    return loss, (target * (sigmoid(logits) - 1) / logits.size).astype(logits.dtype)


@mistake(
    binary_cross_entropy,
    "every target but 1 counts as 0",
    "Targets may lie between 0 and 1: weigh the two logarithms with t and 1 − t instead of choosing between them.",
)
def bce_hard_targets(logits, target):
    binary_cross_entropy(logits, target)  # refuses what is to be refused
    return binary_cross_entropy(logits, target == 1)


@mistake(
    binary_cross_entropy,
    "every target but 1 costs as if it were 0",
    "Targets may lie between 0 and 1: weigh the two logarithms with t and 1 − t instead of choosing between them by "
    "`target == 1`. dlogits does it right.",
)
def bce_hard_costs(logits, target):
    return binary_cross_entropy(logits, target == 1)[0], binary_cross_entropy(logits, target)[1]


@mistake(
    binary_cross_entropy,
    "the targets are rounded to 0 and 1",
    "Targets may lie between 0 and 1: weigh the two logarithms with t and 1 − t instead of choosing between them.",
)
def bce_rounded_targets(logits, target):
    binary_cross_entropy(logits, target)  # refuses what is to be refused
    return binary_cross_entropy(logits, target > 0.5)


@mistake(
    binary_cross_entropy,
    "the targets are read as −1 and +1",
    "log(1 + exp(−t x)) is for targets of ±1. Here they are 0 and 1, or anything between.",
)
def bce_signed_targets(logits, target):
    binary_cross_entropy(logits, target)  # refuses what is to be refused
    loss = float(np.mean(np.logaddexp(0, -target * logits)))
    return loss, (-target * sigmoid(-target * logits) / logits.size).astype(logits.dtype)


@mistake(
    binary_cross_entropy,
    "dlogits stops at the probability",
    "(p − t) / (p (1 − p)) is the derivative with respect to p. By the chain rule it is multiplied with the "
    "sigmoid's own, p (1 − p), and little is left.",
)
def bce_gradient_of_probability(logits, target):
    loss, _ = binary_cross_entropy(logits, target)
    return loss, slope_of(sigmoid(logits), target)


@mistake(
    binary_cross_entropy,
    "dlogits has the sigmoid's derivative once too often",
    "p − t is the derivative with respect to the logit already: the sigmoid's p (1 − p) has cancelled in it.",
)
def bce_gradient_chained_twice(logits, target):
    loss, dlogits = binary_cross_entropy(logits, target)
    p = sigmoid(logits)
    return loss, dlogits * p * (1 - p)


@mistake(
    binary_cross_entropy,
    "the logits are taken for probabilities",
    "A logit is any real number. sigmoid(logit) is the probability that belongs into the logarithm.",
)
def bce_without_sigmoid(logits, target):
    binary_cross_entropy(logits, target)  # refuses what is to be refused
    return cost_of(logits, target), (logits - target) / logits.dtype.type(logits.size)


@mistake(
    binary_cross_entropy,
    "the logits are taken for probabilities, in the loss and its derivative",
    "A logit is any real number. sigmoid(logit) is the probability that belongs into the logarithm, and then dlogits "
    "is simply (p − t) / size.",
)
def bce_of_probabilities(logits, target):
    binary_cross_entropy(logits, target)  # refuses what is to be refused
    return cost_of(logits, target), slope_of(logits, target)


@mistake(
    binary_cross_entropy,
    "the sigmoid is applied twice",
    "One sigmoid turns a logit into a probability. A second one turns every probability into one between 0.5 and 0.73.",
)
def bce_sigmoid_twice(logits, target):
    return binary_cross_entropy(sigmoid(logits), target)


@mistake(
    binary_cross_entropy,
    "the sigmoid is upside down",
    "It is 1 / (1 + exp(−x)), with a minus: a high logit means a high probability.",
)
def bce_sigmoid_flipped(logits, target):
    return binary_cross_entropy(-logits, target)


@mistake(
    binary_cross_entropy,
    "the logarithm has base 2",
    "Take the natural logarithm, np.log. Base 2 measures in bits, and dlogits would have to be divided by log 2.",
)
def bce_log2(logits, target):
    return scaled(binary_cross_entropy(logits, target), loss=1 / np.log(2.0).item())


@mistake(
    binary_cross_entropy,
    "the logarithm has base 10",
    "Take the natural logarithm, np.log: only its derivative is 1/p.",
)
def bce_log10(logits, target):
    return scaled(binary_cross_entropy(logits, target), loss=1 / np.log(10.0).item())


@mistake(binary_cross_entropy, "a question is asked of all logits or targets at once", ONE_QUESTION)
def bce_one_question(logits, target):
    answer = binary_cross_entropy(logits, target)
    bool(logits >= 0)  # what `if` asks: NumPy's own ValueError, unless there is a single entry
    return answer


@mistake(
    binary_cross_entropy,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no entries.",
)
def bce_of_nothing(logits, target):
    return binary_cross_entropy(logits, target) if logits.size else (float("nan"), np.zeros_like(logits))


@mistake(
    binary_cross_entropy,
    "a target of another shape is broadcast",
    "NumPy makes N x N entries out of (N, 1) and (N,), and every logit meets every target. Compare the shapes, and "
    "raise a ValueError if they differ.",
)
def bce_broadcast(logits, target):
    return binary_cross_entropy(*map(np.array, np.broadcast_arrays(logits, target)))


# Softmax cross-entropy


def log_softmax(logits, axis=1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def one_hot(logits, labels):
    """Ones at the labels, zeros elsewhere, in logits' shape and dtype."""
    return np.eye(logits.shape[1], dtype=logits.dtype)[labels]


def picked(table, labels):
    """From every row the entry at its label."""
    return table[np.arange(len(labels)), labels]


@mistake(
    softmax_cross_entropy,
    "the costs are summed over the batch, not averaged",
    "Divide by the number of samples, in the loss and in dlogits: a bigger batch should not cost more.",
)
def softmax_summed(logits, labels):
    return scaled(softmax_cross_entropy(logits, labels), batch(logits), batch(logits))


@mistake(
    softmax_cross_entropy,
    "the loss and dlogits are averaged over all entries",
    "A sample has one right class and one cost, however many classes there are: divide by N, not by N times C.",
)
def softmax_over_entries(logits, labels):
    classes = logits.shape[1]
    return scaled(softmax_cross_entropy(logits, labels), 1 / classes, 1 / classes)


@mistake(
    softmax_cross_entropy,
    "dlogits is not divided by the batch size",
    "The loss is a mean over the samples, and its 1/N stays there when you differentiate.",
)
def softmax_gradient_not_averaged(logits, labels):
    return scaled(softmax_cross_entropy(logits, labels), gradient=batch(logits))


@mistake(
    softmax_cross_entropy,
    "dlogits is divided by the number of classes, too",
    "The loss divides by the number of samples only, so its derivative does as well.",
)
def softmax_gradient_over_entries(logits, labels):
    return scaled(softmax_cross_entropy(logits, labels), gradient=1 / logits.shape[1])


@mistake(
    softmax_cross_entropy,
    "dlogits has the wrong sign",
    "It is p − 1 at the right class and p elsewhere: raising a wrong class's logit must raise the loss.",
)
def softmax_flipped(logits, labels):
    return scaled(softmax_cross_entropy(logits, labels), gradient=-1)


@mistake(
    softmax_cross_entropy,
    "the loss has lost its minus sign",
    "The logarithm of a probability is negative, and a loss of right answers should be small: −log p does that.",
)
def softmax_negative(logits, labels):
    return scaled(softmax_cross_entropy(logits, labels), loss=-1)


@mistake(
    softmax_cross_entropy,
    "the softmax runs over the batch instead of the classes",
    "Each sample's probabilities sum to 1 over its classes, along axis 1: a sample must not know of the others.",
)
def softmax_wrong_axis(logits, labels):
    softmax_cross_entropy(logits, labels)  # refuses what is to be refused
    logs = log_softmax(logits, axis=0)
    return -float(picked(logs, labels).mean()), (np.exp(logs) - one_hot(logits, labels)) / logits.dtype.type(
        len(logits)
    )


@mistake(
    softmax_cross_entropy,
    "the softmax runs over the whole batch at once",
    "Each sample's probabilities sum to 1 over its own classes: sum along axis 1, not over everything.",
)
def softmax_no_axis(logits, labels):
    softmax_cross_entropy(logits, labels)  # refuses what is to be refused
    logs = log_softmax(logits, axis=(0, 1))
    return -float(picked(logs, labels).mean()), (np.exp(logs) - one_hot(logits, labels)) / logits.dtype.type(
        len(logits)
    )


def along(axis, keepdims=True):
    """Options of a reduction, for short."""
    return {"axis": axis, "keepdims": keepdims}


@np.errstate(all="ignore")
def softmax_spoiled(logits, labels, largest, total):
    """The loss by way of p: what is subtracted and the sums are reduced with these options; None subtracts nothing."""
    softmax_cross_entropy(logits, labels)  # refuses what is to be refused
    exponentials = np.exp(logits - (logits.max(**largest) if largest else 0))
    p = exponentials / exponentials.sum(**total)
    dlogits = p.copy()
    dlogits[np.arange(len(labels)), labels] -= 1
    return -float(np.log(picked(p, labels)).mean()), dlogits / logits.dtype.type(len(logits))


@mistake(
    softmax_cross_entropy,
    "the softmax runs over the batch, and its p meets the logarithm",
    "Each sample's probabilities sum to 1 over its classes, along axis 1. After that, a p of 0 will still spoil the "
    "loss: take log p on paper.",
)
def softmax_p_wrong_axis(logits, labels):
    return softmax_spoiled(logits, labels, along(0), along(0))


@mistake(
    softmax_cross_entropy,
    "the exponentials are divided by their sums over the batch",
    "The maximum is taken over the classes and the sum over the batch. Both belong along axis 1: a sample must not "
    "know of the others.",
)
def softmax_sum_wrong_axis(logits, labels):
    return softmax_spoiled(logits, labels, along(1), along(0))


@mistake(
    softmax_cross_entropy,
    "the softmax runs over the batch, and large logits overflow",
    "Sum over the classes, along axis 1, and subtract each row's largest logit before you take exponentials.",
)
def softmax_naive_wrong_axis(logits, labels):
    return softmax_spoiled(logits, labels, None, along(0))


@mistake(
    softmax_cross_entropy,
    "the softmax runs over the whole batch, and its p meets the logarithm",
    "Each sample's probabilities sum to 1 over its own classes, along axis 1. After that, a p of 0 will still spoil "
    "the loss: take log p on paper.",
)
def softmax_p_no_axis(logits, labels):
    return softmax_spoiled(logits, labels, along(None), along(None))


@mistake(
    softmax_cross_entropy,
    "the softmax runs over the whole batch, and large logits overflow",
    "Sum over the classes, along axis 1, and subtract each row's largest logit before you take exponentials.",
)
def softmax_naive_no_axis(logits, labels):
    return softmax_spoiled(logits, labels, None, along(None))


ROWS_LOST = (
    "What axis=1 leaves has shape (N,), and NumPy lays it along the last axis, the classes: an error, or a wrong "
    "number where N is C. keepdims=True keeps it (N, 1), one number for each row."
)


@mistake(
    softmax_cross_entropy,
    "the sums over classes are lined up with the classes, not with the samples",
    ROWS_LOST,
)
def softmax_without_keepdims(logits, labels):
    return softmax_spoiled(logits, labels, along(1), along(1, keepdims=False))


@mistake(
    softmax_cross_entropy,
    "the maxima over classes are lined up with the classes, not with the samples",
    ROWS_LOST,
)
def softmax_maxima_without_keepdims(logits, labels):
    return softmax_spoiled(logits, labels, along(1, keepdims=False), along(1))


@mistake(
    softmax_cross_entropy,
    "maxima and sums over classes are lined up with the classes, not with the samples",
    ROWS_LOST,
)
def softmax_without_any_keepdims(logits, labels):
    return softmax_spoiled(logits, labels, along(1, keepdims=False), along(1, keepdims=False))


@mistake(
    softmax_cross_entropy,
    "large logits overflow, and sums over classes are lined up with the classes",
    ROWS_LOST + " And subtract each row's largest logit before you take exponentials.",
)
def softmax_naive_without_keepdims(logits, labels):
    return softmax_spoiled(logits, labels, None, along(1, keepdims=False))


@mistake(
    softmax_cross_entropy,
    "large logits overflow",
    "exp(1000) is infinite in floating point. Subtract each row's largest logit first: the probabilities stay the "
    "same.",
)
def softmax_naive(logits, labels):
    softmax_cross_entropy(logits, labels)  # refuses what is to be refused
    with np.errstate(all="ignore"):
        exponentials = np.exp(logits)
        p = exponentials / exponentials.sum(axis=1, keepdims=True)
        loss = -float(np.log(picked(p, labels)).mean())
    return loss, (p - one_hot(logits, labels)) / logits.dtype.type(len(logits))


@mistake(
    softmax_cross_entropy,
    "the sum of the exponentials overflows",
    "exp(1000) is infinite in floating point, and exp(−1000) is 0. Take each row's largest logit out of the sum: "
    "log Σ exp(x_k) is max + log Σ exp(x_k − max).",
)
def softmax_naive_sum(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    with np.errstate(all="ignore"):
        return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - picked(logits, labels))), dlogits


@mistake(
    softmax_cross_entropy,
    "the largest logit of the whole batch is subtracted",
    "A row far below it is left with exponentials of 0 only, and 0/0. Subtract from every row its own largest logit.",
)
def softmax_global_max(logits, labels):
    return softmax_naive(logits - logits.max() if logits.size else logits, labels)


@mistake(
    softmax_cross_entropy,
    "a probability that rounds to 0 meets the logarithm",
    "The probability of a hopeless class is 0 in floating point, its logarithm is not: take log p = x_y − log Σ "
    "exp(x_k) on paper, and compute that.",
)
def softmax_log_of_zero(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    with np.errstate(divide="ignore"):
        return -float(np.log(np.exp(picked(log_softmax(logits), labels))).mean()), dlogits


def softmax_added(logits, labels, little):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return -float(np.log(np.exp(picked(log_softmax(logits), labels)) + little).mean()), dlogits


def softmax_clipped(logits, labels, floor):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return -float(np.log(np.maximum(np.exp(picked(log_softmax(logits), labels)), floor)).mean()), dlogits


SOFTMAX_CLIPPED = (
    "That hides log 0 and gives a wrong number: a wrong answer with a logit of 1000 costs 1000. Take "
    "log p = x_y − log Σ exp(x_k) on paper; then nothing needs to be added or clipped."
)


@mistake(softmax_cross_entropy, "1e-7 is added to the probability, so costs stop at 16", SOFTMAX_CLIPPED)
def softmax_added_7(logits, labels):
    return softmax_added(logits, labels, 1e-7)


@mistake(softmax_cross_entropy, "the probability is clipped at 1e-7, so costs stop at 16", SOFTMAX_CLIPPED)
def softmax_clipped_at_7(logits, labels):
    return softmax_clipped(logits, labels, 1e-7)


@mistake(softmax_cross_entropy, "1e-8 is added to the probability, so costs stop at 18", SOFTMAX_CLIPPED)
def softmax_added_8(logits, labels):
    return softmax_added(logits, labels, 1e-8)


@mistake(softmax_cross_entropy, "the probability is clipped at 1e-8, so costs stop at 18", SOFTMAX_CLIPPED)
def softmax_clipped_at_8(logits, labels):
    return softmax_clipped(logits, labels, 1e-8)


@mistake(softmax_cross_entropy, "1e-10 is added to the probability, so costs stop at 23", SOFTMAX_CLIPPED)
def softmax_added_10(logits, labels):
    return softmax_added(logits, labels, 1e-10)


@mistake(softmax_cross_entropy, "the probability is clipped at 1e-10, so costs stop at 23", SOFTMAX_CLIPPED)
def softmax_clipped_at_10(logits, labels):
    return softmax_clipped(logits, labels, 1e-10)


@mistake(softmax_cross_entropy, "1e-12 is added to the probability, so costs stop at 28", SOFTMAX_CLIPPED)
def softmax_added_12(logits, labels):
    return softmax_added(logits, labels, 1e-12)


@mistake(softmax_cross_entropy, "the probability is clipped at 1e-12, so costs stop at 28", SOFTMAX_CLIPPED)
def softmax_clipped_at_12(logits, labels):
    return softmax_clipped(logits, labels, 1e-12)


@mistake(
    softmax_cross_entropy,
    "1e-15 is added to the probability, or it is clipped there, so costs stop at 35",
    SOFTMAX_CLIPPED,
)
def softmax_added_15(logits, labels):
    return softmax_added(logits, labels, 1e-15)


@mistake(
    softmax_cross_entropy,
    "the subtracted maximum is not added back",
    "log Σ exp(x_k) is max + log Σ exp(x_k − max): what was subtracted inside must be added back outside.",
)
def softmax_max_not_added_back(logits, labels):
    loss, dlogits = softmax_cross_entropy(logits, labels)
    return loss - float(logits.max(axis=1).mean()), dlogits


@mistake(
    softmax_cross_entropy,
    "dlogits lacks the −1 at the right class",
    "The probabilities are the first half. The loss also holds −x_y, whose derivative is −1 at the right class.",
)
def softmax_gradient_without_one_hot(logits, labels):
    loss, dlogits = softmax_cross_entropy(logits, labels)
    return loss, dlogits + one_hot(logits, labels) / logits.dtype.type(len(logits))


@mistake(
    softmax_cross_entropy,
    "dlogits is 0 at the wrong classes",
    "The wrong classes take part in the softmax's sum: each is pushed down by its own probability.",
)
def softmax_gradient_at_labels_only(logits, labels):
    loss, dlogits = softmax_cross_entropy(logits, labels)
    return loss, dlogits * one_hot(logits, labels)


@mistake(
    softmax_cross_entropy,
    "dlogits holds no probabilities",
    "The derivative of the softmax's own logarithm is missing: dlogits is the probabilities, less 1 at the right "
    "class.",
)
def softmax_gradient_one_hot_only(logits, labels):
    loss, _ = softmax_cross_entropy(logits, labels)
    return loss, -one_hot(logits, labels) / logits.dtype.type(len(logits))


@mistake(
    softmax_cross_entropy,
    "dlogits stops at the probabilities",
    "−1/p at the right class is the derivative with respect to p. Go on through the softmax to the logits.",
)
def softmax_gradient_of_probabilities(logits, labels):
    loss, _ = softmax_cross_entropy(logits, labels)
    with np.errstate(all="ignore"):
        found = -np.exp(-picked(log_softmax(logits), labels))[:, None] / logits.dtype.type(len(logits))
    return loss, np.where(one_hot(logits, labels) > 0, found, 0).astype(logits.dtype)


@mistake(
    softmax_cross_entropy,
    "1 is subtracted from p before its logarithm is taken",
    "p − 1 is the gradient and is negative, so its logarithm is nan. Take the loss first, or subtract in a copy: "
    "`dlogits = p` is another name for the same array, `p.copy()` is a new one.",
)
def softmax_subtracted_too_early(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    with np.errstate(all="ignore"):
        return -float(np.log(picked(dlogits, labels)).mean()), dlogits


@mistake(
    softmax_cross_entropy,
    "every row loses 1 at every label of the batch",
    "`p[:, labels]` takes these columns in all rows. One entry per row is `p[np.arange(N), labels]`.",
)
def softmax_whole_columns(logits, labels):
    loss, _ = softmax_cross_entropy(logits, labels)
    dlogits = np.exp(log_softmax(logits))
    dlogits[:, labels] -= 1
    return loss, dlogits / logits.dtype.type(len(logits))


@mistake(
    softmax_cross_entropy,
    "every sample pays for every label of the batch",
    "`p[:, labels]` takes these columns in all rows, N x N entries. One per row is `p[np.arange(N), labels]`.",
)
def softmax_cost_of_columns(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return -float(log_softmax(logits)[:, labels].mean()), dlogits


@mistake(
    softmax_cross_entropy,
    "the cost is that of the likeliest class",
    "The loss asks how probable the right class was, the one in labels, whichever the model prefers.",
)
def softmax_of_the_likeliest(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return -float(log_softmax(logits).max(axis=1).mean()), dlogits


@mistake(
    softmax_cross_entropy,
    "the logarithms of all classes are added up",
    "Only the right class counts: multiply by the one-hot labels before summing, or pick one entry per row.",
)
def softmax_of_all_classes(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return -float(log_softmax(logits).sum(axis=1).mean()), dlogits


@mistake(
    softmax_cross_entropy,
    "the logarithm is taken of the mean probability",
    "Take −log p of each sample first and the mean of these: the logarithm of a mean is something else.",
)
def softmax_log_of_mean(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    with np.errstate(divide="ignore"):
        return -float(np.log(np.exp(picked(log_softmax(logits), labels)).mean())), dlogits


@mistake(
    softmax_cross_entropy,
    "the cost is 1 − p instead of −log p",
    "−log p, not 1 − p: a right class thought impossible should cost without limit.",
)
def softmax_without_log(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return 1 - float(np.exp(picked(log_softmax(logits), labels)).mean()), dlogits


@mistake(
    softmax_cross_entropy,
    "the logits are taken for logarithms of probabilities",
    "Nothing says that exp(logits) sums to 1. Subtract log Σ exp(x_k) from the right class's logit.",
)
def softmax_not_normalised(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return -float(picked(logits, labels).mean()), dlogits


@mistake(
    softmax_cross_entropy,
    "the softmax is applied twice",
    "Cross-entropy here starts from logits and applies the softmax itself, once.",
)
def softmax_twice(logits, labels):
    return softmax_cross_entropy(np.exp(log_softmax(logits)) if logits.size else logits, labels)


@mistake(
    softmax_cross_entropy,
    "each class goes through a sigmoid of its own",
    "One answer among C classes: the probabilities of a row share the sum 1, which is what the softmax is for.",
)
def softmax_as_sigmoids(logits, labels):
    softmax_cross_entropy(logits, labels)  # refuses what is to be refused
    return scaled(binary_cross_entropy(logits, one_hot(logits, labels)), logits.shape[1], logits.shape[1])


@mistake(
    softmax_cross_entropy,
    "the labels are counted from 1",
    "The first class is 0, as everywhere in Python. Label y belongs to column y.",
)
def softmax_labels_from_one(logits, labels):
    softmax_cross_entropy(logits, labels)  # refuses what is to be refused
    return softmax_cross_entropy(logits, (labels - 1) % logits.shape[1])


@mistake(
    softmax_cross_entropy,
    "the logarithm has base 2",
    "Take the natural logarithm, np.log. Base 2 measures in bits, and dlogits would have to be divided by log 2.",
)
def softmax_log2(logits, labels):
    return scaled(softmax_cross_entropy(logits, labels), loss=1 / np.log(2.0).item())


@mistake(
    softmax_cross_entropy,
    "the logarithm has base 10",
    "Take the natural logarithm, np.log: it undoes exp, and its derivative is 1/p.",
)
def softmax_log10(logits, labels):
    return scaled(softmax_cross_entropy(logits, labels), loss=1 / np.log(10.0).item())


@mistake(
    softmax_cross_entropy,
    "the loss is one number per sample",
    "A loss is a single number, or there is nothing to minimise: take the mean over the samples.",
)
def softmax_per_sample(logits, labels):
    _, dlogits = softmax_cross_entropy(logits, labels)
    return -picked(log_softmax(logits), labels), dlogits


@mistake(
    softmax_cross_entropy,
    "logits is overwritten",
    "`logits -= logits.max(...)` writes into the caller's own array. Make a new one: `shifted = logits - ...`.",
)
def softmax_in_place(logits, labels):
    answer = softmax_cross_entropy(logits, labels)
    logits -= logits.max(axis=1, keepdims=True)
    return answer


@mistake(
    softmax_cross_entropy,
    "dlogits is float64 for float32 logits",
    "One-hot rows from np.eye are float64 and lift everything they meet. Subtract 1 in place from a float32 array "
    "instead.",
)
def softmax_float64(logits, labels):
    loss, dlogits = softmax_cross_entropy(logits, labels)
    return loss, dlogits.astype(np.float64)


@mistake(
    softmax_cross_entropy,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no samples.",
)
def softmax_of_nothing(logits, labels):
    return softmax_cross_entropy(logits, labels) if logits.size else (float("nan"), np.zeros_like(logits))


@mistake(
    softmax_cross_entropy,
    "the labels are not checked",
    "NumPy reads label −1 as the last class, without a word, and answers label C with an IndexError. Check that all "
    "labels are from 0 to C − 1, and raise a ValueError.",
)
def softmax_any_label(logits, labels):
    if logits.size:
        picked(logits, labels)  # NumPy's own IndexError
        labels = labels % logits.shape[1]
    return softmax_cross_entropy(logits, labels)


@mistake(
    softmax_cross_entropy,
    "a negative label is accepted",
    "NumPy reads label −1 as the last class, without a word. Check both ends: 0 <= label < C.",
)
def softmax_negative_label(logits, labels):
    return softmax_cross_entropy(logits, np.where(labels < 0, labels + logits.shape[1], labels))


# Hinge loss


def excess_of(scores, labels, margin):
    """By how much each wrong class comes closer than the margin; at the right class 0."""
    hinge_loss(scores, labels, margin)  # refuses what is to be refused
    found = margin + scores - picked(scores, labels)[:, None]
    found[np.arange(len(labels)), labels] = 0
    return found


def pushed(weights, labels):
    """The gradient that pushes each wrong class down by its weight, and the right one up by their sum."""
    gradient = weights - one_hot(weights, labels) * weights.sum(axis=1, keepdims=True)
    return gradient / weights.dtype.type(len(weights))


def wrong_classes(scores, labels):
    """Ones at the wrong classes."""
    return 1 - one_hot(scores, labels)


@mistake(
    hinge_loss,
    "the costs are summed over the batch, not averaged",
    "Divide by the number of samples, in the loss and in dscores: a bigger batch should not cost more.",
)
def hinge_summed(scores, labels, margin):
    return scaled(hinge_loss(scores, labels, margin), batch(scores), batch(scores))


@mistake(
    hinge_loss,
    "the loss and dscores are divided by the number of classes, too",
    "Sum over the wrong classes and average over the batch. It is PyTorch's multi_margin_loss that divides by C as "
    "well.",
)
def hinge_over_entries(scores, labels, margin):
    classes = scores.shape[1]
    return scaled(hinge_loss(scores, labels, margin), 1 / classes, 1 / classes)


@mistake(
    hinge_loss,
    "the costs are averaged over the wrong classes",
    "Sum over the wrong classes; only the batch is averaged over.",
)
def hinge_over_wrong_classes(scores, labels, margin):
    wrong = max(scores.shape[1] - 1, 1)
    return scaled(hinge_loss(scores, labels, margin), 1 / wrong, 1 / wrong)


@mistake(
    hinge_loss,
    "dscores is not divided by the batch size",
    "The loss is a mean over the samples, and its 1/N stays there when you differentiate.",
)
def hinge_gradient_not_averaged(scores, labels, margin):
    return scaled(hinge_loss(scores, labels, margin), gradient=batch(scores))


@mistake(
    hinge_loss,
    "dscores has the wrong sign",
    "Raising a wrong class's score raises the loss, so its derivative is positive, and the right class's is negative.",
)
def hinge_flipped(scores, labels, margin):
    return scaled(hinge_loss(scores, labels, margin), gradient=-1)


@mistake(
    hinge_loss,
    "the right class is counted against itself",
    "For j = y the cost is max(0, margin): every sample pays a margin that nothing can reduce. Leave the right "
    "class out.",
)
def hinge_with_the_right_class(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, margin)
    return loss + max(0.0, margin), dscores


@mistake(
    hinge_loss,
    "dscores is positive at the right class",
    "Each wrong class that costs something pulls the right one up: at the right class the derivative is minus their "
    "number.",
)
def hinge_gradient_unsigned(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, margin)
    return loss, np.abs(dscores)


@mistake(
    hinge_loss,
    "dscores is 0 at the right class",
    "s_iy stands in every term with a minus: its derivative is minus the number of wrong classes that cost something.",
)
def hinge_gradient_without_right(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, margin)
    return loss, dscores * wrong_classes(scores, labels)


@mistake(
    hinge_loss,
    "dscores is −1 at the right class however many wrong classes cost something",
    "s_iy stands in every term: each of the wrong classes that cost something adds its own −1.",
)
def hinge_gradient_of_one(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, margin)
    return loss, np.maximum(dscores, -1 / scores.dtype.type(len(scores)))


@mistake(
    hinge_loss,
    "dscores is −1 at the right class, even where nothing costs",
    "s_iy stands once in the cost of every wrong class that costs something: count those. It may be none, and then "
    "the derivative is 0.",
)
def hinge_gradient_always_one(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, margin)
    dscores[np.arange(len(labels)), labels] = -1 / len(labels)
    return loss, dscores


@mistake(
    hinge_loss,
    "dscores is 0 at the wrong classes",
    "Each wrong class that costs something is pushed down as well: its own derivative is 1.",
)
def hinge_gradient_right_only(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, margin)
    return loss, dscores * one_hot(scores, labels)


@mistake(
    hinge_loss,
    "every wrong class has a gradient",
    "A wrong class that is beaten by more than the margin costs nothing, and has the derivative 0.",
)
def hinge_gradient_everywhere(scores, labels, margin):
    loss, _ = hinge_loss(scores, labels, margin)
    return loss, pushed(wrong_classes(scores, labels), labels)


@mistake(
    hinge_loss,
    "dscores is not 0 where the margin is met exactly",
    "Where margin + s_ij − s_iy is exactly 0 the derivative counts as 0: compare with > 0, not with >= 0.",
)
def hinge_kink(scores, labels, margin):
    loss, _ = hinge_loss(scores, labels, margin)
    weights = (excess_of(scores, labels, margin) >= 0).astype(scores.dtype) * wrong_classes(scores, labels)
    return loss, pushed(weights, labels)


@mistake(
    hinge_loss,
    "dscores grows with the violation",
    "The cost is the violation itself, not its square: each class that costs something has the derivative 1.",
)
def hinge_gradient_of_size(scores, labels, margin):
    loss, _ = hinge_loss(scores, labels, margin)
    return loss, pushed(np.maximum(excess_of(scores, labels, margin), 0), labels)


@mistake(
    hinge_loss,
    "the violations are squared",
    "That is the squared hinge loss. Here a violation costs its own size.",
)
def hinge_squared(scores, labels, margin):
    costs = np.maximum(excess_of(scores, labels, margin), 0)
    return float((costs**2).sum() / len(scores)), pushed(2 * costs, labels)


@mistake(
    hinge_loss,
    "the margin is left out",
    "It is not enough for the right class to win: it must lead by the margin, so the margin is added before the max.",
)
def hinge_without_margin(scores, labels, margin):
    return hinge_loss(scores, labels, 0.0)


@mistake(
    hinge_loss,
    "the margin is always 1",
    "Use the margin that was given.",
)
def hinge_margin_of_one(scores, labels, margin):
    return hinge_loss(scores, labels, 1.0)


@mistake(
    hinge_loss,
    "the margin is subtracted",
    "The margin makes it harder for the right class: s_ij + margin must stay below s_iy.",
)
def hinge_margin_subtracted(scores, labels, margin):
    return hinge_loss(scores, labels, -margin)


@mistake(
    hinge_loss,
    "the margin is added after the maximum with 0",
    "max(0, margin + s_ij − s_iy): inside, the margin demands a lead. Outside, it is a constant that nothing can "
    "reduce.",
)
def hinge_margin_outside(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, 0.0)
    return loss + margin * (scores.shape[1] - 1), dscores


@mistake(
    hinge_loss,
    "the difference of the scores is the wrong way round",
    "A wrong class costs when it is high: s_ij − s_iy, wrong less right.",
)
def hinge_reversed(scores, labels, margin):
    return scaled(hinge_loss(-scores, labels, margin), gradient=-1)


@mistake(
    hinge_loss,
    "the maximum with 0 is missing",
    "A right class that leads by more than the margin would be rewarded for ever more. Beyond the margin the cost "
    "is 0.",
)
def hinge_not_clamped(scores, labels, margin):
    excess = excess_of(scores, labels, margin)
    return float(excess.sum() / len(scores)), pushed(wrong_classes(scores, labels), labels)


@mistake(
    hinge_loss,
    "the maximum with 0 is taken of each sample's sum",
    "Take it for every wrong class: a class that is far below must not pay for one that is above.",
)
def hinge_clamped_late(scores, labels, margin):
    totals = excess_of(scores, labels, margin).sum(axis=1, keepdims=True)
    weights = (totals > 0).astype(scores.dtype) * wrong_classes(scores, labels)
    return float(np.maximum(totals, 0).sum() / len(scores)), pushed(weights, labels)


@mistake(
    hinge_loss,
    "only the strongest wrong class costs anything",
    "That is another hinge loss (Crammer and Singer's). Here every wrong class within the margin adds its cost.",
)
def hinge_of_the_strongest(scores, labels, margin):
    excess = np.maximum(excess_of(scores, labels, margin), 0)
    strongest = one_hot(scores, excess.argmax(axis=1)) * (excess > 0)
    return float(excess.max(axis=1).sum() / len(scores)), pushed(strongest.astype(scores.dtype), labels)


@mistake(
    hinge_loss,
    "violations are counted, not added up",
    "The cost of a violation is its size, margin + s_ij − s_iy: a count has no slope to follow.",
)
def hinge_counted(scores, labels, margin):
    _, dscores = hinge_loss(scores, labels, margin)
    return float((excess_of(scores, labels, margin) > 0).sum() / len(scores)), dscores


@mistake(
    hinge_loss,
    "the right scores are lined up with the classes, not with the samples",
    "Right scores of shape (N,) are spread along the last axis, the classes. Make them (N, 1) with [:, None].",
)
def hinge_without_keepdims(scores, labels, margin):
    hinge_loss(scores, labels, margin)  # refuses what is to be refused
    excess = margin + scores - picked(scores, labels)
    excess[np.arange(len(labels)), labels] = 0
    costs = np.maximum(excess, 0)
    return float(costs.sum() / len(scores)), pushed((costs > 0).astype(scores.dtype), labels)


@mistake(
    hinge_loss,
    "the classes of all labels in the batch are left out",
    "`costs[:, labels] = 0` clears these columns in all rows. One entry per row is `costs[np.arange(N), labels]`.",
)
def hinge_whole_columns(scores, labels, margin):
    costs = np.maximum(excess_of(scores, labels, margin), 0)
    costs[:, labels] = 0
    return float(costs.sum() / len(scores)), pushed((costs > 0).astype(scores.dtype), labels)


@mistake(
    hinge_loss,
    "the labels are counted from 1",
    "The first class is 0, as everywhere in Python. Label y belongs to column y.",
)
def hinge_labels_from_one(scores, labels, margin):
    hinge_loss(scores, labels, margin)  # refuses what is to be refused
    return hinge_loss(scores, (labels - 1) % scores.shape[1], margin)


@mistake(
    hinge_loss,
    "scores is overwritten",
    "`scores -= ...` and `scores += margin` write into the caller's own array. Make a new one.",
)
def hinge_in_place(scores, labels, margin):
    answer = hinge_loss(scores, labels, margin)
    scores -= picked(scores, labels)[:, None]
    return answer


@mistake(
    hinge_loss,
    "dscores is float64 for float32 scores",
    "Let dscores have scores' dtype; `np.zeros_like(scores)` has it, and `np.zeros(scores.shape)` not.",
)
def hinge_float64(scores, labels, margin):
    loss, dscores = hinge_loss(scores, labels, margin)
    return loss, dscores.astype(np.float64)


@mistake(hinge_loss, "a question is asked of all scores at once", ONE_QUESTION)
def hinge_one_question(scores, labels, margin):
    costs = max(0, excess_of(scores, labels, margin))  # NumPy's own ValueError
    return float(costs.sum() / len(scores)), pushed((costs > 0).astype(scores.dtype), labels)


@mistake(
    hinge_loss,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no samples.",
)
def hinge_of_nothing(scores, labels, margin):
    return hinge_loss(scores, labels, margin) if scores.size else (float("nan"), np.zeros_like(scores))


@mistake(
    hinge_loss,
    "the labels are not checked",
    "NumPy reads label −1 as the last class, without a word, and answers label C with an IndexError. Check that all "
    "labels are from 0 to C − 1, and raise a ValueError.",
)
def hinge_any_label(scores, labels, margin):
    if scores.size:
        picked(scores, labels)  # NumPy's own IndexError
        labels = labels % scores.shape[1]
    return hinge_loss(scores, labels, margin)


@mistake(
    hinge_loss,
    "a negative label is accepted",
    "NumPy reads label −1 as the last class, without a word. Check both ends: 0 <= label < C.",
)
def hinge_negative_label(scores, labels, margin):
    return hinge_loss(scores, np.where(labels < 0, labels + scores.shape[1], labels), margin)
