"""The autograder for Gradescope: the zip, and what it does in a folder that is laid out as Gradescope lays it out."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from textwrap import dedent

import pytest
from small_class import AVERAGED, RIGHT, SECRET, TINY, chainrule, content_of, nothing_left_behind, write_course

from autograder.classroom import gradescope
from autograder.classroom.records import Secret

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux")
ROOT_FILES = {"setup.sh", "run_autograder", "grade.py", "interrupted.json", "requirements.txt", "settings.json"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("gradescope") / "course").root


@pytest.fixture(scope="module")
def seed_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("seed") / "secret"
    path.write_text(SECRET + "\n")
    return path


def build(course, seed_file, out, *options):
    return chainrule("gradescope-zip", "--out", out, "--seed-file", seed_file, *options, cwd=course)


@pytest.fixture(scope="module")
def autograder(course, seed_file, tmp_path_factory):
    """The zip of the whole course."""
    out = tmp_path_factory.mktemp("zip") / "autograder.zip"
    done = build(course, seed_file, out)
    assert done.returncode == 0, done.stderr
    return out


def settings_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("settings.json"))


# What Gradescope makes of the zip

PYTHON = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'  # a link to a venv's python would not know that it is of a venv
ADA = {"email": "ada@school.example", "id": 1, "name": "Ada"}
BOB = {"email": "bob@school.example", "id": 2, "name": "Bob"}


def unpacked(path, place):
    """The folder /autograder, elsewhere: with source/, submission/, and scripts that look for it where it is."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            archive.extract(entry, place / "source")
            (place / "source" / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
    for name in ("setup.sh", "run_autograder"):
        script = place / "source" / name
        script.write_text(script.read_text().replace("/autograder", str(place)))
    shutil.copy(place / "source" / "run_autograder", place)
    (place / "submission").mkdir()
    script_at(place / "python" / "bin" / "python", PYTHON)
    return place


def script_at(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def hand_in(place, *users, **files):
    for unit, source in files.items():
        name, content = content_of(unit, source)
        (place / "submission" / name).write_bytes(content)
    if users:
        about = {"id": 123456, "created_at": "2026-11-21T14:22:32.365935-07:00", "users": users}
        (place / "submission_metadata.json").write_text(json.dumps(about))


def started(place, *command):
    """Run a command where Gradescope would; what is printed never holds the secret."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    done = subprocess.run(
        list(map(str, command)), cwd=place, env=environment, capture_output=True, text=True, timeout=60
    )
    assert SECRET not in done.stdout + done.stderr
    return done


def results_of(place):
    text = (place / "results" / "results.json").read_text(encoding="ascii")
    assert SECRET not in text
    return json.loads(text)


def graded(place):
    """Grade what was handed in: the results, and what staff read."""
    done = started(place, place / "run_autograder")
    assert done.returncode == 0, done.stderr
    return results_of(place), done.stdout


def not_graded(results):
    """Whether these results give nobody a score, and say why."""
    assert results.keys() == {"output", "output_format", "stdout_visibility"}
    assert results["stdout_visibility"] == "hidden"
    return results["output"].startswith("This could not be graded, and that is not your fault. ")


@pytest.fixture
def place(autograder, tmp_path):
    return unpacked(autograder, tmp_path / "autograder")


# The zip


def test_a_zip_of_all_units(autograder):
    with zipfile.ZipFile(autograder) as archive:
        names = archive.namelist()
        manifest = archive.read("course/course.toml").decode()
    assert names == sorted(set(names))
    assert {name for name in names if "/" not in name} == ROOT_FILES
    assert {name for name in names if name.startswith("course/")} == {
        "course/course.toml",
        *(f"course/exercises/{unit}/{file}" for unit in ("toy", "tiny") for file in (f"test_{unit}.py", "answers.zip")),
        *(f"course/solutions/{unit}/{file}" for unit in ("toy", "tiny") for file in (f"{unit}.py", "mistakes.py")),
    }
    engine = {name for name in names if name.startswith("engine/")}
    assert {name.partition("/")[0] for name in names if "/" in name} == {"course", "engine"}
    assert {"engine/autograder/__init__.py", "engine/autograder/classroom/submissions/finding.py"} < engine
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert 'name = "toy"' in manifest
    assert settings_of(autograder)["units"] == ["toy", "tiny"]
    assert settings_of(autograder)["limits_only"] is False


def test_a_zip_of_one_unit(course, seed_file, tmp_path):
    done = build(course, seed_file, tmp_path / "one.zip", "--unit", "tiny")
    assert re.fullmatch(r".*one\.zip: 1 unit, \d+ KB\. It holds the solutions and the secret\.\n", done.stdout), (
        done.stdout + done.stderr
    )
    assert settings_of(tmp_path / "one.zip")["units"] == ["tiny"]
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert not [name for name in archive.namelist() if "toy" in name]
        assert "toy" not in archive.read("course/course.toml").decode()


def test_units_are_in_the_courses_order_and_there_once(course, seed_file, tmp_path):
    out = tmp_path / "a.zip"
    done = build(course, seed_file, out, "--unit", "tiny", "--unit", "exercises/toy", "--unit", "tiny")
    assert "2 units" in done.stdout
    assert settings_of(out)["units"] == ["toy", "tiny"]


def test_the_same_course_is_the_same_bytes(course, seed_file, autograder, tmp_path):
    os.utime(course / "course.toml", (1, 1))
    build(course, seed_file, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == autograder.read_bytes()


def test_its_owner_alone_may_read_it(course, seed_file, autograder, tmp_path):
    assert stat.S_IMODE(autograder.stat().st_mode) == 0o600
    before = tmp_path / "before.zip"
    before.write_bytes(b"")
    before.chmod(0o644)
    assert build(course, seed_file, before, "--force").returncode == 0
    assert stat.S_IMODE(before.stat().st_mode) == 0o600
    assert before.read_bytes() == autograder.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["before.zip"]


def test_a_secret_is_made_where_there_is_none(course, tmp_path):
    done = build(course, tmp_path / "secret", tmp_path / "a.zip")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    secret = Secret.read(tmp_path / "secret").key.hex()
    assert settings_of(tmp_path / "a.zip")["secret"] == secret
    assert secret not in done.stdout + done.stderr


def test_the_scripts_are_scripts(autograder, tmp_path):
    with zipfile.ZipFile(autograder) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            script = entry.filename in ("setup.sh", "run_autograder")
            assert stat.S_ISREG(mode)
            assert (stat.S_IMODE(mode), entry.create_system) == (0o755 if script else 0o644, 3), entry.filename
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is built
            if script:
                content = archive.read(entry)
                assert content.startswith(b"#!/usr/bin/env bash\n")
                assert b"\r" not in content
                checked = subprocess.run(["bash", "-n"], input=content, capture_output=True)
                assert (checked.returncode, checked.stderr) == (0, b"")


def test_the_engine_needs_no_extra_there():
    needed = gradescope.requirements()
    names = [re.match(r"[\w-]+", line)[0] for line in needed]
    assert {"numpy", "numba", "pytest"} <= set(names)
    assert not {"torch", "jinja2", "pygments", "matplotlib", "distributed", "chainrule"} & set(names)
    assert all(re.fullmatch(r"[\w-]+[<>=!~,.\w]*", line) for line in needed)


def test_options_become_settings(course, seed_file, tmp_path):
    given = ("--exercise-seconds", "2.5", "--submission-seconds", "20", "--memory", "512", "--limits-only")
    assert build(course, seed_file, tmp_path / "a.zip", *given).returncode == 0
    settings = settings_of(tmp_path / "a.zip")
    assert settings["limits_only"] is True
    limits = settings["limits"]
    assert (limits["exercise"], limits["submission"], limits["memory"]) == (2.5, 20, 512 << 20)


# setup.sh


def test_setup_installs_python_and_tries_the_references(place):
    """With apt-get and Python's venv played by scripts: of Ubuntu's Pythons the newest that is there is taken."""
    bin = place / "bin"
    log = f'#!/bin/sh\necho "${{0##*/}} $@" >> {place}/log\n'
    script_at(bin / "apt-get", log + 'case "$*" in *3.14*|*3.13*) exit 100;; esac\n')
    script_at(bin / "python3.12", f'{log}mkdir -p "$3/bin"\ncp {place}/python.new "$3/bin/python"\n')
    shutil.rmtree(place / "python")
    skip = f'case "$*" in *"pip install"*) echo "pip $5" >> {place}/log; exit 0;; esac\n'
    script_at(place / "python.new", PYTHON.replace("exec", skip + "exec"))
    done = started(place, "env", f"PATH={bin}:{os.environ['PATH']}", "bash", place / "source" / "setup.sh")
    assert done.returncode == 0, done.stderr
    assert (place / "log").read_text().splitlines() == [
        "apt-get update",
        "apt-get install -y python3.14 python3.14-venv",
        "apt-get install -y python3.13 python3.13-venv",
        "apt-get install -y python3.12 python3.12-venv",
        f"python3.12 -m venv {place}/python",
        f"pip {place}/source/requirements.txt",
    ]
    assert not (place / "results").exists()  # nothing is graded yet
    script_at(place / "source" / "course" / "solutions" / "tiny" / "tiny.py", TINY.replace("2 * v", "3 * v"))
    done = started(place, "env", f"PATH={bin}:{os.environ['PATH']}", "bash", place / "source" / "setup.sh")
    assert done.returncode == 1
    assert "The course's own tiny.double is not right on this machine" in done.stderr


def test_setup_says_that_there_is_no_python(place):
    script_at(place / "bin" / "apt-get", '#!/bin/sh\n[ "$1" = update ]')
    done = started(place, "env", f"PATH={place}/bin:{os.environ['PATH']}", "bash", place / "source" / "setup.sh")
    assert done.returncode == 1
    assert done.stderr == "No Python from 3.11 on could be installed: choose a newer Ubuntu as the base image.\n"


def test_the_engine_is_the_zips_own(place):
    """Also where another one is installed, or named by PYTHONPATH."""
    grade = place / "source" / "grade.py"
    code = f"""
    import runpy, sys
    sys.argv = [{str(grade)!r}, "--prepare"]
    runpy.run_path(sys.argv[0])
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "autograder":
            print(module.__file__)
    """
    script_at(place / "other" / "autograder" / "__init__.py", "raise SystemExit('the wrong engine')")
    done = started(place, "env", f"PYTHONPATH={place}/other", sys.executable, "-P", "-c", dedent(code))
    assert done.returncode == 0, done.stderr
    files = done.stdout.split()
    assert str(place / "source" / "engine" / "autograder" / "__init__.py") in files
    assert len(files) > 20
    assert [path for path in files if not path.startswith(f"{place}/source/engine/autograder/")] == []


def test_references_that_fail_there_are_noticed_when_the_image_is_built(place):
    reference = place / "source" / "course" / "solutions" / "tiny" / "tiny.py"
    reference.write_text(TINY.replace("2 * v", "2.1 * v"))
    done = started(place, place / "python" / "bin" / "python", "-I", place / "source" / "grade.py", "--prepare")
    assert done.returncode == 1
    assert done.stderr.startswith("The course's own tiny.double is not right on this machine: failed. ")
    assert done.stderr.count("\n") == 1


# Grading


def test_right_work(place):
    hand_in(place, ADA, toy=RIGHT, tiny=[TINY])
    with nothing_left_behind():
        results, printed = graded(place)
    assert results["score"] == 8.5
    assert [(test["score"], test["max_score"], test["status"]) for test in results["tests"]] == [
        (2, 2, "passed"),
        (3, 3, "passed"),
        (2, 2, "passed"),
        (1, 1, "passed"),
        (0.5, 0.5, "passed"),
    ]
    assert results["visibility"] == "visible"
    assert results["stdout_visibility"] == "hidden"
    assert set(results["extra_data"]["files"]) == {"toy", "tiny"}
    first, second = printed.splitlines()
    assert first == "ada@school.example: 8.5 of 8.5 points"
    assert second.startswith("run in: ")
    assert sorted(path.name for path in (place / "results").iterdir()) == ["results.json"]


def test_wrong_work(place):
    hand_in(place, ADA, toy=AVERAGED, tiny=TINY.replace("2 * v", "2 / 0 * v"))
    results, _ = graded(place)
    assert results["score"] == 5
    wrong = {test["name"]: test for test in results["tests"] if test["status"] == "failed"}
    assert list(wrong) == ["toy.affine_backward: wrong", "tiny.double: wrong"]
    assert "ZeroDivisionError" in wrong["tiny.double: wrong"]["output"]
    assert "tiny.py, line" in wrong["tiny.double: wrong"]["output"]


def test_missing_work(place):
    hand_in(place, ADA, toy=RIGHT)
    results, _ = graded(place)
    assert results["score"] == 8
    assert "tiny: There is no tiny.py and no tiny.ipynb in what you handed in." in results["output"]
    shutil.rmtree(place / "submission")
    (place / "submission").mkdir()
    results, _ = graded(place)
    assert results["score"] == 0
    assert len(results["tests"]) == 5


THIEF = """
import atexit, os, sys

def steal():
    with open("{place}/source/course/solutions/toy/toy.py") as file:
        exec(file.read(), globals())

def seize():
    for number in range(3, 40):
        try:
            os.write(number, b'{{"score": 100}}')
        except OSError:
            pass
    for path in ("{place}/results/results.json", "../results/results.json", "/autograder/results/results.json"):
        try:
            with open(path, "w") as file:
                file.write('{{"score": 100}}')
        except OSError:
            pass

atexit.register(seize)
for found in ("{place}/source/settings.json", "{place}/submission_metadata.json", "../source/settings.json"):
    try:
        print("FOUND", open(found).read())
        def affine_forward(x, w, b): raise ValueError("FOUND" + open(found).read())
    except OSError:
        pass
try:
    steal()
except OSError:
    pass
{seize}
"""


@pytest.mark.parametrize("seize", ["", "seize()"])
def test_work_that_looks_into_the_autograder(place, seize):
    hand_in(place, ADA, toy=THIEF.format(place=place, seize=seize), tiny=TINY)
    results, printed = graded(place)
    assert results["score"] == 0.5
    assert {test["score"] for test in results["tests"] if test["tags"] == ["toy"]} == {0}
    for told in (json.dumps(results), printed):
        assert "FOUND" not in told
        assert "limits_only" not in told


def test_with_limits_alone_it_would_find_what_it_looks_for(course, seed_file, tmp_path):
    """So the test above is one of the lock."""
    build(course, seed_file, tmp_path / "a.zip", "--limits-only")
    place = unpacked(tmp_path / "a.zip", tmp_path / "autograder")
    hand_in(place, ADA, toy=THIEF.format(place=place, seize=""))
    (place / "source" / "engine" / "autograder" / "locked" / "confine.py").open("a").write(NO_LOCK)
    results, printed = graded(place)
    assert results["score"] == 8
    assert "run in: limits only" in printed


NO_LOCK = """

def refused(*anything):
    raise OSError(1, "this test's machine has none of it")

unshare = own_namespaces = own_root = landlock = seccomp = refused
"""


def test_a_machine_that_cannot_lock_in(place):
    (place / "source" / "engine" / "autograder" / "locked" / "confine.py").open("a").write(NO_LOCK)
    hand_in(place, ADA, toy=RIGHT)
    results, printed = graded(place)
    assert not_graded(results)
    assert "This machine does not let a submission be locked in (it offers: " in results["output"]
    assert "--limits-only. (Your instructor can: it is an option of chainrule gradescope-zip.)" in results["output"]
    assert printed.startswith("This machine does not let a submission be locked in")


ONLY_THE_VISIBLE_SHAPES = """
    if len(x) and x.shape not in [(4, 3), (1, 4), (3, 3), (2, 3)]:
        print("SEEN", x.shape)
        b = -b"""


def test_nothing_is_told_of_unseen_cases(place):
    cheat = RIGHT.replace("def affine_forward(x, w, b):", "def affine_forward(x, w, b):" + ONLY_THE_VISIBLE_SHAPES)
    assert cheat != RIGHT
    hand_in(place, ADA, toy=cheat)
    results, printed = graded(place)
    first = results["tests"][0]
    assert (first["score"], first["status"]) == (0, "failed")
    unseen = re.findall(r"^toy\.affine_forward \[(.+), unseen\]: (.+)$", printed, re.M)
    assert unseen
    told = json.dumps(results, ensure_ascii=False)
    for case, sentence in unseen:
        assert case not in told
        assert sentence not in told
    assert "SEEN" not in told
    seed = str(Secret(bytes.fromhex(SECRET)).seed("ada@school.example", "toy.affine_forward"))
    assert seed not in told


def test_a_group_is_graded_as_one(place):
    hand_in(place, BOB, ADA, toy=AVERAGED)
    first, printed = graded(place)
    assert printed.startswith("ada@school.example, bob@school.example: ")
    hand_in(place, ADA, BOB, toy=AVERAGED)
    second, _ = graded(place)
    del first["execution_time"], second["execution_time"]
    assert first == second


@pytest.mark.parametrize(
    ("about", "student"),
    [
        ({"users": [ADA]}, "ada@school.example"),
        ({"users": [{"id": 7, "name": "Cleo"}]}, "7"),
        ({"users": [{"email": None, "id": 7}]}, "7"),
        ({"users": []}, "unknown"),
        ({"users": [{}]}, "unknown"),
        ({"users": None}, "unknown"),
        ({"users": ["ada"]}, "unknown"),
        ({}, "unknown"),
        ([], "unknown"),
        ("{", "unknown"),
        (b"\xff", "unknown"),
        (None, "unknown"),
    ],
)
def test_whose_submission_it_is(tmp_path, about, student):
    if about is not None:
        text = about if isinstance(about, str | bytes) else json.dumps(about)
        (tmp_path / "submission_metadata.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert gradescope.student_of(tmp_path) == student


def test_without_metadata_it_is_graded_too(place):
    hand_in(place, toy=RIGHT)
    results, printed = graded(place)
    assert results["score"] == 8
    assert printed.startswith("unknown: 8 of 8.5 points\n")


# Whatever happens, there are results


def damage(name, content):
    def do(place):
        (place / "source" / name).write_text(content)

    return do


DAMAGES = {
    "no settings": lambda place: (place / "source" / "settings.json").unlink(),
    "settings that are none": damage("settings.json", "{"),
    "no course": lambda place: shutil.rmtree(place / "source" / "course"),
    "a reference that fails": damage("course/solutions/toy/toy.py", "raise SystemExit('S3CRET')"),
    "a definition that fails": damage("course/exercises/toy/test_toy.py", "1 / 0  # S3CRET"),
    "an unspeakable error": damage("course/solutions/toy/toy.py", "raise ValueError('\\udcff S3CRET')"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_what_goes_wrong_is_told_to_staff_alone(place, what):
    hand_in(place, ADA, toy=RIGHT)
    DAMAGES[what](place)
    results, printed = graded(place)
    assert not_graded(results)
    assert results["output"].endswith("your instructor can read there what it was.")
    assert "Traceback" in printed


def test_what_handed_in_is_no_folder_of_files(place):
    """Whatever lies in the folder costs a grade, and not the results."""
    (place / "submission" / "toy.py").mkdir()
    os.mkfifo(place / "submission" / "tiny.py")
    results, _ = graded(place)
    assert results["score"] == 0
    shutil.rmtree(place / "submission")
    results, _ = graded(place)
    assert results["score"] == 0


def test_names_that_are_no_text(place):
    hand_in(place, {"email": "\ud800\x1b[31m@school", "id": 3}, toy=RIGHT)
    (place / "submission" / os.fsdecode(b"conf\xffig.zip")).write_bytes(b"")
    results, printed = graded(place)
    assert results["score"] == 8
    assert "\x1b" not in printed


def test_grading_that_is_cut_short(place):
    hand_in(place, ADA, toy=RIGHT)
    script_at(place / "python" / "bin" / "python", "#!/bin/sh\nkill -9 $$\n")
    assert started(place, place / "run_autograder").returncode != 0
    assert not_graded(results_of(place))
    assert "Grading was cut short" in results_of(place)["output"]


def test_an_engine_that_cannot_be_imported(place):
    """Results of an earlier run do not stand in for those of this one."""
    hand_in(place, ADA, toy=RIGHT)
    assert graded(place)[0]["score"] == 8
    (place / "source" / "engine" / "autograder" / "grading.py").write_text("import no_such_module")
    assert started(place, place / "run_autograder").returncode != 0
    assert not_graded(results_of(place))


# The command


def refused(done, sentence):
    return done.returncode == 2 and sentence in " ".join(done.stderr.split())


def test_a_file_that_is_there_is_kept(course, seed_file, tmp_path):
    (tmp_path / "a.zip").write_text("mine")
    assert refused(build(course, seed_file, tmp_path / "a.zip"), "a.zip is there already. Add --force to replace it.")
    assert (tmp_path / "a.zip").read_text() == "mine"


def test_a_unit_that_there_is_not(course, tmp_path):
    done = build(course, tmp_path / "secret", tmp_path / "a.zip", "--unit", "tini")
    assert refused(done, "tini")
    assert "tiny" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_outside_of_a_course(tmp_path):
    assert refused(build(tmp_path, tmp_path / "secret", tmp_path / "a.zip"), "There is no course here")
    assert list(tmp_path.iterdir()) == []


def test_a_students_copy_of_the_course(course, seed_file, tmp_path):
    shutil.copytree(course, tmp_path / "kit", ignore=shutil.ignore_patterns("solutions"))
    done = build(tmp_path / "kit", seed_file, tmp_path / "a.zip")
    assert refused(done, "There are no solutions for toy, tiny; grading needs the course's full repository.")


@pytest.mark.parametrize("content", [b"", b"5eed", b"no secret", b"\xff" * 64])
def test_a_secret_that_cannot_be_read(course, tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    done = build(course, tmp_path / "secret", tmp_path / "a.zip")
    assert refused(done, f"The secret {tmp_path}/secret ")
    assert (tmp_path / "secret").read_bytes() == content
    assert not (tmp_path / "a.zip").exists()


def test_places_that_cannot_be_written(course, seed_file, tmp_path):
    (tmp_path / "file").write_text("")
    assert refused(build(course, seed_file, tmp_path / "file" / "a.zip"), "a.zip cannot be written: ")
    assert refused(build(course, tmp_path / "file" / "secret", tmp_path / "a.zip"), "secret cannot be written: ")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
