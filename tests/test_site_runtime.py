"""Getting the page's Python: only the expected files are used, and whoever lacks something is told what."""

import sys
import zipfile

import pytest
from support import ROOT

sys.path.insert(0, str(ROOT / "course_site/python"))

import runtime

PACKAGE = {"file_name": "numpy-2.whl", "sha256": "0" * 64}


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(runtime.OWN_WHEEL, raising=False)


def program(folder, name, script):
    """A program of this name, first to be found."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_npm_one_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(runtime.CannotGet, match=r"there is no npm here. Install Node\.js"):
        runtime.fetched_core(runtime.cache())


def test_what_npm_says_is_passed_on(monkeypatch, tmp_path):
    program(tmp_path, "npm", "echo no registry anywhere >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(runtime.CannotGet, match=r"Fetching Pyodide .*: this did not work\.\nno registry anywhere"):
        runtime.fetched_core(runtime.cache())


def test_another_tarball_is_not_used(monkeypatch, tmp_path):
    program(tmp_path, "npm", "echo other > pyodide.tgz")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(runtime.CannotGet, match=r"pyodide\.tgz is not the file that was expected"):
        runtime.fetched_core(runtime.cache())
    assert not list(runtime.cache().rglob("*.*"))


def test_a_wheel_of_ones_own_is_used_if_it_is_the_one(monkeypatch, tmp_path):
    own = tmp_path / "own.whl"
    monkeypatch.setenv(runtime.OWN_WHEEL, str(own))
    with pytest.raises(runtime.CannotGet, match=r"There is no file .*own\.whl"):
        runtime.fetched_wheel(runtime.cache(), PACKAGE)
    own.write_bytes(b"a wheel")
    with pytest.raises(runtime.CannotGet, match=r"own\.whl is not the file that was expected"):
        runtime.fetched_wheel(runtime.cache(), PACKAGE)
    assert own.is_file()  # it is its owner's
    package = {**PACKAGE, "sha256": runtime.sha256(own)}
    assert runtime.fetched_wheel(runtime.cache(), package).read_bytes() == b"a wheel"
    own.unlink()
    assert runtime.fetched_wheel(runtime.cache(), package).read_bytes() == b"a wheel"  # it was kept


def test_a_page_gets_modules_and_licences(tmp_path):
    wheel = tmp_path / "numpy.whl"
    wanted = ["numpy/__init__.py", "numpy/_core/umath.so", "numpy-2.dist-info/licenses/LICENSE"]
    others = [
        "numpy/__init__.pyi",
        "numpy/tests/test_x.py",
        "numpy/f2py/x.py",
        "numpy/_core/include/x.h",
        "numpy/conftest.py",
    ]
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in (*wanted, *others):
            archive.writestr(name, "x")
    (tmp_path / "trimmed.zip").write_bytes(runtime.trimmed(wheel))
    assert zipfile.ZipFile(tmp_path / "trimmed.zip").namelist() == wanted
    assert runtime.trimmed(wheel) == runtime.trimmed(wheel)


@pytest.fixture
def core():
    """Files that pass for Pyodide's core."""
    for name in (*runtime.CORE, runtime.LOCK):
        runtime.keep(b"", runtime.cache() / "core" / name)


def test_without_node_one_is_told_what_to_install(core, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(runtime.CannotGet, match=r"Node\.js, which is missing\. Install it"):
        runtime.compiled(b"", "/course")


def test_what_node_made_is_kept_until_something_else_is_asked(core, monkeypatch, tmp_path):
    program(tmp_path, "node", f'echo "$5" >> {tmp_path}/runs; cat "$1" "$3" > "$4"')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    script, source = tmp_path / "make.mjs", tmp_path / "source"
    script.write_bytes(b"script ")
    runs = []
    for content, more in ((b"a", "x"), (b"a", "x"), (b"b", "x"), (b"b", "y"), (b"a", "x")):
        source.write_bytes(content)
        assert runtime.made("it", script, source, more) == b"script " + content
        runs.append((tmp_path / "runs").read_text().split())
    assert [len(run) for run in runs] == [1, 1, 2, 3, 3]
    script.write_bytes(b"other ")
    assert runtime.made("it", script, source, "x") == b"other a"


def test_what_node_says_is_passed_on_and_nothing_is_kept(core, monkeypatch, tmp_path):
    program(tmp_path, "node", "echo no memory >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(runtime.CannotGet, match="no memory"):
        runtime.compiled(b"", "/course")
    assert not (runtime.cache() / "compile").exists()
