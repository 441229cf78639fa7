"""Writes the files in which graders of other makes keep results, wherever it can."""
# unit: linear
# expect: failed

import os

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


for folder in (
    ".",
    "..",
    "/autograder/results",
    "/tmp",
    "/grade",
    "/dev/shm",
    "records",
    os.path.dirname(__file__) or ".",
):
    for name in (
        "results.json",
        "grades.csv",
        "report.xml",
        "records/eve.json",
        "gradebook.db",
        "conftest.py",
        "linear.pth",
    ):
        try:
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, name), "x") as file:
                file.write('{"score": 100}')
            hole("wrote", folder, name)
        except OSError:
            pass


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    return v, v
