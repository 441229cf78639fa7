/** What a check said: a tick for each case, the diagnosis, and the idea once it passes. */

import { html } from "../explorers/common/elements.js";
import { say } from "./words.js";

const SIGNS = { passed: "✓", failed: "✗", blocked: "…", "not started": "○", "not assessed": "–", "grader error": "!" };

/** @param {string} name */
export function resultOf(name) {
  const cases = html("ol", { class: "cr-cases", "aria-label": say.casesOf(name) });
  const diagnosis = html("div", { class: "cr-diagnosis" });
  const note = html("p", { class: "cr-note", hidden: true }, say.earlier);
  const place = html(
    "section",
    { class: "cr-result", "aria-label": say.resultOf(name), hidden: true },
    note,
    cases,
    diagnosis,
  );
  return {
    place,
    clear() {
      place.hidden = true;
      note.hidden = true;
      place.removeAttribute("data-status");
      cases.replaceChildren();
      diagnosis.replaceChildren();
    },
    /** One case came out. */
    case(one) {
      place.hidden = false;
      cases.append(tick(one));
    },
    /** @param {{status: string, html: string, cases: {case: string, status: string}[]}} outcome */
    show(outcome) {
      place.hidden = false;
      place.dataset.status = outcome.status;
      cases.replaceChildren(...(outcome.status === "not started" ? [] : outcome.cases.map(tick)));
      // Of a pass the ticks say it all.
      diagnosis.innerHTML = outcome.status === "passed" ? "" : outcome.html;
    },
    /** @param {boolean} now whether the code has changed since */
    outdated(now) {
      note.hidden = !now || place.hidden;
      place.classList.toggle("cr-outdated", now);
    },
  };
}

function tick({ case: name, status }) {
  return html(
    "li",
    { "data-status": status },
    html("span", { class: "cr-sign", "aria-hidden": "true" }, SIGNS[status] ?? "?"),
    html("span", {}, name),
    html("span", { class: "cr-hidden" }, `: ${say.status[status] ?? status}`),
  );
}

/** @param {string} status @param {{status: string}[]} cases */
export function headline(status, cases) {
  return (
    say.headline[status]?.(
      ...(status === "failed" ? [cases.filter((one) => one.status !== "passed").length, cases.length] : [cases.length]),
    ) ?? status
  );
}
