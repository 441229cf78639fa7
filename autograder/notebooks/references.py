"""The stubs and references of a unit, taken apart function by function, for cells that hold one function each."""

import ast
import re
from functools import cached_property

from ..course import CourseError, Unit

# Numba keeps compiled code beside the file it was written in, and a cell has none.
CACHED = re.compile(r"\(cache=True\)|, cache=True|(?<=\()cache=True, ")


class Source:
    """A Python file, its lines and its syntax tree."""

    def __init__(self, path):
        self.path = path
        try:
            text = path.read_text(encoding="utf-8")
            self.lines, self.tree = text.split("\n"), ast.parse(text)
        except (OSError, ValueError, SyntaxError) as error:
            raise CourseError(f"{path} cannot be read: {error}") from None

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}

    @cached_property
    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        return [node for node in self.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]

    def function(self, name: str) -> ast.FunctionDef:
        if name not in self.functions:
            raise CourseError(f"{self.path} does not define {name}.")
        return self.functions[name]

    def text(self, first: int, last: int) -> str:
        """Some lines, counted from 1, both included."""
        return "\n".join(self.lines[first - 1 : last]).rstrip()


class Reference:
    """What the cells of a unit are made of. A helper is handed out once, with the first function that needs it."""

    def __init__(self, unit: Unit):
        self.points = unit.points
        self.stubs, self.solved = Source(unit.stubs), Source(unit.reference_file)
        self.told: set[str] = set()

    @cached_property
    def given(self) -> list[str]:
        """What the stubs import, a line each."""
        return [ast.unparse(node) for node in self.stubs.imports]

    def head(self, name: str) -> str:
        """The signature and the docstring of a stub."""
        node = self.stubs.function(name)
        return self.stubs.text(first_line(node), end_of_head(node))

    def body(self, name: str) -> str:
        """The body of a reference, without its docstring."""
        node = self.solved.function(name)
        if [a.arg for a in node.args.args] != [a.arg for a in self.stubs.function(name).args.args]:
            raise CourseError(f"{self.solved.path}: {name} has other parameters than its stub.")
        return self.solved.text(end_of_head(node) + 1, node.end_lineno)

    def helpers(self, name: str) -> list[str]:
        """What a reference needs besides other exercises, and is not there yet: imports, constants, kernels."""
        wanted, todo = set(), [self.solved.function(name)]
        while todo:
            found = {n.id for n in ast.walk(todo.pop()) if isinstance(n, ast.Name)} - wanted
            wanted |= found
            todo += [node for n in sorted(found) for node in self.own.get(n, ())]
        imports = [line for node in self.solved.imports for line in self.imported(node, wanted)]
        self.told |= {*imports}
        parts = []
        for node in self.solved.tree.body:
            made = self.names(node) & wanted - self.told
            if made:
                self.told |= made
                text = CACHED.sub("", self.solved.text(first_line(node), node.end_lineno))
                # Definitions stand apart, constants close together.
                if parts and isinstance(node, ast.Assign) and not parts[-1].startswith(("@", "def ", "class ")):
                    parts[-1] += f"\n{text}"
                else:
                    parts.append(text)
        return (["\n".join(imports)] if imports else []) + parts

    @cached_property
    def own(self) -> dict[str, list[ast.AST]]:
        """The helpers by the names that they define."""
        found: dict[str, list[ast.AST]] = {}
        for node in self.solved.tree.body:
            for name in self.names(node):
                found.setdefault(name, []).append(node)
        return found

    def names(self, node: ast.AST) -> set[str]:
        """The names that a helper at the top of the reference's file defines; none for anything else."""
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            return {node.name} - self.points.keys()
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
        return set()

    def imported(self, node: ast.Import | ast.ImportFrom, wanted: set[str]) -> list[str]:
        """The line that imports what is wanted of an import, if it is not there yet."""
        aliases = [a for a in node.names if (a.asname or a.name.partition(".")[0]) in wanted]
        if not aliases:
            return []
        if isinstance(node, ast.ImportFrom):
            if node.level:
                raise CourseError(f"{self.solved.path}: a notebook cannot import {ast.unparse(node)!r}.")
            line = ast.unparse(ast.ImportFrom(node.module, aliases, 0))
        else:
            line = ast.unparse(ast.Import(aliases))
        return [] if line in {*self.given, *self.told} else [line]


def first_line(node: ast.AST) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


def end_of_head(function: ast.FunctionDef) -> int:
    """The last line of a function's docstring, or of its signature where it has none."""
    first = function.body[0]
    return first.end_lineno if ast.get_docstring(function, clean=False) is not None else first.lineno - 1
