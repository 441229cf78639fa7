"""torch as a witness of students' work: `pytest exercises/ --device cpu|cuda`."""

import re
import shutil

import numpy as np
import pytest
from support import COURSE, ROOT, oracle
from test_pytest_face import AVERAGED, RIGHT, answers, run, write  # noqa: F401

from autograder import pytest_plugin
from autograder.outcome import FAILED, NOT_ASSESSED, PASSED, CaseOutcome, overall

torch = pytest.importorskip("torch")

from autograder import torch_witness  # noqa: E402


@pytest.fixture
def staff_course(tmp_path, answers):  # noqa: F811
    """The unit linear with its solutions, where torch's versions are."""
    for kind in ("exercises", "solutions"):
        shutil.copytree(ROOT / kind / "linear", tmp_path / kind / "linear")
    manifest = (ROOT / "course.toml").read_text()
    part = manifest[manifest.index('name = "linear"') : manifest.index('name = "losses"')].removesuffix(
        "[[parts.units]]\n"
    )
    (tmp_path / "course.toml").write_text(f'title = "One unit"\n[[parts]]\ntitle = "All"\n[[parts.units]]\n{part}')
    return tmp_path


def test_right_work_agrees_with_torch_in_both_dtypes(staff_course):
    write(staff_course, RIGHT)
    done = run(staff_course, "exercises/linear", "-k", "linear_forward", "--device", "cpu", "-v")
    assert done.returncode == 0, done.stdout
    for dtype in ("float64", "float32"):
        assert re.search(rf"linear_forward\[torch on cpu, {dtype}\] PASSED", done.stdout)


def test_wrong_work_is_told_what_torch_gives_and_how_closely_it_was_compared(staff_course):
    write(staff_course, RIGHT, AVERAGED)
    done = run(staff_course, "exercises/linear", "-k", "linear_backward and float32", "--device", "cpu", "-v")
    assert done.returncode == 1
    assert "`linear_backward` does not give what torch gives on cpu." in done.stdout
    assert "db is furthest off where it is" in done.stdout
    assert "Compared with torch on cpu in float32, to within 3.5e-04." in done.stdout


def test_a_device_that_is_missing_is_said_once_and_counts_in_neither_direction(staff_course):
    write(staff_course, RIGHT)
    arguments = ("exercises/linear", "-k", "linear_forward", "--device", "nowhere")
    done = run(staff_course, *arguments)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Nothing was compared with torch on nowhere: torch finds only") == 1
    assert "2 not assessed" in done.stdout
    assert "2 of 2 points." in done.stdout


def test_without_torch_the_rest_is_graded_as_ever(staff_course):
    write(staff_course, RIGHT)
    (staff_course / "torch.py").write_text("raise ImportError('no torch here')\n")
    env = {"PYTHONPATH": str(staff_course)}
    done = run(staff_course, "exercises/linear", "-k", "linear_forward", "--device", "cpu", env=env)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("it is not installed here (pip install torch)") == 1
    assert "2 of 2 points." in done.stdout


@pytest.mark.parametrize(
    ("found", "asked", "reason"),
    [
        (["cpu"], "cpu", ""),
        (["cpu"], "cuda", "torch finds only cpu here"),
        (["cpu", "cuda"], "cuda", ""),
        (["cpu", "cuda"], "tpu", "torch finds only cpu, cuda here"),
    ],
)
def test_devices_that_torch_finds(monkeypatch, found, asked, reason):
    monkeypatch.setattr(torch_witness, "devices", lambda: found)
    said = pytest_plugin.without_torch(asked)
    assert reason in said
    assert bool(said) == bool(reason)


def test_what_was_not_assessed_counts_in_neither_direction():
    cases = [CaseOutcome("a", PASSED), CaseOutcome("b", NOT_ASSESSED)]
    assert overall(tuple(cases)) == PASSED
    assert overall((*cases, CaseOutcome("c", FAILED))) == FAILED
    assert overall((CaseOutcome("b", NOT_ASSESSED),)) == NOT_ASSESSED


@pytest.mark.parametrize("there", [True, False])
def test_cuda_is_a_device_where_there_is_one(monkeypatch, there):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert torch_witness.devices() == ["cpu", "cuda"][: 1 + there]


def every_comparison(device):
    """Compare all references with torch on a device; yields what did not agree."""
    for unit in COURSE.units:
        for exercise in unit.exercises.values():
            if not unit.has_witness(exercise):
                continue
            function = torch_witness.function_for(unit, exercise)
            for dtype in ("float64", "float32"):
                outcome = torch_witness.compare(
                    exercise,
                    exercise.visible_cases(),
                    unit.reference_functions(),
                    oracle(unit.name),
                    function,
                    device,
                    dtype,
                    exercise.id,
                )
                if outcome.status != PASSED:
                    yield exercise.id, dtype, outcome


def test_every_reference_agrees_with_torch_on_the_cpu():
    assert list(every_comparison("cpu")) == []
    assert sum(unit.has_witness(e) for unit in COURSE.units for e in unit.exercises.values()) > 20


def test_tf32_is_off():
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device: run it on a machine that has one")
def test_every_reference_agrees_with_torch_on_the_gpu():
    assert list(every_comparison("cuda")) == []


def test_a_result_of_another_shape_is_no_crash():
    unit = COURSE.unit("linear")
    exercise = unit.exercises["linear_forward"]
    wrong = unit.reference_functions().override(linear_forward=lambda x, w, b: (np.zeros((1, 1, 1)), None))
    cases = exercise.visible_cases()
    function = torch_witness.function_for(unit, exercise)
    outcome = torch_witness.compare(exercise, cases, wrong, oracle("linear"), function, "cpu", "float64", "x")
    assert outcome.status == FAILED
    assert "out has another shape than torch's" in outcome.details[0]


HALVES = """
from autograder import value
half_square = value(
    lambda rng, n: dict(prediction=1 + rng.random(n), target=rng.random(n) - 1),
    cases={f"{n} guesses": (n,) for n in range(2, 9)},
    returns="loss, dprediction",
    conditioning=CONDITIONING,
)
"""
HALF_SQUARE = """
def half_square(prediction, target):
    error = prediction - target
    return float(0.5 * (error**2).mean()), error / len(error)
"""


@pytest.fixture(scope="module")
def beside_torch(make_unit):
    """`beside_torch(function, dtype="float64", conditioning=1)`: the outcome of a function's comparison with torch."""
    units = {}

    def compared(function, dtype="float64", conditioning=1):
        if conditioning not in units:
            definitions = HALVES.replace("CONDITIONING", str(conditioning))
            units[conditioning] = make_unit(definitions, HALF_SQUARE, name="halves")
        unit = units[conditioning]
        exercise = unit.unit.exercises["half_square"]
        own = unit.unit.reference_functions().override(half_square=function)

        def theirs(prediction, target):
            return 0.5 * torch.mean((prediction - target) ** 2)

        outcome = torch_witness.compare(
            exercise, exercise.visible_cases(), own, unit.live, theirs, "cpu", dtype, "beside torch"
        )
        assert not own.earlier, "results are kept that nobody asks for any more"
        return outcome

    return compared


def off_by(loss=0.0, gradient=0.0):
    """half_square, with these relative errors."""

    def half_square(prediction, target):
        error = prediction - target
        return float(0.5 * (error**2).mean()) * (1 + loss), error / len(error) * error.dtype.type(1 + gradient)

    return half_square


def test_each_dtype_has_its_own_tolerance(beside_torch):
    for dtype, errors in (("float64", (0, 1e-9, 1e-5)), ("float32", (0, 1e-5, 1e-2))):
        for part in ("loss", "gradient"):
            statuses = [beside_torch(off_by(**{part: error}), dtype).status for error in errors]
            assert statuses == [PASSED, PASSED, FAILED], (dtype, part)
    assert beside_torch(off_by(gradient=1e-6)).status == FAILED
    assert beside_torch(off_by(gradient=1e-6), conditioning=1000).status == PASSED


def test_every_wrong_part_is_told_up_to_four(beside_torch):
    outcome = beside_torch(off_by(gradient=1.0))
    assert len(outcome.details) == 5
    for number, detail in enumerate(outcome.details[:4], 2):
        told = rf"\[{number} guesses\]: dprediction is furthest off where it is (\S+); torch gives (\S+)\."
        yours, theirs = map(float, re.fullmatch(told, detail).groups())
        assert yours == pytest.approx(2 * theirs, rel=1e-4)
    assert outcome.details[4].startswith("Compared with torch on cpu in float64")


@pytest.mark.parametrize("returned", [None, "0.5", (None, None), (1.0,), 7.0])
def test_what_is_no_number_is_no_crash(beside_torch, returned):
    outcome = beside_torch(lambda prediction, target: returned)
    assert outcome.status == FAILED
    if returned is None or isinstance(returned, float):  # no pair, so there is no loss either
        assert outcome.details[0] == "[2 guesses]: loss has another shape than torch's."


def test_an_argument_that_nothing_depends_on_has_a_gradient_of_zeros(make_unit):
    definitions = """
    from autograder import gradient, value
    kept_forward = value(lambda rng, n: dict(x=rng.normal(size=n), y=rng.normal(size=n)), cases={"three": (3,)})
    kept_backward = gradient(of=kept_forward)
    """
    reference = """
    import numpy as np
    def kept_forward(x, y):
        return 2 * x, None
    def kept_backward(dout, cache):
        return 2 * dout, np.zeros_like(dout)
    """
    unit = make_unit(definitions, reference, name="kept")
    exercise = unit.unit.exercises["kept_backward"]
    question, answer = unit.live.ask(exercise, exercise.visible_cases()[0])
    found = torch_witness.results(exercise, question, lambda x, y: 2 * x)
    assert list(found) == ["dx", "dy"]
    for name, right in answer.results.items():
        np.testing.assert_allclose(found[name], right)
