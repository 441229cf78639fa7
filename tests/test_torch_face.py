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
