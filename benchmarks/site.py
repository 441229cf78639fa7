"""How long a learner waits for Python in the page, and how much comes over the wire.

In Chromium, on a cold cache each time, over loopback, with gzip as static hosts have it: from the first keystroke in
an editor (a page asks for Python then) until it is ready; a check of conv2d_backward, right and wrong; and the
restart after an endless loop. Exit status 1 if a target is missed.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from machine import describe
from playwright.sync_api import sync_playwright
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "course_site"), str(ROOT / "tests")]

from browser import FLAGS  # noqa: E402
from serving import COMPRESSED, served  # noqa: E402

ROUNDS = 5
TARGETS = {"ready": 5.0, "right": 1.0, "wrong": 1.0}  # seconds
MOST_BYTES = 12e6
WHAT = {
    "ready": "Python is ready",
    "right": "check of conv2d_backward, right",
    "wrong": "check of conv2d_backward, dx still padded",
    "again": "Python is ready again after an endless loop",
}

BACKWARD = """
def conv2d_forward(x, w, b, stride, padding):
    n, c, h, width = x.shape
    f, _, kh, kw = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    oh, ow = (h + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    out = np.zeros((n, f, oh, ow), x.dtype)
    for i in range(oh):
        for j in range(ow):
            window = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = np.tensordot(window, w, ([1, 2, 3], [1, 2, 3])) + b
    return out, (padded, w, stride, padding)


def conv2d_backward(dout, cache):
    padded, w, stride, padding = cache
    kh, kw = w.shape[2:]
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            place = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dpadded[place] += np.tensordot(dout[:, :, i, j], w, (1, 0))
            dw += np.tensordot(dout[:, :, i, j], padded[place], (0, 0))
    height, width = dpadded.shape[2] - 2 * padding, dpadded.shape[3] - 2 * padding
    return CROP, dw, dout.sum((0, 2, 3))
"""
CROPPED = "dpadded[:, :, padding : padding + height, padding : padding + width]"

MEASURE = """async ([right, wrong]) => {
    const cells = (source) => [{ name: "preamble", source: "import numpy as np" }, { name: "conv2d_backward", source }];
    const took = {};
    const timed = async (name, work) => {
        const began = performance.now();
        const found = await work();
        took[name] = (performance.now() - began) / 1000;
        return found;
    };
    const python = await timed("ready", async () => {
        const { Python } = await import("/python/python.js");
        const python = new Python();
        await python.load("conv");
        return python;
    });
    const statuses = [];
    for (const [name, source] of [["right", right], ["wrong", wrong]]) {
        const { outcome } = await timed(name, () => python.check("conv", cells(source), "conv2d_backward"));
        statuses.push(outcome.status);
    }
    await python.run("conv", cells(right), "while True: pass", { seconds: 0.5 }).catch(() => {});
    await timed("again", () => python.load("conv"));
    return { took, statuses };
}"""


def measure(chromium, address: str, asked: set[str]) -> dict[str, float]:
    """What a visitor waits for who was never here before, in seconds; what the page asks for goes to `asked`."""
    context = chromium.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.add(urlsplit(request.url).path.lstrip("/")))
    page.set_default_timeout(0)
    page.goto(address)
    found = page.evaluate(MEASURE, [BACKWARD.replace("CROP", CROPPED), BACKWARD.replace("CROP", "dpadded")])
    assert found["statuses"] == ["passed", "failed"], found
    context.close()
    return found["took"]


def main() -> int:
    """Measure, print the tables, and give the exit status."""
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as scratch:
        site = Path(scratch)
        subprocess.run([sys.executable, ROOT / "course_site/python/contents.py", site / "python"], check=True)
        (site / "index.html").write_text("<!doctype html><html lang=en><title>Python in the page</title>")
        asked: set[str] = set()
        with served(site) as address, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            rounds = [measure(chromium, address, asked) for _ in range(ROUNDS)]
            chromium.close()
        sizes = {name: sent(site / name) for name in sorted(asked) if name.startswith("python/")}
    print(f"{describe()}\nLoad of the machine meanwhile: {os.getloadavg()[0]:.1f}\n")
    missed = 0
    table = Table("", "median, s", "least", "most", "target, s", box=MARKDOWN)
    for name, what in WHAT.items():
        seconds = [took[name] for took in rounds]
        target = TARGETS.get(name)
        missed += bool(target and median(seconds) > target)
        numbers = (f"{value:.2f}" for value in (median(seconds), min(seconds), max(seconds)))
        table.add_row(what, *numbers, f"{target:g}" if target else "")
    console.print(table)
    table = Table("to run the unit conv", "compressed, MB", box=MARKDOWN)
    for name, size in sizes.items():
        table.add_row(name, f"{size / 1e6:.2f}")
    table.add_row("all", f"{sum(sizes.values()) / 1e6:.2f}")
    console.print(table)
    return 1 if missed or sum(sizes.values()) > MOST_BYTES else 0


def sent(path: Path) -> int:
    """The bytes of a file as static hosts send it."""
    content = path.read_bytes()
    return len(gzip.compress(content, 6)) if path.suffix in COMPRESSED else len(content)


if __name__ == "__main__":
    sys.exit(main())
