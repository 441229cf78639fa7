"""The explorers of networks: backward, LSTM and GAN show what the references compute from the same numbers."""

import base64
import json

import explorer_page
import numpy as np
import pytest
from browser import page_at
from explorer_page import gan_frames
from support import COURSE, reference
from test_site_explorers import address, explorer, preset, press, slide, state  # noqa: F401

from autograder.network import Network

mlp, losses, linear, optim, lstm, gan = map(reference, ("mlp", "losses", "linear", "optim", "lstm", "gan"))

near = pytest.approx
SHAPES = {"x": (1, 2), "w1": (2, 2), "b1": (2,), "w2": (2, 1), "b2": (1,), "target": (1, 1)}


# Backward.


def names(array, shape):
    """The names of an array's entries, as the explorer has them: the index of the one example or output is left out."""
    if array in ("b2", "target", "out"):
        return [array]
    sizes = [size for size in shape if size > 1]
    return [f"{array}[{','.join(map(str, index))}]" for index in np.ndindex(*sizes)]


def computed(inputs):
    """Every number and every gradient by its name in the explorer, computed by the references."""
    arrays = {
        array: np.array([float(inputs[name]) for name in names(array, shape)]).reshape(shape)
        for array, shape in SHAPES.items()
    }
    x, w1, b1, w2, b2, target = arrays.values()
    out, cache = mlp.mlp_forward(x, w1, b1, w2, b2)
    loss, dout = losses.mse_loss(out, target)
    hidden, _ = linear.linear_forward(x, w1, b1)
    h, relu_cache = mlp.relu_forward(hidden)
    _, linear_cache = linear.linear_forward(h, w2, b2)
    dh, _, _ = linear.linear_backward(dout, linear_cache)
    dhidden = mlp.relu_backward(dh, relu_cache)
    dx, dw1, db1, dw2, db2 = mlp.mlp_backward(dout, cache)
    values = {"loss": loss} | named(hidden=hidden, h=h, out=out)
    of = named(x=dx, w1=dw1, b1=db1, w2=dw2, b2=db2, hidden=dhidden, h=dh, out=dout)
    return values, {f"d{name}": gradient for name, gradient in of.items()} | {"dloss": 1}


def named(**arrays):
    return {
        name: number
        for array, numbers in arrays.items()
        for name, number in zip(names(array, numbers.shape), numbers.ravel().tolist(), strict=True)
    }


def check_network(page):
    slide(page, "Step", 22)
    shown = state(page)
    values, gradients = computed(shown["inputs"])
    assert shown["values"] == near(values)
    assert shown["gradients"] == near(gradients)
    boxes = page.locator(".box").evaluate_all(
        """boxes => Object.fromEntries(boxes.map((box) =>
            [box.dataset.name, [Number(box.dataset.value), box.querySelector(".gradient text").textContent]]))"""
    )
    for name, number in {**shown["inputs"], **shown["values"]}.items():
        gradient = "" if name == "target" else f"d {written(gradients[f'd{name}'])}"
        assert boxes[name] == [number, gradient]


def written(number):
    digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    return f"{round(number, digits) + 0:g}".replace("-", "−")


def test_backward(browser, address):  # noqa: F811
    """Every number and every gradient is the reference's, with every preset; and each step adds one of them."""
    with explorer(browser, address, "backward") as page:
        for button in page.locator("[data-preset]").all():
            button.click()
            check_network(page)
        press(page, "reset")
        for step in range(22):
            shown = state(page)
            assert len(shown["values"]) + len(shown["gradients"].keys() - {"dloss"}) == shown["step"] == step
            press(page, "step")
        assert state(page)["step"] == 22


def test_backward_with_numbers_of_ones_own(browser, address):  # noqa: F811
    """Numbers that are slid, dragged or changed with keys are those that are computed with; Learn is a step of SGD."""
    rng = np.random.default_rng(6)
    with explorer(browser, address, "backward") as page:
        for name in state(page)["inputs"]:
            page.locator(f'.box[data-name="{name}"]').focus()
            page.get_by_role("slider", name=name, exact=True).last.fill(str(rng.integers(-60, 60) / 20))
        check_network(page)

        inputs = state(page)["inputs"]
        box = page.locator('.box[data-name="w2[0]"]')
        box.press("ArrowUp")
        assert state(page)["inputs"] == near({**inputs, "w2[0]": inputs["w2[0]"] + 0.25})
        place = box.locator(".frame").bounding_box()
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 16, y - 16)
        page.mouse.up()
        assert state(page)["inputs"] == near({**inputs, "w2[0]": inputs["w2[0]"] + 1.25})
        check_network(page)

        preset(page, "two-paths")
        before = state(page)["inputs"]
        values, gradients = computed(before)
        press(page, "learn")
        after = state(page)["inputs"]
        moved = {name: float(optim.sgd_step(before[name], gradients.get(f"d{name}", 0), 0.005)) for name in before}
        assert after == near({**moved, "x[0]": before["x[0]"], "x[1]": before["x[1]"], "target": before["target"]})
        assert computed(after)[0]["loss"] < values["loss"]


# LSTM.


def run_cell(gates):
    """c and h of a unit whose gates are given: no weights, and biases of which sigmoid and tanh make the gates."""
    x, h, c = np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1))
    states = []
    with np.errstate(divide="ignore"):
        i, f, o = (np.log(np.array(gates[name]) / (1 - np.array(gates[name]))) for name in "ifo")
        g = np.arctanh(gates["g"])
    for bias in np.column_stack([i, f, g, o]):  # PyTorch's order
        h, c, _ = lstm.lstm_step_forward(x, h, c, np.zeros((1, 4)), np.zeros((1, 4)), bias)
        states.append((c.item(), h.item()))
    return map(list, zip(*states, strict=True))


def check_cell(page):
    shown = state(page)
    c, h = run_cell(shown["gates"])
    assert shown["c"] == near(c)
    assert shown["h"] == near(h)


def test_lstm_cell(browser, address):  # noqa: F811
    """c and h over time are those of the reference with the same gates, however they were set."""
    rng = np.random.default_rng(6)
    with explorer(browser, address, "lstm") as page:
        for button in page.locator("[data-preset]").all():
            button.click()
            check_cell(page)
        for step in (0, 3, 4, 9):
            slide(page, "Step", step)
            for label in ("input gate i", "forget gate f", "candidate g", "output gate o"):
                value = round(rng.uniform(-1 if label.endswith("g") else 0, 1) * 20) / 20
                slide(page, label, value)
                assert state(page)["gates"][label[-1]][step] == value
            check_cell(page)
        page.get_by_label("at all steps").check()
        slide(page, "forget gate f", 0.5)
        assert set(state(page)["gates"]["f"]) == {0.5}
        check_cell(page)

        page.get_by_label("at all steps").uncheck()
        bars = page.locator("rect.surface").bounding_box()
        page.mouse.click(bars["x"] + bars["width"] - 6, bars["y"] + 1)
        shown = state(page)
        assert shown["t"] == 15
        assert shown["gates"]["i"][-1] >= 0.9
        check_cell(page)


def rnn_lengths(wh, inputs, dh):
    """The lengths of dh, back through h = tanh(x + h @ wh) with the pieces of the course."""
    h, caches = np.zeros((1, len(wh))), []
    for x in inputs:
        z, of_sum = linear.linear_forward(h, wh, x)
        h, of_tanh = mlp.tanh_forward(z)
        caches.append((of_sum, of_tanh))
    lengths = [np.linalg.norm(dh)]
    for of_sum, of_tanh in reversed(caches):
        dh, _, _ = linear.linear_backward(mlp.tanh_backward(dh, of_tanh), of_sum)
        lengths.append(np.linalg.norm(dh))
    return lengths


def lstm_gradients(forget, steps):
    """dc along the cell state, step by step back."""
    one, none = np.ones((1, 1)), np.zeros((1, 4))
    with np.errstate(divide="ignore"):
        bias = np.array([0, np.log(forget / np.float64(1 - forget)), 0, 0])
    _, _, cache = lstm.lstm_step_forward(one, one, one, none, none, bias)
    gradients = [1.0]
    for _ in range(steps):
        _, _, dc, *_ = lstm.lstm_step_backward(np.zeros((1, 1)), np.full((1, 1), gradients[-1]), cache)
        gradients.append(dc.item())
    return gradients


def test_lstm_gradient(browser, address):  # noqa: F811
    """Both gradients are the references'; the RNN's vanishes or explodes, the LSTM's is a power of its forget gate."""
    with explorer(browser, address, "lstm") as page:
        page.get_by_label("the gradient").check(force=True)
        ends = {}
        for name in ("vanish", "explode", "half", "constant"):
            preset(page, name)
            shown = state(page)
            used = page.evaluate(
                "async gain => (await import('/explorers/lstm/recurrence.js')).rnn(gain)", shown["gain"]
            )
            wh, inputs, dh = (np.array(used[key]) for key in ("wh", "inputs", "dh"))
            assert shown["rnn"] == near(rnn_lengths(wh, inputs, dh[None]), rel=1e-6)
            assert shown["lstm"] == near(lstm_gradients(shown["forget"], 100), rel=1e-9)
            ends[name] = shown["rnn"][-1], shown["lstm"][-1]
        assert ends["vanish"][0] < 1e-6 < 1e6 < ends["explode"][0]
        assert ends["half"][1] < 1e-30
        assert ends["constant"][1] == 1


# GAN.


@pytest.fixture(scope="module")
def frames():
    gan_frames.build(COURSE, explorer_page.FRAMES)
    made = json.loads(explorer_page.FRAMES.read_text())
    for run in made["runs"].values():
        places = np.frombuffer(base64.b64decode(run["samples"]), "<u2").reshape(-1, made["samples"], 2)
        run["samples"] = places / (made["positions"] - 1) * (2 * made["extent"]) - made["extent"]
    return made


def test_gan(browser, address, frames):  # noqa: F811
    """The page counts modes, in frames of both runs, as the reference does in the same samples."""
    centers, radius = np.array(frames["centers"]), frames["radius"]
    with explorer(browser, address, "gan") as page:
        for frame in range(0, len(frames["rounds"]), 4):
            slide(page, "Round", frames["rounds"][frame])
            shown = state(page)
            assert shown["frame"] == frame
            for name, run in frames["runs"].items():
                samples = run["samples"][frame]
                close = np.linalg.norm(samples[:, None] - centers, axis=2).min(axis=1) <= radius
                assert shown["modesCovered"][name] == gan.modes_covered(samples, centers, radius)
                assert shown["near"][name] == near(close.mean())
        preset(page, "collapsed")
        assert state(page)["modesCovered"]["greedy"] == 1
        assert "has collapsed" in page.locator("[role=status]").inner_text()
        preset(page, "found")
        assert state(page)["modesCovered"]["greedy"] == 0


def test_gan_without_its_frames(browser, address):  # noqa: F811
    """Where the frames do not come, a sentence says so."""
    with page_at(browser, "about:blank") as opened:
        opened.page.route("**/gan_frames.json", lambda route: route.fulfill(status=404))
        opened.page.goto(f"{address}/gan")
        opened.page.get_by_text("could not be loaded").wait_for()
        opened.outside.clear()  # the blank page that came first is no one's server


def test_gan_says_what_is_true(frames):
    """As its caption says: the run of equal turns ends on all modes, the other one never spreads."""
    centers, radius = np.array(frames["centers"]), frames["radius"]
    covered = {
        name: [gan.modes_covered(samples, centers, radius) for samples in run["samples"]]
        for name, run in frames["runs"].items()
    }
    assert covered["alternating"][-1] == 8
    assert max(covered["greedy"][1:]) <= 2


def test_gan_frames_are_the_references_game(frames):
    """The first frames of the run of equal turns, played once more with train_gan."""
    ring = explorer_page.gan_frames.runpy.run_path(str(gan_frames.milestone.script(COURSE, "ring")))
    rng = np.random.default_rng(gan_frames.SEED)
    sizes, adam = (gan_frames.HIDDEN, gan_frames.HIDDEN), dict(lr=gan_frames.LR, beta1=gan_frames.BETA1)
    generator = Network.random((gan_frames.NOISE, *sizes, 2), rng, **adam)
    discriminator = Network.random((2, *sizes, 1), rng, **adam)
    watched = rng.normal(size=(gan_frames.SAMPLES, gan_frames.NOISE))
    run = frames["runs"]["alternating"]
    step = 2 * frames["extent"] / (frames["positions"] - 1)
    for frame in (1, 2):
        real, noise = [], []
        for _ in range(gan_frames.ROUNDS_A_FRAME):
            real.append(ring["ring_samples"](rng, gan_frames.BATCH))
            noise += [rng.normal(size=(gan_frames.BATCH, gan_frames.NOISE)) for _ in range(2)]
        history = gan.train_gan(generator, discriminator, real, noise)
        seen = np.clip(generator.forward(watched)[0], -frames["extent"], frames["extent"])
        assert run["samples"][frame] == near(seen, abs=step / 2 + 1e-9)
        assert run["losses"][frame] == near(history.mean(axis=0), abs=1e-4)
