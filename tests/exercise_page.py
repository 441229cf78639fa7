"""A page of exercises as tests use it: what a learner types, presses and reads."""

from dataclasses import dataclass

from browser import Opened

PYTHON = 240_000  # milliseconds for Python to get ready and to answer, on a machine that has much else to do


def expect(what):
    """Playwright's, which waits until it holds."""
    from playwright.sync_api import expect  # where it is missing, the browser fixture says so

    return expect(what)


@dataclass
class Exercise:
    """One exercise on an opened page."""

    opened: Opened
    name: str

    @property
    def section(self):
        return self.opened.page.locator(f"#exercise-{self.name}")

    @property
    def editor(self):
        return self.section.locator(f".cm-content[aria-label='Your code for {self.name}']")

    @property
    def scratch(self):
        return self.section.locator(f".cm-content[aria-label='A few lines to try {self.name} out']")

    @property
    def status(self):
        """The line that says what is going on."""
        return self.section.locator(".cr-status-text")

    @property
    def diagnosis(self):
        return self.section.locator(".cr-diagnosis")

    @property
    def after(self):
        """What is told once it passes."""
        return self.section.locator(".cr-after")

    def button(self, name: str):
        return self.section.get_by_role("button", name=name)

    def code(self) -> str:
        self.section.scroll_into_view_if_needed()
        expect(self.editor.locator(".cm-line").first).to_be_visible()
        return typed(self.editor)

    def write(self, source: str) -> None:
        """Type a source in the place of all that the editor holds."""
        self.section.scroll_into_view_if_needed()
        self.editor.click()
        self.opened.page.keyboard.press("ControlOrMeta+a")
        self.opened.page.keyboard.insert_text(source)

    def check(self) -> str:
        """Press Check, and give the status that comes out."""
        self.button("Check").click()
        return self.outcome()

    def outcome(self) -> str:
        self.done()
        return self.section.locator(".cr-result").get_attribute("data-status")

    def done(self) -> None:
        """Wait until Python has answered, or was stopped."""
        expect(self.button("Check")).to_have_attribute("aria-disabled", "false", timeout=PYTHON)


def typed(editor) -> str:
    """The text in an editor, all of it: CodeMirror puts what is in view into the page, so keep it short."""
    return "\n".join(line.replace("\u200b", "").rstrip("\n") for line in editor.locator(".cm-line").all_inner_texts())
