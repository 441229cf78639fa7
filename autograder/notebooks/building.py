"""The notebook of a unit, made of its lesson, stubs, references and written questions: nbgrader's source version.

It reads like the lesson. Where the lesson places an exercise stand two cells: one to write the function in, and a
locked one that checks it. nbgrader takes the solutions and the hidden tests out when an assignment is generated. The
same unit always gives the same bytes, and a cell keeps its id and its grade id whatever is added around it.
"""

import base64
import mimetypes
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..course import CourseError, Unit
from ..language import _
from ..lesson import Words, pieces, retold
from .references import Reference

QUESTIONS = "questions.toml"
PICTURE = re.compile(r"(!\[[^\]]*\]\()([^)\s:]+)(\))")
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Question:
    """A question that is answered in words and graded by a person.

    Args:
        name: its name in questions.toml, and after "<!-- question: " in a lesson that says where it belongs.
        text: the question, in Markdown.
        points: what it is worth.
        rubric: what earns them, in Markdown; for graders only.
    """

    name: str
    text: str
    points: float
    rubric: str


def questions(unit: Unit) -> dict[str, Question]:
    """The written questions of a unit by name, in the order of its questions.toml."""
    path = unit.folder / QUESTIONS
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        asked = {name: Question(name, q["question"], q["points"], q["rubric"]) for name, q in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None
    except (KeyError, TypeError) as error:
        raise CourseError(f"{path}: each question is a table with question, points and rubric: {error!r}") from None
    if odd := [name for name, q in asked.items() if type(q.points) not in (int, float) or not 0 < q.points < 1000]:
        raise CourseError(f"{path}: the points of {odd[0]} are no positive number.")
    return asked


def content(unit: Unit) -> bytes:
    """The notebook of a unit as the bytes of a file."""
    return (nbformat.writes(build(unit)) + "\n").encode()


def build(unit: Unit) -> NotebookNode:
    """The notebook of a unit, with its solutions. Raises CourseError where something is missing."""
    notebook = new_notebook(cells=list(cells(unit)), metadata=METADATA)
    nbformat.validate(notebook)
    return notebook


def cells(unit: Unit) -> Iterator[NotebookNode]:
    """The notebook's cells: what the lesson says, in its order, and at the markers what it asks."""
    asked = questions(unit)
    begin, *placed = pieces(unit)
    written = [piece.name for piece in placed if piece.kind == "question"]
    if unknown := set(written) - asked.keys():
        raise CourseError(f"{unit.lesson} asks the question {min(unknown)!r}, which {QUESTIONS} does not know.")
    rest = [name for name in asked if name not in written]
    last = max(at for at, piece in enumerate(placed) if piece.kind == "exercise")
    reference = Reference(unit)

    yield setup(reference)
    yield from prose(unit, begin.text, "lesson")
    for at, piece in enumerate(placed):
        if piece.kind == "exercise":
            yield solution(reference, piece.name)
            yield test(unit, piece.name)
        else:
            yield from question(asked[piece.name])
        if at == last:
            for remaining in rest:
                yield from question(asked[remaining])
        yield from prose(unit, piece.text, f"after_{piece.name}")


def setup(reference: Reference) -> NotebookNode:
    lines = [
        *(f"# {line}" for line in _(BEGIN).split("\n")),
        *reference.given,
        "",
        # Last: where submissions are graded, locked in, there may be nothing to check with, and the rest must be there.
        "from autograder.notebooks.checking import check",
    ]
    return cell("code", "setup", "\n".join(lines), locked=True)


BEGIN = """\
Run this cell first, and again whenever the kernel has been restarted.
Write each function in place of its `raise NotImplementedError`. Run its cell, then the cell below it: it checks.
Below a result that is not right lie hints, to be opened one at a time."""


def prose(unit: Unit, text: str, id: str) -> Iterator[NotebookNode]:
    """A part of the lesson, with its pictures inside: they are wherever the notebook is. No cell if it is empty."""
    text = in_a_notebook(text, unit).strip()
    if not text:
        return
    pictures = {}

    def attached(match):
        path = unit.folder / match[2]
        if not path.is_file():
            return match[0]
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        pictures[path.name] = {kind: base64.b64encode(path.read_bytes()).decode()}
        return f"{match[1]}attachment:{path.name}{match[3]}"

    made = new_markdown_cell(PICTURE.sub(attached, text), id=id)
    if pictures:
        made.attachments = pictures
    yield made


def in_a_notebook(text: str, unit: Unit) -> str:
    """A lesson's text with what it says of files and of pytest said of cells."""
    words = Words(
        write=_("in the next cell, and run the one below it"),
        prompt=_("In a cell of your own:"),
        file=_("write this in a cell of your own"),
    )
    return retold(text, unit, words)


def solution(reference: Reference, name: str) -> NotebookNode:
    """The cell of a function: the stub's signature and docstring, then what becomes its `raise NotImplementedError`.

    nbgrader puts a stub in the place of every solution region, so there is one only: the reference's helpers follow the
    function's body.
    """
    body, helpers = reference.body(name), reference.helpers(name)
    indent = body[: len(body) - len(body.lstrip())]
    parts = [f"{reference.head(name)}\n{indent}### BEGIN SOLUTION\n{body}", *helpers]
    return cell("code", name, "\n\n\n".join(parts) + f"\n{'' if helpers else indent}### END SOLUTION", solution=True)


def test(unit: Unit, name: str) -> NotebookNode:
    asked = f'check("{unit.name}.{name}"'
    lines = [
        f"{asked})",
        "### BEGIN HIDDEN TESTS",
        f"{asked}, unseen=True)",
        "### END HIDDEN TESTS",
    ]
    made = cell("code", f"test_{name}", "\n".join(lines), points=unit.points[name], locked=True)
    made.metadata.tags = ["raises-exception"]  # "Run All Cells" goes on behind an exercise that is not right yet
    return made


def question(asked: Question) -> Iterator[NotebookNode]:
    """A locked cell that asks, and one to answer in, which holds the rubric until the assignment is generated."""
    title = _("Question ({points} points)").format(points=f"{asked.points:g}")
    yield cell("markdown", f"question_{asked.name}", f"### {title}\n\n{asked.text.strip()}", locked=True)
    rubric = f"<!-- BEGIN SOLUTION -->\n{asked.rubric.strip()}\n<!-- END SOLUTION -->"
    yield cell("markdown", f"answer_{asked.name}", rubric, points=asked.points, solution=True)


def cell(kind: str, id: str, source: str, points: float | None = None, locked=False, solution=False) -> NotebookNode:
    """A cell that nbgrader knows; it is graded if it has points."""
    made = (new_code_cell if kind == "code" else new_markdown_cell)(source, id=id)
    made.metadata.nbgrader = {
        "grade": points is not None,
        "grade_id": id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        **({} if points is None else {"points": points}),
    }
    return made
