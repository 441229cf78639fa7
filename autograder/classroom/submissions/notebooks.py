"""The code in a notebook: its cells one by one, without what is meant for IPython or the shell."""

import json
import re
from typing import Any

from ...language import _
from .limits import BRACKETS, LIMITS, MB
from .members import Unreadable
from .names import shown
from .words import broken_cells, magics, no_code, no_notebook, not_json, old_notebook, overgrown, too_large

TIMING = {"time", "timeit", "capture", "prun", "memit", "mprun", "lprun"}  # cell magics that run the cell as Python
NEXT = re.compile(r"""#|'''|\"\"\"|'|"|[(\[{]|[)\]}]""")
CLOSING = {quotes: re.compile(rf"\\.|{quotes}") for quotes in ("'''", '"""', "'", '"')}
TARGET = r"[\w.]+(?:\[[^\]]*\])?"
ASSIGNED = re.compile(rf"\s*{TARGET}(?:\s*,\s*{TARGET})*\s*=\s*[!%](?!=)")


def cells_of(data: bytes, name: str) -> tuple[tuple[bytes, ...], list[str]]:
    """The code cells of a notebook that are the student's, and remarks. Raises Unreadable.

    https://nbformat.readthedocs.io/en/latest/format_description.html
    """
    if data.count(b"[") + data.count(b"{") > BRACKETS:
        raise Unreadable("too large", overgrown(name))
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("not JSON", not_json(name)) from None
    if not isinstance(notebook, dict):
        raise Unreadable("not a notebook", no_notebook(name))
    if "worksheets" in notebook or notebook.get("nbformat", 4) != 4:
        raise Unreadable("old notebook", old_notebook(name))
    if not isinstance(notebook.get("cells"), list):
        raise Unreadable("not a notebook", no_notebook(name))
    sources, broken = [], 0
    for cell in notebook["cells"]:
        try:
            if cell["cell_type"] == "code" and not is_test(cell):
                sources.append(source_of(cell))
        except (KeyError, TypeError):
            broken += 1
    if sum(map(len, sources)) > LIMITS["py"]:
        raise Unreadable("too large", too_large(_("The code in {name}").format(name=name), LIMITS["py"] // MB))
    cells, dropped = [], []
    for source in sources:
        kept, left_out = without_magics(source)
        dropped += left_out
        if kept.strip():
            cells.append(kept.encode("utf-8", "surrogatepass"))
    remarks = [broken_cells(name, broken)] if broken else []
    if dropped:
        remarks.append(magics(name, len(dropped), shown(dropped[0])))
    if not cells:
        raise Unreadable("no code", " ".join([*remarks, no_code(name)]))
    return tuple(cells), remarks


def is_test(cell: dict[str, Any]) -> bool:
    """Whether it is one of nbgrader's own cells, which test and are not the student's."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return isinstance(nbgrader, dict) and nbgrader.get("grade") is True and nbgrader.get("solution") is False


def source_of(cell: dict[str, Any]) -> str:
    source = cell["source"]
    if not isinstance(source, str | list):
        raise TypeError("a source that is no text")
    return "".join(source)


def without_magics(source: str) -> tuple[str, list[str]]:
    """A cell without its magics and shell lines, and those. Every other line keeps its number.

    They are looked for only where a statement begins: never inside of a string, of brackets, or of a continued line.
    """
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%") and re.match(r"\w*", lines[first][2:])[0] not in TIMING:
        return "", [lines[first]]
    kept, dropped = [], []
    state = "", 0, False
    continued = False
    for line in lines:
        if continued:
            kept.append("")
        elif state == ("", 0, False) and is_magic(line):
            dropped.append(line.strip())
            kept.append(line[: len(line) - len(line.lstrip())] + "pass" if line[:1].isspace() else "")
        else:
            state = after(line, *state)
            kept.append(line)
            continue
        continued = line.endswith("\\")
    return "\n".join(kept), dropped


def is_magic(line: str) -> bool:
    """Whether a line that begins a statement is meant for IPython or the shell. No such line is Python."""
    text = line.strip()
    if text.startswith(("%", "!", "?")) or ASSIGNED.match(line[:500]):
        return True
    return text.endswith("?") and not set("#'\"") & set(text)


def after(line: str, quotes: str, depth: int, joined: bool) -> tuple[str, int, bool]:
    """What is open at the end of a line, given what was open before it: a string, brackets, a statement."""
    at = 0
    while at < len(line):
        if quotes:
            ends = (m.end() for m in CLOSING[quotes].finditer(line, at) if m[0] == quotes)
            at = next(ends, 0)
            if not at:
                escaped = (len(line) - len(line.rstrip("\\"))) % 2
                return (quotes if len(quotes) == 3 or escaped else "", depth, False)
            quotes = ""
            continue
        found = NEXT.search(line, at)
        if found is None:
            break
        at = found.end()
        if found[0] == "#":
            return "", depth, False
        if found[0] in "([{":
            depth += 1
        elif found[0] in ")]}":
            depth = max(0, depth - 1)
        else:
            quotes = found[0]
    return quotes if len(quotes) == 3 else "", depth, not quotes and line.endswith("\\")
