"""The commands for students, as they are typed: progress, hint, watch, reset and show, in a copy of a kit."""

import io
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile

import numpy as np
import pytest
from support import COURSE, ROOT

from autograder import cli, oracle
from autograder.checking import build_answers, stale
from autograder.cli import names, watch
from autograder.course import Course
from autograder.oracle import Frozen
from autograder.outcome import Outcome

HALF = '''"""Half-finished work."""

import numpy as np


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def linear_backward(dout, cache):
    x, w = cache
    print("dout has shape", dout.shape)
    return dout @ w.T, x.T @ dout, dout.mean(axis=0)


def softmax_weights_forward(v):
    e = np.exp(v)
    return e / e.sum(), e / e.sum()


def softmax_weights_backward(dweights, cache):
    raise NotImplementedError


def fit_school_weights(x, y, lr, steps):
    if len(x) == 0:
        raise ValueError("there are no students")
    return x.mean(axis=0) / x.sum()
'''
SUMMED = HALF.replace("dout.mean(axis=0)", "dout.sum(axis=0)")

# A second unit: images, numbers, and a behaviour.
MANIFEST = """
title = "A small course"
[[parts]]
title = "The first part"
[[parts.units]]
name = "linear"
title = "Linear layers"
[parts.units.points]
linear_forward = 2
linear_backward = 3
softmax_weights_forward = 1
softmax_weights_backward = 3
fit_school_weights = 3

[[parts]]
title = "The second part"
[[parts.units]]
name = "pictures"
title = "Pictures"
[parts.units.points]
scale_forward = 2
scale_backward = 2
brightest = 1
both = 1
settle = 1
"""
DEFINITIONS = '''
"""What is asked of pictures.py."""

import numpy as np

from autograder import behaviour, gradient, require, value


def images(rng, n, c, h, w, by):
    return dict(x=rng.normal(size=(n, c, h, w)), by=by)


scale_forward = value(
    images,
    cases={"one image": (1, 1, 3, 4, 2.0), "two images": (2, 3, 4, 5, 0.5)},
    refuses={"no image": (0, 1, 3, 4, 2.0)},
)
scale_backward = gradient(of=scale_forward)
brightest = value(images, cases={"two images": (2, 1, 3, 4, 1.0)}, returns="brightness")
both = value(images, cases={"two images": (2, 1, 3, 4, 1.0)}, returns="total, rows")


@behaviour(cases={"it settles": (3,)})
def settle(student, rng, steps):
    require(student.settle(steps) < 1, "It should settle.")
'''
REFERENCE = '''
"""The reference of the unit pictures."""

import numpy as np


def scale_forward(x, by):
    """x (N, C, H, W) -> x * by, by."""
    if len(x) == 0:
        raise ValueError("there is no image")
    return x * by, by


def scale_backward(dout, cache):
    """dout (N, C, H, W) -> dx."""
    return dout * cache


def brightest(x, by):
    """The largest pixel."""
    return float(x.max())


def both(x, by):
    """The sum of all pixels, and of each row."""
    return float(x.sum()), x.sum(axis=-1)


def settle(steps):
    """Something small."""
    return 1 / (1 + steps)
'''


def stubs_of(reference):
    return re.sub(r'("""\n)((?:    .*\n)+)', r"\1    raise NotImplementedError\n", reference)


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """A kit of two units, both untouched; the answers of `pictures` are frozen here."""
    root = tmp_path_factory.mktemp("kit")
    assert build_answers(stale([COURSE.unit("linear")])) == ""
    shutil.copytree(ROOT / "exercises" / "linear", root / "exercises" / "linear")
    write(root, (ROOT / "exercises/linear/linear.py").read_text())
    (root / "course.toml").write_text(MANIFEST)
    for folder, files in {
        "exercises": {"pictures.py": stubs_of(REFERENCE), "test_pictures.py": DEFINITIONS},
        "solutions": {"pictures.py": REFERENCE},
    }.items():
        (root / folder / "pictures").mkdir(parents=True)
        for name, content in files.items():
            (root / folder / "pictures" / name).write_text(content)
    oracle.refresh(Course.read(root).unit("pictures"))
    shutil.move(root / "solutions", root.with_name("solutions"))
    return root


@pytest.fixture
def course(kit, tmp_path):
    """A copy of the kit, in which somebody has begun with `linear`."""
    root = tmp_path / "course"
    shutil.copytree(kit, root, ignore=shutil.ignore_patterns("__pycache__"))
    write(root, HALF)
    return root


def write(course, content, unit="linear"):
    """Save a student's file at once, as editors do."""
    path = course / "exercises" / unit / f"{unit}.py"
    partial = path.with_name(f".{path.name}.tmp")
    partial.write_text(content)
    os.replace(partial, path)


@pytest.fixture
def chainrule(course, monkeypatch, capsys):
    """`chainrule("progress", "linear", folder=…, typed="y\\n")` gives status, standard output and standard error; the
    output is 80 columns wide, if it need not be `wide`."""

    def call(*arguments, folder=course, typed="", wide=False):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as done:
            cli.main(list(arguments))
        captured = capsys.readouterr()
        for line in captured.out.splitlines():
            assert wide or len(line) <= 80, line
        assert "Traceback" not in captured.err
        return done.value.code or 0, captured.out, captured.err

    for variable in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "CHAINRULE_LANG"):
        monkeypatch.delenv(variable, raising=False)
    return call


def start(course, *arguments, **environment):
    """The command in a process of its own; `-m` leaves out nothing that the console script does."""
    return subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", *arguments],
        cwd=course,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "80", "PYTHONPATH": str(ROOT), **environment},
    )


def flat(text):
    """The text as one line: where it is wrapped does not matter."""
    return " ".join(text.split())


# progress


def test_progress_shows_units_in_course_order_and_what_to_do_next(chainrule):
    status, out, _ = chainrule("progress")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "A small course"
    parts = [lines.index("The first part"), lines.index("The second part")]
    assert parts == sorted(parts)
    linear, pictures = lines[parts[0] + 1], lines[parts[1] + 1]
    assert linear == "  linear    ██░░░░░░░░░░   2 of  12  1 right, 2 wrong, 1 waiting, 1 not started"
    assert pictures == "  pictures  ░░░░░░░░░░░░   0 of   7  5 not started"
    assert "2 of 19 points." in lines
    assert "1 of 10 exercises are right. Go on here:" in lines
    line = HALF[: HALF.index("def linear_backward")].count("\n") + 1
    assert f"  open   exercises/linear/linear.py:{line}   and fix `linear_backward`" in lines
    assert "  run    pytest exercises/linear -k linear_backward" in lines


@pytest.mark.parametrize("typed", ["pictures", "exercises/pictures", "exercises/pictures/", "pictures/pictures.py"])
def test_progress_of_one_unit_named_in_any_way(chainrule, typed):
    status, out, _ = chainrule("progress", typed)
    assert status == 0
    assert "pictures  ░" in out
    assert "linear" not in out


def test_progress_works_from_within_the_course_and_keeps_its_order(chainrule, course):
    _, out, _ = chainrule("progress", "pictures", "linear", folder=course / "exercises" / "linear")
    assert -1 < out.index("  linear  ") < out.index("  pictures  ")


def test_progress_as_json_is_the_outcomes(chainrule):
    status, out, _ = chainrule("progress", "--json", "linear", wide=True)
    assert status == 0
    outcomes = [Outcome.from_json(row) for row in json.loads(out)]
    assert json.loads(json.dumps([outcome.to_json() for outcome in outcomes])) == json.loads(out)
    assert [o.exercise for o in outcomes] == [f"linear.{name}" for name in COURSE.unit("linear").points]
    assert [o.status for o in outcomes] == ["passed", "failed", "failed", "not started", "blocked"]
    assert outcomes[1].mistakes == ("mean_db",)


def test_progress_when_nothing_is_begun_and_when_all_is_done(chainrule, course):
    write(course, stubs_of(REFERENCE), "pictures")
    _, out, _ = chainrule("progress", "pictures")
    assert "0 of 7 points." in out
    assert "Nothing is started yet, and that is fine. Begin here:" in out
    assert "chainrule hint pictures.scale_forward" in out
    write(course, REFERENCE, "pictures")
    status, out, _ = chainrule("progress", "pictures")
    assert status == 0
    assert "████████████   7 of   7  5 right" in out
    assert "Everything here is right." in out
    assert "open" not in out


def test_progress_and_pytest_tell_the_same(chainrule, course):
    _, out, _ = chainrule("progress")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "exercises/", "-p", "no:cacheprovider"],
        cwd=course,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80", "PYTEST_ADDOPTS": ""},
    )
    told = out[out.index("The first part") :]
    assert "linear_backward" in told
    assert flat(told) in flat(ran.stdout)


def test_a_missing_file_is_brought_back_by_reset(chainrule, course):
    (course / "exercises/linear/linear.py").unlink()
    status, out, _ = chainrule("progress", "linear")
    assert status == 0
    assert "There is no file linear.py." in out
    assert "chainrule reset linear" in out
    assert "open" not in out


def test_an_endless_loop_is_waited_for_once(chainrule, course):
    write(course, "def linear_forward(x, w, b):\n    while True:\n        pass\n")
    began = time.monotonic()
    _, out, _ = chainrule("progress", "linear", "--json", "--time-limit", "0.6", wide=True)
    assert time.monotonic() - began < 0.6 + 7 * 0.2 + 3  # not 7 * 0.6, and as much again for the backward
    cases = Outcome.from_json(json.loads(out)[0]).cases
    assert "had not returned after 0.6 seconds" in cases[0].sentence
    assert all("had not returned after 0.2 seconds" in case.sentence for case in cases[1:-1])


def test_colours_only_where_they_are_wanted(course):
    def shown(**environment):
        done = start(course, "progress", "linear", FORCE_COLOR="1", TERM="xterm-256color", **environment)
        return done.communicate(timeout=30)[0]

    colour = re.compile(r"\x1b\[(?:\d;)*3\d")
    assert colour.search(shown())
    assert not colour.search(shown(NO_COLOR="1"))


# Trouble


@pytest.mark.parametrize("command", ["progress", "hint linear_forward", "watch", "show linear_forward", "reset linear"])
def test_outside_of_a_course(chainrule, tmp_path, command):
    status, out, err = chainrule(*command.split(), folder=tmp_path)
    assert (status, out) == (2, "")
    assert "There is no course here" in err


@pytest.mark.parametrize("command", ["progress", "watch", "reset"])
def test_an_unknown_unit(chainrule, command):
    status, out, err = chainrule(command, "liner")
    assert (status, out) == (2, "")
    assert "There is no unit liner. The units are: linear, pictures." in err
    assert "Did you mean linear?" in err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("linear.linear_forwad", "Did you mean linear_forward"),
        ("softmax_weight_forward", "Did you mean linear.softmax_weights_forward"),
        ("linear", "linear is a unit. Name one of its exercises: linear.linear_forward"),
        ("zzz", "There is no exercise zzz in this course."),
        ("liner.linear_forward", "There is no unit liner."),
        ("", "Name one as UNIT.EXERCISE, for example linear.linear_forward."),
    ],
)
@pytest.mark.parametrize("command", ["hint", "show"])
def test_an_unknown_exercise(chainrule, command, typed, said):
    status, out, err = chainrule(command, typed)
    assert (status, out) == (2, "")
    assert said in err


def test_an_exercise_that_two_units_have(tmp_path):
    rows = "".join(f'[[parts.units]]\nname = "{u}"\ntitle = "{u}"\npoints = {{ gate = 1 }}\n' for u in ("gru", "lstm"))
    (tmp_path / "course.toml").write_text(f'title = "A"\n[[parts]]\ntitle = "B"\n{rows}')
    course = Course.read(tmp_path)
    with pytest.raises(cli.Trouble, match=r"say which, gru\.gate, lstm\.gate"):
        names.exercise_named(course, "gate")
    unit, name = names.exercise_named(course, "lstm.gate")
    assert (unit.name, name) == ("lstm", "gate")


def test_missing_or_damaged_answers(chainrule, course):
    answers = course / "exercises/linear/answers.zip"
    answers.write_bytes(b"not a zip file")
    for command in ("progress", "show linear_forward"):
        status, _, err = chainrule(*command.split())
        assert status == 2
        assert "cannot be read" in err
    answers.unlink()
    status, _, err = chainrule("progress")
    assert status == 2
    assert "answers.zip are missing" in err


@pytest.mark.parametrize("content", [None, "x = (", "import nothing_of_this_name"])
def test_definitions_that_cannot_be_read(chainrule, course, content):
    path = course / "exercises/linear/test_linear.py"
    path.unlink()
    if content:
        path.write_text(content)
    status, _, err = chainrule("progress")
    assert status == 2
    assert "test_linear.py" in err


@pytest.mark.parametrize("command", ["progress", "hint", "watch", "reset", "show"])
def test_help_has_an_example(chainrule, command):
    status, out, _ = chainrule(command, "--help")
    assert status == 0
    assert re.search(rf"Examples?:\n    chainrule {command} ", out) or f"    chainrule {command}\n" in out


def test_commands_import_no_more_than_they_need(course):
    code = "import sys; from autograder import cli\ntry: cli.main(sys.argv[1:])\nexcept SystemExit: print(*sys.modules)"
    for command in (["progress"], ["hint", "linear_forward"], ["reset", "pictures"]):
        done = subprocess.run([sys.executable, "-c", code, *command], cwd=course, capture_output=True, text=True)
        modules = done.stdout.splitlines()[-1].split()
        assert "autograder.course" in modules
        assert not {"matplotlib", "numba", "torch", "watchfiles", "pytest"} & set(modules), command


# hint


def test_hints_come_one_at_a_time(chainrule):
    hints = COURSE.unit("linear").hints["linear_backward"]
    status, out, _ = chainrule("hint", "linear.linear_backward")
    assert status == 0
    assert "linear_backward, hint 1 of 3: the idea" in out
    assert flat(hints["idea"]) in flat(out)
    assert flat(hints["formula"]) not in flat(out)
    assert "2 more hints" in out
    assert "\n  chainrule hint linear.linear_backward\n" in out
    _, out, _ = chainrule("hint", "linear_backward")
    assert "hint 2 of 3: the formula" in out
    assert "  dw[d, m] = sum over n of x[n, d] * dout[n, m]\n" in out
    assert "One more hint" in out
    _, out, _ = chainrule("hint", "linear_backward")
    assert "hint 3 of 3: nearly the code" in out
    assert all(f"  {line}\n" in out for line in hints["code"].strip().splitlines())
    assert "That was the last hint." in out
    _, out, _ = chainrule("hint", "linear_backward")
    assert "hint 3 of 3" in out
    assert "You have seen every hint" in out
    _, out, _ = chainrule("hint", "linear_forward")
    assert "hint 1 of 3" in out, "another exercise begins at the first"


def test_hints_by_number_again_and_all(chainrule, course):
    def numbers(*options):
        status, out, err = chainrule("hint", "linear_forward", *options)
        return [int(n) for n in re.findall(r"hint (\d) of 3", out)] or (status, err)

    assert numbers("--again") == [1]
    assert numbers("--again") == [1]
    assert numbers() == [2]
    assert numbers("--again") == [1, 2]
    assert numbers("--step", "1") == [1]
    assert numbers("--again") == [1, 2]
    assert numbers("--all") == [1, 2, 3]
    assert numbers("--again") == [1, 2, 3]
    assert json.loads((course / ".chainrule/hints.json").read_text()) == {"linear.linear_forward": 3}
    assert os.listdir(course / ".chainrule") == ["hints.json"]
    status, err = numbers("--step", "4")
    assert status == 2
    assert "from 1 to 3" in err
    assert numbers("--step", "0")[0] == numbers("--all", "--again")[0] == 2


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"\xff\xfe", b'{"linear.linear_forward": "x"}', b'{"linear.linear_forward": -1}', b"[" * 9999],
)
def test_a_damaged_memory_of_hints_is_no_trouble(chainrule, course, content):
    path = course / ".chainrule" / "hints.json"
    path.parent.mkdir()
    path.write_bytes(content)
    for number in (1, 2):
        status, out, _ = chainrule("hint", "linear_forward")
        assert status == 0
        assert f"hint {number} of 3" in out


@pytest.mark.parametrize("place", [".chainrule", ".chainrule/hints.json"])
def test_a_memory_that_cannot_be_written_is_no_trouble(chainrule, course, place):
    if place == ".chainrule":
        (course / place).write_text("a file where a folder should be")
    else:
        (course / place).mkdir(parents=True)
    status, out, _ = chainrule("hint", "linear_forward")
    assert status == 0
    assert "hint 1 of 3" in out


def test_more_seen_than_there_is(chainrule, course):
    (course / ".chainrule").mkdir()
    (course / ".chainrule/hints.json").write_text('{"linear.linear_forward": 99}')
    assert "hint 3 of 3" in chainrule("hint", "linear_forward")[1]


def test_an_exercise_without_hints(chainrule):
    status, _, err = chainrule("hint", "pictures.both")
    assert status == 2
    assert "There are no hints for pictures.both" in err


# reset


def untouched(unit="linear"):
    return (ROOT / "exercises/linear/linear.py").read_bytes() if unit == "linear" else stubs_of(REFERENCE).encode()


def backups(course, unit="linear"):
    return sorted((course / "exercises" / unit).glob("*.bak.py"))


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_reset_asks_and_takes_no_for_an_answer(chainrule, course, typed):
    status, out, _ = chainrule("reset", "linear", typed=typed)
    assert status == 1
    assert "Put the stubs back into exercises/linear/linear.py? [y/N]" in out
    assert "Nothing was changed." in out
    assert (course / "exercises/linear/linear.py").read_text() == HALF
    assert backups(course) == []


def test_reset_puts_the_stubs_back_and_keeps_the_work(chainrule, course):
    status, out, _ = chainrule("reset", "linear", typed="y\n", wide=True)  # a terminal shows what is typed, a pipe not
    assert status == 0
    assert (course / "exercises/linear/linear.py").read_bytes() == untouched()
    (backup,) = backups(course)
    assert backup.read_text() == HALF
    assert f"Your work is kept: exercises/linear/{backup.name}" in out
    assert "0 of 12 points." in chainrule("progress", "linear")[1]
    status, out, _ = chainrule("reset", "linear")
    assert status == 0
    assert "holds the untouched stubs already" in out
    assert backups(course) == [backup]


def test_what_is_saved_while_the_question_stands_is_kept_as_well(chainrule, course, monkeypatch):
    def save_and_agree(question):
        write(course, SUMMED)
        return True

    monkeypatch.setattr("click.confirm", save_and_agree)
    assert chainrule("reset", "linear")[0] == 0
    assert [path.read_text() for path in backups(course)] == [SUMMED]


def test_no_backup_is_ever_overwritten(chainrule, course, monkeypatch):
    monkeypatch.setattr(time, "strftime", lambda *_: "2026-01-01-00-00-00")
    works = [f"{HALF}# {i}\n" for i in range(3)]
    for work in works:
        write(course, work)
        assert chainrule("reset", "linear", "--yes")[0] == 0
    assert sorted(path.read_text() for path in backups(course)) == works


def test_pytest_does_not_collect_a_backup(chainrule, course):
    chainrule("reset", "linear", "--yes")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "exercises/linear"],
        cwd=course,
        capture_output=True,
        text=True,
    )
    assert "linear_forward" in ran.stdout
    assert "bak" not in ran.stdout


def test_reset_brings_back_a_file_that_is_gone(chainrule, course):
    (course / "exercises/linear/linear.py").unlink()
    status, _, _ = chainrule("reset", "linear")
    assert status == 0
    assert (course / "exercises/linear/linear.py").read_bytes() == untouched()
    assert backups(course) == []


def without_stubs(course):
    """Take the stubs out of the unit's answers."""
    path = course / "exercises/linear/answers.zip"
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files.pop("stubs.py") == untouched()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_where_no_stubs_are_found_nothing_is_changed(chainrule, course):
    without_stubs(course)
    status, _, err = chainrule("reset", "linear", "--yes")
    assert status == 2
    assert "Get exercises/linear/linear.py again" in err
    assert (course / "exercises/linear/linear.py").read_text() == HALF
    assert backups(course) == []


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_the_newest_untouched_version_in_git_is_good_enough(chainrule, course):
    def commit(content):
        write(course, content)
        for command in (["add", "-A"], ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "work"]):
            subprocess.run(["git", *command], cwd=course, check=True)

    without_stubs(course)
    subprocess.run(["git", "init", "-q"], cwd=course, check=True)
    newer = untouched().decode().replace("A linear layer:", "A linear layer, better explained:")
    for content in (untouched().decode(), newer, HALF, SUMMED):
        commit(content)
    status, _, _ = chainrule("reset", "linear", "--yes")
    assert status == 0
    assert (course / "exercises/linear/linear.py").read_text() == newer


def test_what_cannot_be_written_is_said_and_nothing_is_lost(chainrule, course, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    status, _, err = chainrule("reset", "linear", "--yes")
    assert status == 2
    assert "cannot be written: No space left on device." in err
    assert (course / "exercises/linear/linear.py").read_text() == HALF
    assert not list(course.glob("exercises/linear/.*"))


def test_answers_keep_the_stubs_as_they_were_given_out(kit, tmp_path):
    """In the full repository: frozen with the answers, newer stubs make them stale, work does not."""
    root = tmp_path / "course"
    shutil.copytree(kit, root)
    shutil.copytree(kit.with_name("solutions"), root / "solutions")
    unit = Course.read(root).unit("pictures")
    given = stubs_of(REFERENCE)

    write(root, given, "pictures")
    oracle.refresh(unit)
    assert Frozen(unit.answers).stubs == given.encode()
    assert oracle.freeze(unit) == oracle.freeze(unit)

    write(root, given.replace("The largest", "The brightest"), "pictures")
    assert not oracle.is_fresh(unit)
    oracle.refresh(unit)
    newer = given.replace("The largest", "The brightest").encode()
    assert Frozen(unit.answers).stubs == newer

    write(root, REFERENCE, "pictures")
    assert oracle.is_fresh(unit), "a student's work in the full repository is no reason to freeze anew"
    oracle.refresh(unit)
    assert Frozen(unit.answers).stubs == newer

    unit.answers.unlink()
    oracle.refresh(unit)
    assert Frozen(unit.answers).stubs is None


# show


def picture(course, out):
    """The picture that the command says it made, and its path."""
    from matplotlib import image

    path = course / re.search(r"The picture: (.+\.png)", out)[1]
    return image.imread(path), path


def test_show_draws_the_first_case_that_is_wrong(chainrule, course):
    status, out, _ = chainrule("show", "linear.linear_backward")
    assert status == 0
    assert "linear_backward[rows, features and outputs differ in number]\ndb is averaged over the batch." in out
    pixels, path = picture(course, out)
    assert path == course / ".chainrule/linear.linear_backward.png"
    assert pixels.shape[1] > 800
    status, out, _ = chainrule("show", "softmax_weights_forward")
    assert "softmax_weights_forward[scores around 1000]" in out, "the cases before it are right"


def test_show_draws_the_case_that_is_asked_for(chainrule, course):
    status, out, _ = chainrule("show", "linear_backward", "--case", "one row", "--out", "here")
    assert status == 0
    assert "linear_backward[one row]\n`linear_backward` is right in this case." in out
    assert "Another case is wrong" in flat(out)
    assert picture(course, out)[1] == course / "here.png"
    assert not (course / ".chainrule").exists()
    assert "linear_backward[one output]" in chainrule("show", "linear_backward", "--case", "ONE out")[1]


def test_where_only_a_refusal_is_missing_the_others_are_drawn(chainrule, course):
    write(course, "def linear_forward(x, w, b):\n    return x @ w + b, None\n")
    status, out, _ = chainrule("show", "linear_forward")
    assert status == 0
    assert "`linear_forward` is right in this case." in out
    assert "Another case is wrong, 'an empty batch'" in flat(out)


def test_a_case_that_is_not_there(chainrule):
    status, _, err = chainrule("show", "linear_forward", "--case", "one rov")
    assert status == 2
    assert "There is no case 'one rov'." in err
    assert "Did you mean 'one row'" in err
    status, _, err = chainrule("show", "linear_forward", "--case", "one")
    assert status == 2
    assert "'one row'; 'one feature'; 'one output'" in err


def test_what_cannot_be_drawn_is_said(chainrule, course):
    write(course, REFERENCE.replace("return 1 / (1 + steps)", "raise NotImplementedError"), "pictures")
    for arguments, sentence in {
        ("linear.softmax_weights_backward",): "`softmax_weights_backward` is not started yet.",
        ("linear_forward", "--case", "an empty batch"): "it asks for a ValueError",
        ("brightest",): "`brightest` is to return no array",
        ("settle",): "`settle` is judged by what it does",
    }.items():
        status, out, _ = chainrule("show", *arguments)
        assert status == 1, arguments
        assert sentence in flat(out)
        assert "The picture" not in out
    write(course, "def linear_forward(x, w, b):\n    return x @ b\n")
    status, out, _ = chainrule("show", "linear_forward")
    assert status == 1
    assert "linear_forward` stopped with ValueError" in flat(out)
    assert "linear.py:2 in linear_forward" in out
    write(course, "def linear_forward(")
    status, out, _ = chainrule("show", "linear_forward")
    assert status == 1
    assert "cannot be read by Python" in flat(out)


@pytest.mark.parametrize(
    "wrong",
    [
        "x[:, 0] * by",
        "np.full(x.shape, np.nan)",
        "[1, 2]",
        "None",
        "(x * by).astype(int)",
        "x[..., :0]",
        "3.0",
        "x + 1j",
    ],
)
def test_show_draws_wrong_answers_of_any_kind(chainrule, course, wrong):
    write(course, REFERENCE.replace("return x * by, by", f"return {wrong}, by"), "pictures")
    status, out, _ = chainrule("show", "scale_forward")
    assert status == 0, out
    picture(course, out)


def test_a_gradient_is_drawn_beside_a_wrong_forward(chainrule, course):
    wrong = REFERENCE.replace("return x * by, by", "return x + by, by").replace("dout * cache", "dout + cache")
    write(course, wrong, "pictures")
    status, out, _ = chainrule("show", "scale_backward")
    assert status == 0
    assert "`scale_backward` waits for `scale_forward`" in flat(out)
    picture(course, out)


def test_without_matplotlib_a_sentence(chainrule, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    status, _, err = chainrule("show", "linear_forward")
    assert status == 2
    assert 'pip install "chainrule[plot]"' in err


@pytest.mark.parametrize("out", ["nowhere/x.png", "x.doc"])
def test_a_picture_that_cannot_be_written(chainrule, out):
    status, _, err = chainrule("show", "linear_forward", "--out", out)
    assert status == 2
    assert f"{out} cannot be written" in err


def test_panels_share_their_scale_and_show_only_what_is_wrong():
    from autograder.picture import Result, compared

    want = np.arange(12.0).reshape(3, 4)
    got = want + 1e-14
    got[1, 2], got[2, 0] = 20, np.nan
    wrong = ~np.isclose(got, want)
    yours, right, difference = compared(Result("dx", got, want, wrong))
    assert yours.title == "yours: dx (3, 4) float64"
    assert right.title == "right: dx (3, 4) float64"
    assert yours.scale is right.scale
    assert (yours.scale.vmin, yours.scale.vmax) == (0, 20)
    assert (difference.scale.vmin, difference.scale.vmax) == (-14, 14), "centred at 0"
    assert np.argwhere(difference.array != 0).tolist() == [[1, 2], [2, 0]]
    assert np.isnan(difference.array[2, 0])
    assert compared(Result("dx", want, want, want != want))[2].title == "dx: no difference"
    other = compared(Result("dx", want.T, want, None))
    assert other[2].array is None
    assert "The shapes differ" in other[2].text


def test_a_table_of_maps_holds_every_entry_in_its_place():
    from autograder.picture import Table

    array = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    table = Table(array)
    assert table.shape == (2 * 4 + 1, 3 * 5 + 2)
    assert np.array_equal(table.values[5:9, 12:17], array[1, 2])
    assert table.drawn.sum() == array.size
    assert np.isnan(table.values[~table.drawn]).all()
    many = Table(np.zeros((9, 12, 2, 2)))
    assert many.left_out == (24, 108)


# watch


class Watching:
    """`chainrule watch`, running, and what it has said so far."""

    def __init__(self, course, *arguments):
        self.course = course
        self.process = start(course, "watch", *arguments, PYTHONUNBUFFERED="1")
        self.said, self.read = "", 0
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()

    def listen(self):
        for line in self.process.stdout:
            self.said += line

    def until(self, text, seconds=15):
        """What was said since the last call, up to and including `text`."""
        end = time.monotonic() + seconds
        while text not in self.said[self.read :]:
            assert time.monotonic() < end, f"{text!r} was not said: {self.said[self.read :]}"
            assert self.process.poll() is None or text in self.said[self.read :], self.said
            time.sleep(0.02)
        begin, self.read = self.read, self.said.index(text, self.read) + len(text)
        return self.said[begin : self.read]

    def save(self, content):
        write(self.course, content)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(10)
        self.reader.join(5)
        return status


@pytest.fixture
def watching(course):
    begun = []

    def begin(*arguments):
        begun.append(Watching(course, *arguments))
        return begun[-1]

    yield begin
    for each in begun:
        if each.process.poll() is None:
            each.process.kill()


DONE = "Ctrl-C ends."


def test_watching_from_the_first_save_to_the_last(watching):
    session = watching("linear", "--time-limit", "0.5")
    said = session.until(DONE)
    assert "linear_backward[rows, features and outputs differ in number]\ndb is averaged over the batch." in said
    assert "All rows share b, so what they ask of it adds up." in flat(said)
    assert "dx, dw are right." in said
    assert "Your code printed:\n  dout has shape (4, 2)" in said
    assert "linear  ██░░░░░░░░░░   2 of  12  1 right, 2 wrong" in said
    assert "ight now" not in said
    assert "Watching exercises/linear" in flat(said)
    assert "\x1b" not in said

    session.save(SUMMED)
    began = time.monotonic()
    said = session.until(DONE)
    took = time.monotonic() - began
    assert said.lstrip().startswith("`linear_backward` is right now.")
    assert "softmax_weights_forward[scores around 1000]\nLarge scores overflow." in said
    assert took < 5, "about 0.4 s where nothing else runs"

    session.save(SUMMED + "\ndef half_saved(:\n")
    said = session.until(DONE)
    assert "linear.py cannot be read by Python: SyntaxError" in flat(said)
    assert "5 wrong" in said

    session.save(SUMMED)
    assert "ight now" not in session.until(DONE), "it was right before"

    session.save(SUMMED.replace("return x @ w + b", "while True: pass\n    return x @ w + b"))
    said = session.until(DONE)
    assert "`linear_forward` had not returned after 0.5 seconds." in flat(said)

    session.save("import os\nos._exit(7)\n")
    assert "without a result (exit status 7)" in flat(session.until(DONE))

    (session.course / "exercises/linear/linear.py").unlink()
    assert "There is no file linear.py." in session.until(DONE)

    session.save(HALF)
    assert "db is averaged over the batch." in session.until(DONE)
    assert session.end() == 0
    assert session.said.endswith("\nStopped watching.\n")
    assert "Traceback" not in session.said


def test_a_save_starts_over_what_is_still_checking(watching):
    session = watching("linear", "--time-limit", "60")
    session.until(DONE)
    session.save(ENDLESS)
    session.until("Still checking")
    session.save(SUMMED)
    assert "Large scores overflow." in session.until(DONE, 8)
    assert is_gone(session.course)
    assert session.end() == 0


def test_ctrl_c_ends_a_check_that_is_running(watching, course):
    write(course, ENDLESS)
    session = watching("linear", "--time-limit", "60")
    session.until("Still checking")
    assert session.end() == 0
    assert is_gone(course)


ENDLESS = "import os\nopen('pid', 'w').write(str(os.getpid()))\nwhile True: pass\n"


def is_gone(course):
    """Whether the process that imported ENDLESS has ended."""
    try:
        os.kill(int((course / "pid").read_text()), 0)
    except ProcessLookupError:
        return True
    return False


def test_all_units_are_watched_and_a_rest_of_the_course_is_not(watching, course):
    session = watching()
    assert "2 of 19 points." in session.until(DONE)
    write(course, REFERENCE, "pictures")
    assert "Right now: `scale_forward`, `scale_backward`" in flat(session.until(DONE))
    (course / "exercises/linear/README.md").write_text("a new lesson")
    (course / "exercises/linear/linear.2026-01-01-00-00-00.bak.py").write_text("a backup")
    (course / "exercises/linear/.linear.py.swp.py").write_text("an editor's own")
    time.sleep(0.8)
    assert session.said[session.read :].strip() == ""
    assert session.end() == 0


def test_a_check_that_cannot_be_interrupted_is_ended(course, monkeypatch):
    write(course, "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass\n")
    found = Course.read(course)
    monkeypatch.setattr(watch, "LONGEST", 1.5)
    check = watch.Check(found, [found.unit("linear")], 0.1)
    while not check.is_over():
        time.sleep(0.05)
    assert check.result().startswith("The check was ended after 1.5 seconds")


def test_trouble_while_watching_is_said_and_mended(watching, course):
    definitions = course / "exercises/linear/test_linear.py"
    whole = definitions.read_text()
    session = watching("linear")
    session.until(DONE)
    definitions.write_text("x = (")
    assert "test_linear.py, which says what is asked, cannot be read." in flat(session.until(DONE))
    definitions.write_text(whole)
    assert "db is averaged" in session.until(DONE)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals like that here")
def test_on_a_terminal_the_screen_is_cleared_for_each_check(course):
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "watch", "linear"],
        cwd=course,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        said = b""
        while DONE.encode() not in said:
            assert select.select([ours], [], [], 15)[0], said
            said += os.read(ours, 4096)
        assert b"\x1b[2J" in said
        assert said.index(b"\x1b[2J") < said.index(b"db is averaged")
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        os.close(ours)
