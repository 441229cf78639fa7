"""A process that has NumPy loaded and forks a locked-down child for each submission. It knows no answer and no seed.

The grader's process starts it with an empty environment and one socket, and asks it for children over that socket:
each request comes with the file descriptor on which the child is to take its calls.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys

import numpy

from . import child, confine
from .confine import Limits, Tier

PRELOADED = (
    "autograder", "autograder.network", "encodings.ascii", "encodings.idna", "encodings.latin_1", "linecache",
    "numpy.linalg", "numpy.fft", "numpy.random", "numpy.testing", "fractions", "decimal", "statistics", "dataclasses",
    "typing", "collections.abc", "functools", "itertools", "math", "cmath", "random", "string", "textwrap", "copy",
    "operator", "abc", "enum", "warnings", "heapq", "bisect", "array", "struct", "json", "time", "datetime", "io", "re",
    "pprint", "traceback", "inspect", "os", "sys", "pathlib", "contextlib", "types", "numbers", "tempfile",
)  # fmt: skip


def main(control: int, wanted: dict) -> None:
    """Serve until the other end of the socket is closed.

    Args:
        control: file descriptor of the socket to the grader.
        wanted: `limits`, `without` (names of steps to leave out, for tests and for trying lower tiers) and `preload`
            (further modules).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine.die_with_parent()
    confine.adopt_orphans()
    confine.first_to_be_killed()
    channel = socket.socket(fileno=control)
    for name in (*PRELOADED, *wanted["preload"]):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    warm_up()
    if confine.MACHINE:
        confine.filter_program()
    limits = Limits(**wanted["limits"])
    pages = confine.changed_by(work)  # nearly every child will: each has them copied before anybody waits for it
    tier, flags = lock(set(wanted["without"]))
    with contextlib.suppress(ConnectionError):  # where the grader has ended, there is nobody left to serve
        send(channel, {"namespaces": tier.namespaces, "landlock": tier.landlock, "seccomp": tier.seccomp})
        Server(channel, limits, tier, flags, pages).serve()


def warm_up():
    """Do once what is slow the first time, so that no child pays for it."""
    numpy.random.seed(child.SEED)  # what uses the global generator without seeding it does the same every time
    numpy.linalg.norm(numpy.ones((4, 4)) @ numpy.ones((4, 4)))
    numpy.array2string(numpy.ones(3))
    child.rehearse(30)
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, all that it shares with this process


def work():
    """Do what students do with NumPy, a little of each."""
    child.rehearse(2)
    a, b, x = numpy.arange(6.0).reshape(2, 3), numpy.ones((3, 2)), numpy.arange(48.0).reshape(2, 1, 4, 6)
    for made in (a @ b, a + 1, a * a, a / 2, -a, a**2, a > 1, numpy.exp(-a), numpy.tanh(a), numpy.log1p(a)):
        made.sum(axis=0), made.max(axis=1, keepdims=True), made.mean(), numpy.argmax(made), made.T.copy()
    numpy.where(a > 0, a, 0), numpy.maximum(a, 0), numpy.clip(a, 0, 1), numpy.zeros_like(a), numpy.concatenate([a, a])
    numpy.einsum("ij,jk->ik", a, b), numpy.tensordot(x, x, axes=([1, 2, 3], [1, 2, 3])), numpy.outer(a[0], a[1])
    padded = numpy.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    padded[:, :, 1:3, 1:3] += x[:, :, :2, :2] * float(a[0, 1])
    padded.transpose(0, 2, 3, 1).reshape(2, -1).astype(numpy.float32)[numpy.arange(2), [0, 1]] -= 1


def lock(without: set[str]) -> tuple[Tier, int]:
    """Lock this process in as far as the machine allows; what there is, and how its children are to be forked."""
    if confine.MACHINE is None:
        return Tier(), 0
    keep = confine.readable()
    namespaces, flags, version, filtered = [], 0, 0, False
    if "namespaces" not in without:
        with contextlib.suppress(OSError):
            tried_in_a_fork(confine.own_namespaces)
            confine.own_namespaces()
            namespaces += ["user", "net", "uts"]
        if namespaces:
            with contextlib.suppress(OSError):
                tried_in_a_fork(lambda: confine.own_root(keep), confine.NEWNS)
                confine.own_root(keep)
                namespaces.append("mount")
            for name, flag in (("pid", confine.NEWPID), ("ipc", confine.NEWIPC)):
                with contextlib.suppress(OSError):
                    tried_in_a_fork(lambda: None, flags | flag)
                    namespaces, flags = [*namespaces, name], flags | flag
    if "landlock" not in without:
        with contextlib.suppress(OSError):
            version = tried_in_a_fork(lambda: confine.landlock(keep)) and confine.landlock(keep)
    if "seccomp" not in without:
        with contextlib.suppress(OSError):
            tried_in_a_fork(confine.seccomp)
            filtered = True
    confine.no_new_privileges()
    return Tier(tuple(namespaces), version, filtered), flags


def tried_in_a_fork(step, flags: int = 0) -> bool:
    """Try a step where nothing is lost if it stops half way. Raises OSError if it failed."""
    pid = confine.fork(flags)
    if pid == 0:
        status = 1
        with contextlib.suppress(BaseException):
            step()
            status = 0
        os._exit(status)
    if os.waitpid(pid, 0)[1]:
        raise OSError("the step failed")
    return True


class Server:
    def __init__(self, channel: socket.socket, limits: Limits, tier: Tier, flags: int, pages: list[list[int]]):
        self.channel, self.limits, self.tier, self.flags, self.pages = channel, limits, tier, flags, pages
        self.children: set[int] = set()

    def serve(self):
        """Answer requests: {"fork": …} with a child's number, {"end": number, "wait": …} with what it used and how it
        ended; without "wait" nobody wants to know."""
        for request, descriptors in requests(self.channel):
            told = self.fork(descriptors.pop(0)) if "fork" in request else self.end(request["end"])
            if "fork" in request or "wait" in request:
                send(self.channel, told)
        for number in list(self.children):
            self.end(number)

    def fork(self, descriptor):
        try:
            number = confine.fork(self.flags)
        except OSError as error:
            os.close(descriptor)
            return {"error": str(error)}
        if number == 0:
            child.run(descriptor, self.limits, self.tier, self.pages)
        os.close(descriptor)
        self.children.add(number)
        return {"child": number}

    def end(self, number):
        if number not in self.children:
            return {"error": "there is no such child"}
        self.children.discard(number)
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        _, status, usage = os.wait4(number, 0)
        self.end_orphans()
        return {"status": status, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss * 1024}

    def end_orphans(self):
        """End what a child has started and left behind; there can be nothing where seccomp or a pid namespace holds."""
        if self.tier.seccomp or "pid" in self.tier.namespaces:
            return
        while left := confine.children_of_this_process() - self.children:
            for number in left:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(number, signal.SIGKILL)
                    os.waitpid(number, 0)


def send(channel, message):
    channel.sendall(json.dumps(message).encode() + b"\n")


def requests(channel):
    """Each request, and the file descriptors that came and that nobody has taken, until the other end is closed."""
    came, descriptors = b"", []
    while True:
        *lines, came = came.split(b"\n")
        for line in lines:
            yield json.loads(line), descriptors
        part, more, _, _ = socket.recv_fds(channel, 65536, 4)
        if not part:
            return
        came += part
        descriptors += more


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
