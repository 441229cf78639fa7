"""chainrule verify-record: whether a grade record is as it was written."""

import sys
from pathlib import Path

import click

from ..classroom.records import RecordError, Secret, read_record
from . import Trouble, screen


def secret_option(command):
    return click.option(
        "--seed-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The course's secret. [default: the file `secret` of the folder of grades]",
    )(command)


def beside(record: Path) -> Path:
    """Where the secret of a record lies, if it lies where it was put: one for each folder of grades, and one for all
    assignments of an nbgrader course."""
    folder = record.resolve().parent.parent
    return (nbgrader_home(record) or folder) / "secret"


def nbgrader_home(record: Path) -> Path | None:
    """The folder .chainrule of the nbgrader course that a record is of, or None."""
    above = record.resolve().parents[3:4]  # .chainrule/ASSIGNMENT/NOTEBOOK/records/STUDENT.json
    return above[0] if above and above[0].name == ".chainrule" else None


@click.command("verify-record")
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@secret_option
def command(records, seed_file):
    """Check that RECORDS are grade records, signed with the course's secret and unchanged since.

    Exit status 1 where one is not.
    """
    terminal, wrong = screen.console(), 0
    for path in records:
        try:
            secret = Secret.read(seed_file or beside(path))
        except RecordError as error:
            raise Trouble(str(error)) from None
        try:
            record = read_record(path)
            sound = secret.is_signed(record)
            said = f"{record['student']}: {record['earned']:g} of {record['points']:g}" if sound else "was changed"
        except (RecordError, KeyError, TypeError, ValueError) as error:
            sound, said = False, str(error)
        wrong += not sound
        verdict = ("genuine", "green") if sound else ("NOT genuine", "red bold")
        screen.put(terminal, [((f"{path}: ", ""), verdict, (f", {said}", ""))], wrap=False)
    sys.exit(1 if wrong else 0)
