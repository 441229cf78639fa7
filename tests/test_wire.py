"""Plain data crosses as bytes and comes back the same; nothing else crosses, and bytes from elsewhere do no harm."""

import contextlib
import json
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plain_data import data

from autograder.network import Network
from autograder.wire import Malformed, Strange, pack, plain, unpack


def alike(a, b):
    """Whether two pieces of plain data are the same: types, dtypes, shapes and bits; NaN is NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(alike(a[key], b[key]) for key in a)
    return a == b or (a != a and b != b)


@given(data)
@example("\ud800")
@example([np.zeros((0, 3)), np.zeros((2, 0), "?")])
@example(-(2**1000))
@settings(max_examples=150, deadline=None)
def test_plain_data_comes_back_as_it_was(value):
    assert alike(plain(value), value)
    sent = pack(value)
    assert alike(unpack(sent), value)
    assert pack(unpack(sent)) == sent


def test_a_copy_shares_nothing_with_what_it_was_made_of():
    array = np.arange(4.0)
    copy = plain({"a": [array]})["a"][0]
    copy[0] = 9
    assert array[0] == 0
    back = unpack(pack(array))
    back[0] = 9  # and it may be written to
    assert array[0] == 0


@pytest.mark.parametrize(
    "array",
    [np.arange(12.0).reshape(3, 4).T, np.arange(12.0)[::-2], np.broadcast_to(1.5, (2, 3)), np.arange(3, dtype=">f8")],
)
def test_every_memory_layout_comes_back_with_the_same_numbers(array):
    back = unpack(pack(array))
    assert back.shape == array.shape
    assert np.array_equal(back, array)
    assert back.dtype == array.dtype.newbyteorder("=")


def test_a_network_comes_back_with_its_parameters_and_its_past():
    rng = np.random.default_rng(0)
    network = Network.random((3, 4, 2), rng, lr=0.01)
    x = rng.normal(size=(5, 3))
    out, cache = network.forward(x)
    network.update(network.backward(out, cache)[1])
    back = unpack(pack(network))
    for other in (network, back):
        out, cache = other.forward(x)
        other.update(other.backward(out, cache)[1])
    assert all(np.array_equal(a, b) for a, b in zip(network.parameters(), back.parameters(), strict=True))


# What cannot cross


class Sub(np.ndarray):
    pass


class Float(float):
    pass


def nested(depth):
    value = 1.0
    for _ in range(depth):
        value = [value]
    return value


def itself():
    value = []
    value.append(value)
    return value


STRANGE = {
    "a function": (len, "builtin_function_or_method"),
    "a generator": ((i for i in range(3)), "generator"),
    "a set": ({1, 2}, "set"),
    "bytes": (b"abc", "bytes"),
    "a complex": (1j, "complex"),
    "a subclass of float": (Float(1), "Float"),
    "an array of objects": (np.array([object()]), "ndarray of object"),
    "an array of strings": (np.array(["abc"]), "ndarray of <U3"),
    "an array of dates": (np.array(["2020-01-01"], "M8[D]"), "ndarray of datetime64[D]"),
    "a record array": (np.zeros(2, "f4,i8"), "ndarray of [('f0', '<f4'), ('f1', '<i8')]"),
    "a subclass of ndarray": (np.zeros(2).view(Sub), "Sub"),
    "a masked array": (np.ma.zeros(2), "MaskedArray"),
    "a dict with other keys": ({1: 2}, "dict"),
    "a view larger than memory": (np.broadcast_to(0.0, (10**6, 10**6)), "ndarray of shape (1000000, 1000000)"),
    "an immense int": (10**5000, "int of 16610 bits"),
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_cannot_cross_becomes_strange(what):
    value, kind = STRANGE[what]
    assert plain(value) == Strange(kind)
    assert plain([1, {"a": value}]) == [1, {"a": Strange(kind)}]
    assert unpack(pack(plain(value))) == Strange(kind)


@pytest.mark.parametrize("value", [len, {1, 2}, np.array([object()]), np.array(["a"]), np.zeros(2, "f4,i8")])
def test_what_is_not_plain_is_not_packed(value):
    with pytest.raises(TypeError, match="not plain data"):
        pack(value)


def test_depth_is_limited():
    assert plain(nested(20)) == nested(20)
    for deep in (nested(1000), itself()):
        assert "Strange" in repr(plain(deep))
        assert len(pack(plain(deep))) < 10_000


# Bytes from elsewhere


def message(header, memory=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + memory


MALFORMED = {
    "nothing": b"",
    "too short": b"\0\0",
    "no JSON": message(b"{"),
    "no UTF-8": message(b'"\xff\xfe"'),
    "a header longer than the message": struct.pack("<I", 1000) + b"1.5",
    "an int of many digits": message(b"9" * 10**6),
    "an int that is too large": message(2**1100),
    "an unknown kind": message({"pickle": "cos\nsystem"}),
    "two kinds": message({"tuple": [], "Token": 1}),
    "an int with a kind": message({"int": 1}),
    "an array without a shape": message({"array": ["<f8"]}),
    "an array of objects": message({"array": ["|O", [1]]}, bytes(8)),
    "an array of strings": message({"array": ["<U2", [1]]}, bytes(8)),
    "an array of records": message({"array": ["f8,f8", [1]]}, bytes(16)),
    "a dtype that is none": message({"array": ["nope", [1]]}, bytes(8)),
    "a dtype that is a list": message({"array": [["f8"], [1]]}, bytes(8)),
    "more than was sent": message({"array": ["<f8", [2]]}, bytes(8)),
    "far more than there is": message({"array": ["<f8", [2**40, 2**20]]}, bytes(8)),
    "more than can be counted": message({"array": ["<f8", [10**30, 0]]}),
    "a negative length": message({"array": ["<f8", [-1]]}, bytes(8)),
    "two negative lengths": message({"array": ["<f8", [-1, -1]]}, bytes(8)),
    "a length that is a float": message({"array": ["<f8", [1.0]]}, bytes(8)),
    "a length that is a bool": message({"array": ["<f8", [True]]}, bytes(8)),
    "a shape that is a string": message({"array": ["<f8", "1"]}, bytes(8)),
    "very many axes": message({"array": ["<f8", [1] * 1000]}, bytes(8)),
    "bytes left over": message(None, b"x"),
    "a list with a kind": message({"list": [1]}),
    "a dict of threes": message({"dict": [[1, 2, 3]]}),
    "a dict with a list for a key": message({"dict": [[["a"], None]]}),
    "a token that is none": message({"Token": "x"}),
    "a token that is a list": message({"Token": []}),
    "a network that is none": message({"Network": 3}),
    "a network without layers": message({"Network": {"dict": []}}),
    "a network whose moments do not fit": message(
        {"Network": {"dict": [[k, []] for k in ("layers", "m")] + [["v", [None]]]}}
    ),
    "deeply nested": message(b"[" * 100_000),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_bytes_are_refused(what):
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            unpack(MALFORMED[what])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(MALFORMED[what]) + 100_000, "memory was allocated for what was not there"


def test_no_depth_does_harm():
    """Python gives up on the JSON at one depth, and on what is made of it at another."""
    for depth in range(50, 1000, 5):
        with contextlib.suppress(Malformed):
            unpack(message(b"[" * depth + b"null" + b"]" * depth))


@given(data, st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_bytes_are_refused_or_read_but_nothing_worse(value, draw):
    sent = bytearray(pack(value))
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(sent) - 1))
        change = draw.draw(st.sampled_from(["change", "cut", "insert"]))
        if change == "change":
            sent[at] = draw.draw(st.integers(0, 255))
        elif change == "cut" and len(sent) > 1:
            del sent[at]
        else:
            sent.insert(at, draw.draw(st.integers(0, 255)))
    try:
        made = unpack(bytes(sent))
    except Malformed:
        return
    assert alike(plain(made), made), "what was read is not plain data"


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_refused_or_read_but_nothing_worse(sent):
    with contextlib.suppress(Malformed):
        unpack(sent)
