"""What Sphinx reads: the prose pages of course_site, the syllabus, and pages for every unit, in one folder."""

from pathlib import Path

from autograder.course import Course

from . import lessons, reference, syllabus


def assemble(course: Course, prose: Path, into: Path) -> None:
    """Put every page of the site, with its pictures, into a new folder."""
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
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
