"""What runs inside the locked-down process: it takes calls from one file descriptor and writes replies to it.

Everything here may be taken over by the code that is graded, and nothing here is believed: a reply is an answer to be
compared, never a verdict.
"""

import linecache
import os
import random
import signal
import struct
import sys
import time

import numpy as np

from ..implementation import Alarm, Functions, load_cells
from ..wire import pack, unpack
from . import confine
from .messages import from_description, from_reply, to_call

CHANNEL = 3
HEAD = struct.Struct("<I")
SEED = 1_917_352_064  # one that nobody chooses: who sets another is seen to do so
TOGETHER = 4  # replies in one message at most: the grader judges them while this process makes the next calls
PATIENCE = 0.003  # seconds for which replies are kept back to be sent together


def run(descriptor: int, limits, tier, pages) -> None:
    """Lock this freshly forked process in, get it ready, with `pages` of its own, and serve calls until the other side
    closes the channel. Never returns."""
    status = 1
    try:
        lock(descriptor, limits, tier)
        confine.have_own(pages)
        rehearse(1)
        serve()
        status = 0
    except BaseException:
        if os.environ.get("CHAINRULE_DEBUG"):
            raise
    finally:
        os._exit(status)


def lock(descriptor, limits, tier):
    """Keep the channel alone of all open files, and no rights. What is written past Python to the streams is lost: the
    server's errors go to the grader's terminal, and nothing of this process may."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(1, 2)
    random.seed(SEED)  # after a fork Python seeds it anew; code that does not seed it is to do the same every time
    if descriptor != CHANNEL:
        os.dup2(descriptor, CHANNEL)
    os.closerange(CHANNEL + 1, 4096)
    confine.die_with_parent()
    confine.limit(limits)
    if confine.MACHINE is not None:
        confine.without_privileges()
    if tier.seccomp:
        confine.seccomp()


def rehearse(times: int):
    """Do some of what is done for a submission. Python makes code faster that is run often; and this process gets pages
    of memory of its own before anybody waits for it."""
    calls = [["f", [np.ones((2, 3)), 1.0], None, 1, True]] * 2
    for _ in range(times):
        functions = load_cells([b"def f(x, y):\n    return x + y\n"], "rehearsal.py", "rehearsal")
        unpack(pack(("load", [from_description(functions.describe("f"))])))
        request = unpack(pack(("at once", (np.frombuffer(pack(calls), np.uint8), 1.0, True))))
        functions.at_once(request[1][0].tobytes())
        for name, arguments, *_ in calls[:1]:
            pack(from_reply(functions.call(name, tuple(arguments))))
    del sys.modules["rehearsal"], linecache.cache["rehearsal.py"]


def serve():
    """Take requests one after the other: load code and describe its functions, make calls."""
    channel = Channel()
    functions = Functions({})
    alarm = Alarm(busy=True).__enter__()  # for good: this process does nothing else
    while (request := channel.read()) is not None:
        what, arguments = request
        if what == "load":
            cells, path, name, names, seconds = arguments
            sys.modules.pop(functions.namespace.get("__name__"), None)  # the submission's unit before
            functions = load_cells([cell.tobytes() for cell in cells], path, name, seconds, alarm=alarm)
            channel.write([from_description(functions.describe(name)) for name in names])
        elif what == "calls":
            calls, alone, forget, seconds = arguments
            if forget:
                functions.forget()
            make_calls(functions, channel, [to_call(call) for call in calls], alone, seconds)
        elif what == "at once":
            sheet, functions.seconds, warned = arguments
            answers = functions.at_once(sheet.tobytes(), warned=warned)
            channel.write(answers and np.frombuffer(answers, np.uint8))


def make_calls(functions, channel, calls, alone, seconds):
    """Make calls that have so much CPU time in all. Replies are sent one by one if `alone` says so, otherwise those of
    a while together."""
    replies, waiting = [], []
    began, sent = time.process_time(), time.monotonic()
    for call in calls:
        functions.seconds = max(seconds - (time.process_time() - began), 0.01)
        replies.append(functions.one_of(call, replies))
        waiting.append(from_reply(replies[-1]))
        if alone or len(replies) == len(calls) or len(waiting) == TOGETHER or time.monotonic() - sent > PATIENCE:
            channel.write(waiting)
            waiting, sent = [], time.monotonic()


class Channel:
    """Messages over the file descriptor that leads to the grader."""

    def read(self):
        """The next message, or None at the end."""
        head = self.exactly(HEAD.size)
        return unpack(self.exactly(HEAD.unpack(head)[0])) if head else None

    def exactly(self, count):
        data = bytearray(count)
        left = memoryview(data)
        while left:
            come = os.readv(CHANNEL, [left])
            if not come:
                return b""
            left = left[come:]
        return data

    def write(self, value):
        data = pack(value)
        data = memoryview(HEAD.pack(len(data)) + data)
        while data:
            data = data[os.write(CHANNEL, data) :]
