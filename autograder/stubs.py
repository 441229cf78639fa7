"""Stubs: how a file of them is told from one that somebody has worked in."""

import ast
from collections.abc import Iterable


def solved(source: bytes, functions: Iterable[str]) -> list[str]:
    """Those of some functions that are no stubs in a source file, the missing ones included.

    The text is looked at, not the compiled function: Python drops what stands after a `raise`, students would read it.
    Raises SyntaxError or ValueError for what Python cannot read.
    """
    found = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    return [name for name in functions if name not in found or not is_bare(found[name])]


def is_bare(function: ast.FunctionDef) -> bool:
    """Whether a function's body is its docstring and `raise NotImplementedError`."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    match body:
        case [ast.Raise(exc=ast.Name("NotImplementedError") | ast.Call(func=ast.Name("NotImplementedError")))]:
            return True
    return False


def untouched(source: bytes, functions: Iterable[str]) -> bool:
    """Whether all of some functions are stubs in a source file."""
    try:
        return not solved(source, functions)
    except (SyntaxError, ValueError):
        return False
