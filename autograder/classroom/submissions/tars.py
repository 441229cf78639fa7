"""What lies in a tar archive: looked at and read where it is, never unpacked.

tarfile is not used: it believes sizes in headers, and some of its releases take hours over a header made for it.
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
"""

import io
import zlib
from collections.abc import Iterator
from functools import partial

from .limits import MB, MEMBERS, UNPACKED
from .members import Member, Unreadable, inside, taken
from .names import shown
from .words import crowded, damaged, damaged_end, unpacks_too_large


def members_of_tar(name: str, data: bytes, compressed: bool, remarks: list[str]) -> Iterator[Member]:
    """What a tar archive holds: POSIX's format, with the long names of GNU and of pax."""
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


def piece_of(stream, begins: int, size: int, limit: int) -> bytes:
    stream.seek(begins)
    most = min(size, limit + 1)
    if len(data := taken(stream, most)) < most:
        raise EOFError("the archive is cut off")
    return data


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


# Headers


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
