"""All that is made of the records of a class: pages for students and staff, and tables for other platforms."""

import marshal
import os
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from ..course import Course
from . import exports, pages
from .records import complete, is_final, read_all
from .statistics import Class


class Reports:
    """The reports in a folder of grades, written as the records come.

    What is made of all records goes through them several times. They are kept in a file for that, where they are read
    far sooner than from JSON, and not in memory.

    Args:
        course: the course.
        out: the folder of the grades.
    """

    def __init__(self, course: Course, out: Path):
        self.out = out
        self.class_ = Class(course)
        self.places: dict[str, tuple[int, int, int]] = {}  # where a student's outline begins, ends, and the record
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=out)  # noqa: SIM115 - open as long as reports are made
        self.troubled = 0  # students of whom something could not be graded

    def add(self, record: dict[str, Any]) -> None:
        """Write what is made of one record alone, and count it in."""
        record = complete(record)
        self.count(record)
        self.troubled += not is_final(record)
        pages.write_student(self.out, record)
        exports.write_gradescope(record, self.out)

    def count(self, record: dict[str, Any]) -> None:
        """Count a complete record in."""
        self.class_.add(record)
        outline, whole = marshal.dumps(outline_of(record)), marshal.dumps(record)
        place = self.file.seek(0, os.SEEK_END)
        self.file.write(outline + whole)
        self.places[record["student"]] = place, place + len(outline), place + len(outline + whole)

    def records(self) -> Iterator[dict[str, Any]]:
        """All records, sorted by student."""
        for _, (_, begin, end) in sorted(self.places.items()):
            yield self.read(begin, end)

    def outlines(self) -> Iterator[dict[str, Any]]:
        """All records without their cases, sorted by student."""
        for _, (begin, end, _) in sorted(self.places.items()):
            yield self.read(begin, end)

    def read(self, begin: int, end: int) -> dict[str, Any]:
        self.file.seek(begin)
        return marshal.loads(self.file.read(end - begin))

    def finish(self, canvas: Path | None = None, moodle: Path | None = None) -> list[str]:
        """Write what is made of all records together; what staff should know of the tables that were filled in.

        Raises exports.ExportError where a gradebook cannot be filled in.
        """
        self.write_class()
        exports.write_grades_csv(self.out, self.class_, self.outlines)
        exports.write_junit(self.out, self.class_, self.records)
        write_printed(self.out / "printed.txt", self.records())
        filled = exports.write_canvas_csv(self.out, self.class_, self.outlines, canvas)
        merged = exports.write_moodle_csv(self.out, self.class_, self.outlines, moodle)
        given = [made for made, file in ((filled, canvas), (merged, moodle)) if file]
        return [remark for made in given for remark in made.remarks]

    def write_class(self) -> None:
        """Write the page about the class, with a link to that about similar works if there is one."""
        pages.write_class(self.out, self.class_, self.outlines, (self.out / "similarity.html").is_file())


def outline_of(record: dict[str, Any]) -> dict[str, Any]:
    """The record without its cases, which are most of it."""
    units = [{**unit, "exercises": [{**e, "cases": []} for e in unit["exercises"]]} for unit in record["units"]]
    return {**record, "units": units}


def write_printed(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """What the code of each student printed while it was graded, shortened, for staff."""
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            for exercise in (e for unit in record["units"] for e in unit["exercises"]):
                if said := "".join(dict.fromkeys(case["printed"] for case in exercise["cases"])):
                    file.write(f"{record['student']}, {exercise['exercise']}:\n{textwrap.indent(said, '    ')}\n")


def rewrite_class_page(course: Course, out: Path) -> None:
    """Write the page about the class once more, from the records that are there; without any, there is no page."""
    reports = Reports(course, out)
    for record in read_all(out):
        reports.count(record)
    if reports.places:
        reports.write_class()
