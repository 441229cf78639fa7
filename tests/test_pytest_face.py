"""`pytest exercises/` as students, their editors and their instructors run it: real runs in a copy of the course."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from support import COURSE, ROOT, sampled

from autograder.checking import build_answers, stale

RIGHT = """
def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("an empty batch")
    print("looking at", x.shape)
    return x @ w + b, (x, w)
"""
AVERAGED = """
def linear_backward(dout, cache):
    x, w = cache
    print("dout is", dout.shape)
    return dout @ w.T, x.T @ dout, dout.mean(axis=0)
"""
PYTESTS_OWN = ("rootdir:", "plugins:", "[gw")  # lines that are as long as pytest makes them
DEEP = """
def softmax_weights_forward(v):
    return middle(v), v

def middle(v):
    return bottom(v)

def bottom(v):
    return v["weights"]
"""


@pytest.fixture(scope="module")
def answers():
    """Frozen answers that are up to date, as the first run of pytest in the repository would leave them."""
    assert build_answers(stale(COURSE.units)) == ""


@pytest.fixture
def course(tmp_path, answers):
    """The course without its solutions, as in a kit."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.toml", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def write(course, *functions, unit="linear"):
    path = course / "exercises" / unit / f"{unit}.py"
    path.write_text(path.read_text() + "".join(functions))


def run(course, *arguments, env=None):
    """Run pytest in the course in a process of its own, 80 columns wide."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80", "PYTEST_ADDOPTS": "", **(env or {})},
        timeout=120,
    )


def test_an_untouched_course_is_calm_and_says_where_to_begin(course):
    done = run(course, "exercises/")
    assert done.returncode == 1
    assert "Nothing is started yet, and that is fine. Begin here:" in done.stdout
    first = COURSE.units[0]
    assert f"read   exercises/{first.name}/README.md" in done.stdout
    assert f"run    pytest exercises/{first.name} -k {next(iter(first.points))}" in done.stdout
    assert "FAIL" not in done.stdout
    assert "Error" not in done.stdout
    assert len(done.stdout.splitlines()) < 60
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if not line.startswith(PYTESTS_OWN))
    names = [u.name for u in COURSE.units]
    assert re.findall(r"^  (\w+) +░+ +0 of", done.stdout, re.MULTILINE) == names


def test_the_first_failure_of_an_exercise_is_told_in_full_and_the_others_in_a_sentence(course):
    write(course, RIGHT, AVERAGED)
    done = run(course, "exercises/linear")
    assert done.returncode == 1
    assert done.stdout.count("All rows share b, so what they ask of it adds up.") == 1
    assert done.stdout.count("db is averaged over the batch.") > 1
    assert "dx, dw are right." in done.stdout
    assert "stuck? chainrule hint linear.linear_backward" in done.stdout
    assert re.search(r"linear +█+░+ +2 of +12 +1 right, 1 wrong, 3 not started", done.stdout)
    assert "open   exercises/linear/linear.py" in done.stdout
    assert "and fix `linear_backward`" in done.stdout


def test_what_is_printed_shows_with_the_first_failure_alone(course):
    write(course, RIGHT, AVERAGED)
    done = run(course, "exercises/linear", "-k", "linear_backward")
    assert done.stdout.count("Captured stdout call") == 1
    assert "dout is (" in done.stdout
    right = run(course, "exercises/linear", "-k", "linear_forward")
    assert right.returncode == 0
    assert "looking at" not in right.stdout
    open_ = run(course, "exercises/linear", "-k", "linear_forward", "-s")
    assert "looking at" in open_.stdout


def test_an_exception_shows_the_students_own_lines_and_no_others(course):
    write(course, DEEP)
    done = run(course, "exercises/linear", "-k", "softmax_weights_forward")
    assert "`softmax_weights_forward` stopped with IndexError" in done.stdout
    assert re.search(r"exercises/linear/linear.py:\d+ in bottom\n +return v\[\"weights\"\]", done.stdout)
    assert "autograder" not in done.stdout.replace("chainrule-", "")


def test_a_file_that_python_cannot_read_is_told_once_with_its_line(course):
    write(course, "\ndef broken(:\n    pass\n")
    done = run(course, "exercises/linear")
    assert done.returncode == 1
    assert "linear.py cannot be read by Python: SyntaxError on line" in done.stdout
    assert done.stdout.count("def broken(:") <= len(COURSE.unit("linear").points)


def test_node_ids_are_readable_and_select(course):
    listed = run(course, "exercises/conv", "--collect-only", "-q")
    ids = [line for line in listed.stdout.splitlines() if "::" in line]
    assert "exercises/conv/test_conv.py::conv2d_backward[padding 1 keeps the size]" in ids
    one = run(course, "exercises/conv/test_conv.py::conv2d_backward[padding 1 keeps the size]", "-v")
    assert "1 not started" in one.stdout
    whole = run(course, "exercises/conv/test_conv.py::conv2d_backward", "--collect-only", "-q")
    assert {line.split("[")[0] for line in whole.stdout.splitlines() if "::" in line} == {
        "exercises/conv/test_conv.py::conv2d_backward"
    }


def test_selected_cases_alone_earn_nothing(course):
    write(course, RIGHT)
    done = run(course, "exercises/linear", "-k", "linear_forward and one")
    assert done.returncode == 0
    assert "0 of 2" in done.stdout
    assert "1 exercises were checked on some of their cases only" in done.stdout


def test_last_failed_and_stop_at_first(course):
    write(course, RIGHT, AVERAGED)
    run(course, "exercises/linear")
    again = run(course, "exercises/linear", "--lf", "-v")
    assert "linear_backward[" in again.stdout
    assert "linear_forward[" not in again.stdout
    first = run(course, "exercises/linear", "-x")
    assert "1 failed" in first.stdout


def test_workers_of_xdist_agree_with_a_single_process(course):
    pytest.importorskip("xdist")
    write(course, RIGHT, AVERAGED)
    alone, spread = run(course, "exercises/linear"), run(course, "exercises/linear", "-n", "2")
    assert spread.returncode == alone.returncode == 1

    def table(text):
        return re.search(r"linear +[█░]+.*", text).group()

    assert table(spread.stdout) == table(alone.stdout)
    assert "All rows share b" in spread.stdout


def test_junit_xml_tells_failed_from_not_started(course):
    write(course, RIGHT, AVERAGED)
    run(course, "exercises/linear", "--junitxml=report.xml")
    cases = ET.parse(course / "report.xml").getroot().findall(".//testcase")
    kinds = {case.get("name").split("[")[0]: {child.tag for child in case} for case in cases}
    assert kinds["linear_forward"] == set()
    assert "failure" in kinds["linear_backward"]
    assert kinds["fit_school_weights"] == {"skipped"}
    message = next(case.find("failure").get("message") for case in cases if case.find("failure") is not None)
    assert message == "db is averaged over the batch."


def test_quiet_runs_say_the_points_and_what_is_next(course):
    write(course, RIGHT)
    done = run(course, "exercises/linear", "-q")
    assert "2 of 12 points." in done.stdout
    assert "░" not in done.stdout
    assert "Go on here:" in done.stdout


def test_colours_follow_no_color(course):
    write(course, RIGHT, AVERAGED)
    coloured = run(course, "exercises/linear", "--color=yes")
    plain = run(course, "exercises/linear", env={"NO_COLOR": "1", "FORCE_COLOR": "", "PY_COLORS": ""})
    assert "\x1b[31m" in coloured.stdout
    assert "\x1b[" not in plain.stdout


def test_an_endless_loop_is_stopped_and_named(course):
    write(course, "\ndef linear_forward(x, w, b):\n    while True:\n        pass\n")
    done = run(course, "exercises/linear", "-k", "linear_forward and one", "--time-limit", "0.2")
    assert "`linear_forward` had not returned after 0.2 seconds." in done.stdout
    assert re.search(r"linear.py:\d+ in linear_forward", done.stdout)


def test_students_runs_import_neither_numba_nor_torch(course):
    write(course, RIGHT, AVERAGED)
    (course / "conftest.py").write_text(
        "import json, sys\n"
        "def pytest_unconfigure(config):\n"
        "    json.dump(sorted(sys.modules), open('modules.json', 'w'))\n"
    )
    assert run(course, "exercises/").returncode == 1
    modules = set(json.loads((course / "modules.json").read_text()))
    assert "autograder.grading" in modules
    assert not modules & {"numba", "llvmlite", "torch", "matplotlib", "scipy", "rich"}


def test_damaged_answers_are_nobodys_fault_but_the_courses(course):
    write(course, RIGHT)
    (course / "exercises" / "linear" / "answers.zip").write_bytes(b"not a zip file")
    done = run(course, "exercises/linear", "-rA")
    assert done.returncode == 1
    assert "grader error" in done.stdout
    assert "costs you nothing" in done.stdout


def test_solutions_pass_the_same_checks():
    done = run(ROOT, "exercises/linear", "--solutions")
    assert done.returncode == 0, done.stdout
    assert "Everything here is right." in done.stdout


def test_answers_are_rebuilt_when_a_mistake_changes(tmp_path):
    shutil.copytree(ROOT / "exercises" / "linear", tmp_path / "exercises" / "linear")
    shutil.copytree(ROOT / "solutions" / "linear", tmp_path / "solutions" / "linear")
    manifest = (ROOT / "course.toml").read_text()
    (tmp_path / "course.toml").write_text(manifest[: manifest.index('[[parts.units]]\nname = "losses"')])
    write(tmp_path, RIGHT, AVERAGED)
    mistakes = tmp_path / "solutions" / "linear" / "mistakes.py"
    mistakes.write_text(mistakes.read_text().replace("db is averaged over the batch", "db is a mean, not a sum"))
    first = run(tmp_path, "exercises/linear")
    assert "Preparing answers (only after a change): linear\n" in first.stdout
    assert "db is a mean, not a sum." in first.stdout
    assert "Preparing" not in run(tmp_path, "exercises/linear").stdout


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_traceback_of_one_line_is_a_line_with_its_place(course, workers):
    if workers:
        pytest.importorskip("xdist")
    write(course, RIGHT, AVERAGED, DEEP)
    done = run(course, "exercises/linear", "--tb=line", "-k", "linear_backward or softmax_weights_forward", *workers)
    assert done.returncode == 1
    assert " object at 0x" not in done.stdout
    source = (course / "exercises" / "linear" / "linear.py").read_text().splitlines()
    failures = re.findall(r"^(exercises/linear/linear\.py):(\d+): (\w+)\[(.+)\]: (.+)$", done.stdout, re.MULTILINE)
    assert len(failures) == int(re.search(r"(\d+) failed", done.stdout)[1]) > 6
    begins = next(n for n, line in enumerate(source, 1) if line.startswith("def linear_backward"))
    stops = next(n for n, line in enumerate(source, 1) if 'v["weights"]' in line)
    for _, line, function, _, sentence in failures:
        if function == "linear_backward":
            assert (int(line), sentence) == (begins, "db is averaged over the batch.")
        else:
            assert int(line) == stops
            assert sentence.startswith("`softmax_weights_forward` stopped with IndexError: ")
    for sentence in ("All rows share b", "stuck? chainrule hint linear.softmax"):  # but the summary's own hint stays
        assert sentence not in done.stdout
    assert "Go on here:" in done.stdout


STYLES = [(style, workers) for workers in ((), ("-n", "1")) for style in ("long", "short", "native", "no")]


@pytest.mark.parametrize(("style", "workers"), sampled(STYLES))
def test_other_styles_of_tracebacks_explain_alike(course, style, workers):
    if workers:
        pytest.importorskip("xdist")
    write(course, RIGHT, AVERAGED)
    done = run(course, "exercises/linear", f"--tb={style}", "-k", "linear_backward", *workers)
    assert done.returncode == 1
    assert done.stdout.count("All rows share b, so what they ask of it adds up.") == (style != "no")
    assert " object at 0x" not in done.stdout
    assert "/python.py" not in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if not line.startswith(PYTESTS_OWN))


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_short_summary_has_the_sentence(course, workers):
    if workers:
        pytest.importorskip("xdist")
    write(course, RIGHT, AVERAGED)
    env = {"COLUMNS": "200"}
    done = run(course, "exercises/linear", "-rf", "--tb=no", *workers, env=env)
    failed = re.findall(r"^FAILED exercises/linear/test_linear.py::linear_backward\[.+?\] - (.+)$", done.stdout, re.M)
    assert len(failed) == int(re.search(r"(\d+) failed", done.stdout)[1])
    assert set(failed) == {"db is averaged over the batch."}
    assert "PASSED" not in done.stdout
    all_of_it = run(course, "exercises/linear", "-rA", "--tb=line", *workers, env=env).stdout
    assert all_of_it.count("FAILED exercises/linear") == len(failed)
    assert all_of_it.count("PASSED exercises/linear/test_linear.py::linear_forward[") == 7
    assert " object at 0x" not in all_of_it


def test_other_projects_see_nothing_of_it(tmp_path):
    (tmp_path / "test_conv.py").write_text("def test_one():\n    assert True\n")
    done = run(tmp_path)
    assert done.returncode == 0
    assert "points" not in done.stdout
