"""Chainrule's engine: define exercises, run a student's functions, say what is right and what went wrong."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Chainrule needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031

from .exercise import behaviour, gradient, mistake, require, value

__all__ = ["behaviour", "gradient", "mistake", "require", "value"]
__version__ = "0.1.0"
