"""Grade a class: which submissions are new or changed, what each job holds, and the record that comes of it.

Only this process writes, and it writes each record as soon as it is there: who is interrupted loses the submission that
was being graded, and nothing else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ..course import Course, Unit
from ..locked.confine import Limits
from .executors import Executor
from .marking import grader_error, job_for, mark, unit_stamp
from .records import SCHEMA, Secret, Store, digest, is_final
from .submissions import Submission, Work, legible, read
from .submissions import digest as read_digest


@dataclass(frozen=True)
class Session:
    """One class, graded with one secret into one folder.

    Args:
        course: the course.
        units: the units that are graded.
        folder: where the submissions lie.
        out: the folder of the grades.
        secret: what unseen cases are drawn from and records are signed with.
        limits: what a submission may use.
        limits_only: whether to grade where the machine cannot lock a submission in.
    """

    course: Course
    units: tuple[Unit, ...]
    folder: Path
    out: Path
    secret: Secret
    limits: Limits = field(default_factory=Limits)
    limits_only: bool = False

    @cached_property
    def store(self) -> Store:
        return Store(self.out)

    @cached_property
    def stamps(self) -> list[str]:
        return [unit_stamp(unit) for unit in self.units]

    def run(
        self, submissions: Iterable[Submission], executor: Executor, done: Callable[[dict[str, Any], bool], None]
    ) -> None:
        """Grade what is new or changed. Calls `done` with each record and whether it was made just now; a record that
        is there already and fits is left as it is."""

        def jobs():
            for submission in submissions:
                blank, works = self.blank(submission)
                record = self.store.read(submission.student)
                if record and record.get("key") == blank["key"] and self.secret.is_signed(record) and is_final(record):
                    done(record, False)
                else:
                    yield self.job(blank, works)

        for job, result in executor.run(graded, jobs()):
            if isinstance(result, BaseException):
                result = grader_error(job["job"], f"{type(result).__name__}: {result}")
            record = self.secret.signed(filled(job["blank"], result, self.folder))
            self.store.write(record)
            done(record, True)

    def blank(self, submission: Submission) -> tuple[dict[str, Any], dict[str, Work]]:
        """A student's record before anything of it was graded, and what was handed in."""
        works, remarks = read(submission, [unit.name for unit in self.units])
        record = {
            "schema": SCHEMA,
            "course": self.course.title,
            "student": submission.student,
            "submission": {
                "name": legible(submission.path.name),
                "late": submission.late,
                "attempt": submission.attempt,
                "identity": dict(submission.identity),
                "remarks": list(remarks),
                "digest": read_digest(submission, works, remarks),
            },
            "units": [self.blank_unit(unit, works[unit.name]) for unit in self.units],
        }
        record["key"] = digest(record, self.stamps, self.secret.fingerprint, self.limits.to_json(), self.limits_only)
        return record, works

    def blank_unit(self, unit: Unit, work: Work) -> dict[str, Any]:
        handed_in = work.kind != "missing"
        file = {"name": work.name, "kind": work.kind, "sha256": work.sha256, "size": work.size}
        return {
            "unit": unit.name,
            "title": unit.title,
            "file": file if handed_in else None,
            "problem": work.problem,
            "remarks": list(work.remarks),
        }

    def job(self, blank: dict[str, Any], works: dict[str, Work]) -> dict[str, Any]:
        """The job, and the record that is to be filled."""
        student = blank["student"]
        # A gradient is asked on the cases of its forward: both need the same forward passes.
        asks = {exercise.id: exercise.asks.id for unit in self.units for exercise in unit.exercises.values()}
        seeds = {id: self.secret.seed(student, source) for id, source in asks.items()}
        handed_in = {unit.name: (list(works[unit.name].cells), shown_as(works[unit.name])) for unit in self.units}
        banks = {id: self.secret.bank(source) for id, source in asks.items()}
        job = job_for(self.course, handed_in, seeds, self.limits, self.limits_only, self.stamps, banks)
        return {"blank": blank, "job": job}


def graded(job: dict[str, Any]) -> dict[str, Any]:
    """What a worker does."""
    return mark(job["job"])


def filled(blank: dict[str, Any], result: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The record, without its signature, that a blank one and what came of its job make."""
    units = []
    for unit in blank["units"]:
        exercises = result["units"][unit["unit"]]
        units.append({**unit, **totals(exercises), "exercises": exercises})
    now = datetime.now(UTC).isoformat(timespec="seconds")
    run = {"graded": now, "submissions": str(folder.resolve()), **result["run"]}
    return {**blank, "units": units, **totals(units), "run": run}


def totals(parts: list[dict[str, Any]]) -> dict[str, float]:
    return {"points": sum(part["points"] for part in parts), "earned": sum(part["earned"] for part in parts)}


def shown_as(work: Work) -> str:
    """What messages call the file: never a name that a student chose."""
    return f"{work.unit}.ipynb" if work.kind == "notebook" else f"{work.unit}.py"


def again(session: Session, record: dict[str, Any], submission: Submission) -> dict[str, Any]:
    """Grade one student once more, with the seeds that the record holds: what comes of it, not signed.

    Raises ValueError where what was handed in is no longer what the record was made of.
    """
    blank, works = session.blank(submission)
    if blank["submission"]["digest"] != record["submission"]["digest"]:
        raise ValueError("what was handed in has changed since")
    job = session.job(blank, works)["job"]
    exercises = [exercise for unit in record["units"] for exercise in unit["exercises"]]
    job |= {f"{kind}s": {e["exercise"]: e[kind] for e in exercises if kind in e} for kind in ("seed", "bank")}
    return {**filled(blank, mark(job), session.folder), "key": record["key"]}
