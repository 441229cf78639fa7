"""chainrule similarity: which works of a class are alike."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from ..classroom import similarity
from ..classroom.reports import rewrite_class_page
from ..classroom.submissions import SubmissionsError, find, read
from . import Trouble, find_course

NAMED = 5  # pairs that the terminal names


@click.command("similarity")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the page.")
@click.option(
    "--unit", "names", multiple=True, metavar="UNIT", help="Compare this unit only; may be given several times."
)
@click.option("--top", type=click.IntRange(1), default=30, show_default=True, help="How many pairs are shown at most.")
def command(submissions, out, names, top):
    """Rank pairs of works by what they share, and show them side by side in OUT/similarity.html.

    SUBMISSIONS is what `chainrule grade` takes. Stubs, hints and formulas do not count, nor does what more than a third
    of the class shares. Names, layout, comments and the order of functions make no difference. Nothing that was handed
    in is run.

    It accuses nobody: the page says what the numbers mean, and what they cannot tell.
    """
    course = find_course()
    units = tuple(course.unit(name) for name in dict.fromkeys(names)) or course.units
    stubs = {unit.name: similarity.given_to_all(unit) for unit in units}
    try:
        found = {submission.student: submission for submission in find(submissions, stubs)}
    except SubmissionsError as error:
        raise Trouble(str(error)) from None

    def works(student):
        return read(found[student], stubs)[0]

    waiting = track(found, "comparing", console=Console(stderr=True), transient=True)
    pairs = similarity.compare(((student, work) for student in waiting for work in works(student).values()), stubs, top)
    try:
        out.mkdir(parents=True, exist_ok=True)
        page = similarity.write(out, pairs, lambda student, unit: works(student)[unit])
        if (out / "class.html").is_file():
            rewrite_class_page(course, out)
    except OSError as error:
        raise Trouble(f"The page cannot be written: {error}") from None
    for pair in pairs[:NAMED]:
        first, second = map(similarity.visible, pair.students)
        click.echo(f"{pair.alike:4.0%}  {pair.unit}  {first}  {second}")
    if len(pairs) > NAMED:
        click.echo(f"… and {len(pairs) - NAMED} more")
    if not pairs:
        click.echo(f"Of {len(found)} students no two have works that are much alike. {page} says what was compared.")
        return
    click.echo(f"{page} shows them side by side. A number is no proof of anything: read both works before you judge.")
