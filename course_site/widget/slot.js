/** A piece of code in the page that becomes an editor when it is near, and takes up the same room before and after. */

import { html } from "../explorers/common/elements.js";
import { indented } from "./indented.js";
import { say } from "./words.js";

const NEAR = "400px"; // from the window's edge
const SETTLED = 300; // milliseconds until an editor has measured itself

export class Slot {
  /**
   * @param {HTMLElement} place is replaced
   * @param {Parameters<typeof import("./editor.js").edit>[1] & {onfocus: () => void}} options
   */
  constructor(place, options) {
    this.options = options;
    this.text = options.source;
    this.still = html("pre", { class: "cr-still", tabindex: 0, role: "group", "aria-label": options.label });
    this.draw();
    this.box = html("div", { class: "cr-code", "data-lines": options.numbered !== false }, this.still);
    place.replaceWith(this.box);
    this.still.addEventListener("focus", () => this.focus());
    this.still.addEventListener("click", () => this.focus());
    this.box.addEventListener("focusin", () => options.onfocus?.());
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        near.disconnect();
        this.load();
      },
      { rootMargin: NEAR },
    );
    near.observe(this.box);
  }

  load() {
    return (this.loading ??= this.open());
  }

  async open() {
    let edit;
    try {
      ({ edit } = await import("./editor.js"));
    } catch {
      this.loading = undefined;
      if (!this.failed)
        this.box.after((this.failed = html("p", { class: "cr-note", role: "alert" }, say.editorFailed)));
      return;
    }
    this.failed?.remove();
    const { onedit, ...options } = this.options;
    const wanted = document.activeElement === this.still;
    this.hold();
    this.still.remove();
    this.editor = edit(this.box, {
      ...options,
      source: this.text,
      onedit: (text) => {
        this.text = text;
        onedit(text);
      },
    });
    if (wanted) this.editor.focus();
  }

  /** Keep the room as it is until the editor has measured its lines: what stands below does not move. */
  hold() {
    this.box.style.cssText = `height: ${this.box.offsetHeight}px; overflow: hidden`;
    this.box.classList.add("cr-measuring"); // the numbers of lines are not seen until they are where they belong
    setTimeout(() => {
      this.box.style.cssText = "";
      this.box.classList.remove("cr-measuring");
    }, SETTLED);
  }

  async focus() {
    await this.load();
    this.editor?.focus();
  }

  /** Show other code. @param {string} text */
  replace(text) {
    this.text = text;
    if (this.editor) this.editor.replace(text);
    else this.draw();
  }

  draw() {
    this.still.replaceChildren(
      ...this.text.split("\n").map((line) => html("div", { style: indented(line) }, line || "\u200b")),
    );
  }
}
