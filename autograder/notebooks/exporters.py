"""Grades out of nbgrader's gradebook, with `nbgrader export`: a table that is quoted properly, Canvas, and Moodle.

nbgrader export
nbgrader export --exporter=autograder.notebooks.exporters.Canvas --assignment '["conv"]' --to canvas.csv
nbgrader export --exporter=autograder.notebooks.exporters.Moodle --assignment '["conv"]' --Moodle.gradebook=sheet.csv
"""

import csv
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from .. import __version__
from ..classroom.gradebooks import ExportError, Merged, listed, write_canvas_csv, write_moodle_csv
from ..classroom.plain import cell
from ..classroom.records import write_whole

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A student's grade of an assignment; without a submission there is no timestamp, and no points."""

    assignment: Any
    student: Any
    submission: Any

    @property
    def penalty(self) -> float:
        return (self.submission.late_submission_penalty or 0.0) if self.submission else 0.0

    @property
    def raw(self) -> float:
        return self.submission.score if self.submission else 0.0

    @property
    def score(self) -> float:
        return max(0.0, self.raw - self.penalty)

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.student.first_name, self.student.last_name)))


def rows_of(gradebook: Gradebook, assignments: list[str], students: list[str]) -> Iterator[Row]:
    """A row for every assignment and student; for some of them where they are named."""
    for assignment in gradebook.assignments:
        for student in sorted(gradebook.students, key=lambda student: student.id):
            if (assignments and assignment.name not in assignments) or (students and student.id not in students):
                continue
            try:
                submission = gradebook.find_submission(assignment.name, student.id)
            except MissingEntry:
                submission = None
            yield Row(assignment, student, submission)


class QuotedCsv(ExportPlugin):
    """nbgrader's own table, which stays a table whatever a name holds: a comma, a quote, or a formula."""

    def export(self, gradebook: Gradebook) -> None:
        to = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", to)
        with to.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            for row in rows_of(gradebook, [str(a) for a in self.assignment], [str(s) for s in self.student]):
                of = row.student
                words = of.id, of.last_name, of.first_name, of.email
                table.writerow([
                    cell(row.assignment.name),
                    row.assignment.duedate or "",
                    (row.submission.timestamp or "") if row.submission else "",
                    *(cell(word or "") for word in words),
                    row.raw, row.penalty, row.score, row.assignment.max_score,
                ])  # fmt: skip


class ForPlatform(ExportPlugin):
    """The points of one assignment for another platform, merged into its own gradebook if that is named."""

    gradebook = Unicode("", help="The file downloaded from there, into which the points are merged.").tag(config=True)
    file_name = ""

    def export(self, gradebook: Gradebook) -> None:
        try:
            remarks = self.write(gradebook)
        except (ExportError, OSError) as error:
            self.log.error(str(error))
            sys.exit(1)
        for remark in remarks:
            self.log.warning(remark)

    def write(self, gradebook: Gradebook) -> list[str]:
        assignment = self.one_assignment(gradebook)
        rows = [r for r in rows_of(gradebook, [assignment], [str(s) for s in self.student]) if r.submission]
        if not rows:
            raise ExportError(f"Nobody has a grade for {assignment} yet: run `nbgrader autograde {assignment}` first.")
        records = [record_of(row) for row in rows]
        of_class = OfClass(OfCourse(assignment), rows[0].assignment.max_score, len(records))
        with tempfile.TemporaryDirectory() as folder:
            merged = self.fill(
                Path(folder), of_class, lambda: iter(records), Path(self.gradebook) if self.gradebook else None
            )
            to = Path(self.to or self.file_name)
            write_whole(to, merged.path.read_bytes())
        self.log.info("Exported %s to %s", assignment, to)
        waiting = [row.student.id for row in rows if row.submission.needs_manual_grade]
        waits = f"{to.name}: something is still to be graded by hand of {listed(waiting)}."
        return [*merged.remarks, *([waits] if waiting else [])]

    def one_assignment(self, gradebook: Gradebook) -> str:
        known = sorted(assignment.name for assignment in gradebook.assignments)
        named = [str(name) for name in self.assignment]
        if len(named or known) != 1 or not set(named) <= set(known):
            there = f"There is: {', '.join(known)}." if known else "There is none in the gradebook yet."
            raise ExportError(f"Name one assignment, such as --assignment '[\"{(known or ['conv'])[0]}\"]'. {there}")
        return (named or known)[0]

    def fill(self, folder: Path, of_class, records: Callable, gradebook: Path | None) -> Merged:
        raise NotImplementedError


class Canvas(ForPlatform):
    """For Canvas, Gradebook > Import."""

    file_name = "canvas.csv"
    column = Unicode("", help="The assignment's name in Canvas, if it is another.").tag(config=True)

    def fill(self, folder, of_class, records, gradebook):
        return write_canvas_csv(folder, of_class, records, gradebook, self.column)


class Moodle(ForPlatform):
    """For Moodle's offline grading worksheet."""

    file_name = "moodle.csv"

    def fill(self, folder, of_class, records, gradebook):
        return write_moodle_csv(folder, of_class, records, gradebook)


@dataclass(frozen=True)
class OfCourse:
    title: str


@dataclass(frozen=True)
class OfClass:
    """What gradebooks.py takes of a class."""

    course: OfCourse
    worth: float
    size: int

    def __len__(self):
        return self.size


def record_of(row: Row) -> dict[str, Any]:
    """A grade as a record of class grading has it, for what gradebooks.py takes of one."""
    identity = {"name": row.name, "email": row.student.email or ""}
    late = (row.submission.total_seconds_late or 0) > 0
    return {
        "course": row.assignment.name,
        "student": row.student.id,
        "submission": {
            "identity": {key: value for key, value in identity.items() if value},
            "late": late,
            "remarks": [],
        },
        "units": [],
        "points": row.assignment.max_score,
        "earned": row.score,
        "run": {"graded": str(row.submission.timestamp or ""), "versions": {"chainrule": __version__}},
    }
