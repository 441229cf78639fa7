"""The course site for tests: built once by whoever asks first, and served as a static host serves it.

    def test_something(browser, site):
        with page_at(browser, f"{site.address}units/conv.html") as opened:
            ...

`course_site/make.py` builds it as `make site` does. What is served is a copy, for this run of tests alone.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import without
from support import COURSE, ROOT

SOURCES = ROOT / "course_site"
sys.path.append(str(SOURCES))

import make  # noqa: E402
from serving import served  # noqa: E402

UNITS = [unit.name for unit in COURSE.units]
PAGES = sorted(
    [
        *(f"{path.stem}.html" for path in SOURCES.glob("*.md")),
        *(f"units/{unit}.html" for unit in UNITS),
        *(f"reference/{unit}.html" for unit in [*UNITS, "index"]),
        *(f"{name}.html" for name in ("genindex", "search", "syllabus")),
    ]
)


@dataclass(frozen=True)
class Site:
    """Args:
    folder: where the built site lies; not to be changed.
    address: where it is served, on this machine's loopback, with a slash at its end.
    """

    folder: Path
    address: str

    @property
    def pages(self) -> list[str]:
        """The addresses of all its pages, below the site's own."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html"))


@pytest.fixture(scope="session")
def built_site(tmp_path_factory) -> Path:
    """The folder of the built site."""
    if not shutil.which("npm"):
        without("Node is missing: apt-get install nodejs npm brings it.")
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):  # a worker of pytest-xdist; the folder above is that of the whole run
        shared = shared.parent
    copy, failure = shared / "site", shared / "site-failed"
    with make.alone():
        if failure.exists():
            pytest.fail(failure.read_text(), pytrace=False)
        if not copy.exists():
            done = subprocess.run(
                [sys.executable, "-c", "import make; make.build()"],
                cwd=SOURCES,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                failure.write_text(done.stdout + done.stderr)
                pytest.fail(failure.read_text(), pytrace=False)
            shutil.copytree(make.SITE, copy)
    return copy


@pytest.fixture(scope="session")
def site(built_site) -> Site:
    """The built site, served."""
    with served(built_site) as address:
        yield Site(built_site, address)
