"""What students really hand in, meant well or not: each has its own sentence, and none harms the grader."""

import io
import random
import time

import numpy as np
import pytest

from autograder.grading import Grader
from autograder.implementation import load_cells

FORWARD = "affine_forward"


def first_wrong(outcome):
    """The first case that did not pass."""
    return next(case for case in outcome.cases if case.status != "passed")


def affine(returned, before=""):
    """A student's affine_forward that returns this; right but for that."""
    return f"""
def affine_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("an empty batch")
    out = x @ w + b
    {before}
    return {returned}
"""


def loss(returned):
    """A student's half_square that returns this; `right` is the right loss."""
    return f"""
def half_square(prediction, target):
    error = prediction - target
    right = 0.5 * np.mean(error**2)
    dprediction = error / len(error)
    return {returned}
"""


# What comes back is of the wrong kind

RETURNED = {
    "None": (affine("None"), "returns", "`affine_forward` returned None. Is a `return out, cache` missing at its end?"),
    "out alone": (affine("out"), "returns", "should return 2 results, (out, cache), but returned a single ndarray"),
    "three results": (affine("out, x, w"), "returns", "should return 2 results, (out, cache), but returned 3"),
    "a dict of the results": (affine("{'out': out, 'cache': x}"), "returns", "but returned a single dict"),
    "a generator function": (affine("out, (x, w)", "yield out"), "returns", "but returned a single generator"),
    "a list": (affine("out.tolist(), x"), "returns", "out is a list where a NumPy array was asked: `np.array(...)`"),
    "a generator": (affine("(row for row in out), x"), "returns", "out is of type generator where a plain NumPy"),
    "a subclass of ndarray": (
        affine("np.ma.array(out), x"),
        "returns",
        "of type MaskedArray where a plain NumPy array",
    ),
    "an array of objects": (affine("out.astype(object), x"), "returns", "out is an array of object, which cannot be"),
    "an array of strings": (affine("out.astype(str), x"), "returns", "out is an array of <U"),
    "a view of more than there is": (
        affine("np.broadcast_to(out[0], (10**12, *b.shape)), x"),
        "returns",
        "out has shape (1000000000000, 2), too large to look into; it should have (4, 2)",
    ),
    "a number": (affine("3.0, x"), "returns", "out is a single number where an array of shape (4, 2) was asked"),
    "None as a result": (affine("None, x"), "returns", "out, as returned by `affine_forward`, is None"),
    "one row": (affine("out[0], x"), "shape", "out has shape (2,); it should have (4, 2)"),
    "float32": (affine("out.astype(np.float32), x"), "dtype", "out is float32, but the inputs are float64"),
    "float16": (affine("out.astype(np.float16), x"), "dtype", "out is float16, but the inputs are float64"),
    "complex": (affine("out.astype(complex), x"), "dtype", "out is complex128, but the inputs are float64"),
    "whole numbers": (affine("out.astype(int), x"), "dtype", "array of whole numbers (int64), so every fraction was"),
    "a NaN": (
        affine("out, x", "out[1, 0] = np.nan"),
        "finite",
        "out is NaN or infinite in 1 of 8 entries, the first",
    ),
}


@pytest.mark.parametrize("what", RETURNED)
def test_what_is_returned_for_an_array(toy, what):
    source, rung, sentence = RETURNED[what]
    case = first_wrong(toy.grade(FORWARD, source))
    assert (case.status, case.rung) == ("failed", rung)
    assert sentence in case.sentence


LOSSES = {
    "a 0-d array": (loss("np.array(right), dprediction"), "returns", "an array with no axes where a plain number was"),
    "an array of one": (
        loss("np.array([right]), dprediction"),
        "returns",
        "an array of shape (1,) where a plain",
    ),
    "a string": (loss("str(right), dprediction"), "returns", "loss is of type str where a number was asked"),
    "a complex number": (loss("right + 7j, dprediction"), "returns", "loss is of type complex128 where a number was"),
    "an immense int": (loss("10**5000, dprediction"), "returns", "loss is of type int of 16610 bits where a number"),
    "a large int": (loss("10**30, dprediction"), "value", "loss is 1000000000000000000000000000000; it should be 0."),
    "NaN": (loss("float('nan'), dprediction"), "finite", "loss is nan; it should be 0."),
}


@pytest.mark.parametrize("what", LOSSES)
def test_what_is_returned_for_a_number(toy, what):
    source, rung, sentence = LOSSES[what]
    case = first_wrong(toy.grade("half_square", source))
    assert (case.status, case.rung) == ("failed", rung)
    assert sentence in case.sentence
    assert "dprediction is right." in case.details


def test_two_numbers_that_look_alike_are_shown_with_the_digits_that_differ(toy):
    case = first_wrong(toy.grade("half_square", loss("right * (1 + 1e-6), dprediction")))
    assert case.sentence == "loss is 0.806709366; it should be 0.80670856."


@pytest.mark.parametrize("kind", ["float", "np.float64", "np.float32"])
def test_a_number_is_right_as_a_python_float_or_a_numpy_scalar(toy, kind):
    assert toy.grade("half_square", loss(f"{kind}(right), dprediction")).status == "passed"


def test_one_result_that_is_wrapped_in_a_tuple(make_unit):
    unit = make_unit(
        """
        import numpy as np
        from autograder import value
        double = value(lambda rng, n: dict(x=rng.normal(size=n)), cases={"three": (3,)})
        """,
        """
        def double(x):
            return 2 * x
        """,
    )
    case = first_wrong(unit.grade("double", "def double(x): return (2 * x,)"))
    assert case.sentence == "`double` should return out alone, but returned it inside a tuple. Is there a stray comma?"


# The call itself


def test_print_output_is_kept_and_shown(toy, capsys):
    outcome = toy.grade(FORWARD, affine("out - b, x", "print('looking at', x.shape)"))
    assert outcome.cases[0].printed == "looking at (4, 3)\n"
    assert capsys.readouterr().out == ""


def test_output_without_end_is_shortened(toy):
    printed = toy.grade(FORWARD, affine("out - b, x", "print('first' + 10**6 * '.' + 'last')")).cases[0].printed
    assert len(printed) < 5000
    assert printed.startswith("first")
    assert printed.endswith("last\n")


def test_warnings_are_noted(toy):
    case = first_wrong(toy.grade(FORWARD, affine("out - b, x", "np.log(-np.ones(2)); np.log(-np.ones(2))")))
    assert case.warnings == ("RuntimeWarning: invalid value encountered in log",)


def test_an_input_that_is_changed_in_place(toy):
    case = first_wrong(toy.grade(FORWARD, affine("out, x", "x *= 2")))
    assert case.rung == "side effects"
    assert case.sentence.startswith("`affine_forward` changed its input x. Work on a copy")


def test_an_input_that_is_written_and_put_back_is_not_held_against_anyone(toy):
    assert toy.grade(FORWARD, affine("out, x", "kept = x.copy(); x += 1; x[:] = kept")).status == "passed"


def test_an_array_that_shares_memory_with_an_input_passes_with_a_note(make_unit):
    unit = make_unit(
        """
        import numpy as np
        from autograder import value
        turned = value(lambda rng, n: dict(x=rng.normal(size=(n, 2))), cases={"three": (3,)})
        """,
        """
        def turned(x):
            return x.T.copy()
        """,
    )
    outcome = unit.grade("turned", "def turned(x): return x.T")
    assert outcome.status == "passed"
    assert outcome.cases[0].details[0].startswith("Good to know: out shares its memory with x")
    assert unit.grade("turned").cases[0].details == ()


def test_an_array_that_a_later_call_overwrites(toy):
    source = """
    BUFFERS = {}
    def affine_forward(x, w, b):
        if len(x) == 0:
            raise ValueError("an empty batch")
        buffer = BUFFERS.setdefault((x.shape, w.shape, x.dtype), np.empty((len(x), len(b)), x.dtype))
        buffer[:] = x @ w + b
        return buffer, (x, w)
    """
    case = first_wrong(toy.grade(FORWARD, source))
    assert case.rung == "side effects"
    assert case.sentence.startswith("`affine_forward` wrote into an array that an earlier call had returned.")
    # What the forward overwrote is not held against the backward.
    assert toy.grade("affine_backward", source).status == "passed"


def test_a_backward_that_overwrites_what_the_forward_returned(toy):
    source = """
    def affine_forward(x, w, b):
        out = x @ w + b
        return out, (x, w, out)
    def affine_backward(dout, cache):
        x, w, out = cache
        out *= 0
        return dout @ w.T, x.T @ dout, dout.sum(axis=0)
    """
    case = first_wrong(toy.grade("affine_backward", source))
    assert case.sentence.startswith("`affine_backward` wrote into an array that an earlier call had returned.")


def test_an_array_that_is_made_once_and_never_written_again_passes(toy):
    source = """
    MADE = {}
    def affine_forward(x, w, b):
        if len(x) == 0:
            raise ValueError("an empty batch")
        key = x.tobytes(), w.tobytes(), x.dtype
        if key not in MADE:
            MADE[key] = x @ w + b
        return MADE[key], (x, w)
    """
    assert toy.grade(FORWARD, source).status == "passed"


@pytest.mark.parametrize(
    "state", ["def affine_forward(x, w, b, calls=[]):", "calls = []\ndef affine_forward(x, w, b):"]
)
def test_what_is_kept_between_calls(toy, state):
    body = "\n    calls.append(1)\n    return x @ w + b * len(calls), (x, w)"
    case = first_wrong(toy.grade(FORWARD, state + body))
    assert case.rung == "side effects"
    assert case.sentence.startswith(
        "`affine_forward` gives another answer when it is called again with the same inputs."
    )


def test_a_forward_that_keeps_something_between_calls_blocks_its_backward(toy):
    source = """
    calls = []
    def affine_forward(x, w, b):
        calls.append(1)
        return x @ w + b * len(calls), (x * len(calls), w)
    """
    assert toy.grade("affine_backward", source).status == "blocked"


@pytest.mark.parametrize("state", ["np.random.seed(0)", "np.random.rand()", "import random; random.random()"])
def test_the_global_random_state_is_noticed_and_put_back(toy, state):
    before = np.random.get_state()[1].tobytes(), np.random.get_state()[2], random.getstate()
    case = first_wrong(toy.grade(FORWARD, affine("out, x", state)))
    assert case.rung == "side effects"
    assert case.sentence.startswith("`affine_forward` changed NumPy's or Python's global random state")
    assert (np.random.get_state()[1].tobytes(), np.random.get_state()[2], random.getstate()) == before


def test_a_generator_of_ones_own_is_nobodys_business(toy):
    assert toy.grade(FORWARD, affine("out, x", "np.random.default_rng(3).normal()")).status == "passed"


@pytest.mark.parametrize("source", ["np.seterr(all='raise')", affine("out, x", "np.seterr(all='raise')")])
def test_numpys_error_settings_do_not_leak_into_the_grader(toy, source):
    assert toy.grade(FORWARD, source).status == "passed"
    assert np.geterr()["divide"] == "warn"


def test_warning_filters_do_not_leak_into_the_grader(toy):
    source = "import warnings\nwarnings.simplefilter('error')\n" + affine("out, x", "np.log(-1.0)")
    assert toy.grade(FORWARD, source).status == "passed"


# Exceptions


def test_an_exception_three_calls_deep_shows_the_students_own_lines_alone(toy):
    source = """
    def affine_forward(x, w, b):
        return outer(x)

    def outer(x):
        return inner(x)

    def inner(x):
        return np.linalg.inv(x[0])
    """
    case = first_wrong(toy.grade(FORWARD, source))
    assert case.rung == "returns"
    assert case.sentence.startswith("`affine_forward` stopped with LinAlgError: 1-dimensional array given.")
    assert [(place.function, place.source) for place in case.places] == [
        ("affine_forward", "return outer(x)"),
        ("outer", "return inner(x)"),
        ("inner", "return np.linalg.inv(x[0])"),
    ]
    assert {place.file.rpartition("/")[2] for place in case.places} == {"toy.py"}
    with open(case.places[0].file) as file:
        lines = file.read().splitlines()
    assert [lines[place.line - 1].strip() for place in case.places] == [place.source for place in case.places]


RAISED = {
    "endless recursion": ("return affine_forward(x, w, b)", "called itself until Python gave up (RecursionError)"),
    "SystemExit": ("raise SystemExit(3)", "`affine_forward` ended the program (exit or SystemExit)"),
    "exit()": ("import sys; sys.exit()", "`affine_forward` ended the program (exit or SystemExit)"),
    "an error without a text": ("raise KeyError", "`affine_forward` stopped with KeyError."),
    "an error whose text fails": ("raise Silent", "`affine_forward` stopped with Silent."),
    "a TypeError": ("return len(3)", "stopped with TypeError: object of type 'int' has no len()"),
    "not started below": ("return helper()", "`affine_forward` stopped with NotImplementedError."),
}


@pytest.mark.parametrize("what", RAISED)
def test_what_is_raised(toy, what):
    line, sentence = RAISED[what]
    source = f"""
class Silent(Exception):
    def __str__(self):
        raise ValueError

def helper():
    raise NotImplementedError

def affine_forward(x, w, b):
    {line}
"""
    case = first_wrong(toy.grade(FORWARD, source))
    assert (case.status, case.rung) == ("failed", "returns")
    assert sentence in case.sentence


def test_a_loop_that_never_ends_is_stopped(toy):
    began = time.monotonic()
    outcome = toy.grade(FORWARD, "def affine_forward(x, w, b):\n    while True:\n        pass", seconds=0.05)
    assert time.monotonic() - began < 5
    assert outcome.cases[0].sentence == (
        "`affine_forward` had not returned after 0.05 seconds. Is there a loop that never ends?"
    )
    assert outcome.cases[0].places[0].source in ("while True:", "pass")


def test_nobody_answers_input(toy, monkeypatch):
    keyboard = io.StringIO("3\n")
    monkeypatch.setattr("sys.stdin", keyboard)
    case = first_wrong(toy.grade(FORWARD, affine("out, x", "input('How many? ')")))
    assert case.sentence == "`affine_forward` stopped with EOFError: EOF when reading a line"
    assert case.printed == "How many? "
    assert keyboard.read() == "3\n"


def test_a_breakpoint_gets_the_terminal(toy, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("3\n"))
    monkeypatch.setattr("sys.breakpointhook", lambda: print("typed", input()))
    source = affine("out, x", "if not AT: AT.append(breakpoint())") + "\nAT = []\n"
    assert toy.grade(FORWARD, source, cases=toy.unit.exercises[FORWARD].visible_cases()[:1]).status == "passed"
    assert "typed 3" in capsys.readouterr().out


def test_ctrl_c_is_the_persons_at_the_keyboard(toy):
    with pytest.raises(KeyboardInterrupt):
        toy.grade(FORWARD, affine("out, x", "raise KeyboardInterrupt"))


# The duty to refuse

REFUSALS = {
    "not at all": ("pass", "`affine_forward` accepted inputs that make no sense. It should raise a ValueError"),
    "with another error": (
        "assert len(x)",
        "stopped with AssertionError on inputs that make no sense. Check them",
    ),
    "without a word": ("if not len(x): raise ValueError", "rightly raised a ValueError, but without a message"),
    "with a blank": ("if not len(x): raise ValueError(' ')", "rightly raised a ValueError, but without a message"),
}


@pytest.mark.parametrize("how", REFUSALS)
def test_the_duty_to_refuse(toy, how):
    line, sentence = REFUSALS[how]
    outcome = toy.grade(FORWARD, f"def affine_forward(x, w, b):\n    {line}\n    return x @ w + b, (x, w)")
    assert [case.case for case in outcome.cases if case.status != "passed"] == ["an empty batch"]
    case = first_wrong(outcome)
    assert sentence in " ".join([case.sentence, *case.details])


# The function's signature

SIGNATURES = {
    "too few": ("def affine_forward(x, w): pass", "is called with (x, w, b), but it takes (x, w)."),
    "too many": ("def affine_forward(x, w, b, c): pass", "is called with (x, w, b), but it takes (x, w, b, c)."),
    "another order": ("def affine_forward(w, x, b): pass", "in another order: (w, x, b) where (x, w, b) was asked."),
    "renamed": (
        "def affine_foward(x, w, b): pass\ndel affine_forward",
        "toy.py has no function called `affine_forward`, but one called `affine_foward`. Is it the same, renamed?",
    ),
    "missing": (
        "del affine_forward, affine_backward",
        "toy.py has no function called `affine_forward`. Was it removed or renamed?",
    ),
    "not a function": ("affine_forward = 3\ndel affine_backward", "toy.py has no function called `affine_forward`."),
}


@pytest.mark.parametrize("what", SIGNATURES)
def test_the_signature(toy, what):
    source, sentence = SIGNATURES[what]
    outcome = toy.grade(FORWARD, source)
    assert {(case.status, case.rung) for case in outcome.cases} == {("failed", "signature")}
    assert sentence in outcome.cases[0].sentence


@pytest.mark.parametrize(
    "start",
    [
        "def affine_forward(x, w, b, verbose=False):",
        "def affine_forward(x, /, w, b):",
        "def affine_forward(*args):\n    x, w, b = args",
        "def affine_forward(x, weights, bias):\n    w, b = weights, bias",
    ],
)
def test_other_signatures_that_can_be_called_so_pass(toy, start):
    source = f"""
{start}
    if len(x) == 0:
        raise ValueError("an empty batch")
    return x @ w + b, (x, w)
"""
    assert toy.grade(FORWARD, source).status == "passed"


def test_a_backward_with_its_parameters_exchanged(toy):
    case = toy.grade("affine_backward", "def affine_backward(cache, dout): pass").cases[0]
    assert "in another order: (cache, dout) where (dout, cache) was asked." in case.sentence


# The file

FILES = {
    "a syntax error": (
        b"import numpy\n\ndef f(:\n",
        "cannot be read by Python: SyntaxError on line 3: invalid",
    ),
    "wrong indentation": (b"def f():\npass\n", "cannot be read by Python: IndentationError on line 2: expected an"),
    "an open bracket": (b"x = 1\ny = (x,\n", "cannot be read by Python: SyntaxError on line 2: '(' was never closed."),
    "null bytes": (b"x = 1\n\n\0\n", "cannot be read by Python: SyntaxError on line 3: source code"),
    "Latin-1": (b"x = 1\n\n\n# caf\xe9\n", "is not saved as UTF-8: Python cannot read line 4."),
    "Latin-1 on line 1": (b"# caf\xe9\nx = 1\n", "is not saved as UTF-8: Python cannot read line 1."),
    "UTF-16": ("x = 1\n".encode("utf-16"), "is not saved as UTF-8: Python cannot read line 1."),
    "an unknown encoding": (b"# -*- coding: klingon -*-\n", "cannot be read by Python: SyntaxError on line 1: unknown"),
    "an import of what is not there": (b"import nothing_like_it\n", "stops while it is imported: ModuleNotFoundError:"),
    "an error on import": (b"x = 1\ny = x / 0\n", "stops while it is imported: ZeroDivisionError: division by zero."),
    "a missing data file": (b"x = open('no_such_file')\n", "stops while it is imported: FileNotFoundError:"),
    "a syntax error elsewhere": (b"exec('x = (')\n", "stops while it is imported: SyntaxError: '(' was never closed"),
    "an exit": (b"import sys\nsys.exit(1)\n", "stops while it is imported: SystemExit: 1."),
    "an endless loop": (b"while True:\n    pass\n", "was still busy after 0.1 seconds of being imported."),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_imported(toy, what):
    content, sentence = FILES[what]
    case = toy.grade(FORWARD, content, seconds=0.1).cases[0]
    assert (case.status, case.rung) == ("failed", "imports")
    assert case.sentence.startswith(f"toy.py {sentence}")


def test_a_notebook_that_cannot_be_read_is_called_what_it_is(toy):
    code = load_cells([b"def f(:"], "toy.ipynb", "toy_notebook")
    case = Grader(toy.unit, code, toy.live).grade(toy.unit.exercises[FORWARD]).cases[0]
    assert case.sentence.startswith("toy.ipynb cannot be read by Python: SyntaxError on line 1")


def test_the_line_of_an_error_on_import_is_shown(toy):
    place = toy.grade(FORWARD, b"x = 1\n\ny = x / 0\n").cases[0].places[-1]
    assert (place.line, place.source) == (3, "y = x / 0")


def test_an_error_on_import_leaves_no_random_state_behind(toy):
    before = np.random.get_state()[1].tobytes()
    toy.grade(FORWARD, b"import numpy as np\nnp.random.seed(1)\n1 / 0\n")
    assert np.random.get_state()[1].tobytes() == before


def test_a_byte_order_mark_and_a_declared_encoding_are_fine(toy):
    right = toy.unit.reference_file.read_bytes()
    assert toy.grade(FORWARD, b"\xef\xbb\xbf" + right).status == "passed"
    assert toy.grade(FORWARD, b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + right).status == "passed"


def test_no_file_at_all_is_not_started(toy, tmp_path):
    from autograder.grading import Grader

    outcome = Grader(toy.unit, toy.unit.student(tmp_path / "toy.py"), toy.live).grade(toy.unit.exercises[FORWARD])
    assert outcome.status == "not started"
    assert outcome.cases[0].sentence == "There is no file toy.py. Put it back: `chainrule reset` brings the stub."


def test_an_empty_file(toy):
    assert toy.grade(FORWARD, b"").cases[0].sentence.startswith("toy.py has no function called `affine_forward`.")


# What is not started


def test_a_stub_is_not_started(toy):
    outcome = toy.grade(FORWARD, toy.unit.stubs.read_bytes())
    assert (outcome.status, outcome.earned) == ("not started", 0)
    assert outcome.cases[0].sentence == "`affine_forward` is not started yet."


def test_a_function_that_was_begun_and_still_raises_is_told_so_with_its_line(toy):
    source = "def affine_forward(x, w, b):\n    out = x @ w\n    raise NotImplementedError"
    case = first_wrong(toy.grade(FORWARD, source))
    assert case.status == "failed"
    assert case.sentence == "`affine_forward` has been begun, and still comes to a `raise NotImplementedError`."
    assert case.places[-1].source == "raise NotImplementedError"


def test_a_function_that_calls_one_that_is_not_started_waits_for_it(toy):
    source = """
    def affine_backward(dout, cache):
        raise NotImplementedError
    """
    outcome = toy.grade("descend", source)
    assert outcome.status == "blocked"
    assert outcome.cases[0].sentence == "`descend` calls `affine_backward`, which is not started yet."


def test_a_backward_whose_forward_is_not_started_waits_for_it(toy):
    outcome = toy.grade("affine_backward", "def affine_forward(x, w, b):\n    raise NotImplementedError")
    assert outcome.status == "blocked"
    assert outcome.cases[0].sentence == "`affine_backward` waits for `affine_forward`, which is not started yet."
