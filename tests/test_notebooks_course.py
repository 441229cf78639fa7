"""`chainrule nbgrader init` writes a course that nbgrader takes, and never touches what an instructor has edited."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from support import COURSE, ROOT

from autograder import cli
from autograder.notebooks import course
from autograder.notebooks.course import Unwritable, init

pytest.importorskip("nbgrader")

UNITS = ("perceptron", "guess_number", "losses")
BIN = Path(sys.executable).parent


def chainrule(*arguments):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["nbgrader", *map(str, arguments)])
    return stopped.value.code


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A course of three units, as it was written."""
    folder = tmp_path_factory.mktemp("classes") / "Deep Learning 1"
    init(COURSE, folder, [COURSE.unit(name) for name in UNITS], exchange=folder.parent / "exchange")
    return folder


@pytest.fixture
def one(three, tmp_path):
    """A course of one unit, to be written in."""
    folder = tmp_path / "dl"
    shutil.copytree(three, folder)
    for name in UNITS[1:]:
        shutil.rmtree(folder / "source" / name)
    memory = json.loads((folder / ".chainrule.json").read_text())
    memory["units"] = [UNITS[0]]
    (folder / ".chainrule.json").write_text(json.dumps(memory))
    return folder


def edit(path, old, new):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = source.replace(old, new)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_it_holds_a_configuration_and_assignments_and_nothing_else(three):
    found = sorted(str(path.relative_to(three)) for path in three.rglob("*") if path.is_file())
    files = [f"source/{unit}/{file}" for unit in UNITS for file in ("answers.zip", f"test_{unit}.py", f"{unit}.ipynb")]
    assert found == sorted([".chainrule.json", "nbgrader_config.py", *files])


def test_its_configuration_is_short_and_says_what_was_asked_for(three):
    text = (three / "nbgrader_config.py").read_text()
    assert "c.CourseDirectory.course_id = 'deep-learning-1'" in text
    assert f"c.Exchange.root = {str(three.parent / 'exchange')!r}" in text
    assert f"configure(c, course={str(ROOT)!r})" in text
    assert len(text.splitlines()) < 25
    compile(text, "nbgrader_config.py", "exec")


def test_the_configuration_replaces_what_runs_submissions_and_leaves_the_stub_that_check_knows(three):
    from traitlets.config import Config

    settings = Config()
    exec((three / "nbgrader_config.py").read_text(), {"get_config": lambda: settings})
    assert settings.ClearSolutions.code_stub == {"python": "raise NotImplementedError"}
    steps = [str(step) for step in settings.Autograde.autograde_preprocessors]
    assert "LockedExecute" in steps[0]
    assert not [step for step in steps if re.search(r"\bExecute\b", step)]
    assert settings.LockedExecute.course == str(ROOT)


def test_the_same_course_gives_the_same_bytes(three, tmp_path):
    init(COURSE, tmp_path / "again", [COURSE.unit(name) for name in UNITS])
    for path in (three / "source").rglob("*"):
        assert path.is_dir() or path.read_bytes() == (tmp_path / "again" / path.relative_to(three)).read_bytes()


def test_again_it_finds_everything_up_to_date(one, capsys):
    before = {path: path.stat().st_mtime_ns for path in one.rglob("*.*") if path.name != ".chainrule.json"}
    assert chainrule("init", one) == 0
    assert "is up to date: 4 files." in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_it_wrote_is_brought_up_to_date(one, monkeypatch):
    """As when a lesson has changed since."""
    monkeypatch.setattr(course.building, "BEGIN", "Something new.")
    written = init(COURSE, one)
    assert (written.new, written.updated, written.kept) == ([], ["source/perceptron/perceptron.ipynb"], [])
    assert "# Something new." in (one / "source/perceptron/perceptron.ipynb").read_text()


def test_what_an_instructor_edited_is_kept_and_named(one, capsys, monkeypatch):
    notebook = one / "source/perceptron/perceptron.ipynb"
    edit(notebook, "Six messages", "Six letters")
    (one / "nbgrader_config.py").write_text("c = get_config()\n")
    (one / "source/perceptron/more.csv").write_text("mine")
    mine = {path: path.read_bytes() for path in one.rglob("*.*") if path.name != ".chainrule.json"}
    monkeypatch.setattr(course.building, "BEGIN", "Something new.")
    for _ in range(2):
        assert chainrule("init", one) == 0
        out = capsys.readouterr().out
        assert "Kept" in out
        assert str(notebook) in out
        assert str(one / "nbgrader_config.py") in out
        assert "--force" in out
        assert {path: path.read_bytes() for path in mine} == mine
    assert chainrule("init", one, "--force") == 0
    assert "Something new" in notebook.read_text()
    assert "Six letters" not in notebook.read_text()
    assert (one / "source/perceptron/more.csv").read_text() == "mine"


def test_a_notebook_that_was_run_and_saved_by_jupyter_counts_as_unedited(one, monkeypatch):
    path = one / "source/perceptron/perceptron.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(notebook.cells):
        cell.metadata["collapsed"] = False
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="hello")]
    notebook.metadata.language_info.version = "3.14"
    nbformat.write(notebook, path)
    monkeypatch.setattr(course.building, "BEGIN", "Something new.")
    assert init(COURSE, one).updated == ["source/perceptron/perceptron.ipynb"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('"points": 2', '"points": 9'),
        lambda text: text.replace('"locked": true', '"locked": false', 1),
        lambda text: "not JSON",
        lambda text: "[]",
    ],
)
def test_edited_settings_and_whatever_is_no_notebook_are_edits_too(one, damage):
    path = one / "source/perceptron/perceptron.ipynb"
    edited = damage(path.read_text())
    assert edited != path.read_text()
    path.write_text(edited)
    assert init(COURSE, one).kept == ["source/perceptron/perceptron.ipynb"]
    assert path.read_text() == edited


def test_what_was_there_before_us_is_kept(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("# of nbgrader quickstart")
    written = init(COURSE, tmp_path, [COURSE.unit("perceptron")])
    assert written.kept == ["nbgrader_config.py"]
    assert len(written.new) == 3


def test_units_and_options_are_remembered_and_can_be_added_to(one):
    assert not init(COURSE, one).new
    written = init(COURSE, one, [COURSE.unit("perceptron"), COURSE.unit("losses")], course_id="dl2")
    assert sorted({Path(name).parent.name for name in written.new}) == ["losses"]
    assert written.updated == ["nbgrader_config.py"]
    text = (one / "nbgrader_config.py").read_text()
    assert "'dl2'" in text
    assert "exchange'" in text


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["init", "DIR", "--units", "nothing"], 2, "no unit 'nothing'"),
        (["init", "DIR", "--units", ","], 2, "names no unit"),
        (["init", ROOT / "exercises" / "conv"], 2, "part of the course itself"),
        (["init", ROOT], 2, "part of the course itself"),
        (["nothing"], 2, "No such command"),
    ],
)
def test_what_cannot_be_done_says_why(tmp_path, monkeypatch, capsys, arguments, status, said):
    monkeypatch.chdir(ROOT)
    assert chainrule(*[tmp_path / "dl" if a == "DIR" else a for a in arguments]) == status
    assert said in capsys.readouterr().err
    assert not (tmp_path / "dl").exists()


def test_a_kit_has_no_assignments_to_write(toy, tmp_path):
    shutil.copytree(toy.unit.root, tmp_path / "kit")
    shutil.rmtree(tmp_path / "kit" / "solutions")
    (tmp_path / "kit/exercises/toy/README.md").write_text("# Toy")
    from autograder.course import Course

    with pytest.raises(Unwritable, match="no solutions of toy"):
        init(Course.read(tmp_path / "kit"), tmp_path / "dl")


def test_help_names_what_there_is(capsys):
    assert chainrule("--help") == 0
    assert re.search(r"^  init +write an nbgrader course", capsys.readouterr().out, re.M)


# nbgrader's own commands


def nbgrader(folder, *arguments):
    home = folder.parent / "home"
    settings = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, **settings, "HOME": str(home), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        timeout=300,
    )


@pytest.fixture(scope="module")
def released(three):
    for unit in UNITS:
        done = nbgrader(three, "generate_assignment", unit)
        assert done.returncode == 0, done.stderr
    return three / "release"


@pytest.mark.parametrize("name", UNITS)
def test_an_assignment_is_generated_and_complete(three, released, name):
    assert sorted(path.name for path in (released / name).iterdir()) == sorted(
        path.name for path in (three / "source" / name).iterdir()
    )
    notebook = nbformat.read(released / name / f"{name}.ipynb", as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    text = json.dumps(notebook)
    assert not re.search("BEGIN SOLUTION|BEGIN HIDDEN|unseen|njit", text)
    points = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points
        for c in notebook.cells
        if "points" in c.metadata.get("nbgrader", {})
    }
    assert points.items() >= {f"test_{name}": p for name, p in COURSE.unit(name).points.items()}.items()


def test_references_are_right_in_a_kernel_and_stubs_are_not_started(three, released):
    source = nbgrader(three, "validate", "source/perceptron/perceptron.ipynb")
    assert "Success! Your notebook passes all the tests." in source.stdout, source.stdout + source.stderr
    given = nbgrader(three, "validate", "release/perceptron/perceptron.ipynb").stdout
    exercises = COURSE.unit("perceptron").points
    written = len(course.building.questions(COURSE.unit("perceptron")))
    assert f"VALIDATION FAILED ON {len(exercises) + written} CELL(S)" in given
    for name, points in exercises.items():
        assert f"{name}: not started. 0 of {points} points." in given
    assert given.count("You did not provide a response.") == written
    assert "Traceback" not in given
    assert "Error" not in given
