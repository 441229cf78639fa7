"""A small class in a small course, the command `chainrule` run on it, and what processes that leaves behind."""

import ctypes
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from toy_course import DEFINITIONS, MISTAKES, REFERENCE, write_manifest, write_unit

from autograder.classroom import records
from autograder.classroom.executors import Local
from autograder.classroom.records import Secret
from autograder.classroom.session import Session
from autograder.classroom.submissions import find
from autograder.course import Course
from autograder.locked.confine import Limits, adopt_orphans
from autograder.oracle import refresh

TINY_DEFINITIONS = '''
"""What is asked of tiny.py."""

from autograder import value


def numbers(rng, n):
    return dict(v=rng.normal(size=n))


double = value(numbers, fresh=lambda rng: (int(rng.integers(2, 9)),), cases={"three": (3,), "five": (5,)})
'''
TINY = '''
"""The reference of the tiny unit."""


def double(v):
    """v (N,) -> 2v (N,)."""
    return 2 * v
'''
POINTS = {
    "toy": {"affine_forward": 2, "affine_backward": 3, "half_square": 2, "descend": 1},
    "tiny": {"double": 0.5},
}
RIGHT = dedent(REFERENCE)
AVERAGED = RIGHT.replace("dout.sum(axis=0)", "dout.mean(axis=0)")
SLEEPY = f"import time\ntime.sleep(0.15)\n{RIGHT}"
SECRET = "5eed" * 16


def write_course(root: Path) -> Course:
    """A course of two units, `toy` (8 points) and `tiny` (half a point), with its answers."""
    write_unit(root, "toy", DEFINITIONS, REFERENCE, MISTAKES)
    write_unit(root, "tiny", TINY_DEFINITIONS, TINY)
    write_manifest(root, POINTS)
    course = Course.read(root)
    for unit in course.units:
        refresh(unit)
    return course


def hand_in(folder: Path, name: str, **files: str | bytes) -> Path:
    """Write what one student hands in, a folder or, going by its name, an archive: `toy=…` is toy.py, and a notebook
    where it is a list of cells."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = dict(content_of(unit, source) for unit, source in files.items())
    path = folder / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            for file, content in contents.items():
                archive.writestr(file, content)
    elif name.endswith(".tar.gz"):
        with tarfile.open(path, "w:gz") as archive:
            for file, content in contents.items():
                member = tarfile.TarInfo(f"work/{file}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    else:
        path.mkdir(exist_ok=True)
        for file, content in contents.items():
            (path / file).write_bytes(content)
    return path


def content_of(unit, source):
    if isinstance(source, list):
        cells = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in source]
        return f"{unit}.ipynb", json.dumps(
            {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
        ).encode()
    return f"{unit}.py", source.encode() if isinstance(source, str) else source


def sleepy_class(folder: Path, n: int) -> list[str]:
    """Some students whose work takes a moment, so that a run can be stopped in the middle of it."""
    students = [f"student{number:02}" for number in range(n)]
    for number, student in enumerate(students):
        hand_in(folder, student, toy=SLEEPY if number % 3 else SLEEPY.replace("sum(axis=0)", "mean(axis=0)"), tiny=TINY)
    return students


def grade_here(course: Course, folder: Path, out: Path, limits: Limits | None = None, workers: int = 1) -> list[dict]:
    """Grade a class without the command: the records."""
    session = Session(course, course.units, folder, out, Secret(bytes.fromhex(SECRET)), limits or Limits())
    made, pool = [], Local(workers)
    try:
        session.run(find(folder, [unit.name for unit in course.units]), pool, lambda record, new: made.append(record))
    finally:
        pool.close()
    return made


# The command


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "autograder.cli", *map(str, arguments)]


def chainrule(*arguments, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess:
    """Run `chainrule` in a folder; a traceback is a failure, whatever the command was asked."""
    done = subprocess.run(
        command(*arguments), cwd=cwd, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def records_in(out: Path) -> dict[str, dict]:
    """The records as they are written, by student."""
    found = map(records.read_record, (out / "records").glob("*.json"))
    return {record["student"]: record for record in found}


def reproducible(out: Path) -> dict[str, bytes]:
    """The part of each record that is the same whenever and wherever it is made, bit for bit."""
    return {student: records.canonical(records.reproducible(r)) for student, r in records_in(out).items()}


def statuses(record: dict) -> dict[str, str]:
    return {e["exercise"]: e["status"] for unit in record["units"] for e in unit["exercises"]}


def counted(printed: str) -> tuple[int, int]:
    """How many were graded, and how many were already, as the command says."""
    match = re.search(r"^(\d+) graded(?:, (\d+) were graded already)?\.$", printed, re.M)
    assert match, printed
    return int(match[1]), int(match[2] or 0)


# Processes


def processes() -> dict[int, tuple[int, str]]:
    """Every process that runs: the number of its parent, and its command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text().rpartition(")")[2].split()
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has just ended
            continue
        state, parent, memory = told[0], int(told[1]), int(told[20])
        if state not in "ZX" and memory:  # without memory it is about to end
            found[int(folder.name)] = parent, line
    return found


def below(root: int) -> dict[int, str]:
    """The processes that one has started, and those that they have started: their command lines."""
    every = processes()
    found, waiting = {}, {root}
    while waiting:
        children = {number for number, (parent, _) in every.items() if parent in waiting} - found.keys()
        found.update({number: every[number][1] for number in children})
        waiting = children
    return found


def workers_of(root: int) -> list[int]:
    """The worker processes of a command that is running."""
    return [number for number, (parent, line) in processes().items() if parent == root and "spawn_main" in line]


def fork_servers_of(root: int) -> list[int]:
    """The fork servers that the workers of a command have started."""
    workers = workers_of(root)
    return [number for number, (parent, line) in processes().items() if parent in workers and "locked.server" in line]


@contextmanager
def nothing_left_behind():
    """Fail if a process that was started in here is still there a moment after; orphans included, for they become
    children of this process."""
    adopt_orphans()
    before = below(os.getpid())

    def left():
        now = below(os.getpid()).items()
        return {number: line for number, line in now if number not in before and "resource_tracker" not in line}

    try:
        yield
        patience = time.monotonic() + 30
        while left() and time.monotonic() < patience:
            time.sleep(0.02)
        if behind := left():
            raise AssertionError(f"left behind: {behind}")
    finally:
        ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def until(what, seconds: float = 60):
    """Wait until `what()` is true, and return it."""
    patience = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < patience, "it never came"
        time.sleep(0.005)
    return found
