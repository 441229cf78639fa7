/**
 * The page's one handle on Python. Nothing is loaded before it is needed: Python lives in a worker (worker.js), which can
 * be ended at any time and is then started anew from the bytes that are here already.
 */

/** What a promise is rejected with when Python was stopped: by `stop()`, or by the time limit, then with its `seconds`. */
export class Stopped extends Error {
  name = "Stopped";
  /** @param {number | null} seconds the time limit that was exceeded, if that is why */
  constructor(seconds = null) {
    super(seconds === null ? "Python was stopped." : `Python was stopped after ${seconds} seconds.`);
    this.seconds = seconds;
  }
}

/** Python could not be loaded, or ended by itself. */
export class Failed extends Error {
  name = "Failed";
}

/** @typedef {"idle" | "loading" | "ready" | "busy" | "failed"} State */
/** @typedef {{loaded: number, total: number, message: string}} Progress bytes so far and in all; why it failed */
/** @typedef {{name: string, source: string}} Cell the preamble, or the exercise whose function it defines */

export class Python {
  /** @type {State} */
  state = "idle";

  #base;
  #worker = null;
  #kept = { files: {}, wasm: null, memory: null };
  #sizes = null;
  #ready = null;
  #units = new Map();
  #progress = { loaded: 0, total: 0, message: "" };
  #listeners = new Set();
  #pending = new Map();
  #count = 0;
  #turn = Promise.resolve();
  #life = 0;

  /** @param {string | URL} base the site's folder python/, where this file lies */
  constructor(base = new URL(".", import.meta.url)) {
    this.#base = new URL(base, document.baseURI).href.replace(/\/?$/, "/");
  }

  /** @param {(state: State, progress: Progress) => void} listener @returns {() => void} that which unsubscribes */
  onstate(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Start Python, and fetch what is asked in a unit, if one is named: ready when the promise is fulfilled. */
  load(unit = null) {
    this.#ready ??= this.#start(unit);
    if (unit === null) return this.#ready;
    const life = this.#life;
    const known = this.#units.get(unit);
    if (known) return known;
    const loading = this.#ready.then(() => this.#post({ unit }));
    this.#units.set(unit, loading);
    loading.catch(() => life === this.#life && this.#units.delete(unit));
    return loading;
  }

  /**
   * Check an exercise of a unit.
   * @param {Cell[]} cells the unit's cells, the preamble first
   * @param {{seconds?: number, oncase?: (told: {case: string, status: string}) => void}} options
   * @returns {Promise<{outcome: object, html: string, text: string}>}
   */
  check(unit, cells, exercise, { seconds = 20, oncase } = {}) {
    return this.#ask({ do: "check", unit, cells, exercise }, seconds, oncase);
  }

  /**
   * Run a scratch cell after a unit's cells.
   * @param {{seconds?: number, onoutput?: (printed: string) => void}} options
   * @returns {Promise<{printed: string, error: object | null, pictures: string[]}>}
   */
  run(unit, cells, scratch, { seconds = 20, onoutput } = {}) {
    return this.#ask({ do: "run", unit, cells, scratch }, seconds, onoutput && (({ printed }) => onoutput(printed)));
  }

  /** End whatever Python is doing. Promises that wait are rejected with Stopped; Python is started anew at once. */
  stop() {
    this.#end(new Stopped());
  }

  /** Ask when all that was asked before has been answered. */
  async #ask(request, seconds, told) {
    const life = this.#life;
    const before = this.#turn;
    let done;
    this.#turn = new Promise((resolve) => (done = resolve));
    try {
      await before;
      if (life !== this.#life) throw new Stopped();
      await this.load(request.unit);
      this.#become("busy");
      return await this.#post({ request }, seconds, told);
    } finally {
      done();
      if (life === this.#life && this.state === "busy") this.#become("ready");
    }
  }

  /** Send a message to the worker, and wait for the answer to it. */
  #post(message, seconds = null, told = null) {
    return new Promise((resolve, reject) => {
      const id = ++this.#count;
      const timer = seconds === null ? null : setTimeout(() => this.#end(new Stopped(seconds)), seconds * 1000);
      const settle = (act) => (value) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        act(value);
      };
      this.#pending.set(id, { told, resolve: settle(resolve), reject: settle(reject) });
      this.#worker.postMessage({ id, ...message });
    });
  }

  async #start(unit) {
    this.#become("loading", { loaded: 0, total: 0, message: "" });
    const life = this.#life;
    const worker = new Worker(new URL("worker.js", this.#base), { type: "module", name: "python" });
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = (event) => this.#end(new Failed(event.message || "Python's worker could not be started."));
    try {
      this.#sizes ??= await sizes(this.#base);
      if (life !== this.#life) throw new Stopped();
      await this.#post({ start: { base: this.#base, sizes: this.#sizes, kept: this.#kept, unit } });
      this.#become("ready");
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const failed = new Failed(`Python could not be loaded: ${error.message} Is there a connection?`);
      if (life === this.#life) this.#end(failed);
      throw failed;
    }
  }

  #hear({ id, progress, kept, told, answer, error, fatal }) {
    const waiting = this.#pending.get(id);
    if (progress) this.#become(this.state, { ...this.#progress, ...progress });
    else if (kept) this.#kept = { ...this.#kept, ...kept, files: { ...this.#kept.files, ...kept.files } };
    else if (fatal !== undefined) this.#end(new Failed(fatal));
    else if (told !== undefined) waiting?.told?.(told);
    else if (error !== undefined) waiting?.reject(new Failed(error));
    else waiting?.resolve(answer);
  }

  /** End the worker, and start another where one was at work. */
  #end(error) {
    const worked = this.state === "ready" || this.state === "busy";
    this.#worker?.terminate();
    this.#worker = this.#ready = null;
    this.#units.clear();
    this.#life += 1;
    const pending = [...this.#pending.values()];
    this.#become(error instanceof Failed && !worked ? "failed" : "idle", { ...this.#progress, message: error.message });
    for (const { reject } of pending) reject(error);
    if (worked) this.load().catch(() => {});
  }

  #become(state, progress = this.#progress) {
    this.state = state;
    this.#progress = progress;
    for (const listener of this.#listeners) listener(state, progress);
  }
}

/** The sizes of the files in the folder, by name. */
async function sizes(base) {
  const response = await fetch(new URL("files.json", base));
  if (!response.ok) throw new Error(`files.json: ${response.status}.`);
  return response.json();
}
