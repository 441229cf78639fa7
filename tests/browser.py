"""A real Chromium for tests of what people see: Debian's, driven by Playwright's Python package.

    def test_something(browser):
        with page_at(browser, "http://127.0.0.1:8000/", width=360, dark=True) as opened:
            opened.page.get_by_role("button", name="Check").click()
            expect(opened.page.get_by_text("is right")).to_be_visible()
            opened.picture("site-checked")

`page_at` fails at its end if anything but the page's own server was asked for anything. A picture is a PNG in
build/screenshots/; there is one of every page on which a test failed.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PICTURES = Path(__file__).resolve().parent.parent / "build" / "screenshots"
SECONDS = 60  # that a page may take over anything that is waited for; machines that run tests are slow and few
FLAGS = (
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing outside is reachable, whoever asks: a page, a frame, a worker or a service worker.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def without(sentence: str):
    """What a test needs is not here, and the sentence says how it gets here: skip the test, but in CI fail it."""
    (pytest.fail if os.environ.get("CHAINRULE_CI") else pytest.skip)(sentence)


# Of a module, not of the session: Playwright keeps an event loop running, and asyncio.run() refuses beside it.
@pytest.fixture(scope="module")
def browser():
    """Chromium, one for a module's tests."""
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        without('Playwright is missing: pip install "chainrule[dev]" brings it.')
    chromium = shutil.which("chromium")
    if not chromium:
        without("Chromium is missing: apt-get install chromium brings it.")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            yield chromium
        finally:
            chromium.close()


@dataclass
class Opened:
    """A page that a test looks at.

    Args:
        page: Playwright's page.
        name: whose it is, for pictures of failures.
        outside: the addresses that were asked for and are not on the page's own server.
        errors: what no script of the page caught.
    """

    page: object
    name: str = "page"
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def picture(self, name: str, **options) -> Path:
        """Keep a picture of the page as build/screenshots/NAME.png; options are those of Playwright's screenshot."""
        path = PICTURES / f"{re.sub('[^a-zA-Z0-9_.-]+', '-', name)}.png"
        self.page.screenshot(path=path, animations="disabled", **options)
        return path

    def wait_for(self, condition: Callable[[], object], what: str):
        """Wait for what is no matter of the page's elements, and give what the condition gives; `what` names it in the
        failure. The page goes on meanwhile."""
        until = time.monotonic() + SECONDS
        while not (found := condition()):
            assert time.monotonic() < until, f"{what}: not after {SECONDS} s"
            self.page.wait_for_timeout(50)
        return found


def guarded(context, origin: str, name: str = "page") -> Opened:
    """A new page in a context, of which is noted whom its pages ask: all but the origin, such as
    "http://127.0.0.1:8000", is outside."""
    opened = Opened(None, name)

    def note(asked):
        address = urlsplit(asked.url)
        scheme = address.scheme.replace("ws", "http")
        if scheme in ("http", "https") and f"{scheme}://{address.netloc}" != origin:
            opened.outside.append(asked.url)

    context.on("request", note)  # of service workers too
    context.on("page", lambda page: page.on("websocket", note))
    context.on("weberror", lambda error: opened.errors.append(str(error.error)))
    opened.page = context.new_page()
    return opened


@contextmanager
def page_at(browser, url: str, *, name="page", width=1280, height=900, dark=False, **options) -> Iterator[Opened]:
    """A page in a context of its own, as a visitor who was never here has it.

    Args:
        browser: the fixture's Chromium.
        url: an address on a server of the test's own.
        name: whose page it is, where a test has several.
        width, height: of the window, in pixels; 360 wide is a phone.
        dark: whether the visitor prefers dark pages.
        options: more of Playwright's for a context, such as has_touch.
    """
    scheme, netloc = urlsplit(url)[:2]
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light", **options)
    context.set_default_timeout(SECONDS * 1000)
    opened = guarded(context, f"{scheme}://{netloc}", name)
    try:
        opened.page.goto(url)
        yield opened
        asked = opened.outside
        assert not asked, f"{url} and what it leads to asked other hosts {len(asked)} times: {asked[:5]}"
    except BaseException:
        picture_failure(opened)
        raise
    finally:
        context.close()


def picture_failure(opened: Opened) -> None:
    """A picture of the page as it is when a test fails, and where it is."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "page").partition(" ")[0].rpartition("::")[2]
    try:
        path = opened.picture(f"failed-{test}-{opened.name}")
    except Exception as error:  # the browser itself may be gone; what made the test fail is what matters
        print(f"There is no picture: {error}")
    else:
        print(f"The page at {opened.page.url} looked like {path}. Its errors: {opened.errors}")
