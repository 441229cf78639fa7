"""chainrule verify: prove that units are sound."""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..classroom.executors import ONE_THREAD
from ..verify import TITLES, verify
from . import find_course, need_solutions

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
    need_solutions(chosen, "verify needs")
    console, started = Console(), time.monotonic()
    reports = verified(chosen, console)
    table = Table("unit", *TITLES, box=box.SIMPLE, padding=(0, 1, 0, 0))
    for unit in chosen:
        table.add_row(unit.name, *(cell(reports[unit.name].get(title)) for title in TITLES))
    console.print(table)
    faults = [(name, title, fault) for name, made in reports.items() for title, r in made.items() for fault in r.faults]
    for unit, title, fault in faults if every else faults[:MOST]:
        console.print(Text.assemble((f"{unit}, {title}: ", "red"), fault), soft_wrap=True)
    if len(faults) > MOST and not every:
        console.print(f"… and {len(faults) - MOST} more: --all prints them.")
    tried = sum(len(known) for unit in chosen for known in unit.mistakes.values())
    caught = tried - sum(title == "mistakes" for _, title, _ in faults)
    rate = f"{100 * caught / tried:.1f} %" if tried else "-"
    console.print(f"Known mistakes caught and named: {caught} of {tried} ({rate}).")
    console.print(
        f"{len(faults) or 'No'} fault{'' if len(faults) == 1 else 's'} in {time.monotonic() - started:.0f} s."
    )
    sys.exit(1 if faults else 0)


def verified(units, console):
    """The reports of some units by their names, in their order; several are made at once, each on one core."""
    os.environ.update(ONE_THREAD)
    jobs = min(os.cpu_count() or 1, len(units))
    waiting = {unit.name: None for unit in units}
    with (
        console.status(f"verifying {', '.join(waiting)}") as status,
        ProcessPoolExecutor(jobs, get_context("spawn")) as pool,
    ):
        futures = {pool.submit(verify, unit.root, unit.name): unit.name for unit in units}
        for future in as_completed(futures):
            waiting[futures[future]] = future.result()
            status.update(f"verifying {', '.join(name for name, made in waiting.items() if made is None)}")
    return waiting


def cell(report):
    """What the table says of a check: how many things were tried, or how many of them are right."""
    if report is None:
        return "[red]-"
    if report.skipped:
        return f"[yellow]{report.skipped}"
    if report.faults:
        return f"[red]{report.tried - len(report.faults)}/{report.tried}"
    return f"[green]{report.tried}"
