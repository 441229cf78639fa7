/** What a file brings in: which exercises are new, which are here already, and which differ. */

import { join, split } from "./unit_file.js";

/**
 * @typedef {{unit: string, name: string, source: string, passed: boolean, differs: boolean}} Coming
 * @param {import("./site.js").Unit[]} units @param {import("./store.js").Store} store
 * @param {Map<string, string>} texts @param {Object} notes
 * @returns {{coming: Coming[], same: number, empty: string[]}} `empty` are units none of whose functions are there
 */
export function compare(units, store, texts, notes) {
  const coming = [];
  const empty = [];
  let same = 0;
  for (const unit of units.filter((one) => texts.has(one.unit))) {
    const parts = partsOf(unit, texts.get(unit.unit), notes[unit.unit]);
    if (!parts.size) empty.push(unit.unit);
    for (const { name, stub } of unit.exercises) {
      const source = parts.get(name);
      // A stub is no work: it never takes the place of any.
      if (source === undefined || alike(source, stub)) continue;
      const record = store.read(unit.unit, name);
      const here = record.source ?? stub;
      const noted = notes[unit.unit]?.[name]?.passed;
      const passed = typeof noted === "string" && alike(noted, source) && record.passed !== source;
      if (alike(here, source)) same += 1;
      if (alike(here, source) && !passed) continue;
      coming.push({
        unit: unit.unit,
        name,
        source: alike(here, source) ? here : source,
        passed,
        differs: !alike(here, stub) && !alike(here, source),
      });
    }
  }
  return { coming, same, empty };
}

/** The code of each exercise in a unit's file: as it was noted, if the file is still the one that it was noted for. */
function partsOf(unit, text, notes) {
  const works = new Map(unit.exercises.map(({ name }) => [name, { source: "", ...notes?.[name] }]));
  const known =
    notes && [...works.values()].every(({ source }) => typeof source === "string") && join(unit, works) === text;
  return known ? new Map([...works].map(([name, { source }]) => [name, source])) : split(unit, text);
}

/** Bring exercises in. Gives the records as they were, for Store.restore. @param {Coming[]} coming */
export function bringIn(store, coming) {
  const before = coming.map(({ unit, name }) => [unit, name, store.read(unit, name)]);
  for (const { unit, name, source, passed } of coming) {
    const { revision = 0 } = store.read(unit, name);
    store.write(unit, name, { source, revision: revision + 1, other: undefined, ...(passed && { passed: source }) });
  }
  return before;
}

const alike = (one, other) => one.trim() === other.trim();
