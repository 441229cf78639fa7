"""What is asked: exercises and their cases. A unit's test_<unit>.py defines its exercises with these.

Three kinds suffice: a `value` (like the reference's), a `gradient` of another exercise, and a `behaviour`.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

FLOAT32_CASE = "float32 in, float32 out"


@dataclass(frozen=True)
class Case:
    """One question of an exercise: inputs drawn from a seed, or given as they are.

    Args:
        name: what the case shows, in plain words.
        parameters: a tuple for the exercise's `inputs`, a dict of the very arguments, or None to draw them freshly.
        seed: what the inputs are drawn from.
        float32: whether the arguments are given in float32.
        refuses: whether a ValueError is the right answer.
        kink: whether the function has a kink there, so that no numerical derivative is taken.
        hidden: whether students do not get to see it.
    """

    name: str
    parameters: tuple | dict | None
    seed: int
    float32: bool = False
    refuses: bool = False
    kink: bool = False
    hidden: bool = False


def seed_of(*parts: str) -> int:
    """A seed that depends on nothing but these words."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "little")


def names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


@dataclass(eq=False)
class Exercise:
    """What all kinds have in common. `unit` and `name` are filled in when the course is read."""

    cases: dict[str, Any]
    fresh: Callable | None = None
    refuses: dict[str, Any] = field(default_factory=dict)
    returns: str | None = None
    needs: tuple["Exercise", ...] = ()
    kinks: tuple[str, ...] = ()
    conditioning: float = 1.0
    float32: bool = True
    unit: str = ""
    name: str = ""
    line: int = 0
    siblings: dict[str, "Exercise"] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return f"{self.unit}.{self.name}"

    @cached_property
    def results(self) -> tuple[str, ...]:
        """The names of what the function returns."""
        default = "out, cache" if self.name.endswith("_forward") else "out"
        return names(self.returns or default)

    @property
    def keep(self) -> int | None:
        """The position of the cache among the results."""
        return self.results.index("cache") if "cache" in self.results else None

    @property
    def asks(self) -> "Exercise":
        """The exercise whose inputs this one is asked about."""
        return self

    def visible_cases(self) -> list[Case]:
        """The cases shown to students: always the same."""
        return list(self.visible)

    @cached_property
    def visible(self) -> tuple[Case, ...]:
        source = self.asks
        made = [
            Case(name, parameters, seed_of(source.id, name), kink=name in self.kinks)
            for name, parameters in self.cases.items()
        ]
        drawn = next((case for case in made if isinstance(case.parameters, tuple) and not case.kink), None)
        if drawn and self.float32 and source.takes_floats(drawn):
            made.append(replace(drawn, name=FLOAT32_CASE, float32=True))
        made += [
            Case(name, parameters, seed_of(source.id, name), refuses=True) for name, parameters in self.refuses.items()
        ]
        return tuple(made)

    def fresh_cases(self, seed: int, count: int = 6) -> list[Case]:
        """Unseen cases for credit: the drawn visible ones with new numbers, then new shapes as well."""
        made = [
            replace(
                case, name=f"{case.name} (new numbers)", seed=seed_of(str(seed), self.asks.id, case.name), hidden=True
            )
            for case in self.visible_cases()
            if isinstance(case.parameters, tuple)
        ]
        if self.asks.fresh:
            made += [
                Case(f"unseen {i + 1}", None, seed_of(str(seed), self.asks.id, f"unseen {i}"), hidden=True)
                for i in range(count)
            ]
        return made

    def draw(self, case: Case) -> dict[str, Any]:
        """The arguments of a case, in the order of the function's parameters."""
        rng = np.random.default_rng(case.seed)
        parameters = case.parameters
        if parameters is None:
            parameters = self.asks.fresh(rng)
        arguments = dict(parameters) if isinstance(parameters, dict) else self.asks.inputs(rng, *parameters)
        if case.float32:
            arguments = {name: in_dtype(value, np.float32) for name, value in arguments.items()}
        return arguments

    def takes_floats(self, case: Case) -> bool:
        return holds_floats(list(Exercise.draw(self, case).values()))


@dataclass(eq=False)
class Value(Exercise):
    """An exercise whose results are compared with the reference's."""

    inputs: Callable | None = None

    def derivatives(self, arguments) -> dict[str, str]:
        """Results that are the derivative of the first result: {"dprediction": "prediction"}."""
        return {f"d{name}": name for name in arguments if f"d{name}" in self.results[1:]} if self.results else {}


@dataclass(eq=False)
class Gradient(Exercise):
    """An exercise that hands gradients of another one's results back to its arguments."""

    of: Value | None = None
    wrt: tuple[str, ...] | None = None
    upstream: str | None = None

    @property
    def asks(self):
        return self.of

    @property
    def upstream_names(self) -> tuple[str, ...]:
        """Names of the gradients that come in, one for each array result of the forward."""
        return names(self.upstream) if self.upstream else tuple(f"d{n}" for n in self.of.results if n != "cache")

    def wrt_names(self, arguments) -> tuple[str, ...]:
        """Names of the arguments of the forward that get a gradient."""
        return self.wrt or tuple(name for name, value in arguments.items() if is_float_array(value))

    def results_for(self, arguments) -> tuple[str, ...]:
        return names(self.returns) if self.returns else tuple(f"d{name}" for name in self.wrt_names(arguments))


@dataclass(eq=False)
class Behaviour(Exercise):
    """An exercise judged by what the function does; `check` states it with `require`."""

    check: Callable | None = None

    def draw(self, case):
        return {}

    def takes_floats(self, case):
        return False


def value(
    inputs: Callable,
    *,
    cases: dict[str, tuple | dict],
    fresh: Callable | None = None,
    refuses: dict[str, tuple | dict] | None = None,
    returns: str | None = None,
    needs: Iterable[Exercise] = (),
    kinks: Iterable[str] = (),
    conditioning: float = 1.0,
    float32: bool = True,
) -> Value:
    """Define an exercise whose results must be the reference's.

    Args:
        inputs: `inputs(rng, *parameters)` gives the arguments by name, in the function's order.
        cases: for each case's name the parameters for `inputs`, or a dict of the very arguments.
        fresh: `fresh(rng)` draws the parameters of an unseen case.
        refuses: cases that must raise a ValueError.
        returns: names of the results, such as "loss, dprediction"; "cache" is never looked into. Default "out, cache"
            for names that end in `_forward`, otherwise "out".
        needs: exercises that should be right first.
        kinks: names of cases at a kink, where no numerical derivative is taken.
        conditioning: widens the tolerance; see compare.py.
        float32: whether a case in float32 is added to those given.
    """
    return Value(dict(cases), fresh, dict(refuses or {}), returns, tuple(needs), tuple(kinks), conditioning, float32,
                 inputs=inputs)  # fmt: skip


def gradient(
    of: Value,
    *,
    returns: str | None = None,
    upstream: str | None = None,
    wrt: Iterable[str] | None = None,
    needs: Iterable[Exercise] = (),
    kinks: Iterable[str] = (),
    conditioning: float = 1.0,
) -> Gradient:
    """Define an exercise that is the backward pass of the exercise `of`, on the same cases.

    Args:
        of: the forward.
        returns: names of the gradients; default "d" + each floating array argument of the forward, in its order.
        upstream: names of the gradients that come in; default "d" + each result of the forward.
        wrt: the arguments that get a gradient, if not every floating array.
        needs, kinks, conditioning: as in `value`.
    """
    return Gradient(dict(of.cases), of.fresh, {}, returns, tuple(needs), tuple(kinks), conditioning, of.float32, of=of,
                    wrt=tuple(wrt) if wrt is not None else None, upstream=upstream)  # fmt: skip


def behaviour(
    *,
    cases: dict[str, tuple],
    fresh: Callable | None = None,
    needs: Iterable[Exercise] = (),
) -> Callable[[Callable], Behaviour]:
    """Define an exercise by what its function does.

    Decorates `def train(student, rng, *parameters)`, named as the function it is about: call `student.train(...)`
    (or others of the unit) and state what must hold with `require`.
    """

    def define(check):
        return Behaviour(dict(cases), fresh, {}, None, tuple(needs), check=check)

    return define


class Unmet(Exception):
    """A behaviour that was required and is not there; its text is for the student."""


def require(condition: bool, sentence: str) -> None:
    """State what must hold in a behaviour; the sentence says what was seen instead, and why it matters."""
    if not condition:
        raise Unmet(sentence)


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer: `function` in place of the reference's `exercise`."""

    exercise: str
    id: str
    name: str
    hint: str
    function: Callable | None = None


def mistake(of: Callable, name: str, hint: str) -> Callable[[Callable], Callable]:
    """Mark a function as a known wrong answer to the exercise that the reference `of` answers.

    Args:
        of: the reference function it stands in for.
        name: a short statement about the wrong answer, such as "dx still has its padding".
        hint: a sentence or two about the idea that went wrong.
    """

    def mark(function):
        marks = getattr(function, "mistakes", [])
        function.mistakes = [*marks, Mistake(of.__name__, function.__name__, name, hint, function)]
        return function

    return mark


def is_float_array(value) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def holds_floats(value) -> bool:
    """Whether a value is a floating array, or a list or tuple that holds one."""
    return is_float_array(value) or (isinstance(value, (list, tuple)) and any(map(holds_floats, value)))


def in_dtype(value, dtype):
    """The value with its floating arrays in another dtype, also those in lists and tuples."""
    if isinstance(value, (list, tuple)):
        return type(value)(in_dtype(item, dtype) for item in value)
    return value.astype(dtype) if is_float_array(value) else value
