"""The explorers in a real Chromium: what they show are the references' numbers, and everybody can use them.

What holds for every explorer is checked for the names in EXPLORERS; what they show is read from the data attributes of
their stage.
"""

import json
from contextlib import contextmanager

import numpy as np
import pytest
from browser import page_at
from explorer_page import explorers_served
from support import reference, sampled

EXPLORERS = ["guess", "perceptron", "landscape", "convolution", "backward", "lstm", "gan"]
WIDTHS = {320: "a small phone", 360: "a phone", 700: "a column between side bars", 1280: "a desktop"}

guess, perceptron, optim, conv = map(reference, ("guess_number", "perceptron", "optim", "conv"))

every_explorer = pytest.mark.parametrize("name", EXPLORERS)
near = pytest.approx


@pytest.fixture(scope="module")
def address():
    with explorers_served() as address:
        yield address


@contextmanager
def explorer(browser, address, name, *, theme="light", **options):
    """The page of an explorer. It fails at its end if a script has failed, or another host was asked."""
    with page_at(browser, f"{address}/{name}?theme={theme}", **options) as opened:
        ready(opened.page)
        yield opened.page
        assert not opened.errors


def ready(page):
    page.wait_for_selector("figure[data-ready=true]")


def plain(text):
    """A data attribute's number, list or the like as what it is."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def state(page):
    """The stage's data attributes."""
    attributes = page.locator(".explorer-stage").evaluate("stage => ({...stage.dataset})")
    return {name: plain(text) for name, text in attributes.items()}


def steps(page, count):
    """Press Reset, then Step so many times; the state after each."""
    press(page, "reset")
    texts = page.evaluate(
        """count => Array.from({ length: count }, () => {
            document.querySelector("[data-action=step]").click();
            return { ...document.querySelector(".explorer-stage").dataset };
        })""",
        count,
    )
    return [{name: plain(text) for name, text in each.items()} for each in texts]


def presets(page):
    return page.locator("button[data-preset]").evaluate_all("all => all.map((each) => each.dataset.preset)")


def preset(page, name):
    page.locator(f"button[data-preset={name}]").click()


def press(page, action):
    page.locator(f"[data-action={action}]").click()


def choose(page, group, option):
    """Choose an option of a group of radio buttons."""
    script = """([group, option]) => {
        const named = (fieldset) => fieldset.querySelector("legend").textContent === group;
        const fieldset = [...document.querySelectorAll("fieldset")].find(named);
        [...fieldset.querySelectorAll("label")].find((each) => each.textContent === option).click();
    }"""
    page.evaluate(script, [group, option])


def slide(page, label, value):
    """Move a slider to a value."""
    script = """([name, value]) => {
        const label = [...document.querySelectorAll("label")].find((each) => each.firstChild.textContent === name);
        label.control.value = value;
        label.control.dispatchEvent(new Event("input"));
    }"""
    page.evaluate(script, [label, value])


def sentence(page):
    return page.get_by_role("status").inner_text()


# Everybody can use them.


@every_explorer
def test_keeps_its_place(browser, address, name):
    """The room that is kept for the stage is what it needs, with every preset; nothing leaves the figure at the side.

    Lines break elsewhere with other fonts, so the heights are compared to within a twentieth.
    """
    with explorer(browser, address, name) as page:
        names = presets(page)
        for width in sampled(list(WIDTHS)):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{address}/{name}?mount=later")
            figure = page.locator("figure")
            heights = {"before": figure.bounding_box()["height"]}
            page.evaluate("mountNow()")
            ready(page)
            heights["mounted"] = figure.bounding_box()["height"]
            for each in names:
                preset(page, each)
                heights[each] = figure.bounding_box()["height"]
                assert page.evaluate(LEAVING) == [], (width, each)
            assert heights == dict.fromkeys(heights, near(heights["before"], rel=0.05)), width


LEAVING = """() => {
    const box = document.querySelector("figure").getBoundingClientRect();
    const leaves = (it) => it.width && (it.left < box.left - 0.5 || it.right > box.right + 0.5);
    return [...document.querySelectorAll("figure :is(p, li, button, input, label span, svg text, td)")]
        .filter((each) => leaves(each.getBoundingClientRect()) && !each.closest("svg svg")) // an inner picture clips
        .map((each) => each.outerHTML)
        .concat(document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : []);
}"""


@every_explorer
def test_keyboard(browser, address, name):
    """Every control has a name, is reached with Tab, and moves something; a sentence says what."""
    with explorer(browser, address, name) as page:
        assert page.evaluate(UNNAMED) == []
        reached = set()
        page.locator("figure").evaluate("figure => { figure.tabIndex = -1; figure.focus(); }")
        for _ in range(60):
            page.keyboard.press("Tab")
            kind = page.evaluate(
                """() => {
                    const now = document.activeElement;
                    if (!now.closest("figure")) return null;
                    return now.dataset.preset ? "preset" : now.type ?? now.getAttribute("role");
                }"""
            )
            if kind is None:
                break
            if kind not in reached:
                reached.add(kind)
                before, said = state(page), sentence(page)
                keys = {
                    "range": ["ArrowRight", "ArrowLeft", "ArrowLeft"],
                    "slider": ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowRight"],
                    "radio": ["ArrowRight"],
                    "checkbox": ["Space"],
                }
                tried = [state(page) for key in keys.get(kind, ["Enter"]) if page.keyboard.press(key) is None]
                if kind in ("range", "slider", "radio", "checkbox"):
                    assert any(after != before for after in tried), kind
                if kind == "slider":
                    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')")
                assert sentence(page) or said
        assert reached & {"range", "slider"}
        assert "preset" in reached


UNNAMED = """() => [...document.querySelectorAll("figure :is(button, input, [tabindex])")]
    .filter((each) => !(each.getAttribute("aria-label") || each.textContent || each.labels?.length))
    .map((each) => each.outerHTML)"""

# What cannot be read: text with less than 4.5 : 1 on what lies under it, or of less than 11 pixels.
FAINT = """() => {
    const channels = (color) => color.match(/[\\d.]+/g).map(Number);
    const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const light = (color) => {
        const [red, green, blue] = channels(color).map((value) => linear(value / 255));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
        return (bright + 0.05) / (dark + 0.05);
    };
    const ground = (element) => {
        const color = getComputedStyle(element).backgroundColor;
        return (channels(color)[3] ?? 1) > 0.99 ? color : ground(element.parentElement);
    };
    const filled = (shape) => shape instanceof SVGGeometryElement && !shape.matches("line, polyline")
        && /^rgb\\(/.test(getComputedStyle(shape).fill);
    const under = (text) => {
        text.scrollIntoView({ block: "center" });
        const box = text.getBoundingClientRect();
        const shape = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2).find(filled);
        return shape && !text.matches(".rim") ? getComputedStyle(shape).fill : ground(text.closest("div"));
    };
    const faint = [];
    const judge = (element, color, background) => {
        const { fontSize } = getComputedStyle(element);
        const found = contrast(color, background);
        if (found >= 4.5 && parseFloat(fontSize) >= 11) return;
        faint.push([element.textContent, found, color, background, fontSize]);
    };
    const text = 3; // the type of such nodes
    const written = (element) => [...element.childNodes].some((node) => node.nodeType === text);
    for (const element of document.querySelectorAll("figure *")) {
        if (!written(element) || !element.checkVisibility()) continue;
        const { fill, color } = getComputedStyle(element);
        if (element.matches("text, tspan")) judge(element, fill, under(element.closest("text")));
        else judge(element, color, ground(element));
    }
    return faint;
}"""


@every_explorer
def test_readable_in_light_and_dark(browser, address, name):
    """Text has a contrast of 4.5 : 1 and at least 11 pixels, also where the page turns dark while one looks at it."""
    with explorer(browser, address, name, width=360, theme="dark") as page:
        for each in presets(page):
            preset(page, each)
            assert page.evaluate(FAINT) == []
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        assert page.evaluate(FAINT) == []


@every_explorer
def test_calm(browser, address, name):
    """Nothing moves by itself, and who asked for less motion sees none between states; Play still plays."""
    with explorer(browser, address, name, reduced_motion="reduce") as page:
        before = state(page)
        page.wait_for_timeout(300)
        assert state(page) == before
        preset(page, presets(page)[-1])
        assert page.evaluate("document.getAnimations().length") == 0
        if page.locator("[data-action=play]").count():
            press(page, "reset")
            said = sentence(page)
            press(page, "play")
            page.wait_for_function("said => document.querySelector('[role=status]').textContent !== said", arg=said)


# What they show are the references' numbers.


def guesses_by_sign(secret, k, sizes, rounds):
    guesses = []
    for i in range(rounds):
        guesses.append(guess.predict(k, 100))
        k = guess.fixed_step(k, guess.sign_loss(secret, guesses[-1]), sizes[min(i, len(sizes) - 1)])
    return guesses


def guesses_by_halving(secret):
    low, high, guesses = 0, 100, []
    while not guesses or guesses[-1] != secret:
        guesses.append((low + high) // 2)
        low, high = guess.halve(low, high, guess.sign_loss(secret, guesses[-1]))
    return guesses


def test_guess(browser, address):
    """Each guesser's guesses, round by round, are those of the lesson's functions."""
    with explorer(browser, address, "guess") as page:
        assert state(page)["guesses"] == near([60, 80, 90])
        press(page, "step")
        assert state(page)["guesses"] == near([60, 80, 90, 88])
        assert sentence(page).startswith("Round 4: guess 88, right.")
        for name in ("luck", "long"):
            preset(page, name)
            shown = state(page)
            sizes = [0.2, 0.1, 0.02] if shown["shrinking"] else [shown["step"]]
            expected = guesses_by_sign(shown["secret"], shown["start"], sizes, shown["round"])
            assert shown["guesses"] == near(expected)
            assert shown["k"] * 100 == near(expected[-1])
        for lr in (0.00002, 0.00005, 0.0001, 0.00015, 0.0002, 0.00025):
            choose(page, "Follow", "distance")
            slide(page, "lr of distance", lr * 1e5)
            shown = steps(page, 5)[-1]
            _, expected = guess.train(shown["secret"], 100, shown["start"], lr, 0.5, 100)
            assert shown["guesses"] == near(expected[: shown["round"]])
            right = abs(shown["secret"] - expected[-1]) < 0.5
            assert shown["counts"]["distance"] == (len(expected) if right else None)
        preset(page, "seven")
        assert state(page)["guesses"] == guesses_by_halving(87) == [50, 75, 88, 81, 84, 86, 87]
        secret = page.get_by_role("slider", name="Secret", exact=True)
        for secret_now in (86, 85, 84):
            secret.press("ArrowDown")
            assert state(page)["counts"]["halving"] == len(guesses_by_halving(secret_now))


def test_perceptron(browser, address):
    """w and b after every sample, and the mistakes of every epoch, are the reference's."""
    with explorer(browser, address, "perceptron") as page:
        choose(page, "Learning rate", "0.25")
        for name in presets(page):
            preset(page, name)
            shown = state(page)
            x, y, lr, count = np.array(shown["x"], float), shown["y"], shown["lr"], shown["steps"]
            assert lr == 0.25
            w, b = np.zeros(2), 0.0
            for step, shown in enumerate(steps(page, min(count, 60))):
                i = step % len(x)
                score = float(x[i] @ w + b)
                w, b = perceptron.update(x[i], y[i], w, b, lr)
                assert (shown["step"], shown["sample"], shown["score"]) == (step + 1, i, score)
                assert (shown["w"], shown["b"]) == (w.tolist(), b)
            slide(page, "Samples shown", count)
            shown = state(page)
            w, b, mistakes = perceptron.train(x, y, lr, 30)
            assert (shown["w"], shown["b"], shown["mistakes"]) == (w.tolist(), b, mistakes)
            assert (shown["done"], shown["clean"]) == (True, mistakes[-1] == 0)
            assert ("line separates the samples" in sentence(page)) == shown["clean"]


GRADIENTS = {
    "ravine": lambda w: np.array([w[0], 25 * w[1]]),
    "valleys": lambda w: np.array([w[0] / 2 * (w[0] ** 2 / 4 - 4) + 0.5, 4 * w[1]]),
    "plain": lambda w: 10 * np.exp(-(w[0] ** 2 + 4 * w[1] ** 2) / 8) * np.array([w[0] / 4, w[1]]),
}


def races(shown, count):
    """Where the reference's optimizers are after each of the steps."""
    gradient = GRADIENTS[shown["surface"]]
    start = np.array(shown["start"], float)
    sgd, rolling, adam = start, start, start
    v = m = s = np.zeros(2)
    yield {"sgd": sgd, "momentum": rolling, "adam": adam}
    for t in range(1, count + 1):
        sgd = optim.sgd_step(sgd, gradient(sgd), shown["lr"])
        rolling, v = optim.momentum_step(rolling, gradient(rolling), v, shown["lr"], shown["momentum"])
        adam, m, s = optim.adam_step(adam, gradient(adam), m, s, t, shown["adamLr"], 0.9, 0.999, 1e-8)
        yield {"sgd": sgd, "momentum": rolling, "adam": adam}


def test_landscape(browser, address):
    """The three paths are those of the lesson's optimizers."""
    with explorer(browser, address, "landscape") as page:
        for name in presets(page):
            preset(page, name)
            expected = list(races(state(page), 60))
            for step in (0, 1, 2, 10, 30, 60):
                slide(page, "Steps", step)
                shown = state(page)
                assert shown["step"] == step
                for runner, place in shown["places"].items():
                    assert place == near(expected[step][runner].tolist(), rel=1e-8, abs=1e-12), (name, runner, step)
        preset(page, "large")
        assert "SGD climbed" in sentence(page)


def test_landscape_start_is_dragged(browser, address):
    """The paths follow the start while it is dragged, by pointer and by keyboard."""
    with explorer(browser, address, "landscape") as page:
        start = page.get_by_role("slider", name="Start")
        before = state(page)
        box = start.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 160, box["y"] + 90, steps=3)
        dragged = state(page)
        page.mouse.up()
        assert dragged["start"] != before["start"]
        start.press("Shift+ArrowRight")
        shown = state(page)
        assert shown["start"] == near([dragged["start"][0] + 1, dragged["start"][1]])
        *_, last = races(shown, shown["step"])
        assert shown["places"]["adam"] == near(last["adam"].tolist())


def layer(shown):
    """What the reference makes of what is shown: out and dx."""
    x, w, dout = (np.array(shown[key], float)[None, None] for key in ("x", "w", "dout"))
    out, cache = conv.conv2d_forward(x, w, np.array([shown["b"]], float), shown["stride"], shown["padding"])
    dx, _, _ = conv.conv2d_backward(dout, cache)
    return out[0, 0].tolist(), dx[0, 0].tolist()


def test_convolution(browser, address):
    """The outputs and dx are the reference's, for every filter, padding and stride, in both directions."""
    with explorer(browser, address, "convolution") as page:
        for option in ("edge", "sharpen", "lesson’s"):
            choose(page, "Filter", option)
            for padding in (0, 1, 2):
                choose(page, "Padding", str(padding))
                for stride in (1, 2, 3):
                    choose(page, "Stride", str(stride))
                    shown = state(page)
                    assert (shown["padding"], shown["stride"]) == (padding, stride)
                    assert (shown["outputs"], shown["dx"]) == layer(shown)
        preset(page, "lesson")
        shown = state(page)
        assert shown["outputs"] == [[3.5, 7.5], [0.5, 0.5]]
        assert shown["dx"] == [[1, 0, 0], [1, 1, 0], [-2, 5, -2]]


def test_convolution_feeds(browser, address):
    """Window and pixel are moved by keyboard and pointer; what feeds a gradient is what the reference adds."""
    with explorer(browser, address, "convolution") as page:
        window = page.get_by_role("slider", name="Window on the image")
        before = state(page)
        window.press("ArrowRight")
        window.press("ArrowDown")
        shown = state(page)
        assert (shown["row"], shown["column"]) == (before["row"] + 1, before["column"] + 1)
        assert shown["value"] == shown["outputs"][shown["row"]][shown["column"]]
        box = window.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] - 200, box["y"] - 200, steps=4)
        page.mouse.up()
        assert (state(page)["row"], state(page)["column"]) == (0, 0)

        choose(page, "Direction", "Backward")
        for padding, stride in ((1, 1), (0, 2), (0, 3)):
            choose(page, "Padding", str(padding))
            choose(page, "Stride", str(stride))
            shown = state(page)
            ones = np.ones((1, 1, 3, 3))
            _, cache = conv.conv2d_forward(np.zeros((1, 1, 5, 6)), ones, np.zeros(1), stride, padding)
            dout = np.ones((1, 1, len(shown["dout"]), len(shown["dout"][0])))
            windows = conv.conv2d_backward(dout, cache)[0][0, 0]
            pixel = page.get_by_role("slider", name="Pixel of the image")
            for _ in range(6):
                pixel.press("ArrowLeft")
            for _ in range(5):
                pixel.press("ArrowUp")
            for column in range(6):
                shown = state(page)
                assert (shown["row"], shown["column"]) == (0, column)
                assert shown["terms"] == windows[0, column]
                assert shown["value"] == shown["dx"][0][column]
                pixel.press("ArrowRight")
        preset(page, "unreached")
        assert state(page)["terms"] == 0
        assert "gradient is 0" in sentence(page)
