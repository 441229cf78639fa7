"""What runs inside the locked-down process: it takes calls from one file descriptor and writes replies to it.

Everything here may be taken over by the code that is graded, and nothing here is believed: a reply is an answer to be
compared, never a verdict.
"""

import os
import signal
import struct

from ..implementation import Functions, load_cells
from ..wire import pack, unpack
from . import confine
from .messages import from_description, from_reply

CHANNEL = 3
HEAD = struct.Struct("<I")


def run(descriptor: int, limits, tier) -> None:
    """Lock this freshly forked process in, and serve calls until the other side closes the channel. Never returns."""
    status = 1
    try:
        lock(descriptor, limits, tier)
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
    if descriptor != CHANNEL:
        os.dup2(descriptor, CHANNEL)
    os.closerange(CHANNEL + 1, 4096)
    confine.die_with_parent()
    confine.limit(limits)
    if confine.MACHINE is not None:
        confine.without_privileges()
    if tier.seccomp:
        confine.seccomp()
    write({"ready": True})


def serve():
    """Take requests one after the other: load code, describe a function, call one."""
    functions = Functions({})
    while (request := read()) is not None:
        what, arguments = request
        if what == "load":
            cells, path, name, seconds = arguments
            functions = load_cells([cell.tobytes() for cell in cells], path, name, seconds, busy=True)
            write(None)
        elif what == "describe":
            write(from_description(functions.describe(arguments[0])))
        elif what == "call":
            name, given, keep, results, forget, functions.seconds = arguments
            if forget:
                functions.forget()
            write(from_reply(functions.call(name, given, keep, results)))


def read():
    """The next message, or None at the end."""
    head = exactly(HEAD.size)
    return unpack(exactly(HEAD.unpack(head)[0])) if head else None


def exactly(count):
    parts = []
    while count:
        part = os.read(CHANNEL, min(count, 1 << 20))
        if not part:
            return b""
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write(value):
    data = pack(value)
    data = memoryview(HEAD.pack(len(data)) + data)
    while data:
        data = data[os.write(CHANNEL, data) :]
