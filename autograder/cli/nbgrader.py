"""chainrule nbgrader: an nbgrader course, made from ours."""

import importlib
import importlib.util
from itertools import groupby
from pathlib import Path

import click

from . import Trouble, find_course

SUBCOMMANDS = {
    "init": "write an nbgrader course, or bring it up to date",
    "lint": "say what will bite in an nbgrader course",
}
NEEDED = ("nbformat", "nbgrader")


class Lazy(click.Group):
    """The commands above. `init` stands below, the others in modules of their own that are imported when called."""

    def list_commands(self, ctx):
        return ["init", *(name for name in SUBCOMMANDS if name != "init" and self.module(name))]

    def get_command(self, ctx, name):
        if name == "init":
            return init
        return importlib.import_module(self.module(name)).command if self.module(name) else None

    def module(self, name):
        """The module of a command, or None if there is none of this name."""
        module = f"autograder.notebooks.{name}"
        return module if name in SUBCOMMANDS and importlib.util.find_spec(module) else None

    def format_commands(self, ctx, formatter):
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUBCOMMANDS[name]) for name in self.list_commands(ctx)])


@click.group("nbgrader", cls=Lazy)
def command():
    """Use the course with nbgrader: its notebooks, its exchange, its grade book."""
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            raise Trouble(f'{name} is missing: pip install "chainrule[jupyter]" installs it.')


@click.command("init")
@click.argument("folder", metavar="COURSE_DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--units", "names", multiple=True, metavar="UNIT[,UNIT]", help="Only these units; may be repeated.")
@click.option("--course-id", default="", metavar="ID", help="nbgrader's name of the course; COURSE_DIR's by default.")
@click.option(
    "--exchange", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="The exchange's folder."
)
@click.option("--force", is_flag=True, help="Replace files that were edited, too.")
def init(folder, names, course_id, exchange, force):
    """Write an nbgrader course into COURSE_DIR: its nbgrader_config.py, and for every unit source/UNIT/UNIT.ipynb with
    what students need beside it.

    Run it again, and what it wrote is brought up to date, with the units and options of before unless you give others.
    Files that were edited since are kept, and named. Exit status 1 if the course is not fit to be handed out.

    \b
    Example:
      chainrule nbgrader init dl101 --units conv,lstm --exchange /srv/nbgrader/exchange
      cd dl101 && nbgrader generate_assignment conv
    """
    from ..notebooks.course import Unwritable
    from ..notebooks.course import init as write_course

    course = find_course()
    wanted = {name.strip() for part in names for name in part.split(",") if name.strip()}
    if names and not wanted:
        raise click.UsageError("--units names no unit.")
    chosen = {course.unit(name).name for name in wanted}
    place = folder.resolve()
    if place == course.root or any(place.is_relative_to(course.root / part) for part in ("exercises", "solutions")):
        raise Trouble(f"{folder} is part of the course itself. Choose a folder of its own for the nbgrader course.")
    units = [unit for unit in course.units if unit.name in chosen]
    try:
        written = write_course(
            course, place, units, course_id, exchange, force, lambda text: click.echo(text, err=True, nl=False)
        )
    except Unwritable as error:
        raise click.ClickException(str(error)) from None
    for said, files in (("Wrote", written.new), ("Updated", written.updated)):
        for parent, names in groupby(map(Path, files), lambda path: path.parent):
            click.echo(f"{said} {folder / parent}: {', '.join(path.name for path in names)}")
    for name in written.kept:
        click.echo(f"Kept {folder / name}: it is not as it was written. --force replaces it.")
    if assignments := [Path(name).stem for name in (*written.new, *written.updated) if name.endswith(".ipynb")]:
        click.echo(f"Next: cd {folder} && nbgrader generate_assignment {assignments[0]}")
    elif not (written.new or written.updated or written.kept):
        click.echo(f"{folder} is up to date: {written.same} files.")
