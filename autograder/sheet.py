"""A sheet: all cases of an exercise, asked at once, with what right answers to them look like.

Most of what a class hands in is right, and need not be watched call by call. A sheet's questions are packed when they
are drawn, its answers come back in one piece, and numbers are compared for all cases together. It says that everything
is right, or which results are wrong and in which cases. Where anything besides was seen it says nothing at all: then
the exercise is asked again, case by case.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from .compare import allowance
from .exercise import Behaviour, Case, Exercise, Gradient
from .implementation import Failure
from .ladder import faults
from .locked.messages import sound
from .network import Network
from .oracle import Answer, Oracle
from .outcome import GRADER_ERROR, Outcome
from .trial import Observation, Question, results_of
from .wire import TO_JSON, Malformed, Token, in_header, joined, memory_of, unpack

ROOM = 64 << 20  # bytes of items that are kept for a unit
LARGEST_HEADER = 1 << 20  # bytes, of answers
MOST_OUTCOMES = 1000  # that are kept for a unit
NOTHING = np.zeros(0)
RIGHT, WRONG, STOPPED, UNCLEAR = "right", "wrong", "stopped", "unclear"


@dataclass(frozen=True)
class Part:
    """A part of a sheet or of its answers: its place in the header, in JSON, and the memory of its arrays."""

    header: bytes
    memory: bytes

    @classmethod
    def of(cls, value) -> "Part":
        header, arrays = written(value)
        return cls(header, b"".join(map(memory_of, arrays)))


def written(value) -> tuple[bytes, list]:
    """A value as it stands in a header, in JSON, and the arrays in it."""
    arrays: list = []
    return TO_JSON(in_header(value, arrays)).encode("utf-8", "surrogatepass"), arrays


def assembled(parts: list[Part]) -> bytes:
    """A list of such parts, as `pack` makes it."""
    return joined(b"[" + b",".join(part.header for part in parts) + b"]", [part.memory for part in parts])


@dataclass(frozen=True)
class Item:
    """A case, ready to be put on a sheet.

    Args:
        forward: the call of the function, or of the forward where the exercise is a gradient: without an answer, and
            with one.
        backward: for a gradient its call, with the last cache and with the one before.
        header: where the answer is right, its place in the header.
        dtype: of all arrays in the answer, as it is written; "" where they differ.
        want: the right numbers in these arrays, one after the other.
        allowed: how far an answer may be from each.
    """

    case: Case
    question: Question
    answer: Answer
    forward: tuple[Part, Part]
    backward: tuple[Part, ...]
    header: bytes
    dtype: str
    want: np.ndarray
    allowed: np.ndarray

    def is_right(self, told: Any) -> bool:
        """Whether an answer is right at first sight; one that is not may be right all the same."""
        header, arrays = written(told)
        if not self.dtype or header != self.header:
            return False
        return near(np.concatenate([*map(np.ravel, arrays), NOTHING]), self.want, self.allowed)

    def parameters(self, asked: Exercise) -> tuple[str, ...]:
        """The names of the parameters with which the exercise's function is called, or that of its forward."""
        if isinstance(asked, Gradient):
            return (*asked.upstream_names, "cache")
        return tuple(self.question.arguments)

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return 4000 + 3 * sum(len(part.memory) for part in (*self.forward, *self.backward)) + 4 * self.want.nbytes


def item_of(exercise: Exercise, case: Case, oracle: Oracle) -> Item | None:
    """A case as an item, or None where it can only be asked by itself."""
    question, answer = oracle.question(exercise, case), oracle.answer(exercise, case)
    if isinstance(exercise, Behaviour) or any(type(value) is Network for value in question.arguments.values()):
        return None
    asked = exercise.asks
    call = [asked.name, list(question.arguments.values()), asked.keep, len(asked.results)]
    results = results_of(exercise, question)
    backward = []
    if isinstance(exercise, Gradient):
        calls = ([exercise.name, [*question.upstream, Token(-ago)], None, len(results), True] for ago in (1, 2))
        backward = map(Part.of, calls)
    looks = right(exercise, question, answer, [name for name in results if name != "cache"])
    forward = (Part.of([*call, False]), Part.of([*call, True]))
    return Item(case, question, answer, forward, tuple(backward), *looks)


def right(exercise: Exercise, question: Question, answer: Answer, results: list[str]):
    """What the right answer looks like: the last four of an item's arguments."""
    if answer.refusal:
        return Part.of({answer.refusal: True}).header, question.dtype.str, NOTHING, NOTHING
    header, arrays = written([in_dtype_asked(answer.results[name], question.dtype) for name in results])
    if any(array.dtype != question.dtype for array in arrays):
        return header, "", NOTHING, NOTHING
    exact = [np.ravel(answer.results[name]).astype(float) for name in results if is_number(answer.results[name])]
    allowed = [allowance(want, question.dtype, exercise.conditioning) for want in exact]
    return header, question.dtype.str, np.concatenate([*exact, NOTHING]), np.concatenate([*allowed, NOTHING])


def in_dtype_asked(value: Any, dtype: np.dtype):
    """A right result as it should come: floating numbers in that dtype."""
    return value.astype(dtype) if is_number(value) and value.dtype.kind == "f" else value


def near(got: np.ndarray, want: np.ndarray, allowed: np.ndarray) -> bool:
    """Whether these are as many numbers as are wanted, and each as near as it has to be."""
    with np.errstate(all="ignore"):
        return len(got) == len(want) and bool((np.abs(got - want) <= allowed).all())


def is_number(value) -> bool:
    return isinstance(value, (np.ndarray, np.generic))


class Asked(NamedTuple):
    """An item on a sheet, in the order of the answers; `again` if its case is put for another time."""

    exercise: Exercise
    item: Item
    again: bool = False


@dataclass(frozen=True)
class Sheet:
    """The cases of an exercise, and of the gradients of it, as they are asked at once."""

    asked: list[Asked]
    request: bytes

    def verdicts(self, answers: bytes | None) -> dict[Exercise, str]:
        """For each exercise RIGHT where all its answers are right, WRONG where that to a case is not, STOPPED where an
        exception came in its place, and UNCLEAR where that is only seen when a case is put again, or where there are no
        answers."""
        exercises = dict.fromkeys(one.exercise for one in self.asked)
        if not answers:
            return dict.fromkeys(exercises, UNCLEAR)
        start = 4 + int.from_bytes(answers[:4], "little")
        expected = b"[" + b",".join(one.item.header for one in self.asked) + b"]"
        as_expected = answers[4:start].rstrip() == expected and all(one.item.dtype for one in self.asked)
        if as_expected and self.agree(answers, start):
            return dict.fromkeys(exercises, RIGHT)
        if (told := self.told(answers)) is None:
            return dict.fromkeys(exercises, UNCLEAR)
        return {one: verdict([(a, answer) for a, answer in told if a.exercise is one]) for one in exercises}

    def told(self, answers: bytes) -> list[tuple[Asked, Any]] | None:
        """Each answer with what it answers; None where the answers are none."""
        try:
            found = sound(unpack(answers)) if int.from_bytes(answers[:4], "little") < LARGEST_HEADER else None
        except Malformed:
            found = None
        good = type(found) is list and len(found) == len(self.asked)
        return list(zip(self.asked, found, strict=True)) if good else None

    def observations(self, answers: bytes, exercise: Exercise) -> list[Observation] | None:
        """What was seen in each case of an exercise, for a gradient with its forward; None where the answers do not
        tell all of it: of an exception they do not say what it said, nor where it was raised."""
        if (told := self.told(answers)) is None:
            return None
        seen: dict[Exercise, list[Observation]] = {exercise.asks: [], exercise: []}
        for asked, answer in told:
            one = observed(asked.exercise, asked.item, answer)
            if one is None or (one.failure and faults(asked.exercise, asked.item.question, asked.item.answer, one)):
                return None
            seen[asked.exercise].append(one)
        if exercise.asks is exercise:
            return seen[exercise]
        return [replace(one, forward=of) for one, of in zip(seen[exercise], seen[exercise.asks], strict=True)]

    def agree(self, answers: bytes, offset: int) -> bool:
        """Whether the numbers of answers whose header is as it should be are those that are wanted."""
        for dtype, run in groupby((one.item for one in self.asked), lambda item: item.dtype):
            items = list(run)
            want = np.concatenate([item.want for item in items])
            got = np.frombuffer(answers, dtype, len(want), offset)
            if not near(got, want, np.concatenate([item.allowed for item in items])):
                return False
            offset += got.nbytes
        return offset == len(answers)


def verdict(told: list[tuple[Asked, Any]]) -> str:
    """The verdict on the answers to one exercise, one by one: there is more than one way to write a right answer."""
    for asked, answer in told:
        if asked.item.is_right(answer):
            continue
        seen = observed(asked.exercise, asked.item, answer)
        if seen is None or faults(asked.exercise, asked.item.question, asked.item.answer, seen):
            if asked.again or seen is None:
                return UNCLEAR
            return STOPPED if seen.failure else WRONG
    return RIGHT


def observed(exercise: Exercise, item: Item, told) -> Observation | None:
    """What was seen in a case, from its answer; None where that is no answer."""
    if type(told) is dict and len(told) == 1:
        ((kind, words),) = told.items()
        return Observation(exercise.name, failure=Failure(kind, "…" if words is True else ""))
    results = results_of(exercise, item.question)
    if type(told) is not list or len(told) != len([name for name in results if name != "cache"]):
        return None
    values = iter(told)
    value = tuple(Token(0) if name == "cache" else next(values) for name in results)
    return Observation(exercise.name, value if len(results) > 1 else value[0])


class Sheets:
    """Sheets of a unit's exercises. Items are kept, so that what many students are asked is drawn and packed once. So
    is what comes of answers that many give. The longest unused go first.

    Args:
        oracle: where the right answers come from.
        room: bytes of items that are kept.
    """

    def __init__(self, oracle: Oracle, room: int = ROOM):
        self.oracle, self.room = oracle, room
        self.kept: OrderedDict[tuple, Item | None] = OrderedDict()
        self.size = 0
        self.outcomes: OrderedDict[tuple, Outcome] = OrderedDict()
        self.shown: dict[str, Sheet | None] = {}

    def outcome(self, key: tuple, make: Callable[[], Outcome | None]) -> Outcome | None:
        """What `make` makes of the answers that `key` tells from all others: the same is not made twice. None and a
        fault of the grader's own are not kept."""
        if key in self.outcomes:
            self.outcomes.move_to_end(key)
            return self.outcomes[key]
        outcome = make()
        if outcome and outcome.status != GRADER_ERROR:
            self.outcomes[key] = outcome
            if len(self.outcomes) > MOST_OUTCOMES:
                self.outcomes.popitem(last=False)
        return outcome

    def item(self, exercise: Exercise, case: Case) -> Item | None:
        key = exercise.name, case.name, case.seed
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        item = self.kept[key] = item_of(exercise, case, self.oracle)
        self.size += item.size if item else 0
        while self.size > self.room:
            _, dropped = self.kept.popitem(last=False)
            self.size -= dropped.size if dropped else 0
        return item

    def visible(self, exercise: Exercise) -> Sheet | None:
        """A sheet of an exercise's visible cases, and of its forward's: the same for everybody, and made once."""
        if exercise.name not in self.shown:
            cases_of = dict.fromkeys((exercise.asks, exercise), exercise.visible_cases())
            self.shown[exercise.name] = self.sheet(cases_of, again=False)
        return self.shown[exercise.name]

    def sheet(self, cases_of: dict[Exercise, list[Case]], again: bool = True) -> Sheet | None:
        """A sheet of the cases of one exercise, or of several that ask the same forward; None where a case can only be
        asked by itself.

        In the end a case is put `again`, after it the same one with other numbers, and then both backwards: some faults
        only show then.
        """
        groups: dict[tuple, list[tuple[Exercise, Case]]] = {}  # the exercises that have the same case
        for exercise, cases in cases_of.items():
            for case in cases:
                groups.setdefault((case.name, case.seed), []).append((exercise, case))
        first = max(groups.values(), key=len)
        other = [(exercise, with_other_numbers(case)) for exercise, case in first]
        rounds = [([group], False) for group in groups.values()] + [([first, other], True)] * again
        asked: list[Asked] = []
        parts: list[Part] = []
        for groups_of_round, again in rounds:
            backwards = []
            for place, group in enumerate(groups_of_round):
                items = [(exercise, self.item(exercise, case)) for exercise, case in group]
                if any(item is None for _, item in items):
                    return None
                forwards = [Asked(one, item, again) for one, item in items if not isinstance(one, Gradient)]
                asked += forwards
                parts.append(items[0][1].forward[bool(forwards)])
                kept = len(groups_of_round) - place  # that many caches ago
                backwards += [(Asked(o, i, again), i.backward[kept - 1]) for o, i in items if isinstance(o, Gradient)]
            asked += [one for one, _ in backwards]
            parts += [part for _, part in backwards]
        return Sheet(asked, assembled(parts))


def with_other_numbers(case: Case) -> Case:
    """The same case, drawn anew; one whose numbers are given stays as it is."""
    return case if isinstance(case.parameters, dict) else replace(case, seed=case.seed + 1)
