"""Grading the notebooks of one assignment: as `chainrule grade` grades submissions, with records of the same kind.

`nbgrader autograde` and `chainrule autograde` both come through here. The records, and the secret from which every
student's unseen cases are drawn, lie in the folder .chainrule of the nbgrader course.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..classroom.records import SCHEMA, Secret, Store, digest, is_final, safe_name, secret_for, write_whole
from ..classroom.session import Session
from ..classroom.submissions import Submission, Work, legible
from ..classroom.submissions import digest as read_digest
from ..classroom.submissions.limits import LIMITS
from ..classroom.submissions.members import Unreadable, contents
from ..classroom.submissions.names import by_stem, unit_file
from ..classroom.submissions.notebooks import cells_of
from ..classroom.submissions.words import damaged
from ..course import Course, Unit
from ..locked.confine import Limits
from .restoring import Master, MasterCell, restored

HOME = ".chainrule"
CHECK = re.compile(r"""\bcheck\(\s*["'](\w+)\.(\w+)["']""")
# In the locked-down process there is nothing to check with, and no need to: whatever code is there is graded.
IMPORTS_CHECK = re.compile(rb"^[ \t]*(?:from\s+autograder\b.*\bimport\b.*\bcheck\b.*|import\s+autograder\b.*)$", re.M)
NO_CHECK = b"def check(*names, **options): pass"


def home(root: Path) -> Path:
    """Where an nbgrader course keeps what chainrule needs to remember."""
    return root / HOME


def secret_of(root: Path) -> Secret:
    """The secret of an nbgrader course, made the first time. Raises RecordError."""
    return secret_for(Store(home(root)), home(root) / "secret")


def asked_in(source: str, name: str, notebook: str) -> tuple[str, str]:
    """The unit and the exercise that a test cell asks for: that in `check("unit.exercise")`, or that in its name."""
    code = "\n".join(line.partition("#")[0] for line in source.split("\n"))
    asked = CHECK.search(code)
    return asked.groups() if asked else (notebook, name.removeprefix("test_"))


def exercises_of(course: Course, notebook: str, master: Master) -> dict[str, str]:
    """Which of the course's exercises each graded test cell asks for."""
    points = {unit.name: unit.points for unit in course.units}
    found = {}
    for cell in master.tests:
        unit, name = asked_in(cell.source, cell.name, notebook)
        if name in points.get(unit, {}):
            found[cell.name] = f"{unit}.{name}"
    return found


def score_of(outcome: dict[str, Any], cell: MasterCell) -> float:
    """What a cell earns: the exercise's points, scaled to the cell's own; finite, and between 0 and those."""
    worth = outcome["points"]
    share = outcome["earned"] / worth if worth else 0.0
    return float(cell.points * (share if 0 <= share <= 1 else 0.0))


@dataclass(frozen=True, kw_only=True)
class NotebookSession(Session):
    """One notebook of one assignment, graded for any number of students.

    Args:
        notebook: its name, without an ending.
        master: the instructor's version.
    """

    notebook: str
    master: Master

    @cached_property
    def master_stamp(self) -> str:
        cells = [[cell.metadata, cell.source] for cell in self.master.cells.values()]
        return digest(cells, sorted(self.master.ids.items()))

    def blank(self, submission: Submission) -> tuple[dict[str, Any], dict[str, Work]]:
        """A student's record before anything of it was graded, and what was handed in: every unit's code is that of the
        notebook."""
        work = self.work(submission.path)
        works = {unit.name: replace(work, unit=unit.name) for unit in self.units}
        record = {
            "schema": SCHEMA,
            "course": self.course.title,
            "student": submission.student,
            "submission": {
                "name": legible(submission.path.name),
                "late": submission.late,
                "attempt": submission.attempt,
                "identity": dict(submission.identity),
                "remarks": [],
                "digest": read_digest(submission, works, []),
            },
            "units": [self.blank_unit(unit, works[unit.name]) for unit in self.units],
        }
        depends = self.stamps, self.master_stamp, self.secret.fingerprint, self.limits.to_json(), self.limits_only
        record["key"] = digest(record, *depends)
        return record, works

    def work(self, path: Path) -> Work:
        """What is graded of a student's folder."""
        data, file, refused = notebook_in(path, self.notebook)
        name = f"{self.notebook}.ipynb"
        found = restored(data, self.master, name, refused)
        work = Work(self.notebook, "notebook" if data is not None else "missing", file or "", problem=found.problem)
        work = replace(work, sha256=hashlib.sha256(data or b"").hexdigest() if data is not None else "")
        remarks, cells = list(found.remarks), ()
        if not found.problem:
            try:
                cells, said = cells_of(json.dumps(found.notebook).encode(), name)
                remarks += said
            except Unreadable as error:
                remarks.append(error.sentence)
                work = replace(work, problem=error.problem)
        cells = tuple(IMPORTS_CHECK.sub(NO_CHECK, cell) for cell in cells)
        return replace(work, cells=cells, size=len(data or b""), remarks=tuple(remarks))

    def at_hand(self, submission: Submission) -> tuple[dict[str, Any] | None, str]:
        """The record of a submission if it is there already and fits, and the key that it has or will have."""
        key = self.blank(submission)[0]["key"]
        record = self.store.read(submission.student)
        fits = record and record.get("key") == key and self.secret.is_signed(record) and is_final(record)
        return (record if fits else None), key

    # Which records the gradebook has

    def recorded(self, student: str) -> str:
        """The key of the record that was written into the gradebook last, or ""."""
        with suppress(OSError, UnicodeDecodeError):
            return self.mark_of(student).read_text(encoding="ascii")
        return ""

    def remember(self, student: str, key: str) -> None:
        write_whole(self.mark_of(student), key.encode("ascii"))

    def mark_of(self, student: str) -> Path:
        return self.out / "recorded" / safe_name(student)


def session_for(
    root: Path,
    course: Course,
    assignment: str,
    notebook: str,
    master: Master,
    limits: Limits,
    limits_only: bool = False,
    folder: Path | None = None,
) -> NotebookSession | None:
    """The session of an assignment's notebook, or None where none of its cells asks for an exercise of the course.

    Raises RecordError where the course's secret is gone.

    Args:
        root: the nbgrader course's folder.
        folder: where submissions lie.
    """
    asked = {id.partition(".")[0] for id in exercises_of(course, notebook, master).values()}
    units: tuple[Unit, ...] = tuple(unit for unit in course.units if unit.name in asked)
    if not units:
        return None
    out = home(root) / safe_name(assignment) / safe_name(notebook)
    return NotebookSession(
        course, units, folder or root, out, secret_of(root), limits, limits_only, notebook=notebook, master=master
    )


def submission_of(student: str, folder: Path) -> Submission:
    """What lies in a student's folder of an assignment."""
    attempt = ""
    with suppress(OSError, Unreadable):
        attempt = legible(contents(folder / "timestamp.txt", 200).decode("ascii", "replace").strip())
    return Submission(student, folder, attempt=attempt)


def notebook_in(folder: Path, notebook: str) -> tuple[bytes | None, str | None, Unreadable | None]:
    """A notebook's bytes and file name, or why it cannot be read; None where there is none. One that a browser or a
    gradebook called `conv (1).ipynb` or `conv-1.ipynb` is found as well."""
    for name in (f"{notebook}.ipynb", *other_names(folder, notebook)):
        try:
            return contents(folder / name, LIMITS["ipynb"]), name, None
        except FileNotFoundError:
            continue
        except Unreadable as error:
            return None, name, error
        except OSError:
            return None, name, Unreadable("not readable", damaged(f"{notebook}.ipynb"))
    return None, None, None


def other_names(folder: Path, notebook: str) -> Iterator[str]:
    stems = by_stem([notebook])
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return
    named = [(unit_file(name, stems), name) for name in names]
    found = [(file.again, name) for file, name in named if file and file.ending == "ipynb"]
    yield from (name for _again, name in sorted(found, reverse=True))
