"""nbgrader's database, opened once and written once for each notebook.

nbgrader opens a gradebook nine times for each submission, and each makes an engine of its own and looks for all tables;
it writes each cell's score in a transaction of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.preprocessors import SaveAutoGrades as OneByOne
from sqlalchemy.orm import scoped_session


class Shared:
    """While anybody holds it, all of nbgrader's gradebooks of a database share an engine, and with it connections and
    compiled SQL. Every gradebook still has a session of its own, which ends with it, whatever state it is in.
    """

    def __init__(self):
        self.holders = 0
        self.first: dict[str, Gradebook] = {}  # by the address of the database
        self.known: set[tuple[str, str]] = set()  # databases, and the courses that are in them
        self.opens, self.closes = Gradebook.__init__, Gradebook.close

    def hold(self) -> None:
        if not self.holders:
            shared = self
            Gradebook.__init__ = lambda book, *args, **kwargs: shared.opened(book, *args, **kwargs)
            Gradebook.close = lambda book: shared.closed(book)
        self.holders += 1

    def release(self) -> None:
        self.holders -= 1
        if not self.holders:
            Gradebook.__init__, Gradebook.close = self.opens, self.closes
            for book in self.first.values():
                book.engine.dispose()  # and not close(): somebody may be reading in it, whoever it was that let go
            self.first.clear()
            self.known.clear()

    def opened(self, book: Gradebook, db_url: str, course_id: str = "default_course", authenticator=None) -> None:
        if db_url not in self.first:
            self.opens(book, db_url, course_id, authenticator)
            self.first[db_url] = book
        else:
            book.engine = self.first[db_url].engine
            book.db = scoped_session(self.first[db_url].db.session_factory)
            book.course_id, book.authenticator = course_id, authenticator
            if (db_url, course_id) not in self.known:
                book.check_course(course_id=course_id)
        self.known.add((db_url, course_id))

    def closed(self, book: Gradebook) -> None:
        if any(book.engine is one.engine for one in self.first.values()):
            book.db.remove()
        else:
            self.closes(book)


SHARED = Shared()


@contextmanager
def one_engine() -> Iterator[None]:
    """While it lasts, all gradebooks of a database share an engine."""
    SHARED.hold()
    try:
        yield
    finally:
        SHARED.release()


class SaveAutoGrades(OneByOne):
    """nbgrader's own, with one transaction for a notebook: all of its scores are written, or none."""

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.student_id, self.db_url = about["student"], about["db_url"]
        with Gradebook(self.db_url) as self.gradebook:
            session = self.gradebook.db
            session.commit = session.flush
            try:
                nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
            finally:
                del session.commit
            session.commit()
        return nb, resources
