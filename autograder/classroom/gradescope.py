"""An autograder for Gradescope: the zip that it takes, and what that runs there for each submission.

Gradescope unpacks the zip to /autograder/source, runs setup.sh once to build an image, and for each submission
run_autograder in a container of its own, which finds the submission in /autograder/submission and has to write
/autograder/results/results.json. Source: Gradescope's "Autograder Specifications".
"""

import json
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from .. import kit
from ..course import MANIFEST, Course, Unit
from ..locked.client import NotLocked
from ..locked.confine import Limits
from .exports import gradescope_results
from .records import Secret
from .session import Session
from .submissions import Submission

SETUP = """\
#!/usr/bin/env bash
# Run once, when Gradescope builds the image.
set -euo pipefail
apt-get update
for version in 3.14 3.13 3.12 3.11; do
    if apt-get install -y "python$version" "python$version-venv"; then
        python="python$version"
        break
    fi
done
"${python:?no Python from 3.11 on could be installed: choose a newer Ubuntu as the base image}" -m venv /autograder/python
/autograder/python/bin/python -m pip install -r /autograder/source/requirements.txt
# The references are compiled now, so that no submission waits for it.
cd /autograder/source && /autograder/python/bin/python grade.py --prepare
"""

RUN = """\
#!/usr/bin/env bash
# Run for each submission.
exec /autograder/python/bin/python /autograder/source/grade.py
"""

GRADE = """\
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here / "engine"))

from autograder.classroom import gradescope  # noqa: E402

gradescope.prepare(here) if "--prepare" in sys.argv else gradescope.run(here, here.parent)
"""


def files(course: Course, units: Iterable[Unit], secret: Secret, limits: Limits, limits_only: bool) -> dict[str, bytes]:
    """The contents of the autograder's zip by their paths. It holds the references and the secret: it is for staff."""
    units = tuple(units)
    manifest = kit.reduced(tomllib.loads((course.root / MANIFEST).read_text(encoding="utf-8")), units, [])
    settings = {
        "units": [unit.name for unit in units],
        "secret": secret.key.hex(),
        "limits": limits.to_json(),
        "limits_only": limits_only,
    }
    found = {
        "setup.sh": SETUP.encode(),
        "run_autograder": RUN.encode(),
        "grade.py": GRADE.encode(),
        "requirements.txt": "\n".join([*requirements(), ""]).encode(),
        "settings.json": json.dumps(settings, indent=1).encode(),
        f"course/{MANIFEST}": kit.toml(manifest).encode(),
    }
    for unit in units:
        for path in (*kit.contents(unit), *sorted(unit.solutions.glob("*.py"))):
            found[f"course/{path.relative_to(course.root).as_posix()}"] = path.read_bytes()
    for path in sorted((course.root / "solutions").glob("*.py")):
        found[f"course/{path.relative_to(course.root).as_posix()}"] = path.read_bytes()
    package = Path(__file__).parents[1]
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found[f"engine/autograder/{path.relative_to(package).as_posix()}"] = path.read_bytes()
    return found


def requirements() -> list[str]:
    """What the engine needs there: what this chainrule was installed with, and the pages' extra."""
    needed = map(Requirement, requires("chainrule") or ())
    return sorted({
        f"{one.name}{one.specifier}" for one in needed if one.marker is None or one.marker.evaluate({"extra": "grading"})
    })  # fmt: skip


def session(source: Path, submission: Path, out: Path) -> Session:
    """The session that the zip's settings describe."""
    settings = json.loads((source / "settings.json").read_text(encoding="utf-8"))
    course = Course.read(source / "course")
    units = tuple(course.unit(name) for name in settings["units"])
    secret = Secret(bytes.fromhex(settings["secret"]))
    return Session(course, units, submission, out, secret, Limits(**settings["limits"]), settings["limits_only"])


def prepare(source: Path) -> None:
    """Compile the references, by grading an empty submission."""
    with tempfile.TemporaryDirectory() as folder:
        made = session(source, Path(folder), Path(folder))
        for unit in made.units:
            from ..verify import Verifier

            Verifier(unit).references()


def run(source: Path, place: Path) -> None:
    """Grade the submission in PLACE/submission; write PLACE/results/results.json, whatever happens."""
    try:
        results = graded(source, place)
    except NotLocked as error:
        results = trouble(f"{error} (An instructor can build the autograder with --limits-only.)")
    except Exception as error:
        results = trouble(f"{type(error).__name__}: {error}")
    path = place / "results" / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")


def graded(source: Path, place: Path) -> dict[str, Any]:
    folder = place / "submission"
    with tempfile.TemporaryDirectory() as out:
        made = session(source, folder, Path(out))
        records: list[dict] = []
        made.run([Submission(student_of(place), folder)], InPlace(), lambda record, new: records.append(record))
    return gradescope_results(records[0])


def student_of(place: Path) -> str:
    """Whose submission it is; of a group, all of them together."""
    try:
        about = json.loads((place / "submission_metadata.json").read_text(encoding="utf-8"))
        return ", ".join(sorted(str(user.get("email") or user["id"]) for user in about["users"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "unknown"


def trouble(sentence: str) -> dict[str, Any]:
    """Results without a score: Gradescope shows that the autograder failed, and the sentence."""
    return {"output": f"This could not be graded; it is not your fault. {sentence}", "output_format": "text"}


class InPlace:
    """An executor that works in this process: a container has one submission."""

    def run(self, work: Callable, jobs: Iterable):
        for job in jobs:
            yield job, work(job)

    def close(self) -> None:
        pass
