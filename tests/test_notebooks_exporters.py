"""Grades out of nbgrader's gradebook: tables that stay tables, Canvas and Moodle."""

import csv

import pytest

pytest.importorskip("nbgrader", reason='nbgrader is missing: pip install "chainrule[jupyter]" installs it')

from nbgrader_course import AVERAGED, NbCourse

STUDENTS = {  # last name, first name, address
    "ada": ("Lovelace, Countess", 'Ada "the first"', "ada@example.org"),
    "bob": ("=1+1", "@SUM(A1)", "bob@example.org"),
    "cyd": ("Ünal\nNewline", None, None),
}
HERE = "autograder.notebooks.exporters"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    made = NbCourse.make(tmp_path_factory.mktemp("nb"))
    made.hand_in("ada", made.work())
    made.hand_in("bob", made.work(affine_backward=AVERAGED))
    made.autograde()
    with made.gradebook() as gradebook:
        for student, (last, first, email) in STUDENTS.items():
            gradebook.update_or_create_student(student, last_name=last, first_name=first, email=email)
        gradebook.find_grade("explain", "toy", "toy", "ada").manual_score = 3.5
        gradebook.find_grade("explain", "toy", "toy", "ada").needs_manual_grade = False
        gradebook.find_submission_notebook("toy", "toy", "ada").late_submission_penalty = 1.0
        gradebook.db.commit()
    return made


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_quotes_whatever_a_name_holds(course):
    course.nbgrader("export")  # it is the exporter that the configuration names
    rows = {row["student_id"]: row for row in table(course.root / "grades.csv")}
    assert rows.keys() == STUDENTS.keys()
    assert all(None not in row and len(row) == 11 for row in rows.values())
    ada = rows["ada"]
    assert (ada["last_name"], ada["first_name"]) == STUDENTS["ada"][:2]
    assert rows["bob"]["last_name"] == "'=1+1"  # no spreadsheet takes it for a formula
    assert rows["bob"]["first_name"] == "'@SUM(A1)"
    assert rows["cyd"]["last_name"] == "Ünal\nNewline"
    points = [float(ada[k]) for k in ("raw_score", "late_submission_penalty", "score", "max_score")]
    assert points == [11.5, 1.0, 10.5, 12.0]
    assert (rows["bob"]["score"], rows["cyd"]["score"], rows["cyd"]["timestamp"]) == ("5.0", "0.0", "")


def test_only_some_are_exported(course):
    course.nbgrader("export", "--to=some.csv", "--student=['ada']", "--assignment=['toy']")
    assert [row["student_id"] for row in table(course.root / "some.csv")] == ["ada"]
    course.nbgrader("export", "--to=none.csv", "--assignment=['other']")
    assert table(course.root / "none.csv") == []


def test_canvas_anew(course):
    done = course.nbgrader("export", f"--exporter={HERE}.Canvas")
    first, *rows = table(course.root / "canvas.csv")
    assert first["toy"] == "12"
    assert [(row["SIS Login ID"], row["toy"]) for row in rows] == [("ada", "10.5"), ("bob", "5")]
    assert "still to be graded by hand of bob" in done.stderr


def test_canvas_merged(course):
    book = course.root / "book.csv"
    book.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Toys (77)\n    Points Possible,,,,,24\n"
        '"Countess, Ada",1,,ada,A,\n"Other, Bob",2,,bob,A,1\n"Nobody, Else",3,,zed,A,2\n'
    )
    options = "--to=merged.csv", f"--Canvas.gradebook={book}", "--Canvas.column=Toys"
    course.nbgrader("export", f"--exporter={HERE}.Canvas", *options)
    found = {row["SIS Login ID"]: row["Toys (77)"] for row in table(course.root / "merged.csv")}
    assert found == {"": "24", "ada": "21", "bob": "10", "zed": "2"}


def test_moodle_merged(course):
    sheet = course.root / "sheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Grade,Maximum Grade,Grade can be changed,Feedback comments\n"
        "Participant 1,Ada,ada@example.org,,12.00,Yes,\nParticipant 2,Bob,bob@example.org,,12.00,Yes,\n"
    )
    course.nbgrader("export", f"--exporter={HERE}.Moodle", f"--Moodle.gradebook={sheet}")
    found = {row["Identifier"]: row["Grade"] for row in table(course.root / "moodle.csv")}
    assert found == {"Participant 1": "10.5", "Participant 2": "5"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--assignment=['nothing']"], "There is: toy."),
        (["--assignment=['toy', 'other']"], "Name one assignment"),
        (["--Canvas.gradebook=/does/not/exist.csv"], "cannot be read"),
        (["--student=['cyd']"], "Nobody has a grade for toy yet"),
        (["--to=/does/not/exist/canvas.csv"], ""),
    ],
)
def test_clear_errors(course, options, said):
    done = course.nbgrader("export", f"--exporter={HERE}.Canvas", *options, expect=None)
    if said:
        assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
