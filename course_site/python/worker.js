/** Runs Python for the page: Pyodide, NumPy, the engine and the units that are asked for. python.js talks to it. */

const COURSE = "/course";
const WASM = "pyodide.asm.wasm";
const MEMORY = "memory.gz"; // Python's, once it has started: see memory.mjs
const LIBRARY = "python_stdlib.zip";
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
  const first = ["pyodide-lock.json", "numpy.zip", "engine.zip", ...(start.unit ? [archive(start.unit)] : [])];
  if (!kept.memory) first.push(MEMORY);
  progress.total = first.reduce((sum, name) => sum + (name in kept.files ? 0 : sizes[name]), kept.wasm ? 0 : sizes[WASM]);
  const files = Object.fromEntries(first.map((name) => [name, bytes(name)]));
  const core = kept.wasm ?? WebAssembly.compileStreaming(get(base + WASM)).finally(() => came(sizes[WASM]));
  const memory = kept.memory ?? files[MEMORY].then(inflated);
  supply({ ...files, [LIBRARY]: new Uint8Array() }, core, kept.memory ? null : memory);
  import("./pyodide.asm.mjs"); // Pyodide asks for it later than it could
  const { loadPyodide } = await import("./pyodide.mjs");
  // Pyodide waits for ever for a core that does not come.
  const failed = Promise.all([core, ...Object.values(files)]).then(() => new Promise(() => {}));
  pyodide = await Promise.race([loadPyodide({ indexURL: base, _loadSnapshot: memory }), failed]);
  const site = pyodide.runPython("import site; site.getsitepackages()[0]");
  pyodide.unpackArchive(await files["numpy.zip"], "zip", { extractDir: site });
  pyodide.unpackArchive(await files["engine.zip"], "zip", { extractDir: COURSE });
  if (start.unit) await bring(start.unit, files[archive(start.unit)]);
  pyodide.runPython(`import random, sys; random.seed(); sys.path.insert(0, "${COURSE}")`);
  answer = pyodide.pyimport("autograder.browser.answering").answer;
  if (kept.memory) return;
  delete files[MEMORY];
  const there = Object.entries(files).map(async ([name, content]) => [name, await content]);
  keep({ files: Object.fromEntries(await Promise.all(there)), wasm: await core, memory: await memory });
}

/** Called from Python (library.py), which cannot wait: put the standard library where Python looks for it. */
self.bringLibrary = (archive) => {
  let content = kept.files[LIBRARY];
  if (!content) {
    const request = new XMLHttpRequest();
    request.open("GET", base + LIBRARY, false);
    request.responseType = "arraybuffer";
    request.send();
    if (request.status !== 200) throw new Error(`${LIBRARY}: ${request.status}.`);
    content = request.response;
    keep({ files: { [LIBRARY]: content } });
  }
  pyodide.FS.writeFile(archive, new Uint8Array(content));
};

/** The bytes that were compressed. */
async function inflated(content) {
  const through = new Response(content).body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(through).arrayBuffer());
}

const archive = (unit) => `units/${unit}.zip`;
const units = new Set();

/** Bring what is asked in a unit into Python's file system; it may be on its way already. */
async function bring(unit, coming = null) {
  if (units.has(unit)) return;
  const name = archive(unit);
  const content = await (coming ?? bytes(name));
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

/**
 * Give Pyodide what is fetched already when it fetches. `difference` is the memory that it will take over, but for what
 * the core puts there itself; that is added when it is there.
 */
function supply(files, core, difference) {
  self.fetch = async (resource, options) => {
    const name = String(resource.url ?? resource).slice(base.length);
    if (name === WASM) return new Response();
    return name in files ? new Response(await files[name]) : get(resource, options);
  };
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const module = await core;
    const instance = await WebAssembly.instantiate(module, imports);
    if (difference) {
      const [copy, fresh] = [await difference, new Uint8Array(instance.exports.memory.buffer)];
      const memory = copy.subarray(copy.length % 65536);
      for (let i = 0; i < Math.min(memory.length, fresh.length); i += 1) memory[i] += fresh[i];
    }
    return { module, instance };
  };
}
