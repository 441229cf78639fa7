"""`chainrule autograde`: grade everything that was handed in for an assignment, in parallel, and then record it.

Grading is `chainrule grade`'s: whoever interrupts it goes on from there. Recording is nbgrader's own converter, which
finds every result at hand.
"""

import logging
import os
import warnings
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SAWarning

from ..classroom.submissions import Submission
from .database import one_engine
from .execute import Fault, SubmittedNotebook, student_folders
from .marking import NotebookSession, submission_of


class CourseFault(Exception):
    """Why an assignment cannot be graded, and what to do about it."""


class Recording(Autograde):
    """nbgrader's converter; whose record is another than the one in the gradebook is recorded again."""

    def __init__(self, *args, changed: Iterable[str] = (), done: Callable[[str], None] = print, **kwargs):
        super().__init__(*args, **kwargs)
        self.changed, self.done = set(changed), done

    def init_destination(self, assignment_id, student_id):
        self.force = student_id in self.changed
        process = super().init_destination(assignment_id, student_id)
        self.done(student_id)
        return process


@dataclass
class Assignment:
    """An assignment of an nbgrader course, ready to be graded.

    Args:
        app: nbgrader's, with its configuration.
        name: the assignment's.
        students: who handed something in, and the folder that it lies in.
        sessions: one for each notebook that asks for exercises of the course.
    """

    app: AutogradeApp
    name: str
    students: dict[str, Path]
    sessions: list[NotebookSession]

    def submissions(self) -> list[Submission]:
        return [submission_of(student, folder) for student, folder in self.students.items()]

    def unrecorded(self) -> list[str]:
        """Students whose records are not what the gradebook was given last."""
        found = []
        for student in self.students:
            for session in self.sessions:
                record = session.store.read(student)
                if record and session.recorded(student) != record["key"]:
                    found.append(student)
                    break
        return found

    def record(self, done: Callable[[str], None]) -> list[str]:
        """Write everything into the gradebook: the students of whom nbgrader could not do so."""
        at = self.app.coursedir
        at.assignment_id = self.name
        wanted = self.unrecorded()
        with logged() as failures, one_engine():
            try:
                Recording(coursedir=at, parent=self.app, changed=wanted, done=done).start()
            except NbGraderException as error:
                if not failures:
                    failures.append(str(error))
        return [*failures, *(f"{student} was not recorded." for student in self.unrecorded() if not failures)]


@contextmanager
def logged():
    """What nbgrader logs as errors while something is done, in one line each."""
    said: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record):
            line = record.getMessage().strip().split("\n")[-1]
            if line not in said:
                said.append(line)

    log = logging.getLogger("AutogradeApp")
    handler = Kept(logging.ERROR)
    log.addHandler(handler)
    try:
        yield said
    finally:
        log.removeHandler(handler)


def opened(folder: Path, name: str) -> Assignment:
    """An assignment of the nbgrader course in a folder. Raises CourseFault, or execute.Fault."""
    app = configured(folder)
    at = app.coursedir
    notebooks = notebooks_of(at, name)
    at.assignment_id = name
    students = {student: Path(path) for student, path in student_folders(at, name)}
    if not students:
        raise CourseFault(
            f"Nothing was handed in for {name}: there is no {at.format_path(at.submitted_directory, '*', name)}. "
            f"`nbgrader collect {name}` fetches what students submitted."
        )
    if SubmittedNotebook.__name__ not in str(app.config.Autograde.get("exporter_class", "")):
        raise CourseFault(
            f"{Path(at.root) / 'nbgrader_config.py'} does not grade with chainrule. Add these lines:\n"
            "from autograder.notebooks.execute import configure\nconfigure(c)"
        )
    reader = SubmittedNotebook(parent=Autograde(coursedir=at, parent=app), config=app.config)
    sessions = [session for notebook in notebooks if (session := reader.session(name, notebook))]
    if not sessions:
        raise CourseFault(
            f'No cell of {name} asks for an exercise of the course: its tests should say check("unit.exercise").'
        )
    return Assignment(app, name, students, sessions)


def configured(folder: Path) -> AutogradeApp:
    """nbgrader, with the configuration of the course in a folder. Raises CourseFault.

    The current directory becomes that folder, as nbgrader needs it.
    """
    folder = folder.resolve()
    if not (folder / "nbgrader_config.py").is_file():
        raise CourseFault(
            f"There is no nbgrader course in {folder}: no nbgrader_config.py. Go to the course's folder, or make one "
            "with `chainrule nbgrader init`."
        )
    os.chdir(folder)
    warnings.filterwarnings("ignore", category=SAWarning)  # of nbgrader's own ways with its database
    app = AutogradeApp(log_level=logging.CRITICAL, raise_config_file_errors=True)
    try:
        app.initialize([])
    except (Exception, SystemExit) as error:  # it is code of the instructor's
        raise CourseFault(f"{folder / 'nbgrader_config.py'} cannot be read: {type(error).__name__}: {error}") from None
    return app


def notebooks_of(coursedir, name: str) -> list[str]:
    """The notebooks of an assignment in the gradebook. Raises CourseFault."""
    source = Path(coursedir.format_path(coursedir.source_directory, ".", name))
    database = coursedir.db_url.removeprefix("sqlite:///")
    known: list[str] = []
    if database == coursedir.db_url or Path(database).is_file():
        try:
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                known = sorted(assignment.name for assignment in gradebook.assignments)
                try:
                    return [notebook.name for notebook in gradebook.find_assignment(name).notebooks]
                except MissingEntry:
                    pass
        except Exception as error:  # whatever the database says
            raise CourseFault(
                f"The gradebook {shown_url(coursedir.db_url)} cannot be read: {str(error).splitlines()[0]}"
            ) from None
    if source.is_dir():
        raise CourseFault(f"{name} is not in the gradebook yet: run `nbgrader generate_assignment {name}` first.")
    listed = f" There is: {', '.join(known)}." if known else ""
    raise CourseFault(f"There is no assignment {name} in {coursedir.root}.{listed}")


def shown_url(url: str) -> str:
    """A database's address without its password."""
    return make_url(url).render_as_string(hide_password=True)


__all__ = ["Assignment", "CourseFault", "Fault", "Recording", "opened"]
