/** A question with a few answers, in the page's own dialog: the focus comes back to where it was. */

import { html } from "../explorers/common/elements.js";
import { button } from "./button.js";
import { say } from "./words.js";

/**
 * @param {string} question
 * @param {string} more
 * @param {[string, string, string?][]} answers value, text, and the kind of button
 * @returns {Promise<string>} the value of the answer, or "" where there was none
 */
export function ask(question, more, answers) {
  return new Promise((resolve) => {
    const buttons = answers.map(([value, text, kind]) => button(text, () => dialog.close(value), kind ?? "plain"));
    const dialog = html(
      "dialog",
      { class: "cr-dialog", "aria-labelledby": "cr-question", "aria-describedby": "cr-question-more" },
      html("h2", { id: "cr-question" }, question),
      html("p", { id: "cr-question-more" }, more),
      html(
        "div",
        { class: "cr-bar" },
        ...buttons,
        button(say.cancel, () => dialog.close(""), "quiet", { autofocus: true }),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
