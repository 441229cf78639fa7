/** Where the site is, and what it says of its units. */

/**
 * @typedef {{name: string, points: number, stub: string, needs: string[], after?: string,
 *            hints: {idea: string, formula: string, code: string}}} Exercise
 * @typedef {{unit: string, title: string, part: string, preamble: string, exercises: Exercise[]}} Unit
 */

/** The address of the site's root, with a slash at its end: the site may lie below any path. */
export const ROOT = new URL(document.documentElement.dataset.content_root || "./", location.href);

/** What a script of JSON on this page says, or null. */
export function told(id) {
  const script = document.getElementById(id);
  return script ? JSON.parse(script.textContent) : null;
}
