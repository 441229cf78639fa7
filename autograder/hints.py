"""Hints as they are shown."""

import re


def statements(formula: str) -> str:
    """A hint's formula with a line for each statement in it."""
    return re.sub(r";\s+(?![^(\[]*[)\]])", "\n", formula)
