// Compiles the Python in an archive with the Python that will run it: node compile.mjs CORE IN.zip OUT.zip ROOT
//
// CORE is the folder of Pyodide's core, ROOT where the archive will be unpacked in a page. Modules become .pyc files in the
// place of their sources, so that a page need not compile a hundred of them before it can answer anybody.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [core, from, to, root] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${core}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: core });
python.FS.writeFile("/from.zip", readFileSync(from));
python.globals.set("root", root);
python.runPython(`
import importlib.util, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

SINCE = (1980, 1, 1, 0, 0, 0)
with zipfile.ZipFile("/from.zip") as source, zipfile.ZipFile("/to.zip", "w") as target:
    for name in source.namelist():
        content = source.read(name)
        if name.endswith(".py"):
            code = compile(content, f"{root}/{name}", "exec", dont_inherit=True)
            name, content = name + "c", _code_to_hash_pyc(code, importlib.util.source_hash(content), checked=False)
        method = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
        target.writestr(zipfile.ZipInfo(name, SINCE), content, method, 9)
`);
writeFileSync(to, python.FS.readFile("/to.zip"));
