"""Writes into every cache from which Numba or Python may load compiled code for the references."""
# unit: linear
# expect: failed

import os
import sys
from pathlib import Path

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


for place in (*sys.path, ".", "/tmp", os.path.expanduser("~")):
    for folder in (
        "solutions/linear/__pycache__",
        "__pycache__",
        ".cache/numba",
        "autograder/__pycache__",
        "numba_cache",
    ):
        try:
            (Path(place) / folder).mkdir(parents=True, exist_ok=True)
            (Path(place) / folder / "linear._linear_forward-attack.nbi").write_bytes(b"poison")
            hole("wrote into", place, folder)
        except OSError:
            pass


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    return v, v
