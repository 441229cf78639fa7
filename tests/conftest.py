"""Fixtures of the engine's tests: a toy course, and courses that a test makes for itself."""

import ast
import shutil
import subprocess
import sys
import zipfile
from textwrap import dedent

import pytest
from browser import browser  # noqa: F401
from served_site import built_site, site  # noqa: F401
from support import ROOT
from toy_course import DEFINITIONS, MISTAKES, REFERENCE, Workbench, write_manifest, write_unit

from autograder.course import Course

UNNEEDED = (".*", "__pycache__", "*.egg-info", "build", "dist", "node_modules")  # for a wheel


@pytest.fixture(scope="session")
def make_unit(tmp_path_factory):
    """`make_unit(definitions, reference, mistakes="", name="toy", points=None)` gives the Workbench of a new course.

    All that is defined is worth a point, if no points are given.
    """

    def make(definitions, reference, mistakes="", name="toy", points=None):
        root = tmp_path_factory.mktemp("course")
        write_unit(root, name, definitions, reference, mistakes)
        asked = [node.name for node in ast.parse(dedent(reference)).body if isinstance(node, ast.FunctionDef)]
        write_manifest(root, {name: points or dict.fromkeys(asked, 1)})
        return Workbench(Course.read(root).unit(name), tmp_path_factory.mktemp("desk"))

    return make


@pytest.fixture(scope="session")
def toy(make_unit):
    """The toy unit: a value, its gradient, a loss and a behaviour."""
    points = {"affine_forward": 2, "affine_backward": 3, "half_square": 2, "descend": 1}
    return make_unit(DEFINITIONS, REFERENCE, MISTAKES, points=points)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The project's wheel, built from a copy of everything that lies in the repository."""
    for needed in ("build", "setuptools"):
        pytest.importorskip(needed)
    copy = tmp_path_factory.mktemp("project") / "chainrule"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*UNNEEDED))
    made = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", copy / "dist"],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    (path,) = (copy / "dist").glob("*.whl")
    return path


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """A folder that holds what the wheel installs."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder
