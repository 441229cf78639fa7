"""How fast a class is graded, beside nbgrader; what the sandbox costs; how much memory the parent takes; dask.

The class is made up (see made_up_class.py): each student hands in `conv` and `lstm`, some of it wrong. Commands are
timed as a whole, with their start-up; what is compared takes turns in one run. Exit status 1 if a target is missed.

    speed     `chainrule grade` of the whole class, and `nbgrader autograde` of a sample (see nbgrader_course.py)
    sandbox   a submission in the locked-down process, and the same engine with the same cases in this process
    memory    the parent's peak for many small submissions and for ten times as many
    dask      `chainrule grade --scheduler local` and the local pool, two workers each
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain, pairwise
from pathlib import Path
from statistics import mean, median, quantiles

from machine import describe
from made_up_class import ROOT, SLIPS, UNITS, hand_in, make_class
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from autograder.classroom import marking
from autograder.classroom.records import read_all
from autograder.course import Course
from autograder.exercise import seed_of
from autograder.implementation import load_cells
from autograder.locked.client import LockedDown
from autograder.locked.confine import Limits
from autograder.oracle import refresh

JOBS = 2
ROUNDS = 2  # commands take turns so often
SMALL_UNIT = "guess_number"
# What is asked of each, and beyond it what would be fine.
LEAST_RATIO, FINE_RATIO = 40, 100  # nbgrader's seconds per submission over ours
MOST_OVERHEAD, FINE_OVERHEAD = 15, 5  # ms
MOST_GROWTH = 1.3  # of the parent's peak
MOST_DASK = 1.5  # of the local pool's time

progress = Console(stderr=True)


@dataclass
class Command:
    """What a command took: seconds of the clock, the peak memory of its own process and, of its children too."""

    seconds: float
    peak: int  # bytes, of the command's own process
    largest: int  # bytes, of the largest of it and the processes that it waited for


def grade(submissions: Path, out: Path, units: tuple[str, ...] = UNITS, *options: str) -> Command:
    """`chainrule grade` of a whole class into a new folder, as a command."""
    arguments = [part for unit in units for part in ("--unit", unit)]
    return run(
        [sys.executable, "-m", "autograder.cli", "grade", str(submissions), "--out", str(out), *arguments,
         "--jobs", str(JOBS), *options]
    )  # fmt: skip


def run(command: list[str]) -> Command:
    """Run a command in the course's folder, and look at its memory from outside while it runs."""
    peak = 0
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        ended = threading.Event()

        def watch():
            nonlocal peak
            while not ended.wait(0.02):
                peak = max(peak, high_water(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        ended.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            text = said.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}\n{text[-4000:]}")
    largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Command(seconds, peak or largest, largest)


def high_water(pid: int) -> int:
    """The most memory that a process has had so far, in bytes; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return 0


def speed(folder: Path, options) -> Iterator[tuple[Table, list[str]]]:
    """The whole class with `chainrule grade`, and a sample of it with `nbgrader autograde`."""
    from nbgrader_course import NbgraderCourse

    hide_scipy(folder / "hidden")
    progress.print(f"making a class of {options.students}, and nbgrader's course")
    students = make_class(folder / "class", options.students, options.seed)
    course = NbgraderCourse(folder / "nbgrader", Course.read(ROOT))
    # A student alone shows what nbgrader needs to start; the first of all warms up and is not counted.
    sample = students[: options.nbgrader_students + ROUNDS + 1]
    parts = [sample[1 + round :: ROUNDS] for round in range(ROUNDS)]
    course.autograde(sample[:1], options.seed)
    grade_few(folder, options)
    ours, alone, several, counts = [], [], [], []
    for round, (first, *rest) in enumerate(parts):
        progress.print(f"round {round + 1} of {ROUNDS}: chainrule, {len(students)} students")
        ours.append(grade(folder / "class", folder / f"grades{round}").seconds)
        progress.print(f"  {ours[-1]:.1f} s; nbgrader, 1 + {len(rest)} students")
        alone.append(course.autograde([first], options.seed))
        several.append(course.autograde(rest, options.seed))
        counts.append(len(rest))
    each = (sum(several) - sum(alone)) / (sum(counts) - ROUNDS)
    theirs = mean(alone) + (len(students) - 1) * each
    ratio = theirs / mean(ours)

    table = markdown("", "students", "seconds", "for one more", "for the class", "submissions/s", "ratio")
    table.add_row(
        "`nbgrader autograde`", f"{ROUNDS} × 1, {' + '.join(map(str, counts))}",
        f"{mean(alone):.1f}, {' + '.join(f'{s:.1f}' for s in several)}", f"{each:.2f} s", f"{theirs:.0f} s",
        f"{len(students) / theirs:.2f}", "1",
    )  # fmt: skip
    table.add_row(
        f"`chainrule grade --jobs {JOBS}`", f"{ROUNDS} × {len(students)}", ", ".join(f"{s:.1f}" for s in ours), "",
        f"{mean(ours):.1f} s", f"{len(students) / mean(ours):.1f}", f"{ratio:.0f}",
    )  # fmt: skip
    yield table, [f"ratio {ratio:.0f}, at least {LEAST_RATIO} is asked"] * (ratio < LEAST_RATIO)
    progress.print(f"fine would be {FINE_RATIO}; {agreement(course, folder / 'grades0')}")


def hide_scipy(folder: Path) -> None:
    """Have no command find SciPy. Only the tests need it, and who installs what grading needs has none; but where it is
    installed Numba imports it in every worker."""
    folder.mkdir()
    (folder / "scipy.py").write_text('raise ImportError("SciPy is hidden from what is timed")\n', encoding="utf-8")
    os.environ["PYTHONPATH"] = str(folder)


def grade_few(folder: Path, options) -> None:
    """Warm up: kernels that were never used here are compiled, and frozen answers are made."""
    make_class(folder / "few", 4, options.seed)
    grade(folder / "few", folder / "grades-of-few")


def agreement(course, out: Path) -> str:
    """In how many exercises both say the same of the sample. They need not where a function needs another."""
    theirs = course.passed()
    ours = {
        (record["student"], exercise["exercise"]): exercise["status"] == "passed"
        for record in read_all(out, {student for student, _ in theirs})
        for unit in record["units"]
        for exercise in unit["exercises"]
    }
    other = [f"{student} {exercise}" for (student, exercise), passed in theirs.items()
             if ours.get((student, exercise)) != passed]  # fmt: skip
    return f"of {len(theirs)} exercises in the sample, both say the same but for {', '.join(other) or 'none'}"


class InProcess:
    """What LockedDown is, but in this process: what is left is the price of the sandbox."""

    def __init__(self, server, cells, path, name, functions, before=None):
        self.server = server
        self.inner = load_cells(cells, path, name, server.limits.exercise)
        self.limits, self.waited, self.cpu_before, self.memory, self.processes = server.limits, 0.0, 0.0, 0, 0
        self.hit, self.endings = [], []

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def launch(self):
        pass

    def begin(self):
        pass

    def cpu(self):
        return 0.0

    def end(self):
        pass


def sandbox(folder: Path, options) -> Iterator[tuple[Table, list[str]]]:
    """The same submissions, locked in and in this process, one of each in turn."""
    course = Course.read(ROOT)
    for unit in UNITS:
        refresh(course.unit(unit))
    count = max(50, min(options.students, 100))
    jobs = [job(course, f"student{number:04}", options.seed) for number in range(count)]
    ways = {"locked down": LockedDown, "in this process": InProcess}
    for way in ways.values():
        for warm in jobs[:3]:
            timed(way, warm)
    seconds = {name: [] for name in ways}
    for number, each in enumerate(jobs):
        if number % 20 == 0:
            progress.print(f"submission {number} of {count}")
        said = {}
        timed(InProcess, each)  # who goes first would otherwise draw the cases for both
        for name in ways if number % 2 else reversed(ways):
            took, said[name] = timed(ways[name], each)
            seconds[name].append(took)
        alike(number, *said.values())
    marking.HERE.bench.close()
    overheads = [1000 * (a - b) for a, b in zip(*seconds.values(), strict=True)]
    found = median(overheads)

    table = markdown("a submission of both units, ms", "median", "tenth", "nine tenths")
    for name, values in (*((n, [1000 * s for s in v]) for n, v in seconds.items()), ("overhead, pairwise", overheads)):
        low, *_, high = quantiles(values, n=10)
        table.add_row(name, f"{median(values):.1f}", f"{low:.1f}", f"{high:.1f}")
    yield table, [f"overhead {found:.1f} ms, at most {MOST_OVERHEAD} is asked"] * (found > MOST_OVERHEAD)
    progress.print(f"{count} submissions; fine would be {FINE_OVERHEAD} ms")


def timed(way, job) -> tuple[float, dict]:
    """Grade a submission in one way or the other: how many seconds it took, and what came of it."""
    before, marking.LockedDown = marking.LockedDown, way
    try:
        start = time.perf_counter()
        marked = marking.mark(job)
        return time.perf_counter() - start, marked["units"]
    finally:
        marking.LockedDown = before


def alike(number: int, *said: dict) -> None:
    """Stop where the two ways did not do the same work: their times would say nothing."""
    for one, other in zip(*(chain.from_iterable(units.values()) for units in said), strict=True):
        if "grader error" in (one["status"], other["status"]) or one != other:
            raise SystemExit(f"submission {number}: {one['exercise']} is not graded alike in both ways")


def job(course: Course, student: str, seed: int) -> dict:
    """What a worker is asked for a student's hand-in."""
    sources = hand_in(student, seed)
    forward = {exercise: exercise.replace("_backward", "_forward") for exercise in SLIPS}
    seeds = {exercise: seed_of(student, forward[exercise]) for exercise in SLIPS}
    cells = {unit: ([source.encode()], f"{unit}.py") for unit, source in sources.items()}
    banks = {exercise: seed_of(str(seed), forward[exercise]) for exercise in SLIPS}
    return marking.job_for(course, cells, seeds, Limits(), banks=banks)


def memory(folder: Path, options) -> Iterator[tuple[Table, list[str]]]:
    """The parent's peak for a class and for one ten times as large."""
    peaks = []
    table = markdown("submissions", "parent's peak, MB", "ratio", "largest process, MB", "seconds")
    for size in options.sizes:
        progress.print(f"{size} submissions of {SMALL_UNIT}")
        submissions = folder / f"small{size}"
        for number in range(size):
            student = submissions / f"student{number:05}"
            student.mkdir(parents=True)
            (student / f"{SMALL_UNIT}.py").write_text(small(number), encoding="utf-8")
        took = grade(submissions, folder / f"small-grades{size}", (SMALL_UNIT,))
        peaks.append(took.peak)
        table.add_row(
            f"{size:,}", f"{took.peak / 2**20:.0f}", f"{took.peak / peaks[0]:.2f}", f"{took.largest / 2**20:.0f}",
            f"{took.seconds:.1f}",
        )  # fmt: skip
        shutil.rmtree(submissions)
    growth = max(b / a for a, b in pairwise(peaks))
    yield table, [f"peak grew by {growth:.2f}, at most {MOST_GROWTH} is asked"] * (growth > MOST_GROWTH)


def small(number: int) -> str:
    """A little work on guess_number, a little different from student to student."""
    guess = ("k * x", "k + x", "x * k", "k")[number % 4]
    step = ("k + lr * loss * x", "k - lr * loss * x", "k + lr * loss")[number % 3]
    return f"# student {number}\n\n\ndef predict(k, x):\n    return {guess}\n\n\n" + (
        f"def sign_loss(y_true, y_pred):\n    return float((y_true > y_pred) - (y_true < y_pred))\n\n\n"
        f"def difference_loss(y_true, y_pred):\n    return y_true - y_pred\n\n\n"
        f"def gradient_step(k, x, loss, lr):\n    return {step}\n"
    )


def dask(folder: Path, options) -> Iterator[tuple[Table, list[str]]]:
    """The class on dask's embedded cluster, and in the local pool."""
    if not find_spec("distributed"):
        raise SystemExit('dask is not installed: pip install -e ".[dask]"')
    make_class(folder / "dask-class", options.students, options.seed)
    grade_few(folder / "dask", options)
    ways = {f"local pool, {JOBS} processes": (), f"dask, {JOBS} local workers": ("--scheduler", "local")}
    seconds = {name: [] for name in ways}
    for round in range(ROUNDS):
        for number, (name, more) in enumerate(ways.items()):
            progress.print(f"round {round + 1} of {ROUNDS}: {name}")
            took = grade(folder / "dask-class", folder / f"dask-grades{round}-{number}", UNITS, *more)
            seconds[name].append(took.seconds)
    first = mean(next(iter(seconds.values())))
    table = markdown(f"{options.students} submissions", "seconds", "mean", "ratio")
    for name, values in seconds.items():
        table.add_row(name, ", ".join(f"{s:.1f}" for s in values), f"{mean(values):.1f}", f"{mean(values) / first:.2f}")
    ratio = mean(values) / first
    yield table, [f"dask took {ratio:.2f} of the pool's time, at most {MOST_DASK} is asked"] * (ratio > MOST_DASK)


PARTS: dict[str, Callable] = {"speed": speed, "sandbox": sandbox, "memory": memory, "dask": dask}


def markdown(*columns: str) -> Table:
    table = Table(*columns, box=MARKDOWN)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog=__doc__[__doc__.index("    speed") :],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--students", type=int, default=300, help="how many are in the class (default 300)")
    parser.add_argument(
        "--nbgrader-students", type=int, default=24, help="how many of them nbgrader grades (default 24)"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5000], help="classes whose memory is measured")
    parser.add_argument("--only", choices=PARTS, action="append", metavar="PART", help=f"one of {', '.join(PARTS)}")
    parser.add_argument("--seed", type=int, default=0, help="what the class is made from (default 0)")
    options = parser.parse_args()
    # All commands, nbgrader's too, keep modules compiled, as Python does unless it is told otherwise.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    out = Console(width=None if sys.stdout.isatty() else 140)
    out.print(describe("numpy", "numba"), soft_wrap=True)
    missed = []
    with tempfile.TemporaryDirectory(prefix="chainrule-benchmark-") as folder:
        for name in options.only or PARTS:
            for table, faults in PARTS[name](Path(folder), options):
                out.print(table)
                missed += faults
    for line in missed:
        out.print(f"missed: {line}", markup=False)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
