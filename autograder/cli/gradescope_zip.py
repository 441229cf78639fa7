"""chainrule gradescope-zip: build an autograder for Gradescope."""

import io
import stat
import zipfile
from pathlib import Path

import click

from ..classroom import gradescope
from ..classroom.records import RecordError, Secret, write_whole
from ..kit import SINCE
from ..locked.confine import Limits
from . import Trouble, find_course, need_solutions, prepare
from .grade import limits_options
from .names import units_named


@click.command("gradescope-zip")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The zip file to write.")
@click.option("--unit", "names", multiple=True, metavar="UNIT", help="Only this unit; may be given several times.")
@click.option("--seed-file", required=True, type=click.Path(path_type=Path, dir_okay=False),
              help="The course's secret, from which unseen cases are drawn; made if it is not there.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@limits_options
def command(out, names, seed_file, force, exercise_seconds, submission_seconds, memory, limits_only):
    """Build an autograder that Gradescope takes as it is: in the assignment, Configure Autograder, Zip file upload.

    It holds the references and the secret, so it is for staff alone. Choose Ubuntu 22.04 or newer as its base image.
    Where Gradescope's machines do not let a submission be locked in, every submission says so; then build it again
    with --limits-only.
    """
    course = find_course()
    units = units_named(course, names)
    need_solutions(units, "grading needs")
    if out.exists() and not force:
        raise Trouble(f"{out} is there already. Add --force to replace it.")
    prepare(units)
    secret = secret_in(seed_file)
    limits = Limits(exercise_seconds, submission_seconds, memory=memory << 20)
    content = zipped(gradescope.files(course, units, secret, limits, limits_only))
    try:
        write_whole(out, content, mode=0o600)
    except OSError as error:
        raise Trouble(f"{out} cannot be written: {error.strerror}") from None
    counted = "1 unit" if len(units) == 1 else f"{len(units)} units"
    click.echo(f"{out}: {counted}, {len(content) >> 10} KB. It holds the solutions and the secret.")


def secret_in(path: Path) -> Secret:
    """The secret in a file, or a new one."""
    try:
        return Secret.read(path) if path.exists() else Secret.create(path)
    except RecordError as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {error.strerror}") from None


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip file; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, SINCE)
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = (stat.S_IFREG | (0o755 if name in gradescope.EXECUTABLE else 0o644)) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()
