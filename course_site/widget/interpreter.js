/** The page's one Python, and who uses it. */

import { ROOT } from "./site.js";

/** @typedef {{state: string, loaded: number, total: number, message: string}} State */

let python;
let user = null;
/** @type {State} */
let now = { state: "idle", loaded: 0, total: 0, message: "" };
const listeners = new Set();

/** Calls `listener` with the state, now and whenever it changes. */
export function onPython(listener) {
  listeners.add(listener);
  listener(now);
}

async function get() {
  python ??= import(new URL("python/python.js", ROOT).href).then(({ Python }) => {
    const made = new Python();
    made.onstate((state, progress) => {
      now = { ...progress, state };
      for (const listener of listeners) listener(now);
    });
    return made;
  });
  try {
    return await python;
  } catch (error) {
    python = undefined;
    throw error;
  }
}

/** Begin to load Python and a unit, for they will be needed soon. Failures show when they are needed. */
export function warmUp(unit) {
  get()
    .then((made) => made.load(unit))
    .catch(() => {});
}

export class Occupied extends Error {}

/**
 * Use Python, if nobody else on the page does.
 * @template T @param {(python: any) => Promise<T>} work @returns {Promise<T>}
 * Throws Occupied, or what Python throws: an error named "Stopped" where it was stopped.
 */
export async function use(work) {
  if (user) throw new Occupied();
  user = work;
  try {
    return await work(await get());
  } finally {
    user = null;
  }
}

export async function stop() {
  if (user) (await get()).stop();
}
