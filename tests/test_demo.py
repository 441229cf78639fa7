"""The sample student: in each unit one function is right, one has a known mistake, and the rest is not started."""

import re
import shutil
import subprocess
import sys

import pytest
from sample_student.apply import UNITS, apply
from support import COURSE, ROOT

from autograder.checking import build_answers, check, stale
from autograder.course import Course
from autograder.outcome import BLOCKED, FAILED, NOT_STARTED, PASSED

EXPECTED = {
    "guess_number": ("predict", "gradient_step", "x is left out of the derivative"),
    "perceptron": ("predict", "update", "a positive sample on the line counts as wrong"),
    "linear": ("linear_forward", "linear_backward", "db is averaged over the batch"),
    "losses": ("mse_loss", "softmax_cross_entropy", "dlogits is not divided by the batch size"),
    "classify": ("sigmoid", "softmax", "the softmax runs down the batch"),
    "mlp": ("relu_forward", "relu_backward", "the sign of dout decides what passes"),
    "optim": ("sgd_step", "momentum_step", "the gradient enters with 1 - momentum"),
    "conv": ("conv2d_forward", "conv2d_backward", "dx still has its padding"),
    "lstm": ("gate", "lstm_step_forward", "the last two gates have changed places"),
    "gan": ("discriminator_loss", "generator_loss", "the minimax loss is returned"),
}


@pytest.fixture(scope="module")
def answers():
    assert build_answers(stale(COURSE.units)) == ""


@pytest.fixture
def course(tmp_path, answers):
    """A copy of the course, without solutions, that the sample student has worked in."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.toml", tmp_path)
    apply(tmp_path)
    return Course.read(tmp_path)


def test_every_unit_has_its_sample_student():
    assert sorted(UNITS) == sorted(unit.name for unit in COURSE.units)


@pytest.mark.parametrize("name", UNITS)
def test_one_is_right_one_is_wrong_in_a_known_way_and_the_rest_is_not_started(course, name):
    right, wrong, mistake = EXPECTED[name]
    unit = course.unit(name)
    outcomes = {outcome.exercise.partition(".")[2]: outcome for outcome in check([unit])}
    assert list(outcomes) == list(unit.points)
    assert outcomes.pop(right).status == PASSED
    failed = outcomes.pop(wrong)
    assert failed.status == FAILED
    (id,) = failed.mistakes
    (known,) = (m for m in COURSE.unit(name).mistakes[wrong] if m.id == id)
    assert known.name == mistake
    assert {outcome.status for outcome in outcomes.values()} <= {NOT_STARTED, BLOCKED}
    assert len(outcomes) == len(unit.points) - 2


@pytest.mark.parametrize("name", UNITS)
def test_the_stubs_are_what_surrounds_the_work(course, name):
    before, after = COURSE.unit(name).stubs.read_text().splitlines(), course.unit(name).stubs.read_text().splitlines()
    stubs = [line for line in before if line != "    raise NotImplementedError"]
    assert [line for line in after if line in set(stubs)][: len(stubs)] != []
    for line in stubs:
        assert line in after
    assert before.count("    raise NotImplementedError") - after.count("    raise NotImplementedError") == 2


def test_work_that_is_there_already_does_not_mix_with_the_sample(course):
    unit = course.unit("linear")
    text = unit.stubs.read_text()
    unit.stubs.write_text(text.replace("    raise NotImplementedError", "    return 'mine'"))
    apply(course.root, ["linear"])
    assert unit.stubs.read_text() == text


def demo(folder, *arguments):
    """The demo, run in `folder`, which is also where it may put temporary files."""
    return subprocess.run(
        [sys.executable, ROOT / "tests" / "sample_student" / "demo.py", *arguments],
        cwd=folder,
        env={"TMPDIR": str(folder), "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
             "PYTEST_PLUGINS": "autograder.pytest_plugin", "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
        capture_output=True,
        encoding="utf-8",
    )  # fmt: skip


def test_the_demo_shows_all_of_it_and_leaves_nothing_behind(answers, tmp_path):
    before = {unit.name: unit.stubs.read_bytes() for unit in COURSE.units}
    done = demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("A sample student has been here")
    for name, (_, wrong, mistake) in EXPECTED.items():
        first = re.search(rf"^  {name}\.{wrong}  +(.*)\.$", done.stdout, re.MULTILINE)
        assert first[1].casefold() == mistake.casefold()
    for name, (_, wrong, _) in EXPECTED.items():  # in full, for one unit
        assert (f"{wrong}[" in done.stdout) == (name == "conv")
    course = done.stdout.partition("$ chainrule progress")[2]
    for name in UNITS:
        assert re.search(rf"^  {name} .* 1 right, 1 wrong, \d+ not started$", course, re.MULTILINE)
    lines = [line for line in done.stdout.splitlines() if not line.startswith("rootdir: ")]
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 100  # two screens: nobody reads a wall
    assert list(tmp_path.iterdir()) == []
    assert {unit.name: unit.stubs.read_bytes() for unit in COURSE.units} == before


def test_units_are_shown_in_full_on_demand(answers, tmp_path):
    done = demo(tmp_path, "linear", "gan")
    assert done.returncode == 0, done.stderr
    for name, (_, wrong, _) in EXPECTED.items():
        assert (f"{wrong}[" in done.stdout) == (name in ("linear", "gan"))


def test_a_unit_without_a_sample_is_named(answers, tmp_path):
    done = demo(tmp_path, "linnear")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no sample of linnear" in done.stderr
