"""Which idea went wrong. A wrong answer is compared with what the known mistakes give, then with general
transformations of the right answer, and only then described.

What is said must be true: a mistake is named only if it alone explains what was seen, and nothing seen in any case of
the exercise speaks against it; the same holds for a transformation.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from . import sentences as say
from .compare import agree, far, tolerance
from .exercise import Exercise
from .ladder import Fault, faults, number, numbers, result_of
from .network import Network
from .oracle import Answer, Oracle
from .outcome import RUNGS
from .trial import Observation, Question, results_of
from .wire import Token

BATCHED = ("x", "prediction", "logits", "scores")  # arguments whose first axis is the batch, by the field's custom


@dataclass(frozen=True)
class Trial:
    """One case that was put to the student: what was asked, what is right, what was seen and what is wrong with it."""

    case: object
    question: Question
    answer: Answer
    seen: Observation
    faults: list[Fault]

    @property
    def shown(self) -> list[Fault]:
        """The faults on the lowest rung: what the student reads."""
        return [fault for fault in self.faults if fault.rung == self.faults[0].rung]


# Known mistakes


def recognise(exercise: Exercise, trials: list[Trial], oracle: Oracle) -> list[set[str]]:
    """For each trial, the ids of the known mistakes that are recognised in it."""
    known = oracle.known(exercise)
    failing = [i for i, trial in enumerate(trials) if trial.faults]
    if not known or not failing:
        return [set() for _ in trials]
    explained: dict[str, dict[int, frozenset[str]]] = {id: {} for id in known}
    # Failing trials first: most mistakes are ruled out by the first of them.
    for i in sorted(range(len(trials)), key=lambda i: i not in failing):
        if not explained:
            break
        trial = trials[i]
        answers = oracle.mistakes(exercise, trial.case)
        for id in list(explained):
            wrong = faults_of(id, exercise, trial, answers[id])
            if not wrong:
                continue
            if all(shares_fault(exercise, trial, answers[id], fault) for fault in wrong):
                explained[id][i] = frozenset(fault.about for fault in wrong)
            else:
                del explained[id]

    def reach(id):
        """How much a mistake explains: cases first, then the faults in them."""
        return len(explained[id]), sum(map(len, explained[id].values()))

    found: list[set[str]] = [set() for _ in trials]
    for i in failing:
        for about in {fault.about for fault in trials[i].shown}:
            able = [id for id, by in explained.items() if about in by.get(i, ())]
            # Of several that fit this case, one that explains more than every other is the one.
            most = max(map(reach, able), default=None)
            best = [id for id in able if reach(id) == most]
            if len(best) == 1:
                found[i].add(best[0])
    return found


def faults_of(id: str, exercise: Exercise, trial: Trial, mistake: Observation) -> list[Fault]:
    """What is wrong with a known mistake's answer. It is the same for whoever is asked, and found out once."""
    known = trial.answer.mistaken
    if id not in known:
        known[id] = faults(exercise, trial.question, trial.answer, mistake)
    return known[id]


def shares_fault(exercise: Exercise, trial: Trial, mistake: Observation, fault: Fault) -> bool:
    """Whether the student's answer has this fault of the mistake's, in the same way."""
    seen = trial.seen
    if fault.rung == "side effects":
        return any(f.rung == fault.rung and f.about == fault.about for f in trial.faults)
    if mistake.failure or mistake.unmet:
        if seen.failure and mistake.failure and seen.failure.kind == mistake.failure.kind:
            # Two errors of one kind may have nothing in common; their messages name shapes and operations.
            return bool(trial.answer.refusal) or seen.failure.message == mistake.failure.message
        return bool(mistake.unmet and same(seen.value, mistake.value, trial.question.dtype))
    if seen.failure:
        return False
    if trial.answer.refusal:
        return True
    if not fault.about:
        return same(seen.value, mistake.value, trial.question.dtype)
    results = results_of(exercise, trial.question)
    got, wrong, top = seen.results(results), mistake.results(results), result_of(fault.about)
    if got is None or wrong is None:
        return False
    # The precision of the student's numbers matters where the mistake is about precision, and nowhere else.
    precision = fault.rung == "dtype"
    return same(got[top], wrong[top], trial.question.dtype, exercise.conditioning, precision)


def same(a, b, dtype, conditioning: float = 1.0, precision: bool = True) -> bool:
    """Whether two pieces of plain data are alike: structure exactly, numbers within the tolerance, and the dtypes of
    arrays exactly, or at least in kind where `precision` does not matter. How long whole numbers are is the machine's
    business: NumPy's have 64 bits on most, and 32 in a browser."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, dtype, conditioning, precision) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], dtype, conditioning, precision) for key in a)
    if isinstance(a, Network) and isinstance(b, Network):
        return same(a.parameters(), b.parameters(), dtype, conditioning, precision)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return (
            isinstance(a, np.ndarray)
            and isinstance(b, np.ndarray)
            and a.dtype.kind == b.dtype.kind
            and (a.dtype == b.dtype or not precision or a.dtype.kind in "iu")
            and agree(a, b, dtype, conditioning)
        )
    if isinstance(a, (int, float, np.number)) and isinstance(b, (int, float, np.number)):
        return agree(a, b, dtype, conditioning)
    return type(a) is type(b) and (a == b or isinstance(a, Token))  # what a token stands for is nobody's business


# General transformations


@np.errstate(all="ignore")
def looks_like(exercise: Exercise, trials: list[Trial], about: str) -> list[list[str]]:
    """For each trial sentences about one wrong result: a transformation that turns the right answer into the
    student's in every case that is wrong, if there is exactly one; otherwise none."""
    nothing: list[list[str]] = [[] for _ in trials]
    found: list[dict[tuple, str]] = []
    common: set[tuple] | None = None
    for trial in trials:
        fault = next((f for f in trial.faults if f.about == about), None)
        if fault is None or fault.rung in ("started", "imports", "signature", "side effects"):
            found.append({})
            continue
        if not isinstance(fault.got, np.ndarray | np.generic | float | int) or fault.want is None:
            return nothing
        found.append(dict(transformations(exercise, trial, fault)))
        common = found[-1].keys() if common is None else common & found[-1].keys()
        if not common:
            return nothing
    return [only_one(said, common or set()) for said in found]


def only_one(said: dict[tuple, str], common: set[tuple]) -> list[str]:
    """The sentences of a trial for the one transformation that is common to all, or for a factor and its dimension;
    the factor may differ from case to case as the dimension does."""
    dimensions = [said[key] for key in said if key in common and key[0] == "dimension"]
    factors = [said[key] for key in said if key in common and key[0] == "factor"]
    others = [said[key] for key in said if key in common and key[0] not in ("dimension", "factor")]
    if not others and (factors or dimensions):
        return [said[key] for key in said if key[0] == "factor"] + (dimensions if len(dimensions) == 1 else [])
    return others if len(others) == 1 and not factors else []


def transformations(exercise: Exercise, trial: Trial, fault: Fault) -> Iterable[tuple[tuple, str]]:
    """Every transformation that explains one wrong result in one case: a key to compare across cases, a sentence."""
    name, got, want = fault.about, np.asarray(fault.got), np.asarray(fault.want)
    dtype, conditioning = trial.question.dtype, exercise.conditioning

    def is_right(candidate):
        return agree(candidate, want, dtype, conditioning)

    if want.dtype.kind not in "fiu" or got.dtype.kind not in "fiu" or not np.isfinite(got).all():
        return
    if fault.rung == "dtype" or is_right(got):  # the numbers are right: what is wrong is how they are kept
        return
    returned = trial.seen.results(results_of(exercise, trial.question)) or {}
    for other, right in trial.answer.results.items():
        if (
            other != name
            and isinstance(right, np.ndarray)
            and agree(got, right, dtype, conditioning)
            and not is_right(right)
        ):
            back = returned.get(other)
            mutual = isinstance(back, np.ndarray) and agree(back, want, dtype, conditioning)
            sentence = say.changed_places(*sorted((name, other))) if mutual else say.exchanged(name, other)
            yield ("exchange", other), sentence
    if got.shape != want.shape:
        yield from other_shapes(name, got, want, is_right)
        return
    yield from factors(trial, name, got, want, dtype, conditioning)
    difference = got.astype(float) - want.astype(float)
    constant = want.size > 1 and np.isfinite(difference).all()
    if constant and is_right(got - difference.mean()) and not is_right(got):
        shift = float(difference.mean())
        yield ("shift",), say.shifted_up(name, number(shift)) if shift > 0 else say.shifted_down(name, number(-shift))
    if (want < 0).any() and agree(got, np.abs(want), dtype, conditioning):
        yield ("absolute",), say.absolute(name)
    if got.ndim == 2 and got.shape[0] == got.shape[1] and is_right(got.T):
        yield ("axes", 1, 0), say.transposed(name)
    elif got.ndim > 2:
        for axes in itertools.permutations(range(got.ndim)):
            if (
                axes != tuple(range(got.ndim))
                and got.transpose(axes).shape == want.shape
                and is_right(got.transpose(axes))
            ):
                yield ("axes", *axes), say.permuted(name, axes)
    long = [axis for axis in range(got.ndim) if got.shape[axis] > 1]
    for axis in long:
        if is_right(np.flip(got, axis)):
            yield ("flip", axis), say.flipped(name, axis)
        for step in {1, got.shape[axis] - 1} if got.shape[axis] > 2 else ():
            if is_right(np.roll(got, -step, axis)):
                signed = step if step == 1 else -1
                yield ("roll", axis, signed), say.rolled(name, axis, signed)
    for axes in itertools.combinations(long, 2):
        if is_right(np.flip(got, axes)):
            yield ("flip", *axes), say.flipped_both(name, axes)


def other_shapes(name, got, want, is_right):
    """Transformations between arrays of different shapes."""
    squeezed = got.size == want.size
    if squeezed and got.ndim == want.ndim == 2 and is_right(got.T):
        yield ("axes", 1, 0), say.transposed(name)
    elif squeezed and got.ndim == want.ndim and got.ndim > 2:
        for axes in itertools.permutations(range(got.ndim)):
            if got.transpose(axes).shape == want.shape and is_right(got.transpose(axes)):
                yield ("axes", *axes), say.permuted(name, axes)
    elif squeezed and want.ndim and is_right(got.reshape(want.shape)):
        yield ("reshape",), say.reshaped(name, want.shape)
    if got.ndim == want.ndim + 1:
        for axis in range(got.ndim):
            if got.shape[axis] > 1 and got.sum(axis).shape == want.shape:
                if is_right(got.sum(axis)):
                    yield ("sum", axis), say.summed_over(name, axis)
                if is_right(got.mean(axis)):
                    yield ("mean", axis), say.averaged_over(name, axis)
    if got.ndim == want.ndim and want.size:
        margins = [g - w for g, w in zip(got.shape, want.shape, strict=True)]
        if any(margins) and all(m >= 0 and m % 2 == 0 for m in margins):
            inner = tuple(slice(m // 2, m // 2 + w) for m, w in zip(margins, want.shape, strict=True))
            if is_right(got[inner]):
                yield ("border",), say.bordered(name)


def factors(trial, name, got, want, dtype, conditioning):
    """A constant factor between the answers, and which dimension it might be."""
    norm = float(np.sum(np.square(want.astype(float))))
    if not norm or not np.isfinite(norm):
        return

    def is_times(factor):
        return agree(got, factor * want, dtype, conditioning)

    factor = float(np.sum(got.astype(float) * want)) / norm
    if abs(factor) < 1e-12 or agree(factor, 1.0, dtype, 10) or not is_times(factor):
        return
    if is_times(-1):
        yield ("sign",), say.sign_flipped(name)
        return
    large = abs(factor) > 1
    size = factor if large else 1 / factor
    whole = round(size)
    if abs(whole) > 10**6 or not is_times(float(whole) if large else 1 / whole):
        if want.size > 1:  # any two numbers differ by some factor
            yield ("factor", float(f"{factor:.5g}")), say.times(name, numbers(factor, 1.0)[0])
        return
    if factor < 0:
        yield ("factor", whole, large), say.times(name, whole if large else f"-1/{-whole}")
        return
    yield ("factor", whole, large), say.times_too_large(name, whole) if large else say.times_too_small(name, whole)
    for argument, value in trial.question.arguments.items():
        if not isinstance(value, np.ndarray):
            continue
        for axis, length in enumerate(value.shape):
            if length > 1 and whole == length:
                said = say.factor_is_batch if argument in BATCHED and axis == 0 else say.factor_is
                yield ("dimension", argument, axis, large), said(whole, f"{argument}.shape[{axis}]")
        if value.ndim > 1 and whole == value.size:
            yield ("dimension", argument, "size", large), say.factor_is(whole, f"{argument}.size")


# Description


@np.errstate(all="ignore")
def describe(exercise: Exercise, trial: Trial, fault: Fault) -> list[str]:
    """What was seen of one wrong result: the worst entry, and the pattern of where it is wrong."""
    got, want = fault.got, fault.want
    if fault.rung not in ("value", "finite") or not isinstance(want, np.ndarray) or not want.ndim:
        return []
    wrong = far(got, want, trial.question.dtype, exercise.conditioning)
    said = []
    if fault.rung == "value":
        off = np.nan_to_num(np.where(wrong, np.abs(np.asarray(got, float) - want), -1.0), nan=np.inf)
        # Of several that are equally far off but for rounding, the first: whichever machine rounds.
        furthest = off >= off.max() * (1 - tolerance(trial.question.dtype))
        index = np.unravel_index(int(np.argmax(furthest)), want.shape)
        if not np.any(got) and np.any(want):
            said.append(say.all_zero(fault.about))
        elif want.size > 1 and np.all(got == got.flat[0]) and not np.all(want == want.flat[0]):
            said.append(say.all_same(fault.about, number(got.flat[0])))
        said.append(say.worst(fault.about, ", ".join(map(str, index)), *numbers(got[index], want[index])))
    if pattern := where_wrong(wrong):
        places, exact = pattern
        places = f"{fault.about}[{places}]"
        said.append(say.exactly_in(places) if exact else say.only_in(places))
    return said


def where_wrong(wrong: np.ndarray) -> tuple[str, bool] | None:
    """The narrowest slab along one axis that holds every wrong entry, in NumPy's notation, and whether all of the slab
    is wrong. None where no slab is worth telling."""
    best = None
    for axis in range(wrong.ndim):
        length = wrong.shape[axis]
        touched = np.flatnonzero(wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis)))
        text = index_text(touched, length)
        if text is None or 2 * len(touched) > length + 1 or len(touched) == length:
            continue
        exact = bool(wrong.take(touched, axis).all())
        places = ", ".join(text if a == axis else ":" for a in range(wrong.ndim))
        rank = (exact, -len(touched) / length)
        if best is None or rank > best[0]:
            best = rank, (places, exact)
    return best[1] if best else None


def index_text(touched: np.ndarray, length: int) -> str | None:
    """A set of positions along an axis, in NumPy's notation."""
    positions = touched.tolist()
    if len(positions) == 1:
        return "-1" if positions[0] == length - 1 and length > 1 else str(positions[0])
    if positions == list(range(positions[0], length)):
        return f"{positions[0] - length}:"
    if positions == list(range(positions[-1] + 1)):
        return f":{positions[-1] + 1}"
    if positions == list(range(positions[0], length, 2)) and positions[0] in (0, 1) and length > 3:
        return f"{positions[0] or ''}::2"
    if positions == [0, length - 1]:
        return "[0, -1]"
    return None


def rest_is_right(exercise: Exercise, trial: Trial) -> list[str]:
    """A sentence about the results that are right, where some are wrong."""
    right = [name for name in trial.answer.results if all(result_of(f.about) != name for f in trial.faults)]
    structural = any(not fault.about for fault in trial.faults)
    if (
        structural
        or not right
        or len(right) == len(trial.answer.results)
        or trial.faults[0].order >= RUNGS.index("side effects")
    ):
        return []
    return [say.right_results(right)]
