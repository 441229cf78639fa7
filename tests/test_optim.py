"""The unit optim: its references against torch, and right answers in other styles."""

import math
import random
import re
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import COURSE, grade, reference

optim = reference("optim")
torch = pytest.importorskip("torch")

DTYPES = st.sampled_from([np.float64, np.float32])
SHAPES = st.lists(st.integers(1, 5), max_size=4).map(tuple)
RATES = st.floats(0.001, 1)
MOMENTA = st.floats(0.05, 0.99)
STEPS = st.integers(1, 12)
SEEDS = st.integers(0, 2**32 - 1)

modest = settings(max_examples=30, deadline=None)


def close(got, want):
    """got (an array) has the shape and dtype of want (a tensor) and, as far as that dtype goes, its values."""
    want = want.detach().numpy()
    assert (got.dtype, got.shape) == (want.dtype, want.shape)
    rtol = 1e-10 if got.dtype == np.float64 else np.finfo(np.float32).eps ** 0.5
    np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * max(np.abs(want).max(), 1e-3))


def untouched(function, *arguments):
    """What the function returns; it must not have changed its arguments, nor warned."""
    before = [np.copy(argument) for argument in arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = function(*arguments)
    for was, argument in zip(before, arguments, strict=True):
        np.testing.assert_array_equal(argument, was)
    return result


def together(step, count, make, shape, dtype, seed, steps):
    """Take several steps along random gradients, ours and torch's: the weights must stay together.

    Args:
        step: `step(w, dw, *state, t)` returns the new w and state, all in one tuple.
        count: how many arrays of state there are; all start at zero.
        make: makes torch's optimizer of a list of tensors.

    Returns:
        our state, and torch's, after the last step.
    """
    rng = np.random.default_rng(seed)
    w = np.asarray(rng.normal(size=shape), dtype)
    state = [np.zeros_like(w) for _ in range(count)]
    tensor = torch.tensor(w, requires_grad=True)
    optimizer = make([tensor])
    for t in range(1, steps + 1):
        dw = np.asarray(rng.normal(size=shape) * 10 ** rng.uniform(-1, 1), dtype)
        tensor.grad = torch.tensor(dw)
        optimizer.step()
        w, *state = untouched(lambda *arrays, t=t: step(*arrays, t), w, dw, *state)
        close(w, tensor)
    return state, optimizer.state[tensor]


# The references against torch


@modest
@given(shape=SHAPES, lr=RATES, dtype=DTYPES, seed=SEEDS, steps=STEPS)
def test_sgd_is_torchs(shape, lr, dtype, seed, steps):
    def make(parameters):
        return torch.optim.SGD(parameters, lr=lr)

    together(lambda w, dw, t: (optim.sgd_step(w, dw, lr),), 0, make, shape, dtype, seed, steps)


@pytest.mark.parametrize("nesterov", [False, True])
@modest
@given(shape=SHAPES, lr=RATES, momentum=MOMENTA, dtype=DTYPES, seed=SEEDS, steps=STEPS)
def test_momentum_is_torchs(nesterov, shape, lr, momentum, dtype, seed, steps):
    ours = optim.nesterov_step if nesterov else optim.momentum_step

    def make(parameters):
        return torch.optim.SGD(parameters, lr=lr, momentum=momentum, nesterov=nesterov)

    def step(w, dw, v, t):
        return ours(w, dw, v, lr, momentum)

    (v,), state = together(step, 1, make, shape, dtype, seed, steps)
    close(v, state["momentum_buffer"])


@modest
@given(shape=SHAPES, lr=RATES, beta1=MOMENTA, beta2=MOMENTA, eps=st.sampled_from([1e-8, 1e-3, 0.1]), dtype=DTYPES,
       seed=SEEDS, steps=STEPS)  # fmt: skip
def test_adam_is_torchs(shape, lr, beta1, beta2, eps, dtype, seed, steps):
    def make(parameters):
        return torch.optim.Adam(parameters, lr=lr, betas=(beta1, beta2), eps=eps)

    def step(w, dw, m, v, t):
        return optim.adam_step(w, dw, m, v, t, lr, beta1, beta2, eps)

    (m, v), state = together(step, 2, make, shape, dtype, seed, steps)
    close(m, state["exp_avg"])
    close(v, state["exp_avg_sq"])


@modest
@given(shapes=st.lists(SHAPES, max_size=4), size=st.sampled_from([0, 1e-6, 1, 1e6]),
       max_norm=st.sampled_from([1e-6, 0.5, 3, 1e3]), dtype=DTYPES, seed=SEEDS)  # fmt: skip
def test_clipping_is_torchs(shapes, size, max_norm, dtype, seed):
    rng = np.random.default_rng(seed)
    grads = [np.asarray(size * rng.normal(size=shape), dtype) for shape in shapes]
    parameters = [torch.zeros(shape) for shape in shapes]
    for parameter, gradient in zip(parameters, grads, strict=True):
        parameter.data = torch.tensor(gradient)
        parameter.grad = torch.tensor(gradient)
    want = torch.nn.utils.clip_grad_norm_(parameters, max_norm)

    clipped, norm = untouched(lambda *arrays: optim.clip_by_global_norm(list(arrays), max_norm), *grads)
    assert (type(clipped), type(norm), len(clipped)) == (list, float, len(grads))
    assert norm == pytest.approx(want.item(), rel=1e-10 if dtype == np.float64 else 1e-5, abs=1e-30)
    for got, parameter in zip(clipped, parameters, strict=True):
        close(got, parameter.grad)


@modest
@given(lr=RATES, drop=st.floats(0.01, 1), every=st.integers(1, 9), total=st.integers(1, 40))
def test_schedules_are_torchs(lr, drop, every, total):
    optimizers = [torch.optim.SGD([torch.zeros(1)], lr=lr) for _ in range(2)]
    stairs = torch.optim.lr_scheduler.StepLR(optimizers[0], every, drop)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizers[1], total)
    for step in range(total + 1):
        assert optim.step_decay(lr, step, drop, every) == pytest.approx(stairs.get_last_lr()[0], rel=1e-10)
        assert optim.cosine_decay(lr, step, total) == pytest.approx(cosine.get_last_lr()[0], rel=1e-8, abs=1e-13)
        for optimizer, schedule in zip(optimizers, (stairs, cosine), strict=True):
            optimizer.step()
            schedule.step()
    assert [optim.cosine_decay(lr, total + more, total) for more in (0, 1, total, 100)] == [0] * 4


# Batches


@modest
@given(n=st.integers(1, 60), batch_size=st.integers(1, 70), seed=SEEDS)
def test_every_index_is_in_one_batch(n, batch_size, seed):
    before = np.random.get_state()[1].copy()
    batches = optim.minibatches(n, batch_size, seed)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))
    assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert len(batches[-1]) == (n % batch_size or batch_size)
    for got, want in zip(optim.minibatches(n, batch_size, seed), batches, strict=True):
        np.testing.assert_array_equal(got, want)


def test_another_seed_makes_another_epoch():
    orders = {tuple(np.concatenate(optim.minibatches(20, 6, seed)).tolist()) for seed in range(50)}
    assert len(orders) == 50
    assert tuple(range(20)) not in orders


# What the lesson says

START, CURVATURE = np.array([-9.0, 2.0]), np.array([1.0, 25.0])


def down_the_ravine(step, steps=30):
    """The walk of `step(w, dw, state, t) -> (w, state)` from the lesson's start."""
    path, state = [START], None
    for t in range(1, steps + 1):
        w, state = step(path[-1], CURVATURE * path[-1], state, t)
        path.append(w)
    return np.array(path)


def ravine(w):
    return 0.5 * float(CURVATURE @ w**2)


def descent(lr):
    return lambda w, dw, _, t: (optim.sgd_step(w, dw, lr), None)


def rolling(step, lr, momentum):
    return lambda w, dw, v, t: step(w, dw, np.zeros(2) if v is None else v, lr, momentum)


def adaptive(w, dw, means, t):
    w, *means = optim.adam_step(w, dw, *(means or np.zeros((2, 2))), t, 0.4, 0.9, 0.999, 1e-8)
    return w, means


WALKS = {
    "slow": (descent(0.01), 22),
    "right": (descent(0.07), 0.52),
    "wild": (descent(0.081), 220),
    "momentum": (rolling(optim.momentum_step, 0.02, 0.8), 0.056),
    "nesterov": (rolling(optim.nesterov_step, 0.02, 0.8), 0.0039),
    "adam": (adaptive, 0.16),
}


@pytest.mark.parametrize("name", WALKS)
def test_the_picture_of_the_ravine_shows_what_the_functions_do(name):
    step, loss = WALKS[name]
    path = down_the_ravine(step)
    assert ravine(path[-1]) == pytest.approx(loss, rel=0.05)
    picture = (COURSE.unit("optim").folder / "ravine.svg").read_text(encoding="utf-8")
    points = re.search(rf'<polyline id="{name}" points="([^"]+)"', picture)[1]
    drawn = np.array([[float(number) for number in point.split(",")] for point in points.split()])
    np.testing.assert_allclose(drawn - drawn[0], (path - START) * [26, -26], atol=0.11)


def test_the_lessons_learning_rates():
    assert ravine(START) == 90.5
    assert ravine(down_the_ravine(descent(0.05))[-1]) == pytest.approx(1.9, abs=0.05)
    assert ravine(down_the_ravine(descent(0.02))[-1]) == pytest.approx(12, abs=0.5)


def test_the_lessons_numbers():
    w, dw, v, zero = np.array([1.0, -2]), np.array([0.5, -4]), np.array([1.0, 2]), np.zeros(2)
    np.testing.assert_allclose(optim.sgd_step(w, dw, 0.1), [0.95, -1.6])
    np.testing.assert_allclose(optim.momentum_step(w, dw, v, 0.1, 0.9), [[0.86, -1.78], [1.4, -2.2]])
    np.testing.assert_allclose(optim.nesterov_step(w, dw, v, 0.1, 0.9), [[0.824, -1.402], [1.4, -2.2]])
    after, m, v = optim.adam_step(w, dw, zero, zero, 1, 0.1, 0.9, 0.999, 1e-8)
    np.testing.assert_allclose([after, m, v], [[0.9, -1.9], [0.05, -0.4], [0.00025, 0.016]])
    second, _, _ = optim.adam_step(after, np.array([0.5, 4]), m, v, 2, 0.1, 0.9, 0.999, 1e-8)
    np.testing.assert_allclose(second - after, [-0.1, -0.005], atol=3e-4)
    np.testing.assert_allclose(0.1 * m / np.sqrt(v), [0.316, -0.316], atol=5e-4)

    (first, other), norm = optim.clip_by_global_norm([np.array([3.0]), np.array([0.0, 4])], 1.0)
    assert norm == 5
    np.testing.assert_allclose([*first, *other], [0.6, 0, 0.8], rtol=2.1e-7)
    assert first[0] < 0.6  # by PyTorch's 1e-6
    assert [batch.tolist() for batch in optim.minibatches(10, 4, 1)] == [[8, 4, 7, 0], [1, 2, 5, 9], [6, 3]]
    assert [optim.step_decay(0.1, epoch, 0.5, 15) for epoch in (0, 14, 15, 29, 30)] == [0.1, 0.1, 0.05, 0.05, 0.025]
    rates = [optim.cosine_decay(0.1, step, 60) for step in (0, 15, 30, 45, 60)]
    np.testing.assert_allclose(rates, [0.1, 0.0854, 0.05, 0.0146, 0], atol=5e-5)


def test_on_an_even_slope_the_velocity_grows_to_its_limit():
    w, v, dw = np.zeros(1), np.zeros(1), np.array([2.0])
    for _ in range(300):
        w, v = optim.momentum_step(w, dw, v, 0.1, 0.9)
    assert v == pytest.approx(20)


# What the conventions promise


@pytest.mark.parametrize(
    ("function", "arguments", "why"),
    [
        ("sgd_step", (np.ones((3, 1)), np.ones(3), 0.1), "one shape"),
        ("momentum_step", (np.ones(3), np.ones(3), np.ones(1), 0.1, 0.9), "one shape"),
        ("nesterov_step", (np.ones(3), np.ones(1), np.ones(3), 0.1, 0.9), "one shape"),
        ("adam_step", (np.ones(3), np.ones(3), np.ones(3), np.ones(2), 1, 0.1, 0.9, 0.999, 1e-8), "one shape"),
        ("adam_step", (np.ones(3), np.ones(3), np.ones(3), np.ones(3), 0, 0.1, 0.9, 0.999, 1e-8), "from 1"),
        ("minibatches", (0, 4, 1), "at least 1"),
        ("minibatches", (4, 0, 1), "at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(function, arguments, why):
    with pytest.raises(ValueError, match=why):
        getattr(optim, function)(*arguments)


def test_any_layout_is_taken_and_the_answer_is_new():
    rng = np.random.default_rng(5)
    w, dw, v = rng.normal(size=(3, 4, 3))
    want = optim.momentum_step(w, dw, v, 0.1, 0.9)
    for other in (np.asfortranarray, lambda a: np.repeat(a, 2, axis=1)[:, ::2]):
        arrays = [other(array) for array in (w, dw, v)]
        got = optim.momentum_step(*arrays, 0.1, 0.9)
        np.testing.assert_array_equal(got, want)
        assert not any(np.shares_memory(a, b) for a in arrays for b in got)
    short = [np.array([0.1])]
    assert not np.shares_memory(optim.clip_by_global_norm(short, 1.0)[0][0], short[0])


def test_gradients_without_a_length_are_left_alone():
    assert optim.clip_by_global_norm([], 1.0) == ([], 0)
    (zeros,), norm = optim.clip_by_global_norm([np.zeros((2, 3), np.float32)], 1.0)
    assert (norm, zeros.dtype, zeros.any()) == (0, np.float32, False)


# Right answers in other styles pass


def sgd_by_loops(w, dw, lr):
    result = w.copy()
    for index in np.ndindex(w.shape):
        result[index] -= lr * dw[index]
    return result


def sgd_in_a_buffer(w, dw, lr):
    step = np.multiply(dw, -lr)
    step += w
    return np.asfortranarray(step)


def momentum_in_buffers(w, dw, v, lr, momentum):
    v = v.copy()
    v *= momentum
    v += dw
    w = np.array(w)
    w -= lr * v
    return [w, v]


def momentum_by_einsum(w, dw, v, lr, momentum):
    v = np.einsum("k,k...->...", np.array([momentum, 1], w.dtype), np.stack([v, dw]))
    return w + (-lr) * v, v


def momentum_by_lists(w, dw, v, lr, momentum):
    new = [momentum * a + b for a, b in zip(v.ravel().tolist(), dw.ravel().tolist(), strict=True)]
    moved = [a - lr * b for a, b in zip(w.ravel().tolist(), new, strict=True)]
    return np.array(moved, w.dtype).reshape(w.shape), np.array(new, w.dtype).reshape(w.shape)


def nesterov_as_one_gradient_and_two_velocities(w, dw, v, lr, momentum):
    return w - lr * ((1 + momentum) * dw + momentum**2 * v), momentum * v + dw


def nesterov_in_buffers(w, dw, v, lr, momentum):
    new = np.empty_like(v)
    np.multiply(v, momentum, out=new)
    np.add(new, dw, out=new)
    ahead = new * momentum
    ahead += dw
    return w - np.multiply(ahead, lr, out=ahead), new


def nesterov_as_the_next_plain_step(w, dw, v, lr, momentum):
    _, v = momentum_in_buffers(w, dw, v, lr, momentum)
    return momentum_in_buffers(w, dw, v, lr, momentum)[0], v


def adam_from_the_paper(w, dw, m, v, t, lr, beta1, beta2, eps):
    if t <= 0:
        raise ValueError("the first step is number 1")
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw * dw
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def adam_as_torch_writes_it(w, dw, m, v, t, lr, beta1, beta2, eps):
    if t < 1:
        raise ValueError("t must be positive")
    m = m + (dw - m) * (1 - beta1)
    v = v * beta2
    v += (1 - beta2) * np.square(dw)
    denominator = np.sqrt(v) / math.sqrt(1 - beta2**t) + eps
    return [w - lr / (1 - beta1**t) * m / denominator, m, v]


def adam_by_loops(w, dw, m, v, t, lr, beta1, beta2, eps):
    if t < 1:
        raise ValueError("t must be positive")
    w, m, v = w.copy(), m.copy(), v.copy()
    for i in np.ndindex(w.shape):
        m[i] = beta1 * m[i] + (1 - beta1) * dw[i]
        v[i] = beta2 * v[i] + (1 - beta2) * dw[i] ** 2
        w[i] -= lr * float(m[i]) / (1 - beta1**t) / (math.sqrt(float(v[i]) / (1 - beta2**t)) + eps)
    return w, m, v


def clip_by_norms_of_norms(grads, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads])
    return [g * np.minimum(1, max_norm / (norm + 1e-6)) for g in grads], norm


def clip_as_one_vector(grads, max_norm):
    joined = np.concatenate([g.ravel() for g in grads] + [np.zeros(0)])
    norm = math.sqrt(joined @ joined)
    if norm + 1e-6 <= max_norm:
        return tuple(g.copy() for g in grads), norm
    return tuple(max_norm / (norm + 1e-6) * g for g in grads), norm


def clip_by_loops(grads, max_norm):
    total = 0.0
    for g in grads:
        for entry in g.flat:
            total += entry * entry
    norm = total**0.5
    scale = max_norm / (norm + 1e-6)
    return list(grads) if scale >= 1 else [np.asfortranarray(g) * scale for g in grads], norm


def batches_by_shuffle(n, batch_size, seed):
    order = np.arange(n)
    np.random.default_rng([seed, 7]).shuffle(order)
    return np.split(order, range(batch_size, n, batch_size))


def batches_by_sorting(n, batch_size, seed):
    order = np.random.RandomState(seed).random_sample(n).argsort()
    return tuple(order[i * batch_size : (i + 1) * batch_size] for i in range(math.ceil(n / batch_size)))


def batches_of_python(n, batch_size, seed):
    order = list(range(n))
    random.Random(seed).shuffle(order)
    batches = []
    while order:
        batches.append(np.array(order[:batch_size], dtype=np.int32))
        order = order[batch_size:]
    return batches


def step_by_loop(lr, epoch, drop, every):
    for past in range(1, epoch + 1):
        if past % every == 0:
            lr *= drop
    return lr


def step_by_floor(lr, epoch, drop, every):
    return lr * np.power(drop, np.floor(epoch / every))


def cosine_with_a_minimum(lr, step, total):
    return lr * 0.5 * (1 + np.cos(np.pi * min(step / total, 1)))


def cosine_by_half_angle(lr, step, total):
    return lr * math.cos(math.pi / 2 * step / total) ** 2 if step < total else 0


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("sgd_step", sgd_by_loops),
        ("sgd_step", sgd_in_a_buffer),
        ("momentum_step", momentum_in_buffers),
        ("momentum_step", momentum_by_einsum),
        ("momentum_step", momentum_by_lists),
        ("nesterov_step", nesterov_as_one_gradient_and_two_velocities),
        ("nesterov_step", nesterov_in_buffers),
        ("nesterov_step", nesterov_as_the_next_plain_step),
        ("adam_step", adam_from_the_paper),
        ("adam_step", adam_as_torch_writes_it),
        ("adam_step", adam_by_loops),
        ("clip_by_global_norm", clip_by_norms_of_norms),
        ("clip_by_global_norm", clip_as_one_vector),
        ("clip_by_global_norm", clip_by_loops),
        ("minibatches", batches_by_shuffle),
        ("minibatches", batches_by_sorting),
        ("minibatches", batches_of_python),
        ("step_decay", step_by_loop),
        ("step_decay", step_by_floor),
        ("cosine_decay", cosine_with_a_minimum),
        ("cosine_decay", cosine_by_half_angle),
    ],
)
def test_right_answers_in_other_styles_pass(exercise, answer):
    for seed in range(3):
        outcome = grade("optim", exercise, seed=seed, **{exercise: answer})
        assert outcome.status == "passed", [(c.case, c.sentence) for c in outcome.cases if c.status != "passed"]


# Wrong answers in a student's own words are named


def momentum_of_the_books(w, dw, v, lr, momentum):
    velocity = momentum * v - lr * dw
    w = w + velocity
    return w, velocity


def momentum_without_copies(w, dw, v, lr, momentum):
    v *= momentum
    v += dw
    w -= lr * v
    return w, v


def nesterov_of_the_old_velocity(w, dw, v, lr, momentum):
    return w - lr * (dw + momentum * v), momentum * v + dw


def adam_without_correction(w, dw, m, v, t, lr, beta1, beta2, eps):
    if t < 1:
        raise ValueError("t must be positive")
    m = m + (1 - beta1) * (dw - m)
    v = v + (1 - beta2) * (dw**2 - v)
    return w - lr * m / (v**0.5 + eps), m, v


def adam_that_keeps_the_corrected(w, dw, m, v, t, lr, beta1, beta2, eps):
    if t < 1:
        raise ValueError("t must be positive")
    m = (beta1 * m + (1 - beta1) * dw) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * dw**2) / (1 - beta2**t)
    return w - lr * m / (np.sqrt(v) + eps), m, v


def clip_each(grads, max_norm):
    norms = [np.sqrt((g**2).sum()) for g in grads]
    clipped = [g * min(1, max_norm / (n + 1e-6)) for g, n in zip(grads, norms, strict=True)]
    return clipped, float(np.sqrt(np.square(norms).sum()))


def clip_by_the_book(grads, max_norm):
    norm = math.sqrt(sum((g**2).sum() for g in grads))
    return [g * (max_norm / norm) if norm > max_norm else g for g in grads], norm


def batches_of_full_size(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size)]


@pytest.mark.parametrize(
    ("exercise", "answer", "mistake"),
    [
        ("momentum_step", momentum_of_the_books, "momentum_downhill_with_lr"),
        ("momentum_step", momentum_without_copies, "momentum_both_in_place"),
        ("nesterov_step", nesterov_of_the_old_velocity, "nesterov_as_momentum"),
        ("adam_step", adam_without_correction, "adam_uncorrected"),
        ("adam_step", adam_that_keeps_the_corrected, "adam_returns_corrected"),
        ("clip_by_global_norm", clip_each, "clip_one_by_one"),
        ("clip_by_global_norm", clip_by_the_book, "clip_without_the_small_number"),
        ("minibatches", batches_of_full_size, "drops_the_last"),
    ],
)
def test_wrong_answers_are_named(exercise, answer, mistake):
    outcome = grade("optim", exercise, **{exercise: answer})
    assert outcome.status == "failed"
    assert outcome.mistakes == (mistake,), [(c.case, c.mistakes, c.sentence) for c in outcome.cases]


def batches_that_stay_together(n, batch_size, seed):
    """Blocks in another order, by another generator than the known mistake's."""
    blocks = [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]
    last = blocks.pop() if n % batch_size else None
    random.Random(seed).shuffle(blocks)
    return blocks if last is None else [*blocks, last]


def batches_by_chance(n, batch_size, seed):
    order = np.random.default_rng().permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (batches_that_stay_together, "Neighbours stay together"),
        (batches_by_chance, "The same seed gave other batches"),
        (lambda n, batch_size, seed: [list(range(n))], "one-dimensional arrays"),
    ],
)
def test_what_minibatches_do_is_told(answer, said):
    outcome = grade("optim", "minibatches", minibatches=answer)
    assert outcome.status == "failed"
    assert any(said in case.sentence for case in outcome.cases)


def test_touching_the_global_random_state_is_not_passed():
    def touching(n, batch_size, seed):
        random.seed(seed)
        return batches_of_python(n, batch_size, seed)

    outcome = grade("optim", "minibatches", minibatches=touching)
    assert {case.status for case in outcome.cases} == {"failed"}
