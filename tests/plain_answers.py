"""Right and wrong answers as a learner types them, made from solutions/: plain Python without Numba.

right("conv", "conv2d_backward")    the reference's source, with the helpers that it needs
wrong("conv", "conv2d_backward")    a known mistake's, which stands in for the exercise, and the mistake
"""

import ast
from collections.abc import Iterable
from functools import cache

from support import COURSE

from autograder.exercise import Mistake
from autograder.notebooks.references import Source

THEIRS = "right_{}"  # what a mistake calls the reference that it begins with


def right(unit: str, exercise: str) -> str:
    """The source of a reference."""
    solved = definitions(unit, "solutions")
    return text(needed(solved, [exercise], keep=COURSE.unit(unit).points))


def wrong(unit: str, exercise: str) -> tuple[str, Mistake]:
    """The source of the first mistake of an exercise that is known, and the mistake."""
    mistake = COURSE.unit(unit).mistakes[exercise][0]
    names = {name: THEIRS.format(name) for name in COURSE.unit(unit).points}
    own, solved = definitions(unit, "mistakes"), definitions(unit, "solutions")
    parts = needed(own, [mistake.id])
    # What it begins with is the reference, and what that needs.
    called = {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)} & names.keys()
    parts = [*needed(solved, called), *parts]
    renamed = [Renamed(names | {mistake.id: exercise}).visit(ast.parse(ast.unparse(part))) for part in parts]
    return text(renamed), mistake


class Renamed(ast.NodeTransformer):
    """Functions under other names, at their definitions and wherever they are called."""

    def __init__(self, names: dict[str, str]):
        self.names = names

    def visit_Name(self, node):
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_FunctionDef(self, node):
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)


@cache
def definitions(unit: str, kind: str) -> dict[str, ast.stmt]:
    """What a file of solutions/ defines or imports at its top, by name, in its order and without decorators."""
    folder = COURSE.unit(unit).solutions
    found = {}
    for node in Source(folder / {"solutions": f"{unit}.py", "mistakes": "mistakes.py"}[kind]).tree.body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {n.id: node for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
        elif isinstance(node, (ast.Import, ast.ImportFrom)) and not own(node):
            found |= {(alias.asname or alias.name): node for alias in node.names}
    return found


def own(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of the course's own modules, or of Numba: learners have neither."""
    return isinstance(node, ast.ImportFrom) and (node.level > 0 or node.module in ("numba", "autograder"))


def needed(defined: dict[str, ast.stmt], names: Iterable[str], keep: Iterable[str] = ()) -> list[ast.stmt]:
    """The statements that define these names, and all that they use; of the names to keep, only those asked for."""
    wanted, waiting = [], list(names)
    while waiting:
        name = waiting.pop()
        if name not in defined or defined[name] in wanted:
            continue
        wanted.append(defined[name])
        used = {node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)}
        waiting += used - set(keep)
    return [node for node in dict.fromkeys(defined.values()) if node in wanted]


def text(parts: list[ast.AST]) -> str:
    return "\n\n\n".join(ast.unparse(part) for part in parts) + "\n"
