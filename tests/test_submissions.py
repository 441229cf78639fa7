"""What students hand in, in every form that a class's folder takes, and in every form that means harm."""

import ast
import gzip
import hashlib
import io
import json
import os
import random
import stat
import struct
import tarfile
import time
import tracemalloc
import unicodedata
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.classroom import submissions
from autograder.classroom.submissions import Submission, SubmissionsError, digest, find, read

UNITS = ["conv", "lstm"]
CODE = b"def conv2d_forward(x):\n    return x\n"
OTHER = b"def other():\n    pass\n"
KIT = {
    "course.toml": b"", "README.md": b"# Hello", "pytest.ini": b"", ".gitignore": b"", "LICENSE": b"",
    "exercises/conv/README.md": b"", "exercises/conv/test_conv.py": b"", "exercises/conv/hints.toml": b"",
    "exercises/conv/answers.zip": b"PK", "exercises/conv/pooling.svg": b"", "exercises/milestones/school.py": b"",
    "exercises/conv/__pycache__/conv.cpython-311.pyc": b"", "exercises/conv/__pycache__/numpy.py": b"",
    ".DS_Store": b"", "__MACOSX/._conv.py": b"", ".git/hooks/conftest.py": b"", "data/points.npy": b"",
    "Thumbs.db": b"", ".ipynb_checkpoints/conv.ipynb": b"{}", "venv/lib/site-packages/numpy/__init__.py": b"",
}  # fmt: skip


def plant(root, files):
    """Write files below a folder: bytes by path; None makes a folder."""
    for path, content in files.items():
        place = root / path
        if content is None:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    return root


def zipped(files, **how):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **how)
    return buffer.getvalue()


def tarred(files, mode="w:gz", format=tarfile.PAX_FORMAT):
    """A tar archive; a TarInfo in place of bytes is added as it is."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format) as archive:
        for name, content in files.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            if not isinstance(content, tarfile.TarInfo):
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return buffer.getvalue()


def special(name, type, **more):
    info = tarfile.TarInfo(name)
    info.type = type
    for key, value in more.items():
        setattr(info, key, value)
    return info


def notebook(*sources, **more):
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": s} for s in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}).encode()


def alone(tmp_path, files, units=UNITS):
    """What is read of one student's folder that holds these files."""
    return read(Submission("ada", plant(tmp_path / "ada", {"": None, **files})), units)


def packed(tmp_path, data, name="ada.zip", units=UNITS):
    """What is read of one student's archive."""
    plant(tmp_path, {name: data})
    return read(Submission("ada", tmp_path / name), units)


def students(found):
    return [submission.student for submission in found]


# The folder of a class


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


# What is taken, and what not


def test_what_a_kit_holds_is_passed_over_in_silence(tmp_path):
    works, remarks = alone(tmp_path, {**KIT, "exercises/conv/conv.py": CODE})
    assert works["conv"].cells == (CODE,)
    assert works["conv"].remarks == ()
    assert remarks == []
    for pack, name in ((zipped, "ada.zip"), (tarred, "ada.tgz")):
        works, remarks = packed(tmp_path, pack({**KIT, "exercises/conv/conv.py": CODE}), name)
        assert (works["conv"].cells, works["conv"].remarks, remarks) == ((CODE,), (), [])


REMARKED = {
    "conftest.py": "conftest.py was not read: Python or pytest would run it unasked.",
    "sub/sitecustomize.py": "sub/sitecustomize.py was not read: Python or pytest would run it unasked.",
    "evil.pth": "evil.pth was not read: Python or pytest would run it unasked.",
    ".pth": ".pth was not read: Python or pytest would run it unasked.",
    "numpy.py": "numpy.py was not read: it has the name of a module that Python or the course needs.",
    "Random.PY": "Random.PY was not read: it has the name of a module that Python or the course needs.",
    "json.cpython-311-x86_64-linux-gnu.so": "json.cpython-311-x86_64-linux-gnu.so was not read: it has the name",
    "torch/__init__.py": "torch/ was not read: it has the name of a module",
    "more.zip": "more.zip was not read: archives inside of what you hand in are not unpacked.",
    "more.tar.xz": "more.tar.xz was not read: archives inside of what you hand in are not unpacked.",
}


@pytest.mark.parametrize("pack", [None, zipped, tarred])
@pytest.mark.parametrize("name", REMARKED)
def test_what_means_harm_is_named_and_not_read(tmp_path, name, pack):
    files = {"conv.py": CODE, name: b"raise SystemExit"}
    works, remarks = packed(tmp_path, pack(files)) if pack else alone(tmp_path, files)
    assert works["conv"].cells == (CODE,)
    assert [r for r in remarks if "is really a" not in r] == [r for r in remarks if r.startswith(REMARKED[name])]
    assert len([r for r in remarks if "is really a" not in r]) == 1


def test_remarks_are_capped(tmp_path):
    _, remarks = alone(tmp_path, {f"{n:03}/conftest.py": b"" for n in range(300)})
    assert len(remarks) == 11
    assert remarks[-1] == "And 290 more were not read, for reasons like these."


def test_links_pipes_and_folders_in_a_folder(tmp_path):
    plant(tmp_path, {"secret.py": b"answers", "secrets/lstm.py": b"answers"})
    ada = plant(tmp_path / "ada", {"conv.py/x.txt": b""})
    (ada / "lstm.py").symlink_to(tmp_path / "secret.py")
    (ada / "all").symlink_to(tmp_path / "secrets")
    os.mkfifo(ada / "pipe")
    works, remarks = read(Submission("ada", ada), UNITS)
    assert (works["conv"].kind, works["conv"].problem, works["conv"].cells) == ("missing", "not a file", ())
    assert works["conv"].remarks == ("conv.py was not read: it is a folder, where a file was expected.",)
    assert (works["lstm"].kind, works["lstm"].problem) == ("missing", "not a file")
    assert works["lstm"].remarks == ("lstm.py was not read: it is a link, and links are not followed.",)
    assert remarks == [
        "all was not read: it is a link, and links are not followed.",
        "pipe was not read: it is no plain file.",
    ]


def test_a_pipe_blocks_nobody(tmp_path):
    ada = plant(tmp_path / "ada", {"": None})
    os.mkfifo(ada / "conv.py")
    os.mkfifo(tmp_path / "bob.zip")
    began = time.perf_counter()
    assert read(Submission("ada", ada), UNITS)[0]["conv"].problem == "not a file"
    assert read(Submission("bob", tmp_path / "bob.zip"), UNITS)[0]["conv"].kind == "missing"
    with pytest.raises(submissions.Unreadable):
        submissions.contents(ada / "conv.py", 10)
    assert time.perf_counter() - began < 1


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path, monkeypatch):
    plant(tmp_path, {"secret": b"answers"})
    (tmp_path / "conv.py").symlink_to(tmp_path / "secret")
    monkeypatch.setattr(submissions.os, "lstat", os.stat)
    with pytest.raises(submissions.Unreadable, match="it is a link"):
        submissions.contents(tmp_path / "conv.py", 10)


def test_a_file_that_becomes_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    plant(tmp_path, {"file": CODE})
    os.mkfifo(tmp_path / "conv.py")
    as_it_was = os.lstat(tmp_path / "file")
    monkeypatch.setattr(submissions.os, "lstat", lambda path: as_it_was)
    with pytest.raises(submissions.Unreadable, match="it is no plain file"):
        submissions.contents(tmp_path / "conv.py", 10)


def test_a_submission_that_is_a_link_or_gone(tmp_path):
    (tmp_path / "ada").symlink_to(plant(tmp_path / "other", {"conv.py": CODE}))
    works, remarks = read(Submission("ada", tmp_path / "ada"), UNITS)
    assert works["conv"].kind == "missing"
    assert remarks == ["ada was not read: it is a link, and links are not followed."]
    works, remarks = read(Submission("bob", tmp_path / "bob"), UNITS)
    assert works["conv"].kind == "missing"
    assert remarks == ["bob was not read: it may not be opened."]


def hostile_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("conv.py", CODE)
        archive.writestr("../../lstm.py", OTHER)
        archive.writestr("/etc/lstm.py", OTHER)
        archive.writestr("C:\\lstm.py", OTHER)
        archive.writestr("..\\lstm.py", OTHER)
        for name, mode in {"lstm.py": stat.S_IFLNK, "device": stat.S_IFCHR, "pipe": stat.S_IFIFO}.items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (mode | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def hostile_tar():
    return tarred(
        {
            "conv.py": CODE,
            "../../lstm.py": OTHER,
            "/etc/lstm.py": OTHER,
            "link": special("lstm.py", tarfile.SYMTYPE, linkname="/etc/passwd"),
            "hard": special("hard", tarfile.LNKTYPE, linkname="conv.py"),
            "device": special("device", tarfile.CHRTYPE),
            "pipe": special("pipe", tarfile.FIFOTYPE),
        }
    )


@pytest.mark.parametrize(("name", "data"), [("ada.zip", hostile_zip()), ("ada.tgz", hostile_tar())])
def test_paths_out_of_an_archive_and_what_is_no_file_in_it(tmp_path, name, data):
    works, remarks = packed(tmp_path, data, name)
    assert works["conv"].cells == (CODE,)
    assert works["lstm"].problem == "not a file"
    assert works["lstm"].remarks == ("lstm.py was not read: it is a link, and links are not followed.",)
    assert "../../lstm.py was not read: its path leads out of what you handed in." in remarks
    assert "/etc/lstm.py was not read: its path leads out of what you handed in." in remarks
    assert "device was not read: it is no plain file." in remarks
    assert "pipe was not read: it is no plain file." in remarks
    assert len(remarks) == (6 if name == "ada.zip" else 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_zip_with_a_password(tmp_path):
    data = bytearray(zipped({"conv.py": CODE, "notes.txt": b""}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(sign)
        data[at + offset] |= 1
    works, _ = packed(tmp_path, bytes(data))
    assert works["conv"].problem == "locked"
    assert works["conv"].remarks == ("conv.py was not read: it is protected by a password.",)


def test_a_zip_in_other_packing(tmp_path):
    works, _ = packed(tmp_path, zipped({"conv.py": CODE}, compress_type=zipfile.ZIP_LZMA))
    assert works["conv"].remarks == ("conv.py was not read: it is compressed in a way that is not supported.",)


def test_windows_paths_in_a_zip(tmp_path):
    works, remarks = packed(tmp_path, zipped({"hand-in\\exercises\\conv\\conv.py": CODE}))
    assert (works["conv"].cells, remarks) == ((CODE,), [])


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_long_and_foreign_names_in_tar(tmp_path, format, mode):
    deep = "/".join(["folder" * 5] * (6 if format == tarfile.USTAR_FORMAT else 12)) + "/conv.py"
    data = tarred({"big": bytes(3000), deep: CODE, "李雷/lstm.py": OTHER}, mode, format)
    works, remarks = packed(tmp_path, data, "ada.tar" if mode == "w" else "ada.tar.gz")
    assert (works["conv"].cells, works["lstm"].cells, remarks) == ((CODE,), (OTHER,), [])
    assert works["lstm"].name == "李雷/lstm.py"


def test_a_sparse_file_in_tar(tmp_path):
    """What is stored of it is not what it holds."""
    info = special("conv.py", tarfile.REGTYPE, pax_headers={"GNU.sparse.major": "1", "GNU.sparse.realsize": "9999"})
    works, _ = packed(tmp_path, tarred({"": info}), "ada.tgz")
    assert works["conv"].remarks == ("conv.py was not read: it is no plain file.",)


def test_the_folder_itself_in_an_archive(tmp_path):
    folder = special("./", tarfile.DIRTYPE)
    assert packed(tmp_path, tarred({"": folder, "./conv.py": CODE}), "ada.tgz")[0]["conv"].cells == (CODE,)
    assert packed(tmp_path, zipped({"./": b"", "./conv.py": CODE}))[0]["conv"].cells == (CODE,)


def test_the_parser_reads_tar_as_tarfile_does(tmp_path):
    files = {f"{'d' * (n % 120)}/{n}.txt": bytes(n * 37 % 2000) for n in range(1, 80)}
    for format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        data = tarred(files, "w", format)
        members = list(submissions.members_of_tar("x.tar", data, False, []))
        assert {m.name: m.read(10**6) for m in members} == files


@pytest.mark.parametrize(
    ("taken", "files"),
    [
        ("conv-2.py", {"conv.py": OTHER, "conv-1.py": OTHER, "conv-2.py": CODE}),
        ("conv (1).py", {"conv.py": OTHER, "conv (1).py": CODE}),
        ("conv-10.py", {"conv-9.py": OTHER, "conv-10.py": CODE}),
        ("conv.py", {"conv.py": CODE, "CONV.PY": OTHER}),
        ("conv.py", {"conv.py": CODE, "old/conv.py": OTHER}),
        ("exercises/conv/conv.py", {"exercises/conv/conv.py": CODE, "old/conv.py": OTHER, "backup/conv-4.py": OTHER}),
        ("w/exercises/conv/conv.py", {"w/exercises/conv/conv.py": CODE, "w/conv.py": OTHER}),
    ],
)
def test_which_of_several_files_is_graded(tmp_path, taken, files):
    for works, remarks in (alone(tmp_path, files), packed(tmp_path, zipped(files))):
        work = works["conv"]
        assert (work.name, work.cells, remarks) == (taken, (CODE,), [])
        assert work.remarks[0].startswith(f"Handed in more than once. {taken} is graded, and not ")
        assert all(name in work.remarks[0] for name in files)


def test_a_file_before_a_notebook(tmp_path):
    works, _ = alone(tmp_path, {"conv.py": CODE, "conv.ipynb": notebook("x")})
    assert works["conv"].cells == (CODE,)
    assert works["conv"].remarks == (
        "Both a file and a notebook were handed in. conv.py is graded, and not conv.ipynb.",
    )


def test_a_notebook_where_the_file_is_none(tmp_path):
    works, _ = alone(tmp_path, {"conv.py/x": b"", "conv.ipynb": notebook("x")})
    assert works["conv"].cells == (b"x",)
    assert works["conv"].remarks == ("conv.py was not read: it is a folder, where a file was expected.",)


def test_what_may_have_been_meant(tmp_path):
    works, _ = alone(tmp_path, {"conv.py.txt": CODE, "homework.py": CODE, "README.md": b"", "conftest.py": b""})
    assert works["conv"].remarks == (
        "There is no conv.py and no conv.ipynb in what you handed in. There is: conv.py.txt, homework.py.",
    )
    assert works["conv"].problem == ""


def test_code_is_passed_on_as_it_is(tmp_path):
    for data in (b"", b"\xff\xfe\0x", b"x = '\0'", "# é".encode("latin-1")):
        assert alone(tmp_path, {"conv.py": data})[0]["conv"].cells == (data,)


def test_an_archive_alone_in_a_folder_is_what_was_handed_in(tmp_path):
    works, remarks = alone(tmp_path, {"hand-in.zip": zipped({"conv.py": CODE, "in.zip": b"PK"})})
    assert (works["conv"].name, works["conv"].cells) == ("conv.py", (CODE,))
    assert remarks == ["in.zip was not read: archives inside of what you hand in are not unpacked."]


def test_a_name_meant_for_a_terminal(tmp_path):
    works, remarks = packed(tmp_path, zipped({"\x1b[31m/conv.py": CODE, "a\x1b]0;b/conftest.py": b""}))
    assert "\x1b" not in works["conv"].name + "".join(remarks)


# Too much


def quickly(read, seconds=3.0, megabytes=30):
    """What `read()` gives, and that it took little of anything."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        result = read()
        assert time.perf_counter() - began < seconds * 4  # tracemalloc and a busy machine make it slow
        assert tracemalloc.get_traced_memory()[1] < megabytes * 2**20
    finally:
        tracemalloc.stop()
    return result


def too_large(work, name="conv.py", megabytes=1):
    return work.problem == "too large" and work.remarks == (
        f"{name} is larger than {megabytes} MB, so it was not read.",
    )


def test_large_files(tmp_path):
    ada = plant(tmp_path / "ada", {"": None})
    for name, size in {"conv.py": 50 * 2**20, "lstm.ipynb": 2 * 2**30}.items():
        with (ada / name).open("wb") as file:
            file.truncate(size)
    works, _ = quickly(lambda: read(Submission("ada", ada), UNITS), 0.2, 1)
    assert too_large(works["conv"])
    assert too_large(works["lstm"], "lstm.ipynb", 10)
    works, _ = alone(tmp_path / "b", {"conv.py": b"#" * 2**20, "lstm.py": b"#" * (2**20 + 1)})
    assert works["conv"].problem == ""
    assert too_large(works["lstm"], "lstm.py")


def test_a_zip_bomb(tmp_path):
    bomb = zipped({"conv.py": bytes(40_000_000), "lstm.ipynb": bytes(40_000_000)})
    works, _ = quickly(lambda: packed(tmp_path, bomb))
    assert too_large(works["conv"])
    assert too_large(works["lstm"], "lstm.ipynb", 10)


def test_a_zip_that_lies_about_sizes(tmp_path):
    """It claims a small file, and unpacks to a large one."""
    data = bytearray(zipped({"conv.py": bytes(40_000_000)}))
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        data[data.find(sign) + offset :][:4]
        at = data.find(sign) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    works, _ = quickly(lambda: packed(tmp_path, bytes(data)))
    assert works["conv"].problem == "damaged"
    assert works["conv"].kind == "missing"


def test_a_tar_bomb(tmp_path):
    def bomb():
        engine = zlib.compressobj(9, wbits=31)
        yield engine.compress(special("zeros", tarfile.REGTYPE, size=400 * 2**20).tobuf())
        for _ in range(400):
            yield engine.compress(bytes(2**20))
        yield engine.flush()

    works, remarks = quickly(lambda: packed(tmp_path, b"".join(bomb()), "ada.tar.gz"))
    assert works["conv"].problem == "too large"
    assert remarks == ["ada.tar.gz unpacks to more than 200 MB, so it was not read."]
    works, _ = packed(tmp_path, tarred({"conv.py": bytes(40_000_000)}), "bob.tar.gz")
    assert too_large(works["conv"])


def test_headers_of_tar_that_ask_for_much(tmp_path):
    for type in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.REGTYPE):
        header = special("conv.py", type, size=8**11 - 1).tobuf(tarfile.GNU_FORMAT)
        works, _ = quickly(lambda data=header: packed(tmp_path, gzip.compress(data + bytes(10_000)), "ada.tgz"))
        assert works["conv"].kind == "missing"
    digits = special("x", tarfile.XHDTYPE, size=2**20).tobuf() + b"1" * 2**20
    assert packed(tmp_path, digits, "ada.tar")[0]["conv"].problem == "damaged"


def test_a_gzip_header_without_an_end(tmp_path):
    data = b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 40_000_000
    began = time.perf_counter()
    assert packed(tmp_path, data, "ada.tar.gz")[0]["conv"].problem == "damaged"
    assert time.perf_counter() - began < 2


def test_archives_with_many_members(tmp_path):
    many = {str(n): b"" for n in range(10_001)}
    for data, name in ((zipped(many), "ada.zip"), (tarred(many), "ada.tgz")):
        works, remarks = packed(tmp_path, data, name)
        assert works["conv"].problem == "too many files"
        assert remarks == [f"{name} holds more than 10000 files, so it was not looked into."]


def test_a_directory_of_a_zip_that_is_huge(tmp_path):
    """It would make a million objects, were it parsed before it is measured."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 800_000
    directory = entry * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, len(directory), 4, 0)
    works, remarks = quickly(lambda: packed(tmp_path, b"PK\x03\x04" + directory + end), 1, 90)
    assert works["conv"].problem == "too many files"
    assert remarks == ["ada.zip holds more than 10000 files, so it was not looked into."]


def test_an_archive_that_is_large(tmp_path):
    with (tmp_path / "ada.zip").open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(2**31)
    works, remarks = quickly(lambda: read(Submission("ada", tmp_path / "ada.zip"), UNITS), 0.2, 1)
    assert works["conv"].problem == "too large"
    assert remarks == ["ada.zip is larger than 50 MB, so it was not read."]


def test_a_folder_with_too_many_files_costs_that_folder(tmp_path):
    ada = plant(tmp_path / "ada", {"conv.py": CODE, "images": None, "more/lstm.py": OTHER})
    for number in range(10_001):
        (ada / "images" / str(number)).touch()
    works, remarks = read(Submission("ada", ada), UNITS)
    assert (works["conv"].cells, works["lstm"].cells) == ((CODE,), (OTHER,))
    assert remarks == ["images holds more than 10000 files, so it was not looked into."]


def test_folders_without_end(tmp_path):
    ada = plant(tmp_path / "ada", {"/".join("a" * 60) + "/conv.py": CODE, "conv.py": OTHER})
    works, remarks = read(Submission("ada", ada), UNITS)
    assert works["conv"].cells == (OTHER,)
    assert [remark[-56:] for remark in remarks] == ["a was not looked into: it lies too deep in other folders."[-56:]]


# Damaged archives


def test_wrong_endings(tmp_path):
    works, remarks = packed(tmp_path, tarred({"conv.py": CODE}), "ada.zip")
    assert (works["conv"].cells, remarks) == ((CODE,), ["ada.zip is really a tar.gz file. It was read as one."])
    works, remarks = packed(tmp_path, zipped({"conv.py": CODE}), "ada.tar.gz")
    assert (works["conv"].cells, remarks) == ((CODE,), ["ada.tar.gz is really a zip file. It was read as one."])
    works, remarks = packed(tmp_path, CODE, "ada.zip")
    assert works["conv"].problem == "not an archive"
    assert remarks == ["ada.zip is no archive that can be read. Hand in a .zip or a .tar.gz."]


def test_archives_that_are_cut_off(tmp_path):
    data = zipped({"conv.py": CODE, "lstm.py": OTHER})
    works, remarks = packed(tmp_path, data[:-30])
    assert works["conv"].problem == "damaged"
    assert remarks == ["ada.zip is damaged, so it could not be read. Open your own copy, and hand it in again."]
    data = tarred({"conv.py": CODE, "lstm.py": bytes(5000)}, "w")
    works, remarks = packed(tmp_path, data[:2048], "ada.tar")
    assert works["conv"].cells == (CODE,)
    assert works["lstm"].problem == "damaged"
    assert remarks == ["ada.tar is damaged or cut off. What could be read of it was read."]
    works, remarks = packed(tmp_path, tarred({"conv.py": random.Random(0).randbytes(9000)})[:3000], "ada.tgz")
    assert works["conv"].problem == "damaged"
    header = bytearray(tarred({"x": b"", "conv.py": CODE}, "w"))
    header[header.find(b"conv.py")] ^= 1
    assert packed(tmp_path, bytes(header), "ada.tar")[1] == [
        "ada.tar is damaged or cut off. What could be read of it was read."
    ]
    flipped = bytearray(zipped({"conv.py": CODE * 10}))
    flipped[60] ^= 0xFF
    assert packed(tmp_path, bytes(flipped))[0]["conv"].problem == "damaged"


SEEDS = {
    "zip": zipped({"conv.py": CODE, "exercises/lstm/lstm.ipynb": notebook("x"), "conftest.py": b""}),
    "tar.gz": tarred({"conv.py": CODE, "a" * 150 + "/lstm.py": OTHER, "numpy.py": b""}),
    "tar": tarred({"conv.py": CODE, "a" * 150 + "/lstm.py": OTHER}, "w", tarfile.GNU_FORMAT),
    "pax": tarred({"conv.py": CODE, "é" * 99 + "/lstm.py": OTHER}, "w"),
    "ipynb": notebook("%time x", "!ls\nx = 1", ["a = 1\n", "b = 2"]),
}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(SEEDS)), st.randoms(use_true_random=False), st.integers(1, 12))
def test_mutated_archives(tmp_path_factory, kind, rng, times):
    """Whatever bytes: no exception, no long time, and works and remarks that hold together."""
    data = bytearray(SEEDS[kind])
    for _ in range(times):
        at = rng.randrange(len(data))
        how = rng.random()
        if how < 0.6:
            data[at] = rng.randrange(256)
        elif how < 0.75:
            data[at : at + 4] = rng.choice([b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff"])
        elif how < 0.9:
            del data[at : at + rng.randrange(1, 40)]
        else:
            data[at:at] = data[: rng.randrange(600)]
        if not data:
            break
    name = "conv.ipynb" if kind == "ipynb" else {"pax": "ada.tar"}.get(kind, f"ada.{kind}")
    folder = tmp_path_factory.mktemp("ada")
    plant(folder, {name: bytes(data)})
    began = time.perf_counter()
    submission = Submission("ada", folder)
    works, remarks = read(submission, UNITS)
    assert time.perf_counter() - began < 2
    json.dumps([remarks, [(w.name, w.remarks) for w in works.values()]], ensure_ascii=False).encode()
    assert list(works) == UNITS
    for work in works.values():
        assert work.kind in ("file", "notebook", "missing")
        assert (work.kind == "missing") <= (work.cells == ())
        assert work.cells or work.remarks
    assert digest(submission, works, remarks) == digest(submission, *read(submission, UNITS))


# Notebooks


def cells_of(*sources):
    return submissions.cells_of(notebook(*sources), "conv.ipynb")


def test_code_cells_one_by_one():
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# hello"},
        {"cell_type": "code", "metadata": {}, "source": ["a = 1\n", "b = 'é'"]},
        {"cell_type": "code", "metadata": {}, "source": " \n"},
        {"cell_type": "code", "metadata": {}, "source": []},
        {"cell_type": "raw", "metadata": {}, "source": "x"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": True, "solution": False}}, "source": "assert a == 1"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": True, "solution": True}}, "source": "c = 1"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": False, "locked": True}}, "source": "import numpy"},
        {"cell_type": "code", "metadata": None, "source": "d = '\\ud800'"},
    ]
    kept, remarks = submissions.cells_of(notebook(cells=cells), "conv.ipynb")
    assert kept == (b"a = 1\nb = '\xc3\xa9'", b"c = 1", b"import numpy", b"d = '\\ud800'")
    assert remarks == []


MAGIC = {
    "%matplotlib inline\nx = 1": "\nx = 1",
    "!pip install numpy\nx = 1": "\nx = 1",
    "def f():\n  %time x\n  y": "def f():\n  pass\n  y",
    "if x:\n    !ls\ny = 1": "if x:\n    pass\ny = 1",
    "files = !ls\nx = 1": "\nx = 1",
    "a, b.c[0] = %timeit -o f()\nx = 1": "\nx = 1",
    "np.dot?\n?np.dot\nnp.dot??\nx = 1": "\n\n\nx = 1",
    "!ls \\\n  -l \\\n  -a\nx = 1": "\n\n\nx = 1",
    "!echo it's\nx = 'a'\n%time y": "\nx = 'a'\n",
    "%%time\nx = 1": "\nx = 1",
    "\n%%timeit -n 1\nx = 1": "\n\nx = 1",
    "%%capture out\nx = 1": "\nx = 1",
    "%%bash\nrm -rf /": "",
    "%%writefile conv.py\nx = 1": "",
    "x = 1\n%%time\ny = 1": "x = 1\n\ny = 1",
    "x = 1\r\n%time x\r\ny = 2": "x = 1\n\ny = 2",
    "x = (1,\n%time\n2)\n%time": "x = (1,\n%time\n2)\n",
    "x = 'unclosed\n%time": "x = 'unclosed\n",
    "x = 1  # a ' quote (\n%time": "x = 1  # a ' quote (\n",
}


@pytest.mark.parametrize("source", MAGIC)
def test_magics_and_shell_lines_are_dropped(source):
    kept, dropped = submissions.without_magics(source)
    assert kept == MAGIC[source]
    assert dropped
    if kept and "(1,\n%" not in kept and "unclosed" not in kept:
        ast.parse(kept)


@pytest.mark.parametrize(
    "source",
    [
        'x = """\n%time x\n!ls\n%%bash\nnp.dot?\n"""',
        "x = '''\n!ls \\'''\n%a\n'''\ny = r'\\'''\n\n",
        "x = (7\n     % 3)",
        "x = 7 \\\n  % 3",
        "x = 'a\\\n%d' % 3",
        "x = {1: '''\n''', 2: \"it's\"}\nassert x != 1, '?'",
        'f"""{\n1\n % 2}"""',
        "x = a != b\ny = '%s' % x\nz = 7 %3",
        "# what is this?\nx = 1  # really?",
        "x = 'a = %s' % '?'",
    ],
)
def test_python_is_left_alone(source):
    assert submissions.without_magics(source) == (source, [])


def test_no_python_is_taken_for_a_magic():
    """All of this package and of some of the standard library."""
    files = [
        *Path(submissions.__file__).parents[1].rglob("*.py"),
        *Path(os.__file__).parent.glob("*.py"),
        Path(__file__),
    ]
    for path in files:
        source = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
        kept, dropped = submissions.without_magics(source)
        assert not dropped, path
        assert kept == source


@pytest.mark.filterwarnings("ignore:invalid")
@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*"'\"#\\\n%!?=()x ", '"""', "'''", "\n%", "\n!", " = "]), max_size=25).map("".join))
def test_whatever_parses_is_left_alone(source):
    kept, dropped = submissions.without_magics(source)
    assert len(kept.split("\n")) == len(source.split("\n")) or source.strip().startswith("%%")
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return
    assert (kept, dropped) == (source, [])


def test_one_remark_on_what_was_dropped():
    cells, remarks = cells_of("%matplotlib inline\nx = 1", "!ls", "y = 1\n%time y")
    assert cells == (b"\nx = 1", b"y = 1\n")
    assert remarks == [
        "3 commands were left out of conv.ipynb, because they are not Python. The first: %matplotlib inline"
    ]
    assert cells_of("x = 1", "!ls")[1] == ["Left out of conv.ipynb, because it is not Python: !ls"]


@pytest.mark.parametrize(
    ("data", "problem", "sentence"),
    [
        (b"not json", "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b"\xff\xfe\xff", "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b"[" * 200_000, "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b'{"cells": ' + b"1" * 10_000 + b"}", "not JSON", "conv.ipynb is no notebook: it cannot be read as JSON."),
        (b"[]", "not a notebook", "conv.ipynb is no notebook: it has no list of cells."),
        (b"{}", "not a notebook", "conv.ipynb is no notebook: it has no list of cells."),
        (notebook(cells={}), "not a notebook", "conv.ipynb is no notebook: it has no list of cells."),
        (notebook(nbformat=3), "old notebook", "conv.ipynb is in a notebook format that is not read here."),
        (b'{"worksheets": [{"cells": []}]}', "old notebook", "conv.ipynb is in a notebook format that"),
        (notebook(nbformat=5), "old notebook", "conv.ipynb is in a notebook format that is not read here."),
        (notebook(), "no code", "conv.ipynb has no code in it."),
        (
            notebook("%%bash\nls"),
            "no code",
            "Left out of conv.ipynb, because it is not Python: %%bash conv.ipynb has no",
        ),
        (notebook("#" * 2**20, "x = 1"), "too large", "The code in conv.ipynb is larger than 1 MB"),
        (b"[" + b"[]," * 600_000 + b"0]", "too large", "conv.ipynb holds more values than are read."),
    ],
)
def test_what_is_no_notebook(tmp_path, data, problem, sentence):
    work = alone(tmp_path, {"conv.ipynb": data})[0]["conv"]
    assert (work.kind, work.cells, work.problem) == ("notebook", (), problem)
    assert work.remarks[0].startswith(sentence)
    assert work.sha256 == hashlib.sha256(data).hexdigest()


def test_cells_that_are_none():
    odd = [None, 1, [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": None}]
    odd += [{"cell_type": "code", "source": [1]}, {"cell_type": "code", "source": {"x": 1}}]
    cells, remarks = submissions.cells_of(
        notebook(cells=[*odd, {"cell_type": "code", "source": "x = 1"}]), "conv.ipynb"
    )
    assert cells == (b"x = 1",)
    assert remarks == ["8 cells of conv.ipynb could not be read."]


def test_long_cells_take_no_long_time():
    long = ["'", "\\", "(", "?", "%\\\n", "x=", "a,", '"""', "x = '''\\'", "!"]
    for source in (*(some * 200_000 for some in long), "a," * 300_000 + "=!", " " * 500_000 + "%x"):
        began = time.perf_counter()
        submissions.without_magics(source)
        assert time.perf_counter() - began < 2


# The digest


def test_the_digest_is_of_all_that_is_graded_and_said(tmp_path):
    works, remarks = alone(tmp_path, {"conv.py": CODE, "lstm.ipynb": notebook("x"), "conftest.py": b""})
    submission = Submission("ada", tmp_path / "ada")
    first = digest(submission, works, remarks)
    again = dict(reversed(works.items()))
    assert first == digest(replace(submission, path=Path("elsewhere/ada")), again, remarks)
    conv = works["conv"]
    changed = [
        (replace(submission, student="bob"), works, remarks),
        (replace(submission, late=True), works, remarks),
        (replace(submission, attempt="2"), works, remarks),
        (replace(submission, identity={"canvas_id": "1"}), works, remarks),
        (submission, works, []),
        (submission, {**works, "conv": replace(conv, cells=(OTHER,))}, remarks),
        (submission, {**works, "conv": replace(conv, cells=(CODE, b""))}, remarks),
        (submission, {**works, "conv": replace(conv, kind="notebook")}, remarks),
        (submission, {**works, "conv": replace(conv, name="x.py")}, remarks),
        (submission, {**works, "conv": replace(conv, remarks=("x",))}, remarks),
        (submission, {**works, "conv": replace(conv, problem="x")}, remarks),
        (submission, {**works, "conv": replace(conv, sha256="0")}, remarks),
    ]
    assert len({first, *(digest(*each) for each in changed)}) == len(changed) + 1
