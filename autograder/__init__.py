"""Chainrule's engine: define exercises, run a student's functions, say what is right and what went wrong."""

from .exercise import behaviour, gradient, mistake, require, value

__all__ = ["behaviour", "gradient", "mistake", "require", "value"]
__version__ = "0.1.0"
