"""The page of a unit: its lesson, with a directive where a marker is, and told for readers who have no files."""

from collections.abc import Iterator
from pathlib import Path

from autograder.course import Unit
from autograder.kit import shown
from autograder.lesson import Words, pieces, retold

WORDS = Words(
    write="below, and press **Check**",
    prompt="Press **Try it** above, and run:",
    file="press **Try it** above, and write this",
)


def page(unit: Unit) -> str:
    """The page in MyST. Raises CourseError if the lesson does not place every exercise, or sends readers to pytest."""
    return "".join(parts(unit))


def parts(unit: Unit) -> Iterator[str]:
    for piece in pieces(unit, ("exercise", "explorer")):
        if piece.kind:
            name = f"{unit.name}.{piece.name}" if piece.kind == "exercise" else piece.name
            yield f"```{{{piece.kind}}} {name}\n```"
        text = retold(piece.text, unit, WORDS)
        for name in pictures(unit):
            text = text.replace(f"]({name})", f"]({unit.name}/{name})")
        yield text


def pictures(unit: Unit) -> dict[str, Path]:
    """The pictures that the lesson shows, by their names in it."""
    return {path.relative_to(unit.folder).as_posix(): path for path in shown(unit)}
