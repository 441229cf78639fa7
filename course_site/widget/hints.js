/** Hints, one at a time: the idea, then the formula, then nearly the code. */

import { html } from "../explorers/common/elements.js";
import { say } from "./words.js";

const STEPS = ["idea", "formula", "code"];

/** @param {import("./site.js").Exercise} exercise */
export function hintsOf(exercise) {
  const steps = STEPS.filter((step) => exercise.hints?.[step]);
  const place = html("div", { class: "cr-hints", "aria-live": "polite" });
  const shown = () => place.childElementCount;
  return {
    place,
    all: steps.length,
    shown,
    /** Show so many. @param {number} wanted */
    show(wanted) {
      for (const step of steps.slice(shown(), wanted)) place.append(hint(step, exercise.hints[step]));
    },
  };
}

function hint(step, text) {
  const body =
    step === "code" ? html("pre", { tabindex: 0 }, html("code", {}, text.trim())) : html("p", {}, ...marked(text));
  return html("section", { class: "cr-hint", "data-hint": step }, html("h4", {}, say.hints[step]), body);
}

/** Text in which `code` stands between backticks. */
export function marked(text) {
  return text
    .trim()
    .split("`")
    .map((part, i) => (i % 2 ? html("code", {}, part) : part));
}
