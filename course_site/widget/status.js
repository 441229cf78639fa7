/** The line that says what is going on. It is read out as it changes. */

import { html } from "../explorers/common/elements.js";
import { say } from "./words.js";

export function statusOf() {
  const text = html("span", { class: "cr-status-text" });
  const bar = html("progress", { class: "cr-progress", "aria-label": say.loading, hidden: true });
  const place = html("div", { class: "cr-status" }, html("div", { role: "status" }, text), bar);
  let doing = "";

  function set(sentence, kind, children = []) {
    place.dataset.kind = kind;
    bar.hidden = true;
    text.replaceChildren(sentence, ...children);
  }
  return {
    place,
    clear: () => set("", ""),
    /** @param {string} sentence @param {string} [kind] a status of an outcome, or "warning" @param {string} [detail] */
    say(sentence, kind = "told", detail = "", ...more) {
      set(sentence, kind, [...(detail ? [html("small", {}, detail)] : []), ...more]);
    },
    /** Python works. @param {string} sentence */
    work(sentence) {
      doing = sentence;
      set(sentence, "busy");
    },
    /** Where Python stands, while something waits for it. @param {import("./interpreter.js").State} state */
    python({ state, loaded, total, message }) {
      if (state !== "loading") {
        if (place.dataset.kind !== "busy") set(doing, "busy");
        return;
      }
      const far = loaded ? ` · ${say.loadingBytes(loaded, total)}` : "";
      set(`${message || say.loading}${far}`, "loading");
      bar.hidden = false;
      if (total) Object.assign(bar, { max: total, value: loaded });
      else bar.removeAttribute("value");
    },
  };
}
