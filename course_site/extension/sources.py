"""What Sphinx reads: the prose pages of course_site, the syllabus, and pages for every unit, in one folder.

A file is written only where it changed, so that Sphinx reads again what is new and nothing else.
"""

from pathlib import Path

from autograder.course import Course

from . import lessons, reference, syllabus


def assemble(course: Course, prose: Path, into: Path) -> None:
    """Make `into` hold every page of the site, with its pictures, and nothing else."""
    files = {path.name: path.read_bytes() for path in sorted(prose.glob("*.md"))}
    files["syllabus.md"] = syllabus.page(course).encode()
    files["reference/index.md"] = reference.index(course).encode()
    for unit in course.units:
        files[f"units/{unit.name}.md"] = lessons.page(unit).encode()
        files[f"reference/{unit.name}.md"] = reference.page(unit).encode()
        for name, path in lessons.pictures(unit).items():
            files[f"units/{unit.name}/{name}"] = path.read_bytes()
    for name, content in files.items():
        path = into / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for path in into.rglob("*"):
        if path.is_file() and path.relative_to(into).as_posix() not in files:
            path.unlink()
