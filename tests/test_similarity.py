"""Works that are alike: disguises are seen through, honest work is left alone, and a hand-in can do no harm here."""

import ast
import builtins
import json
import random
import re
import subprocess
import sys
import time
import weakref
from html import unescape

import numpy as np
import pytest
from sample_student.apply import filled
from support import COURSE, ROOT

from autograder import cli
from autograder.classroom.submissions import Work

fingerprints = pytest.importorskip("autograder.classroom.fingerprints")
similarity = pytest.importorskip("autograder.classroom.similarity")

UNIT = COURSE.unit("losses")
STUBS = UNIT.stubs.read_text(encoding="utf-8")
GIVEN = {"losses": similarity.given_to_all(UNIT)}

# Three ways to write each of three functions, each on its own.
SQUARED = (
    """
    if prediction.size == 0:
        raise ValueError("empty batch")
    error = prediction - target
    loss = float(np.mean(error**2))
    dprediction = 2 * error / prediction.size
    return loss, dprediction
""",
    """
    n = prediction.size
    if n == 0:
        raise ValueError("there is nothing to average")
    diff = prediction - target
    return float((diff * diff).sum() / n), (2.0 / n) * diff
""",
    """
    if not prediction.size:
        raise ValueError("no entries")
    e = np.subtract(prediction, target)
    grad = (e + e) / e.size
    return float(np.square(e).mean()), grad.astype(prediction.dtype)
""",
)

CROSS_ENTROPY = (
    """
    if logits.shape[0] == 0:
        raise ValueError("empty")
    if np.any(labels < 0) or np.any(labels >= logits.shape[1]):
        raise ValueError("label out of range")
    n = logits.shape[0]
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    exp = np.exp(shifted)
    probs = exp / np.sum(exp, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(exp, axis=1, keepdims=True))
    loss = -log_probs[np.arange(n), labels].mean()
    dlogits = probs.copy()
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    return float(loss), dlogits
""",
    """
    N, C = logits.shape
    if N == 0: raise ValueError("N is zero")
    if labels.min() < 0 or labels.max() > C - 1: raise ValueError("bad label")
    z = logits - logits.max(axis=1)[:, None]
    logsumexp = np.log(np.exp(z).sum(axis=1))
    loss = np.mean(logsumexp - z[range(N), labels])
    onehot = np.zeros((N, C), dtype=logits.dtype)
    onehot[range(N), labels] = 1
    d = (np.exp(z - logsumexp[:, None]) - onehot) / N
    return float(loss), d
""",
    """
    rows = len(logits)
    if rows == 0:
        raise ValueError("empty batch")
    for label in labels:
        if label < 0 or label >= logits.shape[1]:
            raise ValueError(f"{label} is no class")
    loss = 0
    dlogits = np.zeros_like(logits)
    for i in range(rows):
        biggest = logits[i].max()
        e = np.exp(logits[i] - biggest)
        p = e / e.sum()
        loss = loss - (logits[i, labels[i]] - biggest - np.log(e.sum()))
        dlogits[i] = p
        dlogits[i, labels[i]] = p[labels[i]] - 1
    return float(loss / rows), dlogits / rows
""",
)

HUBER = (
    """
    if prediction.size == 0:
        raise ValueError("empty batch")
    if delta <= 0:
        raise ValueError("delta must be positive")
    error = prediction - target
    small = np.abs(error) <= delta
    cost = np.where(small, 0.5 * error**2, delta * (np.abs(error) - 0.5 * delta))
    slope = np.where(small, error, delta * np.sign(error))
    return float(cost.mean()), slope / error.size
""",
    """
    if prediction.size < 1 or delta <= 0:
        raise ValueError("bad input")
    e = prediction - target
    a = abs(e)
    quad = np.minimum(a, delta)
    lin = a - quad
    loss = (0.5 * quad ** 2 + delta * lin).sum() / e.size
    grad = np.clip(e, -delta, delta) / e.size
    return float(loss), grad
""",
    """
    if delta <= 0:
        raise ValueError("delta")
    count = prediction.size
    if count == 0:
        raise ValueError("empty")
    residual = (prediction - target).astype(prediction.dtype)
    out = np.empty_like(residual)
    grad = np.empty_like(residual)
    inside = np.abs(residual) <= delta
    out[inside] = residual[inside] ** 2 / 2
    out[~inside] = delta * (np.abs(residual[~inside]) - delta / 2)
    grad[inside] = residual[inside]
    grad[~inside] = delta * np.sign(residual[~inside])
    return float(np.mean(out)), grad / count
""",
)


def written(squared, cross_entropy, huber):
    """The file of a student who wrote the functions in these of the three ways."""
    bodies = {
        "mse_loss": SQUARED[squared],
        "softmax_cross_entropy": CROSS_ENTROPY[cross_entropy],
        "huber_loss": HUBER[huber],
    }
    return filled(STUBS, {name: body.strip("\n").split("\n") for name, body in bodies.items()})


HONEST = [written(way, way, way) for way in range(3)]
COPIED = HONEST[1]


def work(*cells, unit="losses"):
    return Work(unit, "file", "losses.py", tuple(cell.encode() if isinstance(cell, str) else cell for cell in cells))


def compared(top=30, **sources):
    """The pairs by the names of their students, most alike first."""
    works = ((student, source if isinstance(source, Work) else work(source)) for student, source in sources.items())
    return {pair.students: pair for pair in similarity.compare(works, GIVEN, top)}


def names_changed(source):
    """Every variable gets another name; layout and comments become ast's."""
    tree, names = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.arg = names.setdefault(node.arg, f"variable_{len(names)}")
        elif isinstance(node, ast.Name) and node.id != "np" and not hasattr(builtins, node.id):
            node.id = names.setdefault(node.id, f"variable_{len(names)}")
    return ast.unparse(tree)


def functions_reversed(source):
    tree = ast.parse(source)
    tree.body.sort(key=lambda node: -node.lineno if isinstance(node, ast.FunctionDef) else -(10**6))
    return ast.unparse(tree)


def prose_changed(source):
    """Other docstrings, annotations, brackets around what is returned, comments between the lines."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body[0] = ast.Expr(ast.Constant(f"My own words on {node.name}."))
            node.returns = ast.parse("tuple[float, np.ndarray]", mode="eval").body
    text = ast.unparse(ast.fix_missing_locations(tree))
    text = re.sub(r"(?m)^( +)return (.*)$", r"\1return (\2)", text)
    return re.sub(r"(?m)^( +)(\w+ = .*)$", r"\1# Now for \2\n\1\2  # so it is", text)


def layout_changed(source):
    """Twice the indent, and calls spread over lines."""
    wide = re.sub(r"(?m)^ +", lambda spaces: 2 * spaces[0], source)
    return re.sub(r"(?m)^( +\w+ = [\w.]+\()(.+)\)$", r"\1  # here\n    \2,\n)", wide)


DISGUISES = {
    "none": lambda source: source,
    "other names": names_changed,
    "other order of functions": functions_reversed,
    "other prose": prose_changed,
    "other layout": layout_changed,
    "all of these": lambda source: layout_changed(prose_changed(functions_reversed(names_changed(source)))),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_is_found_in_any_disguise(disguise):
    copy = DISGUISES[disguise](COPIED)
    ast.parse(copy)
    assert disguise == "none" or copy != COPIED
    found = compared(ada=COPIED, bob=copy, zoe=HONEST[0], max=HONEST[2])
    assert list(found) == [("ada", "bob")]
    assert found["ada", "bob"].alike > 0.9


def test_a_copy_with_other_lines_in_between_is_found():
    lines = COPIED.split("\n")
    for at in range(len(lines) - 1, 0, -1):
        if at % 5 == 0 and lines[at].startswith("    ") and lines[at - 1].startswith("    "):
            lines.insert(at, f"    unused_{at} = {at}")
    found = compared(ada=COPIED, bob="\n".join(lines), zoe=HONEST[0], max=HONEST[2])
    assert list(found) == [("ada", "bob")]
    assert found["ada", "bob"].alike > 0.5


def test_honest_works_on_the_same_short_functions_are_not_shown():
    assert not compared(ada=HONEST[0], bob=HONEST[1], zoe=HONEST[2])


def test_one_function_alike_ranks_below_a_whole_work_that_is():
    found = compared(ada=COPIED, bob=COPIED, eve=HONEST[0], zoe=written(0, 2, 0))
    assert list(found) == [("ada", "bob"), ("eve", "zoe")]
    assert found["eve", "zoe"].alike < 0.8


def test_of_two_equal_shares_the_longer_work_ranks_first():
    short = "def f(x):\n    return np.clip(x[:, 0] * 3, -x.min(), x.max()) ** 2 + np.abs(x[1:, 2]).sum(axis=0) / 7\n"
    found = compared(amy=short, ann=short, bob=COPIED, ned=COPIED)
    assert list(found) == [("bob", "ned"), ("amy", "ann")]
    assert found["bob", "ned"].alike == pytest.approx(1)
    assert found["amy", "ann"].alike == pytest.approx(1)


def test_what_was_given_does_not_count():
    hints = "\n\n".join(
        f"def {name}(prediction, target, delta):\n" + "".join(f"    {line}\n" for line in steps["code"].split("\n"))
        for name, steps in UNIT.hints.items()
    )
    assert not compared(ada=STUBS, bob=STUBS)
    assert not compared(ada=hints, bob=hints)
    assert similarity.compare([("ada", work(hints)), ("bob", work(hints))], {"losses": STUBS.encode()})


def test_what_more_than_a_third_of_the_class_shares_does_not_count():
    def own(number):
        """A function that nobody else has."""
        draw = random.Random(number)
        terms = (f"{draw.choice('abcd')}[{draw.randint(0, 99)}] {draw.choice('+-*/@')}" for _ in range(15))
        return "\n\ndef own():\n    return " + " ".join(terms) + " 1\n"

    def pairs(sharing):
        return compared(top=999, **{f"s{n:02}": (COPIED if n < sharing else STUBS) + own(n) for n in range(30)})

    assert len(pairs(10)) == 10 * 9 / 2
    assert not pairs(11)


def test_what_few_have_weighs_more_than_what_many_have():
    """Two pairs, each with one of their two functions alike: one has it for themselves, one with six others."""
    works = {name: written(*ways) for name, ways in {"ada": (1, 1, 0), "bob": (1, 1, 2)}.items()}
    many = {f"s{n}": written(0, 0, 0) for n in range(6)}
    others = {f"t{n:02}": f"def f(x):\n    return x[{n}]\n" for n in range(20)}
    both = compared(top=99, **works, **many, **others)
    alone = compared(top=99, **works, **dict(list(many.items())[:2]), **others)
    assert both["ada", "bob"].alike > alone["ada", "bob"].alike


@pytest.mark.parametrize(
    "damage",
    [
        lambda source: source + "\n\ndef unfinished(x:\n    return (x\n",
        lambda source: source.replace("    return", "  return", 1),
        lambda source: source.replace("np.exp(", "np.exp((", 1),
        lambda source: source.encode() + b"\n# \xff\xfe\x00\x80\n",
        lambda source: source.replace("\n", "\r\n").encode("utf-8-sig"),
    ],
)
def test_works_that_do_not_parse_are_compared(damage):
    found = compared(ada=COPIED, bob=work(damage(COPIED)), zoe=HONEST[0])
    assert found["ada", "bob"].alike > 0.9


def test_a_broken_cell_of_a_notebook_costs_only_itself():
    cells = ['x = """never closed', "y = (", *re.split(r"(?m)^(?=def )", COPIED)]
    notebook = Work("losses", "notebook", "losses.ipynb", tuple(cell.encode() for cell in cells))
    assert compared(ada=COPIED, bob=notebook)["ada", "bob"].alike > 0.95


def test_missing_and_empty_works_are_in_no_pair():
    missing = Work("losses", "missing")
    assert not compared(ada=missing, bob=missing)
    assert not compared(ada="", bob="")
    assert not compared(ada=COPIED)
    assert not compared()


def test_units_are_compared_each_with_itself():
    listed = [(student, work(COPIED, unit=unit)) for unit in ("losses", "other") for student in ("bob", "ada")]
    pairs = similarity.compare(listed, GIVEN)
    assert sorted((pair.unit, *pair.students) for pair in pairs) == [("losses", "ada", "bob"), ("other", "ada", "bob")]
    assert len(similarity.compare(listed, GIVEN, top=1)) == 1


def test_a_passage_of_the_promised_length_leaves_a_fingerprint_in_common():
    draw = np.random.default_rng(7)
    passage = fingerprints.GRAM + fingerprints.WINDOW - 1
    for _ in range(200):
        shared, *rest = (draw.integers(1, 2**32, size, np.uint64) for size in (passage, 30, 30, 30, 30))
        works = [np.concatenate([rest[0], shared, rest[1]]), np.concatenate([rest[2], shared, rest[3]])]
        kept = [set(fingerprints.winnow(fingerprints.grams(words)).tolist()) for words in works]
        assert kept[0] & kept[1]
        assert len(kept[0]) < 0.6 * len(works[0])


def test_names_in_a_row_are_no_fingerprint():
    """Ten arguments, or ten words of a lesson's prose."""
    words = fingerprints.Tokens.of([b"step(a, b, c, d, e, f, g, h, i, j, k, l)"]).words
    assert not len(fingerprints.winnow(fingerprints.grams(words)))


def test_every_process_comes_to_the_same_fingerprints():
    script = (
        "import sys; from autograder.classroom.fingerprints import *; "
        "print(winnow(grams(Tokens.of([sys.stdin.buffer.read()]).words)).tolist())"
    )
    said = set()
    for seed in "12":
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", script]
        made = subprocess.run(
            command, cwd=ROOT, input=COPIED.encode(), capture_output=True, check=True, env=environment
        )
        said.add(made.stdout)
    assert len(said) == 1
    assert len(json.loads(said.pop())) > 50


def test_works_are_taken_one_by_one_and_not_kept():
    alive, most = weakref.WeakSet(), 0

    class Watched(Work):
        __hash__ = object.__hash__

    def handed_in():
        nonlocal most
        for number in range(20):
            made = Watched("losses", "file", "losses.py", (COPIED.encode(),))
            alive.add(made)
            most = max(most, len(alive))
            yield f"s{number}", made

    similarity.compare(handed_in(), GIVEN)
    assert most <= 3


@pytest.mark.parametrize(
    "text",
    [
        " \n" * 50_000,
        ("x" + " " * 2_000 + "\n") * 100,
        'f"\\N{' * 20_000,
        "'" * 100_000,
        '"""\n' * 20_001,
        "(" * 100_000,
        "\\\n" * 50_000,
        "\x00" * 100_000,
        "x = 1\n" * 200_000,
        "\t" * 1_000_000,
        "\u202e\ufeff" * 50_000,
        "a = b[0] + 1 if c else -d\n" * 5_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_no_text_takes_long(text, tmp_path):
    started = time.process_time()  # what others do meanwhile does not count
    pairs = similarity.compare([("ada", work(text)), ("bob", work(text))], GIVEN)
    page = similarity.write(tmp_path, pairs, lambda student, unit: work(text))
    assert time.process_time() - started < 12
    assert page.stat().st_size < 3_000_000


# The page


def page_of(folder, **sources):
    works = {student: source if isinstance(source, Work) else work(source) for student, source in sources.items()}
    pairs = similarity.compare(works.items(), GIVEN)
    return similarity.write(folder, pairs, lambda student, unit: works[student]).read_text(encoding="utf-8")


def marked(page):
    """The text of each passage of the first pair by its side and number."""
    found = {}
    for side, part in zip("ab", page.split('<div class="side">')[1:3], strict=True):
        for number, text in re.findall(
            r'<mark class="m\d" data-passage="(\d+)">(?:<a [^>]*>\d+</a>)?([^<]*)</mark>', part
        ):
            found[side, number] = found.get((side, number), "") + "\n" + unescape(text)
    return found


def test_the_same_passages_are_marked_on_both_sides(tmp_path):
    found = marked(page_of(tmp_path, ada=COPIED, bob=functions_reversed(names_changed(COPIED)), zoe=HONEST[0]))
    numbers = {number for side, number in found if side == "a"}
    assert numbers == {number for side, number in found if side == "b"} != set()
    for number in numbers:
        mine, other = ([word for *_, word in fingerprints.tokens(found[side, number])] for side in "ab")
        assert mine == other
        assert len(mine) >= fingerprints.GRAM
    assert any("logsumexp" in text for text in found.values())


def test_what_was_given_is_grey_or_left_out(tmp_path):
    page = page_of(tmp_path, ada=COPIED, bob=COPIED)
    assert "This is PyTorch's huber_loss" not in unescape(page)
    assert "given to everybody" in page
    assert re.search(r'<li class="given"><span>\d+</span><code>def huber_loss', page)
    assert not any("def " in text for text in marked(page).values())


def test_the_page_is_safe_and_whole(tmp_path):
    evil = '<script>alert("x")</script>'
    hint = f"if e.size == 0:\n        raise ValueError('{evil}')\n    error = prediction - target\n    a = abs(e)\n"
    mine = COPIED.replace('"N is zero"', f"'{evil}\u202e\x00'").replace("a = abs(e)\n", hint)
    page = page_of(tmp_path, **{f"ada{evil}": mine, "bob\ud800\n": COPIED})
    assert "ada&lt;script&gt;" in page
    assert page.count("&lt;script&gt;alert") > page.count("ada&lt;script&gt;alert") + 1, "in the code too"
    assert "<i>" in page
    assert "<script" not in page
    assert not set(page) & set("\u202e\x00")
    assert not re.search(r"(?:src|href)=[\"'](?!#)|url\(|@import", page)
    places = re.findall(r' id="([^"]+)"', page)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(places)


def test_the_page_accuses_nobody(tmp_path):
    page = " ".join(page_of(tmp_path, ada=COPIED, bob=COPIED).split())
    assert "accuses nobody" in page
    assert not re.search(r"plagiari|cheat|copied|copies|steal|stole|suspic|guilt|offen", page, re.IGNORECASE)
    for said in ("formula", "same hint", "same tutor", "a third of the class", "does not tell who"):
        assert said in page


def test_a_page_without_pairs_says_so(tmp_path):
    assert "No two works have enough in common" in page_of(tmp_path, ada=HONEST[0], bob=HONEST[1])


def test_a_file_that_changed_meanwhile_spoils_nothing(tmp_path):
    pairs = similarity.compare([("ada", work(COPIED)), ("bob", work(COPIED))], GIVEN)
    page = similarity.write(tmp_path, pairs, lambda student, unit: Work(unit, "missing"))
    assert "ada and bob" in page.read_text(encoding="utf-8")


# The command


def chainrule(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    return ended.value.code


def test_the_command_writes_the_page_and_runs_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    handed_in, out, trace = tmp_path / "handed in", tmp_path / "out" / "new", tmp_path / "ran"
    trap = f"open({str(trace)!r}, 'w').close()\n"
    sources = {"ada": COPIED, "bob\x1b[2J": names_changed(COPIED), "zoe": HONEST[0], "max": "raise SystemExit\n"}
    for student, source in sources.items():
        (handed_in / student).mkdir(parents=True)
        (handed_in / student / "losses.py").write_text(trap + source, encoding="utf-8")
    assert chainrule("similarity", handed_in, "--out", out, "--unit", "losses", "--top", 5) == 0
    page, said = (out / "similarity.html").read_text(encoding="utf-8"), capsys.readouterr().out
    assert "1. ada and bob" in page
    assert "zoe" not in page
    assert "ada" in said
    assert "\x1b" not in said
    assert not trace.exists()


def test_the_command_says_where_there_is_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert chainrule("similarity", tmp_path / "nowhere", "--out", tmp_path / "out") == 2
    assert "nowhere" in capsys.readouterr().err
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "losses.py").write_text(COPIED, encoding="utf-8")
    assert chainrule("similarity", tmp_path / "class", "--out", tmp_path / "out") == 0
    assert "no two" in capsys.readouterr().out
