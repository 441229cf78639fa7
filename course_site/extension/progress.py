"""Tells every page which units there are and how many exercises they have: progress is shown beside their links."""

from sphinx.application import Sphinx

from autograder.course import Course


def setup(app: Sphinx, course: Course) -> None:
    units = " ".join(f"{unit.name}:{len(unit.points)}" for unit in course.units)

    def tell(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
        context["chainrule_units"] = units

    app.connect("html-page-context", tell)
