"""What pages load: little, and all of it from the site itself."""

import re
from pathlib import Path

from sphinx.application import Sphinx

from autograder.course import Course

FONTS = Path("_static", "vendor", "fontawesome", "webfonts")
UNUSED = ("fa-brands-400.woff2", "fa-regular-400.woff2")
ICON = re.compile(r"\bfa-([a-z-]+)")


def lean(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """No script keeps a reader waiting."""
    for script in context.get("script_files", ()):
        if getattr(script, "filename", None):
            script.attributes.setdefault("defer", "defer")


def setup(app: Sphinx, course: Course) -> None:
    app.connect("html-page-context", lean, priority=900)
