"""The milestones on a page: what each does, and which functions it needs, as the scripts say.

```{milestones}
```
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder import milestone
from autograder.course import Course


class MilestonesDirective(SphinxDirective):
    """Lists the milestones in course order."""

    course: Course

    def run(self) -> list[nodes.Node]:
        lines = []
        for name, found in milestone.find(self.course).items():
            self.env.note_dependency(str(milestone.script(self.course, name)))
            needs = ", ".join(f"[`{id}`](units/{id.partition('.')[0]}.md)" for id in found.needs)
            lines += [f"`chainrule milestone {name}`", f": {found.purpose}", "", f"  It needs {needs}.", ""]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx, course: Course) -> None:
    app.add_directive("milestones", type("Milestones", (MilestonesDirective,), {"course": course}))
