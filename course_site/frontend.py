"""The site's front end: what npm brings, and our own modules, bundled for browsers.

app/site.js            what every page loads; the rest comes when it is needed
app/explorers/NAME.js  one module for each explorer
katex/                 the CSS and the fonts of typeset formulas
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
INSTALLED = MODULES / ".installed"  # the hash of the lock file that was installed


class NotBundled(Exception):
    """The front end could not be made; the text says why and what to do."""


def install() -> None:
    """Install what package-lock.json lists, if it is not there. Raises NotBundled."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise NotBundled(
                f"{tool} is missing. The course site is bundled with Node 18 or newer: install it from nodejs.org or "
                "your system's packages (on Debian: apt-get install nodejs npm), and try again."
            )
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text() == wanted:
        return
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], "npm could not install")
    INSTALLED.write_text(wanted)


def bundle(app: Path, static: Path) -> None:
    """Bundle our modules into `app`, the site's root, and put what formulas need into `static`. Raises NotBundled."""
    shutil.rmtree(app, ignore_errors=True)
    entries = {"site": HERE / "site.js"}
    entries |= {f"explorers/{path.stem}": path for path in sorted((HERE / "explorers").glob("*.js"))}
    run(
        [
            MODULES / ".bin" / "esbuild",
            *(f"{name}={path}" for name, path in entries.items()),
            "--bundle",
            "--splitting",
            "--format=esm",
            "--target=es2022",
            "--minify",
            "--chunk-names=chunks/[name]-[hash]",
            "--log-level=warning",
            f"--outdir={app / 'app'}",
        ],
        "esbuild could not bundle the front end",
    )
    for name in ("widget", "explorers"):
        styles = [path.read_text(encoding="utf-8") for path in sorted((HERE / name).rglob("*.css"))]
        (app / "app" / f"{name}.css").write_text("".join(styles), encoding="utf-8")
    katex(static / "katex")


def katex(folder: Path) -> None:
    """KaTeX's CSS with its WOFF2 fonts, which every browser of today reads."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "fonts").mkdir(parents=True)
    source = MODULES / "katex" / "dist"
    css = (source / "katex.min.css").read_text(encoding="utf-8")
    (folder / "katex.min.css").write_text(re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)', "", css))
    for font in source.glob("fonts/*.woff2"):
        shutil.copy(font, folder / "fonts")


def finish(site: Path) -> None:
    """Add to the pages what they load to run Python, and, last, the service worker, which lists all that is there."""
    for script, target in (("python/contents.py", site / "python"), ("widget/service_worker.py", site)):
        run([sys.executable, HERE / script, target], f"course_site/{script} failed")


def run(command: list, problem: str) -> None:
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        raise NotBundled(f"{problem}:\n{done.stderr.strip() or done.stdout.strip()}")
