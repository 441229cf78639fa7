"""An nbgrader course, written from ours: its configuration, and for each unit the source version of an assignment.

Written again, it is brought up to date. What an instructor has edited is left alone: what was written is remembered by
its hash in .chainrule.json, and whatever has another one is somebody's work.
"""

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..checking import prepare
from ..course import ANSWERS, Course, Unit
from ..kit import faults_of, put_file, slug
from ..oracle import Frozen
from . import building
from .checking import ABOUT, STAFF

CONFIGURATION = "nbgrader_config.py"
SINCE = (1980, 1, 1, 0, 0, 0)
TEMPLATE = '''\
"""How nbgrader runs this course. `chainrule nbgrader init` wrote this file, and leaves it alone once you change it."""

from autograder.notebooks import configure

c = get_config()  # noqa: F821

# The name of the course, under which students fetch and submit.
c.CourseDirectory.course_id = {course_id}

# Where nbgrader keeps what is released and what is handed in. Students and instructors share this folder.
{exchange}

# The grade book. SQLite by default; for PostgreSQL:
# c.CourseDirectory.db_url = "postgresql://user:password@host/grades"

# Chainrule's part: submissions are graded locked in, without a kernel; the course with the solutions is read from here.
configure(c, course={course})
'''


class Unwritable(Exception):
    """The nbgrader course cannot be written there; the text says why."""


@dataclass
class Written:
    """What became of each file, by its path in the course's folder.

    Args:
        new: files that were not there.
        updated: files that we had written before.
        kept: files that differ from what would be written, and are somebody's work.
        same: how many files were up to date.
    """

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True)
class Memory:
    """What .chainrule.json holds: the course with the solutions, the seed of unseen cases in an instructor's own
    kernel, the units and options chosen, and the hash of each file as it was written."""

    course: str
    seed: int
    units: list[str]
    course_id: str
    exchange: str
    files: dict[str, str]

    @classmethod
    def of(cls, folder: Path) -> "Memory | None":
        path = folder / STAFF
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise Unwritable(f"{path} cannot be read: {error}. Delete it, and every file counts as edited.") from None

    def save(self, folder: Path) -> None:
        put_file(folder / STAFF, (json.dumps(vars(self), indent=1) + "\n").encode())


def init(
    course: Course,
    folder: Path,
    units: Iterable[Unit] = (),
    course_id: str = "",
    exchange: Path | None = None,
    force: bool = False,
    write: Callable[[str], None] = lambda text: None,
) -> Written:
    """Write an nbgrader course into a folder, or bring it up to date.

    Args:
        course: the course that it is written from.
        folder: where it goes.
        units: which units; those chosen before if none are given, or all of them.
        course_id: nbgrader's name of the course; the folder's name by default.
        exchange: the exchange's folder.
        force: whether files that were edited are replaced.
        write: is told how the frozen answers come along.

    Raises Unwritable if something is not fit to be given to students, CourseError if a file cannot be read.
    """
    before = Memory.of(folder)
    chosen = [unit.name for unit in units] or (before.units if before else [])
    known = {unit.name for unit in course.units}
    units = [course.unit(name) for name in chosen if name in known] or list(course.units)
    if faults := [fault for unit in units for fault in faults_of(unit)]:
        raise Unwritable("\n".join(faults))
    if unsolved := [unit.name for unit in units if not unit.has_solutions]:
        raise Unwritable(
            f"There are no solutions of {', '.join(unsolved)}: assignments are written where the course is."
        )
    if fault := prepare(units, write):
        raise Unwritable(fault)
    memory = Memory(
        str(course.root),
        before.seed if before else secrets.randbits(62),
        [unit.name for unit in units],
        course_id or (before.course_id if before else "") or slug(folder.resolve().name),
        str(exchange.resolve()) if exchange else before.exchange if before else "",
        dict(before.files) if before else {},
    )
    files = {CONFIGURATION: configuration(memory)}
    for unit in units:
        files |= {f"source/{unit.name}/{name}": content for name, content in assignment(unit).items()}
    try:
        return put_files(folder, files, memory, force)
    except OSError as error:
        raise Unwritable(f"The nbgrader course cannot be written: {error}") from None


def configuration(memory: Memory) -> bytes:
    exchange = (
        f"c.Exchange.root = {memory.exchange!r}" if memory.exchange else '# c.Exchange.root = "/srv/nbgrader/exchange"'
    )
    return TEMPLATE.format(course_id=repr(memory.course_id), exchange=exchange, course=repr(memory.course)).encode()


def assignment(unit: Unit) -> dict[str, bytes]:
    """The source version of an assignment: the notebook and what travels with it.

    Its pictures are inside of the notebook. Beside it lie the frozen answers, and the definitions of the exercises:
    they are no secret, `check` imports them, and lessons take data from them.
    """
    return {
        f"{unit.name}.ipynb": building.content(unit),
        ANSWERS: answers(unit),
        unit.definitions.name: unit.definitions.read_bytes(),
    }


def answers(unit: Unit) -> bytes:
    """The unit's frozen answers, and what course.toml says of the unit. The same answers give the same bytes."""
    about = {"name": unit.name, "title": unit.title, "part": unit.part, "points": unit.points, "hints": unit.said}
    frozen = Frozen(unit.answers).archive
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in frozen.namelist():
            archive.writestr(zipfile.ZipInfo(name, SINCE), frozen.read(name), zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo(ABOUT, SINCE), json.dumps(about), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def put_files(folder: Path, files: dict[str, bytes], memory: Memory, force: bool) -> Written:
    """Write what is new or was not edited since we wrote it."""
    written = Written()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path, wanted = folder / name, fingerprint(name, content)
        if not path.exists():
            written.new.append(name)
        elif (found := fingerprint(name, path.read_bytes())) == wanted:
            memory.files[name] = wanted
            written.same += 1
            continue
        elif force or found == memory.files.get(name):
            written.updated.append(name)
        else:
            written.kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        put_file(path, content)
        memory.files[name] = wanted
    memory.save(folder)
    return written


def fingerprint(name: str, content: bytes) -> str:
    """A hash of a file. Of a notebook what an author writes counts: Jupyter rewrites the rest whenever it is run."""
    if name.endswith(".ipynb"):
        # What is no notebook any more counts by its bytes.
        with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            content = json.dumps([essence(cell) for cell in json.loads(content)["cells"]]).encode()
    return hashlib.sha256(content).hexdigest()


def essence(cell: dict) -> list:
    source = cell["source"]
    settings = cell.get("metadata", {}).get("nbgrader") or {}
    pictures = cell.get("attachments") or {}
    return [
        cell["cell_type"],
        source if isinstance(source, str) else "".join(source),
        sorted(settings.items()),
        sorted(pictures),
    ]
