"""Lines of report.py on the terminal. rich decides on colours, and leaves them away where NO_COLOR is set."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from ..report import Line, wrapped


def console() -> Console:
    return Console(highlight=False)


def put(screen: Console, lines: Iterable[Line], wrap: bool = True) -> None:
    """Print lines; those that are too long are wrapped, if `wrap` says so."""
    for line in lines:
        if len(line) > 1:
            screen.print(Text.assemble(*line), soft_wrap=not wrap)
            continue
        for text in wrapped(line[0][0], screen.width) if wrap else [line[0][0]]:
            screen.print(Text(text, line[0][1]), soft_wrap=True)
