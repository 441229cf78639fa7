"""Pictures know their size before they are there, so that nothing on the page moves when they come."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from autograder.course import Course

SIZE = re.compile(r'<svg[^>]*\swidth="(\d+)"[^>]*\sheight="(\d+)"')


def sized(app: Sphinx, document: nodes.document) -> None:
    """Give every SVG its size. Sphinx then makes of it a link to the whole picture."""
    for image in document.findall(nodes.image):
        path = Path(app.srcdir, image["uri"])
        if path.suffix == ".svg" and (size := SIZE.search(path.read_text(encoding="utf-8"))):
            image["width"], image["height"] = size[1], size[2]
            image["classes"] += ["picture", "dark-light"]


def setup(app: Sphinx, course: Course) -> None:
    app.connect("doctree-read", sized)
