"""Wrong answers that students really give, each with its name and a sentence that helps."""

import numpy as np

from autograder import mistake

from .mlp import (
    he_init,
    leaky_relu_backward,
    leaky_relu_forward,
    mlp_backward,
    mlp_forward,
    predict_labels,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
    xavier_init,
)

# relu_forward


@mistake(relu_forward, "negative numbers lose their sign", "That is the absolute value. A ReLU makes 0 of them.")
def absolute_value(x):
    return np.abs(x), x


@mistake(
    relu_forward,
    "positive numbers become 1",
    "x > 0 says which numbers pass, and they pass as they are: multiply that mask by x.",
)
def step(x):
    return (x > 0).astype(x.dtype), x


@mistake(
    relu_forward,
    "negative numbers pass and positive ones become 0",
    "Of x and 0 the larger one is wanted: np.maximum, not np.minimum.",
)
def smaller_of_both(x):
    return np.minimum(x, 0), x


@mistake(
    relu_forward,
    "numbers above 1 are cut off",
    "A ReLU has no upper end: every positive number passes as it is.",
)
def capped_at_one(x):
    return np.clip(x, 0, 1), x


@mistake(
    relu_forward,
    "the largest number of each column is taken",
    "np.max(x, 0) looks for the maximum along axis 0. np.maximum(x, 0) compares every number with 0.",
)
def maximum_along_an_axis(x):
    return np.max(x, 0), x


@mistake(
    relu_forward,
    "only the positive numbers are left",
    "x[x > 0] throws the others away and loses the shape. They stay in their places, as zeros.",
)
def selection(x):
    return x[x > 0], x


@mistake(
    relu_forward,
    "negative numbers leak through",
    "That is a leaky ReLU, which comes later. Here they become exactly 0.",
)
def leaky(x):
    return np.where(x > 0, x, x * x.dtype.type(0.01)), x


@mistake(
    relu_forward,
    "the kink is rounded off",
    "log(1 + exp(x)) is the softplus, a smooth relative. The ReLU has a sharp corner at 0.",
)
def softplus(x):
    return np.logaddexp(x, x.dtype.type(0)), x


@mistake(
    relu_forward,
    "x is changed",
    "`x[x < 0] = 0` writes into the caller's array. np.maximum(x, 0) makes a new one.",
)
def relu_in_place(x):
    x[x < 0] = 0
    return x, x


@mistake(
    relu_forward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: np.zeros_like(x) takes dtype and shape from x.",
)
def relu_in_float64(x):
    return np.maximum(x, 0).astype(np.float64), x


# relu_backward: the reference's cache is x


@mistake(
    relu_backward,
    "the gradient passes everywhere",
    "Where x was negative, out is 0 whatever x does: nothing passes there.",
)
def unmasked(dout, x):
    return dout.copy()


@mistake(
    relu_backward,
    "the sign of dout decides what passes",
    "A gradient may be negative. What decides is the sign of x in the forward: that is what the cache is for.",
)
def masked_by_dout(dout, x):
    return np.maximum(dout, 0)


@mistake(
    relu_backward,
    "the gradient that came in is left out",
    "x > 0 is the ReLU's own derivative. The chain rule multiplies it by dout.",
)
def mask_alone(dout, x):
    return (x > 0).astype(dout.dtype)


@mistake(
    relu_backward,
    "the mask is the wrong way round",
    "The gradient passes where x was positive, and stops where it was negative.",
)
def inverted_mask(dout, x):
    return np.where(x > 0, 0, dout)


@mistake(
    relu_backward,
    "dout is multiplied by out",
    "The derivative of a number that passes is 1, however large the number is: use the mask x > 0, not out.",
)
def times_out(dout, x):
    return dout * np.maximum(x, 0)


@mistake(
    relu_backward,
    "where x was negative, dx is -dout",
    "That is the derivative of the absolute value. A ReLU is flat there: dx is 0.",
)
def times_sign(dout, x):
    return dout * np.sign(x)


@mistake(
    relu_backward,
    "at 0 the gradient passes",
    "At its kink the ReLU's derivative is 0 here, as in PyTorch: the gradient passes where x > 0, not where x >= 0.",
)
def passes_at_zero(dout, x):
    return np.where(x >= 0, dout, 0)


@mistake(
    relu_backward,
    "at 0 half the gradient passes",
    "One half is as good a choice as any, but the agreement, here and in PyTorch, is 0.",
)
def half_at_zero(dout, x):
    return dout * np.heaviside(x, x.dtype.type(0.5))


@mistake(
    relu_backward,
    "dout is changed",
    "`dout[x <= 0] = 0` writes into the caller's array. dout * (x > 0) makes a new one.",
)
def relu_backward_in_place(dout, x):
    dout[x <= 0] = 0
    return dout


@mistake(
    relu_backward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: np.zeros_like(dout) takes dtype and shape from dout.",
)
def relu_backward_in_float64(dout, x):
    return relu_backward(dout, x).astype(np.float64)


# sigmoid_forward


def sigmoid(x):
    return sigmoid_forward(x)[0]


@mistake(
    sigmoid_forward,
    "the curve falls instead of rising",
    "The exponent is -x: for a large x it is very negative, exp(-x) nearly 0, and the result nearly 1.",
)
def sign_of_the_exponent(x):
    return sigmoid(-x), x


@mistake(
    sigmoid_forward,
    "large positive numbers overflow",
    "exp(1000) is infinite, and infinite divided by infinite is no number. 1 / (1 + exp(-x)) is safe for positive x.",
)
def sigmoid_overflow(x):
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x)), x


@mistake(
    sigmoid_forward,
    "brackets are missing below the line",
    "1 / 1 + exp(-x) is 1 + exp(-x): division comes first. Put brackets around the sum.",
)
def without_brackets(x):
    with np.errstate(all="ignore"):
        return 1 / 1 + np.exp(-x), x


@mistake(
    sigmoid_forward,
    "the 1 below the line is missing",
    "1 / exp(-x) is exp(x), which has no upper end. With 1 + exp(-x) the result stays below 1.",
)
def without_one(x):
    with np.errstate(all="ignore"):
        return np.exp(x), x


@mistake(
    sigmoid_forward,
    "it is a tanh",
    "A tanh goes from -1 to 1, and steeper. The sigmoid goes from 0 to 1, and is one half at x = 0.",
)
def tanh_for_sigmoid(x):
    return np.tanh(x), x


@mistake(
    sigmoid_forward,
    "the numbers share a total of 1",
    "That is a softmax. A sigmoid looks at each number alone, whatever its neighbours are.",
)
def softmax_for_sigmoid(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True), x


@mistake(
    sigmoid_forward,
    "every result is 0 or 1",
    "A decision comes later, if at all. The sigmoid changes smoothly, so that it has a slope to learn from.",
)
def threshold(x):
    return (x > 0).astype(x.dtype), x


@mistake(
    sigmoid_forward,
    "the curve is made of straight lines",
    "A clipped line only looks alike: use 1 / (1 + exp(-x)).",
)
def hard_sigmoid(x):
    return np.clip(x / 4 + x.dtype.type(0.5), 0, 1), x


@mistake(
    sigmoid_forward,
    "the derivative comes back",
    "out * (1 - out) belongs in the backward. The forward returns out itself.",
)
def sigmoid_slope(x):
    return sigmoid(x) * sigmoid(-x), x


@mistake(
    sigmoid_forward,
    "the results are kept away from 0 and 1",
    "Clipping guards a logarithm that is not here, and makes far numbers wrong. sigmoid(1000) is 1.",
)
def clipped_sigmoid(x):
    return np.clip(sigmoid(x), 1e-6, 1 - 1e-6), x


@mistake(
    sigmoid_forward,
    "x is changed",
    "`x *= -1` and np.exp(x, out=x) write into the caller's array. Make new ones.",
)
def sigmoid_in_place(x):
    x[...] = sigmoid(x)
    return x, x


@mistake(
    sigmoid_forward,
    "a float64 answer to float32 numbers",
    "np.zeros and np.ones make float64 unless told otherwise: give the array you fill the dtype of x.",
)
def sigmoid_in_float64(x):
    return sigmoid(x).astype(np.float64), x


# sigmoid_backward: the reference's cache is x


@mistake(
    sigmoid_backward,
    "x stands where out should",
    "The derivative is out * (1 - out), written with the sigmoid's result. x * (1 - x) is something else.",
)
def x_for_out(dout, x):
    return dout * x * (1 - x)


@mistake(
    sigmoid_backward,
    "the sigmoid is taken twice",
    "If the cache holds out, it has been through the sigmoid: out * (1 - out) needs no second one.",
)
def sigmoid_twice(dout, x):
    again = sigmoid(sigmoid(x))
    return dout * again * (1 - again)


@mistake(sigmoid_backward, "the factor 1 - out is missing", "The slope is out * (1 - out): flat at both ends.")
def without_one_minus_out(dout, x):
    return dout * sigmoid(x)


@mistake(sigmoid_backward, "the factor out is missing", "The slope is out * (1 - out): flat at both ends.")
def without_out(dout, x):
    return dout * sigmoid(-x)


@mistake(
    sigmoid_backward,
    "brackets are missing",
    "dout * out * 1 - out subtracts out at the end: put brackets around 1 - out.",
)
def sigmoid_slope_without_brackets(dout, x):
    return dout * sigmoid(x) * 1 - sigmoid(x)


@mistake(
    sigmoid_backward,
    "the gradient has the wrong sign",
    "The sigmoid rises everywhere, so its slope is positive: out * (1 - out), not out * (out - 1).",
)
def sigmoid_slope_negative(dout, x):
    return -sigmoid_backward(dout, x)


@mistake(
    sigmoid_backward,
    "the derivative of the tanh is used",
    "1 - out**2 belongs to the tanh. The sigmoid's is out * (1 - out).",
)
def tanh_slope_for_sigmoid(dout, x):
    return dout * (1 - sigmoid(x) ** 2)


@mistake(
    sigmoid_backward,
    "the gradient that came in is left out",
    "out * (1 - out) is the sigmoid's own slope. The chain rule multiplies it by dout.",
)
def sigmoid_slope_alone(dout, x):
    return sigmoid(x) * sigmoid(-x)


@mistake(
    sigmoid_backward,
    "dout stands where out should",
    "dout is how much the loss cares about out; the slope of the sigmoid is made of out itself, from the cache.",
)
def dout_for_out(dout, x):
    return dout * (1 - dout)


@mistake(
    sigmoid_backward,
    "large negative numbers overflow",
    "exp(-x) / (1 + exp(-x))**2 is infinite over infinite for x = -1000. out * (1 - out) has no such trouble.",
)
def sigmoid_slope_overflow_below(dout, x):
    with np.errstate(all="ignore"):
        return dout * (np.exp(-x) / (1 + np.exp(-x)) ** 2)


@mistake(
    sigmoid_backward,
    "large positive numbers overflow",
    "exp(x) / (1 + exp(x))**2 is infinite over infinite for x = 1000. out * (1 - out) has no such trouble.",
)
def sigmoid_slope_overflow_above(dout, x):
    with np.errstate(all="ignore"):
        return dout * (np.exp(x) / (1 + np.exp(x)) ** 2)


@mistake(
    sigmoid_backward,
    "dout is changed",
    "`dout *= ...` writes into the caller's array. `dout * ...` makes a new one.",
)
def sigmoid_backward_in_place(dout, x):
    dout *= sigmoid(x) * sigmoid(-x)
    return dout


@mistake(
    sigmoid_backward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: give the array you fill the dtype of x.",
)
def sigmoid_backward_in_float64(dout, x):
    return sigmoid_backward(dout, x).astype(np.float64)


# tanh_forward


@mistake(
    tanh_forward,
    "large numbers of either sign overflow",
    "exp(1000) is infinite, above and below the line. np.tanh knows the way around it.",
)
def tanh_overflow(x):
    with np.errstate(all="ignore"):
        return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), x


@mistake(
    tanh_forward,
    "large positive numbers overflow",
    "exp(2000) is infinite, above and below the line. np.tanh knows the way around it.",
)
def tanh_overflow_above(x):
    with np.errstate(all="ignore"):
        return (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1), x


@mistake(
    tanh_forward,
    "large negative numbers overflow",
    "For x = -1000, exp(-2 * x) is infinite, above and below the line. np.tanh knows the way around it.",
)
def tanh_overflow_below(x):
    with np.errstate(all="ignore"):
        return (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)), x


@mistake(
    tanh_forward,
    "it is a sigmoid",
    "The sigmoid goes from 0 to 1. The tanh goes from -1 to 1 and is 0 at x = 0.",
)
def sigmoid_for_tanh(x):
    return sigmoid(x), x


@mistake(
    tanh_forward,
    "the curve is half as steep as it should be",
    "2 * sigmoid(x) - 1 is tanh(x / 2). It takes sigmoid(2 * x).",
)
def half_as_steep(x):
    return np.tanh(x / 2), x


@mistake(
    tanh_forward,
    "the tangent is taken",
    "tan is about angles, and periodic. The hyperbolic tangent is np.tanh.",
)
def tangent(x):
    return np.tan(x), x


@mistake(
    tanh_forward,
    "the denominator is missing",
    "(exp(x) - exp(-x)) / 2 is sinh, which has no upper end. Divide by exp(x) + exp(-x).",
)
def hyperbolic_sine(x):
    with np.errstate(all="ignore"):
        return np.sinh(x), x


@mistake(
    tanh_forward,
    "the fraction is upside down",
    "The difference of the exponentials stands above the line, their sum below.",
)
def upside_down(x):
    with np.errstate(all="ignore"):
        return 1 / np.tanh(x), x


@mistake(
    tanh_forward,
    "the sign is wrong",
    "exp(x) - exp(-x), in this order: a positive x gives a positive result.",
)
def tanh_of_minus_x(x):
    return np.tanh(-x), x


@mistake(tanh_forward, "the curve is made of straight lines", "A clipped line only looks alike: use np.tanh.")
def hard_tanh(x):
    return np.clip(x, -1, 1), x


@mistake(
    tanh_forward,
    "the derivative comes back",
    "1 - out**2 belongs in the backward. The forward returns out itself.",
)
def tanh_slope(x):
    return 1 - np.tanh(x) ** 2, x


@mistake(
    tanh_forward,
    "x is changed",
    "np.tanh(x, out=x) and `x *= ...` write into the caller's array. np.tanh(x) makes a new one.",
)
def tanh_in_place(x):
    np.tanh(x, out=x)
    return x, x


@mistake(
    tanh_forward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: give the array you fill the dtype of x.",
)
def tanh_in_float64(x):
    return np.tanh(x).astype(np.float64), x


# tanh_backward: the reference's cache is x


@mistake(
    tanh_backward,
    "x stands where out should",
    "The derivative is 1 - out**2, written with the result of the tanh. 1 - x**2 is something else.",
)
def x_for_tanh(dout, x):
    return dout * (1 - x**2)


@mistake(
    tanh_backward,
    "the tanh is taken twice",
    "If the cache holds out, it has been through the tanh: 1 - out**2 needs no second one.",
)
def tanh_twice(dout, x):
    return dout * (1 - np.tanh(np.tanh(x)) ** 2)


@mistake(tanh_backward, "the square is missing", "The slope is 1 - out**2: the same on both sides of 0.")
def without_square(dout, x):
    return dout * (1 - np.tanh(x))


@mistake(
    tanh_backward,
    "the square is around the whole bracket",
    "Only out is squared: 1 - out**2, not (1 - out)**2.",
)
def squared_bracket(dout, x):
    return dout * (1 - np.tanh(x)) ** 2


@mistake(
    tanh_backward,
    "brackets are missing",
    "dout * 1 - out**2 subtracts at the end: put brackets around 1 - out**2.",
)
def tanh_slope_without_brackets(dout, x):
    return dout * 1 - np.tanh(x) ** 2


@mistake(
    tanh_backward,
    "out**2 is added instead of subtracted",
    "The slope is largest, 1, at x = 0, and goes to 0 on both sides: 1 - out**2.",
)
def added_square(dout, x):
    return dout * (1 + np.tanh(x) ** 2)


@mistake(
    tanh_backward,
    "the gradient has the wrong sign",
    "The tanh rises everywhere, so its slope is positive: 1 - out**2, not out**2 - 1.",
)
def tanh_slope_negative(dout, x):
    return -tanh_backward(dout, x)


@mistake(
    tanh_backward,
    "the root of the slope is used",
    "The slope is 1 / cosh(x)**2, which is 1 - out**2; 1 / cosh(x) lacks the square.",
)
def root_of_the_slope(dout, x):
    return dout * np.sqrt(1 - np.tanh(x) ** 2)


@mistake(
    tanh_backward,
    "the derivative of the sigmoid is used",
    "out * (1 - out) belongs to the sigmoid. The tanh's is 1 - out**2.",
)
def sigmoid_slope_for_tanh(dout, x):
    return dout * np.tanh(x) * (1 - np.tanh(x))


@mistake(
    tanh_backward,
    "the gradient that came in is left out",
    "1 - out**2 is the slope of the tanh. The chain rule multiplies it by dout.",
)
def tanh_slope_alone(dout, x):
    return 1 - np.tanh(x) ** 2


@mistake(
    tanh_backward,
    "dout is changed",
    "`dout *= ...` writes into the caller's array. `dout * ...` makes a new one.",
)
def tanh_backward_in_place(dout, x):
    dout *= 1 - np.tanh(x) ** 2
    return dout


@mistake(
    tanh_backward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: give the array you fill the dtype of x.",
)
def tanh_backward_in_float64(dout, x):
    return tanh_backward(dout, x).astype(np.float64)


# leaky_relu_forward


@mistake(
    leaky_relu_forward,
    "nothing leaks",
    "Negative numbers are multiplied by slope, not replaced by 0: that would be the ReLU.",
)
def slope_forgotten(x, slope):
    return np.maximum(x, 0), (x, slope)


@mistake(
    leaky_relu_forward,
    "the slope is always 0.01",
    "0.01 is what is often used, but here the slope is an argument.",
)
def fixed_slope(x, slope):
    return leaky_relu_forward(x, 0.01)


@mistake(
    leaky_relu_forward,
    "the positive numbers are multiplied by slope",
    "Positive numbers pass as they are. It is the negative ones that are multiplied by slope.",
)
def wrong_side(x, slope):
    return np.where(x > 0, slope * x, x), (x, slope)


@mistake(
    leaky_relu_forward,
    "all numbers are multiplied by slope",
    "Only the negative numbers are multiplied by slope; the positive ones pass as they are.",
)
def both_sides(x, slope):
    return slope * x, (x, slope)


@mistake(
    leaky_relu_forward,
    "the larger of x and slope * x is taken",
    "That is right as long as slope is at most 1. For any slope, let the sign of x decide.",
)
def larger_of_both(x, slope):
    return np.maximum(x, slope * x), (x, slope)


@mistake(
    leaky_relu_forward,
    "the smaller of x and slope * x is taken",
    "A small slope makes a negative number larger, namely closer to 0. Let the sign of x decide.",
)
def smaller_of_x_and_leak(x, slope):
    return np.minimum(x, slope * x), (x, slope)


@mistake(
    leaky_relu_forward,
    "negative numbers come out positive",
    "slope * x has the sign of x: no minus sign and no absolute value is needed.",
)
def leak_without_sign(x, slope):
    return np.where(x > 0, x, -slope * x), (x, slope)


@mistake(
    leaky_relu_forward,
    "negative numbers all become the same",
    "slope is a factor: how far below 0 a number is still shows in slope * x.",
)
def constant_leak(x, slope):
    return np.where(x > 0, x, x.dtype.type(-slope)), (x, slope)


@mistake(
    leaky_relu_forward,
    "negative numbers bend",
    "slope * (exp(x) - 1) is the ELU, a relative. Here the negative side is a straight line, slope * x.",
)
def elu(x, slope):
    return np.where(x > 0, x, slope * np.expm1(x)), (x, slope)


@mistake(
    leaky_relu_forward,
    "x is changed",
    "`x[x < 0] *= slope` writes into the caller's array. np.where makes a new one.",
)
def leaky_in_place(x, slope):
    x[x < 0] *= slope
    return x, (x, slope)


@mistake(
    leaky_relu_forward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: np.zeros_like(x) takes dtype and shape from x.",
)
def leaky_in_float64(x, slope):
    return np.where(x > 0, x, slope * x).astype(np.float64), (x, slope)


# leaky_relu_backward: the reference's cache is (x, slope)


@mistake(
    leaky_relu_backward,
    "nothing passes where x was negative",
    "That is the ReLU's gradient. Here out is slope * x where x is negative, so slope * dout passes.",
)
def relu_mask(dout, cache):
    return np.where(cache[0] > 0, dout, 0)


@mistake(
    leaky_relu_backward,
    "the gradient passes everywhere",
    "Where x was negative, out moves only slope times as much as x: multiply dout by slope there.",
)
def leaky_unmasked(dout, cache):
    return dout.copy()


@mistake(
    leaky_relu_backward,
    "the slope is always 0.01",
    "The forward was given a slope: keep it in the cache, and use it here.",
)
def fixed_slope_backward(dout, cache):
    return leaky_relu_backward(dout, (cache[0], dout.dtype.type(0.01)))


@mistake(
    leaky_relu_backward,
    "the sides are swapped",
    "The derivative is 1 where x is positive, and slope where it is negative.",
)
def swapped_sides(dout, cache):
    x, slope = cache
    return np.where(x > 0, slope * dout, dout)


@mistake(
    leaky_relu_backward,
    "the sign of dout decides",
    "A gradient may be negative. What decides is the sign of x in the forward: that is what the cache is for.",
)
def decided_by_dout(dout, cache):
    return np.where(dout > 0, dout, cache[1] * dout)


@mistake(
    leaky_relu_backward,
    "the gradient that came in is left out",
    "1 and slope are the function's own derivative. The chain rule multiplies it by dout.",
)
def slopes_alone(dout, cache):
    x, slope = cache
    return np.where(x > 0, dout.dtype.type(1), dout.dtype.type(slope))


@mistake(
    leaky_relu_backward,
    "dout is multiplied by out",
    "The derivative is 1 or slope, however large x is: out itself does not come in.",
)
def times_leaky_out(dout, cache):
    return dout * leaky_relu_forward(*cache)[0]


@mistake(
    leaky_relu_backward,
    "the slope has a minus sign",
    "On the negative side the line still rises: its slope is slope, not -slope.",
)
def negative_slope_of_the_leak(dout, cache):
    x, slope = cache
    return np.where(x > 0, dout, -slope * dout)


@mistake(
    leaky_relu_backward,
    "the larger of x and slope * x decides",
    "That is right as long as slope is at most 1. For any slope, let the sign of x decide.",
)
def decided_by_the_larger(dout, cache):
    x, slope = cache
    return np.where(x > slope * x, dout, slope * dout)


@mistake(
    leaky_relu_backward,
    "at 0 the derivative is 1",
    "At its kink the derivative is slope here, as in PyTorch: 0 counts with the negative numbers.",
)
def one_at_zero(dout, cache):
    x, slope = cache
    return np.where(x >= 0, dout, slope * dout)


@mistake(
    leaky_relu_backward,
    "at 0 the derivative is 0",
    "For the ReLU it is, but here 0 counts with the negative numbers, as in PyTorch: the derivative is slope.",
)
def none_at_zero(dout, cache):
    x, _ = cache
    return np.where(x == 0, 0, leaky_relu_backward(dout, cache))


@mistake(
    leaky_relu_backward,
    "dout is changed",
    "`dout[x < 0] *= slope` writes into the caller's array. np.where makes a new one.",
)
def leaky_backward_in_place(dout, cache):
    x, slope = cache
    dout[x <= 0] *= slope
    return dout


@mistake(
    leaky_relu_backward,
    "a float64 answer to float32 numbers",
    "np.ones and np.full make float64 unless told otherwise: np.ones_like(x) takes dtype and shape from x.",
)
def leaky_backward_in_float64(dout, cache):
    return leaky_relu_backward(dout, cache).astype(np.float64)


# he_init and xavier_init. Behaviours are recognised by the very numbers, so all draw from np.random.default_rng(seed).


def normal(fan_in, fan_out, seed, deviation):
    return deviation * np.random.default_rng(seed).standard_normal((fan_in, fan_out))


def uniform(fan_in, fan_out, seed, low, high):
    return np.random.default_rng(seed).uniform(low, high, (fan_in, fan_out))


def he(fan_in, fan_out):
    return np.sqrt(2 / fan_in)


def xavier(fan_in, fan_out):
    return np.sqrt(2 / (fan_in + fan_out))


@mistake(
    he_init,
    "the rule uses fan_out instead of fan_in",
    "An output is a sum over the fan_in inputs: it is their number that the weights must make up for.",
)
def he_by_fan_out(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(2 / fan_out))


@mistake(
    he_init,
    "it is Xavier's rule",
    "2 / (fan_in + fan_out) looks at both sides of the layer. He's rule needs fan_in alone.",
)
def xavier_for_he(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, xavier(fan_in, fan_out))


@mistake(
    he_init,
    "the variance is used as the standard deviation",
    "2 / fan_in is the variance. Generators want the standard deviation, which is its square root.",
)
def he_variance(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, 2 / fan_in)


@mistake(
    he_init,
    "the factor 2 is forgotten",
    "A ReLU makes 0 of about half the numbers, and the 2 makes up for them: sqrt(2 / fan_in).",
)
def he_without_two(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(1 / fan_in))


@mistake(
    he_init,
    "the weights are scaled by 1 / fan_in",
    "A sum of independent numbers grows with the root of how many they are: divide by sqrt(fan_in), and keep the 2.",
)
def he_by_one_over_fan_in(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, 1 / fan_in)


@mistake(
    he_init,
    "only the 2 is under the root",
    "The root is of the whole fraction: sqrt(2 / fan_in), not sqrt(2) / fan_in.",
)
def he_root_of_two(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(2) / fan_in)


@mistake(
    he_init,
    "the weights are not scaled",
    "With a standard deviation of 1 a sum over many inputs is large, and larger after every layer. Multiply by the "
    "square root of 2 / fan_in.",
)
def he_unscaled(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, 1.0)


@mistake(
    he_init,
    "the standard deviation is 0.01, whatever the size of the layer",
    "A fixed size fits one layer and not the next. It depends on fan_in: sqrt(2 / fan_in).",
)
def he_fixed_size(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, 0.01)


@mistake(
    he_init,
    "the bound of the uniform numbers is the standard deviation",
    "Numbers uniform between -a and a have the standard deviation a / sqrt(3): the bound must be sqrt(3) times as far.",
)
def he_uniform_without_root_three(fan_in, fan_out, seed):
    bound = he(fan_in, fan_out)
    return uniform(fan_in, fan_out, seed, -bound, bound)


@mistake(
    he_init,
    "the weights are all positive",
    "rng.random gives numbers between 0 and 1. Weights should be as often negative as positive.",
)
def he_positive(fan_in, fan_out, seed):
    return he(fan_in, fan_out) * np.random.default_rng(seed).random((fan_in, fan_out))


@mistake(
    he_init,
    "the weights are transposed",
    "w has the shape (fan_in, fan_out), so that x @ w fits: a row for every input.",
)
def he_transposed(fan_in, fan_out, seed):
    return normal(fan_out, fan_in, seed, he(fan_in, fan_out))


@mistake(
    he_init,
    "all weights are zero",
    "Then all units do the same, get the same gradients and stay the same for ever. Chance makes them different.",
)
def he_zeros(fan_in, fan_out, seed):
    return np.zeros((fan_in, fan_out))


@mistake(
    he_init,
    "all weights are the same",
    "Then all units do the same, get the same gradients and stay the same for ever. Chance makes them different.",
)
def he_constant(fan_in, fan_out, seed):
    return np.full((fan_in, fan_out), he(fan_in, fan_out))


@mistake(
    he_init,
    "all units have the same weights",
    "One column was drawn and repeated. Units that start alike stay alike: draw every weight on its own.",
)
def he_one_column(fan_in, fan_out, seed):
    return np.repeat(normal(fan_in, 1, seed, he(fan_in, fan_out)), fan_out, axis=1)


@mistake(
    he_init,
    "the seed is ignored",
    "The generator always starts from the same place. Start it from the argument: np.random.default_rng(seed).",
)
def he_always_the_same(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, 0, he(fan_in, fan_out))


@mistake(
    he_init,
    "the global random state is changed",
    "np.random.seed sets the state that everybody shares. np.random.default_rng(seed) is a generator of your own.",
)
def he_global_state(fan_in, fan_out, seed):
    np.random.seed(seed)
    return he(fan_in, fan_out) * np.random.randn(fan_in, fan_out)


@mistake(he_init, "the weights are float32", "float64 is the rule in this course, unless float32 came in.")
def he_in_float32(fan_in, fan_out, seed):
    return he_init(fan_in, fan_out, seed).astype(np.float32)


@mistake(
    xavier_init,
    "it is He's rule",
    "sqrt(2 / fan_in) is for layers with a ReLU behind them. Xavier's rule looks at both sides: fan_in + fan_out.",
)
def he_for_xavier(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, he(fan_in, fan_out))


@mistake(
    xavier_init,
    "the rule leaves fan_out out",
    "1 / fan_in keeps the numbers' size forward only. On the way back fan_out counts: take 2 / (fan_in + fan_out).",
)
def xavier_by_fan_in(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(1 / fan_in))


@mistake(
    xavier_init,
    "the rule leaves fan_in out",
    "1 / fan_out keeps the gradients' size only. On the way forward fan_in counts: take 2 / (fan_in + fan_out).",
)
def xavier_by_fan_out(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(1 / fan_out))


@mistake(
    xavier_init,
    "the variance is used as the standard deviation",
    "2 / (fan_in + fan_out) is the variance. Generators want the standard deviation, which is its square root.",
)
def xavier_variance(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, 2 / (fan_in + fan_out))


@mistake(
    xavier_init,
    "the factor 2 is forgotten",
    "The variance is 1 over the mean of fan_in and fan_out, which is 2 / (fan_in + fan_out).",
)
def xavier_without_two(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(1 / (fan_in + fan_out)))


@mistake(
    xavier_init,
    "brackets are missing below the line",
    "2 / fan_in + fan_out adds fan_out after the division: put brackets around the sum.",
)
def xavier_without_brackets(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(2 / fan_in + fan_out))


@mistake(
    xavier_init,
    "the rule multiplies fan_in and fan_out",
    "The mean of fan_in and fan_out counts, so they are added: 2 / (fan_in + fan_out).",
)
def xavier_product(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(2 / (fan_in * fan_out)))


@mistake(
    xavier_init,
    "the bound for uniform numbers is used as the standard deviation",
    "sqrt(6 / (fan_in + fan_out)) is how far uniform numbers reach. The standard deviation has a 2 instead of the 6.",
)
def xavier_six_for_normal(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, np.sqrt(6 / (fan_in + fan_out)))


@mistake(
    xavier_init,
    "the weights are not scaled",
    "With a standard deviation of 1 a sum over many inputs is large, and a tanh goes flat. Multiply by the square "
    "root of 2 / (fan_in + fan_out).",
)
def xavier_unscaled(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, seed, 1.0)


@mistake(
    xavier_init,
    "the bound of the uniform numbers is the standard deviation",
    "Numbers uniform between -a and a have the standard deviation a / sqrt(3): the bound must be sqrt(3) times as far.",
)
def xavier_uniform_without_root_three(fan_in, fan_out, seed):
    bound = xavier(fan_in, fan_out)
    return uniform(fan_in, fan_out, seed, -bound, bound)


@mistake(
    xavier_init,
    "the weights are all positive",
    "rng.random gives numbers between 0 and 1. Weights should be as often negative as positive.",
)
def xavier_positive(fan_in, fan_out, seed):
    return xavier(fan_in, fan_out) * np.random.default_rng(seed).random((fan_in, fan_out))


@mistake(
    xavier_init,
    "the weights are transposed",
    "w has the shape (fan_in, fan_out), so that x @ w fits: a row for every input.",
)
def xavier_transposed(fan_in, fan_out, seed):
    return normal(fan_out, fan_in, seed, xavier(fan_in, fan_out))


@mistake(
    xavier_init,
    "all weights are the same",
    "Then all units do the same, get the same gradients and stay the same for ever. Chance makes them different.",
)
def xavier_constant(fan_in, fan_out, seed):
    return np.full((fan_in, fan_out), xavier(fan_in, fan_out))


@mistake(
    xavier_init,
    "all units have the same weights",
    "One column was drawn and repeated. Units that start alike stay alike: draw every weight on its own.",
)
def xavier_one_column(fan_in, fan_out, seed):
    return np.repeat(normal(fan_in, 1, seed, xavier(fan_in, fan_out)), fan_out, axis=1)


@mistake(
    xavier_init,
    "the seed is ignored",
    "The generator always starts from the same place. Start it from the argument: np.random.default_rng(seed).",
)
def xavier_always_the_same(fan_in, fan_out, seed):
    return normal(fan_in, fan_out, 0, xavier(fan_in, fan_out))


@mistake(
    xavier_init,
    "the global random state is changed",
    "np.random.seed sets the state that everybody shares. np.random.default_rng(seed) is a generator of your own.",
)
def xavier_global_state(fan_in, fan_out, seed):
    np.random.seed(seed)
    return xavier(fan_in, fan_out) * np.random.randn(fan_in, fan_out)


@mistake(xavier_init, "the weights are float32", "float64 is the rule in this course, unless float32 came in.")
def xavier_in_float32(fan_in, fan_out, seed):
    return xavier_init(fan_in, fan_out, seed).astype(np.float32)


# mlp_forward


def relu(x):
    return np.maximum(x, 0)


def refuse_no_rows(x):
    if len(x) == 0:
        raise ValueError("the batch is empty")


def two_layers(x, w1, b1, w2, b2, between=relu, after=lambda out: out):
    """The network, with another function between its layers, or one after them."""
    refuse_no_rows(x)
    return after(between(x @ w1 + b1) @ w2 + b2), None


@mistake(
    mlp_forward,
    "nothing is between the layers",
    "Two linear layers in a row are one linear layer. The ReLU between them is what makes the network more.",
)
def without_activation(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, between=lambda hidden: hidden)


@mistake(
    mlp_forward,
    "a ReLU follows the second layer too",
    "The output may be any number, negative ones as well: only the hidden units go through the ReLU.",
)
def relu_at_both(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, after=relu)


@mistake(
    mlp_forward,
    "the ReLU is after the second layer instead of the first",
    "It stands between the layers. The output may be any number, negative ones as well.",
)
def relu_at_the_end(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, between=lambda hidden: hidden, after=relu)


@mistake(
    mlp_forward,
    "the ReLU comes before the first layer",
    "The inputs may be negative. It is the hidden sums, x @ w1 + b1, that go through the ReLU.",
)
def relu_at_the_start(x, w1, b1, w2, b2):
    return two_layers(relu(x), w1, b1, w2, b2, between=lambda hidden: hidden)


@mistake(
    mlp_forward,
    "the first bias is added after the ReLU",
    "The bias moves the place where a unit switches on: it belongs inside, relu(x @ w1 + b1).",
)
def bias_after_relu(x, w1, b1, w2, b2):
    refuse_no_rows(x)
    return (relu(x @ w1) + b1) @ w2 + b2, None


@mistake(mlp_forward, "the first bias is left out", "Every hidden unit has a bias of its own: relu(x @ w1 + b1).")
def no_first_bias(x, w1, b1, w2, b2):
    return two_layers(x, w1, np.zeros_like(b1), w2, b2)


@mistake(mlp_forward, "the second bias is left out", "Every output has a bias of its own: h @ w2 + b2.")
def no_second_bias(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, np.zeros_like(b2))


@mistake(mlp_forward, "both biases are left out", "Each layer adds a bias to its sums: x @ w1 + b1, and h @ w2 + b2.")
def no_biases(x, w1, b1, w2, b2):
    return two_layers(x, w1, np.zeros_like(b1), w2, np.zeros_like(b2))


@mistake(
    mlp_forward,
    "a sigmoid is between the layers",
    "The sigmoid is a good activation too, but here a ReLU is asked for.",
)
def sigmoid_between(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, between=sigmoid)


@mistake(
    mlp_forward,
    "a tanh is between the layers",
    "The tanh is a good activation too, but here a ReLU is asked for.",
)
def tanh_between(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, between=np.tanh)


@mistake(
    mlp_forward,
    "a leaky ReLU is between the layers",
    "Here a plain ReLU is asked for: negative sums become exactly 0.",
)
def leaky_between(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, between=lambda hidden: np.maximum(hidden, hidden * x.dtype.type(0.01)))


@mistake(
    mlp_forward,
    "negative hidden sums lose their sign",
    "That is the absolute value. The ReLU makes 0 of negative sums.",
)
def absolute_between(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, between=np.abs)


@mistake(
    mlp_forward,
    "the hidden units come back",
    "out is what the second layer makes of them: h @ w2 + b2, with shape (N, M).",
)
def hidden_units(x, w1, b1, w2, b2):
    refuse_no_rows(x)
    return relu(x @ w1 + b1), None


def softmax_rows(out):
    e = np.exp(out - out.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@mistake(
    mlp_forward,
    "the outputs are turned into probabilities",
    "A softmax belongs to the loss. The network returns its outputs as they are.",
)
def softmax_after(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, after=softmax_rows)


@mistake(
    mlp_forward,
    "a sigmoid follows the second layer",
    "What turns outputs into probabilities belongs to the loss. The network returns its outputs as they are.",
)
def sigmoid_after(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, after=sigmoid)


@mistake(
    mlp_forward,
    "out is transposed",
    "One example per row, in and out: out has shape (N, M), and out[n, m] belongs to example n.",
)
def transposed_out(x, w1, b1, w2, b2):
    return two_layers(x, w1, b1, w2, b2, after=np.transpose)


@mistake(
    mlp_forward,
    "an empty batch is accepted",
    "When x has no rows, raise a ValueError that says so: left alone it fails later, far from its cause.",
)
def empty_batch_accepted(x, w1, b1, w2, b2):
    out = relu(x @ w1 + b1) @ w2 + b2
    return out, mlp_forward(x, w1, b1, w2, b2)[1] if len(x) else None


@mistake(
    mlp_forward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: give the arrays you fill the dtype of x.",
)
def forward_in_float64(x, w1, b1, w2, b2):
    out, cache = mlp_forward(x, w1, b1, w2, b2)
    return out.astype(np.float64), cache


# mlp_backward: the reference's cache is (x, w1, hidden, h, w2)


def with_dhidden(dout, cache, dhidden):
    """The five gradients, all right but for this gradient with respect to the hidden sums."""
    x, w1, _, h, _ = cache
    return dhidden @ w1.T, x.T @ dhidden, dhidden.sum(axis=0), h.T @ dout, dout.sum(axis=0)


def gradient_of_h(dout, cache):
    return dout @ cache[4].T


@mistake(
    mlp_backward,
    "the gradient passes the ReLU unchanged",
    "A hidden unit that was off gives 0 whatever its sum does: multiply dh by the mask hidden > 0.",
)
def without_mask(dout, cache):
    return with_dhidden(dout, cache, gradient_of_h(dout, cache))


@mistake(
    mlp_backward,
    "the ReLU's mask is made from the gradient",
    "What decides is whether the unit was on in the forward, hidden > 0, not whether its gradient is positive.",
)
def mask_from_gradient(dout, cache):
    return with_dhidden(dout, cache, relu(gradient_of_h(dout, cache)))


@mistake(
    mlp_backward,
    "the ReLU's mask is the wrong way round",
    "The gradient passes where the hidden sum was positive, and stops where it was negative.",
)
def mask_inverted(dout, cache):
    return with_dhidden(dout, cache, np.where(cache[2] > 0, 0, gradient_of_h(dout, cache)))


@mistake(
    mlp_backward,
    "the gradient is multiplied by h instead of the ReLU's mask",
    "The derivative of a unit that is on is 1, however large h is: use hidden > 0.",
)
def times_h(dout, cache):
    return with_dhidden(dout, cache, gradient_of_h(dout, cache) * cache[3])


@mistake(
    mlp_backward,
    "the gradient of the ReLU is that of a sigmoid",
    "h * (1 - h) belongs to the sigmoid. Behind a ReLU the gradient passes where hidden > 0.",
)
def sigmoid_slope_for_mask(dout, cache):
    h = cache[3]
    return with_dhidden(dout, cache, gradient_of_h(dout, cache) * h * (1 - h))


@mistake(
    mlp_backward,
    "where a hidden sum is exactly 0, the gradient passes",
    "At its kink the ReLU's derivative is 0 here, as in PyTorch: the mask is hidden > 0, not hidden >= 0.",
)
def mask_passes_at_zero(dout, cache):
    return with_dhidden(dout, cache, np.where(cache[2] >= 0, gradient_of_h(dout, cache), 0))


@mistake(
    mlp_backward,
    "dx does not go through the ReLU",
    "The mask comes before everything in the first layer: dx is made of the masked gradient, like dw1 and db1.",
)
def mask_not_for_dx(dout, cache):
    return without_mask(dout, cache)[0], *mlp_backward(dout, cache)[1:]


@mistake(
    mlp_backward,
    "w2 is left out on the way back",
    "Hidden unit k reaches output m with the factor w2[k, m]: dh = dout @ w2.T.",
)
def without_w2(dout, cache):
    hidden = cache[2]
    return with_dhidden(dout, cache, (hidden > 0) * dout.sum(axis=1, keepdims=True))


@mistake(
    mlp_backward,
    "w2 is not transposed",
    "dout is (N, M) and dh is (N, H), so w2 has to enter as (M, H): it is turned around on the way back.",
)
def w2_not_transposed(dout, cache):
    return with_dhidden(dout, cache, np.where(cache[2] > 0, dout @ cache[4], 0))


@mistake(
    mlp_backward,
    "w1 is not transposed",
    "dhidden is (N, H) and dx is (N, D), so w1 has to enter as (H, D): it is turned around on the way back.",
)
def w1_not_transposed(dout, cache):
    _, *others = mlp_backward(dout, cache)
    dhidden = np.where(cache[2] > 0, gradient_of_h(dout, cache), 0)
    return dhidden @ cache[1], *others


@mistake(
    mlp_backward,
    "dx stops at the hidden layer",
    "dhidden is one step short: through the first layer it becomes dx = dhidden @ w1.T, of the shape of x.",
)
def dx_stops_early(dout, cache):
    _, *others = mlp_backward(dout, cache)
    return np.where(cache[2] > 0, gradient_of_h(dout, cache), 0), *others


@mistake(
    mlp_backward,
    "dw1 is made with the hidden units instead of x",
    "A layer's weights meet the layer's own input, and the first layer's is x: dw1 = x.T @ dhidden.",
)
def dw1_with_h(dout, cache):
    dx, _, db1, dw2, db2 = mlp_backward(dout, cache)
    dhidden = np.where(cache[2] > 0, gradient_of_h(dout, cache), 0)
    return dx, cache[3].T @ dhidden, db1, dw2, db2


@mistake(
    mlp_backward,
    "dw2 is made with x instead of the hidden units",
    "A layer's weights meet the layer's own input, and the second layer's is h: dw2 = h.T @ dout.",
)
def dw2_with_x(dout, cache):
    dx, dw1, db1, _, db2 = mlp_backward(dout, cache)
    return dx, dw1, db1, cache[0].T @ dout, db2


@mistake(
    mlp_backward,
    "dw2 is made with the hidden sums before the ReLU",
    "The second layer never saw the negative sums: its input is h, what the ReLU made of them.",
)
def dw2_with_sums(dout, cache):
    dx, dw1, db1, _, db2 = mlp_backward(dout, cache)
    return dx, dw1, db1, cache[2].T @ dout, db2


@mistake(
    mlp_backward,
    "dw2 is made with the ReLU's mask",
    "How much w2 matters depends on how large h is, not only on whether it is positive: dw2 = h.T @ dout.",
)
def dw2_with_mask(dout, cache):
    dx, dw1, db1, _, db2 = mlp_backward(dout, cache)
    return dx, dw1, db1, (cache[2] > 0).astype(dout.dtype).T @ dout, db2


@mistake(mlp_backward, "dw1 is transposed", "dw1 has the shape of w1, (D, H): dw1 = x.T @ dhidden.")
def dw1_transposed(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dx, dw1.T, db1, dw2, db2


@mistake(mlp_backward, "dw2 is transposed", "dw2 has the shape of w2, (H, M): dw2 = h.T @ dout.")
def dw2_transposed(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dx, dw1, db1, dw2.T, db2


@mistake(
    mlp_backward,
    "everything but dx is averaged over the batch",
    "All rows share w1, b1, w2 and b2: what they ask of them adds up. Where an average is wanted, dout has its 1/N.",
)
def averaged(dout, cache):
    dx, *others = mlp_backward(dout, cache)
    return dx, *(gradient / len(dout) for gradient in others)


@mistake(
    mlp_backward,
    "dw1 and dw2 are averaged over the batch",
    "All rows share the weights, so what they ask of them adds up. Where an average is wanted, dout has its 1/N.",
)
def averaged_weights(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dx, dw1 / len(dout), db1, dw2 / len(dout), db2


@mistake(
    mlp_backward,
    "db1 and db2 are averaged over the batch",
    "All rows share the biases, so what they ask of them adds up. Where an average is wanted, dout has its 1/N.",
)
def averaged_biases(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dx, dw1, db1 / len(dout), dw2, db2 / len(dout)


@mistake(
    mlp_backward,
    "db1 and db2 are not summed over the batch",
    "b1 has shape (H,) and b2 (M,): all N rows share them, so add up what each row asks.",
)
def unsummed_biases(dout, cache):
    dx, dw1, _, dw2, _ = mlp_backward(dout, cache)
    return dx, dw1, np.where(cache[2] > 0, gradient_of_h(dout, cache), 0), dw2, dout.copy()


@mistake(
    mlp_backward,
    "db1 and db2 keep an axis of length 1",
    "A gradient has exactly the shape of what it belongs to: (H,) and (M,), not (1, H) and (1, M).",
)
def biases_with_an_axis(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dx, dw1, db1[np.newaxis], dw2, db2[np.newaxis]


@mistake(
    mlp_backward,
    "db1 and db2 are summed over the units",
    "Each unit keeps a bias of its own: add over the rows (axis 0), never over the units.",
)
def biases_over_units(dout, cache):
    dx, dw1, _, dw2, _ = mlp_backward(dout, cache)
    dhidden = np.where(cache[2] > 0, gradient_of_h(dout, cache), 0)
    return dx, dw1, dhidden.sum(axis=1), dw2, dout.sum(axis=1)


@mistake(
    mlp_backward,
    "db1 and db2 are single numbers",
    "There are H and M biases: sum over the rows only, axis=0.",
)
def biases_over_everything(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dx, dw1, db1.sum(), dw2, db2.sum()


@mistake(
    mlp_backward,
    "the parameters learn from the last row only",
    "Every row uses the same weights and biases: add what each row gives, instead of replacing what is there.",
)
def last_row_only(dout, cache):
    x, w1, hidden, h, w2 = cache
    dx, *_ = mlp_backward(dout, cache)
    return dx, *mlp_backward(dout[-1:], (x[-1:], w1, hidden[-1:], h[-1:], w2))[1:]


@mistake(
    mlp_backward,
    "dout is left out",
    "The chain rule starts with what the loss asks of out: everything is made of dout.",
)
def without_dout(dout, cache):
    return mlp_backward(np.ones_like(dout), cache)


@mistake(
    mlp_backward,
    "dw1 and dw2 have changed places, and so have db1 and db2",
    "The gradients come back in the order of the forward's arguments: dx, dw1, db1, dw2, db2.",
)
def layers_swapped(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dx, dw2, db2, dw1, db1


@mistake(
    mlp_backward,
    "the gradients come in the order in which they are computed",
    "The backward starts at the second layer, but the results are in the order of the forward's arguments: dx first.",
)
def order_of_computing(dout, cache):
    dx, dw1, db1, dw2, db2 = mlp_backward(dout, cache)
    return dw2, db2, dw1, db1, dx


@mistake(
    mlp_backward,
    "dx comes last",
    "The gradients come back in the order of the forward's arguments: dx, dw1, db1, dw2, db2.",
)
def dx_last(dout, cache):
    dx, *others = mlp_backward(dout, cache)
    return *others, dx


@mistake(
    mlp_backward,
    "dx is missing",
    "x gets a gradient too, for a layer before it may want it: dx = dhidden @ w1.T, in front of the others.",
)
def dx_missing(dout, cache):
    return mlp_backward(dout, cache)[1:]


@mistake(
    mlp_backward,
    "dout is changed",
    "`dout *= ...` and `dout /= ...` write into the caller's array. Make a new one.",
)
def dout_in_place(dout, cache):
    found = mlp_backward(dout, cache)
    dout /= len(dout) + 1
    return found


@mistake(
    mlp_backward,
    "a float64 answer to float32 numbers",
    "np.zeros makes float64 unless told otherwise: np.zeros_like(w1) takes dtype and shape from w1.",
)
def backward_in_float64(dout, cache):
    return tuple(gradient.astype(np.float64) for gradient in mlp_backward(dout, cache))


# predict_labels


def outputs(x, w1, b1, w2, b2):
    return mlp_forward(x, w1, b1, w2, b2)[0]


@mistake(
    predict_labels,
    "the largest output of each column is sought",
    "A row is an example, a column a class: the maximum is over the classes of one row, axis=1.",
)
def over_the_rows(x, w1, b1, w2, b2):
    return outputs(x, w1, b1, w2, b2).argmax(axis=0)


@mistake(
    predict_labels,
    "one label is given for the whole batch",
    "Without an axis np.argmax looks through everything. Each row has a label of its own: axis=1.",
)
def over_everything(x, w1, b1, w2, b2):
    return int(outputs(x, w1, b1, w2, b2).argmax())


@mistake(
    predict_labels,
    "of equal outputs the last is chosen",
    "The first of them is asked for, which is what np.argmax does: replace the best only by what is larger.",
)
def last_of_equals(x, w1, b1, w2, b2):
    out = outputs(x, w1, b1, w2, b2)
    return out.shape[1] - 1 - out[:, ::-1].argmax(axis=1)


@mistake(predict_labels, "the smallest output is chosen", "The largest output wins: np.argmax, not np.argmin.")
def smallest(x, w1, b1, w2, b2):
    return outputs(x, w1, b1, w2, b2).argmin(axis=1)


@mistake(
    predict_labels,
    "the output that is farthest from 0 is chosen",
    "A very negative output says: surely not this class. Compare the outputs as they are, without abs.",
)
def largest_absolute(x, w1, b1, w2, b2):
    return np.abs(outputs(x, w1, b1, w2, b2)).argmax(axis=1)


@mistake(
    predict_labels,
    "a search that starts from 0 misses negative outputs",
    "All outputs of a row may be negative. Start from the first output, not from 0.",
)
def starts_from_zero(x, w1, b1, w2, b2):
    out = outputs(x, w1, b1, w2, b2)
    return np.where((out > 0).any(axis=1), out.argmax(axis=1), 0)


@mistake(
    predict_labels,
    "a hidden unit is chosen",
    "The labels are told by out, after the second layer.",
)
def hidden_unit(x, w1, b1, w2, b2):
    refuse_no_rows(x)
    return relu(x @ w1 + b1).argmax(axis=1)


@mistake(
    predict_labels,
    "the ReLU between the layers is missing",
    "Use your mlp_forward: the labels come from the same outputs that it computes.",
)
def labels_without_relu(x, w1, b1, w2, b2):
    refuse_no_rows(x)
    return ((x @ w1 + b1) @ w2 + b2).argmax(axis=1)


@mistake(
    predict_labels,
    "the second bias is left out",
    "A bias speaks for or against a class before anything is seen: add b2 before you compare.",
)
def labels_without_second_bias(x, w1, b1, w2, b2):
    refuse_no_rows(x)
    return (relu(x @ w1 + b1) @ w2).argmax(axis=1)


@mistake(
    predict_labels,
    "the largest outputs come back instead of their places",
    "np.max says how large, np.argmax says which. A label is which.",
)
def how_large(x, w1, b1, w2, b2):
    return outputs(x, w1, b1, w2, b2).max(axis=1)


@mistake(
    predict_labels,
    "the outputs come back instead of the labels",
    "Of every row only the place of its largest output is asked for: shape (N,).",
)
def outputs_for_labels(x, w1, b1, w2, b2):
    return outputs(x, w1, b1, w2, b2)


@mistake(
    predict_labels,
    "the labels are rows of zeros and a one",
    "That is one-hot coding. A label is the number of the class, so the shape is (N,).",
)
def one_hot(x, w1, b1, w2, b2):
    out = outputs(x, w1, b1, w2, b2)
    return np.eye(out.shape[1], dtype=int)[out.argmax(axis=1)]


@mistake(predict_labels, "the classes are counted from 1", "Labels go from 0 to M - 1, as Python counts.")
def counted_from_one(x, w1, b1, w2, b2):
    return predict_labels(x, w1, b1, w2, b2) + 1


@mistake(
    predict_labels,
    "the labels are 1 where an output is positive",
    "That is a rule for a single output. Among several classes the largest output wins.",
)
def sign_of_the_first(x, w1, b1, w2, b2):
    return (outputs(x, w1, b1, w2, b2)[:, 0] > 0).astype(int)


@mistake(
    predict_labels,
    "large outputs overflow on the way",
    "exp of some thousand is infinite. No exponential is needed: the largest output has the largest probability.",
)
def overflowing_softmax(x, w1, b1, w2, b2):
    with np.errstate(all="ignore"):
        e = np.exp(outputs(x, w1, b1, w2, b2))
        return (e / e.sum(axis=1, keepdims=True)).argmax(axis=1)


@mistake(
    predict_labels,
    "the labels are not whole numbers",
    "np.zeros(N) makes floats. Labels are whole numbers: give the array an integer dtype.",
)
def labels_as_floats(x, w1, b1, w2, b2):
    return predict_labels(x, w1, b1, w2, b2).astype(float)


@mistake(
    predict_labels,
    "the labels keep an axis of length 1",
    "One label per row: shape (N,), not (N, 1).",
)
def labels_in_a_column(x, w1, b1, w2, b2):
    return predict_labels(x, w1, b1, w2, b2)[:, np.newaxis]


@mistake(
    predict_labels,
    "an empty batch is accepted",
    "When x has no rows, raise a ValueError that says so. Your mlp_forward does it, if you call it.",
)
def empty_predictions(x, w1, b1, w2, b2):
    return (relu(x @ w1 + b1) @ w2 + b2).argmax(axis=1)
