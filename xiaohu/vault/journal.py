"""The erasure journal as a file: which keys were destroyed, kept with the keys and replayed after a restore.

A keystore that is restored brings back the unit keys destroyed since its backup. The journal lies in the
two places of the epoch keys, so it is newer than that backup; it names keys and nothing else.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from xiaohu.vault import epoch_files
from xiaohu.vault.keystore.models import DestroyedKey
from xiaohu.vault.router import KEYSTORE
from xiaohu.vault.units import Unit

NAME = "erasures.jsonl"
BATCH = 1000
_HASHED: dict[Path, tuple[int, "hashlib._Hash"]] = {}


class JournalDamaged(Exception):
    """A line of the journal cannot be read in either copy; the message names file and line."""


class Entry(NamedTuple):
    """One destroyed key."""

    operator: str
    unit: Unit


def ship() -> int:
    """Write what the files do not have yet to both of them; return how much that was.

    A line may be there twice where a process died between file and row: replaying it is harmless.
    """
    shipped = 0
    with _one_at_a_time():
        more = True
        while more:
            batch = _unshipped()
            if batch:
                _write_down(batch)
            shipped += len(batch)
            more = len(batch) == BATCH
    return shipped


def _write_down(batch: list[DestroyedKey]) -> None:
    lines = [_line(row) for row in batch]
    for place in places():
        _append(place, lines)
    DestroyedKey.objects.filter(pk__in=[row.pk for row in batch]).update(shipped=True)


def entries() -> Iterator[Entry]:
    """Read the longer copy of the journal, oldest first.

    Raises:
        JournalDamaged: a line is not one of ours; a last one cut short by a crash is passed over.
    """
    longest = max(places(), key=lambda place: place.stat().st_size if place.exists() else 0)
    if longest.exists():
        with longest.open("rb") as file:
            yield from _read(longest, file)


def digest() -> tuple[int, bytes]:
    """Return length and hash (SHA-256) of the longer copy, up to the end of its last whole line."""
    longest = max(places(), key=lambda place: place.stat().st_size if place.exists() else 0)
    if not longest.exists():
        return 0, hashlib.sha256().digest()
    with longest.open("rb") as file:
        size = _whole(file.fileno())
    return size, _hash_so_far(longest, size)


def begins_with(size: int, hashed: bytes) -> bool:
    """Say whether a copy still begins with what had this length and hash."""
    if size == 0:
        return True
    return any(
        place.exists() and place.stat().st_size >= size and _hash_of(place, size) == hashed
        for place in places()
    )


def _hash_so_far(place: Path, size: int) -> bytes:
    """Return the hash of the first bytes of a file, reading only what was added since the last call.

    What was rewritten in between keeps its old hash here, so that it does not fit what is signed.
    """
    known, hashing = _HASHED.get(place, (0, hashlib.sha256()))
    if known > size:
        known, hashing = 0, hashlib.sha256()
    hashing = hashing.copy()
    _read_into(hashing, place, known, size)
    _HASHED[place] = size, hashing
    return hashing.digest()


def _hash_of(place: Path, size: int) -> bytes:
    """Return the hash of the first bytes of a file, every one of them read again."""
    hashing = hashlib.sha256()
    _read_into(hashing, place, 0, size)
    return hashing.digest()


def _read_into(hashing: "hashlib._Hash", place: Path, start: int, end: int) -> None:
    with place.open("rb") as file:
        file.seek(start)
        while start < end and (part := file.read(min(end - start, 1 << 20))):
            hashing.update(part)
            start += len(part)


def places() -> list[Path]:
    """Return the two files."""
    return [folder.parent / NAME for folder in epoch_files.folders()]


def _read(place: Path, lines: Iterable[bytes]) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            return  # Cut short: its row was never marked as shipped, so it is written again.
        try:
            said = json.loads(line)
            yield Entry(said["operator"], Unit(said["kind"], UUID(said["unit"])))
        except (ValueError, KeyError, TypeError):
            raise JournalDamaged(f"{place}:{number}") from None


def _unshipped() -> list[DestroyedKey]:
    return list(DestroyedKey.objects.filter(shipped=False).order_by("pk")[:BATCH])


def _line(row: DestroyedKey) -> bytes:
    said = {
        "at": row.destroyed_at.isoformat(timespec="seconds"),
        "operator": row.operator,
        "kind": row.kind,
        "unit": str(row.unit),
    }
    return json.dumps(said).encode() + b"\n"


def _append(place: Path, lines: list[bytes]) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        file.truncate(_whole(file.fileno()))
        file.seek(0, os.SEEK_END)
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())


def _whole(handle: int) -> int:
    """Return where the last whole line ends; a crash may have left part of one."""
    size = os.fstat(handle).st_size
    start = max(0, size - 4096)
    tail = os.pread(handle, size - start, start)
    return start + tail.rfind(b"\n") + 1 if tail else 0


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process write; the lock ends with it, however it ends."""
    first = places()[0]
    first.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(first.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with transaction.atomic(using=KEYSTORE):
            yield
    finally:
        os.close(handle)
