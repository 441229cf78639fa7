"""What lies in an archive that was handed in, by what its first bytes say that it is."""

from collections.abc import Iterator

from .limits import ARCHIVE_LIMIT, MB
from .members import Member, Unreadable
from .names import ending, shown
from .tars import members_of_tar
from .words import no_archive, too_large, wrong_ending
from .zips import CarefulBytes, members_of_zip

OPENED = (".zip", ".tar.gz", ".tgz", ".tar")


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
