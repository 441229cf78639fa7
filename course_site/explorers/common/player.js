/** Play, step and reset. */

import { button } from "./controls.js";
import { html } from "./elements.js";
import { loop } from "./motion.js";

/**
 * Buttons that walk through something step by step; Play begins again where the end is reached.
 * @param {ReturnType<import("./stage.js").stage>} stage while playing, its sentence is not read aloud at every step
 * @param {object} options
 * @param {function(): boolean} options.step takes one step; returns whether another one can follow
 * @param {function()} options.reset goes back to the beginning
 * @param {number} [options.every=0.6] seconds from step to step
 * @param {function(number): boolean} [options.glide] instead of `step` while playing: gets the seconds since the last
 *   frame, returns whether it can go on; for what moves between steps
 * @param {function()} [options.back] takes one step back; without it there is no such button
 * @returns {{root: HTMLElement, play: function(), stop: function(), enable: function(boolean)}} call `stop` when
 *   another control changes things, and `enable(false)` where no step can follow
 */
export function player(stage, { step, reset, every = 0.6, glide, back }) {
  let waited = 0;
  let possible = true;
  const frames = loop(stage.root, (seconds) => {
    if (!(glide ?? stepNow)(seconds)) stop();
  });
  const stepNow = (seconds) => {
    waited += seconds;
    if (waited < every) return true;
    waited = 0;
    return step();
  };
  const play = () => {
    if (!possible) reset();
    waited = every; // the first step follows at once
    frames.start();
    show(true);
  };
  const stop = () => {
    if (!frames.running) return;
    frames.stop();
    show(false);
  };
  const show = (playing) => {
    start.textContent = playing ? "Pause" : "Play";
    stage.quiet(playing);
    stage.state({ playing });
  };
  const start = button("Play", () => (frames.running ? stop() : play()), { strong: true, "data-action": "play" });
  const once = button("Step", () => { stop(); if (possible) step(); }, { "data-action": "step" });
  const undo = back && button("Back", () => { stop(); back(); }, { "data-action": "back" });
  const restart = button("Reset", () => { stop(); reset(); }, { "data-action": "reset" });
  return {
    root: html("div", { class: "explorer-player" }, start, undo, once, restart),
    play,
    stop,
    enable(can) {
      possible = can;
      // `aria-disabled`, not `disabled`: the button keeps the keyboard's focus when the last step is taken.
      once.setAttribute("aria-disabled", String(!can));
    },
  };
}
