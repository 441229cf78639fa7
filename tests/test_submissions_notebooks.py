"""The code in notebooks: which cells, and without what is not Python."""

import ast
import hashlib
import os
import time
from pathlib import Path

import pytest
from handed_in import alone, notebook
from hypothesis import given, settings
from hypothesis import strategies as st

import autograder
from autograder.classroom.submissions import notebooks


def cells_of(*sources):
    return notebooks.cells_of(notebook(*sources), "conv.ipynb")


def test_code_cells_one_by_one():
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# hello"},
        {"cell_type": "code", "metadata": {}, "source": ["a = 1\n", "b = 'é'"]},
        {"cell_type": "code", "metadata": {}, "source": " \n"},
        {"cell_type": "code", "metadata": {}, "source": []},
        {"cell_type": "raw", "metadata": {}, "source": "x"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": True, "solution": False}}, "source": "assert a == 1"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": True, "solution": True}}, "source": "c = 1"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": False, "locked": True}}, "source": "import numpy"},
        {"cell_type": "code", "metadata": None, "source": "d = '\\ud800'"},
    ]
    kept, remarks = notebooks.cells_of(notebook(cells=cells), "conv.ipynb")
    assert kept == (b"a = 1\nb = '\xc3\xa9'", b"c = 1", b"import numpy", b"d = '\\ud800'")
    assert remarks == []


MAGIC = {
    "%matplotlib inline\nx = 1": "\nx = 1",
    "!pip install numpy\nx = 1": "\nx = 1",
    "def f():\n  %time x\n  y": "def f():\n  pass\n  y",
    "if x:\n    !ls\ny = 1": "if x:\n    pass\ny = 1",
    "files = !ls\nx = 1": "\nx = 1",
    "a, b.c[0] = %timeit -o f()\nx = 1": "\nx = 1",
    "np.dot?\n?np.dot\nnp.dot??\nx = 1": "\n\n\nx = 1",
    "!ls \\\n  -l \\\n  -a\nx = 1": "\n\n\nx = 1",
    "!echo it's\nx = 'a'\n%time y": "\nx = 'a'\n",
    "%%time\nx = 1": "\nx = 1",
    "\n%%timeit -n 1\nx = 1": "\n\nx = 1",
    "%%capture out\nx = 1": "\nx = 1",
    "%%bash\nrm -rf /": "",
    "%%writefile conv.py\nx = 1": "",
    "x = 1\n%%time\ny = 1": "x = 1\n\ny = 1",
    "x = 1\r\n%time x\r\ny = 2": "x = 1\n\ny = 2",
    "x = (1,\n%time\n2)\n%time": "x = (1,\n%time\n2)\n",
    "x = 'unclosed\n%time": "x = 'unclosed\n",
    "x = 1  # a ' quote (\n%time": "x = 1  # a ' quote (\n",
}


@pytest.mark.parametrize("source", MAGIC)
def test_magics_and_shell_lines_are_dropped(source):
    kept, dropped = notebooks.without_magics(source)
    assert kept == MAGIC[source]
    assert dropped
    if kept and "(1,\n%" not in kept and "unclosed" not in kept:
        ast.parse(kept)


@pytest.mark.parametrize(
    "source",
    [
        'x = """\n%time x\n!ls\n%%bash\nnp.dot?\n"""',
        "x = '''\n!ls \\'''\n%a\n'''\ny = r'\\'''\n\n",
        "x = (7\n     % 3)",
        "x = 7 \\\n  % 3",
        "x = 'a\\\n%d' % 3",
        "x = {1: '''\n''', 2: \"it's\"}\nassert x != 1, '?'",
        'f"""{\n1\n % 2}"""',
        "x = a != b\ny = '%s' % x\nz = 7 %3",
        "# what is this?\nx = 1  # really?",
        "x = 'a = %s' % '?'",
    ],
)
def test_python_is_left_alone(source):
    assert notebooks.without_magics(source) == (source, [])


def test_no_python_is_taken_for_a_magic():
    """All of this package and of some of the standard library."""
    files = [
        *Path(autograder.__file__).parent.rglob("*.py"),
        *Path(os.__file__).parent.glob("*.py"),
        Path(__file__),
    ]
    for path in files:
        source = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
        kept, dropped = notebooks.without_magics(source)
        assert not dropped, path
        assert kept == source


@pytest.mark.filterwarnings("ignore:invalid")
@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*"'\"#\\\n%!?=()x ", '"""', "'''", "\n%", "\n!", " = "]), max_size=25).map("".join))
def test_whatever_parses_is_left_alone(source):
    kept, dropped = notebooks.without_magics(source)
    assert len(kept.split("\n")) == len(source.split("\n")) or source.strip().startswith("%%")
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return
    assert (kept, dropped) == (source, [])


def test_one_remark_on_what_was_dropped():
    cells, remarks = cells_of("%matplotlib inline\nx = 1", "!ls", "y = 1\n%time y")
    assert cells == (b"\nx = 1", b"y = 1\n")
    assert remarks == [
        "3 commands were left out of conv.ipynb, because they are not Python. The first: %matplotlib inline"
    ]
    assert cells_of("x = 1", "!ls")[1] == ["Left out of conv.ipynb, because it is not Python: !ls"]


@pytest.mark.parametrize(
    ("data", "problem", "sentence"),
    [
        (b"not json", "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b"\xff\xfe\xff", "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b"[" * 200_000, "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b'{"cells": ' + b"1" * 10_000 + b"}", "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b"[]", "not a notebook", "conv.ipynb is no notebook: it has no list of cells."),
        (b"{}", "not a notebook", "conv.ipynb is no notebook: it has no list of cells."),
        (notebook(cells={}), "not a notebook", "conv.ipynb is no notebook: it has no list of cells."),
        (notebook(nbformat=3), "old notebook", "conv.ipynb is in a notebook format that is not read here."),
        (b'{"worksheets": [{"cells": []}]}', "old notebook", "conv.ipynb is in a notebook format that"),
        (notebook(nbformat=5), "old notebook", "conv.ipynb is in a notebook format that is not read here."),
        (notebook(), "no code", "conv.ipynb has no code in it."),
        (
            notebook("%%bash\nls"),
            "no code",
            "Left out of conv.ipynb, because it is not Python: %%bash conv.ipynb has no",
        ),
        (notebook("#" * 2**20, "x = 1"), "too large", "The code in conv.ipynb is larger than 1 MB"),
        (b"[" + b"[]," * 600_000 + b"0]", "too large", "conv.ipynb holds more values than are read."),
    ],
)
def test_what_is_no_notebook(tmp_path, data, problem, sentence):
    work = alone(tmp_path, {"conv.ipynb": data})[0]["conv"]
    assert (work.kind, work.cells, work.problem) == ("notebook", (), problem)
    assert work.remarks[0].startswith(sentence)
    assert work.sha256 == hashlib.sha256(data).hexdigest()


def test_cells_that_are_none():
    odd = [None, 1, [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": None}]
    odd += [{"cell_type": "code", "source": [1]}, {"cell_type": "code", "source": {"x": 1}}]
    cells, remarks = notebooks.cells_of(notebook(cells=[*odd, {"cell_type": "code", "source": "x = 1"}]), "conv.ipynb")
    assert cells == (b"x = 1",)
    assert remarks == ["8 cells of conv.ipynb could not be read."]


def test_long_cells_take_no_long_time():
    long = ["'", "\\", "(", "?", "%\\\n", "x=", "a,", '"""', "x = '''\\'", "!"]
    for source in (*(some * 200_000 for some in long), "a," * 300_000 + "=!", " " * 500_000 + "%x"):
        began = time.process_time()  # what others do meanwhile does not count; who goes back and forth takes minutes
        notebooks.without_magics(source)
        assert time.process_time() - began < 5
