"""Pictures of arrays: what a function was given, what it returned, and what it should have returned.

Needs matplotlib. An array of one axis is drawn as stems or a line, one of two as a map of colours, one of more as a
table of such maps: axis -3 runs to the right, what comes before it downwards.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from . import sentences as say

WIDTH, DPI = 11.0, 110  # inches, and pixels in each
MOST_ROWS, MOST_COLUMNS = 4, 6  # maps of one array that are drawn
STEMS, LABELLED = 40, 8  # entries of an array that still has stems, and numbers on them
WRITTEN, LARGEST = 0.34, 0.5  # inches: a cell's width from which on its number is written into it; its height at most
SEQUENTIAL, DIVERGING, LINE = "viridis", "RdBu_r", "#31688e"
RIGHT, WRONG, QUIET, NO_NUMBER = "#1a7f37", "#b3261e", "#555555", "#d4d4d4"


@dataclass(frozen=True)
class Result:
    """One result of a function.

    Args:
        name: its name.
        got: what was returned: an array, or anything else.
        want: the array that is right.
        wrong: where the two differ by more than the tolerance; None where their shapes differ.
    """

    name: str
    got: Any
    want: np.ndarray
    wrong: np.ndarray | None


@dataclass(frozen=True)
class Picture:
    """The picture of one case.

    Args:
        title: the sentence above it all.
        right: whether the answer is right.
        about: which case it is, and what there is to say of whatever is no array.
        given: the arrays among the arguments, by name.
        results: the results that should be arrays.
    """

    title: str
    right: bool
    about: Sequence[str]
    given: dict[str, np.ndarray]
    results: Sequence[Result]

    def rows(self) -> list[list["Panel"]]:
        """The arguments, at most four side by side, and below them a row for each result."""
        given = [Panel(described(name, array), array, scale_of(array)) for name, array in self.given.items()]
        lines = math.ceil(len(given) / 4)
        each = math.ceil(len(given) / lines) if given else 1
        return [given[i : i + each] for i in range(0, len(given), each)] + [compared(r) for r in self.results]

    def save(self, path: Path) -> None:
        """Draw it; the ending of the path decides on the format. Raises OSError or ValueError if that cannot be."""
        rows = self.rows()
        across = [WIDTH / max(len(row), 3) - 0.5 for row in rows]
        heights = [max(panel.height(width) for panel in row) for row, width in zip(rows, across, strict=True)]
        title, about = broken(self.title, 95), broken("   ·   ".join(self.about), 135)
        top = 0.21 * (title.count("\n") + 1) + 0.16 * (about.count("\n") + 1) + 0.2
        with matplotlib.rc_context({"font.size": 9, "axes.titlesize": 9.5}):
            figure = Figure(figsize=(WIDTH, sum(heights) + top), dpi=DPI, layout="constrained")
            figure.get_layout_engine().set(h_pad=0.1, w_pad=0.1)
            head, *parts = figure.subfigures(len(rows) + 1, 1, height_ratios=[top, *heights])
            middle = dict(x=0.5, ha="center", parse_math=False)
            head.text(y=1 - 0.1 / top, s=title, va="top", size=12, color=RIGHT if self.right else WRONG, **middle)
            head.text(y=0.02, s=about, va="bottom", color=QUIET, **middle)
            for part, row, width in zip(parts, rows, across, strict=True):
                places = part.subplots(1, max(len(row), 3))
                for axes, panel in zip(places, row, strict=False):
                    panel.draw(axes, width)
                for axes in places[len(row) :]:
                    axes.set_axis_off()
            figure.savefig(path)


def compared(result: Result) -> list["Panel"]:
    """The panels of a result: yours, the right one and, if there is one, the difference."""
    name, got, want = result.name, result.got, result.want
    drawable = isinstance(got, np.ndarray) and got.dtype.kind in "fiub" and got.ndim > 0
    scale = scale_of(want, got) if drawable else scale_of(want)
    right = Panel(say.should_be(described(name, want)), want, scale)
    if not drawable:
        return [Panel(say.yours(name), text=say.not_an_array(short(got))), right]
    yours = Panel(say.yours(described(name, got)), got, scale)
    if result.wrong is None:
        return [yours, right, Panel("", text=say.no_difference_of_shapes())]
    with np.errstate(all="ignore"):
        # What is within the tolerance is no difference: its rounding errors would only distract.
        difference = np.where(result.wrong, got.astype(float) - want.astype(float), 0.0)
    most = float(np.abs(difference[np.isfinite(difference)]).max(initial=0.0)) or 1.0
    title = say.difference(name) if result.wrong.any() else say.no_difference(name)
    return [yours, right, Panel(title, difference, Normalize(-most, most), DIVERGING)]


@dataclass(frozen=True)
class Panel:
    """One array, or a text in its place."""

    title: str
    array: np.ndarray | None = None
    scale: Normalize | None = None
    colours: str = SEQUENTIAL
    text: str = ""

    def height(self, width: float) -> float:
        """How many inches it should be high when it is so wide."""
        if self.array is None or self.array.size == 0:
            return 0.9
        if self.array.ndim == 1:
            return 1.9
        rows, columns = Table(self.array).shape
        return min(max((width - 0.4) * rows / columns, 0.55), LARGEST * rows, 3.2) + 0.6

    def draw(self, axes: Axes, width: float) -> None:
        axes.set_title(self.title, parse_math=False)
        if self.array is None or self.array.size == 0:
            axes.text(0.5, 0.5, self.text or say.empty_array(), ha="center", va="center", color=QUIET,
                      transform=axes.transAxes, parse_math=False)  # fmt: skip
            axes.set_axis_off()
        elif self.array.ndim == 1:
            self.draw_row(axes)
        else:
            self.draw_maps(axes, width)

    def draw_row(self, axes):
        """An array of one axis: stems, or a line where they would be too many."""
        values = self.array.astype(float)
        places, finite = np.arange(len(values)), np.isfinite(values)
        colour = LINE
        if self.colours == DIVERGING:
            colour = [matplotlib.colormaps[DIVERGING](0.9 if value > 0 else 0.1) for value in values[finite]]
        axes.axhline(0, color="#999999", linewidth=0.8)
        if len(values) <= STEMS:
            axes.vlines(places[finite], 0, values[finite], colors=colour, linewidth=2)
            axes.scatter(places[finite], values[finite], c=colour, s=22, zorder=3)
        else:
            axes.plot(places, np.where(finite, values, np.nan), color=LINE)
        for place in places[~finite]:
            axes.axvspan(place - 0.5, place + 0.5, color=NO_NUMBER, linewidth=0)
            if len(values) <= STEMS:
                axes.text(place, 0.5, short(values[place]), rotation=90, ha="center", va="center", color=WRONG,
                          transform=axes.get_xaxis_transform())  # fmt: skip
        if len(values) <= LABELLED:
            for place in places[finite]:
                above = values[place] >= 0
                axes.annotate(short(values[place]), (place, values[place]), (0, 5 if above else -5),
                              textcoords="offset points", ha="center", va="bottom" if above else "top")  # fmt: skip
        low, high = min(self.scale.vmin, 0), max(self.scale.vmax, 0)
        room = 0.25 * (high - low)
        axes.set_ylim(low - room, high + room)
        axes.set_xlim(-0.7, len(values) - 0.3)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True, min_n_ticks=1))
        axes.spines[["top", "right"]].set_visible(False)

    def draw_maps(self, axes, width):
        """An array of two axes or more: one map of colours, or a table of them."""
        table = Table(self.array)
        rows, columns = table.shape
        high, wide = (self.height(width) - 0.6) / rows, (width - 0.4) / columns
        if self.array.ndim == 2:  # a matrix is no image: its cells may be wider than high
            wide = min(wide, max(high * 2, 0.1))
        else:
            high = wide = min(high, wide)
        image = axes.imshow(np.ma.masked_invalid(table.values), norm=self.scale, cmap=self.colours,
                            aspect=high / wide, interpolation="nearest")  # fmt: skip
        cell, written = min(high, wide), wide >= WRITTEN and high >= 0.16
        for y, x in np.argwhere(table.drawn & ~np.isfinite(table.values)):
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, color=NO_NUMBER, linewidth=0))
            if not written:
                axes.plot(x, y, "x", color=WRONG, markersize=min(max(cell * 40, 2), 7))
        for y, x in np.argwhere(table.drawn) if written else ():
            value = table.values[y, x]
            red, green, blue, _ = image.cmap(self.scale(value)) if np.isfinite(value) else (1, 1, 1, 1)
            dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
            colour = WRONG if not np.isfinite(value) else "white" if dark else "black"
            axes.text(x, y, short(value), ha="center", va="center", color=colour, size=min(max(wide * 17, 6), 9))
        if not written and (self.array != 0).any():
            axes.figure.colorbar(image, ax=axes, shrink=0.9, aspect=16)
        if table.left_out:
            axes.text(0.5, -0.02, say.cut_off(*table.left_out), ha="center", va="top", color=QUIET,
                      transform=axes.transAxes)  # fmt: skip
        table.name_axes(axes)


class Table:
    """The maps of an array of two axes or more, side by side in one, with gaps between them.

    `values` is the whole of it, `drawn` tells the array's entries from the gaps, `left_out` is how many of the maps
    are drawn of how many, if they are too many.
    """

    def __init__(self, array: np.ndarray):
        self.array = array
        height, width = array.shape[-2:]
        maps = array.reshape(-1, array.shape[-3] if array.ndim > 2 else 1, height, width)
        count = maps.shape[0] * maps.shape[1]
        maps = maps[:MOST_ROWS, :MOST_COLUMNS]
        self.rows, self.columns = maps.shape[:2]
        self.left_out = (self.rows * self.columns, count) if self.rows * self.columns < count else None
        gap = max(1, round(max(height, width) / 12))
        self.down, self.right = height + gap, width + gap
        self.shape = self.rows * self.down - gap, self.columns * self.right - gap
        self.values, self.drawn = np.full(self.shape, np.nan), np.zeros(self.shape, bool)
        for row in range(self.rows):
            for column in range(self.columns):
                y, x = row * self.down, column * self.right
                self.values[y : y + height, x : x + width] = maps[row, column]
                self.drawn[y : y + height, x : x + width] = True

    def name_axes(self, axes: Axes) -> None:
        """Number rows and columns: of the entries, or of the maps where there are several."""
        height, width = self.array.shape[-2:]
        for i in range(self.rows * self.columns):
            y, x = i // self.columns * self.down - 0.5, i % self.columns * self.right - 0.5
            axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor="#777777", linewidth=0.8))
        axes.spines[:].set_visible(False)
        axes.set(xlim=(-0.6, self.shape[1] - 0.4), ylim=(self.shape[0] - 0.4, -0.6))
        axes.tick_params(length=0)
        if self.array.ndim == 2:
            axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
            axes.yaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
            return
        axes.xaxis.set_label_position("top")
        axes.xaxis.tick_top()
        axes.set_xticks([i * self.right + width / 2 - 0.5 for i in range(self.columns)], range(self.columns))
        axes.set_yticks([i * self.down + height / 2 - 0.5 for i in range(self.rows)], range(self.rows))
        if self.array.ndim == 3:
            axes.set_yticks([])
        axes.tick_params(colors=QUIET)


def scale_of(*arrays: np.ndarray) -> Normalize:
    """A scale that holds every finite entry of some arrays."""
    values = np.concatenate([array.astype(float).ravel() for array in arrays])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    return Normalize(low, high) if low < high else Normalize(low - 0.5, high + 0.5)


def broken(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width, break_on_hyphens=False))


def described(name: str, array: np.ndarray) -> str:
    return f"{name} {array.shape} {array.dtype}"


def short(value: Any) -> str:
    """A value in few characters: a number of three digits, or what kind of thing it is."""
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype}" if value.ndim else short(value[()])
    if isinstance(value, (bool, np.bool_)) or value is None:
        return str(value)
    if isinstance(value, (int, float, np.number)):
        if not np.isfinite(value):
            return "NaN" if np.isnan(value) else str(value)
        digits = 2 if abs(value) < 0.1 else 3 if abs(value) < 100 else 4
        return f"{value:.{digits}g}" if 1e-4 <= abs(value) < 1e5 or not value else f"{value:.1e}"
    return getattr(value, "kind", type(value).__name__)
