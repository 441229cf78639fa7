/** The three grids of numbers: where they are, and how they are drawn. */

import { svg } from "../common/elements.js";
import { clamp, format } from "../common/numbers.js";

export const MAX_PADDING = 2;

/**
 * Where the three grids are for a width, and how large their cells: side by side, the last two above one another beside
 * the image, or below it. Each has room for the widest border; where no `y` is given, a grid stands level with the image.
 */
export function lay(width) {
  const [imageColumns, imageRows, outputColumns, outputRows] = [6 + 2 * MAX_PADDING, 5 + 2 * MAX_PADDING, 8, 7];
  const top = 26;
  if (width >= 600) {
    const gap = clamp((width - 570) / 2, 12, 44);
    const cell = Math.min(36, Math.floor((width - 2 * gap) / (imageColumns + 3 + outputColumns)));
    const left = (width - 2 * gap - (imageColumns + 3 + outputColumns) * cell) / 2;
    const kernel = { x: left + imageColumns * cell + gap, cell };
    return { image: { x: left, y: top, cell }, kernel, result: { x: kernel.x + 3 * cell + gap, cell }, height: top + imageRows * cell + 8 };
  }
  if (width >= 480) {
    const gap = 20;
    const cell = Math.floor((width - gap) / (imageColumns + outputColumns));
    const x = imageColumns * cell + gap;
    const below = top + 3 * cell + 34;
    const height = below + outputRows * cell + 8;
    return { image: { x: 0, y: (height - imageRows * cell) / 2, cell }, kernel: { x, y: top, cell }, result: { x, y: below, cell }, height };
  }
  const gap = 22;
  const image = { x: 0, y: top, cell: Math.min(34, Math.floor(width / imageColumns)) };
  image.x = Math.floor((width - imageColumns * image.cell) / 2);
  const cell = Math.min(30, Math.floor((width - gap) / (3 + outputColumns + 0.2)));
  const y = top + imageRows * image.cell + 30;
  return { image, kernel: { x: 1, y, cell }, result: { x: 1 + 3 * cell + gap, y, cell }, height: y + outputRows * cell + 6 };
}

/** What stands above a matrix: what it is, and its size. */
export const name = (text, values, { x, y }) =>
  svg("text", { x, y: y - 9, class: "small" }, svg("tspan", { class: "bold" }, text), svg("tspan", { class: "muted" }, ` ${values.length}×${values[0].length}`));

/**
 * The cells of a matrix of numbers, for `refresher`; `look(row, column)` says how a cell looks.
 * @returns {{key: string, look: object, draw: function(): SVGElement}[]}
 */
export function matrix(part, values, { x, y, cell }, look) {
  return values.flatMap((row, i) => row.map((value, j) => {
    const all = { part, i, j, value, left: x + j * cell, top: y + i * cell, cell, ...look(i, j) };
    return { key: `${part} ${i} ${j}`, look: JSON.stringify(all), draw: () => drawCell(all) };
  }));
}

function drawCell({ part, i, j, value, left, top, cell, tone, crossed, corner, ring }) {
  const cornered = corner !== null && corner !== undefined && cell >= 27;
  return svg("g", { class: `cell ${tone === "border" ? "border" : ""} ${cell < 30 ? "tight" : ""}`, "data-part": part, "data-row": String(i), "data-column": String(j) },
    svg("rect", { x: left, y: top, width: cell, height: cell, class: tone }),
    crossed && svg("line", { x1: left + 4, y1: top + cell - 4, x2: left + cell - 4, y2: top + 4, class: "muted-line", "stroke-width": 1.5 }),
    svg("text", cornered ? { x: left + 3, y: top + cell - 5 } : { x: left + cell / 2, y: top + cell / 2 + 4.5, "text-anchor": "middle" }, format(value)),
    cornered && svg("text", { x: left + cell - 3, y: top + 11, "text-anchor": "end", class: "corner" }, `×${format(corner)}`),
    ring && svg("rect", { x: left + 1, y: top + 1, width: cell - 2, height: cell - 2, rx: 3, class: "blue-line", "stroke-width": 3 }));
}

/** Draws cells into a layer, and of those that are there already only what looks different: hundreds stay as they are. */
export function refresher(layer) {
  const drawn = new Map();
  return (cells) => {
    const gone = new Set(drawn.keys());
    for (const { key, look, draw } of cells) {
      gone.delete(key);
      const old = drawn.get(key);
      if (old?.look === look) continue;
      const node = draw();
      if (old) old.node.replaceWith(node);
      else layer.append(node);
      drawn.set(key, { look, node });
    }
    for (const key of gone) {
      drawn.get(key).node.remove();
      drawn.delete(key);
    }
  };
}
