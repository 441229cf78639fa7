"""The exercise widget in a real Chromium on the built site: what a learner types, presses and reads."""

import io
import itertools
import json
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from browser import PICTURES, page_at
from exercise_page import PYTHON, Exercise, expect, typed
from plain_answers import right, wrong
from small_class import chainrule, records_in, statuses
from support import COURSE, ROOT, sampled

# What shows most: the gradient that is wrong in places. Of the other units it is the first exercise.
SHOWN = {unit.name: next(iter(unit.points)) for unit in COURSE.units} | {"conv": "conv2d_backward"}
LOOP = "def predict(k, x):\n    while True:\n        pass\n"
ADDED, TIMES = "def predict(k, x):\n    return k + x\n", "def predict(k, x):\n    return k * x\n"


@pytest.fixture(scope="module")
def learner(browser, site):
    """One learner's page, who goes from unit to unit."""
    with page_at(browser, site.address) as opened:
        yield opened
        assert not opened.errors


@pytest.fixture
def guess(browser, site):
    """The page of the first unit, as a new visitor has it."""
    with page_at(browser, f"{site.address}units/guess_number.html") as opened:
        yield Exercise(opened, "predict")
        assert not opened.errors


@pytest.mark.parametrize("unit", sampled(list(SHOWN), 4))
def test_a_wrong_answer_is_named_and_a_right_one_passes(learner, site, unit):
    learner.page.goto(f"{site.address}units/{unit}.html")
    name = SHOWN[unit]
    for needed in itertools.takewhile(lambda other: other != name, COURSE.unit(unit).points):
        Exercise(learner, needed).write(right(unit, needed))
    exercise = Exercise(learner, name)
    source, mistake = wrong(unit, name)
    exercise.write(source)
    assert exercise.check() == "failed"
    expect(exercise.status).to_contain_text("Not right yet")
    said = exercise.diagnosis.inner_text().casefold()
    assert plain(mistake.name) in said
    assert plain(mistake.hint) in said
    expect(exercise.section.locator(".cr-cases [data-status=failed]").first).to_be_visible()
    expect(exercise.after).to_be_hidden()

    exercise.write(right(unit, name))
    assert exercise.check() == "passed"
    cases = len(COURSE.unit(unit).exercises[name].visible_cases())
    expect(exercise.section.locator(".cr-cases [data-status=passed]")).to_have_count(cases)
    expect(exercise.section.locator(".cr-badge")).to_have_text("passed")
    expect(exercise.after).to_be_visible()
    expect(exercise.after.get_by_role("link")).to_have_attribute("href", re.compile("exercise-|units/"))


def plain(sentence: str) -> str:
    """A sentence as the page's text has it."""
    return sentence.replace("`", "").casefold()


def test_an_endless_loop_is_stopped_and_the_page_goes_on(guess):
    guess.write(LOOP)
    guess.button("Check").click()
    # Loading can be stopped too; here it is the loop that is meant.
    expect(guess.status).to_have_text("Checking predict …", timeout=PYTHON)
    guess.opened.page.wait_for_timeout(500)
    stop = guess.button("Stop")
    stop.focus()
    stop.press("Enter")
    guess.done()
    expect(guess.status).to_have_text("Stopped. Your code is as you left it.")
    expect(stop).to_be_hidden()
    expect(guess.button("Check")).to_be_focused()
    assert guess.code() == LOOP

    guess.section.evaluate("section => section.dataset.seconds = 2")
    guess.button("Check").click()
    guess.done()
    expect(guess.status).to_contain_text("This ran for 2 seconds without an end")
    assert guess.code() == LOOP

    guess.write(TIMES)
    assert guess.check() == "passed"


def test_work_and_outcomes_are_there_after_a_reload(guess):
    page = guess.opened.page
    guess.write(TIMES)
    assert guess.check() == "passed"
    page.reload()
    assert guess.code() == TIMES
    expect(guess.section).to_have_attribute("data-standing", "passed")
    expect(guess.after).to_be_visible()

    guess.editor.click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("# more")
    expect(guess.section.locator(".cr-badge")).to_have_text("changed since it passed")
    expect(guess.section.get_by_text("Said of an earlier version")).to_be_visible()
    page.reload()
    assert guess.code() == f"{TIMES}# more"
    expect(guess.section.locator(".cr-badge")).to_have_text("changed since it passed")

    # The very source that passed has passed.
    guess.write(TIMES)
    expect(guess.section.locator(".cr-badge")).to_have_text("passed")


def test_the_last_keystroke_is_kept_when_the_page_is_left_at_once(guess, site):
    guess.write(ADDED)
    guess.opened.page.keyboard.type("#!")
    guess.opened.page.goto(f"{site.address}syllabus.html")
    guess.opened.page.go_back()
    assert guess.code() == f"{ADDED}#!"


def test_hints_come_one_at_a_time_and_stay(guess):
    hints = guess.section.locator(".cr-hint")
    told = COURSE.unit("guess_number").hints["predict"]
    expect(hints).to_have_count(0)
    for number, (kind, button) in enumerate({"idea": "Hint", "formula": "Next hint", "code": "Next hint"}.items(), 1):
        guess.button(button).click()
        expect(hints).to_have_count(number)
        expect(hints.last).to_have_attribute("data-hint", kind)
    assert told["code"].strip() in hints.last.inner_text()
    expect(guess.button("No more hints")).to_have_attribute("aria-disabled", "true")
    guess.opened.page.reload()
    expect(hints).to_have_count(3)


def test_reset_asks_and_can_be_undone(guess):
    page = guess.opened.page
    stub = guess.code()
    assert stub.rstrip().endswith("raise NotImplementedError")
    guess.write(ADDED)
    guess.button("Reset").click()
    expect(page.get_by_role("dialog")).to_contain_text("Put the stub of predict back?")
    page.keyboard.press("Escape")
    assert guess.code() == ADDED
    expect(guess.button("Reset")).to_be_focused()

    guess.button("Reset").click()
    page.get_by_role("button", name="Put the stub back").click()
    assert guess.code() == stub
    expect(guess.section.locator(".cr-badge")).to_have_text("")
    guess.button("Undo").click()
    assert guess.code() == ADDED

    guess.button("Reset").click()
    page.get_by_role("button", name="Put the stub back").click()
    guess.editor.click()
    page.keyboard.press("ControlOrMeta+z")
    assert guess.code() == ADDED
    page.reload()
    assert guess.code() == ADDED


def test_everything_can_be_done_with_the_keyboard(guess):
    page = guess.opened.page
    guess.section.scroll_into_view_if_needed()
    expect(guess.editor).to_have_attribute("aria-describedby", re.compile("help"))
    guess.editor.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("def predict(k, x):\n")
    page.keyboard.type("return k * x")  # the editor has indented it
    assert guess.code() == "def predict(k, x):\n    return k * x"
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert guess.code() == "def predict(k, x):\n        return k * x"
    page.keyboard.press("Shift+Tab")
    expect(guess.editor).to_be_focused()
    page.keyboard.press("Control+Enter")
    assert guess.outcome() == "passed"
    expect(guess.editor).to_be_focused()

    page.keyboard.press("Escape")
    for name in ("Check", "Try it", "Hint", "Reset"):
        page.keyboard.press("Tab")
        expect(guess.button(name)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(guess.scratch).to_be_focused()
    page.keyboard.type("print(predict(2, 21))")
    page.keyboard.press("Control+Enter")
    expect(guess.section.locator(".cr-printed")).to_have_text("42\n", timeout=PYTHON)


def test_a_scratch_cell_prints_draws_and_says_where_it_stopped(guess):
    page = guess.opened.page
    guess.write(TIMES)
    guess.button("Try it").click()
    guess.scratch.click()
    page.keyboard.insert_text("plot([predict(0.5, x) for x in range(10)])\nprint('drawn')")
    guess.button("Run").click()
    guess.done()
    expect(guess.section.locator(".cr-printed")).to_have_text("drawn\n")
    expect(guess.section.locator(".cr-pictures svg[role=img]")).to_have_count(1)
    assert guess.section.locator(".cr-pictures svg").get_attribute("aria-label").startswith("A plot of 10 points")

    page.keyboard.press("ControlOrMeta+a")
    guess.scratch.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("predict(1, 2)\npredict(1)")
    guess.button("Run").click()
    guess.done()
    expect(guess.section.locator(".cr-error")).to_contain_text("TypeError")
    expect(guess.section.locator(".cr-error")).to_contain_text("line 2 of this cell")
    page.reload()
    guess.button("Try it").click()
    assert typed(guess.scratch) == "predict(1, 2)\npredict(1)"


def test_a_phone_has_all_of_it(browser, site):
    with page_at(
        browser, f"{site.address}units/guess_number.html", width=360, height=740, has_touch=True, is_mobile=True
    ) as opened:
        guess = Exercise(opened, "predict")
        guess.section.scroll_into_view_if_needed()
        guess.editor.tap()
        opened.page.keyboard.press("ControlOrMeta+a")
        opened.page.keyboard.insert_text(ADDED)
        guess.button("Hint").tap()
        guess.button("Check").tap()
        assert guess.outcome() == "failed"
        expect(guess.diagnosis).to_contain_text("k and x are added")
        box = guess.section.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        for button in guess.section.get_by_role("button").all():
            box = button.bounding_box()
            assert box["height"] >= 44, button
            assert box["x"] + box["width"] <= 360
        opened.picture("widget-phone")


# How far anything moved that an exercise has a part in.
SHIFTS = """
    window.shifts = [];
    const element = ({node}) => node?.nodeType === 1 ? node : node?.parentElement;
    const ofExercise = (entry) => entry.sources.some((source) => element(source)?.closest("section.exercise"));
    new PerformanceObserver((list) => shifts.push(...list.getEntries().filter(ofExercise).map((entry) => entry.value)))
        .observe({type: "layout-shift", buffered: true});
"""


def test_the_page_stands_still_while_editors_come(browser, site):
    with page_at(browser, f"{site.address}404.html") as opened:
        opened.page.add_init_script(SHIFTS)
        opened.page.goto(f"{site.address}units/conv.html")
        heights = "[...document.querySelectorAll('section.exercise')].map(s => s.offsetHeight)"
        first = opened.page.evaluate(heights)
        for number in range(len(first)):
            opened.page.locator("section.exercise").nth(number).scroll_into_view_if_needed()
            expect(opened.page.locator("section.exercise").nth(number).locator(".cm-content")).to_be_visible()
        opened.page.wait_for_timeout(500)  # the editor measures what it shows after it has shown it
        assert opened.page.evaluate(heights) == pytest.approx(first, abs=2)
        assert opened.page.evaluate("shifts.reduce((sum, one) => sum + one, 0)") < 0.05


def test_two_tabs_lose_nothing(guess, site):
    first = guess.opened.page
    first.context.add_init_script(
        "window.deaf = false; addEventListener('storage', (event) => deaf && event.stopImmediatePropagation())"
    )
    first.reload()
    second = first.context.new_page()
    second.goto(f"{site.address}units/guess_number.html")
    other = Exercise(type(guess.opened)(second), "predict")
    guess.write(ADDED)
    expect(other.section.locator(".cr-badge")).to_have_text("in progress")
    assert other.code() == ADDED

    # Both write before either hears of the other.
    for page in (first, second):
        page.evaluate("window.deaf = true")
    for page, source in ((first, LOOP), (second, TIMES)):
        Exercise(type(guess.opened)(page), "predict").write(source)
        page.wait_for_timeout(600)
    expect(other.section.get_by_text("Another tab changed this exercise as well.")).to_be_visible()
    assert other.code() == TIMES
    other.button("Show the other version").click()
    assert other.code() == LOOP
    second.reload()
    assert other.code() == LOOP


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})",
            "keep nothing",
        ),
        (
            "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
            "keep nothing|is full",
        ),
    ],
    ids=["forbidden", "full"],
)
def test_a_storage_that_keeps_nothing_is_said_and_work_goes_on(browser, site, script, sentence):
    with page_at(browser, f"{site.address}404.html") as opened:
        opened.page.add_init_script(script)
        opened.page.goto(f"{site.address}units/guess_number.html")
        guess = Exercise(opened, "predict")
        guess.write(TIMES)
        expect(opened.page.get_by_role("alert").filter(has_text=re.compile(sentence))).to_be_visible()
        assert guess.check() == "passed"
        expect(guess.section.locator(".cr-badge")).to_have_text("passed")
        assert guess.code() == TIMES


AXE = ROOT / "course_site" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async (element) => (await axe.run(element, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa"]})).violations
    .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)"""
LOOKS = {"360-dark": (360, True), "1280-light": (1280, False), "1280-dark": (1280, True), "360-light": (360, False)}


def test_every_state_looks_right_and_can_be_used_by_everybody(browser, site):
    """Pictures of every state, to be looked at; in each nothing is cut off and axe finds nothing."""
    with page_at(browser, f"{site.address}units/conv.html") as opened:
        for name in ("output_size", "conv2d_forward"):
            Exercise(opened, name).write(right("conv", name))
        backward = Exercise(opened, "conv2d_backward")
        look(backward, "untouched")
        backward.write(wrong("conv", "conv2d_backward")[0])
        backward.button("Check").click()
        look(backward, "loading", waited=False)
        backward.done()
        look(backward, "wrong")
        backward.button("Hint").click()
        backward.button("Next hint").click()
        backward.button("Next hint").click()
        look(backward, "hints")
        backward.write(right("conv", "conv2d_backward"))
        assert backward.check() == "passed"
        look(backward, "right")
        size = Exercise(opened, "output_size")
        size.button("Try it").click()
        size.scratch.click()
        opened.page.keyboard.insert_text(
            "plot([output_size(n, 3, 2, 1) for n in range(3, 30)])\noutput_size(7, 3, 2, 1)"
        )
        size.button("Run").click()
        size.done()
        expect(size.section.locator(".cr-pictures svg")).to_be_visible()
        look(size, "run")
        size.write("def output_size(size, kernel, stride, padding):\n    while True:\n        pass\n")
        size.section.evaluate("section => section.dataset.seconds = 1")
        size.button("Check").click()
        size.done()
        look(size, "stopped")
        size.button("Reset").click()
        look(size, "reset")
        opened.page.keyboard.press("Escape")
        opened.page.goto(f"{site.address}syllabus.html")
        expect(opened.page.get_by_role("button", name="Export")).to_be_visible()
        look_at(opened, opened.page.locator(".your-work"), "your-work")


def look(exercise, state, waited=True):
    look_at(exercise.opened, exercise.section, state, waited)


def look_at(opened, element, state, waited=True):
    page = opened.page
    for look in sampled(list(LOOKS), 4):
        width, dark = LOOKS[look]
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark" if dark else "light")
        for _ in range(2):  # the editor measures anew what comes into view
            element.evaluate("element => element.scrollIntoView({block: 'end', inline: 'start'})")
            page.wait_for_timeout(150)
        page.screenshot(path=PICTURES / "widget" / f"{state}-{look}.png", animations="disabled")
        if not waited:
            continue
        box = element.bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=AXE)
        assert not page.evaluate(VIOLATIONS, element.element_handle())
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


# The circle: the page, an export, the class's grader, pytest, and back


@pytest.fixture(scope="module")
def exported(browser, site, tmp_path_factory):
    """The work of a learner who has done some of two units: the zip, what the page said, and the learner's page."""
    with page_at(browser, f"{site.address}units/losses.html") as opened:
        written = {
            "mse_loss": right("losses", "mse_loss"),
            "mae_loss": wrong("losses", "mae_loss")[0],
            "hinge_loss": "def hinge_loss(scores, labels, margin):\n    return (\n",
        }
        said = {f"losses.{name}": "not started" for name in COURSE.unit("losses").points}
        for name, source in written.items():
            Exercise(opened, name).write(source)
        for name in COURSE.unit("losses").points:
            said[f"losses.{name}"] = Exercise(opened, name).check()
        opened.page.goto(f"{site.address}units/guess_number.html")
        Exercise(opened, "predict").write(f"ONE = 1\n\n\n{TIMES}")
        said["guess_number.predict"] = Exercise(opened, "predict").check()
        path = tmp_path_factory.mktemp("export") / "ada.zip"
        export(opened, site).save_as(path)
        yield path, said, opened


def export(opened, site):
    opened.page.goto(f"{site.address}syllabus.html")
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Export").click()
    return download.value


def test_what_the_page_says_is_what_the_grader_says(exported, tmp_path):
    path, said, _ = exported
    assert set(said.values()) == {"passed", "failed", "not started"}
    (tmp_path / "submissions").mkdir()
    shutil.copy(path, tmp_path / "submissions")
    units = [option for unit in ("losses", "guess_number") for option in ("--unit", unit)]
    done = chainrule("grade", tmp_path / "submissions", "--out", tmp_path / "grades", *units, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    graded = statuses(records_in(tmp_path / "grades")["ada"])
    assert {name: graded[name] for name in said} == said


def test_what_the_page_says_is_what_pytest_says(exported, tmp_path):
    path, said, _ = exported
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("course.toml", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rA",
            "-p",
            "no:cacheprovider",
            "exercises/losses",
            "exercises/guess_number",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    for exercise, status in said.items():
        unit, _, name = exercise.partition(".")
        found = set(re.findall(rf"^(\w+) \S*{unit}\S*{name}\[", done.stdout, re.M))
        came = "failed" if "FAILED" in found else "passed" if "PASSED" in found else "not started"
        assert came == status, (exercise, done.stdout)


def test_the_same_work_is_the_same_zip(exported, site, tmp_path):
    path, _, opened = exported
    export(opened, site).save_as(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()


def test_an_export_comes_back_whole_and_edited(exported, browser, site, tmp_path):
    path, _, _ = exported
    with page_at(browser, f"{site.address}syllabus.html") as opened:
        panel = opened.page.locator(".your-work")
        bring(opened, path)
        expect(panel).to_contain_text(
            "Came in: guess_number.predict, losses.mse_loss, losses.mae_loss, losses.hinge_loss."
        )
        expect(panel).to_contain_text("2 of")
        again = tmp_path / "again.zip"
        export(opened, site).save_as(again)
        assert contents(again).keys() == contents(path).keys()
        for name in contents(path):
            if name.endswith(".py"):
                assert contents(again)[name] == contents(path)[name]

        edited, file = contents(path), "exercises/guess_number/guess_number.py"
        edited[file] = edited[file].replace(b"return k * x", b"return x * k")
        bring(opened, packed(tmp_path / "edited.zip", edited))
        dialog = opened.page.get_by_role("dialog")
        expect(dialog).to_contain_text("1 exercise here differs from what is in the file: guess_number.predict.")
        dialog.get_by_role("button", name="Keep mine").click()
        expect(panel).to_contain_text("Nothing new was in it.")
        expect(panel).to_contain_text("Kept as it is here: guess_number.predict.")
        bring(opened, tmp_path / "edited.zip")
        dialog.get_by_role("button", name="Replace").click()
        expect(panel).to_contain_text("Came in: guess_number.predict.")
        opened.page.goto(f"{site.address}units/guess_number.html")
        predict = Exercise(opened, "predict")
        assert "return x * k" in predict.code()
        # What passed was another source.
        expect(predict.section.locator(".cr-badge")).to_have_text("changed since it passed")


def test_files_of_a_course_come_in_and_bad_files_are_refused(browser, site, tmp_path):
    with page_at(browser, f"{site.address}syllabus.html") as opened:
        panel = opened.page.locator(".your-work")
        stubs = (ROOT / "exercises" / "guess_number" / "guess_number.py").read_text()
        body = stubs.replace("def predict", "SCALE = 1\n\n\ndef helper(k):\n    return k\n\n\ndef predict").encode()
        repository = {
            "exercises/guess_number/guess_number.py": body,
            "exercises/guess_number/test_guess_number.py": b"",
            "solutions/guess_number/guess_number.py": b"no",
            "exercises/conv/conv.py": (ROOT / "exercises" / "conv" / "conv.py").read_bytes(),
        }
        bring(opened, packed(tmp_path / "repository.zip", repository))
        expect(panel).to_contain_text("Came in: guess_number.predict.")
        expect(panel).to_contain_text(
            "Ignored, because no unit's file: exercises/guess_number/test_guess_number.py, "
            "solutions/guess_number/guess_number.py."
        )
        panel.get_by_role("button", name="Undo the import").click()
        expect(panel).to_contain_text("Nothing yet")

        (tmp_path / "conv.py").write_text(
            "import numpy as np\n\ndef output_size(size, kernel, stride, padding):\n    return 7\n"
        )
        bring(opened, tmp_path / "conv.py")
        expect(panel).to_contain_text("Came in: conv.output_size.")
        for name, content, why in (
            ("notes.py", b"x = 1\n", "its name is no unit's"),
            ("conv.txt", b"", "neither a .zip nor a .py file"),
            ("broken.zip", b"PK\3\4 no", "it is no zip file, or damaged"),
            ("lstm.py", b"\xff\xfe\0", "it is not UTF-8 text"),
            ("gan.py", b"#" * 1_000_001, "it is larger than 1 MB"),
            ("mlp.py", b"x = 1\n", "None of the functions of mlp is in it."),
        ):
            (tmp_path / name).write_bytes(content)
            bring(opened, tmp_path / name)
            expect(panel).to_contain_text(why)
        assert not opened.errors

        panel.get_by_role("button", name="Erase everything").click()
        opened.page.get_by_role("dialog").get_by_role("button", name="Erase everything").click()
        expect(panel).to_contain_text("Nothing yet")


def test_progress_is_shown_on_the_syllabus_and_beside_links(browser, site, exported):
    path, *_ = exported
    with page_at(browser, f"{site.address}syllabus.html") as opened:
        row = opened.page.locator(".syllabus-unit", has_text="Losses")
        expect(row).not_to_contain_text("passed")
        bring(opened, path)
        total = len(COURSE.unit("losses").points)
        expect(row).to_contain_text(f"1 of {total} passed")
        opened.page.goto(f"{site.address}units/conv.html")
        link = opened.page.locator(".bd-sidebar-primary a", has_text="Losses")
        expect(link).to_contain_text(f"1/{total}")


def bring(opened, path) -> None:
    opened.page.locator(".your-work input[type=file]").set_input_files(path)


def contents(path) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, files: dict[str, bytes]):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_notes_of_an_export_say_what_was_said(exported):
    path, said, _ = exported
    notes = json.loads(contents(path)["progress.json"])["units"]
    for exercise, status in said.items():
        unit, _, name = exercise.partition(".")
        assert notes[unit][name]["status"] == status
