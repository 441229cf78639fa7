"""An autograder for Gradescope: the zip that it takes, and what that runs there for each submission.

Gradescope unpacks the zip to /autograder/source, copies run_autograder to /autograder, and runs setup.sh once to build
an image. For each submission it runs run_autograder in a container of its own, which finds what was handed in in
/autograder/submission and who did in /autograder/submission_metadata.json, and has to write
/autograder/results/results.json. What is printed is shown to staff alone.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/
"""

import json
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from .. import kit
from ..course import MANIFEST, Course, Unit
from ..grading import Grader
from ..language import _
from ..locked.client import NotLocked
from ..locked.confine import Limits
from ..outcome import PASSED
from ..sheet import Sheets
from .exports import for_staff, gradescope_results
from .marking import Marker, VisibleAndUnseen, cases_for
from .plain import legible
from .records import Secret, complete, write_whole
from .session import Session
from .submissions import Submission

SETUP = """\
#!/usr/bin/env bash
# Run once, when Gradescope builds the image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
python=
for version in 3.14 3.13 3.12 3.11; do
    if apt-get install -y "python$version" "python$version-venv"; then
        python="python$version"
        break
    fi
done
if [ -z "$python" ]; then
    echo "No Python from 3.11 on could be installed: choose a newer Ubuntu as the base image." >&2
    exit 1
fi
"$python" -m venv /autograder/python
/autograder/python/bin/python -m pip install -r /autograder/source/requirements.txt
# The references are tried and compiled now, so that no submission waits for it.
/autograder/python/bin/python -I /autograder/source/grade.py --prepare
"""

RUN = """\
#!/usr/bin/env bash
# Run for each submission. Should grading be cut short, there are results that say so.
mkdir -p /autograder/results
cp /autograder/source/interrupted.json /autograder/results/results.json
exec /autograder/python/bin/python -I /autograder/source/grade.py
"""

GRADE = """\
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here / "engine"))

from autograder.classroom import gradescope  # noqa: E402

gradescope.prepare(here) if "--prepare" in sys.argv else gradescope.run(here, here.parent)
"""

EXECUTABLE = ("setup.sh", "run_autograder")


# What students read


def not_graded(why: str) -> str:
    return _("This could not be graded, and that is not your fault. {why}").format(why=why)


def not_locked(error: NotLocked) -> str:
    return not_graded(
        _("{error} (Your instructor can: it is an option of chainrule gradescope-zip.)").format(error=error)
    )


def went_wrong() -> str:
    return not_graded(_("Something went wrong in the autograder; your instructor can read there what it was."))


def cut_short() -> str:
    return not_graded(_("Grading was cut short. Hand in once more; if this comes again, tell your instructor."))


# The zip


def files(course: Course, units: Iterable[Unit], secret: Secret, limits: Limits, limits_only: bool) -> dict[str, bytes]:
    """The contents of the autograder's zip by their paths. It holds the references and the secret: it is for staff."""
    units = tuple(units)
    manifest = kit.reduced(tomllib.loads((course.root / MANIFEST).read_text(encoding="utf-8")), units)
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
        "interrupted.json": as_json(trouble(cut_short())),
        "requirements.txt": "\n".join([*requirements(), ""]).encode(),
        "settings.json": as_json(settings),
        f"course/{MANIFEST}": kit.toml(manifest).encode(),
    }
    shared = (course.root / "solutions").glob("*.py")
    for path in (*shared, *(path for unit in units for path in needed(unit))):
        found[f"course/{path.relative_to(course.root).as_posix()}"] = path.read_bytes()
    package = Path(__file__).parents[1]
    for path in package.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            found[f"engine/autograder/{path.relative_to(package).as_posix()}"] = path.read_bytes()
    return dict(sorted(found.items()))


def needed(unit: Unit) -> Iterator[Path]:
    """What grading needs of a unit."""
    yield unit.definitions
    yield unit.answers
    yield from unit.solutions.glob("*.py")


def requirements() -> list[str]:
    """What the engine needs there: what this chainrule was installed with, and no extra."""
    needed = map(Requirement, requires("chainrule") or ())
    return sorted(
        f"{one.name}{one.specifier}" for one in needed if not one.marker or one.marker.evaluate({"extra": ""})
    )


# At Gradescope


def prepare(source: Path) -> None:
    """Compile the references, by grading them as a submission is graded; where they are not right, nothing is built."""
    _course, units, secret, _limits, _limits_only = described(source)
    for unit in units:
        oracle = VisibleAndUnseen(unit)
        cases = {one: cases_for(one, 0, secret.bank(one.asks.id)) for one in unit.exercises.values()}
        marker = Marker(Grader(unit, unit.reference_functions(), oracle), Sheets(oracle), cases)
        for exercise in unit.exercises.values():
            for outcome in (marker.grader.grade(exercise), marker.judged(exercise)):
                if outcome.status != PASSED:
                    said = next((case.sentence for case in outcome.cases if case.sentence), "")
                    sys.exit(f"The course's own {exercise.id} is not right on this machine: {outcome.status}. {said}")


def run(source: Path, place: Path) -> None:
    """Grade the submission in PLACE/submission; write PLACE/results/results.json, whatever happens."""
    try:
        record = graded(source, place)
        results, said = gradescope_results(record), list(for_staff(record))
    except NotLocked as error:
        results, said = trouble(not_locked(error)), [str(error)]
    except BaseException:
        results, said = trouble(went_wrong()), [legible(traceback.format_exc())]
    write_whole(place / "results" / "results.json", as_json(results))
    print(*said, sep="\n")


def graded(source: Path, place: Path) -> dict[str, Any]:
    """The record of the submission in PLACE/submission."""
    course, units, secret, limits, limits_only = described(source)
    folder = place / "submission"
    records: list[dict] = []
    with tempfile.TemporaryDirectory() as out:
        session = Session(course, units, folder, Path(out), secret, limits, limits_only)
        session.run([Submission(student_of(place), folder)], InPlace(), lambda record, new: records.append(record))
    return complete(records[0])


def described(source: Path) -> tuple[Course, tuple[Unit, ...], Secret, Limits, bool]:
    """What the zip's settings say: the course, its units, the secret, the limits, and whether they alone are enough."""
    settings = json.loads((source / "settings.json").read_text(encoding="utf-8"))
    course = Course.read(source / "course")
    units = tuple(course.unit(name) for name in settings["units"])
    return (
        course,
        units,
        Secret(bytes.fromhex(settings["secret"])),
        Limits(**settings["limits"]),
        settings["limits_only"],
    )


def student_of(place: Path) -> str:
    """Whose submission it is; of a group, all of them together."""
    try:
        about = json.loads((place / "submission_metadata.json").read_text(encoding="utf-8"))
        names = sorted(str(user.get("email") or user["id"]) for user in about["users"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        names = []
    return ", ".join(names) or "unknown"


def trouble(sentence: str) -> dict[str, Any]:
    """Results without a score, for nobody earned a zero: Gradescope says that the autograder failed."""
    return {"output": legible(sentence), "output_format": "text", "stdout_visibility": "hidden"}


def as_json(value) -> bytes:
    return json.dumps(value, indent=1).encode("ascii")


class InPlace:
    """An executor that works in this process: a container has one submission."""

    def run(self, work: Callable, jobs: Iterable):
        for job in jobs:
            yield job, work(job)

    def close(self) -> None:
        pass
