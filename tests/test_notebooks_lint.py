"""`chainrule nbgrader lint`: each thing that bites is found, with its place and the way out; a sound course has none."""

# ruff: noqa: E501 - a hand-in or a finding stands on one line of its table

import json

import pytest

pytest.importorskip("nbgrader", reason='nbgrader is missing: pip install "chainrule[jupyter]" installs it')

from nbformat.v4 import new_code_cell
from nbgrader_course import ANSWERS, AVERAGED, NbCourse, cell_named, nbgrader, source_notebook

from autograder.notebooks import lint
from autograder.notebooks.recording import CourseFault


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nb")
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    return NbCourse.make(folder, config=f"\nc.Exchange.root = {str(exchange)!r}\n"), exchange


@pytest.fixture
def course(sound, monkeypatch):
    """The course, put back afterwards as it was."""
    made, _ = sound
    source, config = made.root / "source" / "toy" / "toy.ipynb", made.root / "nbgrader_config.py"
    before = source.read_bytes(), config.read_bytes()
    monkeypatch.chdir(made.root)
    yield made
    source.write_bytes(before[0])
    config.write_bytes(before[1])


def found(course):
    return [(f.file, f.cell, f.sentence) for f in lint.findings(course.root)]


def found_with(course, change):
    """What is found once the notebook was changed; the gradebook is not looked at."""
    notebook = source_notebook("toy")
    change(notebook)
    course.add("toy", notebook, generate=False)
    return [f for f in found(course) if "which was generated before" not in f[2]]


def test_a_sound_course_has_none(course):
    assert found(course) == []
    done = course.chainrule("nbgrader", "lint", course.root)
    assert done.stdout == "Nothing will bite.\n"


def retitled(name, **changes):
    return lambda notebook: cell_named(notebook, name).metadata.nbgrader.update(changes)


def rewritten(name, text):
    return lambda notebook: cell_named(notebook, name).update(source=text)


def appended(text, name, **more):
    return lambda n: n.cells.append(new_code_cell(text, id="more", metadata=nbgrader(name, **more)))


GRADED = {"grade": True, "locked": True, "points": 1}
SOLVED = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
BITES = {
    "passes on the stub": (rewritten("half_square", ANSWERS["toy"]["half_square"]), "half_square", "passes on what students"),
    "fails on the solution": (rewritten("affine_backward", SOLVED.format(AVERAGED)), "affine_backward", "does not pass it"),
    "solution that is no Python": (rewritten("half_square", SOLVED.format("def half_square(")), "half_square", "does not pass"),
    "points": (retitled("test_half_square", points=5), "half_square", "5 points, and toy.half_square has 2 in course.toml"),
    "no points": (retitled("test_half_square", points=None), "half_square", "graded with None points"),
    "true points": (retitled("test_half_square", points=True), "half_square", "graded with True points"),
    "only in a comment": (appended('# check("toy.half_square")\n1', "extra", **GRADED), "extra", "It fails open"),
    "a test of its own": (appended("assert half_square", "extra", **GRADED), "extra", "It fails open"),
    "asked for twice": (appended('check("toy.half_square")', "extra", **{**GRADED, "points": 2}), "extra", "counts twice"),
    "several": (rewritten("test_half_square", 'check("toy.half_square")\ncheck("toy.descend")'), "half_square", "several"),
    "a bad name": (appended('check("toy.half_square")', "ex tra", **GRADED), "ex tra", "Its name is missing"),
    "a name twice": (appended("1", "setup", locked=True), "setup", "have the same name"),
    "hidden and not graded": (appended("### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS", "m", solution=True), "m", "not graded"),
    "no end": (rewritten("half_square", "def half_square(a, b):\n    ### BEGIN SOLUTION\n    pass"), "half_square", "do not pair"),
}  # fmt: skip


@pytest.mark.parametrize("what", BITES)
def test_what_bites_in_a_notebook(course, what):
    change, cell, sentence = BITES[what]
    all_found = found_with(course, change)
    assert any(cell in f[1] and sentence in f[2] for f in all_found), all_found
    assert all(f[0] == "source/toy/toy.ipynb" for f in all_found)


def test_a_test_is_known_by_its_name_as_well(course):
    assert found_with(course, rewritten("test_half_square", "x = 1")) == []  # and is graded by it


def test_an_exercise_that_nothing_asks_for(course):
    def drop(notebook):
        notebook.cells.remove(cell_named(notebook, "test_half_square"))

    assert any("Nothing asks for toy.half_square" in f[2] for f in found_with(course, drop))


def test_a_notebook_that_is_none(course):
    path = course.root / "source" / "toy" / "toy.ipynb"
    for content in (b"{", b"[]", json.dumps({"cells": [1]}).encode()):
        path.write_bytes(content)
        assert any("cannot be read as a notebook" in f[2] for f in found(course))


def test_what_was_edited_since_it_was_generated(course):
    notebook = source_notebook("toy")
    cell_named(notebook, "explain").metadata.nbgrader["points"] = 9
    course.add("toy", notebook, generate=False)
    assert [(f[1], "generated before it was edited" in f[2]) for f in found(course)] == [("explain", True)]


def test_files_with_solutions(course):
    path = course.root / "source" / "toy" / "helper.py"
    path.write_text("### BEGIN SOLUTION\n1\n### END SOLUTION\n")
    try:
        assert [f[0] for f in found(course)] == ["source/toy/helper.py"]
    finally:
        path.unlink()


def test_permissions_of_the_exchange(course, sound):
    _, exchange = sound
    exchange.chmod(0o755)
    outbound, inbound = exchange / "toycourse" / "outbound", exchange / "toycourse" / "inbound"
    outbound.mkdir(parents=True, mode=0o755)
    inbound.mkdir()
    inbound.chmod(0o777)
    try:
        (about_root, about_inbound) = found(course)
        assert "0755, so students cannot submit" in about_root[2]
        assert "can see what others submit" in about_inbound[2]
        exchange.chmod(0o777)
        inbound.chmod(0o2733)
        assert found(course) == []
        outbound.chmod(0o777)
        assert "change what others fetch" in found(course)[0][2]
    finally:
        exchange.chmod(0o777)
        for folder in (outbound, inbound, exchange / "toycourse"):
            folder.rmdir()
    moved = exchange.rename(exchange.with_name("moved"))
    try:
        assert "The exchange is not there." in found(course)[0][2]
    finally:
        moved.rename(exchange)


def test_names_that_need_quotes(course):
    folders = [course.root / "submitted" / name / "toy" for name in ("12345", "a b", "ada@example.org")]
    for folder in folders:
        folder.mkdir(parents=True)
    odd = course.root / "source" / "a+b"
    odd.mkdir()
    try:
        said = [f[2] for f in found(course)]
        assert len(said) == 3
        assert "'a+b' has a character" in said[0]
        assert "12345 is a number" in said[1]
        assert "'a b' has a character" in said[2]
    finally:
        odd.rmdir()
        for folder in folders:
            folder.rmdir()
            folder.parent.rmdir()


def test_names_that_nbgraders_own_table_does_not_quote(course):
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("ada", last_name="Lovelace, Countess")
    try:
        assert found(course) == []
        add(course, 'c.ExportApp.plugin_class = "nbgrader.plugins.CsvExportPlugin"')
        assert "does not quote it" in found(course)[0][2]
    finally:
        with course.gradebook() as gradebook:
            gradebook.remove_student("ada")


def add(course, line):
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{line}\n")


def test_a_configuration_that_fails_open(course):
    add(course, 'c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.Execute"]')
    add(course, 'c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"')
    add(course, 'c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]')
    said = " ".join(f[2] for f in found(course))
    assert "run in a kernel in your own account" in said
    assert "is believed" in said
    assert "hidden tests" in said


def test_it_looks_and_changes_nothing(tmp_path, sound, monkeypatch):
    """Without a gradebook none is made."""
    made, _ = sound
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "nbgrader_config.py").write_bytes((made.root / "nbgrader_config.py").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert [f.sentence for f in lint.findings(bare)] == ["There is no assignment."]
    assert [path.name for path in bare.iterdir()] == ["nbgrader_config.py"]


def test_the_command(course):
    add(course, 'c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"')
    done = course.chainrule("nbgrader", "lint", course.root, expect=1)
    assert done.stdout.endswith("1 finding.\n")
    assert done.stdout.startswith("nbgrader_config.py: ")
    assert "Call autograder.notebooks.configure" in done.stdout
    done = course.chainrule("nbgrader", "lint", course.root / "source", expect=2)
    assert "There is no nbgrader course in" in done.stderr


def test_clear_errors(course, tmp_path):
    with pytest.raises(CourseFault, match=r"no nbgrader_config\.py"):
        list(lint.findings(tmp_path))
    add(course, "1 / 0")
    with pytest.raises(CourseFault, match="cannot be read: ZeroDivisionError"):
        list(lint.findings(course.root))
