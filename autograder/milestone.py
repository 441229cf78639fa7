"""Milestones: scripts that close a part of the course by training a real model with the student's own functions.

A script exercises/milestones/<name>.py decorates one function with `milestone` and ends with a call of it, so that it
also runs on its own: `python exercises/milestones/<name>.py`.
"""

import importlib.util
import inspect
import io
import sys
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .checking import grader, prepare
from .course import Course, CourseError, Unit
from .outcome import PASSED

FOLDER = Path("exercises", "milestones")


@dataclass(frozen=True)
class Milestone:
    """One milestone.

    Args:
        name: as it is called on the command line.
        needs: ids of the exercises whose functions it uses.
        run: `run(functions, stage)`: `functions.conv.conv2d_forward` is a function of the student's, `stage` shows
            how it goes. Returns whether the goal was reached.
    """

    name: str
    needs: tuple[str, ...]
    run: Callable

    @property
    def purpose(self) -> str:
        """The first line of its docstring."""
        return inspect.getdoc(self.run).partition("\n")[0]

    def __call__(self) -> None:
        """Run as a script, in the course that the script lies in."""
        from .cli import main

        folder = Path(inspect.getfile(self.run)).resolve().parent
        main(["milestone", self.name, "--course", str(folder), *sys.argv[1:]])


def milestone(*, needs: Iterable[str]) -> Callable[[Callable], Milestone]:
    """Make a function `run(functions, stage)` a milestone named as the function; `needs` are ids of exercises."""

    def define(run):
        return Milestone(run.__name__, tuple(needs), run)

    return define


def script(course: Course, name: str) -> Path:
    """Where a milestone is written."""
    return course.root / FOLDER / f"{name}.py"


def find(course: Course) -> dict[str, Milestone]:
    """The milestones of a course by name, in course order."""
    found = {}
    for name in course.milestones:
        path = script(course, name)
        if not path.is_file():
            raise CourseError(f"The milestone {name} of course.toml is missing: there is no {path}.")
        spec = importlib.util.spec_from_file_location(f"chainrule_milestones_{name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[name] = getattr(module, name, None)
        if not isinstance(found[name], Milestone):
            raise CourseError(f"{path} defines no milestone called {name}.")
    return found


def playable(course: Course, units: Iterable[Unit]) -> list[str]:
    """The names of the milestones that need nothing but some units."""
    chosen = {unit.name for unit in units}
    return [
        name for name, wanted in find(course).items() if {unit.name for unit in units_needed(course, wanted)} <= chosen
    ]


def units_needed(course: Course, wanted: Milestone) -> list[Unit]:
    return [course.unit(name) for name in dict.fromkeys(id.partition(".")[0] for id in wanted.needs)]


def not_right_yet(course: Course, wanted: Milestone, write: Callable[[str], None]) -> list[str]:
    """The ids of exercises that a milestone needs and that the student's file does not pass yet."""
    units = units_needed(course, wanted)
    if fault := prepare(units, write):
        raise CourseError(fault)
    missing = []
    for unit in units:
        graded = grader(unit)
        for id in wanted.needs:
            name, _, exercise = id.partition(".")
            if name == unit.name and graded.grade(unit.exercises[exercise]).status != PASSED:
                missing.append(id)
    return sorted(missing, key=wanted.needs.index)


def functions(course: Course, wanted: Milestone, solutions: bool = False) -> types.SimpleNamespace:
    """The functions that a milestone needs, by unit: the student's own, or with `solutions` the references, each in
    its fast version where there is one."""
    gathered = types.SimpleNamespace()
    for unit in units_needed(course, wanted):
        own = fastest(unit) if solutions else unit.student().namespace
        needed = [id.partition(".")[2] for id in wanted.needs if id.startswith(f"{unit.name}.")]
        setattr(gathered, unit.name, types.SimpleNamespace(**{name: own[name] for name in needed}))
    return gathered


def fastest(unit: Unit) -> dict[str, Callable]:
    fast = vars(unit.fast) if unit.fast_file.is_file() else {}
    return {name: fast.get(name) or getattr(unit.reference, name) for name in unit.points}


def undrawable(picture: Path) -> str:
    """Why no picture can be written to a file with this name, or "". Asks matplotlib, which must be there."""
    from matplotlib.figure import Figure

    figure = Figure()
    figure.text(0, 0, "written by LaTeX, if the ending is .pgf")
    try:
        figure.savefig(io.BytesIO(), format=picture.suffix.removeprefix("."))
    except (OSError, RuntimeError, ValueError) as error:
        return str(error)
    return ""


class Stage:
    """Where a milestone shows itself: words and a progress bar in the terminal, a picture in a file.

    Args:
        console: a rich console.
        picture: where the PNG goes.
        seed: for everything that the milestone draws at random.
    """

    def __init__(self, console, picture: Path, seed: int = 0):
        self.console, self.picture, self.seed = console, picture, seed
        self.saved = False

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False, soft_wrap=True)

    def track(self, steps: Iterable, description: str, show: Callable[[], str] = lambda: ""):
        """Go through `steps` behind a progress bar; `show` gives a word on how it stands, such as the loss."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        steps = list(steps)
        word = TextColumn("{task.fields[word]}")
        columns = TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), TimeRemainingColumn(), word
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(description, total=len(steps), word="")
            for step in steps:
                yield step
                progress.update(task, advance=1, word=show())

    def figure(self, rows: int = 1, columns: int = 2, size: tuple[float, float] = (10, 4.5)):
        """A matplotlib figure and its axes, to be drawn on and then given to `save`."""
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt

        return plt.subplots(rows, columns, figsize=size, layout="constrained")

    def save(self, figure) -> None:
        """Write the picture."""
        figure.savefig(self.picture, dpi=110)
        self.saved = True
