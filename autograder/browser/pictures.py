"""Quick pictures of arrays as SVG, in the colours of the page that shows them: `plot(y)`, `plot(x, y)`, `image(array)`.

matplotlib would be ten megabytes for a learner to fetch; a line and its axes are a page of code.
"""

import base64
import html
import math
import struct
import zlib
from collections.abc import Callable

import numpy as np

from ..language import _

WIDTH, HEIGHT = 480, 280  # of a plot, in pixels
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 14, 40
DASHES = ("", "7 4", "2 3", "9 3 2 3")  # lines are told apart without colour, too
COLOURS = ("var(--pst-color-primary, #1098ad)", "#e8590c", "#9065f0", "#2f9e44")  # to be seen on light and dark
MOST_POINTS = 2000  # of a line that are drawn
SIDE = 320  # of an image, in pixels


def tools(draw: Callable[[str], None]) -> dict[str, Callable]:
    """The functions that a scratch cell finds; what they draw goes to `draw` as the text of an SVG picture."""

    def plot(*values, x_label="", y_label=""):
        """Draw lines: plot(y) over 0, 1, 2, …, or plot(x, y). y (N,) is a line, y (N, K) are K lines."""
        draw(lines(*values, x_label=x_label, y_label=y_label))

    def image(array):
        """Draw an array (H, W) in grey, lowest black and highest white, or (H, W, 3) in colours between 0 and 1."""
        draw(pixels(array))

    return {"plot": plot, "image": image}


def lines(*values, x_label: str = "", y_label: str = "") -> str:
    """A plot of lines as SVG. Raises ValueError for what cannot be drawn."""
    if len(values) not in (1, 2):
        raise ValueError(_("plot takes y, or x and y"))
    y = np.asarray(values[-1], dtype=float)
    if y.ndim not in (1, 2) or y.size == 0:
        raise ValueError(_("plot draws y of shape (N,) or (N, K), not {shape}").format(shape=y.shape))
    x = np.arange(len(y), dtype=float) if len(values) == 1 else np.asarray(values[0], dtype=float)
    if x.shape != y.shape[:1]:
        raise ValueError(_("x has the shape {x}, and y {y}: they do not fit together").format(x=x.shape, y=y.shape))
    columns = y.reshape(len(y), -1).T
    across, up = Axis(x, LEFT, WIDTH - RIGHT), Axis(y, HEIGHT - BOTTOM, TOP)
    parts = [*grid(across, up), *titles(x_label, y_label)]
    for number, column in enumerate(columns):
        style = f'stroke="{COLOURS[number % len(COLOURS)]}" stroke-dasharray="{DASHES[number % len(DASHES)]}"'
        parts.append(f'<path d="{path(across, up, x, column)}" fill="none" stroke-width="2" {style}/>')
    said = _("A plot of {n} points: x from {x0} to {x1}, y from {y0} to {y1}.").format(
        n=len(x), x0=short(across.least), x1=short(across.most), y0=short(up.least), y1=short(up.most)
    )
    return svg(WIDTH, HEIGHT, said, "".join(parts))


class Axis:
    """Where numbers lie along one side of a plot, and the round ones that are written there."""

    def __init__(self, values, start: float, end: float):
        finite = values[np.isfinite(values)]
        self.least, self.most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        room = (self.most - self.least) or abs(self.most) or 1.0
        self.low, self.high = self.least - 0.04 * room, self.most + 0.04 * room
        self.start, self.end = start, end

    def at(self, value):
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)
        first = math.ceil(self.low / step)
        return [step * k for k in range(first, first + 12) if step * k <= self.high]


def grid(across: Axis, up: Axis):
    """Thin lines at round numbers, and the numbers."""
    faint = 'stroke="currentColor" stroke-opacity="0.15"'
    for tick in across.ticks():
        at = f"{across.at(tick):.1f}"
        yield f'<path d="M{at} {TOP}V{HEIGHT - BOTTOM}" {faint}/>'
        yield f'<text x="{at}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{short(tick)}</text>'
    for tick in up.ticks():
        at = f"{up.at(tick):.1f}"
        yield f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" {faint}/>'
        yield f'<text x="{LEFT - 6}" y="{at}" text-anchor="end" dominant-baseline="middle">{short(tick)}</text>'


def titles(x_label: str, y_label: str):
    if x_label:
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{html.escape(x_label)}</text>'
    if y_label:
        middle = (TOP + HEIGHT - BOTTOM) / 2
        turned = f'transform="rotate(-90 12 {middle})"'
        yield f'<text x="12" y="{middle}" text-anchor="middle" {turned}>{html.escape(y_label)}</text>'


def path(across: Axis, up: Axis, x, y) -> str:
    """A line through points; it is broken where one is not finite. A point alone becomes a dot."""
    step = max(1, len(x) // MOST_POINTS)
    said, pen = [], "M"
    for a, b in zip(x[::step], y[::step], strict=True):
        if np.isfinite(a) and np.isfinite(b):
            said.append(f"{pen}{across.at(a):.1f} {up.at(b):.1f}")
            pen = "L"
        else:
            pen = "M"
    return said[0] + "h3" if len(said) == 1 else "".join(said)


def pixels(array) -> str:
    """An array as a picture of its entries. Raises ValueError for what cannot be drawn."""
    array = np.asarray(array, dtype=float)
    coloured = array.ndim == 3 and array.shape[2] == 3
    if not (array.ndim == 2 or coloured) or array.size == 0:
        raise ValueError(_("image draws shapes (H, W) and (H, W, 3), not {shape}").format(shape=array.shape))
    finite = array[np.isfinite(array)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    shown = np.clip(array, 0, 1) if coloured else (array - low) / ((high - low) or 1)
    grey = np.round(255 * np.nan_to_num(shown, nan=0.0, posinf=1.0, neginf=0.0)).astype(np.uint8)
    height, width = array.shape[:2]
    scale = SIDE / max(height, width)
    w, h = round(width * scale), round(height * scale)
    data = base64.b64encode(png(grey)).decode()
    shape = f"{height} × {width}"
    said = (
        _("An image of {shape} entries.") if coloured else _("An image of {shape} entries: {low} black, {high} white.")
    )
    said = said.format(shape=shape, low=short(low), high=short(high))
    picture = f'<image width="{w}" height="{h}" style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
    frame = f'<rect width="{w}" height="{h}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
    text = f'<text x="0" y="{h + 18}">{html.escape(said)}</text>'
    return svg(max(w, SIDE), h + 26, said, picture + frame + text)


def png(array: np.ndarray) -> bytes:
    """An array of bytes, (H, W) grey or (H, W, 3) red, green and blue, as a PNG file."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    height, width = array.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in array)
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if array.ndim == 3 else 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def short(value: float) -> str:
    return f"{value + 0.0:.4g}".replace("-", "−")


def svg(width: int, height: int, said: str, content: str) -> str:
    label = html.escape(said, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {width} {height}" '
        f'width="{width}" style="max-width:100%;height:auto" font-family="sans-serif" font-size="12" '
        f'fill="currentColor">{content}</svg>'
    )
