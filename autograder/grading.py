"""The path through the engine: case, call, comparison, diagnosis, outcome. Every face goes this way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from . import sentences as say
from .compare import tolerance
from .course import Unit
from .diagnosis import Trial, describe, looks_like, recognise, rest_is_right
from .exercise import Behaviour, Case, Exercise, Gradient
from .implementation import Implementation
from .ladder import Fault, before_calling, disputed, faults, number
from .oracle import Oracle, Unanswerable
from .outcome import BLOCKED, FAILED, GRADER_ERROR, NOT_STARTED, PASSED, CaseOutcome, Outcome, Place, overall
from .trial import Observation, Put, Question, put_all, results_of

LONGEST_ARGUMENTS = 100  # characters of arguments that are shown with a wrong answer


@dataclass(frozen=True)
class Asked:
    """What is put to the student in a case."""

    case: Case
    question: Question
    puts: list[Put]


class Grader:
    """Grades the exercises of one unit, remembering what it knows of those that others wait for.

    Args:
        unit: the unit.
        implementation: where the student's functions live.
        oracle: where the right answers come from.
    """

    def __init__(self, unit: Unit, implementation: Implementation, oracle: Oracle):
        self.unit, self.implementation, self.oracle = unit, implementation, oracle
        self.known: dict[str, bool] = {}

    def grade(
        self,
        exercise: Exercise,
        cases: Iterable[Case] | None = None,
        diagnose: bool = True,
        again: bool = True,
        seen: list[Observation] | None = None,
    ) -> Outcome:
        """Grade one exercise on the cases given, or on its visible ones; without a diagnosis where only right or wrong
        is of interest, and without asking the first case `again` where it is known to be repeatable. Nothing is asked
        where it is known already what is `seen` in each case."""
        cases = list(exercise.visible_cases() if cases is None else cases)
        try:
            outcomes = self.outcomes(exercise, cases, diagnose, again and seen is None, seen)
        except Exception as error:  # a fault of ours must not cost the student anything
            outcomes = tuple(failed_grader(case, could_not_grade(error)) for case in cases)
        status = overall(outcomes)
        if {case.name for case in cases} >= {case.name for case in exercise.visible_cases()}:
            self.known.setdefault(exercise.name, status == PASSED)
        return Outcome(exercise.id, status, self.unit.points.get(exercise.name, 0), outcomes)

    def outcomes(self, exercise, cases, diagnose, again, known):
        implementation = self.implementation
        description = implementation.describe(exercise.name)
        if description.status == "stub":
            return everywhere(cases, NOT_STARTED, say.not_started(exercise.name))
        if fault := before_calling(exercise, description, self.parameters(exercise, cases)):
            status = NOT_STARTED if fault.rung == "started" else FAILED
            return everywhere(cases, status, fault.sentence, fault.rung, places(description.failure))
        if isinstance(exercise, Gradient):
            forward = exercise.of.name
            asked = implementation.describe(forward)
            if asked.status == "stub":
                return everywhere(cases, BLOCKED, say.forward_not_started(exercise.name, forward))
            if before_calling(exercise.of, asked, self.parameters(exercise.of, cases)):
                return everywhere(cases, BLOCKED, say.forward_first(exercise.name, forward))
        asked = [self.questions(exercise, case, again and place == 0) for place, case in enumerate(cases)]
        puts = [put for case_asked in asked if isinstance(case_asked, Asked) for put in case_asked.puts]
        cases_put = [a.case for a in asked if isinstance(a, Asked) for _ in a.puts]
        # A case is judged while the next ones may be at work elsewhere.
        seen = put_all(exercise, puts, implementation, cases_put) if known is None else iter(known)
        found, trials, at = [], [], []
        for place, case_asked in enumerate(asked):
            outcome = case_asked
            if isinstance(outcome, Asked):
                observations = [next(seen) for _ in case_asked.puts]
                try:
                    answer = self.oracle.answer(exercise, case_asked.case)
                    outcome = self.try_case(exercise, case_asked, answer, *observations)
                except Unanswerable as error:
                    outcome = failed_grader(case_asked.case, str(error))
                except Exception as error:
                    outcome = failed_grader(case_asked.case, could_not_grade(error))
            if isinstance(outcome, Trial):
                trials.append(outcome)
                at.append(place)
            found.append(outcome)
        next(seen, None)  # so that it knows that all were taken
        implementation.forget()
        for place, outcome in zip(at, self.judged(exercise, trials, diagnose), strict=True):
            found[place] = outcome
        return tuple(found)

    def parameters(self, exercise, cases):
        """The names of the parameters with which the exercise's function is called."""
        if isinstance(exercise, Behaviour) or not cases:
            return ()
        if isinstance(exercise, Gradient):
            return (*exercise.upstream_names, "cache")
        return tuple(exercise.asks.draw(cases[0]))

    def questions(self, exercise, case, first):
        """What is put to the student in a case, or the outcome where the oracle has no answer.

        In the first case the question is put again, after the same one with other numbers, and a backward once more
        after both forwards: some faults only show then.
        """
        try:
            question = self.oracle.question(exercise, case)
            puts = [Put(question, forget=True)]
            if first:
                if isinstance(case.parameters, tuple) and not isinstance(exercise, Behaviour):
                    other = replace(question, arguments=exercise.draw(replace(case, seed=case.seed + 1)))
                    puts += [Put(other), Put(question)]
                    puts += [Put(question, between=other)] if isinstance(exercise, Gradient) else []
                else:
                    puts.append(Put(question))
            return Asked(case, question, puts)
        except Unanswerable as error:
            return failed_grader(case, str(error))
        except Exception as error:
            return failed_grader(case, could_not_grade(error))

    def try_case(self, exercise, asked, answer, seen, *again):
        """Judge what was seen of a case by itself: a Trial to be judged with the others, or an outcome that is already
        clear."""
        case, question = asked.case, asked.question
        found = faults(exercise, question, answer, seen)
        if again and not found:
            last, found = self.repeated(exercise, question, answer, seen, *again)
            if found and isinstance(exercise, Gradient) and not self.forward_is_right(exercise, question, answer, last):
                return outcome_of(case, BLOCKED, say.forward_first(exercise.name, exercise.of.name))
        if seen.failure and (outcome := self.unfinished(exercise, case, seen)):
            return outcome
        if isinstance(exercise, Gradient) and found and not self.forward_is_right(exercise, question, answer, seen):
            return outcome_of(case, BLOCKED, say.forward_first(exercise.name, exercise.of.name))
        if answer.slopes and (name := disputed(answer, seen, results_of(exercise, question), found)):
            return failed_grader(case, f"{exercise.id} [{case.name}]: {say.witnesses_disagree(name)}")
        return Trial(case, question, answer, seen, found)

    def repeated(self, exercise, question, answer, seen, *again):
        """What is seen when the question is put again, and the faults that only show then."""
        between = again[-1] if len(again) > 2 else None
        again = again[:-1] if between else again
        for later in again:
            if later.stale:
                return seen, [Fault("side effects", "earlier results", say.overwritten(later.function))]
        if faults(exercise, question, answer, again[-1]):
            return again[-1], [Fault("side effects", "repeated", say.not_repeatable(exercise.name))]
        if between and faults(exercise, question, answer, between):
            sentence = say.forgets_its_cache(exercise.name, exercise.of.name)
            return again[-1], [Fault("side effects", "cache", sentence)]
        return again[-1], []

    def unfinished(self, exercise, case, seen):
        """The outcome where NotImplementedError was raised, by the function itself or by one that it calls."""
        if seen.failure.kind != "NotImplementedError" or not seen.failure.frames:
            return None
        inner = seen.failure.frames[-1].function
        if inner == exercise.name:
            return outcome_of(case, FAILED, say.still_raises(inner), "started", places(seen.failure))
        if isinstance(exercise, Gradient) and inner == exercise.of.name:
            return outcome_of(case, BLOCKED, say.forward_not_started(exercise.name, inner))
        if inner in exercise.siblings:
            return outcome_of(case, BLOCKED, say.calls_unstarted(exercise.name, inner), places=places(seen.failure))
        return None

    def forward_is_right(self, exercise, question, answer, seen):
        """Whether the student's forward gave the right results in this case."""
        if seen.forward is None or seen.forward.failure:
            return False
        right = type(answer)(results=answer.forward)
        return not [f for f in faults(exercise.of, question, right, seen.forward) if f.rung != "side effects"]

    def judged(self, exercise: Exercise, trials: list[Trial], diagnose: bool) -> list[CaseOutcome]:
        """Diagnose the trials of an exercise together, and make an outcome of each."""
        if not diagnose or not any(trial.faults for trial in trials):
            return [
                outcome_of(trial.case, FAILED, trial.faults[0].sentence, trial.faults[0].rung)
                if trial.faults
                else passed(exercise, trial)
                for trial in trials
            ]
        blocker = self.blocker(exercise)
        known = self.oracle.known(exercise)
        likeness = cache(lambda about: looks_like(exercise, trials, about))
        made = []
        for i, (trial, mistakes) in enumerate(zip(trials, recognise(exercise, trials, self.oracle), strict=True)):
            if not trial.faults:
                made.append(passed(exercise, trial))
            elif blocker and not mistakes:
                made.append(outcome_of(trial.case, BLOCKED, say.needs_first(exercise.name, blocker.name)))
            else:
                named = [known[id] for id in known if id in mistakes]
                made.append(self.failed(exercise, trial, named, lambda about, i=i: likeness(about)[i]))
        return made

    def blocker(self, exercise: Exercise) -> Exercise | None:
        """The first exercise that this one needs and that is not right."""
        return next((e for e in exercise.needs if not self.is_right(e)), None)

    def is_right(self, exercise: Exercise) -> bool:
        if exercise.name not in self.known:
            self.known[exercise.name] = False  # of two that need each other, neither is waited for twice
            self.known[exercise.name] = self.grade(exercise).status == PASSED
        return self.known[exercise.name]

    def failed(self, exercise, trial, mistakes, likeness):
        """The outcome of a wrong answer; `likeness` gives sentences about what a result looks like."""
        seen, shown = trial.seen, trial.shown
        details: list[str] = []
        identifiers = {*trial.question.arguments, *results_of(exercise, trial.question), *exercise.siblings}
        identifiers |= {"cache", *(exercise.upstream_names if isinstance(exercise, Gradient) else ())}
        said = [say.mistake(mistake.name, identifiers) for mistake in mistakes]
        hints = dict.fromkeys(say._(mistake.hint) for mistake in mistakes)
        if not mistakes:
            for fault in shown:
                like = likeness(fault.about) if fault.about else []
                said += [like[0]] if like else [fault.sentence]
                details += like[1:]
                details += describe(exercise, trial, fault) if not like else []
        else:
            # The idea is named: what was seen of it is told once.
            details += [fault.sentence for fault in shown]
            details += describe(exercise, trial, shown[0])[:1]
        said = list(dict.fromkeys(said))
        details += rest_is_right(exercise, trial)
        details += [say.besides(f.sentence) for f in trial.faults if f.rung == "side effects" and f not in shown]
        if asked := asked_with(trial.question):
            details.append(asked)
        if any(fault.rung == "value" and hasattr(fault.want, "dtype") for fault in shown):
            dtype = trial.question.dtype
            details.append(say.shown_tolerance(tolerance(dtype, exercise.conditioning), dtype))
        return CaseOutcome(
            trial.case.name,
            FAILED,
            shown[0].rung,
            " ".join(said[:2]),
            " ".join(hints),
            tuple(mistake.id for mistake in mistakes),
            tuple(dict.fromkeys([*said[2:], *details])),
            places(seen.failure),
            printed(seen),
            all_warnings(seen),
            trial.case.hidden,
        )


def asked_with(question: Question) -> str:
    """A sentence with the arguments, where they are short enough to be read."""
    shown = question.spelled
    if not shown:
        shown.extend(f"{name}={short(value)}" for name, value in question.arguments.items())
    return say.asked_with(shown) if shown and sum(map(len, shown)) <= LONGEST_ARGUMENTS else ""


def short(value) -> str:
    if isinstance(value, np.ndarray):
        if value.size > 12 or value.ndim != 1:
            return f"array of shape {value.shape}"
        return np.array2string(value, separator=", ", precision=4, threshold=12, max_line_width=10**6)
    return number(value) if isinstance(value, (int, float, str, np.generic)) else type(value).__name__


def passed(exercise: Exercise, trial: Trial) -> CaseOutcome:
    notes = tuple(say.shares_memory(result, argument) for result, argument in trial.seen.shares)
    return CaseOutcome(trial.case.name, PASSED, details=notes, printed=printed(trial.seen), hidden=trial.case.hidden)


def outcome_of(case: Case, status: str, sentence: str, rung: str = "", places=()) -> CaseOutcome:
    return CaseOutcome(case.name, status, rung, sentence, places=places, hidden=case.hidden)


def everywhere(cases, status, sentence, rung="", places=()):
    return tuple(outcome_of(case, status, sentence, rung, places) for case in cases)


def could_not_grade(error):
    return say.could_not_grade(f"{type(error).__name__}: {error}")


def failed_grader(case, message):
    return outcome_of(case, GRADER_ERROR, say.grader_error(message))


def places(failure) -> tuple[Place, ...]:
    return tuple(Place(f.file, f.line, f.function, f.source) for f in failure.frames) if failure else ()


def printed(seen: Observation) -> str:
    return (seen.forward.printed if seen.forward else "") + seen.printed


def all_warnings(seen: Observation) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(seen.forward.warnings if seen.forward else ()), *seen.warnings)))
