/** The first view: one cell over time, its gates set by hand. */

import { legend } from "../common/chart.js";
import { presets, slider, toggle } from "../common/controls.js";
import { html, set, svg } from "../common/elements.js";
import { clamp, format } from "../common/numbers.js";
import { player } from "../common/player.js";
import { at, sequence } from "./cell.js";
import * as cells from "./diagram.js";
import { strips, HEIGHT as STRIPS } from "./strips.js";

const STEPS = 16;
const NAMES = { i: "input gate i", f: "forget gate f", g: "candidate g", o: "output gate o" };

/** A row of gates: `otherwise` everywhere but where `values` says something else. */
const row = (otherwise, values = {}) => Array.from({ length: STEPS }, (_, t) => values[t] ?? otherwise);
const PULSES = row(0, { 2: 0.95, 7: -0.6, 11: 0.8 });

const PRESETS = [
  { name: "keep", label: "Write, keep, show", t: 12, gates: { g: PULSES, i: row(0, { 2: 1 }), f: row(1), o: row(0, { 12: 1, 13: 1 }) } },
  { name: "fade", label: "Fade", t: 6, gates: { g: PULSES, i: row(0, { 2: 1 }), f: row(0.7), o: row(1) } },
  { name: "overwrite", label: "Overwrite", t: 11, gates: { g: PULSES, i: row(0, { 2: 1, 11: 1 }), f: row(1, { 11: 0 }), o: row(1) } },
  { name: "count", label: "Count", t: 15, gates: { g: row(0, { 1: 1, 4: 1, 6: 1, 10: 1, 13: 1 }), i: row(1), f: row(1), o: row(1) } },
]; // prettier-ignore

/**
 * @param {ReturnType<import("../common/stage.js").stage>} parts
 * @returns the view: `picture`, `controls`, `layout(width)` that returns the height, `show()`, `stop()`
 */
export function memory(parts) {
  let [gates, t, width] = [PRESETS[0].gates, PRESETS[0].t, 0];
  let place = [0, 0];

  const cell = svg("g", { "aria-hidden": "true" });
  const time = strips({ steps: STEPS, pull: change, select: (step) => { play.stop(); go(step); } });
  const picture = svg("g", {}, cell, time.root);

  function go(step) {
    t = clamp(step, 0, STEPS - 1);
    show();
    return t < STEPS - 1;
  }

  function change(name, step, value) {
    play.stop();
    tries.value = null;
    gates = { ...gates, [name]: gates[name].map((old, k) => (all.value || k === step ? value : old)) };
    go(step);
  }

  const play = player(parts, { step: () => go(t + 1), back: () => { play.stop(); go(t - 1); }, reset: () => go(0), every: 0.7 });
  const step = slider({ label: "Step", min: 0, max: STEPS - 1, step: 1, value: t, change: (value) => { play.stop(); go(value); } });
  const sliders = Object.fromEntries(Object.entries(NAMES).map(([name, label]) => [
    name,
    slider({ label, min: name === "g" ? -1 : 0, max: 1, step: 0.05, value: gates[name][t], change: (value) => change(name, t, value) }),
  ]));
  const all = toggle({ label: "at all steps", value: false, change: (everywhere) => parts.state({ everywhere }) });
  const tries = presets(PRESETS, (name) => {
    play.stop();
    const chosen = PRESETS.find((each) => each.name === name);
    gates = chosen.gates;
    go(chosen.t);
  });
  tries.value = PRESETS[0].name;
  const controls = html("div", { class: "controls" },
    html("div", { class: "abreast" }, play.root, step.root),
    html("div", { class: "gates" }, Object.values(sliders).map((each) => each.root)),
    html("div", { class: "abreast" }, all.root, legend([
      { label: "c, the cell state", mark: svg("g", {}, svg("line", { class: "green-line curve", x1: 0, x2: 24, y1: 7, y2: 7 }), svg("circle", { class: "green", cx: 12, cy: 7, r: 4 })) },
      { label: "h, what is shown of it", mark: svg("g", {}, svg("line", { class: "ink-line curve dashed", x1: 0, x2: 24, y1: 7, y2: 7 }), svg("rect", { class: "ink", x: 9, y: 4, width: 6, height: 6 })) },
    ])));

  function show() {
    if (!width) return;
    const states = sequence(gates);
    cell.replaceChildren(cells.diagram(place[0], t, at(gates, t), states[t]));
    time.show({ gates, states, t });
    for (const [name, each] of Object.entries(sliders)) each.value = gates[name][t];
    step.value = t;
    play.enable(t < STEPS - 1);
    parts.say(words(t, at(gates, t), states[t]));
    parts.state({ t, gates, c: states.map((each) => each.c), h: states.map((each) => each.h) });
  }

  return {
    tries: tries.root,
    picture,
    controls,
    layout(next) {
      width = next;
      const beside = width >= 680;
      place = beside ? [Math.min(400, width * 0.47), width * 0.53 - 24] : [width, width];
      time.layout(place[1]);
      set(time.root, { transform: beside ? `translate(${width - place[1]} 6)` : `translate(0 ${cells.HEIGHT + 8})` });
      set(cell, { transform: beside ? `translate(0 ${(STRIPS - cells.HEIGHT) / 2})` : null });
      return beside ? STRIPS + 6 : cells.HEIGHT + STRIPS + 8;
    },
    show,
    stop: play.stop,
  };
}

const percent = (share) => `${Math.round(100 * share)} %`;

function words(t, { f, i, g, o }, { old, c, h }) {
  const keeps = Math.abs(old) < 0.005 ? "There is nothing to keep yet" : `The forget gate keeps ${percent(f)} of ${format(old)}`;
  const writes = i === 0 ? (g === 0 ? "nothing is written" : "the input gate is shut") : g === 0 ? "the candidate is 0" : `${percent(i)} of the candidate ${format(g)} is added`;
  const shows = o === 0 ? "The output gate is shut: h is 0, whatever c holds." : `Shown of it: h is ${format(h)}.`;
  return `${keeps}, ${writes}: c is ${format(c)}. ${shows}`;
}
