"""Grading a class with the command itself: what is graded and how, stopping and going on, regrading, clear errors."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager

import jobs
import pytest
from jsonschema import Draft202012Validator
from small_class import (
    AVERAGED,
    RIGHT,
    SECRET,
    TINY,
    chainrule,
    command,
    counted,
    fork_servers_of,
    hand_in,
    nothing_left_behind,
    records_in,
    reproducible,
    sleepy_class,
    statuses,
    until,
    workers_of,
    write_course,
)

from autograder.classroom.records import SCHEMA_FILE, Secret, safe_name
from autograder.cli import Trouble, grade

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux")
VALIDATOR = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))

ODD_NAMES = [
    "a b",
    "Zoë O'Neil; =1+1",
    "名前",
    "-rf",
    "<b>x&amp;",
    "100%41",
    "~root",
    'quo"te',
    "né",
    "semi;colon,",
    "$(x)",
]
CELLS = ["import numpy as np", RIGHT, "%timeit 1", "this is no Python", "half_square = None"]
HANGS = f"{RIGHT}\n\ndef affine_forward(x, w, b):\n    while True:\n        pass\n"
LEAVES = f"{RIGHT}\n\ndef affine_backward(dout, cache):\n    import os\n    os._exit(0)\n"
# What differs between two processes that run the same code: hashes of texts, and the global random generators.
FICKLE = f"""{RIGHT}
import random
print(set("abcdefghij"), hash("abc"))

def half_square(prediction, target):
    raise ValueError(str(set("abcdefghij")) + str(np.random.rand()) + str(random.random()))
"""


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    with nothing_left_behind():
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("course")).root


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A class that hands in folders, archives and notebooks, right and wrong, and one that hands in nothing."""
    folder = tmp_path_factory.mktemp("class") / "submissions"
    hand_in(folder, "ada", toy=RIGHT, tiny=TINY)
    hand_in(folder, "bob_LATE.zip", toy=AVERAGED)
    hand_in(folder, "cleo.tar.gz", toy=CELLS, tiny="def double(v):\n    raise NotImplementedError\n")
    hand_in(folder, "dan", toy=HANGS, tiny=TINY)
    hand_in(folder, "eve.zip", toy=LEAVES, tiny="import os\nos._exit(0)\n")
    hand_in(folder, "fay", toy=FICKLE, tiny=b"\xff\xfe\x00")
    hand_in(folder, "gus")
    for name in ODD_NAMES:
        hand_in(folder, name, tiny=TINY)
    return folder


@pytest.fixture(scope="module")
def graded(course, classroom):
    """That class's grades: the folder, and what the command printed."""
    out = classroom.parent / "grades"
    done = chainrule("grade", classroom, "--out", out, "--jobs", 2, "--exercise-seconds", 0.5, cwd=course)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


# A class


def test_every_student_has_a_record_that_fits_the_schema(graded, classroom):
    out, printed = graded
    records = records_in(out)
    assert set(records) == {"ada", "bob", "cleo", "dan", "eve", "fay", "gus", *ODD_NAMES}
    assert counted(printed) == (len(records), 0)
    for record in records.values():
        VALIDATOR.validate(record)
        assert record["points"] == 8.5
        assert record["earned"] == sum(unit["earned"] for unit in record["units"])
        assert record["run"]["submissions"] == str(classroom)
    for student in records:
        assert (out / "students" / f"{safe_name(student)}.html").is_file()
    for name in ("class.html", "grades.csv", "canvas.csv", "moodle.csv", "junit.xml"):
        assert (out / name).is_file()


def test_work_earns_what_it_is_worth(graded):
    records = records_in(graded[0])
    assert {student: r["earned"] for student, r in records.items() if student not in ODD_NAMES} == {
        "ada": 8.5,
        "bob": 5,  # training goes well enough with it
        "cleo": 5,  # half_square was overwritten, and training needs it
        "dan": 2.5,  # the forward hangs, its gradient and training with it
        "eve": 4,
        "fay": 5,
        "gus": 0,
    }
    assert all(records[student]["earned"] == 0.5 for student in ODD_NAMES)
    assert statuses(records["bob"])["toy.affine_backward"] == "failed"
    (backward,) = [e for e in records["bob"]["units"][0]["exercises"] if e["exercise"] == "toy.affine_backward"]
    assert backward["mistakes"] == [{"id": "mean_bias", "name": "db is averaged over the batch"}]


def test_what_hangs_or_ends_its_process_costs_that_exercise_and_is_named(graded):
    records = records_in(graded[0])
    limits = {
        student: {e["exercise"]: e["limits"] for unit in records[student]["units"] for e in unit["exercises"]}
        for student in ("ada", "dan", "eve")
    }
    assert set(map(tuple, limits["ada"].values())) == {()}
    assert limits["dan"]["toy.affine_forward"] == ["TimeLimit"]
    assert limits["dan"]["toy.half_square"] == []
    assert limits["eve"]["toy.affine_backward"] == ["Exited"]
    assert limits["eve"]["toy.half_square"] == []
    assert "toy.affine_backward: Exited 0" in records["eve"]["run"]["endings"]


def test_a_missing_unit_is_zero_and_says_so(graded):
    records = records_in(graded[0])
    toy, tiny = records["bob"]["units"]
    assert toy["file"]["name"] == "toy.py"
    assert tiny["file"] is None
    assert (tiny["points"], tiny["earned"]) == (0.5, 0)
    assert [e["status"] for e in tiny["exercises"]] == ["not started"]
    assert tiny["remarks"] == ["There is no tiny.py and no tiny.ipynb in what you handed in."]
    assert all(unit["file"] is None and unit["earned"] == 0 for unit in records["gus"]["units"])
    assert set(statuses(records["gus"]).values()) == {"not started"}


def test_late_work_and_what_was_left_out_are_noted(graded):
    records = records_in(graded[0])
    assert records["bob"]["submission"]["late"]
    assert records["bob"]["submission"]["name"] == "bob_LATE.zip"
    assert not records["ada"]["submission"]["late"]
    assert any("%timeit 1" in remark for remark in records["cleo"]["units"][0]["remarks"])


def test_how_each_was_locked_in_is_named(graded):
    records = records_in(graded[0])
    assert "limits" in records["ada"]["run"]["tier"]
    assert records["ada"]["run"]["locked"]
    assert records["gus"]["run"]["tier"] == "nothing was run"


def test_unseen_cases_are_there_only_where_the_visible_ones_are_right(graded):
    for record in records_in(graded[0]).values():
        for unit in record["units"]:
            for exercise in unit["exercises"]:
                hidden = [case for case in exercise["cases"] if case.get("hidden")]
                wrong = [case for case in exercise["cases"] if not case.get("hidden") and case["status"] != "passed"]
                assert not (hidden and wrong), exercise["exercise"]
                assert hidden or exercise["status"] != "passed"


def test_a_wrong_answer_that_only_unseen_cases_show_earns_nothing(course, tmp_path):
    cheat = "def double(v):\n    return 2 * v if len(v) in (3, 5) else v\n"
    hand_in(tmp_path / "class", "ada", tiny=cheat)
    done = chainrule("grade", tmp_path / "class", "--out", tmp_path / "out", "--unit", "tiny", cwd=course)
    assert done.returncode == 0
    (exercise,) = records_in(tmp_path / "out")["ada"]["units"][0]["exercises"]
    assert (exercise["status"], exercise["earned"]) == ("failed", 0)
    assert {case.get("hidden", False) for case in exercise["cases"] if case["status"] == "failed"} == {True}
    assert all(case["status"] == "passed" for case in exercise["cases"] if not case.get("hidden"))


def test_the_same_class_is_graded_the_same_twice(graded, course, classroom, tmp_path):
    out, _ = graded
    limits = ("--exercise-seconds", 0.5)
    again = chainrule("grade", classroom, "--out", tmp_path, "--jobs", 1, "--seed-file", out / "secret", *limits,
                      cwd=course)  # fmt: skip
    assert again.returncode == 0
    assert not (tmp_path / "secret").exists()
    first, second = reproducible(out), reproducible(tmp_path)
    for student in first:
        assert first[student] == second[student], student


def test_units_can_be_chosen_and_count_once(course, classroom, tmp_path):
    done = chainrule("grade", classroom, "--out", tmp_path, "--unit", "tiny", "--unit", "tiny", cwd=course)
    assert done.returncode == 0, done.stderr
    for record in records_in(tmp_path).values():
        assert [unit["unit"] for unit in record["units"]] == ["tiny"]
        assert record["points"] == 0.5


def test_units_are_graded_in_the_order_of_the_course(course, classroom, tmp_path):
    folder = tmp_path / "class"
    hand_in(folder, "ada", toy=RIGHT, tiny=TINY)
    for units in (["toy", "tiny"], ["tiny", "toy"]):
        asked = [part for unit in units for part in ("--unit", unit)]
        done = chainrule("grade", folder, "--out", tmp_path / "out", *asked, cwd=course)
    assert counted(done.stdout) == (0, 1)


# What cannot be graded


def test_a_fault_of_the_course_is_exit_status_1_and_is_tried_again(tmp_path):
    root = write_course(tmp_path / "course").root
    definitions = root / "exercises" / "tiny" / "test_tiny.py"
    definitions.write_text(definitions.read_text().replace("fresh=lambda rng: (", "fresh=lambda rng: (1 // 0, "))
    hand_in(tmp_path / "class", "ada", tiny=TINY)
    hand_in(tmp_path / "class", "bob", tiny="def twice(v):\n    return v + v\n")
    for graded in (2, 0), (1, 1):
        done = chainrule("grade", tmp_path / "class", "--out", tmp_path / "out", "--unit", "tiny", cwd=root)
        assert done.returncode == 1, done.stderr
        assert counted(done.stdout) == graded
    record = records_in(tmp_path / "out")["ada"]
    VALIDATOR.validate(record)
    assert statuses(record) == {"tiny.double": "grader error"}
    assert any("ZeroDivisionError" in case.get("sentence", "") for case in record["units"][0]["exercises"][0]["cases"])


ERRORS = {
    "no such folder": (["grade", "nowhere", "--out", "out"], "There is no nowhere."),
    "an empty folder": (["grade", "empty", "--out", "out"], "There are no submissions in empty: it is empty."),
    "a file": (["grade", "course.toml", "--out", "out"], "course.toml is a file."),
    "the course itself": (["grade", ".", "--out", "out"], "is a course or one student's copy of it"),
    "one student's folder": (["grade", "class/ada", "--out", "out"], "It looks like one student's work"),
    "an unknown unit": (["grade", "class", "--out", "out", "--unit", "tony"], "toy"),
    "grades beside submissions": (["grade", "class", "--out", "class/out"], "class/out lies among the submissions"),
    "grades below a file": (["grade", "class", "--out", "course.toml/out"], "cannot be written"),
    "grades in a file": (["grade", "class", "--out", "course.toml"], "course.toml"),
    "no folder for grades": (["grade", "class"], "--out"),
    "no jobs": (["grade", "class", "--out", "out", "--jobs", "0"], "0"),
    "no time": (["grade", "class", "--out", "out", "--exercise-seconds", "0"], "0"),
    "a secret that is a folder": (["grade", "class", "--out", "out", "--seed-file", "class"], "class"),
    "a secret that is none": (["grade", "class", "--out", "out", "--seed-file", "course.toml"], "cannot be read"),
    "a secret that is short": (["grade", "class", "--out", "out", "--seed-file", "short"], "too short"),
    "a record that is missing": (["regrade", "out/records/ada.json"], "cannot be read"),
    "a record that is none": (["regrade", "course.toml"], "cannot be read as a grade record"),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(course, tmp_path_factory):
    """A copy of the course in which things lie that are not what they should be."""
    folder = tmp_path_factory.mktemp("desk") / "course"
    shutil.copytree(course, folder)
    (folder / "empty").mkdir()
    (folder / "short").write_text("abcd\n")
    hand_in(folder / "class", "ada", toy=RIGHT, tiny=TINY)
    return folder


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_wrong_with_the_command_is_said(desk, name):
    arguments, said = ERRORS[name]
    done = chainrule(*arguments, cwd=desk)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert not (desk / "out" / "records").exists() or not list((desk / "out" / "records").glob("*.json"))


def test_a_kit_cannot_grade(course, tmp_path):
    shutil.copytree(course, tmp_path / "kit", ignore=shutil.ignore_patterns("solutions"))
    hand_in(tmp_path / "class", "ada", toy=RIGHT)
    done = chainrule("grade", tmp_path / "class", "--out", tmp_path / "out", cwd=tmp_path / "kit")
    assert done.returncode == 2
    assert "There are no solutions for toy, tiny; grading needs the course's full repository." in done.stderr
    assert not (tmp_path / "out").exists()


def test_outside_a_course(tmp_path):
    for arguments in (["grade", ".", "--out", "out"], ["regrade", "record.json"]):
        done = chainrule(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "There is no course here" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.getuid() == 0, reason="root may write and read everything")
def test_what_may_not_be_written_or_read(desk, tmp_path):
    tmp_path.chmod(0o500)
    done = chainrule("grade", "class", "--out", tmp_path / "out", cwd=desk)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    tmp_path.chmod(0o700)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0)
    done = chainrule("grade", "class", "--out", tmp_path / "out", "--seed-file", tmp_path / "secret", cwd=desk)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr


# The secret


def test_the_secret_is_kept_from_others_and_never_replaced(desk, tmp_path):
    out = tmp_path / "out"
    grade = ("grade", "class", "--out", out, "--unit", "tiny")
    assert chainrule(*grade, cwd=desk).returncode == 0
    secret = out / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    content = secret.read_text()
    assert len(bytes.fromhex(content.strip())) == 32
    before = reproducible(out)

    assert counted(chainrule(*grade, cwd=desk).stdout) == (0, 1)
    assert secret.read_text() == content

    secret.rename(tmp_path / "elsewhere")
    gone = chainrule(*grade, cwd=desk)
    assert gone.returncode == 2
    assert "is missing" in gone.stderr
    assert not secret.exists()

    (tmp_path / "other").write_text(SECRET)
    other = chainrule(*grade, "--seed-file", tmp_path / "other", cwd=desk)
    assert other.returncode == 2
    assert "another secret" in other.stderr
    assert reproducible(out) == before

    assert counted(chainrule(*grade, "--seed-file", tmp_path / "elsewhere", cwd=desk).stdout) == (0, 1)


def test_a_secret_is_made_where_there_is_none_and_is_never_in_what_is_written(desk, tmp_path):
    made = tmp_path / "keys" / "secret"
    done = chainrule("grade", "class", "--out", tmp_path / "out", "--seed-file", made, cwd=desk)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    secret = made.read_text().strip()
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 5
    for path in written:
        assert secret.encode() not in path.read_bytes()
        assert bytes.fromhex(secret) not in path.read_bytes()
    assert secret not in done.stdout + done.stderr


# Stopping, and going on

STUDENTS = 8


@pytest.fixture
def sleepy(course, tmp_path):
    """A class that takes a moment each, and the command that grades it with two workers."""
    (tmp_path / "secret").write_text(SECRET)
    sleepy_class(tmp_path / "class", STUDENTS)
    grade = ("grade", tmp_path / "class", "--out", tmp_path / "out", "--seed-file", tmp_path / "secret", "--jobs", 2)
    return Sleepy(course, tmp_path, grade)


@pytest.fixture(scope="module")
def undisturbed(course, tmp_path_factory):
    """The grades of the sleepy class when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "secret").write_text(SECRET)
    sleepy_class(folder / "class", STUDENTS)
    done = chainrule("grade", folder / "class", "--out", folder / "out", "--seed-file", folder / "secret", cwd=course)
    assert counted(done.stdout) == (STUDENTS, 0)
    return reproducible(folder / "out")


class Sleepy:
    """A run of `chainrule grade` that something is done to."""

    def __init__(self, course, folder, grade):
        self.course, self.folder, self.grade = course, folder, grade
        self.out = folder / "out"

    @contextmanager
    def running(self, *more):
        """The command as it runs. All that it prints is in `printed` afterwards."""
        with (self.folder / "printed").open("w") as printed:
            process = subprocess.Popen(
                command(*self.grade, *more), cwd=self.course, stdout=printed, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            try:
                yield process
                process.wait(60)
            finally:
                process.kill()
                process.wait()

    @property
    def printed(self):
        return (self.folder / "printed").read_text()

    def times(self):
        return {path.name: path.stat().st_mtime_ns for path in (self.out / "records").glob("*.json")}

    def wait_for_records(self, count):
        until(lambda: len(self.times()) >= count)

    def goes_on(self, undisturbed):
        """Run the same command again: it grades the rest and no more, and the grades are as if nothing had been."""
        before = self.times()
        again = chainrule(*self.grade, cwd=self.course)
        assert again.returncode == 0, again.stderr
        assert counted(again.stdout) == (STUDENTS - len(before), len(before))
        after = self.times()
        assert {name: after[name] for name in before} == before
        assert reproducible(self.out) == undisturbed
        return len(before)


def test_a_run_that_is_killed_goes_on_where_it_was(sleepy, undisturbed):
    with nothing_left_behind(), sleepy.running() as process:
        sleepy.wait_for_records(2)
        process.kill()
    assert 2 <= sleepy.goes_on(undisturbed) < STUDENTS


def test_a_run_that_is_killed_before_its_first_record_goes_on(sleepy, undisturbed):
    with nothing_left_behind(), sleepy.running() as process:
        until(lambda: (sleepy.out / "records").exists() and workers_of(process.pid))
        process.kill()
    sleepy.goes_on(undisturbed)


@pytest.mark.parametrize("to_all", [False, True], ids=["to the command", "to all, as a terminal sends it"])
def test_a_run_that_is_interrupted_says_so_and_goes_on(sleepy, undisturbed, to_all):
    with nothing_left_behind(), sleepy.running() as process:
        sleepy.wait_for_records(2)
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    assert process.returncode == 130
    assert "Traceback" not in sleepy.printed
    kept = sleepy.goes_on(undisturbed)
    assert 2 <= kept < STUDENTS
    said = re.search(
        r"^Stopped\. (\d+) of 8 are graded and kept; the same command goes on from there\.$", sleepy.printed, re.M
    )
    assert int(said[1]) in (kept, kept - 1)  # it may have come just after one was written


def test_an_interruption_while_workers_start_is_quiet_too(sleepy, undisturbed):
    with nothing_left_behind(), sleepy.running() as process:
        until(lambda: len(workers_of(process.pid)) == 2)
        time.sleep(0.05)  # they are importing
        os.killpg(process.pid, signal.SIGINT)
    assert process.returncode == 130
    assert "Traceback" not in sleepy.printed
    assert f"Stopped. 0 of {STUDENTS} are graded and kept" in sleepy.printed
    assert sleepy.goes_on(undisturbed) == 0


@pytest.mark.parametrize("victims", [workers_of, fork_servers_of], ids=["a worker", "a fork server"])
def test_a_process_that_is_killed_costs_nothing(sleepy, undisturbed, victims):
    with nothing_left_behind(), sleepy.running() as process:
        sleepy.wait_for_records(2)
        os.kill(victims(process.pid)[0], signal.SIGKILL)
    assert process.returncode == 0, sleepy.printed
    assert "Traceback" not in sleepy.printed
    assert counted(sleepy.printed) == (STUDENTS, 0)
    assert reproducible(sleepy.out) == undisturbed


def test_only_what_changed_is_graded_again(course, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    for student in ("ada", "bob", "cleo"):
        hand_in(folder, student, tiny=TINY)
    hand_in(folder, "dan.zip", tiny=TINY)

    def again(*more):
        before = {path.name: path.stat().st_mtime_ns for path in (out / "records").glob("*.json")}
        done = chainrule("grade", folder, "--out", out, "--unit", "tiny", "--jobs", 1, *more, cwd=course)
        assert done.returncode == 0, done.stderr
        after = {path.name: path.stat().st_mtime_ns for path in (out / "records").glob("*.json")}
        new = {name.removesuffix(".json") for name in after if after[name] != before.get(name)}
        assert counted(done.stdout)[0] == len(new)
        return new

    everyone = {"ada", "bob", "cleo", "dan"}
    assert again() == everyone
    assert again() == set()
    os.utime(folder / "ada" / "tiny.py")
    assert again() == set()  # what counts is what is in it
    hand_in(folder, "ada", tiny=TINY.replace("2 *", "3 *"))
    hand_in(folder, "dan.zip", tiny=TINY + "\n")
    hand_in(folder, "eve", tiny=TINY)
    assert again() == {"ada", "dan", "eve"}
    assert records_in(out)["ada"]["earned"] == 0
    (folder / "cleo" / "tiny.py").unlink()
    assert again() == {"cleo"}
    assert records_in(out)["cleo"]["earned"] == 0
    assert again("--memory", 1024) == {*everyone, "eve"}
    assert again() == {*everyone, "eve"}


def broken_off(content: bytes) -> bytes:
    return content[: len(content) // 2]


def with_more_points(content: bytes) -> bytes:
    return content.replace(b'"earned": 0', b'"earned": 1')


def not_a_number(content: bytes) -> bytes:
    return content.replace(b'"earned": 0', b'"earned": NaN')


DAMAGE = {
    "empty": lambda content: b"",
    "broken off": broken_off,
    "more points": with_more_points,
    "not a number": not_a_number,
    "another's": lambda content: content.replace(b'"bob"', b'"ada"'),
    "a list": lambda content: b"[1, 2]",
    "no record": lambda content: b'{"schema": 1}',
    "another version": lambda content: content.replace(b'"schema": 1', b'"schema": 2'),
    "no text": lambda content: b"\x80\xff" * 50,
    "deep": lambda content: b"[" * 100_000,
    "said twice": lambda content: content.replace(b'"student":', b'"earned": 9, "student":', 1),
}


def test_a_record_that_was_damaged_or_tampered_with_is_made_anew(course, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    grade = ("grade", folder, "--out", out, "--unit", "tiny", "--jobs", 1)
    for number in range(len(DAMAGE) + 1):
        hand_in(folder, f"student{number:02}", tiny="")
    assert chainrule(*grade, cwd=course).returncode == 0
    paths = sorted((out / "records").glob("*.json"))
    sound = reproducible(out)
    for path, damage in zip(paths, DAMAGE.values(), strict=False):
        before = path.read_bytes()
        path.write_bytes(damage(before).replace(b'"bob"', b'"ada"'))
    shutil.copy(paths[-1], paths[4])  # another student's record, which is genuine
    done = chainrule(*grade, cwd=course)
    assert done.returncode == 0, done.stderr
    assert counted(done.stdout) == (len(DAMAGE), 1)
    assert reproducible(out) == sound


# Grading again, and checking


@pytest.fixture
def copies(graded, tmp_path):
    """The grades, to be changed."""
    shutil.copytree(graded[0], tmp_path / "grades")
    return tmp_path / "grades"


@pytest.mark.parametrize("student", ["ada", "cleo", "dan", "fay", "gus", "Zoë O'Neil; =1+1"])
def test_a_grade_is_reproduced(graded, course, student):
    record = graded[0] / "records" / f"{safe_name(student)}.json"
    before = record.read_bytes()
    done = chainrule("regrade", record, cwd=course)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("Reproduced bit for bit: ")
    assert record.read_bytes() == before


def test_a_grade_from_before_there_were_banks_is_reproduced(copies, course):
    path = copies / "records" / "ada.json"
    record = json.loads(path.read_bytes())
    for unit in record["units"]:
        for exercise in unit["exercises"]:
            del exercise["bank"]
    VALIDATOR.validate(record)
    path.write_text(json.dumps(Secret.read(copies / "secret").signed(record)))
    done = chainrule("regrade", path, cwd=course)
    assert done.stdout.startswith("Reproduced bit for bit: "), done.stdout + done.stderr


def test_a_grade_is_reproduced_elsewhere(graded, classroom, course, tmp_path):
    (tmp_path / "class").mkdir()
    shutil.copy(classroom / "bob_LATE.zip", tmp_path / "class")
    shutil.copy(graded[0] / "records" / "bob.json", tmp_path)
    secret = ("--seed-file", graded[0] / "secret")
    done = chainrule("regrade", tmp_path / "bob.json", tmp_path / "class", *secret, cwd=course)
    assert done.stdout == "Reproduced bit for bit: 5 of 8.5 points.\n"
    assert chainrule("regrade", tmp_path / "bob.json", tmp_path / "class", cwd=course).returncode == 2  # no secret


def test_what_keeps_a_grade_from_being_reproduced_is_said(copies, classroom, course, tmp_path):
    def said(*arguments, cwd=course):
        done = chainrule("regrade", *arguments, cwd=cwd)
        assert done.returncode == 2
        return done.stderr

    folder = tmp_path / "class"
    shutil.copytree(classroom, folder)
    ada = copies / "records" / "ada.json"
    hand_in(folder, "ada", tiny=TINY + "\n")
    assert "The grade cannot be reproduced: what was handed in has changed since." in said(ada, folder)
    shutil.rmtree(folder / "ada")
    assert f"There is nothing of ada in {folder}." in said(ada, folder)
    assert "There is no nowhere" in said(ada, "nowhere")
    content = ada.read_text()
    for changed in (content.replace('"earned": 8.5', '"earned": 9'), content.replace('"earned": 8.5', '"earned": NaN')):
        ada.write_text(changed)
        assert "was changed since it was written" in said(ada)
    ada.write_text(content.replace('"schema": 1', '"schema": 2'))
    assert "is a record of version 2" in said(ada)
    ada.write_text(content)
    (copies / "secret").write_text(SECRET)
    assert "was changed since it was written" in said(ada)  # or signed with another secret
    (copies / "secret").unlink()
    assert "is missing" in said(ada)


def test_another_course_gives_another_grade_and_says_where(graded, classroom, course, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(course, root)
    reference = root / "solutions" / "tiny" / "tiny.py"
    reference.write_text(reference.read_text().replace("2 * v", "3 * v"))
    done = chainrule("regrade", graded[0] / "records" / "ada.json", cwd=root)
    assert done.returncode == 1
    assert "Another grade: 8 points now, 8.5 in the record." in done.stdout
    assert "The course, the engine or the limits are not those of then." in done.stdout
    assert "units[1].exercises[0].status: 'passed' was recorded, 'failed' came now" in done.stdout
    (root / "course.toml").write_text((root / "course.toml").read_text().replace('"tiny"', '"small"'))
    done = chainrule("regrade", graded[0] / "records" / "ada.json", cwd=root)
    assert done.returncode == 2
    assert "tiny" in done.stderr


def test_records_are_checked(copies, tmp_path):
    records = copies / "records"
    done = chainrule("verify-record", *sorted(records.glob("*.json")), cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count(": genuine, ") == 7 + len(ODD_NAMES)
    ada = records / "ada.json"
    content = ada.read_bytes()
    for damage in DAMAGE.values():
        if (damaged := damage(content)) == content:
            continue
        ada.write_bytes(damaged)
        done = chainrule("verify-record", ada, records / "bob.json", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.count("NOT genuine") == 1
        assert "bob.json: genuine, bob: 5 of 8.5" in done.stdout
    ada.unlink()
    assert chainrule("verify-record", ada, cwd=tmp_path).returncode == 1
    ada.write_bytes(content)
    (copies / "secret").unlink()
    missing = chainrule("verify-record", ada, cwd=tmp_path)
    assert missing.returncode == 2
    assert "is missing" in missing.stderr


def test_that_this_machine_cannot_lock_in_is_said_before_anything_is_written(tmp_path, monkeypatch):
    course = write_course(tmp_path / "course")
    hand_in(tmp_path / "class", "ada", tiny=TINY)
    monkeypatch.chdir(course.root)
    monkeypatch.setattr(grade, "get_ready", jobs.cannot_lock_in)
    with nothing_left_behind(), pytest.raises(Trouble, match=r"does not let a submission be locked in .*--limits-only"):
        grade.command.main([str(tmp_path / "class"), "--out", str(tmp_path / "out")], standalone_mode=False)
    assert not (tmp_path / "out").exists()
