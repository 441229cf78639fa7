"""A person's JupyterLab: a server of its own, with a home of its own, and what such a person does in the page."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from browser import SECONDS, Opened

EXTENSION, SERVER = "@jupyter/nbgrader", "nbgrader.server_extensions"
FOR_STAFF = ("formgrader", "course-list", "create-assignment")  # which of nbgrader's are no use to a student
NEWS = "@jupyterlab/apputils-extension:announcements"  # asks whether to fetch news, before anything can be clicked


@dataclass
class Lab:
    """JupyterLab, running.

    Args:
        home: the person's home, where every setting is and the log; given to the server as the only one.
        process: the server.
    """

    home: Path
    process: subprocess.Popen

    @classmethod
    def start(cls, home: Path, folder: Path, staff: bool, nbgrader_config: str = "") -> "Lab":
        """Start a server, and do not wait for it.

        Args:
            home: the person's home.
            folder: where the server stands.
            staff: whether Formgrader and what belongs to it is offered.
            nbgrader_config: the person's own nbgrader_config.py.
        """
        settings = home / ".jupyter"
        off = () if staff else FOR_STAFF
        write(settings / "labconfig" / "page_config.json", {
            "disabledExtensions": dict.fromkeys([NEWS, *(f"{EXTENSION}:{name}" for name in off)], True),
        })  # fmt: skip
        write(settings / "jupyter_server_config.json", {
            "ServerApp": {
                "ip": "127.0.0.1",
                "port": 0,  # one that is free
                "open_browser": False,
                "allow_root": True,
                "jpserver_extensions": {f"{SERVER}.{name}": staff for name in ("formgrader", "course_list")},
            }
        })  # fmt: skip
        themes = settings / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        write(themes / "themes.jupyterlab-settings", {"adaptive-theme": True})  # dark where the person's desktop is
        if nbgrader_config:
            (settings / "nbgrader_config.py").write_text(nbgrader_config, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "XDG"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        with (home / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab"], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**kept, "HOME": str(home), "PATH": path, "JUPYTER_PREFER_ENV_PATH": "1"}, start_new_session=True,
            )  # fmt: skip
        return cls(home, process)

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(encoding="utf-8", errors="replace")

    @property
    def address(self) -> str:
        """Where the person's browser goes first; waits until the server listens."""
        until = time.monotonic() + 3 * SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", self.log):
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"JupyterLab did not start:\n{self.log}")

    @property
    def troubles(self) -> list[str]:
        """What the server had to say of requests that it could not answer."""
        return [line for line in self.log.splitlines() if re.search(r"Traceback|\] 5\d\d ", line)]

    def stop(self) -> None:
        """End the server and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(SECONDS)


def write(path: Path, settings: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings), encoding="utf-8")


def choose(opened: Opened, menu: str, item: str) -> None:
    """Choose from a menu of JupyterLab, once it is there."""
    opened.page.get_by_role("menuitem", name=menu, exact=True).click(timeout=3 * SECONDS * 1000)
    opened.page.locator(".lm-Menu").get_by_text(item, exact=True).click()


def go_to_tab(opened: Opened, name: str) -> None:
    opened.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=name).click()


@dataclass
class Notebook:
    """A notebook that is open in JupyterLab."""

    opened: Opened

    @property
    def panel(self):
        return self.opened.page.locator(".jp-NotebookPanel:visible")

    def wait(self) -> None:
        """Wait for its kernel."""
        self.opened.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=3 * SECONDS * 1000)

    def cell(self, text: str):
        """The one cell that holds a text."""
        return self.panel.locator(".jp-Cell", has_text=text)

    def run(self, cell) -> None:
        """Run a cell, and wait until it has run."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.opened.page.keyboard.press("Control+Enter")
        self.opened.wait_for(
            lambda: re.fullmatch(r"\[\d+\]:", now := prompt.inner_text()) and now != before,
            f"the cell that starts with {cell.locator('.cm-line').first.inner_text()!r} has run",
        )

    def write(self, cell, *lines: str) -> None:
        """Write lines in the place of a function's last line."""
        cell.locator(".cm-line").last.click()
        self.press("End", "Shift+Home", "Shift+Home")
        for at, line in enumerate(lines):
            if at:
                self.press("Enter", "Shift+Home")  # the editor has indented as it thinks fit
            self.enter(cell, f"    {line}")

    def answer(self, text: str, of: str) -> None:
        """Write an answer in words under the question in which a text stands."""
        question = self.panel.locator(".jp-MarkdownCell", has_text=of)
        below = question.locator("xpath=following-sibling::*[1]")
        below.click()
        self.panel.locator(".jp-MarkdownCell.jp-mod-active", has_text="YOUR ANSWER HERE").wait_for()
        self.press("Enter")
        below.locator(".cm-content").wait_for()
        self.press("Control+A")
        self.enter(below, text)
        self.press("Control+Enter")
        below.locator(".jp-MarkdownOutput").wait_for()

    def enter(self, cell, line: str) -> None:
        """Enter a line where the cursor is, at once: the editor misses keys of one who types faster than a busy machine
        can follow."""
        self.opened.page.keyboard.insert_text(line)
        cell.locator(".cm-line", has_text=line.strip()).wait_for()

    def save(self) -> None:
        self.press("Control+S")
        self.opened.page.locator("#jp-main-dock-panel .lm-TabBar-tab.jp-mod-dirty").wait_for(state="detached")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.opened.page.keyboard.press(key)
