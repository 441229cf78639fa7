/** How far each unit is, on the syllabus and beside the links of the sidebar. */

import { html } from "../explorers/common/elements.js";
import { say } from "./words.js";

/** @typedef {{passed: number, changed: number, begun: number}} Standing */

/** @param {import("./store.js").Store} store @returns {Map<string, Standing>} by unit */
export function standings(store) {
  const units = new Map();
  for (const [unit, , { source, passed }] of store.all()) {
    const standing = units.get(unit) ?? { passed: 0, changed: 0, begun: 0 };
    units.set(unit, standing);
    if (source !== undefined) standing.begun += 1;
    if (passed !== undefined) standing[passed === source ? "passed" : "changed"] += 1;
  }
  return units;
}

/** Fill in every `data-progress-unit`, and keep it up to date. @param {import("./store.js").Store} store */
export function showProgress(store) {
  const marks = besideLinks();
  const places = [...document.querySelectorAll("[data-progress-unit]")];
  if (!places.length) return;
  const show = () => {
    const units = standings(store);
    for (const place of places) {
      const standing = units.get(place.dataset.progressUnit) ?? { passed: 0, changed: 0, begun: 0 };
      const total = Number(place.dataset.progressTotal);
      place.toggleAttribute("data-done", standing.passed === total);
      (marks.has(place) ? mark : tell)(place, standing, total);
    }
  };
  store.addEventListener("change", show);
  show();
}

/** Places for a mark beside the sidebar's links to units, which the page names with their numbers of exercises. */
function besideLinks() {
  const units = document.querySelector('meta[name="chainrule-units"]')?.content.split(" ") ?? [];
  const totals = new Map(units.map((unit) => unit.split(":")));
  const marks = new Set();
  for (const link of document.querySelectorAll(".bd-sidebar-primary a[href]")) {
    const unit =
      new URL(link.href).pathname.match(/units\/(\w+)\.html$/)?.[1] ??
      (link.matches(".current > a, a.current") && here());
    if (!totals.has(unit)) continue;
    const place = html("span", {
      class: "cr-mark",
      "data-progress-unit": unit,
      "data-progress-total": totals.get(unit),
    });
    link.append(place);
    marks.add(place);
  }
  return marks;
}

const here = () => location.pathname.match(/units\/(\w+)\.html$/)?.[1];

const inWords = ({ passed, changed }, total) =>
  say.progress(passed, total) + (changed ? say.progressChanged(changed) : "");

function mark(place, standing, total) {
  const nothing = !standing.begun && !standing.passed;
  place.textContent = nothing ? "" : standing.passed === total ? "✓" : `${standing.passed}/${total}`;
  if (nothing) place.removeAttribute("title");
  else place.title = inWords(standing, total);
}

function tell(place, standing, total) {
  place.classList.add("cr-unit-progress");
  if (!standing.begun && !standing.passed) return place.replaceChildren();
  const bar = html("progress", { class: "cr-progress", max: total, value: standing.passed, "aria-hidden": "true" });
  place.replaceChildren(bar, html("span", {}, inWords(standing, total)));
}
