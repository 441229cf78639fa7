"""What is not read, and what is said of it: nothing of what any student's folder holds."""

import sys
from itertools import islice

from .limits import SHOWN
from .members import Member
from .names import OWN_ARCHIVES, ending, is_junk, shown, unit_file
from .words import NOT_READ, more_not_read

BY_ITSELF = {"conftest.py", "sitecustomize.py", "usercustomize.py"}
SHADOWED = sys.stdlib_module_names | {
    "_pytest", "autograder", "chainrule", "llvmlite", "numba", "numpy", "pytest", "scipy", "torch",
}  # fmt: skip
MODULES = {".py", ".pyc", ".pyd", ".so"}


def not_read(members: list[Member], candidates: set[tuple[str, ...]]) -> list[str]:
    """What is to be said of what was not read: nothing of what any student's folder holds."""
    packages = {m.parts[:-1] for m in members if m.parts[-1] == "__init__.py" and m.parts[-2:-1]}
    shadowing = {package for package in packages if package[-1].casefold() in SHADOWED}
    found: dict[str, str] = {}
    for member in members:
        above = (member.parts[:depth] for depth in range(1, len(member.parts)))
        if package := next((folder for folder in above if folder in shadowing), None):
            found.setdefault("/".join(package) + "/", "shadow")
        elif member.parts not in candidates and (why := reason(member)):
            found.setdefault(member.name, why)
    remarks = [NOT_READ[why](shown(name)) for name, why in islice(found.items(), SHOWN)]
    return [*remarks, more_not_read(len(found) - SHOWN)] if len(found) > SHOWN else remarks


def reason(member: Member) -> str:
    """Why something that is no unit's file is worth a remark, or ""."""
    if member.kind not in ("file", "folder"):
        return member.kind
    name = member.parts[-1].casefold()
    if member.kind == "folder" or (is_junk(name) and name != ".pth"):
        return ""
    if name in BY_ITSELF or name.endswith(".pth"):
        return "by itself"
    if ending(name) and name not in OWN_ARCHIVES:
        return "nested"
    stem, dot, _rest = name.partition(".")
    return "shadow" if stem in SHADOWED and dot + name.rpartition(".")[2] in MODULES else ""


def others_in(members: list[Member], units: dict[str, str]) -> tuple[str, ...]:
    """A few files that might have been meant, where a unit's is missing."""
    names = []
    for member in members:
        name = member.parts[-1].casefold()
        meant = name.endswith((".py", ".ipynb", ".txt", ".pdf", ".docx", ".html"))
        kept = name.startswith(("test_", "timestamp")) or is_junk(name) or reason(member) or unit_file(name, units)
        if member.kind == "file" and meant and not kept:
            names.append(shown(member.name))
    return (*names[:3], "…") if len(names) > 3 else tuple(names)
