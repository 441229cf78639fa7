"""The pytest face: exercises become test items, one for each visible case, and a summary by unit closes the run."""

from dataclasses import replace
from pathlib import Path

import pytest

LETTERS = {"not started": "-", "blocked": "b", "not assessed": "o", "grader error": "G"}


def pytest_addoption(parser):
    group = parser.getgroup("chainrule", "Chainrule's exercises")
    group.addoption("--solutions", action="store_true", help="check the reference solutions instead of your own files")
    group.addoption("--time-limit", type=float, default=None, metavar="SECONDS",
                    help="how long one call of your function may take (default 10, 0 for no limit)")  # fmt: skip
    group.addoption("--device", default=None, metavar="DEVICE",
                    help="compare your results with torch's as well, computed on cpu or cuda")  # fmt: skip


def unit_of(path: Path):
    """The unit whose definitions are in the file at `path` and its place in the course, or None."""
    if path.parent.parent.name != "exercises" or path.name != f"test_{path.parent.name}.py":
        return None
    if not (path.parents[2] / "course.toml").is_file():
        return None
    from .course import Course

    units = Course.read(path.parents[2]).units
    return next((dict(unit=u, number=i) for i, u in enumerate(units) if u.definitions == path.resolve()), None)


def pytest_pycollect_makemodule(module_path, parent):
    found = unit_of(module_path)
    return ExerciseFile.from_parent(parent, path=module_path, **found) if found else None


class ExerciseFile(pytest.File):
    """A unit's definitions."""

    def __init__(self, *, unit, number, **kwargs):
        super().__init__(**kwargs)
        self.unit, self.number = unit, number

    def collect(self):
        device = self.config.option.device
        for exercise in self.unit.exercises.values():
            for case in exercise.visible_cases():
                yield self.item(ExerciseItem, exercise, case.name, case=case)
            if device and self.unit.has_witness(exercise):
                for dtype in ("float64", "float32"):
                    yield self.item(TorchItem, exercise, f"torch on {device}, {dtype}", device=device, dtype=dtype)

    def item(self, kind, exercise, case_name, **arguments):
        name = f"{exercise.name}[{case_name}]"
        # Given whole, the id is read as a parametrised test's, which --lf needs from pytest 9.2 on.
        return kind.from_parent(self, name=name, nodeid=f"{self.nodeid}::{name}", exercise=exercise,
                                case_name=case_name, **arguments)  # fmt: skip


class OutcomeItem(pytest.Item):
    """An item with an outcome of the engine's."""

    def __init__(self, *, exercise, case_name, **kwargs):
        super().__init__(**kwargs)
        self.exercise, self.case_name = exercise, case_name

    def runtest(self):
        self.outcome = outcome = desk(self.session).told_once(self, self.judge())
        if outcome.status == "failed":
            first = desk(self.session).first_wrong(self)
            if outcome.printed and first is self:
                self.add_report_section("call", "stdout", outcome.printed)
            raise Wrong(outcome)
        if outcome.status != "passed":
            pytest.skip(outcome.sentence)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, Wrong):
            return explain(self, excinfo.value.outcome)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, self.exercise.line - 1, self.name


class ExerciseItem(OutcomeItem):
    """One case of an exercise."""

    def __init__(self, *, case, **kwargs):
        super().__init__(**kwargs)
        self.case = case

    def judge(self):
        return desk(self.session).outcome(self)


class TorchItem(OutcomeItem):
    """An exercise compared with torch's own results, over its cases, in one dtype."""

    def __init__(self, *, device, dtype, **kwargs):
        super().__init__(**kwargs)
        self.device, self.dtype = device, dtype

    def judge(self):
        return desk(self.session).beside_torch(self)


class Wrong(Exception):
    """A case failed."""

    def __init__(self, outcome):
        super().__init__(outcome.sentence)
        self.outcome = outcome


class Crash:
    """A failure in one line: its message for pytest's short summary, and with the place before it for --tb=line."""

    def __init__(self, message, place):
        self.message, self.place = message, place

    def __str__(self):
        return f"{self.place}: {self.message}"


class Explanation:
    """A failed case as the student reads it, in lines of report.py; `silent` where only the crash is to be read."""

    def __init__(self, lines, message, place, silent):
        self.told = dict(lines=lines, message=message, place=place, silent=silent)
        self.lines, self.silent, self.reprcrash = lines, silent, Crash(message, place)

    def toterminal(self, tw):
        from .report import wrapped

        for ((text, style),) in () if self.silent else self.lines:
            for line in wrapped(text, tw.fullwidth):
                tw.line(line, **markup(style))

    def __str__(self):
        return "\n".join(text for ((text, _),) in self.lines)


def explain(item, outcome):
    """The explanation of a failed case: all of it for the first of an exercise, a sentence for the others."""
    from .report import explanation, one

    option, folder = item.config.option, item.config.invocation_params.dir
    full = option.verbose > 0 or desk(item.session).first_wrong(item) is item
    lines = list(explanation(outcome, item.exercise.id, folder)) if full else [one(outcome.sentence)]
    silent = option.tbstyle == "line"
    return Explanation(lines, outcome.sentence, f"{place_of(item, outcome)}: {item.name}" if silent else "", silent)


def place_of(item, outcome):
    """Where to look: the line where it stopped, if it is known; otherwise where the function begins."""
    from .checking import line_of
    from .report import relative

    unit = item.parent.unit
    if outcome.places:
        file, line = outcome.places[-1].file, outcome.places[-1].line
    elif item.config.option.solutions:
        file, line = unit.reference_file, 1
    else:
        file, line = unit.stubs, line_of(unit, item.exercise.name)
    return f"{relative(str(file), item.config.invocation_params.dir)}:{line}"


def markup(style):
    """A style of report.py as pytest's terminal writer takes it."""
    own = {"dim": "light", "magenta": "purple"}
    return {own.get(word, word): True for word in style.split()}


class Desk:
    """What the items of one session share: for each unit a grader, for each exercise its outcome."""

    def __init__(self, session):
        self.session = session
        self.graders = {}
        self.outcomes = {}
        self.shown = {}
        self.unread = {}

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

    def beside_torch(self, item):
        """The outcome of a comparison with torch; not assessed where torch or the device is missing."""
        from .outcome import BLOCKED, NOT_STARTED, CaseOutcome

        unit, exercise = item.parent.unit, item.exercise
        cases = exercise.visible_cases()
        own = self.grade(unit, exercise, cases[:1])[0]
        if own.status in (NOT_STARTED, BLOCKED, "grader error"):
            return CaseOutcome(item.case_name, own.status, own.rung, own.sentence)
        if reason := without_torch(item.device):
            return CaseOutcome(item.case_name, "not assessed", sentence=reason)
        from .torch_witness import compare, function_for

        made = self.graders[unit.name]
        function = function_for(unit, exercise)
        return compare(
            exercise, cases, made.implementation, made.oracle, function, item.device, item.dtype, item.case_name
        )

    def told_once(self, item, outcome):
        """The outcome, or where the unit's file cannot be imported and that was told, a reminder to wait for it."""
        from .outcome import BLOCKED

        if outcome.rung != "imports" or self.unread.setdefault(item.parent.unit.name, item) is item:
            return outcome
        return replace(outcome, status=BLOCKED, places=())

    def first_wrong(self, item):
        """The first item of the same exercise that failed, as far as the run has come."""
        return self.shown.setdefault(item.exercise, item)


def without_torch(device):
    """Why nothing can be compared with torch on a device, or ""."""
    from . import sentences as say

    try:
        from .torch_witness import devices
    except ImportError:
        return say.no_torch()
    found = devices()
    return "" if device in found else say.no_device(device, found)


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
        from .checking import prepare, units_under

        def write(text):
            if reporter:
                reporter.write(text, flush=True)

        paths = [Path(config.invocation_params.dir, arg.split("::")[0]) for arg in config.args]
        if fault := prepare(units_under(course, paths), write):
            raise pytest.UsageError(fault)


def pytest_collection_modifyitems(items):
    """In course order, so that what comes first is what to do first; everything else stays where it is."""
    places = [i for i, item in enumerate(items) if isinstance(item, OutcomeItem)]
    for place, item in zip(
        places, sorted((items[i] for i in places), key=lambda item: item.parent.number), strict=True
    ):
        items[place] = item


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
    if isinstance(item, OutcomeItem) and call.when == "call" and hasattr(item, "outcome"):
        report.chainrule = {
            "root": str(item.parent.unit.root),
            "exercise": item.exercise.id,
            "points": item.parent.unit.points[item.exercise.name],
            "case": item.case_name,
            "visible": isinstance(item, ExerciseItem),
            "of": len(item.exercise.visible_cases()),
            "status": item.outcome.status,
            "sentence": item.outcome.sentence,
            "line": item.outcome.places[-1].line if item.outcome.places else 0,
        }
        if isinstance(report.longrepr, Explanation) and hasattr(item.config, "workerinput"):
            report.chainrule["told"] = report.longrepr.told  # pytest-xdist sends explanations as mere text
    return report


def pytest_report_teststatus(report):
    seen = getattr(report, "chainrule", None)
    if seen and seen["status"] in LETTERS:
        from .report import colour

        status = seen["status"]
        return status, LETTERS[status], (status.upper(), markup(colour(status)))
    return None


class Tally:
    """Collects the outcomes of a run from its reports, whichever worker they come from."""

    def __init__(self):
        self.seen = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if row := getattr(report, "chainrule", None):
            if told := row.pop("told", None):
                report.longrepr = Explanation(**told)
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
    from .course import Course
    from .outcome import NOT_ASSESSED, PASSED, CaseOutcome, Outcome, Place, overall
    from .report import table, total, what_next, wrapped
    from .summary import summarise

    course = Course.read(Path(root))
    outcomes, partial = [], 0
    for id, rows in exercises.items():
        cases = tuple(
            CaseOutcome(row["case"], row["status"], sentence=row["sentence"], places=(Place("", row["line"]),))
            for row in rows
        )
        status = overall(cases)
        if status == PASSED and sum(row["visible"] for row in rows) < rows[0]["of"]:
            status, partial = NOT_ASSESSED, partial + 1
        outcomes.append(Outcome(id, status, rows[0]["points"], cases))
    summary = summarise(course, outcomes)
    option = reporter.config.option
    part = bool(partial or getattr(option, "lf", False))
    reporter.section(course.title, bold=True)
    reporter.ensure_newline()
    lines = [*(() if option.verbose < 0 else table(summary)), *total(summary, partial)]
    for line in lines if option.solutions else [*lines, *what_next(summary, part)]:
        for i, text in enumerate(wrapped(line[0][0], reporter._tw.fullwidth) if len(line) == 1 else [""]):
            reporter.write("\n" * bool(i))
            for piece, style in ((text, line[0][1]),) if len(line) == 1 else line:
                reporter.write(piece, **markup(style))
        reporter.write("\n")
