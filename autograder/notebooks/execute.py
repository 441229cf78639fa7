"""What takes the place of nbgrader's Execute: graded cells are filled with what the engine found.

No kernel runs anything. The code of a submission runs in a locked-down process, as everywhere else; what comes of it is
written into the graded cells as outputs from which nbgrader reads exactly the points that were earned.

nbgrader_config.py has only to say

    from autograder.notebooks.execute import configure
    configure(c, course="/path/to/the/chainrule/course")
"""

import glob
import html
import os
import re
import sys
import types
import weakref
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from nbconvert.exporters import NotebookExporter
from nbformat import from_dict
from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.server_extensions import formgrader
from traitlets import Bool, Float, Integer, Unicode

from ..checking import prepare
from ..classroom.executors import ONE_THREAD, Local
from ..classroom.exports import commented
from ..classroom.handback import LABELS, Result, in_cases, located, result_of
from ..classroom.plain import legible
from ..classroom.records import RecordError, complete
from ..classroom.statistics import troubles_of
from ..course import Course, CourseError
from ..language import _
from ..locked.client import ForkServer, NotLocked
from ..locked.confine import Limits
from ..outcome import GRADER_ERROR, PASSED
from ..summary import plain_points
from . import TEMPLATES
from .database import SHARED
from .marking import NotebookSession, exercises_of, notebook_in, score_of, session_for, submission_of
from .restoring import Master, master_of, restored

DEFAULT = Limits()
ATTACHED = re.compile(r"attachment:([^\s)\"'<>\]]*)")
TAG = re.compile(r"<(?=[A-Za-z/!?])")


class Fault(Exception):
    """Why a submission cannot be graded here, for staff."""


def configure(c, course: str | Path = "", **limits) -> None:
    """Set up nbgrader to grade with chainrule.

    Args:
        c: the configuration, as nbgrader_config.py has it.
        course: the folder of the chainrule course, with its solutions; found above the nbgrader course if not given.
        limits: traits of LockedExecute: exercise_seconds, submission_seconds, memory, limits_only.
    """
    here = "autograder.notebooks"
    c.Autograde.exporter_class = f"{here}.execute.SubmittedNotebook"
    # What nbgrader would mend and check of a submitted notebook is in order: it has been restored.
    c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.OverwriteKernelspec"]
    c.Autograde.autograde_preprocessors = [
        f"{here}.execute.LockedExecute",
        "nbgrader.preprocessors.LimitOutput",
        f"{here}.database.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        f"{here}.execute.Review",
    ]
    c.SubmittedNotebook.optimistic_validation = True  # once, after all of these
    c.LockedExecute.course = str(course)
    for name, value in limits.items():
        setattr(c.LockedExecute, name, value)
    c.GenerateFeedback.exporter_class = f"{here}.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        f"{here}.feedback.WithoutHidden",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    # Formgrader's pages, which would have their formulas set by a script of another host's.
    c.HTMLExporter.template_name = "chainrule_formgrade"
    c.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), str(Path(formgrader.__file__).with_name("templates"))]
    c.HTMLExporter.filters = {"markdown2html": f"{here}.feedback.in_formgrader"}
    c.ExportApp.plugin_class = f"{here}.exporters.QuotedCsv"


class SubmittedNotebook(NotebookExporter):
    """Reads submitted notebooks so that none stops nbgrader: whatever is wrong with one costs its own student, and no
    more than it deserves.

    It is told of by c.Autograde.exporter_class, and holds what is worth keeping from one submission to the next.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.masters: dict[tuple[str, str], Master] = {}
        self.sessions: dict[tuple[str, str], NotebookSession | None] = {}
        self.workers: Local | None = None
        SHARED.hold()
        weakref.finalize(self, SHARED.release)
        self.expect_notebooks()

    @property
    def coursedir(self):
        return self.parent.coursedir

    def expect_notebooks(self) -> None:
        """Have nbgrader look for every notebook of the assignment in every student's folder. It would say nothing of
        those who handed in another one or none, and they would have no grade."""
        at = self.coursedir
        folders = self.parent.assignments
        with Gradebook(at.db_url, at.course_id) as gradebook:
            expected = {a.name: [n.name for n in a.notebooks] for a in gradebook.assignments}
        for student, folder in student_folders(at, at.assignment_id, at.student_id):
            names = [n for n in expected.get(at.assignment_id, ()) if at.notebook_id in ("*", n)]
            missing = [
                path for n in names if (path := os.path.join(folder, f"{n}.ipynb")) not in folders.get(folder, ())
            ]
            if missing:
                folders[folder] = [*folders.get(folder, ()), *missing]
                self.log.warning("%s handed in no %s", student, ", ".join(map(os.path.basename, missing)))

    def master(self, assignment: str, notebook: str) -> Master:
        at = self.coursedir
        if (assignment, notebook) not in self.masters:
            source = Path(at.format_path(at.source_directory, ".", assignment)) / f"{notebook}.ipynb"
            with Gradebook(at.db_url, at.course_id) as gradebook:
                self.masters[assignment, notebook] = master_of(gradebook, notebook, assignment, source)
        return self.masters[assignment, notebook]

    def from_filename(self, filename, resources=None, **more):
        """A submitted notebook, restored; any other as it is."""
        if not self.parent._sanitizing:
            return super().from_filename(filename, resources=resources, **more)
        about = resources["nbgrader"]
        resources["metadata"] = {"name": about["notebook"], "path": os.path.dirname(filename)}
        name = f"{about['notebook']}.ipynb"
        data, _file, refused = notebook_in(Path(filename).parent, about["notebook"])
        found = restored(data, self.master(about["assignment"], about["notebook"]), name, refused)
        for remark in found.remarks:
            self.log.warning("%s: %s", about["student"], legible(remark))
        return self.from_notebook_node(found.notebook, resources=resources, **more)

    def session(self, assignment: str, notebook: str) -> NotebookSession | None:
        """Where the notebook is graded; None where it asks for nothing of the course's."""
        if (assignment, notebook) not in self.sessions:
            settings = LockedExecute(parent=self)
            at = self.coursedir
            try:
                course = chainrule_course(settings.course, Path(at.root))
                session = session_for(
                    Path(at.root),
                    course,
                    assignment,
                    notebook,
                    self.master(assignment, notebook),
                    settings.limits,
                    settings.limits_only,
                    Path(at.root) / at.submitted_directory,
                )
                if session:
                    checked(session)
            except (CourseError, RecordError) as error:
                raise Fault(str(error)) from None
            self.sessions[assignment, notebook] = session
        return self.sessions[assignment, notebook]

    def grade(self, session: NotebookSession, submission) -> dict:
        """The record of a submission: the one at hand, if it is of just this submission."""
        record, _key = session.at_hand(submission)
        if record is None:
            if self.workers is None:
                try:
                    ForkServer(session.limits, session.limits_only).close()
                except NotLocked as error:
                    raise Fault(str(error)) from None
                self.workers = OwnMain(1)
                weakref.finalize(self, self.workers.close)
            made = []
            session.run([submission], self.workers, lambda record, new: made.append(record))
            (record,) = made
        return record


class LockedExecute(NbGraderPreprocessor):
    """Fills graded cells with the outcome of their exercises."""

    course = Unicode("", help="Folder of the chainrule course; found above the nbgrader course if empty.").tag(
        config=True
    )
    exercise_seconds = Float(DEFAULT.exercise, help="CPU time for one exercise, all its cases together.").tag(
        config=True
    )
    submission_seconds = Float(DEFAULT.submission, help="CPU time for one unit of a submission.").tag(config=True)
    memory = Integer(DEFAULT.memory >> 20, help="MB of address space, NumPy's own included.").tag(config=True)
    limits_only = Bool(False, help="Grade even where this machine cannot lock submissions in.").tag(config=True)

    @property
    def limits(self) -> Limits:
        return Limits(self.exercise_seconds, self.submission_seconds, memory=self.memory << 20)

    def preprocess(self, nb, resources):
        exporter = self.parent
        if not isinstance(exporter, SubmittedNotebook):
            raise Fault(
                "LockedExecute needs c.Autograde.exporter_class = 'autograder.notebooks.execute.SubmittedNotebook': "
                "call autograder.notebooks.execute.configure(c) in nbgrader_config.py."
            )
        about = resources["nbgrader"]
        assignment, notebook, student = about["assignment"], about["notebook"], about["student"]
        master = exporter.master(assignment, notebook)
        session = exporter.session(assignment, notebook)
        outcomes, remarks, asked = {}, [], {}
        if session:
            at = exporter.coursedir
            submission = submission_of(student, Path(at.format_path(at.submitted_directory, student, assignment)))
            record = complete(exporter.grade(session, submission))
            outcomes = {e["exercise"]: e for unit in record["units"] for e in unit["exercises"]}
            remarks = list(dict.fromkeys(remark for unit in record["units"] for remark in unit["remarks"]))
            asked = exercises_of(session.course, notebook, master)
            about["chainrule"] = session, record["key"]
            for _kind, sentence in troubles_of(record):
                self.log.warning("%s: %s", student, legible(sentence))
        about["review"] = []
        filled = set()
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            known = master.cells.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if known and known.is_test:
                outcome = outcomes.get(asked.get(known.name))
                fill(cell, outcome, known)
                if outcome is None or outcome["status"] == GRADER_ERROR:
                    about["review"].append(known.name)
                    self.log.error("%s: the cell %s could not be judged: grade it by hand", student, known.name)
                filled.add(known.name)
            elif cell.cell_type == "markdown":
                cell.source = harmless(cell, ours=cell.source in master.texts)
        if lost := [cell.name for cell in master.tests if cell.name not in filled]:
            raise Fault(f"the cells {', '.join(lost)} are not in the notebook of {student}")
        if remarks:
            nb.cells.insert(0, new_markdown_cell(about_submission(remarks)))
        return nb, resources


def harmless(cell, ours: bool) -> str:
    """A cell's text for Formgrader, which shows it to staff as HTML and ends where a picture is not there: what a
    student wrote is no HTML, and pictures that the student took out of the lesson, which is ours, are not asked for."""
    attached = cell.get("attachments", {})
    text = cell.source if ours else TAG.sub("&lt;", cell.source)
    return ATTACHED.sub(lambda found: found[0] if unquote(found[1]) in attached else f"no picture: {found[1]}", text)


class Review(NbGraderPreprocessor):
    """After the grades were saved: cells that could not be judged wait for a person, and what was recorded is noted."""

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        if about.get("review"):
            with Gradebook(about["db_url"]) as gradebook:
                for name in about["review"]:
                    found = gradebook.find_grade(name, about["notebook"], about["assignment"], about["student"])
                    found.needs_manual_grade = True
                gradebook.db.commit()
        if "chainrule" in about:
            session, key = about["chainrule"]
            session.remember(about["student"], key)
        return nb, resources


def fill(cell, outcome: dict | None, known) -> None:
    """Write into a graded cell what came of its exercise, and see to it that nbgrader reads the points from it."""
    score = 0.0
    if outcome is None:
        said, marked = [no_exercise()], f"<p>{html.escape(no_exercise())}</p>"
    else:
        result = result_of(outcome)
        score = score_of(outcome, known)
        said, marked = explained(result), explained_in_html(result)
    shown = {"text/plain": legible("\n".join(said)), "text/html": marked}
    # nbgrader reads the float; people read the other.
    result = {"text/plain": repr(score), "text/html": html.escape(earned(score, known.points))}
    cell.outputs = from_dict(
        [
            {"output_type": "display_data", "data": shown, "metadata": {}},
            {"output_type": "execute_result", "data": result, "metadata": {}, "execution_count": None},
        ]
    )
    read = utils.determine_grade(cell)
    if read != (score, known.points) or not 0.0 <= score <= known.points:
        raise Fault(f"nbgrader would read {read} from the cell {known.name}, which earned {score}")


def explained(result: Result) -> list[str]:
    return [f"{result.exercise}: {result.said}", *commented(result)]


def explained_in_html(result: Result) -> str:
    """What a student may read of an exercise. Every word of it is escaped: it quotes the student's code."""

    def text(said):
        return html.escape(legible(said))

    colour = "#1a7f37" if result.status == PASSED else "#b35900"
    parts = [f'<p><code>{text(result.exercise)}</code>: <b style="color: {colour}">{text(result.said)}</b></p>']
    for comment in result.comments:
        parts.append(f"<p>{text(comment.sentence)}</p>")
        if comment.hint:
            parts.append(f"<p><i>{text(comment.hint)}</i></p>")
        items = [f"<li>{text(detail)}</li>" for detail in comment.details]
        for place in comment.places:
            source = f"<pre>{text(place['source'])}</pre>" if place["source"] else ""
            items.append(f"<li>{text(located(place))}{source}</li>")
        if items:
            parts.append(f"<ul>{''.join(items)}</ul>")
        if comment.cases:
            parts.append(f"<p>{text(in_cases(comment.cases))}</p>")
    return f'<div class="chainrule-outcome">{"".join(parts)}</div>'


def about_submission(remarks: list[str]) -> str:
    """Remarks as Markdown in which nothing but the list is Markdown: they quote names that students chose."""
    quoted = [re.sub(r"([\\`*_{}\[\]()#+\-.!|$~>&<])", r"\\\1", " ".join(legible(r).split())) for r in remarks]
    return f"**{LABELS['remarks']()}**\n\n" + "\n".join(f"- {remark}" for remark in quoted)


def student_folders(coursedir, assignment: str, student: str = "*"):
    """Who has a folder for an assignment in submitted/: the student and the folder."""
    pattern = re.compile(
        coursedir.format_path(coursedir.submitted_directory, "(?P<student_id>.*)", assignment, escape=True)
    )
    excluded = set(filter(None, coursedir.student_id_exclude.split(",")))
    for folder in sorted(glob.glob(coursedir.format_path(coursedir.submitted_directory, student, assignment))):
        match = pattern.fullmatch(folder)
        if match and os.path.isdir(folder) and match["student_id"] not in excluded:
            yield match["student_id"], folder


def chainrule_course(named: str, root: Path) -> Course:
    """The chainrule course that an nbgrader course is made of. Raises CourseError."""
    if named:
        return Course.read((root / Path(named).expanduser()).resolve())
    return Course.find(root)


def checked(session: NotebookSession) -> None:
    """See to it that the session's units can be graded. Raises Fault."""
    if missing := [unit.name for unit in session.units if not unit.has_solutions]:
        raise Fault(f"There are no solutions for {', '.join(missing)}; grading needs the course's full repository.")
    if fault := prepare(list(session.units), lambda text: None):
        raise Fault(fault)


class OwnMain(Local):
    """A pool whose processes do not import what this one was started with: nbgrader takes more than a second."""

    def __init__(self, workers: int):
        os.environ.update(ONE_THREAD)
        super().__init__(workers)

    def submit(self, work, job):
        with empty_main():
            return super().submit(work, job)


@contextmanager
def empty_main():
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


# Sentences


def earned(score, points):
    return _("{earned} of {points} points").format(earned=plain_points(score), points=plain_points(points))


def no_exercise():
    return _("This test is none of the course's exercises, so it was not run. Your instructor grades it by hand.")
