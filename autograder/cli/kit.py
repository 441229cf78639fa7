"""chainrule kit: pack what students get."""

from pathlib import Path

import click

from ..kit import NotPackable, Occupied, pack, write_folder, write_zip
from . import Trouble, find_course


@click.command("kit")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR|ZIP", help="Where the kit goes.")
@click.option("--units", "names", multiple=True, metavar="UNIT[,UNIT]", help="Only these units; may be repeated.")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty, or replace a zip file.")
def command(out, names, force):
    """Pack what students get: stubs, lessons, hints, definitions and frozen answers, and no solutions.

    A name that ends in .zip makes a zip file, any other a folder. With --force, what a folder holds of the kit is
    brought up to date; a file that a student has written in is never overwritten. Exit status 1 if the course is not
    fit to be packed, 2 if the kit cannot be written there.
    """
    course = find_course()
    wanted = {name.strip() for part in names for name in part.split(",") if name.strip()}
    if names and not wanted:
        raise click.UsageError("--units names no unit.")
    chosen = {course.unit(name).name for name in wanted}
    place = out.resolve()
    if place == course.root or any(place.is_relative_to(course.root / folder) for folder in ("exercises", "solutions")):
        raise Trouble(f"{out} is part of the course itself. Choose a folder of its own for the kit.")
    kept = []
    try:
        units = [unit for unit in course.units if unit.name in chosen]
        kit = pack(course, units, lambda text: click.echo(text, nl=False))
        if out.suffix.lower() == ".zip":
            write_zip(kit, out, force)
        else:
            kept = write_folder(kit, out, force)
    except NotPackable as error:
        raise click.ClickException(str(error)) from None
    except Occupied as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"The kit cannot be written: {error}") from None
    for name in kept:
        click.echo(f"Kept {out / name}: it differs from the stubs, so it holds work.")
    size = sum(map(len, kit.files.values())) / 1024
    packed = f"{counted(len(kit.units), 'unit')}, {counted(kit.exercises, 'exercise')}, {len(kit.files)} files"
    click.echo(f"Packed {packed}, {size:.0f} KB into {out}")


def counted(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"
