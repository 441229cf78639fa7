/** A unit's .py file, put together from its functions and taken apart into them. */

import { pythonLanguage } from "@codemirror/lang-python";

/** @typedef {{source: string, passed?: string}} Work the code of an exercise, and the code that passed */

/**
 * The file: what the unit's file begins with, then each exercise's code; as a comment, where Python cannot read it.
 * @param {import("./site.js").Unit} unit @param {Map<string, Work>} works by the exercises' names
 */
export function join(unit, works) {
  const written = ({ name }) =>
    readable(works.get(name)) ? works.get(name).source : commented(works.get(name).source);
  return [unit.preamble, ...unit.exercises.map(written)].map((part) => `${part.trim()}\n`).join("\n\n");
}

const parsed = (text) => pythonLanguage.parser.parse(text);

const UNREADABLE = "# Python cannot read what follows, so it stands here as a comment:";

/** Whether Python can read a piece of code: it has passed, or the editor's grammar finds no fault. @param {Work} work */
export function readable({ source, passed }) {
  let fine = true;
  if (source !== passed) parsed(source).iterate({ enter: ({ type }) => fine && (fine = !type.isError) });
  return fine;
}

/** Code as a comment: one exercise that Python cannot read shall not cost the others of its file. */
const commented = (source) =>
  [
    UNREADABLE,
    ...source
      .trimEnd()
      .split("\n")
      .map((line) => `#: ${line}`.trimEnd()),
  ].join("\n");

const uncommented = (text) =>
  text.replace(new RegExp(`^${UNREADABLE}\n((?:#:.*\n?)*)`, "gm"), (_all, lines) => lines.replace(/^#: ?/gm, ""));

/**
 * The code of each exercise that a file defines. What stands before a function goes with it, what stands at the end with
 * the last; what every file of the unit begins with is left out.
 * @param {import("./site.js").Unit} unit @param {string} text @returns {Map<string, string>}
 */
export function split(unit, text) {
  text = uncommented(text.replace(/\r\n?/g, "\n").replace(/^\ufeff/, ""));
  const names = new Set(unit.exercises.map((exercise) => exercise.name));
  const given = new Set(statements(unit.preamble).map((one) => one.text));
  const found = statements(text);
  const last = new Map(found.filter((one) => names.has(one.name)).map((one) => [one.name, one]));
  const ends = [...last.values()].sort((a, b) => a.to - b.to);
  const parts = new Map();
  let from = 0;
  for (const [i, { name, to }] of ends.entries()) {
    const end = i === ends.length - 1 ? text.length : to;
    parts.set(name, without(given, found, text, from, end));
    from = to;
  }
  return parts;
}

/** Text between two places, without the statements that are given anyway. */
function without(given, found, text, from, to) {
  let kept = "";
  for (const one of found) {
    if (one.from < from || one.to > to || one.name || !given.has(one.text)) continue;
    kept += text.slice(from, one.from);
    from = one.to;
  }
  return `${(kept + text.slice(from, to)).trim()}\n`.replace(/\n{4,}/g, "\n\n\n");
}

/** The statements at the top of a file, in order; functions with their names. */
function statements(text) {
  const found = [];
  const top = parsed(text).topNode;
  for (let node = top.firstChild; node; node = node.nextSibling) {
    if (node.name === "Comment") continue;
    const definition = node.name === "FunctionDefinition" ? node : node.getChild("FunctionDefinition");
    const name = definition?.getChild("VariableName");
    const { from, to } = node;
    found.push({ from, to, text: text.slice(from, to).trim(), name: name ? text.slice(name.from, name.to) : "" });
  }
  return found;
}
