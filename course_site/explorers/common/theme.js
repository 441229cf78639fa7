/** Colours for canvas. Whatever is SVG or HTML takes its colours from explorers.css and needs none of this. */

/**
 * The present value of a colour of explorers.css, such as `colour(stage, "--ex-blue")`, in any form that canvas takes.
 */
export const colour = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

/** Calls `redraw` whenever the page turns dark or light. */
export function onTheme(redraw) {
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
