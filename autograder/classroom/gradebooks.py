"""Points and feedback for the gradebooks of Canvas and Moodle, merged into what was downloaded from them.

Students are matched by what tells them apart there; whoever cannot be matched is listed, never guessed.
"""

import csv
import html
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..summary import plain_points
from .handback import HandBack, hand_back, handed_in_late, name_of, not_handed_in
from .plain import cell, one_line
from .statistics import Class

Records = Callable[[], Iterator[dict[str, Any]]]
MOST_NAMES = 20  # that one sentence lists


class ExportError(Exception):
    """A gradebook that grades cannot be merged into, and what to do about it."""


@dataclass(frozen=True)
class Merged:
    """What came of filling in a gradebook.

    Args:
        path: the file that was written.
        filled: how many students got their points.
        unmatched: students with a grade and no row of their own.
        without: names in rows that got no grade.
        remarks: what staff should know, in sentences; who could not be matched among it.
    """

    path: Path
    filled: int
    unmatched: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graded:
    """What a gradebook takes of a record."""

    student: str
    name: str
    earned: float
    points: float
    canvas_id: str
    moodle_id: str
    email: str

    @classmethod
    def of(cls, record) -> "Graded":
        identity = record["submission"]["identity"]
        student = record["student"]
        return cls(
            student,
            name_of(record),
            record["earned"],
            record["points"],
            identity.get("canvas_id", ""),
            identity.get("moodle_id", ""),
            identity.get("email", "") or (student if "@" in student else ""),
        )

    def out_of(self, most: float | None) -> str:
        """The points, scaled to a gradebook's own maximum where it has another."""
        if most is None or not self.points or most == self.points:
            return f"{self.earned:.10g}"
        return f"{round(self.earned * most / self.points, 2):.10g}"


class Gradebook:
    """A gradebook's CSV file as it was downloaded; what is not filled in stays as it is."""

    def __init__(self, path: Path):
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ExportError(f"{path} cannot be read: {error}. Download it again, as CSV.") from None
        self.path = path
        self.mark = path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            raw = file.read()
        self.newline = "\r\n" if "\r\n" in raw else "\n"
        heading = text.partition("\n")[0]
        self.delimiter = max(",;\t", key=heading.count)
        try:
            rows = list(csv.reader(io.StringIO(raw, newline=""), delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            raise ExportError(f"{path} is not a CSV file: {error}.") from None
        rows = [row for row in rows if row]
        if not rows:
            raise ExportError(f"{path} is empty.")
        self.header, *self.rows = rows
        for row in self.rows:
            row.extend([""] * (len(self.header) - len(row)))

    def column(self, *names: str) -> int | None:
        wanted = {name.casefold() for name in names}
        return next((i for i, name in enumerate(self.header) if name.strip().casefold() in wanted), None)

    def needed(self, name: str, advice: str) -> int:
        if (place := self.column(name)) is None:
            raise ExportError(f'{self.path} has no column "{name}". {advice}')
        return place

    def write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8-sig" if self.mark else "utf-8", newline="") as file:
            table = csv.writer(file, delimiter=self.delimiter, lineterminator=self.newline)
            table.writerows([self.header, *self.rows])


def match(graded: list[Graded], rows: list[list[str]], ways: list[tuple[Callable, Callable]]) -> dict[int, Graded]:
    """Which row is whose: for each way in turn, what a row and a student have that nobody else has.

    Args:
        ways: pairs of functions that give the marks by which a student, and a row, can be known; the surest way first.
    """
    found: dict[int, Graded] = {}
    left = dict(enumerate(graded))
    for of_student, of_row in ways:
        students = by_mark((i, of_student(one)) for i, one in left.items())
        places = by_mark((i, of_row(row)) for i, row in enumerate(rows) if i not in found)
        for mark, row in places.items():
            if mark in students and row not in found and students[mark] in left:
                found[row] = left.pop(students[mark])
    return found


def by_mark(marked: Iterable[tuple[int, Iterable[str]]]) -> dict[str, int]:
    """Who has a mark, for marks that one has alone."""
    pairs = {(mark, i) for i, marks in marked for mark in marks if mark}
    how_many = Counter(mark for mark, _ in pairs)
    return {mark: i for mark, i in pairs if how_many[mark] == 1}


def folded(name: str) -> str:
    """A name without case, accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalnum())


def spellings(name: str) -> set[str]:
    """A name, and the same with its last name in front or behind: "Lovelace, Ada" is "Ada Lovelace"."""
    last, comma, first = name.partition(",")
    return {folded(name), folded(first + last)} if comma else {folded(name)}


def names_of(one: Graded) -> set[str]:
    return spellings(one.name) | spellings(one.student)


# Canvas: https://community.canvaslms.com, "How do I import grades in the Gradebook?", and its lib/gradebook_importer.rb

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POINTS_POSSIBLE = "    Points Possible"  # Canvas indents it itself


def write_canvas_csv(
    out: Path, class_: Class, records: Records, gradebook: Path | None = None, assignment: str = ""
) -> Merged:
    """The class's points as Canvas imports them.

    Args:
        gradebook: Canvas's exported gradebook to fill in; without it, a new table is made.
        assignment: the column's name, with or without Canvas's number in brackets; the course's title if none is given.
    """
    path = out / "canvas.csv"
    title = assignment or class_.course.title
    if gradebook is None:
        return new_canvas(path, class_, records(), title)
    graded = [Graded.of(record) for record in records()]
    book = Gradebook(gradebook)
    names = book.needed("Student", "Export the gradebook in Canvas with Gradebook > Export, and name that file.")
    ids, login, user = (book.column(name) for name in ("ID", "SIS Login ID", "SIS User ID"))
    place, remarks = canvas_column(book, title)
    first = next((i for i, row in enumerate(book.rows) if "Points Possible" in row[names]), None)
    most = None
    if first is not None:
        most = number(book.rows[first][place])
        if most is None:
            book.rows[first][place] = plain_points(class_.worth)
    if most not in (None, class_.worth):
        remarks.append(
            f"points were scaled from {plain_points(class_.worth)} to {plain_points(most)}, as Canvas has it."
        )
    start = 0 if first is None else first + 1
    rows = [row for row in book.rows[start:] if row[names].strip()]
    found = match(
        graded,
        rows,
        [
            (lambda one: [one.canvas_id], lambda row: [value(row, ids)]),
            (lambda one: [one.student, one.email], lambda row: [value(row, login)]),
            (lambda one: [one.student], lambda row: [value(row, user)]),
            (names_of, lambda row: spellings(row[names])),
        ],
    )
    excused = [row for row in rows if value(row, place).upper() == "EX"]
    for i, one in found.items():
        if rows[i] not in excused:
            rows[i][place] = one.out_of(most)
    if excused:
        remarks.append(f"excused in Canvas (EX), and left so: {listed([row[names] for row in excused])}.")
    book.write(path)
    return merged(path, graded, found, [row[names] for row in rows], remarks)


def canvas_column(book: Gradebook, title: str) -> tuple[int, list[str]]:
    """Where the assignment stands in Canvas's gradebook; a new column at the end where it does not."""
    named = [i for i, name in enumerate(book.header) if re.sub(r"\s*\(\d+\)\s*$", "", name) == title or name == title]
    if len(named) > 1:
        raise ExportError(
            f'{book.path} has several assignments "{title}". Name the one that is meant with its number, such as '
            f'"{book.header[named[0]]}".'
        )
    if named:
        return named[0], []
    # Canvas knows assignments from its own columns of totals by their names alone, so that the order does not matter.
    book.header.append(unnumbered(title))
    for row in book.rows:
        row.append("")
    return len(book.header) - 1, [f'Canvas has no assignment "{title}" yet, and will ask whether to make one.']


def unnumbered(title: str) -> str:
    """A title that Canvas does not take for one with an assignment's number."""
    return re.sub(r"\((\d+)\)\s*$", r"[\1]", one_line(title))


def new_canvas(path: Path, class_: Class, records, title: str) -> Merged:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([*CANVAS, cell(unnumbered(title))])
        table.writerow([POINTS_POSSIBLE, "", "", "", "", plain_points(class_.worth)])
        for one in map(Graded.of, records):
            login = "" if one.canvas_id else one.student
            table.writerow([*map(cell, (one.name, one.canvas_id, "", login, "")), one.out_of(None)])
    return Merged(path, len(class_))


# Moodle: https://docs.moodle.org, "Offline grading worksheet", and its mod/assign/feedback/offline

MOODLE = [
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
]
OURS = re.compile(r'<div class="chainrule">.*?</div>', re.DOTALL)


def write_moodle_csv(out: Path, class_: Class, records: Records, worksheet: Path | None = None) -> Merged:
    """The class's points and feedback in Moodle's grading worksheet.

    Args:
        worksheet: the worksheet as Moodle gave it; without it, one is made for those whose number in Moodle is known
            from the names of a bulk download.
    """
    path = out / "moodle.csv"
    if worksheet is None:
        return new_moodle(path, records())
    book = Gradebook(worksheet)
    advice = (
        "Download it in Moodle with Submissions > Actions > Download grading worksheet, with Moodle's language set to "
        "English; the assignment needs the feedback type Offline grading worksheet."
    )
    identifier, grade = book.needed("Identifier", advice), book.needed("Grade", advice)
    name, most = book.column("Full name"), book.column("Maximum Grade")
    if most is None:
        raise ExportError(f"{worksheet} has no maximum grade: its assignment uses a scale. Set it to points in Moodle.")
    email, user, id_number = (book.column(*n) for n in (("Email address", "Email"), ("Username",), ("ID number",)))
    comments, changeable = book.column("Feedback comments"), book.column("Grade can be changed")
    graded = [Graded.of(record) for record in records()]
    open_rows = [row for row in book.rows if value(row, changeable).casefold() != "no"]
    found = match(
        graded,
        open_rows,
        [
            (lambda one: [one.moodle_id], lambda row: re.findall(r"\d+$", row[identifier].strip())),
            (lambda one: [one.email.casefold()], lambda row: [value(row, email).casefold()]),
            (lambda one: [one.student], lambda row: [value(row, user), value(row, id_number)]),
            (lambda one: [one.student.casefold()], lambda row: [value(row, email).casefold().partition("@")[0]]),
            (names_of, lambda row: spellings(value(row, name))),
        ],
    )
    remarks = []
    rows = {one.student: open_rows[i] for i, one in found.items()}
    for record in records():
        if (row := rows.get(record["student"])) is None:
            continue
        points = Graded.of(record).out_of(number(row[most]))
        row[grade] = points.replace(".", ",") if "," in row[most] else points
        if comments is not None:
            row[comments] = OURS.sub("", row[comments]).rstrip() + moodle_feedback(hand_back(record))
    if comments is None:
        remarks.append(
            "the worksheet has no column for feedback: turn on the feedback type Feedback comments in Moodle."
        )
    if locked := len(book.rows) - len(open_rows):
        remarks.append(f"{locked} locked in Moodle, and left as they were.")
    if other := {m for row in open_rows if (m := number(row[most])) not in (None, class_.worth)}:
        to = ", ".join(map(plain_points, sorted(other)))
        remarks.append(f"points were scaled from {plain_points(class_.worth)} to {to}, as Moodle has it.")
    book.write(path)
    return merged(path, graded, found, [value(row, name) or row[identifier] for row in open_rows], remarks)


def new_moodle(path: Path, records) -> Merged:
    unknown, known = [], 0
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(MOODLE)
        for record in records:
            one = Graded.of(record)
            if not one.moodle_id:
                unknown.append(one.student)
                continue
            known += 1
            row = [f"Participant {one.moodle_id}", one.name, one.email, "", one.out_of(None), plain_points(one.points)]
            table.writerow([*map(cell, row), "Yes", "-", "-", moodle_feedback(hand_back(record))])
    remarks = () if known else ("No student's number in Moodle is known: download its worksheet and merge into it.",)
    return Merged(path, known, tuple(unknown), (), remarks)


def moodle_feedback(handed: HandBack) -> str:
    """What a student reads in Moodle, as the HTML that its feedback is."""
    parts = [f"<p><b>{marked_up(handed.summary)}</b>{' ' + handed_in_late() if handed.late else ''}</p>"]
    for unit in handed.units:
        points = f"{plain_points(unit.earned)}/{plain_points(unit.points)}"
        parts.append(f"<p>{marked_up(unit.title)}: {points}</p>")
        if unit.file is None and not unit.earned:
            parts.append(f"<p>{not_handed_in()}</p>")
            continue
        items = [
            f"<li><code>{marked_up(result.name)}</code>: {marked_up(f'{comment.sentence} {comment.hint}')}</li>"
            for result in unit.results
            for comment in result.comments
        ]
        parts.append(f"<ul>{''.join(items)}</ul>" if items else "")
    return f'<div class="chainrule">{"".join(parts)}</div>'


def marked_up(text: str) -> str:
    return html.escape(one_line(text))


def value(row: list[str], column: int | None) -> str:
    return "" if column is None else row[column].strip()


def number(text: str) -> float | None:
    """The number in a gradebook's cell, with a decimal point or comma; None where there is none above 0."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if found > 0 else None


def merged(path, graded, found: dict[int, Graded], names: list[str], remarks) -> Merged:
    matched = {one.student for one in found.values()}
    unmatched = tuple(one.student for one in graded if one.student not in matched)
    without = tuple(name for i, name in enumerate(names) if i not in found)
    told = [f"{path.name}: {remark}" for remark in remarks]
    if unmatched:
        told.append(f"{path.name}: no row was found for {listed(unmatched)}. Enter their points by hand.")
    if without:
        told.append(f"{path.name}: nothing was handed in by {listed(without)}. Their points are as they were.")
    return Merged(path, len(found), unmatched, without, tuple(told))


def listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return "; ".join(map(one_line, names[:MOST_NAMES])) + more
