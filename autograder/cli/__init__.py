"""The command `chainrule`. Each command is a module of this package, imported only when it is called."""

import importlib
import shutil
import sys
import textwrap
import traceback
from collections.abc import Iterable

import click

from .. import __version__
from ..course import Course, CourseError, Unit

LEARNING = {
    "progress": "what is done, what is next",
    "hint": "a hint for an exercise, one step at a time",
    "watch": "check again whenever a file is saved",
    "show": "draw what a function returned beside what it should",
    "milestone": "train a real model with your own functions",
    "reset": "put a unit's stubs back, keeping a copy of your work",
}
TEACHING = {
    "kit": "pack what students get",
    "grade": "grade what a whole class has handed in",
    "regrade": "grade one student once more, and compare",
    "verify-record": "check a grade record's signature",
    "nbgrader": "assignments for nbgrader: build them, check them",
    "autograde": "grade an nbgrader assignment, many at once",
    "similarity": "rank pairs of submissions by what they share",
    "gradescope-zip": "build an autograder for Gradescope",
    "attack": "replay known attacks against your set-up",
    "verify": "prove that units are sound",
    "answers": "build the frozen answers",
}
# Which extra brings what some commands need.
EXTRAS = {
    **dict.fromkeys(("jinja2", "pygments"), "grading"),
    **dict.fromkeys(("bleach", "latex2mathml", "nbconvert", "nbformat", "nbgrader", "traitlets"), "jupyter"),
}
COMMANDS = {**LEARNING, **TEACHING}


class Commands(click.Group):
    """The commands above, in that order."""

    def list_commands(self, ctx):
        return list(COMMANDS)

    def get_command(self, ctx, name):
        if name not in COMMANDS:
            return None
        try:
            return importlib.import_module(f"{__name__}.{name.replace('-', '_')}").command
        except ModuleNotFoundError as missing:
            if missing.name not in EXTRAS:
                raise
            extra = EXTRAS[missing.name]
            raise Trouble(f'{missing.name} is missing: pip install "chainrule[{extra}]" installs it.') from None

    def format_commands(self, ctx, formatter):
        for title, commands in (("For learning", LEARNING), ("For teaching", TEACHING)):
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chainrule")
def chainrule():
    """Learn deep learning by hand: exercises that say which idea went wrong.

    Run it anywhere inside a course. `pytest exercises/` checks your work.
    """


def find_course() -> Course:
    """The course one stands in; where there is none, a sentence and exit status 2."""
    try:
        return Course.find()
    except CourseError as error:
        raise Trouble(str(error)) from None


def need_solutions(units: Iterable[Unit], needs: str) -> None:
    """Where units have no solutions, a sentence and exit status 2; `needs` says who needs them: "verify needs"."""
    if missing := [unit.name for unit in units if not unit.has_solutions]:
        raise Trouble(f"There are no solutions for {', '.join(missing)}; {needs} the course's full repository.")


def prepare(units: list[Unit]) -> None:
    """Read what is asked in some units and bring their frozen answers up to date; where that fails, a sentence and
    exit status 2."""
    from .. import checking
    from .. import sentences as say

    for unit in units:
        try:
            unit.exercises  # noqa: B018
        except CourseError:
            raise
        except Exception as error:  # a definition is code of the course's: it may fail in any way
            said = "".join(traceback.format_exception_only(error)).strip()
            raise Trouble(say.broken_definitions(unit.definitions.relative_to(unit.root), said)) from None
    if fault := checking.prepare(units, lambda text: click.echo(text, err=True, nl=False)):
        raise Trouble(fault)


class Trouble(click.ClickException):
    """Something the person at the keyboard can mend; its text says how. Exit status 2."""

    exit_code = 2

    def format_message(self):
        """The text, wrapped where it is read on a terminal; elsewhere its lines stay whole."""
        if not sys.stderr.isatty():
            return self.message
        width = min(shutil.get_terminal_size().columns, 100) - len("Error: ")
        return "\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in self.message.split("\n"))


def main(arguments: list[str] | None = None) -> None:
    try:
        status = chainrule.main(arguments, standalone_mode=False)
    except CourseError as error:
        Trouble(str(error)).show()
        status = 2
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nStopped.", err=True)
        status = 130
    sys.exit(status if isinstance(status, int) else 0)
