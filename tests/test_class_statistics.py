"""What a class understood: the numbers, and what is said of them in a terminal."""

import io
import statistics
import tracemalloc

import class_records as synthetic
import numpy as np
import pytest
from class_records import case, exercise, make_class, record, unit
from rich.console import Console

from autograder.classroom.statistics import Class, troubles_of
from autograder.classroom.terminal import terminal_summary
from autograder.cli.screen import put

IDS = ("conv.output_size", "conv.conv2d_forward", "conv.avg_pool2d_forward")


def class_of(*records):
    class_ = Class(synthetic.course())
    for one in records:
        class_.add(one)
    return class_


def conv(student, *statuses, handed_in=True, problem="", **more):
    """A student who handed in three exercises of one unit, which came out like this."""
    outcomes = [exercise(id, [case("a", status)], status) for id, status in zip(IDS, statuses, strict=True)]
    return record(student, [unit("conv", outcomes, problem, handed_in=handed_in)], **more)


def one(class_, id):
    return next(exercise for exercise in class_.exercises if exercise.id == id)


@pytest.fixture(scope="module")
def many():
    """A class of 200, and the same as a table: a row of points for each student, NaN where nothing was judged."""
    records = list(make_class(200))
    class_ = class_of(*records)
    ids = [exercise.id for exercise in class_.exercises]
    table = np.full((len(records), len(ids)), np.nan)
    for i, one in enumerate(records):
        for part in one["units"]:
            for outcome in part["exercises"]:
                if part["file"] and not part["problem"] and outcome["status"] not in ("grader error", "not assessed"):
                    table[i, ids.index(outcome["exercise"])] = outcome["earned"]
    return class_, records, table


# Scores


def test_scores_are_those_of_who_handed_in_anything(many):
    class_, records, _ = many
    shares = [r["earned"] / r["points"] for r in records if any(u["file"] or u["problem"] for u in r["units"])]
    assert 0 < len(shares) < len(records)
    scores = class_.scores
    assert scores.count == len(shares)
    assert scores.mean == pytest.approx(statistics.mean(shares))
    assert scores.median == pytest.approx(statistics.median(shares))
    lower, _, upper = statistics.quantiles(shares, n=4, method="inclusive")
    assert (scores.lower, scores.upper) == pytest.approx((lower, upper))


def test_every_score_is_in_one_bin(many):
    class_, _, _ = many
    assert sum(class_.scores.bins) == class_.scores.count


def test_all_points_are_in_the_last_bin_and_none_in_the_first():
    class_ = class_of(conv("a", *["passed"] * 3), conv("b", *["failed"] * 3))
    assert class_.scores.bins == (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def test_a_class_of_nobody():
    class_ = class_of()
    assert class_.scores is None
    assert len(class_) == 0
    assert class_.exercises == class_.mistakes() == class_.needs_help() == class_.troubles() == []


def test_a_class_in_which_nobody_handed_in_anything():
    class_ = class_of(conv("a", *["not started"] * 3, handed_in=False))
    assert class_.scores is None
    assert class_.nothing_handed_in == ["a"]
    assert one(class_, IDS[0]).pass_rate is None
    assert one(class_, IDS[0]).difficulty is None


# Exercises


def test_pass_rate_and_difficulty_of_every_exercise(many):
    class_, _, table = many
    for i, found in enumerate(class_.exercises):
        earned = table[:, i][~np.isnan(table[:, i])]
        assert found.judged == len(earned)
        assert found.pass_rate == pytest.approx(np.mean(earned == found.points))
        assert found.difficulty == pytest.approx(earned.mean() / found.points)


def test_discrimination_is_numpys_correlation_with_the_rest_score(many):
    class_, _, table = many
    totals = np.nansum(table, axis=1)
    for i, found in enumerate(class_.exercises):
        there = ~np.isnan(table[:, i])
        item = table[there, i]
        expected = np.corrcoef(item, totals[there] - item)[0, 1]
        assert class_.discrimination(found) == pytest.approx(expected, abs=1e-12)
        assert class_.why_undefined(found) == ""


def test_discrimination_is_the_point_biserial_correlation(many):
    """r = (mean of those right - mean of those wrong) / s * sqrt(p q), with the rest score's standard deviation s."""
    class_, _, table = many
    found = one(class_, "conv.conv2d_forward")
    i = class_.exercises.index(found)
    there = ~np.isnan(table[:, i])
    rest = np.nansum(table, axis=1)[there] - table[there, i]
    right = table[there, i] > 0
    p = right.mean()
    expected = (rest[right].mean() - rest[~right].mean()) / rest.std() * np.sqrt(p * (1 - p))
    assert class_.discrimination(found) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("passed failed failed", None, "fewer than two students"),
        ("passed failed failed", "passed passed failed", "all have it right"),
        ("failed failed failed", "failed passed failed", "all have the same points"),
        ("failed failed failed", "passed failed failed", "no difference in the other exercises"),
    ],
)
def test_discrimination_is_undefined(first, second, why):
    class_ = class_of(*(conv(row, *row.split()) for row in (first, second) if row))
    assert class_.discrimination(one(class_, IDS[0])) is None
    assert class_.why_undefined(one(class_, IDS[0])) == why


def test_rounding_is_no_difference():
    """Points such as 0.1 leave rests that differ in their last digits only."""
    class_ = class_of()
    for first in ("passed", "failed"):
        parts = zip(IDS, (first, "passed", "passed"), (0.1, 0.2, 0.7), strict=True)
        class_.add(record(first, [unit("conv", [exercise(id, [], status, points=p) for id, status, p in parts])]))
    assert class_.discrimination(one(class_, IDS[0])) is None


def test_an_exercise_that_weak_students_solve_discriminates_negatively():
    rows = [("passed", "failed", "failed")] * 3 + [("failed", "passed", "passed")] * 3
    class_ = class_of(*(conv(str(i), *row) for i, row in enumerate(rows)))
    assert class_.discrimination(one(class_, IDS[0])) == pytest.approx(-1)


def test_who_was_not_judged_counts_neither_way():
    class_ = class_of(conv("a", "passed", "passed", "passed"), conv("b", "grader error", "passed", "failed"),
                      conv("c", "not assessed", "passed", "failed"))  # fmt: skip
    assert one(class_, IDS[0]).pass_rate == 1
    assert one(class_, IDS[0]).judged == 1
    assert one(class_, IDS[0]).counts == {"passed": 1, "grader error": 1, "not assessed": 1}


def test_a_missing_unit_is_counted_as_missing_and_makes_no_exercise_harder():
    class_ = class_of(conv("a", *["passed"] * 3), conv("b", *["not started"] * 3, handed_in=False),
                      conv("c", *["not started"] * 3, problem="not JSON"))  # fmt: skip
    (found,) = class_.units
    assert (found.handed_in, found.missing, found.unreadable, found.share) == (1, 1, 1, 1.0)
    assert one(class_, IDS[0]).pass_rate == 1
    assert one(class_, IDS[0]).counts == {"passed": 1, "not handed in": 2}
    assert class_.nothing_handed_in == ["b"]


def test_records_may_have_different_units():
    """Graded again with another --unit: what a record does not have is not held against anyone."""
    other = record("b", [unit("lstm", [exercise("lstm.lstm_forward", [], "failed")])])
    class_ = class_of(conv("a", *["passed"] * 3), other, conv("c", *["failed"] * 3))
    assert [e.id for e in class_.exercises] == [*IDS, "lstm.lstm_forward"]
    assert one(class_, IDS[0]).pass_rate == 0.5
    assert one(class_, "lstm.lstm_forward").judged == 1
    assert class_.discrimination(one(class_, IDS[0])) == pytest.approx(1)


def test_units_and_exercises_are_in_course_order_whatever_came_first():
    parts = [unit(name, [exercise(id, []) for id in reversed(ids)]) for name, ids in
             (("lstm", ["lstm.lstm_forward"]), ("conv", IDS))]  # fmt: skip
    class_ = class_of(record("a", parts))
    assert [u.name for u in class_.units] == ["conv", "lstm"]
    assert [e.id for e in class_.exercises] == [*IDS, "lstm.lstm_forward"]


def test_the_class_grows_while_it_is_looked_at():
    class_ = class_of(conv("a", "passed", "passed", "failed"), conv("b", "failed", "failed", "failed"))
    assert class_.discrimination(one(class_, IDS[0])) == pytest.approx(1)
    class_.add(conv("c", "passed", "failed", "failed"))
    assert class_.discrimination(one(class_, IDS[0])) == pytest.approx(0.5)


# Mistakes, and who needs help


def wrong(student, *mistakes, cases=1):
    known = [(id, f"the name of {id}") for id in mistakes]
    outcomes = [exercise(IDS[0], [case(str(i), "failed", mistakes=mistakes) for i in range(cases)], "failed", known)]
    return record(student, [unit("conv", [*outcomes, exercise(IDS[1], [], "not started")])])


def test_mistakes_are_counted_by_student_most_frequent_first():
    class_ = class_of(wrong("a", "x", cases=3), wrong("b", "y", "x"), wrong("c", "x"), wrong("d", "z", cases=2))
    found = [(m.name, [class_.students[i] for i in m.students], m.cases) for m in class_.mistakes(IDS[0])]
    assert found == [
        ("the name of x", ["a", "b", "c"], 5),
        ("the name of z", ["d"], 2),
        ("the name of y", ["b"], 1),
    ]
    assert class_.mistakes() == class_.mistakes(IDS[0])
    assert class_.mistakes(IDS[1]) == []


def test_who_needs_help_is_ranked_from_the_lowest():
    class_ = class_of(
        conv("half", "passed", "failed", "passed"),
        conv("good", "passed", "passed", "passed"),
        conv("some", "passed", "failed", "failed"),
        conv("none", "failed", "not started", "not started"),
        conv("away", *["not started"] * 3, handed_in=False),
    )
    assert [(low.student, low.not_started) for low in class_.needs_help()] == [("none", 2), ("some", 0), ("half", 0)]
    assert class_.needs_help()[1].share == pytest.approx(1 / 5)
    assert class_.nothing_handed_in == ["away"]


def test_half_of_the_points_is_enough():
    outcomes = [exercise("conv.output_size", [], "passed"), exercise("conv.avg_pool2d_forward", [], "failed")]
    assert class_of(record("a", [unit("conv", outcomes)])).needs_help() == []


def test_who_needs_help_is_told_with_the_mistakes_that_several_share():
    class_ = class_of(wrong("b", "x", "y"), wrong("a", "x"), wrong("c", "z"))
    assert [[m.id for m in low.mistakes] for low in class_.needs_help()] == [["x"], ["x", "y"], ["z"]]
    assert [(m.id, who) for m, who in class_.shared_mistakes()] == [("x", ("a", "b"))]


# What went wrong technically


def troubles(**more):
    outcomes = more.pop("outcomes", [exercise(IDS[0], [case("a")])])
    return list(troubles_of(record("a", [unit("conv", outcomes, **more.pop("unit", {}))], **more)))


def test_nothing_went_wrong():
    assert troubles() == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("TimeLimit", "conv.output_size was stopped: it ran for longer than 5 seconds."),
        ("MemoryError", "conv.output_size asked for more memory than a submission may have."),
        ("Killed", "conv.output_size crashed, or tried what is forbidden (ended by a signal)."),
        ("Exited", "conv.output_size ended its own process (exit status unknown)."),
        ("TooLarge", "conv.output_size returned more than the few MB that an answer may hold."),
        ("Malformed", "conv.output_size sent something that is no answer (not readable)."),
    ],
)
def test_a_limit_is_told_in_words(kind, said):
    assert troubles(outcomes=[exercise(IDS[0], [], "failed", limits=[kind])]) == [("limit", said)]


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("Killed SIGSEGV", "conv.output_size crashed, or tried what is forbidden (SIGSEGV)."),
        ("Exited 0", "conv.output_size ended its own process (exit status 0)."),
        ("TooLarge 32", "conv.output_size returned more than the 32 MB that an answer may hold."),
        ("Strange: thing", "conv.output_size: Strange: thing"),
    ],
)
def test_an_ending_is_told_once_and_tells_more_than_its_limit(ending, said):
    kind = ending.split()[0]
    outcomes = [exercise(IDS[0], [], "failed", limits=[kind])]
    assert troubles(outcomes=outcomes, endings=[f"conv.output_size: {ending}"] * 2) == [("limit", said)]


def test_an_ending_of_nothing_known_is_told_as_it_is():
    assert troubles(endings=["the worker died"]) == [("limit", "the worker died")]


def test_a_fault_of_the_grader_is_told_once_for_a_unit():
    said = case("a", "grader error", sentence="The worker died.")
    found = troubles(outcomes=[exercise(id, [said], "grader error") for id in IDS], endings=["The worker died."])
    told = "3 exercises of conv: not judged, for a fault of the course or the grader. The worker died."
    assert found == [("grader", told)]


def test_files_that_were_dropped_or_not_read():
    assert troubles(remarks=["evil.pth was left out."]) == [("dropped", "evil.pth was left out.")]
    assert troubles(unit={"remarks": ["A magic was dropped."]}) == [("dropped", "conv: A magic was dropped.")]
    assert troubles(unit={"problem": "too large", "remarks": ["…"]}) == [
        ("unreadable", "conv: nothing could be read of the file (too large). It counts zero.")
    ]
    assert troubles(unit={"handed_in": False, "remarks": ["Nothing was handed in."]}) == []


def test_who_was_not_locked_in():
    ((kind, said),) = troubles(tier="limits only", locked=False)
    assert kind == "not locked"
    assert "limits only" in said


def test_the_same_trouble_is_told_once_with_all_students_the_worst_first():
    limit = [exercise(IDS[0], [], "failed", limits=["TimeLimit"])]
    class_ = class_of(*(record(name, [unit("conv", limit)], remarks=["x was left out."] * 2) for name in "abc"))
    class_.add(record("d", [unit("conv", limit)], locked=False, tier="limits only"))
    assert [(t.kind, t.students) for t in class_.troubles()] == [
        ("not locked", ("d",)),
        ("limit", ("a", "b", "c", "d")),
        ("dropped", ("a", "b", "c")),
    ]


def test_a_remark_without_end_is_cut():
    ((_, said),) = troubles(remarks=["x" * 10**6])
    assert len(said) < 400


# How much memory it takes


def test_five_thousand_students_take_a_few_megabytes():
    class_ = Class(synthetic.course())
    template = synthetic.make_record(0)
    tracemalloc.start()
    for i in range(5000):
        class_.add({**template, "student": f"student{i}"})
    assert len(class_) == 5000
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used < 5000 * (len(class_.exercises) * 12 + 150)
    assert used < 3 << 20


# In a terminal


def printed(class_, colour=False, **environment):
    out = io.StringIO()
    screen = Console(file=out, width=80, highlight=False, force_terminal=colour, _environ=environment)
    put(screen, terminal_summary(class_))
    return out.getvalue()


def test_the_summary_tells_what_matters(many):
    class_, _, _ = many
    text = printed(class_)
    assert f"mean {class_.scores.mean:.0%}   median {class_.scores.median:.0%}" in text
    for found in class_.hardest()[:5]:
        assert found.id in text
    for mistake in class_.mistakes()[:5]:
        assert f"{len(mistake.students):>4} {mistake.name}" in text
    assert "It counts zero." in text


def test_no_line_is_over_80_columns(many):
    class_, _, _ = many
    long = record(
        "s" * 300, [unit("conv", [exercise(IDS[0], [], "failed", [("x", "very " * 60)])])], remarks=["y" * 200]
    )
    for text in (printed(class_), printed(class_of(long, long)), printed(class_of())):
        assert max(map(len, text.splitlines())) < 80


def test_colours_are_left_away_where_they_are_not_wanted(many):
    class_, _, _ = many
    assert "\x1b[31m" in printed(class_, colour=True, TERM="xterm")
    assert "\x1b[3" not in printed(class_, colour=True, TERM="xterm", NO_COLOR="1")


def test_what_students_wrote_cannot_command_the_terminal():
    evil = "\x1b]0;title\x07\x1b[2J\u202eevil\r\n[red]x[/red]"
    class_ = class_of(*[wrong(evil, evil)] * 2)
    class_.course = synthetic.course(evil)
    class_.add(record(evil, [], remarks=[evil]))
    text = printed(class_)
    assert not set(text) & {"\x1b", "\x07", "\r", "\u202e"}
    assert "[red]x[/red]" in text


def test_the_same_seed_makes_the_same_class():
    assert list(make_class(5)) == list(make_class(5)) != list(make_class(5, seed=1))
