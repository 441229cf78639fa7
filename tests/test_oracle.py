"""Frozen answers are the live ones: they judge and name alike, are reproducible, and know when they are out of date."""

import inspect
import io
import json
import shutil
import zipfile

import numpy as np
import pytest

from autograder import oracle as oracles
from autograder.course import Course, CourseError
from autograder.oracle import Frozen, Live, Unanswerable, freeze, is_fresh, refresh


@pytest.fixture
def own(toy, tmp_path):
    """The toy course in a folder that a test may change."""
    shutil.copytree(toy.unit.root, tmp_path / "own", ignore=shutil.ignore_patterns("__pycache__"))
    return Course.read(tmp_path / "own").unit("toy")


def judged(toy, oracle, exercise, **functions):
    return json.dumps(
        toy.grade_with(exercise, oracle=oracle, cases=toy.cases(toy.unit.exercises[exercise]), **functions).to_json()
    )


# Frozen is live


def test_right_answers_are_judged_alike(toy):
    for exercise in toy.unit.exercises:
        live, frozen = (judged(toy, oracle, exercise) for oracle in (toy.live, toy.frozen))
        assert live == frozen
        assert json.loads(live)["status"] == "passed"


def test_known_mistakes_are_judged_and_named_alike(toy):
    for exercise, known in toy.unit.mistakes.items():
        for mistake in known:
            live, frozen = (
                judged(toy, oracle, exercise, **{exercise: mistake.function}) for oracle in (toy.live, toy.frozen)
            )
            assert live == frozen
            named = {id for case in json.loads(live)["cases"] for id in case["mistakes"]}
            assert named == {mistake.id}


def test_other_wrong_answers_are_judged_alike(toy):
    right = toy.unit.reference
    rng = np.random.default_rng(0)
    backward = right.affine_backward

    def raises(dout, cache):
        raise KeyError("w")

    wrong = [
        lambda dout, cache: None,
        lambda dout, cache: backward(dout, cache)[:2],
        lambda dout, cache: backward(dout.T, cache),
        lambda dout, cache: tuple(3 * g for g in backward(dout, cache)),
        lambda dout, cache: tuple(g.astype(np.float32) for g in backward(dout, cache)),
        lambda dout, cache: (np.ones_like(cache[0]), *backward(dout, cache)[1:2], dout.mean(axis=0)),
        raises,
    ]
    for _ in range(10):
        noise = rng.normal(size=3) * rng.integers(0, 2, size=3)
        wrong.append(
            lambda dout, cache, noise=noise: tuple(g + n for g, n in zip(backward(dout, cache), noise, strict=True))
        )
    for function in wrong:
        live, frozen = (
            judged(toy, oracle, "affine_backward", affine_backward=function) for oracle in (toy.live, toy.frozen)
        )
        assert live == frozen


def test_questions_and_answers_are_the_same_bit_for_bit(toy):
    for exercise in toy.unit.exercises.values():
        for case in toy.cases(exercise):
            for mine, its in zip(toy.live.ask(exercise, case), toy.frozen.ask(exercise, case), strict=True):
                assert repr(mine) == repr(its)
                assert oracles.pack(vars_of(mine)) == oracles.pack(vars_of(its))


def vars_of(part):
    """A question or an answer without its slopes and what was worked out from it, as plain data."""
    own = ("slopes", "upstream", "mistaken", "confirmed", "spelled")
    return {name: value for name, value in vars(part).items() if name not in own}


# Freezing


def test_the_same_answers_give_the_same_bytes(toy, own):
    assert freeze(toy.unit) == freeze(toy.unit)
    assert freeze(own) == freeze(toy.unit)  # wherever the course lies
    with zipfile.ZipFile(io.BytesIO(freeze(own))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # and whenever


def test_frozen_answers_hold_no_code_but_the_stubs_and_nothing_is_unpickled(toy):
    with zipfile.ZipFile(io.BytesIO(freeze(toy.unit))) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert content.pop("stubs.py") == toy.unit.stubs.read_bytes()
    assert {name.rpartition(".")[2] for name in content} == {"answer", "mistakes", "json"}
    for word in (b"def ", b"pickle", b"numpy", b"solutions", b"import"):
        assert word not in b"".join(content.values())
    assert "pickle" not in inspect.getsource(oracles)


def test_fresh_cases_differ_by_seed_and_are_reproduced_by_it(toy):
    exercise = toy.unit.exercises["affine_backward"]

    def asked(seed):
        live = Live(toy.unit)
        return [live.ask(exercise, case)[0] for case in exercise.fresh_cases(seed)]

    first, again, other = asked(1), asked(1), asked(2)
    assert list(map(repr, first)) == list(map(repr, again))
    assert all(repr(a) != repr(b) for a, b in zip(first, other, strict=True))
    assert len({question.arguments["x"].shape for question in first}) > 4
    assert all(case.hidden for case in exercise.fresh_cases(1))


def test_fresh_cases_redraw_the_visible_ones_and_leave_out_those_that_are_given(toy):
    exercise = toy.unit.exercises["affine_forward"]
    visible = {case.name: case for case in exercise.visible_cases()}
    fresh = {case.name: case for case in exercise.fresh_cases(1)}
    assert "ones (new numbers)" not in fresh
    redrawn = exercise.draw(fresh["one row (new numbers)"])
    assert redrawn["x"].shape == exercise.draw(visible["one row"])["x"].shape
    assert not np.array_equal(redrawn["x"], exercise.draw(visible["one row"])["x"])
    assert fresh["an empty batch (new numbers)"].refuses


def test_visible_cases_are_the_same_for_everyone(toy, own):
    for name, exercise in toy.unit.exercises.items():
        assert repr(exercise.visible_cases()) == repr(own.exercises[name].visible_cases())


def test_float32_is_asked_for_and_judged_by_the_exact_answer(toy):
    exercise = toy.unit.exercises["affine_forward"]
    case = next(case for case in exercise.visible_cases() if case.float32)
    question, answer = toy.live.ask(exercise, case)
    assert {value.dtype for value in question.arguments.values()} == {np.dtype(np.float32)}
    x, w, b = (value.astype(np.float64) for value in question.arguments.values())
    assert np.array_equal(answer.results["out"], x @ w + b)


# Out of date

CHANGES = {
    "a reference": ("solutions/toy/toy.py", "return x @ w + b", "return b + x @ w"),
    "a mistake": ("solutions/toy/mistakes.py", "return out - b, cache", "return out - 2 * b, cache"),
    "a mistake's name": ("solutions/toy/mistakes.py", "b is left out", "b is missing"),
    "a case": ("exercises/toy/test_toy.py", '"one row": (1, 4, 3)', '"one row": (1, 4, 2)'),
}


@pytest.mark.parametrize("what", CHANGES)
def test_answers_are_out_of_date_once_something_changes(own, what):
    assert not is_fresh(own)  # there are none
    refresh(own)
    assert is_fresh(own)
    path, before, after = CHANGES[what]
    source = (own.root / path).read_text()
    assert before in source
    (own.root / path).write_text(source.replace(before, after))
    assert not is_fresh(own)
    (own.root / path).write_text(source)
    assert is_fresh(own)


def test_answers_are_out_of_date_once_the_engine_changes(own, monkeypatch):
    refresh(own)
    monkeypatch.setattr(oracles, "engine_stamp", lambda: b"another engine")
    assert not is_fresh(own)


def test_a_lesson_may_change_and_a_student_may_work_in_the_stubs(own):
    refresh(own)
    own.lesson.write_text("# Toys")
    assert is_fresh(own)
    stubs = own.stubs.read_text()
    own.stubs.write_text(stubs.replace("raise NotImplementedError", "return None", 1))
    assert is_fresh(own)
    assert Frozen(own.answers).stubs == stubs.encode()
    refresh(own)  # and the stubs as they were given out are not lost
    assert Frozen(own.answers).stubs == stubs.encode()
    own.stubs.write_text(stubs.replace("x (N, D)", "x of shape (N, D)"))  # other stubs
    assert not is_fresh(own)


def test_answers_are_replaced_whole_or_not_at_all(own, monkeypatch):
    refresh(own)
    before = own.answers.read_bytes()

    def interrupted(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(oracles.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        refresh(own)
    assert own.answers.read_bytes() == before
    assert [path.name for path in own.folder.iterdir() if "answers" in path.name] == ["answers.zip"]


def test_a_case_that_is_not_frozen_says_so(toy):
    frozen = Frozen(freeze(toy.unit))
    exercise = toy.unit.exercises["affine_forward"]
    with pytest.raises(Unanswerable, match=r"toy.affine_forward \[unseen 1\] has no frozen answer"):
        frozen.ask(exercise, exercise.fresh_cases(1)[-6])
    outcome = toy.grade("affine_forward", oracle=frozen, cases=exercise.fresh_cases(1))
    assert (outcome.status, outcome.earned) == ("grader error", 0)


# Damage


def test_missing_answers_give_a_way_out(tmp_path):
    with pytest.raises(CourseError, match=r"answers.zip are missing, and there are no solutions to make them from"):
        Frozen(tmp_path / "answers.zip")


def with_index(index):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.json", index)
    return buffer.getvalue()


UNREADABLE = {
    "empty": b"",
    "text": b"these are not the answers",
    "no index": with_index("{}").replace(b"index.json", b"other.json"),
    "an index that is no JSON": with_index("{"),
    "an index that is a list": with_index("[]"),
    "an index that is a number": with_index("1"),
    "an index without a format": with_index("{}"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_unreadable_answers_give_a_way_out(what, tmp_path):
    (tmp_path / "answers.zip").write_bytes(UNREADABLE[what])
    with pytest.raises(CourseError, match=r"answers.zip cannot be read .* Get the file again"):
        Frozen(tmp_path / "answers.zip")


def test_a_folder_in_its_place_gives_a_way_out(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        Frozen(tmp_path)


def test_answers_of_another_version_give_a_way_out():
    with pytest.raises(CourseError, match=r"made by another version of chainrule\. Install"):
        Frozen(with_index('{"format": 999}'))


def test_damage_anywhere_is_noticed_and_is_nobodys_wrong_answer(toy):
    """Every change of a byte leaves the outcome as it is, or is a fault of the course."""
    exercise = toy.unit.exercises["half_square"]
    content = freeze(toy.unit)
    right = toy.grade("half_square", oracle=Frozen(content)).to_json()
    wrong = "def half_square(prediction, target): return 0.0, prediction"
    rng = np.random.default_rng(0)
    seen = set()
    for at in rng.choice(len(content), size=150, replace=False):
        damaged = content[:at] + bytes([content[at] ^ int(rng.integers(1, 256))]) + content[at + 1 :]
        try:
            frozen = Frozen(damaged)
        except CourseError:
            seen.add("unreadable")
            continue
        outcome = toy.grade_with("half_square", oracle=frozen)
        assert outcome.to_json() == right or outcome.status == "grader error"
        seen.add(outcome.status)
        assert toy.grade("half_square", wrong, oracle=frozen, cases=exercise.visible_cases()[:1]).status != "passed"
    assert seen == {"unreadable", "passed", "grader error"}


def test_truncated_answers_are_noticed(toy):
    content = freeze(toy.unit)
    for length in range(0, len(content), len(content) // 20):
        with pytest.raises(CourseError):
            Frozen(content[:length])


def test_a_mistake_is_named_though_a_refusal_was_forgotten_as_well(toy):
    """The known mistakes refuse what must be refused, with words; frozen answers must not forget that they had some."""
    for oracle in (toy.live, toy.frozen):
        outcome = toy.grade("affine_forward", "def affine_forward(x, w, b): return x @ w, (x, w)", oracle=oracle)
        assert outcome.mistakes == ("without_bias", "accepts_nothing")
        assert any("accepted inputs that make no sense" in text for case in outcome.cases for text in case.details)


def test_frozen_answers_do_not_hold_the_words_of_a_refusal(toy):
    with zipfile.ZipFile(io.BytesIO(freeze(toy.unit))) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"the batch is empty" not in content
