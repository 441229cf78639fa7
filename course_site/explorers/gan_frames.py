"""The frames of the GAN explorer: two runs on the ring of eight modes, played by the references.

Both start from the same networks and differ in one thing: how many turns the generator gets for each turn of the
discriminator. What is drawn at random is drawn from one seed, so that the frames are the same wherever they are made.
"""

import base64
import hashlib
import json
import os
import runpy
import sys
from pathlib import Path

import numpy as np

from autograder import milestone, network
from autograder.course import Course

NAME = "gan_frames.json"  # as gan.js asks for it, beside itself
SEED, LR, BETA1, HIDDEN, BATCH, NOISE = 0, 3e-3, 0.5, 64, 64, 2
TURNS = {"alternating": 1, "greedy": 10}  # of the generator, for one of the discriminator
FRAMES, ROUNDS_A_FRAME = 80, 15
SAMPLES, GRID, EXTENT = 200, 20, 3.2  # the square from -EXTENT to EXTENT is seen, and judged on GRID x GRID points
POSITIONS, SHADES = 2048, 32  # steps in which positions and probabilities are written


def build(course: Course, path: Path) -> None:
    """Write the frames to `path` as JSON, unless those there were made by this very code.

    Under "runs", for each run by name: "turns"; "samples", base64 of uint16 (frames, SAMPLES, 2), a position in
    [-EXTENT, EXTENT] as a multiple of 2 EXTENT / (POSITIONS - 1), at the border if it is farther out; "judged", base64
    of uint8 (frames, GRID, GRID), the discriminator's probability that a point is real in steps of 1 / (SHADES - 1),
    rows from the smallest y up; "losses", for each frame the mean losses of discriminator and generator since the frame
    before, none for the first.
    """
    made_by = key(course)
    if path.is_file() and json.loads(path.read_text())["key"] == made_by:
        return
    ring = runpy.run_path(str(milestone.script(course, "ring")))
    gan = milestone.functions(course, ring["ring"], solutions=True).gan
    frames = {
        "key": made_by,
        "rounds": [ROUNDS_A_FRAME * frame for frame in range(FRAMES + 1)],
        "samples": SAMPLES,
        "grid": GRID,
        "extent": EXTENT,
        "positions": POSITIONS,
        "shades": SHADES,
        "centers": ring["CENTERS"].tolist(),
        "radius": 3 * ring["SPREAD"],
        "real": ring["ring_samples"](np.random.default_rng(SEED), SAMPLES).round(3).tolist(),
        "runs": {name: play(ring["ring_samples"], gan, turns) for name, turns in TURNS.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")  # another build may read meanwhile
    new.write_text(json.dumps(frames, separators=(",", ":")))
    new.replace(path)


def key(course: Course) -> str:
    """A hash of everything that the frames depend on."""
    sources = (__file__, network.__file__, milestone.script(course, "ring"), course.unit("gan").reference.__file__)
    return hashlib.sha256(b"".join(Path(source).read_bytes() for source in sources)).hexdigest()


def play(ring_samples, gan, turns: int) -> dict:
    """One run, as `build` describes it."""
    rng = np.random.default_rng(SEED)
    generator = network.Network.random((NOISE, HIDDEN, HIDDEN, 2), rng, lr=LR, beta1=BETA1)
    discriminator = network.Network.random((2, HIDDEN, HIDDEN, 1), rng, lr=LR, beta1=BETA1)
    watched = rng.normal(size=(SAMPLES, NOISE))  # the same noise in every frame shows how each sample moves
    along = np.linspace(-EXTENT, EXTENT, GRID)
    points = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    samples, judged, losses = [], [], [None]

    def look():
        places = (generator.forward(watched)[0] + EXTENT) / (2 * EXTENT)
        samples.append(np.rint(np.clip(places, 0, 1) * (POSITIONS - 1)).astype("<u2"))
        logits = discriminator.forward(points)[0]
        judged.append(np.rint(0.5 * (1 + np.tanh(logits / 2)) * (SHADES - 1)).astype(np.uint8))

    def noise():
        return rng.normal(size=(BATCH, NOISE))

    look()
    for _ in range(FRAMES):
        paid = np.zeros((ROUNDS_A_FRAME, 2))
        for in_round in paid:
            in_round[0] = gan.discriminator_step(generator, discriminator, ring_samples(rng, BATCH), noise())
            in_round[1] = np.mean([gan.generator_step(generator, discriminator, noise()) for _ in range(turns)])
        losses.append(paid.mean(axis=0).round(4).tolist())
        look()
    return {"turns": turns, "samples": text(samples), "judged": text(judged), "losses": losses}


def text(arrays) -> str:
    return base64.b64encode(np.stack(arrays).tobytes()).decode()


if __name__ == "__main__":
    build(Course.find(__file__), Path(sys.argv[1]))
