"""The grader's side of the locked-down process: fork servers, questions to their children, limits from outside."""

import contextlib
import json
import math
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..implementation import KEPT_NOTHING, Call, Description, Failure, Kept, Reply, token_in
from ..wire import Malformed, Token, pack, unpack
from .confine import Limits, Tier
from .messages import from_call, to_answers, to_descriptions, to_replies

HEAD = struct.Struct("<I")
SLICE = 0.1  # seconds between looks at the CPU time of a child that is waited for
NOTICED = ("TimeLimit", "MemoryError")  # limits that the child itself tells of
LARGEST_HEADER = 4 << 20  # bytes of an answer that are not the memory of arrays
LITTLE = 0.2  # of an exercise's time
GRACE = 0.5  # seconds for the child's own alarm, after which the same process goes on, before it is killed
DEFAULT = Limits()
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # a set of texts has the same order every time
}
START = "import sys; sys.path.insert(0, {path!r}); from autograder.locked.server import main; main({fd}, {wanted!r})"


class NotLocked(Exception):
    """This machine cannot lock a submission in; the text says what is missing and what to do."""


class Ended(Exception):
    """The child has ended, or was ended: `kind` and `message` are those of the Failure it is told as."""

    def __init__(self, kind, message=""):
        super().__init__(kind, message)
        self.kind, self.message = kind, message


class ForkServer:
    """A process with NumPy loaded and no knowledge, that forks a locked-down child for each submission.

    Where children cannot reach each other it forks one ahead, so that nobody waits for it.

    Args:
        limits: what each child may use.
        limits_only: whether to go on where there is nothing but limits (no namespaces, Landlock or seccomp).
        without: steps to leave out, of "namespaces", "landlock" and "seccomp"; for tests of what is left.
        preload: further modules to load before forking, such as "torch".

    Raises NotLocked where only limits are left and `limits_only` is not set.
    """

    def __init__(self, limits: Limits = DEFAULT, limits_only=False, without=(), preload=()):
        if not hasattr(os, "fork") or not hasattr(socket, "send_fds"):
            raise NotLocked(
                "Grading needs a Unix system: here, processes cannot be forked. Use Linux, or WSL on Windows."
            )
        self.limits = limits
        self.channel, theirs = socket.socketpair()
        wanted = {"limits": limits.to_json(), "without": list(without), "preload": list(preload)}
        code = START.format(path=str(Path(__file__).parents[2]), fd=theirs.fileno(), wanted=wanted)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None,
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # without a terminal: nobody can type on it for the grader
            )
        self.ordered: socket.socket | None = None  # the channel of a child that is asked for and not yet told of
        self.spare: Child | None = None  # one that nobody uses yet
        hello = self.answer()
        self.tier = Tier(tuple(hello["namespaces"]), hello["landlock"], hello["seccomp"])
        if not self.tier.locked and not limits_only:
            self.close()
            raise NotLocked(
                f"This machine does not let a submission be locked in (it offers: {self.tier}). Grade on Linux 5.13 or "
                "newer, or in a container that allows user namespaces or Landlock, with seccomp. To grade with limits "
                "alone, which keeps out accidents but not attacks, add --limits-only."
            )

    def tell(self, request, descriptors=()) -> None:
        """Ask for something. Raises RuntimeError where there is no server any more."""
        try:
            socket.send_fds(self.channel, [json.dumps(request).encode() + b"\n"], descriptors)
        except OSError as error:
            raise RuntimeError(f"the fork server has ended: {error}") from None

    def answer(self):
        data = b""
        while not data.endswith(b"\n"):
            try:
                part = self.channel.recv(65536)
            except OSError:  # it ended with a request before it
                part = b""
            if not part:
                raise RuntimeError("the fork server has ended")
            data += part
        return json.loads(data)

    def fork(self) -> "Child":
        """A child that nobody has used. Raises RuntimeError where none can be forked."""
        self.settle()
        if self.spare and not self.spare.alive():
            self.spare.end()
            self.spare = None
        if self.spare is None:
            self.order()
            if trouble := self.settle():
                raise RuntimeError(f"no child could be forked: {trouble}")
        child, self.spare = self.spare, None
        return child

    def fork_ahead(self) -> None:
        """Have the next child forked, if there is none, while somebody waits for this one."""
        if self.tier.locked and not self.spare and not self.ordered:
            self.order()

    def order(self) -> None:
        """Ask for a child, and do not wait for it."""
        self.ordered, theirs = socket.socketpair()
        with theirs:
            self.tell({"fork": True}, [theirs.fileno()])

    def settle(self) -> str:
        """Take what was ordered, if anything was: why it did not come, if it did not."""
        if self.ordered:
            channel, self.ordered = self.ordered, None
            answer = self.answer()
            if "error" in answer:
                channel.close()
                return answer["error"]
            self.spare = Child(self, channel, answer["child"])
        return ""

    def end(self, number: int) -> dict:
        """End a child, with everything that it has started: how it ended, and what it used."""
        self.settle()
        self.tell({"end": number, "wait": True})
        return self.answer()

    def alive(self) -> bool:
        return self.process.poll() is None

    def processes(self) -> set[int]:
        """The numbers of its process and of a child that waits to be used."""
        self.settle()
        return {self.process.pid, *([self.spare.number] if self.spare else [])}

    def close(self) -> None:
        for channel in (self.channel, self.ordered, self.spare and self.spare.channel):
            if channel:
                channel.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class Child:
    """One locked-down process, from its fork to its end."""

    def __init__(self, server: ForkServer, channel: socket.socket, number: int):
        self.server, self.channel, self.number = server, channel, number
        self.channel.setblocking(False)
        self.pieces = bytearray()  # of an answer that has not come whole
        self.before: float | None = None  # its CPU time when it was last asked something, if it takes long
        self.resting: float | None = None  # its CPU time, if it has been asked nothing since that was looked up
        self.used: dict | None = None

    def cpu(self) -> float:
        """Seconds of CPU time so far, of it and of its children, read from outside."""
        fields = self.stat()
        return sum(map(int, fields[11:15])) / TICKS if fields else 0.0

    def cpu_at_rest(self) -> float:
        """The same, looked up once between two questions."""
        if self.resting is None:
            self.resting = self.cpu()
        return self.resting

    def size(self) -> int:
        """Bytes of its address space now, read from outside."""
        fields = self.stat()
        return int(fields[20]) if fields else 0

    def peak(self) -> int:
        """The most bytes of memory that it has had, read from outside."""
        found = re.search(rb"VmHWM:\s*(\d+)", self.told("status"))
        return int(found[1]) << 10 if found else 0

    def alive(self) -> bool:
        return self.stat()[:1] not in ([], [b"Z"])

    def stat(self) -> list[bytes]:
        """What proc(5) has of it in `stat`, from the third field on; nothing where it is gone."""
        return self.told("stat").rpartition(b")")[2].split()

    def told(self, file: str) -> bytes:
        try:
            with open(f"/proc/{self.number}/{file}", "rb", buffering=0) as opened:
                return opened.read(4096)
        except OSError:
            return b""

    def send(self, messages: list[bytes], until):
        """Send messages, each as `pack` made it, together."""
        if self.pieces:
            raise Ended("Malformed", "there was an answer before the question")
        self.before = self.resting = None
        data = memoryview(b"".join(part for m in messages for part in (HEAD.pack(len(m)), m)))
        while data:
            try:
                data = data[self.channel.send(data) :]
            except BlockingIOError:
                self.wait(select.POLLOUT, until)
            except OSError:
                raise self.ended() from None

    def receive(self, until):
        self.resting = None
        head = self.exactly(HEAD.size, until)
        length = HEAD.unpack(head)[0]
        if length > self.server.limits.reply:
            raise Ended("TooLarge", f"{self.server.limits.reply >> 20}")
        data = self.exactly(length, until)
        # What is no array costs far more memory and time than its bytes.
        if length >= HEAD.size and HEAD.unpack_from(data)[0] > LARGEST_HEADER:
            raise Ended("TooLarge", f"{LARGEST_HEADER >> 20}")
        return unpack(data)

    def exactly(self, count, until):
        while len(self.pieces) < count:
            if time.monotonic() >= until.clock:  # also where there is always another byte
                raise Ended("TimeLimit", f"{until.limit:g}")
            try:
                part = self.channel.recv(max(count - len(self.pieces), 65536))
            except BlockingIOError:
                self.wait(select.POLLIN, until)
                continue
            except OSError:
                part = b""
            if not part:
                raise self.ended()
            self.pieces += part
        wanted = bytes(self.pieces[:count])
        del self.pieces[:count]
        return wanted

    def wait(self, event, until):
        """Wait until the channel is ready. Raises Ended when the time is over."""
        poll = select.poll()
        poll.register(self.channel, event)
        ready = False
        while not ready:
            if time.monotonic() >= until.clock:  # also for who sends byte by byte
                raise Ended("TimeLimit", f"{until.limit:g}")
            ready = poll.poll(SLICE * 1000)
            if not ready:
                self.before = self.cpu() - SLICE if self.before is None else self.before
                if self.cpu() - self.before >= until.cpu + GRACE:
                    raise Ended("TimeLimit", f"{until.limit:g}")

    def ended(self) -> Ended:
        """Why a child that has closed its channel did so; whoever asks again is told the same."""
        if self.used is None:
            self.channel.close()
            self.used = self.server.end(self.number)
        status = self.used["status"]
        if os.WIFSIGNALED(status):
            return Ended("Killed", signal_name(os.WTERMSIG(status)))
        return Ended("Exited", str(os.WEXITSTATUS(status)))

    def end(self) -> dict:
        """End it, with everything that it has started, and do not wait until that is done: what it used."""
        if self.used is None:
            self.channel.close()
            self.used = {"cpu": self.cpu_at_rest(), "memory": self.peak()}
            self.server.tell({"end": self.number})
        return self.used


@dataclass
class Ahead:
    """A sheet that was sent before its turn, with seconds of CPU time for it. Where somebody else had to wait until
    what came of it `has_come`: that, or how its process ended over it; and the seconds that this took."""

    sheet: bytes
    seconds: float
    has_come: bool = False
    answers: "bytes | Ended | None" = None
    waited: float = 0.0
    cpu: float = 0.0


@dataclass(frozen=True)
class Until:
    """How long to wait for an answer: until a time of the clock, or until the child has used so many more seconds of
    CPU time; and the limit that both come from, for the message."""

    clock: float
    cpu: float
    limit: float


class LockedDown:
    """An implementation in a locked-down process: one unit of one submission.

    When its process ends before its time, the call that ended it fails, and the next call is made in a new one. The
    units of a submission follow each other in one process, as long as nothing has happened to it.

    Args:
        server: where its processes are forked.
        cells: the source, as code cells; a file is one cell.
        path: what messages call the file.
        name: the module's name.
        functions: those that will be asked for.
        before: the submission's unit before, which is done with: its process is taken over, or ended.
    """

    def __init__(
        self,
        server: ForkServer,
        cells: list[bytes],
        path: str,
        name: str,
        functions: Sequence[str],
        before: "LockedDown | None" = None,
    ):
        self.server, self.cells, self.path, self.name, self.functions = server, cells, path, name, tuple(functions)
        self.limits = server.limits
        self.child: Child | None = before and before.hand_over(server)
        self.inherited = self.child is not None
        self.launched = self.loaded = False  # whether it has been told to load the code, and whether it says it has
        self.broken: Failure | None = None  # why its code could not even be loaded
        self.described: dict[str, Description] = {}
        self.forgetting = False
        self.ahead: Ahead | None = None
        self.processes = 0
        self.memory = before.memory if before else 0  # the most that one of the submission's processes had
        # Of its processes that have ended; what the units before have used in the present one is not its own.
        self.ended_cpu = -self.child.cpu_at_rest() if self.child else 0.0
        self.waited = 0.0  # seconds of the clock, in all
        self.hit: list[str] = []  # kinds of limits that were hit in the present exercise, and how its processes ended
        self.endings: list[str] = []
        self.begin()

    def begin(self) -> None:
        """Begin an exercise: its time counts from here."""
        self.hit, self.endings = [], []
        self.counted = self.child.cpu_at_rest() if self.child else 0.0
        self.cpu_before, self.waited_before = self.ended_cpu + self.counted, self.waited

    def cpu(self) -> float:
        """Seconds of CPU time that the submission has used so far."""
        return self.ended_cpu + (self.child.cpu_at_rest() if self.child else 0.0)

    def until(self) -> "Until":
        """When the present exercise's time is over, or that of the submission. Raises Ended where it is over."""
        limits = self.limits
        left = min(
            limits.exercise - self.used(self.cpu_before, self.waited_before, limits.exercise),
            limits.submission - self.used(0.0, 0.0, limits.submission),
        )
        waiting = limits.patience * min(limits.exercise, limits.submission - self.waited_before)
        waiting -= self.waited - self.waited_before
        if left <= 0 or waiting <= 0:
            raise Ended("TimeLimit", f"{limits.exercise:g}")
        return Until(time.monotonic() + waiting, left, limits.exercise)

    def within(self, seconds: float, clock: float = math.inf) -> "Until":
        """Until so many seconds of CPU time have been used, or until a time of the clock."""
        patient = time.monotonic() + self.limits.patience * seconds
        return Until(min(clock, patient), seconds, self.limits.exercise)

    def used(self, cpu: float, waited: float, most: float) -> float:
        """Seconds of CPU time since there were so many, or more; measured only where it comes near to the most."""
        clock = self.waited - waited
        return clock if clock < most / 2 else self.cpu() - cpu

    def describe(self, name: str) -> Description:
        if name not in self.described:
            try:
                list(self.attempt(lambda until: ()))  # a process that has the code loaded has told of all functions
                described = self.described.get(name) or Description("missing", file=self.path)
            except Ended as ended:
                described = Description("broken", file=self.path, failure=Failure(ended.kind, ended.message))
            self.described[name] = described
        described = self.described[name]
        if described.failure and described.failure.kind in NOTICED:
            self.hit.append(described.failure.kind)
        return described

    def call(self, name: str, arguments: tuple, keep: int | None = None, results: int = 1) -> Reply:
        (reply,) = self.calls([Call(name, arguments, keep, results)])
        return reply

    def calls(self, calls: list[Call]) -> Iterator[Reply]:
        """Make some calls. They are sent together, and the replies come while the process works on the next ones. Where
        it ends over one of them, those without a reply are made once more in a new process, one by one, so that the
        call that ends it is found."""
        self.settle()
        replies: list[Reply] = []
        told = 0
        alone = len(calls) == 1
        again: set[int] = set()
        while told < len(calls):
            place = len(replies)
            back = max((a.back for a in calls[place].arguments if type(a) is Kept), default=0)
            gone = self.child is None and any(type(a) is Token for a in calls[place].arguments)
            if gone or (back and (place in again or token_in(replies[place - back].value) is None)):
                replies.append(KEPT_NOTHING)
            elif back and self.child is None:  # what it kept is gone with its process
                again.add(place)
                del replies[place - back :]
                continue
            else:
                try:
                    for reply in self.attempt(lambda until, a=alone, s=place: self.ask(calls[s:], a, until)):
                        replies.append(reply)
                        if len(replies) > told:
                            told += 1
                            yield reply
                except Ended as ended:
                    if alone or self.broken or ended.kind == "TimeLimit":
                        replies.append(Reply(failure=Failure(ended.kind, ended.message)))
                    alone = True
            for reply in replies[told:]:
                told += 1
                yield reply

    def ask(self, calls: list[Call], alone: bool, until: Until) -> Iterator[Reply]:
        """Make some calls in the present process: the replies, as they come."""
        forget, self.forgetting = self.forgetting, False
        self.child.send([pack(("calls", ([from_call(call) for call in calls], alone, forget, until.cpu)))], until)
        while calls:
            replies = self.answer(until, lambda data, calls=calls: to_replies(data, calls))
            calls = calls[len(replies) :]
            for reply in replies:
                if reply.failure and reply.failure.kind in NOTICED:
                    self.hit.append(reply.failure.kind)
                    if reply.failure.kind == "TimeLimit":
                        # When and where that was is never quite the same twice, and a grade has to be.
                        reply = replace(reply, failure=Failure("TimeLimit", f"{until.limit:g}"))
                yield reply

    def at_once(self, sheet: bytes, share: float = 1.0, warned: bool = True) -> bytes | None:
        """Make the calls of a sheet: the answers, or None where something else was seen, or the process has ended.
        Where there are none, what was tried in a share of the exercise's time, or took little, is not counted."""
        asked = self.settle(sheet)

        def exchange(until):
            if asked:
                until = self.within(asked.seconds, until.clock)
            else:
                if share < 1:
                    until = self.within(min(until.cpu, share * self.limits.exercise), until.clock)
                self.child.send([in_full(sheet, until.cpu, warned)], until)
            yield self.answer(until, to_answers)

        answers = None
        with contextlib.suppress(Ended):
            if asked and asked.has_come:
                answers = self.taken(asked)
            else:
                (answers,) = self.attempt(exchange)
        if not answers and (share < 1 or self.waited - self.waited_before < LITTLE * self.limits.exercise):
            self.begin()
        return answers

    def ask_ahead(self, sheet: bytes, share: float = 1.0) -> None:
        left = self.limits.submission - self.used(0.0, 0.0, self.limits.submission)
        if self.child is None or not self.loaded or self.ahead or left <= 0:
            return
        seconds = min(share * self.limits.exercise, left)
        try:
            self.child.send([in_full(sheet, seconds, True)], self.within(seconds))
            self.ahead = Ahead(sheet, seconds)
        except Ended:  # it will be seen when it is asked for
            self.end()

    def settle(self, sheet: bytes | None = None) -> Ahead | None:
        """What was sent ahead, if it is this sheet. If it is another one, what comes of it is waited for and kept, and
        counts neither as this exercise's time nor as its fault."""
        asked = self.ahead
        if asked is None or asked.sheet is sheet:
            self.ahead = None
            return asked
        if not asked.has_come:
            began, cpu = time.monotonic(), self.cpu()
            asked.has_come = True
            try:
                asked.answers = self.answer(self.within(asked.seconds), to_answers)
            except Ended as ended:
                asked.answers = ended
                self.end()
            asked.waited, asked.cpu = time.monotonic() - began, self.cpu() - cpu
            self.waited += asked.waited
            self.waited_before += asked.waited
            self.cpu_before += asked.cpu
        return None

    def taken(self, asked: Ahead) -> bytes | None:
        """What came of a sheet that was sent ahead, counted to the present exercise."""
        self.waited_before -= asked.waited
        self.cpu_before -= asked.cpu
        if isinstance(asked.answers, Ended):
            self.note(asked.answers)
            raise asked.answers
        return asked.answers

    def forget(self) -> None:
        self.forgetting = True  # goes with the next call

    def attempt(self, exchange):
        """What `exchange(until)` yields, with a process that has the code loaded. Raises Ended where that is over."""
        before = time.monotonic()
        taken = False
        try:
            until = self.until()
            if not self.loaded:
                until = self.start(until)
            yield from exchange(until)
            taken = True
        except Ended as ended:
            self.note(ended)
            self.end()
            taken = True
            raise
        finally:
            if not taken:  # somebody has lost interest: what is still to come would be taken for other answers
                self.end()
            self.waited += time.monotonic() - before

    def note(self, ended: Ended) -> None:
        self.hit.append(ended.kind)
        self.endings.append(f"{ended.kind} {ended.message}".strip())

    def answer(self, until, reading):
        try:
            return reading(self.child.receive(until))
        except Malformed as error:
            raise Ended("Malformed", str(error)[:200]) from None

    def launch(self) -> None:
        """Have a process load the code, without waiting for it."""
        if self.child is None:
            self.child = self.server.fork()
            self.processes += 1
        self.launched = True
        cells = [np.frombuffer(cell, np.uint8) for cell in self.cells]
        loading = self.loading()
        self.child.send([pack(("load", (cells, self.path, self.name, self.functions, loading.cpu)))], loading)

    def start(self, until) -> Until:
        """A new process with the code loaded. Loading has an exercise's time of its own, so that it cannot fail because
        the present exercise has used up its own; gives how long the present exercise may then take."""
        if self.broken:
            raise Ended(self.broken.kind, self.broken.message)
        before = time.monotonic()
        try:
            described = self.load_where_inherited() or self.load()
            self.described = {**dict(zip(self.functions, described, strict=False)), **self.described}
        except Ended as ended:
            self.broken = Failure(ended.kind, ended.message)
            raise
        self.loaded = True
        self.server.fork_ahead()
        taken = time.monotonic() - before
        self.waited_before += taken
        self.cpu_before += self.child.cpu() - self.counted if taken > 2 / TICKS else 0.0
        return replace(until, clock=until.clock + taken)

    def load(self) -> list[Description]:
        """Have the code loaded, if nobody has yet: what there is of its functions."""
        if not self.launched:
            self.launch()
        return self.answer(self.loading(), to_descriptions)

    def load_where_inherited(self) -> list[Description] | None:
        """The same where the process is one that another unit has left; None where there is no such process, or where
        anything is wrong then: it might be the other unit's doing."""
        described = None
        if self.inherited:
            with contextlib.suppress(Ended):
                described = self.load()
            if described is None or any(one.failure for one in described):
                self.end()
                return None
        return described

    def loading(self) -> Until:
        limits = self.limits
        left = min(limits.exercise, limits.submission - self.used(0.0, 0.0, limits.submission))
        waiting = limits.patience * min(limits.exercise, limits.submission)
        waiting = min(waiting, limits.patience * limits.submission - self.waited)
        return Until(time.monotonic() + waiting, left, limits.exercise)

    def end(self) -> None:
        """End its process, if there is one."""
        if self.child:
            used = self.child.end()
            self.ended_cpu += used["cpu"]
            self.memory = max(self.memory, used["memory"])
            self.left()

    def hand_over(self, server: ForkServer) -> Child | None:
        """Its process, for the submission's next unit; None, and no process is left, where another server is needed,
        it has used much, or stands in the middle of something."""
        child = self.child
        if (
            child is None
            or self.server is not server
            or not self.loaded
            or child.pieces
            or self.ahead
            or child.cpu_at_rest() >= self.limits.exercise
            or child.size() >= self.limits.memory / 2
        ):
            with contextlib.suppress(OSError, RuntimeError):  # its server may have ended
                self.end()
            return None
        self.ended_cpu += child.cpu_at_rest()
        self.left()
        return child

    def left(self) -> None:
        """Go on without the process."""
        if self.ahead and not self.ahead.has_come:
            self.ahead = None
        self.child, self.counted = None, 0.0
        self.launched = self.loaded = self.inherited = False


def in_full(sheet: bytes, seconds: float, warned: bool) -> bytes:
    """The request for what a sheet asks, in so many seconds of CPU time."""
    return pack(("at once", (np.frombuffer(sheet, np.uint8), seconds, warned)))


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
