/** The picture of one step of the cell, after the lesson's: the straight line of c, and the gates that act on it. */

import { arrow } from "../common/chart.js";
import { svg } from "../common/elements.js";
import { clamp, format } from "../common/numbers.js";

export const HEIGHT = 252;

const GATES = [
  { name: "i", words: "input", hue: "blue", at: 0.12 },
  { name: "f", words: "forget", hue: "orange", at: 0.35 },
  { name: "g", words: "candidate", hue: "purple", at: 0.575 },
  { name: "o", words: "output", hue: "ink", at: 0.795 },
];

/**
 * Draws the step into a box `width` × HEIGHT.
 * @param {number} width
 * @param {number} t the step's number
 * @param {{i: number, f: number, g: number, o: number}} gates
 * @param {object} step what `cell` gives
 */
export function diagram(width, t, gates, step) {
  const x = Object.fromEntries(GATES.map(({ name, at }) => [name, at * width]));
  const [line, shown, product, gate] = [48, 86, 128, 190];
  const half = Math.min(0.105 * width - 2, 46);
  const stem = (hue, ...pairs) => svg("g", { class: hue }, pairs.map((pair, k) =>
    k === pairs.length - 1 ? arrow(...pair, hue, 7) : svg("line", { class: `${hue}-line stem`, x1: pair[0], y1: pair[1], x2: pair[2], y2: pair[3] })));
  const top = gate - 24;
  return svg("g", {},
    svg("text", { class: "muted small", x: 0, y: 14 }, `step ${t}`),
    // the cell state's line, as thick as what runs along it
    flow(4, x.f - 12, line, step.old), flow(x.f + 12, x.g - 12, line, step.kept), flow(x.g + 12, width - 2, line, step.c, true),
    svg("text", { class: "bold green", x: 4, y: line - 12 }, `old c ${format(step.old)}`),
    svg("text", { class: "bold green", x: width - 2, y: line - 12, "text-anchor": "end" }, `new c ${format(step.c)}`),
    svg("text", { class: "green small", x: (x.f + x.g) / 2, y: line + 20, "text-anchor": "middle" }, format(step.kept)),
    // keep, write, show
    stem("blue", [x.i, top, x.i, product], [x.i, product, x.g - 12, product]),
    svg("line", { class: "gap", x1: x.f, y1: product + 8, x2: x.f, y2: product - 8 }),
    stem("orange", [x.f, top, x.f, line + 12]),
    stem("purple", [x.g, top, x.g, product + 12]),
    stem("ink", [x.g, product - 12, x.g, line + 12]),
    svg("text", { class: "small rim", x: x.g + 8, y: (line + product) / 2 + 4 }, format(step.written)),
    stem("green", [x.o, line, x.o, shown - 13]),
    stem("green", [x.o, shown + 13, x.o, product - 12]),
    stem("ink", [x.o, top, x.o, product + 12]),
    stem("ink", [x.o + 12, product, width - 2, product]),
    svg("text", { class: "bold rim", x: width - 2, y: product + 24, "text-anchor": "end" }, "new h"),
    svg("text", { class: "bold rim", x: width - 2, y: product - 12, "text-anchor": "end" }, format(step.h)),
    svg("rect", { class: "tanh", x: x.o - 21, y: shown - 13, width: 42, height: 25, rx: 6 }),
    svg("text", { class: "green small", x: x.o, y: shown + 4, "text-anchor": "middle" }, "tanh"),
    knot(x.f, line, "×", "orange"), knot(x.g, line, "+", "ink"), knot(x.g, product, "×", "ink"), knot(x.o, product, "×", "ink"),
    GATES.map(({ name, words, hue }) => meter(x[name], gate, half, name, words, hue, gates[name])),
  );
}

function flow(from, to, y, value, head = false) {
  const thick = 2 + 5 * clamp(Math.abs(value), 0, 1.4);
  return svg("g", { class: "green" },
    svg("line", { class: "green-line", x1: from, y1: y, x2: head ? to - 8 : to, y2: y, "stroke-width": thick }),
    head ? svg("polygon", { points: `${to},${y} ${to - 9},${y - 6} ${to - 9},${y + 6}` }) : null);
}

const knot = (x, y, sign, hue) => svg("g", {},
  svg("circle", { class: `knot ${hue}-line`, cx: x, cy: y, r: 12 }),
  svg("text", { class: hue, x, y: y + 5.5, "text-anchor": "middle", style: "font-size: 17px" }, sign));

/** A gate, filled as far as it is open; the candidate is filled from its middle, up or down. */
function meter(x, y, half, name, words, hue, value) {
  const [height, signed] = [48, name === "g"];
  const share = (signed ? Math.abs(value) / 2 : value) * height;
  const from = signed ? (value > 0 ? y - share : y) : y + height / 2 - share;
  return svg("g", {},
    svg("rect", { class: "meter-back", x: x - half, y: y - height / 2, width: 2 * half, height, rx: 7 }),
    svg("rect", { class: `meter ${hue}-soft`, x: x - half, y: from, width: 2 * half, height: share, rx: share > 7 ? 7 : 0 }),
    svg("rect", { class: `frame ${hue}-line`, x: x - half, y: y - height / 2, width: 2 * half, height, rx: 7 }),
    svg("text", { class: "bold", x, y: y - 4, "text-anchor": "middle" }, name),
    svg("text", { x, y: y + 14, "text-anchor": "middle" }, format(value)),
    svg("text", { class: "muted small", x, y: y + height / 2 + 16, "text-anchor": "middle" }, words));
}
