"""chainrule regrade: grade one student once more, and compare bit for bit."""

import sys
from pathlib import Path

import click

from ..classroom.records import RecordError, Secret, canonical, read_record, reproducible
from ..classroom.session import Session, again
from ..classroom.submissions import SubmissionsError, find
from ..locked.client import NotLocked
from ..locked.confine import Limits
from . import Trouble, find_course, prepare, screen
from .verify_record import beside, secret_option

MOST = 20  # differences that are shown


@click.command("regrade")
@click.argument("record", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("submissions", type=click.Path(path_type=Path), required=False)
@click.option("--limits-only", is_flag=True, help="Grade even where this machine cannot lock submissions in.")
@secret_option
def command(record, submissions, limits_only, seed_file):
    """Grade the student of RECORD once more, with the same unseen cases, and compare the grade bit for bit.

    SUBMISSIONS is where the class's work lies, if not where it lay when RECORD was made. Nothing is written. Exit
    status 1 where the grade is another one.
    """
    course = find_course()
    try:
        old = read_record(record)
        secret = Secret.read(seed_file or beside(record))
        if not secret.is_signed(old):
            raise Trouble(f"{record} was changed since it was written: its signature does not fit.")
        units = tuple(course.unit(unit["unit"]) for unit in old["units"])
        folder = submissions or Path(old["run"]["submissions"])
        found = [s for s in find(folder, [unit.name for unit in units]) if s.student == old["student"]]
    except (RecordError, SubmissionsError) as error:
        raise Trouble(str(error)) from None
    if not found:
        raise Trouble(f"There is nothing of {old['student']} in {folder}.")
    prepare(list(units))
    limits = Limits(**old["run"]["limits"])
    session = Session(course, units, folder, record.resolve().parent.parent, secret, limits, limits_only)
    try:
        new = again(session, old, found[0])
    except NotLocked as error:
        raise Trouble(str(error)) from None
    except ValueError as error:
        raise Trouble(f"The grade cannot be reproduced: {error}.") from None
    terminal = screen.console()
    if canonical(reproducible(new)) == canonical(reproducible(old)):
        terminal.print(f"Reproduced bit for bit: {old['earned']:g} of {old['points']:g} points.", style="green")
        return
    terminal.print(f"Another grade: {new['earned']:g} points now, {old['earned']:g} in the record.", style="red bold")
    if session.blank(found[0])[0]["key"] != old["key"]:
        terminal.print("The course, the engine or the limits are not those of then.")
    for place in differences(reproducible(old), reproducible(new))[:MOST]:
        terminal.print(f"  {place}", soft_wrap=True, markup=False)
    sys.exit(1)


def differences(old, new, place="") -> list[str]:
    """Where two records differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = dict.fromkeys([*old, *new])
        return [d for name in names for d in differences(old.get(name), new.get(name), f"{place}.{name}".lstrip("."))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [d for i, (a, b) in enumerate(zip(old, new, strict=True)) for d in differences(a, b, f"{place}[{i}]")]
    return [] if old == new else [f"{place}: {old!r} was recorded, {new!r} came now"[:300]]
