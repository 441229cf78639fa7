"""A course as it lies on disk: course.toml, exercises/ and, for staff, solutions/. Found from where one stands."""

import ast
import hashlib
import importlib.util
import sys
import tomllib
import types
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .exercise import Exercise, Gradient, Mistake
from .implementation import Functions, load

MANIFEST = "course.toml"
ANSWERS = "answers.zip"
AFTER = "after"  # in hints.toml, beside the hints: what is said once an exercise is solved
CLAIMED: dict[str, Path] = {}


class CourseError(Exception):
    """A course that cannot be read, and what to do about it. The text is for the person at the keyboard."""


@dataclass(frozen=True)
class Course:
    """The course at `root`, with its units in order."""

    root: Path
    title: str
    units: tuple["Unit", ...]
    milestones: tuple[str, ...] = ()  # names of the scripts in exercises/milestones/

    @classmethod
    def find(cls, start: Path | str = ".") -> "Course":
        """The course that `start` lies in, as git finds a repository. Raises CourseError where there is none."""
        start = Path(start).resolve()
        for folder in (start, *start.parents):
            if (folder / MANIFEST).is_file():
                return cls.read(folder)
        raise CourseError(
            f"There is no course here: no {MANIFEST} in {start} or any folder above it.\n"
            "Change into the course's folder, the one with exercises/ in it, and try again."
        )

    @classmethod
    def read(cls, root: Path) -> "Course":
        root = root.resolve()
        path = root / MANIFEST
        try:
            manifest = tomllib.loads(path.read_text(encoding="utf-8"))
            title = manifest["title"]
            units = [
                Unit(root, unit["name"], unit["title"], part["title"], dict(unit["points"]))
                for part in manifest["parts"]
                for unit in part["units"]
            ]
            if not units or len({unit.name for unit in units}) < len(units):
                raise ValueError("there is no unit" if not units else "a unit is named twice")
            if odd := [u.name for u in units if not all(type(p) in (int, float) and p > 0 for p in u.points.values())]:
                raise ValueError(f"points of {odd[0]} that are no positive number")
            milestones = [name for part in manifest["parts"] for name in part.get("milestones", ())]
            return cls(root, title, tuple(units), tuple(milestones))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CourseError(f"{path} cannot be read: {error}") from None
        except (KeyError, TypeError, ValueError) as error:
            raise CourseError(
                f"{path} is not a course's manifest: {error!r}. It needs a title, and [[parts]] with a title and "
                "[[parts.units]], each with name, title and points."
            ) from None

    def unit(self, name: str) -> "Unit":
        for unit in self.units:
            if unit.name == name:
                return unit
        raise CourseError(f"There is no unit {name!r}. The units are: {', '.join(u.name for u in self.units)}.")

    def exercise(self, id: str) -> Exercise:
        """The exercise with an id such as "conv.conv2d_forward"."""
        unit, dot, name = id.partition(".")
        if dot:
            exercises = self.unit(unit).exercises
            if name in exercises:
                return exercises[name]
            raise CourseError(f"The unit {unit} has no exercise {name!r}. It has: {', '.join(exercises)}.")
        found = [u.exercises[id] for u in self.units if id in u.exercises]
        if len(found) == 1:
            return found[0]
        raise CourseError(
            f"There is no exercise {id!r}. Name it as UNIT.EXERCISE, for example "
            f"{next(f'{u.name}.{e}' for u in self.units for e in u.points)}."
        )


@dataclass(frozen=True)
class Unit:
    """One unit: where its files are, and what they define."""

    root: Path
    name: str
    title: str
    part: str
    points: dict[str, float]

    @property
    def folder(self) -> Path:
        return self.root / "exercises" / self.name

    @property
    def stubs(self) -> Path:
        return self.folder / f"{self.name}.py"

    @property
    def definitions(self) -> Path:
        return self.folder / f"test_{self.name}.py"

    @property
    def lesson(self) -> Path:
        return self.folder / "README.md"

    @property
    def answers(self) -> Path:
        return self.folder / ANSWERS

    @property
    def solutions(self) -> Path:
        return self.root / "solutions" / self.name

    @property
    def reference_file(self) -> Path:
        return self.solutions / f"{self.name}.py"

    @property
    def fast_file(self) -> Path:
        return self.solutions / "fast.py"

    @property
    def witness_file(self) -> Path:
        return self.solutions / "witness.py"

    def has_witness(self, exercise: Exercise) -> bool:
        """Whether torch has a version of the forward that an exercise is about; found without importing torch."""
        return self.witness_file.is_file() and exercise.asks.name in assignments(self.witness_file)

    @property
    def has_solutions(self) -> bool:
        return self.reference_file.is_file()

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """The unit's exercises by name, in the order of course.toml."""
        module = import_file(self.definitions, self.package("exercises"))
        lines = assignments(self.definitions)
        found = {}
        for name, exercise in vars(module).items():
            if isinstance(exercise, Exercise):
                exercise.unit, exercise.name, exercise.line = self.name, name, lines.get(name, 1)
                exercise.siblings = found
                found[name] = exercise
        if odd := sorted(found.keys() ^ self.points.keys()):
            raise CourseError(
                f"{', '.join(odd)}: defined in {self.definitions.relative_to(self.root)} or given points in "
                f"{MANIFEST}, but not both."
            )
        for exercise in found.values():
            if isinstance(exercise, Gradient) and exercise.of.keep is None:
                raise CourseError(f"{exercise.id}: `{exercise.of.name}` returns no cache, so it has no backward.")
        return {name: found[name] for name in self.points}

    @cached_property
    def hints(self) -> dict[str, dict[str, str]]:
        """The hints for each exercise, in the order in which they are given."""
        return {name: {kind: text for kind, text in said.items() if kind != AFTER} for name, said in self.said.items()}

    @cached_property
    def afterwords(self) -> dict[str, str]:
        """What is said of each exercise once it is solved: the idea of the reference, where there is one to tell."""
        return {name: said[AFTER] for name, said in self.said.items() if AFTER in said}

    @cached_property
    def said(self) -> dict[str, dict[str, str]]:
        path = self.folder / "hints.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CourseError(f"{path} cannot be read: {error}") from None

    @cached_property
    def reference(self) -> types.ModuleType:
        """The module of the reference answers. Importing it needs Numba."""
        return import_file(self.reference_file, self.package("solutions"))

    @cached_property
    def witness(self) -> types.ModuleType:
        """The module of the unit's forwards as torch has them. Importing it needs torch."""
        return import_file(self.witness_file, self.package("solutions"))

    @cached_property
    def fast(self) -> types.ModuleType:
        """The module of the unit's fast kernels. Importing it needs Numba."""
        return import_file(self.fast_file, self.package("solutions"))

    @cached_property
    def mistakes(self) -> dict[str, list[Mistake]]:
        """The known mistakes of each exercise, in the order in which they are written."""
        path = self.solutions / "mistakes.py"
        found: dict[str, list[Mistake]] = {name: [] for name in self.points}
        if not path.is_file():
            return found
        module = import_file(path, self.package("solutions"))
        for function in vars(module).values():
            for mistake in getattr(function, "mistakes", ()):
                if mistake.exercise not in found:
                    raise CourseError(f"{path}: {mistake.id} is a mistake of {mistake.exercise}, which is no exercise.")
                found[mistake.exercise].append(mistake)
        return found

    def student(self, path: Path | None = None, **options) -> Functions:
        """The implementation in the student's file (or in the file given), imported into this process."""
        package(self.package("exercises"), self.folder)
        return load(path or self.stubs, f"{self.package('exercises')}.{self.name}", **options)

    def reference_functions(self, **options) -> Functions:
        """The references as an implementation."""
        return Functions(vars(self.reference), str(self.reference_file), **options)

    def package(self, kind: str) -> str:
        """The package that a unit's modules belong to.

        Its name does not depend on where the course lies, for Numba's cache remembers it; only where two courses in one
        process have a unit of the same name does the second get another.
        """
        name = f"chainrule_{kind}.{self.name}"
        if CLAIMED.setdefault(name, self.root) != self.root:
            name = f"chainrule_{kind}.{self.name}_{hashlib.sha256(str(self.root).encode()).hexdigest()[:8]}"
        return name

    def stamp(self, *more: bytes) -> str:
        """A hash of everything that the frozen answers depend on."""
        digest = hashlib.sha256()
        sources = [*sorted(self.solutions.glob("*.py")), self.definitions]
        for content in (*more, *(path.name.encode() + b"\0" + path.read_bytes() for path in sources)):
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()


def package(name: str, folder: Path) -> None:
    """Make `name` a package whose modules are found in `folder`, so that they can import each other relatively."""
    parent = name.rpartition(".")[0]
    if parent and parent not in sys.modules:
        sys.modules[parent] = types.ModuleType(parent)
        sys.modules[parent].__path__ = []
    if name not in sys.modules:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(folder)]


def import_file(path: Path, parent: str) -> types.ModuleType:
    """Import one of the course's own files as a module of the package `parent`."""
    package(parent, path.parent)
    name = f"{parent}.{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    if not path.is_file():
        raise CourseError(f"{path} is missing.")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def assignments(path: Path) -> dict[str, int]:
    """The line on which each top-level name of a file is defined."""
    tree = ast.parse(path.read_bytes())
    lines = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            lines.update({t.id: node.lineno for t in node.targets if isinstance(t, ast.Name)})
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            lines[node.name] = node.lineno
    return lines
