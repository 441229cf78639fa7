"""What it costs to lock a submission in: by the kernel's own calls, and by bubblewrap.

Each row loads the same small hand-in where it is locked in, has one function of it answer once, and ends it. The rows
take turns; a fork server is started once, before. Bubblewrap gets the whole file system, read only, which is the least
that it can be asked to mount.
"""

import argparse
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from unittest import mock

import numpy as np
from machine import describe
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from autograder.locked import client
from autograder.locked.client import ForkServer, LockedDown, NotLocked

SOURCE = b"import numpy as np\n\ndef f(x):\n    return x @ x.T\n"
X = np.arange(12.0).reshape(3, 4)
ALONE = f"{SOURCE.decode()}\nprint(f(np.arange(12.0).reshape(3, 4)).sum())"
BWRAP = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
NOTHING = ("namespaces", "landlock", "seccomp")
OURS = "our fork server, a locked-down child for each"


def bwrap_works() -> bool:
    done = shutil.which("bwrap") and subprocess.run([*BWRAP, "true"], capture_output=True)
    return bool(done) and done.returncode == 0


def submission(server: ForkServer) -> None:
    """One hand-in, from the fork to the end of its process."""
    functions = LockedDown(server, [SOURCE], "work.py", "work", ["f"])
    reply = functions.call("f", (X,))
    functions.end()
    assert np.array_equal(reply.value, X @ X.T), reply.failure


def alone(*before: str) -> None:
    """One hand-in in a Python of its own."""
    done = subprocess.run([*before, sys.executable, "-I", "-c", ALONE], capture_output=True, text=True, check=True)
    assert float(done.stdout) == (X @ X.T).sum()


def server_inside_bwrap(stack: ExitStack) -> ForkServer:
    """A fork server in a sandbox that bubblewrap has made, with plain forks."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    start = folder / "python"
    start.write_text(f'#!/bin/sh\nexec {" ".join(BWRAP)} {sys.executable} "$@"\n')
    start.chmod(start.stat().st_mode | stat.S_IXUSR)
    with mock.patch.object(client.sys, "executable", str(start)):
        return stack.enter_context(ForkServer(limits_only=True, without=NOTHING))


def ways(stack: ExitStack, screen: Console) -> dict[str, Callable[[], None]]:
    """What is measured, by its name in the table."""
    plain = stack.enter_context(ForkServer(limits_only=True, without=NOTHING))
    found = {
        "a new Python with NumPy, not locked in": alone,
        "our fork server, plain forks and limits only": lambda: submission(plain),
    }
    try:
        ours = stack.enter_context(ForkServer())
        screen.print(f"locked in by: {ours.tier}")
        found[OURS] = lambda: submission(ours)
    except NotLocked as error:
        screen.print(f"Left out, our own sandbox: {error}")
    if bwrap_works():
        inside = server_inside_bwrap(stack)
        found["bubblewrap around the fork server, plain forks"] = lambda: submission(inside)
        found["bubblewrap, Python and NumPy for each"] = lambda: alone(*BWRAP)
    else:
        screen.print("Left out, bubblewrap: it is not installed, or may not make namespaces on this machine.")
    return found


def measured(found: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each way; they take turns, and the slow ones sit most rounds out."""
    taken: dict[str, list[float]] = {name: [] for name in found}
    for way in found.values():
        way()
    for number in range(rounds):
        for name, way in found.items():
            if taken[name] and taken[name][0] > 50 and number % 10:
                continue
            began = time.perf_counter()
            way()
            taken[name].append(1000 * (time.perf_counter() - began))
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    screen = Console(width=120)
    screen.print(describe("numpy"))
    with ExitStack() as stack:
        taken = measured(ways(stack, screen), parser.parse_args().rounds)
    ours = median(taken[OURS]) if OURS in taken else None
    table = Table("for each submission", box=MARKDOWN)
    for title in ("median, ms", "least", "most", "times ours"):
        table.add_column(title, justify="right")
    for name, times in taken.items():
        ratio = f"{median(times) / ours:.1f}" if ours else ""
        table.add_row(name, *(f"{number:.1f}" for number in (median(times), min(times), max(times))), ratio)
    screen.print(table)


if __name__ == "__main__":
    main()
