"""`check` in a notebook says what the engine says everywhere, shows it well, and needs only what travels along."""

import html
import json
import os
import re
import subprocess
import sys
import zipfile
from textwrap import dedent

import numpy as np
import pytest
from support import COURSE

from autograder import sentences as say
from autograder.grading import Grader
from autograder.implementation import Functions
from autograder.notebooks import checking, course
from autograder.notebooks.checking import CannotCheck, check, result
from autograder.oracle import Frozen, freeze, refresh
from autograder.outcome import FAILED, NOT_STARTED, PASSED
from autograder.showing import CELL, Shown, maps

RIGHT = """\
import numpy as np

def affine_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
"""


@pytest.fixture(scope="module")
def folder(toy, tmp_path_factory):
    """What a student has: a notebook's folder, and no course anywhere above it."""
    toy.unit.answers.write_bytes(freeze(toy.unit))
    folder = tmp_path_factory.mktemp("student")
    (folder / "answers.zip").write_bytes(course.answers(toy.unit))
    (folder / "test_toy.py").write_bytes(toy.unit.definitions.read_bytes())
    return folder


@pytest.fixture
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return folder


def namespace(*sources):
    found = {"__name__": "__main__"}
    for source in (RIGHT, *sources):
        exec(dedent(source), found)
    return found


def test_a_right_answer_is_right(here):
    shown = result("toy.affine_backward", namespace())
    assert shown.right
    assert repr(shown) == "✓ affine_backward is right in all 5 cases."


def test_check_says_what_the_engine_says(here, toy):
    """A known mistake is named, as by every other face."""
    wrong = namespace(
        """
        def affine_backward(dout, cache):
            x, w = cache
            return dout @ w.T, x.T @ dout, dout.mean(axis=0)
        """
    )
    shown = result("toy.affine_backward", wrong)
    same = Grader(toy.unit, Functions(wrong), Frozen(toy.unit.answers)).grade(toy.unit.exercises["affine_backward"])
    assert shown.outcome == same
    assert shown.outcome.points == 3
    text = repr(shown)
    assert text.startswith(
        "✗ affine_backward: wrong. 0 of 3 points.\n\naffine_backward[rows, features and outputs differ]"
    )
    assert "db is averaged over the batch" in text
    assert "Whatever divides by the batch size is in dout already." in text


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        (
            "def half_square(a, b):\n    'Doc.'\n    raise NotImplementedError",
            NOT_STARTED,
            "half_square: not started. 0 of 2",
        ),
        ("", FAILED, "This notebook has no function called `half_square`"),
        ("def half_square(a, b, c): return 1", FAILED, "half_square"),
        ("def half_square(a, b): return 1 / 0", FAILED, "line 1 of half_square: def half_square(a, b): return 1 / 0"),
    ],
)
def test_what_stops_before_an_answer_is_said(here, source, status, said):
    import linecache

    names = namespace()
    linecache.cache["<cell>"] = len(source), None, [source], "<cell>"
    exec(compile(source, "<cell>", "exec"), names)
    shown = result("toy.half_square", names)
    assert shown.outcome.status == status
    assert said in repr(shown)
    assert "toy.py" not in repr(shown) + shown._repr_html_()


def test_a_stub_is_told_in_one_line(here):
    shown = result("toy.half_square", namespace("def half_square(a, b):\n    raise NotImplementedError"))
    assert repr(shown) == "○ half_square: not started. 0 of 2 points."


def test_nothing_that_a_student_wrote_gets_into_the_page(here):
    shown = result(
        "toy.half_square",
        namespace(
            """
            def half_square(prediction, target):
                print("<script>alert(1)</script> $x$")
                raise RuntimeError("<img src=x onerror=alert(2)> $$y$$ `<b>`")
            """
        ),
    )
    page = shown._repr_html_()
    tags = set(re.findall(r"<\s*/?\s*([a-z]+)", page))
    assert tags <= {"div", "span", "code", "ul", "li", "br", "pre", "details", "summary"}
    assert "onerror=alert(2)&gt;" in page
    assert "$$" not in page


def test_the_page_has_no_colour_of_its_own_for_text_or_background(here):
    wrong = namespace("def affine_forward(x, w, b):\n    return x @ w, (x, w)")
    page = result("toy.affine_forward", wrong)._repr_html_()
    assert not re.search(r"background|(?<![-\w])color:(?!var\()", page)
    assert "http" not in page


def test_a_picture_shows_where_an_array_is_wrong(here):
    wrong = namespace(
        """
        def affine_forward(x, w, b):
            if len(x) == 0:
                raise ValueError("the batch is empty")
            out = x @ w + b
            out[0] += 1
            return out, (x, w)
        """
    )
    shown = result("toy.affine_forward", wrong)
    (where,) = shown.maps
    assert where.name == "out"
    assert where.wrong.tolist() == [[True] * 2] + [[False] * 2] * 3
    page = shown._repr_html_()
    assert page.count("<rect") == 8
    assert page.count("<path") == 2
    assert f'width="{2 * CELL}" height="{4 * CELL}"' in page
    assert "out is wrong in 2 of 8 entries:" in page


def test_there_is_no_picture_where_it_would_show_nothing():
    some = np.zeros((2, 3, 4), bool)
    assert list(maps("dx", some)) == []
    assert list(maps("dx", ~some)) == []
    assert list(maps("loss", np.array(True))) == []
    some[1, 2, 3] = True
    assert [found.name for found in maps("dx", some)] == ["dx[1]"]
    assert list(maps("dx", np.pad(some, ((0, 0), (0, 0), (0, 99))))) == []


def test_a_function_that_answers_otherwise_the_second_time_has_no_picture(here):
    names = namespace(
        """
        calls = []
        def affine_forward(x, w, b):
            calls.append(1)
            if len(calls) > 30:
                raise SystemExit
            return x @ w, (x, w)
        """
    )
    assert not result("toy.affine_forward", names).right


@pytest.mark.parametrize("exercise", ["toy.affine", "affine_forward", "conv.conv2d_forward"])
def test_what_cannot_be_checked_says_why(here, exercise):
    with pytest.raises(CannotCheck, match=r"no exercise affine|Name the unit|answers of conv are not here"):
        result(exercise, namespace())


def test_answers_that_are_no_notebooks_are_refused(tmp_path, monkeypatch, toy):
    (tmp_path / "answers.zip").write_bytes(freeze(toy.unit))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotCheck, match="does not belong to a notebook"):
        result("toy.affine_forward", namespace())


def test_in_a_course_its_own_answers_are_taken(toy, folder, monkeypatch):
    monkeypatch.chdir(toy.unit.root)
    assert result("toy.affine_forward", namespace()).right


def test_outside_of_ipython_it_prints_and_goes_on(here, capsys):
    check("toy.affine_forward")  # of this very module, which has no such function
    assert "This notebook has no function called `affine_forward`" in capsys.readouterr().out


# Hints


@pytest.fixture
def real(tmp_path, monkeypatch):
    """What a student has of a unit that has hints."""
    unit = COURSE.unit("guess_number")
    refresh(unit)
    (tmp_path / "answers.zip").write_bytes(course.answers(unit))
    (tmp_path / unit.definitions.name).write_bytes(unit.definitions.read_bytes())
    monkeypatch.chdir(tmp_path)
    return unit


def test_hints_lie_below_what_is_not_right_each_in_the_one_before(real):
    hints = real.hints["gradient_step"]
    for wrong in ("raise NotImplementedError", "return k"):
        page = result("guess_number.gradient_step", {"gradient_step": defined(wrong)})._repr_html_()
        opened = re.findall(r"<details[^>]*><summary>(gradient_step, hint \d of 3: [^<]*)</summary>", page)
        assert opened == [f"gradient_step, hint {n} of 3: {say.HINTS[kind]()}" for n, kind in enumerate(hints, 1)]
        assert page.endswith("</details></details></details></div>")
        text = " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())
        for hint in hints.values():
            assert " ".join(hint.replace("`", " ").replace(";", "").split()) in text.replace(";", "")


def test_what_is_right_needs_no_hints_and_is_told_the_idea_of_the_reference(real):
    page = result("guess_number.gradient_step", {"gradient_step": defined("return k + lr * loss * x")})._repr_html_()
    assert "is right in all" in page
    assert "<details" not in page
    assert real.afterwords["gradient_step"].split(".")[0][:20] in page


def defined(body):
    names = {}
    exec(f"def gradient_step(k, x, loss, lr):\n    {body}", names)
    return names["gradient_step"]


# Unseen cases


@pytest.fixture
def staff(folder, toy, tmp_path, monkeypatch):
    """An nbgrader course that knows where the solutions are."""
    (tmp_path / ".chainrule.json").write_text(json.dumps({"course": str(toy.unit.root), "seed": 7}))
    (tmp_path / "source" / "toy").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "source" / "toy")


def test_unseen_cases_find_an_answer_learnt_by_heart(staff):
    names = namespace(
        """
        right = affine_forward
        def affine_forward(x, w, b):
            out, cache = right(x, w, b)
            return (out, cache) if out.shape in ((4, 2), (1, 3), (3, 3), (2, 2)) else (out + 1, cache)
        """
    )
    assert result("toy.affine_forward", namespace(), unseen=True).right
    shown = result("toy.affine_forward", names, unseen=True)
    assert shown.outcome.status == FAILED
    assert re.fullmatch(
        r"✗ affine_forward is right in the cases that you see, and wrong in \d of 11 unseen ones\.", repr(shown)
    )
    assert "unseen 1" not in shown._repr_html_() + repr(shown)


def test_students_cannot_ask_for_unseen_cases(here):
    with pytest.raises(CannotCheck, match="need the course's solutions"):
        result("toy.affine_forward", namespace(), unseen=True)


# In other processes

STUDENT = """
import sys
sys.modules["numba"] = None  # not there
from autograder.notebooks.checking import check
slow = {"IPython", "nbformat", "nbgrader", "matplotlib", "numpy.random"} & sys.modules.keys()
assert slow <= {"numpy.random"}, slow
"""


def run(folder, source, **environment):
    return subprocess.run(
        [sys.executable, "-c", source],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
    )


def test_a_student_needs_the_package_and_the_folder(folder):
    done = run(folder, f"{STUDENT}\n{RIGHT}\ncheck('toy.affine_forward')\ncheck('toy.half_square')\nprint('end')")
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "✓ affine_forward is right in all 6 cases."
    assert done.stdout.splitlines()[-1] == "end"


def test_under_ipython_a_cell_that_is_not_right_fails_without_a_traceback(folder):
    pytest.importorskip("IPython")
    cells = [
        RIGHT,
        "from autograder.notebooks.checking import check",
        'check("toy.affine_forward")',
        'check("toy.half_square")',
    ]
    done = run(
        folder,
        dedent(
            f"""
            from IPython.core.interactiveshell import InteractiveShell
            from IPython.utils.capture import capture_output
            shell = InteractiveShell.instance(history_length=0, history_load_length=0)
            for cell in {cells!r}:
                with capture_output() as seen:
                    out = shell.run_cell(cell, store_history=False)
                shown = [sorted(o.data) for o in seen.outputs]
                print(out.success, type(out.error_in_exec).__name__, shown, seen.stdout)
            """
        ),
        IPYTHONDIR=str(folder / ".ipython"),
    )
    assert done.stderr == ""
    shown = "['text/html', 'text/plain']"
    right, wrong = done.stdout.split("True NoneType []")[2].strip().split("False ")
    assert right.strip() == f"True NoneType [{shown}]"
    assert wrong.startswith(f"NotRight [{shown}]")
    assert "Traceback" not in wrong
    assert wrong.strip().endswith("half_square: wrong. 0 of 2 points.")


def test_changed_answers_are_read_again(folder, tmp_path, monkeypatch):
    """A kernel that is still running when an assignment is fetched again."""
    for name in ("answers.zip", "test_toy.py"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    assert result("toy.affine_forward", namespace()).outcome.points == 2
    with zipfile.ZipFile(tmp_path / "answers.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(parts[checking.ABOUT])
    parts[checking.ABOUT] = json.dumps({**about, "points": {**about["points"], "affine_forward": 5}}).encode()
    with zipfile.ZipFile(tmp_path / "answers.zip", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    os.utime(tmp_path / "answers.zip", (10**9, 10**9))
    assert result("toy.affine_forward", namespace()).outcome.points == 5


def test_statuses_have_a_sign_and_a_word(here):
    shown = result("toy.affine_forward", namespace())
    assert shown.outcome.status == PASSED
    assert Shown(shown.outcome).headline in shown._repr_html_()
