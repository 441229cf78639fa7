"""Replay known attacks against a grader, mixed into a class of honest students, and see what they bring.

A technique is a hand-in that tries to gain points, or to harm whoever grades it. Each is harmless by construction, so
that a hole costs a failed test and not the machine; where it gets through it says so itself, in a line with HOLE.

    tests/attacks/<technique>.py    a hand-in of one unit. Its docstring says what it tries; comments below it say
        # unit: linear              of which unit,
        # earns: 2                  how many points the honest work in it is worth (0 if not said),
        # expect: TimeLimit|Killed  what staff must be told: one of these words is in the record,
        # machine: x86_64           and on which machine alone it works.
    tests/attacks/packages.py       functions that write what is no single file: archives, folders, links. The same
                                    lines stand in their docstrings.

None of the files is ever imported here, but packages.py, which is not handed in.
"""

import ast
import importlib.util
import json
import os
import platform
import re
import resource
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .classroom import marking, submissions
from .course import ANSWERS, Course, Unit
from .locked.confine import Limits
from .outcome import GRADER_ERROR

PACKAGES = "packages.py"
NEIGHBOUR = "zoe"  # an honest student beside whom packages are handed in
PORT = b"LOOPBACK_PORT"  # in a technique's source: the port of the listener that must hear nothing
CANARY = "CHAINRULE_ATTACK_CANARY"  # a variable of the grader's environment that nobody may see
LIMITS = Limits(exercise=1.0, submission=6.0, patience=3.0)
MOST_MEMORY = 200  # MB by which the grader may grow over one submission
SLACK = 5.0  # seconds that grading may take on top of what a submission may use
NUMBA = re.compile(rb"^from numba import .*$", re.MULTILINE)
NO_NUMBA = b"def njit(*args, **options):\n    return args[0] if args else lambda function: function\nprange = range"


@dataclass(frozen=True)
class Technique:
    """One attack.

    Args:
        name: of its file or function.
        tries: what it tries, a sentence.
        unit: the unit that it is handed in for.
        earns: points of the honest work in it.
        expect: words of which the record must show one.
        machine: the only machine it works on, or "".
        source: of the file, or None where `write` makes a package at a path.
    """

    name: str
    tries: str
    unit: str
    earns: float = 0
    expect: tuple[str, ...] = ()
    machine: str = ""
    source: bytes | None = None
    write: Callable[[Path], None] | None = None


@dataclass(frozen=True)
class Row:
    """What came of one technique.

    Args:
        technique, tries: see Technique.
        beyond: points earned beyond those of honest work; negative where honest work lost some.
        seconds: what grading it took.
        ended: how its processes ended, or what else staff are told.
        honest: whether the honest students' grades are what they were, to the bit.
        holes: what got through, in words.
    """

    technique: str
    tries: str
    beyond: float
    seconds: float
    ended: str
    honest: bool
    holes: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        return self.honest and not self.holes


class AttackError(Exception):
    """The attacks cannot be replayed; the text says why."""


def find(folder: Path) -> list[Technique]:
    """The techniques of a folder, sorted by name."""
    if not folder.is_dir():
        raise AttackError(f"There are no attacks in {folder}. Name their folder with --attacks.")
    files = [path for path in sorted(folder.glob("*.py")) if path.name != PACKAGES]
    found = [of_file(path) for path in files]
    if (folder / PACKAGES).is_file():
        found += of_packages(folder / PACKAGES)
    if not found:
        raise AttackError(f"There are no attacks in {folder}. Name their folder with --attacks.")
    return sorted(found, key=lambda technique: technique.name)


def of_file(path: Path) -> Technique:
    source = path.read_bytes()
    text = source.decode("utf-8", "replace")
    tries = re.search(r'"""(.*?)"""', text, re.DOTALL)
    return described(path.stem, tries[1] if tries else "", re.findall(r"^# (\w+): (.*)$", text, re.MULTILINE), source)


def of_packages(path: Path) -> list[Technique]:
    specification = importlib.util.spec_from_file_location("chainrule_attack_packages", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    names = [node.name for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.FunctionDef)]
    found = []
    for function in (getattr(module, name) for name in names if not name.startswith("_")):
        tries, _, rest = (function.__doc__ or "").partition("\n")
        lines = re.findall(r"^\s*(\w+): (.*)$", rest, re.MULTILINE)
        found.append(replace(described(function.__name__, tries, lines), write=function))
    return found


def described(name: str, tries: str, lines, source: bytes | None = None) -> Technique:
    said = dict(lines)
    return Technique(
        name,
        " ".join(tries.split()),
        said.get("unit", "linear").strip(),
        float(said.get("earns", 0)),
        tuple(word.strip() for word in said.get("expect", "").split("|") if word.strip()),
        said.get("machine", "").strip(),
        source,
    )


def honest_work(unit: Unit) -> dict[str, bytes]:
    """What honest students hand in: all of it right, every second function started, nothing started."""
    right = NUMBA.sub(NO_NUMBA, unit.reference_file.read_bytes())
    stubs = "".join(
        f"\n\ndef {name}(*arguments):\n    raise NotImplementedError\n" for name in list(unit.points)[::2]
    ).encode()
    return {"right": right, "half": right + stubs, "untouched": unit.stubs.read_bytes()}


class Replay:
    """A class of honest students and attackers, graded one after the other in the same worker.

    Args:
        course: the course; it needs its solutions.
        limits: what a submission may use.
        limits_only: whether to go on where the machine cannot lock submissions in.
    """

    def __init__(self, course: Course, limits: Limits = LIMITS, limits_only: bool = False):
        self.course, self.limits, self.limits_only = course, limits, limits_only
        self.honest: dict[str, dict[str, Any]] = {}  # what honest students' grades were before any attack
        self.seen: set[str] = set()
        self.count = 0

    def rows(self, techniques: list[Technique]) -> Iterator[Row]:
        """Grade each technique and then an honest student, and compare with what it was before."""
        with listener() as (port, heard), canary() as secret, tempfile.TemporaryDirectory() as folder:
            for unit in {technique.unit for technique in techniques} - self.seen:
                self.honest |= {f"{unit} {kind}": self.grade_honest(unit, kind) for kind in self.works(unit)}
                self.seen.add(unit)
            before = self.surroundings(Path(folder))
            for technique in techniques:
                if technique.machine in ("", platform.machine()):
                    row = self.row(technique, port, secret, Path(folder))
                    holes = list(row.holes)
                    if heard:
                        holes.append("a listener on this machine heard something")
                        heard.clear()
                    if changed := before ^ (before := self.surroundings(Path(folder))):
                        holes.append(f"changed: {', '.join(sorted({str(entry[0]) for entry in changed})[:3])}")
                    yield replace(row, holes=tuple(holes))

    def row(self, technique: Technique, port: int, secret: str, folder: Path) -> Row:
        children = processes() - servers()
        began = time.monotonic()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cells, remarks = self.handed_in(technique, port, folder / "submissions")
        result = self.graded(technique.unit, cells) if cells else nothing_graded(technique.unit)
        seconds = time.monotonic() - began
        exercises = result["units"][technique.unit]
        told = json.dumps([exercises, result["run"]["endings"], remarks], ensure_ascii=False)
        earned = sum(exercise["earned"] for exercise in exercises)
        said = re.findall(r"HOLE[^\"\\{]{5,80}", told)
        holes = [f"said that it got through: {line}" for line in sorted(set(said))]
        if earned > technique.earns:
            holes.append(f"earned {earned:g} points for honest work worth {technique.earns:g}")
        if earned < technique.earns:
            holes.append(f"honest work worth {technique.earns:g} points earned {earned:g}")
        if seconds > (most := self.limits.submission * self.limits.patience + SLACK):
            holes.append(f"took {seconds:.1f} s, more than {most:g}")
        if any(exercise["status"] == GRADER_ERROR for exercise in exercises):
            holes.append("brought about an error of the grader")
        if secret in told:
            holes.append("saw the grader's environment")
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", "".join(texts([exercises, remarks]))):
            holes.append("has control characters in the record")
        if (grown := (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) >> 10) > MOST_MEMORY:
            holes.append(f"took {grown} MB of the grader's memory")
        if technique.expect and not any(word in told for word in technique.expect):
            holes.append(f"the record says nothing of {' or '.join(technique.expect)}")
        if left := left_of(children):
            holes.append(f"left {len(left)} processes behind")
        names = [name for name in self.honest if name.startswith(f"{technique.unit} ")]
        self.count += 1
        name = names[self.count % len(names)]
        honest = self.grade_honest(*name.split(" ")) == self.honest[name]
        ended = "; ".join(dict.fromkeys(ending.split(": ", 1)[-1] for ending in result["run"]["endings"]))
        ended = ended or "; ".join(remarks) or worst(exercises)
        return Row(technique.name, technique.tries, earned - technique.earns, seconds, ended, honest, tuple(holes))

    def handed_in(self, technique: Technique, port: int, folder: Path) -> tuple[list[bytes], list[str]]:
        """The code cells that would be graded of a technique, and what its student is told of the rest."""
        if technique.source is not None:
            return [technique.source.replace(PORT, str(port).encode())], []
        others = folder / NEIGHBOUR
        others.mkdir(parents=True)
        (others / f"{technique.unit}.py").write_bytes(self.works(technique.unit)["right"])
        try:
            technique.write(folder / technique.name)
            return in_time(lambda: self.read(technique, folder))
        finally:
            shutil.rmtree(folder)

    def read(self, technique: Technique, folder: Path) -> tuple[list[bytes], list[str]]:
        """What is read of a package, which lies beside the folder of an honest student."""
        told: list[str] = []
        found = {s.student: s for s in submissions.find(folder, [unit.name for unit in self.course.units], told.append)}
        work = submissions.read(found[NEIGHBOUR], [technique.unit])[0][technique.unit]
        if work.cells != (self.works(technique.unit)["right"],):
            told.append("HOLE: an honest student's file is another one now")
        if technique.name not in found:
            return [], told
        works, more = submissions.read(found[technique.name], [technique.unit])
        work = works[technique.unit]
        return list(work.cells), [*told, *more, *work.remarks, *filter(None, [work.problem])]

    def works(self, unit: str) -> dict[str, bytes]:
        return honest_work(self.course.unit(unit))

    def grade_honest(self, unit: str, kind: str) -> dict[str, Any]:
        """The reproducible part of an honest student's grade."""
        return self.graded(unit, [self.works(unit)[kind]])["units"]

    def graded(self, unit: str, cells: list[bytes]) -> dict[str, Any]:
        """What a worker makes of a submission of one unit."""
        seeds = {f"{unit}.{name}": 20261121 + n for n, name in enumerate(self.course.unit(unit).points)}
        job = marking.job_for(self.course, {unit: (cells, f"{unit}.py")}, seeds, self.limits, self.limits_only)
        return marking.mark(job)

    def surroundings(self, folder: Path) -> set[tuple[Path, int, int]]:
        """The files that nobody may change: the course's, and those beside the submissions."""
        root = self.course.root
        found = [
            *root.glob("*"),
            *(root / "solutions").rglob("*"),
            *(root / "exercises").rglob("*"),
            *folder.rglob("*"),
        ]
        found += Path(tempfile.gettempdir()).glob("chainrule-attack-*")
        # Other processes may be building answers and Numba's caches just now; who writes there says so itself.
        found = [path for path in found if path.name != ANSWERS and path.parent.name != "__pycache__"]
        return {(path, (stat := path.stat()).st_size, stat.st_mtime_ns) for path in found if path.is_file()}


def in_time(function):
    """What a function returns, unless it is still busy after a while: then it is left alone."""
    box: list[Any] = []

    def run():
        try:
            box.append((function(), None))
        except Exception as error:
            box.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SLACK * 4)
    late = ([], [f"HOLE: reading it was not over after {SLACK * 4:g} s"])
    value, error = box[0] if box else (late, None)
    if error:
        raise error
    return value


def nothing_graded(unit: str) -> dict[str, Any]:
    """What comes of a submission in which there was nothing to be graded."""
    return {"units": {unit: []}, "run": {"endings": []}}


def texts(value) -> Iterator[str]:
    """All strings in a piece of JSON."""
    if isinstance(value, str):
        yield value.replace("\n", "").replace("\t", "")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


def worst(exercises: list[dict[str, Any]]) -> str:
    """The first sentence that says why an exercise earned nothing."""
    for exercise in exercises:
        for case in exercise["cases"]:
            if case["status"] not in ("passed", "not started") and "no function called" not in case["sentence"]:
                return case["sentence"]
    return "nothing was earned" if exercises else "nothing was graded"


def processes() -> set[int]:
    """The processes that descend from this one."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
        except OSError:
            continue
    found, ours = {os.getpid()}, set()
    while found:
        ours |= found
        found = {number for number, parent in parents.items() if parent in ours} - ours
    return ours


def servers() -> set[int]:
    """The fork servers of this thread, which stay, and what they have ready."""
    kept = getattr(marking.HERE, "bench", None)
    return set().union(*(server.processes() for server in kept.servers.values())) if kept else set()


def left_of(children: set[int]) -> set[int]:
    """The processes besides these that are still there after a while."""
    deadline = time.monotonic() + SLACK
    while (left := processes() - children - servers()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


@contextmanager
def canary():
    """A secret in the environment of the grader."""
    os.environ[CANARY] = secret = f"canary-{os.urandom(8).hex()}"
    try:
        yield secret
    finally:
        del os.environ[CANARY]


@contextmanager
def listener():
    """Listen on a port of this machine, by TCP and UDP: the port, and a list that stays empty if nobody calls."""
    heard: list[str] = []
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))

        def listen(sock, hear):
            sock.settimeout(0.2)
            while sock.fileno() >= 0:
                try:
                    hear(sock)
                except TimeoutError:
                    continue
                except OSError:
                    break
                heard.append("something")

        threads = [
            threading.Thread(target=listen, args=(tcp, lambda sock: sock.accept()[0].close()), daemon=True),
            threading.Thread(target=listen, args=(udp, lambda sock: sock.recv(1)), daemon=True),
        ]
        for thread in threads:
            thread.start()
        yield port, heard


def replay(
    course: Course, folder: Path, only: str = "", limits: Limits = LIMITS, limits_only: bool = False
) -> Iterator[Row]:
    """Replay the techniques of a folder, or the one that is called `only`: a row for each.

    Raises AttackError where there are none, NotLocked where the machine cannot lock a submission in.
    """
    techniques = [technique for technique in find(folder) if only in ("", technique.name)]
    if not techniques:
        raise AttackError(f"There is no attack {only!r} in {folder}.")
    return Replay(course, limits, limits_only).rows(techniques)
