"""Plain data: what may cross from a student's code to the engine and back, and its form as bytes.

Plain data is None, bool, int, float, str, lists, tuples, dicts with string keys, NumPy scalars and arrays of a
whitelisted dtype, networks (as their parameters), and two markers: a Token stands for a value that stays where it was
made (a cache), Strange for one that cannot cross. The bytes are a JSON header followed by the arrays' raw memory; there
is never a pickle.
"""

import json
import struct
import sys
from dataclasses import dataclass

import numpy as np

from .network import Network

DTYPES = {
    np.dtype(name) for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
}
CODES = {dtype: dtype.newbyteorder("<").str for dtype in DTYPES}  # as they are written: always the low byte first
NATIVE = {code: dtype for dtype, code in CODES.items()}
LOW_BYTE_FIRST = sys.byteorder == "little"
TO_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
ALIGNED = 16  # bytes
LEAVES = {str, bool, float, type(None)}  # what stands for itself in a header
DEEPEST = 32
LARGEST = 2**28  # bytes of one array; a broadcast view may claim far more than there is
LONGEST = 1024  # bits of an int: beyond, it is no longer comparable with a float


@dataclass(frozen=True)
class Token:
    """Stands for a value that never leaves the implementation, such as the cache of a forward pass."""

    id: int


@dataclass(frozen=True)
class Strange:
    """Stands for a value that is not plain data; `kind` is the name of its type, for the sentence about it."""

    kind: str


class Malformed(ValueError):
    """Bytes that are not plain data: shapes, sizes or dtypes that do not fit."""


def plain(value, depth=0):
    """A deep copy of `value` as plain data: arrays are copied, what cannot cross becomes Strange."""
    if value is None or type(value) in (bool, float, str, Token, Strange):
        return value
    if type(value) is int:
        return value if value.bit_length() < LONGEST else Strange(f"int of {value.bit_length()} bits")
    if type(value) is np.ndarray:
        if value.dtype.newbyteorder("=") not in DTYPES:
            return Strange(f"ndarray of {value.dtype}")
        return value.copy() if value.nbytes <= LARGEST else Strange(f"ndarray of shape {value.shape}")
    if isinstance(value, np.generic) and value.dtype in DTYPES:
        return value.dtype.type(value)
    if type(value) is Network:
        try:
            return value.copy()
        except (AttributeError, KeyError, TypeError, ValueError):  # somebody has taken it apart
            return Strange("Network")
    if depth < DEEPEST:
        if type(value) in (list, tuple):
            return type(value)(plain(item, depth + 1) for item in value)
        if type(value) is dict and all(type(key) is str for key in value):
            return {key: plain(item, depth + 1) for key, item in value.items()}
    return Strange(type(value).__name__)


def pack(value):
    """Plain data as bytes: four bytes of header length, the header in JSON, the arrays' memory."""
    arrays = []
    return packed(in_header(value, arrays), map(memory_of, arrays))


def packed(header, memories):
    """The bytes of what the header describes. Blanks behind the header let the arrays begin where NumPy likes it."""
    # A str may hold half a surrogate pair, which is no text; json.loads reads it in the same way.
    return joined(TO_JSON(header).encode("utf-8", "surrogatepass"), memories)


def joined(header, memories):
    """The bytes of a header that is JSON already, and of the arrays' memory."""
    header += b" " * (-(len(header) + 4) % ALIGNED)
    return b"".join([struct.pack("<I", len(header)), header, *memories])


def in_header(value, arrays):
    """What stands for a value in the header; the arrays in it are appended to `arrays`. Raises TypeError where it is no
    plain data."""
    kind = type(value)
    if value is None or kind in (bool, str, float, int):
        return value
    if kind is list:
        return [in_header(item, arrays) for item in value]
    if kind is np.ndarray or isinstance(value, np.generic):
        code = CODES.get(value.dtype) or CODES.get(value.dtype.newbyteorder("="))
        if code is None:
            raise TypeError(f"not plain data: an array of {value.dtype}")
        arrays.append(value)
        return {"array" if kind is np.ndarray else "scalar": [code, value.shape]}
    if kind is tuple:
        return {"tuple": [in_header(item, arrays) for item in value]}
    if kind is dict:
        return {"dict": [[key, in_header(item, arrays)] for key, item in value.items()]}
    if kind is Token:
        return {"Token": value.id}
    if kind is Strange:
        return {"Strange": value.kind}
    if kind is Network:
        return {"Network": in_header(value.state(), arrays)}
    raise TypeError(f"not plain data: {kind.__name__}")


def memory_of(array):
    """The memory of an array or a NumPy scalar as it is written: the low byte first, row by row."""
    as_it_is = LOW_BYTE_FIRST and array.dtype.isnative
    return (array if as_it_is else array.astype(CODES[array.dtype.newbyteorder("=")])).tobytes()


def unpack(data, own=True):
    """The plain data that `pack` made bytes of. Raises Malformed for anything else, before it allocates memory. Unless
    arrays are to `own` their memory they lie in that of `data`, where the machine allows it."""
    try:
        (length,) = struct.unpack_from("<I", data)
        header = json.loads(bytes(data[4 : 4 + length]).decode("utf-8", "surrogatepass"))
    except (struct.error, ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
    offset = 4 + length

    def array(code, shape):
        nonlocal offset
        dtype = NATIVE.get(code)
        if dtype is None or len(shape) > 64:
            raise Malformed("an array's dtype or shape is not allowed")
        for n in shape:
            if type(n) is not int or n < 0:
                raise Malformed("an array's dtype or shape is not allowed")
        # Raises where there are too few bytes, or the array would be larger than can be counted.
        made = np.ndarray(shape, dtype if LOW_BYTE_FIRST else code, data, offset)
        offset += made.nbytes
        return made.astype(dtype) if own or not LOW_BYTE_FIRST else made

    def value(node):
        if type(node) is list:
            return [item if type(item) in LEAVES else value(item) for item in node]
        if type(node) is int and node.bit_length() > LONGEST:
            raise Malformed("too large a whole number")
        if type(node) is not dict:
            return node
        if len(node) != 1:
            raise Malformed("a node of the header has no kind")
        ((kind, content),) = node.items()
        match kind:
            case "array":
                return array(*content)
            case "scalar":
                return array(*content)[()]
            case "Token" if type(content) is int:
                return Token(content)
            case "Strange" if type(content) is str:
                return Strange(content)
            case "Network":
                return Network.from_state(value(content))
            case "tuple":
                return tuple(value(item) for item in content)
            case "dict" if all(type(key) is str for key, _ in content):
                return {key: value(item) for key, item in content}
        raise Malformed(f"nothing is made of {kind!r} and what comes with it")

    try:
        result = value(header)
    except Malformed:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise Malformed(str(error)) from None
    if offset != len(data):
        raise Malformed("there are bytes left over")
    return result
