"""What the tests of executors have workers do: importable by name, as a worker process needs it."""

import os
import signal
import time
from pathlib import Path

from autograder.locked.client import ForkServer


def double(number):
    return 2 * number


def process_of(number):
    return os.getpid()


def slowly(number):
    time.sleep(0.3)
    return 2 * number


def odd_ones_raise(number):
    if number % 2:
        raise ValueError(f"{number} is odd")
    return 2 * number


def kills_its_worker_once(job):
    """`job`: a number, and where a worker notes that it was killed, or nothing for a job that kills none."""
    number, note = job
    if note and not Path(note).exists():
        Path(note).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def seven_kills_its_worker(number):
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def cannot_lock_in(job):
    """What `get_ready` does on a machine that offers nothing to lock a submission in."""
    ForkServer(without=("namespaces", "landlock", "seccomp"))


def cannot_be_sent(number):
    return lambda: number


def threads(number):
    return [os.environ.get(name) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")]
