"""`chainrule nbgrader lint`: what will bite in an nbgrader course, before a student meets it."""

import math
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from nbgrader.api import Gradebook
from nbgrader.exchange.default import Exchange

from ..checking import prepare
from ..classroom.marking import job_for, mark
from ..classroom.plain import one_line
from ..classroom.submissions.notebooks import without_magics
from ..course import Course, CourseError
from ..locked.client import NotLocked
from ..outcome import PASSED
from ..summary import plain_points
from .execute import Fault, LockedExecute, SubmittedNotebook, chainrule_course
from .marking import CHECK, IMPORTS_CHECK, NO_CHECK, asked_in
from .recording import CourseFault, configured
from .restoring import cells_in, name_in, said_of, text_of

SEED = 20260101  # of the unseen cases with which solutions and stubs are tried
GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+")
REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
SOLUTION = re.compile(r"^([ \t]*)[^\n]*BEGIN SOLUTION.*?END SOLUTION[^\n]*", re.M | re.S)


@dataclass(frozen=True)
class Finding:
    """Something that will bite.

    Args:
        file: below the nbgrader course's folder, or a whole path.
        cell: its grade id or number, or "".
        sentence: what is wrong.
        way_out: what to do about it.
    """

    file: str
    cell: str
    sentence: str
    way_out: str

    def __str__(self) -> str:
        where = f"{self.file}, cell {self.cell}" if self.cell else self.file
        return f"{one_line(where)}: {one_line(self.sentence)} {one_line(self.way_out)}"


def findings(folder: Path) -> Iterator[Finding]:
    """All that will bite in the nbgrader course in a folder. Raises CourseFault."""
    app = configured(folder)
    root = Path(app.coursedir.root)
    settings = LockedExecute(parent=app)
    try:
        course = chainrule_course(settings.course, root)
    except CourseError as error:
        raise CourseFault(f"{error} Name it in nbgrader_config.py: configure(c, course=...).") from None
    yield from about_configuration(app)
    yield from about_exchange(app)
    yield from about_names(app)
    source = root / app.coursedir.source_directory
    notebooks = sorted(source.glob("*/*.ipynb"))
    if not notebooks:
        yield Finding(shown(source, root), "", "There is no assignment.", "`chainrule nbgrader init` writes them.")
    for path in notebooks:
        yield from about_notebook(path, root, course, settings)
    for path in sorted(source.glob("*/*")):
        yield from about_file(path, root)
    yield from about_gradebook(app, {path.parent.name: path for path in notebooks})


def shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


# Configuration


def about_configuration(app) -> Iterator[Finding]:
    file, add = "nbgrader_config.py", "Call autograder.notebooks.configure(c, course=...) at its end."
    autograde = app.config.Autograde
    steps = [str(step) for step in autograde.get("autograde_preprocessors", [])]
    if not any("LockedExecute" in step for step in steps):
        yield Finding(file, "", "Submissions run in a kernel in your own account, and their tests can fail open.", add)
    elif any(step.endswith(".Execute") for step in steps):
        yield Finding(file, "", "Submissions are run in a kernel as well, in your own account.", "Take Execute out.")
    if SubmittedNotebook.__name__ not in str(autograde.get("exporter_class", "")):
        yield Finding(file, "", "What a submitted notebook says of its own cells and points is believed.", add)
    feedback = [str(step) for step in app.config.GenerateFeedback.get("preprocessors", [])]
    if not any(name in step for step in feedback for name in ("WithoutHidden", "ClearHiddenTests")):
        yield Finding(file, "", "Feedback shows students the hidden tests.", add)


# Exchange


def about_exchange(app) -> Iterator[Finding]:
    """nbgrader's exchange is a folder that everybody can write to, and in which nobody may see what others hand in."""
    root = Path(Exchange(parent=app).root)
    course = root / app.coursedir.course_id
    if not root.is_dir():
        yield Finding(str(root), "", "The exchange is not there.", f"mkdir -p {root} && chmod ugo+rwx {root}")
        return
    if not app.coursedir.course_id:
        yield Finding("nbgrader_config.py", "", "The course has no id.", "Set c.CourseDirectory.course_id.")
        return
    for path, wanted, why in (
        (root, 0o777, "students cannot submit"),
        (course / "outbound", 0o755, "students cannot fetch, or can change what others fetch"),
        (course / "inbound", 0o733, "students cannot submit, or can see what others submit"),
    ):
        mode = path.stat().st_mode if path.is_dir() else None
        # Setting the group's id is nbgrader's own way, and the group may have more than others.
        if mode is not None and (mode & 0o707) != (wanted & 0o707):
            said = f"Its permissions are {stat.S_IMODE(mode):04o}, so {why}."
            yield Finding(str(path), "", said, f"chmod {wanted:04o} {path}")


# Names


def about_names(app) -> Iterator[Finding]:
    at = app.coursedir
    root = Path(at.root)
    source, submitted = root / at.source_directory, root / at.submitted_directory
    for path in sorted(source.glob("*")):
        for name in [path.name, *(p.stem for p in path.glob("*.ipynb"))] if path.is_dir() else ():
            if not PLAIN_NAME.fullmatch(name):
                said = f"{name!r} has a character that shells, nbgrader or its exchange take for something else."
                yield Finding(shown(path, root), "", said, "Use letters, digits, `_`, `-` and `.` alone.")
    names = {path.name for path in submitted.glob("*") if path.is_dir()}
    quoting = "QuotedCsv" not in str(app.config.ExportApp.get("plugin_class", ""))
    with opened_gradebook(app) as gradebook:
        for student in gradebook.students if gradebook else ():
            names.add(student.id)
            told = [student.first_name, student.last_name, student.email]
            if quoting and any(re.search(r"[,\"\n\r]|^\s*[=+@-]", name or "") for name in told):
                yield Finding(
                    "nbgrader_config.py",
                    "",
                    f"The name of {student.id} has a comma, a quote or a formula in it, and nbgrader's own CSV does "
                    "not quote it.",
                    'Set c.ExportApp.plugin_class = "autograder.notebooks.exporters.QuotedCsv".',
                )
    for name in sorted(names):
        if name.isdigit():
            said = f"The student's id {name} is a number, which nbgrader's options do not take for a name."
            yield Finding(shown(submitted / name, root), "", said, f"""Quote it twice: --student='"{name}"'.""")
        elif not PLAIN_NAME.fullmatch(name.replace("@", "")):
            said = f"The student's id {name!r} has a character that has to be quoted on the command line."
            yield Finding(shown(submitted / name, root), "", said, f"Quote it: --student='{name}'.")


class opened_gradebook:
    """The gradebook, or None where there is none yet: looking must not make one."""

    def __init__(self, app):
        at = app.coursedir
        file = at.db_url.removeprefix("sqlite:///")
        there = file == at.db_url or Path(file).is_file()
        try:
            self.gradebook = Gradebook(at.db_url, at.course_id) if there else None
        except Exception as error:  # whatever the database says
            raise CourseFault(f"The gradebook cannot be read: {str(error).splitlines()[0]}") from None

    def __enter__(self):
        return self.gradebook

    def __exit__(self, *exc):
        if self.gradebook:
            self.gradebook.close()


# Notebooks


def about_notebook(path: Path, root: Path, course: Course, settings: LockedExecute) -> Iterator[Finding]:
    file = shown(path, root)
    cells = cells_in(path)
    if not cells:
        yield Finding(file, "", "It cannot be read as a notebook.", "Open it in Jupyter and save it, or write it anew.")
        return
    units = {unit.name: unit for unit in course.units}
    seen: dict[str, int] = {}
    asked: dict[str, str] = {}
    for number, cell in enumerate(cells, 1):
        said = said_of(cell)
        for finding in about_cell(cell, said, units, path.stem, asked):
            yield Finding(file, name_in(cell) or str(number), *finding)
        name = name_in(cell)
        if name and (said.get("grade") or said.get("solution") or said.get("locked")):
            if name in seen:
                yield Finding(file, name, f"Cells {seen[name]} and {number} have the same name.", "Give one another.")
            seen.setdefault(name, number)
    if path.stem in units:
        for name in units[path.stem].points:
            if f"{path.stem}.{name}" not in asked:
                yield Finding(
                    file, "", f"Nothing asks for {path.stem}.{name}, so nobody earns its points.",
                    f'Add a graded cell with check("{path.stem}.{name}"), or run `chainrule nbgrader init` again.',
                )  # fmt: skip
    yield from about_solutions(file, cells, asked, course, settings)


Said = tuple[str, str]


def about_cell(cell, said: dict[str, Any], units, notebook: str, asked: dict[str, str]) -> Iterator[Said]:
    """What will bite in one cell; notes which exercise it asks for."""
    text = text_of(cell)
    for region in REGIONS:
        if text.count(f"BEGIN {region}") != text.count(f"END {region}"):
            yield f"BEGIN {region} and END {region} do not pair.", "Without both, students get what is between them."
    if "BEGIN HIDDEN TESTS" in text and not said.get("grade"):
        yield "It has hidden tests and is not graded.", "nbgrader refuses that: make it a graded cell."
    if not said.get("grade"):
        return
    name, points = said.get("grade_id"), said.get("points")
    if not isinstance(name, str) or not GRADE_ID.fullmatch(name):
        yield "Its name is missing, or has other characters than letters, digits, `_` and `-`.", "Give it another."
        return
    if isinstance(points, bool) or not isinstance(points, int | float) or not math.isfinite(points) or points < 0:
        yield f"It is graded with {points!r} points.", "Give it a number of points."
        return
    if said.get("solution"):
        return
    if cell["cell_type"] != "code":
        yield "It is a test, but no code.", "Make it a code cell, or an answer that is graded by hand."
        return
    code = "\n".join(line.partition("#")[0] for line in text.split("\n"))
    unit, exercise = asked_in(text, name, notebook)
    if exercise not in (units[unit].points if unit in units else ()):
        yield (
            "It fails open: it asks for no exercise of the course, so nothing is known of it without running it, "
            "and nbgrader gives full points to a cell that says nothing.",
            'Let it say check("unit.exercise"); as it is, it earns nothing until you grade it by hand.',
        )
        return
    id = f"{unit}.{exercise}"
    if len(set(CHECK.findall(code))) > 1:
        yield f"It asks for several exercises; only {id} counts.", "Give each a cell of its own."
    if id in asked:
        yield f"{id} is asked for in {asked[id]} already, and counts twice.", "Keep one of the two."
    asked.setdefault(id, name)
    worth = units[unit].points[exercise]
    if points != worth:
        yield (
            f"It has {plain_points(points)} points, and {id} has {plain_points(worth)} in course.toml.",
            "Make them the same, and run `nbgrader generate_assignment --force` if students have it already.",
        )


def about_solutions(file: str, cells, asked: dict[str, str], course: Course, settings) -> Iterator[Finding]:
    """Tests that pass on the stub, and tests that fail on the solution: both are graded as submissions are."""
    if not asked:
        return
    solved = [text_of(cell) for cell in cells if cell["cell_type"] == "code" and not is_test(cell)]
    stubs = [SOLUTION.sub(r"\1raise NotImplementedError", text) for text in solved]
    for sources, finding in ((solved, fails_on_solution), (stubs, passes_on_stub)):
        for outcome in graded(sources, asked, course, settings):
            if outcome["exercise"] in asked and (found := finding(outcome)):
                yield Finding(file, asked[outcome["exercise"]], *found)


def is_test(cell) -> bool:
    said = said_of(cell)
    return bool(said.get("grade")) and not said.get("solution")


def fails_on_solution(outcome) -> Said | None:
    if outcome["status"] == PASSED:
        return None
    said = next((case.get("sentence", "") for case in outcome["cases"] if case["status"] != PASSED), "")
    return (
        f"The solution in this notebook does not pass it ({outcome['status']}). {said}",
        "Mend the solution, or run `chainrule verify` if the course itself is at fault.",
    )


def passes_on_stub(outcome) -> Said | None:
    if outcome["status"] != PASSED:
        return None
    return (
        "It passes on what students are given, before they have written anything.",
        "Put the whole answer between BEGIN SOLUTION and END SOLUTION.",
    )


def graded(sources: list[str], asked: dict[str, str], course: Course, settings) -> list[dict[str, Any]]:
    """The outcomes of code cells, graded as a submission is. Raises CourseFault."""
    names = {id.partition(".")[0] for id in asked}
    units = [unit for unit in course.units if unit.name in names]
    if missing := [unit.name for unit in units if not unit.has_solutions]:
        raise CourseFault(f"There are no solutions for {', '.join(missing)}: lint needs the course's full repository.")
    if fault := prepare(units, lambda text: None):
        raise CourseFault(fault)
    cells = [IMPORTS_CHECK.sub(NO_CHECK, without_magics(source)[0].encode()) for source in sources]
    works = {unit.name: (cells, f"{unit.name}.ipynb") for unit in units}
    seeds = {f"{unit.name}.{name}": SEED for unit in units for name in unit.points}
    try:
        marked = mark(job_for(course, works, seeds, settings.limits, settings.limits_only))
    except NotLocked as error:
        raise CourseFault(str(error)) from None
    return [outcome for outcomes in marked["units"].values() for outcome in outcomes]


# Other files, and the gradebook


def about_file(path: Path, root: Path) -> Iterator[Finding]:
    """nbgrader clears notebooks alone: whatever else lies in an assignment reaches students as it is."""
    if path.suffix == ".ipynb" or not path.is_file() or path.stat().st_size > 1 << 20:
        return
    text = path.read_bytes()
    if any(f"BEGIN {region}".encode() in text for region in REGIONS):
        yield Finding(
            shown(path, root), "", "nbgrader takes solutions out of notebooks alone: students get this file whole.",
            "Take them out yourself, or move it out of source/.",
        )  # fmt: skip


def about_gradebook(app, notebooks: dict[str, Path]) -> Iterator[Finding]:
    """Assignments that were edited since they were generated: nbgrader grades with what it has in the gradebook."""
    with opened_gradebook(app) as gradebook:
        for assignment in gradebook.assignments if gradebook else ():
            for notebook in assignment.notebooks:
                path = notebooks.get(assignment.name)
                path = path.with_name(f"{notebook.name}.ipynb") if path else None
                now = {name_in(c): said_of(c).get("points") for c in cells_in(path) if said_of(c).get("grade")}
                then = {cell.name: cell.max_score for cell in notebook.grade_cells}
                for name in sorted(now.keys() | then.keys()) if now else ():
                    if now.get(name) != then.get(name):
                        yield Finding(
                            shown(path, Path(app.coursedir.root)),
                            str(name),
                            "It is not what the gradebook has, which was generated before it was edited.",
                            f"Run `nbgrader generate_assignment {assignment.name} --force` and release it again.",
                        )


@click.command("lint")
@click.argument("folder", metavar="COURSE_DIR", type=click.Path(file_okay=False, path_type=Path), default=".")
def command(folder):
    """Say what will bite in the nbgrader course in COURSE_DIR, and the way out.

    Every solution and every stub is graded as submissions are. Exit status 1 if anything is found.
    """
    from ..cli import Trouble

    try:
        found = list(dict.fromkeys(findings(folder)))
    except (CourseFault, Fault) as error:
        raise Trouble(str(error)) from None
    for finding in found:
        click.echo(str(finding))
    count = len(found)
    click.echo("Nothing will bite." if not count else f"{count} finding{'s' if count > 1 else ''}.")
    sys.exit(1 if count else 0)


__all__ = ["Finding", "command", "findings"]
