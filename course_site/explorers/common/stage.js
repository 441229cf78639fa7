/** The stage of an explorer: a picture, a sentence that says what is seen, and controls. */

import { html, set, svg } from "./elements.js";

/**
 * Builds the stage at the top of a figure.
 * @param {HTMLElement} figure `<figure class="explorer" data-explorer="…">`
 * @param {string} label what the picture shows, for those who cannot see it; what it shows now is said by `say`
 * @returns the parts: `root` (the stage; its data attributes hold the state), `picture` (an `<svg>` whose unit is a CSS
 *   pixel) in its `frame`, `above` and `below` (room for controls over and under the picture), and the functions below
 */
export function stage(figure, label) {
  // Not an image: handles inside must stay reachable.
  const picture = svg("svg", { class: "explorer-picture", role: "group", "aria-label": label });
  const above = html("div", { class: "explorer-above" });
  const below = html("div", { class: "explorer-below" });
  const sentence = html("p", { class: "explorer-says", role: "status", "aria-live": "polite" });
  const frame = html("div", { class: "explorer-frame" }, picture);
  const root = html("div", { class: "explorer-stage" }, above, frame, sentence, below);
  figure.prepend(root);

  return {
    root,
    frame,
    picture,
    above,
    below,

    /** Writes the state where tests and styles can read it: `state({ round: 3 })` is `data-round="3"`; lists as JSON. */
    state(values) {
      for (const [name, value] of Object.entries(values)) {
        root.dataset[name] = typeof value === "string" ? value : JSON.stringify(value);
      }
    },

    /** Says in a sentence what is seen now. Screen readers hear it when it has changed. */
    say(text) {
      if (sentence.textContent !== text) sentence.textContent = text;
    },

    /** While something plays, its sentences are shown but not read aloud; the last one is. */
    quiet(playing) {
      sentence.setAttribute("aria-live", playing ? "off" : "polite");
      if (!playing) sentence.replaceChildren(sentence.textContent);
    },

    /**
     * Draws now and whenever the width changes, so that text keeps its size and only the picture's room changes.
     * @param {function(number): number} draw gets the width in pixels, returns the height it needs
     */
    drawn(draw) {
      let drawnFor = 0;
      const fit = (width) => {
        if (width < 1 || width === drawnFor) return;
        drawnFor = width;
        const height = draw(width);
        set(picture, { width, height, viewBox: `0 0 ${width} ${height}` });
      };
      fit(Math.floor(frame.clientWidth));
      new ResizeObserver(([entry]) => fit(Math.floor(entry.contentRect.width))).observe(frame);
      figure.dataset.ready = "true";
    },
  };
}
