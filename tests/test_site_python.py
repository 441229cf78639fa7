"""Python in the page: the same outcomes as in a terminal, and a page that lives on whatever the learner's code does.

In real Chromium, on what `make site` puts into build/site/python, served by a server of the test's own.
"""

import ast
import io
import json
import math
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from browser import page_at
from support import COURSE, NIGHTLY, ROOT

from autograder.exercise import FLOAT32_CASE

sys.path.insert(0, str(ROOT / "course_site"))

from serving import served

EVERY = 1 if NIGHTLY else 4  # so manieth mistake is graded in the page and here
GRADING = Path(__file__).with_name("graded_mistakes.py")

# The worker's own Run takes what is graded from the server, and tells the page what came of it.
GRADE = """
import io, json, sys, zipfile, js
from pathlib import Path

request = js.XMLHttpRequest.new()
request.open("GET", "/solutions.zip", False)
request.responseType = "arraybuffer"
request.send()
zipfile.ZipFile(io.BytesIO(request.response.to_bytes())).extractall("/course")
sys.path.insert(0, "/course/tests")
from graded_mistakes import graded, without_numba

without_numba()
js.BroadcastChannel.new("graded").postMessage(json.dumps(graded("/course", "UNIT", EVERY)))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A site of nothing but Python, a blank page and, for this test alone, the solutions."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, ROOT / "course_site/python/contents.py", folder / "python"], check=True)
    (folder / "index.html").write_text("<!doctype html><html lang=en><title>Python in the page</title>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(GRADING, "tests/graded_mistakes.py")
        for unit in COURSE.units:
            for path in (unit.reference_file, unit.solutions / "mistakes.py"):
                archive.write(path, path.relative_to(ROOT).as_posix())
    (folder / "solutions.zip").write_bytes(buffer.getvalue())
    return folder


@pytest.fixture(scope="module")
def site(folder):
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser, site):
    """A page with a `python` of its own. It is the same one for all tests: a page must live on."""
    with page_at(browser, site) as opened:
        opened.page.set_default_timeout(0)
        opened.page.evaluate(
            "async () => { const { Python } = await import('/python/python.js'); window.python = new Python(); }"
        )
        yield opened.page


def cells_of(unit: str, **functions: str) -> list[dict]:
    """The cells of a unit's stubs, some functions replaced by others."""
    text = COURSE.unit(unit).stubs.read_text(encoding="utf-8")
    stubs = {node.name: ast.get_source_segment(text, node) for node in ast.parse(text).body if hasattr(node, "name")}
    cells = {"preamble": "import numpy as np", **stubs, **functions}
    return [{"name": name, "source": source} for name, source in cells.items()]


def expected(unit: str) -> dict:
    """The outcomes of a unit's references and mistakes in a Python like the one that runs this test."""
    command = [sys.executable, GRADING, ROOT, unit, str(EVERY)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)


def in_the_page(page, unit: str) -> dict:
    """The same outcomes in the page."""
    scratch = GRADE.replace("UNIT", unit).replace("EVERY", str(EVERY))
    return json.loads(
        page.evaluate(
            """async ([unit, scratch]) => {
                const channel = new BroadcastChannel("graded");
                const graded = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)));
                const { error } = await python.run(unit, [], scratch, { seconds: 600 });
                if (error) throw new Error(JSON.stringify(error));
                return graded;
            }""",
            [unit, scratch],
        )
    )


# What a learner's code does, and what the page then gets


def check(page, unit, exercise, seconds=60, **functions):
    """What the page is told of an exercise, and how each case came out, in their order."""
    return page.evaluate(
        """async ([unit, cells, exercise, seconds]) => {
            const cases = [];
            const found = await python.check(unit, cells, exercise, { seconds, oncase: (told) => cases.push(told) });
            return { ...found, cases };
        }""",
        [unit, cells_of(unit, **functions), exercise, seconds],
    )


def run(page, unit, scratch, seconds=60, **functions):
    """What came of a scratch cell, and the pieces in which its output came; or how its promise was rejected."""
    return page.evaluate(
        """async ([unit, cells, scratch, seconds]) => {
            const pieces = [];
            const rejected = ({ name, message, seconds }) => ({ name, message, seconds });
            const options = { seconds, onoutput: (text) => pieces.push(text) };
            const found = await python.run(unit, cells, scratch, options).catch(rejected);
            return { ...found, pieces };
        }""",
        [unit, cells_of(unit, **functions), scratch, seconds],
    )


RIGHT = """\
def output_size(size, kernel, stride, padding):
    if kernel < 1 or stride < 1 or padding < 0 or kernel > size + 2 * padding:
        raise ValueError("no window fits")
    return (size + 2 * padding - kernel) // stride + 1
"""
WITHOUT_ONE = RIGHT.replace(" + 1\n", "\n")
# Whole numbers have 32 bits in a page's NumPy, and 64 on most machines.
IN_NUMPY = "import numpy as np\n" + RIGHT.replace("return (size", "return np.array([size").replace(
    "kernel) //", "kernel]).sum() //"
)


def test_a_right_answer_is_right_case_by_case(page):
    for source in (RIGHT, IN_NUMPY):
        found = check(page, "conv", "output_size", output_size=source)
        outcome = found["outcome"]
        assert (outcome["status"], outcome["earned"]) == ("passed", 1)
        assert [told["case"] for told in found["cases"]] == [case["case"] for case in outcome["cases"]]
        assert {told["status"] for told in found["cases"]} == {"passed"}
        assert "output_size is right in all" in found["text"]


def test_a_known_mistake_is_named_and_explained(page):
    found = check(page, "conv", "output_size", output_size=WITHOUT_ONE)
    failed = [case for case in found["outcome"]["cases"] if case["status"] == "failed"]
    assert failed
    assert {id for case in failed for id in case["mistakes"]} == {"counts_steps"}
    assert {told["case"] for told in found["cases"] if told["status"] == "failed"} == {case["case"] for case in failed}
    for shown in (found["html"], found["text"]):
        assert "With no room to move there is still one place for the window." in shown


def test_an_error_is_shown_with_the_line_of_the_learners_own_cell(page):
    source = 'def output_size(size, kernel, stride, padding):\n    """How many."""\n    return siez\n'
    found = check(page, "conv", "output_size", output_size=source)
    case = found["outcome"]["cases"][0]
    assert case["sentence"].startswith("`output_size` stopped with NameError: name 'siez' is not defined")
    assert [(p["file"], p["line"], p["source"]) for p in case["places"]] == [("output_size", 3, "return siez")]


def test_a_cell_that_cannot_be_read_costs_only_what_it_defines(page):
    broken = "def conv2d_forward(x, w, b, stride, padding:\n    return x\n"
    assert check(page, "conv", "output_size", output_size=RIGHT, conv2d_forward=broken)["outcome"]["status"] == "passed"
    found = check(page, "conv", "conv2d_forward", output_size=RIGHT, conv2d_forward=broken)
    assert found["outcome"]["status"] == "failed"
    assert "Your code cannot be read by Python: SyntaxError on line 1" in found["text"]


def test_another_cell_that_fails_is_named_where_the_exercise_is_not_right(page):
    found = check(page, "conv", "output_size", output_size=WITHOUT_ONE, conv2d_forward="x = 1\nx.y\n")
    for shown in (found["html"], found["text"]):
        assert "conv2d_forward" in shown
        assert "stops while it is imported: AttributeError: " in shown
    assert "stops" not in check(page, "conv", "output_size", output_size=RIGHT, conv2d_forward="x.y")["text"]


def test_a_stub_is_not_started(page):
    assert check(page, "conv", "output_size")["outcome"]["status"] == "not started"


def test_a_scratch_cell_prints_draws_and_shows_its_last_value(page):
    found = run(page, "conv", 'print("size", output_size(5, 3, 1, 0))\nplot([1, 4, 9])\n2 + 3', output_size=RIGHT)
    assert found["printed"] == "size 3\n5\n" == "".join(found["pieces"])
    assert found["error"] is None
    (picture,) = found["pictures"]
    assert picture.startswith("<svg")


def test_an_error_in_a_scratch_cell_has_the_learners_lines_and_no_others(page):
    source = "def output_size(size, kernel, stride, padding):\n    return size / 0\n"
    error = run(page, "conv", "a = 1\noutput_size(a, 1, 1, 1)", output_size=source)["error"]
    assert (error["kind"], error["message"]) == ("ZeroDivisionError", "division by zero")
    assert [(line["cell"], line["line"]) for line in error["lines"]] == [("scratch", 2), ("output_size", 2)]


def test_a_flood_of_output_is_cut(page):
    found = run(page, "conv", "for i in range(20000): print(i)")
    assert len(found["printed"]) < 21_000
    assert "more characters" in found["printed"]


ENDLESS = {
    "a loop": "while True: pass",
    "a loop that catches everything": "while True:\n    try:\n        pass\n    except BaseException:\n        pass",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_a_loop_without_an_end_is_stopped_by_the_limit_and_the_page_lives_on(page, what):
    found = run(page, "conv", ENDLESS[what], seconds=1)
    assert (found["name"], found["seconds"]) == ("Stopped", 1)
    assert run(page, "conv", "1 + 1")["printed"] == "2\n"


def test_stop_rejects_all_that_wait(page):
    rejected = page.evaluate(
        """async (cells) => {
            await python.load("conv");
            const asked = [python.run("conv", cells, "while True: pass"), python.run("conv", cells, "1")];
            const states = [];
            const unsubscribe = python.onstate((state) => states.push(state));
            setTimeout(() => python.stop(), 300);
            const names = (await Promise.allSettled(asked)).map(({ reason }) => [reason.name, reason.seconds]);
            unsubscribe();
            return { names, states };
        }""",
        cells_of("conv"),
    )
    assert rejected["names"] == [["Stopped", None], ["Stopped", None]]
    assert rejected["states"][:2] == ["busy", "idle"] or "loading" in rejected["states"]
    assert run(page, "conv", "1 + 1")["printed"] == "2\n"


@pytest.mark.parametrize("scratch", ["import os; os._exit(3)", "import os; os.abort()"])
def test_a_python_that_ended_itself_is_started_anew(page, scratch):
    assert run(page, "conv", scratch)["name"] == "Failed"
    assert run(page, "conv", "1 + 1")["printed"] == "2\n"


@pytest.mark.parametrize(
    ("scratch", "kind"),
    [("def f(): return f()\nf()", "RecursionError"), ("[0] * 2**30", "MemoryError"), ("exit()", "SystemExit")],
)
def test_other_ends_are_errors_like_any_other(page, scratch, kind):
    assert run(page, "conv", scratch)["error"]["kind"] == kind
    assert run(page, "conv", "1 + 1")["printed"] == "2\n"


# What is fetched, and when


@pytest.fixture
def beginner(browser, site):
    """A page of somebody who was never here before, and the names of the files that it has asked for."""
    asked = []
    with page_at(browser, site) as opened:
        opened.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        opened.page.evaluate(
            "async () => { const { Python } = await import('/python/python.js'); window.python = new Python(); }"
        )
        yield opened.page, asked


def test_the_standard_library_is_fetched_when_somebody_imports_what_is_not_in_memory(beginner):
    page, asked = beginner
    common = "collections, copy, fractions, functools, itertools, json, math, random, re, statistics, string, time"
    assert run(page, "conv", f"import {common}\nfractions.Fraction(1, 3)")["error"] is None
    assert check(page, "conv", "output_size", output_size=RIGHT)["outcome"]["status"] == "passed"
    assert run(page, "conv", "import nothing_of_this_name")["error"]["kind"] == "ModuleNotFoundError"
    assert {"memory.gz", "numpy.zip", "engine.zip", "conv.zip"} <= set(asked)
    assert "python_stdlib.zip" not in asked
    page.route("**/python_stdlib.zip", lambda route: route.abort())
    error = run(page, "conv", "import calendar")["error"]
    assert error["message"].startswith("calendar is part of Python, but had to be fetched")
    assert [line["cell"] for line in error["lines"]] == ["scratch"]
    page.unroute("**/python_stdlib.zip")
    asked.clear()
    found = run(page, "conv", "import calendar, json.tool, email.mime.text\ncalendar.isleap(2024)")
    assert (found["error"], found["printed"]) == (None, "True\n")
    assert run(page, "conv", "import decimal\ndecimal.Decimal(1) / 4")["printed"] == "Decimal('0.25')\n"
    assert run(page, "conv", "import json.nothing")["error"]["kind"] == "ModuleNotFoundError"
    run(page, "conv", "while True: pass", seconds=0.5)
    assert run(page, "conv", "import calendar\ncalendar.isleap(2023)")["printed"] == "False\n"
    large = [name for name in asked if name.endswith((".gz", ".wasm", ".zip"))]
    assert large == ["python_stdlib.zip"]  # once: what was stopped has left it here, and all else


def test_nothing_is_fetched_twice_and_progress_ends_where_it_should(beginner):
    page, asked = beginner
    progress = page.evaluate(
        """async () => {
            const seen = [];
            python.onstate((state, { loaded, total }) => seen.push([loaded, total]));
            await python.load("conv");
            return seen.at(-1);
        }"""
    )
    large = [name for name in asked if name.endswith((".gz", ".wasm", ".zip"))]
    assert sorted(large) == ["conv.zip", "engine.zip", "memory.gz", "numpy.zip", "pyodide.asm.wasm"]
    assert progress[0] == progress[1]


def test_no_two_pythons_draw_the_same_numbers(page):
    scratch = "import random, numpy as np\nprint(random.random(), np.random.rand())"
    drawn = set()
    for _ in range(2):
        drawn |= set(run(page, "conv", scratch)["printed"].split())
        run(page, "conv", "while True: pass", seconds=0.5)
    assert len(drawn) == 4


# The same outcomes as elsewhere


@pytest.mark.parametrize("unit", [unit.name for unit in COURSE.units])
def test_every_reference_and_every_mistake_has_the_same_outcome_in_the_page(page, unit):
    here, there = expected(unit), in_the_page(page, unit)
    assert there.keys() == here.keys()
    exercises, mistakes = len(COURSE.unit(unit).points), COURSE.unit(unit).mistakes.values()
    assert len(here) == exercises + sum(len(known[::EVERY]) for known in mistakes)
    assert exercises + sum(map(len, mistakes)) > 3 * exercises
    assert {there[f"{exercise}: the reference"]["status"] for exercise in COURSE.unit(unit).points} == {"passed"}
    assert list(differences(here, there)) == []


NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]\d+)?")


def differences(here, there, where="", rounded=False):
    """Where two pieces of JSON differ, and how. What was computed in float32 has seven digits, of which machines that
    add in another order have not all in common: there the numbers in sentences may differ in their last two digits."""
    if type(here) is type(there) is dict and here.keys() == there.keys():
        rounded = rounded or here.get("case") == FLOAT32_CASE
        for key in here:
            yield from differences(here[key], there[key], f"{where}.{key}", rounded)
    elif type(here) is type(there) is list and len(here) == len(there):
        for place, pair in enumerate(zip(here, there, strict=True)):
            yield from differences(*pair, f"{where}[{place}]", rounded)
    elif here != there and not (rounded and alike(here, there)):
        yield f"{where}: {here!r} here, {there!r} in the page"


def alike(here, there):
    """Whether two texts are the same but for the last digits of their numbers."""
    if type(here) is not str or type(there) is not str or NUMBER.sub("", here) != NUMBER.sub("", there):
        return False
    pairs = zip(map(float, NUMBER.findall(here)), map(float, NUMBER.findall(there)), strict=True)
    return all(math.isclose(a, b, rel_tol=1e-5) for a, b in pairs)


@pytest.mark.parametrize(
    ("there", "number"),
    [({"points": 2}, 1), ({"cases": [{"case": FLOAT32_CASE, "sentence": "It is 1.5."}]}, 1), ({"points": 1}, 0)],
)
def test_differences_are_seen(there, number):
    here = {"points": 1, "cases": [{"case": FLOAT32_CASE, "sentence": "It is 1.4."}]}
    assert len(list(differences(here, {**here, **there}))) == number


def test_the_last_digits_of_float32_may_differ_and_no_others():
    def outcome(case, number):
        return {"cases": [{"case": case, "details": [f"dx[0, 0] is {number}; it should be 1."]}]}

    for case, number in ((FLOAT32_CASE, 0), ("stride 2", 1)):
        assert len(list(differences(outcome(case, "-0.0485462"), outcome(case, "-0.0485463")))) == number
