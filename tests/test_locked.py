"""The locked-down process: the same outcomes as in this process, every limit seen to bite, nothing left behind."""

import ast
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_data import data
from support import COURSE

from autograder.attack import honest_work, processes
from autograder.checking import build_answers, stale
from autograder.classroom import marking
from autograder.grading import Grader
from autograder.implementation import Call, Reply, load_cells
from autograder.locked import confine, messages
from autograder.locked.client import Ended, ForkServer, LockedDown, NotLocked
from autograder.locked.confine import Limits
from autograder.network import Network
from autograder.oracle import Frozen
from autograder.outcome import GRADER_ERROR
from autograder.sheet import Sheet
from autograder.wire import Malformed, Strange, Token, pack, unpack

SHORT = Limits(exercise=0.5, submission=5.0, patience=3.0)
EVERYTHING = ("namespaces", "landlock", "seccomp")
SERVERS: list[ForkServer] = []


def started(limits=SHORT, **options):
    """A fork server; the test is skipped where this machine cannot lock a submission in, but not in CI."""
    try:
        SERVERS.append(ForkServer(limits, **options))
        return SERVERS[-1]
    except NotLocked as error:
        if os.environ.get("CHAINRULE_CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module", autouse=True)
def frozen_answers():
    """The units' frozen answers, made where they are missing or old."""
    assert build_answers(stale(COURSE.units)) == ""


@pytest.fixture(scope="module")
def server():
    with started() as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_left_behind():
    """No test leaves a process behind, but for servers that go on and what they have ready."""
    before = processes() - ready()
    yield
    deadline = time.monotonic() + 2
    while (left := processes() - before - ready()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


def ready():
    return set().union(*(server.processes() for server in SERVERS if server.alive()))


class Locked(LockedDown):
    """A submission's functions, ended with the `with` block."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.end()


def locked(server, source, before=None):
    names = re.findall(r"^def (\w+)", source, re.MULTILINE)
    return Locked(server, [source.encode()], "work.py", "next" if before else "work", names, before)


def answer(server, source, *arguments):
    """The reply of the function `f` of a source."""
    with locked(server, source) as functions:
        return functions.call("f", arguments)


# The same outcomes as in this process


def outcomes(unit, implementation, exercises=None):
    grader = Grader(unit, implementation, Frozen(unit.answers))
    found = []
    for name, exercise in unit.exercises.items():
        if exercises is None or name in exercises:
            if isinstance(implementation, LockedDown):
                implementation.begin()
            found.append(grader.grade(exercise).to_json())
    return found


HELPERS = """
def njit(*args, **options):
    return args[0] if args else lambda function: function

def mistake(*args):
    return lambda function: function
"""


def with_mistake(unit, mistake):
    """The source of a hand-in in which one function is a known mistake, and the rest is right."""
    tree = ast.parse((unit.solutions / "mistakes.py").read_bytes())
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.ImportFrom) and (node.level or node.module in ("autograder", "numba")))
    ]
    mistakes = HELPERS + ast.unparse(tree)
    right = honest_work(unit)["right"].decode()
    chosen = f"{mistake.exercise} = MISTAKES[{mistake.id!r}]"
    return f"{right}\nMISTAKES = dict(globals())\nexec({mistakes!r}, MISTAKES)\n{chosen}\n"


@pytest.fixture(scope="module")
def patient():
    with started(Limits(exercise=20.0, submission=100.0)) as server:
        yield server


@pytest.mark.parametrize("unit", COURSE.units, ids=lambda unit: unit.name)
def test_references_have_the_same_outcomes(patient, unit):
    cells = [honest_work(unit)["right"]]
    here = outcomes(unit, load_cells(cells, f"{unit.name}.py", unit.name))
    assert {outcome["status"] for outcome in here} == {"passed"}
    with Locked(patient, cells, f"{unit.name}.py", unit.name, unit.points) as there:
        assert outcomes(unit, there) == here
        assert there.processes == 1
        assert there.endings == []


@pytest.mark.parametrize("unit", COURSE.units, ids=lambda unit: unit.name)
def test_known_mistakes_have_the_same_outcomes(patient, unit):
    known = [mistake for mistakes in unit.mistakes.values() for mistake in mistakes]
    for mistake in known[:: max(len(known) // 5, 1)]:
        cells = [with_mistake(unit, mistake).encode()]
        here = outcomes(unit, load_cells(cells, f"{unit.name}.py", unit.name), [mistake.exercise])
        assert here[0]["status"] != "passed", mistake.id
        with Locked(patient, cells, f"{unit.name}.py", unit.name, unit.points) as there:
            assert outcomes(unit, there, [mistake.exercise]) == here, mistake.id


BROKEN = {
    "a stub": "def linear_forward(x, w, b):\n    raise NotImplementedError\n",
    "nothing": "",
    "no Python": "def linear_forward(x, w, b:\n    return\n",
    "stops": "import nothing_of_that_name\n",
    "another signature": "def linear_forward(x, w):\n    return x @ w\n",
    "prints": "def linear_forward(x, w, b):\n    print('x' * 10000)\n    return x, x\n",
    "changes its arguments": "def linear_forward(x, w, b):\n    b += 1\n    return x @ w + b, (x, w)\n",
    "a chain of calls": "def inner(x):\n    return x[99]\n\ndef linear_forward(x, w, b):\n    return inner(x), None\n",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_has_the_same_outcomes(server, source):
    unit, cells = COURSE.unit("linear"), [source.encode()]
    with Locked(server, cells, "linear.py", "linear", unit.points) as there:
        assert outcomes(unit, there) == outcomes(unit, load_cells(cells, "linear.py", "linear"))


def test_a_notebooks_cells_fail_one_by_one(server):
    cells = [
        b"def f(x):\n    return x + 1\n",
        b"1 / 0\n",
        b"def g(x):\n    return x\nraise KeyError\n",
        b"def h(x):\n    return 3",
    ]
    with Locked(server, cells, "work.ipynb", "work", "fgh") as functions:
        assert functions.call("f", (1,)).value == 2
        assert functions.call("h", (1,)).value == 3
        assert functions.describe("g").status == "ready"


# Limits


def test_cpu_time():
    began = time.monotonic()
    source = "def f():\n    while True:\n        pass\n"
    with started(replace(SHORT, patience=40)) as server, locked(server, source) as functions:
        reply = functions.call("f", ())
        assert functions.hit == ["TimeLimit"]
    assert (reply.failure.kind, reply.failure.message) == ("TimeLimit", "0.5")
    assert reply.failure.frames == ()  # where it was differs from one time to the next
    assert time.monotonic() - began < 15


def test_cpu_time_of_who_cannot_be_interrupted(server):
    source = "import re\ndef f():\n    re.match('(a+)+$', 'a' * 60 + 'b')\n"
    with locked(server, source) as functions:
        reply = functions.call("f", ())
        assert (reply.failure.kind, reply.failure.message) == ("TimeLimit", "0.5")
        assert functions.cpu() < 3


def test_time_of_the_clock(server):
    began = time.monotonic()
    reply = answer(server, "import time\ndef f():\n    time.sleep(100)\n")
    assert reply.failure.kind == "TimeLimit"
    assert 1.0 < time.monotonic() - began < 10


def test_the_time_of_an_exercise_is_that_of_all_its_calls(server):
    source = "import time\ndef f():\n    time.sleep(0.4)\n    return 1\n"
    with locked(server, source) as functions:
        kinds = [reply.failure and reply.failure.kind for reply in (functions.call("f", ()) for _ in range(8))]
        assert kinds[0] is None
        assert kinds[-1] == "TimeLimit"
        functions.begin()
        assert functions.call("f", ()).value == 1


def test_the_time_of_a_submission_is_that_of_all_its_exercises():
    source = "def f():\n    while True:\n        pass\ndef g():\n    return 1\n"
    with started(replace(SHORT, submission=1.2)) as server, locked(server, source) as functions:
        for _ in range(8):
            functions.begin()
            functions.call("f", ())
        functions.begin()
        assert functions.call("g", ()).failure.kind == "TimeLimit"


def test_a_new_process_has_time_to_load_what_takes_long():
    source = """
import os, time
def busy(seconds):
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass
busy(0.2)
def f():
    busy(0.42)
    os._exit(0)
def g():
    return 1
"""
    with started(replace(SHORT, patience=20)) as server, locked(server, source) as functions:
        assert functions.call("f", ()).failure.kind == "Exited"
        functions.call("f", ())  # with hardly any time left
        functions.begin()
        assert functions.call("g", ()).value == 1


def test_memory(server):
    source = "import numpy as np\ndef f():\n    return len(np.zeros(1 << 29))\n"
    with locked(server, source) as functions:
        assert functions.call("f", ()).failure.kind == "MemoryError"
        assert functions.hit == ["MemoryError"]
    assert answer(server, source.replace("29", "20")).value == 1 << 20


def test_open_files(server):
    source = "import os\ndef f(n):\n    return [os.open('/dev/null', os.O_RDONLY) for _ in range(n)][-1] < 64\n"
    assert answer(server, source, 50).value is True
    assert answer(server, source, 70).failure.kind == "OSError"


def test_files_cannot_grow_even_where_nothing_is_locked(tmp_path):
    source = f"def f():\n    with open({str(tmp_path / 'made')!r}, 'w') as file:\n        file.write('x' * 10000)\n"
    with ForkServer(SHORT, limits_only=True, without=EVERYTHING) as server:
        assert str(server.tier) == "limits only"
        assert "too large" in answer(server, source).failure.message
    assert (tmp_path / "made").stat().st_size == 0


def test_output(server, capfd):
    source = (
        "import os\ndef f():\n    print('x' * 10**6)\n    os.write(1, b'one')\n    os.write(2, b'two')\n    return 1\n"
    )
    reply = answer(server, source)
    assert reply.value == 1
    assert 3000 < len(reply.printed) < 4300
    assert capfd.readouterr() == ("", "")


def test_replies():
    source = "import numpy as np\ndef f(n):\n    return np.zeros(n)\ndef g(n):\n    return [0.5] * n\n"
    with started(replace(SHORT, exercise=10.0, submission=60.0)) as server, locked(server, source) as functions:
        assert functions.call("f", (4_000_000,)).value.size == 4_000_000
        functions.begin()
        assert functions.call("f", (4_300_000,)).failure.kind == "TooLarge"
        functions.begin()
        assert functions.call("g", (2_000_000,)).failure.kind == "TooLarge"
        functions.begin()
        assert functions.call("g", (2,)).value == [0.5, 0.5]


@pytest.mark.parametrize("start", ["os.fork()", "threading.Thread(target=print).start()"])
def test_processes_also_for_root(server, start):
    reply = answer(server, f"import os, threading\ndef f():\n    {start}\n")
    assert reply.failure.kind in ("PermissionError", "RuntimeError")


def test_programs_also_for_root(server):
    assert answer(server, "import os\ndef f():\n    return os.system('true')\n").value != 0


def test_arguments_may_be_large(server):
    x = np.random.default_rng(0).normal(size=2_000_000)
    assert answer(server, "def f(x):\n    return x[-1]\n", x).value == x[-1]


# One process after the other


def test_a_killed_process_costs_one_call(server):
    source = "import ctypes, os\ndef f():\n    ctypes.string_at(0)\ndef g():\n    os._exit(7)\ndef h():\n    return 1\n"
    with locked(server, source) as functions:
        assert functions.call("h", ()).value == 1
        assert functions.call("f", ()).failure.message == "SIGSEGV"
        assert functions.call("h", ()).value == 1
        assert functions.call("g", ()).failure.kind == "Exited"
        assert functions.call("h", ()).value == 1
        assert functions.processes == 3
        assert functions.endings == ["Killed SIGSEGV", "Exited 7"]


def test_a_cache_is_gone_with_its_process(server):
    source = "import os\ndef f():\n    return 1, {2}\ndef g(cache):\n    return len(cache)\ndef h():\n    os._exit(0)\n"
    with locked(server, source) as functions:
        token = functions.call("f", (), 1, 2).value[1]
        assert functions.call("g", (token,)).value == 1
        functions.call("h", ())
        assert functions.call("g", (token,)).failure.kind == "nothing kept"


def test_submissions_share_nothing(server):
    source = "import builtins, numpy\nold = getattr(builtins, 'mine', 0)\nbuiltins.mine, numpy.pi = 1, 3\n"
    source += "def f():\n    return old\n"
    for _ in range(2):
        assert answer(server, source).value == 0
    assert answer(server, "import numpy\ndef f():\n    return numpy.pi\n").value == np.pi


def test_generators_that_nobody_seeds_begin_in_the_same_way(server):
    source = "import random, numpy as np\ndef f():\n    return random.random(), np.random.rand()\n"
    with started() as other:
        assert answer(server, source).value == answer(other, source).value


# The units of a submission

ONE = "def f():\n    return 1\n"
BUSY = """
import time
def f():
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
"""


def test_the_units_of_a_submission_follow_each_other_in_one_process(server):
    first = locked(server, BUSY)
    assert first.call("f", ()).failure is None
    with locked(server, ONE, first) as second:
        assert second.call("f", ()).value == 1
        assert (first.processes, second.processes) == (1, 0)
        assert first.cpu() >= 0.15
        assert second.cpu() < 0.15  # what the unit before has used is not its own
    assert second.memory > 10 << 20


def test_a_unit_finds_nothing_of_the_one_before(server):
    first = locked(server, ONE)
    assert first.call("f", ()).value == 1
    source = "import sys\ndef f():\n    return 'work' in sys.modules, 'next' in sys.modules\n"
    with locked(server, source, first) as second:
        assert second.call("f", ()).value == (False, True)
        assert second.describe("g").status == "missing"


@pytest.mark.parametrize(
    "source",
    [
        "import os\ndef f():\n    os._exit(0)\n",
        "import os, signal\ndef f():\n    signal.signal(signal.SIGALRM, lambda *about: os._exit(0))\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.05)\n",
        "import builtins\ndef f():\n    builtins.__build_class__ = None\n",
        "import builtins\ndef f():\n    builtins.compile = builtins.exec = None\n",
        "import numpy as np\nkept = []\ndef f():\n    kept.append(np.empty(150_000_000))\n",
        BUSY,
    ],
    ids=["has ended", "will end", "no classes", "no exec", "much memory", "much time"],
)
def test_what_a_unit_does_to_its_process_does_not_cost_the_next(server, source):
    first = locked(server, source)
    for _ in range(3):
        first.begin()
        first.call("f", ())
    time.sleep(0.1)
    with locked(server, f"class A:\n    pass\n{ONE}", first) as second:
        assert second.call("f", ()).value == 1
        assert second.processes == 1


def test_a_process_that_ended_before_the_next_unit_was_loaded_is_replaced(server):
    first = locked(server, ONE)
    assert first.call("f", ()).value == 1
    os.kill(first.child.number, 9)
    while first.child.alive():
        time.sleep(0.01)
    with locked(server, ONE, first) as second:
        with pytest.raises(Ended):
            second.launch()  # as a worker does, which sees to it when it asks something
        assert second.call("f", ()).value == 1
        assert second.processes == 1


def test_a_unit_needs_another_server_than_the_one_before(server):
    with started() as other:
        first = locked(other, ONE)
        assert first.call("f", ()).value == 1
        with locked(server, ONE, first) as second:
            assert second.call("f", ()).value == 1
            assert second.processes == 1
        first = locked(other, ONE)
        assert first.call("f", ()).value == 1
        other.process.kill()
        other.process.wait()
        with locked(server, ONE, first) as second:
            assert second.call("f", ()).value == 1


def test_who_cannot_be_loaded_is_not_the_fault_of_the_unit_before(server):
    first = locked(server, ONE)
    assert first.call("f", ()).value == 1
    with locked(server, "def f(:\n", first) as second:
        assert second.describe("f").failure.kind == "SyntaxError"
        assert second.processes == 1


# Sheets that are sent ahead


def sheet(name, *arguments):
    """A sheet that asks for one call."""
    return pack([[name, list(arguments), None, 1, True]])


SLOW_AND_QUICK = """
import os
def slow(seconds):
    import time
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds
def double(x):
    return 2 * x
def die():
    os._exit(3)
"""


def test_a_sheet_sent_ahead_is_answered_like_any_other(server):
    with locked(server, SLOW_AND_QUICK) as functions:
        first, second = sheet("double", 1), sheet("double", 2)
        wanted = functions.at_once(first), functions.at_once(second)
        assert None not in wanted
        for _ in range(2):
            assert functions.at_once(first) == wanted[0]
            functions.ask_ahead(second)
            functions.begin()
            assert functions.at_once(second) == wanted[1]
        assert functions.processes == 1


def test_who_asks_something_else_waits_for_the_sheet_sent_ahead_and_its_answers_are_kept(server):
    with locked(server, SLOW_AND_QUICK) as functions:
        ahead = sheet("slow", 0.3)
        assert functions.at_once(sheet("double", 1))
        functions.ask_ahead(ahead)
        assert functions.call("double", (2,)).value == 4
        assert functions.at_once(sheet("double", 3))
        waited, cpu = functions.waited - functions.waited_before, functions.cpu() - functions.cpu_before
        assert waited < 0.25  # it is the next exercise's time
        assert cpu < 0.15
        functions.begin()
        assert unpack(functions.at_once(ahead)) == [[0.3]]
        assert functions.waited - functions.waited_before > 0.15
        assert functions.cpu() - functions.cpu_before > 0.15
        assert functions.processes == 1


@pytest.mark.parametrize("asked_between", [False, True])
def test_a_sheet_sent_ahead_that_ends_the_process_costs_the_next_exercise_alone(server, asked_between):
    with locked(server, SLOW_AND_QUICK) as functions:
        ahead = sheet("die")
        assert functions.at_once(sheet("double", 1))
        functions.ask_ahead(ahead)
        if asked_between:
            assert functions.call("double", (2,)).value == 4
        assert not functions.hit
        assert not functions.endings
        functions.begin()
        assert functions.at_once(ahead) is None
        assert functions.call("double", (2,)).value == 4
        assert functions.processes == 2


@pytest.mark.parametrize("asked_between", [False, True])
def test_a_sheet_sent_ahead_has_its_share_of_time_and_no_more(server, asked_between):
    with locked(server, SLOW_AND_QUICK) as functions:
        ahead = sheet("slow", 0.3)
        assert functions.at_once(sheet("double", 1))
        functions.ask_ahead(ahead, 0.2)
        if asked_between:
            assert functions.call("double", (2,)).value == 4
        functions.begin()
        assert functions.at_once(ahead, 0.2) is None
        assert functions.processes == 1
        assert functions.at_once(ahead)


def test_who_defies_the_alarm_in_a_sheet_sent_ahead_is_ended_and_it_is_said_of_the_next_exercise(server):
    source = "def f():\n    while True:\n        try:\n            while True:\n                pass\n" + (
        "        except BaseException:\n            pass\ndef g():\n    return 1\n"
    )
    with locked(server, source) as functions:
        ahead = sheet("f")
        assert functions.at_once(sheet("g"))
        functions.ask_ahead(ahead)
        assert functions.call("g", ()).value == 1
        assert not functions.hit
        functions.begin()
        assert functions.at_once(ahead) is None
        assert functions.hit == ["TimeLimit"]
        assert functions.call("g", ()).failure.kind == "TimeLimit"  # all of the exercise's time is used up
        functions.begin()
        assert functions.call("g", ()).value == 1


def test_a_sheet_that_was_sent_to_a_process_that_is_gone_is_sent_again(server):
    with locked(server, SLOW_AND_QUICK) as functions:
        ahead = sheet("double", 2)
        assert functions.at_once(sheet("double", 1))
        functions.ask_ahead(ahead)
        functions.end()
        assert unpack(functions.at_once(ahead)) == [[4]]
        assert functions.processes == 2


def test_a_process_that_still_works_on_a_sheet_is_not_handed_over(server):
    first = locked(server, SLOW_AND_QUICK)
    assert first.at_once(sheet("double", 1))
    first.ask_ahead(sheet("double", 2))
    with locked(server, ONE, first) as second:
        assert second.call("f", ()).value == 1
        assert second.processes == 1


def test_the_next_exercise_is_asked_before_the_answers_to_the_last_are_judged(monkeypatch):
    unit, told = COURSE.unit("lstm"), []

    def watch(owner, name):
        whole = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given, **more: told.append(name) or whole(*given, **more))

    watch(LockedDown, "at_once")
    watch(LockedDown, "ask_ahead")
    watch(Sheet, "verdicts")
    seeds = dict.fromkeys((exercise.id for exercise in unit.exercises.values()), 5)
    work = [honest_work(unit)["right"]], "lstm.py"
    marked = marking.mark(marking.job_for(COURSE, {"lstm": work}, seeds, Limits(), limits_only=True))
    marking.HERE.bench.close()
    assert {exercise["status"] for exercise in marked["units"]["lstm"]} == {"passed"}
    sheets = told.count("at_once")
    assert sheets > 1
    assert told == ["at_once", "ask_ahead", "verdicts"] * (sheets - 1) + ["at_once", "verdicts"]
    assert marked["run"]["processes"] == 1


# Children that wait


def test_a_child_that_died_while_it_waited_is_not_used(server):
    assert answer(server, ONE).value == 1
    (waiting,) = server.processes() - {server.process.pid}
    os.kill(waiting, 9)
    while server.spare.alive():
        time.sleep(0.01)
    assert answer(server, ONE).value == 1


@pytest.mark.skipif(confine.MACHINE is None, reason="only Linux tells which pages a process has of its own")
def test_pages_that_a_step_changes_are_known_and_can_be_had_beforehand():
    memory = np.ones(1 << 20, np.uint8)
    first, last = memory.ctypes.data, memory.ctypes.data + memory.nbytes

    def write():
        memory[:] = 2

    def within(pages):
        return sum(max(min(begin + size, last) - max(begin, first), 0) for begin, size in pages)

    pages = confine.changed_by(write)
    assert within(pages) == memory.nbytes
    assert within(confine.changed_by(lambda: None)) < memory.nbytes // 10
    for before, (least, most) in {None: (200, 10**6), confine.have_own: (0, 50)}.items():
        reader, writer = os.pipe()
        if not (child := os.fork()):
            if before:
                before(pages)
            faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            write()
            os.write(writer, b"%d" % (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults))
            os._exit(0)
        os.waitpid(child, 0)
        assert least <= int(os.read(reader, 100)) <= most
        os.close(reader)
        os.close(writer)


def test_no_child_waits_where_others_could_reach_it():
    with started(limits_only=True, without=("seccomp",)) as server:
        assert answer(server, ONE).value == 1
        assert server.processes() == {server.process.pid}


def test_two_submissions_at_once(server):
    source = "kept = []\ndef f(x):\n    kept.append(x)\n    return len(kept)\n"
    with locked(server, source) as one, locked(server, source) as two:
        assert [one.call("f", (0,)).value, two.call("f", (0,)).value, one.call("f", (0,)).value] == [1, 1, 2]


def test_a_server_that_is_killed_takes_its_children_along(server):
    with started() as other:
        functions = locked(other, "def f():\n    return 1\n")
        assert functions.call("f", ()).value == 1
        other.process.kill()
        other.process.wait()
        assert not other.alive()
        with pytest.raises(RuntimeError, match="the fork server has ended"):
            locked(other, "").describe("f")


def test_a_server_that_is_killed_with_a_request_before_it_has_ended_like_any_other():
    with started() as other:
        os.kill(other.process.pid, signal.SIGSTOP)
        other.order()
        other.process.kill()
        other.process.wait()
        with pytest.raises(RuntimeError, match="the fork server has ended"):
            other.fork()


@pytest.mark.parametrize("without", [("seccomp",), EVERYTHING], ids=["a pid namespace", "limits only"])
def test_a_double_fork_that_holds_the_channel_delays_nothing(without):
    source = """
import os, time
def f():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(30)
        os._exit(0)
    os._exit(3)
"""
    before = processes()
    with ForkServer(SHORT, limits_only=True, without=without) as server:
        if without != EVERYTHING and "pid" not in server.tier.namespaces:
            pytest.skip("this machine offers no pid namespace")
        began = time.monotonic()
        assert answer(server, source).failure.kind in ("Exited", "TimeLimit", "BlockingIOError", "PermissionError")
        assert time.monotonic() - began < 5
        while len(processes() - before) > 1 and time.monotonic() - began < 10:  # nobody waits for a child to end
            time.sleep(0.01)
        assert processes() - before == {server.process.pid}


# Tiers

ATTEMPTS = """
import ctypes, os, socket
def f(path, port):
    def refused(attempt):
        try:
            attempt()
        except OSError:
            return True
        return False
    return {
        "read": refused(lambda: open(path).read()),
        "list": refused(lambda: os.listdir(os.path.dirname(path))),
        "write": refused(lambda: open(path, "a")),
        "create": refused(lambda: open(path + ".new", "x")),
        "network": refused(lambda: socket.create_connection(("127.0.0.1", port), 1)),
        "fork": refused(lambda: os.fork() or os._exit(0)),
        "signal": refused(lambda: os.kill(os.getppid() or 1, 0)),
    }
"""


@pytest.mark.parametrize(
    ("without", "open_doors"),
    [
        ((), ()),
        (("namespaces",), ()),
        (("landlock",), ()),
        (("seccomp",), ("fork",)),
        (("namespaces", "landlock"), ("read", "list", "write", "create")),
        (("landlock", "seccomp"), ("fork",)),
    ],
)
def test_what_each_tier_refuses(tmp_path, without, open_doors):
    (tmp_path / "secret").write_text("the answer")
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        started(limits_only=True, without=without) as server,
    ):
        listener.settimeout(0.1)
        if missing := [
            step
            for step in ("namespaces", "landlock", "seccomp")
            if step not in without and not getattr(server.tier, step)
        ]:
            pytest.skip(f"this machine offers no {missing[0]}")
        reply = answer(server, ATTEMPTS, str(tmp_path / "secret"), listener.getsockname()[1])
        allowed = {name for name, refused in reply.value.items() if not refused}
        # Signals stay within the namespace of processes; root's processes are not counted by the kernel's limit.
        assert allowed - {"signal"} - ({"fork"} if "seccomp" in without else set()) <= set(open_doors)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert (tmp_path / "secret").read_text() == "the answer"


def test_the_tier_is_named(server):
    assert str(server.tier).endswith("+ limits")
    assert server.tier.locked
    with started(without=("namespaces",), limits_only=True) as other:
        assert "namespaces" not in str(other.tier)


@pytest.mark.parametrize("without", [("seccomp",), ("namespaces", "landlock"), EVERYTHING])
def test_what_cannot_be_locked_in_is_not_graded(without):
    with pytest.raises(NotLocked, match="--limits-only"):
        ForkServer(SHORT, without=without)


def test_where_there_is_no_fork_it_says_so(monkeypatch):
    monkeypatch.delattr(os, "fork")
    with pytest.raises(NotLocked, match="WSL"):
        ForkServer(SHORT)


@pytest.mark.skipif(sys.platform != "linux", reason="the commands are those of Linux")
def test_seccomp_alone_refuses_signals_by_way_of_a_files_owner():
    source = """
import fcntl, os, signal, struct
def f(victim):
    done = []
    for call in (
        lambda: fcntl.fcntl(3, fcntl.F_SETOWN, victim),
        lambda: fcntl.fcntl(3, 10, signal.SIGKILL),  # F_SETSIG
        lambda: fcntl.ioctl(3, 0x8901, struct.pack("i", victim)),  # FIOSETOWN
        lambda: fcntl.ioctl(3, 0x5452, struct.pack("i", 1)),  # FIOASYNC
    ):
        try:
            call()
            done.append(True)
        except OSError:
            pass
    fcntl.fcntl(3, fcntl.F_SETFL, fcntl.fcntl(3, fcntl.F_GETFL) | os.O_ASYNC)
    return done
def g():
    return 1
"""
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        with started(limits_only=True, without=("namespaces", "landlock")) as server:
            if not server.tier.seccomp:
                pytest.skip("this machine offers no seccomp")
            with locked(server, source) as functions:
                assert functions.call("f", (victim.pid,)).value == []
                assert functions.call("g", ()).value == 1  # what comes over the channel tells its owner
            time.sleep(0.1)
            assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


def test_nothing_of_the_grader_is_open_or_on_a_terminal(server):
    source = """
import os
def f():
    null = os.stat("/dev/null").st_rdev
    streams = [os.fstat(number).st_rdev == null for number in (0, 1, 2)]
    others = []
    for number in range(3, 64):
        try:
            os.fstat(number)
            others.append(number)
        except OSError:
            pass
    return streams, others, sorted(os.environ)
"""
    streams, others, environment = answer(server, source).value
    assert streams == [True] * 3
    assert others == [3]
    ours = {"LC_ALL", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED"}
    assert set(environment) <= ours
    assert os.getsid(server.process.pid) == server.process.pid


# Messages

ODD = st.one_of(data, st.integers(-(2**2000), 2**2000))
PARTS = ("failure", "printed", "warnings", "changed", "shares", "stale", "random", "after")
CALL = Call("f", ())
REPLIES = st.one_of(ODD, st.tuples(ODD, st.dictionaries(st.sampled_from(PARTS), ODD)).map(list))
DESCRIPTIONS = st.one_of(
    ODD,
    st.fixed_dictionaries(
        {"status": st.one_of(st.sampled_from(["ready", "stub", "missing", "no file", "broken"]), ODD)}
        | dict.fromkeys(("parameters", "least", "most", "similar", "file", "failure"), ODD)
    ),
)


@given(REPLIES, st.integers(0, 3), st.integers(1, 3))
@settings(max_examples=400, deadline=1000)
def test_hostile_replies_are_read_or_malformed(sent, arguments, results):
    try:
        reply = messages.to_reply(unpack(pack(sent)), Call("f", (1.0,) * arguments, None, results))
    except Malformed:
        return
    assert type(reply) is Reply
    assert all(0 <= number < arguments for number in reply.changed)
    pack(reply.value)  # it may be handed to another function
    assert all(text.isprintable() for text in reply.printed.split())


@given(DESCRIPTIONS)
@settings(max_examples=300, deadline=1000)
def test_hostile_descriptions_are_read_or_malformed(sent):
    try:
        described = messages.to_description(unpack(pack(sent)))
    except Malformed:
        return
    assert described.status in ("ready", "stub", "missing", "no file", "broken")


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=1000)
def test_hostile_bytes_are_malformed(sent):
    try:
        messages.to_replies(unpack(sent), [CALL])
    except Malformed:
        return


def nested(depth):
    value = 1.0
    for _ in range(depth):
        value = [value]
    return value


ODD_NETWORK = Network.random((2, 3), np.random.default_rng(0))
ODD_NETWORK.layers = [(np.array("w"), np.array("b"))]
ODD_NETWORK.m = ODD_NETWORK.v = [np.zeros(()), np.zeros(())]


@pytest.mark.parametrize(
    "value",
    [2**1024, -(2**5000), nested(60), [2**2000], {"a": nested(50)}, ODD_NETWORK],
    ids=lambda v: type(v).__name__,
)
def test_values_that_no_function_can_return_are_malformed(value):
    with pytest.raises(Malformed):
        messages.to_reply([value, {}], CALL)


def test_texts_are_made_harmless():
    text = "\x1b[2J\u202e\ud800\x00a" * 5000
    reply = messages.to_reply([Strange(text), {"printed": text, "warnings": [text], "failure": [text, text, []]}], CALL)
    for said in (reply.value.kind, reply.printed, reply.warnings[0], reply.failure.kind, reply.failure.message):
        assert len(said) <= messages.MOST_TEXT
        assert said.isprintable()
        said.encode()


class Answers:
    """An implementation that answers every question with the same value."""

    def __init__(self, sent):
        self.sent = sent

    def describe(self, name):
        return load_cells([f"def {name}(*a): pass".encode()], "x.py", "x").describe(name)

    def calls(self, calls):
        return [self.reply(call) for call in calls]

    def call(self, name, arguments, keep=None, results=1):
        try:
            return messages.to_reply(unpack(pack(self.sent)), Call(name, arguments, keep, results))
        except Malformed as error:
            return Reply(failure=messages.to_failure(["Malformed", str(error), []]))

    def reply(self, call):
        return self.call(call.name, call.arguments, call.keep, call.results)

    def forget(self):
        pass


FLOATS = st.floats(allow_nan=True) | st.sampled_from([2.0**1000, -0.0, float("inf")])
VALUES = st.one_of(
    data,
    st.tuples(data, data),
    st.tuples(FLOATS, data),
    st.integers(-(2**1023), 2**1023),
    st.tuples(st.integers(-(2**1023), 2**1023), st.builds(Token, st.integers(0, 9))),
)


@given(VALUES, st.sampled_from(["affine_forward", "affine_backward", "half_square", "descend"]))
@settings(max_examples=300, deadline=None)
def test_no_answer_brings_about_an_error_of_the_grader(toy, sent, exercise):
    outcome = Grader(toy.unit, Answers([sent, {}]), toy.frozen).grade(toy.unit.exercises[exercise])
    assert outcome.status != GRADER_ERROR, outcome.cases[0].sentence
    assert outcome.earned == 0
