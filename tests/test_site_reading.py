"""The course site in a real Chromium: read wide and narrow, in the light and in the dark, with and without scripts."""

import pytest
from browser import page_at
from served_site import PAGES, SOURCES
from support import sampled

AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
MEGABYTE = 1_000_000
WIDE, NARROW = 1280, 360

ALONE = "delete Navigator.prototype.serviceWorker"  # which would fetch the whole site meanwhile
CLOSER = """async () => {
  // Everything that comes when it is near comes now, and what is not there is noticed.
  for (let y = 0; y < document.body.scrollHeight; y += 500) {
    scrollTo(0, y);
    await new Promise((done) => setTimeout(done, 40));
  }
  scrollTo(0, 0);
}"""
SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
TOO_WIDE = """() => {
  const clips = (e) => e !== document.body && getComputedStyle(e).overflowX !== "visible";
  const inside = (e) => e && (clips(e) || inside(e.parentElement));
  const wide = (e) => e.getBoundingClientRect().width && e.getBoundingClientRect().right > innerWidth + 1;
  const all = [...document.querySelectorAll("main *, header *, footer *")];
  const found = all.filter((e) => wide(e) && !inside(e.parentElement));
  const names = found.map((e) => `${e.tagName}.${e.className}`).slice(0, 5);
  return document.documentElement.scrollWidth > innerWidth ? [...names, "the page itself"] : names;
}"""
FAULTS = """async () => {
  // Columns of remarks have no heading in the lessons, and need none.
  const rules = { "empty-table-header": { enabled: false } };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], rules });
  const told = ({ target, html }) => `${target} ${html.slice(0, 160)}`;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(told).join(" | ")}`);
}"""


def is_fault(message) -> bool:
    """Whether the console tells of a fault of the page; a picture that is opened as a page has no icon."""
    return message.type in ("error", "warning") and not message.location["url"].endswith("/favicon.ico")


LOOKS = {"wide-light": (WIDE, False), "narrow-dark": (NARROW, True)}
# Every other page is looked at, one so and the next otherwise; by night every page in both ways.
SEEN = [(name, look) for place, name in enumerate(PAGES) for look in sorted(LOOKS, reverse=place // 2 % 2)]


@pytest.mark.parametrize(("name", "look"), sampled(SEEN, 4))
def test_a_page_is_sound(browser, site, name, look):
    """No error, no other host, nothing wider than the page, nothing that jumps, nothing that axe finds fault with; and
    a first visit, read to its end, fetches less than a megabyte."""
    width, dark = LOOKS[look]
    with page_at(browser, site.address + "_static/favicon.svg", width=width, dark=dark) as opened:
        page, missing, said, bytes_of = opened.page, [], [], {}
        page.on("response", lambda r: missing.append(r.url) if r.status >= 400 else None)
        page.on("console", lambda m: said.append(m.text) if is_fault(m) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.add_init_script(f"({SHIFTS})(); {ALONE}")
        session = page.context.new_cdp_session(page)
        session.on("Network.loadingFinished", lambda e: bytes_of.update({e["requestId"]: e["encodedDataLength"]}))
        session.send("Network.enable")
        page.goto(site.address + name)
        page.evaluate(CLOSER)
        for figure in page.locator("figure.explorer").all():
            figure.locator("xpath=self::*[@data-ready]").wait_for()
        page.wait_for_load_state("networkidle")
        assert 20_000 < sum(bytes_of.values()) < MEGABYTE
        assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")
        assert missing == []
        assert said == []
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("window.shifted") < 0.1
        page.add_script_tag(path=AXE)
        assert page.evaluate(FAULTS) == []


def test_a_lesson_is_read_without_scripts(browser, site):
    with page_at(browser, f"{site.address}units/conv.html", java_script_enabled=False) as opened:
        page = opened.page
        section = page.locator("#exercise-conv2d_forward")
        assert section.get_by_text("def conv2d_forward").is_visible()
        section.get_by_text("Hint 1").click()
        assert section.get_by_text("Pad the images with zeros once").is_visible()
        assert not section.get_by_text("np.einsum").is_visible()


def test_the_keyboard_reaches_the_text_at_once(browser, site):
    with page_at(browser, f"{site.address}units/linear.html") as opened:
        page = opened.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main-content"


def test_the_search_finds_without_a_server(browser, site):
    with page_at(browser, f"{site.address}search.html?q=vanishing") as opened:
        found = opened.page.locator("#search-results li a").first
        found.wait_for()
        assert opened.page.locator("#search-results li").count() >= 1
        assert opened.page.locator("#search-results a[href*='units/lstm']").count()


def test_an_address_that_is_not_there_gets_a_page_that_looks_right(browser, site):
    with page_at(browser, f"{site.address}units/nowhere/at-all.html") as opened:
        page = opened.page
        assert page.get_by_role("heading", name="This page is not here").is_visible()
        page.locator("nav").get_by_role("link", name="Syllabus").first.click()
        assert page.url == f"{site.address}syllabus.html"
