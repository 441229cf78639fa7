"""Running a scratch cell after a unit's cells: what it prints, what it draws, and where it stops."""

import ast
import io
import linecache
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..course import Unit
from ..implementation import Functions, captured, unreadable
from . import pictures
from .checking import Cell, functions_of

SCRATCH = "scratch"
LONGEST = 20_000  # characters of output that are kept; what follows is counted and left out
OFTEN = 0.1  # seconds from one report of output to the next


@dataclass(frozen=True)
class Line:
    """A line of the learner's own on the way to an error."""

    cell: str
    line: int
    function: str
    source: str


@dataclass(frozen=True)
class Error:
    """Why the scratch cell, or a cell before it, stopped."""

    kind: str
    message: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Ran:
    """What came of a scratch cell.

    Args:
        printed: its output, and the value of its last line if that is an expression.
        error: where it stopped, or None.
        pictures: what `plot` and `image` drew, as SVG.
    """

    printed: str
    error: Error | None
    pictures: tuple[str, ...]


class Stream(io.TextIOBase):
    """Passes on what is written to it, in pieces, up to a length."""

    def __init__(self, tell: Callable[[str], None]):
        self.tell, self.kept, self.waiting, self.told, self.left_out = tell, "", "", 0.0, 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        taken = text[: max(LONGEST - len(self.kept) - len(self.waiting), 0)]
        self.left_out += len(text) - len(taken)
        self.waiting += taken
        if self.waiting and time.monotonic() - self.told > OFTEN:
            self.pass_on()
        return len(text)

    def pass_on(self):
        if self.waiting:
            self.tell(self.waiting)
            self.kept, self.waiting, self.told = self.kept + self.waiting, "", time.monotonic()

    def finish(self) -> str:
        if self.left_out:
            self.waiting += f"\n[… {self.left_out} more characters]\n"
        self.pass_on()
        return self.kept


def run(unit: Unit, cells: list[Cell], scratch: str, tell: Callable[[str], None]) -> Ran:
    """Run a scratch cell after a unit's cells, with `plot` and `image` at hand.

    Args:
        unit: the unit.
        cells: its cells, the preamble first.
        scratch: the source of the scratch cell.
        tell: called with what is printed, piece by piece.
    """
    stream, drawn = Stream(tell), []
    functions = functions_of(unit, cells)
    functions.namespace.update(pictures.tools(drawn.append))
    with captured(stream), np.errstate(), warnings.catch_warnings():
        warnings.simplefilter("default")
        failure = execute(functions, scratch)
    names = {f"{unit.name}.py, cell {number}": cell.name for number, cell in enumerate(cells, 1)}
    error = failure and Error(
        failure.kind,
        failure.message,
        tuple(Line(names.get(f.file, f.file), f.line, f.function, f.source) for f in failure.frames),
    )
    return Ran(stream.finish(), error, tuple(drawn))


def execute(functions: Functions, source: str):
    """Run a source, and print the value of its last line if that is an expression, as Python's prompt does."""
    try:
        tree = ast.parse(source, SCRATCH)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        body = compile(tree, SCRATCH, "exec", dont_inherit=True)
        ending = last and compile(ast.Expression(last.value), SCRATCH, "eval", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return unreadable(error, source.encode(), SCRATCH)
    linecache.cache[SCRATCH] = len(source), None, source.splitlines(keepends=True), SCRATCH
    try:
        exec(body, functions.namespace)
        value = ending and eval(ending, functions.namespace)
        if value is not None:
            print(repr(value))
    except BaseException as error:
        return functions.explain(error)
