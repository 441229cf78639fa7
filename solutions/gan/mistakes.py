"""Wrong answers that students really give, each with its name and a sentence that helps."""

import numpy as np

from autograder import mistake

from .gan import (
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
    minimax_generator_loss,
    modes_covered,
    train_gan,
)

# The three losses are made of the same two pieces, and so are most ways to get them wrong.


def called_real(logits):
    """mean softplus(-logits), small where the logits say real, and its gradient."""
    return generator_loss(logits)


def called_fake(logits):
    """mean softplus(logits), small where the logits say fake, and its gradient."""
    loss, dlogits = minimax_generator_loss(logits)
    return -loss, -dlogits


def sigmoid(logits):
    """1 / (1 + exp(-logits)), from the gradient of `called_fake`."""
    return called_fake(logits)[1] * logits.dtype.type(logits.size)


def of_size(logits):
    """The number of logits, in their dtype."""
    return logits.dtype.type(logits.size)


ONE_QUESTION = (
    "`if` and `max(..., 0)` need one answer, and an array has one for every entry: NumPy calls that ambiguous. "
    "np.where and np.maximum choose entry by entry."
)


def naive_softplus(x):
    with np.errstate(all="ignore"):
        return np.log(1 + np.exp(x))


def naive_log_sigmoid(x):
    with np.errstate(all="ignore"):
        return np.log(1 / (1 + np.exp(-x)))


def naive_log_one_minus_sigmoid(x):
    with np.errstate(all="ignore"):
        return np.log(1 - 1 / (1 + np.exp(-x)))


def naive_sigmoid(x):
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


def clipped_sigmoid(x):
    return np.clip(sigmoid(x).astype(np.float64), 1e-7, 1 - 1e-7)


def mean(costs):
    return float(np.mean(costs))


def nothing(logits):
    """What is left of a mean over nothing."""
    return float("nan"), np.zeros_like(logits)


# discriminator_loss


@mistake(
    discriminator_loss,
    "the labels are swapped",
    "The discriminator should call real samples real: softplus(-x) for the real logits, softplus(x) for the fakes. "
    "Yours is paid for taking one for the other.",
)
def labels_swapped(real_logits, fake_logits):
    real, dreal = called_fake(real_logits)
    fake, dfake = called_real(fake_logits)
    return real + fake, dreal, dfake


@mistake(
    discriminator_loss,
    "the fakes are labelled real as well",
    "Then calling everything real costs nothing. A fake's label is 0: it costs softplus(x), without the minus.",
)
def fakes_labelled_real(real_logits, fake_logits):
    real, dreal = called_real(real_logits)
    fake, dfake = called_real(fake_logits)
    return real + fake, dreal, dfake


@mistake(
    discriminator_loss,
    "the real samples are labelled fake as well",
    "Then calling everything fake costs nothing. A real sample's label is 1: it costs softplus(-x).",
)
def real_labelled_fake(real_logits, fake_logits):
    real, dreal = called_fake(real_logits)
    fake, dfake = called_fake(fake_logits)
    return real + fake, dreal, dfake


@mistake(
    discriminator_loss,
    "the fakes are left out",
    "Without them, whoever calls everything real is perfect. Add what the fakes cost.",
)
def without_fakes(real_logits, fake_logits):
    discriminator_loss(real_logits, fake_logits)  # refuses what is to be refused
    loss, dreal = called_real(real_logits)
    return loss, dreal, np.zeros_like(fake_logits)


@mistake(
    discriminator_loss,
    "the real samples are left out",
    "Without them, whoever calls everything fake is perfect. Add what the real samples cost.",
)
def without_real(real_logits, fake_logits):
    discriminator_loss(real_logits, fake_logits)  # refuses what is to be refused
    loss, dfake = called_fake(fake_logits)
    return loss, np.zeros_like(real_logits), dfake


@mistake(
    discriminator_loss,
    "the value is returned that the discriminator maximises",
    "The game is written as a maximum for the discriminator. Here everything is minimised, so the loss is minus that "
    "value, and never negative.",
)
def value_of_the_game(real_logits, fake_logits):
    return tuple(-part for part in discriminator_loss(real_logits, fake_logits))


@mistake(
    discriminator_loss,
    "the costs are summed over the batch, not averaged",
    "Each half is a mean: divide by the number of its logits, in the loss and in its gradient.",
)
def summed(real_logits, fake_logits):
    real, dreal = called_real(real_logits)
    fake, dfake = called_fake(fake_logits)
    n, m = of_size(real_logits), of_size(fake_logits)
    return real * n.item() + fake * m.item(), dreal * n, dfake * m


@mistake(
    discriminator_loss,
    "the gradients are not averaged over the batch",
    "The loss is a mean, and the 1/N of each half stays there when you differentiate.",
)
def gradients_not_averaged(real_logits, fake_logits):
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return loss, dreal * of_size(real_logits), dfake * of_size(fake_logits)


@mistake(
    discriminator_loss,
    "the two halves are averaged, not added",
    "Two means are added; there is no division by 2 after that.",
)
def halved(real_logits, fake_logits):
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return loss / 2, dreal / 2, dfake / 2


@mistake(
    discriminator_loss,
    "all logits go into one mean",
    "Real samples and fakes each have a mean of their own, so that both count the same however many there are; the two "
    "means are added.",
)
def one_mean(real_logits, fake_logits):
    real, dreal = called_real(real_logits)
    fake, dfake = called_fake(fake_logits)
    n, m = of_size(real_logits), of_size(fake_logits)
    return (real * n.item() + fake * m.item()) / (n + m).item(), dreal * n / (n + m), dfake * m / (n + m)


@mistake(
    discriminator_loss,
    "the means are over the first axis alone",
    "Logits may have any shape, one for every patch of an image, say: divide by .size, the number of all of them.",
)
def over_the_first_axis(real_logits, fake_logits):
    real, dreal = called_real(real_logits)
    fake, dfake = called_fake(fake_logits)
    n = real_logits.size // len(real_logits)
    m = fake_logits.size // len(fake_logits)
    return real * n + fake * m, dreal * real_logits.dtype.type(n), dfake * fake_logits.dtype.type(m)


@mistake(
    discriminator_loss,
    "dreal_logits has the wrong sign",
    "A higher logit for a real sample makes the loss smaller, so its derivative is negative: (p - 1) / N.",
)
def dreal_flipped(real_logits, fake_logits):
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return loss, -dreal, dfake


@mistake(
    discriminator_loss,
    "dfake_logits has the wrong sign",
    "A higher logit for a fake makes the loss larger, so its derivative is positive: p / M.",
)
def dfake_flipped(real_logits, fake_logits):
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return loss, dreal, -dfake


@mistake(
    discriminator_loss,
    "dreal_logits forgets the label",
    "The derivative of binary cross-entropy is probability minus label, and the label of a real sample is 1.",
)
def dreal_without_label(real_logits, fake_logits):
    loss, _, dfake = discriminator_loss(real_logits, fake_logits)
    return loss, called_fake(real_logits)[1], dfake


@mistake(
    discriminator_loss,
    "dfake_logits has the label 1",
    "The derivative of binary cross-entropy is probability minus label, and the label of a fake is 0.",
)
def dfake_with_label(real_logits, fake_logits):
    loss, dreal, _ = discriminator_loss(real_logits, fake_logits)
    return loss, dreal, called_real(fake_logits)[1]


@mistake(
    discriminator_loss,
    "the slope of the sigmoid is multiplied in once more",
    "p - label is the derivative with respect to the logit already: the p (1 - p) of the sigmoid has cancelled against "
    "that of the logarithm.",
)
def sloped_twice(real_logits, fake_logits):
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    real, fake = sigmoid(real_logits), sigmoid(fake_logits)
    return loss, dreal * real * (1 - real), dfake * fake * (1 - fake)


@mistake(
    discriminator_loss,
    "dreal_logits and dfake_logits have changed places",
    "They come back in the order of the arguments: first that of the real logits.",
)
def gradients_exchanged(real_logits, fake_logits):
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return loss, dfake, dreal


@mistake(
    discriminator_loss,
    "the exponential in log(1 + exp(x)) overflows",
    "exp(1000) is infinite. For large x pull x out: log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).",
)
def overflowing(real_logits, fake_logits):
    _, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return mean(naive_softplus(-real_logits)) + mean(naive_softplus(fake_logits)), dreal, dfake


@mistake(
    discriminator_loss,
    "the logarithm meets a probability that was rounded to 0",
    "sigmoid(40) is exactly 1 in floating point, and log(1 - 1) is infinite. Join logarithm and sigmoid on paper "
    "first: -log(1 - sigmoid(x)) is softplus(x).",
)
def log_of_zero(real_logits, fake_logits):
    _, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return -mean(naive_log_sigmoid(real_logits)) - mean(naive_log_one_minus_sigmoid(fake_logits)), dreal, dfake


@mistake(
    discriminator_loss,
    "the probabilities are clipped",
    "Clipping prevents the infinity and says 16 where the cost is 1000. Compute softplus from the logit instead.",
)
def clipped(real_logits, fake_logits):
    _, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    real, fake = clipped_sigmoid(real_logits), clipped_sigmoid(fake_logits)
    return -mean(np.log(real)) - mean(np.log(1 - fake)), dreal, dfake


@mistake(
    discriminator_loss,
    "the sigmoid is infinity divided by infinity",
    "exp(x) / (1 + exp(x)) is not a number for x = 1000. Use 1 / (1 + exp(-x)) where x is positive.",
)
def sigmoid_overflows(real_logits, fake_logits):
    loss, _, _ = discriminator_loss(real_logits, fake_logits)
    dreal = (naive_sigmoid(real_logits) - 1) / of_size(real_logits)
    return loss, dreal, naive_sigmoid(fake_logits) / of_size(fake_logits)


@mistake(
    discriminator_loss,
    "a float64 answer to float32 logits",
    "np.zeros and np.empty make float64 unless told otherwise: the gradients have the dtype of the logits.",
)
def in_float64(real_logits, fake_logits):
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    return loss, dreal.astype(np.float64), dfake.astype(np.float64)


@mistake(
    discriminator_loss,
    "real_logits is overwritten",
    "`real_logits *= -1` writes into the caller's own array. Make a new one: `-real_logits`.",
)
def overwritten(real_logits, fake_logits):
    answer = discriminator_loss(real_logits, fake_logits)
    real_logits *= -1
    return answer


@mistake(discriminator_loss, "the sign is asked of all logits at once", ONE_QUESTION)
def discriminator_one_question(real_logits, fake_logits):
    answer = discriminator_loss(real_logits, fake_logits)
    for logits in (real_logits, fake_logits):
        bool(logits > 0)  # what `if` asks: NumPy's own ValueError, unless there is a single logit
    return answer


@mistake(
    discriminator_loss,
    "an empty batch of real samples gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no real logits.",
)
def no_real_accepted(real_logits, fake_logits):
    if real_logits.size == 0:
        return *nothing(real_logits), called_fake(fake_logits)[1]
    return discriminator_loss(real_logits, fake_logits)


@mistake(
    discriminator_loss,
    "an empty batch of fakes gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no fake logits.",
)
def no_fakes_accepted(real_logits, fake_logits):
    if fake_logits.size == 0:
        return float("nan"), called_real(real_logits)[1], np.zeros_like(fake_logits)
    return discriminator_loss(real_logits, fake_logits)


@mistake(
    discriminator_loss,
    "empty batches give nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no real or no fake logits.",
)
def empty_accepted(real_logits, fake_logits):
    if 0 in (real_logits.size, fake_logits.size):
        return float("nan"), np.zeros_like(real_logits), np.zeros_like(fake_logits)
    return discriminator_loss(real_logits, fake_logits)


# generator_loss


@mistake(
    generator_loss,
    "the minimax loss is returned",
    "mean log(1 - p) is what the minimax game asks, in another exercise. Here the non-saturating loss is asked: "
    "-mean log p, which is mean softplus(-x).",
)
def minimax_asked_for_nothing(fake_logits):
    return minimax_generator_loss(fake_logits)


@mistake(
    generator_loss,
    "the fakes are labelled fake",
    "mean softplus(x) is what the discriminator pays for the fakes. The generator wants the opposite: they should be "
    "called real, label 1.",
)
def generator_helps(fake_logits):
    return called_fake(fake_logits)


@mistake(
    generator_loss,
    "the minus before the logarithm is missing",
    "log p is never positive and should become large. The loss, which should become small, is minus that.",
)
def log_without_minus(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    return -loss, -dlogits


@mistake(
    generator_loss,
    "dfake_logits is that of the minimax loss",
    "-p / N is nearly 0 where a fake is found out (p near 0). The derivative of softplus(-x) is p - 1: there it is -1.",
)
def saturating_gradient(fake_logits):
    return generator_loss(fake_logits)[0], minimax_generator_loss(fake_logits)[1]


@mistake(
    generator_loss,
    "dfake_logits forgets the label",
    "The derivative of binary cross-entropy is probability minus label. The generator's label for its fakes is 1.",
)
def gradient_without_label(fake_logits):
    return generator_loss(fake_logits)[0], called_fake(fake_logits)[1]


@mistake(
    generator_loss,
    "dfake_logits has the wrong sign",
    "A higher logit makes the generator's loss smaller, so the derivative is negative: (p - 1) / N.",
)
def generator_gradient_flipped(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    return loss, -dlogits


@mistake(
    generator_loss,
    "the slope of the sigmoid is multiplied in once more",
    "p - 1 is the derivative with respect to the logit already: the p (1 - p) of the sigmoid has cancelled against the "
    "1 / p of the logarithm.",
)
def generator_sloped_twice(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    return loss, dlogits * sigmoid(fake_logits) * (1 - sigmoid(fake_logits))


@mistake(
    generator_loss,
    "the costs are summed over the batch, not averaged",
    "Divide by the number of logits, in the loss and in the gradient.",
)
def generator_summed(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    return loss * fake_logits.size, dlogits * of_size(fake_logits)


@mistake(
    generator_loss,
    "dfake_logits is not averaged over the batch",
    "The loss is a mean, and its 1/N stays there when you differentiate.",
)
def generator_gradient_not_averaged(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    return loss, dlogits * of_size(fake_logits)


@mistake(
    generator_loss,
    "the mean is over the first axis alone",
    "Logits may have any shape, one for every patch of an image, say: divide by .size, the number of all of them.",
)
def generator_over_the_first_axis(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    n = fake_logits.size // len(fake_logits)
    return loss * n, dlogits * fake_logits.dtype.type(n)


@mistake(
    generator_loss,
    "the exponential in log(1 + exp(-x)) overflows",
    "exp(1000) is infinite. For x far below 0 pull x out: log(1 + exp(-x)) = max(-x, 0) + log(1 + exp(-|x|)).",
)
def generator_overflowing(fake_logits):
    _, dlogits = generator_loss(fake_logits)
    return mean(naive_softplus(-fake_logits)), dlogits


@mistake(
    generator_loss,
    "the probabilities are clipped",
    "Clipping prevents the infinity and says 16 where the cost is 1000. Compute softplus(-x) from the logit instead.",
)
def generator_clipped(fake_logits):
    _, dlogits = generator_loss(fake_logits)
    return -mean(np.log(clipped_sigmoid(fake_logits))), dlogits


@mistake(
    generator_loss,
    "the sigmoid is infinity divided by infinity",
    "exp(x) / (1 + exp(x)) is not a number for x = 1000. Use 1 / (1 + exp(-x)) where x is positive.",
)
def generator_sigmoid_overflows(fake_logits):
    return generator_loss(fake_logits)[0], (naive_sigmoid(fake_logits) - 1) / of_size(fake_logits)


@mistake(
    generator_loss,
    "a float64 answer to float32 logits",
    "np.zeros and np.empty make float64 unless told otherwise: the gradient has the dtype of the logits.",
)
def generator_in_float64(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    return loss, dlogits.astype(np.float64)


@mistake(generator_loss, "the sign is asked of all logits at once", ONE_QUESTION)
def generator_one_question(fake_logits):
    answer = generator_loss(fake_logits)
    bool(fake_logits > 0)  # what `if` asks: NumPy's own ValueError, unless there is a single logit
    return answer


@mistake(
    generator_loss,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no logits.",
)
def generator_of_nothing(fake_logits):
    return generator_loss(fake_logits) if fake_logits.size else nothing(fake_logits)


# minimax_generator_loss


@mistake(
    minimax_generator_loss,
    "the non-saturating loss is returned",
    "-mean log p is the loss of the exercise before. Here the game's own is asked: mean log(1 - p), which is never "
    "positive.",
)
def non_saturating(fake_logits):
    return generator_loss(fake_logits)


@mistake(
    minimax_generator_loss,
    "the minus before softplus is missing",
    "mean softplus(x) is what the discriminator minimises. The generator wants its opposite: mean log(1 - p) is "
    "-mean softplus(x).",
)
def the_discriminators_side(fake_logits):
    return called_fake(fake_logits)


@mistake(
    minimax_generator_loss,
    "log p is taken, not log(1 - p)",
    "The generator makes log(1 - p) small, the logarithm of the probability that its fake is called fake.",
)
def log_of_d(fake_logits):
    loss, dlogits = generator_loss(fake_logits)
    return -loss, -dlogits


@mistake(
    minimax_generator_loss,
    "dfake_logits is that of the non-saturating loss",
    "(p - 1) / N belongs to -log p. The derivative of log(1 - p) with respect to the logit is -p.",
)
def non_saturating_gradient(fake_logits):
    return minimax_generator_loss(fake_logits)[0], generator_loss(fake_logits)[1]


@mistake(
    minimax_generator_loss,
    "dfake_logits has the wrong sign",
    "A higher logit makes log(1 - p) smaller, so the derivative is negative: -p / N.",
)
def minimax_gradient_flipped(fake_logits):
    loss, dlogits = minimax_generator_loss(fake_logits)
    return loss, -dlogits


@mistake(
    minimax_generator_loss,
    "the slope of the sigmoid is multiplied in once more",
    "-p is the derivative with respect to the logit already: the p (1 - p) of the sigmoid has cancelled against the "
    "1 / (1 - p) of the logarithm.",
)
def minimax_sloped_twice(fake_logits):
    loss, dlogits = minimax_generator_loss(fake_logits)
    return loss, dlogits * sigmoid(fake_logits) * (1 - sigmoid(fake_logits))


@mistake(
    minimax_generator_loss,
    "the costs are summed over the batch, not averaged",
    "Divide by the number of logits, in the loss and in the gradient.",
)
def minimax_summed(fake_logits):
    loss, dlogits = minimax_generator_loss(fake_logits)
    return loss * fake_logits.size, dlogits * of_size(fake_logits)


@mistake(
    minimax_generator_loss,
    "dfake_logits is not averaged over the batch",
    "The loss is a mean, and its 1/N stays there when you differentiate.",
)
def minimax_gradient_not_averaged(fake_logits):
    loss, dlogits = minimax_generator_loss(fake_logits)
    return loss, dlogits * of_size(fake_logits)


@mistake(
    minimax_generator_loss,
    "the mean is over the first axis alone",
    "Logits may have any shape, one for every patch of an image, say: divide by .size, the number of all of them.",
)
def minimax_over_the_first_axis(fake_logits):
    loss, dlogits = minimax_generator_loss(fake_logits)
    n = fake_logits.size // len(fake_logits)
    return loss * n, dlogits * fake_logits.dtype.type(n)


@mistake(
    minimax_generator_loss,
    "the exponential in log(1 + exp(x)) overflows",
    "exp(1000) is infinite. For large x pull x out: log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).",
)
def minimax_overflowing(fake_logits):
    _, dlogits = minimax_generator_loss(fake_logits)
    return -mean(naive_softplus(fake_logits)), dlogits


@mistake(
    minimax_generator_loss,
    "the logarithm meets a probability that was rounded to 0",
    "sigmoid(40) is exactly 1 in floating point, and log(1 - 1) is infinite. Join logarithm and sigmoid on paper "
    "first: log(1 - sigmoid(x)) is -softplus(x).",
)
def minimax_log_of_zero(fake_logits):
    _, dlogits = minimax_generator_loss(fake_logits)
    return mean(naive_log_one_minus_sigmoid(fake_logits)), dlogits


@mistake(
    minimax_generator_loss,
    "the probabilities are clipped",
    "Clipping prevents the infinity and says -16 where -1000 is right. Compute -softplus(x) from the logit instead.",
)
def minimax_clipped(fake_logits):
    _, dlogits = minimax_generator_loss(fake_logits)
    return mean(np.log(1 - clipped_sigmoid(fake_logits))), dlogits


@mistake(
    minimax_generator_loss,
    "the sigmoid is infinity divided by infinity",
    "exp(x) / (1 + exp(x)) is not a number for x = 1000. Use 1 / (1 + exp(-x)) where x is positive.",
)
def minimax_sigmoid_overflows(fake_logits):
    return minimax_generator_loss(fake_logits)[0], -naive_sigmoid(fake_logits) / of_size(fake_logits)


@mistake(
    minimax_generator_loss,
    "a float64 answer to float32 logits",
    "np.zeros and np.empty make float64 unless told otherwise: the gradient has the dtype of the logits.",
)
def minimax_in_float64(fake_logits):
    loss, dlogits = minimax_generator_loss(fake_logits)
    return loss, dlogits.astype(np.float64)


@mistake(minimax_generator_loss, "the sign is asked of all logits at once", ONE_QUESTION)
def minimax_one_question(fake_logits):
    answer = minimax_generator_loss(fake_logits)
    bool(fake_logits > 0)  # what `if` asks: NumPy's own ValueError, unless there is a single logit
    return answer


@mistake(
    minimax_generator_loss,
    "an empty batch gives nan",
    "The mean of nothing is 0/0. Raise a ValueError with a message when there are no logits.",
)
def minimax_of_nothing(fake_logits):
    return minimax_generator_loss(fake_logits) if fake_logits.size else nothing(fake_logits)


# discriminator_step


def added(some, others):
    """Two lists of gradients, added parameter by parameter."""
    return [a + b for a, b in zip(some, others, strict=True)]


def judged(discriminator, real, fake, loss=discriminator_loss):
    """The loss, and the discriminator's gradients of the real and of the fake half."""
    real_logits, real_cache = discriminator.forward(real)
    fake_logits, fake_cache = discriminator.forward(fake)
    cost, dreal, dfake = loss(real_logits, fake_logits)
    return cost, discriminator.backward(dreal, real_cache)[1], discriminator.backward(dfake, fake_cache)[1]


def learn(discriminator, real, fake, loss=discriminator_loss):
    """A whole step of the discriminator, as it should be but for the loss."""
    cost, of_real, of_fake = judged(discriminator, real, fake, loss)
    discriminator.update(added(of_real, of_fake))
    return cost


@mistake(
    discriminator_step,
    "the labels are swapped",
    "The discriminator learns to call real samples fake, and fakes real: discriminator_loss wants the real logits "
    "first.",
)
def step_with_labels_swapped(generator, discriminator, real, noise):
    return learn(discriminator, real, generator.forward(noise)[0], labels_swapped)


@mistake(
    discriminator_step,
    "the fakes are labelled real as well",
    "A discriminator is not to be fooled: it learns that these are fakes. Only the generator hopes for the label 1.",
)
def step_with_fakes_labelled_real(generator, discriminator, real, noise):
    return learn(discriminator, real, generator.forward(noise)[0], fakes_labelled_real)


@mistake(
    discriminator_step,
    "the generator is fed real data",
    "A generator makes samples of noise. Real samples go to the discriminator alone.",
)
def generator_fed_real_data(generator, discriminator, real, noise):
    return learn(discriminator, real, generator.forward(real)[0])


@mistake(
    discriminator_step,
    "the noise itself is taken for fakes",
    "The noise has to go through the generator first: fakes are what it makes of it.",
)
def noise_for_fakes(generator, discriminator, real, noise):
    return learn(discriminator, real, noise)


@mistake(
    discriminator_step,
    "the fakes have no part in the update",
    "The loss has two halves, and so has its gradient: add the gradients of the fake half to those of the real half.",
)
def update_without_fakes(generator, discriminator, real, noise):
    loss, of_real, _ = judged(discriminator, real, generator.forward(noise)[0])
    discriminator.update(of_real)
    return loss


@mistake(
    discriminator_step,
    "the real samples have no part in the update",
    "The loss has two halves, and so has its gradient: add the gradients of the real half to those of the fake half.",
)
def update_without_real(generator, discriminator, real, noise):
    loss, _, of_fake = judged(discriminator, real, generator.forward(noise)[0])
    discriminator.update(of_fake)
    return loss


@mistake(
    discriminator_step,
    "the loss knows real samples only",
    "Without fakes there is nothing to tell apart, and a discriminator that calls everything real pays nothing.",
)
def step_without_fakes(generator, discriminator, real, noise):
    return learn(discriminator, real, generator.forward(noise)[0], without_fakes)


@mistake(
    discriminator_step,
    "the loss knows fakes only",
    "Without real samples there is nothing to tell apart, and a discriminator that calls everything fake pays nothing.",
)
def step_without_real(generator, discriminator, real, noise):
    return learn(discriminator, real, generator.forward(noise)[0], without_real)


@mistake(
    discriminator_step,
    "the two lists of gradients are joined, not added",
    "+ puts one list behind the other, twice as long as the network's parameters. Add the arrays pair by pair: "
    "[a + b for a, b in zip(...)].",
)
def lists_joined(generator, discriminator, real, noise):
    loss, of_real, of_fake = judged(discriminator, real, generator.forward(noise)[0])
    discriminator.update(of_real + of_fake)
    return loss


@mistake(
    discriminator_step,
    "the gradients of the two halves are averaged",
    "The loss is the sum of its two halves, so its gradient is the sum of theirs; there is no division by 2.",
)
def gradients_averaged(generator, discriminator, real, noise):
    loss, of_real, of_fake = judged(discriminator, real, generator.forward(noise)[0])
    discriminator.update([g / 2 for g in added(of_real, of_fake)])
    return loss


@mistake(
    discriminator_step,
    "the loss is halved",
    "It is the sum of the two halves, as discriminator_loss gives it, and it is learnt from undivided.",
)
def step_halved(generator, discriminator, real, noise):
    return learn(discriminator, real, generator.forward(noise)[0], halved)


@mistake(
    discriminator_step,
    "update is called twice, for the real and for the fake gradients",
    "Each update is a step of Adam, whose length hardly depends on the gradient's. One step is asked: add the "
    "gradients first, then update once.",
)
def updated_twice(generator, discriminator, real, noise):
    loss, of_real, of_fake = judged(discriminator, real, generator.forward(noise)[0])
    discriminator.update(of_real)
    discriminator.update(of_fake)
    return loss


@mistake(
    discriminator_step,
    "the discriminator has learnt from the real samples before it meets the fakes",
    "Both batches are judged by the same discriminator. Collect the gradients of both first, then update once.",
)
def updated_between(generator, discriminator, real, noise):
    fake, _ = generator.forward(noise)
    losses = []
    for batch, half in ((real, called_real), (fake, called_fake)):
        logits, cache = discriminator.forward(batch)
        loss, dlogits = half(logits)
        discriminator.update(discriminator.backward(dlogits, cache)[1])
        losses.append(loss)
    return sum(losses)


@mistake(
    discriminator_step,
    "both halves go backward with the cache of the fakes",
    "Each forward has a cache of its own: keep the first under another name before you call forward again.",
)
def one_cache_for_both(generator, discriminator, real, noise):
    real_logits, _ = discriminator.forward(real)
    fake_logits, cache = discriminator.forward(generator.forward(noise)[0])
    loss, dreal, dfake = discriminator_loss(real_logits, fake_logits)
    discriminator.update(added(discriminator.backward(dreal, cache)[1], discriminator.backward(dfake, cache)[1]))
    return loss


@mistake(
    discriminator_step,
    "the discriminator climbs its loss",
    "update goes down the gradients by itself: hand them over as backward gives them, without a minus.",
)
def discriminator_climbs(generator, discriminator, real, noise):
    loss, of_real, of_fake = judged(discriminator, real, generator.forward(noise)[0])
    discriminator.update([-g for g in added(of_real, of_fake)])
    return loss


@mistake(
    discriminator_step,
    "the logits go through a sigmoid first",
    "discriminator_loss takes logits, as the network gives them, and has the sigmoid inside.",
)
def step_on_probabilities(generator, discriminator, real, noise):
    def of_probabilities(real_logits, fake_logits):
        return discriminator_loss(sigmoid(real_logits), sigmoid(fake_logits))

    return learn(discriminator, real, generator.forward(noise)[0], of_probabilities)


@mistake(
    discriminator_step,
    "the discriminator is not updated",
    "The loss alone teaches nothing: hand the gradients to discriminator.update.",
)
def discriminator_not_updated(generator, discriminator, real, noise):
    return judged(discriminator, real, generator.forward(noise)[0])[0]


@mistake(
    discriminator_step,
    "both networks are updated in one step",
    "This step is the discriminator's alone. The generator's turn comes in generator_step.",
)
def both_updated(generator, discriminator, real, noise):
    loss = discriminator_step(generator, discriminator, real, noise)
    generator_step(generator, discriminator, noise)
    return loss


@mistake(
    discriminator_step,
    "the generator is updated down the discriminator's loss",
    "Then it learns to be found out. In this step the gradient ends at the fakes: the generator stays as it is.",
)
def generator_learns_to_lose(generator, discriminator, real, noise):
    fake, generator_cache = generator.forward(noise)
    real_logits, real_cache = discriminator.forward(real)
    fake_logits, fake_cache = discriminator.forward(fake)
    loss, dreal, dfake_logits = discriminator_loss(real_logits, fake_logits)
    _, of_real = discriminator.backward(dreal, real_cache)
    dfake, of_fake = discriminator.backward(dfake_logits, fake_cache)
    discriminator.update(added(of_real, of_fake))
    generator.update(generator.backward(dfake, generator_cache)[1])
    return loss


@mistake(
    discriminator_step,
    "the loss is measured after the update",
    "Return the loss that the gradients belong to, of the logits from before the update.",
)
def discriminator_loss_afterwards(generator, discriminator, real, noise):
    fake, _ = generator.forward(noise)
    learn(discriminator, real, fake)
    return discriminator_loss(discriminator.forward(real)[0], discriminator.forward(fake)[0])[0]


# generator_step


def teach(generator, discriminator, noise, loss):
    """A whole step of the generator, as it should be but for the loss."""
    fake, generator_cache = generator.forward(noise)
    logits, discriminator_cache = discriminator.forward(fake)
    cost, dlogits = loss(logits)
    dfake, _ = discriminator.backward(dlogits, discriminator_cache)
    generator.update(generator.backward(dfake, generator_cache)[1])
    return cost


@mistake(
    generator_step,
    "the minimax loss is used where the non-saturating one was asked",
    "mean log(1 - p) hardly has a slope where fakes are found out, and at the start they are. Use generator_loss.",
)
def minimax_step(generator, discriminator, noise):
    return teach(generator, discriminator, noise, minimax_generator_loss)


@mistake(
    generator_step,
    "the generator is updated with the discriminator's loss",
    "mean softplus(x) falls when fakes are found out, so the generator learns to lose. Use generator_loss: its fakes "
    "should be called real.",
)
def discriminators_loss(generator, discriminator, noise):
    return teach(generator, discriminator, noise, called_fake)


@mistake(
    generator_step,
    "the discriminator is updated in the generator's step",
    "The gradient passes through the discriminator, but only the generator takes a step: the grads of "
    "discriminator.backward are left unused.",
)
def discriminator_updated_too(generator, discriminator, noise):
    fake, generator_cache = generator.forward(noise)
    logits, discriminator_cache = discriminator.forward(fake)
    loss, dlogits = generator_loss(logits)
    dfake, grads = discriminator.backward(dlogits, discriminator_cache)
    discriminator.update(grads)
    generator.update(generator.backward(dfake, generator_cache)[1])
    return loss


@mistake(
    generator_step,
    "the gradient is not passed through the discriminator",
    "The gradient of the logits belongs to the discriminator's output. discriminator.backward makes of it dx, the "
    "gradient of the fakes, and that is what generator.backward wants.",
)
def past_the_discriminator(generator, discriminator, noise):
    fake, generator_cache = generator.forward(noise)
    loss, dlogits = generator_loss(discriminator.forward(fake)[0])
    generator.update(generator.backward(dlogits, generator_cache)[1])
    return loss


@mistake(
    generator_step,
    "the generator is given the discriminator's gradients",
    "discriminator.backward returns two things: dx, which goes on to generator.backward, and the grads of its own "
    "parameters, which are of no use here.",
)
def given_the_others_gradients(generator, discriminator, noise):
    logits, cache = discriminator.forward(generator.forward(noise)[0])
    loss, dlogits = generator_loss(logits)
    generator.update(discriminator.backward(dlogits, cache)[1])
    return loss


@mistake(
    generator_step,
    "the generator climbs its loss",
    "update goes down the gradients by itself: hand them over as backward gives them, without a minus.",
)
def generator_climbs(generator, discriminator, noise):
    fake, generator_cache = generator.forward(noise)
    logits, discriminator_cache = discriminator.forward(fake)
    loss, dlogits = generator_loss(logits)
    dfake, _ = discriminator.backward(dlogits, discriminator_cache)
    generator.update([-g for g in generator.backward(dfake, generator_cache)[1]])
    return loss


@mistake(
    generator_step,
    "the logits go through a sigmoid first",
    "generator_loss takes logits, as the network gives them, and has the sigmoid inside.",
)
def generator_on_probabilities(generator, discriminator, noise):
    return teach(generator, discriminator, noise, lambda logits: generator_loss(sigmoid(logits)))


@mistake(
    generator_step,
    "the gradient is not averaged over the batch",
    "The dfake_logits of generator_loss has its 1/N already, and the networks' backward adds over the batch: "
    "pass it on as it is.",
)
def generator_step_not_averaged(generator, discriminator, noise):
    return teach(generator, discriminator, noise, generator_gradient_not_averaged)


@mistake(
    generator_step,
    "the generator is not updated",
    "The loss alone teaches nothing: hand the gradients to generator.update.",
)
def generator_not_updated(generator, discriminator, noise):
    return generator_loss(discriminator.forward(generator.forward(noise)[0])[0])[0]


@mistake(
    generator_step,
    "the generator is updated twice",
    "One step, one update: call generator.update once.",
)
def generator_updated_twice(generator, discriminator, noise):
    fake, generator_cache = generator.forward(noise)
    logits, discriminator_cache = discriminator.forward(fake)
    loss, dlogits = generator_loss(logits)
    _, grads = generator.backward(discriminator.backward(dlogits, discriminator_cache)[0], generator_cache)
    generator.update(grads)
    generator.update(grads)
    return loss


@mistake(
    generator_step,
    "the loss is measured after the update",
    "Return the loss that the gradients belong to, of the logits from before the update.",
)
def generator_loss_afterwards(generator, discriminator, noise):
    generator_step(generator, discriminator, noise)
    return generator_loss(discriminator.forward(generator.forward(noise)[0])[0])[0]


# train_gan


def play(generator, discriminator, real_batches, noise_batches, first=None, second=None, real=None):
    """The game, with other batches than it should be: `first(i)` and `second(i)` are the numbers of the noise batches
    of the discriminator and of the generator in step i, `real(i)` that of the real batch."""
    check_numbers(real_batches, noise_batches)
    history = []
    for i in range(len(real_batches)):
        of_real = real_batches[real(i) if real else i]
        history.append(
            (
                discriminator_step(generator, discriminator, of_real, noise_batches[first(i) if first else 2 * i]),
                generator_step(generator, discriminator, noise_batches[second(i) if second else 2 * i + 1]),
            )
        )
    return np.array(history)


def check_numbers(real_batches, noise_batches):
    if len(noise_batches) != 2 * len(real_batches):
        raise ValueError("two noise batches are needed for each step")


@mistake(
    train_gan,
    "both steps use the same noise",
    "The generator's turn has noise of its own, noise_batches[2 * i + 1]: on the discriminator's noise it would meet a "
    "discriminator that has just been taught these very fakes.",
)
def same_noise_in_both_steps(generator, discriminator, real_batches, noise_batches):
    return play(generator, discriminator, real_batches, noise_batches, second=lambda i: 2 * i)


@mistake(
    train_gan,
    "the two noise batches of a step are exchanged",
    "The even ones are the discriminator's, the odd ones the generator's.",
)
def noise_exchanged(generator, discriminator, real_batches, noise_batches):
    return play(generator, discriminator, real_batches, noise_batches, lambda i: 2 * i + 1, lambda i: 2 * i)


@mistake(
    train_gan,
    "the noise moves on by one batch a step, not by two",
    "Two noise batches are used up in each step: step i takes 2 * i and 2 * i + 1, or some noise is used twice.",
)
def noise_moves_by_one(generator, discriminator, real_batches, noise_batches):
    return play(generator, discriminator, real_batches, noise_batches, lambda i: i, lambda i: i + 1)


@mistake(
    train_gan,
    "the discriminator gets the first half of the noise, the generator the second",
    "Noise batches come in pairs, one pair a step: step i takes 2 * i and 2 * i + 1.",
)
def noise_in_halves(generator, discriminator, real_batches, noise_batches):
    steps = len(real_batches)
    return play(generator, discriminator, real_batches, noise_batches, lambda i: i, lambda i: steps + i)


@mistake(
    train_gan,
    "every step uses the noise of the first step",
    "With the same noise every time the generator learns these few points by heart and nothing between them. Move on "
    "by two batches in each step.",
)
def noise_of_the_first_step(generator, discriminator, real_batches, noise_batches):
    return play(generator, discriminator, real_batches, noise_batches, lambda i: 0, lambda i: 1)


@mistake(
    train_gan,
    "one noise batch serves for everything",
    "With the same noise every time the generator learns these few points by heart and nothing between them. Each of "
    "the 2 S batches is used once.",
)
def one_noise_for_everything(generator, discriminator, real_batches, noise_batches):
    return play(generator, discriminator, real_batches, noise_batches, lambda i: 0, lambda i: 0)


@mistake(
    train_gan,
    "every step sees the first real batch",
    "Step i takes real_batches[i]: a discriminator that knows one batch only has nothing else to teach.",
)
def first_real_batch(generator, discriminator, real_batches, noise_batches):
    return play(generator, discriminator, real_batches, noise_batches, real=lambda i: 0)


@mistake(
    train_gan,
    "the generator moves first",
    "In each step the discriminator learns first, so that the generator hears from one that knows its present fakes.",
)
def generator_first(generator, discriminator, real_batches, noise_batches):
    check_numbers(real_batches, noise_batches)
    history = np.zeros((len(real_batches), 2))
    for i, real in enumerate(real_batches):
        history[i, 1] = generator_step(generator, discriminator, noise_batches[2 * i + 1])
        history[i, 0] = discriminator_step(generator, discriminator, real, noise_batches[2 * i])
    return history


def fakes_before_the_update(generator, discriminator, real, noise, for_generator):
    """Both steps, with the generator's fakes made and judged before the discriminator is updated."""
    fake, generator_cache = generator.forward(for_generator)
    logits, discriminator_cache = discriminator.forward(fake)
    loss, dlogits = generator_loss(logits)
    discriminators = discriminator_step(generator, discriminator, real, noise)
    dfake, _ = discriminator.backward(dlogits, discriminator_cache)
    generator.update(generator.backward(dfake, generator_cache)[1])
    return discriminators, loss


@mistake(
    train_gan,
    "the generator's fakes are judged before the discriminator's update",
    "After its update the discriminator has another opinion of them, and the old caches fit it no longer: send the "
    "generator's noise through both networks once the discriminator has moved.",
)
def judged_before_the_update(generator, discriminator, real_batches, noise_batches):
    check_numbers(real_batches, noise_batches)
    noise = [(noise_batches[2 * i], noise_batches[2 * i + 1]) for i in range(len(real_batches))]
    return np.array(
        [
            fakes_before_the_update(generator, discriminator, real, *pair)
            for real, pair in zip(real_batches, noise, strict=True)
        ]
    )


@mistake(
    train_gan,
    "the generator's step takes the fakes of the discriminator's step, from before its update",
    "Make new fakes of noise_batches[2 * i + 1], and have them judged by the discriminator that has just been updated.",
)
def fakes_taken_before_the_update(generator, discriminator, real_batches, noise_batches):
    check_numbers(real_batches, noise_batches)
    return np.array(
        [
            fakes_before_the_update(generator, discriminator, real, noise, noise)
            for real, noise in zip(real_batches, noise_batches[::2], strict=True)
        ]
    )


@mistake(
    train_gan,
    "the discriminator is trained to the end before the generator begins",
    "They take turns, a step each: a discriminator that has finished leaves the generator nothing to follow.",
)
def one_after_the_other(generator, discriminator, real_batches, noise_batches):
    check_numbers(real_batches, noise_batches)
    history = np.zeros((len(real_batches), 2))
    for i, real in enumerate(real_batches):
        history[i, 0] = discriminator_step(generator, discriminator, real, noise_batches[2 * i])
    for i in range(len(real_batches)):
        history[i, 1] = generator_step(generator, discriminator, noise_batches[2 * i + 1])
    return history


@mistake(
    train_gan,
    "the columns of history are exchanged",
    "Row i of history holds first the discriminator's loss, then the generator's.",
)
def columns_exchanged(generator, discriminator, real_batches, noise_batches):
    return train_gan(generator, discriminator, real_batches, noise_batches)[:, ::-1].copy()


@mistake(
    train_gan,
    "history has a row for each network, not for each step",
    "history has the shape (S, 2): a row for each step, with the two losses in it.",
)
def history_transposed(generator, discriminator, real_batches, noise_batches):
    return train_gan(generator, discriminator, real_batches, noise_batches).T.copy()


@mistake(
    train_gan,
    "history holds the losses of the last step alone",
    "Keep the two losses of every step: history has the shape (S, 2).",
)
def last_step_only(generator, discriminator, real_batches, noise_batches):
    return train_gan(generator, discriminator, real_batches, noise_batches)[-1]


@mistake(
    train_gan,
    "the last step is left out",
    "There are as many steps as real batches: i runs from 0 to S - 1.",
)
def last_step_left_out(generator, discriminator, real_batches, noise_batches):
    check_numbers(real_batches, noise_batches)
    return train_gan(generator, discriminator, real_batches[:-1], noise_batches[:-2])


@mistake(
    train_gan,
    "a missing noise batch is noticed only when it is wanted",
    "By then both networks have changed. Compare the two numbers first, and raise a ValueError that says what is "
    "missing.",
)
def noise_not_counted(generator, discriminator, real_batches, noise_batches):
    noise_batches[2 * len(real_batches) - 1]  # the IndexError that the loop would meet in the end
    return train_gan(generator, discriminator, real_batches, noise_batches)


@mistake(
    train_gan,
    "the game stops early when there is too little noise",
    "zip stops at the shortest list without a word. Compare the two numbers first, and raise a ValueError that says "
    "what is missing.",
)
def stops_early(generator, discriminator, real_batches, noise_batches):
    steps = min(len(real_batches), len(noise_batches) // 2)
    return train_gan(generator, discriminator, real_batches[:steps], noise_batches[: 2 * steps])


# modes_covered


def distances(samples, centers, order=2):
    """Of every sample (rows) from every center (columns)."""
    return np.linalg.norm(samples[:, None] - centers, ord=order, axis=2)


def refuse_no_samples(samples):
    if len(samples) == 0:
        raise ValueError("there are no samples")


@mistake(
    modes_covered,
    "the samples near a mode are counted, not the modes",
    "A mode counts once, however many samples lie there: ask of each mode whether any sample is near.",
)
def counts_samples(samples, centers, radius):
    refuse_no_samples(samples)
    return int((distances(samples, centers) <= radius).any(axis=1).sum())


@mistake(
    modes_covered,
    "every pair of a sample and a mode is counted",
    "A mode counts once, however many samples lie there: ask of each mode whether any sample is near.",
)
def counts_pairs(samples, centers, radius):
    refuse_no_samples(samples)
    return int((distances(samples, centers) <= radius).sum())


@mistake(
    modes_covered,
    "a mode is covered only if all samples are near it",
    "One sample nearby is enough: any, not all.",
)
def all_samples_near(samples, centers, radius):
    refuse_no_samples(samples)
    return int((distances(samples, centers) <= radius).all(axis=0).sum())


@mistake(
    modes_covered,
    "every sample covers its nearest mode, however far it is",
    "Between the modes there is much that belongs to none: only samples within `radius` count.",
)
def nearest_mode(samples, centers, radius):
    refuse_no_samples(samples)
    return len(np.unique(distances(samples, centers).argmin(axis=1)))


@mistake(
    modes_covered,
    "a sample covers its nearest mode only",
    "A sample that is within `radius` of several centers covers all of them.",
)
def nearest_mode_in_reach(samples, centers, radius):
    refuse_no_samples(samples)
    apart = distances(samples, centers)
    return len(np.unique(apart.argmin(axis=1)[apart.min(axis=1) <= radius]))


@mistake(
    modes_covered,
    "a distance of exactly the radius is left out",
    "A sample at exactly `radius` from a center is within: <=, not <.",
)
def strictly_within(samples, centers, radius):
    refuse_no_samples(samples)
    return int((distances(samples, centers) < radius).any(axis=0).sum())


@mistake(
    modes_covered,
    "the squared distance is compared with the radius",
    "Take the square root of the sum of squares, or compare with the square of the radius.",
)
def square_root_missing(samples, centers, radius):
    refuse_no_samples(samples)
    return int((distances(samples, centers) ** 2 <= radius).any(axis=0).sum())


@mistake(
    modes_covered,
    "each coordinate is compared with the radius by itself",
    "That is a square around each center. The distance takes all coordinates together: the square root of the sum of "
    "their squares.",
)
def square_instead_of_circle(samples, centers, radius):
    refuse_no_samples(samples)
    return int((distances(samples, centers, np.inf) <= radius).any(axis=0).sum())


@mistake(
    modes_covered,
    "the coordinates' differences are added without squaring them",
    "That is the way along streets. The distance is the square root of the sum of the squares.",
)
def along_streets(samples, centers, radius):
    refuse_no_samples(samples)
    return int((distances(samples, centers, 1) <= radius).any(axis=0).sum())


@mistake(
    modes_covered,
    "the modes that are missed are counted",
    "Count the modes that have a sample nearby.",
)
def counts_missed(samples, centers, radius):
    return len(centers) - modes_covered(samples, centers, radius)


@mistake(
    modes_covered,
    "the share of the modes is returned, not their number",
    "Return how many modes are covered, a whole number: do not divide by their number.",
)
def share_of_modes(samples, centers, radius):
    return modes_covered(samples, centers, radius) / len(centers)


@mistake(
    modes_covered,
    "a sample that is not a number covers everything",
    "Every comparison with nan is false, and `not` makes it true: ask for distance <= radius, not for not (distance > "
    "radius).",
)
def nan_is_near(samples, centers, radius):
    refuse_no_samples(samples)
    return int((~(distances(samples, centers) > radius)).any(axis=0).sum())


@mistake(
    modes_covered,
    "no samples are accepted",
    "An empty array says nothing about a generator: raise a ValueError that says so.",
)
def no_samples_accepted(samples, centers, radius):
    return modes_covered(samples, centers, radius) if len(samples) else 0
