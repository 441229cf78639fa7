/** The perceptron: its line after every sample, and what every mistake does to it. */

import { arrow, axis, legend, line, points, scale, ticks } from "./common/chart.js";
import { choice, presets, slider } from "./common/controls.js";
import { html, svg } from "./common/elements.js";
import { handle } from "./common/handle.js";
import { clamp, format, plural, signed } from "./common/numbers.js";
import { player } from "./common/player.js";
import { stage } from "./common/stage.js";
import { border, half } from "./perceptron/plane.js";
import { label, score, train } from "./perceptron/rule.js";

const MAX_EPOCHS = 30;
const GRID = 0.25; // samples lie on multiples of it, so that every score is exact
const MESSAGES = [[0, 1], [2, 1], [5, 2], [1, 1], [3, 3], [2, 5]];

const PRESETS = [
  { name: "messages", label: "Six messages", x: MESSAGES, y: [-1, -1, 1, -1, 1, 1], domain: [-0.5, 6.5], step: 14 },
  { name: "narrow", label: "A narrow gap", x: [[1, 3], [4, 3.25], [2, 3.5], [2.5, 2.5], [4.5, 5.25], [1, 1.5], [3, 4], [5.5, 4.25]], y: [1, -1, 1, -1, 1, -1, 1, -1], domain: [-0.5, 6.5], step: 9 },
  { name: "corners", label: "No line can do it", x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [-1, 1, 1, -1], domain: [-0.5, 1.5], step: 12 },
  { name: "mislabelled", label: "One wrong label", x: MESSAGES, y: [-1, -1, 1, 1, 1, 1], domain: [-0.5, 6.5], step: 24 },
];

export default function mount(figure) {
  const view = stage(figure, "Samples of two classes in a plane, and the perceptron’s line");
  let { x, y, domain } = PRESETS[0];
  let lr = 1;
  let steps = train(x, y, lr, MAX_EPOCHS);
  let step = PRESETS[0].step;
  let layout = null;
  let samples = [];

  const back = svg("g");
  const front = svg("g", { class: "samples" });
  const formula = html("p", { class: "explorer-formula" });
  const examples = presets(PRESETS, (name) => load(PRESETS.find((preset) => preset.name === name)));
  const rate = choice({
    label: "Learning rate", value: "1", change: (value) => { lr = Number(value); retrain(); },
    options: ["0.25", "1", "4"].map((value) => ({ value, label: value })),
  });
  const position = slider({
    label: "Samples shown", min: 0, max: steps.length, step: 1, value: step, write: (value) => `${value} of ${steps.length}`,
    change: (value) => { buttons.stop(); step = value; show(); },
  });
  const buttons = player(view, {
    every: 0.5,
    step: () => { step = Math.min(steps.length, step + 1); show(); return step < steps.length; },
    reset: () => { step = 0; show(); },
  });
  const marks = { mark: (y) => symbol(y, 7) };

  view.above.append(examples.root);
  view.picture.append(back, front);
  view.below.before(formula);
  view.below.append(buttons.root, position.root, rate.root);
  view.frame.after(legend([
    { label: "label +1", mark: svg("g", { transform: "translate(12 7)" }, marks.mark(1)) },
    { label: "label −1", mark: svg("g", { transform: "translate(12 7)" }, marks.mark(-1)) },
    { label: "predicted +1", mark: svg("rect", { x: 2, y: 0, width: 20, height: 14, class: "blue-soft", stroke: "none" }) },
    { label: "on the wrong side", mark: svg("circle", { cx: 12, cy: 7, r: 6, class: "ink-line", "stroke-width": 1.5, "stroke-dasharray": "3 2" }) },
    { label: "line before", mark: svg("line", { ...line(1, 7, 23, 7), class: "muted-line", "stroke-width": 2, "stroke-dasharray": "5 4" }) },
  ]));

  function load(preset) {
    buttons.stop();
    ({ x, y, domain, step } = preset);
    steps = train(x, y, lr, MAX_EPOCHS);
    step = Math.min(step, steps.length);
    gather();
    if (layout) layout = lay(layout.width);
    show();
  }

  function retrain() {
    buttons.stop();
    const atEnd = step === steps.length;
    steps = train(x, y, lr, MAX_EPOCHS);
    step = atEnd ? steps.length : Math.min(step, steps.length);
    show();
  }

  /** Handles for the samples of a new data set. */
  function gather() {
    samples = x.map((_, i) => handle({
      label: `Sample ${i}, label ${signed(y[i])}`,
      marks: [svg("g", { class: "rings" }), symbol(y[i], 10)],
      target: [32, 32],
      drag: (px, py) => move(i, [layout.across.invert(px), layout.up.invert(py)]),
      nudge: (dx, dy) => move(i, [x[i][0] + dx * GRID, x[i][1] - dy * GRID]),
    }));
    front.replaceChildren(...samples.map(({ root }) => root));
  }

  function move(i, place) {
    const [low, high] = [domain[0] + GRID, domain[1] - GRID];
    const next = place.map((value) => clamp(Math.round(value / GRID) * GRID, low, high));
    if (next.every((value, d) => value === x[i][d])) return;
    x = x.map((sample, k) => (k === i ? next : sample));
    examples.value = null;
    retrain();
  }

  function show() {
    const last = steps[step - 1] ?? null;
    const { w, b } = last ? last.after : { w: [0, 0], b: 0 };
    const wrongNow = x.map((sample, i) => label(score(sample, { w, b })) !== y[i]);
    const epochs = [];
    for (const each of steps.slice(0, step)) epochs[each.epoch] = (epochs[each.epoch] ?? 0) + each.wrong;
    const done = step === steps.length;
    const clean = done && steps.slice(-x.length).every(({ wrong }) => !wrong);

    position.root.querySelector("input").max = String(steps.length);
    position.value = step;
    buttons.enable(!done);
    if (layout) paint({ last, w, b, wrongNow, epochs });
    explain(last, clean);
    view.state({
      x, y, lr, step, steps: steps.length, w, b, epoch: last ? last.epoch + 1 : 0, sample: last ? last.sample : -1,
      score: last ? last.score : 0, wrong: last ? last.wrong : false, mistakes: epochs, done, clean, preset: examples.value ?? "",
    });
    const wrong = wrongNow.filter(Boolean).length;
    view.say(!last
      ? "w and b are 0, so every score is 0, and 0 counts as +1."
      : clean
        ? `Epoch ${last.epoch + 1} was clean: the line separates the samples, after ${plural(epochs.reduce((sum, count) => sum + count, 0), "mistake")}. Nothing will change again.`
        : done
          ? `After ${MAX_EPOCHS} epochs there are still mistakes. Either no line separates these samples, or it takes longer.`
          : `Epoch ${last.epoch + 1}, sample ${last.sample}: ${last.wrong ? "a mistake, so the line moves" : "right, so nothing changes"}. ${
            wrong ? `${plural(wrong, "sample is", "samples are")} on the wrong side now.` : "All are on the right side now."}`);
  }

  function explain(last, clean) {
    if (!last) {
      formula.replaceChildren("score = ", variable("w"), "·", variable("x"), " + ", variable("b"), html("br"), "The first sample is next.");
      return;
    }
    const { before, after, sample, wrong } = last;
    const [x1, x2] = x[sample].map((value) => format(value));
    formula.replaceChildren(
      "score = ", variable("w"), "·", variable("x"), " + ", variable("b"),
      ` = ${bracket(before.w[0])}·${x1} + ${bracket(before.w[1])}·${x2} ${before.b < 0 ? "−" : "+"} ${format(Math.abs(before.b))} = ${format(last.score)}: predicts `,
      html("strong", {}, signed(label(last.score))), `, the label is `, html("strong", {}, signed(y[sample])), html("br"),
      ...(wrong
        ? [variable("w"), ` ← (${vector(before.w)}) ${y[sample] > 0 ? "+" : "−"} ${lr === 1 ? "" : `${format(lr)}·`}(${x1}, ${x2}) = `, html("strong", {}, `(${vector(after.w)})`),
          ", ", variable("b"), ` ← ${format(before.b)} ${y[sample] > 0 ? "+" : "−"} ${format(lr)} = `, html("strong", {}, format(after.b))]
        : [variable("w"), ` = (${vector(after.w)}) and `, variable("b"), ` = ${format(after.b)} stay${clean ? ", for good" : ""}`]),
    );
  }

  function paint({ last, w, b, wrongNow, epochs }) {
    const { across, up, size, chart } = layout;
    const box = [[domain[0], domain[0]], [domain[1], domain[0]], [domain[1], domain[1]], [domain[0], domain[1]]];
    const toPixels = (pairs) => pairs.map(([x1, x2]) => [across(x1), up(x2)]);
    const positive = toPixels(half(box, { w, b }));
    const edge = toPixels(border(box, { w, b }));
    const old = last?.wrong ? toPixels(border(box, last.before)) : [];
    const named = examples.value !== "corners" && x.length === 6;
    const values = ticks(...domain, 6).filter(Number.isInteger);

    back.replaceChildren(
      svg("rect", { x: across(domain[0]), y: up(domain[1]), width: size, height: size, class: "field", rx: 4 }),
      svg("polygon", { points: points(positive), class: "blue-soft" }),
      axis({ x: across, at: up(domain[0]), values, label: named ? "links" : "x₁" }),
      axis({ y: up, at: across(domain[0]), values, label: named ? "exclamation marks" : "x₂" }),
      old.length === 2 ? svg("line", { ...line(...old[0], ...old[1]), class: "muted-line", "stroke-width": 2, "stroke-dasharray": "6 5" }) : "",
      edge.length === 2 ? svg("line", { ...line(...edge[0], ...edge[1]), class: "ink-line", "stroke-width": 3 }) : "",
      edge.length === 2 ? normal(edge, w) : "",
      bars(epochs, chart),
    );
    samples.forEach((sample, i) => {
      sample.place(across(x[i][0]), up(x[i][1]), `(${vector(x[i])}), ${wrongNow[i] ? "on the wrong side" : "on the right side"}`);
      sample.root.querySelector(".rings").replaceChildren(
        wrongNow[i] ? svg("circle", { r: 15, class: "ink-line", "stroke-width": 1.5, "stroke-dasharray": "4 3" }) : "",
        last?.sample === i ? svg("circle", { r: 19, class: "ink-line", "stroke-width": 2.5 }) : "",
      );
    });
  }

  /** The arrow w, of a fixed length, from the middle of the line that is seen. */
  function normal([[x1, y1], [x2, y2]], w) {
    const length = Math.hypot(...w);
    const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const [tx, ty] = [mx + (44 * w[0]) / length, my - (44 * w[1]) / length];
    return svg("g", {}, arrow(mx, my, tx, ty), svg("text", { x: tx + (10 * w[0]) / length, y: ty - (10 * w[1]) / length + 5, "text-anchor": "middle", class: "bold rim" }, "w"));
  }

  function bars(epochs, { x: left, y: top, width, height }) {
    const shown = epochs.slice(-Math.floor(width / 22));
    const first = epochs.length - shown.length;
    const high = Math.max(4, ...epochs);
    return svg("g", {},
      svg("text", { x: left, y: top, class: "small bold" }, "Mistakes in each epoch"),
      svg("line", { ...line(left, top + height - 20, left + width, top + height - 20), class: "muted-line" }),
      shown.map((count, i) => {
        const tall = ((height - 60) * count) / high;
        const middle = left + 13 + i * 22;
        return svg("g", {},
          svg("rect", { x: middle - 8, y: top + height - 20 - tall, width: 16, height: tall, class: "purple" }),
          svg("text", { x: middle, y: top + height - 25 - tall, "text-anchor": "middle", class: "small" }, String(count)),
          svg("text", { x: middle, y: top + height - 5, "text-anchor": "middle", class: "small muted" }, String(first + i + 1)));
      }));
  }

  function lay(width) {
    const wide = width >= 600;
    const size = Math.min(340, width - (wide ? 280 : 36));
    const left = wide ? 40 : Math.max(28, (width - size) / 2);
    const top = 26;
    return {
      width, size,
      across: scale(domain, [left, left + size]),
      up: scale(domain, [top + size, top]),
      chart: wide
        ? { x: left + size + 56, y: top + 12, width: width - left - size - 60, height: 210 }
        : { x: left, y: top + size + 62, width: size, height: 130 },
      height: top + size + (wide ? 40 : 190),
    };
  }

  gather();
  examples.value = "messages";
  show();
  view.drawn((width) => {
    layout = lay(width);
    show();
    return layout.height;
  });
}

const variable = (name) => html("var", {}, name);
const vector = (values) => values.map((value) => format(value)).join(", ");
const bracket = (value) => (value < 0 ? `(${format(value)})` : format(value));

/** A sample's mark: shape and sign tell the class as well as the colour does. */
function symbol(y, size) {
  const stroke = { class: "sign", "stroke-width": 2.2 };
  return svg("g", { class: y > 0 ? "blue" : "orange" },
    y > 0 ? svg("circle", { r: size }) : svg("rect", { x: -size * 0.9, y: -size * 0.9, width: size * 1.8, height: size * 1.8, rx: 2 }),
    svg("line", { ...line(-size * 0.5, 0, size * 0.5, 0), ...stroke }),
    y > 0 && svg("line", { ...line(0, -size * 0.5, 0, size * 0.5), ...stroke }));
}
