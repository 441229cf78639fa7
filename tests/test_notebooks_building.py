"""Notebooks are valid, read like the lesson, never change on their own, and give nothing away once released."""

import ast
import base64
import io
import json
import re
import zipfile
from functools import cache

import nbformat
import pytest
from support import COURSE
from traitlets.config import Config

from autograder.classroom.marking import job_for, mark
from autograder.classroom.submissions.notebooks import cells_of
from autograder.course import CourseError
from autograder.locked.client import ForkServer, NotLocked
from autograder.locked.confine import Limits
from autograder.notebooks import STUB, building, course
from autograder.outcome import PASSED
from autograder.stubs import solved

pytest.importorskip("nbgrader")
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    LockCells,
)

UNITS = [unit.name for unit in COURSE.units]
LESSON = """\
# The toy

Look: ![a picture](look.svg)

Now write `affine_forward` in `toy.py`, and run
`pytest exercises/toy -k affine_forward`. (That also runs `affine_backward`,
which waits.)

<!-- exercise: affine_forward -->

<!-- question: bias -->

## Backward

<!-- exercise: affine_backward -->

<!-- exercise: half_square -->

```python
from toy import descend
print(descend)
```

<!-- exercise: descend -->

The end.
"""
ASKED = """\
[bias]
points = 2
question = "What is `b` for?"
rubric = "The secret of the bias."
[batch]
points = 1.5
question = "Why batches?"
rubric = "Because."
"""


@cache
def built(name):
    return building.build(COURSE.unit(name))


@cache
def released(name):
    """What `nbgrader generate_assignment` makes of a notebook, without its database."""
    notebook = nbformat.from_dict(json.loads(json.dumps(built(name))))
    settings = Config()
    settings.ClearSolutions.code_stub = {"python": STUB}
    for step in (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ClearHiddenTests, ClearMarkScheme):
        notebook, _ = step(config=settings).preprocess(notebook, {"nbgrader": {}})
    return notebook


def ours(notebook, **wanted):
    """The cells that nbgrader knows, by their grade ids, those with such metadata."""
    known = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
    return {id: c for id, c in known.items() if all(c.metadata.nbgrader[key] == v for key, v in wanted.items())}


@pytest.fixture
def lesson(toy, tmp_path, monkeypatch):
    """The toy unit with a lesson, a picture and questions."""
    for name, content in (("README.md", LESSON), ("look.svg", "<svg/>"), ("questions.toml", ASKED)):
        monkeypatch.setattr(type(toy.unit), "lesson", property(lambda unit: unit.folder / "README.md"))
        (toy.unit.folder / name).write_text(content)
    yield toy.unit
    for name in ("README.md", "look.svg", "questions.toml"):
        (toy.unit.folder / name).unlink(missing_ok=True)


@pytest.mark.parametrize("name", UNITS)
def test_a_notebook_is_valid_and_never_changes_on_its_own(name):
    content = building.content(COURSE.unit(name))
    assert content == building.content(COURSE.unit(name))
    notebook = nbformat.reads(content.decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    MetadataValidator().validate_nb(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert {cell.metadata.nbgrader.schema_version for cell in ours(notebook).values()} == {3}
    assert all(id == cell.id for id, cell in ours(notebook).items())


@pytest.mark.parametrize("name", UNITS)
def test_every_exercise_stands_where_the_lesson_places_it(name):
    unit, notebook = COURSE.unit(name), built(name)
    assert notebook.cells[0].id == "setup"
    assert notebook.cells[0].metadata.nbgrader.items() >= dict(locked=True, grade=False, solution=False).items()
    placed = re.findall(r"^<!-- exercise: (\w+) -->$", unit.lesson.read_text(encoding="utf-8"), re.M)
    code = [cell for cell in notebook.cells[1:] if cell.cell_type == "code"]
    assert [cell.id for cell in code] == [id for exercise in placed for id in (exercise, f"test_{exercise}")]
    for at, cell in enumerate(notebook.cells):
        if cell.id in unit.points:
            test = notebook.cells[at + 1]
            assert (test.id, test.metadata.nbgrader.points) == (f"test_{cell.id}", unit.points[cell.id])
            assert test.source.startswith(f'check("{name}.{cell.id}")\n### BEGIN HIDDEN TESTS\n')
            assert cell.metadata.nbgrader.items() >= dict(locked=False, grade=False, solution=True).items()
            assert test.metadata.nbgrader.items() >= dict(locked=True, grade=True, solution=False).items()


@pytest.mark.parametrize("name", UNITS)
def test_a_notebook_reads_like_the_lesson_and_speaks_of_cells(name):
    text = "\n".join(cell.source for cell in built(name).cells if cell.cell_type == "markdown")
    assert "pytest" not in text
    assert not re.search(rf"(?<!test_){name}\.py|from {name} import|<!-- (exercise|question)", text)
    headings = re.findall(r"^#+ .*$", COURSE.unit(name).lesson.read_text(encoding="utf-8"), re.M)
    assert [line for line in re.findall(r"^#+ .*$", text, re.M) if "### Question" not in line] == headings
    pictures = {path.name for path in COURSE.unit(name).folder.glob("*.svg")}
    attached = {at: kinds for cell in built(name).cells for at, kinds in cell.get("attachments", {}).items()}
    assert attached.keys() == pictures
    assert set(re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text)) == {f"attachment:{picture}" for picture in pictures}
    for picture, kinds in attached.items():
        assert base64.b64decode(kinds["image/svg+xml"]) == (COURSE.unit(name).folder / picture).read_bytes()


@pytest.mark.parametrize("name", UNITS)
def test_something_is_asked_in_words_and_its_rubric_is_taken_out(name):
    asked = building.questions(COURSE.unit(name))
    assert asked
    graded = ours(built(name), grade=True, solution=True)
    assert {id: cell.metadata.nbgrader.points for id, cell in graded.items()} == {
        f"answer_{question.name}": question.points for question in asked.values()
    }
    given = ours(released(name))
    for question in asked.values():
        assert question.rubric.strip() in graded[f"answer_{question.name}"].source
        assert given[f"answer_{question.name}"].source == "YOUR ANSWER HERE"
        assert question.text.strip() in given[f"question_{question.name}"].source
        assert given[f"question_{question.name}"].metadata.nbgrader.locked


@pytest.mark.parametrize("name", UNITS)
def test_a_released_notebook_holds_bare_stubs(name):
    unit = COURSE.unit(name)
    code = "\n\n".join(cell.source for cell in released(name).cells if cell.cell_type == "code")
    assert not solved(code.encode(), unit.points)
    functions = [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    assert sorted(functions) == sorted(unit.points)
    given = ast.parse(unit.stubs.read_bytes())
    docs = {node.name: ast.get_docstring(node) for node in given.body if isinstance(node, ast.FunctionDef)}
    assert docs == {n.name: ast.get_docstring(n) for n in ast.parse(code).body if isinstance(n, ast.FunctionDef)}


def lines_of(text):
    return {" ".join(line.split()) for line in text.splitlines()}


def distinctive(unit):
    """The lines of the references, of the known mistakes and of the rubrics that students are not given anyway."""
    staff = [path.read_text(encoding="utf-8") for path in unit.solutions.glob("*.py")]
    staff += [question.rubric for question in building.questions(unit).values()]
    public = [path for path in unit.folder.iterdir() if path.suffix in (".py", ".md")]
    known = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in public)
    # The names and hints of mistakes are in the frozen answers for students to read: code is what is looked for.
    told = {string for path in unit.solutions.glob("mistakes.py") for string in strings(path)}
    return {
        line
        for line in set().union(*map(lines_of, staff))
        if len(line) >= 16 and line not in known and not any(line.strip("\"', ()") in said for said in told)
    }


def strings(path):
    found = [n.value for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Constant)]
    return {" ".join(said.split()) for said in found if isinstance(said, str) and said.strip()}


def texts(value):
    """Every string in a notebook, whatever it is part of, attachments decoded."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from texts(key)
            if isinstance(part, str) and "/" in key:
                yield base64.b64decode(part).decode("latin-1")
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("name", UNITS)
def test_a_released_assignment_gives_nothing_away(name):
    unit = COURSE.unit(name)
    hints = " ".join((unit.folder / "hints.toml").read_text(encoding="utf-8").split())
    secret = [line for line in distinctive(unit) if line not in hints]  # a hint may say a line
    assert len(secret) > 40
    files = course.assignment(unit)
    notebook = f"{name}.ipynb"
    given = list(texts(released(name)))
    for file in files.keys() - {notebook}:
        content = files[file]
        given.append(content.decode("latin-1"))
        given.append(content.decode("utf-8", "replace"))
        if file.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                given += [archive.read(member).decode("utf-8", "replace") for member in archive.namelist()]
    everything = " ".join(" ".join(text.split()) for text in given)
    assert not [line for line in secret if line in everything]
    assert not re.search("BEGIN (SOLUTION|HIDDEN|MARK)|unseen=|njit|numba", " ".join(texts(released(name))))
    # The search finds what there is to find.
    whole = " ".join(" ".join(text.split()) for text in texts(built(name)))
    assert len([line for line in secret if line in whole]) > 20


def test_a_marker_places_a_question_and_the_others_come_last(lesson):
    cells = [cell.id for cell in building.build(lesson).cells]
    assert cells == [
        *("setup", "lesson", "affine_forward", "test_affine_forward", "question_bias", "answer_bias", "after_bias"),
        *("affine_backward", "test_affine_backward", "half_square", "test_half_square", "after_half_square"),
        *("descend", "test_descend", "question_batch", "answer_batch", "after_descend"),
    ]


def test_ids_stay_when_something_is_added(lesson):
    before = [cell.id for cell in building.build(lesson).cells]
    lesson.lesson.write_text(LESSON.replace("## Backward", "## More\n\n<!-- question: batch -->\n\n## Backward"))
    after = [cell.id for cell in building.build(lesson).cells]
    assert set(before) <= set(after)


def test_what_the_lesson_says_of_files_is_said_of_cells(lesson):
    cells = {cell.id: cell.source for cell in building.build(lesson).cells}
    assert cells["lesson"].endswith("Now write `affine_forward` in the next cell, and run the one below it.")
    assert cells["after_half_square"] == "```python\nprint(descend)\n```"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("README.md", LESSON.replace("<!-- exercise: descend -->", ""), "every exercise needs one line"),
        ("README.md", LESSON.replace("question: bias", "question: base"), "asks the question 'base'"),
        ("questions.toml", "[bias", "cannot be read"),
        ("questions.toml", "[bias]\npoints = 1", "each question is a table"),
        ("questions.toml", ASKED.replace("points = 2", "points = -2"), "the points of bias"),
    ],
)
def test_a_unit_that_makes_no_notebook_says_why(lesson, file, content, said):
    (lesson.folder / file).write_text(content)
    with pytest.raises(CourseError, match=said):
        building.build(lesson)


HELPED = '''
"""A reference with helpers."""

import math
from operator import index, mul

import numpy as np
from numba import njit

LIMIT = 3
DEEP = LIMIT + 1


def double(x):
    """x (N,) -> out (N,)"""
    # Twice as much.
    if index(len(x)) == 0:
        raise ValueError("nothing")
    return _twice(np.asarray(x))


def root(x):
    """x (N,) -> out (N,)"""
    return _twice(x) * math.sqrt(DEEP)


@njit(cache=True)
def _twice(x):
    return _one(x) + x


@njit(fastmath=True, cache=True)
def _one(x):
    return x


def _unused():
    return mul
'''
TAKEN = """
from autograder import value

double = value(lambda rng, n: dict(x=rng.normal(size=n)), cases={"two": (2,)})
root = value(lambda rng, n: dict(x=rng.normal(size=n)), cases={"two": (2,)})
"""


def test_a_cell_brings_the_helpers_that_it_needs_once_and_nothing_else(make_unit):
    unit = make_unit(TAKEN, HELPED, name="helped", points={"double": 1, "root": 1}).unit
    unit.stubs.write_text(
        "import numpy as np\n\n\ndef double(x):\n    '''Twice.'''\n    raise NotImplementedError\n\n\n"
        "def root(x):\n    '''Root.'''\n    raise NotImplementedError\n"
    )
    unit.lesson.write_text("# It\n\n<!-- exercise: double -->\n\n<!-- exercise: root -->\n")
    cells = {cell.id: cell.source for cell in building.build(unit).cells}
    assert cells["setup"].endswith("\nimport numpy as np\n\nfrom autograder.notebooks.checking import check")
    assert cells["double"] == (
        "def double(x):\n    '''Twice.'''\n    ### BEGIN SOLUTION\n"
        '    # Twice as much.\n    if index(len(x)) == 0:\n        raise ValueError("nothing")\n'
        "    return _twice(np.asarray(x))\n\n\n"
        "from operator import index\nfrom numba import njit\n\n\n"
        "@njit\ndef _twice(x):\n    return _one(x) + x\n\n\n@njit(fastmath=True)\ndef _one(x):\n    return x\n"
        "### END SOLUTION"
    )
    assert cells["root"] == (
        "def root(x):\n    '''Root.'''\n    ### BEGIN SOLUTION\n    return _twice(x) * math.sqrt(DEEP)\n\n\n"
        "import math\n\n\nLIMIT = 3\nDEEP = LIMIT + 1\n### END SOLUTION"
    )


def test_what_is_written_in_a_notebook_is_graded_locked_in():
    """The setup cell does no harm there, nor does a student's own check."""
    if not locked_in():
        pytest.skip("this machine cannot lock a process in")
    unit = COURSE.unit("perceptron")
    cells, remarks = cells_of(building.content(unit), "perceptron.ipynb")
    assert not remarks
    tried = [*cells[:2], cells[2] + b"\ncheck('perceptron.update')\n", *cells[3:]]
    seeds = {exercise.id: 7 for exercise in unit.exercises.values()}
    for handed_in in (list(cells), tried):
        marked = mark(job_for(COURSE, {unit.name: (handed_in, "perceptron.ipynb")}, seeds, Limits()))
        statuses = {e["exercise"]: e["status"] for e in marked["units"][unit.name]}
        assert statuses == dict.fromkeys(seeds, PASSED)


def locked_in():
    try:
        ForkServer(Limits()).close()
    except NotLocked:
        return False
    return True
