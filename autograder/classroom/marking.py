"""Grade one submission: a job, which is plain data, in; what came of it, plain data too, out.

Jobs run in worker processes, here or on other machines. A worker knows the references; the code of the submission runs
in a locked-down process of its own.
"""

import hashlib
import platform
import re
import threading
import time
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import __version__
from ..course import Course, Unit
from ..exercise import Case, Exercise, seed_of
from ..grading import Grader
from ..ladder import before_calling
from ..locked.client import Ended, ForkServer, LockedDown
from ..locked.confine import Limits, Tier
from ..oracle import Frozen, Live
from ..outcome import GRADER_ERROR, NOT_STARTED, PASSED, CaseOutcome, Outcome, overall
from ..sheet import RIGHT, UNCLEAR, WRONG, Sheet, Sheets
from .records import short

# Modules that take long to import: where a hand-in names one, its process is forked from a server that has it loaded.
SLOW_TO_IMPORT = {"matplotlib": "matplotlib.pyplot", "torch": "torch"}
DRAWINGS = 4  # of each unseen case, in a class's bank
TOGETHER = 0.2  # of an exercise's time, for it and its gradients asked at once; where that is over, each has its own
HERE = threading.local()


class OtherVersion(Exception):
    """A worker is not of the version that grading was started with."""


class VisibleAndUnseen:
    """An oracle of frozen answers for the cases that students see, and of live ones for those that they do not."""

    def __init__(self, unit: Unit):
        self.visible, self.unseen = Frozen(unit.answers), Live(unit, witness=False)

    def of(self, case):
        return self.unseen if case.hidden else self.visible

    def ask(self, exercise, case):
        return self.of(case).ask(exercise, case)

    def question(self, exercise, case):
        return self.of(case).question(exercise, case)

    def answer(self, exercise, case):
        return self.of(case).answer(exercise, case)

    def mistakes(self, exercise, case):
        return self.of(case).mistakes(exercise, case)

    def known(self, exercise):
        return self.visible.known(exercise)


class Bench:
    """What a worker keeps from one submission to the next: the course, its oracles, and fork servers.

    Args:
        root: the course's folder.
        limits: what a submission may use.
        limits_only: whether submissions are graded where the machine can only limit and not lock them in.
    """

    def __init__(self, root: str, limits: Limits, limits_only: bool):
        self.course = Course.read(Path(root))
        self.limits, self.limits_only = limits, limits_only
        self.oracles: dict[str, VisibleAndUnseen] = {}
        self.sheets: dict[str, Sheets] = {}
        self.servers: dict[tuple[str, ...], ForkServer] = {}

    @lru_cache(4)  # noqa: B019 - a bench lives as long as its thread
    def stamps(self, names: tuple[str, ...]) -> list[str]:
        return [unit_stamp(self.course.unit(name)) for name in names]

    def oracle(self, unit: Unit) -> VisibleAndUnseen:
        if unit.name not in self.oracles:
            self.oracles[unit.name] = VisibleAndUnseen(unit)
            self.sheets[unit.name] = Sheets(self.oracles[unit.name])
        oracle = self.oracles[unit.name]
        oracle.unseen.forget()
        return oracle

    def locked_down(self, asked: dict[str, Any], before: LockedDown | None = None) -> LockedDown:
        """What was handed in of a unit, in a locked-down process that is about to load it: that of the submission's
        unit `before`, or a new one."""
        cells, unit = asked["cells"], asked["unit"]
        functions = tuple(self.course.unit(unit).points)
        made = LockedDown(self.server(cells), cells, asked["path"], unit, functions, before)
        with suppress(Ended, RuntimeError):  # it will be seen when something is asked
            made.launch()
        return made

    def server(self, cells: list[bytes]) -> ForkServer:
        """A fork server that has loaded what these cells import and would take long to."""
        source = b"\n".join(cells)
        named = [name for name in SLOW_TO_IMPORT if imports(source, name.encode())]
        preload = tuple(SLOW_TO_IMPORT[name] for name in named)
        if (server := self.servers.get(preload)) is None or not server.alive():
            if server:
                server.close()
            server = self.servers[preload] = ForkServer(self.limits, self.limits_only, preload=preload)
        return server

    def close(self) -> None:
        for server in self.servers.values():
            server.close()


def imports(source: bytes, name: bytes) -> bool:
    """Whether a line of a source seems to import a module."""
    return name in source and bool(re.search(rb"^\s*(?:import|from)\s+" + name, source, re.M))


def bench(root: str, limits: dict, limits_only: bool) -> Bench:
    """This thread's bench, made anew only where a job asks for another."""
    wanted = root, tuple(limits.items()), limits_only
    if getattr(HERE, "wanted", None) != wanted:
        if hasattr(HERE, "bench"):
            HERE.bench.close()
        HERE.bench, HERE.wanted = Bench(root, Limits(**limits), limits_only), wanted
    return HERE.bench


def get_ready(job: dict[str, Any]) -> None:
    """Load what takes long before a first submission is marked: references, and a fork server. Of the job all but the
    units' names and what a bench is made of may be missing."""
    at = bench(job["course"], job["limits"], job["limits_only"])
    at.server([])
    for asked in job["units"]:
        at.course.unit(asked["unit"]).reference_functions()


def job_for(
    course: Course,
    works: dict[str, tuple[list[bytes], str]],
    seeds: dict[str, int],
    limits: Limits,
    limits_only: bool = False,
    stamps: list[str] | None = None,
    banks: dict[str, int] | None = None,
) -> dict[str, Any]:
    """All that a worker needs to grade one submission: plain data, and never the secret.

    Args:
        course: the course.
        works: for each unit what was handed in, as code cells (none where nothing was), and what messages call it.
        seeds: of the student's choice of unseen cases, by the exercises' ids.
        limits: what the submission may use.
        limits_only: whether it is graded even where it cannot be locked in.
        stamps: of the units, if they are known.
        banks: what the class's unseen cases are drawn from, by the exercises' ids; without, `seeds` are.
    """
    return {
        "course": str(course.root),
        "limits": limits.to_json(),
        "limits_only": limits_only,
        "stamps": stamps or [unit_stamp(course.unit(name)) for name in works],
        "seeds": seeds,
        "banks": banks or {},
        "units": [{"unit": name, "cells": cells, "path": path} for name, (cells, path) in works.items()],
    }


def mark(job: dict[str, Any]) -> dict[str, Any]:
    """Grade one submission.

    Args:
        job: what `job_for` made.

    Returns:
        `units`: the outcomes of each unit's exercises as the record has them; `run`: what it took.

    Raises OtherVersion where this worker has another course or engine than who made the job.
    """
    at = bench(job["course"], job["limits"], job["limits_only"])
    if job["stamps"] != at.stamps(tuple(asked["unit"] for asked in job["units"])):
        raise OtherVersion(
            f"{platform.node()} has another version of chainrule, or of the course in {job['course']}, than the "
            "machine that grading was started on"
        )
    began = time.perf_counter()
    taken: dict[str, Any] = {"exercises": {}, "memory": 0, "processes": 0, "endings": []}
    units = {}
    implementation = None
    try:
        for asked in job["units"]:
            unit = at.course.unit(asked["unit"])
            if asked["cells"]:
                implementation = at.locked_down(asked, implementation)
                units[unit.name], implementation = mark_unit(at, unit, asked, implementation, job, taken)
            else:
                units[unit.name] = [exercise_record(outcome, job) for outcome in not_handed_in(unit)]
    finally:
        if implementation:
            with suppress(Exception):
                implementation.end()
                taken["memory"] = implementation.memory
    tier = next(iter(at.servers.values())).tier if taken["processes"] else None
    run = {"seconds": round(time.perf_counter() - began, 4), **taken, **run_of(job, tier)}
    return {"units": units, "run": run}


def mark_unit(
    at: Bench, unit: Unit, asked, implementation: LockedDown, job: dict[str, Any], taken
) -> tuple[list[dict], LockedDown]:
    """The outcomes of all exercises of a unit, graded in a locked-down process, and what they were graded in: another
    one, where its fork server died."""
    exercises = list(unit.exercises.values())
    cases = {one: cases_for(one, job["seeds"][one.id], job["banks"].get(one.id)) for one in exercises}
    for attempt in range(2):
        marker = Marker(Grader(unit, implementation, at.oracle(unit)), at.sheets[unit.name], cases)
        marker.prepare()
        marked = []
        try:
            for exercise in exercises:
                outcome, limits = mark_exercise(marker, exercise, taken)
                known = marker.grader.oracle.known(exercise)
                marked.append(exercise_record(outcome, job, known, limits, at.limits.output))
        except (OSError, RuntimeError):  # there is no fork server to ask any more
            if attempt:
                raise
            implementation.server.close()
        if implementation.server.alive() or attempt:
            break
        implementation = at.locked_down(asked)
    taken["processes"] += implementation.processes
    return marked, implementation


def mark_exercise(marker: "Marker", exercise, taken) -> tuple[Outcome, list[str]]:
    """The outcome of an exercise, and which limits were hit; what it took is noted."""
    implementation: LockedDown = marker.grader.implementation
    implementation.begin()
    waited, cpu = implementation.waited, implementation.cpu_before
    outcome = marker.judged(exercise)
    taken["exercises"][exercise.id] = {
        "seconds": round(implementation.waited - waited, 4),
        "cpu": round(implementation.cpu() - cpu, 2),
    }
    taken["endings"] += [f"{exercise.id}: {ending}" for ending in dict.fromkeys(implementation.endings)]
    return outcome, list(dict.fromkeys(implementation.hit))


class Marker:
    """Judges a unit's exercises on cases that the student has not seen.

    Args:
        grader: asks case by case.
        sheets: of what is asked at once.
        cases_of: each exercise's cases.
    """

    def __init__(self, grader: Grader, sheets: Sheets, cases_of: dict[Exercise, list[Case]]):
        self.grader, self.sheets, self.cases_of = grader, sheets, cases_of
        self.verdicts: dict[Exercise, str] = {}
        self.ready: dict[Exercise, bool] = {}
        self.made: dict[tuple[Exercise, ...], Sheet | None] = {}

    def prepare(self) -> None:
        """Make the sheets of what can be asked at once where all functions are there. It takes about as long as they
        take to be loaded."""
        for exercise in self.cases_of:
            if exercise.asks is exercise:
                self.sheet((exercise, *self.gradients(exercise)))

    def judged(self, exercise: Exercise) -> Outcome:
        """The outcome of an exercise: on each visible case with new numbers, and on new shapes. They are asked at once.
        The visible ones are asked only where something is seen then, to explain it without giving any away; where those
        are right, the unseen ones are asked once more, one by one."""
        grader, cases = self.grader, self.cases_of[exercise]
        verdict = self.verdict(exercise)
        if verdict == RIGHT:
            grader.known[exercise.name] = True
            passed = tuple(CaseOutcome(case.name, PASSED, hidden=case.hidden) for case in cases)
            return Outcome(exercise.id, PASSED, grader.unit.points.get(exercise.name, 0), passed)
        visible = self.explained(exercise) if verdict == WRONG else None
        visible = visible or grader.grade(exercise, again=verdict == UNCLEAR)
        if visible.status != PASSED:
            return visible
        unseen = grader.grade(exercise, [case for case in cases if case.hidden])
        if unseen.status == PASSED or not unseen.cases:  # the record says the same as where nothing was seen
            asked = {case.name for case in cases}
            return replace(visible, cases=(*unseen.cases, *(case for case in visible.cases if case.case in asked)))
        outcomes = (*visible.cases, *unseen.cases)
        return replace(visible, status=overall(outcomes), cases=outcomes)

    def verdict(self, exercise: Exercise) -> str:
        """The verdict on an exercise whose cases are asked at once, together with those of its gradients: they need the
        same forward passes. Where more was to be seen, it is asked alone."""
        if exercise not in self.verdicts and self.is_ready(exercise):
            together = self.together(exercise)
            if len(together) > 1:
                self.ask(together)
        if self.verdicts.get(exercise, UNCLEAR) == UNCLEAR and self.is_ready(exercise):
            self.ask((exercise,))
        return self.verdicts.get(exercise, UNCLEAR)

    def together(self, exercise: Exercise) -> tuple[Exercise, ...]:
        """An exercise, with those of its gradients that can be asked with it."""
        return (exercise, *(gradient for gradient in self.gradients(exercise) if self.is_ready(gradient)))

    def gradients(self, exercise: Exercise) -> list[Exercise]:
        return [other for other in self.cases_of if other.asks is exercise and other is not exercise]

    def sheet(self, exercises: tuple[Exercise, ...]) -> Sheet | None:
        """The sheet of exercises that are asked at once, or None where they cannot be."""
        if exercises not in self.made:
            self.made[exercises] = None
            with suppress(Exception):  # a fault of ours: it will be told when the cases are asked one by one
                self.made[exercises] = self.sheets.sheet({one: self.cases_of[one] for one in exercises})
        return self.made[exercises]

    def ask(self, exercises: tuple[Exercise, ...]) -> None:
        """Ask the cases of exercises at once; those of the next ones are sent before the answers are judged."""
        implementation = self.grader.implementation
        if sheet := self.sheet(exercises):
            answers = implementation.at_once(sheet.request, share_of(exercises))
            following = self.following(exercises[0])
            if following and (ahead := self.sheet(following)):
                implementation.ask_ahead(ahead.request, share_of(following))
            self.verdicts |= sheet.verdicts(answers)

    def following(self, exercise: Exercise) -> tuple[Exercise, ...] | None:
        """The exercises that will be asked after this one at once, or None."""
        order = list(self.cases_of)
        rest = order[order.index(exercise) + 1 :]
        return next((self.together(one) for one in rest if one.asks is one and self.is_ready(one)), None)

    def explained(self, exercise: Exercise) -> Outcome | None:
        """The outcome of an exercise on its visible cases where these can be asked at once, too, and the answers tell
        all that is to be seen. What comes of the same answers is the same, and is reasoned out once."""
        grader = self.grader
        try:
            sheet = self.sheets.visible(exercise)
        except Exception:  # a fault of ours, as above
            return None
        answers = sheet and grader.implementation.at_once(sheet.request, TOGETHER, warned=False)
        if not answers:
            return None
        blocker = grader.blocker(exercise)
        key = exercise.name, blocker and blocker.name, hashlib.sha256(answers).digest()

        def judge():
            seen = sheet.observations(answers, exercise)
            return None if seen is None else grader.grade(exercise, seen=seen)

        outcome = self.sheets.outcome(key, judge)
        if outcome:
            grader.known.setdefault(exercise.name, outcome.status == PASSED)
        return outcome

    def is_ready(self, exercise: Exercise) -> bool:
        """Whether the exercise can be asked at once: its function, and its forward's, can be called as they should."""
        if exercise not in self.ready:
            self.ready[exercise] = self.can_be_called(exercise)
        return self.ready[exercise]

    def can_be_called(self, exercise: Exercise) -> bool:
        forward, implementation = exercise.asks, self.grader.implementation
        described = {one: implementation.describe(one.name) for one in (forward, exercise)}
        if any(told.status != "ready" for told in described.values()):
            return False
        with suppress(Exception):  # as above
            if item := self.sheets.item(exercise, self.cases_of[exercise][0]):
                return not any(before_calling(one, told, item.parameters(one)) for one, told in described.items())
        return False


def share_of(exercises: tuple[Exercise, ...]) -> float:
    """The share of an exercise's time for asking these at once."""
    return TOGETHER if len(exercises) > 1 else 1.0


def cases_for(exercise, seed: int, bank: int | None = None) -> list[Case]:
    """What is asked of everybody: unseen cases, and those visible ones whose numbers are given.

    Unseen is each visible case that is drawn, with new numbers, and some that are drawn anew altogether: two, but more
    where few are drawn, for who guesses between two answers must not be right in all of them.

    Args:
        exercise: the exercise.
        seed: the student's.
        bank: what the class's unseen cases are drawn from, some of each, of which every student gets a choice of their
            own; None where they are drawn for this student alone.
    """
    drawings, given = drawn_for(exercise, seed if bank is None else bank, 1 if bank is None else DRAWINGS)
    chosen = [of_a_kind[seed_of(str(seed), of_a_kind[0].name) % len(of_a_kind)] for of_a_kind in drawings]
    return [*chosen, *given]


@lru_cache(1000)
def drawn_for(exercise, seed: int, times: int) -> tuple[list[tuple[Case, ...]], list[Case]]:
    """Each unseen case, drawn several times from a seed, and the visible ones whose numbers are given."""
    visible = exercise.visible_cases()
    given = [case for case in visible if not isinstance(case.parameters, tuple)]
    count = max(2, 14 - 2 * (len(visible) - len(given)))
    fresh = [exercise.fresh_cases(seed_of(str(seed), str(n)) if n else seed, count) for n in range(times)]
    return list(zip(*fresh, strict=True)), given


def exercise_record(outcome: Outcome, job: dict[str, Any], known=None, limits=(), output=0) -> dict[str, Any]:
    """An exercise's part of the record; what was printed is kept to so many characters in all."""
    bank = job["banks"].get(outcome.exercise)
    cases = []
    for case in outcome.cases:
        told = vars(case)
        if case.printed or case.places:
            told = {**case.to_json(), "printed": case.printed[:output]}
            output -= len(told["printed"])
        cases.append(short(told))
    return {
        "exercise": outcome.exercise,
        "status": outcome.status,
        "points": outcome.points,
        "earned": outcome.earned,
        "seed": job["seeds"][outcome.exercise],
        **({} if bank is None else {"bank": bank}),
        "mistakes": [{"id": id, "name": known[id].name} for id in outcome.mistakes],
        "limits": list(limits),
        "cases": cases,
    }


def not_handed_in(unit: Unit) -> list[Outcome]:
    return [Outcome(f"{unit.name}.{name}", NOT_STARTED, points, ()) for name, points in unit.points.items()]


def grader_error(job: dict[str, Any], sentence: str) -> dict[str, Any]:
    """What stands in the record where the worker itself could not grade: no points, and a word to staff."""
    course = Course.read(Path(job["course"]))
    case = CaseOutcome("all cases", GRADER_ERROR, sentence=sentence)
    units = {}
    for asked in job["units"]:
        missing = not_handed_in(course.unit(asked["unit"]))
        outcomes = [replace(outcome, status=GRADER_ERROR, cases=(case,)) for outcome in missing]
        units[asked["unit"]] = [exercise_record(outcome, job) for outcome in outcomes]
    taken = {"seconds": 0.0, "exercises": {}, "memory": 0, "processes": 0, "endings": [sentence]}
    return {"units": units, "run": {**taken, **run_of(job, None)}}


def run_of(job: dict[str, Any], tier: Tier | None) -> dict[str, Any]:
    """How a submission was locked in, and what graded it."""
    return {
        "tier": str(tier) if tier else "nothing was run",
        "locked": tier.locked if tier else True,
        "limits": job["limits"],
        "versions": versions(),
    }


@lru_cache(1)
def versions() -> dict[str, str]:
    found = {"chainrule": __version__, "python": platform.python_version()}
    return found | {name: version(name) for name in ("numpy", "numba")}


@lru_cache(1)
def engine_stamp() -> bytes:
    """A hash of all of the engine that a grade depends on."""
    package = Path(__file__).parents[1]
    files = sorted([*package.glob("*.py"), *package.glob("locked/*.py"), Path(__file__)])
    content = hashlib.sha256()
    for path in files:
        content.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return content.digest()


def unit_stamp(unit: Unit) -> str:
    """A hash of all that the grade of a unit depends on besides the submission: the unit, and the engine."""
    return unit.stamp(engine_stamp(), repr(sorted(unit.points.items())).encode())
