"""The ladder: started, imports, signature, returns, shape, dtype, finite, value, side effects.

Each rung is checked for each result; a result's first fault is the one that counts, and the lowest rung with a fault
is what the student reads.
"""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from . import sentences as say
from .compare import agree, far
from .exercise import Behaviour, Exercise
from .implementation import Description, Failure
from .network import Network
from .numerical import confirms
from .oracle import Answer
from .outcome import RUNGS
from .trial import Observation, Question, results_of
from .wire import Strange

ENDED = ("Killed", "Exited", "TooLarge", "Malformed")  # how a locked-down process ends without an answer
ROUNDED = 64  # widens the tolerance for a scalar in float32, to 1e-6


def result_of(about: str) -> str:
    """The result that a part such as "grads[0]" or "generator.w1" belongs to."""
    return about.partition("[")[0].partition(".")[0]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: on which rung, with which result (or argument), and the sentence about it."""

    rung: str
    about: str
    sentence: str
    got: Any = None
    want: Any = None

    @property
    def order(self) -> int:
        return RUNGS.index(self.rung)


def before_calling(exercise: Exercise, description: Description, parameters: tuple[str, ...]) -> Fault | None:
    """Faults that show before the function is called. A stub is no fault."""
    name = exercise.name
    if description.status in ("no file", "broken", "missing"):
        file = PurePath(description.file).name or f"{exercise.unit}.py"
        if description.status == "no file":
            return Fault("started", name, say.no_file(file))
        if description.status == "broken":
            return Fault("imports", name, broken(file, description.failure))
        similar = "" if description.similar in exercise.siblings else description.similar
        return Fault("signature", name, say.renamed(name, file, similar) if similar else say.missing(name, file))
    if not parameters:
        return None
    own = description.parameters
    if not description.least <= len(parameters) <= description.most:
        return Fault("signature", name, say.parameters(name, parameters, own))
    if own[: len(parameters)] != parameters and set(own) == set(parameters):
        return Fault("signature", name, say.parameter_order(name, parameters, own))
    return None


def broken(file: str, failure: Failure) -> str:
    if failure.kind == "TimeLimit":
        return say.import_too_long(file, failure.message)
    if failure.kind in ENDED:
        return say.import_ended(file, failure.message or failure.kind)
    if failure.frames and not failure.frames[-1].function:  # it stands in no code that ran: the file was not read
        line = failure.frames[-1].line
        if failure.kind == "not UTF-8":
            return say.not_utf8(file, line)
        return say.cannot_read(file, line, failure.kind, failure.message)
    return say.cannot_import(file, failure.kind, failure.message)


def raised(function: str, failure: Failure) -> str:
    """The sentence about an exception."""
    match failure.kind:
        case "TimeLimit":
            return say.too_long(function, failure.message)
        case "RecursionError":
            return say.too_deep(function)
        case "SystemExit":
            return say.exited(function)
        case "Unusable":
            return say.unusable(function, failure.message)
        case "no function":
            return say.not_defined(function)
        case "None":
            return say.returned_nothing(function)
        case "Killed":
            return say.killed(function, failure.message)
        case "Exited":
            return say.left(function)
        case "TooLarge":
            return say.too_large(function, failure.message)
        case "Malformed":
            return say.no_answer(function)
    return say.raised(function, failure.kind, failure.message)


def faults(exercise: Exercise, question: Question, answer: Answer, seen: Observation) -> list[Fault]:
    """Everything that is wrong with what was seen, lowest rung first: at most one fault for each result."""
    if seen.failure and seen.function != exercise.name and not isinstance(exercise, Behaviour):
        return [Fault("returns", "", raised(seen.function, seen.failure))]
    found = list(side_effects(exercise, seen))
    if isinstance(exercise, Behaviour):
        if seen.failure:
            found.append(Fault("returns", "", raised(seen.function, seen.failure)))
        elif seen.unmet:
            found.append(Fault("value", "", say.unmet(seen.unmet)))
    elif answer.refusal:
        found += refusal(exercise, answer, seen)
    elif seen.failure and refused(seen.failure):
        found.append(Fault("returns", "", say.refused_wrongly(exercise.name, seen.failure.message)))
    elif seen.failure:
        found.append(Fault("returns", "", raised(exercise.name, seen.failure)))
    else:
        results = results_of(exercise, question)
        found += compare_results(exercise, results, answer.results, seen, question.dtype)
    return sorted(found, key=lambda fault: fault.order)


def refused(failure: Failure) -> bool:
    """Whether the student's own code raised a ValueError with words, as for inputs that make no sense."""
    own = failure.frames and failure.frames[-1].source.startswith("raise ValueError")
    return bool(own and failure.kind == "ValueError" and failure.message.strip())


def refusal(exercise, answer, seen):
    failure = seen.failure
    if failure is None:
        yield Fault("returns", "", say.should_refuse(exercise.name))
    elif failure.kind in ("TimeLimit", "RecursionError", "SystemExit"):
        yield Fault("returns", "", raised(exercise.name, failure))
    elif failure.kind != answer.refusal:
        yield Fault("returns", "", say.wrong_refusal(exercise.name, failure.kind))
    elif not failure.message.strip():
        yield Fault("returns", "", say.silent_refusal(exercise.name))


def compare_results(exercise, results, want, seen, dtype):
    """Faults of the returned value and of the networks that were to be trained, at most one for each."""
    value = seen.value
    if value is None:
        return [Fault("returns", "", say.returned_none(exercise.name, results))]
    got = seen.results(results)
    if got is None:
        if type(value) in (tuple, list):
            return [Fault("returns", "", say.wrong_count(exercise.name, results, len(value)))]
        return [Fault("returns", "", say.not_a_tuple(exercise.name, results, kind_of(value)))]
    if len(results) == 1 and type(value) is tuple and not isinstance(want[results[0]], (tuple, list)):
        alone = say.stray_comma(exercise.name, results[0])
        sentence = alone if len(value) == 1 else say.tuple_for_one(exercise.name, results[0], len(value))
        return [Fault("returns", "", sentence)]
    found = []
    for name, right in want.items():
        for where, g, w in leaves(name, got[name], right):
            if fault := leaf_fault(exercise, where, g, w, dtype):
                found.append(fault)
                break
    return found


def leaves(name, got, want):
    """Pair every part of a nested right answer with what was returned for it."""
    if isinstance(want, (list, tuple)) and isinstance(got, (list, tuple)) and len(got) == len(want):
        for i, (g, w) in enumerate(zip(got, want, strict=True)):
            yield from leaves(f"{name}[{i}]", g, w)
    elif isinstance(want, Network) and isinstance(got, Network):
        for label, g, w in zip(want.labels(), got.parameters(), want.parameters(), strict=True):
            yield f"{name}.{label}", g, w
    elif isinstance(want, dict) and isinstance(got, dict) and got.keys() == want.keys():
        for key in want:
            yield from leaves(f"{name}[{key!r}]", got[key], want[key])
    else:
        yield name, got, want


def leaf_fault(exercise, name, got, want, dtype):
    """The first fault of one result, or None."""
    if got is None:
        return None if want is None else Fault("returns", name, say.result_is_none(name, exercise.name), got, want)
    sentence = wrong_type(name, got, want, "cache" in exercise.results)
    if sentence:
        return Fault("returns", name, sentence, got, want)
    if not isinstance(want, (np.ndarray, np.generic, bool, int, float)):
        same = got == want
        return None if same else Fault("value", name, say.wrong_text(name, got, want), got, want)
    if np.shape(got) != np.shape(want):
        return Fault("shape", name, say.wrong_shape(name, np.shape(got), np.shape(want)), got, want)
    sentence = wrong_dtype(name, got, want, dtype)
    if sentence:
        return Fault("dtype", name, sentence, got, want)
    # NumPy's scalars stand for Python's, whatever their precision: one in float32 has rounded, and is no worse for it.
    rounded = isinstance(got, np.float32) and dtype != np.float32
    wrong = far(got, want, dtype, exercise.conditioning * (ROUNDED if rounded else 1))
    if not wrong.any():
        return None
    unexpected = np.isfinite(want) & ~np.isfinite(np.asarray(got, float))
    if unexpected.any():
        return Fault("finite", name, not_finite(name, got, want, unexpected), got, want)
    if np.ndim(want) == 0:
        return Fault("value", name, say.wrong_number(name, *numbers(got, want)), got, want)
    return Fault("value", name, say.wrong_values(name, int(wrong.sum()), np.size(want)), got, want)


def wrong_type(name, got, want, cached):
    """A sentence where `got` is not the kind of thing that `want` is; `cached` says whether a cache comes with it."""
    if isinstance(want, np.ndarray):
        if isinstance(got, np.ndarray):
            return ""
        if isinstance(got, tuple):
            return say.tuple_for_array(name, cached)
        if isinstance(got, list):
            return say.list_for_array(name)
        if is_number(got):
            # NumPy itself turns arrays without axes into scalars.
            return "" if want.ndim == 0 else say.number_for_array(name, want.shape)
        return not_an_array(name, got, want)
    if is_number(want):
        if isinstance(got, np.ndarray):
            return say.array_for_number(name, got.shape) if got.ndim else say.zero_axes_for_number(name)
        if not is_number(got):
            return say.no_number(name, kind_of(got))
        if is_whole(want) and not is_whole(got):
            return say.fraction_for_whole(name, number(got))
        return ""
    if isinstance(want, (list, tuple)):
        if not isinstance(got, (list, tuple)):
            return say.no_list(name, kind_of(got))
        return say.wrong_length(name, len(got), len(want))
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return say.no_dict(name, kind_of(got))
        return say.wrong_keys(name, map(repr, got), map(repr, want))
    return "" if type(got) is type(want) else say.wrong_kind(name, kind_of(got), kind_of(want))


def not_an_array(name, got, want):
    """The sentence about something else where an array was asked; some arrays cannot be looked into (see wire.py)."""
    kind = kind_of(got)
    if kind.startswith("ndarray of shape "):
        return say.huge_array(name, kind.removeprefix("ndarray of shape "), want.shape)
    if kind.startswith("ndarray of "):
        return say.strange_array(name, kind.removeprefix("ndarray of "))
    return say.no_array(name, kind)


def wrong_dtype(name, got, want, dtype):
    """A sentence where an array holds numbers of another dtype than was asked."""
    if not isinstance(got, np.ndarray):
        return ""
    if want.dtype.kind == "f":
        if got.dtype.kind == "b":
            return say.truth_for_numbers(name)
        if got.dtype.kind in "iu":
            return say.whole_array(name, got.dtype)
        return "" if got.dtype == dtype else say.wrong_dtype(name, got.dtype, dtype)
    if want.dtype.kind in "iu" and got.dtype.kind not in "iu":
        return say.not_whole(name, got.dtype)
    if want.dtype.kind == "b" and got.dtype.kind != "b":
        return say.no_truth_values(name, got.dtype)
    return ""


def not_finite(name, got, want, unexpected):
    if np.ndim(got) == 0:
        return say.number_not_finite(name, number(got), number(want))
    first = np.argwhere(unexpected)[0]
    return say.not_finite(name, int(unexpected.sum()), np.size(got), ", ".join(map(str, first)))


def side_effects(exercise, seen):
    """Faults in what a call left behind, whether or not its results are right."""
    for argument in seen.changed:
        yield Fault("side effects", argument, say.changed_argument(seen.function, argument))
    if seen.random:
        yield Fault("side effects", "random state", say.changed_random_state(seen.function))
    if seen.stale:
        yield Fault("side effects", "earlier results", say.overwritten(seen.function))


def disputed(answer: Answer, seen: Observation, results: tuple[str, ...], found: list[Fault]) -> str:
    """The name of a gradient about which the two witnesses disagree, or "".

    Where a result agrees with the reference, numerical differences must confirm the reference: a tolerance may be wider
    than theirs. Where it does not agree they must not confirm it, unless the difference is one of precision.
    """
    got = seen.results(results)
    wrong = {fault.about: fault for fault in found if fault.order < RUNGS.index("side effects")}
    for name, along in answer.slopes.items():
        value = got.get(name) if got else None
        if not isinstance(value, np.ndarray) or not along:
            continue
        want = answer.results[name]
        if name not in wrong:
            if name not in answer.confirmed:
                answer.confirmed[name] = confirms(want, along)
            if not answer.confirmed[name]:
                return name
        elif wrong[name].rung == "value" and not agree(value, want, conditioning=1e3) and confirms(value, along):
            return name
    return ""


def is_number(value) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating, np.bool_))


def is_whole(value) -> bool:
    return isinstance(value, (int, np.integer, np.bool_))


def kind_of(value) -> str:
    if isinstance(value, Strange):
        return value.kind
    return "NoneType" if value is None else type(value).__name__


def number(value, digits: int = 6) -> str:
    """A number as learners read it: six digits, if no more are needed."""
    return f"{value + 0.0:.{digits}g}" if isinstance(value, (float, np.floating)) else str(value)


def numbers(got, want) -> tuple[str, str]:
    """Two numbers, with as many digits as tell them apart."""
    for digits in (6, 9, 12, 17):
        shown = number(got, digits), number(want, digits)
        if shown[0] != shown[1]:
            break
    return shown
