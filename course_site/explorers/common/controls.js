/** Native controls with labels. Each returns `{ root, … }`; put `root` into the stage. */

import { html } from "./elements.js";
import { format } from "./numbers.js";

/**
 * A labelled slider with its value beside it.
 * @param {object} options
 * @param {string|Node} options.label
 * @param {number} options.min
 * @param {number} options.max
 * @param {number} options.step
 * @param {number} options.value
 * @param {function(number): string} [options.write] the value in words or figures, for eyes and for screen readers
 * @param {function(number)} options.change called at once whenever the person moves it
 * @returns {{root: HTMLElement, value: number}} setting `value` moves the slider and calls nothing
 */
export function slider({ label, min, max, step, value, write = format, change }) {
  // Not an <output>: that would be read aloud at every move, beside the slider's own words.
  const output = html("span", { class: "value", "aria-hidden": "true" });
  const input = html("input", { type: "range", min: String(min), max: String(max), step: String(step) });
  const show = () => {
    output.textContent = write(input.valueAsNumber);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    show();
    change(input.valueAsNumber);
  });
  input.value = String(value);
  show();
  return {
    root: html("label", { class: "explorer-slider" }, html("span", {}, label), input, output),
    get value() {
      return input.valueAsNumber;
    },
    set value(next) {
      input.value = String(next);
      show();
    },
  };
}

let groups = 0;

/**
 * A choice of one among a few, as radio buttons side by side.
 * @param {object} options
 * @param {string} options.label what is chosen
 * @param {{value: string, label: string|Node}[]} options.options
 * @param {string} options.value
 * @param {function(string)} options.change
 * @returns {{root: HTMLElement, value: string}}
 */
export function choice({ label, options, value, change }) {
  const name = `explorer-choice-${++groups}`;
  const inputs = options.map((option) => html("input", { type: "radio", name, value: option.value, onchange: () => change(option.value) }));
  const control = {
    root: html("fieldset", { class: "explorer-choice" }, html("legend", {}, label), html("div", {},
      options.map((option, i) => html("label", {}, inputs[i], html("span", {}, option.label))))),
    get value() {
      return inputs.find((input) => input.checked)?.value;
    },
    set value(next) {
      for (const input of inputs) input.checked = input.value === next;
    },
  };
  control.value = value;
  return control;
}

/**
 * A checkbox.
 * @param {{label: string|Node, value: boolean, change: function(boolean)}} options
 * @returns {{root: HTMLElement, value: boolean}}
 */
export function toggle({ label, value, change }) {
  const input = html("input", { type: "checkbox", onchange: () => change(input.checked) });
  input.checked = value;
  return {
    root: html("label", { class: "explorer-toggle" }, input, html("span", {}, label)),
    get value() {
      return input.checked;
    },
    set value(next) {
      input.checked = next;
    },
  };
}

/** A button. `options.strong` makes it the one that stands out. */
export const button = (label, press, { strong = false, ...attributes } = {}) =>
  html("button", { type: "button", class: strong ? "explorer-button strong" : "explorer-button", onclick: press, ...attributes }, label);

/**
 * "Try this": buttons that each set up one phenomenon.
 * @param {{name: string, label: string}[]} options
 * @param {function(string)} pick called with the name of the one that was pressed
 * @returns {{root: HTMLElement, value: string|null}} `value` is the one that is marked as pressed
 */
export function presets(options, pick) {
  let current = null;
  const buttons = options.map(({ name, label }) =>
    button(label, () => {
      control.value = name;
      pick(name);
    }, { "data-preset": name, "aria-pressed": "false" }));
  const control = {
    root: html("div", { class: "explorer-presets", role: "group", "aria-label": "Try this" },
      html("span", { class: "explorer-presets-label", "aria-hidden": "true" }, "Try this"), buttons),
    get value() {
      return current;
    },
    set value(next) {
      current = next;
      for (const each of buttons) each.setAttribute("aria-pressed", String(each.dataset.preset === next));
    },
  };
  return control;
}
