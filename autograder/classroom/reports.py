"""All that is made of the records of a class: pages for students and staff, and tables for other platforms."""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..course import Course
from . import exports, pages
from .records import complete, is_final, read_all
from .statistics import Class


class Reports:
    """The reports in a folder of grades, written as the records come.

    Args:
        course: the course.
        out: the folder of the grades.
    """

    def __init__(self, course: Course, out: Path):
        self.out = out
        self.class_ = Class(course)
        self.students: list[str] = []
        self.troubled = 0  # students of whom something could not be graded

    def add(self, record: dict[str, Any]) -> None:
        """Write what is made of one record alone, and count it in."""
        record = complete(record)
        self.students.append(record["student"])
        self.class_.add(record)
        self.troubled += not is_final(record)
        pages.write_student(self.out, record)
        exports.write_gradescope(record, self.out)

    def records(self) -> Iterator[dict[str, Any]]:
        return read_all(self.out, self.students)

    def finish(self, canvas: Path | None = None, moodle: Path | None = None) -> list[str]:
        """Write what is made of all records together; what staff should know of the tables that were filled in.

        Raises exports.ExportError where a gradebook cannot be filled in.
        """
        self.write_class()
        exports.write_grades_csv(self.out, self.class_, self.records)
        exports.write_junit(self.out, self.class_, self.records)
        write_printed(self.out / "printed.txt", self.records())
        filled = exports.write_canvas_csv(self.out, self.class_, self.records, canvas)
        merged = exports.write_moodle_csv(self.out, self.class_, self.records, moodle)
        given = [made for made, file in ((filled, canvas), (merged, moodle)) if file]
        return [remark for made in given for remark in made.remarks]

    def write_class(self) -> None:
        """Write the page about the class, with a link to that about similar works if there is one."""
        pages.write_class(self.out, self.class_, self.records, (self.out / "similarity.html").is_file())


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
        reports.students.append(record["student"])
        reports.class_.add(record)
    if reports.students:
        reports.write_class()
