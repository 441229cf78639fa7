/** Play, step and reset. */

import { button } from "./controls.js";
import { html } from "./elements.js";
import { loop } from "./motion.js";

/**
 * Buttons that walk through something step by step.
 * @param {ReturnType<import("./stage.js").stage>} stage while playing, its sentence is not read aloud at every step
 * @param {object} options
 * @param {function(): boolean} options.step takes one step; returns whether another one can follow
 * @param {function()} options.reset goes back to the beginning
 * @param {number} [options.every=0.6] seconds from step to step
 * @returns {{root: HTMLElement, play: function(), stop: function(), enable: function(boolean)}} call `stop` when
 *   another control changes things, and `enable(false)` where no step can follow
 */
export function player(stage, { step, reset, every = 0.6 }) {
  let waited = 0;
  const frames = loop(stage.root, (seconds) => {
    waited += seconds;
    while (waited >= every) {
      waited -= every;
      if (!step()) {
        stop();
        return false;
      }
    }
  });
  const play = () => {
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
  const once = button("Step", () => { stop(); step(); }, { "data-action": "step" });
  const back = button("Reset", () => { stop(); reset(); }, { "data-action": "reset" });
  return {
    root: html("div", { class: "explorer-player" }, start, once, back),
    play,
    stop,
    enable(possible) {
      // `aria-disabled`, not `disabled`: the button keeps the keyboard's focus when the last step is taken.
      for (const each of [start, once]) each.setAttribute("aria-disabled", String(!possible));
    },
  };
}
