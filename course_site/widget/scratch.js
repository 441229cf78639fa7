/** A few lines to try a function out: an editor of its own, what it prints, and what it draws. */

import { html } from "../explorers/common/elements.js";
import { button } from "./button.js";
import { Slot } from "./slot.js";
import { pictureOf } from "./svg.js";
import { say } from "./words.js";

/**
 * @param {import("./site.js").Exercise} exercise @param {string} id @param {string} source
 * @param {{run: () => void, edit: (source: string) => void, focus: () => void}} on
 */
export function scratchOf(exercise, id, source, on) {
  const seat = html("div");
  const helpId = `${id}-help`;
  const output = html("pre", { class: "cr-printed", tabindex: 0, "aria-label": say.output, hidden: true });
  const error = html("div", { class: "cr-error", role: "alert", hidden: true });
  const note = html("p", { class: "cr-note", "aria-live": "polite" });
  const pictures = html("div", { class: "cr-pictures" });
  const place = html(
    "section",
    { class: "cr-scratch", id, "aria-label": say.scratchOf(exercise.name), hidden: true },
    html("p", { class: "cr-help", id: helpId }, say.scratchHelp),
    seat,
    html("div", { class: "cr-bar" }, button(say.run, on.run, "plain", { "data-run": true })),
    output,
    error,
    pictures,
    note,
  );
  const slot = new Slot(seat, {
    source: source ?? "",
    label: say.scratchEditor(exercise.name),
    describedBy: helpId,
    hint: `print(${call(exercise.stub, exercise.name)})`,
    numbered: false,
    onedit: on.edit,
    onenter: on.run,
    onfocus: on.focus,
  });
  return {
    place,
    slot,
    clear() {
      output.textContent = error.textContent = note.textContent = "";
      output.hidden = error.hidden = true;
      pictures.replaceChildren();
    },
    /** Something more was printed. */
    print(text) {
      output.hidden = false;
      output.textContent += text;
    },
    show(result) {
      output.textContent = result.printed;
      output.hidden = !result.printed;
      error.replaceChildren(...(result.error ? explained(result.error) : []));
      error.hidden = !result.error;
      pictures.replaceChildren(...result.pictures.map(pictureOf).filter(Boolean));
      note.textContent = result.printed || result.error || result.pictures.length ? "" : say.nothingPrinted;
    },
  };
}

/** Why it stopped, and the learner's own lines on the way there. @param {{kind, message, lines}} error */
function explained({ kind, message, lines }) {
  const places = lines.map(({ cell, line, source }) =>
    html("li", {}, `${say.line(line, cell)} `, html("code", {}, source)),
  );
  return [
    html("strong", {}, message ? `${kind}: ${message}` : kind),
    places.length ? html("ol", {}, ...places) : null,
  ].filter(Boolean);
}

/** How a function is called, by its stub: "output_size(size, kernel, stride, padding)". */
function call(stub, name) {
  const parameters = stub.match(new RegExp(`def ${name}\\(([^)]*)\\)`))?.[1] ?? "";
  return `${name}(${parameters.replace(/\s+/g, " ").trim()})`;
}
