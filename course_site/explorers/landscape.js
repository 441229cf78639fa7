/** A loss landscape with a start that can be dragged: SGD, momentum and Adam race down from it. */

import { axis, line, points, scale } from "./common/chart.js";
import { choice, presets, slider } from "./common/controls.js";
import { html, set, svg } from "./common/elements.js";
import { handle } from "./common/handle.js";
import { calm } from "./common/motion.js";
import { clamp, format } from "./common/numbers.js";
import { player } from "./common/player.js";
import { stage } from "./common/stage.js";
import { onTheme } from "./common/theme.js";
import { shade } from "./landscape/shading.js";
import { race } from "./landscape/optimizers.js";
import { SURFACES } from "./landscape/surfaces.js";

const STEPS = 60;
const STEPS_PER_SECOND = 12;
const FINENESS = 0.05; // of the sliders of rates, in powers of ten
const CHART = { low: 1e-3, high: 1e3 }; // the losses that the chart shows

const RUNNERS = {
  sgd: { name: "SGD", color: "orange", rule: "w − η g" },
  momentum: { name: "momentum", color: "purple", rule: "w − η (μ v + g)" },
  adam: { name: "Adam", color: "green", rule: "w − η m̂ / (√v̂ + ε)" },
};

const START = { surface: "ravine", start: [-9, 2], lr: 0.07, momentum: 0.8, adamLr: 0.5, at: 30 };
const PRESETS = [
  { name: "small", label: "Rate too small", change: { lr: 0.01 } },
  { name: "right", label: "About right", change: {} },
  { name: "large", label: "Too large", change: { lr: 0.081 } },
  { name: "ridge", label: "Over the ridge", change: { surface: "valleys", start: [6.5, 1.5], lr: 0.02, momentum: 0.9, adamLr: 0.3, at: STEPS } },
  { name: "plain", label: "Hardly any slope", change: { surface: "plain", start: [-6, 2], lr: 0.1, momentum: 0.8, adamLr: 0.3, at: 40 } },
];

export default function mount(figure) {
  const view = stage(figure, "A loss landscape from above, with the paths of three optimizers, and their losses step by step");
  let chosen = { ...START };
  let surface, paths;
  let layout = null;

  const shading = html("canvas", { class: "shading", "aria-hidden": "true" });
  const ground = svg("g");
  const tracks = svg("svg"); // an inner picture clips what leaves it
  const losses = svg("svg");
  const start = handle({
    label: "Start",
    marks: [svg("circle", { r: 9, class: "start" }), svg("path", { d: "M-14 0H-5M5 0H14M0 -14V-5M0 5V14", class: "ink-line", "stroke-width": 1.5 })],
    drag: (x, y) => choose({ start: [round(layout.across.invert(x)), round(layout.up.invert(y))] }),
    nudge: (dx, dy) => choose({ start: [round(chosen.start[0] + dx * 0.1), round(chosen.start[1] - dy * 0.1)] }),
  });
  const examples = presets(PRESETS, (name) => {
    buttons.stop();
    chosen = { ...START, ...PRESETS.find((preset) => preset.name === name).change };
    renew();
  });
  const terrain = choice({
    label: "Landscape", value: chosen.surface, change: (value) => choose({ surface: value }),
    options: Object.entries(SURFACES).map(([value, { label }]) => ({ value, label })),
  });
  const logarithmic = (label, name, low, high) => slider({
    label, min: Math.log10(low), max: Math.log10(high), step: FINENESS, value: Math.log10(chosen[name]), write: (power) => String(near(power, chosen[name])),
    change: (power) => choose({ [name]: rate(power) }),
  });
  const lr = logarithmic("Rate η", "lr", 0.001, 0.3);
  const momentum = slider({ label: "Momentum μ", min: 0, max: 0.98, step: 0.01, value: chosen.momentum, change: (value) => choose({ momentum: value }) });
  const adamLr = logarithmic("Adam’s rate η", "adamLr", 0.01, 3);
  const buttons = player(view, {
    step: () => { chosen.at = Math.min(STEPS, Math.floor(chosen.at) + 1); show(); return chosen.at < STEPS; },
    glide: (seconds) => { chosen.at = Math.min(STEPS, chosen.at + seconds * STEPS_PER_SECOND); show(); return chosen.at < STEPS; },
    reset: () => { chosen.at = 0; show(); },
  });
  const position = slider({ label: "Steps", min: 0, max: STEPS, step: 1, value: chosen.at, change: (value) => { buttons.stop(); chosen.at = value; show(); } });
  const standings = html("tbody");

  view.above.append(terrain.root, examples.root);
  view.frame.prepend(shading);
  view.picture.append(ground, tracks, losses, start.root);
  view.below.before(html("table", { class: "standings" },
    html("thead", {}, html("tr", {}, ["", "new w", "w", "loss"].map((text) => html("th", { scope: "col" }, text)))), standings));
  view.below.append(buttons.root, position.root, lr.root, momentum.root, adamLr.root);
  onTheme(() => layout && shade(shading, surface.loss, layout));

  function choose(change) {
    examples.value = null;
    chosen = { ...chosen, ...change };
    renew();
  }

  /** Something other than the step has changed: the paths are new. */
  function renew() {
    const before = surface;
    surface = SURFACES[chosen.surface];
    chosen.start = [clamp(chosen.start[0], -surface.reach, surface.reach), layout ? clamp(chosen.start[1], ...layout.up.domain) : chosen.start[1]];
    paths = race(surface, chosen.start, STEPS, chosen);
    [terrain.value, lr.value, momentum.value, adamLr.value] = [chosen.surface, Math.log10(chosen.lr), chosen.momentum, Math.log10(chosen.adamLr)];
    if (layout && surface !== before) lay(layout.width);
    show();
  }

  function show() {
    const step = Math.floor(chosen.at);
    position.value = step;
    buttons.enable(chosen.at < STEPS);
    if (layout) paint(calm() ? step : chosen.at);

    const places = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, path[step]]));
    const heights = Object.fromEntries(Object.entries(places).map(([name, place]) => [name, surface.loss(place)]));
    standings.replaceChildren(...Object.entries(RUNNERS).map(([key, { name, rule, color }]) => html("tr", {},
      html("th", { scope: "row" }, html("span", {}, svg("svg", { viewBox: "0 0 24 14", width: 24, height: 14, "aria-hidden": "true" },
        svg("line", { ...line(0, 7, 24, 7), class: `${color}-line`, "stroke-width": 2 }), head(key, 12, 7)), name)),
      html("td", {}, rule), html("td", {}, `(${places[key].map((weight) => short(weight, 2)).join(", ")})`), html("td", {}, short(heights[key], 3)))));
    view.state({
      surface: chosen.surface, start: chosen.start, lr: chosen.lr, momentum: chosen.momentum, adamLr: chosen.adamLr,
      step, places, losses: heights, preset: examples.value ?? "",
    });
    view.say(tell(step, heights));
  }

  function tell(step, heights) {
    if (step === 0) return `All three start at (${chosen.start.map((weight) => format(weight, 1)).join(", ")}), where the loss is ${format(heights.sgd)}.`;
    const names = Object.keys(heights);
    const first = surface.loss(chosen.start);
    const fallen = names.filter((name) => !(heights[name] <= first * 1.0001));
    const best = names.reduce((leader, name) => (heights[name] < heights[leader] ? name : leader));
    const ahead = heights[best] < first ? `${RUNNERS[best].name} is ahead with a loss of ${format(heights[best], 3)}` : "nobody is lower than at the start";
    const climbed = fallen.length ? `; ${fallen.map((name) => RUNNERS[name].name).join(" and ")} climbed above the start` : "";
    return `Step ${step}: ${ahead}${climbed}.`;
  }

  function paint(at) {
    const { across, up, time, height } = layout;
    const pixel = ([w1, w2]) => [clamp(across(w1), -1e4, 1e4), clamp(up(w2), -1e4, 1e4)];
    const level = (loss) => height(Math.log10(clamp(loss, CHART.low, CHART.high)));
    const [whole, part] = [Math.floor(at), at % 1];
    const reached = (path, map) => {
      const kept = path.slice(0, whole + 1).map(map);
      if (part === 0 || whole + 1 >= path.length) return kept;
      const [from, to] = [kept.at(-1), map(path[whole + 1], whole + 1)];
      return [...kept, from.map((value, d) => value + part * (to[d] - value))];
    };

    tracks.replaceChildren();
    losses.replaceChildren();
    for (const [key, path] of Object.entries(paths)) {
      const { color } = RUNNERS[key];
      const trail = reached(path, pixel);
      const curve = reached(path, (place, t) => [time(t), level(surface.loss(place))]);
      tracks.append(
        svg("polyline", { points: points(trail), class: `${color}-line`, "stroke-width": 2, "stroke-linejoin": "round" }),
        svg("path", { d: trail.slice(0, whole + 1).map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join(""), class: `${color}-line`, "stroke-width": 5, "stroke-linecap": "round" }),
        head(key, ...trail.at(-1)));
      losses.append(
        svg("polyline", { points: points(curve), class: `${color}-line`, "stroke-width": 2, "stroke-linejoin": "round" }),
        head(key, ...curve.at(-1)));
    }
    start.place(...pixel(chosen.start), `at ${chosen.start.map((weight) => format(weight, 1)).join(", ")}, where the loss is ${format(surface.loss(chosen.start))}`);
  }

  /** The layout for a width, and what changes with it alone. */
  function lay(width) {
    const wide = width >= 620;
    const map = { x: 0, y: 0, width: wide ? Math.round(width * 0.62) : width, height: wide ? 320 : clamp(Math.round(width * 0.62), 180, 320) };
    const chart = wide
      ? { x: map.width + 58, y: 26, width: width - map.width - 66, height: 252 }
      : { x: 44, y: map.height + 36, width: width - 54, height: 130 };
    const unit = map.width / 2 / surface.reach; // of both axes, so that "straight downhill" is at a right angle to the bands
    const rise = map.height / 2 / unit;
    layout = {
      width, map,
      across: scale([-surface.reach, surface.reach], [0, map.width]),
      up: scale([-rise, rise], [map.height, 0]),
      time: scale([0, STEPS], [chart.x, chart.x + chart.width]),
      height: scale([Math.log10(CHART.low), Math.log10(CHART.high)], [chart.y + chart.height, chart.y]),
    };
    const { across, up, time, height } = layout;
    shade(shading, surface.loss, layout);
    set(tracks, { x: 0, y: 0, width: map.width, height: map.height });
    set(losses, { x: 0, y: 0, width, height: chart.y + chart.height + 10 });
    const { goal } = surface;
    ground.replaceChildren(
      svg("rect", { x: 0.5, y: 0.5, width: map.width - 1, height: map.height - 1, rx: 6, class: "edge" }),
      svg("path", { d: `M${across(goal[0]) - 6} ${up(goal[1])}h12m-6 -6v12`, class: "ink-line", "stroke-width": 1.5 }),
      svg("text", { x: 10, y: map.height - 10, class: "small rim" }, surface.formula),
      axis({ x: time, at: chart.y + chart.height, values: [0, 20, 40, 60], label: "step" }),
      axis({ y: height, at: chart.x, values: [-3, -2, -1, 0, 1, 2, 3], grid: chart.x + chart.width, label: "loss", write: (power) => format(10 ** power, 3) }));
    return chart.y + chart.height + 38;
  }

  examples.value = "right";
  renew();
  view.drawn((width) => {
    const height = lay(width);
    renew();
    return height;
  });
}

const round = (weight) => Math.round(weight * 10) / 10;
const rate = (power) => Number((10 ** power).toPrecision(2));

/** A number that never takes much room. */
const short = (value, digits) => format(value, Math.abs(value) < 100 ? digits : 0);

/** The rate at a place of its slider: the one that was set, such as 0.081, if this is its place. */
const near = (power, set) => (Math.abs(power - Math.log10(set)) <= FINENESS / 2 ? set : rate(power));

/** Whoever runs ahead: a shape for each, not a colour alone. */
function head(key, x, y) {
  const shapes = {
    sgd: () => svg("circle", { cx: x, cy: y, r: 6 }),
    momentum: () => svg("rect", { x: x - 5.5, y: y - 5.5, width: 11, height: 11 }),
    adam: () => svg("polygon", { points: points([[x, y - 7], [x + 6.5, y + 5], [x - 6.5, y + 5]]) }),
  };
  const shape = shapes[key]();
  shape.setAttribute("class", `${RUNNERS[key].color} runner`);
  return shape;
}
