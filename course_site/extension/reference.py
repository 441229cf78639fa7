"""The reference: what authors of exercises use of the engine, and the functions of every unit."""

import re
import sys

from sphinx.application import Sphinx

from autograder.course import Course, Unit

INDEX = """\
# Reference

## Functions that you write

The signature and the contract of every function in the course, unit by unit.

```{{toctree}}
:maxdepth: 1

{units}
```

## For authors of exercises

What a unit's `test_<unit>.py` and `mistakes.py` import of the engine.

```{{eval-rst}}
.. automodule:: autograder
   :no-members:

.. autofunction:: autograder.value
.. autofunction:: autograder.gradient
.. autofunction:: autograder.behaviour
.. autofunction:: autograder.require
.. autofunction:: autograder.mistake
```
"""


def index(course: Course) -> str:
    return INDEX.format(units="\n".join(unit.name for unit in course.units))


def page(unit: Unit) -> str:
    """The functions of a unit, in the order of course.toml, as their stubs describe them."""
    functions = "\n".join(f".. autofunction:: {unit.name}.{name}" for name in unit.points)
    return (
        f"# {unit.name}\n\nThe lesson: [{unit.title}](../units/{unit.name}.md).\n\n```{{eval-rst}}\n{functions}\n```\n"
    )


SECTION = re.compile(r"(Args|Returns|Raises):$")
FORMULA = re.compile(r"[\w\[\], ]+ = ")
MARKUP = re.compile(r"[|*]|(?<=\w)_(?!\w)")


def plain(app, what, name, obj, options, lines: list[str]) -> None:
    """Make reStructuredText of a docstring that is plain text: formulas stay as they are laid out, stars are stars."""
    made, formula, sections = [], False, False
    for at, line in enumerate(lines):
        sections = sections or bool(SECTION.match(line))
        begins = at == 0 or not lines[at - 1].strip()
        inside = not sections and bool(line.strip()) and (line[0] == " " or (begins and bool(FORMULA.match(line))))
        if line.strip() and inside != formula:
            made += ["", "::", ""] if inside else [""]
            formula = inside
        made.append(f"    {line}" if formula else MARKUP.sub(r"\\\g<0>", line))
    lines[:] = made


def setup(app: Sphinx, course: Course) -> None:
    sys.path.extend(str(unit.folder) for unit in course.units)  # autodoc imports the stubs
    app.connect("autodoc-process-docstring", plain, priority=400)  # before napoleon
