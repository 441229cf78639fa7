"""Notebooks under nbgrader: assignments from the one definition, and grading that can be trusted."""

from pathlib import Path

TEMPLATES = Path(__file__).with_name("templates")  # of pages
STUB = "raise NotImplementedError"  # what nbgrader leaves in the place of a solution
SECONDS = 300  # that nbgrader's own kernels may take for a cell: references are compiled when they are first called


def configure(c, course: str | Path, **limits) -> None:
    """Set up nbgrader for notebooks that Chainrule wrote; the nbgrader_config.py that it writes calls this.

    Args:
        c: the configuration, what `get_config()` gives.
        course: the folder of the course that has the solutions.
        limits: what a submission may use: see autograder.notebooks.execute.LockedExecute.
    """
    from . import execute

    # What `check` takes for a function that nobody has begun.
    c.ClearSolutions.code_stub = {"python": STUB}
    c.Execute.timeout = SECONDS
    execute.configure(c, course, **limits)
