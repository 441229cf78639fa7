/** Convolution: which pixels feed an output and, backward, which outputs feed the gradient of a pixel. */

import { choice, presets } from "./common/controls.js";
import { html, set, svg } from "./common/elements.js";
import { handle } from "./common/handle.js";
import { clamp, format, plural } from "./common/numbers.js";
import { stage } from "./common/stage.js";
import { MAX_PADDING, lay, matrix, name, refresher } from "./convolution/grids.js";
import { convolve, gradientOfPadded, grid, pad, termsOfOutput } from "./convolution/layer.js";

const IMAGES = {
  arch: [
    [0, 0, 1, 1, 0, 0],
    [0, 2, 3, 3, 2, 0],
    [1, 3, 0, 0, 3, 1],
    [2, 3, 0, 0, 3, 2],
    [2, 3, 0, 1, 3, 2],
  ],
  lesson: [[1, 2, 0], [0, 1, 3], [2, 1, 0]],
};

const FILTERS = {
  edge: { label: "edge", w: [[1, 0, -1], [2, 0, -2], [1, 0, -1]], b: 0 },
  sharpen: { label: "sharpen", w: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], b: 0 },
  lesson: { label: "lesson’s", w: [[1, 0], [-1, 2]], b: 0.5 },
};

const DOUT = [
  [1, 0, 2, -1, 1, 3, 0, -2],
  [2, -1, 1, 0, -2, 1, 1, 2],
  [0, 3, -1, 2, 1, -1, 2, 0],
  [1, 1, 0, -2, 2, 0, -1, 1],
  [-1, 2, 1, 1, 0, 2, 1, -1],
  [2, 0, -2, 1, 3, -1, 0, 1],
  [1, -1, 2, 0, 1, 2, -1, 0],
  [0, 2, 1, -1, 0, 1, 2, 1],
];

const START = { direction: "forward", image: "arch", filter: "edge", padding: 1, stride: 1, output: [2, 2], pixel: [2, 2] };

const PRESETS = [
  { name: "same", label: "Same size", change: { output: [0, 0] } },
  { name: "left-out", label: "A column left out", change: { padding: 0, stride: 2, output: [1, 1] } },
  { name: "overlap", label: "Shares add up", change: { direction: "backward", padding: 1, stride: 1, filter: "sharpen" } },
  { name: "unreached", label: "No gradient", change: { direction: "backward", padding: 0, stride: 2, pixel: [1, 5] } },
  { name: "lesson", label: "The lesson’s numbers", change: { image: "lesson", filter: "lesson", padding: 0, stride: 1, output: [0, 1], pixel: [1, 1] } },
];

/** The explorer's whole state: what was chosen, and all that follows from it. */
function evaluate({ direction, image, filter, padding, stride, output, pixel }) {
  const x = IMAGES[image];
  const { w, b } = FILTERS[filter];
  const out = convolve(x, w, b, stride, padding);
  const dout = image === "lesson" && out.length === 2 && out[0].length === 2 ? [[1, 0], [2, -1]] : grid(out.length, out[0].length, (i, j) => DOUT[i][j]);
  const dpadded = gradientOfPadded(dout, x, w, stride, padding);
  const dx = grid(x.length, x[0].length, (r, c) => dpadded[r + padding][c + padding]);
  const windows = grid(out.length, out[0].length, (i, j) => termsOfOutput(i, j, w, stride)).flat(2);
  const backward = direction === "backward";
  const [i, j] = [clamp(output[0], 0, out.length - 1), clamp(output[1], 0, out[0].length - 1)];
  const [r, c] = [clamp(pixel[0], 0, x.length - 1), clamp(pixel[1], 0, x[0].length - 1)];
  const terms = backward ? windows.filter((term) => term.r === r + padding && term.c === c + padding) : termsOfOutput(i, j, w, stride);
  return { backward, x, w, b, stride, padding, padded: pad(x, padding), out, dout, dpadded, dx, windows, i, j, r, c, terms };
}

export default function mount(figure) {
  const view = stage(figure, "An image, a filter and the output of their convolution");
  let chosen = { ...START };
  let now = evaluate(chosen);
  let layout = null;

  const sums = html("p", { class: "explorer-formula" });
  const sizes = html("p", { class: "explorer-formula" });
  const cells = svg("g");
  const names = svg("g");
  const shares = svg("g"); // the windows that a pixel lay in
  const refresh = refresher(cells);
  const windowFrame = svg("rect", { rx: 3, class: "blue-line", "stroke-width": 3 });
  const pixelFrame = svg("rect", { rx: 3, class: "orange-line", "stroke-width": 3 });
  const window_ = handle({
    label: "Window on the image",
    marks: [windowFrame],
    drag: (x, y) => choose({ output: [
      Math.round((y - layout.image.y - (now.w.length * layout.image.cell) / 2) / layout.image.cell / now.stride + shift(0)),
      Math.round((x - layout.image.x - (now.w[0].length * layout.image.cell) / 2) / layout.image.cell / now.stride + shift(1)),
    ] }),
    nudge: (dx, dy) => choose({ output: [now.i + dy, now.j + dx] }),
  });
  const pixel = handle({
    label: "Pixel of the image",
    marks: [pixelFrame],
    drag: (x, y) => choose({ pixel: [
      Math.floor((y - layout.image.y) / layout.image.cell) - layout.top,
      Math.floor((x - layout.image.x) / layout.image.cell) - layout.left,
    ] }),
    nudge: (dx, dy) => choose({ pixel: [now.r + dy, now.c + dx] }),
  });
  // The grid of the image always has room for the widest border; a narrower one starts further in.
  const shift = (axis) => -((axis ? layout.left : layout.top) - now.padding) / now.stride;

  const direction = choice({
    label: "Direction", value: chosen.direction, change: (value) => choose({ direction: value }),
    options: [{ value: "forward", label: "Forward" }, { value: "backward", label: "Backward" }],
  });
  const filter = choice({
    label: "Filter", value: chosen.filter, change: (value) => choose({ filter: value }),
    options: Object.entries(FILTERS).map(([value, { label }]) => ({ value, label })),
  });
  const number = (label, name, values) => choice({
    label, value: String(chosen[name]), change: (value) => choose({ [name]: Number(value) }),
    options: values.map((value) => ({ value: String(value), label: String(value) })),
  });
  const padding = number("Padding", "padding", [0, 1, MAX_PADDING]);
  const stride = number("Stride", "stride", [1, 2, 3]);
  const examples = presets(PRESETS, (name) => {
    chosen = { ...START, ...PRESETS.find((preset) => preset.name === name).change };
    show();
  });

  view.above.append(direction.root, examples.root);
  view.picture.append(names, cells, shares, window_.root, pixel.root);
  view.below.before(sums, sizes);
  view.below.append(filter.root, padding.root, stride.root);

  cells.addEventListener("pointerdown", ({ target }) => {
    const { part, row, column } = target.closest("[data-part]")?.dataset ?? {};
    if (part === "output" && !now.backward) choose({ output: [Number(row), Number(column)] });
    if (part === "image" && now.backward) choose({ pixel: [row - now.padding, column - now.padding] });
  });

  function choose(change) {
    const before = JSON.stringify([now.i, now.j, now.r, now.c]);
    chosen = { ...chosen, ...change };
    const next = evaluate(chosen);
    if (!("output" in change || "pixel" in change)) examples.value = null;
    else if (JSON.stringify([next.i, next.j, next.r, next.c]) === before) return;
    show();
  }

  function show() {
    now = evaluate(chosen);
    [chosen.output, chosen.pixel] = [[now.i, now.j], [now.r, now.c]];
    [direction.value, filter.value, padding.value, stride.value] = [chosen.direction, chosen.filter, String(chosen.padding), String(chosen.stride)];
    if (layout) paint();
    tell();
  }

  function paint() {
    const { image } = layout;
    [layout.top, layout.left] = [MAX_PADDING + Math.floor((5 - now.x.length) / 2), MAX_PADDING + Math.floor((6 - now.x[0].length) / 2)];
    const origin = { x: image.x + (layout.left - now.padding) * image.cell, y: image.y + (layout.top - now.padding) * image.cell };
    const middle = (part, values) => ({ ...part, y: part.y ?? image.y + (layout.top + now.x.length / 2) * image.cell - (values.length * part.cell) / 2 });
    const [kernel, result] = [middle(layout.kernel, now.w), middle(layout.result, now.out)];
    const at = (r, c) => now.terms.find((term) => term.r === r && term.c === c);
    const from = (i, j) => now.terms.find((term) => term.i === i && term.j === j);
    const reached = new Set(now.windows.map(({ r, c }) => `${r} ${c}`));
    const border = (r, c) => now.x[r - now.padding]?.[c - now.padding] === undefined;

    names.replaceChildren(
      name(now.backward ? "gradient dx" : "image x", now.x, origin),
      name("filter w", now.w, kernel),
      name(now.backward ? "gradient dout" : "output", now.out, result),
    );
    refresh([
      ...matrix("image", now.backward ? now.dpadded : now.padded, { ...image, ...origin }, (r, c) => ({
        tone: border(r, c) ? "border" : !now.backward && at(r, c) ? "blue-soft" : now.backward && r === now.r + now.padding && c === now.c + now.padding ? "orange-soft" : "plain",
        crossed: !reached.has(`${r} ${c}`),
        corner: now.backward ? null : at(r, c) && now.w[at(r, c).p][at(r, c).q],
      })),
      ...matrix("filter", now.w, kernel, (p, q) => ({
        tone: now.terms.some((term) => term.p === p && term.q === q) ? (now.backward ? "orange-soft" : "blue-soft") : "plain",
      })),
      ...matrix("output", now.backward ? now.dout : now.out, result, (i, j) => ({
        tone: now.backward ? (from(i, j) ? "orange-soft" : "plain") : i === now.i && j === now.j ? "blue-soft" : "plain",
        corner: now.backward && from(i, j) ? now.w[from(i, j).p][from(i, j).q] : null,
        ring: !now.backward && i === now.i && j === now.j,
      })),
    ]);
    shares.replaceChildren(...(now.backward ? [...new Set(now.terms.map(({ i, j }) => `${i} ${j}`))] : []).map((key) => {
      const [i, j] = key.split(" ").map(Number);
      return svg("rect", {
        class: "orange-line", "stroke-opacity": 0.55, "stroke-width": 1.5, rx: 3, "pointer-events": "none",
        x: origin.x + j * now.stride * image.cell + 2, y: origin.y + i * now.stride * image.cell + 2,
        width: now.w[0].length * image.cell - 4, height: now.w.length * image.cell - 4,
      });
    }));

    const size = { width: now.w[0].length * image.cell, height: now.w.length * image.cell };
    set(windowFrame, { x: -size.width / 2, y: -size.height / 2, ...size });
    set(window_.root.querySelector(".target"), { x: -size.width / 2, y: -size.height / 2, ...size });
    set(window_.root, { display: now.backward ? "none" : null });
    window_.place(origin.x + now.j * now.stride * image.cell + size.width / 2, origin.y + now.i * now.stride * image.cell + size.height / 2,
      `row ${now.i}, column ${now.j} of the output: ${format(now.out[now.i][now.j])}`);
    set(pixelFrame, { x: -image.cell / 2, y: -image.cell / 2, width: image.cell, height: image.cell });
    set(pixel.root, { display: now.backward ? null : "none" });
    pixel.place(origin.x + (now.c + now.padding + 0.5) * image.cell, origin.y + (now.r + now.padding + 0.5) * image.cell,
      `row ${now.r}, column ${now.c}: gradient ${format(now.dx[now.r][now.c])}`);
  }

  function tell() {
    const { backward, w, b, x, out, dout, dx, padded, i, j, r, c, terms } = now;
    const value = backward ? dx[r][c] : out[i][j];
    const products = terms.map((term) => (backward
      ? `${bracket(dout[term.i][term.j])}·${bracket(w[term.p][term.q])}`
      : `${bracket(padded[term.r][term.c])}·${bracket(w[term.p][term.q])}`));
    if (!backward && b !== 0) products.push(format(b));
    sums.replaceChildren(html("strong", { class: backward ? "orange" : "blue" }, backward ? `dx[${r}, ${c}]` : `out[${i}, ${j}]`),
      ` = ${backward ? "Σ dout·w" : b === 0 ? "Σ x·w" : "Σ x·w + b"} = ${products.join(" + ") || "0"} = `, html("strong", {}, format(value)));
    sizes.replaceChildren(...["rows", "columns"].map((axis, k) => {
      const [length, kernel, count] = k === 1 ? [x[0].length, w[0].length, out[0].length] : [x.length, w.length, out.length];
      return html("span", {}, `${axis}: ⌊(${length} + 2·${now.padding} − ${kernel}) / ${now.stride}⌋ + 1 = `, html("strong", {}, String(count)), k === 0 && html("br"));
    }));

    view.state({
      ...chosen, x, w, b, padding: now.padding, stride: now.stride, outputs: out, dout, dx,
      row: backward ? r : i, column: backward ? c : j, value, terms: terms.length, preset: examples.value ?? "",
    });
    view.say(backward
      ? terms.length === 0
        ? `No window reaches pixel (${r}, ${c}): it changes no output, so its gradient is 0.`
        : `Pixel (${r}, ${c}) lay in ${plural(terms.length, "window")}: ${terms.length === 1 ? "one output feeds" : `${terms.length} outputs feed`} its gradient, ${format(value)}.`
      : `Output (${i}, ${j}) is ${format(value)}: ${terms.length} pixels feed it${stay(now)}.`);
  }

  examples.value = "same";
  show();
  view.drawn((width) => {
    layout = lay(width);
    paint();
    return layout.height;
  });
}

/** What became of the image's size, where that is worth a word. */
function stay({ x, w, out, padding, stride }) {
  if (out.length === x.length && out[0].length === x[0].length) return ". The output is as large as the image";
  const left = (x[0].length + 2 * padding - w[0].length) % stride;
  return left ? `. At the right ${plural(left, "column is", "columns are")} in no window` : "";
}

const bracket = (value) => (value < 0 ? `(${format(value)})` : format(value));
