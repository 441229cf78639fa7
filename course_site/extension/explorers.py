"""Explorers on pages: figures that one can play with. What they say stands in explorers/NAME.md, the rest is a script.

```{explorer} convolution
```
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.course import Course

FOLDER = Path(__file__).resolve().parent.parent / "explorers"


class ExplorerDirective(SphinxDirective):
    """Places an explorer: a figure with a caption, which the site's script fills when it comes near."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        script, words = FOLDER / f"{name}.js", FOLDER / f"{name}.md"
        if not script.is_file() or not words.is_file():
            raise self.error(f"There is no explorer {name!r}: it would be {script} and {words}.")
        self.env.note_dependency(str(words))
        title, _, text = words.read_text(encoding="utf-8").partition("\n")
        caption = f"**{title.removeprefix('#').strip()}.** {text.strip()}"
        self.env.metadata[self.env.docname]["explorers"] = "yes"
        return [
            raw(f'<figure class="explorer" id="explorer-{name}" data-explorer="{name}">\n<figcaption>\n'),
            *self.parse_text_to_nodes(caption),
            raw("<noscript><p>This figure can be played with where JavaScript is on.</p></noscript>\n"),
            raw("</figcaption>\n</figure>\n"),
        ]


def raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def setup(app: Sphinx, course: Course) -> None:
    app.add_directive("explorer", ExplorerDirective)
