/** The picture of the network: boxes with a number and, once it is known, its gradient; edges; what flows along them. */

import { line } from "../common/chart.js";
import { set, svg } from "../common/elements.js";
import { calm } from "../common/motion.js";
import { short } from "./numbers.js";

const EDGES = [
  ["x[0]", "hidden[0]", "w1[0,0]"], ["x[0]", "hidden[1]", "w1[0,1]"], ["x[1]", "hidden[0]", "w1[1,0]"], ["x[1]", "hidden[1]", "w1[1,1]"],
  ["b1[0]", "hidden[0]"], ["b1[1]", "hidden[1]"], ["hidden[0]", "h[0]"], ["hidden[1]", "h[1]"],
  ["h[0]", "out", "w2[0]"], ["h[1]", "out", "w2[1]"], ["b2", "out"], ["out", "loss"], ["target", "loss"],
]; // prettier-ignore

const isWeight = (name) => /^[wb]|^target/.test(name);

/** Where everything lies: beside each other where there is room, below each other on a phone. */
export function places(width) {
  return width >= 680 ? across(width) : down(width);
}

function across(width) {
  const at = (share) => 42 + share * (width - 84);
  const [top, bottom, middle] = [108, 288, 198];
  const [hidden, h, out, loss] = [at(0.37), at(0.605), at(0.835), at(1)];
  const between = (share) => at(0) + share * (hidden - at(0));
  return {
    height: 398,
    down: false,
    boxes: {
      "x[0]": [at(0), top], "x[1]": [at(0), bottom],
      "w1[0,0]": [between(0.52), top], "w1[1,1]": [between(0.52), bottom],
      "w1[0,1]": [between(0.31), top + 0.31 * 180], "w1[1,0]": [between(0.31), bottom - 0.31 * 180],
      "hidden[0]": [hidden, top], "hidden[1]": [hidden, bottom], "b1[0]": [hidden, 32], "b1[1]": [hidden, 362],
      "h[0]": [h, top], "h[1]": [h, bottom], "w2[0]": [(h + out) / 2, (top + middle) / 2], "w2[1]": [(h + out) / 2, (bottom + middle) / 2],
      out: [out, middle], b2: [out, 108], loss: [loss, middle], target: [loss, 108],
    }, // prettier-ignore
    relu: [[(hidden + h) / 2, top], [(hidden + h) / 2, bottom]],
  };
}

function down(width) {
  const middle = width / 2;
  const half = Math.min(width / 2 - 36, 150);
  const [left, right] = [middle - half, middle + half];
  const [top, hidden, h, out, loss] = [26, 212, 312, 416, 506];
  const across = (share) => left + share * 2 * half;
  const side = middle + Math.max(half, 88);
  return {
    height: 546,
    down: true,
    boxes: {
      "x[0]": [left, top], "x[1]": [right, top],
      "w1[0,0]": [left, top + 118], "w1[1,1]": [right, top + 118],
      "w1[0,1]": [across(0.3), top + 0.3 * (hidden - top)], "w1[1,0]": [across(0.7), top + 0.3 * (hidden - top)],
      "hidden[0]": [left, hidden], "hidden[1]": [right, hidden], "b1[0]": [middle, hidden - 34], "b1[1]": [middle, hidden + 26],
      "h[0]": [left, h], "h[1]": [right, h], "w2[0]": [(left + middle) / 2, (h + out) / 2], "w2[1]": [(right + middle) / 2, (h + out) / 2],
      out: [middle, out], b2: [side, out], loss: [middle, loss], target: [side, loss],
    }, // prettier-ignore
    relu: [[left, (hidden + h) / 2 + 6], [right, (hidden + h) / 2 + 6]],
  };
}

/**
 * @param {SVGElement} picture
 * @param {string[]} names of all boxes
 * @param {function(string, SVGElement[]): SVGElement} grasp makes what can be changed a handle around its marks, and
 *   leaves the rest a group; called once for each name
 */
export function graph(picture, names, grasp) {
  const edges = EDGES.map(([from, to, over]) => ({ from, to, over, element: svg("line", { class: "edge" }) }));
  const flow = svg("g", {});
  const relus = [0, 1].map(() => ({ back: svg("rect", { class: "relu", rx: 9 }), text: svg("text", { class: "small", "text-anchor": "middle" }) }));
  const boxes = Object.fromEntries(names.map((name) => [name, box(name, grasp)]));
  const pulses = svg("g", { "aria-hidden": "true" });
  picture.append(
    svg("g", { "aria-hidden": "true" }, edges.map((each) => each.element), flow, relus.flatMap((each) => [each.back, each.text])),
    pulses, ...Object.values(boxes).map((each) => each.root),
  );
  let where = null;

  /** Puts everything in its place for a width, and returns the height. */
  function layout(width) {
    where = places(width);
    for (const { element, from, to } of edges) set(element, line(...where.boxes[from], ...where.boxes[to]));
    for (const [name, { resize }] of Object.entries(boxes)) resize(where.down, where.boxes[name]);
    relus.forEach(({ back, text }, i) => {
      const [x, y] = where.relu[i];
      set(back, { x: x - 34, y: y - 11, width: 68, height: 22 });
      set(text, { x, y: y + 4.5 });
    });
    return where.height;
  }

  /**
   * Shows what is known.
   * @param {object} known
   * @param {Object<string, number>} known.numbers, by name; what is missing is not yet computed
   * @param {Object<string, number>} known.gradients by the name with a d before it
   * @param {string} known.now the box that the present step is about
   * @param {"forward"|"backward"} known.phase
   * @param {string[]} known.locals boxes whose numbers make the local derivative
   * @param {{from: string, to: string, nothing: boolean}[]} known.flows what flows now, and whether it is 0
   * @param {string} known.selected
   */
  function show({ numbers, gradients, now, phase, locals, flows, selected }) {
    const off = new Set(["0", "1"].filter((unit) => numbers[`h[${unit}]`] === 0).flatMap((unit) => [`hidden[${unit}]`, `h[${unit}]`]));
    for (const [name, each] of Object.entries(boxes)) {
      each.show(numbers[name], gradients[`d${name}`]);
      each.root.classList.toggle("now", name === now);
      each.root.classList.toggle("local", locals.includes(name));
      each.root.classList.toggle("off", off.has(name));
      each.root.classList.toggle("selected", name === selected);
      each.root.dataset.phase = phase;
    }
    relus.forEach(({ back, text }, i) => {
      const through = numbers[`h[${i}]`];
      const shut = through === 0;
      text.textContent = through === undefined ? "ReLU" : shut ? "ReLU off" : "ReLU on";
      text.classList.toggle("bold", through !== undefined);
      back.classList.toggle("shut", shut);
    });
    flow.replaceChildren(...flows.map(({ from, to, nothing }) =>
      svg("line", {
        class: `flow ${phase === "forward" ? "blue-line" : "orange-line"}${nothing ? " nothing" : ""}`,
        ...line(...where.boxes[from], ...where.boxes[to]),
      })));
  }

  /** Lets a point run along every flow that is not 0, once. */
  function pulse(flows, phase) {
    pulses.replaceChildren();
    if (calm()) return;
    for (const { from, to } of flows.filter(({ nothing }) => !nothing)) {
      const [[x1, y1], [x2, y2]] = [where.boxes[from], where.boxes[to]];
      const dot = svg("circle", { r: 6, class: phase === "forward" ? "blue" : "orange" });
      pulses.append(dot);
      dot.animate(
        [{ transform: `translate(${x1}px, ${y1}px)` }, { transform: `translate(${x2}px, ${y2}px)` }],
        { duration: 420, easing: "ease-in-out" },
      ).onfinish = () => dot.remove();
    }
  }

  return { layout, show, pulse, where: (name) => where.boxes[name] };
}

/** A box with a name, a number and, hanging from it, a gradient. */
function box(name, grasp) {
  const weight = isWeight(name);
  const frame = svg("rect", { class: weight ? "frame weight" : "frame", rx: weight ? 14 : 8 });
  const title = svg("text", { class: "name", "text-anchor": "middle" }, name);
  const value = svg("text", { class: "value", "text-anchor": "middle" });
  const tag = svg("rect", { rx: 6 });
  const gradient = svg("text", { "text-anchor": "middle" });
  const hanging = svg("g", { class: "gradient" }, tag, gradient);
  const root = grasp(name, [svg("g", { "aria-hidden": "true" }, frame, title, value, hanging)]);
  root.classList.add("box");
  root.dataset.name = name;
  return {
    root,
    resize(small, [x, y]) {
      const bare = small && weight && name.startsWith("w");
      const [width, height] = bare ? [52, 24] : small ? [66, 38] : [weight ? 62 : 72, 40];
      set(frame, { x: -width / 2, y: -height / 2, width, height });
      set(title, { y: -height / 2 + 14, display: bare ? "none" : null });
      set(value, { y: bare ? 5 : height / 2 - 6 });
      set(tag, { x: -27, y: height / 2 - 2, width: 54, height: 18 });
      set(gradient, { y: height / 2 + 11 });
      set(root, { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` });
    },
    show(number, slope) {
      value.textContent = number === undefined ? "?" : short(number);
      gradient.textContent = slope === undefined ? "" : `d ${short(slope)}`;
      hanging.classList.toggle("absent", slope === undefined);
      value.classList.toggle("absent", number === undefined);
      root.dataset.value = number === undefined ? "" : String(number);
      root.dataset.gradient = slope === undefined ? "" : String(slope);
    },
  };
}
