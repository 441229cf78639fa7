"""The gan unit: its references against torch, numerical derivatives and right answers written in other styles."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import grade, numerical_gradient, reference

from autograder.network import SLOPE, Network

gan = reference("gan")
torch = pytest.importorskip("torch")
judge = torch.nn.functional.binary_cross_entropy_with_logits

DTYPES = st.sampled_from([np.float64, np.float32])
SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
SCALES = st.sampled_from([1.0, 30.0, 1000.0])

modest = settings(max_examples=30, deadline=None)


def tolerance(dtype):
    return 1e-10 if dtype == np.float64 else float(np.finfo(np.float32).eps) ** 0.5


def in_float64(logits):
    """The same numbers for torch, always in float64: in float32 its softplus(x) near 0 is a difference of numbers of
    x's size, and so rounded by float32's epsilon times |x|, which may be a large part of the loss."""
    return torch.tensor(logits.astype(np.float64), requires_grad=True)


def close(got, want, dtype=np.float64):
    """got has this dtype, the shape of want (a tensor) and, as far as that dtype goes, its values."""
    want = want.detach().numpy()
    assert got.dtype == dtype
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=tolerance(dtype), atol=tolerance(dtype))


def near(loss, want, dtype):
    assert type(loss) is float
    assert loss == pytest.approx(want.item(), rel=tolerance(dtype))


def untouched(function, *arrays):
    """What the function returns; it must not have changed its arguments, nor warned."""
    before = [np.copy(array) for array in arrays]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = function(*arrays)
    for was, array in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(array, was)
    return result


# The losses against torch and numerical derivatives


@modest
@given(real=SHAPES, fake=SHAPES, scale=SCALES, dtype=DTYPES, seed=SEEDS)
def test_discriminator_loss_agrees_with_torch(real, fake, scale, dtype, seed):
    rng = np.random.default_rng(seed)
    real, fake = ((scale * rng.normal(size=shape)).astype(dtype) for shape in (real, fake))
    treal, tfake = in_float64(real), in_float64(fake)
    want = judge(treal, torch.ones_like(treal)) + judge(tfake, torch.zeros_like(tfake))
    want.backward()

    loss, dreal, dfake = untouched(gan.discriminator_loss, real, fake)
    near(loss, want, dtype)
    close(dreal, treal.grad, dtype)
    close(dfake, tfake.grad, dtype)


@modest
@given(shape=SHAPES, scale=SCALES, dtype=DTYPES, seed=SEEDS)
@example(shape=(1,), scale=30.0, dtype=np.float32, seed=29)  # torch's own float32 loss is 3 % off here
def test_both_generator_losses_agree_with_torch(shape, scale, dtype, seed):
    fake = (scale * np.random.default_rng(seed).normal(size=shape)).astype(dtype)
    for function, label, sign in ((gan.generator_loss, 1.0, 1), (gan.minimax_generator_loss, 0.0, -1)):
        tfake = in_float64(fake)
        want = sign * judge(tfake, torch.full_like(tfake, label))
        want.backward()
        loss, dfake = untouched(function, fake)
        near(loss, want, dtype)
        close(dfake, tfake.grad, dtype)


def test_gradients_are_the_derivatives_of_the_losses():
    rng = np.random.default_rng(1)
    real, fake = 3 * rng.normal(size=(4, 1)), 3 * rng.normal(size=(3, 2))
    _, dreal, dfake = gan.discriminator_loss(real, fake)
    exact = dict(rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(dreal, numerical_gradient(lambda x: gan.discriminator_loss(x, fake)[0], real), **exact)
    np.testing.assert_allclose(dfake, numerical_gradient(lambda x: gan.discriminator_loss(real, x)[0], fake), **exact)
    for function in (gan.generator_loss, gan.minimax_generator_loss):
        want = numerical_gradient(lambda x, f=function: f(x)[0], fake)
        np.testing.assert_allclose(function(fake)[1], want, **exact)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_logits_have_exact_answers(dtype):
    low, high = np.array([[-1000.0]], dtype), np.array([[1000.0]], dtype)
    assert untouched(gan.discriminator_loss, low, high) == (2000.0, -1, 1)
    assert untouched(gan.discriminator_loss, high, low) == (0.0, 0, 0)
    assert untouched(gan.generator_loss, low) == (1000.0, -1)
    assert untouched(gan.generator_loss, high) == (0.0, 0)
    assert untouched(gan.minimax_generator_loss, high) == (-1000.0, -1)
    assert untouched(gan.minimax_generator_loss, low) == (0.0, 0)


def test_any_layout_and_whole_numbers_are_taken():
    logits = np.arange(-6, 6).reshape(3, 4)
    want = gan.discriminator_loss(logits.astype(float), -logits.astype(float))
    got = gan.discriminator_loss(np.asfortranarray(logits), np.repeat(-logits, 2, axis=1)[:, ::2])
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other)
    assert got[1].dtype == np.float64


# The steps against torch's autograd and Adam


def torch_network(network):
    """The same network as a torch module, and its optimizer."""
    layers = []
    for w, b in network.layers:
        linear = torch.nn.Linear(*w.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(w.T))
            linear.bias.copy_(torch.tensor(b))
        layers += [linear, torch.nn.LeakyReLU(SLOPE)]
    module = torch.nn.Sequential(*layers[:-1])
    betas = (network.beta1, network.beta2)
    return module, torch.optim.Adam(module.parameters(), lr=network.lr, betas=betas, eps=network.eps)


def same_parameters(network, module):
    for got, want in zip(network.parameters(), module.parameters(), strict=True):
        close(got, want.T if want.ndim == 2 else want)


def torch_game(generator, g_optimizer, discriminator, d_optimizer, reals, noises):
    """The game as it is written with torch; returns the losses of both in each step."""
    history = []
    for real, (first, second) in zip(reals, noises, strict=True):
        d_optimizer.zero_grad()
        on_real, on_fake = discriminator(real), discriminator(generator(first).detach())
        d_loss = judge(on_real, torch.ones_like(on_real)) + judge(on_fake, torch.zeros_like(on_fake))
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        on_fake = discriminator(generator(second))
        g_loss = judge(on_fake, torch.ones_like(on_fake))
        g_loss.backward()
        g_optimizer.step()
        history.append((d_loss.item(), g_loss.item()))
    return history


def players(rng, z=2, d=3, hidden=(5, 4)):
    options = dict(lr=0.02, beta1=0.5, eps=1e-3)
    return Network.random((z, *hidden, d), rng, **options), Network.random((d, *hidden, 1), rng, **options)


@settings(max_examples=15, deadline=None)
@given(steps=st.integers(1, 6), n=st.integers(1, 5), m=st.integers(1, 5), z=st.integers(1, 3), d=st.integers(1, 3),
       seed=SEEDS)  # fmt: skip
def test_the_game_agrees_with_torch(steps, n, m, z, d, seed):
    rng = np.random.default_rng(seed)
    generator, discriminator = players(rng, z, d)
    reals = [rng.normal(size=(n, d)) for _ in range(steps)]
    noises = [rng.normal(size=(m, z)) for _ in range(2 * steps)]
    torch_players = (*torch_network(generator), *torch_network(discriminator))
    pairs = [(torch.tensor(noises[2 * i]), torch.tensor(noises[2 * i + 1])) for i in range(steps)]
    want = torch_game(*torch_players, [torch.tensor(real) for real in reals], pairs)

    history = gan.train_gan(generator, discriminator, reals, noises)
    assert history.shape == (steps, 2)
    np.testing.assert_allclose(history, want, rtol=1e-9)
    same_parameters(generator, torch_players[0])
    same_parameters(discriminator, torch_players[2])


def test_each_step_leaves_the_other_network_and_the_batches_alone():
    rng = np.random.default_rng(3)
    generator, discriminator = players(rng)
    real, noise = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))

    def learned(step, who, other, *batches):
        before, others = [p.copy() for p in who.parameters()], other.state()
        loss = untouched(lambda *batches: step(generator, discriminator, *batches), *batches)
        assert type(loss) is float
        assert who.t == 1
        assert all((p != was).any() for p, was in zip(who.parameters(), before, strict=True))
        np.testing.assert_equal(other.state(), others)

    learned(gan.generator_step, generator, discriminator.copy(), noise)
    generator.t = 0
    kept = generator.state()
    learned(gan.discriminator_step, discriminator, generator.copy(), real, noise)
    np.testing.assert_equal(generator.state(), kept)


def test_steps_make_the_loss_smaller():
    rng = np.random.default_rng(4)
    generator, discriminator = players(rng)
    real, noise = 2 + rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    discriminators = [gan.discriminator_step(generator, discriminator, real, noise) for _ in range(30)]
    generators = [gan.generator_step(generator, discriminator, noise) for _ in range(30)]
    for losses in (discriminators, generators):
        assert all(later < earlier for earlier, later in pairwise(losses))


# The count of modes


@modest
@given(n=st.integers(1, 6), k=st.integers(1, 6), d=st.integers(1, 4), radius=st.floats(0, 4), dtype=DTYPES, seed=SEEDS)
def test_modes_covered_agrees_with_torch(n, k, d, radius, dtype, seed):
    rng = np.random.default_rng(seed)
    samples, centers = rng.normal(size=(n, d)).astype(dtype), rng.normal(size=(k, d)).astype(dtype)
    distances = torch.cdist(torch.tensor(samples), torch.tensor(centers), compute_mode="donot_use_mm_for_euclid_dist")
    covered = untouched(lambda samples, centers: gan.modes_covered(samples, centers, radius), samples, centers)
    assert type(covered) is int
    assert covered == (distances.min(dim=0).values <= radius).sum().item()


def test_a_collapsed_generator_covers_few_modes():
    rng = np.random.default_rng(5)
    angle = 2 * np.pi * np.arange(8) / 8
    centers = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    for reached in ([2], [0, 1, 5], range(8)):
        samples = centers[np.resize(reached, 100)] + 0.05 * rng.normal(size=(100, 2))
        assert gan.modes_covered(samples, centers, 0.5) == len(reached)
    assert gan.modes_covered(np.full((3, 2), np.nan), centers, 0.5) == 0
    assert gan.modes_covered(np.full((3, 2), np.inf), centers, 0.5) == 0
    assert gan.modes_covered(np.zeros((1, 2)), np.array([[2.0, 0.0], [0.0, -2.0]]), 2.0) == 2  # at exactly the radius


# What the conventions promise


def test_what_cannot_be_answered_is_refused():
    rng = np.random.default_rng(6)
    generator, discriminator = players(rng)
    some, none = np.ones((3, 1)), np.ones((0, 1))
    with pytest.raises(ValueError, match="no real"):
        gan.discriminator_loss(none, some)
    with pytest.raises(ValueError, match="no fake"):
        gan.discriminator_loss(some, none)
    for loss in (gan.generator_loss, gan.minimax_generator_loss):
        with pytest.raises(ValueError, match="empty"):
            loss(none)
    with pytest.raises(ValueError, match="empty"):
        gan.discriminator_step(generator, discriminator, np.ones((0, 3)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="empty"):
        gan.generator_step(generator, discriminator, np.ones((0, 2)))
    before = generator.copy().state()
    with pytest.raises(ValueError, match="twice as many"):
        gan.train_gan(generator, discriminator, [np.ones((2, 3))] * 2, [np.ones((2, 2))] * 3)
    np.testing.assert_equal(generator.state(), before)
    with pytest.raises(ValueError, match="no samples"):
        gan.modes_covered(np.ones((0, 2)), np.ones((3, 2)), 1.0)
    with pytest.raises(ValueError, match="shapes"):
        gan.modes_covered(np.ones((4, 3)), np.ones((3, 2)), 1.0)


# The lesson's numbers


def test_the_lessons_logits():
    loss, dreal, dfake = gan.discriminator_loss(np.array([2.0, -1.0]), np.array([0.0, -3.0]))
    assert loss == pytest.approx(1.091, abs=5e-4)
    np.testing.assert_allclose([*dreal, *dfake], [-0.060, -0.366, 0.250, 0.024], atol=5.1e-4)
    loss, dfake = gan.generator_loss(np.array([0.0, -3.0]))
    np.testing.assert_allclose([loss, *dfake], [1.871, -0.250, -0.476], atol=5.1e-4)
    loss, dfake = gan.minimax_generator_loss(np.array([0.0, -3.0]))
    np.testing.assert_allclose([loss, *dfake], [-0.371, -0.250, -0.024], atol=5.1e-4)


@pytest.mark.parametrize(
    ("logit", "slopes"),
    [
        (2, [-0.119, -0.881]),
        (0, [-0.5, -0.5]),
        (-2, [-0.881, -0.119]),
        (-4, [-0.982, -0.018]),
        (-8, [-0.9997, -0.0003]),
    ],
)
def test_the_lessons_table_of_slopes(logit, slopes):
    got = [loss(np.array([float(logit)]))[1].item() for loss in (gan.generator_loss, gan.minimax_generator_loss)]
    np.testing.assert_allclose(got, slopes, atol=5.1e-4 if logit > -8 else 5.1e-5)


def test_the_lessons_networks_of_one_weight():
    class Watched(Network):
        def update(self, grads):
            self.grads = [g.item() for g in grads]

    generator, discriminator = (Watched([([[0.5]], [0.0])]) for _ in range(2))
    real, noise = np.array([[3.0]]), np.array([[2.0]])
    assert gan.discriminator_step(generator, discriminator, real, noise) == pytest.approx(1.175, abs=5.1e-4)
    np.testing.assert_allclose(discriminator.grads, [0.075, 0.440], atol=5.1e-4)
    assert gan.generator_step(generator, discriminator, noise) == pytest.approx(0.474, abs=5.1e-4)
    np.testing.assert_allclose(generator.grads, [-0.378, -0.189], atol=5.1e-4)


# Right answers in other styles pass


def passes(exercise, **functions):
    outcome = grade("gan", exercise, **functions)
    assert outcome.status == "passed", outcome


def refuse_empty(*arrays):
    if any(len(array) == 0 for array in arrays):
        raise ValueError("there is nothing in this batch")


def logaddexp_discriminator(real_logits, fake_logits):
    refuse_empty(real_logits, fake_logits)
    zero = np.zeros((), real_logits.dtype)
    loss = np.logaddexp(zero, -real_logits).mean() + np.logaddexp(zero, fake_logits).mean()
    dreal = -0.5 * (1 - np.tanh(real_logits / 2)) / real_logits.size
    return loss, dreal, 0.5 * (1 + np.tanh(fake_logits / 2)) / fake_logits.size


def labelled_discriminator(real_logits, fake_logits):
    """Binary cross-entropy of both batches in one, each entry weighted by the size of its half; returned as a list."""
    refuse_empty(real_logits, fake_logits)
    n, m = real_logits.size, fake_logits.size
    x = np.concatenate([real_logits.ravel(), fake_logits.ravel()])
    label = np.repeat(np.array([1, 0], x.dtype), [n, m])
    weight = np.repeat(np.array([1 / n, 1 / m], x.dtype), [n, m])
    small = np.exp(-np.abs(x))
    loss = np.sum(weight * (np.maximum(x, 0) - label * x + np.log1p(small)))
    d = weight * (np.where(x >= 0, 1, small) / (1 + small) - label)
    return [loss, d[:n].reshape(real_logits.shape), d[n:].reshape(fake_logits.shape)]


def loop_discriminator(real_logits, fake_logits):
    refuse_empty(real_logits, fake_logits)
    loss, gradients = 0.0, []
    for logits, sign in ((real_logits, -1), (fake_logits, 1)):
        gradient = np.zeros_like(logits)
        for index in np.ndindex(logits.shape):
            x = sign * float(logits[index])
            small = np.exp(-abs(x))
            loss += (max(x, 0) + np.log1p(small)) / logits.size
            gradient[index] = sign * (1 if x >= 0 else small) / (1 + small) / logits.size
        gradients.append(gradient)
    return loss, *gradients


@pytest.mark.parametrize("loss", [logaddexp_discriminator, labelled_discriminator, loop_discriminator])
def test_other_right_discriminator_losses_pass(loss):
    passes("discriminator_loss", discriminator_loss=loss)


def generator_by_halves(fake_logits):
    """The real half of the discriminator's loss, less what the other half costs."""
    refuse_empty(fake_logits)
    other = np.zeros_like(fake_logits)
    loss, dfake, _ = labelled_discriminator(fake_logits, other)
    return loss - float(np.log(2)), dfake


def minimax_by_halves(fake_logits):
    refuse_empty(fake_logits)
    loss, _, dfake = labelled_discriminator(np.zeros_like(fake_logits), fake_logits)
    return float(np.log(2)) - loss, np.asfortranarray(-dfake)


def masked_generator(fake_logits):
    """Two forms of the same function, each where it is safe, into buffers of its own."""
    refuse_empty(fake_logits)
    cost, slope = np.empty_like(fake_logits), np.empty_like(fake_logits)
    high = fake_logits >= 0
    grown = np.exp(-fake_logits[high])
    cost[high], slope[high] = np.log1p(grown), -grown / (1 + grown)
    shrunk = np.exp(fake_logits[~high])
    cost[~high], slope[~high] = np.log1p(shrunk) - fake_logits[~high], -1 / (1 + shrunk)
    slope /= fake_logits.size
    return cost.mean(), slope


def mirrored(fake_logits):
    """The minimax loss from the other one: what an opposite logit costs, with a minus."""
    loss, dfake = masked_generator(-fake_logits)
    return -loss, dfake


def test_other_right_generator_losses_pass():
    for loss in (generator_by_halves, masked_generator):
        passes("generator_loss", generator_loss=loss)
    for loss in (minimax_by_halves, mirrored):
        passes("minimax_generator_loss", minimax_generator_loss=loss)


def both_in_one_batch(generator, discriminator, real, noise):
    """One forward and one backward for real samples and fakes together."""
    fake, _ = generator.forward(noise)
    logits, cache = discriminator.forward(np.concatenate([real, fake]))
    loss, dreal, dfake = gan.discriminator_loss(logits[: len(real)], logits[len(real) :])
    _, grads = discriminator.backward(np.vstack([dreal, dfake]), cache)
    discriminator.update(grads)
    return loss


def half_by_half(generator, discriminator, real, noise):
    """The halves one after the other, each with the generator's losses, their gradients added in place."""
    total, sums = 0.0, None
    for batch, loss, sign in ((generator.forward(noise)[0], gan.minimax_generator_loss, -1),
                              (real, gan.generator_loss, 1)):  # fmt: skip
        logits, cache = discriminator.forward(batch)
        cost, dlogits = loss(logits)
        _, grads = discriminator.backward(sign * dlogits, cache)
        total += sign * cost
        if sums is None:
            sums = [g.copy() for g in grads]
        else:
            for s, g in zip(sums, grads, strict=True):
                s += g
    discriminator.update(tuple(sums))
    return np.float64(total)


def with_unused_gradients(generator, discriminator, real, noise):
    """As with torch: the gradient goes back into the generator, too, and is thrown away there."""
    fake, generator_cache = generator.forward(noise)
    (fake_logits, fake_cache), (real_logits, real_cache) = discriminator.forward(fake), discriminator.forward(real)
    loss, dreal, dfake = logaddexp_discriminator(real_logits, fake_logits)
    dx, of_fake = discriminator.backward(dfake, fake_cache)
    generator.backward(dx, generator_cache)
    of_real = discriminator.backward(dreal, real_cache)[1]
    discriminator.update(list(map(np.add, of_real, of_fake)))
    return float(loss)


@pytest.mark.parametrize("step", [both_in_one_batch, half_by_half, with_unused_gradients])
def test_other_right_discriminator_steps_pass(step):
    passes("discriminator_step", discriminator_step=step)


def sample_by_sample(generator, discriminator, noise):
    """Every sample goes through by itself; costs and gradients are averaged in the end."""
    loss, sums = 0.0, 0
    for row in noise:
        fake, generator_cache = generator.forward(row[None])
        logits, discriminator_cache = discriminator.forward(fake)
        cost, dlogits = gan.generator_loss(logits)
        loss += cost / len(noise)
        grads = generator.backward(discriminator.backward(dlogits, discriminator_cache)[0], generator_cache)[1]
        sums = [g / len(noise) + s for g, s in zip(grads, sums or [0] * len(grads), strict=True)]
    generator.update(sums)
    return loss


def by_the_discriminators_loss(generator, discriminator, noise):
    """The fakes handed to discriminator_loss as if they were real; its other half is taken off again."""
    fake, generator_cache = generator.forward(noise)
    logits, discriminator_cache = discriminator.forward(fake)
    loss, dlogits, _ = gan.discriminator_loss(logits, np.full_like(logits, -1e4))
    dfake = discriminator.backward(dlogits, discriminator_cache)[0]
    generator.update(generator.backward(dfake, generator_cache)[1])
    return loss


@pytest.mark.parametrize("step", [sample_by_sample, by_the_discriminators_loss])
def test_other_right_generator_steps_pass(step):
    passes("generator_step", generator_step=step)


def zipped_game(generator, discriminator, real_batches, noise_batches):
    if len(noise_batches) / 2 != len(real_batches):
        raise ValueError("two noise batches for each real batch, please")
    rows = []
    for real, first, second in zip(real_batches, noise_batches[::2], noise_batches[1::2], strict=True):
        d_loss = both_in_one_batch(generator, discriminator, real, first)
        rows.append([d_loss, sample_by_sample(generator, discriminator, second)])
    return np.array(rows)


def iterated_game(generator, discriminator, real_batches, noise_batches):
    if len(noise_batches) != 2 * len(real_batches):
        raise ValueError("two noise batches for each real batch, please")
    noise = iter(noise_batches)
    d_losses, g_losses = [], []
    for real in real_batches:
        d_losses.append(gan.discriminator_step(generator, discriminator, real, next(noise)))
        g_losses.append(gan.generator_step(generator, discriminator, next(noise)))
    return np.array([d_losses, g_losses]).T  # a view that is not C-contiguous


@pytest.mark.parametrize("game", [zipped_game, iterated_game])
def test_other_right_games_pass(game):
    passes("train_gan", train_gan=game)


def table_of_distances(samples, centers, radius):
    refuse_empty(samples)
    return np.sum(np.any(np.linalg.norm(samples[:, None] - centers, axis=2) <= radius, axis=0))


def squares_compared(samples, centers, radius):
    refuse_empty(samples)
    covered = 0
    for center in centers:
        covered += any(
            sum((s - c) ** 2 for s, c in zip(sample, center, strict=True)) <= radius**2 for sample in samples
        )
    return covered


def set_of_modes(samples, centers, radius):
    refuse_empty(samples)
    return len(
        {k for sample in samples for k, center in enumerate(centers) if np.hypot.reduce(sample - center) <= radius}
    )


@pytest.mark.parametrize("count", [table_of_distances, squares_compared, set_of_modes])
def test_other_right_counts_pass(count):
    passes("modes_covered", modes_covered=count)


# Wrong answers do not pass, so that the tests above can fail


def said(outcome):
    return " ".join(case.sentence for case in outcome.cases)


def test_answers_that_are_nearly_right_fail():
    def slightly_long(generator, discriminator, noise):
        fake, generator_cache = generator.forward(noise)
        logits, discriminator_cache = discriminator.forward(fake)
        loss, dlogits = gan.generator_loss(logits)
        dfake, _ = discriminator.backward(dlogits, discriminator_cache)
        generator.update([g * (1 + 1e-4) for g in generator.backward(dfake, generator_cache)[1]])
        return loss

    assert grade("gan", "generator_step", generator_step=slightly_long).status == "failed"
    assert grade("gan", "discriminator_step", discriminator_step=lambda *_: 1.0).status == "failed"


def test_two_mistakes_at_once_are_both_named():
    def wrong_network(generator, discriminator, noise):
        logits, cache = discriminator.forward(generator.forward(noise)[0])
        loss, dlogits = gan.generator_loss(logits)
        discriminator.update(discriminator.backward(dlogits, cache)[1])
        return loss

    outcome = grade("gan", "generator_step", generator_step=wrong_network)
    assert set(outcome.mistakes) == {"discriminator_updated_too", "generator_not_updated"}


def test_a_wrong_step_points_to_a_wrong_loss():
    def tripled(real_logits, fake_logits):
        loss, dreal, dfake = gan.discriminator_loss(real_logits, fake_logits)
        return 3 * loss, 3 * dreal, 3 * dfake

    def step(generator, discriminator, real, noise):
        fake, _ = generator.forward(noise)
        logits, cache = discriminator.forward(np.concatenate([real, fake]))
        loss, *gradients = tripled(logits[: len(real)], logits[len(real) :])
        discriminator.update(discriminator.backward(np.concatenate(gradients), cache)[1])
        return loss

    outcome = grade("gan", "discriminator_step", discriminator_loss=tripled, discriminator_step=step)
    assert outcome.status == "blocked"
    assert "discriminator_loss" in said(outcome)
