"""A submitted notebook put back in order: the student's cells, under the metadata that the instructor's version has.

nbgrader believes what a submitted notebook says of itself: which cells are graded, for how many points, what they are
called. Here it is believed in nothing. Whatever can be read of it is kept, each cell that the course set is found again
or put back, and what was changed is said to the student in a sentence.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from ..classroom.submissions.limits import BRACKETS, LIMITS, MB
from ..classroom.submissions.members import Unreadable
from ..classroom.submissions.names import shown
from ..classroom.submissions.words import broken_cells, no_notebook, not_json, old_notebook, overgrown, too_large
from ..language import _

KINDS = ("code", "markdown", "raw")
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
REGION = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?(?:^[^\n]*END HIDDEN TESTS[^\n]*(?:\n|\Z)|\Z)", re.M | re.S)
SCHEME = re.compile(r"^[^\n]*BEGIN MARK SCHEME.*?(?:^[^\n]*END MARK SCHEME[^\n]*(?:\n|\Z)|\Z)", re.M | re.S)


@dataclass(frozen=True)
class MasterCell:
    """A cell that the course set, as nbgrader's gradebook has it: `points` is None where it is not graded."""

    name: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float | None

    @property
    def is_test(self) -> bool:
        """Whether it is graded by running it; everything else that is graded, people grade."""
        return self.grade and not self.solution and self.cell_type == "code"

    @property
    def by_hand(self) -> bool:
        return self.grade and self.solution

    @property
    def metadata(self) -> dict[str, Any]:
        found = {
            "schema_version": 3,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.cell_type,
        }
        if self.checksum:
            found["checksum"] = self.checksum
        if self.points is not None:
            found["points"] = self.points
        return found


@dataclass(frozen=True)
class Master:
    """One notebook of an assignment as the instructor generated it.

    Args:
        cells: those that nbgrader knows, by name, in their order.
        ids: which of them a cell's own id belongs to.
        texts: the sources of all cells of the instructor's version.
    """

    cells: dict[str, MasterCell]
    ids: dict[str, str] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()

    @property
    def tests(self) -> list[MasterCell]:
        return [cell for cell in self.cells.values() if cell.is_test]


@dataclass(frozen=True)
class Restored:
    """What was made of a submitted notebook.

    Args:
        notebook: in order, every cell of the course in it exactly once.
        remarks: for the student.
        problem: a word for staff where nothing could be read, or "".
    """

    notebook: nbformat.NotebookNode
    remarks: tuple[str, ...] = ()
    problem: str = ""


def master_of(gradebook, notebook: str, assignment: str, source: Path | None = None) -> Master:
    """The instructor's version of a notebook, from the gradebook.

    Args:
        gradebook: nbgrader's.
        source: the notebook's file in source/, which tells the order of its cells and their ids.
    """
    found = gradebook.find_notebook(notebook, assignment)
    graded = {cell.name: cell.max_score for cell in found.grade_cells}
    tasks = {cell.name: cell.max_score for cell in found.task_cells}
    solutions = {cell.name for cell in found.solution_cells}
    cells = {
        cell.name: MasterCell(
            cell.name,
            cell.cell_type,
            cell.source or "",
            cell.checksum or "",
            bool(cell.locked),
            cell.name in graded,
            cell.name in solutions,
            cell.name in tasks,
            float({**graded, **tasks}[cell.name]) if cell.name in graded or cell.name in tasks else None,
        )
        for cell in found.source_cells
    }
    order, ids, texts = [], {}, {cell.source for cell in cells.values()}
    for cell in cells_in(source):
        texts.add(text_of(cell))
        name = name_in(cell)
        if name in cells:
            order.append(name)
            if isinstance(cell.get("id"), str):
                ids[cell["id"]] = name
    order += [name for name in cells if name not in order]
    return Master({name: cells[name] for name in order}, ids, frozenset(texts))


def cells_in(path: Path | None) -> list[dict[str, Any]]:
    """The cells of the instructor's own notebook, or none where it is not there or cannot be read."""
    try:
        cells = json.loads(path.read_bytes())["cells"] if path else []
        return cells if all(map(is_cell, cells)) else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def restored(data: bytes | None, master: Master, name: str, unreadable: Unreadable | None = None) -> Restored:
    """A submitted notebook, put in order. Never raises for what a student handed in.

    Args:
        data: its bytes, or None where there is none.
        master: the instructor's version.
        name: what the student is told that it is called.
        unreadable: why there are no bytes, if something stood in its place.
    """
    try:
        if unreadable:
            raise unreadable
        if data is None:
            raise Unreadable("missing", not_there(name))
        cells, remarks = readable_cells(data, name)
    except Unreadable as error:
        return Restored(assembled([], master, read=False), (error.sentence,), error.problem)
    kept, said = claimed(cells, master)
    remarks += said
    if len(master.cells) > 1 and not any(cell for _, cell in kept):
        remarks.append(another_course(name))
    else:
        remarks += [missing(n) for n in master.cells if n not in {cell.name for _, cell in kept if cell}]
    return Restored(assembled(kept, master), tuple(remarks))


def readable_cells(data: bytes, name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The cells of a notebook of any age that have a type and a source, and remarks. Raises Unreadable."""
    if len(data) > LIMITS["ipynb"]:
        raise Unreadable("too large", too_large(name, LIMITS["ipynb"] // MB))
    if data.count(b"[") + data.count(b"{") > BRACKETS:
        raise Unreadable("too large", overgrown(name))
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("not JSON", not_json(name)) from None
    if not isinstance(notebook, dict):
        raise Unreadable("not a notebook", no_notebook(name))
    remarks = []
    if "worksheets" in notebook or notebook.get("nbformat", 4) != 4:
        notebook = upgraded(notebook, name)
        remarks.append(was_old(name))
    if not isinstance(notebook.get("cells"), list):
        raise Unreadable("not a notebook", no_notebook(name))
    cells = [cell for cell in notebook["cells"] if is_cell(cell)]
    if broken := len(notebook["cells"]) - len(cells):
        remarks.append(broken_cells(name, broken))
    return cells, remarks


def upgraded(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """A notebook of format 3 as one of format 4. Raises Unreadable."""
    try:
        if notebook.get("nbformat") != 3:
            raise ValueError("of no known format")
        return nbformat.v4.upgrade(nbformat.from_dict(notebook))
    except Exception:  # it is made of whatever the student likes
        raise Unreadable("old notebook", old_notebook(name)) from None


def is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS:
        return False
    return is_text(cell.get("source"))


def is_text(value: Any) -> bool:
    """Whether it is a text as a notebook's file holds it: whole, or the list of its lines."""
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def text_of(cell: dict[str, Any]) -> str:
    """The source, with � for what no file can hold."""
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", "".join(cell.get("source", "")))


def name_in(cell: dict[str, Any]) -> str | None:
    """The grade id that a cell says it has."""
    said = said_of(cell).get("grade_id")
    return said if isinstance(said, str) else None


def said_of(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    said = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return said if isinstance(said, dict) else {}


Kept = list[tuple[dict[str, Any], MasterCell | None]]


def claimed(cells: list[dict[str, Any]], master: Master) -> tuple[Kept, list[str]]:
    """Each submitted cell with the one of the course that it is, if any, and remarks on what was changed.

    A cell is known by its grade id, or else by its own id. Of several the last one counts, and of several answers the
    last one in which something was written.
    """
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if (name := name_in(cell)) in master.cells:
            places.setdefault(name, []).append(place)
    for place, cell in enumerate(cells):
        own = cell.get("id")
        name = master.ids.get(own) if isinstance(own, str) else None
        if name and name not in places and name_in(cell) not in master.cells:
            places[name] = [place]
    chosen, left_out, remarks = {}, set(), []
    for name, several in places.items():
        cell = master.cells[name]
        written = [p for p in several if text_of(cells[p]) != cell.source] or several
        one = (several if cell.locked else written)[-1]
        chosen[one] = cell
        if len(several) > 1:
            remarks.append(repeated(name, len(several)) if not cell.locked else repeated_test(name))
            if cell.locked:  # a copy of what the course set is nothing of the student's
                left_out.update(set(several) - {one})
        remarks += changed(cells[one], cell)
    return [(cell, chosen.get(place)) for place, cell in enumerate(cells) if place not in left_out], remarks


def changed(submitted: dict[str, Any], cell: MasterCell) -> list[str]:
    """What was changed of a cell that may not be changed."""
    said = said_of(submitted)
    if name_in(submitted) != cell.name:
        return [renamed(cell.name)]
    points = said.get("points")
    if any(
        said.get(key, False) is not value
        for key, value in (("grade", cell.grade), ("solution", cell.solution), ("task", cell.task))
    ) or (cell.points is not None and points != cell.points):
        return [settings_changed(cell.name)]
    if submitted["cell_type"] != cell.cell_type:
        return [settings_changed(cell.name)]
    if cell.locked and visible(cell.source).strip() != visible(text_of(submitted)).strip():
        return [text_changed(cell.name)]
    return []


def visible(source: str) -> str:
    """The source of one of the course's own cells without what students may not see."""
    return SCHEME.sub("", REGION.sub("", source))


def assembled(kept: Kept, master: Master, read: bool = True) -> nbformat.NotebookNode:
    """A notebook of these cells, with each one that is missing put back behind the one that it follows."""
    made, used, places = [], set(), {}
    for cell, known in kept:
        if known:
            places[known.name] = len(made)
        made.append(node(cell, known, used))
    added: list[tuple[int, nbformat.NotebookNode]] = []
    at = 0  # before the first
    for name, cell in master.cells.items():
        if name in places:
            at = places[name] + 1
        elif cell.locked or cell.grade or cell.task or not read:
            # An answer that is not where it was may be elsewhere: nbgrader must not take it for one never written.
            source = lost_answer() if read and cell.by_hand else cell.source
            added.append((at, node({"cell_type": cell.cell_type, "source": source}, cell, used)))
    for at, cell in reversed(added):
        made.insert(at, cell)
    notebook = new_notebook(cells=made)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def node(cell: dict[str, Any], known: MasterCell | None, used: set[str]) -> nbformat.NotebookNode:
    """A cell with nothing of what it was but its text, its id and what is attached to it."""
    kind = known.cell_type if known else cell["cell_type"]
    source = known.source if known and known.locked else text_of(cell)
    own = cell.get("id")
    id = own if isinstance(own, str) and CELL_ID.fullmatch(own) and own not in used else uuid4().hex
    used.add(id)
    made = bare(kind, source, id)
    if known:
        made.metadata["nbgrader"] = known.metadata
    if kind == "markdown" and (attached := dict(attachments_of(cell))):
        made["attachments"] = attached
    return made


def bare(kind: str, source: str, id: str) -> NotebookNode:
    """A cell. Those of nbformat's own making are validated one by one, which takes longer than everything else here."""
    made = NotebookNode(cell_type=kind, id=id, metadata=NotebookNode(), source=source)
    if kind == "code":
        made.update(execution_count=None, outputs=[])
    return made


PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


def attachments_of(cell: dict[str, Any]) -> Iterable[tuple[str, dict[str, str]]]:
    """The pictures attached to a cell, each as base64 in one text."""
    attached = cell.get("attachments")
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        bundle = bundle.items() if isinstance(bundle, dict) else ()
        texts = {kind: "".join(data) for kind, data in bundle if kind in PICTURES and is_text(data)}
        kept = {kind: text for kind, text in texts.items() if re.fullmatch(r"[A-Za-z0-9+/=\s]*", text)}
        if kept and isinstance(name, str):
            yield name, kept


# Sentences


def not_there(name):
    return _("There is no {name} in what you handed in, so nothing of it could be graded.").format(name=name)


def was_old(name):
    return _(
        "{name} is in an old notebook format. It was read all the same: save it once with a current Jupyter."
    ).format(name=name)


def another_course(name):
    return _(
        "No cell of this assignment is in {name}: is it the notebook of another one? Its code was graded all the same."
    ).format(name=name)


def repeated(name, count):
    return _("The cell {name} is there {count} times. The last one that you wrote in counts.").format(
        name=shown(name), count=count
    )


def repeated_test(name):
    return _("The test {name} was there more than once. It counts once.").format(name=shown(name))


def renamed(name):
    return _("The cell {name} had lost its name, and got it back.").format(name=shown(name))


def settings_changed(name):
    return _("The settings of the cell {name} were changed. It was graded as it was given to you.").format(
        name=shown(name)
    )


def text_changed(name):
    return _("The cell {name} is not yours to change. It was graded as it was given to you.").format(name=shown(name))


def missing(name):
    return _("The cell {name} is missing from what you handed in.").format(name=shown(name))


def lost_answer():
    return _("This cell was missing from what was handed in. Is its answer in another cell?")
