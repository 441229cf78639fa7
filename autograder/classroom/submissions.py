"""Which submissions there are, and what of each is taken: by allow-list, and without unpacking anything.

A submission is whatever somebody handed in, so anything in it may be made to do harm. Of a unit `conv` only conv.py or
conv.ipynb is ever read. Sizes are checked before and while reading, links are never followed, and what is no plain file
is never opened.

What downloads are called was taken from their makers' own code: `lib/content_zipper.rb` of Canvas,
`mod/assign/classes/downloader.php` of Moodle, and nbgrader's `exchange/default/submit.py`.
"""

import errno
import hashlib
import io
import json
import os
import re
import stat
import sys
import unicodedata
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from ..language import _
from .plain import one_line

MB = 1 << 20
LIMITS = {"py": 1 * MB, "ipynb": 10 * MB}  # a notebook holds its outputs too
ARCHIVE_LIMIT = 50 * MB
MEMBERS = 10_000
DIRECTORY = 2 * MB  # of a zip file: ample for so many members
UNPACKED = 200 * MB  # a tar.gz must be unpacked, in passing, to be listed
DEPTH = 20
NAME = 1024
BRACKETS = 500_000  # of a notebook's JSON: each becomes an object in memory
SHOWN = 10  # remarks on what was not read; beyond that a number is enough

OPENED = (".zip", ".tar.gz", ".tgz", ".tar")
ARCHIVE = re.compile(
    r".+?(\.(?:tar\.(?:gz|bz2|xz|zst)|zip|tgz|tar|rar|7z|gz|t?bz2|t?xz|zst|lz4|z|cab|jar|whl|egg))", re.S | re.I
)
OWN_ARCHIVES = {"answers.zip"}  # a kit's own
JUNK = {"__pycache__", "__macosx", "thumbs.db", "desktop.ini", "icon\r", "venv", "env", "site-packages", "node_modules"}
BY_ITSELF = {"conftest.py", "sitecustomize.py", "usercustomize.py"}
SHADOWED = sys.stdlib_module_names | {
    "_pytest", "autograder", "chainrule", "llvmlite", "numba", "numpy", "pytest", "scipy", "torch",
}  # fmt: skip
MODULES = {".py", ".pyc", ".pyd", ".so"}

MOODLE = re.compile(r"(?P<name>[^_]+)(?:_(?P<id>[0-9]+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.S)
CANVAS = re.compile(
    r"(?:(?P<late_too>LATE_)?anon_(?P<anonymous>[A-Za-z0-9]{5})|(?P<name>.+?)_(?P<late>LATE_)?(?P<id>[0-9]+))"
    r"(?:_(?P<number>[0-9]+))?_(?P<file>.+)",
    re.S | re.I,
)
WRITTEN_ONLINE = {"text.html", "link.html"}  # what Canvas calls a text entry and a web address
AGAIN = re.compile(r"(?P<student>.+?)(?: ?\((?P<copy>[0-9]{1,2})\)|-(?P<attempt>[1-9][0-9]?))", re.S)
LATE = re.compile(r"(?P<student>.+?)[_-]LATE", re.S | re.I)
UNIT_FILE = re.compile(r"(?P<stem>[^.]+?)(?P<again>(?:-[0-9]{1,3}| ?\([0-9]{1,3}\))*)\.(?P<ending>py|ipynb)")
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9.]{2,12})?( ?[A-Za-z0-9+:-]{1,9})?")

EXPECTED = (
    "Expected is a folder with one folder, .zip or .tar.gz for each student, what Canvas or Moodle give when all "
    "submissions are downloaded, or nbgrader's submitted/ folder."
)


class SubmissionsError(Exception):
    """There are no submissions where they were looked for; the text is for the person at the keyboard."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in, not opened yet.

    Args:
        student: one name for each student; where a download numbers students, the number is part of it, since two
            students may share a name.
        path: the folder, archive or file; the latest of them where there are several.
        late: whether the download says so.
        attempt: "2" of a resubmission, or a timestamp, or "".
        identity: what the download's name tells: "canvas_id" or "moodle_id", and "name".
        files: all that is the student's, where it lies side by side. In a download that is one zip file, their paths go
            on inside of it: download.zip/lovelaceada_12_34_conv.py.
        remarks: what is to be said about which of several attempts counts.
    """

    student: str
    path: Path
    late: bool = False
    attempt: str = ""
    identity: dict[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """What is graded of one unit.

    Args:
        unit: the unit's name.
        kind: "file", "notebook", or "missing" where nothing could be read.
        name: the file's name inside the submission, or "".
        cells: the code; a file is one cell.
        sha256: of the file's bytes.
        size: of the file, in bytes.
        remarks: for the student: which file was taken, what of it was left out, why nothing could be read.
        problem: a word for staff where something handed in could not be read, or "".
    """

    unit: str
    kind: str
    name: str = ""
    cells: tuple[bytes, ...] = ()
    sha256: str = ""
    size: int = 0
    remarks: tuple[str, ...] = ()
    problem: str = ""


class Unreadable(Exception):
    """Something handed in that cannot be read: a word for staff, and a sentence for the student."""

    def __init__(self, problem: str, sentence: str):
        super().__init__(sentence)
        self.problem, self.sentence = problem, sentence


# What students read


def no_file(unit, others):
    if others:
        return _("There is no {unit}.py and no {unit}.ipynb in what you handed in. There is: {others}.").format(
            unit=unit, others=", ".join(others)
        )
    return _("There is no {unit}.py and no {unit}.ipynb in what you handed in.").format(unit=unit)


def later_counts(taken, other):
    return _("You handed in more than once. {taken} counts, {other} does not.").format(taken=taken, other=other)


def one_of_several(taken, others):
    return _("Handed in more than once. {taken} is graded, and not {others}.").format(
        taken=taken, others=", ".join(others)
    )


def file_before_notebook(taken, other):
    return _("Both a file and a notebook were handed in. {taken} is graded, and not {other}.").format(
        taken=taken, other=other
    )


def too_large(name, megabytes):
    return _("{name} is larger than {megabytes} MB, so it was not read.").format(name=name, megabytes=megabytes)


def damaged(name):
    return _("{name} is damaged, so it could not be read. Open your own copy, and hand it in again.").format(name=name)


def damaged_end(name):
    return _("{name} is damaged or cut off. What could be read of it was read.").format(name=name)


def crowded(name, most):
    return _("{name} holds more than {most} files, so it was not looked into.").format(name=name, most=most)


def unpacks_too_large(name, megabytes):
    return _("{name} unpacks to more than {megabytes} MB, so it was not read.").format(name=name, megabytes=megabytes)


def no_archive(name):
    return _("{name} is no archive that can be read. Hand in a .zip or a .tar.gz.").format(name=name)


def wrong_ending(name, really):
    return _("{name} is really a {really} file. It was read as one.").format(name=name, really=really)


NOT_READ = {
    "link": lambda name: _("{name} was not read: it is a link, and links are not followed.").format(name=name),
    "odd": lambda name: _("{name} was not read: it is no plain file.").format(name=name),
    "folder": lambda name: _("{name} was not read: it is a folder, where a file was expected.").format(name=name),
    "outside": lambda name: _("{name} was not read: its path leads out of what you handed in.").format(name=name),
    "locked": lambda name: _("{name} was not read: it is protected by a password.").format(name=name),
    "packed": lambda name: _("{name} was not read: it is compressed in a way that is not supported.").format(name=name),
    "forbidden": lambda name: _("{name} was not read: it may not be opened.").format(name=name),
    "crowded": lambda name: crowded(name, MEMBERS),
    "deep": lambda name: _("{name} was not looked into: it lies too deep in other folders.").format(name=name),
    "nested": lambda name: _("{name} was not read: archives inside of what you hand in are not unpacked.").format(
        name=name
    ),
    "by itself": lambda name: _("{name} was not read: Python or pytest would run it unasked.").format(name=name),
    "shadow": lambda name: _(
        "{name} was not read: it has the name of a module that Python or the course needs."
    ).format(name=name),
}


def more_not_read(count):
    return _("And {count} more were not read, for reasons like these.").format(count=count)


def not_json(name):
    return _("{name} is no notebook: it cannot be read as JSON.").format(name=name)


def no_notebook(name):
    return _("{name} is no notebook: it has no list of cells.").format(name=name)


def overgrown(name):
    return _("{name} holds more values than are read. Clear its outputs, save it, and hand it in again.").format(
        name=name
    )


def old_notebook(name):
    return _("{name} is in a notebook format that is not read here. Save it once with a current Jupyter.").format(
        name=name
    )


def no_code(name):
    return _("{name} has no code in it.").format(name=name)


def broken_cells(name, count):
    return _("{count} cells of {name} could not be read.").format(name=name, count=count)


def magics(name, count, first):
    if count == 1:
        return _("Left out of {name}, because it is not Python: {first}").format(name=name, first=first)
    return _("{count} commands were left out of {name}, because they are not Python. The first: {first}").format(
        name=name, count=count, first=first
    )


# Finding them


@dataclass(frozen=True)
class Entry:
    """One thing that lies in the folder of submissions: its name, where it is, and its kind as Member has it."""

    name: str
    path: Path
    kind: str

    @property
    def student(self) -> str:
        """The name of a folder or archive without its ending."""
        return self.name[: -len(ending(self.name))] if self.kind == "file" else self.name


def find(folder: Path, units: Iterable[str], tell: Callable[[str], None] = lambda text: None) -> list[Submission]:
    """The submissions in a folder, sorted by student. Nothing is opened yet.

    Args:
        folder: one folder or archive for each student; or all submissions as Canvas or Moodle give them, as a folder or
            as the zip file that they come in; or nbgrader's submitted/. They may lie side by side.
        units: the units' names.
        tell: is told what is no submission, and which of several of one student's does not count.

    Raises SubmissionsError if there is nothing of that kind.
    """
    folder = Path(folder)
    entries = [entry for entry in lying_in(folder) if not is_junk(entry.name)]
    names = {entry.name.casefold() for entry in entries}
    if {"course.toml", "exercises"} <= names:
        raise SubmissionsError(
            f"{folder} is a course or one student's copy of it: name the folder that it lies in. {EXPECTED}"
        )
    numbered: dict[tuple[str, str], list[Entry]] = {}
    plain, unknown = [], []
    for entry in entries:
        if entry.kind not in ("file", "folder"):
            unknown.append(entry)
        elif told := told_by(entry.name):
            numbered.setdefault(told.key, []).append(entry)
        elif entry.kind == "folder" or ending(entry.name):
            plain.append(entry)
        else:
            unknown.append(entry)
    if unknown:
        tell(f"No submission, so not graded: {', '.join(shown(entry.name) for entry in unknown)}.")
    found = [*(side_by_side(group) for group in numbered.values()), *latest_of_each(plain, tell)]
    if not found:
        lying = ", ".join(shown(entry.name) for entry in entries[:5]) + (", …" if len(entries) > 5 else "")
        stems = by_stem(units)
        work = any(unit_file(entry.name, stems) for entry in entries)
        hint = "It looks like one student's work: name the folder that it lies in. " if work else ""
        raise SubmissionsError(
            f"There are no submissions in {folder}{f', only {lying}' if lying else ': it is empty'}. {hint}{EXPECTED}"
        )
    found.sort(key=lambda submission: submission.student)
    called: dict[str, Submission] = {}
    for submission in found:
        name = submission.student
        if (other := called.setdefault(folded(name), submission)) is not submission:
            raise SubmissionsError(f"{other.path} and {submission.path} would both be graded as {name!r}: rename one.")
    return found


def lying_in(folder: Path) -> list[Entry]:
    """What lies in the folder; or in the one download, or in nbgrader's submitted/, that lies in it."""
    if folder.is_file():
        if entries := download(folder):
            return entries
        raise SubmissionsError(f"{folder} is a file. {EXPECTED} Unpack it first if it is another archive of a class.")
    if not folder.exists():
        raise SubmissionsError(f"There is no {folder}. {EXPECTED}")
    entries = listed(folder)
    visible = [entry for entry in entries if not is_junk(entry.name)]
    names = {entry.name for entry in visible}
    for entry in visible:
        beside = {"nbgrader_config.py", "gradebook.db", "source", "release"} & names
        if entry.name == "submitted" and entry.kind == "folder" and (beside or len(visible) == 1):
            return listed(entry.path)
    # Only where it lies alone: a student's own archive must not be able to hand in for others.
    if len(visible) == 1:
        (alone,) = visible
        if alone.kind == "file":
            return download(alone.path) or entries
        if alone.kind == "folder" and not told_by(alone.name):
            inside = listed(alone.path)
            if is_download([entry.name for entry in inside]):
                return inside
    return entries


def listed(folder: Path) -> list[Entry]:
    try:
        with os.scandir(folder) as found:
            entries = [Entry(spelt(entry.name), Path(entry.path), kind_of(entry)) for entry in found]
    except OSError as error:
        raise SubmissionsError(f"{folder} cannot be read: {error.strerror}. {EXPECTED}") from None
    return sorted(entries, key=lambda entry: (entry.name, entry.path))


def download(path: Path) -> list[Entry]:
    """What lies in a zip file that is a whole download of Canvas or Moodle; nothing if it is none."""
    try:
        lying = members_of_download(path, os.stat(path).st_mtime_ns)
    except (OSError, Unreadable):
        return []
    kinds = {top: "folder" if len(members[-1].parts) > 1 else members[-1].kind for top, members in lying.items()}
    return [Entry(name, path / name, kind) for name, kind in sorted(kinds.items())] if is_download(kinds) else []


def is_download(names: Iterable[str]) -> bool:
    names = [name for name in names if not is_junk(name)]
    return bool(names) and all(map(told_by, names))


@dataclass(frozen=True)
class Told:
    """What the name of a file or folder in a download tells."""

    service: str
    id: str
    name: str
    file: str  # as the student called it; "" for a folder
    number: int = 0  # Canvas numbers uploads as they come
    late: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.service, self.id or folded(self.name)


def told_by(name: str) -> Told | None:
    """What a name in a download tells, or None if it is no such name.

    Canvas: `lovelaceada_LATE_12345_67890_conv-1.py`: student, upload, file; `anon_AbCdE_67890_conv.py` where students
    are anonymous. Moodle: `Ada Lovelace_1234567_assignsubmission_file_/conv.py`, or all in one name.
    """
    if match := MOODLE.fullmatch(name):
        return Told("moodle", match["id"] or "", match["name"].strip(), match["file"] or "")
    if (match := CANVAS.fullmatch(name)) is None:
        return None
    late = bool(match["late"] or match["late_too"])
    if not match["number"] and not late and match["file"].casefold() not in WRITTEN_ONLINE:
        return None
    anonymous = match["anonymous"]
    id, called = (f"anon_{anonymous}", "") if anonymous else (match["id"], match["name"])
    return Told("canvas", id, called, match["file"], int((match["number"] or "0")[:20]), late)


def side_by_side(entries: list[Entry]) -> Submission:
    """The submission of a student whose files, folders and archives lie side by side in a download."""
    by_number = sorted(
        ((told_by(entry.name), entry) for entry in entries), key=lambda pair: (pair[0].number, pair[1].name)
    )
    told, latest = by_number[-1]
    attempts = [again for name, _entry in by_number for again in suffixes(name.file)]
    identity = {f"{told.service}_id": told.id, "name": told.name}
    return Submission(
        legible("_".join(part for part in (told.name, told.id) if part)),
        container(latest.path),
        told.late,
        str(max(attempts)) if attempts else "",
        {key: legible(value) for key, value in identity.items() if value},
        tuple(entry.path for _told, entry in by_number),
    )


def container(path: Path) -> Path:
    """The path itself, or the download that it lies in."""
    return path.parent if path.parent.is_file() else path


def latest_of_each(entries: list[Entry], tell: Callable[[str], None]) -> list[Submission]:
    """One submission for each student: `ada-1.zip` or `ada (1).zip` comes after ada.zip, if that is there too."""
    there = {folded(without_late(entry.student)[0]) for entry in entries}
    attempts: dict[str, list[tuple[int, bool, str, Entry, bool]]] = {}
    for entry in entries:
        student, late = without_late(entry.student)
        attempt = 0
        if (match := AGAIN.fullmatch(student)) and folded(match["student"]) in there:
            student, attempt = match["student"], int(match["copy"] or match["attempt"])
        attempts.setdefault(folded(student), []).append((attempt, entry.kind == "folder", student, entry, late))
    found = []
    for several in attempts.values():
        *others, (attempt, is_folder, student, entry, late) = sorted(several, key=lambda one: (*one[:3], one[3].name))
        remarks = tuple(later_counts(shown(entry.name), shown(other.name)) for *_rest, other, _late in others)
        for *_rest, other, _late in others:
            tell(f"{shown(other.name)} does not count: {shown(entry.name)} is of the same student, and later.")
        handed_in = str(attempt) if attempt else timestamp_in(entry.path) if is_folder else ""
        found.append(Submission(legible(student), entry.path, late, handed_in, remarks=remarks))
    return found


def without_late(student: str) -> tuple[str, bool]:
    match = LATE.fullmatch(student)
    return (match["student"], True) if match else (student, False)


def timestamp_in(folder: Path) -> str:
    """When nbgrader's student handed in last: timestamp.txt lies beside each assignment's notebooks."""
    try:
        with os.scandir(folder) as found:
            places = [folder, *(Path(e.path) for e in islice(found, 1000) if e.is_dir(follow_symlinks=False))]
    except OSError:
        return ""
    return max(map(timestamp_at, places))


def timestamp_at(folder: Path) -> str:
    try:
        written = contents(folder / "timestamp.txt", 200).decode("ascii", "replace").strip()
    except (OSError, Unreadable):
        return ""
    return written if TIMESTAMP.fullmatch(written) else ""


# Names


def spelt(name: str) -> str:
    """A name in the one spelling that names are compared in: macOS writes é as two characters."""
    return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    return spelt(spelt(name).casefold())


def legible(name: str) -> str:
    """A name that everything can write; bytes that are no UTF-8 are shown as \\xNN."""
    return one_line(re.sub("[\udc80-\udcff]", lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", name))


def shown(name: str) -> str:
    """A name as remarks show it, cut where it is very long."""
    name = legible(name)
    return name if len(name) <= 100 else f"{name[:60]}…{name[-30:]}"


def ending(name: str) -> str:
    """The ending of an archive's name, all of it, or ""."""
    match = ARCHIVE.fullmatch(name)
    return match[1].lower() if match else ""


def is_junk(name: str) -> bool:
    """Whether a file or folder is left behind by an operating system or a tool, and none of the student's."""
    return name.startswith(".") or name.casefold() in JUNK


def by_stem(units: Iterable[str]) -> dict[str, str]:
    return {folded(unit): unit for unit in units}


@dataclass(frozen=True)
class UnitFile:
    """What the name of a unit's file tells: `conv-1.py` comes from Canvas, `conv (1).py` from a browser."""

    unit: str
    ending: str
    again: tuple[int, ...]


def unit_file(name: str, units: dict[str, str]) -> UnitFile | None:
    match = UNIT_FILE.fullmatch(folded(name)) if len(name) < 256 else None
    if match is None or match["stem"] not in units:
        return None
    return UnitFile(units[match["stem"]], match["ending"], tuple(map(int, re.findall("[0-9]+", match["again"]))))


def suffixes(name: str) -> tuple[int, ...]:
    """The numbers that Canvas or a browser put behind a name."""
    match = re.fullmatch(r".*?((?:-[0-9]{1,3}| ?\([0-9]{1,3}\))+)(?:\.[^.]*|\.tar\.gz)?", name[:255], re.S)
    return tuple(map(int, re.findall("[0-9]+", match[1]))) if match else ()


# Looking inside


@dataclass(frozen=True)
class Member:
    """Something inside a submission.

    Args:
        parts: its path inside the submission.
        kind: "file" for a plain file that may be read, "folder", or why it may not: a key of NOT_READ.
        size: in bytes, as it is said to be.
        read: `read(limit)` gives its bytes, at most one more than the limit. Raises what it likes.
        number: of two, the one with the higher number came later.
    """

    parts: tuple[str, ...]
    kind: str
    size: int = 0
    read: Callable[[int], bytes] = lambda limit: b""
    number: int = 0

    @property
    def name(self) -> str:
        return "/".join(self.parts)


def kind_of(entry: os.DirEntry) -> str:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return "forbidden"
    return kind_of_mode(mode)


def kind_of_mode(mode: int) -> str:
    return {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}.get(stat.S_IFMT(mode), "odd")


def contents(path: Path, limit: int) -> bytes:
    """The bytes of a plain file, at most one more than the limit. Anything else is not waited for and not read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    kind = kind_of_mode(os.lstat(path).st_mode)
    if kind != "file":
        raise Unreadable("not a file", NOT_READ[kind](shown(path.name)))
    try:
        number = os.open(path, flags)
    except OSError as error:
        problem = "link" if error.errno == errno.ELOOP else "forbidden"
        raise Unreadable("not readable", NOT_READ[problem](shown(path.name))) from None
    with open(number, "rb") as file:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):  # it was replaced since it was looked at
            raise Unreadable("not a file", NOT_READ["odd"](shown(path.name)))
        return file.read(min(limit, found.st_size) + 1)


def members_of_folder(folder: Path) -> Iterator[Member]:
    """What lies in a folder and in the folders in it, those nearer to the top first."""
    waiting, seen = deque([(folder, ())]), 0
    while waiting:
        place, above = waiting.popleft()
        try:
            with os.scandir(place) as found:
                entries = sorted(islice(found, MEMBERS + 1 - seen), key=lambda entry: entry.name)
        except OSError:
            yield Member(above, "forbidden")
            continue
        if seen + len(entries) > MEMBERS:
            yield Member(above, "crowded")
            continue
        if len(above) > DEPTH:
            yield Member(above, "deep")
            continue
        seen += len(entries)
        for entry in entries:
            path, parts, kind = Path(entry.path), (*above, spelt(entry.name)), kind_of(entry)
            size = entry.stat(follow_symlinks=False).st_size if kind == "file" else 0
            yield Member(parts, kind, size, partial(contents, path))
            if kind == "folder" and not is_junk(entry.name):
                waiting.append((path, parts))


def members_of_archive(name: str, data: bytes, remarks: list[str]) -> Iterator[Member]:
    """What an archive holds, by what its first bytes say that it is."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        if ending(name) != ".zip":
            remarks.append(wrong_ending(shown(name), "zip"))
        yield from members_of_zip(name, CarefulBytes(data))
    elif data[:2] == b"\x1f\x8b" or data[257:262] == b"ustar":
        compressed = data[:2] == b"\x1f\x8b"
        if ending(name) not in ((".tar.gz", ".tgz") if compressed else (".tar",)):
            remarks.append(wrong_ending(shown(name), "tar.gz" if compressed else "tar"))
        yield from members_of_tar(name, data, compressed, remarks)
    else:
        raise Unreadable("not an archive", no_archive(shown(name)))


class Crowded(Exception):
    """A zip file with more members than could be counted without making an object of each."""


class CarefulBytes(io.BytesIO):
    """A file in memory that gives no more than a small zip directory in one go: zipfile reads all of it at once."""

    def __init__(self, data: bytes):
        super().__init__(data)
        self.size = len(data)

    def read(self, size: int | None = -1) -> bytes:
        rest = self.size - self.tell()
        if (rest if size is None or size < 0 else min(size, rest)) > DIRECTORY:
            raise Crowded
        return super().read(size)


def members_of_zip(name: str, file) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(file)
        if len(archive.infolist()) > MEMBERS:
            raise Crowded
    except Crowded:
        raise Unreadable("too many files", crowded(shown(name), MEMBERS)) from None
    except Exception:  # zipfile raises errors of many kinds over files that were made to confuse it
        raise Unreadable("damaged", damaged(shown(name))) from None
    yield from map(partial(zip_member, archive), archive.infolist())


def zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    parts, kind = inside(info.filename)
    mode = info.external_attr >> 16
    if kind == "file":
        if info.filename.endswith(("/", "\\")):
            kind = "folder"
        elif stat.S_IFMT(mode):
            kind = kind_of_mode(mode)
    if kind == "file" and info.flag_bits & 1:
        kind = "locked"
    # Others than these two unpack a block at once, however large it becomes.
    if kind == "file" and info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        kind = "packed"
    return Member(parts, kind, info.file_size, partial(unzipped, archive, info))


def unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(info) as file:
        return taken(file, limit + 1)


def taken(file, most: int) -> bytes:
    """At most so many bytes, piece by piece, so that no more than a piece is unpacked beyond them."""
    pieces = []
    while most > 0 and (piece := file.read(min(most, 1 << 16))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def inside(name: str) -> tuple[tuple[str, ...], str]:
    """The parts of a path in an archive; "outside" where it leads out of it."""
    path = name.replace("\\", "/")
    parts = tuple(spelt(part) for part in path[:NAME].split("/") if part not in ("", "."))
    strays = path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in parts or len(path) > NAME
    return (tuple(path[:NAME].split("/")), "outside") if strays or "\0" in path else (parts, "file")


def members_of_tar(name: str, data: bytes, compressed: bool, remarks: list[str]) -> Iterator[Member]:
    """What a tar archive holds: POSIX's format, with the long names of GNU and of pax.

    tarfile is not used: it believes sizes in headers, and some of its releases take hours over a header made for it.
    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
    """
    stream = io.BufferedReader(Inflated(data), 1 << 16) if compressed else io.BytesIO(data)
    at = count = 0
    long_name, said = b"", {}
    try:
        while len(header := taken(stream, 512)) == 512 and header.strip(b"\0"):
            if tar_number(header[148:156]) != sum(header) - sum(header[148:156]) + 8 * 32:
                raise ValueError("a header that is none")
            size, type = tar_number(header[124:136]), header[156:157]
            if type not in b"xL":
                size = int(said.get(b"size", size))
            if size < 0:
                raise ValueError("a negative size")
            begins = at + 512
            if type in b"xL" and size <= MB:
                extended = taken(stream, size)
                if type == b"L":
                    long_name = extended.rstrip(b"\0")
                else:
                    said |= pax_records(extended)
            elif type not in b"xLKg":
                raw = said.get(b"path") or long_name or tar_name(header)
                parts, kind = inside(raw.decode("utf-8", "surrogateescape"))
                if kind == "file":
                    kind = tar_kind(type, raw, said)
                yield Member(parts, kind, size, partial(piece_of, stream, begins, size))
                long_name, said = b"", {}
                count += 1
                if count > MEMBERS:
                    raise Unreadable("too many files", crowded(shown(name), MEMBERS))
            # Links, folders and devices may name a size, and have no content.
            at = begins + (0 if type in b"123456" else -(-size // 512) * 512)
            if at > UNPACKED:
                raise Unreadable("too large", unpacks_too_large(shown(name), UNPACKED // MB))
            if stream.seek(at - 1) != at - 1 or not stream.read(1):
                raise EOFError("it ends within a member")
        if header.strip(b"\0"):
            raise EOFError("it ends within a header")
        taken(stream, MB)  # only at its very end does zlib find out whether all of it was right
    except Unreadable:
        raise
    except Exception:
        if not count:
            raise Unreadable("damaged", damaged(shown(name))) from None
        remarks.append(damaged_end(shown(name)))


class Inflated(io.RawIOBase):
    """What a gzip file holds; going back begins anew. Raises EOFError or zlib.error where it is damaged.

    Only its first stream is read, and by zlib: gzip reads headers byte by byte, and they may be as long as the file.
    """

    def __init__(self, data: bytes):
        self.data = data
        self.begin()

    def begin(self) -> None:
        self.engine, self.waiting, self.next, self.at = zlib.decompressobj(wbits=31), b"", 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer) -> int:
        while not self.engine.eof:
            if not self.waiting:
                self.waiting = self.data[self.next : self.next + (1 << 14)]
                self.next += len(self.waiting)
                if not self.waiting:
                    raise EOFError("the gzip file is cut off")
            piece = self.engine.decompress(self.waiting, len(buffer))
            self.waiting = self.engine.unconsumed_tail
            if piece:
                buffer[: len(piece)] = piece
                self.at += len(piece)
                return len(piece)
        return 0

    def seek(self, place: int, whence: int = 0) -> int:
        place += self.at if whence == 1 else 0
        if place < self.at:
            self.begin()
        while self.at < place and self.read(min(place - self.at, 1 << 16)):
            pass
        return self.at


def tar_number(digits: bytes) -> int:
    """A number in a header: octal digits, or, behind a first bit that is set, binary."""
    if digits[0] & 0x80:
        return int.from_bytes(bytes([digits[0] & 0x7F]) + digits[1:], "big")
    return int(digits.split(b"\0")[0].strip() or b"0", 8)


def tar_name(header: bytes) -> bytes:
    name, prefix = header[:100].split(b"\0")[0], header[345:500].split(b"\0")[0]
    return prefix + b"/" + name if prefix and header[257:263] == b"ustar\0" else name


def tar_kind(type: bytes, name: bytes, said: dict[bytes, bytes]) -> str:
    if type in (b"1", b"2"):
        return "link"
    if type == b"5" or name.endswith(b"/"):
        return "folder"
    sparse = any(key.startswith(b"GNU.sparse") for key in said)
    return "file" if type in (b"0", b"\0", b"7") and not sparse else "odd"


def pax_records(data: bytes) -> dict[bytes, bytes]:
    """Records of the form `27 path=exercises/conv.py`, each with its own length before it."""
    records, at = {}, 0
    while at < len(data):
        digits, _space, _rest = data[at : at + 20].partition(b" ")
        length = int(digits)
        if not len(digits) < length <= len(data) - at:
            raise ValueError("a record that ends where it cannot")
        key, _equals, value = data[at + len(digits) + 1 : at + length].rstrip(b"\n").partition(b"=")
        records[key] = value
        at += length
    return records


def piece_of(stream, begins: int, size: int, limit: int) -> bytes:
    stream.seek(begins)
    most = min(size, limit + 1)
    if len(data := taken(stream, most)) < most:
        raise EOFError("the archive is cut off")
    return data


@lru_cache(1)
def members_of_download(path: Path, changed: int) -> dict[str, list[Member]]:
    """What a download that is one zip file holds, by the first part of its path. It is staff's own, so it may be as
    large as it likes, and it is kept open from one student to the next."""
    try:
        archive = zipfile.ZipFile(path)
    except Exception:
        raise Unreadable("damaged", damaged(shown(path.name))) from None
    found: dict[str, list[Member]] = {}
    for member in map(partial(zip_member, archive), archive.infolist()):
        if member.parts:
            found.setdefault(member.parts[0], []).append(member)
    return found


# Reading one


def read(submission: Submission, unit_names: Iterable[str]) -> tuple[dict[str, Work], list[str]]:
    """What of a submission is graded, by unit, and remarks on the rest. Never raises for what a student handed in."""
    units = by_stem(unit_names)
    remarks, failures = list(submission.remarks), []
    try:
        members = [
            member
            for member in everything(submission, units, remarks, failures)
            if member.kind == "outside" or not any(map(is_junk, member.parts[:-1]))
        ]
        candidates = candidates_of(members, units)
        others = others_in(members, units)
        works = {unit: work_of(unit, candidates[unit], others, failures) for unit in units.values()}
        remarks += not_read(members, {m.parts for several in candidates.values() for m in several})
    except Exception:  # whatever was overlooked costs one student a grade, and stops nobody else's
        remarks = [*submission.remarks, damaged(shown(submission.path.name))]
        missing = partial(Work, kind="missing", remarks=(remarks[-1],), problem="not readable")
        works = {unit: missing(unit) for unit in units.values()}
    return works, remarks


def everything(submission: Submission, units, remarks: list[str], failures: list[str]) -> Iterator[Member]:
    """All that a submission holds. What cannot be opened adds to the remarks, and to the failures."""
    loose = list(lying_loose(submission))
    handed_in = set(map(id, archives_handed_in(submission, loose, units)))
    superseded = dict(earlier([m for m in loose if id(m) in handed_in]))
    remarks += [later_counts(shown(superseded[m].name), shown(m.name)) for m in loose if m in superseded]
    for member in loose:
        if not member.parts:
            failures.append("not readable")
            remarks.append(NOT_READ[member.kind](shown(submission.path.name)))
        elif id(member) not in handed_in:
            yield member
        elif member not in superseded:
            try:
                yield from opened(member, () if len(loose) == 1 else member.parts, remarks)
            except Unreadable as error:
                failures.append(error.problem)
                remarks.append(error.sentence)
            except Exception:
                failures.append("damaged")
                remarks.append(damaged(shown(member.name)))


def lying_loose(submission: Submission) -> Iterator[Member]:
    """What a submission holds before any archive is opened; a download's own prefixes are off the names."""
    if not submission.files:
        yield from members_at(submission.path, submission.path.name)
    for path in submission.files:
        told = told_by(spelt(path.name))
        name = (told and told.file) or ("" if told and told.service == "moodle" else spelt(path.name))
        number = told.number if told else 0
        if path.parent == submission.path:  # inside of a download that is one zip file
            found = members_below(submission.path, spelt(path.name), name)
        else:
            found = members_at(path, name)
        for member in found:
            yield Member(member.parts, member.kind, member.size, member.read, number)


def members_at(path: Path, name: str) -> Iterator[Member]:
    try:
        found = os.lstat(path)
    except OSError:
        yield Member((name,), "forbidden")
        return
    kind = kind_of_mode(found.st_mode)
    if kind == "folder":
        yield from members_of_folder(path)
    else:
        yield Member((name,), kind, found.st_size, partial(contents, path))


def members_below(path: Path, top: str, name: str) -> Iterator[Member]:
    """One file of a download in a zip file, or all that is in one folder of it."""
    for member in members_of_download(path, os.stat(path).st_mtime_ns)[top]:
        if parts := member.parts[1:] or ((name,) if member.kind != "folder" else ()):
            yield Member(parts, member.kind, member.size, member.read)


def archives_handed_in(submission: Submission, loose: list[Member], units) -> list[Member]:
    """The archives that are themselves what was handed in, and no part of it.

    In a download all that lies directly in a student's place is; in a student's own folder an archive is, where no
    unit's file lies beside it.
    """
    archives = [
        m
        for m in loose
        if m.kind == "file" and len(m.parts) == 1 and ending(m.name) and m.name.lower() not in OWN_ARCHIVES
    ]
    if submission.files or len(loose) == 1:
        return archives
    plain = any(m.kind == "file" and m.parts and unit_file(m.parts[-1], units) for m in loose)
    return [] if plain else archives


def earlier(archives: list[Member]) -> Iterator[tuple[Member, Member]]:
    """Of archives with one name but for `-1`: each that came before another, and the last one."""
    by_name: dict[str, list[Member]] = {}
    for archive in archives:
        stem = archive.name[: -len(ending(archive.name))]
        again = AGAIN.fullmatch(stem)
        by_name.setdefault(folded(again["student"] if again else stem), []).append(archive)
    for several in by_name.values():
        *before, last = sorted(several, key=lambda archive: (archive.number, suffixes(archive.name), archive.name))
        for archive in before:
            yield archive, last


def opened(archive: Member, above: tuple[str, ...], remarks: list[str]) -> Iterator[Member]:
    """What an archive holds."""
    if ending(archive.name) not in OPENED:
        raise Unreadable("not an archive", no_archive(shown(archive.name)))
    name, megabytes = shown(archive.name), ARCHIVE_LIMIT // MB
    if archive.size > ARCHIVE_LIMIT or len(data := archive.read(ARCHIVE_LIMIT)) > ARCHIVE_LIMIT:
        raise Unreadable("too large", too_large(name, megabytes))
    for member in members_of_archive(archive.name, data, remarks):
        if not member.parts:  # tar begins with the folder itself
            continue
        yield Member((*above, *member.parts), member.kind, member.size, member.read, archive.number)


def candidates_of(members: list[Member], units: dict[str, str]) -> dict[str, list[Member]]:
    """By unit, all that could be its file, what is graded first."""
    found: dict[str, dict[tuple, tuple]] = {unit: {} for unit in units.values()}
    for order, member in enumerate(members):
        if member.kind == "outside" or is_junk(member.parts[-1]):
            continue
        for depth, part in enumerate(member.parts, 1):  # a folder may be told only by what lies in it
            if part[-6:].casefold().endswith((".py", ".ipynb")) and (named := unit_file(part, units)):
                candidate = member if depth == len(member.parts) else Member(member.parts[:depth], "folder")
                key = candidate.parts if candidate.kind == "folder" else (*candidate.parts, order)
                found[named.unit][key] = preference(candidate, named, order), candidate
    return {
        unit: [candidate for _preference, candidate in sorted(several.values(), key=itemgetter(0), reverse=True)]
        for unit, several in found.items()
    }


def preference(member: Member, named: UnitFile, order: int) -> tuple:
    """What is graded first: what can be read; a file before a notebook; the later upload; what lies nearer to the top,
    where exercises/<unit>/ counts as the top; what lies there; the later copy; the exact name."""
    *above, name = member.parts
    place = [named.unit] if above[-1:] == [named.unit] else []
    place = ["exercises", *place] if place and above[-2:-1] == ["exercises"] else place
    depth = len(above) - len(place)
    exact = name == f"{named.unit}.{named.ending}"
    readable = member.kind == "file"
    return readable, named.ending == "py", member.number, -depth, len(place), named.again, exact, order


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


def work_of(unit: str, candidates: list[Member], others: tuple[str, ...], failures: list[str]) -> Work:
    """The file that is graded of a unit, read."""
    if not candidates:
        return Work(unit, "missing", remarks=(no_file(unit, others),), problem=failures[0] if failures else "")
    member, *rest = candidates
    name = shown(member.name)
    same = [shown(m.name) for m in rest if m.kind == "file" and ending_of(m) == ending_of(member)]
    other = [shown(m.name) for m in rest if m.kind == "file" and ending_of(m) != ending_of(member)]
    remarks = [NOT_READ[m.kind](shown(m.name)) for m in rest[:3] if m.kind != "file"]
    if same:
        remarks.append(one_of_several(name, same[:3] + ["…"] * (len(same) > 3)))
    if other:
        remarks.append(file_before_notebook(name, other[0]))
    try:
        data = bytes_of(member)
    except Unreadable as error:
        remarks.append(error.sentence)
        return Work(unit, "missing", name, size=member.size, remarks=tuple(remarks), problem=error.problem)
    kind, cells, problem = "file", (data,), ""
    if ending_of(member) == "ipynb":
        kind, cells = "notebook", ()
        try:
            cells, said = cells_of(data, name)
            remarks += said
        except Unreadable as error:
            remarks.append(error.sentence)
            problem = error.problem
    return Work(unit, kind, name, cells, hashlib.sha256(data).hexdigest(), len(data), tuple(remarks), problem)


def ending_of(member: Member) -> str:
    return member.parts[-1].casefold().rpartition(".")[2]


def bytes_of(member: Member) -> bytes:
    """The bytes of a unit's file. Raises Unreadable."""
    name, limit = shown(member.name), LIMITS[ending_of(member)]
    if member.kind != "file":
        raise Unreadable("not a file" if member.kind != "locked" else "locked", NOT_READ[member.kind](name))
    try:
        data = member.read(limit) if member.size <= limit else None
    except Unreadable:
        raise
    except Exception:
        raise Unreadable("damaged", damaged(name)) from None
    if data is None or len(data) > limit:
        raise Unreadable("too large", too_large(name, limit // MB))
    return data


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


# Notebooks

TIMING = {"time", "timeit", "capture", "prun", "memit", "mprun", "lprun"}  # cell magics that run the cell as Python
NEXT = re.compile(r"""#|'''|\"\"\"|'|"|[(\[{]|[)\]}]""")
CLOSING = {quotes: re.compile(rf"\\.|{quotes}") for quotes in ("'''", '"""', "'", '"')}
TARGET = r"[\w.]+(?:\[[^\]]*\])?"
ASSIGNED = re.compile(rf"\s*{TARGET}(?:\s*,\s*{TARGET})*\s*=\s*[!%](?!=)")


def cells_of(data: bytes, name: str) -> tuple[tuple[bytes, ...], list[str]]:
    """The code cells of a notebook that are the student's, and remarks. Raises Unreadable.

    https://nbformat.readthedocs.io/en/latest/format_description.html
    """
    if data.count(b"[") + data.count(b"{") > BRACKETS:
        raise Unreadable("too large", overgrown(name))
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("not JSON", not_json(name)) from None
    if not isinstance(notebook, dict):
        raise Unreadable("not a notebook", no_notebook(name))
    if "worksheets" in notebook or notebook.get("nbformat", 4) != 4:
        raise Unreadable("old notebook", old_notebook(name))
    if not isinstance(notebook.get("cells"), list):
        raise Unreadable("not a notebook", no_notebook(name))
    sources, broken = [], 0
    for cell in notebook["cells"]:
        try:
            if cell["cell_type"] == "code" and not is_test(cell):
                sources.append(source_of(cell))
        except (KeyError, TypeError):
            broken += 1
    if sum(map(len, sources)) > LIMITS["py"]:
        raise Unreadable("too large", too_large(_("The code in {name}").format(name=name), LIMITS["py"] // MB))
    cells, dropped = [], []
    for source in sources:
        kept, left_out = without_magics(source)
        dropped += left_out
        if kept.strip():
            cells.append(kept.encode("utf-8", "surrogatepass"))
    remarks = [broken_cells(name, broken)] if broken else []
    if dropped:
        remarks.append(magics(name, len(dropped), shown(dropped[0])))
    if not cells:
        raise Unreadable("no code", " ".join([*remarks, no_code(name)]))
    return tuple(cells), remarks


def is_test(cell: dict[str, Any]) -> bool:
    """Whether it is one of nbgrader's own cells, which test and are not the student's."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return isinstance(nbgrader, dict) and nbgrader.get("grade") is True and nbgrader.get("solution") is False


def source_of(cell: dict[str, Any]) -> str:
    source = cell["source"]
    if not isinstance(source, str | list):
        raise TypeError("a source that is no text")
    return "".join(source)


def without_magics(source: str) -> tuple[str, list[str]]:
    """A cell without its magics and shell lines, and those. Every other line keeps its number.

    They are looked for only where a statement begins: never inside of a string, of brackets, or of a continued line.
    """
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%") and re.match(r"\w*", lines[first][2:])[0] not in TIMING:
        return "", [lines[first]]
    kept, dropped = [], []
    state = "", 0, False
    continued = False
    for line in lines:
        if continued:
            kept.append("")
        elif state == ("", 0, False) and is_magic(line):
            dropped.append(line.strip())
            kept.append(line[: len(line) - len(line.lstrip())] + "pass" if line[:1].isspace() else "")
        else:
            state = after(line, *state)
            kept.append(line)
            continue
        continued = line.endswith("\\")
    return "\n".join(kept), dropped


def is_magic(line: str) -> bool:
    """Whether a line that begins a statement is meant for IPython or the shell. No such line is Python."""
    text = line.strip()
    if text.startswith(("%", "!", "?")) or ASSIGNED.match(line[:500]):
        return True
    return text.endswith("?") and not set("#'\"") & set(text)


def after(line: str, quotes: str, depth: int, joined: bool) -> tuple[str, int, bool]:
    """What is open at the end of a line, given what was open before it: a string, brackets, a statement."""
    at = 0
    while at < len(line):
        if quotes:
            ends = (m.end() for m in CLOSING[quotes].finditer(line, at) if m[0] == quotes)
            at = next(ends, 0)
            if not at:
                escaped = (len(line) - len(line.rstrip("\\"))) % 2
                return (quotes if len(quotes) == 3 or escaped else "", depth, False)
            quotes = ""
            continue
        found = NEXT.search(line, at)
        if found is None:
            break
        at = found.end()
        if found[0] == "#":
            return "", depth, False
        if found[0] in "([{":
            depth += 1
        elif found[0] in ")]}":
            depth = max(0, depth - 1)
        else:
            quotes = found[0]
    return quotes if len(quotes) == 3 else "", depth, not quotes and line.endswith("\\")


def digest(submission: Submission, works: dict[str, Work], remarks: Iterable[str]) -> str:
    """A hash of all that was read of a submission: the same only where the same is graded, and the same is said."""
    about = [submission.student, submission.late, submission.attempt, sorted(submission.identity.items())]
    read = [
        [w.unit, w.kind, w.name, w.sha256, w.size, w.problem, list(w.remarks)]
        + [hashlib.sha256(cell).hexdigest() for cell in w.cells]
        for w in sorted(works.values(), key=lambda work: work.unit)
    ]
    content = json.dumps([about, read, list(remarks)], separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
