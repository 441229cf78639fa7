"""The site without a connection, in a real Chromium: what is kept, when, and what a new build does to it."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser import page_at
from exercise_page import PYTHON, Exercise, expect
from support import ROOT

LIMIT = 1_000_000  # bytes of a first visit to a lesson, until the page is at rest
TIMES = "def predict(k, x):\n    return k * x\n"


@pytest.fixture
def course(built_site, tmp_path):
    """A copy of the site below /course/, as many hosts have it: its address, its folder, and a way to pull the plug."""
    (tmp_path / "hosted").mkdir()
    shutil.copytree(built_site, tmp_path / "hosted" / "course", copy_function=os.link)
    with hosted(tmp_path / "hosted") as host:
        yield host


@contextmanager
def hosted(folder: Path):
    from serving import Server

    host = Host(Server(folder), folder / "course")
    host.start()
    try:
        yield host
    finally:
        host.stop()


class Host:
    """A server that can be stopped, so that nothing answers any more, whoever asks."""

    def __init__(self, server, folder: Path):
        import threading

        self.server, self.folder = server, folder
        self.address = f"{server.address}course/"
        self.thread = threading.Thread(target=server.serve_forever, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()


def kept(page) -> dict:
    """How many files each cache of the page's host holds, by the part of the site and the build."""
    return page.evaluate(
        """async () => {
            const found = {};
            for (const name of await caches.keys()) found[name] = (await (await caches.open(name)).keys()).length;
            return found;
        }"""
    )


def build(course) -> dict:
    """What the site's service worker knows of it."""
    return json.loads((course.folder / "sw.js").read_text().split("\n")[0].removeprefix("const BUILD = ").rstrip(";"))


def all_kept(opened, course, group="pages"):
    def whole():
        files = len(build(course)[group]["files"])
        return any(f"|{group}|" in name and count == files for name, count in kept(opened.page).items())

    return opened.wait_for(whole, f"all {group} are kept")


def test_a_site_that_was_visited_once_goes_on_without_a_connection(browser, course):
    with page_at(browser, f"{course.address}units/guess_number.html") as opened:
        all_kept(opened, course)
        guess = Exercise(opened, "predict")
        guess.write(TIMES)
        assert guess.check() == "passed"
        all_kept(opened, course, "python")  # it was needed

        course.stop()
        opened.page.context.set_offline(True)
        opened.page.reload()
        assert guess.code() == TIMES
        guess.write("def predict(k, x):\n    return k + x\n")
        assert guess.check() == "failed"
        expect(guess.diagnosis).to_contain_text("k and x are added")
        opened.picture("widget-offline")
        opened.page.goto(f"{course.address}units/conv.html")
        expect(opened.page.get_by_role("heading", level=1)).to_contain_text("Convolution")
        opened.page.goto(f"{course.address}search.html?q=padding")
        expect(opened.page.locator("#search-results a[href*='units/conv']").first).to_be_visible()
        opened.page.goto(course.address)
        expect(opened.page.locator("section.exercise .cm-content")).to_be_visible()
        guess = Exercise(opened, "predict")
        of_pythons_own = "import calendar\n\n\n"  # not in memory when it starts
        guess.write(f"{of_pythons_own}{TIMES.rstrip()} * calendar.isleap(2024)\n")
        assert guess.check() == "passed"


def test_python_is_kept_when_asked_for(browser, course):
    with page_at(browser, f"{course.address}syllabus.html") as opened:
        all_kept(opened, course)
        opened.page.reload()
        panel = opened.page.locator(".your-work")
        expect(panel).to_contain_text("All pages are kept in this browser")
        sizes = [size for _, size in build(course)["python"]["files"].values()]
        panel.get_by_role("button", name=f"Make Python available offline ({sum(sizes) / 1e6:.1f} MB)").click()
        expect(panel.get_by_text("Python is kept as well")).to_be_visible(timeout=PYTHON)
        all_kept(opened, course, "python")
        course.stop()
        opened.page.goto(f"{course.address}units/guess_number.html")
        guess = Exercise(opened, "predict")
        guess.write(TIMES)
        assert guess.check() == "passed"


def test_a_first_visit_is_light_until_the_page_is_at_rest(browser, course):
    """What is counted is what comes over the wire, headers included, up to the registration of the service worker."""
    with page_at(browser, "about:blank") as opened:
        opened.outside.clear()
        counted, workers = [], []
        opened.page.on("requestfinished", lambda request: counted.append(request) if not workers else None)
        opened.page.context.on(
            "request", lambda request: workers.append(request.url) if "sw.js" in request.url else None
        )
        opened.page.goto(f"{course.address}units/conv.html")
        opened.wait_for(lambda: workers, "the service worker is registered")
        sizes = {r.url: r.sizes()["responseBodySize"] + r.sizes()["responseHeadersSize"] for r in counted}
        assert 50_000 < sum(sizes.values()) < LIMIT, sizes
        assert not any("/python/" in url for url in sizes)
        print(f"A first visit of a lesson: {sum(sizes.values()) / 1e3:.0f} KB in {len(sizes)} files")
        opened.outside.clear()  # about:blank has no host of its own


def test_a_new_build_takes_the_old_ones_place_whole(browser, course):
    with page_at(browser, f"{course.address}glossary.html") as opened:
        all_kept(opened, course)
        opened.page.reload()
        first = kept(opened.page)
        for name in ("glossary.html", "students.html"):
            change(course.folder / name)
        rebuilt(course)
        opened.page.reload()

        # Browsers look for a new build while somebody reads, and say so once it is whole. What is read is the old one.
        fresh = opened.page.locator("meta[name=build-of-the-test]")
        expect(opened.page.locator(".cr-fresh")).to_be_visible(timeout=60_000)
        expect(fresh).to_have_count(0)
        opened.page.goto(f"{course.address}students.html")
        expect(fresh).to_have_count(0)
        # Who asks for the new one is given it, whole.
        opened.page.locator(".cr-fresh").get_by_role("button").click()
        expect(fresh).to_have_count(1)
        opened.page.goto(f"{course.address}glossary.html")
        expect(fresh).to_have_count(1)
        opened.wait_for(lambda: not kept(opened.page).keys() & first.keys(), "the old build is gone")
        all_kept(opened, course)


def test_a_build_that_is_not_whole_is_not_taken(browser, course):
    """As while a site is being uploaded: the worker is new, and a page is still the old one."""
    with page_at(browser, f"{course.address}glossary.html") as opened:
        all_kept(opened, course)
        opened.page.reload()
        first = kept(opened.page)
        old = (course.folder / "glossary.html").read_bytes()
        change(course.folder / "glossary.html")
        rebuilt(course)
        replace(course.folder / "glossary.html", old)
        failed = opened.page.evaluate(
            """async () => {
                const registration = await navigator.serviceWorker.getRegistration();
                await registration.update();
                const worker = registration.installing ?? registration.waiting;
                const ended = (done) => () => worker.state == "redundant" && done();
                if (worker) await new Promise(done => worker.addEventListener("statechange", ended(done)));
                return registration.waiting === null;
            }"""
        )
        assert failed
        assert first.items() <= kept(opened.page).items()
        course.stop()
        opened.page.reload()
        expect(opened.page.get_by_role("heading", level=1)).to_contain_text("Glossary")


def change(page: Path) -> None:
    replace(page, page.read_bytes().replace(b"<head>", b'<head><meta name="build-of-the-test" content="2"/>'))


def replace(path: Path, content: bytes) -> None:
    """Write a file anew: what lies here are hard links."""
    path.unlink()
    path.write_bytes(content)


def rebuilt(course) -> None:
    (course.folder / "sw.js").unlink()
    script = ROOT / "course_site" / "widget" / "service_worker.py"
    subprocess.run([sys.executable, script, course.folder], check=True)


@pytest.mark.parametrize(
    "without",
    ["Object.defineProperty(window, 'isSecureContext', {value: false})", "delete Navigator.prototype.serviceWorker"],
    ids=["plain http", "no service workers"],
)
def test_without_a_service_worker_everything_else_works(browser, course, without):
    with page_at(browser, f"{course.address}404.html", service_workers="block") as opened:
        opened.page.add_init_script(without)
        opened.page.goto(f"{course.address}syllabus.html")
        expect(opened.page.locator(".your-work")).to_contain_text("cannot be kept for offline use")
        opened.page.goto(f"{course.address}units/guess_number.html")
        guess = Exercise(opened, "predict")
        guess.write(TIMES)
        expect(guess.section.locator(".cr-badge")).to_have_text("in progress")
        assert not opened.errors


def test_from_a_folder_a_lesson_can_be_read(browser, built_site):
    """Without a server browsers run no modules: the stub and the hints are there all the same."""
    with page_at(browser, (built_site / "units" / "conv.html").as_uri()) as opened:
        stub = opened.page.locator("#exercise-output_size .stub")
        expect(stub).to_contain_text("raise NotImplementedError")
        expect(opened.page.locator("#exercise-output_size details.hint").first).to_be_visible()
