"""Grades for other programs: a table, Canvas, Moodle, Gradescope and JUnit.

What students get to see of these passes through handback.py.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ..outcome import BLOCKED, FAILED, GRADER_ERROR, NOT_ASSESSED, NOT_STARTED, PASSED
from ..summary import plain_points
from .gradebooks import ExportError, Merged, Records, write_canvas_csv, write_moodle_csv
from .handback import Result, hand_back, handed_in_late, in_cases, located, name_of
from .plain import cell, legible, one_line
from .records import safe_name
from .statistics import Class, troubles_of

__all__ = [
    "ExportError",
    "Merged",
    "for_staff",
    "gradescope_results",
    "junit_suite",
    "write_canvas_csv",
    "write_grades_csv",
    "write_gradescope",
    "write_junit",
    "write_moodle_csv",
]


# A table of everything


def write_grades_csv(out: Path, class_: Class, records: Records) -> Path:
    """One row for each student: totals, units, exercises, and which file was graded. UTF-8 with a mark, for Excel."""
    path = out / "grades.csv"
    units = [unit.name for unit in class_.units]
    exercises = [exercise.id for exercise in class_.exercises]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        fixed = ["student", "name", "submission", "late", "attempt", "earned", "points", "percent"]
        table.writerow(map(cell, [*fixed, *units, *exercises, *(f"{unit} sha256" for unit in units)]))
        for record in records():
            table.writerow(grades_of(record, units, exercises))
    return path


def grades_of(record, units: list[str], exercises: list[str]) -> list[str]:
    by_unit = {unit["unit"]: unit for unit in record["units"]}
    earned = {e["exercise"]: e["earned"] for unit in record["units"] for e in unit["exercises"]}
    submission = record["submission"]
    return [
        *map(cell, (record["student"], name_of(record), submission["name"])),
        "yes" if submission["late"] else "no",
        cell(str(submission["attempt"])),
        plain_points(record["earned"]),
        plain_points(record["points"]),
        f"{100 * record['earned'] / record['points']:.1f}" if record["points"] else "",
        *(plain_points(by_unit[name]["earned"]) if name in by_unit else "" for name in units),
        *(plain_points(earned[id]) if id in earned else "" for id in exercises),
        *((by_unit.get(name, {}).get("file") or {}).get("sha256", "") for name in units),
    ]


# Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/


def gradescope_results(record: dict[str, Any]) -> dict[str, Any]:
    """A record as Gradescope's results.json.

    Nothing in it is hidden by "visibility": where a test is hidden, Gradescope keeps the total from the student too.
    What only staff may read is not there at all, but in for_staff(), to be printed: Gradescope shows what was printed
    to staff alone.
    """
    handed = hand_back(record)
    remarks = [handed_in_late()] if handed.late else []
    remarks += [*handed.remarks, *(f"{unit.unit}: {remark}" for unit in handed.units for remark in unit.remarks)]
    return {
        "score": handed.earned,
        "execution_time": record["run"]["seconds"],
        "output": legible("\n".join([handed.summary, *remarks])),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "chainrule": handed.version,
            "files": {unit.unit: unit.file["sha256"] for unit in handed.units if unit.file},
        },
        "tests": [
            gradescope_test(result, f"{u}.{e}")
            for u, unit in enumerate(handed.units, 1)
            for e, result in enumerate(unit.results, 1)
        ],
    }


def gradescope_test(result: Result, place: str) -> dict[str, Any]:
    return {
        "name": legible(f"{result.exercise}: {result.said}"),
        "number": place,
        "score": result.earned,
        "max_score": result.points,
        "status": "passed" if result.status == PASSED else "failed",
        "output": legible("\n".join(commented(result))),
        "tags": [result.exercise.partition(".")[0]],
        "visibility": "visible",
    }


def write_gradescope(record: dict[str, Any], out: Path) -> Path:
    """Write results.json of a student into DIR/gradescope."""
    path = out / "gradescope" / f"{safe_name(record['student'])}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(gradescope_results(record), ensure_ascii=False), encoding="utf-8")
    return path


def commented(result: Result) -> Iterator[str]:
    """What is said of an exercise, as lines of plain text."""
    for i, comment in enumerate(result.comments):
        if i:
            yield ""
        yield comment.sentence
        if comment.hint:
            yield comment.hint
        yield from (f"  {detail}" for detail in comment.details)
        for place in comment.places:
            yield f"  {located(place)}"
            if place["source"]:
                yield f"      {place['source']}"
        if comment.cases:
            yield in_cases(comment.cases)


def for_staff(record: dict[str, Any]) -> Iterator[str]:
    """What only staff may read of a record: how it was run, what went wrong, and the unseen cases that failed."""
    run = record["run"]
    yield f"{legible(record['student'])}: {plain_points(record['earned'])} of {plain_points(record['points'])} points"
    yield f"run in: {run['tier']}; {run['seconds']:g} s; " + ", ".join(f"{n} {v}" for n, v in run["versions"].items())
    yield from (one_line(sentence) for _, sentence in troubles_of(record))
    for unit in record["units"]:
        for outcome in unit["exercises"]:
            for case in outcome["cases"]:
                if case["hidden"] and case["status"] != PASSED:
                    yield one_line(f"{outcome['exercise']} [{case['case']}, unseen]: {case['sentence']}")


# JUnit: https://github.com/jenkinsci/xunit-plugin, junit-10.xsd, and https://docs.gitlab.com, "Unit test reports"


def write_junit(out: Path, class_: Class, suites: Iterable[str]) -> Path:
    """One suite for each student, one test for each exercise.

    Servers know a test by its class and its name together, so the class says whose unit it is: Jenkins makes a package
    of the student and a class of the unit. Wrong is a failure; what was not begun or waits for something is skipped, so
    that red means a mistake; a fault of the grader is an error.
    """
    path = out / "junit.xml"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(f"<testsuites name={attribute(class_.course.title)}>\n")
        file.writelines(suites)
        file.write("</testsuites>\n")
    return path


JUNIT = {FAILED: "failure", GRADER_ERROR: "error", BLOCKED: "skipped", NOT_STARTED: "skipped", NOT_ASSESSED: "skipped"}


def junit_suite(record: dict[str, Any]) -> str:
    """A student's suite."""
    handed = hand_back(record)
    counts = Counter(JUNIT.get(result.status) for result in handed.results)
    taken = {id: run["seconds"] for id, run in record["run"]["exercises"].items()}
    lines = [
        f'<testsuite name={attribute(handed.student)} tests="{len(handed.results)}" failures="{counts["failure"]}" '
        f'errors="{counts["error"]}" skipped="{counts["skipped"]}" time="{record["run"]["seconds"]:.3f}" '
        f"timestamp={attribute(handed.graded[:19])}>",
        "<properties>",
        f'<property name="earned" value="{plain_points(handed.earned)}"/>',
        f'<property name="points" value="{plain_points(handed.points)}"/>',
        "</properties>",
    ]
    for result in handed.results:
        unit, _, name = result.exercise.partition(".")
        whose = attribute(f"{handed.student}.{unit}")
        case = f'<testcase classname={whose} name={attribute(name)} time="{taken.get(result.exercise, 0):.3f}"'
        if kind := JUNIT.get(result.status):
            said = attribute(result.comments[0].sentence if result.comments else result.said)
            text = escape(legible("\n".join(commented(result))))
            lines.append(f"{case}><{kind} type={attribute(result.status)} message={said}>{text}</{kind}></testcase>")
        else:
            lines.append(f"{case}/>")
    return "\n".join([*lines, "</testsuite>", ""])


def attribute(text: str) -> str:
    return quoteattr(legible(text))
