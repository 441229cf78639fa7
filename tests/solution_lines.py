"""What must not be found in anything that learners get: the distinctive lines of the solutions."""

import ast
import re
from functools import cache

from support import COURSE, ROOT


@cache
def solution_lines() -> frozenset[str]:
    """Lines of the solutions, code, comments and docstrings, that nobody would write by chance.

    A mistake's name and hint are no secrets, nor is what stubs and definitions say as well. A line that calls an
    exercise's function tells how to use it, not how to write it.
    """
    told = "".join(path.read_text() for unit in COURSE.units for path in (unit.stubs, unit.definitions))
    told += "".join(m.name + m.hint for unit in COURSE.units for known in unit.mistakes.values() for m in known)
    plain_loop = re.compile(r"for \w+ in range\(\w+\):")
    calls = re.compile(rf"\b({'|'.join(name for unit in COURSE.units for name in unit.points)})\(")
    found = set()
    for path in sorted(ROOT.glob("solutions/*/*.py")):
        source = path.read_text()
        open_lines = set()
        for node in ast.walk(ast.parse(source)):
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            for known in decorators + [node] * isinstance(node, (ast.Import, ast.ImportFrom)):
                open_lines.update(range(known.lineno, known.end_lineno + 1))
        for number, line in enumerate(source.splitlines(), 1):
            line = line.strip()
            distinctive = len(line) >= 16 and len(re.findall(r"\w+", line)) >= 4
            known = line in told or calls.search(line) or plain_loop.fullmatch(line)
            if distinctive and number not in open_lines and not known:
                found.add(line)
    return frozenset(found)
