"""Honest work with random damage: the grader never crashes, every record fits its schema, nothing outlasts its limit.

200 submissions; by night (CHAINRULE_NIGHTLY=1) ten times as many. A submission is made from its number alone, so that
one that fails can be made again.
"""

import json
import random
import re
import sys
import warnings

import pytest
from jsonschema import Draft202012Validator
from small_class import RIGHT, grade_here, hand_in, nothing_left_behind, write_course
from support import COURSE, NIGHTLY, ROOT

from autograder import checking
from autograder.classroom.records import SCHEMA_FILE
from autograder.course import Course
from autograder.locked.client import GRACE
from autograder.locked.confine import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux")
VALIDATOR = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
TIMES = 10 if NIGHTLY else 1
COUNTS = {"toy": 100, "conv": 50, "lstm": 50}
LIMITS = Limits(exercise=0.5, submission=1.5, memory=1 << 30)
LATE = 2.0  # seconds by which a busy machine may notice late

STATEMENTS = """
return
return None
return 0, 0
return np.nan
return np.zeros((2, 3)), None
return lambda: 0
return np.empty((1 << 20, 1 << 20))
return [[[[[[]]]]]]
return object()
return b"bytes", {1: 2}
raise
raise ValueError
raise KeyboardInterrupt
raise SystemExit
raise MemoryError
raise NotImplementedError
raise BaseException("\\ud800\\0")
while True: pass
for i in iter(int, 1): pass
import os; os._exit(1)
import os; os.abort()
import os; os.kill(os.getpid(), 9)
import sys; sys.exit()
import sys; sys.setrecursionlimit(10 ** 9)
import ctypes; ctypes.string_at(0)
import time; time.sleep(0.2)
import time; time.sleep(1000)
import warnings; warnings.warn("x" * 10 ** 5)
import matplotlib.pyplot
from autograder import *
print("x" * 10 ** 6)
print("\\x1b[2J\\ud800", flush=True)
assert False
yield 1
await None
del x
global np
nonlocal x
np = None
np.random.seed(0)
np.random.rand()
x = x.T
x[:] = 0
x = x.astype(object)
x = 1 / 0
x = "x" * 10 ** 9
x = [0] * 10 ** 9
pass
breakpoint()
input()
exec("(" * 10 ** 5)
locals().clear()
globals().clear()
__builtins__.clear()
""".strip().split("\n")
TEXTS = [
    "\0",
    "\ufeff",
    "\u202e",
    "é",
    "e\u0301",
    "名",
    "🙂",
    "\u00a0",
    "\u2028",
    "\r",
    "\f",
    "\t",
    "“",
    "−",
    "𝐱",
    "\\",
    '"""',
    "#",
    "@",
    "(",
    "\x1b[0m",
]


def mutant(source: str, number: int) -> bytes:
    """The source with one to four kinds of damage. Most damage leaves no Python, so two of three are such that can be
    compiled all the same."""
    rng = random.Random(number)
    data = damaged(source, rng)
    while number % 3 and not compiles(data):
        data = damaged(source, rng)
    return data


def compiles(data: bytes) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(data, "mutant", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def damaged(source: str, rng: random.Random) -> bytes:
    data = source.encode()
    for _ in range(rng.randint(1, 4)):
        data = rng.choice([tokens, tokens, statement, statement, statement, lines, bits, cut, text, numbers])(data, rng)
    return data


def tokens(data, rng):
    """Leave out, repeat or swap words and signs."""
    parts = re.findall(rb"\w+|\s+|[^\w\s]", data)
    places = [i for i, part in enumerate(parts) if part.strip()]
    if len(places) < 2:
        return data
    one, other = rng.sample(places, 2)
    match rng.randrange(4):
        case 0:
            parts[one] = b""
        case 1:
            parts[one] *= 2
        case 2:
            parts[one], parts[other] = parts[other], parts[one]
        case 3:
            parts[one] = parts[other]
    return b"".join(parts)


def statement(data, rng):
    """Put in a statement, indented like the line after it."""
    found = data.split(b"\n")
    place = rng.randrange(len(found))
    indent = re.match(rb"\s*", found[place])[0]
    return b"\n".join([*found[:place], indent + rng.choice(STATEMENTS).encode(), *found[place:]])


def lines(data, rng):
    """Leave out, repeat or move a line."""
    found = data.split(b"\n")
    line = found.pop(rng.randrange(len(found)))
    for _ in range(rng.randrange(3)):
        found.insert(rng.randrange(len(found) + 1), line)
    return b"\n".join(found)


def bits(data, rng):
    """Turn over some bits."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def cut(data, rng):
    return data[: rng.randrange(len(data) + 1)]


def text(data, rng):
    """Put in a character that code seldom has."""
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.choice(TEXTS).encode() + data[place:]


def numbers(data, rng):
    """Another number in place of one."""
    found = list(re.finditer(rb"\b\d+\b", data))
    if not found:
        return data
    match = rng.choice(found)
    number = rng.choice([b"0", b"-1", b"2", b"0.5", b"1e400", b"10**9", b"None", b"1j", b"True"])
    return data[: match.start()] + number + data[match.end() :]


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """For each unit a course that has it, and honest work."""
    honest = {
        unit: (ROOT / "benchmarks" / "honest" / f"{unit}.py").read_text(encoding="utf-8") for unit in ("conv", "lstm")
    }
    units = tuple(unit for unit in COURSE.units if unit.name in honest)
    assert checking.prepare(units, lambda said: None) == ""
    real = {unit.name: Course(COURSE.root, COURSE.title, (unit,)) for unit in units}
    toy = write_course(tmp_path_factory.mktemp("course"))
    return {unit: (real[unit], honest[unit]) for unit in honest} | {"toy": (toy, RIGHT)}


@pytest.mark.parametrize("part", range(TIMES))
@pytest.mark.parametrize("unit", COUNTS)
def test_damaged_work_is_graded_like_any_other(courses, tmp_path, unit, part):
    course, source = courses[unit]
    first = part * COUNTS[unit]
    handed_in = {f"{first + i:05}": mutant(source, first + i) for i in range(COUNTS[unit])}
    handed_in["honest"] = source.encode()
    for student, content in handed_in.items():
        hand_in(tmp_path / "class", student, **{unit: content})
    with nothing_left_behind():
        made = grade_here(course, tmp_path / "class", tmp_path / "out", LIMITS)
    assert {record["student"] for record in made} == set(handed_in)
    for record in made:
        told = f"{unit} {record['student']}"
        VALIDATOR.validate(json.loads(json.dumps(record)))
        exercises = [exercise for graded in record["units"] for exercise in graded["exercises"]]
        assert not [e for e in exercises if e["status"] == "grader error"], told
        assert record["earned"] == sum(e["earned"] for e in exercises), told
        taken = record["run"]["exercises"]
        for exercise, took in taken.items():
            assert took["seconds"] <= LIMITS.patience * LIMITS.exercise + LATE, f"{told} {exercise}"
            assert took["cpu"] <= LIMITS.exercise + GRACE + LATE, f"{told} {exercise}"
        assert sum(took["cpu"] for took in taken.values()) <= LIMITS.submission + GRACE + LATE, told
        assert sum(took["seconds"] for took in taken.values()) <= LIMITS.patience * LIMITS.submission + LATE, told
    (honest,) = [record for record in made if record["student"] == "honest"]
    (graded,) = [part for part in honest["units"] if part["unit"] == unit]
    assert graded["earned"] == graded["points"]  # it is not that everything fails
    statuses = {e["status"] for record in made for e in record["units"][0]["exercises"]}
    assert {"passed", "failed"} <= statuses
