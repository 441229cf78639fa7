"""A page with one explorer on it, served from the sources: the site's build and its Python are not needed to test one.

with explorers_served() as address:
    page.goto(f"{address}/guess?theme=dark")
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
EXPLORERS = ROOT / "course_site" / "explorers"
sys.path.append(str(EXPLORERS.parent))

from explorers import gan_frames  # noqa: E402
from support import COURSE  # noqa: E402

FRAMES = ROOT / "build" / "explorers" / gan_frames.NAME  # as the site's build keeps them, too
KINDS = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
{styles}
<body>
<main style="box-sizing: border-box; width: 100%; max-width: 60em; margin: auto; padding: 1rem">
<p>Text above.</p>
<figure class="explorer" data-explorer="{name}">
<figcaption><p><strong>{title}.</strong> {text}</p></figcaption>
</figure>
<p>Text below.</p>
</main>
<script type="module">
import mount from "/explorers/{name}.js";
window.mountNow = () => mount(document.querySelector("figure"));
if (!new URLSearchParams(location.search).has("mount")) await mountNow();
</script>
"""


def theme_style() -> Path | None:
    """The theme's own style sheet, whose colours the explorers take; None where the theme is not installed."""
    if not find_spec("pydata_sphinx_theme"):
        return None
    (folder,) = find_spec("pydata_sphinx_theme").submodule_search_locations
    return Path(folder) / "theme" / "pydata_sphinx_theme" / "static" / "styles" / "pydata-sphinx-theme.css"


def page_of(name: str, theme: str) -> str:
    title, _, text = (EXPLORERS / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    sheets = [
        "/theme.css",
        *(f"/explorers/common/{path.name}" for path in sorted((EXPLORERS / "common").glob("*.css"))),
    ]
    styles = "\n".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
    return PAGE.format(name=name, title=title.removeprefix("# "), text=text.strip(), theme=theme, styles=styles)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        address = urlsplit(self.path)
        path = EXPLORERS.parent / address.path.lstrip("/")
        if address.path == "/theme.css":
            style = theme_style()
            self.answer(style.read_bytes() if style else b"", ".css")
        elif path == EXPLORERS / gan_frames.NAME:
            gan_frames.build(COURSE, FRAMES)
            self.answer(FRAMES.read_bytes(), ".json")
        elif path.is_file() and EXPLORERS in path.parents:
            self.answer(path.read_bytes(), path.suffix)
        elif (EXPLORERS / f"{address.path[1:]}.js").is_file():
            theme = parse_qs(address.query).get("theme", ["light"])[0]
            self.answer(page_of(address.path[1:], theme).encode(), ".html")
        else:
            self.send_error(404)

    def answer(self, content: bytes, suffix: str):
        self.send_response(200)
        self.send_header("Content-Type", f"{KINDS.get(suffix, 'text/html')}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def explorers_served(port: int = 0) -> Iterator[str]:
    """The address of a server on loopback that has a page for each explorer."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
