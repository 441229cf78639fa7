"""chainrule reset: put a unit's stubs back, keeping a copy of the work."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import click

from .. import sentences as say
from ..course import CourseError, Unit
from ..oracle import Frozen
from ..report import one
from ..stubs import untouched
from . import Trouble, find_course
from .names import unit_named
from .screen import console, put

OLDEST = 1000  # versions of a file that are looked for in git


@click.command("reset")
@click.argument("unit")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(unit, yes):
    """Put the stubs of UNIT back, to begin it anew. Asks first, and keeps a copy of your work beside it.

    Exit status 1 if you say no.

    \b
    Example:
      chainrule reset conv
    """
    course = find_course()
    screen, unit = console(), unit_named(course, unit)
    file = unit.stubs.relative_to(course.root)
    stubs = pristine(unit)
    if stubs is None:
        raise Trouble(say.no_stubs(unit.name, file))
    there = unit.stubs.is_file()
    if there and unit.stubs.read_bytes() == stubs:
        put(screen, [one(say.reset_not_needed(file))])
        return
    if there and not yes and not agreed(file):
        put(screen, [one(say.nothing_changed())])
        raise SystemExit(1)
    try:
        # What is kept is read only now: something may have been saved while the question stood.
        kept = keep(unit.stubs, unit.stubs.read_bytes()) if there else None
        replace(unit.stubs, stubs)
    except OSError as error:
        raise Trouble(say.cannot_write(file, error.strerror or error)) from None
    put(screen, [one(say.reset_done(file))])
    if kept:
        put(screen, [one(say.reset_kept(kept.relative_to(course.root)))])


def agreed(file: Path) -> bool:
    """Whether somebody says yes; who is not there, or interrupts, does not."""
    try:
        click.echo(say.reset_explained())
        return click.confirm(say.reset_question(file))
    except click.Abort:
        click.echo()
        return False


def pristine(unit: Unit) -> bytes | None:
    """The unit's stubs as they were given out: from its frozen answers, or else from git. None if neither has them."""
    try:
        kept = Frozen(unit.answers).stubs
    except CourseError:
        kept = None
    return kept if kept and untouched(kept, unit.points) else from_git(unit)


def from_git(unit: Unit) -> bytes | None:
    """The newest version of the unit's file in git in which nobody had worked yet."""

    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=unit.folder, capture_output=True, check=True).stdout

    try:
        versions = git("log", f"--max-count={OLDEST}", "--format=%H", "--", unit.stubs.name).decode().split()
        sources = (git("show", f"{version}:./{unit.stubs.name}") for version in versions)
        return next((source for source in sources if untouched(source, unit.points)), None)
    except (OSError, subprocess.CalledProcessError):
        return None


def keep(path: Path, work: bytes) -> Path:
    """Write the work into a new file beside its own, and return where. No file is ever overwritten, and the name is
    none that pytest collects."""
    now = time.strftime("%Y-%m-%d-%H-%M-%S")
    number = 1
    while True:
        copy = path.with_name(f"{path.stem}.{now}{f'-{number}' if number > 1 else ''}.bak.py")
        try:
            with open(copy, "xb") as file:
                file.write(work)
                file.flush()
                os.fsync(file.fileno())
            return copy
        except FileExistsError:
            number += 1


def replace(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all; where it is a link, the file that it leads to."""
    path = path.resolve()
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        if path.is_file():
            shutil.copymode(path, partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
