"""All that a submission holds: its files, wherever they lie, and what is in the archives that were handed in."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .archives import opened
from .downloads import told_by
from .members import Member, Unreadable, contents, kind_of_mode, members_of_folder
from .names import AGAIN, OWN_ARCHIVES, ending, folded, shown, spelt, suffixes, unit_file
from .words import NOT_READ, damaged, later_counts
from .work import Submission
from .zips import members_of_download


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
