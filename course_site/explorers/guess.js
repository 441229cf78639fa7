/** Guess a number: sign against distance against halving, round by round. */

import { axis, line, points, scale } from "./common/chart.js";
import { choice, presets, slider, toggle } from "./common/controls.js";
import { html, set, svg } from "./common/elements.js";
import { handle } from "./common/handle.js";
import { clamp, format, plural, signed } from "./common/numbers.js";
import { player } from "./common/player.js";
import { stage } from "./common/stage.js";
import { MAX_ROUNDS, SHRINKING, X, byDistance, byHalving, bySign } from "./guess/guessers.js";

const GUESSERS = {
  sign: { name: "sign", color: "orange" },
  distance: { name: "distance", color: "blue" },
  halving: { name: "halving", color: "green" },
};

const START = { secret: 88, k: 0.6, follow: "sign", step: 0.05, shrinking: true, lr: 0.00005, round: 3 };
const PRESETS = [
  { name: "game", label: "The lesson’s game", change: {} },
  { name: "luck", label: "Bad luck", change: { secret: 35, round: 8 } },
  { name: "long", label: "A step too long", change: { shrinking: false, step: 0.2, round: 8 } },
  { name: "newton", label: "One step", change: { follow: "distance", lr: 0.0001, round: 2 } },
  { name: "large", label: "Rate too large", change: { follow: "distance", lr: 0.00021, round: 8 } },
  { name: "seven", label: "Seven guesses suffice", change: { follow: "halving", secret: 87, round: 7 } },
];

export default function mount(figure) {
  const view = stage(figure, "The guesses of three guessers, round by round, and the secret");
  let chosen = { ...START };
  let games;
  let layout = null;

  const ground = svg("g");
  const tracks = svg("svg"); // an inner picture clips guesses that leave it
  const formula = html("p", { class: "explorer-formula" });
  const secret = handle({
    label: "Secret",
    marks: [svg("rect", { x: -19, y: -13, width: 38, height: 26, rx: 13, class: "secret" }), svg("text", { y: 5, "text-anchor": "middle", class: "bold" })],
    drag: (_, y) => choose({ secret: whole(layout.up.invert(y)) }),
    nudge: (dx, dy) => choose({ secret: whole(chosen.secret + dx - dy) }),
  });
  const start = handle({
    label: "First guess of sign and distance",
    marks: [svg("circle", { r: 8, class: "start" })],
    drag: (_, y) => choose({ k: whole(layout.up.invert(y)) / 100 }),
    nudge: (dx, dy) => choose({ k: whole(chosen.k * 100 + dx - dy) / 100 }),
  });
  const follow = choice({
    label: "Follow", value: chosen.follow, change: (value) => { buttons.stop(); choose({ follow: value }); },
    options: Object.entries(GUESSERS).map(([value, { name }]) => ({ value, label: name })),
  });
  const examples = presets(PRESETS, (name) => {
    buttons.stop();
    chosen = { ...START, ...PRESETS.find((preset) => preset.name === name).change };
    show();
  });
  const step = slider({ label: "Step of sign", min: 0.01, max: 0.3, step: 0.01, value: chosen.step, change: (value) => choose({ step: value, shrinking: false }) });
  const shrinking = toggle({ label: `steps that shrink: ${SHRINKING.join(", ")}`, value: true, change: (value) => choose({ shrinking: value }) });
  const lr = slider({
    label: "lr of distance", min: 0.5, max: 25, step: 0.5, value: chosen.lr * 1e5, write: (value) => format(value / 1e5, 6), change: (value) => choose({ lr: Number((value / 1e5).toFixed(6)) }),
  });
  const buttons = player(view, {
    every: 0.7,
    step: () => { chosen.round += 1; show(); return chosen.round < followed().length; },
    reset: () => { chosen.round = 1; show(); },
  });
  const followed = () => games[chosen.follow];

  view.above.append(follow.root, examples.root);
  view.picture.append(ground, tracks, secret.root, start.root);
  view.below.before(formula);
  view.below.append(buttons.root, lr.root, shrinking.root, step.root);

  function choose(change) {
    if (!("follow" in change)) examples.value = null;
    chosen = { ...chosen, ...change };
    show();
  }

  function show() {
    games = {
      sign: bySign(chosen.secret, chosen.k, chosen.step, chosen.shrinking),
      distance: byDistance(chosen.secret, chosen.k, chosen.lr),
      halving: byHalving(chosen.secret),
    };
    chosen.round = clamp(chosen.round, 1, followed().length);
    [follow.value, step.value, shrinking.value, lr.value] = [chosen.follow, chosen.step, chosen.shrinking, chosen.lr * 1e5];
    buttons.enable(chosen.round < followed().length);
    if (layout) paint();
    tell();
  }

  function tell() {
    const now = followed()[chosen.round - 1];
    const counts = Object.fromEntries(Object.entries(games).map(([name, rounds]) => [name, rounds.at(-1).right ? rounds.length : null]));
    const { low, high, k } = now;
    view.state({
      secret: chosen.secret, start: chosen.k, follow: chosen.follow, step: chosen.step, shrinking: chosen.shrinking, lr: chosen.lr,
      round: chosen.round, guess: now.guess, loss: now.loss, k: k ?? "", low: low ?? "", high: high ?? "",
      guesses: followed().slice(0, chosen.round).map(({ guess }) => guess), counts, preset: examples.value ?? "",
    });
    const result = Object.entries(counts).map(([name, count]) => `${GUESSERS[name].name} ${count ?? "never"}`).join(", ");
    view.say(`Round ${chosen.round}: guess ${format(now.guess)}, ${
      now.right ? (now.loss === 0 ? "right" : "right when rounded") : `${format(Math.abs(now.loss))} too ${now.loss > 0 ? "low" : "high"}`}. ${
      now.right || chosen.round === MAX_ROUNDS ? `Guesses needed: ${result}.` : ""}`.trim());
    formula.replaceChildren(...explain(now));
  }

  function explain({ k, guess, loss, right, size, next, low, high }) {
    const strong = (text) => html("strong", {}, text);
    if (chosen.follow === "halving") {
      return [`from ${low} to ${high}: guess = ⌊(${low} + ${high}) / 2⌋ = `, strong(format(guess)), html("br"),
        right ? "right: nothing else is left" : `too ${loss > 0 ? "low" : "high"}: what is left is ${next[0]} … ${next[1]}, `, right ? "" : strong(plural(next[1] - next[0] + 1, "number"))];
    }
    const model = [variable("k"), "·", variable("x"), ` = ${format(k, 5)} · ${X} = `, strong(format(guess)), html("br")];
    if (right) return [...model, `the gap ${signed(loss)} is below the tolerance 0.5: stop`];
    return [...model, ...(chosen.follow === "sign"
      ? [`loss = sign(${chosen.secret} − ${format(guess)}) = ${signed(Math.sign(loss))};  `, variable("k"), ` ← ${format(k, 5)} ${loss > 0 ? "+" : "−"} ${format(size)} = `, strong(format(next, 5))]
      : [`loss = ${chosen.secret} − ${format(guess)} = ${signed(loss)};  `, variable("k"), ` ← ${format(k, 5)} + ${format(size, 6)} · ${loss < 0 ? `(${format(loss)})` : format(loss)} · ${X} = `, strong(format(next, 5))])];
  }

  function paint() {
    const { across, up, rounds, box } = layout;
    const goal = up(chosen.secret);
    const first = Math.max(0, chosen.round - rounds); // long games are seen through a window that follows the round
    const at = (round) => across(round - first);

    ground.replaceChildren(
      svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 4, class: "field" }),
      axis({ x: across, at: box.y + box.height, values: Array.from({ length: rounds }, (_, i) => i + 1), label: "round", write: (value) => format(value + first) }),
      axis({ y: up, at: box.x, values: [0, 20, 40, 60, 80, 100], grid: box.x + box.width, label: "guess" }),
      svg("line", { ...line(box.x, goal, box.x + box.width + 8, goal), class: "ink-line", "stroke-width": 1.5, "stroke-dasharray": "2 4" }),
    );
    const order = Object.keys(GUESSERS).filter((name) => name !== chosen.follow).concat(chosen.follow);
    tracks.replaceChildren(...order.flatMap((name) => {
      const main = name === chosen.follow;
      const played = games[name].slice(0, chosen.round);
      const pixels = played.map(({ guess }, i) => [at(i + 1) - box.x, clamp(up(guess), -1e4, 1e4) - box.y]);
      const left = name === "halving" && main ? played.map(({ low, high }, i) => svg("rect", { x: at(i + 1) - box.x - 7, y: up(high + 0.5) - box.y, width: 14, height: up(low - 0.5) - up(high + 0.5), class: "green-soft", rx: 3 })) : [];
      return [
        ...left,
        svg("polyline", { points: points(pixels), class: `${GUESSERS[name].color}-line`, "stroke-width": main ? 3 : 1.5, "stroke-opacity": main ? 1 : 0.75, "stroke-linejoin": "round" }),
        ...pixels.map(([x, y]) => mark(name, x, y, main ? 5.5 : 3.5)),
        ...(main ? pixels.map(([x, y], i) => y > 0 && y < box.height
          ? svg("text", { x: clamp(x, 14, box.width - 16), y: y + (y < 26 || (played[i].loss > 0 && y < box.height - 26) ? 22 : -12) + (i === 0 && chosen.follow !== "halving" ? 5 : 0), "text-anchor": "middle", class: "small bold rim" }, format(played[i].guess, 1)) : "") : []),
      ];
    }));
    secret.place(box.x + box.width + 27, goal, String(chosen.secret), { now: chosen.secret, min: 0, max: 100 });
    secret.root.querySelector("text").textContent = String(chosen.secret);
    set(start.root, { display: first === 0 ? null : "none" });
    start.place(at(1), up(chosen.k * X), `k = ${format(chosen.k)}, guess ${format(chosen.k * X)}`, { now: Math.round(chosen.k * 100), min: 0, max: 100 });
  }

  view.frame.after(html("ul", { class: "explorer-legend" }, Object.entries(GUESSERS).map(([name, { color }]) =>
    html("li", {}, svg("svg", { viewBox: "0 0 24 14", width: 24, height: 14, "aria-hidden": "true" }, svg("line", { ...line(0, 7, 24, 7), class: `${color}-line`, "stroke-width": 2 }), mark(name, 12, 7, 5)),
      `${GUESSERS[name].name}${{ sign: ": too low or too high", distance: ": how far off", halving: ": what is left" }[name]}`))));
  examples.value = "game";
  show();
  view.drawn((width) => {
    const rounds = width < 480 ? 8 : 10;
    const box = { x: 32, y: 26, width: width - 32 - 48, height: width < 480 ? 240 : 300 };
    layout = {
      rounds, box,
      across: scale([0.4, rounds + 0.6], [box.x, box.x + box.width]),
      up: scale([-12, 132], [box.y + box.height, box.y]),
    };
    set(tracks, { x: box.x, y: box.y, width: box.width, height: box.height });
    paint();
    return box.y + box.height + 38;
  });
}

const whole = (value) => clamp(Math.round(value), 0, 100);
const variable = (name) => html("var", {}, name);

/** A guess: another shape for each guesser. */
function mark(name, x, y, size) {
  const shapes = {
    sign: () => svg("rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size }),
    distance: () => svg("circle", { cx: x, cy: y, r: size }),
    halving: () => svg("polygon", { points: points([[x, y - size * 1.3], [x + size * 1.3, y], [x, y + size * 1.3], [x - size * 1.3, y]]) }),
  };
  const shape = shapes[name]();
  shape.setAttribute("class", `${GUESSERS[name].color} runner`);
  return shape;
}
