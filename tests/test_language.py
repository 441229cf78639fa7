"""Whatever a learner reads can be translated, the course's own texts included."""

import ast
import re
import struct
from pathlib import Path

import pytest

import autograder
from autograder import language, sentences

ENGINE = Path(autograder.__file__).parent
TREE = ast.parse(Path(sentences.__file__).read_text(encoding="utf-8"))


def calls_of_underscore(tree):
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "_"]


def messages():
    """Every English sentence of the engine."""
    return [call.args[0].value for call in calls_of_underscore(TREE) if isinstance(call.args[0], ast.Constant)]


def write_catalogue(folder, code, translations):
    """Write a compiled gettext catalogue, as msgfmt does: two tables of lengths and places, then the texts."""
    texts = {"": "Content-Type: text/plain; charset=UTF-8\n", **translations}
    originals, translated = ([text.encode() for text in side] for side in zip(*sorted(texts.items()), strict=True))
    at = 28 + 16 * len(texts)
    tables, body = b"", b""
    for text in (*originals, *translated):
        tables += struct.pack("<II", len(text), at + len(body))
        body += text + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(texts), 28, 28 + 8 * len(texts), 0, 0)
    path = folder / code / "LC_MESSAGES" / "chainrule.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(header + tables + body)


@pytest.fixture
def pseudo(toy, tmp_path):
    """A language in which every sentence stands in brackets; English again afterwards."""
    known = [mistake for of in toy.unit.mistakes.values() for mistake in of]
    course = [text for mistake in known for text in (mistake.name, mistake.hint)]
    course.append("The loss after training is no smaller than before it.")
    write_catalogue(tmp_path, "zh", {text: f"⟦{text}⟧" for text in (*messages(), *course)})
    language.speak("zh", tmp_path)
    yield tmp_path
    language.speak()


def is_translated(text):
    """Whether nothing but spaces stands outside of brackets."""
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = inner
    return not text.strip()


WORK = {
    "passes": ("affine_forward", ""),
    "shares memory": ("affine_forward", "def affine_forward(x, w, b): return (x @ w + b)[:], x"),
    "not started": ("affine_forward", "def affine_forward(x, w, b): raise NotImplementedError"),
    "missing": ("affine_forward", "del affine_forward, affine_backward"),
    "renamed": ("affine_forward", "def affine_fwd(x): pass\ndel affine_forward"),
    "another order": ("affine_forward", "def affine_forward(b, x, w): pass"),
    "raises": ("affine_forward", "def affine_forward(x, w, b): return 1 / 0"),
    "raises without a text": ("affine_forward", "def affine_forward(x, w, b): raise KeyError"),
    "None": ("affine_forward", "def affine_forward(x, w, b): pass"),
    "a list": ("affine_forward", "def affine_forward(x, w, b): return [[1.0]], x"),
    "a dict": ("affine_forward", "def affine_forward(x, w, b): return {}, x"),
    "a string for a number": ("half_square", "def half_square(prediction, target): return 'a', prediction"),
    "a shape": ("affine_forward", "def affine_forward(x, w, b): return x, x"),
    "a dtype": ("affine_forward", "def affine_forward(x, w, b): return (x @ w + b).astype(int), x"),
    "NaN": ("affine_forward", "def affine_forward(x, w, b): return np.nan * (x @ w), x"),
    "a known mistake": ("affine_forward", "def affine_forward(x, w, b): return x @ w, x"),
    "an unknown mistake": ("affine_forward", "def affine_forward(x, w, b): return np.sin(x @ w), x"),
    "twice too large": ("affine_forward", "def affine_forward(x, w, b): return 2 * (x @ w + b), x"),
    "the batch size": (
        "affine_backward",
        "def affine_backward(dout, cache): return dout @ cache[1].T, cache[0].T @ dout * len(dout), dout.sum(axis=0)",
    ),
    "changes an input": ("affine_forward", "def affine_forward(x, w, b):\n    x += 1\n    return x @ w, x"),
    "a wrong forward": ("affine_backward", "def affine_forward(x, w, b): return w, x"),
    "needs another": ("descend", "def half_square(prediction, target): return 0.0, 0 * prediction"),
    "a behaviour's mistake": ("descend", "def descend(x, target, steps, lr): return float(steps)"),
}


@pytest.mark.parametrize("what", WORK)
def test_every_sentence_of_an_outcome_is_translated(toy, pseudo, what):
    exercise, source = WORK[what]
    outcome = toy.grade(exercise, source)
    said = [text for case in outcome.cases for text in (case.sentence, case.hint, *case.details) if text]
    assert said or what == "passes"
    for text in said:
        assert is_translated(text), text


def test_the_brackets_are_counted():
    assert is_translated("⟦⟦a⟧.⟧ ⟦b⟧")
    assert not is_translated("⟦a⟧ and ⟦b⟧")
    assert not is_translated("a")


@pytest.mark.parametrize(
    "content", [b"def f(:", b"\xff", b"import nothing_like_it", b"x = 1 / 0", b"import sys; sys.exit()"]
)
def test_what_is_said_of_a_file_is_translated(toy, pseudo, content):
    assert is_translated(toy.grade("affine_forward", content).cases[0].sentence)


def test_a_fault_of_the_course_is_told_in_the_learners_language(toy, pseudo):
    exercise = toy.unit.exercises["affine_forward"]
    outcome = toy.grade("affine_forward", oracle=toy.frozen, cases=exercise.fresh_cases(99))
    assert outcome.status == "grader error"
    assert is_translated(outcome.cases[0].sentence)


def test_a_mistakes_name_and_hint_are_translated(toy, pseudo):
    case = toy.grade("affine_forward", WORK["a known mistake"][1]).cases[0]
    assert case.sentence == "⟦⟦b is left out⟧.⟧"
    assert case.hint == "⟦Every output has a bias of its own: add b to each row.⟧"


def test_frozen_answers_are_in_english_and_are_read_in_any_language(toy, pseudo):
    case = toy.grade("affine_forward", WORK["a known mistake"][1], oracle=toy.frozen).cases[0]
    assert case.sentence == "⟦⟦b is left out⟧.⟧"


def test_what_a_behaviour_requires_is_translated(toy, pseudo):
    case = toy.grade("descend", "def descend(x, target, steps, lr): return float(steps)").cases[0]
    assert case.sentence == "⟦The loss after training is no smaller than before it.⟧"


def test_english_again(toy, pseudo):
    language.speak("en")
    assert toy.grade("affine_forward", WORK["a known mistake"][1]).cases[0].sentence == "b is left out."


def test_the_language_is_taken_from_the_environment(pseudo, monkeypatch):
    monkeypatch.setenv("CHAINRULE_LANG", "zh")
    language.speak(folder=pseudo)
    assert sentences.not_started("f") == "⟦`f` is not started yet.⟧"
    monkeypatch.delenv("CHAINRULE_LANG")
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    language.speak(folder=pseudo)
    assert sentences.not_started("f") == "`f` is not started yet."
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    language.speak(folder=pseudo)
    assert sentences.not_started("f") == "⟦`f` is not started yet.⟧"


@pytest.mark.parametrize("code", ["xx", "", "zh_NOWHERE.utf8", "../../etc", "a\tb"])
def test_an_unknown_language_falls_back_to_english(pseudo, code, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "xx")
    language.speak(code, pseudo / "nowhere")
    assert sentences.not_started("f") == "`f` is not started yet."


# The sources


def returned(function):
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]


def is_a_sentence(node):
    """Whether an expression is `_("…")` or `_("…").format(…)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        node = node.func.value
    return node in CALLS and isinstance(node.args[0], (ast.Constant, ast.Name))


CALLS = calls_of_underscore(TREE)
FUNCTIONS = [node for node in TREE.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_no_sentence_is_returned_untranslated(function):
    assert returned(function), "it says nothing"
    for node in returned(function):
        assert is_a_sentence(node), f"line {node.lineno}"


def test_only_the_courses_own_texts_are_not_written_here():
    assert {f.name for f in FUNCTIONS for call in calls_of_underscore(f) if isinstance(call.args[0], ast.Name)} == {
        "mistake",
        "unmet",
    }


def test_no_f_string_is_translated_and_every_name_in_braces_is_given():
    for call in CALLS:
        assert not isinstance(call.args[0], (ast.JoinedStr, ast.BinOp)), f"line {call.lineno}"
    for node in ast.walk(TREE):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.value in CALLS:
            text = node.func.value.args[0].value
            given = {keyword.arg for keyword in node.keywords}
            assert set(re.findall(r"\{(\w+)", text)) == given, text


@pytest.mark.parametrize("module", ["ladder", "diagnosis", "grading", "trial"])
def test_no_words_are_handed_to_a_sentence_to_be_put_in(module):
    tree = ast.parse((ENGINE / f"{module}.py").read_text(encoding="utf-8"))
    for call in ast.walk(tree):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and getattr(call.func.value, "id", "") == "say"
        ):
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    assert " " not in argument.value, f"{module}.py, line {call.lineno}: {argument.value}"
