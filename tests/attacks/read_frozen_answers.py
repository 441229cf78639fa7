"""Opens the frozen answers that lie beside the exercises, and hints, definitions and the manifest."""
# unit: linear
# expect: failed

import sys
from pathlib import Path

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


for place in {Path(p) for p in (*sys.path, ".", "..", "../..", Path(__file__).parent)}:
    for name in ("exercises/linear/answers.zip", "answers.zip", "course.toml", "exercises/linear/test_linear.py",
                 "exercises/linear/hints.toml", "solutions/linear/mistakes.py", "README.md"):  # fmt: skip
        try:
            with open(place / name, "rb") as file:
                hole("can read", place / name, file.read(10))
        except OSError:
            pass
        try:
            open(place / name, "r+b").close()
            hole("can write", place / name)
        except OSError:
            pass


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    return v, v
