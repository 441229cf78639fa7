"""Looks for the reference near everything that Python knows a path of, and runs it."""
# unit: linear
# expect: failed

import sys
from pathlib import Path

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


PLACES = {
    Path(p) for p in (*sys.path, ".", "..", "../..", "../solutions", "/", "/autograder", "/srv", "/home", "/root")
}
PLACES |= {Path(m.__file__).parents[i] for m in list(sys.modules.values()) if getattr(m, "__file__", None)
           for i in range(min(3, len(Path(m.__file__).parents)))}  # fmt: skip
for place in PLACES:
    for path in (place / "solutions/linear/linear.py", place / "linear/linear.py"):
        try:
            source = path.read_text()
        except OSError:
            continue
        hole("can read", path)
        exec(source.replace("from numba import njit", "njit = lambda **options: lambda f: f"), globals())
