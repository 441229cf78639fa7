"""Which of all that a submission holds is a unit's file."""

from operator import itemgetter

from .members import Member
from .names import UnitFile, is_junk, unit_file


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
