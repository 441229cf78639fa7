/** Two runs of a GAN on the ring of eight modes, frame by frame: one that covers them, and one that collapses. */

import { legend } from "./common/chart.js";
import { presets, slider, toggle } from "./common/controls.js";
import { html, set, svg } from "./common/elements.js";
import { calm } from "./common/motion.js";
import { clamp, format } from "./common/numbers.js";
import { player } from "./common/player.js";
import { stage } from "./common/stage.js";
import { onTheme } from "./common/theme.js";
import { modesCovered, near, unpack } from "./gan/frames.js";
import { HEIGHT as LOSSES, losses } from "./gan/losses.js";
import { modes, painter } from "./gan/ring.js";

const RUNS = {
  alternating: { title: "one turn each", short: "one turn each" },
  greedy: { title: "ten turns of the generator for one of the discriminator", short: "ten turns for one" },
};
const FRAMES_A_SECOND = 8;

export default async function mount(figure) {
  const data = await fetch(new URL("gan_frames.json", import.meta.url)).then((answer) => (answer.ok ? answer.json() : null), () => null);
  const parts = stage(figure, "Two runs of a GAN side by side: real samples on a ring of eight modes, and the generator’s");
  if (!data) {
    parts.say("The frames of both runs could not be loaded. Reload the page to try once more.");
    parts.drawn(() => 0);
    return;
  }
  const frames = unpack(data);
  const counts = Object.fromEntries(Object.entries(frames.runs).map(([name, run]) => [name, run.samples.map((each) => near(each, frames.centers, frames.radius))]));
  const last = frames.rounds.length - 1;
  const canvas = html("canvas", { class: "under", "aria-hidden": "true" });
  parts.picture.before(canvas);
  const pen = canvas.getContext("2d");
  const paint = painter(pen, frames);
  const overlay = svg("g", {});
  parts.picture.append(overlay);

  let [at, width, shownFrame] = [last, 0, -1];

  const shareNear = (name, frame) => counts[name][frame].reduce((sum, count) => sum + count, 0) / frames.samples;
  const collapsed = frames.rounds.findIndex((_, frame) => modesCovered(counts.greedy[frame]) === 1 && shareNear("greedy", frame) > 0.95);
  const found = frames.rounds.findIndex((_, frame) => frame > collapsed && modesCovered(counts.greedy[frame]) === 0);
  const PLACES = [
    { name: "start", label: "The start", frame: 0 },
    { name: "collapsed", label: "Collapsed", frame: collapsed },
    { name: "found", label: "Found out", frame: found },
    { name: "end", label: "The end", frame: last },
  ];

  function go(next) {
    at = clamp(next, 0, last);
    show();
    return at < last;
  }

  const jump = (next) => { play.stop(); tries.value = null; return go(next); };
  const play = player(parts, {
    step: () => { tries.value = null; return go(Math.floor(at) + 1); },
    back: () => jump(Math.ceil(at) - 1),
    reset: () => jump(0),
    glide: (seconds) => { tries.value = null; return go(at + FRAMES_A_SECOND * seconds); },
  });
  const tries = presets(PLACES, (name) => { play.stop(); go(PLACES.find((each) => each.name === name).frame); });
  const round = slider({
    label: "Round", min: 0, max: frames.rounds[last], step: frames.rounds[1], value: frames.rounds[last],
    change: (value) => jump(frames.rounds.indexOf(value)),
  }); // prettier-ignore
  const seen = { judge: true, real: true };
  const see = (what, label) => toggle({ label, value: true, change: (value) => { seen[what] = value; parts.state({ seen }); draw(); } });
  parts.above.append(tries.root);
  parts.below.append(
    html("div", { class: "abreast" }, play.root, round.root),
    html("div", { class: "abreast" }, see("real", "real samples").root, see("judge", "the discriminator’s opinion").root),
    legend([
      { label: "generated", mark: svg("circle", { class: "blue", cx: 12, cy: 7, r: 4 }) },
      { label: "real", mark: svg("path", { class: "muted-line", "stroke-width": 1.5, d: "M8 7h8M12 3v8" }) },
      { label: "taken for real", mark: svg("rect", { class: "judged", x: 2, y: 1, width: 20, height: 12, rx: 3 }) },
      { label: "mode covered", mark: svg("circle", { class: "mode covered", cx: 12, cy: 7, r: 5.5 }) },
      { label: "not covered", mark: svg("circle", { class: "mode", cx: 12, cy: 7, r: 5.5 }) },
      { label: "discriminator’s loss", mark: svg("line", { class: "loss purple-line", x1: 0, x2: 24, y1: 7, y2: 7 }) },
      { label: "generator’s loss", mark: svg("line", { class: "loss orange-line dashed", x1: 0, x2: 24, y1: 7, y2: 7 }) },
    ]),
  );

  /** The squares of both runs. */
  const squares = () => {
    const gap = width < 480 ? 10 : 24;
    const side = Math.floor((width - gap) / 2);
    return Object.keys(RUNS).map((name, k) => ({ name, left: k * (side + gap), side }));
  };
  const TOP = 24;

  function draw() {
    const ratio = devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, canvas.height);
    const moment = calm() ? Math.round(at) : at;
    for (const { name, left, side } of squares()) paint.paint([left, TOP, side], frames.runs[name], moment, seen);
  }

  function show() {
    if (!width) return;
    draw();
    const frame = Math.round(at);
    if (frame === shownFrame) return;
    shownFrame = frame;
    overlay.replaceChildren(...squares().flatMap(({ name, left, side }) => {
      const covered = modesCovered(counts[name][frame]);
      const small = side < 360;
      return [
        svg("text", { class: "bold", x: left, y: 15 }, small ? RUNS[name].short : RUNS[name].title),
        ...modes([left, TOP, side], frames, counts[name][frame]),
        svg("text", { class: "bold", x: left, y: TOP + side + 19 }, `${covered} of ${frames.centers.length} modes`),
        svg("text", { class: "muted", x: small ? left : left + side, y: TOP + side + (small ? 36 : 19), "text-anchor": small ? "start" : "end" },
          `${percent(shareNear(name, frame))} of its samples near one`.replace(small ? " of its samples" : "", "")),
        losses(left, TOP + side + 44, side, frames.rounds, frames.runs[name], frame),
      ];
    }));
    round.value = frames.rounds[frame];
    play.enable(frame < last);
    const covered = Object.fromEntries(Object.keys(RUNS).map((name) => [name, modesCovered(counts[name][frame])]));
    const shares = Object.fromEntries(Object.keys(RUNS).map((name) => [name, shareNear(name, frame)]));
    parts.say(words(frames.rounds[frame], covered, shares));
    parts.state({ frame, round: frames.rounds[frame], modesCovered: covered, near: shares });
  }

  paint.recolour(parts.root);
  onTheme(() => { paint.recolour(parts.root); draw(); });
  parts.drawn((next) => {
    width = next;
    const [{ side }] = squares();
    const height = TOP + side + 44 + LOSSES;
    const ratio = devicePixelRatio || 1;
    set(canvas, { width: Math.round(width * ratio), height: Math.round((TOP + side) * ratio), style: `width: ${width}px; height: ${TOP + side}px` });
    shownFrame = -1;
    show();
    return height;
  });
}

const percent = (share) => `${format(100 * share, 0)} %`;

function words(round, covered, shares) {
  if (round === 0) return "Nothing is learned yet: both generators are the same, a cloud that touches modes by chance.";
  const spread = `Round ${round}: one turn each covers ${covered.alternating} of 8 modes.`;
  const near = percent(shares.greedy);
  if (covered.greedy === 0) return `${spread} Ten for one covers none: its heap was found out and is on its way.`;
  if (covered.greedy === 1 && shares.greedy > 0.5) return `${spread} Ten for one has collapsed: ${near} of its samples sit on one mode.`;
  return `${spread} Ten for one covers ${covered.greedy}, with ${near} of its samples near one.`;
}
