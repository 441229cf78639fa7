"""Python in the page: the same outcomes as in a terminal, and a page that lives on whatever the learner's code does.

In real Chromium, on what `make site` puts into build/site/python, served by a server of the test's own.
"""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from browser import page_at
from support import COURSE, ROOT

sys.path.insert(0, str(ROOT / "course_site"))

from serving import served

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
js.BroadcastChannel.new("graded").postMessage(json.dumps(graded("/course", "UNIT")))
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


@pytest.fixture
def page(browser, site):
    """A page whose `python` is a Python that nobody has loaded yet."""
    with page_at(browser, site) as opened:
        opened.page.evaluate(
            "async () => { const { Python } = await import('/python/python.js'); window.python = new Python(); }"
        )
        yield opened.page


def cells_of(unit: str, **functions: str) -> list[dict]:
    """The cells of a unit's stubs, some functions replaced by others."""
    from autograder.browser.cells import split

    cells = split(COURSE.unit(unit).stubs.read_text(encoding="utf-8"), COURSE.unit(unit).points)
    return [{"name": cell.name, "source": functions.get(cell.name, cell.source)} for cell in cells]


def expected(unit: str) -> dict:
    """The outcomes of a unit's references and mistakes in a Python like the one that runs this test."""
    command = [sys.executable, GRADING, ROOT, unit]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)


def in_the_page(page, unit: str) -> dict:
    """The same outcomes in the page."""
    scratch = GRADE.replace("UNIT", unit)
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


@pytest.mark.parametrize("unit", [unit.name for unit in COURSE.units])
def test_every_reference_and_every_mistake_has_the_same_outcome_in_the_page(page, unit):
    here, there = expected(unit), in_the_page(page, unit)
    assert there.keys() == here.keys()
    assert len(here) > 3 * len(COURSE.unit(unit).points)
    assert list(differences(here, there)) == []


def differences(here, there, where=""):
    """Where two pieces of JSON differ, and how."""
    if type(here) is type(there) is dict and here.keys() == there.keys():
        for key in here:
            yield from differences(here[key], there[key], f"{where}.{key}")
    elif type(here) is type(there) is list and len(here) == len(there):
        for place, pair in enumerate(zip(here, there, strict=True)):
            yield from differences(*pair, f"{where}[{place}]")
    elif here != there:
        yield f"{where}: {here!r} here, {there!r} in the page"
