"""Put one case of an exercise to an implementation, and note what was seen. Students, references and known mistakes
all go through here, so that what is compared was come by in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from .exercise import Behaviour, Case, Exercise, Gradient, Unmet
from .implementation import Call, Failure, Implementation, Kept, Reply, token_in
from .network import Network
from .wire import Strange


@dataclass(frozen=True)
class Question:
    """What is asked in one case: the arguments by name and, for a gradient, the upstream gradients; and how the
    arguments are spelled, once somebody has wanted to know."""

    arguments: dict[str, Any]
    upstream: tuple = ()
    float32: bool = False
    spelled: list[str] = field(init=False, default_factory=list, compare=False, repr=False)

    @property
    def dtype(self) -> np.dtype:
        """The dtype that floating results should have."""
        return np.dtype(np.float32 if self.float32 else np.float64)


@dataclass(frozen=True)
class Observation:
    """What was seen: the returned value or a failure, and the side effects, by the names of arguments and results."""

    function: str = ""  # the function that was called last
    value: Any = None
    failure: Failure | None = None
    unmet: str = ""  # for a behaviour: what was required and is not there
    printed: str = ""
    warnings: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    shares: tuple[tuple[str, str], ...] = ()
    stale: bool = False
    random: bool = False
    after: dict[str, Network] = field(default_factory=dict)  # networks among the arguments, as the call left them
    forward: "Observation | None" = field(default=None)  # for a gradient: what the forward did

    @classmethod
    def of(cls, function: str, reply: Reply, arguments: tuple[str, ...], results: tuple[str, ...], forward=None):
        return cls(
            function,
            reply.value,
            reply.failure,
            printed=reply.printed,
            warnings=reply.warnings,
            changed=tuple(arguments[i] for i in reply.changed),
            shares=tuple((results[r], arguments[a]) for r, a in reply.shares if r < len(results)),
            # What the forward overwrote is not the backward's doing.
            stale=reply.stale and not (forward and forward.stale),
            random=reply.random,
            after={arguments[i]: network for i, network in reply.after.items()},
            forward=forward,
        )

    def results(self, names: tuple[str, ...]) -> dict[str, Any] | None:
        """The returned value by the names of the results, and the networks that the call was to train, by theirs;
        None if more or fewer values were returned."""
        found = None if self.failure else named(names, self.value)
        return None if found is None else {**found, **self.after}


def results_of(exercise: Exercise, question: Question) -> tuple[str, ...]:
    """The names of what the exercise's function returns, the cache included."""
    return exercise.results_for(question.arguments) if isinstance(exercise, Gradient) else exercise.results


def named(results: tuple[str, ...], value: Any) -> dict[str, Any] | None:
    """The returned value by the names of the results, without the cache; None if there are more or fewer."""
    if len(results) == 1:
        return {results[0]: value}
    if type(value) not in (tuple, list) or len(value) != len(results):
        return None
    return {name: part for name, part in zip(results, value, strict=True) if name != "cache"}


@dataclass(frozen=True)
class Put:
    """How a question is put: `between` is one whose forward is asked before the backward comes to `question`."""

    question: Question
    between: Question | None = None
    forget: bool = False  # whether all that was asked before is forgotten


def put(exercise: Exercise, question: Question, implementation: Implementation, case=None) -> Observation:
    """Put a question to an implementation."""
    (seen,) = put_all(exercise, [Put(question)], implementation, [case])
    return seen


def put_all(
    exercise: Exercise, puts: list[Put], implementation: Implementation, cases: list[Case]
) -> Iterator[Observation]:
    """Put questions to an implementation, one after the other; what was seen of each comes as soon as it is there. A
    behaviour goes by its cases."""
    if isinstance(exercise, Behaviour):
        for asked, case in zip(puts, cases, strict=True):
            if asked.forget:
                implementation.forget()
            yield watch(exercise, case, implementation)
        return
    calls = [calls_for(exercise, asked) for asked in puts]
    replies = iter(implementation.calls([call for some in calls for call in some]))
    for asked, some in zip(puts, calls, strict=True):
        yield observation(exercise, asked.question, list(islice(replies, len(some))))
    next(replies, None)  # so that it knows that all were taken


def calls_for(exercise: Exercise, asked: Put) -> list[Call]:
    """The calls that put a question."""
    forward, questions = exercise.asks, [asked.question, *([asked.between] if asked.between else [])]
    calls = [
        Call(
            forward.name,
            tuple(question.arguments.values()),
            forward.keep,
            len(forward.results),
            asked.forget and place == 0,
        )
        for place, question in enumerate(questions)
    ]
    if isinstance(exercise, Gradient):
        results = exercise.results_for(asked.question.arguments)
        calls.append(Call(exercise.name, (*asked.question.upstream, Kept(len(calls))), None, len(results)))
    return calls


def observation(exercise: Exercise, question: Question, replies: list[Reply]) -> Observation:
    """What was seen, from the replies to the calls that `calls_for` gives."""
    asked = exercise.asks
    seen = Observation.of(asked.name, replies[0], tuple(question.arguments), asked.results)
    if not isinstance(exercise, Gradient):
        return seen
    if token_in(replies[0].value) is None:
        return Observation(asked.name, failure=replies[0].failure, forward=seen)
    results = exercise.results_for(question.arguments)
    return Observation.of(exercise.name, replies[-1], (*exercise.upstream_names, "cache"), results, forward=seen)


class Stopped(Exception):
    """A call inside a behaviour failed; the observation says how."""


class Student:
    """What a behaviour sees of an implementation: `student.name(...)` calls the function `name`."""

    def __init__(self, exercise: Behaviour, implementation: Implementation):
        self._exercise, self._implementation = exercise, implementation
        self._replies: list[Reply] = []
        self._called = exercise.name

    def __getattr__(self, name):
        def call(*arguments):
            sibling = self._exercise.siblings.get(name)
            results = sibling.results if sibling and not isinstance(sibling, (Behaviour, Gradient)) else ("out",)
            keep = sibling.keep if len(results) > 1 else None
            self._called = name
            reply = self._implementation.call(name, arguments, keep, len(results))
            self._replies.append(reply)
            if reply.failure:
                raise Stopped
            return reply.value

        return call


def watch(exercise: Behaviour, case, implementation: Implementation) -> Observation:
    """Run a behaviour; the value observed is everything that the student's functions returned, in order."""
    student = Student(exercise, implementation)
    rng = np.random.default_rng(case.seed)
    parameters = exercise.fresh(rng) if case.parameters is None else case.parameters
    unmet, failure = "", None
    try:
        exercise.check(student, rng, *parameters)
    except Stopped:
        failure = student._replies[-1].failure
    except Unmet as error:
        unmet = str(error)
    except Exception as error:
        # The check could not use what came back.
        returned_none = student._replies and student._replies[-1].value is None
        failure = Failure("None" if returned_none else "Unusable", f"{type(error).__name__}: {error}")
    replies = student._replies
    return Observation(
        student._called,
        [Strange("failure") if reply.failure else reply.value for reply in replies],
        failure,
        unmet,
        printed="".join(reply.printed for reply in replies),
        warnings=tuple(dict.fromkeys(w for reply in replies for w in reply.warnings)),
        changed=tuple(dict.fromkeys(f"argument {i + 1}" for reply in replies for i in reply.changed)),
        stale=any(reply.stale for reply in replies),
        random=any(reply.random for reply in replies),
    )
