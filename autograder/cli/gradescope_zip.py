"""chainrule gradescope-zip: build an autograder for Gradescope."""

import os
import zipfile
from pathlib import Path

import click

from ..classroom import gradescope
from ..classroom.records import RecordError, Secret
from ..kit import SINCE
from ..locked.confine import Limits
from . import Trouble, find_course, prepare
from .grade import limits_options


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
    units = tuple(course.unit(name) for name in names) or course.units
    if missing := [unit.name for unit in units if not unit.has_solutions]:
        raise Trouble(f"There are no solutions for {', '.join(missing)}; grading needs the course's full repository.")
    if out.exists() and not force:
        raise Trouble(f"{out} is there already. Add --force to replace it.")
    prepare(list(units))
    try:
        secret = Secret.read(seed_file) if seed_file.exists() else Secret.create(seed_file)
        limits = Limits(exercise_seconds, submission_seconds, memory=memory << 20)
        write(out, gradescope.files(course, units, secret, limits, limits_only))
    except RecordError as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"{error.filename or out} cannot be written: {error.strerror}") from None
    click.echo(f"{out}: {len(units)} units, {out.stat().st_size >> 10} KB. It holds the solutions and the secret.")


def write(out: Path, files: dict[str, bytes]) -> None:
    """Write a zip file that its owner alone may read; the same files give the same bytes."""
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, SINCE)
            info.external_attr = (0o755 if name in ("setup.sh", "run_autograder") else 0o644) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
