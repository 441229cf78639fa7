"""Archives in every form, in every form that means harm, and damaged in every way."""

import gzip
import io
import json
import random
import stat
import struct
import tarfile
import time
import zipfile
import zlib

import pytest
from handed_in import CODE, OTHER, UNITS, notebook, packed, plant, quickly, special, tarred, too_large, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.classroom.submissions import Submission, digest, read, tars


def hostile_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("conv.py", CODE)
        archive.writestr("../../lstm.py", OTHER)
        archive.writestr("/etc/lstm.py", OTHER)
        archive.writestr("C:\\lstm.py", OTHER)
        archive.writestr("..\\lstm.py", OTHER)
        for name, mode in {"lstm.py": stat.S_IFLNK, "device": stat.S_IFCHR, "pipe": stat.S_IFIFO}.items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (mode | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def hostile_tar():
    return tarred(
        {
            "conv.py": CODE,
            "../../lstm.py": OTHER,
            "/etc/lstm.py": OTHER,
            "link": special("lstm.py", tarfile.SYMTYPE, linkname="/etc/passwd"),
            "hard": special("hard", tarfile.LNKTYPE, linkname="conv.py"),
            "device": special("device", tarfile.CHRTYPE),
            "pipe": special("pipe", tarfile.FIFOTYPE),
        }
    )


@pytest.mark.parametrize(("name", "data"), [("ada.zip", hostile_zip()), ("ada.tgz", hostile_tar())])
def test_paths_out_of_an_archive_and_what_is_no_file_in_it(tmp_path, name, data):
    works, remarks = packed(tmp_path, data, name)
    assert works["conv"].cells == (CODE,)
    assert works["lstm"].problem == "not a file"
    assert works["lstm"].remarks == ("lstm.py was not read: it is a link, and links are not followed.",)
    assert "../../lstm.py was not read: its path leads out of what you handed in." in remarks
    assert "/etc/lstm.py was not read: its path leads out of what you handed in." in remarks
    assert "device was not read: it is no plain file." in remarks
    assert "pipe was not read: it is no plain file." in remarks
    assert len(remarks) == (6 if name == "ada.zip" else 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_zip_with_a_password(tmp_path):
    data = bytearray(zipped({"conv.py": CODE, "notes.txt": b""}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(sign)
        data[at + offset] |= 1
    works, _ = packed(tmp_path, bytes(data))
    assert works["conv"].problem == "locked"
    assert works["conv"].remarks == ("conv.py was not read: it is protected by a password.",)


def test_a_zip_in_other_packing(tmp_path):
    works, _ = packed(tmp_path, zipped({"conv.py": CODE}, compress_type=zipfile.ZIP_LZMA))
    assert works["conv"].remarks == ("conv.py was not read: it is compressed in a way that is not supported.",)


def test_windows_paths_in_a_zip(tmp_path):
    works, remarks = packed(tmp_path, zipped({"hand-in\\exercises\\conv\\conv.py": CODE}))
    assert (works["conv"].cells, remarks) == ((CODE,), [])


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_long_and_foreign_names_in_tar(tmp_path, format, mode):
    deep = "/".join(["folder" * 5] * (6 if format == tarfile.USTAR_FORMAT else 12)) + "/conv.py"
    data = tarred({"big": bytes(3000), deep: CODE, "李雷/lstm.py": OTHER}, mode, format)
    works, remarks = packed(tmp_path, data, "ada.tar" if mode == "w" else "ada.tar.gz")
    assert (works["conv"].cells, works["lstm"].cells, remarks) == ((CODE,), (OTHER,), [])
    assert works["lstm"].name == "李雷/lstm.py"


def test_a_sparse_file_in_tar(tmp_path):
    """What is stored of it is not what it holds."""
    info = special("conv.py", tarfile.REGTYPE, pax_headers={"GNU.sparse.major": "1", "GNU.sparse.realsize": "9999"})
    works, _ = packed(tmp_path, tarred({"": info}), "ada.tgz")
    assert works["conv"].remarks == ("conv.py was not read: it is no plain file.",)


def test_the_folder_itself_in_an_archive(tmp_path):
    folder = special("./", tarfile.DIRTYPE)
    assert packed(tmp_path, tarred({"": folder, "./conv.py": CODE}), "ada.tgz")[0]["conv"].cells == (CODE,)
    assert packed(tmp_path, zipped({"./": b"", "./conv.py": CODE}))[0]["conv"].cells == (CODE,)


def test_the_parser_reads_tar_as_tarfile_does(tmp_path):
    files = {f"{'d' * (n % 120)}/{n}.txt": bytes(n * 37 % 2000) for n in range(1, 80)}
    for format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        data = tarred(files, "w", format)
        members = list(tars.members_of_tar("x.tar", data, False, []))
        assert {m.name: m.read(10**6) for m in members} == files


# Too much


def test_a_zip_bomb(tmp_path):
    bomb = zipped({"conv.py": bytes(40_000_000), "lstm.ipynb": bytes(40_000_000)})
    works, _ = quickly(lambda: packed(tmp_path, bomb))
    assert too_large(works["conv"])
    assert too_large(works["lstm"], "lstm.ipynb", 10)


def test_a_zip_that_lies_about_sizes(tmp_path):
    """It claims a small file, and unpacks to a large one."""
    data = bytearray(zipped({"conv.py": bytes(40_000_000)}))
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        data[data.find(sign) + offset :][:4]
        at = data.find(sign) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    works, _ = quickly(lambda: packed(tmp_path, bytes(data)))
    assert works["conv"].problem == "damaged"
    assert works["conv"].kind == "missing"


def test_a_tar_bomb(tmp_path):
    def bomb():
        engine = zlib.compressobj(9, wbits=31)
        yield engine.compress(special("zeros", tarfile.REGTYPE, size=400 * 2**20).tobuf())
        for _ in range(400):
            yield engine.compress(bytes(2**20))
        yield engine.flush()

    works, remarks = quickly(lambda: packed(tmp_path, b"".join(bomb()), "ada.tar.gz"))
    assert works["conv"].problem == "too large"
    assert remarks == ["ada.tar.gz unpacks to more than 200 MB, so it was not read."]
    works, _ = packed(tmp_path, tarred({"conv.py": bytes(40_000_000)}), "bob.tar.gz")
    assert too_large(works["conv"])


def test_headers_of_tar_that_ask_for_much(tmp_path):
    for type in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.REGTYPE):
        header = special("conv.py", type, size=8**11 - 1).tobuf(tarfile.GNU_FORMAT)
        works, _ = quickly(lambda data=header: packed(tmp_path, gzip.compress(data + bytes(10_000)), "ada.tgz"))
        assert works["conv"].kind == "missing"
    digits = special("x", tarfile.XHDTYPE, size=2**20).tobuf() + b"1" * 2**20
    assert packed(tmp_path, digits, "ada.tar")[0]["conv"].problem == "damaged"


def test_a_gzip_header_without_an_end(tmp_path):
    data = b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 40_000_000
    began = time.perf_counter()
    assert packed(tmp_path, data, "ada.tar.gz")[0]["conv"].problem == "damaged"
    assert time.perf_counter() - began < 2


def test_archives_with_many_members(tmp_path):
    many = {str(n): b"" for n in range(10_001)}
    for data, name in ((zipped(many), "ada.zip"), (tarred(many), "ada.tgz")):
        works, remarks = packed(tmp_path, data, name)
        assert works["conv"].problem == "too many files"
        assert remarks == [f"{name} holds more than 10000 files, so it was not looked into."]


def test_a_directory_of_a_zip_that_is_huge(tmp_path):
    """It would make a million objects, were it parsed before it is measured."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 800_000
    directory = entry * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, len(directory), 4, 0)
    works, remarks = quickly(lambda: packed(tmp_path, b"PK\x03\x04" + directory + end), 1, 90)
    assert works["conv"].problem == "too many files"
    assert remarks == ["ada.zip holds more than 10000 files, so it was not looked into."]


def test_an_archive_that_is_large(tmp_path):
    with (tmp_path / "ada.zip").open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(2**31)
    works, remarks = quickly(lambda: read(Submission("ada", tmp_path / "ada.zip"), UNITS), 0.2, 1)
    assert works["conv"].problem == "too large"
    assert remarks == ["ada.zip is larger than 50 MB, so it was not read."]


# Damaged archives


def test_wrong_endings(tmp_path):
    works, remarks = packed(tmp_path, tarred({"conv.py": CODE}), "ada.zip")
    assert (works["conv"].cells, remarks) == ((CODE,), ["ada.zip is really a tar.gz file. It was read as one."])
    works, remarks = packed(tmp_path, zipped({"conv.py": CODE}), "ada.tar.gz")
    assert (works["conv"].cells, remarks) == ((CODE,), ["ada.tar.gz is really a zip file. It was read as one."])
    works, remarks = packed(tmp_path, CODE, "ada.zip")
    assert works["conv"].problem == "not an archive"
    assert remarks == ["ada.zip is no archive that can be read. Hand in a .zip or a .tar.gz."]


def test_archives_that_are_cut_off(tmp_path):
    data = zipped({"conv.py": CODE, "lstm.py": OTHER})
    works, remarks = packed(tmp_path, data[:-30])
    assert works["conv"].problem == "damaged"
    assert remarks == ["ada.zip is damaged, so it could not be read. Open your own copy, and hand it in again."]
    data = tarred({"conv.py": CODE, "lstm.py": bytes(5000)}, "w")
    works, remarks = packed(tmp_path, data[:2048], "ada.tar")
    assert works["conv"].cells == (CODE,)
    assert works["lstm"].problem == "damaged"
    assert remarks == ["ada.tar is damaged or cut off. What could be read of it was read."]
    works, remarks = packed(tmp_path, tarred({"conv.py": random.Random(0).randbytes(9000)})[:3000], "ada.tgz")
    assert works["conv"].problem == "damaged"
    header = bytearray(tarred({"x": b"", "conv.py": CODE}, "w"))
    header[header.find(b"conv.py")] ^= 1
    assert packed(tmp_path, bytes(header), "ada.tar")[1] == [
        "ada.tar is damaged or cut off. What could be read of it was read."
    ]
    flipped = bytearray(zipped({"conv.py": CODE * 10}))
    flipped[60] ^= 0xFF
    assert packed(tmp_path, bytes(flipped))[0]["conv"].problem == "damaged"


SEEDS = {
    "zip": zipped({"conv.py": CODE, "exercises/lstm/lstm.ipynb": notebook("x"), "conftest.py": b""}),
    "tar.gz": tarred({"conv.py": CODE, "a" * 150 + "/lstm.py": OTHER, "numpy.py": b""}),
    "tar": tarred({"conv.py": CODE, "a" * 150 + "/lstm.py": OTHER}, "w", tarfile.GNU_FORMAT),
    "pax": tarred({"conv.py": CODE, "é" * 99 + "/lstm.py": OTHER}, "w"),
    "ipynb": notebook("%time x", "!ls\nx = 1", ["a = 1\n", "b = 2"]),
}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(SEEDS)), st.randoms(use_true_random=False), st.integers(1, 12))
def test_mutated_archives(tmp_path_factory, kind, rng, times):
    """Whatever bytes: no exception, no long time, and works and remarks that hold together."""
    data = bytearray(SEEDS[kind])
    for _ in range(times):
        at = rng.randrange(len(data))
        how = rng.random()
        if how < 0.6:
            data[at] = rng.randrange(256)
        elif how < 0.75:
            data[at : at + 4] = rng.choice([b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff"])
        elif how < 0.9:
            del data[at : at + rng.randrange(1, 40)]
        else:
            data[at:at] = data[: rng.randrange(600)]
        if not data:
            break
    name = "conv.ipynb" if kind == "ipynb" else {"pax": "ada.tar"}.get(kind, f"ada.{kind}")
    folder = tmp_path_factory.mktemp("ada")
    plant(folder, {name: bytes(data)})
    began = time.perf_counter()
    submission = Submission("ada", folder)
    works, remarks = read(submission, UNITS)
    assert time.perf_counter() - began < 2
    json.dumps([remarks, [(w.name, w.remarks) for w in works.values()]], ensure_ascii=False).encode()
    assert list(works) == UNITS
    for work in works.values():
        assert work.kind in ("file", "notebook", "missing")
        assert (work.kind == "missing") <= (work.cells == ())
        assert work.cells or work.remarks
    assert digest(submission, works, remarks) == digest(submission, *read(submission, UNITS))
