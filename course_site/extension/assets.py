"""What pages load: little, nothing that keeps a reader waiting, and all of it from the site itself."""

from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font
from sphinx.application import Sphinx

from autograder.course import Course

FONTS = Path("_static", "vendor", "fontawesome", "webfonts")
FONT = "fa-solid-900.woff2"
# The icons that the theme's templates and CSS use, by their names in Font Awesome.
ICONS = {
    "angle-down": 0xF107,
    "angle-left": 0xF104,
    "angle-right": 0xF105,
    "angle-up": 0xF106,
    "arrow-up": 0xF062,
    "bars": 0xF0C9,
    "bell": 0xF0F3,
    "check-circle": 0xF058,
    "chevron-down": 0xF078,
    "chevron-right": 0xF054,
    "chevron-up": 0xF077,
    "circle-half-stroke": 0xF042,
    "download": 0xF019,
    "exclamation-circle": 0xF06A,
    "exclamation-triangle": 0xF071,
    "external-link": 0xF35D,
    "file-lines": 0xF15C,
    "home": 0xF015,
    "info-circle": 0xF05A,
    "lightbulb": 0xF0EB,
    "list": 0xF03A,
    "magnifying-glass": 0xF002,
    "magnifying-glass-minus": 0xF010,
    "moon": 0xF186,
    "outdent": 0xF03B,
    "pencil": 0xF303,
    "share": 0xF064,
    "sun": 0xF185,
    "times-circle": 0xF057,
}


def lean(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Scripts run when the page is there. Those in the page itself only serve a choice of versions, and we have one."""
    if page == "404":
        context["content_root"] = app.config.notfound_urls_prefix
    if files := context.get("script_files"):
        context["script_files"] = [script for script in files if getattr(script, "filename", None)]
        for script in context["script_files"]:  # the same objects for every page
            if page == "search":  # whose own script needs them at once
                script.attributes.pop("defer", None)
            else:
                script.attributes["defer"] = "defer"


def few_icons(app: Sphinx, error: Exception | None) -> None:
    """Leave the icons that are used in the theme's font, and drop its other fonts and the sources of its scripts."""
    if error or app.builder.format != "html":
        return
    fonts = Path(app.outdir) / FONTS
    for path in fonts.glob("*.woff2"):
        if path.name != FONT:
            path.unlink()
    options = Options(flavor="woff2", notdef_outline=True)
    font = load_font(fonts / FONT, options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=ICONS.values())
    subsetter.subset(font)
    save_font(font, fonts / FONT, options)
    static = Path(app.outdir, "_static")
    for path in (*static.rglob("*.map"), static / "scripts" / "fontawesome.js", static / "webpack-macros.html"):
        path.unlink()


def setup(app: Sphinx, course: Course) -> None:
    app.connect("html-page-context", lean, priority=900)
    app.connect("build-finished", few_icons)
