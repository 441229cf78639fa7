"""Hand-ins that are no single file: archives, folders, links, notebooks. Each function writes one at `place`, a path in
a class's folder of submissions: a folder of that name, or an archive of that name with an ending.

The first line of a docstring says what is tried; the lines after it are those of the other files here (see attack.py).
"""

import io
import json
import os
import tarfile
import zipfile
import zlib

_HONEST = b"""def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)
"""
_EVIL = b"raise SystemError('HOLE: what must never be run was run')\n"
_MB = 1 << 20


def _folder(place, **files):
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(content)


def _zip(place, files):
    with zipfile.ZipFile(f"{place}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)


def _tar(place, members):
    with tarfile.open(f"{place}.tar.gz", "w:gz", compresslevel=1) as archive:
        for name, content, change in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            for key, value in change.items():
                setattr(member, key, value)
            archive.addfile(member, io.BytesIO(content))


def _notebook(place, cells):
    made = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in cells]
    _folder(place, **{"linear.ipynb": json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": made}).encode()})


# Archives


def zip_slip(place):
    """Has a zip unpacked over the folders above it, over other students' files and over the course.

    earns: 2
    expect: leads out
    """
    out = [
        "../../../evil.py",
        "/tmp/chainrule-attack-slip",
        "../zoe/linear.py",
        "..\\..\\evil.py",
        "a/../../../evil.py",
    ]
    _zip(place, [("linear.py", _HONEST), *((name, _EVIL) for name in out)])


def tar_slip(place):
    """Has a tar unpacked over the folders above it, by paths with .. and paths from the root.

    earns: 2
    expect: leads out
    """
    out = ["../../../evil.py", "/tmp/chainrule-attack-slip", "../zoe/linear.py"]
    _tar(place, [("linear.py", _HONEST, {}), *((name, _EVIL, {}) for name in out)])


def zip_symlink(place):
    """Hands in a zip whose linear.py is a link to the reference, and whose folder is a link to the root.

    expect: link
    """
    with zipfile.ZipFile(f"{place}.zip", "w") as archive:
        for name, target in (("linear.py", "../../../../solutions/linear/linear.py"), ("data", "/")):
            member = zipfile.ZipInfo(name)
            member.create_system, member.external_attr = 3, 0o120777 << 16
            archive.writestr(member, target)


def tar_links(place):
    """Hands in a tar with soft and hard links to what lies outside, and with devices and pipes.

    expect: link
    """
    kinds = (
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "../zoe/linear.py"},
    )
    devices = {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5}, {"type": tarfile.FIFOTYPE}
    _tar(place, [(name, b"", change) for change in (*devices, *kinds) for name in ("linear.py", "conv.py")])


def zip_bomb(place):
    """Hands in half a megabyte that unpacks to three hundred.

    expect: larger than|too large
    """
    with (
        zipfile.ZipFile(f"{place}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("linear.py", "w") as file,
    ):
        for _ in range(300):
            file.write(b"#" * (_MB - 1) + b"\n")
        file.write(_EVIL)


def zip_that_lies(place):
    """Hands in a zip that says of a hundred megabytes that they are ninety bytes.

    expect: damaged|larger than
    """
    _zip(place, [("linear.py", _HONEST + b"#" * (100 * _MB))])
    path = place.with_name(f"{place.name}.zip")
    data = bytearray(path.read_bytes())
    true, said = (len(_HONEST) + 100 * _MB).to_bytes(4, "little"), (90).to_bytes(4, "little")
    path.write_bytes(bytes(data).replace(true, said))


def tar_bomb(place):
    """Hands in a tar that unpacks to four hundred megabytes before the file that is wanted.

    expect: unpacks to more than|larger than
    """
    packer = zlib.compressobj(1, wbits=31)
    header = tarfile.TarInfo("big.bin")
    header.size = 400 * _MB
    with open(f"{place}.tar.gz", "wb") as file:
        file.write(packer.compress(header.tobuf()))
        for _ in range(400):
            file.write(packer.compress(bytes(_MB)))
        last = tarfile.TarInfo("linear.py")
        last.size = len(_EVIL)
        file.write(packer.compress(last.tobuf() + _EVIL.ljust(512, b"\0") + bytes(1024)) + packer.flush())


def crowded_zip(place):
    """Hands in a zip of twenty thousand empty files.

    expect: holds more than
    """
    _zip(place, [("linear.py", _EVIL), *((f"f{number}", b"") for number in range(20_000))])


def damaged_zip(place):
    """Hands in a zip that ends in the middle, for a reader that falls over it.

    expect: damaged|cut off|no archive
    """
    _zip(place, [("linear.py", _HONEST + os.urandom(50_000).hex().encode())])
    path = place.with_name(f"{place.name}.zip")
    path.write_bytes(path.read_bytes()[:20_000])


def archive_in_an_archive(place):
    """Hands in a zip within a zip within a zip, with a payload in the middle.

    expect: archives inside
    """
    data = _EVIL
    for name in ("linear.py", "inner.zip", "middle.zip"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(name, data)
        data = buffer.getvalue()
    place.with_name(f"{place.name}.zip").write_bytes(data)


def same_name_twice(place):
    """Hands in a zip with two files of the same name, of which one reader takes the first and another the last.

    expect: more than once|failed|imported
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _zip(place, [("linear.py", _HONEST), ("linear.py", b"raise SystemError('the last one')\n")])


# Files and folders


def link_to_the_reference(place):
    """Hands in links: to the reference, to another student's file, to a device that never ends.

    expect: link
    """
    place.mkdir(parents=True)
    (place / "linear.py").symlink_to("/dev/zero")
    (place / "conv.py").symlink_to("../zoe/linear.py")
    (place / "exercises").symlink_to("/")


def link_in_place_of_the_folder(place):
    """Hands in a link to another student's folder as its own folder.

    expect:
    """
    place.symlink_to("zoe")


def fifty_megabytes(place):
    """Hands in a file of fifty megabytes.

    expect: larger than
    """
    _folder(place, **{"linear.py": _HONEST + b"#" * (50 * _MB)})


def folder_in_place_of_the_file(place):
    """Hands in a folder that is called linear.py.

    expect: folder
    """
    _folder(place / "linear.py", **{"__init__.py": _EVIL, "__main__.py": _EVIL})


def pipe_in_place_of_the_file(place):
    """Hands in a pipe that is called linear.py, from which nothing ever comes.

    expect: no plain file
    """
    place.mkdir(parents=True)
    os.mkfifo(place / "linear.py")


def not_utf8(place):
    """Hands in bytes that are no text.

    expect: UTF-8
    """
    _folder(place, **{"linear.py": _HONEST + b"# \xff\xfe\xe4\n"})


def null_bytes(place):
    """Hands in a file with null bytes, behind which some readers see nothing.

    expect: null bytes
    """
    _folder(place, **{"linear.py": _HONEST + b"\0\0\0" + _EVIL})


def odd_names(place):
    """Hands in files whose names are markup, formulas, escape sequences and option flags.

    earns: 2
    """
    _folder(place, **{"linear.py": _HONEST})
    for name in (
        "=cmd|' -C calc'!A0.py",
        "<script>alert(1)<\u2044script>.py",
        "\x1b[2J\x1b]0;x\x07.py",
        "-rf",
        "a\nb.py",
    ):
        (place / name).write_bytes(_EVIL)


def configures_pytest(place):
    """Puts conftest.py, pytest.ini, tox.ini, setup.py and pyproject.toml beside honest work.

    earns: 2
    expect: unasked
    """
    names = ("conftest.py", "setup.py", "sitecustomize.py", "usercustomize.py", "__init__.py", "test_linear.py")
    _folder(place, **{"linear.py": _HONEST, **dict.fromkeys(names, _EVIL)})
    _folder(place, **dict.fromkeys(("pytest.ini", "tox.ini"), b"[pytest]\naddopts = --collect-only\n"))


def shadows_numpy(place):
    """Puts a numpy.py, a json.py, an autograder/ and an os.py beside honest work.

    earns: 2
    expect: name of a module
    """
    _folder(place, **{"linear.py": b"import numpy\nimport json\nimport statistics\n" + _HONEST})
    _folder(place, **dict.fromkeys(("numpy.py", "json.py", "os.py", "statistics.py"), _EVIL))
    _folder(place / "autograder", **dict.fromkeys(("__init__.py", "grading.py"), _EVIL))


def path_files(place):
    """Puts .pth files, compiled files and libraries beside honest work, which Python may load by itself.

    earns: 2
    expect: unasked
    """
    _folder(place, **{"linear.py": _HONEST, "evil.pth": b"import os; os.abort()\n", "linear.so": b"\x7fELF"})
    _folder(place / "__pycache__", **{"linear.cpython-311.pyc": b"poison", "numpy.cpython-311.pyc": b"poison"})


# Notebooks


def deep_notebook(place):
    """Hands in a notebook that is nested a hundred thousand deep.

    expect: JSON
    """
    _folder(place, **{"linear.ipynb": b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}"})


def notebook_bomb(place):
    """Hands in a notebook of nine megabytes that becomes a gigabyte of objects.

    expect: too large
    """
    _folder(place, **{"linear.ipynb": b'{"cells":[' + b"[]," * 3_000_000 + b"[]]}"})


def notebook_commands(place):
    """Hands in a notebook with shell lines, magics and a cell that ends Python; the honest cell must keep its points.

    earns: 2
    expect: left out
    """
    _notebook(place, ["!touch /tmp/chainrule-attack-run", "%run evil.py", "%%bash\ntouch /tmp/chainrule-attack-run",
                      "get_ipython().system('true')", _HONEST.decode(), "1 / 0"])  # fmt: skip


def notebook_that_exits(place):
    """Hands in a notebook of which one cell ends the process, in the hope of what was defined before it.

    expect: Exited
    """
    _notebook(place, [_HONEST.decode(), "import os\nos._exit(0)"])


def not_a_notebook(place):
    """Hands in a notebook whose cells are of every wrong kind.

    expect: could not be read|no code
    """
    cells = [1, None, "code", [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1, 2]}]
    _folder(place, **{"linear.ipynb": json.dumps({"nbformat": 4, "cells": cells}).encode()})
