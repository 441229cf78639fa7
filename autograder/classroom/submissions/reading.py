"""What is graded of a submission: the bytes of each unit's file, or the cells of its notebook."""

import hashlib
from collections.abc import Iterable
from functools import partial

from .choosing import candidates_of
from .limits import LIMITS, MB
from .members import Member, Unreadable
from .names import by_stem, is_junk, shown
from .notebooks import cells_of
from .opening import everything
from .refusing import not_read, others_in
from .words import NOT_READ, damaged, file_before_notebook, no_file, one_of_several, too_large
from .work import Submission, Work


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
