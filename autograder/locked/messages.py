"""Descriptions and replies as plain data, and back: what comes from inside is checked piece by piece."""

import functools

import numpy as np

from ..implementation import Call, Description, Failure, Frame, Kept, Reply
from ..network import Network
from ..wire import DEEPEST, DTYPES, LONGEST, Malformed, Strange, Token

MOST_TEXT = 4200
MOST_KIND = 200
MOST_ITEMS = 64


def from_call(call: Call):
    """A call; what is Kept stands as a Token with a negative number."""
    arguments = tuple(Token(-a.back) if type(a) is Kept else a for a in call.arguments)
    return call.name, arguments, call.keep, call.results, call.forget


def to_call(data) -> Call:
    name, arguments, keep, results, forget = data
    arguments = tuple(Kept(-a.id) if type(a) is Token and a.id < 0 else a for a in arguments)
    return Call(name, arguments, keep, results, forget)


def from_reply(reply: Reply):
    """A reply: its value, and whatever else there is to tell."""
    more = {
        "failure": from_failure(reply.failure),
        "printed": reply.printed,
        "warnings": list(reply.warnings[:MOST_ITEMS]),
        "changed": list(reply.changed),
        "shares": [list(pair) for pair in reply.shares],
        "stale": reply.stale,
        "random": reply.random,
        "after": [[place, network] for place, network in reply.after.items()],
    }
    return [reply.value, {name: told for name, told in more.items() if told}]


def checked(make):
    """Have whatever goes wrong in reading a message called Malformed."""

    @functools.wraps(make)
    def reading(*arguments):
        try:
            return make(*arguments)
        except Malformed:
            raise
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Malformed(f"{type(error).__name__}: {error}") from None

    return reading


@checked
def to_answers(data) -> bytes | None:
    """The answers to a sheet, packed, or None. Raises Malformed where `data` is neither."""
    if data is None:
        return None
    if data.dtype != np.uint8 or data.ndim != 1:
        raise Malformed("no answers to a sheet")
    return data.tobytes()


@checked
def to_replies(data, calls: list[Call]) -> list[Reply]:
    """The replies that `data` stands for, to the first of these calls. Raises Malformed where they are none."""
    if type(data) is not list or not 0 < len(data) <= len(calls):
        raise Malformed("more replies than calls, or none")
    return [to_reply(one, call) for one, call in zip(data, calls, strict=False)]


@checked
def to_reply(data, call: Call) -> Reply:
    """The reply that `data` stands for. Raises Malformed where it is none that this call can have."""
    arguments, results = call.arguments, call.results
    count = len(arguments)
    value, more = data
    value = sound(value)
    if not more:
        return Reply(value)
    after = {place(number, count): sound(network) for number, network in pairs(more.get("after", []))}
    if any(type(network) is not Network or type(arguments[i]) is not Network for i, network in after.items()):
        raise Malformed("what became of a network is no network")
    return Reply(
        value,
        to_failure(more.get("failure")),
        text(more.get("printed", "")),
        tuple(text(warning) for warning in items(more.get("warnings", []))),
        tuple(place(number, count) for number in items(more.get("changed", []))),
        tuple((place(a, results), place(b, count)) for a, b in pairs(more.get("shares", []))),
        more.get("stale") is True,
        more.get("random") is True,
        after,
    )


def sound(value, depth=0):
    """A value that `plain` may have given, its texts made harmless. Raises Malformed for any other."""
    if depth > DEEPEST + 1:
        raise Malformed("nested too deep")
    if type(value) is str:
        return text(value)
    if type(value) is Strange:
        return Strange(text(value.kind)[:MOST_KIND])
    if type(value) is int and value.bit_length() >= LONGEST:
        raise Malformed("too large a whole number")
    if type(value) is Network and not all(
        type(array) is np.ndarray and array.dtype in DTYPES for array in (*value.parameters(), *value.m, *value.v)
    ):
        raise Malformed("a network's parameters are no numbers")
    if type(value) in (list, tuple):
        return type(value)(sound(item, depth + 1) for item in value)
    if type(value) is dict:
        return {text(key): sound(item, depth + 1) for key, item in value.items()}
    return value


def from_description(described: Description):
    return {
        "status": described.status,
        "parameters": list(described.parameters),
        "least": described.least,
        "most": described.most,
        "similar": described.similar,
        "file": described.file,
        "failure": from_failure(described.failure),
    }


@checked
def to_descriptions(data) -> list[Description]:
    return [to_description(one) for one in items(data)]


@checked
def to_description(data) -> Description:
    if data["status"] not in ("ready", "stub", "missing", "no file", "broken"):
        raise Malformed("there is no such status")
    failure = to_failure(data["failure"])
    if (failure is None) != (data["status"] in ("ready", "stub", "missing")):
        raise Malformed("the status does not fit the failure")
    return Description(
        data["status"],
        tuple(text(name) for name in items(data["parameters"])),
        integer(data["least"]),
        integer(data["most"]),
        text(data["similar"]),
        text(data["file"]),
        failure,
    )


def from_failure(failure: Failure | None):
    if failure is None:
        return None
    return [failure.kind, failure.message, [[f.file, f.line, f.function, f.source] for f in failure.frames]]


def to_failure(data) -> Failure | None:
    if data is None:
        return None
    kind, message, frames = data
    return Failure(
        text(kind),
        text(message),
        tuple(
            Frame(text(file), integer(line), text(function), text(source)) for file, line, function, source in frames
        )[:8],
    )


def text(value) -> str:
    """A string of sensible length that every file and terminal can hold: no half characters, no control characters."""
    if type(value) is not str:
        raise Malformed(f"a {type(value).__name__} where a text belongs")
    value = value[:MOST_TEXT]
    if value.isprintable():  # half characters are not
        return value
    value = value.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in value)


def integer(value) -> int:
    if type(value) is not int or abs(value) >= 1 << 63:
        raise Malformed("no whole number where one belongs")
    return value


def place(value, count) -> int:
    if type(value) is not int or not 0 <= value < count:
        raise Malformed("a place that there is not")
    return value


def items(value) -> list:
    if type(value) is not list or len(value) > MOST_ITEMS:
        raise Malformed("no list where one belongs, or too long a one")
    return value


def pairs(value) -> list:
    if any(type(item) is not list or len(item) != 2 for item in items(value)):
        raise Malformed("no pairs where they belong")
    return value
