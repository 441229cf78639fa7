"""What students may hand in, as tests of submissions write it, and how it is read there."""

import io
import json
import tarfile
import time
import tracemalloc
import zipfile

from autograder.classroom.submissions import Submission, read

UNITS = ["conv", "lstm"]
CODE = b"def conv2d_forward(x):\n    return x\n"
OTHER = b"def other():\n    pass\n"
KIT = {
    "course.toml": b"", "README.md": b"# Hello", "pytest.ini": b"", ".gitignore": b"", "LICENSE": b"",
    "exercises/conv/README.md": b"", "exercises/conv/test_conv.py": b"", "exercises/conv/hints.toml": b"",
    "exercises/conv/answers.zip": b"PK", "exercises/conv/pooling.svg": b"", "exercises/milestones/school.py": b"",
    "exercises/conv/__pycache__/conv.cpython-311.pyc": b"", "exercises/conv/__pycache__/numpy.py": b"",
    ".DS_Store": b"", "__MACOSX/._conv.py": b"", ".git/hooks/conftest.py": b"", "data/points.npy": b"",
    "Thumbs.db": b"", ".ipynb_checkpoints/conv.ipynb": b"{}", "venv/lib/site-packages/numpy/__init__.py": b"",
}  # fmt: skip


def plant(root, files):
    """Write files below a folder: bytes by path; None makes a folder."""
    for path, content in files.items():
        place = root / path
        if content is None:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    return root


def zipped(files, **how):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **how)
    return buffer.getvalue()


def tarred(files, mode="w:gz", format=tarfile.PAX_FORMAT):
    """A tar archive; a TarInfo in place of bytes is added as it is."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format) as archive:
        for name, content in files.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            if not isinstance(content, tarfile.TarInfo):
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return buffer.getvalue()


def special(name, type, **more):
    info = tarfile.TarInfo(name)
    info.type = type
    for key, value in more.items():
        setattr(info, key, value)
    return info


def notebook(*sources, **more):
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": s} for s in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}).encode()


def alone(tmp_path, files, units=UNITS):
    """What is read of one student's folder that holds these files."""
    return read(Submission("ada", plant(tmp_path / "ada", {"": None, **files})), units)


def packed(tmp_path, data, name="ada.zip", units=UNITS):
    """What is read of one student's archive."""
    plant(tmp_path, {name: data})
    return read(Submission("ada", tmp_path / name), units)


def students(found):
    return [submission.student for submission in found]


def quickly(read, seconds=3.0, megabytes=30):
    """What `read()` gives, and that it took little of anything."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        result = read()
        assert time.perf_counter() - began < seconds * 4  # tracemalloc and a busy machine make it slow
        assert tracemalloc.get_traced_memory()[1] < megabytes * 2**20
    finally:
        tracemalloc.stop()
    return result


def too_large(work, name="conv.py", megabytes=1):
    return work.problem == "too large" and work.remarks == (
        f"{name} is larger than {megabytes} MB, so it was not read.",
    )
