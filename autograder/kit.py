"""The kit: what students get of a course. Stubs, lessons, hints, definitions and frozen answers, never a solution."""

import io
import os
import re
import shutil
import stat
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import milestone as milestones
from .checking import prepare
from .course import MANIFEST, Course, Unit
from .language import _
from .oracle import Frozen
from .stubs import solved

SINCE = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold: the same kit is the same bytes
LINKS = re.compile(r"""\]\(\s*<?([^)>\s]+)|\b(?:src|href)=["']([^"']+)["']""")
GITIGNORE = """\
.chainrule/
.pytest_cache/
__pycache__/
*.bak.py
"""

PYTEST_INI = """\
[pytest]
testpaths = exercises
addopts = --import-mode=importlib
required_plugins = chainrule
"""


class NotPackable(Exception):
    """The course is not fit to be given to students; the text says why."""


class Occupied(Exception):
    """The kit would lie where something else is; the text says what."""


@dataclass(frozen=True)
class Kit:
    """A kit, ready to be written.

    Args:
        name: what its folder is called inside a zip file.
        units: the units that it holds, in course order.
        files: the content of each file by its path, in the order of the paths.
    """

    name: str
    units: tuple[Unit, ...]
    files: dict[str, bytes]

    @property
    def stubs(self) -> set[str]:
        """The files that students write in."""
        return {f"exercises/{unit.name}/{unit.stubs.name}" for unit in self.units}

    @property
    def exercises(self) -> int:
        return sum(len(unit.points) for unit in self.units)


def pack(course: Course, units: Iterable[Unit] = (), write: Callable[[str], None] = lambda text: None) -> Kit:
    """Pack some units of a course, or all of them. Their frozen answers are brought up to date first; `write` is told
    which are ready.

    Raises NotPackable if a stub is solved or a file is missing, CourseError if a file of the course cannot be read.
    """
    units = tuple(units) or course.units
    if faults := [fault for unit in units for fault in faults_of(unit)]:
        raise NotPackable("\n".join(faults))
    if fault := prepare(units, write):
        raise NotPackable(fault)
    ready = milestones.playable(course, units)
    manifest = reduced(tomllib.loads((course.root / MANIFEST).read_text(encoding="utf-8")), units, ready)
    files = {
        MANIFEST: toml(manifest).encode(),
        "README.md": readme(course, units).encode(),
        "pytest.ini": PYTEST_INI.encode(),
        ".gitignore": GITIGNORE.encode(),
    }
    if (licence := course.root / "LICENSE").is_file():
        files["LICENSE"] = licence.read_bytes()
    for unit in units:
        Frozen(unit.answers)  # a file that cannot be read is noticed here, not by the students
        for path in contents(unit):
            files[path.relative_to(course.root).as_posix()] = path.read_bytes()
    for name in ready:
        path = milestones.script(course, name)
        files[path.relative_to(course.root).as_posix()] = path.read_bytes()
    return Kit(slug(course.title), units, dict(sorted(files.items())))


def contents(unit: Unit) -> list[Path]:
    """What students get of a unit: what is listed here and what the lesson shows, whatever else lies beside it."""
    hints = unit.folder / "hints.toml"
    return [
        unit.stubs,
        unit.definitions,
        unit.lesson,
        *([hints] if hints.is_file() else []),
        unit.answers,
        *shown(unit),
    ]


def shown(unit: Unit) -> list[Path]:
    """The pictures and other files in the unit's own folder that its lesson links to."""
    found = []
    for match in LINKS.finditer(unit.lesson.read_text(encoding="utf-8")):
        link = (match[1] or match[2]).partition("#")[0]
        path = PurePosixPath(link)
        if link and ":" not in link and not path.is_absolute() and ".." not in path.parts and path.suffix != ".py":
            found.append(unit.folder / path)
    own = {unit.lesson, unit.folder / "hints.toml", unit.answers}
    return [path for path in dict.fromkeys(found) if path.is_file() and path not in own]


def faults_of(unit: Unit) -> list[str]:
    """Why a unit cannot be given to students."""
    where = unit.stubs.relative_to(unit.root)
    needed = [unit.stubs, unit.definitions, unit.lesson]
    if missing := [path for path in needed if not path.is_file()]:
        return [_("{file} is missing.").format(file=path.relative_to(unit.root)) for path in missing]
    try:
        written = solved(unit.stubs.read_bytes(), unit.points)
    except (SyntaxError, ValueError) as error:
        return [_("{file} cannot be read by Python: {error}.").format(file=where, error=error)]
    if not written:
        return []
    return [
        _(
            "{file} is not a file of stubs: {functions} should hold a docstring and `raise NotImplementedError`, and "
            "nothing else. Put the stubs back before you pack."
        ).format(file=where, functions=", ".join(f"`{name}`" for name in written))
    ]


# course.toml, reduced


def reduced(manifest: dict, units: Iterable[Unit], ready: Iterable[str] = ()) -> dict:
    """A manifest that knows some units and milestones only; parts that have no unit left are gone."""
    chosen = {unit.name for unit in units}
    parts = []
    for part in manifest["parts"]:
        part = {**part, "units": [unit for unit in part["units"] if unit["name"] in chosen]}
        if played := [name for name in part.pop("milestones", ()) if name in ready]:
            part["milestones"] = played
        parts += [part] if part["units"] else []
    return {**manifest, "parts": parts}


def toml(table: dict, path: str = "") -> str:
    """A table as TOML: plain values first, then tables and arrays of tables."""
    plain, nested = [], []
    for key, value in table.items():
        key = key if re.fullmatch(r"[\w-]+", key, re.ASCII) else quoted(key)
        if isinstance(value, dict):
            nested.append(f"\n[{path}{key}]\n{toml(value, f'{path}{key}.')}")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            nested += [f"\n[[{path}{key}]]\n{toml(item, f'{path}{key}.')}" for item in value]
        else:
            plain.append(f"{key} = {scalar(value)}\n")
    return "".join(plain + nested)


def scalar(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(scalar, value))}]"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04x}", escaped) + '"'


def readme(course: Course, units: Iterable[Unit]) -> str:
    """The kit's README.md."""
    units = list(units)
    first = units[0]
    rows = [
        f"| [{unit.title}](exercises/{unit.name}/README.md) | `exercises/{unit.name}/{unit.stubs.name}` "
        f"| {len(unit.points)} | {sum(unit.points.values()):g} |"
        for unit in units
    ]
    return _(README).format(
        title=course.title,
        units="\n".join(rows),
        unit=first.name,
        file=first.stubs.name,
        exercise=next(iter(first.points), ""),
    )


README = """\
# {title}

You learn by writing: each unit has a lesson to read and a file of functions to fill in, and within seconds you know
whether a function is right and, if it is not, which idea went wrong.

Once, with Python 3.11 or newer:

    pip install chainrule          # or the wheel that you were given: pip install chainrule-….whl

Then, in this folder:

    pytest exercises/              # checks everything, and says where to begin

Open `exercises/{unit}/README.md` and read; write the first function in `exercises/{unit}/{file}` in place of its
`raise NotImplementedError`; run `pytest exercises/{unit} -k {exercise}`. Go on from there. It is fine to be wrong,
as often as you like: nothing is counted but what is right in the end.

| lesson | you write in | exercises | points |
| --- | --- | --- | --- |
{units}

| command | what it does |
| --- | --- |
| `pytest exercises/{unit}` | checks one unit; `-x` stops at the first thing that is wrong, `--lf` repeats what failed |
| `chainrule progress` | shows what is done and what is next |
| `chainrule hint {unit}.{exercise}` | gives a hint, one step at a time: the idea, the formula, nearly the code |
| `chainrule watch {unit}` | checks again whenever you save |
| `chainrule show {unit}.{exercise}` | draws what your function returned beside what it should |
| `chainrule reset {unit}` | puts the empty functions back, and keeps a copy of your work |

Change the files named under "you write in", and leave the others as they are.
"""


def slug(title: str) -> str:
    """A title as the name of a folder."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "course"


# Writing


def write_zip(kit: Kit, path: Path, force: bool = False) -> None:
    """Write a kit as a zip file, whole or not at all; the same kit gives the same bytes. Raises Occupied."""
    if path.is_dir() or (path.exists() and not force):
        raise Occupied(_("{path} is there already. --force replaces it.").format(path=path))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in kit.files.items():
            entry = zipfile.ZipInfo(f"{kit.name}/{name}", SINCE)
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    path.parent.mkdir(parents=True, exist_ok=True)
    put_file(path, buffer.getvalue())


def write_folder(kit: Kit, folder: Path, force: bool = False) -> list[str]:
    """Write a kit into a folder. Into one that is not empty only with `force`, and then nothing is removed, and a file
    of stubs that differs is kept: it holds somebody's work.

    Returns the paths that were kept. Raises Occupied.
    """
    if folder.exists() and not folder.is_dir():
        raise Occupied(_("{path} is a file.").format(path=folder))
    if (folder / "solutions").exists():
        raise Occupied(_("{path} holds solutions: it is no place for a kit.").format(path=folder))
    if not folder.exists() or not any(folder.iterdir()):
        write_new_folder(kit, folder)
        return []
    if not force:
        raise Occupied(
            _(
                "{path} is not empty. --force brings the kit's files in it up to date and leaves everything else as it "
                "is, files that students have written in above all."
            ).format(path=folder)
        )
    kept = []
    for name, content in kit.files.items():
        path = folder / name
        if name in kit.stubs and path.exists() and path.read_bytes() != content:
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            put_file(path, content)
    return kept


def write_new_folder(kit: Kit, folder: Path) -> None:
    """Write a kit where nothing is yet: it appears whole, or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        for name, content in kit.files.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        partial.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def put_file(path: Path, content: bytes) -> None:
    """Write one file, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
