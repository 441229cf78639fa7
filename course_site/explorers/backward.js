/** The backward pass of a small network, number by number, on its graph. */

import { button, presets, slider } from "./common/controls.js";
import { html, svg } from "./common/elements.js";
import { handle } from "./common/handle.js";
import { clamp } from "./common/numbers.js";
import { player } from "./common/player.js";
import { stage } from "./common/stage.js";
import { explain, formula, meaning } from "./backward/words.js";
import { graph } from "./backward/graph.js";
import { short } from "./backward/numbers.js";
import { INPUTS, NODES, STEPS, backward, descend, forward } from "./backward/network.js";

const LIMIT = 10; // what is given lies between -LIMIT and LIMIT
const LR = 0.005;
const FORWARD = NODES.length;

const TWO_PATHS = {
  "x[0]": 1, "x[1]": 2, "w1[0,0]": 2, "w1[0,1]": -1, "w1[1,0]": -0.5, "w1[1,1]": 1.5, "b1[0]": 0.5, "b1[1]": 0,
  "w2[0]": 1, "w2[1]": -0.5, b2: 0.5, target: 0,
}; // prettier-ignore

const PRESETS = [
  { name: "two-paths", select: "x[0]", label: "Two paths add up", inputs: TWO_PATHS, until: "dx[0]" },
  { name: "off", select: "b1[1]", label: "A ReLU that is off", inputs: { ...TWO_PATHS, "b1[1]": -4 }, until: "dhidden[1]" },
  { name: "cancel", select: "w1[0,1]", label: "Paths that cancel", inputs: { ...TWO_PATHS, "w1[0,1]": 4 }, until: "dx[0]" },
  { name: "no-error", select: "target", label: "No error", inputs: { ...TWO_PATHS, target: 1 }, until: "dout" },
  {
    name: "lesson", label: "The lesson’s student", select: "x[1]", until: "dx[1]",
    inputs: {
      "x[0]": 9, "x[1]": 6, "w1[0,0]": 1, "w1[0,1]": -1, "w1[1,0]": -1, "w1[1,1]": 1, "b1[0]": -1, "b1[1]": -1,
      "w2[0]": -1, "w2[1]": -1, b2: 1, target: -1.5,
    },
  },
]; // prettier-ignore

export default function mount(figure) {
  const parts = stage(figure, "A network of two inputs, two hidden units and one output, as a graph of numbers");
  let [inputs, step, selected, learned] = [TWO_PATHS, FORWARD, "w1[0,0]", null];

  const grips = {};
  const names = [...INPUTS, ...NODES.map((node) => node.name)];
  const picture = graph(parts.picture, names, (name, marks) => (INPUTS.includes(name) ? grasped(name, marks) : svg("g", {}, marks)));

  /** A box whose number is changed by pulling it up or to the right, or with the arrow keys. */
  function grasped(name, marks) {
    let before = 0;
    const grip = handle({
      label: name,
      marks,
      target: [56, 44],
      drag: (x, y) => {
        const [restX, restY] = picture.where(name);
        change(name, before + Math.round((x - restX - (y - restY)) / 8) * 0.25);
      },
      nudge: (right, down) => change(name, inputs[name] + (right - down) * 0.25),
    });
    const begin = () => {
      before = inputs[name];
      select(name);
    };
    grip.root.addEventListener("pointerdown", begin);
    grip.root.addEventListener("focus", begin);
    grips[name] = grip;
    return grip.root;
  }

  function select(name) {
    if (name === selected) return;
    selected = name;
    show();
  }

  function change(name, value) {
    selected = name;
    learned = null;
    tries.value = null;
    inputs = { ...inputs, [name]: clamp(Math.round(value * 20) / 20, -LIMIT, LIMIT) };
    play.stop();
    show();
  }

  function go(next) {
    const forth = next === step + 1;
    step = clamp(next, 0, STEPS.length);
    learned = null;
    show();
    if (forth) pulse();
    return step < STEPS.length;
  }

  function pulse() {
    const now = STEPS[step - 1];
    const numbers = forward(inputs);
    picture.pulse(flowsOf(now, numbers, backward(numbers)), now.phase);
  }

  function learn() {
    play.stop();
    const numbers = forward(inputs);
    inputs = descend(inputs, backward(numbers), LR);
    learned = { from: numbers.loss, to: forward(inputs).loss, lr: LR };
    tries.value = null;
    show();
  }

  const equation = html("div", { class: "explorer-formula" });
  const play = player(parts, {
    step: () => go(step + 1),
    back: () => { play.stop(); go(step - 1); },
    reset: () => go(0),
    every: 1.5,
  });
  const tries = presets(PRESETS, (name) => {
    const chosen = PRESETS.find((each) => each.name === name);
    play.stop();
    ({ inputs, select: selected } = chosen);
    go(STEPS.findIndex((each) => each.name === chosen.until) + 1);
    pulse();
  });
  const timeline = slider({
    label: "Step", min: 0, max: STEPS.length, step: 1, value: step,
    write: (value) => `${value} of ${STEPS.length}`,
    change: (value) => { play.stop(); go(value); },
  }); // prettier-ignore
  const label = html("span", {});
  const amount = slider({
    label, min: -LIMIT, max: LIMIT, step: "any", value: inputs[selected], write: short,
    change: (value) => change(selected, value),
  }); // prettier-ignore
  const rise = html("p", { class: "rise" });
  parts.above.append(tries.root);
  parts.below.append(
    html("div", { class: "abreast" }, play.root, timeline.root),
    equation,
    html("div", { class: "abreast changes" }, amount.root, rise, button(`Learn: w −= ${LR} · dw`, learn, { "data-action": "learn" })),
  );

  function show() {
    const numbers = forward(inputs);
    const gradients = backward(numbers);
    const done = STEPS.slice(0, step);
    const now = done.at(-1);
    const known = (phase, all) => Object.fromEntries(done.filter((each) => each.phase === phase).map(({ name }) => [name, all[name]]));
    const seen = { ...inputs, ...known("forward", numbers) };
    const found = known("backward", gradients);
    if (step > FORWARD) found.dloss = gradients.dloss;

    picture.show({
      numbers: seen,
      gradients: found,
      now: now && (now.of ?? now.name),
      phase: now?.phase ?? "forward",
      locals: now?.phase === "backward" ? now.paths.flatMap(({ local }) => local.shown) : [],
      flows: now ? flowsOf(now, numbers, gradients) : [],
      selected,
    });
    for (const [name, grip] of Object.entries(grips)) {
      const gradient = `d${name}` in found ? `, gradient ${short(found[`d${name}`])}` : "";
      grip.place(...picture.where(name), short(inputs[name]) + gradient, { now: inputs[name], min: -LIMIT, max: LIMIT });
    }
    equation.replaceChildren(...formula(now, numbers, gradients));
    parts.say(explain({ now, numbers, gradients, learned }));
    label.textContent = selected;
    amount.value = inputs[selected];
    rise.textContent = meaning(selected, inputs, `d${selected}` in found ? gradients[`d${selected}`] : undefined);
    timeline.value = step;
    play.enable(step < STEPS.length);
    parts.state({
      step, steps: STEPS.length, phase: now?.phase ?? "given", now: now?.name ?? "", selected,
      inputs, values: known("forward", numbers), gradients: found,
    }); // prettier-ignore
  }

  parts.drawn((width) => {
    const height = picture.layout(width);
    show();
    return height;
  });
}

/** What flows in a step: forward into a node, backward out of all the nodes that a number went into. */
const flowsOf = ({ phase, of, node, paths }, numbers, gradients) =>
  phase === "forward"
    ? node.from.map(({ name }) => ({ from: name, to: node.name, nothing: false }))
    : paths.map(({ via, local }) => ({ from: via, to: of, nothing: gradients[`d${via}`] * local.value(numbers) === 0 }));
