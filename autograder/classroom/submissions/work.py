"""What finding and reading give: a submission, not opened yet, and what is graded of each of its units."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Submission:
    """What one student handed in, not opened yet.

    Args:
        student: one name for each student; where a download numbers students, the number is part of it, since two
            students may share a name.
        path: the folder, archive or file; the latest of them where there are several.
        late: whether the download says so.
        attempt: "2" of a resubmission, or a timestamp, or "".
        identity: what the download's name tells: "canvas_id" or "moodle_id", and "name".
        files: all that is the student's, where it lies side by side. In a download that is one zip file, their paths go
            on inside of it: download.zip/lovelaceada_12_34_conv.py.
        remarks: what is to be said about which of several attempts counts.
    """

    student: str
    path: Path
    late: bool = False
    attempt: str = ""
    identity: dict[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """What is graded of one unit.

    Args:
        unit: the unit's name.
        kind: "file", "notebook", or "missing" where nothing could be read.
        name: the file's name inside the submission, or "".
        cells: the code; a file is one cell.
        sha256: of the file's bytes.
        size: of the file, in bytes.
        remarks: for the student: which file was taken, what of it was left out, why nothing could be read.
        problem: a word for staff where something handed in could not be read, or "".
    """

    unit: str
    kind: str
    name: str = ""
    cells: tuple[bytes, ...] = ()
    sha256: str = ""
    size: int = 0
    remarks: tuple[str, ...] = ()
    problem: str = ""


def digest(submission: Submission, works: dict[str, Work], remarks: Iterable[str]) -> str:
    """A hash of all that was read of a submission: the same only where the same is graded, and the same is said."""
    about = [submission.student, submission.late, submission.attempt, sorted(submission.identity.items())]
    read = [
        [w.unit, w.kind, w.name, w.sha256, w.size, w.problem, list(w.remarks)]
        + [hashlib.sha256(cell).hexdigest() for cell in w.cells]
        for w in sorted(works.values(), key=lambda work: work.unit)
    ]
    content = json.dumps([about, read, list(remarks)], separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
