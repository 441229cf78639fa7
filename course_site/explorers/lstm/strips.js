/** Gates and states over time: bars that can be pulled, and below them the curves of c and h. */

import { points, scale } from "../common/chart.js";
import { set, svg } from "../common/elements.js";
import { clamp, format } from "../common/numbers.js";

const ROWS = [
  { name: "i", hue: "blue", low: 0 },
  { name: "f", hue: "orange", low: 0 },
  { name: "g", hue: "purple", low: -1 },
  { name: "o", hue: "ink", low: 0 },
];
const [ROW, GAP, LEFT, CURVES] = [32, 7, 24, 104];

export const HEIGHT = ROWS.length * (ROW + GAP) + CURVES + 46;

/**
 * @param {object} options
 * @param {number} options.steps how many there are
 * @param {function(string, number, number)} options.pull called with a gate's name, a step and a value
 * @param {function(number)} options.select called with a step
 * @returns {{root: SVGElement, layout: function(number), show: function(object)}}
 */
export function strips({ steps, pull, select }) {
  const drawn = svg("g", { "aria-hidden": "true" });
  const surface = svg("rect", { class: "surface", x: 0, y: 0, height: HEIGHT });
  const root = svg("g", {}, drawn, surface);
  let [width, grip] = [0, null];
  const column = () => (width - LEFT) / steps;
  const top = (row) => row * (ROW + GAP);

  function place(event) {
    const box = surface.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  function move(event) {
    const [x, y] = place(event);
    const t = clamp(Math.floor((x - LEFT) / column()), 0, steps - 1);
    const row = ROWS[grip];
    if (!row) return select(t);
    const share = clamp(1 - (y - top(grip)) / ROW, 0, 1);
    pull(row.name, t, Math.round((row.low + share * (1 - row.low)) * 20) / 20);
  }

  set(surface, {
    onpointerdown: (event) => {
      grip = Math.floor(place(event)[1] / (ROW + GAP));
      surface.setPointerCapture(event.pointerId);
      move(event);
    },
    onpointermove: (event) => {
      if (grip !== null) move(event);
    },
    onlostpointercapture: () => {
      grip = null;
    },
  });

  function show({ gates, states, t: now }) {
    const wide = column();
    const from = (t) => LEFT + t * wide;
    const middle = (t) => from(t) + wide / 2;
    const curves = top(ROWS.length) + 16;
    const reach = Math.max(1, ...states.map(({ c }) => Math.abs(c)));
    const y = scale([-reach, reach], [curves + CURVES, curves]);
    drawn.replaceChildren(
      svg("rect", { class: "now", x: from(now), y: -3, width: wide, height: HEIGHT - 14, rx: 4 }),
      ...ROWS.flatMap((row, k) => bars(row, top(k), gates[row.name], from, wide)),
      svg("line", { class: "rule", x1: LEFT, x2: width, y1: y(0), y2: y(0) }),
      svg("text", { class: "muted small", x: LEFT - 5, y: y(0) + 4, "text-anchor": "end" }, "0"),
      ...[reach, -reach].map((value) => svg("text", { class: "muted small", x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }, format(value, 1))),
      svg("polyline", { class: "green-line curve", points: points(states.map(({ c }, t) => [middle(t), y(c)])) }),
      svg("polyline", { class: "ink-line curve dashed", points: points(states.map(({ h }, t) => [middle(t), y(h)])) }),
      ...states.flatMap(({ c, h }, t) => [
        svg("circle", { class: "green", cx: middle(t), cy: y(c), r: t === now ? 4.5 : 3 }),
        svg("rect", { class: "ink", x: middle(t) - (t === now ? 4 : 2.5), y: y(h) - (t === now ? 4 : 2.5), width: t === now ? 8 : 5, height: t === now ? 8 : 5 }),
      ]),
      ...Array.from({ length: steps }, (_, t) =>
        t !== now && (t % 5 || Math.abs(t - now) === 1) ? null : svg("text", { class: t === now ? "bold small" : "muted small", x: middle(t), y: HEIGHT - 4, "text-anchor": "middle" }, String(t))).filter(Boolean),
    );
  }

  return {
    root,
    layout(next) {
      width = next;
      set(surface, { width });
    },
    show,
  };
}

function bars({ name, hue, low }, top, values, from, wide) {
  const y = scale([low, 1], [top + ROW, top]);
  return [
    svg("text", { class: "bold", x: 4, y: top + ROW / 2 + 5 }, name),
    ...values.map((value, t) => svg("rect", { class: "slot", x: from(t) + 1, y: top, width: wide - 2, height: ROW, rx: 3 })),
    ...values.map((value, t) => svg("rect", { class: hue, x: from(t) + 2, y: Math.min(y(value), y(0)), width: wide - 4, height: Math.max(Math.abs(y(value) - y(0)), 1.5) })),
  ];
}
