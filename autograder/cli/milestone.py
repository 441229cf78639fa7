"""chainrule milestone: train a real model with one's own functions."""

import importlib
import sys
from pathlib import Path

import click
from rich.text import Text

from .. import milestone as milestones
from .. import sentences as say
from ..course import Course
from ..report import relative
from . import Trouble, find_course
from .names import with_nearest
from .screen import console


@click.command("milestone")
@click.argument("name", required=False)
@click.option("--solutions", is_flag=True, help="Train with the reference solutions instead of your own functions.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="For everything that is drawn at random."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where the picture goes.")
@click.option("--course", "place", hidden=True)  # a folder in the course, where one does not stand in it
def command(name, solutions, seed, out, place):
    """Train a real model with your own functions, and draw a picture of it. Without NAME, list what there is.

    Each milestone closes a part of the course; its picture goes into .chainrule/NAME.png in the course's folder, unless
    you say otherwise. It needs some of your functions to be right, and says which are not
    yet. Exit status 1 if they are not, or if the goal was missed.

    Example: chainrule milestone school
    """
    course, screen = Course.find(place) if place else find_course(), console()
    found = milestones.find(course)
    if not found:
        raise Trouble(say.no_milestones())
    if name is None:
        for each in found.values():
            screen.print(Text.assemble(("  " + each.name, "bold"), f"  {each.purpose}"))
            screen.print(Text("      " + say.milestone_needs(each.needs), "dim"))
        return
    if name not in found:
        raise Trouble(with_nearest(say.unknown_milestone(name, found), name, found))
    wanted = found[name]
    if not solutions:
        missing = milestones.not_right_yet(course, wanted, lambda text: click.echo(text, err=True, nl=False))
        if missing:
            screen.print(say.milestone_waits(name), soft_wrap=True)
            for id in missing:
                screen.print(Text("  " + id, "bold"))
            units = dict.fromkeys(id.partition(".")[0] for id in missing)
            paths = [relative(str(course.unit(unit).folder), Path.cwd()) for unit in units]
            screen.print("  " + say.run_check(f"pytest {' '.join(paths)}"), soft_wrap=True)
            sys.exit(1)
    elif lacking := [unit.name for unit in milestones.units_needed(course, wanted) if not unit.has_solutions]:
        raise Trouble(say.no_solutions(lacking))
    out = out or course.root / ".chainrule" / f"{name}.png"
    out = out if out.suffix else out.with_suffix(".png")
    try:
        importlib.import_module("matplotlib")  # whatever is missing for the picture is said before the training
        if reason := milestones.undrawable(out):
            raise Trouble(say.cannot_write(out, reason))
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Trouble(say.cannot_write(out, error.strerror)) from None
        stage = milestones.Stage(screen, out, seed)
        screen.print(Text(wanted.purpose, "bold"))
        reached = wanted.run(milestones.functions(course, wanted, solutions), stage)
    except ModuleNotFoundError as error:
        if error.name in ("matplotlib", "sklearn"):
            raise Trouble(say.milestone_package(error.name)) from None
        raise
    if stage.saved:
        screen.print(say.picture_saved(stage.picture), soft_wrap=True)
    screen.print(Text(say.goal_reached() if reached else say.goal_missed(), "green bold" if reached else "yellow bold"))
    sys.exit(0 if reached else 1)
