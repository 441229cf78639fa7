"""The milestones as they are run: with a student's own functions in a copy of the course, and with the references."""

import os
import re
import shutil
import subprocess
import sys

import matplotlib.image
import numpy as np
import pytest
from sample_student.apply import apply, bodies, filled
from support import COURSE, NIGHTLY, ROOT

from autograder import kit
from autograder.checking import build_answers, stale
from autograder.milestone import find

OWN = {
    "linear": """
def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def linear_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def softmax_weights_forward(v):
    if len(v) == 0:
        raise ValueError("there are no weights")
    e = np.exp(v - v.max())
    w = e / e.sum()
    return w, w


def softmax_weights_backward(dweights, cache):
    w = cache
    return w * (dweights - np.sum(dweights * w))
""",
    "losses": """
def mse_loss(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("the shapes differ")
    if prediction.size == 0:
        raise ValueError("there are no predictions")
    error = prediction - target
    return float(np.mean(error**2)), 2 * error / error.size
""",
}


@pytest.fixture(scope="module", autouse=True)
def answers():
    assert build_answers(stale(COURSE.units)) == ""


@pytest.fixture
def course(tmp_path):
    """A copy of the course as a student has it, untouched and without solutions."""
    root = tmp_path / "course"
    shutil.copytree(ROOT / "exercises", root / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.toml", root)
    return root


@pytest.fixture
def solved(course):
    """The copy, with a student's own NumPy functions for the school, and nothing else done."""
    for unit, source in OWN.items():
        path = course / "exercises" / unit / f"{unit}.py"
        written = {name: lines[start:end] for name, lines, start, end in bodies(source)}
        path.write_text(filled(path.read_text(encoding="utf-8"), written), encoding="utf-8")
    return course


def python(folder, *arguments, shadow=None):
    """Run Python in `folder` as at an 80-column terminal; modules in the folder `shadow` come before all others."""
    path = os.pathsep.join(str(place) for place in (shadow, ROOT) if place)
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=folder, env=environment, capture_output=True, encoding="utf-8"
    )


def milestone(folder, *arguments, shadow=None):
    return python(folder, "-m", "autograder.cli", "milestone", *arguments, shadow=shadow)


def assert_drawn(path):
    """The file is a picture in which something is to be seen, in colours."""
    assert path.read_bytes().startswith(b"\x89PNG")
    image = matplotlib.image.imread(path)[..., :3]
    height, width, _ = image.shape
    assert height >= 400
    assert width >= 800
    assert np.ptp(image, axis=(0, 1)).min() > 0.5  # light and dark, in every channel
    assert np.mean(np.ptp(image, axis=2) > 0.2) > 0.002  # curves and points, not axes and letters alone


# What there is


def test_all_milestones_are_listed_with_what_they_need(course):
    done = milestone(course)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    listed = [f"{name} {each.purpose} needs {', '.join(each.needs)}" for name, each in find(COURSE).items()]
    assert said == " ".join(listed)
    assert len(listed) == len(COURSE.milestones) >= 2


@pytest.mark.parametrize("name", COURSE.milestones)
def test_a_milestone_needs_exercises_that_there_are(name):
    for id in find(COURSE)[name].needs:
        unit, _, exercise = id.partition(".")
        assert exercise in COURSE.unit(unit).points


def test_a_name_that_is_nearly_right(course):
    done = milestone(course, "scool")
    assert done.returncode == 2
    assert "There is no milestone scool" in done.stderr
    assert "Did you mean school?" in done.stderr


def test_a_kit_offers_what_can_be_reached_with_its_units(tmp_path):
    units = [COURSE.unit("linear"), COURSE.unit("gan")]  # the school needs losses, too
    kit.write_folder(kit.pack(COURSE, units), tmp_path / "kit")
    done = milestone(tmp_path / "kit")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^  (\w+)", done.stdout, re.MULTILINE) == ["ring"]
    done = milestone(tmp_path / "kit", "school")
    assert done.returncode == 2
    assert "There is no milestone school" in done.stderr
    done = milestone(tmp_path / "kit", "ring")
    assert done.returncode == 1
    assert "gan.train_gan" in done.stdout


# With one's own functions


@pytest.mark.parametrize("name", COURSE.milestones)
def test_nothing_is_trained_before_its_functions_are_right(course, name):
    needs = find(COURSE)[name].needs
    done = milestone(course, name)
    assert done.returncode == 1, done.stderr
    assert re.findall(r"^  (\w+\.\w+)$", done.stdout, re.MULTILINE) == list(needs)
    folders = dict.fromkeys(f"exercises/{id.partition('.')[0]}" for id in needs)
    assert f"pytest {' '.join(folders)}\n" in done.stdout
    assert not (course / ".chainrule").exists()


def test_what_is_right_already_is_not_asked_for_again(course):
    apply(course, ["linear", "losses"])  # the sample student's, of whose functions two are right and one is wrong
    done = milestone(course, "school")
    assert done.returncode == 1
    missing = ["linear.linear_backward", "linear.softmax_weights_forward", "linear.softmax_weights_backward"]
    assert re.findall(r"^  (\w+\.\w+)$", done.stdout, re.MULTILINE) == missing
    assert done.stdout.endswith("pytest exercises/linear\n")


def test_the_school_s_weights_are_found_with_one_s_own_functions(solved):
    done = milestone(solved, "school")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^descending .* 150/150 .*loss \d\.\d+e-\d+", done.stdout, re.MULTILINE)  # the progress
    weights = re.findall(r"found (\d\.\d+) +secret (\d\.\d+)", done.stdout)
    assert len(weights) == 3
    assert all(abs(float(found) - float(secret)) < 0.001 for found, secret in weights)
    picture = solved / ".chainrule" / "school.png"
    assert f"The picture is in {picture}.\nGoal reached.\n" in done.stdout
    assert_drawn(picture)


def test_a_goal_that_is_missed_is_no_success(solved):
    script = solved / "exercises" / "milestones" / "school.py"
    text = script.read_text(encoding="utf-8")
    assert "STEPS, RATE = 40, 150, 1.0" in text
    script.write_text(text.replace("STEPS, RATE = 40, 150, 1.0", "STEPS, RATE = 40, 5, 1.0"), encoding="utf-8")
    done = milestone(solved, "school")
    assert done.returncode == 1
    assert "Goal reached" not in done.stdout
    assert "5/5" in done.stdout
    assert_drawn(solved / ".chainrule" / "school.png")  # it shows why


def test_the_picture_goes_where_it_is_wanted_and_the_seed_decides_it(solved, tmp_path):
    pictures = [tmp_path / "new" / "folder" / name for name in ("a.png", "b.png", "other.png")]
    for picture, seed in zip(pictures, (3, 3, 4), strict=True):
        done = milestone(solved / "exercises", "school", "--seed", seed, "--out", picture)
        assert done.returncode == 0, done.stderr
        assert_drawn(picture)
    first, again, other = (picture.read_bytes() for picture in pictures)
    assert first == again
    assert first != other
    assert not (solved / ".chainrule").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seed", "-1"], "--seed"),
        (["--out", "course.toml/weights.png"], "cannot be written"),
        (["--out", "new/weights.txt"], "weights.txt cannot be written"),
        (["--out", "new/weights.txt"], "png, ps,"),  # among the endings that are possible
    ],
)
def test_what_cannot_be_meant_is_refused(solved, arguments, sentence):
    done = milestone(solved, "school", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "descending" not in done.stdout
    assert not (solved / "new").exists()


# With the references


GOALS = {
    "school": r"study   found 0\.\d+   secret 0\.7",
    "spiral": r"(9[89]\.\d|100\.0)% of the 300 points are told right",
    "digits": r"(9[789]\.\d|100\.0)% of the test images are read right",
    "ring": r"[78] of 8 modes are covered",
}


def test_every_milestone_has_its_goal_here():
    assert sorted(GOALS) == sorted(COURSE.milestones)


# The digits take longer than all others together.
@pytest.mark.parametrize("name", [name for name in COURSE.milestones if NIGHTLY or name != "digits"])
def test_the_references_reach_the_goal(name, tmp_path):
    picture = tmp_path / f"{name}.png"
    done = milestone(ROOT, name, "--solutions", "--out", picture)
    assert done.returncode == 0, done.stdout + done.stderr
    assert find(COURSE)[name].purpose in " ".join(done.stdout.split())
    assert re.search(r" (\d+)/\1 ", done.stdout)  # the progress has come to its end
    assert re.search(GOALS[name], done.stdout)
    assert_drawn(picture)


def test_a_milestone_is_a_plain_script_too(tmp_path):
    script = ROOT / "exercises" / "milestones" / "school.py"
    done = python(ROOT, script, "--solutions", "--out", tmp_path / "school.png")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Goal reached." in done.stdout
    assert_drawn(tmp_path / "school.png")


def test_a_script_is_at_home_in_its_own_course_wherever_one_stands(course, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    script = course / "exercises" / "milestones" / "school.py"
    for folder, path in ((tmp_path / "elsewhere", script), (ROOT, script), (script.parent, script.name)):
        done = python(folder, path)
        assert done.returncode == 1, done.stdout + done.stderr  # in this course nothing is started
        assert re.findall(r"^  (\w+\.\w+)$", done.stdout, re.MULTILINE) == list(find(COURSE)["school"].needs)
        assert f"pytest {course / 'exercises' / 'linear'} " in done.stdout
    done = python(tmp_path / "elsewhere", ROOT / script.relative_to(course), "--solutions", "--out", "school.png")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_drawn(tmp_path / "elsewhere" / "school.png")


def test_a_course_without_solutions_says_so(course):
    done = milestone(course, "school", "--solutions")
    assert done.returncode == 2
    assert "no solutions for linear, losses" in done.stderr
    assert not (course / ".chainrule").exists()


# Without the packages


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [("school", "matplotlib", "matplotlib"), ("digits", "sklearn", "scikit-learn")],
)
def test_a_package_that_is_missing_is_named_before_anything_is_trained(tmp_path, name, module, package):
    missing = f"raise ModuleNotFoundError(\"No module named '{module}'\", name={module!r})\n"
    (tmp_path / f"{module}.py").write_text(missing)
    done = milestone(ROOT, name, "--solutions", "--out", tmp_path / "picture.png", shadow=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert package in done.stderr
    assert 'pip install "chainrule[milestones]"' in done.stderr
    assert "Traceback" not in done.stderr
    assert not re.search(r"\d+/\d+", done.stdout)
    assert not (tmp_path / "picture.png").exists()
