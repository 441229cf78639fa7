"""chainrule hint: a hint for an exercise, one step at a time."""

import contextlib
import json
import os
import re
from pathlib import Path

import click

from .. import sentences as say
from ..hints import statements
from ..language import _
from ..report import one, wrapped
from . import Trouble, find_course
from .names import exercise_named
from .screen import console, put


@click.command("hint")
@click.argument("exercise", metavar="[UNIT.]EXERCISE")
@click.option("--step", type=click.IntRange(1), metavar="N", help="Show hint N.")
@click.option("--again", is_flag=True, help="Show the hints that you have seen, and no new one.")
@click.option("--all", "every", is_flag=True, help="Show all hints.")
def command(exercise, step, again, every):
    """Show the next hint for an exercise: first the idea, then the formula, then nearly the code.

    \b
    Examples:
      chainrule hint conv.conv2d_forward       the next hint
      chainrule hint conv2d_forward --again    those you have seen
    """
    if (step is not None) + again + every > 1:
        raise click.UsageError("--step, --again and --all exclude each other.")
    course = find_course()
    unit, name = exercise_named(course, exercise)
    id = f"{unit.name}.{name}"
    hints = list(unit.hints.get(name, {}).items())
    if not hints:
        raise Trouble(say.no_hints(id, (unit.folder / "hints.toml").relative_to(course.root)))
    if step and step > len(hints):
        raise Trouble(say.no_such_step(id, len(hints)))
    memory = Memory(course.root / ".chainrule" / "hints.json")
    seen = min(memory.seen(id), len(hints))
    if every:
        shown = range(1, len(hints) + 1)
    elif again:
        shown = range(1, max(seen, 1) + 1)
    else:
        shown = [step or min(seen + 1, len(hints))]
    memory.note(id, max(seen, *shown))
    screen = console()
    for number in shown:
        kind, text = hints[number - 1]
        title = say.hint_title(name, number, len(hints), say.HINTS.get(kind, lambda kind=kind: kind)())
        put(screen, [one(title, "bold"), one()])
        put(screen, [*(one(line) for line in laid_out(kind, _(text).strip(), screen.width)), one()], wrap=False)
    if left := len(hints) - max(seen, *shown):
        put(screen, [one(say.next_hint(left), "dim"), one(f"  chainrule hint {id}", "dim")])
    elif seen == len(hints) and not (step or again or every):
        put(screen, [one(say.last_hint_again(), "dim"), one(f"  chainrule hint {id} --all", "dim")])
    elif not step or step == len(hints):
        put(screen, [one(say.last_hint(unit.lesson.relative_to(course.root)), "dim")])


def laid_out(kind: str, text: str, width: int) -> list[str]:
    """A hint in lines. Code is left as it is, a formula has a line for each statement, and indices are not torn."""
    if kind == "code":
        return [f"  {line}" for line in text.splitlines()]
    if kind == "formula":
        text = statements(text)
    kept = re.sub(r"\[[^\[\]]*\]", lambda found: found[0].replace(" ", "\0"), text)
    return [line.replace("\0", " ") for part in kept.splitlines() for line in wrapped(f"  {part}", width)]


class Memory:
    """Which hints were seen. It is a convenience: a file that is damaged or cannot be written is no trouble."""

    def __init__(self, path: Path):
        self.path = path

    def read(self) -> dict:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def seen(self, id: str) -> int:
        """How many hints of an exercise were seen."""
        count = self.read().get(id, 0)
        return count if type(count) is int and count > 0 else 0

    def note(self, id: str, count: int) -> None:
        """Remember that so many hints were seen: all of it is written, or nothing."""
        partial = self.path.with_name(f"{self.path.name}.{os.getpid()}.partial")
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(exist_ok=True)
            partial.write_text(json.dumps({**self.read(), id: count}, indent=1), encoding="utf-8")
            os.replace(partial, self.path)
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
