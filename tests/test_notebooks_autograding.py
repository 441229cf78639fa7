"""Autograding under nbgrader: what it records, whatever was handed in, and what students read of it.

Each way in which nbgrader's own reading of a submitted notebook fails open is shown to be closed.
"""

# ruff: noqa: E501 - a hand-in or a finding stands on one line of its table

import base64
import copy
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

pytest.importorskip("nbgrader", reason='nbgrader is missing: pip install "chainrule[jupyter]" installs it')

from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_output
from nbgrader import utils
from nbgrader_course import (
    ANSWERS,
    AVERAGED,
    HIDDEN_MARKER,
    POINTS,
    NbCourse,
    cell_named,
    nbgrader,
    source_notebook,
)

from autograder.classroom import records
from autograder.classroom.records import Store
from autograder.notebooks import execute, recording
from autograder.notebooks import feedback as feedback_pages
from autograder.notebooks.restoring import Master, MasterCell, restored

FULL = 8.0
RIGHT = {f"test_{name}": float(points) for name, points in POINTS["toy"].items()}
NOTHING = dict.fromkeys(RIGHT, 0.0)
ATTACK = """
import builtins, os, sys, json
try:
    open({marker!r}, "w").write("I was here")
except OSError:
    pass
print("100.0", file=sys.stderr)
sys.displayhook = lambda value: print("100.0")
builtins.print = lambda *words, **more: None
"""


def without(notebook, *names):
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") not in names]
    return notebook


def everything_wrong(course, **more):
    """A notebook that earns nothing: every function is as it was released."""
    return course.work(**dict.fromkeys(ANSWERS["toy"]), **more)


def of_format_3(notebook):
    cells = []
    for cell in notebook["cells"]:
        cell = {k: v for k, v in cell.items() if k not in ("id", "source", "execution_count")} | {"_": cell["source"]}
        if cell["cell_type"] == "code":
            cell |= {"input": cell["_"], "language": "python", "collapsed": False, "prompt_number": None, "outputs": []}
        else:
            cell["source"] = cell["_"]
        del cell["_"]
        cells.append(cell)
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


def faking_outputs(notebook):
    """Outputs that claim full marks, and tests that say so."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = "np.float64(1000)"
            if cell["cell_type"] == "code":
                cell["outputs"] = [new_output("execute_result", {"text/plain": "np.float64(1000)"}, execution_count=1)]
    return notebook


def with_points(notebook, points):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["metadata"]["nbgrader"]["points"] = points
    return notebook


def with_cells(notebook, *cells, at=None):
    at = len(notebook["cells"]) if at is None else at
    notebook["cells"][at:at] = [json.loads(json.dumps(cell)) for cell in cells]
    return notebook


def edited(notebook, name, **changes):
    cell_named(notebook, name)["metadata"]["nbgrader"] |= changes
    return notebook


def duplicated(notebook, *names):
    """The cells once more, each with what it says of itself."""
    return with_cells(notebook, *({**cell_named(notebook, name), "id": f"again-{name}"} for name in names))


def no_metadata(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


def turned_around(notebook):
    notebook["cells"].reverse()
    return notebook


def another_one(notebook):
    for cell in notebook["cells"]:
        cell["id"] = f"x{cell['id']}"
        if said := cell["metadata"].get("nbgrader"):
            said["grade_id"] = f"other_{said['grade_id']}"
    return notebook


def of_type(notebook, name, cell_type):
    cell = cell_named(notebook, name)
    cell["cell_type"] = cell_type
    if cell_type != "code":
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    return notebook


def broken_cells(notebook):
    notebook["cells"] += [7, None, {"cell_type": "code"}, {"cell_type": "code", "source": 3, "metadata": 5}]
    notebook["cells"] += [{"cell_type": "code", "source": ["x = ", 1], "metadata": {"nbgrader": [1]}}]
    notebook["metadata"] = {"kernelspec": 3}
    return notebook


MISSING_SENTENCE = "is missing from what you handed in"
# Who hands in what; what each test earns; and a sentence that is said of it.
HAND_INS = {
    "right": (lambda c: c.work(), RIGHT, "toy.affine_forward: right"),
    "mistaken": (
        lambda c: c.work(affine_backward=AVERAGED),
        {**RIGHT, "test_affine_backward": 0.0},
        "db is averaged over the batch",
    ),
    "untouched": (lambda c: c.released(), NOTHING, "not started"),
    "no-json": (lambda c: b"{no", NOTHING, "it cannot be read as JSON"),
    "no-notebook": (lambda c: b'{"a": 1}', NOTHING, "it has no list of cells"),
    "a-list": (lambda c: b"[]", NOTHING, "is no notebook"),
    "empty": (lambda c: b"", NOTHING, "it cannot be read as JSON"),
    "missing": (lambda c: None, NOTHING, "There is no toy.ipynb"),
    "format-3": (lambda c: of_format_3(c.work()), RIGHT, "old notebook format"),
    "format-2": (lambda c: {"nbformat": 2, "worksheets": [{"cells": []}]}, NOTHING, "is not read here"),
    "format-3-odd": (lambda c: {"nbformat": 3, "worksheets": 5}, NOTHING, "is not read here"),
    "another-course": (lambda c: another_one(c.work()), RIGHT, "is it the notebook of another one"),
    "fakes-outputs": (lambda c: faking_outputs(everything_wrong(c)), NOTHING, "is not yours to change"),
    "more-points": (lambda c: with_points(c.work(affine_forward=None, affine_backward=None), 1000),
                    {**NOTHING, "test_half_square": 2.0}, "settings of the cell"),
    "negative-points": (lambda c: with_points(everything_wrong(c), -5), NOTHING, "settings of the cell"),
    "nan-points": (lambda c: json.dumps(with_points(everything_wrong(c), math.nan)).encode(), NOTHING, "settings of"),
    "no-tests": (lambda c: without(everything_wrong(c), *RIGHT), NOTHING, MISSING_SENTENCE),
    "no-tests-right": (lambda c: without(c.work(), *RIGHT), RIGHT, MISSING_SENTENCE),
    "no-setup": (lambda c: without(c.work(), "setup"), RIGHT, MISSING_SENTENCE),
    "no-answer": (lambda c: without(c.work(), "explain"), RIGHT, MISSING_SENTENCE),
    "no-solution": (
        lambda c: without(c.work(), "half_square"),
        {**RIGHT, "test_half_square": 0.0, "test_descend": 0.0},
        MISSING_SENTENCE,
    ),
    "all-deleted": (lambda c: {**c.work(), "cells": []}, NOTHING, "is it the notebook of another one"),
    "twice": (lambda c: duplicated(everything_wrong(c), *RIGHT, "explain"), NOTHING, "It counts once"),
    "solution-twice": (lambda c: duplicated(c.work(), "half_square", *RIGHT), RIGHT, "there 2 times"),
    "moved": (lambda c: turned_around(c.work(half_square=None)), {**NOTHING, "test_affine_forward": 2.0,
              "test_affine_backward": 3.0}, "toy.half_square: not started"),
    "renamed-test": (lambda c: edited(everything_wrong(c), "test_half_square", grade_id="x"), NOTHING, "lost its name"),
    "renamed-right": (lambda c: edited(c.work(), "test_half_square", grade_id="x y"), RIGHT, "lost its name"),
    "renamed-solution": (lambda c: edited(c.work(), "half_square", grade_id=7), RIGHT, "lost its name"),
    "swapped-name": (lambda c: edited(c.work(half_square=None), "half_square", grade_id="test_half_square"),
                     {**RIGHT, "test_half_square": 0.0, "test_descend": 0.0}, "It counts once"),
    "no-metadata": (lambda c: no_metadata(c.work()), RIGHT, "lost its name"),
    "not-graded": (lambda c: edited(everything_wrong(c), "test_half_square", grade=False), NOTHING, "settings of"),
    "solution-locked": (lambda c: edited(c.work(), "half_square", locked=True, grade=True, points=5), RIGHT, "settings"),
    "test-as-solution": (lambda c: edited(everything_wrong(c), "test_half_square", solution=True), NOTHING, "settings"),
    "other-schema": (lambda c: edited(c.work(), "test_half_square", schema_version=99), RIGHT, "right"),
    "old-schema": (lambda c: edited(c.work(), "test_half_square", schema_version="0"), RIGHT, "right"),
    "own-checksum": (lambda c: edited(everything_wrong(c), "test_half_square", checksum="0"), NOTHING, "not started"),
    "test-as-text": (lambda c: of_type(everything_wrong(c), "test_half_square", "markdown"), NOTHING, "settings of"),
    "code-as-text": (lambda c: of_type(c.work(), "half_square", "raw"), RIGHT, "settings of"),
    "answer-as-code": (lambda c: of_type(c.work(), "explain", "code"), RIGHT, "settings of"),
    "extra-cells": (
        lambda c: with_cells(
            everything_wrong(c),
            new_code_cell("1000.0", id="e1", metadata=nbgrader("extra", grade=True, locked=True, points=1000)),
            new_code_cell("1000.0", id="e2", metadata=nbgrader("test_half_square", grade=True, points=2, locked=True)),
        ),
        NOTHING,
        "It counts once",
    ),
    "broken-cells": (lambda c: broken_cells(c.work()), RIGHT, "cells of toy.ipynb could not be read"),
    "half-characters": (lambda c: c.work(answer="\ud800 and \x00", half_square="# \ud800\n" + ANSWERS["toy"]["half_square"]),
                        RIGHT, "right"),
    "same-ids": (lambda c: {**c.work(), "cells": [{**cell, "id": "x"} for cell in c.work()["cells"]]}, RIGHT, "right"),
    "noisy": (lambda c: c.work(half_square="import sys, warnings\nwarnings.warn('hm')\nprint('0.0', file=sys.stderr)\n"
                               + ANSWERS["toy"]["half_square"]), RIGHT, "right"),
    "own-checks": (lambda c: with_cells(c.work(), new_code_cell('from autograder.notebooks.checking import check\n'
                   'check("toy.half_square")', id="mine"), at=1), RIGHT, "right"),
    "own-regions": (lambda c: with_cells(c.work(), new_code_cell("### BEGIN HIDDEN TESTS", id="mine")), RIGHT, "right"),
    "exits": (lambda c: with_cells(c.work(), new_code_cell("import os\nos._exit(0)", id="mine"), at=1), NOTHING, "wrong"),
    "'; --": (lambda c: c.work(), RIGHT, "right"),
    "007": (lambda c: c.work(), RIGHT, "right"),
}  # fmt: skip


@pytest.fixture(scope="module")
def marker(tmp_path_factory):
    return tmp_path_factory.mktemp("marker") / "was_here"


@pytest.fixture(scope="module")
def graded(tmp_path_factory, marker):
    """The class above, and one who attacks, graded by `nbgrader autograde`."""
    course = NbCourse.make(tmp_path_factory.mktemp("nb"))
    for student, (hand_in, _, _) in HAND_INS.items():
        course.hand_in(student, hand_in(course))
    attack = ATTACK.format(marker=str(marker))
    course.hand_in("attacker", with_cells(everything_wrong(course), new_code_cell(attack, id="a"), at=1))
    course.hand_in("browser", course.work(), name="toy (1).ipynb")
    course.hand_in("linked", None).symlink_to(course.hand_in("right", HAND_INS["right"][0](course)))
    course.log = course.autograde().stderr
    return course


@pytest.mark.parametrize("student", HAND_INS)
def test_points_are_what_was_earned(graded, student):
    _, expected, sentence = HAND_INS[student]
    grades = graded.grades()[student]
    grades.pop("explain")
    assert grades == expected
    assert sentence in graded.said(student)


def test_nobody_else_is_affected(graded):
    assert graded.grades().keys() == {*HAND_INS, "attacker", "browser", "linked"}
    assert "Traceback" not in graded.log
    assert "error processing" not in graded.log


def test_each_student_has_every_cell_of_the_course_once(graded):
    wanted = sorted(c["metadata"]["nbgrader"]["grade_id"] for c in graded.released()["cells"] if c["metadata"])
    for student in HAND_INS:
        notebook = graded.autograded(student)
        nbformat.validate(notebook)
        names = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
        kept = [name for name in wanted if name in names or name not in ANSWERS["toy"]]
        assert sorted(names) == kept  # a solution's own cell may be gone: its place is the student's
        for cell in notebook.cells:
            said = cell.metadata.get("nbgrader", {})
            if said.get("grade") and not said["solution"]:
                score, most = utils.determine_grade(cell)
                assert type(score) is float
                assert 0 <= score <= most == RIGHT[said["grade_id"]]


def test_no_code_of_a_submission_runs_in_the_instructors_account(graded, marker):
    assert not marker.exists()
    assert graded.scores()["attacker"] == 0


def test_a_notebook_that_a_browser_renamed_is_found(graded):
    assert graded.scores()["browser"] == FULL


def test_a_link_is_not_followed(graded):
    assert graded.scores()["linked"] == 0
    assert "links are not followed" in graded.said("linked")


@pytest.mark.parametrize(
    ("student", "score"),
    [("right", None), ("no-answer", None), ("untouched", 0.0), ("no-json", 0.0), ("missing", 0.0), ("twice", None)],
)
def test_answers_wait_for_a_person_unless_nothing_was_written(graded, student, score):
    assert graded.grades()[student]["explain"] == score


def test_the_answer_that_was_written_counts_and_not_a_copy_of_the_question(graded, tmp_path):
    course = shutil.copytree(graded.root, tmp_path / "nb")
    copied = NbCourse(course, graded.course)
    work = copied.work(answer="My answer.")
    copied.hand_in("new", with_cells(work, {**cell_named(copied.released(), "explain"), "id": "again"}))
    copied.autograde("toy", "--student=new")
    assert copied.grades()["new"]["explain"] is None
    assert cell_named(copied.autograded("new"), "explain").source == "My answer."


def test_students_html_is_text_to_staff(graded, tmp_path):
    copied = NbCourse(shutil.copytree(graded.root, tmp_path / "nb"), graded.course)
    copied.hand_in("xss", copied.work(answer="<script>alert(1)</script><img src=x onerror=y> ![](attachment:none.png)"))
    copied.autograde("toy", "--student=xss")
    source = cell_named(copied.autograded("xss"), "explain").source
    assert "<script" not in source
    assert "<img" not in source
    assert "attachment:" not in source  # Formgrader cannot show a page that names one which is not there


def test_formgrader_shows_the_lessons_pictures_and_does_without_those_that_a_student_took_out(tmp_path):
    source = source_notebook("toy")
    lesson = next(cell for cell in source.cells if cell.id == "prose")
    lesson.source += "\n\n![a line](attachment:line.svg)"
    picture = base64.b64encode(b"<svg><path d='M0 0L1 1'/></svg>").decode()
    lesson.attachments = {"line.svg": {"image/svg+xml": picture}}
    course = NbCourse.make(tmp_path, units=())
    course.add("toy", source)
    kept = course.work()  # as nbformat writes it: the picture's base64 is a list of lines
    course.hand_in("kept", kept)
    without_picture = course.work()
    for cell in without_picture["cells"]:
        cell.pop("attachments", None)
    course.hand_in("without", without_picture)
    course.autograde("toy")
    for renderer in (feedback_pages.Safe, feedback_pages.Served):  # in feedback, and in Formgrader
        cell = next(cell for cell in course.autograded("kept").cells if cell.id == "prose")
        assert f'src="data:image/svg+xml;base64,{picture}"' in renderer(cell.attachments, None).page(cell.source)
    assert isinstance(kept["cells"][1]["attachments"]["line.svg"]["image/svg+xml"], list)
    shown = {student: HTMLExporter().from_notebook_node(course.autograded(student))[0] for student in course.grades()}
    assert {student: picture in page for student, page in shown.items()} == {
        "kept": True,
        "without": False,
    }


# nbgrader's ways to fail open, one by one: each is shown as nbgrader has it, and then as it is written here


@pytest.fixture(scope="module")
def test_cell():
    return MasterCell("test_f", "code", 'check("toy.f")', "", True, True, False, False, 2.0)


def filled(cell, **outcome):
    made = new_code_cell(cell.source)
    made.metadata["nbgrader"] = cell.metadata
    of = {"exercise": "toy.f", "status": "failed", "points": 2, "earned": 0, "mistakes": [], "cases": [], **outcome}
    execute.fill(made, of, cell)
    return utils.determine_grade(made)


def as_nbgrader_reads(cell, *outputs):
    made = new_code_cell(cell.source, outputs=list(outputs))
    made.metadata["nbgrader"] = cell.metadata
    return utils.determine_grade(made)[0]


def result_saying(text):
    return new_output("execute_result", {"text/plain": text})


def test_no_output(test_cell):
    assert as_nbgrader_reads(test_cell) == 2.0
    assert filled(test_cell) == (0.0, 2.0)


@pytest.mark.parametrize(
    ("said", "earned", "score"),
    [
        ("np.float64(0.5)", np.float64(0.5), 0.5),
        ("nan", math.nan, 0.0),
        ("inf", math.inf, 0.0),
        ("-1.0", -1.0, 0.0),
        ("'1.0'", 1, 1.0),
        ("7.0", 7.0, 0.0),
    ],
)
def test_odd_numbers(test_cell, said, earned, score):
    try:  # noqa: SIM105
        assert as_nbgrader_reads(test_cell, result_saying(said)) != score
    except ValueError:  # more than the maximum: nbgrader ends there
        pass
    assert filled(test_cell, earned=earned) == (score, 2.0)


def test_nothing_on_stderr_costs_points(test_cell):
    warned = new_output("stream", name="stderr", text="a warning")
    assert as_nbgrader_reads(test_cell, warned, result_saying("2.0")) == 0
    assert filled(test_cell, earned=2, status="passed") == (2.0, 2.0)


def test_points_scaled_to_the_cells_own(test_cell):
    assert filled(test_cell, earned=3, points=4) == (1.5, 2.0)
    assert filled(test_cell, earned=3, points=0) == (0.0, 2.0)


def test_what_nbgrader_would_read_otherwise_is_refused(test_cell, monkeypatch):
    monkeypatch.setattr(execute.utils, "determine_grade", lambda cell, log=None: (2.0, 2.0))
    with pytest.raises(execute.Fault, match="nbgrader would read"):
        execute.fill(new_code_cell("", metadata=nbgrader("test_f")), None, test_cell)


def test_a_test_that_is_no_exercise_earns_nothing(test_cell):
    made = new_code_cell("", metadata={"nbgrader": test_cell.metadata})
    execute.fill(made, None, test_cell)
    assert utils.determine_grade(made) == (0.0, 2.0)


def test_whatever_is_handed_in_gives_every_cell_once(test_cell):
    master = Master({"test_f": test_cell}, {"t": "test_f"})
    rng = np.random.default_rng(7)
    values = [None, 1, "", "test_f", [], {}, [1], {"grade_id": "test_f"}, {"grade_id": ["test_f"]}, "code", "markdown"]

    def anything():
        return values[rng.integers(len(values))]

    for _ in range(300):
        cell = {key: anything() for key in ("cell_type", "source", "id", "metadata", "attachments", "outputs")}
        if rng.random() < 0.7:
            cell |= {"cell_type": "code", "source": "1", "metadata": {"nbgrader": anything()}}
        notebook = {"nbformat": 4, "cells": [cell, anything(), copy.copy(cell)], "metadata": anything()}
        found = restored(json.dumps(notebook).encode(), master, "toy.ipynb").notebook
        nbformat.validate(found)
        assert [c.metadata.nbgrader.grade_id for c in found.cells if "nbgrader" in c.metadata] == ["test_f"]


def test_it_refuses_to_grade_without_its_reader(graded, tmp_path):
    copied = NbCourse(shutil.copytree(graded.root, tmp_path / "nb"), graded.course)
    with (copied.root / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"\n')
    copied.hand_in("new", copied.work())
    done = copied.autograde("toy", "--student=new", expect=1)
    assert "exporter_class" in done.stderr
    assert copied.scores()["new"] == 0


def test_what_could_not_be_judged_waits_for_a_person(graded, tmp_path, monkeypatch):
    copied = NbCourse(shutil.copytree(graded.root, tmp_path / "nb"), graded.course)
    copied.hand_in("new", copied.work())
    honest = execute.SubmittedNotebook.grade

    def at_fault(self, session, submission):
        record = copy.deepcopy(honest(self, session, submission))
        broken = record["units"][0]["exercises"][0]
        broken.update(status="grader error", earned=0)
        broken["cases"] = [{"case": "all", "status": "grader error", "sentence": "ZeroDivisionError in oracle.py"}]
        return record

    monkeypatch.setattr(execute.SubmittedNotebook, "grade", at_fault)
    monkeypatch.chdir(tmp_path)
    app = recording.configured(copied.root)
    app.coursedir.assignment_id, app.coursedir.student_id = "toy", "new"
    recording.Autograde(coursedir=app.coursedir, parent=app).start()
    with copied.gradebook() as gradebook:
        found = gradebook.find_grade("test_affine_forward", "toy", "toy", "new")
        assert (found.auto_score, found.needs_manual_grade) == (0.0, True)
        assert not gradebook.find_grade("test_half_square", "toy", "toy", "new").needs_manual_grade
    said = copied.said("new")
    assert "no fault of yours" in said
    assert "ZeroDivisionError" not in said


# chainrule autograde


def counted(done):
    match = re.search(r"^(\d+) graded(?:, (\d+) were graded already)?\.$", done.stdout, re.M)
    return int(match[1]), int(match[2] or 0)


def kept(course, unit="toy"):
    """The records of an assignment, by student, without what differs from one run to the next."""
    found = records.read_all(course.root / ".chainrule" / unit / unit)
    return {r["student"]: records.canonical(records.reproducible(r)) for r in found}


@pytest.fixture
def small(tmp_path):
    course = NbCourse.make(tmp_path)
    for student in ("right", "mistaken", "no-json", "missing", "no-tests"):
        course.hand_in(student, HAND_INS[student][0](course))
    return course


def test_who_lets_go_of_the_database_closes_it_for_nobody_else(tmp_path, monkeypatch):
    from nbgrader.api import Gradebook

    from autograder.notebooks.database import SHARED

    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    monkeypatch.setenv("PATH", path)  # nbgrader calls alembic by its name
    SHARED.hold()
    book = Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "toycourse")
    session = book.db()
    SHARED.release()
    assert book.db() is session
    assert book.assignments == []
    book.close()


def test_both_commands_give_the_same(small, tmp_path):
    other = NbCourse(shutil.copytree(small.root, tmp_path / "other"), small.course)
    small.autograde()
    secret = small.root / ".chainrule" / "secret"
    assert secret.stat().st_mode & 0o077 == 0
    (other.root / ".chainrule").mkdir()
    shutil.copy(secret, other.root / ".chainrule" / "secret")
    done = other.chainrule("autograde", "toy", "--jobs", 2)
    assert counted(done) == (5, 0)
    assert other.grades() == small.grades()
    assert kept(other) == kept(small)  # unseen cases among them: their seeds are those of the student
    seeds = {r["units"][0]["exercises"][0]["seed"] for r in records.read_all(other.root / ".chainrule" / "toy" / "toy")}
    assert len(seeds) == 5

    # Where one has graded, the other has nothing to do.
    assert counted(small.chainrule("autograde", "toy")) == (0, 5)
    other.autograde("toy", "--force")
    assert kept(other) == kept(small)

    # A grade is made again bit for bit, as long as what was handed in is there.
    record = Store(small.root / ".chainrule" / "toy" / "toy").path("mistaken")
    assert "genuine, mistaken: 5 of 8" in small.chainrule("verify-record", record).stdout
    assert "Reproduced bit for bit: 5 of 8 points." in small.chainrule("regrade", record).stdout
    small.hand_in("mistaken", small.work())
    assert "has changed since" in small.chainrule("regrade", record, expect=2).stderr


def test_only_what_changed_is_graded_and_recorded_again(small):
    assert counted(small.chainrule("autograde", "toy")) == (5, 0)
    with small.gradebook() as gradebook:
        found = gradebook.find_grade("explain", "toy", "toy", "mistaken")
        found.manual_score = 3
        gradebook.db.commit()
    before = {p: p.stat().st_mtime_ns for p in (small.root / "autograded").glob("*/toy/toy.ipynb")}
    small.hand_in("mistaken", small.work())
    assert counted(small.chainrule("autograde", "toy")) == (1, 4)
    assert small.scores()["mistaken"] == FULL
    after = {p: p.stat().st_mtime_ns for p in (small.root / "autograded").glob("*/toy/toy.ipynb")}
    assert [p.parts[-3] for p in after if after[p] != before[p]] == ["mistaken"]
    with small.gradebook() as gradebook:
        assert gradebook.find_grade("explain", "toy", "toy", "mistaken").manual_score == 3


def test_a_record_that_somebody_changed_is_made_again(small):
    small.chainrule("autograde", "toy")
    path = Store(small.root / ".chainrule" / "toy" / "toy").path("mistaken")
    record = json.loads(path.read_text())
    record["units"][0]["exercises"][1]["earned"] = 3
    path.write_text(json.dumps(record))
    small.autograde("toy", "--force")
    assert small.scores()["mistaken"] == 5.0
    assert counted(small.chainrule("autograde", "toy")) == (0, 5)


def test_it_goes_on_where_it_was_stopped(small):
    slow = "import time\ntime.sleep(0.6)\n" + ANSWERS["toy"]["half_square"]
    for number in range(6):
        small.hand_in(f"slow{number}", small.work(half_square=slow))
    folder = small.root / ".chainrule" / "toy" / "toy" / "records"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader_course", "autograde", "toy", "--jobs", "1"]
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(Path(__file__).parent)}
    running = subprocess.Popen(command, cwd=small.root, env=environment, stdout=subprocess.PIPE, text=True)
    patience = time.monotonic() + 60
    while len(list(folder.glob("*.json"))) < 2:
        assert time.monotonic() < patience
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Stopped." in said
    done = len(list(folder.glob("*.json")))
    assert 2 <= done < 11
    assert counted(small.chainrule("autograde", "toy")) == (11 - done, done)
    assert len(small.scores()) == 11
    assert small.scores()["slow5"] == FULL


def test_on_a_cluster(small):
    pytest.importorskip("distributed", reason='dask is missing: pip install "chainrule[dask]" installs it')
    assert counted(small.chainrule("autograde", "toy", "--jobs", 2, "--scheduler", "local")) == (5, 0)
    assert small.scores()["mistaken"] == 5.0
    done = small.chainrule("autograde", "toy", "--scheduler", "tcp://127.0.0.1:1", expect=2)
    assert "does not answer" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "There is no assignment nothing in"),
        (["tiny"], "run `nbgrader generate_assignment tiny` first"),
        (["toy"], "Nothing was handed in for toy"),
        (["toy", "--course-dir", "source"], "There is no nbgrader course in"),
        (["toy", "--course-dir", "/does/not/exist"], "There is no nbgrader course in"),
    ],
)
def test_clear_errors(bare, arguments, said):
    done = bare.chainrule("autograde", *arguments, expect=2)
    assert said in done.stderr
    assert not done.stdout


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A course with nothing handed in; one assignment is not generated."""
    course = NbCourse.make(tmp_path_factory.mktemp("bare"))
    course.add("tiny", source_notebook("tiny"), generate=False)
    return course


def test_a_secret_that_is_gone_is_not_replaced(small):
    small.chainrule("autograde", "toy")
    (small.root / ".chainrule" / "secret").unlink()
    assert "secret" in small.chainrule("autograde", "toy", expect=2).stderr
    assert small.autograde("toy", "--force", expect=1)
    assert not (small.root / ".chainrule" / "secret").exists()


# Feedback


@pytest.fixture(scope="module")
def feedback(tmp_path_factory):
    """What `nbgrader generate_feedback` writes for some students."""
    folder = tmp_path_factory.mktemp("feedback")
    course = NbCourse.make(folder)
    answer = (
        "With $a_1 * b_1 < c$ and $$\\frac{1}{2}$$ and $\\badly{$ ![p](http://example.org/p.png) "
        "<img src='http://example.org/q.png'><script src='//example.org/s.js'></script>"
        "<link rel=stylesheet href='http://example.org/s.css'> ![s](../../../.chainrule/secret) "
        "![a](attachment:none.png) $\\href{javascript:alert(1)}{x} \\text{<script>alert(1)</script>}$"
    )
    printing = 'import builtins\nprint("printed_marker", end="")\n' + AVERAGED.replace(
        "x, w = cache", 'x, w = cache\n    print("printed_marker", dout.shape)'
    )
    crashing = "def half_square(prediction, target):\n    return [][len(prediction)]"
    fails_unseen = ANSWERS["toy"]["affine_forward"].replace(
        "    if len(x) == 0:",
        "    if len(x) == 7 or x.shape[1] > 4:\n        return x @ w, (x, w)\n    if len(x) == 0:",
    )
    course.hand_in("ada", course.work(answer=answer, affine_backward=printing, half_square=crashing))
    course.hand_in(
        "bob", with_cells(course.work(affine_forward=fails_unseen), new_code_cell("# BEGIN HIDDEN TESTS", id="m"))
    )
    course.hand_in("cyd", b"no")
    course.autograde()
    course.nbgrader("generate_feedback", "toy")
    return course, {s: (course.root / "feedback" / s / "toy" / "toy.html").read_text() for s in ("ada", "bob", "cyd")}


def test_feedback_explains(feedback):
    _, pages = feedback
    assert "db is averaged over the batch." in pages["ada"]
    assert "IndexError" in pages["ada"]
    assert "it cannot be read as JSON" in pages["cyd"].replace("\n", " ")
    assert "not shown to you" in pages["bob"]


def test_feedback_shows_nothing_that_is_secret(feedback):
    course, pages = feedback
    secret = (course.root / ".chainrule" / "secret").read_text().strip()
    found = list(records.read_all(course.root / ".chainrule" / "toy" / "toy"))
    hidden = [
        case for r in found for u in r["units"] for e in u["exercises"] for case in e["cases"] if case.get("hidden")
    ]
    assert any(case["status"] == "failed" for case in hidden)
    for student, page in pages.items():
        assert HIDDEN_MARKER not in page
        assert "unseen=True" not in page
        assert secret not in page
        assert "Traceback (most" not in page
        assert "autograder/" not in page
        for case in hidden:
            assert case["case"] not in page
            numbers = [d for d in case.get("details", []) if not d.startswith("Compared to")]  # the same everywhere
            assert not any(said in page for said in numbers)
        for record in found:
            for unit in record["units"]:
                assert not any(str(e["seed"]) in page for e in unit["exercises"])
        if student == "cyd":  # nothing of hers is there, so whatever looks like an answer is ours
            assert "x @ w + b" not in re.sub("<[^>]*>", "", page)


def test_feedback_asks_no_other_host(feedback):
    _, pages = feedback
    for page in pages.values():
        assert "<script" not in page
        assert not re.search(
            r"""<(?:img|link|iframe|object|embed|source|video|audio)[^>]*(?:src|href)=["']?(?!data:)\S""", page
        )
        assert not re.search(r"""url\(["']?(?:https?:)?//""", page)
        assert "@import" not in page
        assert not re.search(r"""<[^>]*javascript:""", page, re.I)


def test_formulas_in_feedback_are_mathml(feedback):
    _, pages = feedback
    assert "<math" in pages["bob"]
    assert "$y_i" not in pages["bob"]
    assert "<mfrac>" in pages["ada"]
    assert "<mo>&lt;</mo>" in pages["ada"] or "<mo>&#x0003C;</mo>" in pages["ada"]


FORMGRADER = """
import sys
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
app = FormgradeExtension()
app.root_dir = "."
app.initialize([])
about = {"assignment_id": "toy", "notebook_id": "toy", "submission_id": "1", "index": 0, "total": 1, "base_url": "/lab",
         "student": "ada", "first_name": "", "last_name": "", "notebook_path": "x"}
print(HTMLExporter(config=app.config).from_filename(sys.argv[1], resources=about)[0])
"""


def test_formgrader_sets_formulas_itself_and_asks_no_other_host(feedback):
    course, _ = feedback
    notebook = course.root / "autograded" / "ada" / "toy" / "toy.ipynb"
    done = subprocess.run(
        [sys.executable, "-c", FORMGRADER, notebook], cwd=course.root, capture_output=True, text=True, timeout=300
    )
    page = done.stdout
    assert 'id="explain"' in page, done.stderr  # where points are typed in
    assert page.count("<math") > 3
    assert "$y_i" not in page
    asked = re.findall(r"""<(?:script|img|link|iframe)[^>]*(?:src|href)=["']?([^"'\s>]+)""", page)
    assert {address.split("/")[1] for address in asked if not address.startswith("data:")} == {"lab"}, asked
    assert "<script>alert" not in page


# PostgreSQL


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """A PostgreSQL server of this test's own, on a socket; a database's address."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = binaries[-1] if binaries else shutil.which("initdb")
    try:
        import psycopg  # noqa: F401
    except ImportError:
        initdb = None
    if not initdb:
        sentence = "There is no PostgreSQL: apt-get install postgresql, and pip install 'psycopg[binary]', bring it."
        if os.environ.get("CHAINRULE_CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    bin = Path(initdb).resolve().parent
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/pg.XXXXXX"], text=True).strip())
    owner = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
    data, log = folder / "data", folder / "log"

    def as_owner(*command):
        subprocess.run(list(map(str, command)), check=True, capture_output=True, cwd=folder, timeout=120, **owner)

    as_owner(bin / "initdb", "-D", data, "-U", "grader", "--auth=trust", "-N")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    # The server keeps what it writes to open: nobody may wait for that to end.
    started = [bin / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start"]
    subprocess.run(
        list(map(str, started)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **owner
    )
    try:
        as_owner(bin / "createdb", "-h", folder, "-U", "grader", "grades")
        yield f"postgresql://grader@/grades?host={folder}"
    finally:
        as_owner(bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql(postgres, tmp_path, monkeypatch):
    course = NbCourse.make(tmp_path, config=f"\nc.CourseDirectory.db_url = {postgres!r}\n")
    monkeypatch.setattr(NbCourse, "db_url", postgres)
    for student in ("right", "mistaken", "no-json", "missing", "no-tests", "half-characters", "007"):
        course.hand_in(student, HAND_INS[student][0](course))
    assert counted(course.chainrule("autograde", "toy", "--jobs", 2)) == (7, 0)
    expected = {"right": 8, "mistaken": 5, "no-json": 0, "missing": 0, "no-tests": 0, "half-characters": 8, "007": 8}
    assert course.scores() == expected
    course.autograde("toy", "--force")
    assert course.scores() == expected
    course.nbgrader("generate_feedback", "toy")
    course.nbgrader("export", "--to", "grades.csv")
    assert "right" in (course.root / "grades.csv").read_text()
    assert not (course.root / "gradebook.db").exists()
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write('\nc.CourseDirectory.db_url = "postgresql://grader:pass_word@127.0.0.1:1/grades"\n')
    done = course.chainrule("autograde", "toy", expect=2)
    assert "gradebook" in done.stderr
    assert "pass_word" not in done.stderr
