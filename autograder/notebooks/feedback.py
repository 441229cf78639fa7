"""The feedback that `nbgrader generate_feedback` writes, and what Formgrader shows: pages that ask no other host for
anything.

Formulas become MathML. Pictures come from the notebook itself, or from the instructor's own files. In feedback, hidden
tests and rubrics, which nbgrader puts back into the cells when it grades, are taken out again; of what a student wrote,
no HTML passes but plain formatting.
"""

import base64
import html
import mimetypes
import re
import warnings
from copy import deepcopy
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import bleach
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List
from traitlets.config import Config

from . import TEMPLATES
from .restoring import PICTURES, visible

MOST = 4 << 20  # bytes of one picture
TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li", "mark",
    "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul", "var",
}  # fmt: skip
PROTOCOLS = ("http", "https", "mailto", "data")
PLACE = "\ue0c5{}\ue0c6"
PLACES = re.compile("\ue0c5([0-9]+)\ue0c6")


class WithoutHidden(NbGraderPreprocessor):
    """Takes hidden tests and marking schemes out of the course's own cells. A region that does not end goes on to the
    end of its cell: nothing is shown where that is in doubt."""

    display_data_priority = List([]).tag(config=True)  # every exporter of HTML tells its preprocessors of it

    def preprocess_cell(self, cell, resources, cell_index):
        if utils.is_locked(cell) or utils.is_grade(cell) or utils.is_task(cell):
            cell.source = visible(cell.source)
        return cell, resources


class FeedbackExporter(HTMLExporter):
    """Writes feedback. It is told of by c.GenerateFeedback.exporter_class."""

    def __init__(self, config=None, **more):
        ours = deepcopy(config) if config else Config()  # nbgrader names its own template in it, for Formgrader as well
        beside = list(ours.HTMLExporter.get("extra_template_basedirs", []))
        ours.HTMLExporter.template_name = "chainrule_feedback"
        ours.HTMLExporter.pop("filters", None)  # Formgrader's
        ours.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), *beside]
        super().__init__(config=ours, **more)

    @property
    def own_files(self) -> Path | None:
        """Where the instructor's files of an assignment lie; a student's folder holds what the student likes."""
        return getattr(self, "folder", None)

    def from_filename(self, filename, resources=None, **more):
        at = getattr(self.parent, "coursedir", None)
        about = (resources or {}).get("nbgrader", {})
        if at and "assignment" in about:
            self.folder = Path(at.format_path(at.source_directory, ".", about["assignment"]))
        return super().from_filename(filename, resources=resources, **more)

    @pass_context
    def markdown2html(self, context, source):
        return Safe(context.get("cell", {}).get("attachments", {}), self.own_files).page(source)


@pass_context
def in_formgrader(context, source: str) -> str:
    """Markdown as Formgrader shows it; it is told of by c.HTMLExporter.filters."""
    return Served(context.get("cell", {}).get("attachments", {}), None).page(source)


class Safe(IPythonRenderer):
    """Markdown as HTML in which formulas are MathML, pictures are part of the page, and the rest is plain."""

    def __init__(self, attachments, folder: Path | None):
        # The lessons' pictures are SVG, which mistune takes for harmful. In a picture nothing of it runs, and links to
        # it are taken out afterwards.
        super().__init__(
            escape=False, allow_harmful_protocols=["data:image/svg+xml"], attachments=attachments, anchor_link_text="¶"
        )
        self.folder = folder
        self.formulas: list[str] = []

    def page(self, source: str) -> str:
        return self.finished(MarkdownWithMath(renderer=self).render(source))

    def finished(self, rendered: str) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that styles are taken out is what is meant
            clean = bleach.clean(rendered, TAGS, self.allowed, protocols=PROTOCOLS, strip=True)
        return PLACES.sub(lambda place: self.formula_at(int(place[1])), clean)

    def formula_at(self, number: int) -> str:
        return self.formulas[number] if number < len(self.formulas) else ""

    def keep(self, tex: str, display: bool) -> str:
        self.formulas.append(mathml(tex, display))
        return PLACE.format(len(self.formulas) - 1)

    def block_math(self, body):
        return self.keep(body, True)

    def inline_math(self, body):
        return self.keep(body, False)

    def latex_environment(self, name, body):
        return self.keep(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def _embed_image_or_attachment(self, src: str) -> str:
        """A picture's address: that of its bytes, or none."""
        kind, data = self.attached(src) if src.startswith("attachment:") else self.beside(src)
        return f"data:{kind};base64,{data}" if kind in PICTURES else ""

    def attached(self, src: str) -> tuple[str, str]:
        bundle = self.attachments.get(unquote(src.removeprefix("attachment:")), {})
        return next(((kind, "".join(bundle[kind].split())) for kind in PICTURES if kind in bundle), ("", ""))

    def beside(self, src: str) -> tuple[str, str]:
        """A picture among the instructor's files. Never one of the student's, which may lead anywhere."""
        name = PurePosixPath(unquote(src.partition("#")[0]))
        if self.folder is None or name.is_absolute() or ".." in name.parts or ":" in src:
            return "", ""
        path = self.folder / name
        if not path.is_file() or path.stat().st_size > MOST:
            return "", ""
        return mimetypes.guess_type(path.name)[0] or "", base64.b64encode(path.read_bytes()).decode()

    def allowed(self, tag: str, name: str, value: str) -> bool:
        """Whether an attribute may stay: none that runs anything, or has the browser fetch anything."""
        if name in ("src", "href") and tag in ("img", "a"):
            return (
                value.startswith("data:image/") if tag == "img" else not value.lstrip().casefold().startswith("data:")
            )
        if tag == "input":
            return (name, value) in (
                ("type", "checkbox"),
                ("checked", ""),
                ("disabled", ""),
                ("class", "task-list-item-checkbox"),
            )
        return name in ("alt", "class", "colspan", "id", "rowspan", "start", "title", "width", "height", "open")


class Served(Safe):
    """The same, but pictures beside the notebook are asked of Formgrader, which serves its folder."""

    def _embed_image_or_attachment(self, src: str) -> str:
        return src if is_beside(src) else super()._embed_image_or_attachment(src)

    def allowed(self, tag: str, name: str, value: str) -> bool:
        return super().allowed(tag, name, value) or ((tag, name) == ("img", "src") and is_beside(value))


def is_beside(src: str) -> bool:
    """Whether an address is that of a file in the notebook's folder, or below it."""
    return bool(src) and re.match(r"[\w-][\w. %-]*(/[\w-][\w. %-]*)*$", src) is not None


def mathml(tex: str, display: bool) -> str:
    """A formula as MathML; as the text that it is, where it cannot be read as TeX."""
    from latex2mathml.converter import convert

    try:
        made = convert(tex, display="block" if display else "inline")
        # What is quoted in a formula is text: nothing in it may end up as a tag.
        if set(re.findall(r"</?([A-Za-z][\w-]*)", made)) <= MATHML and not re.search(
            r"(?i)\b(href|src|on\w+)\s*=", made
        ):
            return made
    except Exception:  # it is made of whatever somebody wrote
        pass
    tag = "div" if display else "span"
    return f"<{tag}><code>{html.escape(tex)}</code></{tag}>"


MATHML = {
    "math", "maction", "menclose", "merror", "mfenced", "mfrac", "mglyph", "mi", "mlabeledtr", "mmultiscripts", "mn",
    "mo", "mover", "mpadded", "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub",
    "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "none", "semantics",
}  # fmt: skip
