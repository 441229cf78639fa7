"""What lies in a zip file: looked at and read where it is, never unpacked."""

import io
import stat
import zipfile
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

from .limits import DIRECTORY, MEMBERS
from .members import Member, Unreadable, inside, kind_of_mode, taken
from .names import shown
from .words import crowded, damaged


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
