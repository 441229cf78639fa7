"""What is taken of a submission and what not, whatever lies in it; and the digest of what was taken."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from handed_in import CODE, KIT, OTHER, UNITS, alone, notebook, packed, plant, quickly, tarred, too_large, zipped

from autograder.classroom.submissions import Submission, digest, members, read


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
    with pytest.raises(members.Unreadable):
        members.contents(ada / "conv.py", 10)
    assert time.perf_counter() - began < 1


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path, monkeypatch):
    plant(tmp_path, {"secret": b"answers"})
    (tmp_path / "conv.py").symlink_to(tmp_path / "secret")
    monkeypatch.setattr(members.os, "lstat", os.stat)
    with pytest.raises(members.Unreadable, match="it is a link"):
        members.contents(tmp_path / "conv.py", 10)


def test_a_file_that_becomes_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    plant(tmp_path, {"file": CODE})
    os.mkfifo(tmp_path / "conv.py")
    as_it_was = os.lstat(tmp_path / "file")
    monkeypatch.setattr(members.os, "lstat", lambda path: as_it_was)
    with pytest.raises(members.Unreadable, match="it is no plain file"):
        members.contents(tmp_path / "conv.py", 10)


def test_a_submission_that_is_a_link_or_gone(tmp_path):
    (tmp_path / "ada").symlink_to(plant(tmp_path / "other", {"conv.py": CODE}))
    works, remarks = read(Submission("ada", tmp_path / "ada"), UNITS)
    assert works["conv"].kind == "missing"
    assert remarks == ["ada was not read: it is a link, and links are not followed."]
    works, remarks = read(Submission("bob", tmp_path / "bob"), UNITS)
    assert works["conv"].kind == "missing"
    assert remarks == ["bob was not read: it may not be opened."]


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
