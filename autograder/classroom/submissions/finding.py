"""Which submissions lie in the folder of a class. Nothing is opened yet.

There may be one folder or archive for each student, what Canvas or Moodle give, or nbgrader's submitted/ (as its
`exchange/default/submit.py` fills it).
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .downloads import is_download, told_by
from .members import Unreadable, contents, kind_of
from .names import AGAIN, by_stem, ending, folded, is_junk, legible, shown, spelt, suffixes, unit_file
from .words import later_counts
from .work import Submission
from .zips import members_of_download

LATE = re.compile(r"(?P<student>.+?)[_-]LATE", re.S | re.I)
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9.]{2,12})?( ?[A-Za-z0-9+:-]{1,9})?")
EXPECTED = (
    "Expected is a folder with one folder, .zip or .tar.gz for each student, what Canvas or Moodle give when all "
    "submissions are downloaded, or nbgrader's submitted/ folder."
)


class SubmissionsError(Exception):
    """There are no submissions where they were looked for; the text is for the person at the keyboard."""


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
