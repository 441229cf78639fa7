"""Writes everything that a page loads to run Python: the runtime, the engine, and what is asked in each unit.

python course_site/python/contents.py build/site/python

pyodide…, memory.gz, numpy.zip             Python and NumPy (runtime.py)
python_stdlib.zip                          what of Python's own is not in memory.gz, for who imports it
python.js, worker.js                       the page's handle on Python, and the worker in which it runs
engine.zip                                 course.toml, and those modules of autograder that its browser face imports
files.json                                 what lies there, and how large it is
units/<unit>.zip                           the definitions of a unit's exercises, and its frozen answers
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import runtime

from autograder.checking import prepare
from autograder.course import Course, CourseError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FACE = "autograder.browser.answering"
SCRIPTS = ("python.js", "worker.js")
SIZES = "files.json"  # the name and the size of every file here
COURSE = "/course"  # where it is unpacked in the page


def write(folder: Path) -> None:
    """Write the page's python/ folder. Raises runtime.CannotGet, or CourseError where answers cannot be built."""
    course = Course.read(ROOT)
    if fault := prepare(course.units, sys.stderr.write):
        raise CourseError(fault)
    runtime.put(folder)
    for name in SCRIPTS:
        runtime.copy(HERE / name, folder / name)
    engine = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(modules(FACE))}
    engine |= {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in sorted((ROOT / "autograder").rglob("*.mo"))}
    engine["course.toml"] = (ROOT / "course.toml").read_bytes()
    runtime.keep(runtime.compiled(runtime.packed(engine), COURSE), folder / "engine.zip")
    for unit in course.units:
        files = (unit.definitions, unit.answers)
        content = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files}
        runtime.keep(runtime.packed(content), folder / "units" / f"{unit.name}.zip")
    written = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != SIZES)
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in written}
    runtime.keep(json.dumps(sizes, indent=1).encode(), folder / SIZES)


def modules(name: str) -> set[Path]:
    """The files of the engine that a module of it needs: its own, and those of all that it imports, also later on."""
    found: set[Path] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        path = ROOT.joinpath(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if path.is_file() and path not in found:
            found.add(path)
            waiting += imports(path, name if path.stem == "__init__" else name.rpartition(".")[0])
            waiting += [name.rpartition(".")[0]] if "." in name else []
    return found


def imports(path: Path, package: str) -> Iterator[str]:
    """The names of the modules, or of things in them, that a file imports from its own distribution."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        write(Path(sys.argv[1]))
    except (runtime.CannotGet, CourseError, OSError) as error:
        sys.exit(str(error))
