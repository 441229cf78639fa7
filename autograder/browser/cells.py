"""A unit's file as cells, and back: one cell for what stands above the first exercise, then one for each exercise.

Nothing that a learner wrote is lost on the way: helpers, constants and comments stay in the cell of the exercise that
they follow, and a file that Python cannot read is taken apart all the same.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

PREAMBLE = "preamble"
BETWEEN = "\n\n\n"  # cells of a file


@dataclass(frozen=True)
class Cell:
    """A piece of a unit's file.

    Args:
        name: the exercise whose function it defines, or "preamble".
        source: its text, lines ended by "\\n".
    """

    name: str
    source: str


def split(text: str, exercises: Iterable[str]) -> list[Cell]:
    """The cells of a unit's file: the preamble, then those of the exercises in the order given; the source of one that
    the file does not define is empty."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    exercises = list(exercises)
    starts = beginnings(text, exercises)
    bounds = [(PREAMBLE, 0), *sorted(starts.items(), key=lambda start: start[1]), ("", len(lines))]
    found = {name: lines[start:end] for (name, start), (_, end) in pairwise(bounds)}
    return [Cell(name, trimmed(found.get(name, []))) for name in (PREAMBLE, *exercises)]


def join(cells: Iterable[Cell]) -> str:
    """The text of a unit's file, from its cells."""
    sources = [trimmed(cell.source.split("\n")) for cell in cells]
    return BETWEEN.join(source.rstrip("\n") for source in sources if source) + "\n"


def beginnings(text: str, exercises: list[str]) -> dict[str, int]:
    """For each exercise that a file defines, the line (from 0) on which its cell begins: decorators, and comments that
    stand directly above, belong to it."""
    lines, found = text.split("\n"), {}
    for name, line in definitions(text):
        if name in exercises and name not in found:
            while line and lines[line - 1].startswith(("#", "@")):
                line -= 1
            found[name] = line
    return found


def definitions(text: str) -> list[tuple[str, int]]:
    """The functions at the top level of a file and the lines (from 0) on which they begin."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        matches = re.finditer(r"^(?:async[ \t]+)?def[ \t]+(\w+)", text, re.MULTILINE)
        return [(match[1], text.count("\n", 0, match.start())) for match in matches]
    functions = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [(f.name, min([f.lineno, *(d.lineno for d in f.decorator_list)]) - 1) for f in functions]


def trimmed(lines: list[str]) -> str:
    """Lines as a text that neither begins nor ends with blank ones; every line ends with "\\n"."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return "".join(f"{line}\n" for line in lines[first:last])
