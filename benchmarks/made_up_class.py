"""A class that was never there: hand-ins of `conv` and `lstm` that look honest, put together from seeds.

A hand-in is the unit's stubs with bodies from honest/*.py put into them. In a quarter of the class all of them are
right; the others have one to five functions of both units wrong (see honest/slips.py) or not started. Run by itself,
this checks with the engine that what is right passes every case, and that every slip costs its exercise.
"""

import ast
import random
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent / "honest"))

from slips import SLIPS

ROOT = Path(__file__).resolve().parent.parent
HONEST = Path(__file__).resolve().parent / "honest"
WAYS = {"conv": ("conv.py", "conv_in_loops.py"), "lstm": ("lstm.py",)}
UNITS = tuple(WAYS)
ALL_RIGHT, NOT_STARTED = 1 / 4, 1 / 4  # of the students; of what is not right
STUB = "    raise NotImplementedError\n"


def make_class(folder: Path, n: int, seed: int = 0) -> list[str]:
    """Write FOLDER/<student>/conv.py and lstm.py for `n` students; returns their names."""
    students = [f"student{number:04}" for number in range(n)]
    for student in students:
        (folder / student).mkdir(parents=True)
        for unit, source in hand_in(student, seed).items():
            (folder / student / f"{unit}.py").write_text(source, encoding="utf-8")
    return students


def hand_in(student: str, seed: int = 0) -> dict[str, str]:
    """The source of each unit, as this student hands it in."""
    chosen = bodies_of(student, seed)
    return {unit: compose(unit, {name: chosen[f"{unit}.{name}"] for name in stubs(unit)}, student) for unit in UNITS}


def bodies_of(student: str, seed: int = 0) -> dict[str, str]:
    """The body of each function, as this student writes it, by the exercise's id."""
    rng = random.Random(f"{seed} {student}")
    bodies = {exercise: rng.choice(ways(exercise)) for exercise in SLIPS}
    if rng.random() >= ALL_RIGHT:
        for exercise in rng.sample(sorted(SLIPS), rng.randint(1, 5)):
            wrong = [body for _, body in spoilt(exercise, bodies[exercise])]
            bodies[exercise] = STUB if rng.random() < NOT_STARTED else rng.choice(wrong)
    return bodies


def spoilt(exercise: str, body: str) -> Iterator[tuple[int, str]]:
    """The number of each slip that applies to a body, and what it makes of it."""
    for number, (right, wrong) in enumerate(SLIPS[exercise]):
        if right in body:
            yield number, body.replace(right, wrong)


def compose(unit: str, bodies: dict[str, str], student: str = "") -> str:
    """A unit's file: what the functions of the honest file share, then the stubs with these bodies."""
    head = f'"""{unit}.py, handed in by {student or "nobody"}."""\n\nimport numpy as np\n'
    return "\n\n".join([head, shared(unit), *(stubs(unit)[name] + body for name, body in bodies.items())])


@cache
def stubs(unit: str) -> dict[str, str]:
    """Each function of a unit's stubs up to its body: its first line, and what it is asked to do."""
    text = (ROOT / "exercises" / unit / f"{unit}.py").read_text(encoding="utf-8")
    return {name: lines(text, node.lineno, node.body[0].end_lineno) for name, node in functions_of(text).items()}


@cache
def ways(exercise: str) -> list[str]:
    """The bodies in which a function is written in the honest files."""
    unit, _, name = exercise.partition(".")
    texts = [(HONEST / file).read_text(encoding="utf-8") for file in WAYS[unit]]
    found = [(text, functions_of(text).get(name)) for text in texts]
    return [lines(text, node.body[0].lineno, node.end_lineno) for text, node in found if node]


@cache
def shared(unit: str) -> str:
    """The functions of the honest file that no exercise asks for."""
    text = (HONEST / WAYS[unit][0]).read_text(encoding="utf-8")
    own = [node for name, node in functions_of(text).items() if name not in stubs(unit)]
    return "\n\n".join(lines(text, node.lineno, node.end_lineno) for node in own)


def functions_of(text: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def lines(text: str, first: int, last: int) -> str:
    return "".join(text.splitlines(keepends=True)[first - 1 : last])


def check() -> Iterator[str]:
    """A line for each honest function that does not pass, and for each slip that is not found or is not noticed."""
    from autograder.course import Course
    from autograder.grading import Grader
    from autograder.implementation import load
    from autograder.oracle import Live

    course = Course.read(ROOT)
    oracles = {unit: Live(course.unit(unit)) for unit in UNITS}

    def passes(exercise: str, body: str, fresh: int) -> bool:
        unit, _, name = exercise.partition(".")
        others = {name: ways(f"{unit}.{name}")[0] for name in stubs(unit)}
        with tempfile.TemporaryDirectory(prefix="chainrule-benchmark-") as folder:
            path = Path(folder, f"{unit}.py")
            path.write_text(compose(unit, {**others, name: body}), encoding="utf-8")
            implementation = load(path, unit)
        asked = course.exercise(exercise)
        cases = asked.visible_cases() + [case for seed in range(fresh) for case in asked.fresh_cases(seed)]
        outcome = Grader(course.unit(unit), implementation, oracles[unit]).grade(asked, cases)
        return outcome.status == "passed"

    for exercise in SLIPS:
        applied = set()
        for way, body in enumerate(ways(exercise), 1):
            if not passes(exercise, body, fresh=5):
                yield f"{exercise}: way {way} does not pass"
            for number, wrong in spoilt(exercise, body):
                applied.add(number)
                if passes(exercise, wrong, fresh=0):
                    yield f"{exercise}: way {way} with {SLIPS[exercise][number]} passes"
        for number in set(range(len(SLIPS[exercise]))) - applied:
            yield f"{exercise}: the text of {SLIPS[exercise][number]} is not found"


if __name__ == "__main__":
    faults = list(check())
    print("\n".join(faults) or f"{sum(map(len, SLIPS.values()))} slips, and all are as they should be")
    sys.exit(bool(faults))
