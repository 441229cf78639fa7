"""Something inside a submission, whatever it lies in; and what lies in a folder. Only plain files are ever read."""

import errno
import os
import re
import stat
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from .limits import DEPTH, MEMBERS, NAME
from .names import is_junk, shown, spelt
from .words import NOT_READ


class Unreadable(Exception):
    """Something handed in that cannot be read: a word for staff, and a sentence for the student."""

    def __init__(self, problem: str, sentence: str):
        super().__init__(sentence)
        self.problem, self.sentence = problem, sentence


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


# What zip and tar have in common


def inside(name: str) -> tuple[tuple[str, ...], str]:
    """The parts of a path in an archive; "outside" where it leads out of it."""
    path = name.replace("\\", "/")
    parts = tuple(spelt(part) for part in path[:NAME].split("/") if part not in ("", "."))
    strays = path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in parts or len(path) > NAME
    return (tuple(path[:NAME].split("/")), "outside") if strays or "\0" in path else (parts, "file")


def taken(file, most: int) -> bytes:
    """At most so many bytes, piece by piece, so that no more than a piece is unpacked beyond them."""
    pieces = []
    while most > 0 and (piece := file.read(min(most, 1 << 16))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)
