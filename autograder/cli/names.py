"""Units, exercises and cases as they are typed: with a path, without their unit, or nearly right."""

import difflib
from collections.abc import Iterable
from pathlib import Path

from .. import sentences as say
from ..course import Course, Unit
from . import Trouble


def units_named(course: Course, typed: Iterable[str]) -> list[Unit]:
    """The units that were typed, in course order; all of them if none was."""
    chosen = {unit_named(course, name).name for name in typed}
    return [unit for unit in course.units if not chosen or unit.name in chosen]


def unit_named(course: Course, typed: str) -> Unit:
    """The unit that was typed: as "conv", "exercises/conv" or "exercises/conv/conv.py"."""
    units = {unit.name: unit for unit in course.units}
    name = typed if typed in units else Path(typed).stem
    if name in units:
        return units[name]
    raise Trouble(with_nearest(say.unknown_unit(typed, units), typed, units))


def exercise_named(course: Course, typed: str) -> tuple[Unit, str]:
    """The unit and the name of the exercise that was typed; the unit may be left out where that says enough."""
    before, dot, name = typed.rpartition(".")
    if dot:
        unit = unit_named(course, before)
        if name in unit.points:
            return unit, name
        raise Trouble(with_nearest(say.unknown_exercise(name, unit.name, unit.points), name, unit.points))
    found = [unit for unit in course.units if typed in unit.points]
    ids = [f"{unit.name}.{typed}" for unit in found]
    if len(found) == 1:
        return found[0], typed
    if found:
        raise Trouble(say.exercise_in_several(typed, ids))
    for unit in course.units:
        if unit.name == typed:
            raise Trouble(say.unit_not_exercise(typed, [f"{typed}.{name}" for name in unit.points]))
    every = {name: f"{unit.name}.{name}" for unit in course.units for name in unit.points}
    example = next(iter(every.values()), "")
    near = [every[name] for name in nearest(typed, every)]
    said = say.exercise_nowhere(typed, example)
    raise Trouble(f"{said}\n{say.nearest(near)}" if near else said)


def nearest(typed: str, names: Iterable[str]) -> list[str]:
    """The names that are most like what was typed, or hold it."""
    names = {name.casefold(): name for name in names}
    typed = typed.casefold()
    like = difflib.get_close_matches(typed, names, 3, 0.6) or [name for name in names if typed and typed in name]
    return [names[name] for name in like[:3]]


def with_nearest(sentence: str, typed: str, names: Iterable[str]) -> str:
    near = nearest(typed, names)
    return f"{sentence}\n{say.nearest(near)}" if near else sentence
