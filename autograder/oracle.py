"""Where right answers come from: live from the references, or frozen, computed beforehand.

Frozen answers serve where there are no references and no Numba: in a student's kit and in the browser. They also hold
what each known mistake would have answered, so that a mistake is named there too, and the untouched stubs, for who
wants to begin again.
"""

import hashlib
import io
import json
import os
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .course import CourseError, Unit
from .exercise import Behaviour, Case, Exercise, Gradient, Mistake, Value, in_dtype, is_float_array
from .implementation import Failure, Functions, Reply
from .network import Network
from .numerical import Slope, slopes
from .stubs import untouched
from .trial import Observation, Question, named, put, results_of
from .wire import Token, pack, plain, unpack

FORMAT = 2
# What reading a damaged file can raise; a zip says NotImplementedError of flags and methods that it does not know.
DAMAGED = (OSError, EOFError, KeyError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error)
STUBS = "stubs.py"


@dataclass(frozen=True)
class Answer:
    """What is right in one case.

    Args:
        results: the right results by name; none where the right answer is a refusal.
        refusal: "ValueError" where the function must raise it.
        slopes: for each gradient among the results, what numerical differences say of it.
        forward: for a gradient, the right results of the forward.
        mistaken: what is wrong with the answers of known mistakes, by their ids, as far as it was asked.
        confirmed: which of the gradients among the results are what the slopes say, as far as it was asked.
    """

    results: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""
    slopes: dict[str, list[Slope]] = field(default_factory=dict)
    forward: dict[str, Any] = field(default_factory=dict)
    mistaken: dict[str, list] = field(default_factory=dict, compare=False, repr=False)
    confirmed: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)


class Oracle(Protocol):
    def question(self, exercise: Exercise, case: Case) -> Question: ...

    def answer(self, exercise: Exercise, case: Case) -> Answer: ...

    def ask(self, exercise: Exercise, case: Case) -> tuple[Question, Answer]: ...

    def mistakes(self, exercise: Exercise, case: Case) -> dict[str, Observation]:
        """What each known mistake answers in this case, by the mistake's id."""
        ...

    def known(self, exercise: Exercise) -> dict[str, Mistake]: ...


class Unanswerable(Exception):
    """The oracle has no answer: a fault of the course, never of the student."""


class Reference(Functions):
    """The references as an implementation that is trusted: nothing but its results is looked at."""

    def call(self, name, arguments, keep=None, results=1):
        given = [self.kept[a.id] if isinstance(a, Token) else plain(a) for a in arguments]
        after = {i: value for i, value in enumerate(given) if type(value) is Network}
        try:
            value = self.namespace[name](*given)
        except Exception as error:
            return Reply(failure=self.explain(error), after=after)
        if keep is not None:
            value = list(value)
            self.count += 1
            self.kept[self.count], value[keep] = value[keep], Token(self.count)
        return Reply(tuple(value) if results > 1 else value, after=after)


class Live:
    """Answers from the references and mistakes of a unit, computed when asked for.

    Args:
        unit: the unit.
        witness: whether numerical slopes are computed as well. Whole classes do without them in unseen cases: that the
            references are right there too is what `chainrule verify` proves.
    """

    def __init__(self, unit: Unit, witness: bool = True):
        self.unit, self.witness = unit, witness
        self.references = unit.reference_functions()
        self.reference = Reference(self.references.namespace, self.references.file)
        self.asked: dict = {}
        self.answered: dict = {}
        self.mistaken: dict = {}

    def known(self, exercise):
        return {mistake.id: mistake for mistake in self.unit.mistakes[exercise.name]}

    def ask(self, exercise, case):
        return self.question(exercise, case), self.answer(exercise, case)

    def question(self, exercise, case):
        return self.asked_of(exercise, case)[0]

    def asked_of(self, exercise, case):
        """The question, the same in float64 with its upstream gradients, and the right results of the forward."""
        key = exercise.name, case.name, case.seed
        if key not in self.asked:
            self.asked[key] = self.drawn(exercise, case)
        return self.asked[key]

    def drawn(self, exercise, case):
        if isinstance(exercise, Behaviour):
            return Question({}), Question({}), {}
        given = exercise.draw(case)
        exact = {name: in_dtype(value, np.float64) for name, value in given.items()}
        upstream, forward = (), {}
        if isinstance(exercise, Gradient):
            forward = self.run(exercise.of, Question(exact))
            rng = np.random.default_rng([case.seed, 1])
            upstream = tuple(
                rng.normal(size=value.shape) if isinstance(value, np.ndarray) else float(rng.normal())
                for value in forward.values()
            )
            if case.float32:
                upstream = in_dtype(upstream, np.float32)
        return Question(given, upstream, case.float32), Question(exact, in_dtype(upstream, np.float64)), forward

    def answer(self, exercise, case):
        key = exercise.name, case.name, case.seed
        if key not in self.answered:
            self.answered[key] = self.computed(exercise, case)
        return self.answered[key]

    def computed(self, exercise, case):
        _, exact, forward = self.asked_of(exercise, case)
        if isinstance(exercise, Behaviour):
            return Answer()
        if case.refuses:
            failure = put(exercise, exact, self.reference).failure
            if failure is None or failure.kind != "ValueError":
                raise Unanswerable(f"{exercise.id} [{case.name}]: the reference does not raise ValueError")
            return Answer(refusal="ValueError")
        results = self.run(exercise, exact)
        unwitnessed = case.kink or case.float32 or not self.witness
        witness = {} if unwitnessed else self.slopes(exercise, exact, case, results)
        return Answer(results, "", witness, forward)

    def run(self, exercise, question):
        seen = put(exercise, question, self.reference)
        self.reference.forget()
        found = seen.results(results_of(exercise, question))
        if found is None:
            raise Unanswerable(f"{exercise.id}: the reference failed: {seen.failure or seen.value!r}")
        return found

    def slopes(self, exercise, question, case, results):
        """Slopes of the reference's forward for each gradient that the exercise asks for."""
        asked = exercise.asks
        function = self.reference.namespace[asked.name]
        if isinstance(exercise, Gradient):
            names = dict(zip(results, exercise.wrt_names(question.arguments), strict=True))
            upstream, wanted = list(question.upstream), [n for n in asked.results if n != "cache"]
        elif isinstance(exercise, Value) and exercise.derivatives(question.arguments):
            names = exercise.derivatives(question.arguments)
            upstream, wanted = [1.0], asked.results[:1]
        else:
            return {}

        def outputs(name):
            def f(x):
                returned = named(asked.results, function(*{**question.arguments, name: x}.values()))
                return [returned[n] for n in wanted]

            return f

        rng = np.random.default_rng([case.seed, 2])
        return {
            result: slopes(outputs(name), question.arguments[name], upstream, rng)
            for result, name in names.items()
            if is_float_array(question.arguments[name])
        }

    def mistakes(self, exercise, case):
        key = exercise.name, case.name, case.seed
        if key not in self.mistaken:
            question = self.question(exercise, case)
            self.mistaken[key] = {
                mistake.id: put(exercise, question, self.references.override(**{exercise.name: mistake.function}), case)
                for mistake in self.unit.mistakes[exercise.name]
            }
        return self.mistaken[key]

    def forget(self):
        """Let go of the answers computed so far."""
        self.asked.clear()
        self.answered.clear()
        self.mistaken.clear()


class Frozen:
    """Answers read from a file that `freeze` wrote."""

    def __init__(self, source: Path | bytes):
        name = "given" if isinstance(source, bytes) else source
        try:
            # Read as a whole: processes that are forked from this one must not share a position in a file.
            content = source if isinstance(source, bytes) else Path(source).read_bytes()
            self.archive = zipfile.ZipFile(io.BytesIO(content))
            self.index = json.loads(self.archive.read("index.json"))
            version = self.index["format"]
        except FileNotFoundError:
            raise CourseError(
                f"The answers {name} are missing, and there are no solutions to make them from."
            ) from None
        except (*DAMAGED, TypeError) as error:
            raise CourseError(f"The answers {name} cannot be read ({error}). Get the file again.") from None
        if version != FORMAT:
            raise CourseError(f"The answers {name} were made by another version of chainrule. Install that version.")

    @cached_property
    def asked(self) -> dict[tuple, tuple[Question, Answer]]:
        return {}

    @cached_property
    def unpacked(self) -> dict[str, Any]:
        return {}

    @cached_property
    def mistaken(self) -> dict[tuple, dict[str, Observation]]:
        return {}

    @cached_property
    def entries(self):
        return {
            (exercise, name, seed): number
            for number, (exercise, name, seed) in enumerate(map(tuple, self.index["cases"]))
        }

    def read(self, exercise, case, kind):
        number = self.entries.get((exercise.name, case.name, case.seed))
        if number is None:
            raise Unanswerable(f"{exercise.id} [{case.name}] has no frozen answer; the definitions have changed since")
        name = f"{number}.{kind}"
        try:
            if name not in self.unpacked:
                self.unpacked[name] = unpack(self.archive.read(name))
            return self.unpacked[name]
        except DAMAGED as error:
            raise Unanswerable(f"the frozen answer of {exercise.id} [{case.name}] cannot be read: {error}") from None

    @property
    def stubs(self) -> bytes | None:
        """The unit's file of stubs as it was given out, or None where the answers do not hold it."""
        try:
            return self.archive.read(STUBS) if STUBS in self.archive.namelist() else None
        except DAMAGED as error:
            raise CourseError(f"The answers' {STUBS} cannot be read ({error}). Get the file again.") from None

    @cached_property
    def mistakes_of(self) -> dict[str, dict[str, Mistake]]:
        return {
            exercise: {id: Mistake(exercise, id, name, hint) for id, name, hint in rows}
            for exercise, rows in self.index["mistakes"].items()
        }

    def known(self, exercise):
        return self.mistakes_of.get(exercise.name, {})

    def ask(self, exercise, case):
        key = exercise.name, case.name, case.seed
        if key not in self.asked:
            self.asked[key] = self.unpacked_answer(exercise, case)
        return self.asked[key]

    def question(self, exercise, case):
        return self.ask(exercise, case)[0]

    def answer(self, exercise, case):
        return self.ask(exercise, case)[1]

    def unpacked_answer(self, exercise, case):
        data = self.read(exercise, case, "answer")
        along = {name: [Slope(*slope) for slope in found] for name, found in data["slopes"].items()}
        return (
            Question(data["arguments"], data["upstream"], case.float32),
            Answer(data["results"], data["refusal"], along, data["forward"]),
        )

    def mistakes(self, exercise, case):
        key = exercise.name, case.name, case.seed
        if key not in self.mistaken:
            self.mistaken[key] = self.unpacked_mistakes(exercise, case)
        return self.mistaken[key]

    def unpacked_mistakes(self, exercise, case):
        return {
            id: Observation(
                function=seen["function"],
                value=seen["value"],
                failure=Failure(*seen["failure"]) if seen["failure"] else None,
                unmet=seen["unmet"],
                changed=seen["changed"],
                random=seen["random"],
                stale=seen["stale"],
                after=seen["after"],
            )
            for id, seen in self.read(exercise, case, "mistakes").items()
        }


def freeze(
    unit: Unit, cases=lambda exercise: exercise.visible_cases(), stamp: str = "", stubs: bytes | None = None
) -> bytes:
    """The frozen answers of a unit as the bytes of a zip file; the same answers give the same bytes.

    The unit's stubs go with them: as they lie there if they are untouched, otherwise those given as `stubs`, if any.
    """
    oracle = Live(unit)
    index: dict[str, Any] = {"format": FORMAT, "unit": unit.name, "stamp": stamp, "cases": [], "mistakes": {}}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:

        def write(name, content):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)

        for exercise in unit.exercises.values():
            known = oracle.known(exercise).values()
            index["mistakes"][exercise.name] = [[m.id, m.name, m.hint] for m in known]
            for case in cases(exercise):
                number = len(index["cases"])
                index["cases"].append([exercise.name, case.name, case.seed])
                question, answer = oracle.ask(exercise, case)
                write(
                    f"{number}.answer",
                    pack(
                        {
                            "arguments": question.arguments,
                            "upstream": question.upstream,
                            "results": answer.results,
                            "refusal": answer.refusal,
                            "forward": answer.forward,
                            "slopes": {
                                name: [(s.direction, s.estimates, s.scale) for s in along]
                                for name, along in answer.slopes.items()
                            },
                        }
                    ),
                )
                write(
                    f"{number}.mistakes",
                    pack(
                        {
                            id: {
                                "function": seen.function,
                                "value": seen.value,
                                "failure": frozen_failure(seen.failure, answer),
                                "unmet": seen.unmet,
                                "changed": seen.changed,
                                "random": seen.random,
                                "stale": seen.stale,
                                "after": seen.after,
                            }
                            for id, seen in oracle.mistakes(exercise, case).items()
                        }
                    ),
                )
        if stubs := stubs_of(unit) or stubs:
            write(STUBS, stubs)
        write("index.json", json.dumps(index, ensure_ascii=False))
    return buffer.getvalue()


def frozen_failure(failure: Failure | None, answer: Answer):
    """What is kept of a mistake's exception; where a refusal was right, that it had words, but not the reference's."""
    return failure and (failure.kind, "…" if answer.refusal and failure.message.strip() else failure.message)


def engine_stamp() -> bytes:
    """A hash of the engine's own files that decide what is frozen."""
    digest = hashlib.sha256()
    for name in ("exercise.py", "implementation.py", "network.py", "numerical.py", "oracle.py", "trial.py", "wire.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.digest()


def stubs_of(unit: Unit) -> bytes | None:
    """The unit's file of stubs, or None if somebody has worked in it."""
    source = unit.stubs.read_bytes() if unit.stubs.is_file() else b""
    return source if untouched(source, unit.points) else None


def is_fresh(unit: Unit) -> bool:
    """Whether the unit's frozen answers are those of its present references, cases and mistakes, and hold its present
    stubs; which stubs they hold does not matter once the file has been worked in."""
    try:
        frozen = Frozen(unit.answers)
        kept = frozen.stubs
    except CourseError:
        return False
    return frozen.index["stamp"] == unit.stamp(engine_stamp()) and (stubs_of(unit) or kept) == kept


def refresh(unit: Unit) -> None:
    """Write the unit's frozen answers anew, whole or not at all."""
    try:
        earlier = Frozen(unit.answers).stubs
    except CourseError:
        earlier = None
    content = freeze(unit, stamp=unit.stamp(engine_stamp()), stubs=earlier)
    partial = unit.answers.with_name(f"{unit.answers.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, unit.answers)
    finally:
        partial.unlink(missing_ok=True)
