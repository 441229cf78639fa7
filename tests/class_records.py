"""Synthetic grade records: a class whose students differ in what they can do, the same for the same seed."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from autograder.outcome import CaseOutcome, Place

KNOWN = {
    "linear.linear_forward": (
        2,
        [("no_bias", "b is left out", "Every output has a bias of its own: add b to each row.")],
    ),
    "linear.linear_backward": (
        3,
        [
            (
                "mean_over_batch",
                "the gradients are averaged over the batch",
                "Sum over the rows: the loss has divided.",
            ),
            ("dw_transposed", "dw is transposed", "dw has the shape of w: x.T @ dout."),
        ],
    ),
    "linear.softmax_weights_forward": (1, []),
    "linear.softmax_weights_backward": (
        3,
        [("only_diagonal", "only the diagonal is used", "Every weight moves all others.")],
    ),
    "linear.fit_school_weights": (3, []),
    "losses.mse_loss": (2, [("halved", "the loss is halved", "The mean of the squares has no factor of one half.")]),
    "losses.mae_loss": (2, []),
    "losses.huber_loss": (2, [("kink", "the two pieces do not meet", "Both pieces are delta²/2 where they meet.")]),
    "losses.softmax_cross_entropy": (
        4,
        [
            ("overflows", "the largest logit is not subtracted first", "exp overflows: subtract each row's maximum."),
            (
                "not_divided",
                "the gradient is not divided by the batch size",
                "The loss is a mean, so its gradient is too.",
            ),
        ],
    ),
    "conv.output_size": (1, [("counts_steps", "the last + 1 is missing", "With no room to move one place is left.")]),
    "conv.conv2d_forward": (
        3,
        [
            (
                "true_convolution",
                "the filter is flipped",
                "Deep learning's convolution does not flip: slide w as it is.",
            ),
            ("no_bias", "the bias is forgotten", "Add b[f] to the whole of output channel f."),
        ],
    ),
    "conv.conv2d_backward": (
        5,
        [
            ("uncropped", "dx still has its padding", "Crop `padding` rows and columns from every side of dx."),
            ("dx_with_flipped_filter", "dx uses the flipped filter", "Each window passes its gradient back through w."),
        ],
    ),
    "conv.max_pool2d_forward": (
        2,
        [("starts_from_zero", "the maximum starts from zero", "A window can be all negative.")],
    ),
    "conv.max_pool2d_backward": (
        3,
        [("ties_share", "equal maxima share the gradient", "The first maximum takes it all.")],
    ),
    "conv.avg_pool2d_forward": (1, []),
    "lstm.lstm_step_forward": (
        3,
        [("gate_order", "the gates are in another order", "The columns of w are i, f, o, g.")],
    ),
    "lstm.lstm_step_backward": (
        5,
        [("dc_forgotten", "the cell's own path is forgotten", "dc comes from h and from c.")],
    ),
    "lstm.lstm_forward": (2, []),
    "lstm.lstm_backward": (
        6,
        [("dh_not_added", "dh of the step after is left out", "Add what comes from the step after.")],
    ),
}
TITLES = {
    "linear": "Linear layers and a school's secret weights",
    "losses": "Losses: how wrong is a guess",
    "conv": "Convolution and pooling",
    "lstm": "LSTM and GRU: memory behind gates",
}
CASES = ("one filter over one image", "padding 1 keeps the size", "stride 2 leaves the last column out")
FIRST = ["Ada", "Bela", "Chen", "Dara", "Emre", "Fatima", "Goro", "Hana", "Ines", "Jun", "Kofi", "Lena", "Mia", "Nils"]
LAST = ["Abe", "Brandt", "Costa", "Diaz", "Eriksen", "Fuchs", "Garcia", "Haddad", "Ito", "Jansen", "Kaya", "Lopez"]
LIMITS = {"exercise": 5.0, "submission": 30.0, "patience": 2.0, "memory": 2 << 30, "files": 64, "reply": 32 << 20}
TIER = "namespaces (user, mount, net, pid, ipc) + Landlock 7 + seccomp + limits"
VERSIONS = {"chainrule": "0.1.0", "python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1"}


@dataclass(frozen=True)
class Unit:
    name: str
    title: str
    points: dict


@dataclass(frozen=True)
class Course:
    title: str
    units: tuple


def course(title: str = "Chainrule: deep learning by hand") -> Course:
    points: dict[str, dict] = {name: {} for name in TITLES}
    for id, (worth, _) in KNOWN.items():
        unit, _, name = id.partition(".")
        points[unit][name] = worth
    return Course(title, tuple(Unit(name, TITLES[name], points[name]) for name in TITLES))


def case(name: str, status: str = "passed", **more) -> dict:
    """A case's outcome as records have it."""
    outcome = CaseOutcome(name, status, **more)
    return json.loads(json.dumps(asdict(outcome)))


def exercise(id: str, cases=(), status: str = "passed", mistakes=(), points=None, limits=(), seed: int = 123) -> dict:
    worth = KNOWN[id][0] if points is None else points
    return {
        "exercise": id,
        "status": status,
        "points": worth,
        "earned": worth if status == "passed" else 0,
        "seed": seed,
        "mistakes": [{"id": i, "name": n} for i, n in mistakes],
        "limits": list(limits),
        "cases": list(cases),
    }


def unit(name: str, exercises, problem: str = "", remarks=(), handed_in: bool = True) -> dict:
    content = hashlib.sha256(repr(exercises).encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "unit": name,
        "title": TITLES.get(name, name),
        "file": {"name": f"{name}.py", "kind": "file", "sha256": content, "size": 2000} if handed_in else None,
        "problem": problem,
        "remarks": list(remarks),
        "points": sum(e["points"] for e in exercises),
        "earned": sum(e["earned"] for e in exercises),
        "exercises": list(exercises),
    }


def record(student: str, units, late: bool = False, identity=None, remarks=(), name: str = "", **run) -> dict:
    """A whole record; `run` gives what differs in how it was graded."""
    return {
        "schema": 1,
        "course": "Chainrule: deep learning by hand",
        "student": student,
        "submission": {
            "name": name or f"{student}.zip",
            "late": late,
            "attempt": "",
            "identity": identity or {},
            "remarks": list(remarks),
            "digest": "0" * 64,
        },
        "units": list(units),
        "points": sum(u["points"] for u in units),
        "earned": sum(u["earned"] for u in units),
        "key": "0" * 64,
        "run": {
            "graded": "2026-11-21T10:00:00+00:00",
            "seconds": 0.05,
            "exercises": {e["exercise"]: {"seconds": 0.004, "cpu": 0.0} for u in units for e in u["exercises"]},
            "tier": TIER,
            "locked": True,
            "limits": LIMITS,
            "memory": 123,
            "processes": 2,
            "endings": [],
            "versions": VERSIONS,
            **run,
        },
        "signature": "0" * 64,
    }


def failed(rng: random.Random, id: str) -> dict:
    """An exercise that is wrong: by a known mistake, by an unknown one, in an unseen case only, or out of time."""
    known = KNOWN[id][1]
    unit_name, _, name = id.partition(".")
    seed, how = rng.getrandbits(63), rng.random()
    if known and how < 0.7:
        mistake, said, hint = known[0] if rng.random() < 0.7 else known[-1]
        details = ("dx has shape (2, 3, 7, 6); it should have (2, 3, 5, 4).", "dw, db are right.")
        sentence = f"{said[0].upper()}{said[1:]}."
        wrong = dict(rung="value", sentence=sentence, hint=hint, mistakes=(mistake,), details=details)
        if rng.random() < 0.2:
            cases = [*map(case, CASES), case("unseen 1", "failed", hidden=True, **wrong), case("unseen 2", hidden=True)]
        else:
            cases = [case(c, "failed", **wrong) for c in CASES]
        return exercise(id, cases, "failed", [(mistake, said)], seed=seed)
    if 0.7 <= how < 0.73:
        said = f"`{name}` was still busy after 5 seconds, and was stopped. Is there a loop that does not end?"
        cases = [case(c, "failed", rung="returns", sentence=said) for c in CASES]
        return exercise(id, cases, "failed", limits=["TimeLimit"], seed=seed)
    if 0.73 <= how < 0.85:
        cases = [
            *map(case, CASES),
            case("unseen 1", "failed", hidden=True, rung="value", sentence="out[0, 1] is 3.25."),
        ]
        return exercise(id, cases, "failed", seed=seed)
    said = f"`{name}` stopped with IndexError: index 5 is out of bounds for axis 1 with size 5"
    place = Place(f"{unit_name}.py", rng.randrange(10, 90), name, "total += x[n, i + stride]")
    wrong = [case(c, "failed", rung="returns", sentence=said, places=(place,)) for c in CASES[1:]]
    return exercise(id, [case(CASES[0]), *wrong], "failed", seed=seed)


def made(rng: random.Random, id: str, skill: float, wrong: set[str]) -> dict:
    """One exercise as a student of this skill would do it; those in `wrong` are not right."""
    seed, name = rng.getrandbits(63), id.partition(".")[2]
    forward = id.replace("_backward", "_forward")
    if forward != id and forward in wrong:
        said = f"`{name}` waits for `{forward.partition('.')[2]}`, which is not right yet. Get that one right first."
        return exercise(id, [case(c, "blocked", sentence=said) for c in CASES], "blocked", seed=seed)
    if rng.random() < skill - 0.12 * KNOWN[id][0] + 0.5:
        return exercise(
            id, [*map(case, CASES), case("unseen 1", hidden=True), case("unseen 2", hidden=True)], seed=seed
        )
    if rng.random() < 0.25:
        said = f"`{name}` is not started yet."
        return exercise(id, [case(c, "not started", sentence=said) for c in CASES], "not started", seed=seed)
    return failed(rng, id)


def made_unit(rng: random.Random, name: str, skill: float, missing: bool, endings: list[str]) -> dict:
    ids = [id for id in KNOWN if id.startswith(f"{name}.")]
    blank = [exercise(id, status="not started", seed=rng.getrandbits(63)) for id in ids]
    if missing or rng.random() < 0.05:
        return unit(name, blank, remarks=[f"Nothing was handed in for {name}."], handed_in=False)
    if rng.random() < 0.01:
        return unit(name, blank, "not JSON", ["The notebook cannot be read: it is not JSON."])
    outcomes: list[dict] = []
    for id in ids:
        outcomes.append(made(rng, id, skill, {o["exercise"] for o in outcomes if o["status"] != "passed"}))
    if rng.random() < 0.01:
        said = "The course itself has a fault here: the grader stopped (KeyError: 'x')"
        outcomes[-1] = exercise(ids[-1], [case(CASES[0], "grader error", sentence=said)], "grader error")
    if outcomes[0]["status"] == "failed" and rng.random() < 0.1:
        outcomes[0]["limits"] = ["Killed"]
        endings.append(f"{ids[0]}: Killed SIGSEGV")
    remarks = ["numpy.py is not part of the unit and was left out."] if rng.random() < 0.02 else []
    return unit(name, outcomes, remarks=remarks)


def make_record(i: int, seed: int = 0) -> dict:
    """The record of student number `i` of a class."""
    rng = random.Random(f"{seed}:{i}")
    skill = min(max(rng.gauss(0.68, 0.27), 0.0), 1.0)
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    nothing = rng.random() < 0.03
    endings: list[str] = []
    units = [made_unit(rng, unit_name, skill, nothing, endings) for unit_name in TITLES]
    student = f"s{i:05d}.{name.lower().replace(' ', '.')}@school.example"
    identity = {"canvas_id": str(9000 + i), "moodle_id": str(70000 + i), "name": name}
    return record(
        student, units, rng.random() < 0.08, identity, endings=endings, seconds=round(rng.uniform(0.03, 0.2), 4)
    )


def make_class(students: int, seed: int = 0) -> Iterator[dict]:
    """The records of a class, one at a time, sorted by student."""
    return (make_record(i, seed) for i in range(students))


# Records that are meant to break something

MARK = "MARK3R"
NUMBER = 98765432109876
NAMES = (
    'Lovelace, "Ada"',
    "line\nbreak",
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://x\")",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "{{ 7 * 7 }}{% raw %}",
    "😀 émoji",
    "עדה لوفليس",
    "\u202eevil\u2066",
    "\ud800 half",
    "\x00\x08\x1b[31m\x7f\x85\ufffe",
    "]]> & &amp; ' \"",
    "../../etc/passwd",
    "..",
    "n" * 300,
)  # fmt: skip


def planted(value):
    """The value with a mark in every string, at any depth, and another for every number."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return f"{MARK} {value}"
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, dict):
        return {name: planted(inner) for name, inner in value.items()}
    return [planted(inner) for inner in value]


def with_marks(record: dict, known: bool = False) -> dict:
    """The record with marks in all that is known of unseen cases, but for their status; and for the seeds.

    Args:
        known: leave the known mistakes and their hints, which may be told, as they are.
    """
    record = json.loads(json.dumps(record))
    for part in record["units"]:
        for outcome in part["exercises"]:
            outcome["seed"] = NUMBER
            for case in outcome["cases"]:
                if case["hidden"]:
                    kept = {"status": case["status"], "hidden": True}
                    if known and case["mistakes"]:
                        kept |= {"mistakes": case["mistakes"], "hint": case["hint"]}
                    full = {"details": ["a detail"], "warnings": ["a warning"], "printed": "out", "hint": "a hint",
                            "sentence": "a sentence", "places": [asdict(Place("f.py", 1, "f", "x = 1"))]}  # fmt: skip
                    case |= planted({**case, **full}) | kept
    return record


def unseen_failures() -> dict:
    """Unseen cases that failed: by a known mistake, by none, three of them, and for the grader's fault."""
    known = case("u", "failed", hidden=True, mistakes=("uncropped",), hint="Crop it.")
    plain = case("u", "failed", hidden=True)
    broken = case("u", "grader error", hidden=True)
    seen = [case(name) for name in CASES]
    outcomes = [
        exercise("conv.conv2d_backward", [*seen, known], "failed", [("uncropped", "dx still has its padding")]),
        exercise("conv.conv2d_forward", [*seen, plain, case("u", hidden=True)], "failed"),
        exercise("conv.max_pool2d_forward", [*seen, plain, plain, plain], "failed"),
        exercise("conv.max_pool2d_backward", [*seen, broken], "grader error"),
        exercise("conv.avg_pool2d_forward", [case("one", "failed", sentence="Wrong."), plain], "failed"),
        exercise("conv.output_size", [*seen, case("u", hidden=True)]),
    ]
    identity = {"canvas_id": "1", "moodle_id": "2", "name": "Ada Lovelace"}
    return record("ada", [unit("conv", outcomes)], identity=identity, endings=["conv.conv2d_forward: Exited 42"])
