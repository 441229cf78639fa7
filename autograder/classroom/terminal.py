"""What a class understood, in a few lines for the terminal."""

from collections.abc import Iterator

from ..report import Line, one
from ..summary import plain_points
from .plain import counted, one_line
from .statistics import KINDS, Class, Scores, Trouble

WIDTH = 79  # what is printed as wide as the terminal would be wrapped
HARDEST = 5
MISTAKES = 5
OF_A_KIND = 2
BAR = 12
BLOCKS = " ▁▂▃▄▅▆▇█"
COLOURS = {"grader": "magenta", "not locked": "red", "unreadable": "yellow", "limit": "yellow", "dropped": ""}


def terminal_summary(class_: Class) -> list[Line]:
    """Scores, the hardest exercises, the most frequent mistakes and technical troubles; no line is over 80 columns."""
    return [
        *about_scores(class_),
        *about_exercises(class_),
        *about_mistakes(class_),
        *about_troubles(class_),
    ]


def about_scores(class_: Class) -> Iterator[Line]:
    silent = len(class_.nothing_handed_in)
    yield one(cut(class_.course.title), "bold")
    handed_in = [counted(len(class_), "student")] + [f"{silent} handed in nothing"] * (silent > 0)
    yield one(", ".join(handed_in + [f"{class_.late} late"] * (class_.late > 0)))
    if scores := class_.scores:
        yield (
            (f"mean {scores.mean:.0%}   median {scores.median:.0%}   ", "bold"),
            (f"0 {sketch(scores)} 100%", "cyan"),
        )
        low, high = (plain_points(round(share * class_.worth, 1)) for share in (scores.lower, scores.upper))
        yield one(f"half of the class has between {low} and {high} of {plain_points(class_.worth)} points")


def sketch(scores: Scores) -> str:
    """The histogram in one row of blocks; a bin with anyone in it is never blank."""
    most = max(scores.bins)
    return "".join(BLOCKS[-(-count * (len(BLOCKS) - 1) // most)] for count in scores.bins)


def about_exercises(class_: Class) -> Iterator[Line]:
    hardest = class_.hardest()[:HARDEST]
    if not hardest:
        return
    yield one()
    yield one("Right least often", "bold")
    for exercise in hardest:
        full = int(BAR * exercise.pass_rate)
        yield (
            (f"  {exercise.pass_rate:>4.0%} ", ""),
            ("█" * full + "░" * (BAR - full), "cyan"),
            (f" {cut(exercise.id, WIDTH - BAR - 8)}", ""),
        )


def about_mistakes(class_: Class) -> Iterator[Line]:
    mistakes = class_.mistakes()[:MISTAKES]
    if not mistakes:
        return
    yield one()
    yield one("Most frequent mistakes", "bold")
    for mistake in mistakes:
        room = WIDTH - 10 - len(mistake.exercise)
        yield (
            (f"  {len(mistake.students):>4} ", ""),
            (cut(mistake.name, max(room, 20)), "red"),
            (f"  {mistake.exercise}" if room >= 20 else "", "dim"),
        )


def about_troubles(class_: Class) -> Iterator[Line]:
    troubles = class_.troubles()
    if not troubles:
        return
    yield one()
    yield one("Technical troubles", "bold")
    for kind in KINDS:
        found = [trouble for trouble in troubles if trouble.kind == kind]
        for trouble in found[:OF_A_KIND]:
            first, *rest = filled(one_line(trouble.sentence), WIDTH - 4)
            yield one(f"  {first}", COLOURS[kind])
            yield from (one(f"    {text}", COLOURS[kind]) for text in rest)
            yield one(f"    {who(trouble)}", "dim")
        if len(found) > OF_A_KIND:
            yield one(f"    and {len(found) - OF_A_KIND} more like these, in class.html", "dim")


def who(trouble: Trouble) -> str:
    """To whom it happened, as far as there is room."""
    first = cut(trouble.students[0], 50)
    others = len(trouble.students) - 1
    return f"{first} and {others} other{'s' if others > 1 else ''}" if others else first


def filled(text: str, width: int) -> list[str]:
    """The text in at most two lines."""
    if len(text) <= width:
        return [text]
    end = text.rfind(" ", 0, width)
    end = width if end <= 0 else end
    return [text[:end], cut(text[end:].strip(), width)]


def cut(text: str, width: int = WIDTH) -> str:
    text = one_line(text)
    return text if len(text) <= width else text[: width - 1] + "…"
