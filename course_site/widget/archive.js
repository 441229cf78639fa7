/** All work as a zip: exercises/<unit>/<unit>.py for each unit that was begun, and progress.json. */

import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { join, readable } from "./unit_file.js";

const LARGEST = 1_000_000; // bytes of a file that is read
const NOTES = "progress.json";
const FORMAT = "chainrule/1";
const JUNK = /^(\.|__macosx$|__pycache__$|venv$|env$|site-packages$|node_modules$)/i;

/** Why a file cannot be read; the message is a key of say.work. */
export class Unreadable extends Error {}

/**
 * The same work gives the same bytes.
 * @param {import("./site.js").Unit[]} units @param {import("./store.js").Store} store
 * @returns {{bytes: Uint8Array, units: string[], comments: string[]}} `comments` are exercises that Python cannot read
 */
export function pack(units, store) {
  const files = {};
  const notes = { format: FORMAT, units: {} };
  const comments = [];
  for (const unit of units) {
    const works = new Map(
      unit.exercises.map(({ name, stub }) => [name, { source: stub, ...store.read(unit.unit, name) }]),
    );
    const begun = ({ name, stub }) => works.get(name).source !== stub || works.get(name).passed !== undefined;
    if (!unit.exercises.some(begun)) continue;
    files[`exercises/${unit.unit}/${unit.unit}.py`] = strToU8(join(unit, works));
    notes.units[unit.unit] = Object.fromEntries([...works].map(([name, work]) => [name, noted(work)]));
    comments.push(...[...works].filter(([, work]) => !readable(work)).map(([name]) => `${unit.unit}.${name}`));
  }
  files[NOTES] = strToU8(`${JSON.stringify(notes, null, 1)}\n`);
  const bytes = zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
  return { bytes, units: Object.keys(notes.units), comments };
}

/** What is noted of an exercise: its code, what was said of just that, and the code that passed. */
function noted({ source, passed, outcome }) {
  return { source, status: outcome?.source === source ? outcome.status : null, passed };
}

/**
 * The text of each unit's file in a zip or a .py file, what is noted of it, and the names of files that are none.
 * @param {File} file @param {Set<string>} units
 * @returns {Promise<{texts: Map<string, string>, notes: Object, ignored: string[]}>}
 * Throws Unreadable.
 */
export async function unpack(file, units) {
  const name = file.name.toLowerCase();
  if (name.endsWith(".py")) {
    const unit = unitOf(file.name, units);
    if (!unit) throw new Unreadable("noUnit");
    if (file.size > LARGEST) throw new Unreadable("tooLarge");
    return { texts: new Map([[unit, decoded(new Uint8Array(await file.arrayBuffer()))]]), notes: {}, ignored: [] };
  }
  if (!name.endsWith(".zip")) throw new Unreadable("noPython");
  return unzipped(new Uint8Array(await file.arrayBuffer()), units);
}

function unzipped(bytes, units) {
  const best = new Map(); // by unit, the path that counts
  const ignored = [];
  let opened;
  try {
    unzipSync(bytes, { filter: ({ name, originalSize }) => (consider(name, originalSize), false) });
    const wanted = new Set([...best.values()].map(({ path }) => path));
    opened = unzipSync(bytes, {
      filter: ({ name, originalSize }) => (wanted.has(name) || name === NOTES) && originalSize <= LARGEST,
    });
  } catch {
    throw new Unreadable("noZip");
  }

  function consider(path, size) {
    const parts = path.split("/");
    if (path.endsWith("/") || path === NOTES || parts.some((part) => JUNK.test(part))) return;
    const unit = size <= LARGEST && unitOf(parts.at(-1), units);
    const found = unit && { path, depth: depthOf(parts, unit) };
    const other = best.get(unit);
    if (found && (!other || found.depth < other.depth)) {
      best.set(unit, found);
      if (other) ignored.push(other.path);
    } else ignored.push(path);
  }

  const texts = new Map([...best].map(([unit, { path }]) => [unit, decoded(opened[path])]));
  return { texts, notes: readNotes(opened[NOTES]), ignored: ignored.sort() };
}

/** How deep a file lies, where exercises/<unit>/ counts as the top: as `chainrule grade` chooses. */
function depthOf(parts, unit) {
  const above = parts.slice(0, -1);
  if (above.at(-1) === unit) above.pop();
  if (above.at(-1) === "exercises") above.pop();
  return 2 * above.length + (parts.length === 1 ? 1 : 0);
}

function unitOf(name, units) {
  const stem = name.match(/^(.+?)(?: ?\(\d+\)|-\d+)?\.py$/i)?.[1].toLowerCase();
  return units.has(stem) ? stem : "";
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable("notText");
  }
}

function readNotes(bytes) {
  try {
    const notes = JSON.parse(strFromU8(bytes));
    return notes.format === FORMAT && typeof notes.units === "object" ? notes.units : {};
  } catch {
    return {};
  }
}
