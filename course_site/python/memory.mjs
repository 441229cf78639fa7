// Takes a copy of Python's memory once it has started: node memory.mjs CORE LIBRARY.py OUT.gz
//
// CORE is the folder of Pyodide's core. A page that begins with this copy need not start the interpreter, which takes
// longest, nor fetch the standard library before somebody imports what is not in here (LIBRARY.py sees to that). Each
// byte is the difference to what the compiled core puts there itself, for the page has that already.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

// What NumPy, the engine and learners import of Python's own.
const EARLY = `ast, base64, bisect, concurrent.futures.thread, contextvars, copy, ctypes, dataclasses, datetime, difflib,
  encodings.cp437, fractions, gettext, hashlib, heapq, html, inspect, itertools, json, linecache, pathlib, pickle,
  platform, pprint, queue, random, secrets, signal, statistics, string, tempfile, textwrap, threading, timeit, tomllib,
  traceback, typing, zipfile`.replace(/\s+/g, " ");
// Memory that was given back is full of what nobody needs; zeros take less room.
const SWEEP = `
import gc
gc.collect()
swept = [bytes(size - 33) for size in range(48, 513, 16) for _ in range(300)]
swept += [bytes(512 << power) for power in range(8) for _ in range(20)]
del swept
gc.collect()`;

const [core, library, to] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${core}/pyodide.mjs`));
const instantiate = WebAssembly.instantiate;
let fresh;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  const { memory } = (made.instance ?? made).exports;
  if (memory) fresh ??= new Uint8Array(memory.buffer).slice();
  return made;
};
const python = await loadPyodide({ indexURL: core, env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" }, _makeSnapshot: true });
python.runPython(`import ${EARLY}`);
python.runPython(readFileSync(library, "utf8"), { globals: python.toPy({ __name__: "library" }) });
python.runPython(SWEEP);
const copy = python.makeMemorySnapshot();
const memory = copy.subarray(copy.length % 65536); // before it, what Pyodide notes for itself; memory comes in such pages
for (let i = 0; i < Math.min(memory.length, fresh.length); i += 1) memory[i] -= fresh[i];
writeFileSync(to, gzipSync(copy, { level: 9 }));
