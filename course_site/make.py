"""Builds the course site into build/site.

    python course_site/make.py            build it
    python course_site/make.py --serve    build it, serve it to this machine, and open it

It needs what `pip install "chainrule[site]"` brings, and Node. Warnings are errors.
"""

import argparse
import shutil
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import frontend  # noqa: E402
import serving  # noqa: E402

BUILD = HERE.parent / "build"
SITE = BUILD / "site"


class NotBuilt(Exception):
    """The site could not be built; the text says why and what to do."""


def build(site: Path = SITE) -> None:
    """Build the site from nothing, in a few seconds; the old one stays until the new one is whole.

    Raises NotBuilt, or frontend.NotBundled.
    """
    try:
        from explorers import gan_frames
        from extension import COURSE, sources
        from sphinx.cmd.build import main as sphinx
    except ImportError as error:
        raise NotBuilt(
            f'{error.name} is missing: pip install "chainrule[site]" brings what the site is built with.'
        ) from None
    frontend.install()
    frontend.bundle(BUILD / "site-app", BUILD / "site-static")
    gan_frames.build(COURSE, BUILD / "explorers" / gan_frames.NAME)
    shutil.copy(BUILD / "explorers" / gan_frames.NAME, BUILD / "site-app" / "app" / "explorers")
    pages, new = BUILD / "site-source", BUILD / "site-new"
    for folder in (pages, new):
        shutil.rmtree(folder, ignore_errors=True)
    sources.assemble(COURSE, HERE, pages)
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--fresh-env"]
    if sphinx([*options, "-c", str(HERE), "-d", str(BUILD / "site-doctrees"), str(pages), str(new)]):
        raise NotBuilt("Sphinx had warnings, see above. The pages' sources are in build/site-source.")
    frontend.finish(new)
    shutil.rmtree(site, ignore_errors=True)
    new.rename(site)


@contextmanager
def alone() -> Iterator[None]:
    """One build at a time."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / "site.lock", "w") as lock:
        if fcntl:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the course site into build/site.")
    parser.add_argument("--serve", action="store_true", help="serve it to this machine, and open it")
    parser.add_argument("--port", type=int, default=0, help="to serve at; a free one is chosen if none is given")
    options = parser.parse_args()
    try:
        with alone():
            build()
    except (NotBuilt, frontend.NotBundled) as error:
        sys.exit(str(error))
    print(f"The site is built: {SITE.relative_to(Path.cwd()) if SITE.is_relative_to(Path.cwd()) else SITE}")
    if options.serve:
        serve(options.port)


def serve(port: int) -> None:
    try:
        server = serving.Server(SITE, port)
    except OSError as error:
        sys.exit(f"Port {port} cannot be used ({error.strerror}). Leave --port out, and a free one is chosen.")
    print(f"It is served at {server.address} for this machine only. Ctrl-C ends it.", flush=True)
    webbrowser.open(server.address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("\nEnded.")


if __name__ == "__main__":
    main()
