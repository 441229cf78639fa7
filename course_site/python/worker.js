/** Runs Python for the page: Pyodide, NumPy, the engine and the units that are asked for. python.js talks to it. */

const COURSE = "/course";
const WASM = "pyodide.asm.wasm";
// What NumPy and the engine import of Python's own.
const EARLY = `ast, base64, contextvars, ctypes, dataclasses, datetime, difflib, gettext, hashlib, inspect, json, linecache,
  pathlib, pickle, platform, random, secrets, signal, tempfile, textwrap, threading, tomllib, traceback, typing, zipfile`.replace(/\s+/g, " ");
const get = self.fetch.bind(self);

let base;
let kept; // what the page kept of an earlier worker: bytes by the file's name, the compiled core, Python's memory
let sizes;
let pyodide;
let answer;
const progress = { loaded: 0, total: 0 };

self.onmessage = async ({ data: { id, start, unit, request } }) => {
  try {
    if (start) await begin(start);
    else if (unit) await bring(unit);
    const report = (told) => self.postMessage({ id, told: JSON.parse(told) });
    self.postMessage({ id, answer: request && JSON.parse(answer(COURSE, JSON.stringify(request), report)) });
  } catch (error) {
    // An error that is not Python's own has broken it.
    if (request && error.constructor.name !== "PythonError") self.postMessage({ fatal: `Python ended: ${error.message}` });
    else self.postMessage({ id, error: error.message });
  }
};

async function begin(start) {
  ({ base, sizes, kept } = start);
  const first = ["python_stdlib.zip", "pyodide-lock.json", "numpy.zip", "engine.zip", ...(start.unit ? [archive(start.unit)] : [])];
  progress.total = first.reduce((sum, name) => sum + (name in kept.files ? 0 : sizes[name]), kept.wasm ? 0 : sizes[WASM]);
  const files = Object.fromEntries(first.map((name) => [name, bytes(name)]));
  const core = kept.wasm ?? WebAssembly.compileStreaming(get(base + WASM)).finally(() => came(sizes[WASM]));
  supply(files, core);
  import("./pyodide.asm.mjs"); // Pyodide asks for it later than it could
  const { loadPyodide } = await import("./pyodide.mjs");
  // Pyodide waits for ever for a core that does not come.
  const failed = Promise.all([core, ...Object.values(files)]).then(() => new Promise(() => {}));
  const memory = kept.memory ? { _loadSnapshot: kept.memory } : { _makeSnapshot: true };
  pyodide = await Promise.race([loadPyodide({ indexURL: base, ...memory }), failed]);
  if (!kept.memory) remember();
  const site = pyodide.runPython("import site; site.getsitepackages()[0]");
  pyodide.unpackArchive(await files["numpy.zip"], "zip", { extractDir: site });
  pyodide.unpackArchive(await files["engine.zip"], "zip", { extractDir: COURSE });
  if (start.unit) await bring(start.unit);
  pyodide.runPython(`import sys; sys.path.insert(0, "${COURSE}")`);
  answer = pyodide.pyimport("autograder.browser.answering").answer;
  keep({ files: Object.fromEntries(await Promise.all(first.map(async (name) => [name, await files[name]]))), wasm: await core });
}

/** Let the page have Python's memory as it is before NumPy: a later worker goes on from there. */
function remember() {
  pyodide.runPython(`import ${EARLY}`);
  const memory = pyodide.makeMemorySnapshot();
  self.postMessage({ kept: { memory } }, [memory.buffer]);
}

const archive = (unit) => `units/${unit}.zip`;
const units = new Set();

/** Bring what is asked in a unit into Python's file system. */
async function bring(unit) {
  if (units.has(unit)) return;
  const name = archive(unit);
  const content = await bytes(name);
  pyodide.unpackArchive(content, "zip", { extractDir: COURSE });
  units.add(unit);
  keep({ files: { [name]: content } });
}

/** The bytes of a file of the folder. */
async function bytes(name) {
  if (kept.files[name]) return kept.files[name];
  const response = await get(base + name);
  if (!response.ok) throw new Error(`${name}: ${response.status}.`);
  const content = await response.arrayBuffer();
  came(content.byteLength);
  return content;
}

/** Tell how much has been loaded. */
function came(size) {
  progress.loaded += size;
  self.postMessage({ progress });
}

/** Let the page have what a later worker would fetch again. */
function keep(content) {
  Object.assign(kept.files, content.files);
  self.postMessage({ kept: content });
}

/** Give Pyodide what is fetched already when it fetches. */
function supply(files, core) {
  self.fetch = async (resource, options) => {
    const name = String(resource.url ?? resource).slice(base.length);
    if (name === WASM) return new Response();
    return name in files ? new Response(await files[name]) : get(resource, options);
  };
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const module = await core;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
}
