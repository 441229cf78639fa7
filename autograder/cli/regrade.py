"""chainrule regrade: grade one student once more, and compare bit for bit."""

import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import click

from ..classroom.records import RecordError, Secret, canonical, read_record, reproducible
from ..classroom.session import Session, again
from ..classroom.submissions import SubmissionsError, find
from ..locked.client import NotLocked
from ..locked.confine import Limits
from . import Trouble, find_course, prepare, screen
from .verify_record import beside, nbgrader_home, secret_option

MOST = 20  # differences that are shown


@click.command("regrade")
@click.argument("record", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("submissions", type=click.Path(path_type=Path), required=False)
@click.option("--limits-only", is_flag=True, help="Grade even where this machine cannot lock submissions in.")
@secret_option
def command(record, submissions, limits_only, seed_file):
    """Grade the student of RECORD once more, with the same unseen cases, and compare the grade bit for bit.

    SUBMISSIONS is where the class's work lies, if not where it lay when RECORD was made. Records of an nbgrader course
    lie in its .chainrule/ASSIGNMENT/NOTEBOOK/records. Nothing is written. Exit status 1 where the grade is another one.
    """
    if not nbgrader_home(record):
        find_course()
    try:
        old = read_record(record)
        secret = Secret.read(seed_file or beside(record))
        if not secret.is_signed(old):
            raise Trouble(f"{record} was changed since it was written: its signature does not fit.")
        found = in_nbgrader if nbgrader_home(record) else in_class
        session, submission = found(record, old, secret, submissions, limits_only)
    except (RecordError, SubmissionsError) as error:
        raise Trouble(str(error)) from None
    prepare(list(session.units))
    try:
        new = again(session, old, submission)
    except NotLocked as error:
        raise Trouble(str(error)) from None
    except ValueError as error:
        raise Trouble(f"The grade cannot be reproduced: {error}.") from None
    terminal = screen.console()
    if canonical(reproducible(new)) == canonical(reproducible(old)):
        terminal.print(f"Reproduced bit for bit: {old['earned']:g} of {old['points']:g} points.", style="green")
        return
    terminal.print(f"Another grade: {new['earned']:g} points now, {old['earned']:g} in the record.", style="red bold")
    if session.blank(submission)[0]["key"] != old["key"]:
        terminal.print("The course, the engine or the limits are not those of then.")
    for place in differences(reproducible(old), reproducible(new))[:MOST]:
        terminal.print(f"  {place}", soft_wrap=True, markup=False)
    sys.exit(1)


def in_class(path: Path, record, secret: Secret, submissions: Path | None, limits_only: bool):
    """The session of a record that `chainrule grade` made, and the student's submission."""
    course = find_course()
    units = tuple(course.unit(unit["unit"]) for unit in record["units"])
    folder = submissions or Path(record["run"]["submissions"])
    found = [s for s in find(folder, [unit.name for unit in units]) if s.student == record["student"]]
    if not found:
        raise Trouble(f"There is nothing of {record['student']} in {folder}.")
    limits = Limits(**record["run"]["limits"])
    return Session(course, units, folder, path.resolve().parent.parent, secret, limits, limits_only), found[0]


def in_nbgrader(path: Path, record, secret: Secret, submissions: Path | None, limits_only: bool):
    """The session of a record that was made for nbgrader, and the student's submission."""
    from ..notebooks.marking import submission_of
    from ..notebooks.recording import CourseFault, Fault, opened

    if submissions:
        raise click.UsageError("In an nbgrader course, submissions lie where nbgrader collects them: do not name them.")
    out = path.resolve().parent.parent
    try:
        assignment = opened(nbgrader_home(path).parent, unquote(out.parent.name))
    except (CourseFault, Fault) as error:
        raise Trouble(str(error)) from None
    session = next((session for session in assignment.sessions if session.out.resolve() == out), None)
    folder = assignment.students.get(record["student"])
    if session is None or folder is None:
        raise Trouble(
            f"There is nothing of {record['student']} for {assignment.name} in {assignment.app.coursedir.root}."
        )
    limits = Limits(**record["run"]["limits"])
    session = replace(session, limits=limits, limits_only=limits_only, secret=secret)
    return session, submission_of(record["student"], folder)


def differences(old, new, place="") -> list[str]:
    """Where two records differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = dict.fromkeys([*old, *new])
        return [d for name in names for d in differences(old.get(name), new.get(name), f"{place}.{name}".lstrip("."))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [d for i, (a, b) in enumerate(zip(old, new, strict=True)) for d in differences(a, b, f"{place}[{i}]")]
    return [] if old == new else [f"{place}: {old!r} was recorded, {new!r} came now"[:300]]
