"""Wrong answers that students really give, each with its name and a sentence that helps."""

import math

from autograder import mistake

from .guess_number import difference_loss, fixed_step, gradient_step, halve, predict, sign_loss, train

# predict


@mistake(
    predict,
    "k and x are added",
    "The model is y = k·x: the input is multiplied by k, so twice the k is twice the guess.",
)
def added(k, x):
    return k + x


@mistake(predict, "x is divided by k", "The model is y = k·x: multiply. With k = 0.6 and x = 100 the guess is 60.")
def divided(k, x):
    return x / k


@mistake(predict, "k is divided by x", "The model is y = k·x: multiply. With k = 0.6 and x = 100 the guess is 60.")
def divided_by_x(k, x):
    return k / x


@mistake(
    predict,
    "the guess is rounded to a whole number",
    "The secret is whole, but the guess need not be: rounded, it would hide small improvements of k.",
)
def rounded(k, x):
    return round(k * x)


@mistake(
    predict,
    "what follows the decimal point is cut off",
    "int(...) drops the fraction. The guess is k·x as it comes, fraction and all.",
)
def cut_off(k, x):
    return int(k * x)


@mistake(
    predict,
    "the guess is held between 0 and 100",
    "A guess outside the range is wrong, and its gap says how wrong. Held at the border, it would hide that.",
)
def held(k, x):
    return min(max(k * x, 0.0), 100.0)


@mistake(predict, "x is taken for 100", "In our game x is 100, but the function may be given another one: use it.")
def always_a_hundred(k, x):
    return k * 100.0


@mistake(predict, "the sign is dropped", "A negative k gives a negative guess: leave the sign as it is.")
def without_sign(k, x):
    return abs(k * x)


# sign_loss


@mistake(
    sign_loss,
    "the sign is the wrong way round",
    "The loss is true minus predicted: a guess that is too low gives +1, for k has to grow.",
)
def sign_flipped(y_true, y_pred):
    return -sign_loss(y_true, y_pred)


@mistake(
    sign_loss,
    "a right guess counts as too high",
    "There are three answers, not two. If y_true equals y_pred the loss is 0, and k is left alone.",
)
def right_is_too_high(y_true, y_pred):
    return 1 if y_true > y_pred else -1


@mistake(
    sign_loss,
    "a right guess counts as too low",
    "There are three answers, not two. If y_true equals y_pred the loss is 0, and k is left alone.",
)
def right_is_too_low(y_true, y_pred):
    return 1 if y_true >= y_pred else -1


@mistake(
    sign_loss,
    "the gap itself is returned, not its sign",
    "That is `difference_loss`. Here only the direction is told: 1, -1 or 0.",
)
def gap_for_sign(y_true, y_pred):
    return y_true - y_pred


@mistake(
    sign_loss,
    "it tells whether the guess is wrong, not in which direction",
    "Too high and too low have to differ, or nobody knows where to go: -1 and 1.",
)
def wrong_or_right(y_true, y_pred):
    return int(y_true != y_pred)


@mistake(
    sign_loss,
    "it tells whether the guess is right",
    "A loss is 0 when all is well. And too high and too low have to differ: -1 and 1.",
)
def right_or_wrong(y_true, y_pred):
    return y_true == y_pred


@mistake(
    sign_loss,
    "too high is told as 0",
    "y_true > y_pred is either True or False, which is two answers of three. Too high is -1, right is 0.",
)
def two_answers(y_true, y_pred):
    return y_true > y_pred


@mistake(
    sign_loss,
    "a gap of less than 1 counts as right",
    "int(...) makes 0 of 0.25. Compare the two numbers as they are: only equal ones give 0.",
)
def small_gap_is_right(y_true, y_pred):
    return sign_loss(int(y_true - y_pred), 0)


@mistake(
    sign_loss,
    "the gap is divided by its own size, which may be 0",
    "gap / abs(gap) is the sign of every gap but 0, where it divides by zero. Treat equal numbers first.",
)
def by_its_size(y_true, y_pred):
    return (y_true - y_pred) / abs(y_true - y_pred)


# difference_loss


@mistake(
    difference_loss,
    "the difference is the wrong way round",
    "The loss is true minus predicted: a guess that is too low gives a positive loss, for k has to grow.",
)
def predicted_minus_true(y_true, y_pred):
    return y_pred - y_true


@mistake(
    difference_loss,
    "the sign of the gap is dropped",
    "Without its sign the gap no longer tells the direction. Leave abs out: too high is negative.",
)
def distance(y_true, y_pred):
    return abs(y_true - y_pred)


@mistake(
    difference_loss,
    "only the sign of the gap is returned",
    "That is `sign_loss`. Here the size of the gap is told too: it is what lets k take a step of the right length.",
)
def sign_for_gap(y_true, y_pred):
    return sign_loss(y_true, y_pred)


@mistake(
    difference_loss,
    "the gap is squared",
    "The square is the valley that `gradient_step` goes down; what is asked here is the plain difference.",
)
def squared(y_true, y_pred):
    return (y_true - y_pred) ** 2


@mistake(
    difference_loss,
    "the gap is squared and halved",
    "That is the valley that `gradient_step` goes down; what is asked here is the plain difference.",
)
def half_squared(y_true, y_pred):
    return (y_true - y_pred) ** 2 / 2


@mistake(
    difference_loss,
    "the gap is a fraction of the secret",
    "Do not divide by y_true: the loss is the plain difference, in the units of the guess.",
)
def relative(y_true, y_pred):
    return (y_true - y_pred) / y_true


@mistake(
    difference_loss,
    "the gap is rounded to a whole number",
    "Guesses are not whole numbers, so gaps are not either: leave the fraction.",
)
def gap_rounded(y_true, y_pred):
    return round(y_true - y_pred)


@mistake(
    difference_loss,
    "what follows the decimal point is cut off",
    "int(...) drops the fraction. Guesses are not whole numbers, so gaps are not either.",
)
def gap_cut_off(y_true, y_pred):
    return int(y_true - y_pred)


@mistake(
    difference_loss,
    "the two numbers are added",
    "The loss is a gap: what is missing from the guess to the secret, y_true minus y_pred.",
)
def sum_for_gap(y_true, y_pred):
    return y_true + y_pred


# fixed_step


@mistake(
    fixed_step,
    "k moves the wrong way",
    "A positive loss says that the guess is too low, so k has to grow: add the step.",
)
def away(k, loss, step):
    return fixed_step(k, -loss, step)


@mistake(
    fixed_step,
    "the step is multiplied by the loss, not by its sign",
    "A fixed step is as long for a gap of 28 as for one of 0.4: only the sign of the loss counts.",
)
def as_far_as_the_loss(k, loss, step):
    return k + step * loss


@mistake(
    fixed_step,
    "k always moves up",
    "A negative loss says that the guess is too high: then the step is taken off.",
)
def always_up(k, loss, step):
    return k + step


@mistake(
    fixed_step,
    "k moves up although the guess is right",
    "If the loss is 0, leave k alone: there are three directions, up, down and stay.",
)
def up_from_the_goal(k, loss, step):
    return k + step if loss >= 0 else k - step


@mistake(
    fixed_step,
    "k moves down although the guess is right",
    "If the loss is 0, leave k alone: there are three directions, up, down and stay.",
)
def down_from_the_goal(k, loss, step):
    return k + step if loss > 0 else k - step


@mistake(
    fixed_step,
    "k never moves down",
    "A negative loss says that the guess is too high: then the step is taken off.",
)
def only_up(k, loss, step):
    return fixed_step(k, max(loss, 0), step)


@mistake(
    fixed_step,
    "the change is returned, not the new k",
    "Return where k is after the step: the old k plus the change.",
)
def change_of_fixed_step(k, loss, step):
    return fixed_step(k, loss, step) - k


@mistake(
    fixed_step,
    "only a loss of exactly 1 or -1 counts",
    "The loss may be a gap such as 28 or -0.4 as well: ask whether it is above or below 0.",
)
def only_ones(k, loss, step):
    return fixed_step(k, loss if loss in (1, -1) else 0, step)


@mistake(
    fixed_step,
    "the loss is cut off to a whole number",
    "int(-0.4) is 0, and a step is lost. Ask whether the loss itself is above or below 0.",
)
def loss_cut_off(k, loss, step):
    return fixed_step(k, int(loss), step)


@mistake(
    fixed_step,
    "k is multiplied by the step",
    "The step is a distance, added to k or taken off. A factor would move a negative k the wrong way.",
)
def stretched(k, loss, step):
    return k * (1 + fixed_step(0, loss, step))


# gradient_step


@mistake(
    gradient_step,
    "k moves up the gradient",
    "The derivative is -loss * x, and the step goes against it: the two minus signs make k + lr * loss * x.",
)
def uphill(k, x, loss, lr):
    return gradient_step(k, x, -loss, lr)


@mistake(
    gradient_step,
    "x is left out of the derivative",
    "By the chain rule the gap is multiplied by the derivative of k·x with respect to k, which is x.",
)
def without_x(k, x, loss, lr):
    return k + lr * loss


@mistake(
    gradient_step,
    "the gap is divided by x",
    "The derivative of k·x with respect to k is x, and the chain rule multiplies by it. Dividing would need no lr.",
)
def over_x(k, x, loss, lr):
    return k + lr * loss / x


@mistake(
    gradient_step,
    "k moves twice as far",
    "The 1/2 in front of the square makes the 2 of its derivative vanish: dL/dk is -loss * x.",
)
def twice(k, x, loss, lr):
    return gradient_step(k, x, 2 * loss, lr)


@mistake(
    gradient_step,
    "k moves half as far",
    "The 1/2 meets the 2 that comes down from the square, and both are gone: dL/dk is -loss * x.",
)
def half(k, x, loss, lr):
    return gradient_step(k, x, loss / 2, lr)


@mistake(
    gradient_step,
    "only the sign of the loss is used",
    "That is a fixed step. The gradient is longer where the gap is larger: multiply by the loss itself.",
)
def by_sign(k, x, loss, lr):
    return gradient_step(k, x, sign_loss(loss, 0), lr)


@mistake(
    gradient_step,
    "k moves by the squared gap, not by its derivative",
    "1/2 * loss**2 is the height of the valley. A step needs its slope, -loss * x.",
)
def by_the_height(k, x, loss, lr):
    return k - lr * 0.5 * loss**2


@mistake(
    gradient_step,
    "x is squared",
    "One x comes from the derivative of k·x. The other one is inside the loss already.",
)
def x_squared(k, x, loss, lr):
    return gradient_step(k, x * x, loss, lr)


@mistake(
    gradient_step,
    "the learning rate is left out",
    "The gradient says which way and how steep; lr says how much of it to go. Multiply.",
)
def without_rate(k, x, loss, lr):
    return gradient_step(k, x, loss, 1.0)


@mistake(
    gradient_step,
    "the step is divided by the learning rate",
    "A smaller lr makes a smaller step: multiply by it.",
)
def over_rate(k, x, loss, lr):
    return gradient_step(k, x, loss, 1 / lr)


@mistake(
    gradient_step,
    "the change is returned, not the new k",
    "Return where k is after the step: the old k plus the change.",
)
def change_of_gradient_step(k, x, loss, lr):
    return gradient_step(0.0, x, loss, lr)


@mistake(
    gradient_step,
    "the sign of x is dropped",
    "With a negative x the guess falls as k grows, and the direction turns around. Leave x as it is.",
)
def by_the_size_of_x(k, x, loss, lr):
    return gradient_step(k, abs(x), loss, lr)


@mistake(
    gradient_step,
    "x is taken for 100",
    "In our game x is 100, but the function may be given another one: use it.",
)
def x_is_a_hundred(k, x, loss, lr):
    return gradient_step(k, 100.0, loss, lr)


# halve


def halved(low, high, answer, guess, beside=1):
    """Halving with another guess, or with bounds that stop `beside` the guess."""
    halve(low, high, answer)  # refuses what must be refused
    if answer > 0:
        return guess + beside, high
    if answer < 0:
        return low, guess - beside
    return guess, guess


@mistake(
    halve,
    "the wrong half is kept",
    "The answer is the sign of secret - guess: 1 means that the secret is greater, so the upper half is left.",
)
def wrong_half(low, high, answer):
    return halve(low, high, -answer)


@mistake(
    halve,
    "a wrong guess stays among the numbers",
    "A guess that was too low cannot be the secret: go on at guess + 1. Otherwise two numbers are never told apart.",
)
def guess_stays(low, high, answer):
    return halved(low, high, answer, (low + high) // 2, beside=0)


@mistake(
    halve,
    "a guess that was too low stays among the numbers",
    "A guess that was too low cannot be the secret: go on at guess + 1. Otherwise two numbers are never told apart.",
)
def low_guess_stays(low, high, answer):
    return halved(low, high, answer, (low + high) // 2, beside=int(answer < 0))


@mistake(
    halve,
    "a guess that was too high stays among the numbers",
    "A guess that was too high cannot be the secret: the greatest number left is guess - 1.",
)
def high_guess_stays(low, high, answer):
    return halved(low, high, answer, (low + high) // 2, beside=int(answer > 0))


@mistake(
    halve,
    "the middle is rounded up",
    "Between two whole numbers the middle is rounded down, towards the smaller one: // does that.",
)
def rounds_up(low, high, answer):
    return halved(low, high, answer, math.ceil((low + high) / 2))


@mistake(
    halve,
    "the middle is rounded to the nearest even number",
    "round(49.5) is 50 and round(50.5) is 50 too: Python rounds halves to even numbers. Use // to round down.",
)
def rounds_to_even(low, high, answer):
    return halved(low, high, answer, round((low + high) / 2))


@mistake(
    halve,
    "the middle is rounded towards 0",
    "int(-3.5) is -3, which is up. Rounding down makes it -4: // does that, below zero too.",
)
def rounds_towards_zero(low, high, answer):
    return halved(low, high, answer, int((low + high) / 2))


@mistake(
    halve,
    "the middle is not rounded",
    "A single / makes a float, and half a number cannot be guessed. Divide with //.",
)
def not_rounded(low, high, answer):
    return halved(low, high, answer, (low + high) / 2)


@mistake(
    halve,
    "half the width is guessed instead of the middle",
    "(high - low) // 2 says how far the middle is from low: add it to low, or take (low + high) // 2.",
)
def half_the_width(low, high, answer):
    return halved(low, high, answer, (high - low) // 2)


@mistake(
    halve,
    "a right guess counts as too high",
    "There are three answers. After a 0 the guess is the only number left: return it as both bounds.",
)
def right_means_lower(low, high, answer):
    return halve(low, high, answer if answer > 0 else -1)


@mistake(
    halve,
    "a right guess counts as too low",
    "There are three answers. After a 0 the guess is the only number left: return it as both bounds.",
)
def right_means_higher(low, high, answer):
    return halve(low, high, answer if answer < 0 else 1)


@mistake(
    halve,
    "a right guess changes nothing",
    "After a 0 the guess is the only number left: return it as both bounds.",
)
def right_changes_nothing(low, high, answer):
    return halve(low, high, answer) if answer else (low, high)


@mistake(
    halve,
    "the bounds move by one number only",
    "Half of the numbers are ruled out at once: the bound moves right up to the guess.",
)
def one_number_at_a_time(low, high, answer):
    _, middle = halve(low, high, 0)
    if answer == 0:
        return middle, middle
    return low + max(answer, 0), high + min(answer, 0)


@mistake(
    halve,
    "it accepts bounds without a number between them",
    "If low is greater than high, the answers contradict each other: raise a ValueError that says so.",
)
def nothing_accepted(low, high, answer):
    guess = (low + high) // 2
    return {1: (guess + 1, high), -1: (low, guess - 1), 0: (guess, guess)}[answer]


# train


def loop(target, x, k, step, max_rounds, good_enough, slope=1.0, note=lambda k, guess, loss: guess):
    """The loop with another test for good enough, another slope of the step, or another number in the list."""
    noted = []
    for _ in range(max_rounds):
        guess = k * x
        loss = target - guess
        noted.append(note(k, guess, loss))
        if good_enough(loss):
            break
        k = k + step * loss * x * slope
    return k, noted


@mistake(
    train,
    "a guess that is too high ends the loop",
    "A negative gap is below every tolerance. Compare its size, abs(loss).",
)
def without_abs(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: loss < tolerance)


@mistake(
    train,
    "a gap of exactly the tolerance counts as good enough",
    "The gap has to be smaller than the tolerance: < where you have <=.",
)
def as_large_as_the_tolerance(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: abs(loss) <= tolerance)


@mistake(
    train,
    "the squared gap is compared with the tolerance",
    "The tolerance is in the units of the guess: compare abs(loss) with it.",
)
def squared_gap(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: loss**2 < tolerance)


@mistake(
    train,
    "it goes on although the gap is below the tolerance",
    "Once abs(loss) is below the tolerance, the guess is good enough: leave the loop with break or return.",
)
def never_stops(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: False)


@mistake(
    train,
    "it stops only when the guess is exactly right",
    "Fractions hardly ever hit the secret exactly. Stop when abs(loss) is below the tolerance.",
)
def stops_at_zero(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: loss == 0)


@mistake(
    train,
    "k moves away from the secret",
    "A positive loss says that the guess is too low: k + step * loss * x, as in `gradient_step`.",
)
def wrong_way(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: abs(loss) < tolerance, slope=-1.0)


@mistake(
    train,
    "k moves twice as far",
    "The loss is half the squared gap, so its derivative has no 2: k + step * loss * x, as in `gradient_step`.",
)
def twice_as_far(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: abs(loss) < tolerance, slope=2.0)


@mistake(
    train,
    "x is left out of the step",
    "The derivative of half the squared gap with respect to k is -loss * x: take `gradient_step`.",
)
def step_without_x(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: abs(loss) < tolerance, slope=1 / x)


@mistake(
    train,
    "k moves by a fixed step",
    "Here the gap decides how far k moves, not only its sign: take `gradient_step`, with `step` as its learning rate.",
)
def by_fixed_steps(target, x, k, step, tolerance, max_rounds):
    guesses = []
    for _ in range(max_rounds):
        guesses.append(k * x)
        loss = target - k * x
        if abs(loss) < tolerance:
            break
        k = fixed_step(k, loss, step)
    return k, guesses


@mistake(
    train,
    "the gap is measured only once",
    "Every guess has a gap of its own: measure it inside the loop, after the guess.",
)
def stale_gap(target, x, k, step, tolerance, max_rounds):
    guesses, loss = [], target - k * x
    for _ in range(max_rounds):
        guesses.append(k * x)
        if abs(loss) < tolerance:
            break
        k = gradient_step(k, x, loss, step)
    return k, guesses


@mistake(
    train,
    "the first guess is not in the list",
    "Guess and note the guess before k is moved: the first guess is the k that came in, times x.",
)
def first_guess_missing(target, x, k, step, tolerance, max_rounds):
    k, guesses = train(target, x, k, step, tolerance, max_rounds)
    return k, guesses[1:]


@mistake(
    train,
    "the guess that was good enough is not in the list",
    "Note every guess before you look whether it is good enough.",
)
def last_guess_missing(target, x, k, step, tolerance, max_rounds):
    k, guesses = train(target, x, k, step, tolerance, max_rounds)
    stopped = guesses and abs(target - guesses[-1]) < tolerance
    return k, guesses[:-1] if stopped else guesses


@mistake(
    train,
    "k is moved although the guess was good enough",
    "Look at the tolerance before you adjust: the k that comes back is the one whose guess was good enough.",
)
def moved_once_more(target, x, k, step, tolerance, max_rounds):
    k, guesses = train(target, x, k, step, tolerance, max_rounds)
    if guesses and abs(target - guesses[-1]) < tolerance:
        k = gradient_step(k, x, target - guesses[-1], step)
    return k, guesses


@mistake(
    train,
    "k is not adjusted after the last guess when the rounds run out",
    "Every round ends with an adjustment, unless its guess was good enough; the last round too.",
)
def last_step_missing(target, x, k, step, tolerance, max_rounds):
    last, guesses = train(target, x, k, step, tolerance, max_rounds)
    stopped = not guesses or abs(target - guesses[-1]) < tolerance
    return last if stopped else guesses[-1] / x, guesses


@mistake(
    train,
    "it takes one round too many",
    "range(max_rounds) makes max_rounds rounds. The first guess is a round as well.",
)
def one_round_more(target, x, k, step, tolerance, max_rounds):
    return train(target, x, k, step, tolerance, max_rounds + 1)


@mistake(
    train,
    "it takes one round too few",
    "range(1, max_rounds) makes one round less than max_rounds; range(max_rounds) is right.",
)
def one_round_less(target, x, k, step, tolerance, max_rounds):
    return train(target, x, k, step, tolerance, max(max_rounds - 1, 0))


@mistake(
    train,
    "guesses is a number, not the list of the guesses",
    "Start with an empty list, and append every guess to it.",
)
def counted(target, x, k, step, tolerance, max_rounds):
    k, guesses = train(target, x, k, step, tolerance, max_rounds)
    return k, len(guesses)


@mistake(train, "the list holds k instead of the guesses", "A guess is k times x: append what `predict` returns.")
def noted_k(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: abs(loss) < tolerance, note=lambda k, guess, loss: k)


@mistake(
    train,
    "the list holds the gaps instead of the guesses",
    "Append what `predict` returns; the gaps tell how to move k, but they are not asked for.",
)
def noted_gaps(target, x, k, step, tolerance, max_rounds):
    return loop(target, x, k, step, max_rounds, lambda loss: abs(loss) < tolerance, note=lambda k, guess, loss: loss)


@mistake(
    train,
    "the guesses are rounded",
    "The secret is whole, the guesses are not: rounding hides how k creeps nearer.",
)
def rounded_guesses(target, x, k, step, tolerance, max_rounds):
    return loop(
        target, x, k, step, max_rounds, lambda loss: abs(loss) < tolerance, note=lambda k, guess, loss: round(guess)
    )


@mistake(
    train,
    "the last guess is returned in place of k",
    "What has been learnt is k. The last guess is in the list already.",
)
def guess_for_k(target, x, k, step, tolerance, max_rounds):
    k, guesses = train(target, x, k, step, tolerance, max_rounds)
    return k * x, guesses


@mistake(train, "k and guesses have changed places", "First k, then the list: return k, guesses.")
def changed_places(target, x, k, step, tolerance, max_rounds):
    k, guesses = train(target, x, k, step, tolerance, max_rounds)
    return guesses, k
