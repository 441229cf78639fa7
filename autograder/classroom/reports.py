"""All that is made of the records of a class: pages for students and staff, and tables for other platforms."""

import marshal
import os
import tempfile
import textwrap
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from ..course import Course
from . import exports, pages
from .records import complete, is_final, read_all
from .statistics import Class


class Reports:
    """The reports in a folder of grades, written as the records come.

    What is made of all records, in the order of the students' names, is made of three pieces of each: its outline, its
    suite for JUnit, and what was printed. They are kept in a file, where an outline is read far sooner than from JSON,
    and not in memory.

    Args:
        course: the course.
        out: the folder of the grades.
    """

    def __init__(self, course: Course, out: Path):
        self.out = out
        self.class_ = Class(course)
        self.places: dict[str, list[int]] = {}  # where each student's pieces begin, and where the last one ends
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=out)  # noqa: SIM115 - open as long as reports are made
        self.troubled = 0  # students of whom something could not be graded

    def add(self, record: dict[str, Any]) -> None:
        """Write what is made of one record alone, and count it in."""
        record = complete(record)
        self.count(record, exports.junit_suite(record), printed(record))
        self.troubled += not is_final(record)
        pages.write_student(self.out, record)
        exports.write_gradescope(record, self.out)

    def count(self, record: dict[str, Any], *pieces: str) -> None:
        """Count a complete record in, and keep its outline and these pieces."""
        self.class_.add(record)
        packed = [marshal.dumps(piece) for piece in (outline_of(record), *pieces)]
        begin = self.file.seek(0, os.SEEK_END)
        self.file.write(b"".join(packed))
        self.places[record["student"]] = list(accumulate(map(len, packed), initial=begin))

    def kept(self, number: int) -> Iterator[Any]:
        """This piece of each student, sorted by student."""
        for _, places in sorted(self.places.items()):
            begin, end = places[number : number + 2]
            self.file.seek(begin)
            yield marshal.loads(self.file.read(end - begin))

    def outlines(self) -> Iterator[dict[str, Any]]:
        """All records without their cases, sorted by student."""
        return self.kept(0)

    def finish(self, canvas: Path | None = None, moodle: Path | None = None) -> list[str]:
        """Write what is made of all records together; what staff should know of the tables that were filled in.

        Raises exports.ExportError where a gradebook cannot be filled in.
        """
        self.write_class()
        exports.write_grades_csv(self.out, self.class_, self.outlines)
        exports.write_junit(self.out, self.class_, self.kept(1))
        with (self.out / "printed.txt").open("w", encoding="utf-8") as file:
            file.writelines(self.kept(2))
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


def printed(record: dict[str, Any]) -> str:
    """What a student's code printed while it was graded, shortened, for staff."""
    told = []
    for exercise in (e for unit in record["units"] for e in unit["exercises"]):
        if said := "".join(dict.fromkeys(case["printed"] for case in exercise["cases"])):
            told.append(f"{record['student']}, {exercise['exercise']}:\n{textwrap.indent(said, '    ')}\n")
    return "".join(told)


def rewrite_class_page(course: Course, out: Path) -> None:
    """Write the page about the class once more, from the records that are there; without any, there is no page."""
    reports = Reports(course, out)
    for record in read_all(out):
        reports.count(record)
    if reports.places:
        reports.write_class()
