"""How often the numerical check of gradients is wrong: right gradients that it rejects, wrong ones that it lets pass.

Every exercise of the course that asks for a derivative is asked on unseen cases from many seeds. The gradients of the
references are right: one that is not confirmed is a false alarm. Each of them is then spoilt in several ways: one of
those that is confirmed is a miss. Exit status 1 if there are any.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from machine import describe
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from autograder.course import Course
from autograder.exercise import Case, Exercise
from autograder.numerical import confirms
from autograder.oracle import Live, Unanswerable

LEAST_CHANGE = 1e-6  # relative to the norm of the gradient; a smaller change is none
# Outputs near 1 are rounded to 1e-16, their differences over a step of 1e-3 to 1e-13: they cannot show less than this.
LEAST_NORM = 1e-10
COLUMNS = ("right", "false alarms", "wrong", "misses", "unchanged", "too small")


def wrong_gradients(gradient: np.ndarray, batch: int, rng) -> Iterator[tuple[str, np.ndarray]]:
    """A gradient, spoilt in several ways. Some may leave it as it is.

    Args:
        gradient: the right one.
        batch: the batch size.
        rng: NumPy generator for what is random.
    """
    size = gradient.size
    entry = rng.integers(size) if size else 0
    spread = np.linalg.norm(gradient) / max(size, 1) ** 0.5 or 1.0

    def one_entry_times(factor):
        factors = np.ones(size)
        factors[entry : entry + 1] = factor
        return gradient * factors.reshape(gradient.shape)

    yield "times 1 + 1e-5", gradient * (1 + 1e-5)
    yield "one entry off by 1 %", one_entry_times(1.01)
    yield "one sign", one_entry_times(-1)
    yield "rolled by one", np.roll(gradient, 1)
    yield "noise of 1e-4", gradient + 1e-4 * spread * rng.normal(size=gradient.shape)
    yield "times N", gradient * batch
    if gradient.ndim == 2 and gradient.shape[0] == gradient.shape[1]:
        yield "transposed", gradient.T
    yield "zero", np.zeros_like(gradient)


def batch_size(arguments: dict) -> int:
    first = next(value for value in arguments.values() if isinstance(value, np.ndarray))
    return len(first) if first.ndim else 1


def try_case(oracle: Live, exercise: Exercise, case: Case, counts: Counter) -> list[str]:
    """Count what the check says of every gradient in one case; returns a line for each time that it is wrong."""
    question, answer = oracle.ask(exercise, case)
    rng = np.random.default_rng([case.seed, 3])
    said = []
    for name, along in answer.slopes.items():
        right = np.asarray(answer.results[name])
        norm = float(np.linalg.norm(right))
        where = f"{exercise.id} [{case.name}, seed {case.seed}], {name} of norm {norm:.2g}"
        counts["right"] += 1
        if not confirms(right, along):
            counts["false alarms"] += 1
            said.append(f"false alarm: {where}")
        for kind, wrong in wrong_gradients(right, batch_size(question.arguments), rng):
            off = float(np.linalg.norm(wrong - right))
            if off <= LEAST_CHANGE * norm:
                counts["unchanged"] += 1
            elif off <= LEAST_NORM:
                counts["too small"] += 1
            else:
                counts["wrong"] += 1
                if confirms(wrong, along):
                    counts["misses"] += 1
                    said.append(f"miss: {where}, {kind}, off by {off:.2g}")
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=225, help="seeds to draw unseen cases from (default 225)")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first of them (default 0)")
    parser.add_argument("--units", nargs="*", default=[], help="only these units")
    options = parser.parse_args()
    course = Course.find(Path(__file__).resolve().parent)
    units = [course.unit(name) for name in options.units] or course.units
    seeds = range(options.first, options.first + options.seeds)
    table = Table("exercise", *COLUMNS)
    for column in table.columns[1:]:
        column.justify = "right"
    total, said = Counter(), []
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        for unit in units:
            oracle = Live(unit)
            for exercise in unit.exercises.values():
                counts = Counter()
                for seed in progress.track(seeds, description=exercise.id):
                    for case in exercise.fresh_cases(seed):
                        try:
                            said += try_case(oracle, exercise, case, counts)
                        except Unanswerable as error:
                            said.append(f"no answer: {error}")
                    oracle.forget()
                if counts["right"]:
                    table.add_row(exercise.id, *(f"{counts[column]:,}" for column in COLUMNS))
                total += counts
    table.add_section()
    table.add_row("all", *(f"{total[column]:,}" for column in COLUMNS))
    out = Console(width=None if sys.stdout.isatty() else 110)
    out.print(describe("numpy", "numba"), soft_wrap=True)
    out.print(f"Unseen cases from {len(seeds)} seeds, {seeds[0]} to {seeds[-1]}.")
    out.print(table)
    for line in said:
        out.print(line, soft_wrap=True, markup=False)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
