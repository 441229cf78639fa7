"""A unit's file taken apart into cells and put together again: nothing that a learner wrote is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import COURSE

from autograder.browser.cells import Cell, join, split

NAMES = ["first", "second", "third"]

FILE = '''\
"""About the unit."""

import numpy as np

SCALE = 3  # of everything


def helper(x):
    return x * SCALE


# The one that matters.
@decorated
def first(x):
    """def second(x): is no definition here."""

    return helper(x)


LATER = "a constant"


class Thing:
    def second(self):
        pass


def second(x):

    return Thing()
# The end.
'''


def sources(cells):
    return {cell.name: cell.source for cell in cells}


def test_cells_begin_at_the_exercises_and_keep_what_follows_them():
    cells = sources(split(FILE, NAMES))
    assert list(cells) == ["preamble", *NAMES]
    assert cells["preamble"].startswith('"""About the unit."""\n\nimport numpy')
    assert cells["preamble"].endswith("return x * SCALE\n")
    assert cells["first"].startswith("# The one that matters.\n@decorated\ndef first(x):")
    assert cells["first"].endswith("class Thing:\n    def second(self):\n        pass\n")
    assert cells["second"] == "def second(x):\n\n    return Thing()\n# The end.\n"
    assert cells["third"] == ""


def test_the_file_is_made_of_its_cells_again():
    assert join(split(FILE, NAMES)) == FILE


@pytest.mark.parametrize("unit", COURSE.units, ids=lambda unit: unit.name)
def test_stubs_and_references_are_the_same_after_a_round_trip(unit):
    for path in (unit.stubs, unit.reference_file):
        text = path.read_text(encoding="utf-8")
        cells = split(text, unit.points)
        assert all(f"def {cell.name}(" in cell.source for cell in cells[1:])
        assert split(join(cells), unit.points) == cells
        if [cell.name for cell in sorted(cells[1:], key=lambda c: text.index(c.source))] == list(unit.points):
            assert join(cells) == text


def test_a_file_in_another_order_keeps_everything():
    text = "import numpy as np\n\n\ndef second(x):\n    return x\n\n\nK = 1\n\n\ndef first(x):\n    return K\n"
    cells = split(text, NAMES)
    assert sources(cells)["second"] == "def second(x):\n    return x\n\n\nK = 1\n"
    assert sorted(join(cells).split()) == sorted(text.split())


def test_a_function_that_is_defined_twice_stays_in_one_cell():
    text = "def first(x):\n    return 1\n\n\ndef first(x):\n    return 2\n"
    assert sources(split(text, NAMES))["first"] == text


@pytest.mark.parametrize("fault", ["def first(x:\n    return 1\n", "def first(x):\n  return 1\n    return 2\n", "\0"])
def test_a_file_that_python_cannot_read_is_taken_apart_all_the_same(fault):
    text = f"import os\n\n\n{fault}\n\ndef second(x):\n    return 2\n"
    cells = split(text, NAMES)
    assert sources(cells)["second"] == "def second(x):\n    return 2\n"
    assert sorted(join(cells).split()) == sorted(text.split())


def test_other_line_ends_and_a_byte_order_mark_are_no_matter():
    text = FILE.replace("\n", "\r\n")
    assert split("\ufeff" + text, NAMES) == split(FILE, NAMES)


PIECES = st.lists(
    st.sampled_from(
        ["import os", "def first(x):", "def second(x):", "    return x", "K = 1", "# note", "@f", "", "'''"]
    ),
    max_size=12,
)


@given(PIECES)
def test_no_line_is_lost_and_a_second_trip_changes_nothing(lines):
    text = "\n".join(lines)
    cells = split(text, NAMES)
    assert sorted(line for line in join(cells).split("\n") if line.strip()) == sorted(filter(str.strip, lines))
    assert split(join(cells), NAMES) == split(join(split(join(cells), NAMES)), NAMES)


def test_empty_cells_leave_no_trace():
    assert join([Cell("preamble", "import os\n"), Cell("first", ""), Cell("second", "\n\ndef second(): pass\n\n")]) == (
        "import os\n\n\ndef second(): pass\n"
    )
