"""Which submissions there are, and what of each is taken: by allow-list, and without unpacking anything.

A submission is whatever somebody handed in, so anything in it may be made to do harm. Of a unit `conv` only conv.py or
conv.ipynb is ever read. Sizes are checked before and while reading, links are never followed, and what is no plain file
is never opened.

`find` gives the submissions in a folder, `read` what is graded of one, `digest` a hash of that. Behind them:

- finding: the submissions in the folder of a class. downloads: what Canvas and Moodle call things. names: how names are
  compared and shown, and what can be told from them.
- reading: the Work of each unit. opening: all that a submission holds, archives looked into. choosing: which of it is
  the unit's file. refusing: what is said of the rest. notebooks: the code in a notebook.
- members: something inside a submission, whatever it lies in, and what lies in a folder. archives, zips, tars: what
  lies in an archive.
- work: what all of this gives. words: what students are told. limits: how much is read.
"""

from .finding import SubmissionsError, find
from .names import legible
from .reading import read
from .work import Submission, Work, digest

__all__ = ["Submission", "SubmissionsError", "Work", "digest", "find", "legible", "read"]
