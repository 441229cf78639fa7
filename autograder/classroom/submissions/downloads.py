"""The names in what Canvas and Moodle give when all submissions are downloaded.

They were taken from their makers' own code: `lib/content_zipper.rb` of Canvas and
`mod/assign/classes/downloader.php` of Moodle.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .names import folded, is_junk

MOODLE = re.compile(r"(?P<name>[^_]+)(?:_(?P<id>[0-9]+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.S)
CANVAS = re.compile(
    r"(?:(?P<late_too>LATE_)?anon_(?P<anonymous>[A-Za-z0-9]{5})|(?P<name>.+?)_(?P<late>LATE_)?(?P<id>[0-9]+))"
    r"(?:_(?P<number>[0-9]+))?_(?P<file>.+)",
    re.S | re.I,
)
WRITTEN_ONLINE = {"text.html", "link.html"}  # what Canvas calls a text entry and a web address


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


def is_download(names: Iterable[str]) -> bool:
    names = [name for name in names if not is_junk(name)]
    return bool(names) and all(map(told_by, names))
