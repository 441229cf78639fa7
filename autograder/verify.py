"""Proof that a unit is sound: every check returns the faults that it found, as sentences."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import sentences as say
from .compare import agree
from .course import Course, Unit
from .diagnosis import same
from .exercise import Behaviour, Exercise, Gradient
from .grading import Grader
from .implementation import Functions, positional
from .ladder import leaves
from .oracle import Frozen, Live, Unanswerable, freeze
from .outcome import NOT_STARTED, PASSED

TITLES = ("stubs", "zero", "reference", "torch", "slopes", "mistakes", "frozen", "lesson")
SEED = 7  # of the unseen cases that a verification draws
HINTS = tuple(say.HINTS)


@dataclass
class Report:
    """What came of one check: how many things were tried, and what is wrong."""

    tried: int = 0
    faults: list[str] = field(default_factory=list)
    skipped: str = ""

    def expect(self, condition: bool, fault: str) -> None:
        self.tried += 1
        if not condition:
            self.faults.append(fault)


def verify(root: Path, name: str) -> dict[str, Report]:
    """Run all checks of a unit; the reports by their titles. Safe to call in another process."""
    unit = Course.read(root).unit(name)
    try:
        return {title: check() for title, check in Verifier(unit).checks()}
    except Exception as error:  # what stops a check is a fault of the unit's
        return {"reference": Report(1, [f"the unit cannot be verified: {type(error).__name__}: {error}"])}


class Verifier:
    """The checks of one unit. What several of them need is made once."""

    def __init__(self, unit: Unit):
        self.unit = unit
        self.exercises = unit.exercises.values()
        self.live = Live(unit)
        self.frozen = Frozen(freeze(unit, self.cases))

    def cases(self, exercise: Exercise):
        return exercise.visible_cases() + exercise.fresh_cases(SEED)

    def checks(self) -> Iterator[tuple[str, Callable[[], Report]]]:
        """The checks in the order of TITLES, each with its title."""
        checks = self.stubs, self.zero_work, self.references, self.torch, self.derivatives, self.mistakes
        return zip(TITLES, (*checks, self.frozen_answers, self.lesson), strict=True)

    def stubs(self) -> Report:
        """The stubs import, are not started, are documented, and have the references' signatures."""
        report = Report()
        stubs = self.unit.student()
        report.expect(stubs.failure is None, f"the stubs do not import: {stubs.failure}")
        for exercise in self.exercises:
            stub, reference = stubs.namespace.get(exercise.name), getattr(self.unit.reference, exercise.name, None)
            report.expect(callable(reference), f"{exercise.id}: there is no reference")
            report.expect(stubs.describe(exercise.name).status == "stub", f"{exercise.id}: the stub is no stub")
            if not callable(stub) or not callable(reference):
                continue
            report.expect(
                positional(stub) == positional(reference),
                f"{exercise.id}: stub and reference differ in their parameters",
            )
            report.expect(bool((stub.__doc__ or "").strip()), f"{exercise.id}: the stub has no docstring")
            if not isinstance(exercise, (Gradient, Behaviour)):
                drawn = tuple(exercise.draw(exercise.visible_cases()[0]))
                report.expect(
                    drawn == positional(stub)[0], f"{exercise.id}: its inputs are {drawn}, not the parameters"
                )
        return report

    def zero_work(self) -> Report:
        """What takes no understanding earns nothing."""
        report = Report()
        untouched = self.unit.student()
        for exercise in self.exercises:
            outcome = Grader(self.unit, untouched, self.live).grade(exercise, self.cases(exercise))
            report.expect(
                outcome.status == NOT_STARTED and not outcome.earned,
                f"{exercise.id}: the untouched stub is {outcome.status}",
            )
        for name, work in NO_WORK.items():
            lazy = Functions({exercise.name: work for exercise in self.exercises} if work else {})
            for exercise in self.exercises:
                outcome = Grader(self.unit, lazy, self.live).grade(exercise, self.cases(exercise))
                report.expect(not outcome.earned, f"{exercise.id}: {name} earns {outcome.earned} points")
        return report

    def references(self) -> Report:
        """The references score full marks, live and frozen, on visible and unseen cases."""
        report = Report()
        for oracle in (self.live, self.frozen):
            grader = Grader(self.unit, self.unit.reference_functions(), oracle)
            for exercise in self.exercises:
                for case in grader.grade(exercise, self.cases(exercise)).cases:
                    report.expect(case.status == PASSED, f"{exercise.id} [{case.case}]: {case.status}: {case.sentence}")
        return report

    def torch(self) -> Report:
        """The references agree with torch where it has the function."""
        report = Report()
        try:
            from . import torch_witness
        except ImportError:
            report.skipped = "torch is not installed"
            return report
        for exercise in self.exercises:
            function = None if isinstance(exercise, Behaviour) else torch_witness.function_for(self.unit, exercise)
            for case in self.cases(exercise) if function else ():
                if case.refuses or case.float32:
                    continue
                question, answer = self.live.ask(exercise, case)
                for name, got in torch_witness.results(exercise, question, function).items():
                    for part, theirs, ours in leaves(name, got, answer.results[name]):
                        right = agree(theirs, ours, conditioning=exercise.conditioning)
                        report.expect(right, f"{exercise.id} [{case.name}]: {part} is not what torch gives")
        return report

    def derivatives(self) -> Report:
        """The references' gradients are confirmed by numerical differences."""
        from .numerical import confirms

        report = Report()
        for exercise in self.exercises:
            for case in self.cases(exercise):
                for name, along in self.live.ask(exercise, case)[1].slopes.items():
                    gradient = np.asarray(self.live.ask(exercise, case)[1].results[name])
                    report.expect(
                        confirms(gradient, along),
                        f"{exercise.id} [{case.name}]: {name} is not the numerical derivative",
                    )
            if isinstance(exercise, Gradient):
                witnessed = any(any(self.live.ask(exercise, case)[1].slopes.values()) for case in self.cases(exercise))
                report.expect(witnessed, f"{exercise.id}: no case has a numerical derivative")
        return report

    def mistakes(self) -> Report:
        """Every known mistake fails its exercise and is named as itself: live and frozen, with and without unseen
        cases; and unseen cases alone catch whatever drawn cases can."""
        report = Report()
        for exercise in self.exercises:
            known = self.unit.mistakes[exercise.name]
            report.expect(bool(known), f"{exercise.id}: no mistake is known")
            visible, fresh = exercise.visible_cases(), exercise.fresh_cases(SEED)
            literal = {case.name for case in visible if isinstance(case.parameters, dict)}
            for mistake in known:
                wrong = self.unit.reference_functions().override(**{exercise.name: mistake.function})
                said = []
                for oracle, source in ((self.live, "live"), (self.frozen, "frozen")):
                    for cases, shown in ((visible, "visible cases"), (visible + fresh, "visible and unseen cases")):
                        outcome = Grader(self.unit, wrong, oracle).grade(exercise, cases)
                        if outcome.status == PASSED or outcome.mistakes != (mistake.id,):
                            named = ", ".join(outcome.mistakes) or "nothing"
                            said.append(f"{outcome.status} and named {named} ({source}, {shown})")
                        failing = {case.case for case in outcome.cases if case.status != PASSED}
                if (
                    not failing <= literal
                    and Grader(self.unit, wrong, self.live).grade(exercise, fresh).status == PASSED
                ):
                    said.append("not caught by unseen cases alone")
                report.expect(not said, f"{exercise.id}: the mistake {mistake.id} is {'; '.join(said)}")
        return report

    def frozen_answers(self) -> Report:
        """The frozen answers are the live ones."""
        report = Report()
        for exercise in self.exercises:
            for case in self.cases(exercise):
                try:
                    live, frozen = self.live.ask(exercise, case), self.frozen.ask(exercise, case)
                except Unanswerable as error:
                    report.expect(False, str(error))
                    continue
                alike = (
                    same(live[0].arguments, frozen[0].arguments, np.float64)
                    and same(live[1].results, frozen[1].results, np.float64)
                    and live[1].refusal == frozen[1].refusal
                )
                report.expect(alike, f"{exercise.id} [{case.name}]: the frozen answer is not the live one")
        return report

    def lesson(self) -> Report:
        """The lesson places every exercise once and in order, its pictures exist, and every exercise has its hints."""
        report = Report()
        path = self.unit.lesson
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        report.expect(bool(text), f"{path} is missing")
        placed = re.findall(r"^<!-- exercise: (\w+) -->$", text, re.MULTILINE)
        report.expect(
            placed == list(self.unit.points), f"the lesson places {placed}, course.toml has {list(self.unit.points)}"
        )
        for picture in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", text):
            report.expect((path.parent / picture).is_file(), f"the lesson's picture {picture} is missing")
        report.expect(not re.search(r"!\[\s*\]\(", text), "a picture of the lesson has no alt text")
        for exercise in self.exercises:
            given = tuple(self.unit.hints.get(exercise.name, {}))
            report.expect(given == HINTS, f"{exercise.id}: its hints are {given}, not {HINTS}")
            said = exercise.name in self.unit.afterwords
            report.expect(said, f"{exercise.id}: hints.toml has no `after`, which is read once it is solved")
        return report


def no_pass(*args):
    pass


def first_argument(*args):
    return args[0]


def zeros_like(*args):
    return np.zeros_like(args[0])


def zero(*args):
    return 0


def refusal(*args):
    raise ValueError("no")


NO_WORK = {
    "an empty file": None,
    "pass": no_pass,
    "return x": first_argument,
    "return zeros_like(x)": zeros_like,
    "return 0": zero,
    "return zeros_like(x), None": lambda *args: (np.zeros_like(args[0]), None),
    "zeros for every argument": lambda *args: tuple(np.zeros_like(a) for a in args),
    "raise ValueError": refusal,
}
