"""chainrule autograde: grade an nbgrader assignment in parallel, and record it in nbgrader's gradebook."""

import os
import sys
from pathlib import Path

import click

from ..classroom.executors import executor
from ..classroom.plain import one_line
from ..classroom.records import is_final
from ..classroom.statistics import troubles_of
from ..summary import plain_points
from . import Trouble, screen
from .grade import bar, no_cluster


@click.command("autograde")
@click.argument("assignment")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="one per core",
              help="How many submissions are graded at once.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS",
              help='Grade on a dask cluster: the scheduler\'s address, or "local" for one started here.')  # fmt: skip
@click.option("--course-dir", type=click.Path(path_type=Path, file_okay=False), default=Path("."),
              help="Folder of the nbgrader course, with nbgrader_config.py. [default: this one]")  # fmt: skip
def command(assignment, jobs, scheduler, course_dir):
    """Grade what was handed in for ASSIGNMENT of an nbgrader course, and record it in nbgrader's gradebook.

    Does what `nbgrader autograde` does, with the same points, for several submissions at once. The same command again
    goes on where it was stopped, and does only what is new or changed. Exit status 1 where something could not be
    graded or recorded and needs you.
    """
    from ..notebooks.recording import CourseFault, Fault, opened

    try:
        found = opened(course_dir, assignment)
        ready(found.sessions[0])
    except (CourseFault, Fault) as error:
        raise Trouble(str(error)) from None
    terminal = screen.console()
    troubled = grade(found, jobs, scheduler, terminal)
    failures = record(found, terminal)
    for line in summary(found):
        terminal.print(line, markup=False, soft_wrap=True)
    for failure in failures:
        terminal.print(f"Not recorded: {one_line(failure)}", markup=False, soft_wrap=True, style="red")
    sys.exit(1 if troubled or failures else 0)


def ready(session) -> None:
    """Raises Fault where this machine cannot lock submissions in."""
    from ..locked.client import ForkServer, NotLocked
    from ..notebooks.execute import Fault

    try:
        ForkServer(session.limits, session.limits_only).close()
    except NotLocked as error:
        raise Fault(str(error)) from None


def grade(found, jobs: int, scheduler: str | None, terminal) -> bool:
    """Grade everything: whether something could not be."""
    submissions = found.submissions()
    counted = {True: 0, False: 0}
    troubled = False
    total = len(submissions) * len(found.sessions)
    try:
        workers = executor(scheduler, min(jobs, len(submissions)))
    except (OSError, ImportError) as error:
        raise Trouble(no_cluster(scheduler, error)) from None
    with bar(terminal) as progress:
        task = progress.add_task("grading", total=total)

        def done(record, new):
            nonlocal troubled
            counted[new] += 1
            troubled |= not is_final(record)
            progress.update(task, advance=1)

        try:
            for session in found.sessions:
                session.run(submissions, workers, done)
        except KeyboardInterrupt:
            progress.stop()
            stopped(terminal, f"{sum(counted.values())} of {total} are graded and kept")
        finally:
            workers.close()
    kept = f", {counted[False]} were graded already" if counted[False] else ""
    terminal.print(f"{counted[True]} graded{kept}.")
    return troubled


def record(found, terminal) -> list[str]:
    """Record everything: what went wrong."""
    with bar(terminal) as progress:
        task = progress.add_task("recording", total=len(found.students))
        try:
            return found.record(lambda student: progress.update(task, advance=1))
        except KeyboardInterrupt:
            progress.stop()
            stopped(terminal, "All is graded and kept, but not all recorded")


def stopped(terminal, so_far: str) -> None:
    terminal.print(f"Stopped. {so_far}; the same command goes on from there.")
    sys.exit(130)


def summary(found):
    """A line for each student: points, and what staff should look at."""
    for session in found.sessions:
        worth = plain_points(sum(sum(unit.points.values()) for unit in session.units))
        for student in found.students:
            if (record := session.store.read(student)) is None:
                continue
            troubles = [one_line(sentence) for _kind, sentence in troubles_of(record)]
            said = f": {' '.join(troubles)}" if troubles else ""
            yield f"{one_line(student)}  {plain_points(record['earned'])} of {worth}{said}"
