"""Reports as web pages: one about the class, for staff, and one for each student, to be handed back.

Every page is one file that asks nothing of anywhere. What students wrote is escaped, and what a browser could take for
more than text is not let through. The class's is written while it is made, so that any size needs no more memory.
"""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from .. import sentences as say
from ..outcome import BLOCKED, FAILED, GRADER_ERROR, NOT_ASSESSED, NOT_STARTED, PASSED
from ..summary import plain_points
from . import handback
from .handback import hand_back, name_of
from .plain import counted, legible
from .records import Store, safe_name, write_whole
from .statistics import BINS, NOT_HANDED_IN, PASSING, Class, Exercise

TEMPLATES = Path(__file__).with_name("templates")
MOST_NAMES = 60  # that are listed of those who made a mistake
MOST_IN_NEED = 25
MOST_GROUPS = 8
TOP = 10
HARDEST = 5
BUFFERED = 64  # pieces of a page that are written at once
UNKNOWN = "–"

MARKS = {PASSED: "✓", FAILED: "✗", BLOCKED: "…", NOT_STARTED: "○", NOT_ASSESSED: "–", GRADER_ERROR: "!"}
SHOWN = (PASSED, FAILED, BLOCKED, NOT_STARTED)
KIND_TITLES = {
    "grader": "Faults of the course or the grader: these points are not final",
    "not locked": "Graded without a locked door",
    "unreadable": "Files that could not be read",
    "limit": "Limits that were hit, and crashes",
    "dropped": "Left out of what was handed in",
}


@cache
def environment() -> Environment:
    """Templates that escape everything, and in which text is legible before it is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: legible(value) if type(value) is str else value,
    )
    made.filters |= {
        "points": plain_points,
        "percent": percent,
        "prose": prose,
        "slug": slug,
        "counted": counted,
        "href": student_page,
    }
    made.globals |= {"say": handback, "marks": MARKS, "dash": UNKNOWN}
    return made


def load_templates() -> None:
    """Have the templates of these pages compiled, which takes a moment, before anybody waits for a page."""
    for name in ("class.html", "student.html"):
        environment().get_template(name)


def write_class(
    out: Path, class_: Class, records: Callable[[], Iterator[dict[str, Any]]], similarity: bool = False
) -> Path:
    """Write the page about the class, DIR/class.html.

    Args:
        class_: what the records add up to.
        records: gives the records once more, for the list of students.
        similarity: whether there is a page about similar submissions to link to.
    """
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8").strip()
    content = (
        environment()
        .get_template("class.html")
        .stream(
            class_=class_,
            exercises=class_.exercises,
            scores=class_.scores,
            histogram=histogram(class_),
            silent=class_.nothing_handed_in,
            mistakes=by_exercise(class_),
            top=class_.mistakes()[:TOP],
            hardest=class_.hardest()[:HARDEST],
            helped=class_.needs_help(),
            shared=class_.shared_mistakes()[:MOST_GROUPS],
            troubles=by_kind(class_),
            rows=map(student_row, records()),
            secret=Store(out).fingerprint(),
            similarity=similarity,
            statuses=SHOWN,
            status_shares=status_shares,
            not_handed_in=NOT_HANDED_IN,
            passing=PASSING,
            most_names=MOST_NAMES,
            most_in_need=MOST_IN_NEED,
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )
    content.enable_buffering(BUFFERED)
    with page(out / "class.html") as file:
        file.writelines(content)
    return out / "class.html"


def write_student(out: Path, record: dict[str, Any]) -> Path:
    """Write the page that a student gets back, DIR/students/<name>.html. Nothing in it tells of an unseen case."""
    handed = hand_back(record)
    right = sum(result.status == PASSED for result in handed.results)
    started = any(result.status != NOT_STARTED for result in handed.results)
    path = out / "students" / f"{safe_name(record['student'])}.html"
    content = (
        environment()
        .get_template("student.html")
        .render(
            handed=handed,
            right=right,
            encouragement=handback.encouragement(right, started, len(handed.results)),
            labels={name: label() for name, label in handback.LABELS.items()},
        )
    )
    write_whole(path, content.encode())
    return path


@contextmanager
def page(path: Path):
    """A file that appears under its name only when it is whole."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


# What the templates are given


def percent(share: float | None) -> str:
    """A share as a percentage without decimals; never 0 or 100 where it is only nearly so."""
    if share is None:
        return UNKNOWN
    shown = round(100 * share)
    if shown in (0, 100) and share not in (0, 1):
        shown = min(max(shown, 1), 99)
    return f"{shown}%"


def prose(text: str) -> Markup:
    """A sentence in which `this` is code."""
    parts = re.split(r"`([^`\n]+)`", legible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def slug(text: str) -> str:
    """A name for a place in the page."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text)


def student_page(student: str) -> str:
    return f"students/{quote(safe_name(student))}.html"


def student_row(record) -> dict[str, Any]:
    """What the list of students says of one."""
    return {
        "student": record["student"],
        "name": name_of(record),
        "earned": record["earned"],
        "points": record["points"],
        "share": record["earned"] / record["points"] if record["points"] else None,
        "late": record["submission"]["late"],
        "missing": [unit["unit"] for unit in record["units"] if not unit["file"]],
        "seconds": record["run"]["seconds"],
    }


def status_shares(exercise: Exercise) -> list[tuple[str, int, float]]:
    """How many of those judged came out how, and which part of them that is."""
    counts = exercise.counts
    return [(say.STATUSES[s](), counts[s], counts[s] / exercise.judged) for s in SHOWN if counts[s]]


def by_exercise(class_: Class) -> list[tuple[Exercise, list]]:
    """The exercises in which known mistakes were made, and these, most frequent first."""
    found = ((exercise, class_.mistakes(exercise.id)) for exercise in class_.exercises)
    return [(exercise, mistakes) for exercise, mistakes in found if mistakes]


def by_kind(class_: Class) -> list[tuple[str, list]]:
    troubles = class_.troubles()
    kinds = [(title, [t for t in troubles if t.kind == kind]) for kind, title in KIND_TITLES.items()]
    return [(title, found) for title, found in kinds if found]


def histogram(class_: Class) -> dict[str, Any] | None:
    """The distribution of scores as places in a drawing 420 wide and 216 high."""
    scores = class_.scores
    if scores is None:
        return None
    left, width, top, floor = 30, 380, 22, 160
    step, most = width / BINS, max(scores.bins)
    bars = [
        {
            "x": round(left + i * step + 1.5, 1),
            "y": round(floor - (floor - top) * count / most, 1),
            "width": round(step - 3, 1),
            "height": round((floor - top) * count / most, 1),
            "middle": round(left + (i + 0.5) * step, 1),
            "count": count,
            "range": f"{100 * i // BINS} to {100 * (i + 1) // BINS}%",
        }
        for i, count in enumerate(scores.bins)
    ]
    ticks = [(round(left + width * p / 100, 1), p) for p in range(0, 101, 20)]
    along = {name: round(left + width * getattr(scores, name), 1) for name in ("lower", "median", "upper", "mean")}
    return {"bars": bars, "ticks": ticks, "left": left, "right": left + width, "floor": floor, **along}
