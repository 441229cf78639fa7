"""The grade record: what it holds, how it is signed and kept, and the secret from which unseen cases are drawn.

A record is JSON, one file per student; its schema is record.schema.json, beside this file. Everything in it but "run"
(what grading took, and where) and "signature" can be reproduced bit for bit.
"""

import hashlib
import hmac
import json
import os
import secrets
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..outcome import GRADER_ERROR

SCHEMA = 1
SCHEMA_FILE = Path(__file__).with_name("record.schema.json")
NOT_REPRODUCED = ("run", "signature")


class RecordError(Exception):
    """A record or a secret that cannot be used, and what to do about it."""


@dataclass(frozen=True)
class Secret:
    """What only staff know: it signs records, and every student's unseen cases are drawn from it."""

    key: bytes = field(repr=False)  # never in a message

    @classmethod
    def read(cls, path: Path) -> "Secret":
        try:
            key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except FileNotFoundError:
            raise RecordError(
                f"The secret {path} is missing. Grades were made with it, so no new one is made in its place: bring it "
                "back from your backup, or begin a new folder of grades with --out."
            ) from None
        except (OSError, ValueError) as error:
            raise RecordError(f"The secret {path} cannot be read: {error}") from None
        if len(key) < 16:
            raise RecordError(f"The secret {path} is too short to be one: it should hold 64 hexadecimal digits.")
        return cls(key)

    @classmethod
    def create(cls, path: Path) -> "Secret":
        """A new secret, in a file that its owner alone may read."""
        key = secrets.token_bytes(32)
        write_whole(path, key.hex().encode() + b"\n", mode=0o600)
        return cls(key)

    def derived(self, *parts: str) -> bytes:
        message = b"".join(
            len(data).to_bytes(4, "big") + data for data in (p.encode("utf-8", "surrogatepass") for p in parts)
        )
        return hmac.digest(self.key, message, "sha256")

    @cached_property
    def fingerprint(self) -> str:
        """Tells this secret from another, and gives nothing of it away."""
        return self.derived("fingerprint").hex()[:16]

    def seed(self, student: str, exercise: str) -> int:
        """The seed of a student's choice among the unseen cases of an exercise."""
        return int.from_bytes(self.derived("seed", student, exercise)[:8], "big")

    def bank(self, exercise: str) -> int:
        """The seed of the class's unseen cases of an exercise."""
        return int.from_bytes(self.derived("bank", exercise)[:8], "big")

    def signature(self, record: dict[str, Any]) -> str:
        """The signature over everything in a record but the signature itself."""
        content = canonical({name: value for name, value in record.items() if name != "signature"})
        return hmac.new(self.derived("signature"), content, "sha256").hexdigest()

    def signed(self, record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "signature": self.signature(record)}

    def is_signed(self, record: dict[str, Any]) -> bool:
        signature = record.get("signature")
        try:
            right = self.signature(record)
        except (ValueError, RecursionError):  # it holds what no record holds, such as NaN
            return False
        return isinstance(signature, str) and hmac.compare_digest(signature.encode("utf-8", "replace"), right.encode())


def canonical(value) -> bytes:
    """JSON in one form: the same value gives the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def digest(*values) -> str:
    return hashlib.sha256(canonical(values)).hexdigest()


def reproducible(record: dict[str, Any]) -> dict[str, Any]:
    """The part of a record that grading again must give bit for bit."""
    return {name: value for name, value in record.items() if name not in NOT_REPRODUCED}


def safe_name(student: str) -> str:
    """A file name for a student: letters, digits and `-_.@`; everything else as %XX, a name of dots or none as well."""
    name = urllib.parse.quote(student.encode("utf-8", "surrogatepass"), safe="-_.@").replace("~", "%7E")
    if not name.strip("."):
        name = "".join(f"%{byte:02X}" for byte in name.encode()) or "%"
    if len(name) > 150:  # file systems end at 255
        name = f"{name[:100]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return name


class Store:
    """The records in DIR/records, each written whole or not at all. Only the parent process writes."""

    def __init__(self, out: Path):
        self.folder = out / "records"

    def path(self, student: str) -> Path:
        return self.folder / f"{safe_name(student)}.json"

    def write(self, record: dict[str, Any]) -> None:
        write_whole(self.path(record["student"]), json.dumps(record).encode("ascii"))

    def read(self, student: str) -> dict[str, Any] | None:
        """A student's record, or None where there is none that can be read."""
        try:
            return read_record(self.path(student))
        except RecordError:
            return None

    def fingerprint(self) -> str:
        """The fingerprint of the secret that this folder's grades were made with, or ""."""
        path = self.folder / "secret.fingerprint"
        return path.read_text(encoding="ascii").strip() if path.is_file() else ""

    def remember(self, secret: Secret) -> None:
        write_whole(self.folder / "secret.fingerprint", secret.fingerprint.encode() + b"\n")


def secret_for(store: Store, path: Path) -> Secret:
    """The secret at `path`; a new one only where no grade was ever made with another."""
    known = store.fingerprint()
    secret = Secret.read(path) if known or path.exists() else Secret.create(path)
    if known and secret.fingerprint != known:
        raise RecordError(
            f"The grades in {store.folder.parent} were made with another secret than {path}. Name theirs with "
            "--seed-file, or begin a new folder of grades with --out."
        )
    store.remember(secret)
    return secret


def read_record(path: Path) -> dict[str, Any]:
    """The record in a file. Raises RecordError where it is none, or of another version."""
    try:
        record = json.loads(path.read_bytes(), object_pairs_hook=without_repeats)
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{path} cannot be read as a grade record: {error}") from None
    if not isinstance(record, dict) or "schema" not in record:
        raise RecordError(f"{path} is not a grade record.")
    if record["schema"] != SCHEMA:
        raise RecordError(
            f"{path} is a record of version {record['schema']}; this chainrule reads version {SCHEMA}. Install the "
            "chainrule that wrote it, or grade again."
        )
    return record


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. One that names something twice says one thing to who reads it and another to who checks it."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("it names something twice")
    return found


def is_final(record: dict[str, Any]) -> bool:
    """Whether all of it could be graded; what could not, for a fault of ours or the machine's, is tried again."""
    return all(exercise["status"] != GRADER_ERROR for unit in record["units"] for exercise in unit["exercises"])


EMPTY_CASE = {"rung": "", "sentence": "", "hint": "", "mistakes": [], "details": [], "places": [], "printed": "",
              "warnings": [], "hidden": False}  # fmt: skip


def short(case: dict[str, Any]) -> dict[str, Any]:
    """A case as the record has it: without what is empty. Most cases are right, and there is nothing to say of them."""
    return {name: value for name, value in case.items() if value or name not in EMPTY_CASE}


def complete(record: dict[str, Any]) -> dict[str, Any]:
    """The record with every field of its cases, for those who make something of it."""
    for unit in record["units"]:
        for exercise in unit["exercises"]:
            exercise["cases"] = [{**EMPTY_CASE, **case} for case in exercise["cases"]]
    return record


def read_all(out: Path, students: Iterable[str] | None = None) -> Iterator[dict[str, Any]]:
    """The records of some students, or of all, sorted by student, one at a time."""
    store = Store(out)
    if students is None:
        records = (read_record(path) for path in store.folder.glob("*.json"))
        students = sorted(record["student"] for record in records)
    for student in sorted(students):
        if (record := store.read(student)) is not None:
            yield complete(record)


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file so that at any moment it is there whole, as it was or as it is to be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
