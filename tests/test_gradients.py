"""Gradients are witnessed twice, entry by entry and by numerical slopes, with random upstream gradients.

The wrong backward passes here go unnoticed wherever a gradient is checked through `.sum()`, that is, with ones.
"""

import inspect

import numpy as np
import pytest
from support import numerical_gradient

from autograder.numerical import confirms, slopes
from autograder.oracle import Frozen, freeze

DEFINITIONS = """
import numpy as np
from autograder import gradient, value

def square_layer(rng, n):
    return dict(x=rng.normal(size=(n, n)), w=rng.normal(size=(n, n)), b=rng.normal(size=n))

def images(rng, n, c, h, w):
    return dict(x=rng.normal(size=(n, c, h, w)), gain=rng.normal(size=c))

def rows(rng, n, d):
    return dict(x=rng.normal(size=(n, d)))

def batch(rng, n, d):
    return dict(x=3 + 2 * rng.normal(size=(n, d)), gamma=rng.normal(size=d), beta=rng.normal(size=d))

square_forward = value(square_layer, cases={"three": (3,), "four": (4,)})
square_backward = gradient(of=square_forward)
tint_forward = value(images, cases={"three channels": (2, 3, 4, 5)})
tint_backward = gradient(of=tint_forward)
softmax_forward = value(rows, cases={"two rows": (2, 5)})
softmax_backward = gradient(of=softmax_forward)
batchnorm_forward = value(batch, cases={"six rows": (6, 3), "three rows": (3, 4)})
batchnorm_backward = gradient(of=batchnorm_forward)
"""


# The references: out = x @ w + b; gains for channels; softmax of each row; batch normalisation


def square_forward(x, w, b):
    return x @ w + b, (x, w)


def square_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def tint_forward(x, gain):
    return x * gain[:, None, None], (x, gain)


def tint_backward(dout, cache):
    x, gain = cache
    return dout * gain[:, None, None], (dout * x).sum(axis=(0, 2, 3))


def softmax_forward(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p.copy()


def softmax_backward(dout, cache):
    p = cache
    return p * (dout - (dout * p).sum(axis=1, keepdims=True))


def batchnorm_forward(x, gamma, beta):
    deviation = np.sqrt(x.var(axis=0) + 1e-5)
    normal = (x - x.mean(axis=0)) / deviation
    return gamma * normal + beta, (normal, deviation, gamma)


def batchnorm_backward(dout, cache):
    normal, deviation, gamma = cache
    dnormal = dout * gamma
    dx = (dnormal - dnormal.mean(axis=0) - normal * (dnormal * normal).mean(axis=0)) / deviation
    return dx, (dout * normal).sum(axis=0), dout.sum(axis=0)


FORWARDS = [square_forward, tint_forward, softmax_forward, batchnorm_forward]
BACKWARDS = [square_backward, tint_backward, softmax_backward, batchnorm_backward]


# What a check with ones lets through


def transposed(dout, cache):
    x, w = cache
    return dout.T @ w.T, x.T @ dout.T, dout.T.sum(axis=0)


def flipped(dout, cache):
    return square_backward(dout[::-1], cache)


def averaged(dout, cache):
    return square_backward(np.broadcast_to(dout.mean(axis=0), dout.shape), cache)


def channels_reversed(dout, cache):
    return tint_backward(dout[:, ::-1], cache)


def ignored(dout, cache):
    return tint_backward(np.ones_like(dout), cache)


def softmax_zeros(dout, cache):
    return np.zeros_like(cache)


def batchnorm_zeros(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    return np.zeros_like(dx), dgamma, dbeta


WRONG = {
    "dout is transposed": (square_forward, transposed),
    "dout is flipped": (square_forward, flipped),
    "dout is averaged over the batch": (square_forward, averaged),
    "dout's channels are reversed": (tint_forward, channels_reversed),
    "dout is ignored": (tint_forward, ignored),
    "softmax returns zeros": (softmax_forward, softmax_zeros),
    "batchnorm returns zeros": (batchnorm_forward, batchnorm_zeros),
}


@pytest.fixture(scope="module")
def back(make_unit):
    reference = "import numpy as np\n\n" + "\n".join(map(inspect.getsource, [*FORWARDS, *BACKWARDS]))
    return make_unit(DEFINITIONS, reference, name="back")


def together(result):
    """What a backward returns, as a tuple."""
    return result if isinstance(result, tuple) else (result,)


def drawn(back, forward):
    """The arguments of a forward's first case, and its exercise for the backward."""
    exercise = back.unit.exercises[forward.__name__]
    return (
        exercise.draw(exercise.visible_cases()[0]),
        back.unit.exercises[forward.__name__.replace("_forward", "_backward")],
    )


def passes_a_check_with_ones(forward, backward, arguments):
    """The usual check: gradients of `.sum()`, entry by entry, with central differences."""
    out, cache = forward(*arguments.values())
    gradients = together(backward(np.ones_like(out), cache))
    return all(
        np.allclose(
            gradient,
            numerical_gradient(
                lambda value, name=name: forward(*{**arguments, name: value}.values())[0], arguments[name]
            ),
            atol=1e-6,
        )
        for name, gradient in zip(arguments, gradients, strict=True)
    )


def witnessed(forward, backward, arguments, rng):
    """Whether numerical slopes alone confirm all that a backward returns."""
    out, cache = forward(*arguments.values())
    dout = rng.normal(size=out.shape)
    gradients = together(backward(dout, cache))

    def along(name):
        return slopes(lambda value: [forward(*{**arguments, name: value}.values())[0]], arguments[name], [dout], rng)

    return all(confirms(gradient, along(name)) for name, gradient in zip(arguments, gradients, strict=True))


@pytest.mark.parametrize("what", WRONG)
def test_a_check_with_ones_lets_it_through(back, what):
    forward, backward = WRONG[what]
    arguments, _ = drawn(back, forward)
    assert passes_a_check_with_ones(forward, backward, arguments)


@pytest.mark.parametrize("oracle", ["live", "frozen"])
@pytest.mark.parametrize("what", WRONG)
def test_the_grader_catches_it(back, what, oracle):
    forward, backward = WRONG[what]
    _, exercise = drawn(back, forward)
    outcome = back.grade_with(exercise.name, oracle=getattr(back, oracle), **{exercise.name: backward})
    assert outcome.status == "failed"
    assert all(case.status == "failed" for case in outcome.cases if "float32" not in case.case)


@pytest.mark.parametrize("what", WRONG)
def test_numerical_slopes_alone_catch_it(back, what):
    forward, backward = WRONG[what]
    arguments, exercise = drawn(back, forward)
    assert not witnessed(forward, backward, arguments, np.random.default_rng(0))
    # And as the grader notes them: they speak of the forward alone, no backward was asked.
    question, answer = back.live.ask(exercise, exercise.visible_cases()[0])
    out, cache = forward(*question.arguments.values())
    assert question.upstream[0].shape == out.shape
    gradients = dict(zip(answer.results, together(backward(*question.upstream, cache)), strict=True))
    assert not all(confirms(gradients[name], along) for name, along in answer.slopes.items())


def test_the_check_with_ones_is_no_straw_man(back):
    arguments, _ = drawn(back, square_forward)
    assert passes_a_check_with_ones(square_forward, square_backward, arguments)
    assert not passes_a_check_with_ones(
        square_forward, lambda dout, cache: tuple(2 * g for g in square_backward(dout, cache)), arguments
    )


# False alarms and misses


@pytest.mark.parametrize("pair", list(zip(FORWARDS, BACKWARDS, strict=True)), ids=lambda pair: pair[0].__name__)
def test_right_gradients_raise_no_alarm(back, pair):
    forward, backward = pair
    exercise = back.unit.exercises[forward.__name__]
    for seed in range(100):
        rng = np.random.default_rng(seed)
        size = 10.0 ** rng.integers(-2, 3)
        arguments = {
            name: size * value for name, value in exercise.inputs(rng, *next(iter(exercise.cases.values()))).items()
        }
        assert witnessed(forward, backward, arguments, rng), f"seed {seed}"


SPOILT = {
    "a hundred-thousandth too large": lambda g, rng: g * (1 + 1e-5),
    "one entry off by a hundredth": lambda g, rng: g * (1 + 0.01 * one_entry(g, rng)),
    "one sign": lambda g, rng: g * (1 - 2 * one_entry(g, rng)),
    "rolled": lambda g, rng: np.roll(g, 1),
    "three times too large": lambda g, rng: 3 * g,
    "a NaN": lambda g, rng: g + np.where(one_entry(g, rng), np.nan, 0),
    "another shape": lambda g, rng: g[..., None],
}


def one_entry(g, rng):
    """One in one of the larger entries, zero elsewhere."""
    chosen = np.zeros(g.size)
    chosen[rng.choice(np.argsort(-np.abs(g).ravel())[: max(g.size // 2, 1)])] = 1
    return chosen.reshape(g.shape)


@pytest.mark.parametrize("how", SPOILT)
def test_wrong_gradients_are_not_confirmed(how):
    for seed in range(50):
        rng = np.random.default_rng(seed)
        x, gamma, beta = 3 + rng.normal(size=(5, 4)), rng.normal(size=4), rng.normal(size=4)
        out, cache = batchnorm_forward(x, gamma, beta)
        dout = rng.normal(size=out.shape)
        along = slopes(lambda x, rest=(gamma, beta): [batchnorm_forward(x, *rest)[0]], x, [dout], rng)
        gradient = batchnorm_backward(dout, cache)[0]
        assert confirms(gradient, along)
        assert not confirms(SPOILT[how](gradient, rng), along), f"seed {seed}"


def test_a_gradient_that_is_zero():
    """With ones upstream a softmax's gradient is zero; rounding must not deny it, nor let anything else pass."""
    rng = np.random.default_rng(1)
    for size in (0.1, 1, 30, 1000):
        x = size * rng.normal(size=(3, 4))
        along = slopes(lambda x: [softmax_forward(x)[0]], x, [np.ones((3, 4))], rng)
        assert confirms(np.zeros((3, 4)), along)
        assert not confirms(np.full((3, 4), 1e-6), along)


def test_several_outputs_are_witnessed_together():
    rng = np.random.default_rng(2)
    x, d_sin, d_sum = rng.normal(size=5), rng.normal(size=5), 1.7
    along = slopes(lambda x: [np.sin(x), float(x.sum())], x, [d_sin, d_sum], rng)
    assert confirms(d_sin * np.cos(x) + d_sum, along)
    assert not confirms(d_sin * np.cos(x), along)


# Kinks

RELU = """
import numpy as np
from autograder import gradient, value

def around_zero(rng, n):
    return dict(x=rng.normal(size=n))

relu_forward = value(around_zero, cases={"drawn": (6,), "at the kink": dict(x=np.array([-1.0, 0.0, 0.0, 2.0]))})
relu_backward = gradient(of=relu_forward, kinks=(KINKS))
"""
RELU_REFERENCE = """
import numpy as np

def relu_forward(x):
    return np.maximum(x, 0), x

def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


def test_at_a_kink_no_numerical_derivative_is_taken(make_unit):
    told = make_unit(RELU.replace("KINKS", "'at the kink',"), RELU_REFERENCE, name="relu")
    exercise = told.unit.exercises["relu_backward"]
    taken = {case.name: bool(told.live.ask(exercise, case)[1].slopes) for case in exercise.visible_cases()}
    assert taken == {"drawn": True, "at the kink": False, "float32 in, float32 out": False}
    assert told.grade("relu_backward").status == "passed"
    other_subgradient = "def relu_backward(dout, cache): return dout * (cache >= 0)"
    assert told.grade("relu_backward", other_subgradient).status == "failed"


def test_a_kink_that_nobody_declared_is_a_fault_of_the_course(make_unit):
    untold = make_unit(RELU.replace("KINKS", ""), RELU_REFERENCE, name="relu")
    assert untold.grade("relu_backward").status == "grader error"


def test_a_kink_close_by_does_no_harm():
    rng = np.random.default_rng(3)
    for _ in range(50):
        x = rng.normal(size=20)
        x[:2] = 3e-6, -3e-6  # two of the three steps cross it
        dout = rng.normal(size=20)
        along = slopes(lambda x: [np.maximum(x, 0)], x, [dout], rng)
        assert confirms(dout * (x > 0), along)


# Two witnesses that disagree


def test_a_wrong_reference_is_a_fault_of_the_course_and_never_the_students(make_unit):
    right = inspect.getsource(square_forward) + inspect.getsource(square_backward)
    wrong = right.replace("dout.sum(axis=0)", "1.001 * dout.sum(axis=0)")
    definitions = DEFINITIONS.partition("tint_forward")[0]
    unit = make_unit(definitions, "import numpy as np\n" + wrong, name="square")
    for oracle in (unit.live, Frozen(freeze(unit.unit))):
        for answer in (right, wrong):
            outcome = unit.grade("square_backward", answer, oracle=oracle)
            assert (outcome.status, outcome.earned) == ("grader error", 0)
            case = outcome.cases[0]
            assert case.sentence.startswith("The course itself has a fault here, and it costs you nothing.")
            assert "square.square_backward [three]" in case.sentence
            assert "disagree about db" in case.sentence
            assert case.mistakes == ()
    # An answer that both witnesses find wrong is simply wrong.
    assert unit.grade("square_backward", right.replace("dout.sum", "-dout.sum")).status == "failed"


def test_a_wider_tolerance_for_the_student_is_no_dispute(make_unit):
    definitions = DEFINITIONS.partition("tint_forward")[0].replace(
        "of=square_forward", "of=square_forward, conditioning=100"
    )
    right = inspect.getsource(square_forward) + inspect.getsource(square_backward)
    unit = make_unit(definitions, "import numpy as np\n" + right, name="square")
    off = right.replace("x.T @ dout", "x.T @ dout * (1 + {})")
    assert unit.grade("square_backward", off.format(1e-6)).status == "passed"
    assert unit.grade("square_backward", off.format(1e-5)).status == "failed"


def test_the_gradient_beside_a_loss_is_witnessed_as_well(make_unit):
    definitions = """
    from autograder import value
    square_loss = value(lambda rng, n: dict(prediction=rng.normal(size=n), target=rng.normal(size=n)),
                        cases={"five": (5,)}, returns="loss, dprediction")
    """
    right = """
    def square_loss(prediction, target):
        error = prediction - target
        return float((error**2).mean()), 2 * error / len(error)
    """
    assert make_unit(definitions, right, name="loss").grade("square_loss").status == "passed"
    without_two = make_unit(definitions, right.replace("2 * error", "error"), name="loss")
    assert "disagree about dprediction" in without_two.grade("square_loss").cases[0].sentence


# The forward that a backward builds on


def test_a_wrong_forward_blocks_its_backward(toy):
    outcome = toy.grade("affine_backward", "def affine_forward(x, w, b): return x @ w + b, (x, 2 * w)")
    assert outcome.status == "failed"  # out is right, so it is the backward that is asked for dx
    outcome = toy.grade("affine_backward", "def affine_forward(x, w, b): return x @ w - b, (x, 2 * w)")
    assert outcome.status == "blocked"
    assert outcome.cases[0].sentence == (
        "`affine_backward` waits for `affine_forward`, which is not right yet. Get that one right first."
    )
    assert outcome.mistakes == ()


@pytest.mark.parametrize(
    "forward",
    [
        "def affine_forward(x, w, b): return x @ w - b",
        "def affine_forward(x, w, b): return None",
        "def affine_forward(x, w, b): raise KeyError(x)",
        "def affine_forward(x, w): pass",
        "del affine_forward",
    ],
)
def test_a_forward_that_gives_no_cache_blocks_its_backward(toy, forward):
    outcome = toy.grade("affine_backward", forward)
    assert outcome.status == "blocked"
    assert "waits for `affine_forward`" in outcome.cases[0].sentence


def test_a_backward_that_is_right_on_its_own_passes_whatever_the_forward(toy):
    assert toy.grade("affine_backward", "def affine_forward(x, w, b): return x @ w - b, (x, w)").status == "passed"


def test_a_backward_whose_cache_is_another_than_the_references_passes(toy):
    source = """
    class Cache:
        pass

    def affine_forward(x, w, b):
        cache = Cache()
        cache.back = lambda dout: (dout @ w.T, x.T @ dout, dout.sum(axis=0))
        return x @ w + b, cache

    def affine_backward(dout, cache):
        return cache.back(dout)
    """
    assert toy.grade("affine_backward", source).status == "passed"


# What is asked


def test_upstream_gradients_are_random_and_reproducible(back):
    exercise = back.unit.exercises["square_backward"]
    first, second = (back.live.ask(exercise, case)[0].upstream[0] for case in exercise.visible_cases()[:2])
    assert np.unique(first).size == first.size
    assert not np.array_equal(first, second[: len(first), : len(first)])
    again = freeze(back.unit)
    asked = Frozen(again).ask(exercise, exercise.visible_cases()[0])[0]
    assert np.array_equal(asked.upstream[0], first)


def test_one_upstream_gradient_for_each_result_and_one_gradient_for_each_floating_array(make_unit):
    unit = make_unit(
        """
        import numpy as np
        from autograder import gradient, value

        def step(rng, n):
            return dict(x=rng.normal(size=n), which=rng.permutation(n), scale=2.0, y=rng.normal(size=n))

        step_forward = value(step, cases={"three": (3,), "four": (4,)}, returns="s, total, cache")
        step_backward = gradient(of=step_forward)
        """,
        """
        import numpy as np

        def step_forward(x, which, scale, y):
            s = scale * x[which] * y
            return s, float(s.sum()), (x, which, scale, y)

        def step_backward(ds, dtotal, cache):
            x, which, scale, y = cache
            dx = np.zeros_like(x)
            dx[which] = (ds + dtotal) * scale * y
            return dx, (ds + dtotal) * scale * x[which]
        """,
    )
    exercise = unit.unit.exercises["step_backward"]
    question, answer = unit.live.ask(exercise, exercise.visible_cases()[0])
    assert exercise.upstream_names == ("ds", "dtotal")
    assert [type(d) for d in question.upstream] == [np.ndarray, float]
    assert list(answer.results) == ["dx", "dy"] == list(answer.slopes)
    assert unit.grade("step_backward").status == "passed"
    forgotten = unit.unit.reference_file.read_text().replace("dx[which] = (ds + dtotal)", "dx[which] = ds")
    assert unit.grade("step_backward", forgotten).status == "failed"


def test_a_gradient_too_large_to_be_measured_is_not_confirmed():
    x = np.ones(3)
    along = slopes(lambda x: [np.sum(x**2)], x, [1.0], np.random.default_rng(0))
    assert confirms(2 * x, along)
    assert not confirms(np.full(3, 1e220), along)


# Rounding


def costs_beside(dear):
    """A loss whose first part, `dear`, leaves few digits for the second, and that part's gradient."""

    def loss(x):
        return [dear + float(np.logaddexp(0, x).mean())]

    return loss, lambda x: 1 / (1 + np.exp(-x)) / x.size


@pytest.mark.parametrize("dear", [0.0, 30.0, 700.0])
@pytest.mark.parametrize("depth", [2, 8, 15, 20, 30])
def test_a_large_loss_hides_no_small_gradient(dear, depth):
    """As where a discriminator is badly wrong about the fakes and nearly sure of the real samples."""
    loss, gradient_of = costs_beside(dear)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=4) - depth
        along = slopes(loss, x, [1.0], rng)
        right = gradient_of(x)
        assert along
        assert confirms(right, along), f"seed {seed}"
        for wrong in (0 * right, -right, 2 * right, np.roll(right, 1), right + 1e-6):
            if np.linalg.norm(wrong - right) > 1e-10:
                assert not confirms(wrong, along), f"seed {seed}"


def test_estimates_that_rounding_drowns_are_not_made():
    """Over a step of 1e-7 a loss of 100 is rounded to 2e-7 or so, often to no difference at all."""
    loss, gradient_of = costs_beside(100.0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=4) - 5
    along = slopes(loss, x, [1.0], rng)
    assert {len(slope.estimates) for slope in along} < {1, 2}
    for slope in along:
        for estimate in slope.estimates:
            assert estimate == pytest.approx(np.sum(gradient_of(x) * slope.direction), rel=1e-5)
    assert {len(slope.estimates) for slope in slopes(costs_beside(0.0)[0], x, [1.0], rng)} == {3}


def test_of_what_rounding_drowns_altogether_nothing_is_known():
    """No slopes: they would deny the right gradient and confirm a wrong one."""
    loss, gradient_of = costs_beside(1e9)
    rng = np.random.default_rng(0)
    x = rng.normal(size=4) - 20
    along = slopes(loss, x, [1.0], rng)
    assert along == []
    assert confirms(gradient_of(x), along)


def test_a_long_step_may_lead_to_where_the_function_is_not_defined():
    def loss(x):
        if x.min() < 0.2:
            raise ValueError("too small")
        return [1e6 + float(np.sum(x**2))]

    assert slopes(loss, np.full(3, 0.25), [1e-9], np.random.default_rng(0)) == []


def test_a_slope_that_is_not_finite_confirms_nothing():
    with np.errstate(all="ignore"):
        along = slopes(lambda x: [np.exp(x)], np.full(3, 709.78), [np.ones(3)], np.random.default_rng(0))
        nowhere = slopes(lambda x: [np.full(3, np.nan)], np.ones(3), [np.ones(3)], np.random.default_rng(0))
    assert not all(np.isfinite(slope.estimates).all() for slope in along)
    for wrong in (0.0, 1.0, 1e10):
        assert not confirms(np.full(3, wrong), along)
        assert not confirms(np.full(3, wrong), nowhere)


DISCRIMINATORS = """
def discriminator_loss(real, fake):
    return (float(np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()),
            -1 / (1 + np.exp(real)) / real.size, FAKE / (1 + np.exp(-fake)) / fake.size)
"""


@pytest.mark.parametrize("oracle", ["live", "frozen"])
def test_a_sure_discriminator_is_graded_and_not_disputed(make_unit, oracle):
    """Slopes were estimates of noise here: they disputed right gradients, and confirmed that there was none."""
    definitions = """
    from autograder import value

    def logits(rng, n):
        return dict(real=15 + 10 * rng.random(n), fake=1000 * rng.random(n))

    discriminator_loss = value(logits, cases={f"{n} logits": (n,) for n in range(3, 20)}, float32=False,
                               returns="loss, dreal, dfake")
    """
    right = "import numpy as np\n" + DISCRIMINATORS.replace("FAKE", "1")
    unit = make_unit(definitions, right, name="sure")
    assert unit.grade("discriminator_loss", oracle=getattr(unit, oracle)).status == "passed"
    without = right.replace("-1 / (1 + np.exp(real))", "0 / (1 + np.exp(real))")
    outcome = unit.grade("discriminator_loss", without, oracle=getattr(unit, oracle))
    assert {case.status for case in outcome.cases} <= {"failed", "passed"}
    assert outcome.status == "failed"
    exercise = unit.unit.exercises["discriminator_loss"]
    for case in exercise.visible_cases():
        live, frozen = unit.live.ask(exercise, case)[1].slopes, unit.frozen.ask(exercise, case)[1].slopes
        assert list(live) == list(frozen) == ["dreal", "dfake"]
        for name, along in live.items():
            assert [slope.estimates for slope in along] == [slope.estimates for slope in frozen[name]]
            assert [slope.scale for slope in along] == [slope.scale for slope in frozen[name]]
