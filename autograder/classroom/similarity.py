"""Works that are alike: pairs of students ranked by the fingerprints that they share, and a page to look at them.

Not counted are the texts that everybody was given and what a large part of the class shares. The rank accuses nobody:
it says where a person may want to look, and the page says what it cannot tell.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest
from itertools import groupby
from math import log
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader

from ..course import Unit
from .fingerprints import GRAM, LONGEST, NONE, UNSEEN, Tokens, grams, hashes_of, winnow
from .submissions import Work

PAGE = "similarity.html"
TEMPLATES = Path(__file__).with_name("templates")
COMMON = 3  # what more than one student in three has is not counted,
FEW = 5  # and in a small class what more than five have
CHANCE = 10  # fingerprints: what two short works may share by chance, so that short works rank lower
LEAST = 0.15  # the lowest rank worth a look
REPEATS = 8  # places of one hash in a work that are tried
AROUND = 2  # lines shown above and below what is alike
MOST = 600  # lines of one work that are shown
GIVEN = -1  # in place of the number of a passage
HEAD = re.compile(r"\s*(async\s+)?(def|class)\b")


@dataclass(frozen=True)
class Field:
    """All works on a unit: what each of its pairs is seen against."""

    unit: str
    works: int
    half: int  # percent: half of all pairs are at most so much alike
    most: int  # percent: 99 of 100 pairs are at most so much alike
    given: bytes


@dataclass(frozen=True)
class Pair:
    """Two students' works on one unit."""

    field: Field
    students: tuple[str, str]
    alike: float  # 0 to 1: how much of the shorter work is in the other, what few have counted more
    rank: float  # the same, lower for short works
    shared: frozenset[int]  # the fingerprints that both have and that count

    @property
    def unit(self) -> str:
        return self.field.unit


def given_to_all(unit: Unit) -> bytes:
    """What every student was given of a unit: the stubs, the code in its hints, and the formulas in all of its texts.

    A formula is a line with an equals sign. Prose is left out: ten words in a row look like ten variables.
    """
    stubs = unit.stubs.read_text(encoding="utf-8", errors="replace")
    lesson = unit.lesson.read_text(encoding="utf-8", errors="replace") if unit.lesson.is_file() else ""
    code = [steps.get("code", "") for steps in unit.hints.values()]
    texts = [stubs, lesson, *(text for steps in unit.hints.values() for text in steps.values())]
    formulas = [line for text in texts for line in text.splitlines() if "=" in line]
    return "\n\n".join([stubs, *code, *formulas]).encode()


def compare(works: Iterable[tuple[str, Work]], stubs: Mapping[str, bytes], top: int = 30) -> list[Pair]:
    """The `top` pairs that are most alike, in order, of (student, work) in any order.

    stubs: of each unit the text that everybody was given. Works are taken one by one, and of each only its fingerprints
    are kept: a few kilobytes.
    """
    given = {unit: hashes_of(text) for unit, text in stubs.items()}
    entries: dict[str, list[tuple[str, np.ndarray]]] = {}
    for student, work in works:
        if work.cells:
            kept = winnow(grams(Tokens.of(work.cells, given.get(work.unit)).words))
            entries.setdefault(work.unit, []).append((student, kept))
    found = []
    for unit, listed in sorted(entries.items()):
        listed.sort(key=lambda entry: entry[0])
        found += pairs_of(unit, listed, stubs.get(unit, b""), top)
    return nlargest(top, found, key=lambda pair: pair.rank)


def pairs_of(unit: str, entries: list[tuple[str, np.ndarray]], given: bytes, top: int) -> list[Pair]:
    """The most alike pairs of one unit's (student, fingerprints).

    A fingerprint weighs log((n + 1) / holders): of n works, what two have says more than what fifty have. An index from
    each fingerprint to its holders gives what one student shares with all others in one step.
    """
    count, kept = len(entries), [fingerprints for _, fingerprints in entries]
    values, keys, holders = np.unique(np.concatenate(kept), return_inverse=True, return_counts=True)
    weights = np.log((count + 1) / np.maximum(holders, 2))
    weights[holders > max(count / COMMON, FEW)] = 0
    begins = np.cumsum([0, *map(len, kept)])
    owners = np.repeat(np.arange(count), np.diff(begins))
    own = np.bincount(owners, weights[keys], count)
    index = owners[np.argsort(keys, kind="stable")]  # the holders of the first fingerprint, of the second, ...
    first = np.cumsum(holders) - holders  # where those of each begin
    histogram = np.zeros(101, np.int64)

    def candidates() -> Iterator[tuple[float, float, int, int]]:
        for left in range(count - 1):
            mine = keys[begins[left] : begins[left + 1]]
            mine = mine[(weights[mine] > 0) & (holders[mine] > 1)]
            sizes = holders[mine]
            steps = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            others = index[np.repeat(first[mine], sizes) + steps]
            shared = np.bincount(others, np.repeat(weights[mine], sizes), count)[left + 1 :]
            shorter = np.minimum(own[left], own[left + 1 :])
            alike = np.divide(shared, shorter, out=np.zeros(len(shared)), where=shorter > 0)
            rank = shared / (shorter + CHANCE * log((count + 1) / 2))
            histogram[:] += np.bincount(np.rint(100 * alike).astype(int), minlength=101)
            for right in np.flatnonzero(rank >= LEAST):
                yield float(rank[right]), float(alike[right]), left, left + 1 + int(right)

    best = nlargest(top, candidates(), key=lambda candidate: candidate[0])
    reached = np.cumsum(histogram) / max(histogram.sum(), 1)
    field = Field(unit, count, int(np.argmax(reached >= 0.5)), int(np.argmax(reached >= 0.99)), given)
    counted = values[weights > 0]
    return [
        Pair(
            field,
            (entries[left][0], entries[right][0]),
            alike,
            rank,
            frozenset(np.intersect1d(np.intersect1d(kept[left], kept[right]), counted).tolist()),
        )
        for rank, alike, left, right in best
    ]


def passages(left: Tokens, right: Tokens, shared: frozenset[int]) -> list[tuple[int, int, int]]:
    """(first token in left, first in right, how many) of what two works have in common, in the order of left.

    From each place of left the longest passage is taken that is still free in right. A passage in which no fingerprint
    counts is none.
    """
    ours, theirs = grams(left.words).tolist(), grams(right.words).tolist()
    a, b = left.words.tolist(), right.words.tolist()
    places: dict[int, list[int]] = {int(NONE): []}
    for place, value in enumerate(theirs):
        if value != NONE:
            places.setdefault(value, []).append(place)
    free = [word != 0 for word in b]

    def length(start: int, place: int) -> int:
        end = 0
        while start + end < len(a) and place + end < len(b) and a[start + end] == b[place + end] and free[place + end]:
            end += 1
        return end

    found, start = [], 0
    while start < len(ours):
        tried = places.get(ours[start], [])[:REPEATS]
        most, place = max(((length(start, place), -place) for place in tried), default=(0, 0))
        if most < GRAM:
            start += 1
            continue
        if not shared.isdisjoint(ours[start : start + most - GRAM + 1]):
            free[-place : most - place] = [False] * most
            found.append((start, -place, most))
        start += most
    return found


@dataclass(frozen=True)
class Line:
    """One line of a work as the page shows it."""

    number: int
    pieces: tuple[tuple[str, int], ...]  # text, and the number of its passage, 0 for none, or GIVEN
    given: bool = False

    @property
    def alike(self) -> bool:
        return any(passage > 0 for _, passage in self.pieces)


def lines_of(work: Tokens, marks: list[tuple[int, int]], given: frozenset[str]) -> list[Line]:
    """A work line by line. marks: first token and number of tokens of each passage; the passages are numbered from 1.

    given: lines that everybody was given. Parts of lines that were given are marked by the number GIVEN.
    """
    edges = np.flatnonzero(np.diff(work.given, prepend=False, append=False)).tolist()
    runs = [(at, end - at, GIVEN) for at, end in zip(edges[::2], edges[1::2], strict=True)]
    runs += [(at, n, number) for number, (at, n) in enumerate(marks, 1)]
    spans = sorted((work.spans[at][0], work.spans[at + n - 1][1], number) for at, n, number in runs)
    made, start, first = [], 0, 0
    for number, text in enumerate(work.text.split("\n"), 1):
        pieces, at = [], 0
        while first < len(spans) and spans[first][1] <= start:
            first += 1
        for begin, end, passage in spans[first:]:
            if begin >= start + len(text):
                break
            end = min(end - start, len(text))
            begin = end - len(text[max(begin - start, at) : end].lstrip())
            pieces += [(text[at:begin], 0), (text[begin:end], passage)]
            at = end
        pieces.append((text[at:], 0))
        made.append(Line(number, tuple(piece for piece in pieces if piece[0]), text.strip() in given))
        start += len(text) + 1
    return made


def folded(lines: list[Line]) -> list[tuple[bool, list[Line]]]:
    """The lines in blocks, (True, lines to show) or (False, lines to leave out): what is far from anything alike."""
    near, head = set(), 0
    for line in lines:
        if HEAD.match("".join(text for text, _ in line.pieces)):
            head = line.number
        if line.alike:
            near.update(range(line.number - AROUND, line.number + AROUND + 1), [head])
    return [(shown, list(block)) for shown, block in groupby(lines, lambda line: line.number in near)]


@dataclass(frozen=True)
class Side:
    """One of the two works of a pair."""

    student: str
    file: str
    lines: list[Line]

    @property
    def alike(self) -> int:
        """How many lines have something of a passage in them."""
        return sum(line.alike for line in self.lines)

    @property
    def blocks(self) -> list[tuple[bool, list[Line]]]:
        return folded(self.lines[:MOST])

    @property
    def beyond(self) -> int:
        """How many lines are not shown because the work is so long."""
        return max(len(self.lines) - MOST, 0)


def sides(
    pair: Pair, source: Callable[[str, str], Work], given: np.ndarray, lines: frozenset[str]
) -> tuple[Side, Side]:
    works = [source(student, pair.unit) for student in pair.students]
    left, right = (Tokens.of(work.cells, given) for work in works)
    found = passages(left, right, pair.shared)
    marks = [(at, n) for at, _, n in found], [(at, n) for _, at, n in found]
    return tuple(
        Side(visible(student), visible(work.name), lines_of(read, marked, lines))
        for student, work, read, marked in zip(pair.students, works, (left, right), marks, strict=True)
    )


def visible(name: str) -> str:
    """A name that came with a hand-in, on one line and without characters that hide or turn others."""
    return UNSEEN.sub("\ufffd", " ".join(name.split()))


def write(out: Path, pairs: list[Pair], source: Callable[[str, str], Work]) -> Path:
    """Write `out`/similarity.html: the pairs side by side. source(student, unit) gives a work of theirs once more."""
    fields = {pair.unit: pair.field for pair in pairs}
    given = {}
    for unit, field in fields.items():
        lines = field.given.decode(errors="replace").splitlines()
        given[unit] = hashes_of(field.given), frozenset(line.strip() for line in lines)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template(PAGE).render(
        views=[(pair, sides(pair, source, *given[pair.unit])) for pair in pairs],
        fields=[fields[unit] for unit in sorted(fields)],
        few=FEW,
        longest=LONGEST,
    )
    path = out / PAGE
    path.write_text(page, encoding="utf-8")
    return path
