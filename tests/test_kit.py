"""The kit: it holds what students need, it gives nothing away, and nobody's work is lost in making it."""

import ast
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import zipfile

import numpy as np
import pytest
from sample_student.apply import apply
from solution_lines import solution_lines
from support import COURSE, ROOT, oracle

from autograder import cli, kit, milestone
from autograder.checking import build_answers, stale
from autograder.course import Course
from autograder.oracle import Frozen

UNITS = [unit.name for unit in COURSE.units]
COUNTED = ("guess_number", "perceptron")  # asked about small whole numbers and fractions, which come again by chance


@pytest.fixture(scope="module")
def whole():
    """The kit of the whole course."""
    return kit.pack(COURSE)


@pytest.fixture(scope="module")
def one():
    """The kit of one unit."""
    return kit.pack(COURSE, [COURSE.unit("conv")])


@pytest.fixture(scope="module", params=["whole", "one"])
def packed(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def course(tmp_path):
    """A copy of the course that has one unit, with its solutions and its answers."""
    assert build_answers(stale([COURSE.unit("linear")])) == ""
    root = tmp_path / "course"
    for folder in ("exercises/linear", "solutions/linear"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = tomllib.loads((ROOT / "course.toml").read_text(encoding="utf-8"))
    (root / "course.toml").write_text(kit.toml(kit.reduced(manifest, [COURSE.unit("linear")])), encoding="utf-8")
    return root


@pytest.fixture
def chainrule(course, monkeypatch, capsys):
    """`chainrule("kit", …)` runs the command in the course; gives the exit status and what was written."""

    def run(*arguments):
        monkeypatch.chdir(course)
        monkeypatch.setattr(sys, "argv", ["chainrule", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        seen = capsys.readouterr()
        return ended.value.code, seen.out + seen.err

    return run


def solve(course, body, function="linear_forward"):
    """Write a function's body into the course's own stubs."""
    path = course / "exercises" / "linear" / "linear.py"
    head, name, tail = path.read_text().partition(f"def {function}(")
    path.write_text(head + name + tail.replace("    raise NotImplementedError\n", body, 1))


# What is in it


def test_a_kit_holds_what_students_need_and_nothing_else(packed):
    expected = {"course.toml", "README.md", "pytest.ini", ".gitignore", "LICENSE"}
    for unit in packed.units:
        pictures = [path.name for path in unit.folder.glob("*.svg")]
        assert len(pictures) >= 2
        files = [f"{unit.name}.py", f"test_{unit.name}.py", "README.md", "hints.toml", "answers.zip", *pictures]
        expected |= {f"exercises/{unit.name}/{file}" for file in files}
    packed_names = {unit.name for unit in packed.units}
    for name, wanted in milestone.find(COURSE).items():
        if {id.partition(".")[0] for id in wanted.needs} <= packed_names:
            expected.add(f"exercises/milestones/{name}.py")
    assert set(packed.files) == expected
    for unit in packed.units:
        assert packed.files[f"exercises/{unit.name}/{unit.name}.py"] == unit.stubs.read_bytes()


def test_every_picture_of_a_lesson_is_there(packed):
    for unit in packed.units:
        lesson = packed.files[f"exercises/{unit.name}/README.md"].decode()
        pictures = re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", lesson)
        assert pictures
        assert all(f"exercises/{unit.name}/{picture}" in packed.files for picture in pictures)


def test_what_lies_about_in_a_unit_is_not_packed(course):
    for name in ("linear_solved.py", "mistakes.py", "notes.md", "linear.py.bak", ".secret.svg"):
        (course / "exercises" / "linear" / name).write_text("x = 1\n")
    names = kit.pack(Course.read(course)).files
    assert not [name for name in names if "solved" in name or "mistakes" in name or "notes" in name or "bak" in name]
    assert "exercises/linear/.secret.svg" not in names


def test_a_lesson_cannot_draw_in_what_lies_elsewhere(course):
    lesson = course / "exercises" / "linear" / "README.md"
    lesson.write_text(
        lesson.read_text() + "[a](../../solutions/linear/linear.py) [b](test_linear.py) [c](https://example.org/d.svg)"
        ' [e](mistakes.py) <img src="extra.png"> [table](data/grades.csv)'
    )
    (course / "exercises" / "linear" / "data").mkdir()
    for name in ("mistakes.py", "extra.png", "data/grades.csv"):
        (course / "exercises" / "linear" / name).write_text("1")
    files = kit.pack(Course.read(course)).files
    assert "exercises/linear/extra.png" in files
    assert "exercises/linear/data/grades.csv" in files
    assert not [name for name in files if "solutions" in name or "mistakes" in name]


def test_the_manifest_is_reduced_to_the_chosen_units(one, tmp_path):
    (tmp_path / "course.toml").write_bytes(one.files["course.toml"])
    course = Course.read(tmp_path)
    assert course.title == COURSE.title
    assert [(u.name, u.title, u.part, u.points) for u in course.units] == [
        (u.name, u.title, u.part, u.points) for u in COURSE.units if u.name == "conv"
    ]


@pytest.mark.parametrize(
    "table",
    [
        {"title": 'quotes " and \\ backslashes', "points": {"a": 1, "b": 2.5}},
        {"title": "深度学习\ttab\nline \x7f", "on": True, "sizes": [1, 2], "parts": [{"units": [{"name": "é"}]}]},
        {"a key with spaces": {"ключ": "x"}, "empty": [], "deep": {"deeper": {"deepest": [{"x": 1}, {"x": 2}]}}},
    ],
)
def test_tables_survive_being_written_as_toml(table):
    assert tomllib.loads(kit.toml(table)) == table


def test_the_readme_names_the_units_and_fits_on_a_screen(packed):
    text = packed.files["README.md"].decode()
    for unit in packed.units:
        assert unit.title in text
        assert f"exercises/{unit.name}/{unit.name}.py" in text
    for command in ("pip install chainrule", "pytest exercises/", *(f"chainrule {c}" for c in commands_of_students())):
        assert command in text
    assert len(text.splitlines()) <= 45
    assert "{" not in text


def commands_of_students():
    return ("progress", "hint", "watch", "show", "reset")


# What is not in it


def texts_of(packed):
    """All text of a kit by where it stands, that inside the frozen answers included."""
    found = {}
    for name, content in packed.files.items():
        if not name.endswith("answers.zip"):
            found[name] = content.decode()
            continue
        archive = zipfile.ZipFile(io.BytesIO(content))
        assert not archive.comment
        for entry in archive.infolist():
            assert re.fullmatch(r"index\.json|stubs\.py|\d+\.(answer|mistakes)", entry.filename), entry.filename
            assert not entry.comment
            assert not entry.extra
            data = archive.read(entry)
            if entry.filename[0].isdigit():
                (length,) = struct.unpack_from("<I", data)
                data = data[4 : 4 + length]
            text = data.decode()
            found[f"{name}/{entry.filename}"] = text if entry.filename == "stubs.py" else strings(json.loads(text))
    return found


def strings(value):
    """All text in a piece of JSON, one string to a line."""
    if isinstance(value, str):
        return value
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return "\n".join(filter(None, map(strings, parts)))


def given_away(texts):
    """Where which lines of the solutions stand. Hints are nearly the code, so they are judged by themselves, below."""
    searched = solution_lines()
    return {
        (where, line)
        for where, text in texts.items()
        if not where.endswith("hints.toml")
        for line in searched
        if line in text
    }


def test_no_line_of_a_solution_is_in_a_kit(packed):
    assert len(solution_lines()) > 1000
    assert given_away(texts_of(packed)) == set()


def test_the_search_finds_what_is_planted(one):
    reference = (ROOT / "solutions/conv/conv.py").read_text()
    code = next(line for line in sorted(solution_lines()) if line in reference)
    plants = {
        "exercises/conv/README.md": one.files["exercises/conv/README.md"] + f"\n    {code}\n".encode(),
        "exercises/conv/answers.zip": with_entry(one.files["exercises/conv/answers.zip"], "0.answer", code),
    }
    for name, content in plants.items():
        planted = kit.Kit(one.name, one.units, {**one.files, name: content})
        assert any(line == code and where.startswith(name) for where, line in given_away(texts_of(planted)))


def with_entry(content, name, text):
    """A zip file with one entry replaced by packed text."""
    old, buffer = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    header = json.dumps(text).encode()
    with zipfile.ZipFile(buffer, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, struct.pack("<I", len(header)) + header if entry == name else old.read(entry))
    return buffer.getvalue()


def test_hints_leave_the_better_half_of_every_reference_to_the_student():
    hints = "".join((unit.folder / "hints.toml").read_text(encoding="utf-8") for unit in COURSE.units)
    distinctive, judged = solution_lines(), 0
    for unit in COURSE.units:
        source = unit.reference_file.read_text()
        lines = source.splitlines()
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                own = {line.strip() for part in body for line in lines[part.lineno - 1 : part.end_lineno]} & distinctive
                judged += bool(own)
                assert 2 * sum(line in hints for line in own) <= len(own), f"{unit.name}: {node.name}"
    assert judged > 20


def test_no_kernel_is_named(packed):
    kernels = {
        node.name
        for unit in COURSE.units
        for node in ast.parse(unit.reference_file.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name not in unit.points
    }
    assert len(kernels) > 10
    named = re.compile(rf"(?<![\w\\])({'|'.join(kernels)})(?!\w)")
    assert {where: found[0] for where, text in texts_of(packed).items() if (found := named.search(text))} == {}


def test_no_file_of_the_solutions_is_named(packed):
    for where, text in texts_of(packed).items():
        assert not re.search(r"solutions|mistakes\.py|witness|njit", where), where
        found = re.search(r"solutions/|mistakes\.py|witness\.py|njit|chainrule_solutions", text)
        assert not found, f"{where}: {found[0]}"


def arrays_in(value):
    """Arrays of at least four numbers, no two alike: not to be met by chance."""
    if isinstance(value, np.ndarray):
        if value.size >= 4 and value.dtype.kind == "f" and len(np.unique(value)) == value.size:
            yield value.tobytes()
    elif isinstance(value, dict):
        for part in value.values():
            yield from arrays_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from arrays_in(part)


@pytest.mark.parametrize("name", [name for name in UNITS if name not in COUNTED])
def test_frozen_answers_hold_no_number_of_an_unseen_case(whole, name):
    content = whole.files[f"exercises/{name}/answers.zip"]
    archive = zipfile.ZipFile(io.BytesIO(content))
    everything = b"\0".join(archive.read(entry) for entry in archive.namelist())
    live, visible, unseen = oracle(name), [], []
    for exercise in COURSE.unit(name).exercises.values():
        cases = [(case, visible) for case in exercise.visible_cases()]
        cases += [(case, unseen) for seed in (0, 7, 2024) for case in exercise.fresh_cases(seed)]
        for case, found in cases:
            question, answer = live.ask(exercise, case)
            found += arrays_in([question.arguments, question.upstream, answer.results, answer.forward])
    live.forget()
    assert len(visible) > 30
    assert len(unseen) > 100
    assert all(array in everything for array in visible)
    assert not any(array in everything for array in unseen)


@pytest.mark.parametrize("name", UNITS)
def test_frozen_answers_are_those_of_the_visible_cases(whole, name):
    frozen = Frozen(whole.files[f"exercises/{name}/answers.zip"])
    exercises = COURSE.unit(name).exercises.values()
    asked = {(e.name, case.name, case.seed) for e in exercises for case in e.visible_cases()}
    assert set(frozen.entries) == asked
    assert frozen.stubs == COURSE.unit(name).stubs.read_bytes()


# It works with the wheel alone


def run_in(folder, installed, *arguments, **environment):
    """Run Python in a kit with what the wheel installs, and nothing of the repository."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
    )


def test_a_kit_works_where_only_the_wheel_is_installed(whole, installed, tmp_path):
    folder = tmp_path / "kit"
    kit.write_folder(whole, folder)
    apply(folder, ["conv"])
    where = run_in(folder, installed, "-c", "import autograder; print(autograder.__file__)").stdout
    assert where.startswith(str(installed))
    done = run_in(folder, installed, "-X", "importtime", "-m", "pytest", "exercises/")
    assert done.returncode == 1, done.stdout
    assert re.search(r"conv  .* 4 of  20  1 right, 1 wrong, 5 not started", done.stdout)
    assert re.search(r"linear  .* 0 of  12  5 not started", done.stdout)
    assert "dx still has its padding." in done.stdout
    assert "Crop `padding` rows and columns from every side of dx." in done.stdout
    assert "stuck? chainrule hint conv.conv2d_backward" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line}
    assert "autograder.oracle" in imported
    assert not [name for name in imported if name.split(".")[0] in ("numba", "torch", "llvmlite")]
    assert not [name for name in imported if name.startswith("chainrule_solutions")]


def test_node_ids_and_last_failed_do_not_depend_on_where_one_stands(one, installed, tmp_path):
    folder = tmp_path / "kit"
    kit.write_folder(one, folder)
    apply(folder, ["conv"])
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    pytest = ("-m", "pytest", "-p", "chainrule")
    above = run_in(folder, installed, *pytest, "--collect-only", "-q", "exercises", **alone).stdout
    inside = run_in(folder / "exercises" / "conv", installed, *pytest, "--collect-only", "-q", **alone).stdout
    assert "exercises/conv/test_conv.py::conv2d_backward[padding 1 keeps the size]" in above.splitlines()
    assert above.splitlines()[:-1] == inside.splitlines()[:-1]
    first = run_in(folder, installed, *pytest, "-q", "exercises", **alone).stdout
    failed = int(re.search(r"(\d+) failed", first)[1])
    again = run_in(folder, installed, *pytest, "-q", "exercises", "--lf", **alone).stdout
    assert int(re.search(r"(\d+) failed", again)[1]) == failed
    assert "passed" not in again.splitlines()[-1]


def test_without_the_engine_pytest_says_what_is_missing(one, installed, tmp_path):
    kit.write_folder(one, tmp_path / "kit")
    done = run_in(tmp_path / "kit", installed, "-m", "pytest", "exercises", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert done.returncode == 4
    assert "Missing required plugins: chainrule" in done.stderr


def test_a_wheel_holds_the_engine_alone(wheel):
    archive = zipfile.ZipFile(wheel)
    names = archive.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"autograder", "chainrule"}
    assert all(name.startswith("autograder/") or ".dist-info/" in name for name in names)
    engine = {f"autograder/{path.relative_to(ROOT / 'autograder').as_posix()}" for path in engine_files()}
    assert engine <= set(names)
    (points,) = (archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert "[console_scripts]\nchainrule = autograder.cli:main" in points
    assert "[pytest11]\nchainrule = autograder.pytest_plugin" in points


def engine_files():
    return [path for path in (ROOT / "autograder").rglob("*.py") if "__pycache__" not in path.parts]


# Stubs that are none


@pytest.mark.parametrize(
    "body",
    [
        "    return x @ w + b, (x, w)\n",
        "    raise NotImplementedError\n    return x @ w + b, (x, w)\n",
        "    pass\n",
        "    raise ValueError\n",
    ],
)
def test_a_solved_stub_is_not_packed(course, chainrule, tmp_path, body):
    solve(course, body)
    status, said = chainrule("kit", "--out", tmp_path / "kit.zip")
    assert status == 1
    assert "linear.py is not a file of stubs" in said
    assert "`linear_forward`" in said
    assert "`linear_backward`" not in said
    assert not (tmp_path / "kit.zip").exists()


def test_a_removed_stub_is_noticed(course, chainrule, tmp_path):
    path = course / "exercises" / "linear" / "linear.py"
    path.write_text(path.read_text().replace("def linear_backward(", "def backward("))
    status, said = chainrule("kit", "--out", tmp_path / "kit")
    assert status == 1
    assert "`linear_backward`" in said


def test_stubs_that_python_cannot_read_are_not_packed(course, chainrule, tmp_path):
    (course / "exercises" / "linear" / "linear.py").write_text("def (:\n")
    status, said = chainrule("kit", "--out", tmp_path / "kit")
    assert status == 1
    assert "cannot be read by Python" in said


def test_a_missing_lesson_is_noticed(course, chainrule, tmp_path):
    (course / "exercises" / "linear" / "README.md").unlink()
    status, said = chainrule("kit", "--out", tmp_path / "kit")
    assert status == 1
    assert "exercises/linear/README.md is missing" in said.replace("\\", "/")


def test_stale_answers_are_built_first(course, chainrule, tmp_path):
    reference, mistakes = (course / "solutions" / "linear" / name for name in ("linear.py", "mistakes.py"))
    source = reference.read_text().replace("from numba import njit\n", "").replace("@njit(cache=True)\n", "")
    reference.write_text(source)  # in plain Python there is nothing to wait for
    mistakes.write_text(mistakes.read_text().replace("db is averaged over the batch", "db is a mean"))
    status, _ = chainrule("kit", "--out", tmp_path / "kit")
    assert status == 0
    frozen = Frozen(tmp_path / "kit" / "exercises" / "linear" / "answers.zip")
    assert "db is a mean" in json.dumps(frozen.index)


# Where it is written


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_and_a_zip_hold_the_same(whole, tmp_path):
    kit.write_folder(whole, tmp_path / "kit")
    kit.write_zip(whole, tmp_path / "kit.zip")
    archive = zipfile.ZipFile(tmp_path / "kit.zip")
    assert files_in(tmp_path / "kit") == whole.files
    assert {name.partition("/")[2]: archive.read(name) for name in archive.namelist()} == whole.files
    assert {name.partition("/")[0] for name in archive.namelist()} == {"chainrule-deep-learning-by-hand"}
    assert {entry.date_time for entry in archive.infolist()} == {kit.SINCE}


def test_the_same_course_gives_the_same_bytes(course, chainrule, tmp_path):
    assert chainrule("kit", "--out", tmp_path / "a.zip")[0] == 0
    for path in course.rglob("*"):
        os.utime(path, (1, 1))
    assert chainrule("kit", "--out", tmp_path / "elsewhere" / "b.zip")[0] == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "elsewhere" / "b.zip").read_bytes()


def test_what_was_packed_is_said(chainrule, tmp_path):
    status, said = chainrule("kit", "--out", tmp_path / "kit.zip")
    assert status == 0
    assert re.search(r"Packed 1 unit, 5 exercises, 12 files, \d+ KB into .*kit\.zip", said)


@pytest.mark.parametrize("forms", [["--units", "losses,linear"], ["--units", "linear", "--units", "losses"]])
def test_units_are_chosen_and_keep_their_order(forms, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["chainrule", "kit", "--out", str(tmp_path / "kit"), *forms])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert [unit.name for unit in Course.read(tmp_path / "kit").units] == ["linear", "losses"]
    assert "Packed 2 units, 11 exercises" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "../kit", "--units", "linnear"], "There is no unit 'linnear'"),
        (["--out", "../kit", "--units", ","], "names no unit"),
        ([], "--out"),
        (["--out", "."], "part of the course itself"),
        (["--out", "exercises/kit"], "part of the course itself"),
        (["--out", "solutions", "--force"], "part of the course itself"),
    ],
)
def test_what_cannot_be_meant_is_refused(course, chainrule, arguments, sentence):
    before = files_in(course)
    status, said = chainrule("kit", *arguments)
    assert status == 2
    assert sentence in said
    assert files_in(course) == before


def test_outside_a_course_there_is_nothing_to_pack(chainrule, course, tmp_path):
    (course / "course.toml").unlink()
    status, said = chainrule("kit", "--out", tmp_path / "kit")
    assert status == 2
    assert "There is no course here" in said


def test_a_folder_that_is_not_empty_is_left_alone(chainrule, tmp_path):
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "diary.txt").write_text("mine")
    status, said = chainrule("kit", "--out", tmp_path / "kit")
    assert status == 2
    assert "--force" in said
    assert files_in(tmp_path / "kit") == {"diary.txt": b"mine"}


def test_an_empty_folder_will_do(chainrule, tmp_path):
    (tmp_path / "kit").mkdir()
    assert chainrule("kit", "--out", tmp_path / "kit")[0] == 0
    assert (tmp_path / "kit" / "course.toml").is_file()


def test_force_keeps_work_and_what_is_not_of_the_kit(chainrule, tmp_path):
    folder = tmp_path / "kit"
    assert chainrule("kit", "--out", folder)[0] == 0
    fresh = files_in(folder)
    stubs, lesson = folder / "exercises/linear/linear.py", folder / "exercises/linear/README.md"
    stubs.write_text("mine = 1\n")
    lesson.write_text("scribbled over")
    (folder / "diary.txt").write_text("mine")
    (folder / "exercises/linear/hints.toml").unlink()
    status, said = chainrule("kit", "--out", folder, "--force")
    assert status == 0
    assert f"Kept {stubs}" in said
    assert files_in(folder) == {**fresh, "diary.txt": b"mine", "exercises/linear/linear.py": b"mine = 1\n"}
    stubs.write_bytes(fresh["exercises/linear/linear.py"])
    assert "Kept" not in chainrule("kit", "--out", folder, "--force")[1]


def test_a_course_with_solutions_is_no_place_for_a_kit(course, chainrule, tmp_path):
    other = shutil.copytree(course, tmp_path / "other")
    before = files_in(other)
    status, said = chainrule("kit", "--out", other, "--force")
    assert status == 2
    assert "holds solutions" in said
    assert files_in(other) == before


def test_a_zip_is_replaced_only_by_force(chainrule, tmp_path):
    path = tmp_path / "kit.zip"
    path.write_bytes(b"something else")
    status, said = chainrule("kit", "--out", path)
    assert status == 2
    assert "--force" in said
    assert path.read_bytes() == b"something else"
    assert chainrule("kit", "--out", path, "--force")[0] == 0
    assert zipfile.is_zipfile(path)


@pytest.mark.parametrize("out", ["kit.zip", "kit"])
def test_a_kit_that_cannot_be_written_leaves_nothing_behind(chainrule, tmp_path, monkeypatch, out):
    target = tmp_path / "out" / out
    target.parent.mkdir()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    monkeypatch.setattr("pathlib.Path.rename", full)
    status, said = chainrule("kit", "--out", target)
    assert status == 2
    assert "No space left on device" in said
    assert list(target.parent.iterdir()) == []


def test_a_kit_of_a_kit_is_the_same_kit(one, tmp_path):
    kit.write_folder(one, tmp_path / "kit")
    assert kit.pack(Course.read(tmp_path / "kit")).files == one.files
