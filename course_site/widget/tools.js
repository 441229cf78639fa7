/** The row of buttons under an editor. Stop is there while Python works. */

import { html } from "../explorers/common/elements.js";
import { button } from "./button.js";
import { say } from "./words.js";

const MAC = /Mac|iP(hone|ad|od)/.test(navigator.platform);

/** @param {string} name @param {{check, tryIt, hint, reset, stop}} on @param {string} scratchId */
export function tools(name, on, scratchId) {
  const keys = html("kbd", { class: "cr-keys", "aria-hidden": "true" }, MAC ? "⌘ ⏎" : say.checkKeys);
  const check = button(say.check, on.check, "primary", {
    title: say.checkTitle,
    "aria-keyshortcuts": "Control+Enter Meta+Enter",
  });
  check.append(keys);
  const tryIt = button(say.tryIt, on.tryIt, "plain", { "aria-expanded": "false", "aria-controls": scratchId });
  const hint = button(say.hint, on.hint);
  const reset = button(say.reset, on.reset, "quiet");
  const stop = button(say.stop, on.stop, "stop", { hidden: true });
  const bar = html(
    "div",
    { class: "cr-bar", role: "group", "aria-label": say.toolsOf(name) },
    check,
    stop,
    tryIt,
    hint,
    reset,
  );
  return {
    bar,
    /** @param {boolean} now whether Python works for this exercise */
    busy(now) {
      if (!now && document.activeElement === stop) check.focus();
      check.setAttribute("aria-disabled", String(now));
      stop.hidden = !now;
    },
    /** @param {number} left hints that were not shown @param {number} all */
    hints(left, all) {
      hint.textContent = left === all ? say.hint : left ? say.nextHint : say.noMoreHints;
      hint.setAttribute("aria-disabled", String(!left));
    },
    /** @param {boolean} now */
    expanded(now) {
      tryIt.setAttribute("aria-expanded", String(now));
    },
  };
}
