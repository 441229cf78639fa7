"""Grade records and the secret that they are signed with: what is noticed, what is kept, what is told to whom."""

import copy
import json
import os
import pickle
import stat
import string
import sys
from itertools import chain

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from small_class import AVERAGED, RIGHT, SECRET, TINY, grade_here, hand_in, records_in, statuses, write_course

from autograder.classroom.marking import DRAWINGS, cases_for
from autograder.classroom.records import (
    EMPTY_CASE,
    SCHEMA_FILE,
    RecordError,
    Secret,
    Store,
    canonical,
    complete,
    read_all,
    read_record,
    reproducible,
    safe_name,
    secret_for,
    write_whole,
)
from autograder.classroom.session import Session
from autograder.classroom.submissions import find

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux")
KEY = Secret(bytes.fromhex(SECRET))
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    hand_in(folder, "ada", toy=RIGHT, tiny=TINY)
    hand_in(folder, "bob", toy=RIGHT, tiny=TINY)
    hand_in(folder, "cleo", toy=f"{AVERAGED}\nprint('hello')\n1 // 0\n")
    hand_in(folder, "dan", toy=AVERAGED, tiny=TINY)
    return folder


@pytest.fixture(scope="module")
def out(course, classroom, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    grade_here(course, classroom, out)
    return out


@pytest.fixture(scope="module")
def records(out):
    return records_in(out)


def places(value, path=()):
    """Every place in a record: the keys and positions that lead to it."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from places(item, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changed(record, path, make):
    """A copy of a record in which `make(parent, key)` was done at a place."""
    record = copy.deepcopy(record)
    make(at(record, path[:-1]), path[-1])
    return record


# The schema


def test_the_schema_is_one_and_says_what_each_thing_is():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == 1


def test_records_fit_the_schema(records):
    for record in records.values():
        VALIDATOR.validate(record)
        VALIDATOR.validate(complete(copy.deepcopy(record)))


def test_a_record_that_lacks_something_or_has_more_does_not_fit(records):
    record = records["dan"]
    for path in places(record):
        free = path[:1] == ("run",) or path[:2] == ("submission", "identity")
        if not path or not isinstance(path[-1], str) or free:
            continue
        if path[-1] == "bank" or (path[-1] in EMPTY_CASE and "cases" in path):  # may be left out where it is empty
            continue
        without = changed(record, path, lambda parent, key: parent.pop(key))
        assert not VALIDATOR.is_valid(without), path
        more = changed(record, path, lambda parent, key: parent.update({f"{key}_": 1}))
        assert not VALIDATOR.is_valid(more), path


# The signature


def test_a_record_is_signed_and_stays_so_through_its_file(records, out):
    for student, record in records.items():
        assert KEY.is_signed(record)
        assert read_record(Store(out).path(student)) == record


def test_nothing_of_a_record_can_be_left_out_renamed_or_repeated(records):
    for student in ("ada", "cleo"):
        record = records[student]
        for path in places(record):
            if path:
                assert not KEY.is_signed(changed(record, path, lambda parent, key: parent.pop(key))), path
            if path and isinstance(path[-1], str):
                renamed = changed(record, path, lambda parent, key: parent.update({f"{key} ": parent.pop(key)}))
                assert not KEY.is_signed(renamed), path
            elif path:
                again = changed(record, path, lambda parent, key: parent.insert(key, parent[key]))
                assert not KEY.is_signed(again), path


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_of_a_record_goes_unnoticed(records, data):
    record = records[data.draw(st.sampled_from(["ada", "cleo", "dan"]))]
    path = data.draw(st.sampled_from([path for path in places(record) if path]))
    old, new = at(record, path), data.draw(ANYTHING)
    assume(json.dumps(new) != json.dumps(old))
    assert not KEY.is_signed(changed(record, path, lambda parent, key: parent.__setitem__(key, new)))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_byte_of_a_file_can_be_changed(records, out, tmp_path_factory, data):
    """A byte more, less or another gives no record, or one that is not signed, or the same one (spaces say nothing)."""
    content = Store(out).path("dan").read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    replacement = data.draw(st.binary(max_size=2))
    path = tmp_path_factory.getbasetemp() / "changed.json"
    path.write_bytes(content[:place] + replacement + content[place + 1 :])
    try:
        record = read_record(path)
    except RecordError:
        return
    assert not KEY.is_signed(record) or canonical(record) == canonical(records["dan"])


@pytest.mark.parametrize("key", [SECRET[:-2] + "00", "00" * 32, SECRET[:32]])
def test_another_secret_signs_otherwise(records, key):
    other = Secret(bytes.fromhex(key))
    assert not other.is_signed(records["ada"])
    assert other.fingerprint != KEY.fingerprint


@pytest.mark.parametrize("signature", [None, 1, "", "é", "\ud800", [], True, "0" * 64])
def test_what_is_no_signature_is_none(records, signature):
    assert not KEY.is_signed({**records["ada"], "signature": signature})


def test_the_same_work_is_reproduced_bit_for_bit(course, classroom, records, tmp_path):
    again = {record["student"]: record for record in grade_here(course, classroom, tmp_path)}
    for student, record in records.items():
        assert canonical(reproducible(again[student])) == canonical(reproducible(record))
        assert set(record) - set(reproducible(record)) == {"run", "signature"}


def test_files_that_are_no_records(tmp_path):
    path = tmp_path / "record.json"
    for content, said in {
        b"": "cannot be read as a grade record",
        b"{": "cannot be read as a grade record",
        b"\xff": "cannot be read as a grade record",
        b"[" * 100_000: "cannot be read as a grade record",
        b'{"schema": 1, "student": "ada", "student": "bob"}': "it names something twice",
        b'{"schema": 1, "run": {"seconds": 1, "seconds": 2}}': "it names something twice",
        b"[]": "is not a grade record",
        b"{}": "is not a grade record",
        b'{"schema": 2}': "is a record of version 2; this chainrule reads version 1",
    }.items():
        path.write_bytes(content)
        with pytest.raises(RecordError, match=said):
            read_record(path)
    with pytest.raises(RecordError, match="cannot be read"):
        read_record(tmp_path)
    with pytest.raises(RecordError, match="cannot be read"):
        read_record(tmp_path / "nowhere")


# The secret, and what comes of it


def test_a_secret_is_for_its_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        made = Secret.create(tmp_path / "keys" / "secret")
    finally:
        os.umask(before)
    path = tmp_path / "keys" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Secret.read(path) == made
    assert len(made.key) == 32
    assert list(path.parent.iterdir()) == [path]
    assert Secret.create(tmp_path / "other") != made


@pytest.mark.parametrize("content", [b"", b"\n", b"abcd", b"g" * 64, b"\xff" * 64, b"0" * 63, "é".encode() * 40])
def test_what_is_no_secret(tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(RecordError):
        Secret.read(tmp_path / "secret")


def test_grades_keep_to_the_secret_they_were_begun_with(tmp_path):
    store = Store(tmp_path / "out")
    first = secret_for(store, tmp_path / "secret")
    assert secret_for(store, tmp_path / "secret") == first
    (tmp_path / "secret").rename(tmp_path / "moved")
    with pytest.raises(RecordError, match="is missing"):
        secret_for(store, tmp_path / "secret")
    assert not (tmp_path / "secret").exists()
    Secret.create(tmp_path / "secret")
    with pytest.raises(RecordError, match="another secret"):
        secret_for(store, tmp_path / "secret")
    assert secret_for(store, tmp_path / "moved") == first
    assert secret_for(Store(tmp_path / "elsewhere"), tmp_path / "moved") == first  # one secret for several folders


def test_seeds_differ_by_student_exercise_and_secret():
    asked = [(s, e) for s in ("ada", "adat", "bob", "", "a\0b", "\ud800") for e in ("toy.a", "oy.a", "t", "", "toy.b")]
    seeds = {KEY.seed(*pair) for pair in asked}
    assert len(seeds) == len(asked)
    assert all(0 <= seed < 1 << 64 for seed in seeds)
    assert {KEY.seed(*pair) for pair in asked} == seeds
    assert not {Secret(bytes(32)).seed(*pair) for pair in asked} & seeds


def test_each_student_gets_other_unseen_cases(course, records):
    def drawn(student, name):
        unit = course.unit("toy")
        (exercise,) = [e for e in records[student]["units"][0]["exercises"] if e["exercise"] == f"toy.{name}"]
        asked = unit.exercises[name]
        return [
            {key: value.tolist() if hasattr(value, "tolist") else value for key, value in asked.draw(case).items()}
            for case in cases_for(asked, exercise["seed"], exercise["bank"])
            if case.hidden
        ]

    for name in ("affine_forward", "half_square"):
        assert drawn("ada", name) == drawn("ada", name)
        assert drawn("ada", name) != drawn("bob", name)
    asks = {exercise.id: exercise.asks.id for unit in course.units for exercise in unit.exercises.values()}
    seeds = {
        (record["student"], asks[e["exercise"]]): e["seed"]
        for record in records.values()
        for unit in record["units"]
        for e in unit["exercises"]
    }
    assert len(set(seeds.values())) == len(seeds)
    assert statuses(records["ada"]) == statuses(records["bob"])


def test_a_bank_gives_each_student_a_choice_and_no_other_secret_the_same(course):
    asked = course.unit("toy").exercises["affine_forward"]

    def chosen(seed, bank):
        return [case.seed for case in cases_for(asked, seed, bank) if case.hidden]

    bank = KEY.bank(asked.id)
    choices = [chosen(KEY.seed(f"student{i}", asked.id), bank) for i in range(100)]
    assert choices[0] == chosen(KEY.seed("student0", asked.id), bank)
    assert len(set(map(tuple, choices))) > 95
    for of_one_case in zip(*choices, strict=True):
        assert len(set(of_one_case)) == DRAWINGS
    other = Secret(bytes(32)).bank(asked.id)
    assert not set(chain.from_iterable(choices)) & set(chosen(1, other))
    gradient = course.unit("toy").exercises["affine_backward"]
    seeds = [{case.name: case.seed for case in cases_for(one, 1, bank) if case.hidden} for one in (asked, gradient)]
    both = seeds[0].keys() & seeds[1].keys()
    assert len(both) > 3
    assert all(seeds[0][name] == seeds[1][name] for name in both)


def test_workers_and_records_never_hold_the_secret(course, classroom, out, records, tmp_path):
    session = Session(course, course.units, classroom, tmp_path, KEY)
    derived = [KEY.key, KEY.derived("signature"), SECRET.encode(), KEY.derived("signature").hex().encode()]
    for submission in find(classroom, ["toy", "tiny"]):
        job = session.job(*session.blank(submission))
        exercises = {exercise.id: exercise for unit in course.units for exercise in unit.exercises.values()}
        assert job["job"]["seeds"] == {id: KEY.seed(submission.student, e.asks.id) for id, e in exercises.items()}
        assert job["job"]["banks"] == {id: KEY.bank(e.asks.id) for id, e in exercises.items()}
        assert json.loads(json.dumps(job, default=lambda cell: cell.decode())), "it is plain data"
        for held in (pickle.dumps(job), repr(job).encode()):
            assert not any(part in held for part in derived)
    written = [path for path in out.rglob("*") if path.is_file()]
    assert len(written) == len(records)
    for path in written:
        assert not any(part in path.read_bytes() for part in derived)


# Keeping them


@given(st.text(st.characters(), max_size=300))
def test_a_students_name_becomes_a_harmless_file_name(student):
    name = safe_name(student)
    assert set(name) <= set(string.ascii_letters + string.digits + "-_.@%~")
    assert name.strip(".")
    assert len(name) < 200


@given(st.text(st.characters(), max_size=80), st.text(st.characters(), max_size=80))
def test_two_students_never_share_a_file(one, other):
    assume(one != other)
    assert safe_name(one) != safe_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        ("", "%00"),
        ("\0", ""),
        ("é" * 100, "é" * 100 + "x"),
        ("~", "%7E"),
        (".", ".."),
    ],
)
def test_names_that_could_be_confused_are_not(one, other):
    assert safe_name(one) != safe_name(other)


def test_ordinary_names_stay_as_they_are():
    for name in ("ada", "ada.lovelace@example.org", "s1234567", "a-b_c"):
        assert safe_name(name) == name
    assert safe_name("../../etc/passwd") == "..%2F..%2Fetc%2Fpasswd"


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "file"
    write_whole(path, b"before")
    with pytest.raises(TypeError):
        write_whole(path, [b"no bytes"])
    assert path.read_bytes() == b"before"
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    assert list(path.parent.iterdir()) == [path]


def test_records_are_read_one_by_one_in_order(records, out, tmp_path):
    store = Store(tmp_path)
    for student in ("cleo", "ada", "bob"):
        store.write(records[student])
    assert [record["student"] for record in read_all(tmp_path)] == ["ada", "bob", "cleo"]
    assert [record["student"] for record in read_all(tmp_path, ["cleo", "ada", "nobody"])] == ["ada", "cleo"]
    assert next(read_all(tmp_path))["student"] == "ada"
    store.path("ada").write_bytes(b"{")
    assert store.read("ada") is None
    assert [record["student"] for record in read_all(tmp_path, ["ada", "bob"])] == ["bob"]
