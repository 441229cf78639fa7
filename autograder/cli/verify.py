"""chainrule verify: prove that units are sound."""

import sys
import time

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..course import CourseError
from ..verify import Verifier
from . import Trouble, find_course

MOST = 30


@click.command("verify")
@click.argument("units", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Print every fault, not only the first thirty.")
def command(units, every):
    """Prove that UNITS (all, if none are named) are sound.

    Stubs import and score zero, references score full marks and agree with torch and with numerical derivatives, every
    known mistake is caught and named, frozen answers are the live ones. The table counts what was tried. Exit status 1
    on any fault.
    """
    course = find_course()
    chosen = [course.unit(name) for name in units] or course.units
    if missing := [unit.name for unit in chosen if not unit.has_solutions]:
        raise Trouble(f"There are no solutions for {', '.join(missing)}; verify needs the course's full repository.")
    console = Console()
    table, faults, started = None, [], time.monotonic()
    caught = tried = 0
    with console.status("") as status:
        for unit in chosen:
            status.update(f"{unit.name}: freezing answers")
            try:
                checks = list((verifier := Verifier(unit)).checks())
            except Exception as error:
                if isinstance(error, CourseError):
                    raise
                faults.append((unit.name, "references", f"the answers cannot be frozen: {error}"))
                continue
            if table is None:
                table = Table("unit", *(title for title, _ in checks), box=box.SIMPLE, padding=(0, 1, 0, 0))
            cells = []
            known, missed = sum(map(len, unit.mistakes.values())), 0
            for title, check in checks:
                status.update(f"{unit.name}: {title}")
                report = check()
                missed += len(report.faults) if title == "mistakes" else 0
                faults += [(unit.name, title, fault) for fault in report.faults]
                if report.skipped:
                    cells.append(f"[yellow]{report.skipped}")
                elif report.faults:
                    cells.append(f"[red]{report.tried - len(report.faults)}/{report.tried}")
                else:
                    cells.append(f"[green]{report.tried}")
            caught, tried = caught + known - missed, tried + known
            table.add_row(unit.name, *cells)
            del verifier
    if table:
        console.print(table)
    for unit, title, fault in faults if every else faults[:MOST]:
        console.print(Text.assemble((f"{unit}, {title}: ", "red"), fault), soft_wrap=True)
    if len(faults) > MOST and not every:
        console.print(f"… and {len(faults) - MOST} more: --all prints them.")
    rate = f"{100 * caught / tried:.1f} %" if tried else "-"
    console.print(f"Known mistakes caught and named: {caught} of {tried} ({rate}).")
    console.print(
        f"{len(faults) or 'No'} fault{'' if len(faults) == 1 else 's'} in {time.monotonic() - started:.0f} s."
    )
    sys.exit(1 if faults else 0)
