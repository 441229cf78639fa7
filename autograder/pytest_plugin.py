"""The pytest face: exercises become test items, one for each visible case, and a summary by unit closes the run."""

import textwrap
from pathlib import Path

import pytest

COLOURS = {"passed": "green", "failed": "red", "blocked": "yellow", "not started": "cyan", "grader error": "purple"}
LETTERS = {"not started": "-", "blocked": "b", "not assessed": "o", "grader error": "G"}


def pytest_addoption(parser):
    group = parser.getgroup("chainrule", "Chainrule's exercises")
    group.addoption("--solutions", action="store_true", help="check the reference solutions instead of your own files")
    group.addoption("--time-limit", type=float, default=None, metavar="SECONDS",
                    help="how long one call of your function may take (default 10, 0 for no limit)")  # fmt: skip


def unit_of(path: Path):
    """The unit whose definitions are in the file at `path`, or None."""
    if path.parent.parent.name != "exercises" or path.name != f"test_{path.parent.name}.py":
        return None
    if not (path.parents[2] / "course.toml").is_file():
        return None
    from .course import Course

    course = Course.read(path.parents[2])
    return next((unit for unit in course.units if unit.definitions == path.resolve()), None)


def pytest_pycollect_makemodule(module_path, parent):
    unit = unit_of(module_path)
    return ExerciseFile.from_parent(parent, path=module_path, unit=unit) if unit else None


class ExerciseFile(pytest.File):
    """A unit's definitions."""

    def __init__(self, *, unit, **kwargs):
        super().__init__(**kwargs)
        self.unit = unit

    def collect(self):
        for exercise in self.unit.exercises.values():
            for case in exercise.visible_cases():
                name = f"{exercise.name}[{case.name}]"
                # Given whole, the id is read as a parametrised test's, which --lf needs from pytest 9.2 on.
                yield ExerciseItem.from_parent(
                    self, name=name, nodeid=f"{self.nodeid}::{name}", exercise=exercise, case=case
                )


class ExerciseItem(pytest.Item):
    """One case of an exercise."""

    def __init__(self, *, exercise, case, **kwargs):
        super().__init__(**kwargs)
        self.exercise, self.case = exercise, case

    def runtest(self):
        outcome = desk(self.session).outcome(self)
        self.outcome = outcome
        if outcome.status == "failed":
            first = desk(self.session).first_wrong(self)
            if outcome.printed and first is self:
                self.add_report_section("call", "stdout", outcome.printed)
            raise Wrong(outcome)
        if outcome.status != "passed":
            pytest.skip(outcome.sentence)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, Wrong):
            return Explanation(self, excinfo.value.outcome)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, self.exercise.line - 1, self.name


class Wrong(Exception):
    """A case failed."""

    def __init__(self, outcome):
        super().__init__(outcome.sentence)
        self.outcome = outcome


class Crash:
    """What pytest's short summary shows of a failure."""

    def __init__(self, message):
        self.message = message


class Explanation:
    """A failed case as the student reads it: all of it for the first of an exercise, a sentence for the others."""

    def __init__(self, item, outcome):
        self.reprcrash = Crash(outcome.sentence)
        full = item.config.option.verbose > 0 or desk(item.session).first_wrong(item) is item
        self.lines = list(explanation(item, outcome)) if full else [(outcome.sentence, {})]

    def toterminal(self, tw):
        for text, markup in self.lines:
            for line in wrapped(text, tw.fullwidth):
                tw.line(line, **markup)

    def __str__(self):
        return "\n".join(text for text, _ in self.lines)


def wrapped(text, width):
    """The text in lines of at most `width`, each as far indented as the first; code is never broken."""
    rest = text.lstrip()
    indent = text[: len(text) - len(rest)]
    return textwrap.wrap(
        rest,
        max(width - 1, 40),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def explanation(item, outcome):
    """The lines of a failure, with how each is marked up."""
    from . import sentences as say

    yield outcome.sentence, {"red": True, "bold": True}
    if outcome.hint:
        yield outcome.hint, {}
    if outcome.details:
        yield "", {}
    for detail in outcome.details:
        yield f"  {detail}", {}
    for place in outcome.places:
        where = f"  {relative(place.file, item.config)}:{place.line}"
        yield f"{where} in {place.function}" if place.function else where, {"cyan": True}
        if place.source:
            yield f"      {place.source}", {}
    for warning in outcome.warnings:
        yield f"  {warning}", {"yellow": True}
    yield "", {}
    yield f"  {say.stuck(f'chainrule hint {item.exercise.id}')}", {"light": True}


def relative(file, config):
    try:
        return str(Path(file).relative_to(config.invocation_params.dir))
    except ValueError:
        return file


class Desk:
    """What the items of one session share: for each unit a grader, for each exercise its outcome."""

    def __init__(self, session):
        self.session = session
        self.graders = {}
        self.outcomes = {}
        self.shown = {}

    def outcome(self, item):
        """The outcome of an item's case. An exercise is graded at once on all of its cases that were selected, since
        a mistake is named only if nothing in any of them speaks against it."""
        exercise = item.exercise
        if exercise not in self.outcomes:
            cases = [i.case for i in self.session.items if isinstance(i, ExerciseItem) and i.exercise is exercise]
            graded = self.grade(item.parent.unit, exercise, cases)
            self.outcomes[exercise] = {case.case: case for case in graded}
        return self.outcomes[exercise][item.case.name]

    def grade(self, unit, exercise, cases):
        from . import sentences as say
        from .checking import SECONDS, grader
        from .course import CourseError
        from .grading import everywhere

        if unit.name not in self.graders:
            option = self.session.config.option
            seconds = SECONDS if option.time_limit is None else option.time_limit or None
            try:
                self.graders[unit.name] = grader(unit, option.solutions, seconds, option.capture != "no")
            except CourseError as error:
                self.graders[unit.name] = error
        made = self.graders[unit.name]
        if isinstance(made, CourseError):
            return everywhere(cases, "grader error", say.grader_error(made))
        return made.grade(exercise, cases).cases

    def first_wrong(self, item):
        """The first item of the same exercise that failed, as far as the run has come."""
        return self.shown.setdefault(item.exercise, item)


DESK = pytest.StashKey[Desk]()


def desk(session) -> Desk:
    if DESK not in session.stash:
        session.stash[DESK] = Desk(session)
    return session.stash[DESK]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """Bring frozen answers up to date, once, before any worker of pytest-xdist starts."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    courses = {course.root: course for course in map(course_above, config.args) if course}
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if courses and reporter and not any(arg.startswith("-r") for arg in config.invocation_params.args):
        reporter.reportchars = ""  # our own summary says what to do next
    for course in courses.values():
        from . import sentences as say
        from .checking import build_answers, stale, units_under

        paths = [Path(config.invocation_params.dir, arg.split("::")[0]) for arg in config.args]
        if waiting := stale(units_under(course, paths)):
            if reporter:
                reporter.write_line(say.preparing(unit.name for unit in waiting))
            if fault := build_answers(waiting):
                raise pytest.UsageError(fault)


def course_above(arg):
    from .course import Course, CourseError

    path = Path(arg.split("::")[0])
    if not path.exists():
        return None
    try:
        course = Course.find(path if path.is_dir() else path.parent)
    except CourseError:
        return None
    return (
        course
        if "exercises" in path.resolve().relative_to(course.root).parts or path.resolve() == course.root
        else None
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if isinstance(item, ExerciseItem) and call.when == "call" and hasattr(item, "outcome"):
        report.chainrule = {
            "root": str(item.parent.unit.root),
            "exercise": item.exercise.id,
            "points": item.parent.unit.points[item.exercise.name],
            "case": item.case.name,
            "of": len(item.exercise.visible_cases()),
            "status": item.outcome.status,
            "sentence": item.outcome.sentence,
        }
    return report


def pytest_report_teststatus(report):
    seen = getattr(report, "chainrule", None)
    if seen and seen["status"] in LETTERS:
        status = seen["status"]
        return status, LETTERS[status], (status.upper(), {COLOURS.get(status, "yellow"): True})
    return None


class Tally:
    """Collects the outcomes of a run from its reports, whichever worker they come from."""

    def __init__(self):
        self.seen = {}

    def pytest_runtest_logreport(self, report):
        if row := getattr(report, "chainrule", None):
            self.seen.setdefault(row["root"], {}).setdefault(row["exercise"], []).append(row)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        rows = [row for exercises in self.seen.values() for cases in exercises.values() for row in cases]
        undone = any(row["status"] not in ("passed", "not assessed") for row in rows)
        if undone and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        for root, exercises in self.seen.items():
            if terminalreporter.config.option.verbose >= -1:
                write_summary(terminalreporter, root, exercises)


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Tally(), "chainrule-tally")


def write_summary(reporter, root, exercises):
    """The points by unit, in course order, and what to do next."""
    from . import sentences as say
    from .course import Course
    from .outcome import FAILED, NOT_ASSESSED, PASSED, CaseOutcome, Outcome, overall
    from .summary import ORDER, plain_points, summarise

    course = Course.read(Path(root))
    outcomes, partial = [], 0
    for id, rows in exercises.items():
        status = overall(tuple(CaseOutcome(row["case"], row["status"]) for row in rows))
        if status == PASSED and len(rows) < rows[0]["of"]:
            status, partial = NOT_ASSESSED, partial + 1
        outcomes.append(Outcome(id, status, rows[0]["points"], ()))
    summary = summarise(course, outcomes)
    reporter.section(course.title, bold=True)
    part = None
    width = max((len(line.unit.name) for line in summary.units), default=0)
    quiet = reporter.config.option.verbose < 0
    for line in () if quiet else summary.units:
        if line.unit.part != part:
            part = line.unit.part
            reporter.write_line(part, bold=True)
        reporter.write(f"  {line.unit.name:<{width}}  ")
        reporter.write(line.bar(), green=line.earned == line.points, cyan=line.earned < line.points)
        reporter.write(f" {plain_points(line.earned):>3} of {plain_points(line.points):>3}  ")
        counted = [s for s in ORDER if line.counts[s]]
        for i, status in enumerate(counted):
            text = f"{line.counts[status]} {say.STATUSES[status]()}"
            reporter.write(text, **{COLOURS.get(status, "yellow"): True})
            reporter.write(", " if i + 1 < len(counted) else "\n")
    reporter.write_line(say.points_so_far(plain_points(summary.earned), plain_points(summary.points)), bold=True)
    if partial:
        reporter.write_line(say.only_some_cases(partial))
    if summary.next is None:
        if all(outcome.status == PASSED for outcome in outcomes):
            reporter.write_line(say.all_done(), green=True, bold=True)
        return
    if reporter.config.option.solutions:
        return
    right = sum(outcome.status == PASSED for outcome in outcomes)
    reporter.write_line("")
    reporter.write_line(say.begin_here() if summary.untouched else say.go_on_here(right, len(outcomes)))
    unit, _, function = summary.next.exercise.partition(".")
    if summary.untouched:
        reporter.write_line("  " + say.read_lesson(course.unit(unit).lesson.relative_to(course.root)))
    opened = say.mend_file if summary.next.status == FAILED else say.open_file
    reporter.write_line("  " + opened(summary.place, function), bold=True)
    reporter.write_line("  " + say.run_check(f"pytest exercises/{unit} -k {function}"))
    reporter.write_line("  " + say.stuck(f"chainrule hint {summary.next.exercise}"))
