"""Names of files and folders: one spelling to compare them in, how they are shown, and what can be told from them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ..plain import one_line

OWN_ARCHIVES = {"answers.zip"}  # a kit's own
JUNK = {"__pycache__", "__macosx", "thumbs.db", "desktop.ini", "icon\r", "venv", "env", "site-packages", "node_modules"}
ARCHIVE = re.compile(
    r".+?(\.(?:tar\.(?:gz|bz2|xz|zst)|zip|tgz|tar|rar|7z|gz|t?bz2|t?xz|zst|lz4|z|cab|jar|whl|egg))", re.S | re.I
)
AGAIN = re.compile(r"(?P<student>.+?)(?: ?\((?P<copy>[0-9]{1,2})\)|-(?P<attempt>[1-9][0-9]?))", re.S)
UNIT_FILE = re.compile(r"(?P<stem>[^.]+?)(?P<again>(?:-[0-9]{1,3}| ?\([0-9]{1,3}\))*)\.(?P<ending>py|ipynb)")


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
