/** The second view: what is left of a gradient on its way back through a hundred steps. */

import { axis, line, points, scale } from "../common/chart.js";
import { presets, slider } from "../common/controls.js";
import { html, svg } from "../common/elements.js";
import { clamp, format } from "../common/numbers.js";
import { lstmGradient, rnn, rnnGradient, STEPS } from "./recurrence.js";

const [LOW, HIGH] = [-12, 9]; // powers of ten that are seen

const PRESETS = [
  { name: "vanish", label: "Vanishing", gain: 0.9, forget: 0.99 },
  { name: "explode", label: "Exploding", gain: 3, forget: 0.99 },
  { name: "half", label: "A gate half open", gain: 0.5, forget: 0.5 },
  { name: "constant", label: "A gate wide open", gain: 0.9, forget: 1 },
];

/** The view, with the parts that `memory` has. */
export function gradient(parts) {
  let { gain, forget } = PRESETS[0];
  let [width, height] = [0, 0];
  const picture = svg("g", { "aria-hidden": "true" });
  const tries = presets(PRESETS, (name) => {
    ({ gain, forget } = PRESETS.find((each) => each.name === name));
    show();
  });
  tries.value = PRESETS[0].name;
  const turned = () => {
    tries.value = null;
    show();
  };
  const weights = slider({ label: "RNN: weights wh ×", min: 0.3, max: 3, step: 0.05, value: gain, change: (value) => { gain = value; turned(); } });
  const gate = slider({ label: "LSTM: forget gate f", min: 0.5, max: 1, step: 0.01, value: forget, change: (value) => { forget = value; turned(); } });
  const controls = html("div", { class: "controls" }, html("div", { class: "gates" }, weights.root, gate.root),
    html("p", { class: "explorer-formula" }, "Every step back makes dh = (dh * (1 − h²)) @ wh.T in an RNN, here one of 16 units, and dc = dc * f along an LSTM’s cell state."));

  function show() {
    if (!width) return;
    weights.value = gain;
    gate.value = forget;
    const lengths = rnnGradient(rnn(gain));
    const along = lstmGradient(forget);
    const x = scale([0, STEPS], [44, width - 14]);
    const y = scale([LOW, HIGH], [height - 42, 26]);
    const curve = (values, name) => svg("polyline", { class: `curve ${name}`, points: points(reached(values).map(([k, power]) => [x(k), y(power)])) });
    picture.replaceChildren(
      axis({ x, at: y(LOW), values: [0, 20, 40, 60, 80, 100], grid: y(HIGH), label: "steps back in time" }),
      axis({ y, at: x(0), values: [-12, -9, -6, -3, 0, 3, 6, 9], grid: x(STEPS), write: tenTo, label: "length of the gradient" }),
      svg("line", { class: "unit", ...line(x(0), y(0), x(STEPS), y(0)) }),
      svg("text", { class: "muted small", x: x(STEPS), y: y(0) - 6, "text-anchor": "end" }, "unchanged"),
      curve(lengths, "orange-line dashed"),
      curve(along, "green-line"),
      ...label(x, y, lengths, "RNN", "orange", 60),
      ...label(x, y, along, "LSTM", "green", 36),
    );
    parts.say(words(lengths[STEPS], forget, along[STEPS]));
    parts.state({ gain, forget, rnn: lengths, lstm: along });
  }

  return {
    tries: tries.root,
    picture,
    controls,
    layout(nextWidth, nextHeight) {
      [width, height] = [nextWidth, nextHeight];
    },
    show,
    stop() {},
  };
}

/** The points of a curve that lie in the picture, and the one where it leaves. */
function reached(values) {
  const powers = values.map((value, k) => [k, Math.log10(value)]);
  const out = powers.findIndex(([, power]) => power < LOW || power > HIGH);
  return (out < 0 ? powers : powers.slice(0, out + 1)).map(([k, power]) => [k, clamp(power, LOW, HIGH)]);
}

/** A name beside a curve: near step `k`, or where the curve ends if that is earlier. */
function label(x, y, values, name, hue, k) {
  const seen = reached(values);
  const [at, power] = seen[Math.min(k, Math.round(seen.length * 0.6))];
  const [dx, dy] = y(power) > 60 ? [6, -12] : [10, 16];
  return [svg("text", { class: `bold rim ${hue}`, x: x(at) + dx, y: y(power) + dy }, name)];
}

const tenTo = (power) => (power === 0 ? "1" : `10${superscript(power)}`);
const superscript = (power) => String(power).replace(/./g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]));

/** A share in words: plain where that is short, otherwise with a power of ten. */
export function share(value) {
  if (value >= 0.01 && value < 1e5) return format(value, value < 10 ? 2 : 0);
  const [mantissa, power] = value.toExponential(0).split("e");
  return `${mantissa} · 10${superscript(Number(power))}`;
}

function words(left, forget, kept) {
  const verdict =
    left < 0.01 ? `has vanished: ${share(left)} of it is left` : left > 100 ? `has exploded: it is ${share(left)} times as long` : `is still there: ${share(left)} of it is left`;
  return `After ${STEPS} steps back the RNN’s gradient ${verdict}. In the LSTM it is ${format(forget)} to the ${STEPS}th power, ${share(kept)}.`;
}
