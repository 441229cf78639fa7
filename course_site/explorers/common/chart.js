/** Parts of charts, in the pixels of the picture: scales, axes, lines, arrows, legends. */

import { html, svg } from "./elements.js";
import { format } from "./numbers.js";

/**
 * A linear scale from the numbers of `domain` to the pixels of `range`.
 * @param {[number, number]} domain
 * @param {[number, number]} range may run backwards, as a y axis does
 * @returns {{(value: number): number, invert: function(number): number, domain: number[], range: number[]}}
 */
export function scale(domain, range) {
  const ratio = (range[1] - range[0]) / (domain[1] - domain[0]);
  const map = (value) => range[0] + (value - domain[0]) * ratio;
  map.invert = (pixel) => domain[0] + (pixel - range[0]) / ratio;
  map.domain = domain;
  map.range = range;
  return map;
}

/** About `count` round numbers from `low` to `high`: multiples of 1, 2 or 5 times a power of ten. */
export function ticks(low, high, count = 5) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * An axis with its ticks, numbers and name.
 * @param {object} options
 * @param {ReturnType<scale>} options.x for an axis along the bottom (give `y` instead for one along the left)
 * @param {number} options.at where the axis lies in the other direction
 * @param {number[]} [options.values] the ticks; by default `ticks` of the domain
 * @param {number} [options.grid] where grid lines end, if they are wanted
 * @param {string} [options.label] the axis' name
 * @param {function(number): string} [options.write] how its numbers are written
 */
export function axis({ x, y, at, values, grid, label, write = format }) {
  const along = x ?? y;
  const [start, end] = along.range;
  const group = svg("g", { class: "axis", "aria-hidden": "true" });
  for (const value of values ?? ticks(...along.domain, Math.abs(end - start) / 70)) {
    const pixel = along(value);
    if (grid !== undefined) {
      group.append(svg("line", { class: "grid", ...(x ? line(pixel, at, pixel, grid) : line(at, pixel, grid, pixel)) }));
    }
    group.append(
      x
        ? svg("text", { x: pixel, y: at + 17, "text-anchor": "middle" }, write(value))
        : svg("text", { x: at - 7, y: pixel + 4, "text-anchor": "end" }, write(value)),
    );
  }
  group.append(svg("line", { class: "rule", ...(x ? line(start, at, end, at) : line(at, start, at, end)) }));
  if (label) {
    group.append(
      x
        ? svg("text", { class: "name", x: Math.max(start, end), y: at + 34, "text-anchor": "end" }, label)
        : svg("text", { class: "name", x: at, y: Math.min(start, end) - 9 }, label),
    );
  }
  return group;
}

/** The attributes of an SVG line. */
export const line = (x1, y1, x2, y2) => ({ x1, y1, x2, y2 });

/** The `points` of a polyline, or of a polygon, from pairs of pixels. */
export const points = (pairs) => pairs.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/**
 * An arrow from (x1, y1) to (x2, y2), drawn in `color` of its class. Where both are one point, nothing is drawn.
 * @param {string} [name] class names in addition to "arrow"
 */
export function arrow(x1, y1, x2, y2, name = "", head = 8) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const group = svg("g", { class: `arrow ${name}`.trim() });
  if (length < 1) return group;
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const size = Math.min(head, length);
  const [bx, by] = [x2 - size * ux, y2 - size * uy];
  const side = size * 0.45;
  group.append(
    svg("line", line(x1, y1, bx, by)),
    svg("polygon", { points: points([[x2, y2], [bx - side * uy, by + side * ux], [bx + side * uy, by - side * ux]]) }),
  );
  return group;
}

/**
 * What the marks mean, as a list. Each mark is an SVG element drawn into a box of 24 × 14 pixels around (12, 7).
 * @param {{label: string|Node, mark: SVGElement}[]} entries
 */
export function legend(entries) {
  return html("ul", { class: "explorer-legend" }, entries.map(({ label, mark }) =>
    html("li", {}, svg("svg", { viewBox: "0 0 24 14", width: 24, height: 14, "aria-hidden": "true" }, mark), label)));
}
