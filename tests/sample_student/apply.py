"""Put the sample student's work into the files of a course: `python tests/sample_student/apply.py COURSE`."""

import ast
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
UNITS = ("guess_number", "perceptron", "linear", "losses", "classify", "mlp", "optim", "conv", "lstm", "gan")
NOT_STARTED = ["    raise NotImplementedError"]


def apply(course: Path, units=UNITS) -> None:
    """Fill in the files of stubs of some units of the course at `course`.

    Functions that the sample student has not started become stubs, whatever they were.
    """
    for unit in units:
        path = course / "exercises" / unit / f"{unit}.py"
        path.write_text(filled(path.read_text(encoding="utf-8"), work(unit)), encoding="utf-8")


def work(unit: str) -> dict[str, list[str]]:
    """The lines of the body of each function that the sample student has written."""
    return {name: lines[start:end] for name, lines, start, end in bodies((HERE / f"{unit}.py").read_text("utf-8"))}


def filled(stubs: str, written: dict[str, list[str]]) -> str:
    """A file of stubs with the bodies of its functions replaced; docstrings stay."""
    lines = stubs.splitlines()
    for name, _, start, end in reversed(list(bodies(stubs))):
        lines[start:end] = written.get(name, NOT_STARTED)
    return "\n".join(lines) + "\n"


def bodies(source: str):
    """For each function of a file: its name, all lines of the file, and where its body begins and ends without the
    docstring."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None
            yield node.name, lines, node.body[0].end_lineno if documented else node.body[0].lineno - 1, node.end_lineno


if __name__ == "__main__":
    apply(Path(sys.argv[1]))
