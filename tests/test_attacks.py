"""Every attack of tests/attacks/ is held: no point that honest work did not earn, no honest grade changed, no delay."""

import os
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import COURSE, oracle, sampled

from autograder.attack import AttackError, Replay, Technique, find, honest_work, replay
from autograder.classroom import marking
from autograder.cli import chainrule
from autograder.grading import Grader
from autograder.implementation import load_cells
from autograder.locked.client import ForkServer, NotLocked

ATTACKS = Path(__file__).with_name("attacks")
TECHNIQUES = {technique.name: technique for technique in find(ATTACKS)}
# What a lower tier must hold as well: files, processes, signals, the network, the kernel.
AT_THE_DOORS = (
    "environment", "fills_the_disk", "forged_result_files", "fork_bomb", "import_the_engine", "network",
    "other_processes",
    "other_ways_to_start", "own_memory", "poison_numba_cache", "raises_its_limits", "read_frozen_answers",
    "read_other_submissions", "read_the_solutions", "signals_to_others", "stderr_flood", "system_calls",
    "terminal_injection", "thread_bomb", "way_out_of_the_root",
)  # fmt: skip


@pytest.fixture(scope="module")
def lockable():
    """Skips where this machine cannot lock submissions in; in CI it must."""
    try:
        ForkServer().close()
    except NotLocked as error:
        if os.environ.get("CHAINRULE_CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def a_class(lockable):
    return Replay(COURSE)


def only_row(class_, technique):
    rows = list(class_.rows([technique]))
    return rows[0] if rows else pytest.skip(f"{technique.name} is for {technique.machine}")


@pytest.mark.parametrize("name", sampled(list(TECHNIQUES)))
def test_held(a_class, name):
    """Alone; all of them together are in test_attacked_class.py."""
    row = only_row(a_class, TECHNIQUES[name])
    assert row.holes == ()
    assert row.honest
    assert row.beyond == 0


@pytest.mark.parametrize("without", ["namespaces", "landlock"])
@pytest.mark.parametrize("name", AT_THE_DOORS)
def test_held_by_a_lower_tier(lockable, monkeypatch, without, name):
    try:
        ForkServer(without=(without,)).close()
    except NotLocked as error:
        pytest.skip(str(error))
    monkeypatch.setattr(marking, "ForkServer", partial(ForkServer, without=(without,)))
    monkeypatch.setattr(marking, "HERE", type(marking.HERE)())
    row = only_row(Replay(COURSE), TECHNIQUES[name])
    marking.HERE.bench.close()
    assert row.holes == ()
    assert row.honest


def test_every_technique_says_what_it_tries():
    for technique in TECHNIQUES.values():
        assert technique.tries.endswith("."), technique.name
        assert len(technique.tries) <= 120, technique.name
        assert technique.unit in {unit.name for unit in COURSE.units}, technique.name


@pytest.mark.parametrize(
    ("name", "functions"),
    [("hard_coded_answers", ("predict", "sign_loss", "difference_loss")), ("hashed_inputs", ("mse_loss",))],
)
def test_what_is_known_by_heart_is_right_in_the_visible_cases(name, functions):
    technique = TECHNIQUES[name]
    unit = COURSE.unit(technique.unit)
    grader = Grader(unit, load_cells([technique.source], "work.py", "work"), oracle(unit.name))
    assert {grader.grade(unit.exercises[function]).status for function in functions} == {"passed"}


def test_honest_students_have_their_grades(a_class):
    list(a_class.rows([TECHNIQUES["exit_at_import"]]))
    for kind, most in (("right", 12), ("half", 12), ("untouched", 0)):
        earned = sum(exercise["earned"] for exercise in a_class.honest[f"linear {kind}"]["linear"])
        assert (earned == most) == (kind != "half"), kind


# The replay itself notices what gets through


def technique(source, **said):
    return Technique("trial", "Tries something.", "linear", source=source.encode(), **said)


HONEST = """
def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)
"""


@pytest.mark.parametrize(
    ("tried", "hole"),
    [
        (technique(HONEST), "earned 2 points for honest work worth 0"),
        (technique("", earns=2), "honest work worth 2 points earned 0"),
        (
            technique("def linear_forward(x, w, b):\n    print('HOLE: got out')"),
            "said that it got through: HOLE: got out",
        ),
        (technique("", expect=("TimeLimit", "Killed")), "the record says nothing of TimeLimit or Killed"),
    ],
)
def test_a_hole_is_seen(a_class, tried, hole):
    row = only_row(a_class, tried)
    assert not row.held
    assert row.holes == (hole,)


def test_a_changed_honest_grade_is_seen(a_class):
    list(a_class.rows([technique("")]))
    kept = dict(a_class.honest)
    try:
        a_class.honest = {name: {} for name in kept}
        row = only_row(a_class, technique(""))
    finally:
        a_class.honest = kept
    assert not row.honest
    assert not row.held


def test_where_nothing_is_locked_the_solutions_can_be_read(monkeypatch):
    monkeypatch.setattr(marking, "ForkServer", partial(ForkServer, without=("namespaces", "landlock", "seccomp")))
    monkeypatch.setattr(marking, "HERE", type(marking.HERE)())
    row = only_row(Replay(COURSE, limits_only=True), TECHNIQUES["read_the_solutions"])
    marking.HERE.bench.close()
    assert "earned 12 points for honest work worth 0" in row.holes


def test_a_file_that_is_changed_is_seen(a_class, tmp_path):
    def write(place):
        (place.parents[1] / "evil.py").write_text("")
        place.mkdir()

    row = only_row(a_class, Technique("trial", "Tries something.", "linear", write=write))
    assert any("evil.py" in hole for hole in row.holes)


def test_honest_work_needs_no_numba():
    for unit in COURSE.units:
        assert b"from numba" not in honest_work(unit)["right"]


# The command


def attack(*arguments):
    return CliRunner().invoke(chainrule, ["attack", *arguments], env={"NO_COLOR": "1"})


def test_the_command_prints_a_table(lockable, monkeypatch):
    monkeypatch.chdir(COURSE.root)
    done = attack("--only", "exit_at_import")
    assert done.exit_code == 0
    assert "exit_at_import" in done.output
    assert "Exited 0" in done.output
    assert "1 of 1 attacks were held" in done.output
    assert max(len(line) for line in done.output.splitlines() if not line.startswith("Preparing")) <= 80


def test_the_command_says_where_a_hole_is(lockable, monkeypatch, tmp_path):
    monkeypatch.chdir(COURSE.root)
    (tmp_path / "gets_through.py").write_text(f'"""Tries to be right."""\n# unit: linear\n{HONEST}')
    done = attack("--attacks", str(tmp_path))
    assert done.exit_code == 1
    assert "HOLE" in done.output
    assert "gets_through: earned 2 points for honest work worth 0" in done.output


def test_the_command_without_attacks(monkeypatch, tmp_path):
    monkeypatch.chdir(COURSE.root)
    done = attack("--attacks", str(tmp_path))
    assert done.exit_code == 2
    assert "There are no attacks in" in done.output
    with pytest.raises(AttackError, match="no attack 'sleper'"):
        replay(COURSE, ATTACKS, "sleper")
