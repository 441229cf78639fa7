"""Lessons: written once, and told by each face in its own words.

A lesson is a unit's README.md. Markers, each on a line of its own, say where its exercises belong, its written
questions and its explorers (the figures of the course site that one can play with). They are comments: whoever reads
the file as it is does not see them.
"""

import re
from dataclasses import dataclass

from .course import CourseError, Unit

MARKER = re.compile(r"^<!-- (exercise|question|explorer): (\w+) -->$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A marker of a lesson, and the text that follows it, up to the next. The first piece of a lesson has no marker.

    Args:
        kind: "exercise", "question", "explorer", or "" for the beginning.
        name: what the marker names.
        text: Markdown.
    """

    kind: str
    name: str
    text: str


def pieces(unit: Unit, kinds: tuple[str, ...] = ("exercise", "question")) -> list[Piece]:
    """A unit's lesson, taken apart at its markers of some kinds; those of other kinds are left out.

    Raises CourseError unless every exercise of the unit is placed once.
    """
    lesson = unit.lesson.read_text(encoding="utf-8")
    # split gives: text, kind, name, text, kind, name, text, ...
    begin, *rest = MARKER.split(lesson)
    found = [Piece("", "", begin)]
    for kind, name, text in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        if kind in kinds:
            found.append(Piece(kind, name, text))
        else:
            found[-1] = Piece(found[-1].kind, found[-1].name, found[-1].text.rstrip("\n") + "\n\n" + text.lstrip("\n"))
    if sorted(piece.name for piece in found if piece.kind == "exercise") != sorted(unit.points):
        raise CourseError(
            f"{unit.lesson}: every exercise needs one line <!-- exercise: NAME -->, and none is there twice."
        )
    return found


@dataclass(frozen=True)
class Words:
    """What a face says where a lesson speaks of files and of pytest.

    Args:
        write: where a function is written and how it is checked, instead of "in `conv.py`, and run `pytest …`".
        prompt: where something is tried, instead of "In the folder `exercises/conv`, with `python`:".
        file: where more is written, instead of "write this in a file of your own, beside `conv.py`".
    """

    write: str
    prompt: str
    file: str


def retold(text: str, unit: Unit, words: Words) -> str:
    """A lesson's text in the words of a face that has no files. Raises CourseError where a sentence has none."""
    file, folder = rf"`{re.escape(unit.name)}\.py`", rf"exercises/{re.escape(unit.name)}"
    for pattern, instead in (
        (rf"in {file}, and run `pytest {folder} -k \w+`", words.write),
        (r" \(That also runs [^)]*\)", ""),
        (rf"In the folder `{folder}`, with `python`:", words.prompt),
        (rf"write this in a file of your own, beside {file}", words.file),
    ):
        text = re.sub(pattern.replace(" ", r"\s+"), instead, text)
    if missed := re.search(r"[^\n]*`pytest[^\n]*", text):
        raise CourseError(f"{unit.lesson}: this can only be followed with pytest: {missed[0].strip()}")
    # What a script would have to import of the student's file is there already.
    imported = re.compile(rf"^from {re.escape(unit.name)} import .*\n", re.MULTILINE)
    return FENCE.sub(lambda fence: imported.sub("", fence[0]), text)
