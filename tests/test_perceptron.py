"""The perceptron: its references against torch and the convergence theorem, right answers written in other styles."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from support import grade, reference

perceptron = reference("perceptron")

DTYPES = st.sampled_from([np.float64, np.float32])
SIZES = st.integers(1, 6)
RATES = st.sampled_from([0.25, 0.5, 1.0, 2.0])
SEEDS = st.integers(0, 2**32 - 1)
MESSAGES = np.array([[0, 1], [2, 1], [5, 2], [1, 1], [3, 3], [2, 5]], dtype=float)
JUNK = np.array([-1, -1, 1, -1, 1, 1])
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)

modest = settings(max_examples=30, deadline=None)


def grid(rng, *shape, dtype=np.float64):
    """Small multiples of 1/4: every score is exact, in float32 too, and a 0 is a 0."""
    return (rng.integers(-6, 7, size=shape) / 4).astype(dtype)


def some_labels(rng, n):
    return rng.choice([-1, 1], size=n)


def untouched(function, *arguments):
    """What the function returns; it must not have changed its arguments, nor warned."""
    before = [np.copy(argument) for argument in arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = function(*arguments)
    for was, argument in zip(before, arguments, strict=True):
        np.testing.assert_array_equal(argument, was)
    return result


def separable(x, y):
    """Whether some hyperplane separates the samples, as linear programming knows it."""
    rows = -y[:, None] * np.hstack([x, np.ones((len(x), 1))])
    found = linprog(np.zeros(x.shape[1] + 1), A_ub=rows, b_ub=-np.ones(len(x)), bounds=(None, None))
    return found.status == 0


# The references against torch, and against the theorem


@modest
@given(n=SIZES, d=SIZES, dtype=DTYPES, seed=SEEDS)
def test_predictions_are_the_signs_of_torchs_linear_layer(n, d, dtype, seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    x, w = grid(rng, n, d, dtype=dtype), grid(rng, d, dtype=dtype)
    b = -float(x[0] @ w)  # the first point lies on the line
    scores = torch.nn.functional.linear(torch.tensor(x), torch.tensor(w)[None], torch.tensor(np.array([b], dtype)))
    labels = untouched(perceptron.predict, x, w, b)
    np.testing.assert_array_equal(labels, np.where(scores[:, 0].numpy() >= 0, 1, -1))
    assert labels[0] == 1
    assert labels.dtype == np.int64


@modest
@given(d=SIZES, y_i=st.sampled_from([-1, 1]), lr=RATES, dtype=DTYPES, seed=SEEDS)
def test_an_update_is_torchs_step_down_the_criterion_of_a_mistake(d, y_i, lr, dtype, seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    x_i, w, b = grid(rng, d, dtype=dtype), grid(rng, d, dtype=dtype), float(grid(rng))
    tw, tb = (torch.tensor(start, requires_grad=True) for start in (w, np.asarray(b, dtype)))
    optimizer = torch.optim.SGD([tw, tb], lr=lr)
    score = torch.tensor(x_i) @ tw + tb
    if (score.item() >= 0) != (y_i == 1):
        (-y_i * score).backward()
        optimizer.step()

    new, new_b = untouched(lambda *arrays: perceptron.update(arrays[0], y_i, arrays[1], b, lr), x_i, w)
    np.testing.assert_array_equal(new, tw.detach().numpy())
    assert new_b == tb.item()
    assert new.dtype == dtype
    assert not np.shares_memory(new, w)
    assert type(new_b) is float


@modest
@given(n=st.integers(1, 8), d=st.integers(1, 3), lr=RATES, epochs=st.integers(0, 12), dtype=DTYPES, seed=SEEDS)
def test_training_is_one_update_after_the_other(n, d, lr, epochs, dtype, seed):
    rng = np.random.default_rng(seed)
    x, y = grid(rng, n, d, dtype=dtype), some_labels(rng, n)
    w, b, mistakes = np.zeros(d, dtype), 0.0, []
    while len(mistakes) < epochs and 0 not in mistakes:
        mistakes.append(0)
        for x_i, y_i in zip(x, y, strict=True):
            mistakes[-1] += int(perceptron.predict(x_i[None], w, b)[0] != y_i)
            w, b = perceptron.update(x_i, y_i, w, b, lr)

    got_w, got_b, got = untouched(lambda x, y: perceptron.train(x, y, lr, epochs), x, y)
    np.testing.assert_array_equal(got_w, w)
    assert (got_b, got) == (b, mistakes)
    assert got_w.dtype == dtype
    assert {type(count) for count in got} <= {int}


@modest
@given(n=st.integers(2, 8), d=st.integers(1, 3), lr=RATES, seed=SEEDS)
def test_it_stops_if_and_only_if_a_hyperplane_separates(n, d, lr, seed):
    rng = np.random.default_rng(seed)
    x, y = grid(rng, n, d), some_labels(rng, n)
    w, b, mistakes = perceptron.train(x, y, lr, 50_000)
    assert (mistakes[-1] == 0) == separable(x, y)
    if mistakes[-1] == 0:
        np.testing.assert_array_equal(perceptron.predict(x, w, b), y)
    else:
        assert len(mistakes) == 50_000


@modest
@given(n=st.integers(2, 12), d=st.integers(1, 4), lr=st.floats(0.01, 10), seed=SEEDS)
def test_it_makes_no_more_mistakes_than_novikoff_allows(n, d, lr, seed):
    rng = np.random.default_rng(seed)
    u = rng.normal(size=d + 1)
    u /= np.linalg.norm(u)
    points = np.hstack([rng.normal(size=(n, d)), np.ones((n, 1))])
    points = points[np.abs(points @ u) > 0.02]
    if not len(points):
        return
    y = np.where(points @ u > 0, 1, -1)
    margin, radius = np.min(y * (points @ u)), np.linalg.norm(points, axis=1).max()
    _, _, mistakes = perceptron.train(points[:, :-1], y, lr, 100_000)
    assert mistakes[-1] == 0
    assert sum(mistakes) <= (radius / margin) ** 2


def test_the_learning_rate_scales_w_and_b_and_changes_nothing_else():
    w, b, mistakes = perceptron.train(MESSAGES, JUNK, 1.0, 20)
    twice_w, twice_b, same = perceptron.train(MESSAGES, JUNK, 2.0, 20)
    np.testing.assert_array_equal(twice_w, 2 * w)
    assert (twice_b, same) == (2 * b, mistakes)


# What the docstrings promise


def test_a_clean_epoch_ends_the_list_and_the_epochs_may_run_out():
    assert perceptron.train(CORNERS, np.ones(4, dtype=int), 1.0, 10)[2] == [0]
    assert perceptron.train(CORNERS, np.array([-1, -1, -1, 1]), 1.0, 20)[2] == [2, 3, 3, 2, 1, 0]
    assert perceptron.train(CORNERS, np.array([-1, -1, -1, 1]), 1.0, 5)[2] == [2, 3, 3, 2, 1]
    w, b, mistakes = perceptron.train(CORNERS, np.array([-1, -1, -1, 1]), 1.0, 0)
    np.testing.assert_array_equal(w, [0, 0])
    assert (b, mistakes) == (0.0, [])


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [1, 2, 2, 1], [-1, 1, 0, 1], [-1, 1, 0.5, 1], [True, False, True, True]])
def test_labels_in_another_coding_are_refused_and_the_right_one_is_named(y):
    with pytest.raises(ValueError, match=r"-1 or \+1"):
        perceptron.train(CORNERS, np.array(y), 1.0, 5)


@pytest.mark.parametrize("y_i", [0, 2, 0.5])
def test_a_label_in_another_coding_is_refused_by_the_update(y_i):
    with pytest.raises(ValueError, match=r"-1 or \+1"):
        perceptron.update(np.ones(2), y_i, np.ones(2), 0.0, 1.0)


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(ValueError, match="no samples"):
        perceptron.predict(np.zeros((0, 2)), np.zeros(2), 0.0)
    with pytest.raises(ValueError, match="no samples"):
        perceptron.train(np.zeros((0, 2)), np.zeros(0, dtype=int), 1.0, 5)
    with pytest.raises(ValueError, match="shape"):
        perceptron.predict(np.zeros((3, 2)), np.zeros(3), 0.0)
    with pytest.raises(ValueError, match="shape"):
        perceptron.predict(np.zeros(2), np.zeros(2), 0.0)
    with pytest.raises(ValueError, match="shape"):
        perceptron.update(np.zeros(3), 1, np.zeros(2), 0.0, 1.0)
    with pytest.raises(ValueError, match="4 samples"):
        perceptron.train(CORNERS, np.array([-1, 1, 1]), 1.0, 5)


def test_any_layout_and_whole_numbers_are_taken():
    x = np.asfortranarray(MESSAGES.astype(int))
    np.testing.assert_array_equal(perceptron.predict(x, [1, 1], -4), JUNK)
    w, b, mistakes = perceptron.train(np.repeat(x, 2, axis=0)[::2], JUNK.astype(float), 1, 20)
    np.testing.assert_array_equal(w, [1, 1])
    assert (b, mistakes) == (-4.0, [3, 2, 3, 0])


# What the lesson says


def test_the_lessons_eight_mistakes():
    made, w, b = [], np.zeros(2), 0.0
    for epoch in range(1, 5):
        for i, (x_i, y_i) in enumerate(zip(MESSAGES, JUNK, strict=True)):
            score = x_i @ w + b
            new, new_b = perceptron.update(x_i, y_i, w, b, 1.0)
            if new_b != b:
                made.append((epoch, i, y_i, score, *new, new_b))
            w, b = new, new_b
    assert made == [
        (1, 0, -1, 0, 0, -1, -1),
        (1, 2, 1, -3, 5, 1, 0),
        (1, 3, -1, 6, 4, 0, -1),
        (2, 1, -1, 7, 2, -1, -2),
        (2, 5, 1, -3, 4, 4, -1),
        (3, 0, -1, 3, 4, 3, -2),
        (3, 1, -1, 9, 2, 2, -3),
        (3, 3, -1, 1, 1, 1, -4),
    ]


def test_the_lessons_bound():
    points = np.hstack([MESSAGES, np.ones((6, 1))])
    best = np.array([0.4, 0.8, -2.6])  # the scores of the nearest messages are exactly -1 or +1
    margin = np.min(JUNK * (points @ best)) / np.linalg.norm(best)
    assert margin == pytest.approx(0.364, abs=5e-4)
    assert (points**2).sum(axis=1).max() == 30
    assert int(30 / margin**2) == 226


def test_the_corners_go_in_a_circle():
    y = np.array([-1, 1, 1, -1])
    assert not separable(CORNERS, y)
    for epochs in range(3, 30):
        w, b, mistakes = perceptron.train(CORNERS, y, 1.0, epochs)
        np.testing.assert_array_equal(w, [-1, 0])
        assert (b, mistakes) == (0.0, [3, 3] + [4] * (epochs - 2))


# Right answers in other styles pass


def passes(exercise, **functions):
    outcome = grade("perceptron", exercise, **functions)
    assert outcome.status == "passed", outcome


def refuse_empty(x):
    if np.shape(x)[0] == 0:
        raise ValueError("there is nothing in this batch")


def refuse_labels(y):
    if not set(np.ravel(y).tolist()) <= {-1, 1}:
        raise ValueError("labels are -1 and +1 here")


def where_predict(x, w, b):
    refuse_empty(x)
    return np.where(x @ w + b >= 0, 1, -1)


def loop_predict(x, w, b):
    refuse_empty(x)
    labels = np.empty(len(x), dtype=np.int8)
    for n in range(len(x)):
        labels[n] = -1 if sum(x[n, d] * w[d] for d in range(len(w))) < -b else 1
    return labels


def arithmetic_predict(x, w, b):
    refuse_empty(x)
    return 2 * (np.einsum("nd,d->n", x, w) + b >= 0) - 1


@pytest.mark.parametrize("predict", [where_predict, loop_predict, arithmetic_predict])
def test_other_right_predictions_pass(predict):
    passes("predict", predict=predict)


def plain_update(x_i, y_i, w, b, lr):
    refuse_labels(y_i)
    if where_predict(x_i[np.newaxis], w, b)[0] == y_i:
        return w, b
    return w + lr * float(y_i) * x_i, b + lr * float(y_i)


def difference_update(x_i, y_i, w, b, lr):
    """Half the difference of label and prediction is y_i where it is wrong, and 0 where it is right."""
    refuse_labels(y_i)
    step = lr * 0.5 * float(y_i - where_predict(x_i[np.newaxis], w, b)[0])
    return [w + step * x_i, np.float64(b + step)]


def buffer_update(x_i, y_i, w, b, lr):
    """With a buffer of its own, in which the bias is one more weight."""
    refuse_labels(y_i)
    weights, features = np.append(w, w.dtype.type(b)), np.append(x_i, x_i.dtype.type(1))
    if (weights @ features >= 0) != (y_i > 0):
        weights += lr * y_i * features
    return weights[:-1], float(weights[-1])


@pytest.mark.parametrize("update", [plain_update, difference_update, buffer_update])
def test_other_right_updates_pass(update):
    passes("update", update=update)


def plain_train(x, y, lr, epochs):
    refuse_empty(x)
    refuse_labels(y)
    w, b, mistakes_per_epoch = np.zeros(x.shape[1], dtype=x.dtype), 0.0, []
    for _ in range(epochs):
        mistakes = 0
        for x_i, y_i in zip(x, y, strict=True):
            mistakes += where_predict(x_i[np.newaxis], w, b)[0] != y_i
            w, b = plain_update(x_i, y_i, w, b, lr)
        mistakes_per_epoch.append(mistakes)
        if mistakes == 0:
            break
    return w, b, mistakes_per_epoch


def in_place_train(x, y, lr, epochs):
    """With += on arrays of its own, and while instead of for."""
    refuse_empty(x)
    refuse_labels(y)
    w, b, counts = np.zeros_like(x[0]), 0, []
    while len(counts) < epochs and 0 not in counts:
        counts += [0]
        for i in range(len(x)):
            if (1 if x[i] @ w + b >= 0 else -1) != y[i]:
                w += lr * y[i] * x[i]
                b += lr * y[i]
                counts[-1] += 1
    return w, b, tuple(counts)


def dual_train(x, y, lr, epochs):
    """With the number of times that each sample was missed, of which w and b are made."""
    refuse_empty(x)
    refuse_labels(y)
    missed, counts = np.zeros(len(x), x.dtype), []
    products = (x @ x.T + 1).astype(x.dtype)
    for _ in range(epochs):
        before = missed.sum()
        for i in range(len(x)):
            missed[i] += ((missed * y.astype(x.dtype)) @ products[i] >= 0) != (y[i] == 1)
        counts.append(int(missed.sum() - before))
        if not counts[-1]:
            break
    steps = (lr * missed * y).astype(x.dtype)
    return steps @ x, float(steps.sum()), counts


@pytest.mark.parametrize("train", [plain_train, in_place_train, dual_train])
def test_other_right_trainings_pass(train):
    passes("train", train=train)


# Wrong answers do not pass, so that the tests above can fail


def test_answers_that_are_nearly_right_fail():
    def tolerant(x, w, b):
        refuse_empty(x)
        return np.where(x @ w + b > 1e-9, 1, -1)

    def slightly_long(x_i, y_i, w, b, lr):
        return perceptron.update(x_i, y_i, w, b, lr * (1 + 1e-6))

    def impatient(x, y, lr, epochs):
        return perceptron.train(x, y, lr, min(epochs, 3))

    def trusting(x, y, lr, epochs):
        return perceptron.train(x, np.where(y > 0, 1, -1), lr, epochs)

    assert grade("perceptron", "predict", predict=tolerant).status == "failed"
    assert grade("perceptron", "update", update=slightly_long).status == "failed"
    assert grade("perceptron", "train", train=impatient).status == "failed"
    assert grade("perceptron", "train", train=trusting).status == "failed"


def test_a_wrong_training_points_to_a_wrong_update():
    def longer(x_i, y_i, w, b, lr):
        return perceptron.update(x_i, y_i, w, b, 3 * lr)

    def train(x, y, lr, epochs):
        return perceptron.train(x, y, 3 * lr, epochs)

    outcome = grade("perceptron", "train", update=longer, train=train)
    assert outcome.status == "blocked"
    assert "update" in next(case.sentence for case in outcome.cases if case.sentence)
