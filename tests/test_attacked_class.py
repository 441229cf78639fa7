"""`chainrule grade` itself, over a class in which every second student attacks."""

import json
import platform
import re
import subprocess
import sys

import pytest
from support import COURSE
from test_attacks import TECHNIQUES, lockable  # noqa: F401 - a fixture

from autograder.attack import PORT, honest_work, listener
from autograder.classroom.records import reproducible

UNITS = sorted({technique.unit for technique in TECHNIQUES.values()})
QUICK = ("--exercise-seconds", "1", "--submission-seconds", "4", "--memory", "1024")


def grade(submissions, out, secret):
    units = [word for unit in UNITS for word in ("--unit", unit)]
    command = [sys.executable, "-m", "autograder.cli", "grade", submissions, "--out", out, "--seed-file", secret]
    return subprocess.run([*command, *units, *QUICK, "--jobs", "2"], cwd=COURSE.root, capture_output=True, text=True,
                          timeout=600)  # fmt: skip


def record(out, student):
    return json.loads((out / "records" / f"{student}.json").read_text())


@pytest.fixture(scope="module")
def graded(lockable, tmp_path_factory):  # noqa: F811
    """Records of a class with attackers in it, and of the same honest students among themselves."""
    folder = tmp_path_factory.mktemp("attacked")
    submissions, peaceful = folder / "submissions", folder / "peaceful"
    works = {unit: honest_work(COURSE.unit(unit)) for unit in UNITS}
    honest = []
    with listener() as (port, heard):
        for number, technique in enumerate(TECHNIQUES.values()):
            if technique.machine not in ("", platform.machine()):
                continue
            submissions.mkdir(exist_ok=True)
            if technique.source is None:
                technique.write(submissions / technique.name)
            else:
                (submissions / technique.name).mkdir()
                source = technique.source.replace(PORT, str(port).encode())
                (submissions / technique.name / f"{technique.unit}.py").write_bytes(source)
            kind = ("right", "half", "untouched")[number % 3]
            honest.append(f"honest{number:03}")
            for place in (submissions, peaceful):
                (place / honest[-1]).mkdir(parents=True)
                for unit, work in works.items():
                    (place / honest[-1] / f"{unit}.py").write_bytes(work[kind])
        attacked = grade(submissions, folder / "out", folder / "secret")
        assert not heard
    alone = grade(peaceful, folder / "alone", folder / "secret")
    assert alone.returncode == 0, alone.stderr
    return folder, honest, attacked


def test_the_run_ends_and_needs_nobody(graded):
    _, _, attacked = graded
    assert attacked.returncode == 0, attacked.stdout + attacked.stderr
    assert "Traceback" not in attacked.stdout + attacked.stderr


def test_honest_grades_are_unchanged_to_the_bit(graded):
    folder, honest, _ = graded
    assert len(honest) > 100
    for student in honest:
        assert reproducible(record(folder / "out", student)) == reproducible(record(folder / "alone", student))


@pytest.mark.parametrize("name", [name for name, t in TECHNIQUES.items() if t.machine in ("", platform.machine())])
def test_attackers_earn_what_honest_work_earned(graded, name):
    folder, _, _ = graded
    path = folder / "out" / "records" / f"{name}.json"
    if not path.is_file():  # no submission at all, which the command says
        assert name in graded[2].stderr
        return
    found = record(folder / "out", name)
    assert found["earned"] == TECHNIQUES[name].earns
    assert not re.search("HOLE", json.dumps(found))
    assert found["run"]["locked"]


def test_the_report_tells_staff_what_happened(graded):
    folder, _, _ = graded
    page = (folder / "out" / "class.html").read_text(encoding="utf-8")
    for student in ("endless_loop", "fork_bomb", "zip_bomb", "memory_bomb"):
        assert student in page
    assert "Technical troubles" in page
