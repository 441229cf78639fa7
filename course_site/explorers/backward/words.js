/** What is said and written about a step. */

import { html } from "../common/elements.js";
import { format, signed } from "../common/numbers.js";
import { forward, upstreamName } from "./network.js";
import { factor, short } from "./numbers.js";

const NUDGE = 0.001;

/** The formula of a step with its numbers, as nodes for the panel. */
export function formula(now, numbers, gradients) {
  if (!now) return [html("p", { class: "names" }, "Given: x, the weights, the biases and the target.")];
  return now.phase === "forward" ? forwards(now.node, numbers) : backwards(now, numbers, gradients);
}

function forwards({ name, text }, numbers) {
  const inserted = text.replace(/[a-z]\w*(\[[\d,]+\])?/g, (word, _, at) =>
    word === "max" ? word : /[+·−] $/.test(text.slice(0, at)) ? factor(numbers[word]) : short(numbers[word]));
  return [
    html("p", { class: "names" }, `${name} = ${text}`),
    html("p", { class: "figures" }, `= ${inserted} = `, html("b", { class: "blue" }, format(numbers[name]))),
  ];
}

function backwards({ name, of, paths }, numbers, gradients) {
  const factors = paths.map(({ via, local }) => ({ via, local, up: via === "loss" ? 1 : gradients[`d${via}`], slope: local.value(numbers) }));
  const term = ({ via, local }) => `${upstreamName(via)} · ${local.shown.length > 1 || local.text.includes(" ") ? `(${local.text})` : local.text}`;
  const rows = factors.map((path) => html("div", { class: "path" },
    cell(short(path.up), path.via === "loss" ? "the loss itself" : upstreamName(path.via), "upstream", "orange"),
    html("span", { class: "sign" }, "×"),
    cell(short(path.slope), path.local.text, `∂${path.via} / ∂${of}`, "blue"),
    html("span", { class: "sign" }, "="),
    cell(short(path.up * path.slope), factors.length > 1 ? `via ${path.via}` : name, factors.length > 1 ? "share" : "downstream", "orange")));
  return [
    html("p", { class: "names" }, `${name} = ${factors.map(term).join(" + ")}`),
    html("div", { class: "paths" }, rows),
    factors.length > 1
      ? html("p", { class: "figures" }, `${name} = ${factors.map(({ up, slope }, i) => (i ? factor : short)(up * slope)).join(" + ")} = `,
        html("b", { class: "orange" }, short(gradients[name])))
      : null,
  ].filter(Boolean);
}

const cell = (value, name, role, hue) =>
  html("span", { class: `cell ${hue}-edge` }, html("b", { class: hue }, value), html("span", {}, name), html("small", {}, role));

/** One sentence about what is seen. */
export function explain({ now, numbers, gradients, learned }) {
  if (learned) return changed(learned);
  if (!now) return "Twelve numbers are given. Step forward: each number is made of those before it.";
  if (now.phase === "forward") return onward(now, numbers);
  return returning(now, numbers, gradients);
}

function changed({ from, to, lr }) {
  if (to === from) return "All gradients are 0, so nothing moved.";
  const verdict = to < from ? `fell from ${short(from)} to ${format(to, 4)}` : `rose from ${short(from)} to ${short(to)}: the step was too long`;
  return `All weights and biases moved by −${lr} times their gradient, and the loss ${verdict}.`;
}

function onward({ name }, numbers) {
  const value = format(numbers[name]);
  const unit = /^h\[(\d)\]$/.exec(name);
  if (unit) {
    return numbers[name] > 0
      ? `hidden[${unit[1]}] is positive: the ReLU is on and lets it pass.`
      : `hidden[${unit[1]}] is not positive: the ReLU is off, and h[${unit[1]}] is 0.`;
  }
  if (name === "loss") return `Forward is done: the loss is ${value}. One step more, and its derivative sets out on the way back.`;
  return `Forward: ${name} is ${value}.`;
}

function returning({ name, of, paths }, numbers, gradients) {
  const value = short(gradients[name]);
  const local = paths[0].local.value(numbers);
  if (of === "out") {
    return gradients.dout === 0
      ? "The output is what it should be: dout is 0, and so will be everything behind it."
      : `Backward begins: if out grew a little, the loss would ${gradients.dout > 0 ? "grow" : "fall"} ${short(Math.abs(gradients.dout))} times as much.`;
  }
  if (of.startsWith("hidden")) {
    return local === 1
      ? `The ReLU is on: ${name} is d${paths[0].via}, unchanged.`
      : `The ReLU is off: it lets nothing back, and everything behind it on this path gets 0.`;
  }
  if (of.startsWith("b")) return `A bias is simply added, with a local derivative of 1: ${name} is d${paths[0].via}.`;
  if (of.startsWith("w")) {
    const met = paths[0].local.text;
    return `${of} was multiplied by ${met}, so its gradient is d${paths[0].via} times ${met}: ${value}.`;
  }
  if (paths.length > 1) {
    const shares = paths.map(({ via, local }) => short(gradients[`d${via}`] * local.value(numbers)));
    const cancel = gradients[name] === 0 && shares.some((share) => share !== "0") ? " They cancel." : "";
    return `${of} went into both hidden units, so two paths lead back. What arrives adds up: ${shares.join(" and ")} make ${value}.${cancel}`;
  }
  return `Back along one edge: d${paths[0].via} times the weight ${paths[0].local.text} makes ${name}, ${value}.`;
}

/** What a gradient means, tried out: how far the loss really moves when one number is raised a little. */
export function meaning(name, inputs, gradient) {
  if (gradient === undefined) return name === "target" ? "Drag any number that is given." : `d${name} is not known yet.`;
  const moved = forward({ ...inputs, [name]: inputs[name] + NUDGE }).loss - forward(inputs).loss;
  return `Raise ${name} by ${NUDGE}: ${NUDGE} · d${name} = ${signed(NUDGE * gradient, 5)}. The loss really changes by ${signed(moved, 5)}.`;
}
