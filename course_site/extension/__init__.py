"""Chainrule's Sphinx extension: lessons, exercises, explorers and more, all from the course's one definition."""

from pathlib import Path

from sphinx.application import Sphinx

from autograder.course import Course

from . import assets, exercises, explorers, milestones, pictures, progress, reference, syllabus

COURSE = Course.find(Path(__file__))


def setup(app: Sphinx) -> dict:
    for module in (assets, exercises, explorers, milestones, pictures, progress, reference, syllabus):
        module.setup(app, COURSE)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
