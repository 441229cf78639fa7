"""Grades for other programs: in their own formats, matched to the right student, with nothing unseen given away."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import class_records as synthetic
import pytest
from class_records import MARK, NAMES, NUMBER, case, exercise, make_class, record, unit, unseen_failures, with_marks

from autograder.classroom import exports
from autograder.classroom.exports import ExportError
from autograder.classroom.plain import cell, legible
from autograder.classroom.records import safe_name
from autograder.classroom.statistics import Class


def course_of(records, title="Chainrule"):
    class_ = Class(synthetic.course(title))
    for one in records:
        class_.add(one)
    return class_


def write(how, folder, records, title="Chainrule", **more):
    records = list(records)
    return how(folder, course_of(records, title), lambda: iter(records), **more)


def write_junit(folder, class_, records):
    return exports.write_junit(folder, class_, map(exports.junit_suite, records()))


def table(path, delimiter=","):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter, strict=True))


def scored(student, earned, of=40, **identity):
    """A student with so many points."""
    outcomes = [exercise("conv.output_size", [], points=earned)]
    if of > earned:
        outcomes.append(exercise("conv.conv2d_forward", [], "failed", points=of - earned))
    return record(student, [unit("conv", outcomes)], identity=identity)


def save(folder, text, name="downloaded.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# The table of everything


def test_the_table_has_a_row_for_each_student_and_a_column_for_each_exercise(tmp_path):
    records = list(make_class(30))
    path = write(exports.write_grades_csv, tmp_path, records)
    header, *rows = table(path)
    assert len(rows) == 30
    assert {len(row) for row in rows} == {len(header)}
    assert len(header) == len(set(header)) == 8 + 4 + 19 + 4
    for one, row in zip(records, rows, strict=True):
        found = dict(zip(header, row, strict=True))
        assert found["student"] == one["student"]
        assert found["name"] == one["submission"]["identity"]["name"]
        assert float(found["earned"]) == one["earned"]
        assert found["late"] == ("yes" if one["submission"]["late"] else "no")
        for part in one["units"]:
            assert float(found[part["unit"]]) == part["earned"]
            assert found[f"{part['unit']} sha256"] == (part["file"]["sha256"] if part["file"] else "")
            for outcome in part["exercises"]:
                assert float(found[outcome["exercise"]]) == outcome["earned"]


def test_what_a_record_does_not_have_is_blank(tmp_path):
    other = record("b", [unit("lstm", [exercise("lstm.lstm_forward", [])])])
    header, first, second = table(
        write(
            exports.write_grades_csv,
            tmp_path,
            [
                scored("a", 1, 2),
                other,
            ],
        )
    )
    assert first[header.index("lstm.lstm_forward")] == first[header.index("lstm sha256")] == ""
    assert second[header.index("conv")] == ""
    assert first[header.index("percent")] == "50.0"


@pytest.mark.parametrize("name", NAMES)
def test_names_are_cells_and_never_formulas(tmp_path, name):
    one = record(name, [unit("conv", [exercise("conv.output_size", [])])], identity={"name": name}, name=name)
    path = write(exports.write_grades_csv, tmp_path, [one])
    header, row = table(path)
    assert len(row) == len(header)
    assert not row[0].startswith(("=", "+", "-", "@", "\t"))
    assert row[0].removeprefix("'") == legible(name)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "\n=1", "＝1", "\ufeff=1"])
def test_a_formula_is_defused(text):
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["a=1", "1", "", "'x", "ada@school.example", "…"])
def test_what_is_no_formula_stays(text):
    assert cell(text) == text


# Canvas

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Chainrule (771),Quiz (12),Current Score,Final Score
,,,,,Manual Posting,,,
    Points Possible,,,,,40,10,(read only),(read only)
"Lovelace, Ada",101,S1,ada,"Deep Learning, 1",,7,70,70
"Turing, Alan",102,S2,alan,"Deep Learning, 1",3,8,80,80
"Noether, Emmy",103,S3,emmy,"Deep Learning, 1",EX,9,90,90
"Gauß, Åsa",104,S4,asa,"Deep Learning, 1",,1,10,10
"Student, Test",105,,abc,"Deep Learning, 1",,,0,0
"""


def canvas(folder, records, text=CANVAS, title="Chainrule", **more):
    done = write(exports.write_canvas_csv, folder, records, title, gradebook=save(folder, text), **more)
    return done, table(done.path, ";" if ";" in text else ",")


def test_canvas_gets_points_and_everything_else_stays(tmp_path):
    before = list(csv.reader(io.StringIO(CANVAS)))
    done, after = canvas(tmp_path, [scored("x", 27, canvas_id="101"), scored("alan", 12.5), scored("S3", 40)])
    assert [row[5] for row in after] == ["Chainrule (771)", "Manual Posting", "40", "27", "12.5", "EX", "", ""]
    assert [row[:5] + row[6:] for row in after] == [row[:5] + row[6:] for row in before]
    assert (done.filled, done.unmatched, done.without) == (3, (), ("Gauß, Åsa", "Student, Test"))
    assert done.remarks == (
        "canvas.csv: excused in Canvas (EX), and left so: Noether, Emmy.",
        "canvas.csv: nothing was handed in by Gauß, Åsa; Student, Test. Their points are as they were.",
    )


def test_canvas_indents_its_points_possible_and_so_do_we(tmp_path):
    canvas(tmp_path, [scored("ada", 1)])
    assert "\n    Points Possible,,,,,40,10," in (tmp_path / "canvas.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("student", "name"),
    [("ada", ""), ("lovelaceada", ""), ("x", "Ada Lovelace"), ("x", "lovelace, ada"), ("S1", ""), ("adalovelace", "")],
)
def test_canvas_knows_a_student_by_login_or_name(tmp_path, student, name):
    _, after = canvas(tmp_path, [scored(student, 9, **({"name": name} if name else {}))])
    assert after[3][5] == "9"


def test_canvas_knows_accents(tmp_path):
    assert canvas(tmp_path, [scored("x", 9, name="Asa Gauss")])[1][6][5] == "9"


def test_a_number_is_surer_than_a_name(tmp_path):
    """Ada's hand-in carries Alan's name: the number in Canvas decides."""
    _, after = canvas(tmp_path, [scored("x", 9, name="Alan Turing", canvas_id="101"), scored("alan", 3)])
    assert (after[3][5], after[4][5]) == ("9", "3")


def test_two_of_one_name_are_not_guessed(tmp_path):
    text = CANVAS + '"Lovelace, Ada",106,S6,ada2,"Deep Learning, 1",,,,\n'
    done, after = canvas(tmp_path, [scored("x", 9, name="Ada Lovelace")], text)
    assert done.unmatched == ("x",)
    assert after[3][5] == after[-1][5] == ""
    done, _ = canvas(tmp_path, [scored("x", 9, name="Alan Turing"), scored("y", 8, name="Alan Turing")])
    assert done.unmatched == ("x", "y")


def test_who_is_not_in_canvas_is_listed(tmp_path):
    done, _ = canvas(tmp_path, [scored("ada", 1), scored("stranger", 2), scored("=1+1", 3)])
    assert done.unmatched == ("stranger", "=1+1")
    assert "canvas.csv: no row was found for stranger; =1+1. Enter their points by hand." in done.remarks
    assert done.filled == 1


def test_points_are_scaled_to_what_canvas_has(tmp_path):
    done, after = canvas(tmp_path, [scored("ada", 20), scored("alan", 1)], CANVAS.replace(",40,10,", ",100,10,"))
    assert [row[5] for row in after[2:5]] == ["100", "50", "2.5"]
    assert done.remarks[0] == "canvas.csv: points were scaled from 40 to 100, as Canvas has it."


def test_an_assignment_that_canvas_does_not_have_becomes_a_column(tmp_path):
    done, after = canvas(tmp_path, [scored("ada", 20)], assignment="Project (2026)")
    assert after[0][-1] == "Project [2026]"  # Canvas takes a number in round brackets for an assignment's own
    assert [row[-1] for row in after[1:]] == ["", "40", "20", "", "", "", ""]
    assert {len(row) for row in after} == {10}
    assert "no assignment" in done.remarks[0]


def test_an_assignment_is_named_with_its_number_where_there_are_two(tmp_path):
    text = CANVAS.replace("Quiz (12)", "Chainrule (12)")
    with pytest.raises(ExportError, match=r"several assignments .*Chainrule \(771\)"):
        canvas(tmp_path, [scored("ada", 20)], text)
    assert canvas(tmp_path, [scored("ada", 5)], text, assignment="Chainrule (12)")[1][3][5:7] == ["", "1.25"]


def test_a_canvas_file_with_semicolons_and_a_mark(tmp_path):
    text = "\ufeff" + CANVAS.replace(",", ";").replace("Deep Learning; 1", "DL").replace("; Ada", ", Ada")
    done, after = canvas(tmp_path, [scored("ada", 20)], text)
    assert after[3][5] == "20"
    assert done.path.read_bytes().startswith(b"\xef\xbb\xbfStudent;")


def test_line_ends_stay(tmp_path):
    done, _ = canvas(tmp_path, [scored("ada", 20)], CANVAS.replace("\n", "\r\n"))
    raw = done.path.read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == 8


@pytest.mark.parametrize(
    ("text", "said"), [("", "is empty"), ("a,b\n1,2\n", 'no column "Student"'), ('a,"b\n', "not a CSV")]
)
def test_what_is_no_gradebook_is_refused(tmp_path, text, said):
    with pytest.raises(ExportError, match=said):
        canvas(tmp_path, [scored("ada", 1)], text)


def test_a_gradebook_that_cannot_be_read_is_refused(tmp_path):
    for path in (tmp_path / "nowhere.csv", save(tmp_path, "Student,é", encoding="latin-1")):
        with pytest.raises(ExportError, match="cannot be read"):
            write(exports.write_canvas_csv, tmp_path, [scored("ada", 1)], gradebook=path)


def test_without_a_gradebook_canvas_gets_a_table_it_can_import(tmp_path):
    done = write(
        exports.write_canvas_csv, tmp_path, [scored("ada", 27), scored("x", 1, canvas_id="9", name="Alan Turing")]
    )
    header, possible, *rows = table(done.path)
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Chainrule"]
    assert possible == ["    Points Possible", "", "", "", "", "40"]
    assert rows == [["ada", "", "", "ada", "", "27"], ["Alan Turing", "9", "", "", "", "1"]]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_a_new_canvas_table_are_no_formulas(tmp_path, name):
    done = write(exports.write_canvas_csv, tmp_path, [scored(name, 1)], title=name)
    rows = table(done.path)
    assert {len(row) for row in rows} == {6}
    assert not re.match(r"[=+\-@\t]", rows[2][0] + rows[2][3])
    assert not re.match(r"[=+\-@\t]", rows[0][5])


# Moodle

MOODLE = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 501","Ada Lovelace",ada@school.example,"Submitted for grading",,40.00,Yes,"Friday, 20 November 2026, 4:12 PM",-,
"Participant 502","Alan Turing",alan@school.example,"Submitted for grading",3.00,40.00,Yes,-,"Friday, 6 November 2026, 4:12 PM","<p>Nice.</p>"
"Participant 503","Emmy Noether",emmy@school.example,"No submission",,40.00,Yes,-,-,
"Participant 504","Sofia Kovalevskaya",sofia@school.example,"Submitted for grading",31.00,40.00,No,-,-,
"""  # noqa: E501


def moodle(folder, records, text=MOODLE):
    done = write(exports.write_moodle_csv, folder, records, worksheet=save(folder, text))
    return done, table(done.path)


def test_moodle_gets_points_and_feedback_and_everything_else_stays(tmp_path):
    before = list(csv.reader(io.StringIO(MOODLE)))
    done, after = moodle(tmp_path, [scored("x", 27, moodle_id="501"), scored("alan@school.example", 12.5)])
    assert [row[4] for row in after] == ["Grade", "27", "12.5", "", "31.00"]
    assert after[1][9].startswith('<div class="chainrule"><p><b>27 of 40 points.</b></p>')
    assert after[2][9].startswith('<p>Nice.</p><div class="chainrule">')
    assert [row[:4] + row[5:9] for row in after] == [row[:4] + row[5:9] for row in before]
    assert (done.filled, done.unmatched, done.without) == (2, (), ("Emmy Noether",))
    assert done.remarks[0] == "moodle.csv: 1 locked in Moodle, and left as they were."


@pytest.mark.parametrize(
    ("student", "identity"),
    [("x", {"moodle_id": "501"}), ("ADA@school.example", {}), ("ada", {}), ("x", {"name": "Ada Lovelace"}),
     ("Ada Lovelace", {}), ("x", {"email": "ada@school.example"})],
)  # fmt: skip
def test_moodle_knows_a_student_by_number_mail_or_name(tmp_path, student, identity):
    assert moodle(tmp_path, [scored(student, 9, **identity)])[1][1][4] == "9"


def test_a_number_within_a_number_is_another_student(tmp_path):
    done, _ = moodle(tmp_path, [scored("x", 9, moodle_id="50"), scored("y", 9, moodle_id="01")])
    assert done.unmatched == ("x", "y")


def test_a_locked_grade_is_not_touched(tmp_path):
    done, after = moodle(tmp_path, [scored("sofia", 9)])
    assert after[4][4] == "31.00"
    assert done.unmatched == ("sofia",)


def test_points_are_scaled_to_moodles_maximum_with_its_decimal_comma(tmp_path):
    done, after = moodle(tmp_path, [scored("ada", 27)], MOODLE.replace("40.00", '"100,00"'))
    assert after[1][4] == "67,5"
    assert "moodle.csv: points were scaled from 40 to 100, as Moodle has it." in done.remarks


def test_feedback_is_not_told_twice(tmp_path):
    moodle(tmp_path, [scored("alan", 1)])
    once = (tmp_path / "moodle.csv").read_text(encoding="utf-8")
    _, after = moodle(tmp_path, [scored("alan", 2)], once)
    assert after[2][9].count("<div") == 1
    assert "2 of 40 points" in after[2][9]
    assert after[2][9].startswith("<p>Nice.</p>")


def test_a_worksheet_without_feedback_gets_points_alone(tmp_path):
    text = "\n".join(line.rpartition(",")[0] for line in MOODLE.splitlines()) + "\n"
    done, after = moodle(tmp_path, [scored("ada", 5)], text)
    assert after[1][4] == "5"
    assert any("no column for feedback" in remark for remark in done.remarks)


@pytest.mark.parametrize(
    ("text", "said"),
    [(MOODLE.replace("Identifier", "Identifikator"), 'no column "Identifier".*English'),
     (MOODLE.replace('"Maximum Grade"', "Scale"), "uses a scale")],
)  # fmt: skip
def test_a_worksheet_that_cannot_be_filled_in_is_refused(tmp_path, text, said):
    with pytest.raises(ExportError, match=said):
        moodle(tmp_path, [scored("ada", 1)], text)


def test_without_a_worksheet_moodle_gets_one_for_those_it_knows(tmp_path):
    done = write(exports.write_moodle_csv, tmp_path, [scored("ada", 5, moodle_id="7"), scored("alan", 6)])
    header, row = table(done.path)
    assert header == next(csv.reader(io.StringIO(MOODLE)))
    assert row[:9] == ["Participant 7", "ada", "", "", "5", "40", "Yes", "-", "-"]
    assert done.unmatched == ("alan",)


@pytest.mark.parametrize("name", NAMES)
def test_feedback_is_html_in_which_names_are_text(tmp_path, name):
    seen = case(name, "failed", sentence=name, hint=name, details=(name,))
    part = unit("conv", [exercise("conv.output_size", [seen], "failed")]) | {"title": name}
    _, after = moodle(tmp_path, [record("ada", [part], late=True)])
    parsed = ET.fromstring(after[1][9])
    assert {element.tag for element in parsed.iter()} == {"div", "p", "b", "ul", "li", "code"}


# Gradescope: what its documentation names, https://gradescope-autograders.readthedocs.io/en/latest/specs/

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
RESULTS = {
    "score": float, "execution_time": float, "output": str, "output_format": FORMATS, "test_output_format": FORMATS,
    "test_name_format": FORMATS, "visibility": VISIBILITY, "stdout_visibility": VISIBILITY, "extra_data": dict,
    "tests": list, "leaderboard": list,
}  # fmt: skip
TEST = {
    "score": float, "max_score": float, "status": {"passed", "failed"}, "name": str, "name_format": FORMATS,
    "number": str, "output": str, "output_format": FORMATS, "tags": list, "visibility": VISIBILITY, "extra_data": dict,
}  # fmt: skip


def check(data, fields):
    for name, found in data.items():
        wanted = fields[name]
        if wanted is float:
            assert isinstance(found, (int, float)), name
        elif isinstance(wanted, set):
            assert found in wanted, name
        else:
            assert isinstance(found, wanted), name


@pytest.mark.parametrize("one", [*make_class(20), unseen_failures(), record("a", [])], ids=lambda one: one["student"])
def test_results_are_what_gradescope_documents(tmp_path, one):
    path = exports.write_gradescope(one, tmp_path)
    assert path == tmp_path / "gradescope" / f"{safe_name(one['student'])}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    check(data, RESULTS)
    for test in data["tests"]:
        check(test, TEST)
        assert 0 <= test["score"] <= test["max_score"]
        assert test["status"] == ("passed" if test["score"] else "failed")
        assert all(isinstance(tag, str) for tag in test["tags"])
    assert data["score"] == one["earned"] == sum(test["score"] for test in data["tests"])
    assert len({test["number"] for test in data["tests"]}) == len(data["tests"])


def test_nothing_is_hidden_in_results_since_that_hides_the_total():
    data = exports.gradescope_results(unseen_failures())
    assert {data["visibility"], *(test["visibility"] for test in data["tests"])} == {"visible"}
    assert data["stdout_visibility"] == "hidden"


def test_a_gradescope_test_says_what_a_student_can_use():
    place = synthetic.Place("conv.py", 7, "output_size", "x = 1")
    seen = case("a", "failed", sentence="It stopped.", hint="Try this.", details=("A detail.",), places=(place,))
    one = record(
        "a", [unit("conv", [exercise("conv.output_size", [seen], "failed")], remarks=["x was left out."])], late=True
    )
    data = exports.gradescope_results(one)
    assert data["output"] == "0 of 1 points.\nHanded in late.\nconv: x was left out."
    (test,) = data["tests"]
    assert test["name"] == "conv.output_size: wrong"
    said = "It stopped.\nTry this.\n  A detail.\n  conv.py, line 7, in output_size\n      x = 1\nSeen in: a."
    assert test["output"] == said


def test_staff_read_of_unseen_cases_what_students_do_not():
    lines = list(exports.for_staff(with_marks(unseen_failures())))
    assert len([line for line in lines if MARK in line]) == 8
    assert synthetic.TIER in lines[1]
    assert "conv.conv2d_forward ended its own process (exit status 42)." in lines
    assert not any("\n" in line for line in lines)


# JUnit: after junit-10.xsd of https://github.com/jenkinsci/xunit-plugin

TEXT = {"failure": {"type", "message"}, "error": {"type", "message"}, "skipped": {"type", "message"}}
ATTRIBUTES = TEXT | {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    "testcase": {"name", "time", "classname", "group"},
    "properties": set(),
    "property": {"name", "value"},
}
NEEDED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}, "property": {"name", "value"}}
INSIDE = {"testsuites": {"testsuite"}, "testsuite": {"properties", "testcase"}, "testcase": set(TEXT),
          "properties": {"property"}}  # fmt: skip


def junit(folder, records, title="Chainrule"):
    root = ET.fromstring(write(write_junit, folder, records, title).read_bytes())
    for element in root.iter():
        assert NEEDED.get(element.tag, set()) <= set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= INSIDE.get(element.tag, set())
        if time := element.get("time"):
            assert re.fullmatch(r"\d+\.\d{3}", time)
    return root


def test_junit_has_a_suite_for_each_student_and_a_test_for_each_exercise(tmp_path):
    records = list(make_class(20))
    root = junit(tmp_path, records)
    assert [suite.get("name") for suite in root] == [one["student"] for one in records]
    for suite, one in zip(root, records, strict=True):
        statuses = [e["status"] for part in one["units"] for e in part["exercises"]]
        assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(statuses)
        assert int(suite.get("failures")) == len(suite.findall(".//failure")) == statuses.count("failed")
        assert int(suite.get("errors")) == len(suite.findall(".//error")) == statuses.count("grader error")
        skipped = statuses.count("blocked") + statuses.count("not started") + statuses.count("not assessed")
        assert int(suite.get("skipped")) == len(suite.findall(".//skipped")) == skipped
        assert suite.find(".//property[@name='earned']").get("value") == f"{one['earned']:g}"
    names = [(test.get("classname"), test.get("name")) for test in root.iter("testcase")]
    assert len(names) == len(set(names))


def test_a_junit_failure_says_which_idea(tmp_path):
    seen = case("a", "failed", sentence="dx still has its padding.", hint="Crop it.")
    root = junit(tmp_path, [record("ada.l", [unit("conv", [exercise("conv.output_size", [seen], "failed")])])])
    (test,) = root.iter("testcase")
    assert (test.get("classname"), test.get("name")) == ("ada.l.conv", "output_size")
    assert test.find("failure").get("message") == "dx still has its padding."
    assert "Crop it." in test.find("failure").text


@pytest.mark.parametrize("name", NAMES)
def test_junit_is_xml_whatever_names_hold(tmp_path, name):
    seen = case(name, "failed", sentence=name, hint=name, details=(name,))
    one = record(name, [unit("conv", [exercise("conv.output_size", [seen], "failed")])])
    root = junit(tmp_path, [one], title=name)
    assert root.get("name") == root[0].get("name") == legible(name)


# Unseen cases


def all_of(folder, one):
    """All that students may get to see, but for the page."""
    write(exports.write_grades_csv, folder, [one])
    write(exports.write_canvas_csv, folder, [one], gradebook=save(folder, CANVAS, "c"))
    write(exports.write_moodle_csv, folder, [one], worksheet=save(folder, MOODLE, "m"))
    write(write_junit, folder, [one])
    exports.write_gradescope(one, folder)
    made = [*folder.glob("*.csv"), *folder.glob("*.xml"), *folder.glob("gradescope/*")]
    return {path.name: path.read_text(encoding="utf-8-sig") for path in made}


@pytest.mark.parametrize("known", [False, True])
def test_no_export_gives_unseen_cases_away(tmp_path, known):
    texts = all_of(tmp_path, with_marks(unseen_failures(), known))
    assert texts.keys() == {"grades.csv", "canvas.csv", "moodle.csv", "junit.xml", "ada.json"}
    for name, text in texts.items():
        assert MARK not in text, name
        assert str(NUMBER) not in text, name
        assert "Exited" not in text
    for name in ("moodle.csv", "junit.xml", "ada.json"):
        assert ("Crop it." in texts[name]) == known
        assert "3 that are not shown to you are not." in texts[name]


def test_marks_in_what_may_be_seen_are_found(tmp_path):
    """The test above would notice."""
    seen = case(MARK, "failed", sentence=MARK)
    texts = all_of(tmp_path, record("ada", [unit("conv", [exercise("conv.output_size", [seen], "failed")])]))
    assert {name for name, text in texts.items() if MARK in text} == {"moodle.csv", "junit.xml", "ada.json"}
