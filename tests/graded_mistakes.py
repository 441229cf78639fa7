"""Grades every reference and every known mistake of a unit by its frozen answers, and gives the outcomes as JSON.

It runs in the page, under Pyodide, and here, under CPython, so that the outcomes can be compared:

    python tests/graded_mistakes.py COURSE UNIT [EVERY]

The references are the same code in both: njit is the identity, for there is no Numba in a page.
"""

import json
import sys
import types
from pathlib import Path

REFERENCE = "the reference"


def without_numba():
    """Let `from numba import njit` find a njit that changes nothing."""
    numba = types.ModuleType("numba")
    numba.njit = lambda function=None, **options: function or (lambda function: function)
    sys.modules["numba"] = numba


def graded(root: str, name: str, every: int = 1) -> dict[str, dict]:
    """The outcomes of a unit's exercises as JSON, by "EXERCISE: REFERENCE or MISTAKE"; of every so manieth mistake."""
    from autograder.course import Course
    from autograder.grading import Grader
    from autograder.oracle import Frozen

    unit = Course.read(Path(root)).unit(name)
    frozen, right = Frozen(unit.answers), unit.reference_functions()
    found = {}
    for exercise in unit.exercises.values():
        answers = {REFERENCE: right.namespace[exercise.name]}
        answers |= {mistake.id: mistake.function for mistake in unit.mistakes[exercise.name][::every]}
        for id, function in answers.items():
            implementation = right.override(**{exercise.name: function})
            outcome = Grader(unit, implementation, frozen).grade(exercise).to_json()
            found[f"{exercise.name}: {id}"] = json.loads(json.dumps(outcome).replace(json.dumps(root)[1:-1], ""))
    return found


if __name__ == "__main__":
    without_numba()
    print(json.dumps(graded(*sys.argv[1:3], *map(int, sys.argv[3:]))))
