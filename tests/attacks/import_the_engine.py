"""Imports the parts of the engine and of the course that know answers, instead of opening files."""
# unit: linear
# expect: failed

import importlib

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


for name in ("autograder.oracle", "autograder.course", "autograder.grading", "autograder.classroom.records",
             "chainrule_solutions.linear.linear", "chainrule_exercises.linear.test_linear", "solutions.linear.linear",
             "test_linear", "mistakes"):  # fmt: skip
    try:
        module = importlib.import_module(name)
    except Exception:
        continue
    hole("can import", name, getattr(module, "__file__", ""))


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    return v, v
