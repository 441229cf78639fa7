"""Where a student's functions live. The engine only ever meets them through `Implementation`.

`Functions` keeps them in this process (a module under pytest, a notebook's namespace, the browser). Another
implementation may live in another process: everything that crosses here is plain data (see wire.py).
"""

import _random
import contextlib
import ctypes
import difflib
import importlib.util
import inspect
import io
import linecache
import os
import random
import re
import signal
import sys
import threading
import traceback
import types
import warnings as python_warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .network import Network
from .wire import Strange, Token, in_header, memory_of, pack, packed, plain, unpack

LONGEST_OUTPUT = 4000
MOST_AT_ONCE = 4 << 20  # bytes of the arrays in the answers to a sheet
MOST_ITEMS = 1000  # of a list in such an answer
MUTABLE = {list, tuple, dict}  # arguments that a call may change although the memory of their arrays stays as it is
TWISTER = 4 * 624 + 4  # bytes of a Mersenne Twister's key and of the position in it
SECONDS_AFTERWARDS = 0.2


@dataclass(frozen=True)
class Frame:
    """One line of the student's own code on the way to an error."""

    file: str
    line: int
    function: str = ""
    source: str = ""


@dataclass(frozen=True)
class Failure:
    """An exception that the student's code raised, or why there was nothing to call.

    Args:
        kind: the exception's class, or what no class is called: "no file", "not UTF-8", "no function".
        message: its text.
        frames: the student's lines on the way to it, outermost first.
    """

    kind: str
    message: str
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True)
class Description:
    """What is known of a function before it is called."""

    status: str  # "ready", "stub", "missing", "no file" or "broken" (its file cannot be imported)
    parameters: tuple[str, ...] = ()
    least: int = 0  # positional arguments it needs at least, and takes at most
    most: int = 0
    similar: str = ""  # for a missing function: the name in the file that is most like it
    file: str = ""
    failure: Failure | None = None


@dataclass(frozen=True)
class Reply:
    """What came of one call: a value or a failure, and everything else that was seen."""

    value: Any = None
    failure: Failure | None = None
    printed: str = ""
    warnings: tuple[str, ...] = ()
    changed: tuple[int, ...] = ()  # positions of the arguments that are no longer what they were
    shares: tuple[tuple[int, int], ...] = ()  # (result, argument) pairs that share memory
    stale: bool = False  # an earlier result has changed since it was returned
    random: bool = False  # the global random state has changed
    after: dict[int, Any] = field(default_factory=dict)  # networks among the arguments, as the call left them


@dataclass(frozen=True)
class Call:
    """A call of a student's function.

    Args:
        name: the function.
        arguments: plain data; a Kept among them stands for what an earlier call kept.
        keep: of a tuple of `results` results, the one at `keep` stays where it was made and a Token comes back.
        results: how many results it should have.
        forget: whether every kept value and every remembered result is let go of before.
    """

    name: str
    arguments: tuple
    keep: int | None = None
    results: int = 1
    forget: bool = False


@dataclass(frozen=True)
class Kept:
    """Stands among the arguments for what a call so many places before has kept."""

    back: int


class Implementation(Protocol):
    def describe(self, name: str) -> Description: ...

    def calls(self, calls: list[Call]) -> Iterator[Reply]:
        """Make some calls, in their order; the replies come as they are there, and are to be taken to the last. A call
        that wants what another did not keep fails."""
        ...

    def call(self, name: str, arguments: tuple, keep: int | None = None, results: int = 1) -> Reply:
        """Make one call."""
        ...

    def at_once(self, sheet: bytes, share: float = 1.0, warned: bool = True) -> bytes | None:
        """Make the calls of a sheet (see sheet.py), watched as a whole, in a share of an exercise's time: the answers,
        packed, or None where anything else was to be seen as well, be it a warning where it may not be `warned`."""
        ...

    def ask_ahead(self, sheet: bytes, share: float = 1.0) -> None:
        """Say which sheet `at_once` will be called with next, in the next exercise's time: where the calls are made in
        another process, they can be made while the caller judges the answers to the last one."""
        ...

    def forget(self) -> None:
        """Let go of every kept value and every remembered result."""
        ...


class Unclear(BaseException):
    """Raised where a sheet's calls show more than right or wrong answers."""


class TimeLimit(BaseException):
    """Raised inside a student's function that has run too long."""


@dataclass
class Functions:
    """An implementation in this process: the functions of a namespace.

    Args:
        namespace: a dict of names, such as a module's or a notebook's.
        file: where they are written, for messages.
        failure: why the file could not be imported, if it could not.
        seconds: how long one call may take; enforced where the platform can (POSIX, main thread).
        capture: whether what is printed is kept for the report; otherwise it goes where it always goes.
        alarm: what watches the time, if it is set up already; otherwise each call sets up its own.
    """

    namespace: dict[str, Any]
    file: str = ""
    failure: Failure | None = None
    seconds: float | None = None
    capture: bool = True
    alarm: "Alarm | None" = None
    broken: dict[str, Failure] = field(default_factory=dict)  # functions whose cell of a notebook failed
    stopped: dict[int, Failure] = field(default_factory=dict)  # the cells that failed, by their number from 1
    kept: dict[int, Any] = field(default_factory=dict)
    earlier: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    count: int = 0
    slow: set[str] = field(default_factory=set)  # functions of which a call took too long: they get little time now

    def run(self, source, place):
        """Run a source in the namespace: what it raised, as a Failure, or None. `place` is what messages call it."""
        try:
            text = importlib.util.decode_source(source)
            code = compile(text, place, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return unreadable(error, source, place)
        linecache.cache[place] = len(text), None, text.splitlines(keepends=True), place
        before = random_state()
        try:
            with captured(Output() if self.capture else None), python_warnings.catch_warnings(), np.errstate():
                python_warnings.simplefilter("ignore")
                with self.within(self.seconds):
                    exec(code, self.namespace)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return self.explain(error)
        finally:
            restore(before)

    def override(self, **functions):
        """The same implementation with some functions replaced, sharing nothing that is remembered."""
        return replace(self, namespace={**self.namespace, **functions}, kept={}, earlier=[], count=0, slow=set())

    def describe(self, name):
        if self.failure:
            status = "no file" if self.failure.kind == "no file" else "broken"
            return Description(status, file=self.file, failure=self.failure)
        function = self.namespace.get(name)
        if not callable(function):
            if name in self.broken:
                return Description("broken", file=self.file, failure=self.broken[name])
            own = [n for n, f in self.namespace.items() if inspect.isfunction(f) and not n.startswith("_")]
            return Description("missing", similar=next(iter(difflib.get_close_matches(name, own, 1, 0.6)), ""),
                               file=self.file)  # fmt: skip
        parameters, least, most = positional(function)
        return Description("stub" if is_stub(function) else "ready", parameters, least, most, file=self.file)

    def calls(self, calls):
        replies = []
        for call in calls:
            replies.append(self.one_of(call, replies))
            yield replies[-1]

    def one_of(self, call, replies):
        """Make one of several calls, of which these are the replies so far."""
        if call.forget:
            self.forget()
        arguments = resolved(call.arguments, replies)
        return KEPT_NOTHING if arguments is None else self.call(call.name, arguments, call.keep, call.results)

    def call(self, name, arguments, keep=None, results=1):
        function = self.namespace.get(name)
        if not callable(function):
            return Reply(failure=Failure("no function", name))
        given = [self.kept[a.id] if isinstance(a, Token) else plain(a) for a in arguments]
        value = failure = None
        before = random_state()
        output = Output()
        with python_warnings.catch_warnings(record=True) as caught, captured(output if self.capture else None):
            python_warnings.simplefilter("always")
            try:
                with self.within(SECONDS_AFTERWARDS if name in self.slow else self.seconds), np.errstate():
                    value = function(*given)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                failure = self.explain(error)
                if failure.kind == "TimeLimit":
                    self.slow.add(name)
        touched = random_state() != before
        if touched:
            restore(before)
        seen = dict(
            printed=output.getvalue(),
            warnings=tuple(dict.fromkeys(f"{type(w.message).__name__}: {w.message}" for w in caught)),
            changed=tuple(i for i, (a, g) in enumerate(zip(arguments, given, strict=True)) if differs(a, g)),
            stale=any(differs(snapshot, array) for array, snapshot in self.earlier),
            random=touched,
            after={i: plain(g) for i, g in enumerate(given) if type(g) is Network},
        )
        if failure:
            return Reply(failure=failure, **seen)
        parts = list(value) if type(value) in (tuple, list) and len(value) == results and results > 1 else [value]
        seen["shares"] = tuple(
            (r, a)
            for r, part in enumerate(parts)
            for a, g in enumerate(given)
            if isinstance(part, np.ndarray) and isinstance(g, np.ndarray) and np.may_share_memory(part, g)
            and r != keep and np.shares_memory(part, g)
        )  # fmt: skip
        several = len(parts) == results and results > 1
        if several and keep is not None:
            self.count += 1
            self.kept[self.count] = parts[keep]
            parts[keep] = Token(self.count)
        replied = [plain(part) for part in parts]
        self.earlier += [
            (part, copy.copy()) for part, copy in zip(parts, replied, strict=True) if type(copy) is np.ndarray
        ]
        return Reply(tuple(replied) if several else replied[0], **seen)

    def at_once(self, sheet, share=1.0, warned=True):
        """Make the calls of a sheet, watched as a whole: the answers, or None where there was anything to be seen
        besides, such as a changed argument or a result that a later call overwrote. It costs a fraction of `calls`, and
        says nothing of what it was."""
        memory = bytearray(sheet)  # that of all arguments
        calls = unpack(memory, own=False)
        before, output = random_state(), Output()
        try:
            seconds = self.seconds and self.seconds * share
            with python_warnings.catch_warnings(record=True) as caught, captured(output), np.errstate():
                python_warnings.simplefilter("ignore" if warned else "always")
                with self.within(seconds):
                    answers, taken = self.answers(calls, np.frombuffer(memory, np.uint8))
            if output.length or caught or memory != sheet or random_state() != before:
                return None
            if any(memory_of(array) != as_it_was for array, as_it_was in taken):
                return None
            kinds = map(type, chain.from_iterable(call[1] for call in calls))
            if not MUTABLE.isdisjoint(kinds) and differs(unpack(sheet), calls):
                return None
            return packed([header for header, _ in answers], chain.from_iterable(memories for _, memories in answers))
        except KeyboardInterrupt:
            raise
        except BaseException:
            return None
        finally:
            restore(before)

    def ask_ahead(self, sheet, share=1.0):
        """Nothing: here nobody works while the caller does."""

    def answers(self, calls, memory):
        """The answers to the calls of a sheet, each as its part of the header and of the arrays' memory; and every
        array that was returned, with its memory as it was then. Raises Unclear where a result is more than an answer.

        An answer is the list of results, without the cache, or a dict of an exception's kind, and whether it had words.
        """
        answers, taken, kept = [], [], []
        size = 0
        for name, arguments, keep, results, wanted in calls:
            memories = ()
            if keep is not None:
                kept.append(None)
            try:
                value = self.namespace[name](*[kept[a.id] if type(a) is Token else a for a in arguments])
                parts = [value]
                if results > 1:
                    if type(value) not in (tuple, list) or len(value) != results:
                        raise TypeError("other results than were asked")
                    parts = list(value)
                if keep is not None:
                    kept[-1] = parts.pop(keep)
                if any(isinstance(part, (str, list, tuple, dict)) and len(part) > MOST_ITEMS for part in parts):
                    raise Unclear
                arrays = []
                header = in_header(parts, arrays)
                for array in arrays:
                    size += array.nbytes
                    if size > MOST_AT_ONCE or (array.base is not None and np.may_share_memory(array, memory)):
                        raise Unclear
                memories = [memory_of(array) for array in arrays]
                taken += zip(arrays, memories, strict=True)
            except Exception as error:
                header = {"dict": [[type(error).__name__, bool(text_of(error).strip())]]}
            if wanted:
                answers.append((header, memories))
        return answers, taken

    def within(self, seconds):
        return self.alarm.within(seconds) if self.alarm else time_limit(seconds)

    def forget(self):
        self.kept.clear()
        self.earlier.clear()

    def explain(self, error):
        """A Failure that keeps the student's own lines of the traceback and hides the engine's."""
        if isinstance(error, TimeLimit):
            kind, message = "TimeLimit", str(error)
        else:
            kind, message = type(error).__name__, shortened(text_of(error), 600)
        return Failure(kind, message, own_frames(error.__traceback__, self.namespace, self.file))


def resolved(arguments, replies):
    """The arguments of the call that follows these replies, Tokens in place of Kepts; None where nothing was kept."""
    if not any(type(argument) is Kept for argument in arguments):
        return arguments
    found = [token_in(replies[-a.back].value) if type(a) is Kept else a for a in arguments]
    return None if any(argument is None for argument in found) else tuple(found)


def token_in(value):
    """The Token among the results of a call, or None."""
    parts = value if type(value) in (tuple, list) else ()
    return next((part for part in parts if isinstance(part, Token)), None)


KEPT_NOTHING = Reply(failure=Failure("nothing kept", ""))


def load(path, name, seconds=None, capture=True):
    """The functions of the file at `path`, imported afresh as module `name`. Never raises for what the file does."""
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        kind = "no file" if isinstance(error, FileNotFoundError) else type(error).__name__
        return Functions({"__name__": name}, str(path), Failure(kind, error.strerror or str(error)), seconds, capture)
    return load_cells([source], str(path), name, seconds, capture)


def load_cells(cells, path, name, seconds=None, capture=True, alarm=None):
    """The functions of code cells, run one after the other in one module; a cell that fails costs what it defines.

    Args:
        cells: the source of each cell, as bytes. A file is a single cell.
        path: what messages call the file.
        name: the module's name.
        seconds, capture, alarm: as in `Functions`.
    """
    module = types.ModuleType(name)
    module.__file__ = path
    module.__package__ = name.rpartition(".")[0]
    sys.modules[name] = module
    functions = Functions(vars(module), path, None, seconds, capture, alarm)
    for number, source in enumerate(cells, 1):
        failure = functions.run(source, path if len(cells) == 1 else f"{path}, cell {number}")
        if len(cells) == 1:
            functions.failure = failure
        else:
            defined = defined_in(source)
            functions.broken = {n: f for n, f in functions.broken.items() if n not in defined}
            functions.broken |= dict.fromkeys(defined, failure) if failure else {}
        if failure:
            functions.stopped[number] = failure
    return functions


def defined_in(source):
    """The names of the functions that a cell defines, also of one that Python cannot read."""
    return set(re.findall(r"^(?:async\s+)?def\s+(\w+)", source.decode(errors="replace"), re.MULTILINE))


def unreadable(error, source, path):
    """The Failure of a file that Python cannot read, with the line at which it stops."""
    if line := getattr(error, "lineno", None):
        return Failure(type(error).__name__, error.msg, (Frame(path, line, "", (error.text or "").strip()),))
    # Without a line it is the file itself: its encoding, or bytes that are no text.
    kind, at = "SyntaxError", max(source.find(b"\0"), 0)
    try:
        source.decode()
    except UnicodeDecodeError as wrong:
        kind, at = "not UTF-8", wrong.start
    return Failure(kind, str(error), (Frame(path, source.count(b"\n", 0, at) + 1),))


def positional(function):
    """Names of the positional parameters, how many are needed and how many are taken."""
    if type(function) is types.FunctionType and not function.__dict__:  # as `inspect` finds them, but sooner
        code = function.__code__
        count = code.co_argcount
        most = sys.maxsize if code.co_flags & inspect.CO_VARARGS else count
        return code.co_varnames[:count], count - len(function.__defaults__ or ()), most
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return (), 0, sys.maxsize
    named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    most = sys.maxsize if any(p.kind == p.VAR_POSITIONAL for p in parameters) else len(named)
    return tuple(p.name for p in named), sum(p.default is p.empty for p in named), most


def is_stub(function):
    """Whether a function does nothing but raise NotImplementedError."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_names == ("NotImplementedError",) and code.co_nlocals == code.co_argcount


def own_frames(tb, namespace, file):
    """The frames of a traceback that are the student's own, outermost first; at most the last four."""
    folder = os.path.dirname(file)
    frames = []
    for frame, line in traceback.walk_tb(tb):
        code = frame.f_code
        mine = frame.f_globals is namespace or (folder and os.path.dirname(code.co_filename) == folder)
        if mine or frame.f_globals.get("__name__") == namespace.get("__name__", ""):
            source = linecache.getline(code.co_filename, line, frame.f_globals).strip()
            frames.append(Frame(code.co_filename, line, code.co_name, source))
    return tuple(frames[-4:])


class Output(io.TextIOBase):
    """Keeps the beginning and the end of what is written to it, and no more."""

    def __init__(self, most=LONGEST_OUTPUT):
        self.most, self.first, self.last, self.length = most, "", "", 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.length += len(text)
        room = self.most // 2 - len(self.first)
        self.first += text[:room]
        self.last = (self.last + text[room:])[-self.most // 2 :]
        return len(text)

    def getvalue(self):
        gap = "\n[…]\n" if self.length > len(self.first) + len(self.last) else ""
        return self.first + gap + self.last


def text_of(error):
    try:
        return BY_ZERO.sub("division by zero", str(error))
    except Exception:
        return ""


# Pythons before 3.14 also say what was divided. An error is the same error in all of them, and in a browser's.
BY_ZERO = re.compile(r"^(float |integer |complex )?(floor )?(division|modulo|division or modulo|divmod\(\)) by zero$")


def shortened(text, most=LONGEST_OUTPUT):
    output = Output(most)
    output.write(text)
    return output.getvalue()


def differs(before, after):
    """Whether plain data has changed: exact, and NaN equals NaN."""
    if isinstance(before, (Token, Network)):  # a network is there to be trained: what became of it is a result
        return False
    if type(before) is not type(after):
        return True
    if isinstance(before, np.ndarray):
        return (before.shape, before.dtype, before.tobytes()) != (after.shape, after.dtype, after.tobytes())
    if isinstance(before, (list, tuple)):
        return len(before) != len(after) or any(differs(b, a) for b, a in zip(before, after, strict=True))
    if isinstance(before, dict):
        return before.keys() != after.keys() or any(differs(before[key], after[key]) for key in before)
    return not isinstance(before, Strange) and before != after and before == before


def random_state():
    """The global random states of NumPy and of Python, comparable.

    CPython's are read from memory as they are: to ask for them takes far longer than most calls.
    """
    if not MEMORIES:
        return np.random.get_bit_generator(), pack(np.random.get_state(legacy=False)), random.getstate()
    generator = np.random.get_bit_generator()
    twister = type(generator) is np.random.MT19937
    key = ctypes.string_at(generator.ctypes.state_address, TWISTER) if twister else str(generator.state)
    # What is left over of a normal pair lies elsewhere: in the RandomState, and in an attribute.
    return generator, key, [ctypes.string_at(*memory) for memory in MEMORIES], random._inst.gauss_next


def restore(state):
    np.random.set_bit_generator(state[0])
    if not MEMORIES:
        np.random.set_state(unpack(state[1]))
        random.setstate(state[2])
        return
    generator, key, contents, random._inst.gauss_next = state
    if isinstance(key, bytes):
        ctypes.memmove(generator.ctypes.state_address, key, TWISTER)
    for (place, size), content in zip(MEMORIES, contents, strict=True):
        ctypes.memmove(place, content, size)


def memories():
    """Where CPython keeps the state of `random`, and what `np.random` keeps besides its bit generator: addresses and
    sizes, behind the objects' headers. None of another Python is known."""
    head = object.__basicsize__
    if sys.implementation.name != "cpython" or _random.Random.__basicsize__ != head + TWISTER + 4:
        return []
    numpy = np.random.mtrand._rand
    return [(id(random._inst) + head, TWISTER), (id(numpy) + head, type(numpy).__basicsize__ - head)]


MEMORIES = memories()


@contextlib.contextmanager
def captured(output):
    """Send what is printed to `output`, with nobody there to answer input(); a breakpoint() gets the terminal back."""
    if output is None:
        yield
        return
    streams, hook = (sys.stdin, sys.stdout, sys.stderr), sys.breakpointhook

    def give_back(*args, **kwargs):
        sys.stdin, sys.stdout, sys.stderr = streams
        return hook(*args, **kwargs)

    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), output, output
    sys.breakpointhook = give_back
    try:
        yield
    finally:
        (sys.stdin, sys.stdout, sys.stderr), sys.breakpointhook = streams, hook


class Alarm:
    """Raises TimeLimit in the running code after a time; only in the main thread, and where the platform can.

    Args:
        busy: whether CPU time counts, in place of the clock's.
    """

    def __init__(self, busy=False):
        self.able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if self.able:
            self.timer, self.signal = (
                (signal.ITIMER_PROF, signal.SIGPROF) if busy else (signal.ITIMER_REAL, signal.SIGALRM)
            )
        self.seconds = None

    def __enter__(self):
        if self.able:
            self.previous = signal.signal(self.signal, self.stop)
        return self

    def __exit__(self, *raised):
        if self.able:
            signal.signal(self.signal, self.previous)

    def stop(self, signum, frame):
        if self.seconds is not None:
            raise TimeLimit(f"{self.seconds:g}")

    @contextlib.contextmanager
    def within(self, seconds):
        """Let what follows take so many seconds, or any time if None."""
        if seconds is None or not self.able:
            yield
            return
        self.seconds = seconds
        # The second alarm is for code that catches everything in its loop.
        signal.setitimer(self.timer, seconds, 0.1)
        try:
            yield
        finally:
            signal.setitimer(self.timer, 0)
            self.seconds = None


@contextlib.contextmanager
def time_limit(seconds):
    """Raise TimeLimit in the running code after so many seconds, or never if None."""
    if seconds is None:
        yield
        return
    with Alarm() as alarm, alarm.within(seconds):
        yield
