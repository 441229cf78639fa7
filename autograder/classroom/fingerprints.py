"""What of a work is compared: its tokens, with all variables the same word, and the hashes of GRAM of them in a row.

New names, another layout, other comments and docstrings change nothing. No hash reaches across the head of a function,
so the order of functions does not matter either. Some of the hashes are kept, by winnowing (Schleimer, Wilkerson and
Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", 2003): the work's fingerprints.

Nothing that was handed in is run here, or even parsed: text that is no Python has tokens too. The tokens are Pygments',
the winnowing is a line of NumPy. Two tools do both, also with Pygments. To copydetect 0.5.0 all attributes are one word
(x.sum is x.max), its hashes are Python's own, so that every process comes to other numbers, and it compares all pairs
of texts. compare50 1.2 works on folders of files, and cannot be installed beside JupyterLab: it needs attrs before 21.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from pygments.lexers.python import PythonLexer
from pygments.token import Token

GRAM = 10  # tokens: about a line
WINDOW = 5  # of so many hashes in a row at least one is kept
LONGEST = 100_000  # characters of a work that are read
WIDEST = 1_000  # characters of a line that are read
NAMES = 7  # of the tokens of a hash so many at most are names: ten arguments in a row tell nothing
NONE = np.uint64(2**64 - 1)  # where there is a cut among the tokens, or little but names
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
LEXER = PythonLexer()


@dataclass(frozen=True)
class Tokens:
    """A work's text; its tokens' words, as numbers (0: a cut); where in the text each stands; whether it was given."""

    text: str
    words: np.ndarray
    spans: list[tuple[int, int]]
    given: np.ndarray

    @classmethod
    def of(cls, cells: Iterable[bytes], given: np.ndarray | None = None) -> "Tokens":
        """The cells of a work one after the other. What was given to everybody, as hashes, is cut out of the words."""
        text, words, spans = "", [], []
        for cell in map(readable, cells):
            for start, end, word in tokens(cell):
                words.append(number(word))
                spans.append((len(text) + start, len(text) + end))
            text += cell + "\n\n"
            words.append(0)
            spans.append((len(text), len(text)))
            if len(text) > LONGEST:
                break
        numbers, known = np.array(words, np.uint64), np.zeros(len(words), bool)
        if given is not None:
            for start in np.flatnonzero(np.isin(grams(numbers), given)):
                known[start : start + GRAM] = True
            numbers[known] = 0
        return cls(text.rstrip("\n"), numbers, spans, known)


def readable(source: bytes) -> str:
    """A cell's text with plain line ends, nothing at the ends of lines, and no characters that hide or turn others.

    Without spaces at the ends of lines, and without very long lines, Pygments' time is in proportion to the length,
    whatever was handed in.
    """
    lines = source[: 4 * LONGEST].decode(errors="replace").removeprefix("\ufeff")[:LONGEST].splitlines()
    return "\n".join(UNSEEN.sub("\ufffd", line.expandtabs(4)[:WIDEST].rstrip()) for line in lines)[:LONGEST]


def tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, word) of the tokens that count; an empty word is a cut, which no hash reaches across.

    Left out are comments, docstrings, layout, and the brackets and commas that one may write or not. Heads of functions
    and classes, and imports, are cuts: most of them are given, and the rest are alike everywhere.
    """
    head = ""  # the word that began the head or import which is being passed over
    depth = 0
    after_dot = False
    string = None  # where the string began whose pieces are being put together
    for start, kind, value in (*LEXER.get_tokens_unprocessed(text), (len(text), Token.Text, "")):
        if string is not None and (head or kind not in Token.String):
            yield string, start, "a string"
            string = None
        if kind in Token.Keyword and value in ("def", "class", "import", "from"):
            head, depth = value, 0
            yield start, start + len(value), ""
        elif head:
            depth += (value in "([{") - (value in ")]}")
            if depth <= 0 and ("\n" in value if head in ("import", "from") else value == ":"):
                head = ""
        elif kind in Token.Comment or kind in Token.String.Doc or not value.strip("(),;\\ \n"):
            continue
        elif kind in Token.String:
            string = start if string is None else string
        elif value == ".":
            after_dot = True
            continue
        else:
            yield start, start + len(value), "." + value if after_dot else word(kind, value)
        after_dot = False


def word(kind, value: str) -> str:
    """What a token counts as: a variable's name is any name, a number its value, and everything else itself."""
    if kind in Token.Number:
        try:
            return str(float(value))
        except ValueError:  # hexadecimal, complex
            return value
    known = kind in Token.Name.Builtin or kind in Token.Name.Exception
    return "a name" if kind in Token.Name and not known else value


def number(word: str) -> int:
    """The number that stands for a word; 0 for the empty one."""
    return zlib.crc32(word.encode()) + 1 if word else 0


A_NAME = number("a name")


def grams(words: np.ndarray) -> np.ndarray:
    """The hash of every GRAM words in a row, uint64; NONE where a cut is among them, or more than NAMES names."""
    count = max(len(words) - GRAM + 1, 0)
    hashes = np.zeros(count, np.uint64)
    for place in range(GRAM):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + words[place : place + count]
    # Mixed, so that the least of some is any of them, and not always one with certain words in it.
    hashes = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)
    for kind, most in ((0, 0), (A_NAME, NAMES)):
        seen = np.cumsum(np.concatenate([[False], words == kind]))
        hashes[seen[len(seen) - count :] - seen[:count] > most] = NONE
    return hashes


def winnow(hashes: np.ndarray) -> np.ndarray:
    """The least of every WINDOW hashes in a row: sorted, each once.

    Two works that share GRAM + WINDOW - 1 tokens in a row share at least one of these.
    """
    if len(hashes) > WINDOW:
        hashes = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW).min(axis=1)
    kept = np.unique(hashes)
    return kept[kept != NONE]


def hashes_of(given: bytes) -> np.ndarray:
    """All hashes of a text that everybody was given."""
    hashes = np.unique(grams(Tokens.of([given]).words))
    return hashes[hashes != NONE]
