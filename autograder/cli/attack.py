"""chainrule attack: replay known attacks against one's own set-up."""

import sys
from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from ..attack import AttackError, Row, replay
from ..locked.client import NotLocked
from . import Trouble, find_course, need_solutions, prepare
from .names import with_nearest
from .screen import console


@click.command("attack")
@click.option("--only", metavar="NAME", default="", help="Replay this attack alone.")
@click.option("--attacks", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Where the attacks are. [default: tests/attacks of the course]")  # fmt: skip
@click.option("--limits-only", is_flag=True, help="Go on where this machine cannot lock submissions in: holes are "
              "certain then, and the attacks, which do no harm, leave files behind.")  # fmt: skip
def command(only, attacks, limits_only):
    """Replay known attacks against the grader on this machine, and say which were held.

    Each is handed in as a submission and graded as `chainrule grade` does it; between them an honest submission is
    graded, and must get the grade that it always gets. Every attack is harmless by construction. Exit status 1 if
    there is a hole.
    """
    course, screen = find_course(), console()
    folder = attacks or course.root / "tests" / "attacks"
    need_solutions(course.units, "attacks need")
    prepare(list(course.units))
    rows: list[Row] = []
    try:
        with screen.status("") as status:
            for row in replay(course, folder, only, limits_only=limits_only):
                rows.append(row)
                status.update(f"{len(rows)} attacks replayed, the last one: {row.technique}")
    except AttackError as error:
        raise Trouble(with_nearest(str(error), only, [path.stem for path in folder.glob("*.py")])) from None
    except NotLocked as error:
        raise Trouble(str(error)) from None
    screen.print(table(rows))
    holes = [row for row in rows if not row.held]
    for row in holes:
        for hole in (*row.holes, *(() if row.honest else ("an honest student's grade was another one after it",))):
            screen.print(Text.assemble((f"{row.technique}: ", "red"), hole), soft_wrap=True)
    seconds = sum(row.seconds for row in rows)
    screen.print(f"{len(rows) - len(holes)} of {len(rows)} attacks were held, in {seconds:.0f} s.")
    sys.exit(1 if holes else 0)


def table(rows: list[Row]) -> Table:
    """What each technique tried, how it ended, and what it brought."""
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), width=80, row_styles=None)
    made.add_column("attack", ratio=5)
    made.add_column("what staff are told", ratio=4)
    made.add_column("points", justify="right")
    made.add_column("s", justify="right")
    made.add_column("honest")
    made.add_column("")
    for row in rows:
        made.add_row(
            Text.assemble((row.technique, "bold"), "\n", (row.tries, "dim")),
            Text(row.ended if len(row.ended) <= 120 else f"{row.ended[:119]}…"),
            f"{row.beyond:+g}" if row.beyond else "0",
            f"{row.seconds:.1f}",
            Text("same") if row.honest else Text("CHANGED", "red bold"),
            Text("held", "green") if row.held else Text("HOLE", "red bold"),
        )
    return made
