"""chainrule watch: check again whenever a file is saved."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
from watchfiles import watch

from .. import sentences as say
from ..checking import SECONDS
from ..course import Course, Unit
from ..outcome import FAILED, PASSED, Outcome
from ..report import Line, explanation, one, remarks, total, unit_line, what_next
from ..summary import summarise
from . import Trouble, find_course
from .names import units_named
from .screen import console, put

try:
    import resource
except ImportError:  # Windows has none
    resource = None

LOOK = 50  # milliseconds from one look at the files, and at the check that runs, to the next
PATIENCE = 2.0  # seconds after which a check that still runs is mentioned
MOST_PRINTED = 12  # lines of what the student's code printed: the explanation above them should stay in sight
LONGEST = 60.0  # seconds that a check may take where no time limit within it helped


@click.command("watch")
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option("--time-limit", "seconds", type=click.FloatRange(0), default=SECONDS, metavar="SECONDS",
              help="How long one call of your function may take: 10, or 0 for no limit.")  # fmt: skip
def command(units, seconds):
    """Check UNITs (all, if none are named) at once, and again whenever a file of theirs is saved.

    Shown are the first thing that is wrong, and how far you are. Ctrl-C ends it.

    \b
    Example:
      chainrule watch conv
    """
    course = find_course()
    chosen = units_named(course, units)
    if not (course.root / "exercises").is_dir():
        raise Trouble(say.no_exercises(course.root))
    screen = console()
    try:
        keep_checking(course, chosen, seconds, screen)
    except KeyboardInterrupt:
        put(screen, [one(), one(say.stopped_watching())])


def keep_checking(course, units, seconds, screen):
    """Check now and whenever something was saved, until somebody interrupts."""
    folders = {unit.folder for unit in units}
    place = ", ".join(f"exercises/{unit.name}" for unit in units) if len(units) < len(course.units) else "exercises"
    # The folder above those of the units is watched, for they may be removed and put back.
    saves = watch(
        course.root / "exercises",
        watch_filter=lambda change, path: Path(path).parent in folders and is_source(Path(path).name),
        debounce=500,
        rust_timeout=LOOK,
        yield_on_timeout=True,
    )
    check, right = None, None
    try:
        for number, saved in enumerate(saves):
            if saved or number == 0:
                if check:
                    check.stop()
                check = Check(course, units, seconds)
            elif check and check.is_over():
                screen.clear()
                found, check = check.result(), None
                if isinstance(found, str):
                    put(screen, [one(found, "red bold")])
                else:
                    now_right = {outcome.exercise for outcome in found if outcome.status == PASSED}
                    put(screen, shown(course, found, set() if right is None else now_right - right))
                    right = now_right | (right or set())
                put(screen, [one(), one(say.watching(time.strftime("%H:%M:%S"), place), "dim")])
            elif check and check.is_slow():
                put(screen, [one(say.still_checking(), "dim")])
    finally:
        if check:
            check.stop()


def is_source(name: str) -> bool:
    """Whether a file of this name is one that is checked, and not what an editor or `chainrule reset` leaves."""
    return name.endswith(".py") and not name.startswith(".") and not name.endswith(".bak.py")


def shown(course: Course, outcomes: list[Outcome], new: set[str]) -> Iterator[Line]:
    """What has become right, the first thing that is wrong, and how far one is.

    Args:
        course: the course.
        outcomes: what came of the check.
        new: ids of the exercises that are right for the first time since the watching began.
    """
    summary = summarise(course, outcomes)
    if new:
        names = [outcome.exercise.partition(".")[2] for outcome in outcomes if outcome.exercise in new]
        yield one(say.newly_right(names), "green bold")
        yield one()
    wrong = summary.next if summary.next and summary.next.status == FAILED else None
    if wrong:
        case = next(case for case in wrong.cases if case.status == FAILED)
        if case.rung not in ("started", "imports"):
            yield one(f"{wrong.exercise.partition('.')[2]}[{case.case}]", "bold")
        yield from explanation(case, wrong.exercise, Path.cwd())
        if case.printed:
            yield one()
            yield one(f"  {say.your_output()}", "dim")
            printed = case.printed.splitlines()
            yield from (one(f"  {line}") for line in printed[:MOST_PRINTED])
            if len(printed) > MOST_PRINTED:
                yield one("  […]", "dim")
        yield one()
    if len(summary.units) == 1:
        yield unit_line(summary.units[0])
        yield from remarks(summary)
    else:
        yield from total(summary)
    if not wrong:
        yield from what_next(summary)


class Check:
    """A check in a process of its own: it leaves nothing behind for the next one, and may crash."""

    def __init__(self, course: Course, units: list[Unit], seconds: float):
        # Files, for a pipe would have to be emptied all the time.
        self.output, self.errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
        self.began, self.limited, self.killed, self.mentioned = time.monotonic(), bool(seconds), False, False
        arguments = ["progress", "--json", f"--time-limit={seconds}", *(unit.name for unit in units)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.cli", *arguments],
            cwd=course.root,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.errors,
            start_new_session=True,  # Ctrl-C is for the one who watches
            preexec_fn=self.end_with_watch if resource else None,
        )

    def end_with_watch(self) -> None:
        """Bound a check's processor time: should its watch be killed, an endless loop must not outlive it."""
        if self.limited:
            resource.setrlimit(resource.RLIMIT_CPU, (int(2 * LONGEST), int(2 * LONGEST)))

    def is_over(self) -> bool:
        if self.limited and time.monotonic() - self.began > LONGEST:
            self.killed = True
            self.stop()
        return self.process.poll() is not None

    def is_slow(self) -> bool:
        """Whether it takes so long that it should be mentioned; once."""
        slow = not self.mentioned and time.monotonic() - self.began > PATIENCE
        self.mentioned |= slow
        return slow

    def stop(self) -> None:
        """End it, with whatever it has started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()

    def result(self) -> list[Outcome] | str:
        """The outcomes, or why there are none."""
        if self.killed:
            return say.check_killed(f"{LONGEST:g}")
        try:
            # The last line: code that goes round sys.stdout may have written others before it.
            line = read(self.output).splitlines()[-1]
            return [Outcome.from_json(data) for data in json.loads(line)]
        except (IndexError, ValueError, TypeError, KeyError):
            said = read(self.errors).strip().splitlines()[-10:]
            if self.process.returncode == Trouble.exit_code and said:
                return "\n".join(said)
            return "\n".join([say.check_ended(self.process.returncode), *said])


def read(file) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
