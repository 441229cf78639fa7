"""The folder of a class, in every form that platforms give it: whose submissions it holds."""

import hashlib
import json
import os
import unicodedata

import pytest
from handed_in import CODE, OTHER, UNITS, alone, notebook, plant, students, tarred, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.classroom.submissions import SubmissionsError, digest, find, read


def test_a_folder_or_archive_for_each_student(tmp_path):
    plant(
        tmp_path,
        {
            "ada/conv.py": CODE,
            "bob/exercises/conv/conv.py": CODE,
            "cleo/cleo's work/conv.py": CODE,
            "dan.zip": zipped({"conv.py": CODE}),
            "eve.tar.gz": tarred({"./conv.py": CODE}),
            "fay.tgz": tarred({"hand-in/exercises/conv/conv.py": CODE}),
            "gus.zip": zipped({"gus/exercises/conv/conv.py": CODE}),
            "ivy": None,
            ".DS_Store": b"",
            "__MACOSX/x": b"",
        },
    )
    said = []
    found = find(tmp_path, UNITS, said.append)
    assert students(found) == ["ada", "bob", "cleo", "dan", "eve", "fay", "gus", "ivy"]
    assert said == []
    for submission in found[:-1]:
        works, remarks = read(submission, UNITS)
        assert (works["conv"].kind, works["conv"].cells, works["conv"].remarks) == ("file", (CODE,), ())
        assert works["conv"].sha256 == hashlib.sha256(CODE).hexdigest()
        assert works["conv"].size == len(CODE)
        assert works["lstm"].kind == "missing"
        assert works["lstm"].remarks[0].startswith("There is no lstm.py and no lstm.ipynb in what you handed in")
        assert remarks == []
    assert read(found[1], UNITS)[0]["conv"].name == "exercises/conv/conv.py"
    assert {work.kind for work in read(found[-1], UNITS)[0].values()} == {"missing"}


CANVAS = {
    "lovelaceada_12345_67890_conv.py": CODE,
    "lovelaceada_12345_67891_lstm-2.py": OTHER,
    "hopper_grace_LATE_222_68000_conv.ipynb": notebook("x = 1"),
    "zhangwei_333_68001_work.zip": zipped({"work/exercises/conv/conv.py": CODE}),
    "zhangwei_444_68002_conv-1.py": OTHER,
    "李雷_555_68003_conv.py": CODE,
    "LATE_anon_Ab1Cd_68004_conv.py": CODE,
    "anon_xY9zQ_68005_lstm.py": CODE,
    "writerann_666_text.html": b"<p>my answer</p>",
}


def check_canvas(found):
    by_id = {s.identity["canvas_id"]: s for s in found}
    assert set(by_id) == {"12345", "222", "333", "444", "555", "anon_Ab1Cd", "anon_xY9zQ", "666"}
    assert by_id["12345"].student == "lovelaceada_12345"
    assert by_id["12345"].identity == {"canvas_id": "12345", "name": "lovelaceada"}
    assert by_id["12345"].attempt == "2"
    assert by_id["222"].identity["name"] == "hopper_grace"
    assert {id for id, s in by_id.items() if s.late} == {"222", "anon_Ab1Cd"}
    works, remarks = read(by_id["12345"], UNITS)
    assert (works["conv"].name, works["conv"].cells) == ("conv.py", (CODE,))
    assert (works["lstm"].name, works["lstm"].cells) == ("lstm-2.py", (OTHER,))
    assert remarks == []
    assert read(by_id["222"], UNITS)[0]["conv"].cells == (b"x = 1",)
    assert read(by_id["333"], UNITS)[0]["conv"].cells == (CODE,)
    assert read(by_id["444"], UNITS)[0]["conv"].cells == (OTHER,)
    assert read(by_id["555"], UNITS)[0]["conv"].cells == (CODE,)
    assert read(by_id["anon_xY9zQ"], UNITS)[0]["lstm"].cells == (CODE,)
    written = read(by_id["666"], UNITS)[0]["conv"]
    assert written.kind == "missing"
    assert "There is: text.html." in written.remarks[0]


def test_what_canvas_downloads(tmp_path):
    check_canvas(find(plant(tmp_path, CANVAS), UNITS))


def test_what_canvas_downloads_as_the_one_zip_that_it_is(tmp_path):
    plant(tmp_path, {"class/submissions.zip": zipped(CANVAS)})
    check_canvas(find(tmp_path / "class", UNITS))
    check_canvas(find(tmp_path / "class/submissions.zip", UNITS))


def test_a_download_in_a_folder_of_its_own(tmp_path):
    check_canvas(find(plant(tmp_path, {f"submissions/{name}": data for name, data in CANVAS.items()}), UNITS))


def test_two_canvas_downloads_in_one_folder(tmp_path):
    """The later upload counts, whatever the names are, and says whether it is late."""
    names = {
        "lovelaceada_1_20_conv.py": CODE,
        "lovelaceada_LATE_1_30_conv.py": OTHER,
        "lovelaceada_1_25_conv-3.py": CODE,
    }
    (submission,) = find(plant(tmp_path, names), UNITS)
    assert submission.late
    work = read(submission, UNITS)[0]["conv"]
    assert work.cells == (OTHER,)
    assert work.remarks == ("Handed in more than once. conv.py is graded, and not conv-3.py, conv.py.",)


def test_of_two_archives_in_canvas_the_later_counts(tmp_path):
    plant(
        tmp_path,
        {
            "lovelaceada_1_20_work.zip": zipped({"conv.py": CODE, "lstm.py": CODE}),
            "lovelaceada_1_30_work-1.zip": zipped({"conv.py": OTHER}),
        },
    )
    (submission,) = find(tmp_path, UNITS)
    works, remarks = read(submission, UNITS)
    assert works["conv"].cells == (OTHER,)
    assert works["lstm"].kind == "missing"
    assert remarks == ["You handed in more than once. work-1.zip counts, work.zip does not."]


def test_an_archive_for_each_unit_is_one_submission(tmp_path):
    names = {
        "lovelaceada_1_20_conv.zip": zipped({"conv.py": CODE}),
        "lovelaceada_1_21_lstm.zip": zipped({"lstm.py": OTHER}),
    }
    (submission,) = find(plant(tmp_path, names), UNITS)
    works, remarks = read(submission, UNITS)
    assert (works["conv"].name, works["lstm"].name) == ("conv.zip/conv.py", "lstm.zip/lstm.py")
    assert (works["conv"].cells, works["lstm"].cells, remarks) == ((CODE,), (OTHER,), [])


def test_files_and_archives_of_one_student_in_moodle(tmp_path):
    folder = "Ada Lovelace_7_assignsubmission_file_"
    files = {f"{folder}/conv.py": CODE, f"{folder}/lstm.zip": zipped({"lstm.py": OTHER}), f"{folder}/sub/x.zip": b""}
    (submission,) = find(plant(tmp_path, files), UNITS)
    works, remarks = read(submission, UNITS)
    assert (works["conv"].cells, works["lstm"].cells) == ((CODE,), (OTHER,))
    assert remarks == ["sub/x.zip was not read: archives inside of what you hand in are not unpacked."]


MOODLE = {
    "Ada Lovelace_1234567_assignsubmission_file_/conv.py": CODE,
    "Ada Lovelace_1234567_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
    "Grace Hopper_1234568_assignsubmission_file/work.zip": zipped({"exercises/conv/conv.py": CODE}),
    "Wei Zhang_1_assignsubmission_file_conv.py": CODE,
    "Wei Zhang_1_assignsubmission_file_lstm.py": OTHER,
    "Wei Zhang_2_assignsubmission_file_conv.py": OTHER,
    "Participant 77_77_assignsubmission_file_/deep/conv (1).py": CODE,
}


def check_moodle(found):
    by_id = {s.identity["moodle_id"]: s for s in found}
    assert set(by_id) == {"1234567", "1234568", "1", "2", "77"}
    assert by_id["1234567"].student == "Ada Lovelace_1234567"
    assert by_id["1234567"].identity == {"moodle_id": "1234567", "name": "Ada Lovelace"}
    for id, expected in {"1234567": CODE, "1234568": CODE, "1": CODE, "2": OTHER, "77": CODE}.items():
        works, remarks = read(by_id[id], UNITS)
        assert works["conv"].cells == (expected,)
        assert remarks == []
    assert read(by_id["1"], UNITS)[0]["lstm"].cells == (OTHER,)


def test_what_moodle_downloads(tmp_path):
    check_moodle(find(plant(tmp_path, MOODLE), UNITS))


def test_what_moodle_downloads_as_the_one_zip_that_it_is(tmp_path):
    check_moodle(find(plant(tmp_path, {"download.zip": zipped(MOODLE)}), UNITS))


NBGRADER = {
    "submitted/ada/ps1/conv.ipynb": notebook("x = 1"),
    "submitted/ada/ps1/timestamp.txt": b"2026-11-02 15:58:23.948203 UTC",
    "submitted/ada/ps2/lstm.ipynb": notebook("y = 1"),
    "submitted/ada/ps2/timestamp.txt": b"2026-11-09 08:00:00.000001 UTC\n",
    "submitted/bob/ps1/conv.ipynb": notebook("x = 2"),
    "submitted/bob/ps1/timestamp.txt": b"<script>",
}


@pytest.mark.parametrize("inside", ["", "submitted"])
def test_nbgraders_tree(tmp_path, inside):
    plant(tmp_path, {**NBGRADER, "nbgrader_config.py": b"", "source/ps1/conv.ipynb": notebook("answer = 42")})
    ada, bob = find(tmp_path / inside, UNITS)
    assert (ada.student, ada.attempt) == ("ada", "2026-11-09 08:00:00.000001 UTC")
    assert (bob.student, bob.attempt) == ("bob", "")
    works, remarks = read(ada, UNITS)
    assert (works["conv"].kind, works["conv"].name, works["conv"].cells) == ("notebook", "ps1/conv.ipynb", (b"x = 1",))
    assert works["lstm"].cells == (b"y = 1",)
    assert remarks == []


def test_all_kinds_side_by_side_and_what_is_none_is_told(tmp_path):
    plant(tmp_path, {**CANVAS, **MOODLE, "ann/conv.py": CODE, "ben.zip": zipped({"conv.py": CODE})})
    plant(tmp_path, {"grades.csv": b"", "notes.txt": b"", "old.rar": b"Rar!"})
    (tmp_path / "linked").symlink_to(tmp_path / "ann")
    os.mkfifo(tmp_path / "pipe.zip")
    said = []
    found = find(tmp_path, UNITS, said.append)
    check_canvas([s for s in found if "canvas_id" in s.identity])
    check_moodle([s for s in found if "moodle_id" in s.identity])
    assert [s.student for s in found if not s.identity] == ["ann", "ben", "old"]
    assert said == ["No submission, so not graded: grades.csv, linked, notes.txt, pipe.zip."]
    works, remarks = read(next(s for s in found if s.student == "old"), UNITS)
    assert works["conv"].problem == "not an archive"
    assert remarks == ["old.rar is no archive that can be read. Hand in a .zip or a .tar.gz."]


def test_the_latest_of_a_students_attempts_counts(tmp_path):
    archive = zipped({"conv.py": CODE})
    plant(
        tmp_path,
        {"ada.zip": archive, "Ada-2.zip": zipped({"conv.py": OTHER}), "ada (1).tar.gz": tarred({"conv.py": CODE})},
    )
    plant(tmp_path, {"bob/conv.py": OTHER, "bob.zip": archive, "cleo_LATE.zip": archive})
    said = []
    ada, bob, cleo = find(tmp_path, UNITS, said.append)
    assert (ada.student, ada.attempt, ada.path.name) == ("Ada", "2", "Ada-2.zip")
    works, remarks = read(ada, UNITS)
    assert works["conv"].cells == (OTHER,)
    assert remarks == [
        "You handed in more than once. Ada-2.zip counts, ada.zip does not.",
        "You handed in more than once. Ada-2.zip counts, ada (1).tar.gz does not.",
    ]
    assert bob.path.name == "bob"
    assert (cleo.student, cleo.late) == ("cleo", True)
    assert len(said) == 3


def test_students_who_are_numbered_are_not_one_student(tmp_path):
    plant(tmp_path, {f"student-{n}.zip": zipped({"conv.py": CODE}) for n in range(1, 6)})
    assert len(find(tmp_path, UNITS)) == 5


def test_one_spelling_of_a_name(tmp_path):
    """macOS writes é as two characters; a copy from there is of the same student."""
    decomposed = unicodedata.normalize("NFD", "José")
    plant(tmp_path, {"JOSÉ/conv.py": CODE, f"{decomposed}.zip": zipped({"conv.py": OTHER})})
    (jose,) = find(tmp_path, UNITS)
    assert jose.student == "JOSÉ"
    works, _ = alone(tmp_path, {unicodedata.normalize("NFD", "Übung") + "/CONV.PY": CODE}, ["conv"])
    assert works["conv"].name == "Übung/CONV.PY"


def test_a_name_that_is_no_utf8(tmp_path):
    (tmp_path / os.fsdecode(b"J\xf6rg")).mkdir()
    (tmp_path / os.fsdecode(b"J\xfcrg")).mkdir()
    found = find(tmp_path, UNITS)
    assert students(found) == ["J\\xf6rg", "J\\xfcrg"]


def test_names_of_two_that_would_be_one(tmp_path):
    plant(tmp_path, {"lovelaceada_12/conv.py": CODE, "lovelaceada_12_34_conv.py": CODE})
    with pytest.raises(SubmissionsError, match="would both be graded as 'lovelaceada_12': rename one"):
        find(tmp_path, UNITS)


@pytest.mark.parametrize(
    ("files", "inside", "sentence"),
    [
        ({}, "nowhere", r"There is no .*nowhere\. Expected is a folder with one folder, \.zip or \.tar\.gz"),
        ({"file.py": CODE}, "file.py", r"file\.py is a file\. Expected"),
        ({"ada.zip": zipped({"conv.py": CODE})}, "ada.zip", r"ada\.zip is a file\. Expected"),
        ({}, ".", r"There are no submissions in .*: it is empty\. Expected"),
        ({"conv.py": CODE}, ".", r"only conv\.py\. It looks like one student's work: name the folder that it lies in"),
        ({"a.txt": b"", "b.csv": b""}, ".", r"only a\.txt, b\.csv\. Expected"),
        ({"exercises/conv/conv.py": CODE, "course.toml": b""}, ".", r"is a course or one student's copy of it"),
    ],
)
def test_what_is_no_class(tmp_path, files, inside, sentence):
    with pytest.raises(SubmissionsError, match=sentence):
        find(plant(tmp_path, files) / inside, UNITS)


def test_nobody_hands_in_for_somebody_else(tmp_path):
    """Names that Canvas and Moodle give count only where Canvas and Moodle give them."""
    forged = zipped({"lovelaceada_1_99_conv.py": OTHER, "Ada Lovelace_7_assignsubmission_file_/conv.py": OTHER})
    plant(tmp_path, {"mallory.zip": forged, "lovelaceada_1_20_conv.py": CODE})
    plant(tmp_path, {"mallory_2_98_lovelaceada_1_99_conv.py": OTHER})
    plant(tmp_path, {"mallory_2_97_Ada Lovelace_7_assignsubmission_file_conv.py": OTHER})
    found = find(tmp_path, UNITS)
    assert students(found) == ["lovelaceada_1", "mallory", "mallory_2"]
    assert read(found[0], UNITS)[0]["conv"].cells == (CODE,)


NAMES = st.text(st.characters(exclude_categories=(), exclude_characters="/\0"), min_size=1, max_size=30).filter(
    lambda name: name not in (".", "..")
)
PARTS = st.sampled_from(
    [
        "ada",
        "_",
        "LATE",
        "12",
        "345",
        "conv",
        ".py",
        ".zip",
        "-1",
        " (2)",
        "assignsubmission",
        "file",
        "anon",
        "é",
        "\u202e",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES | st.lists(PARTS, min_size=1, max_size=8).map("".join), min_size=1, max_size=6))
def test_any_names(tmp_path_factory, names):
    """Whatever things are called: there is a clear sentence, or every one is graded or told."""
    root = tmp_path_factory.mktemp("class")
    for number, name in enumerate(names):
        try:
            plant(root, {name: CODE} if number % 2 else {f"{name}/conv.py": CODE})
        except (OSError, UnicodeEncodeError):
            continue  # no such name can be in this file system
    said = []
    try:
        found = find(root, UNITS, said.append)
    except SubmissionsError as error:
        json.dumps(str(error))
        return
    assert len({s.student.casefold() for s in found}) == len(found)
    for submission in found:
        submission.student.encode()
        works, remarks = read(submission, UNITS)
        json.dumps([remarks, digest(submission, works, remarks)], ensure_ascii=False).encode()
        json.dumps([(w.name, w.remarks) for w in works.values()], ensure_ascii=False).encode()
