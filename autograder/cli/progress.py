"""chainrule progress: what is done, what is next."""

import json

import click

from ..checking import SECONDS, check
from ..report import one, table, total, what_next
from ..summary import summarise
from . import find_course, prepare
from .names import units_named
from .screen import console, put


@click.command("progress")
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option("--json", "as_json", is_flag=True, help="Print the outcomes as one line of JSON.")
@click.option("--time-limit", "seconds", type=click.FloatRange(0), default=SECONDS, metavar="SECONDS",
              help="How long one call of your function may take: 10, or 0 for no limit.")  # fmt: skip
def command(units, as_json, seconds):
    """Check your work in UNITs (all, if none are named): points, how many exercises are right, and what to do next.

    It is a report: the exit status is 0 however much is wrong, and 2 if nothing could be checked.

    \b
    Examples:
      chainrule progress
      chainrule progress conv lstm
    """
    course = find_course()
    chosen = units_named(course, units)
    prepare(chosen)
    outcomes = check(chosen, seconds or None)
    if as_json:
        click.echo(json.dumps([outcome.to_json() for outcome in outcomes]))
        return
    summary = summarise(course, outcomes)
    put(console(), [one(course.title, "bold"), one(), *table(summary), one(), *total(summary), *what_next(summary)])
