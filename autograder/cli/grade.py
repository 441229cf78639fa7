"""chainrule grade: grade what a whole class has handed in."""

import os
import sys
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..classroom.executors import Executor, executor
from ..classroom.exports import ExportError
from ..classroom.marking import get_ready
from ..classroom.pages import load_templates
from ..classroom.records import RecordError, Store, secret_for
from ..classroom.reports import Reports
from ..classroom.session import Session
from ..classroom.submissions import SubmissionsError, find
from ..classroom.terminal import terminal_summary
from ..course import Course
from ..locked.client import NotLocked
from ..locked.confine import Limits
from . import Trouble, find_course, need_solutions, prepare, screen
from .names import units_named

DEFAULT = Limits()


def limits_options(command):
    """The options with which an instructor sets what a submission may use."""
    for option in reversed((
        click.option("--exercise-seconds", type=click.FloatRange(0.1), default=DEFAULT.exercise, show_default=True,
                     help="CPU time for one exercise, all its cases together."),
        click.option("--submission-seconds", type=click.FloatRange(0.1), default=DEFAULT.submission, show_default=True,
                     help="CPU time for one unit of a submission."),
        click.option("--memory", type=click.IntRange(256), default=DEFAULT.memory >> 20, show_default=True,
                     help="MB of address space, NumPy's own included."),
        click.option("--limits-only", is_flag=True,
                     help="Grade even where this machine cannot lock submissions in: only limits hold then, and the "
                     "code that was handed in can read your files."),
    )):  # fmt: skip
        command = option(command)
    return command


@click.command("grade")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the grades.")
@click.option(
    "--unit", "names", multiple=True, metavar="UNIT", help="Grade this unit only; may be given several times."
)
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="one per core",
              help="How many submissions are graded at once.")  # fmt: skip
@click.option("--seed-file", type=click.Path(path_type=Path, dir_okay=False),
              help="The course's secret: unseen cases are drawn from it and records signed with it. Made if no grades "
              "exist yet. [default: OUT/secret]")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS",
              help='Grade on a dask cluster: the scheduler\'s address, or "local" for one started here.')  # fmt: skip
@click.option("--canvas", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Gradebook downloaded from Canvas, into which the grades are merged.")  # fmt: skip
@click.option("--moodle", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Grading worksheet downloaded from Moodle, into which the grades are merged.")  # fmt: skip
@limits_options
def command(submissions, out, names, jobs, seed_file, scheduler, canvas, moodle, exercise_seconds, submission_seconds,
            memory, limits_only):  # fmt: skip
    """Grade what a class has handed in, and show what it understood.

    SUBMISSIONS is a folder with a folder, zip or tar.gz for each student, a bulk download of Canvas or Moodle, or
    nbgrader's `submitted`. What is handed in runs locked in, and is never trusted.

    The same command again goes on where it was stopped, and grades only what is new or changed. Exit status 1 where
    something could not be graded and needs you.
    """
    course = find_course()
    units = tuple(units_named(course, names))
    need_solutions(units, "grading needs")
    limits = Limits(exercise_seconds, submission_seconds, memory=memory << 20)
    try:
        found = find(submissions, [unit.name for unit in units], lambda text: click.echo(text, err=True))
    except SubmissionsError as error:
        raise Trouble(str(error)) from None
    if submissions.is_dir() and any(out.resolve().is_relative_to(s.path.parent.resolve()) for s in found):
        raise Trouble(f"{out} lies among the submissions, and would be graded as one: choose another --out.")
    terminal = screen.console()
    with closing(workers_for(scheduler, min(jobs, len(found)))) as workers:
        ahead = {"course": str(course.root), "limits": limits.to_json(), "limits_only": limits_only}
        ready = workers.begin(get_ready, {**ahead, "units": [{"unit": unit.name} for unit in units]})
        try:
            with terminal.status("starting workers"):
                load_templates()
                if isinstance(error := ready.exception(), NotLocked):
                    raise Trouble(str(error))
            session = opened(course, units, submissions, out, seed_file, limits, limits_only)
            prepare(list(units))
            reports = Reports(course, out)
        except KeyboardInterrupt:
            stopped(terminal, 0, len(found))
        run(session, found, workers, terminal, reports)
    try:
        with terminal.status("writing reports"):
            remarks = reports.finish(canvas, moodle)
    except ExportError as error:
        raise Trouble(f"All is graded, and kept. {error}") from None
    screen.put(terminal, terminal_summary(reports.class_))
    for remark in remarks:
        terminal.print(remark, soft_wrap=True, markup=False)
    terminal.print(f"\n{out / 'class.html'}", soft_wrap=True)
    sys.exit(1 if reports.troubled else 0)


def opened(
    course: Course, units, folder: Path, out: Path, seed_file: Path | None, limits: Limits, limits_only: bool
) -> Session:
    """A session whose secret is there."""
    try:
        secret = secret_for(Store(out), seed_file or out / "secret")
        return Session(course, units, folder, out, secret, limits, limits_only)
    except RecordError as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"{error.filename or out} cannot be written: {error.strerror}") from None


def workers_for(scheduler: str | None, count: int) -> Executor:
    try:
        return executor(scheduler, count)
    except (OSError, ImportError) as error:
        raise Trouble(no_cluster(scheduler, error)) from None


def run(session: Session, found, workers: Executor, terminal: Console, reports: Reports) -> None:
    """Grade, with a bar of progress."""
    counted = {"graded": 0, "kept": 0}
    with bar(terminal) as progress:
        task = progress.add_task("grading", total=len(found))

        def done(record, new):
            counted["graded" if new else "kept"] += 1
            reports.add(record)
            progress.update(task, advance=1)

        try:
            session.run(found, workers, done)
        except KeyboardInterrupt:
            progress.stop()
            stopped(terminal, counted["graded"] + counted["kept"], len(found))
    kept = f", {counted['kept']} were graded already" if counted["kept"] else ""
    terminal.print(f"{counted['graded']} graded{kept}.")


def stopped(terminal: Console, kept: int, of: int) -> None:
    terminal.print(f"Stopped. {kept} of {of} are graded and kept; the same command goes on from there.")
    sys.exit(130)


def bar(terminal: Console) -> Progress:
    """Progress with a rate and the time left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    return Progress(*columns, console=terminal)


def no_cluster(scheduler: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        return 'Grading on a cluster needs dask: pip install "chainrule[dask]"'
    return f"The scheduler {scheduler} does not answer: {error}"


class Rate(ProgressColumn):
    """How many a second, over the last half minute."""

    def render(self, task):
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed else "", style="progress.data.speed")
