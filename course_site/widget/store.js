/**
 * What the browser keeps: one record for each exercise, in localStorage.
 *
 * Keys are `chainrule/1<path of the site>:<unit>/<exercise>`; 1 is the version of what is in a record. Where the browser
 * keeps nothing, or no more, records stay in memory, and `state` says so.
 */

/**
 * @typedef {{
 *   source?: string,   the code as it is
 *   revision?: number, how often the code was written, in any tab
 *   passed?: string,   the code that passed last
 *   outcome?: {status: string, html: string, text: string, cases: {case: string, status: string}[], source: string},
 *   hints?: number,    how many hints were shown
 *   scratch?: string,  the lines to try it out
 *   other?: string,    what another tab wrote at the same time
 * }} Record
 */

const PROBE = "chainrule"; // a key that is written and taken away, to see whether that is allowed

export class Store extends EventTarget {
  /** @param {URL} root @param {() => Storage} open may throw where storage is forbidden */
  constructor(root, open = () => window.localStorage) {
    super();
    this.prefix = `chainrule/1${root.pathname}:`;
    /** @type {"kept"|"full"|"forbidden"} */
    this.state = "kept";
    /** @type {Map<string, Record>} records that could not be written */
    this.memory = new Map();
    try {
      this.storage = open();
      this.storage.setItem(PROBE, "");
      this.storage.removeItem(PROBE);
    } catch (error) {
      this.storage = this.storage?.length ? this.storage : null;
      this.state = this.storage ? "full" : "forbidden";
    }
    window.addEventListener("storage", (event) => {
      if (event.storageArea !== this.storage) return;
      if (event.key === null || event.key.startsWith(this.prefix))
        this.tell(event.key?.slice(this.prefix.length), true);
    });
  }

  /** @param {string} unit @param {string} exercise @returns {Record} */
  read(unit, exercise) {
    return this.at(`${unit}/${exercise}`);
  }

  at(name) {
    if (this.memory.has(name)) return this.memory.get(name);
    try {
      const record = JSON.parse(this.storage?.getItem(this.prefix + name) ?? "{}");
      return record && typeof record === "object" ? record : {};
    } catch {
      return {};
    }
  }

  /** Write some fields of a record; those that are undefined are taken out. */
  write(unit, exercise, fields) {
    const name = `${unit}/${exercise}`;
    const record = { ...this.at(name), ...fields };
    try {
      if (!this.storage) throw new Error("forbidden");
      this.storage.setItem(this.prefix + name, JSON.stringify(record));
      this.memory.delete(name);
      if (this.state === "full" && this.memory.size === 0) this.become("kept");
    } catch {
      this.memory.set(name, record);
      this.become(this.storage ? "full" : "forbidden");
    }
    this.tell(name, false);
  }

  /** All records, as [unit, exercise, record], in a fixed order. */
  all() {
    const names = new Set(this.memory.keys());
    for (let i = 0; i < (this.storage?.length ?? 0); i++) {
      const key = this.storage.key(i);
      if (key?.startsWith(this.prefix)) names.add(key.slice(this.prefix.length));
    }
    return [...names].sort().map((name) => [...name.split("/"), this.at(name)]);
  }

  /** Put records back as they were, or erase them where they were empty. */
  restore(records) {
    for (const [unit, exercise, record] of records) {
      this.erase(`${unit}/${exercise}`);
      if (Object.keys(record).length) this.write(unit, exercise, record);
      else this.tell(`${unit}/${exercise}`, false);
    }
  }

  erase(name) {
    this.memory.delete(name);
    this.storage?.removeItem(this.prefix + name);
  }

  eraseAll() {
    for (const [unit, exercise] of this.all()) this.erase(`${unit}/${exercise}`);
    if (this.storage) this.become("kept");
    this.tell(undefined, false);
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  /** Say that a record changed, or, without a name, that all may have. */
  tell(name, elsewhere) {
    const [unit, exercise] = name?.split("/") ?? [];
    this.dispatchEvent(new CustomEvent("change", { detail: { unit, exercise, elsewhere } }));
  }
}
