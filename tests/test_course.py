"""A course is found from where one stands, and whatever is wrong with it is said with a way out."""

import shutil
import sys

import numpy as np
import pytest
from toy_course import DEFINITIONS, MISTAKES, REFERENCE, write_manifest, write_unit

from autograder.course import Course, CourseError

POINTS = {"affine_forward": 2, "affine_backward": 3, "half_square": 2, "descend": 1}


@pytest.fixture
def root(tmp_path):
    """A course of two units in a folder of its own."""
    for name in ("toy", "other"):
        write_unit(tmp_path, name, DEFINITIONS, REFERENCE, MISTAKES.replace(".toy", f".{name}"))
    write_manifest(tmp_path, {"toy": POINTS, "other": POINTS})
    return tmp_path


# Finding it


@pytest.mark.parametrize("place", [".", "exercises", "exercises/toy", "solutions/other", "exercises/toy/deep/down"])
def test_a_course_is_found_from_any_folder_in_it(root, place):
    (root / place).mkdir(parents=True, exist_ok=True)
    assert Course.find(root / place).root == root.resolve()


def test_a_course_is_found_from_where_one_stands(root, monkeypatch):
    monkeypatch.chdir(root / "exercises" / "toy")
    course = Course.find()
    assert (course.root, course.title) == (root.resolve(), "A course")
    assert [unit.name for unit in course.units] == ["toy", "other"]
    assert [unit.part for unit in course.units] == ["All of it", "All of it"]


def test_the_innermost_course_is_the_one(root):
    inner = root / "exercises" / "toy" / "copy"
    write_manifest(inner, {"toy": POINTS})
    assert Course.find(inner).root == inner.resolve()


def test_where_there_is_no_course_a_way_out_is_told(tmp_path):
    with pytest.raises(CourseError, match=r"no course.toml in .*\nChange into the course's folder"):
        Course.find(tmp_path)


# The manifest

UNIT = b'[[parts.units]]\nname = "c"\ntitle = "C"\npoints = { d = 1 }\n'
UNREADABLE = {
    "no TOML": (b"title = ", "cannot be read"),
    "no UTF-8": (b'title = "caf\xe9"', "cannot be read"),
    "empty": (b"", "is not a course's manifest: KeyError('title')"),
    "no unit": (b'title = "A"\nparts = []', "there is no unit"),
    "a unit named twice": (b'title = "A"\n[[parts]]\ntitle = "B"\n' + 2 * UNIT, "a unit is named twice"),
    "points that are no number": (b'title = "A"\n[[parts]]\ntitle = "B"\n' + UNIT.replace(b"1", b'"1"'), "points of c"),
    "points below zero": (b'title = "A"\n[[parts]]\ntitle = "B"\n' + UNIT.replace(b"1", b"-1"), "points of c"),
    "no title": (b"parts = []", "is not a course's manifest: KeyError('title')"),
    "a part without units": (b'title = "A"\n[[parts]]\ntitle = "B"', "KeyError('units')"),
    "a part that is none": (b'title = "A"\nparts = ["B"]', "is not a course's manifest"),
    "a unit without points": (
        b'title = "A"\n[[parts]]\ntitle = "B"\n[[parts.units]]\nname = "c"\ntitle = "C"',
        "KeyError('points')",
    ),
    "points that are none": (
        b'title = "A"\n[[parts]]\ntitle = "B"\n[[parts.units]]\nname = "c"\ntitle = "C"\npoints = 3',
        "is not a course's manifest",
    ),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_malformed_manifest_is_told_with_its_place(tmp_path, what):
    content, message = UNREADABLE[what]
    (tmp_path / "course.toml").write_bytes(content)
    with pytest.raises(CourseError) as error:
        Course.find(tmp_path)
    assert str(tmp_path.resolve() / "course.toml") in str(error.value)
    assert message in str(error.value)


# Names


def test_a_misspelt_unit_is_told_the_units_there_are(root):
    with pytest.raises(CourseError, match=r"There is no unit 'tyo'. The units are: toy, other."):
        Course.find(root).unit("tyo")


def test_a_misspelt_exercise_is_told_the_exercises_there_are(root):
    course = Course.find(root)
    with pytest.raises(
        CourseError, match=r"The unit toy has no exercise 'affine'. It has: affine_forward, affine_back"
    ):
        course.exercise("toy.affine")
    with pytest.raises(CourseError, match=r"There is no unit 'tyo'"):
        course.exercise("tyo.affine_forward")
    with pytest.raises(CourseError, match=r"Name it as UNIT.EXERCISE, for example toy.affine_forward"):
        course.exercise("affine")


def test_an_exercise_is_found_by_its_name_alone_where_only_one_has_it(root):
    course = Course.find(root)
    assert course.exercise("toy.descend").id == "toy.descend"
    with pytest.raises(CourseError, match=r"There is no exercise 'descend'"):
        course.exercise("descend")  # two units have it
    write_manifest(root, {"toy": POINTS})
    assert Course.find(root).exercise("descend").id == "toy.descend"


def test_exercises_come_in_the_order_of_the_manifest(root):
    write_manifest(root, {"toy": dict(reversed(POINTS.items()))})
    exercises = Course.find(root).unit("toy").exercises
    assert list(exercises) == ["descend", "half_square", "affine_backward", "affine_forward"]
    lines = (root / "exercises/toy/test_toy.py").read_text().splitlines()
    for name, exercise in exercises.items():
        assert name in " ".join(lines[exercise.line - 1 : exercise.line + 2])


# Definitions and points


def test_points_for_what_is_not_defined(root):
    write_manifest(root, {"toy": {**POINTS, "ascend": 1}})
    with pytest.raises(
        CourseError, match=r"ascend: defined in .*test_toy.py or given points in course.toml, but not both"
    ):
        _ = Course.find(root).unit("toy").exercises


def test_a_definition_without_points(root):
    write_manifest(root, {"toy": {name: POINTS[name] for name in POINTS if name != "descend"}})
    with pytest.raises(CourseError, match=r"descend: defined in .* but not both"):
        _ = Course.find(root).unit("toy").exercises


def test_a_unit_without_definitions(root):
    shutil.rmtree(root / "exercises" / "toy")
    with pytest.raises(CourseError, match=r"test_toy.py is missing"):
        _ = Course.find(root).unit("toy").exercises


def test_a_mistake_of_what_is_no_exercise(root):
    path = root / "solutions" / "toy" / "mistakes.py"
    path.write_text(path.read_text().replace("@mistake(affine_forward,", "@mistake(mistake,", 1))
    with pytest.raises(CourseError, match=r"without_bias is a mistake of mistake, which is no exercise"):
        _ = Course.find(root).unit("toy").mistakes


def test_a_unit_without_mistakes_and_hints(root):
    (root / "solutions" / "toy" / "mistakes.py").unlink()
    unit = Course.find(root).unit("toy")
    assert unit.mistakes == {name: [] for name in POINTS}
    assert unit.hints == {}


def test_what_is_said_afterwards_is_no_hint(root):
    said = '[affine_forward]\nidea = "multiply"\nafter = "you multiplied"\n[affine_backward]\nidea = "go back"\n'
    (root / "exercises" / "toy" / "hints.toml").write_text(said)
    unit = Course.find(root).unit("toy")
    assert unit.hints == {"affine_forward": {"idea": "multiply"}, "affine_backward": {"idea": "go back"}}
    assert unit.afterwords == {"affine_forward": "you multiplied"}


def test_hints_that_cannot_be_read(root):
    (root / "exercises" / "toy" / "hints.toml").write_text("[affine_forward\n")
    with pytest.raises(CourseError, match=r"hints.toml cannot be read"):
        _ = Course.find(root).unit("toy").hints


# Several courses in one process


def test_two_courses_in_one_process_do_not_mix(root, tmp_path_factory):
    other = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(root, other, dirs_exist_ok=True)
    reference = other / "solutions" / "toy" / "toy.py"
    reference.write_text(reference.read_text().replace("return x @ w + b", "return x @ w - b"))
    definitions = other / "exercises" / "toy" / "test_toy.py"
    definitions.write_text(definitions.read_text().replace('"one row"', '"a single row"'))
    mine, its = (Course.read(folder).unit("toy") for folder in (root, other))
    assert "one row" in mine.exercises["affine_forward"].cases
    assert "one row" not in its.exercises["affine_forward"].cases
    ones = [np.ones((2, 2))] * 3
    for unit, right in ((mine, 3), (its, 1)):
        assert unit.reference.affine_forward(*ones)[0][0, 0] == right
        without_bias = unit.mistakes["affine_forward"][0].function  # calls the reference beside it
        assert without_bias(*ones)[0][0, 0] == right - 1
    assert mine.student().describe("affine_forward").status == "stub"


def test_a_students_file_may_import_one_beside_it(root):
    unit = Course.read(root).unit("other")
    (unit.folder / "helper.py").write_text("def three():\n    return 3\n")
    unit.stubs.write_text("from .helper import three\n\ndef affine_forward(x, w, b):\n    return three()\n")
    student = unit.student()
    assert student.failure is None
    assert student.call("affine_forward", (1, 2, 3)).value == 3


def test_a_students_file_is_read_again_each_time(root):
    unit = Course.read(root).unit("toy")
    for number in (1, 2):
        unit.stubs.write_text(f"def affine_forward(x, w, b):\n    return {number}\n")
        assert unit.student().call("affine_forward", (0, 0, 0)).value == number


def test_a_course_puts_nothing_on_pythons_path(root):
    before = list(sys.path)
    unit = Course.read(root).unit("toy")
    _ = unit.exercises, unit.mistakes, unit.student()
    assert sys.path == before
    assert "toy" not in sys.modules
    assert "test_toy" not in sys.modules
