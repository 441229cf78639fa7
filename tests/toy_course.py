"""A small course in plain NumPy, written into a temporary folder: the engine is tested on units it cannot know."""

import ast
import itertools
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import dedent

from autograder.course import Unit
from autograder.grading import Grader
from autograder.oracle import Frozen, Live, freeze

DEFINITIONS = '''
"""What is asked of toy.py."""

import numpy as np

from autograder import behaviour, gradient, require, value


def layer(rng, n, d, m):
    return dict(x=rng.normal(size=(n, d)), w=rng.normal(size=(d, m)), b=rng.normal(size=m))


def any_layer(rng):
    return tuple(int(size) for size in rng.choice(np.arange(2, 8), size=3, replace=False))


affine_forward = value(
    layer,
    fresh=any_layer,
    cases={
        "rows, features and outputs differ": (4, 3, 2),
        "one row": (1, 4, 3),
        "square": (3, 3, 3),
        "ones": dict(x=np.ones((2, 3)), w=np.ones((3, 2)), b=np.ones(2)),
    },
    refuses={"an empty batch": (0, 3, 2)},
)
affine_backward = gradient(of=affine_forward)


def guesses(rng, n):
    return dict(prediction=rng.normal(size=n), target=rng.normal(size=n))


half_square = value(
    guesses,
    fresh=lambda rng: (int(rng.integers(2, 9)),),
    cases={"four guesses": (4,), "seven guesses": (7,)},
    returns="loss, dprediction",
)


@behaviour(cases={"it learns": (5, 30), "so does one row": (1, 60)}, fresh=lambda rng: (int(rng.integers(2, 6)), 40),
           needs=(affine_backward, half_square))  # fmt: skip
def descend(student, rng, n, steps):
    x = np.resize([[1.5, 0.0], [0.0, 1.5]], (n, 2)) + 0.2 * rng.normal(size=(n, 2))
    target = x @ np.array([[1.0], [-2.0]]) + 0.5
    first = student.descend(x, target, 0, 0.1)
    last = student.descend(x, target, steps, 0.1)
    require(last < first, "The loss after training is no smaller than before it.")
    require(last < 0.5 * first, f"Training for {steps} steps should at least halve the loss.")
'''

REFERENCE = '''
"""The reference of the toy unit."""

import numpy as np


def affine_forward(x, w, b):
    """x (N, D), w (D, M), b (M,) -> out (N, M), cache."""
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    """dout (N, M), cache -> dx (N, D), dw (D, M), db (M,)."""
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def half_square(prediction, target):
    """prediction, target (N,) -> loss, dprediction (N,)."""
    error = prediction - target
    return float(0.5 * np.mean(error**2)), error / len(error)


def descend(x, target, steps, lr):
    """x (N, D), target (N, 1) -> the loss after so many steps."""
    w, b = np.zeros((x.shape[1], 1)), np.zeros(1)
    for _ in range(steps):
        out, cache = affine_forward(x, w, b)
        dout = half_square(out[:, 0], target[:, 0])[1][:, None]
        _, dw, db = affine_backward(dout, cache)
        w, b = w - lr * dw, b - lr * db
    return half_square(affine_forward(x, w, b)[0][:, 0], target[:, 0])[0]
'''

MISTAKES = '''
"""Known wrong answers."""

import numpy as np

from autograder import mistake

from .toy import affine_backward, affine_forward, descend, half_square


@mistake(affine_forward, "b is left out", "Every output has a bias of its own: add b to each row.")
def without_bias(x, w, b):
    out, cache = affine_forward(x, w, b)
    return out - b, cache


@mistake(affine_forward, "an empty batch is accepted", "There is nothing to compute: raise a ValueError.")
def accepts_nothing(x, w, b):
    return x @ w + b, (x, w)


@mistake(affine_forward, "b is changed", "Work on a copy.")
def in_place(x, w, b):
    b += 0.5
    return affine_forward(x, w, b - 0.5)


@mistake(affine_forward, "the global generator is seeded", "Nothing here is random.")
def seeded(x, w, b):
    np.random.seed(1234)
    return affine_forward(x, w, b)


@mistake(affine_backward, "db is averaged over the batch", "Whatever divides by the batch size is in dout already.")
def mean_bias(dout, cache):
    dx, dw, _ = affine_backward(dout, cache)
    return dx, dw, dout.mean(axis=0)


@mistake(affine_backward, "dx leaves w out", "Each input reaches the output through w.")
def without_weights(dout, cache):
    _, dw, db = affine_backward(dout, cache)
    return np.ones_like(cache[0]), dw, db


@mistake(half_square, "the loss is summed", "The loss is the mean over the guesses: divide by how many there are.")
def summed(prediction, target):
    loss, dprediction = half_square(prediction, target)
    return loss * len(target), dprediction * len(target)


@mistake(half_square, "dprediction has the wrong sign", "The error is prediction minus target.")
def backwards(prediction, target):
    loss, dprediction = half_square(prediction, target)
    return loss, -dprediction


@mistake(descend, "the steps go uphill", "The gradient points to where the loss grows: subtract it.")
def uphill(x, target, steps, lr):
    return descend(x, target, steps, -lr)
'''


def stubs_of(reference: str) -> str:
    """The reference with every function's body taken out."""
    tree = ast.parse(dedent(reference))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.body = [*node.body[:1], ast.parse("raise NotImplementedError").body[0]]
    return ast.unparse(tree)


def write_unit(root: Path, name: str, definitions: str, reference: str, mistakes: str = "") -> None:
    """Write one unit's folders of a course."""
    for folder, files in {
        "exercises": {f"{name}.py": stubs_of(reference), f"test_{name}.py": definitions},
        "solutions": {f"{name}.py": reference, "mistakes.py": mistakes},
    }.items():
        (root / folder / name).mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (root / folder / name / file).write_text(dedent(content).lstrip(), encoding="utf-8")


def write_manifest(root: Path, units: dict[str, dict[str, float]]) -> None:
    """Write a course.toml of one part: for each unit the points of its exercises."""
    lines = ['title = "A course"', "[[parts]]", 'title = "All of it"']
    for unit, points in units.items():
        lines += ["[[parts.units]]", f'name = "{unit}"', f'title = "The unit {unit}"', "[parts.units.points]"]
        lines += [f"{exercise} = {worth}" for exercise, worth in points.items()]
    root.mkdir(parents=True, exist_ok=True)
    (root / "course.toml").write_text("\n".join(lines), encoding="utf-8")


@dataclass
class Workbench:
    """One unit of a course, and all that a test does with it."""

    unit: Unit
    desk: Path  # where students' files are written

    @cached_property
    def live(self):
        return Live(self.unit)

    @cached_property
    def frozen(self):
        """Frozen answers of the visible cases and of the unseen ones that `cases` draws."""
        return Frozen(freeze(self.unit, self.cases))

    @cached_property
    def numbers(self):
        return itertools.count()

    def cases(self, exercise):
        return exercise.visible_cases() + exercise.fresh_cases(2024)

    def student(self, content: str | bytes, **options):
        """A student's file with this content, imported."""
        folder = self.desk / str(next(self.numbers))
        folder.mkdir(parents=True)
        path = folder / f"{self.unit.name}.py"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.unit.student(path, **options)

    def grade(self, exercise: str, source: str = "", *, oracle=None, cases=None, whole=False, **options):
        """Grade an exercise in a student's file: the right answers, followed by `source`.

        Args:
            exercise: its name.
            source: what the student wrote, indented as one likes.
            oracle: where answers come from; the references if not given.
            cases: the cases to grade; all visible ones if not given.
            whole: whether `source` is the whole file.
            options: `seconds`, `capture`.
        """
        right = "" if whole else self.unit.reference_file.read_text(encoding="utf-8")
        content = source if isinstance(source, bytes) else f"{right}\n\n{dedent(source)}"
        implementation = self.student(content, **options)
        return Grader(self.unit, implementation, oracle or self.live).grade(self.unit.exercises[exercise], cases)

    def grade_with(self, exercise: str, *, oracle=None, cases=None, **functions):
        """Grade an exercise with the given functions, and the references for the rest."""
        implementation = self.unit.reference_functions().override(**functions)
        return Grader(self.unit, implementation, oracle or self.live).grade(self.unit.exercises[exercise], cases)
