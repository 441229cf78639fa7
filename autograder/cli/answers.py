"""chainrule answers: build the frozen answers."""

import click

from ..oracle import Unanswerable, is_fresh, refresh
from . import Trouble, find_course


@click.command("answers")
@click.argument("units", nargs=-1)
@click.option("--force", is_flag=True, help="Build them even where they are up to date.")
def command(units, force):
    """Build the frozen answers of UNITS (all, if none are named) where they are out of date.

    `pytest exercises/` does this by itself when a reference, a case or a mistake has changed.
    """
    course = find_course()
    faults = []
    for unit in [course.unit(name) for name in units] or course.units:
        if not unit.has_solutions:
            raise Trouble(f"There are no solutions for {unit.name}, so its answers cannot be built here.")
        if is_fresh(unit) and not force:
            click.echo(f"{unit.name}: up to date")
            continue
        click.echo(f"{unit.name}: ", nl=False)
        try:
            refresh(unit)
            click.echo(f"{unit.answers.stat().st_size / 1024:.0f} KB")
        except Unanswerable as error:
            click.echo("failed")
            faults.append(str(error))
    if faults:
        raise click.ClickException("\n".join(faults))
