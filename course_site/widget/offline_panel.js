/** What is kept for offline use, and the button that keeps Python as well. */

import { html } from "../explorers/common/elements.js";
import { button } from "./button.js";
import { askWorker, possible } from "./offline.js";
import { say } from "./words.js";

const { offline: words } = say;

export function offlinePanel() {
  const said = html("div", { role: "status" });
  const place = html("section", { class: "cr-offline" }, html("h3", {}, words.title), said);
  if (!possible) said.append(html("p", {}, words.impossible));
  else {
    said.append(html("p", {}, words.pagesComing));
    askWorker("how is it")
      .then(show)
      .catch(() => {});
  }

  function show({ pages, python, bytes }) {
    said.replaceChildren(html("p", {}, pages ? words.pages : words.pagesComing));
    said.append(python ? html("p", {}, words.ready) : button(words.button(bytes), () => keep(bytes)));
  }

  async function keep(bytes) {
    const line = html("p", {}, words.coming(0, bytes));
    const bar = html("progress", { class: "cr-progress", max: bytes, value: 0, "aria-label": words.title });
    said.replaceChildren(line, bar);
    try {
      const now = await askWorker("keep python", ({ done }) => {
        line.textContent = words.coming(done, bytes);
        bar.value = done;
      });
      show(now);
    } catch {
      said.replaceChildren(
        html("p", {}, words.failed),
        button(words.button(bytes), () => keep(bytes)),
      );
    }
  }
  return place;
}
