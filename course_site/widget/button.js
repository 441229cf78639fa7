import { html } from "../explorers/common/elements.js";

/**
 * A button that looks like the widget's others.
 * @param {string} text @param {(event: Event) => void} onclick
 * @param {"primary"|"plain"|"quiet"} [kind] @param {Object<string, *>} [attributes]
 */
export const button = (text, onclick, kind = "plain", attributes = {}) =>
  html("button", { type: "button", class: `cr-button cr-${kind}`, onclick, ...attributes }, text);
