"""The erasure journal as a file: which keys were destroyed, kept with the keys and replayed after a restore.

A keystore that is restored brings back the unit keys destroyed since its backup. The journal lies in the
two places of the epoch keys, so it is newer than that backup; it names keys and nothing else.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.db import connections, transaction

from xiaohu.queue.asking import Question
from xiaohu.vault import epoch_files, journal_copies
from xiaohu.vault.journal_copies import Claim, CopiesDiffer
from xiaohu.vault.keystore.models import DestroyedKey
from xiaohu.vault.router import KEYSTORE
from xiaohu.vault.units import Unit

NAME = "erasures.jsonl"
BATCH = 1000
_HASHED: dict[tuple[Path, int], tuple[int, "hashlib._Hash"]] = {}


class JournalDamaged(Exception):
    """Neither copy of the journal can be read, or they differ; the message names files, and the line."""


class JournalLost(JournalDamaged):
    """Both copies of the journal are gone; the message names both places."""


class Entry(NamedTuple):
    """One destroyed key."""

    operator: str
    unit: Unit


def ship() -> int:
    """Write what the files do not have yet to both of them; return how much that was.

    A copy that is shorter or gone is made whole first. A line may be there twice where a process
    died between file and row: replaying it is harmless.

    Raises:
        JournalLost: both copies are gone, and would begin anew without what they had.
        JournalDamaged: the shorter is not how the longer begins. Two of one length are not compared
            here: `copies` does, for whoever asks how the keys are.
    """
    shipped = 0
    with _one_at_a_time():
        _level()
        more = True
        while more:
            batch = _unshipped()
            if batch:
                _write_down(batch)
            shipped += len(batch)
            more = len(batch) == BATCH
    return shipped


def _level() -> None:
    if is_lost():
        raise JournalLost(", ".join(str(place) for place in places()))
    try:
        journal_copies.level(places())
    except CopiesDiffer as differ:
        raise JournalDamaged(str(differ)) from None


def is_lost() -> bool:
    """Say whether both copies are gone though keys were written into them."""
    there = any(journal_copies.whole(place) for place in places())
    return not there and DestroyedKey.objects.filter(shipped=True).exists()


def copies() -> int:
    """Return how many copies there are of all that was written."""
    return 0 if is_lost() else len(journal_copies.complete(places()))


def _write_down(batch: list[DestroyedKey]) -> None:
    lines = [_line(row) for row in batch]
    for place in places():
        _append(place, lines)
    with connections[KEYSTORE].cursor() as cursor:
        cursor.execute(
            f"UPDATE {DestroyedKey._meta.db_table} SET shipped = TRUE WHERE id = ANY(%s)",  # noqa: S608 - the table is ours
            [[row.pk for row in batch]],
        )


def entries() -> Iterator[Entry]:
    """Read the journal, oldest first: the longest copy of which every line can be read.

    Raises:
        JournalDamaged: none can; a last line cut short by a crash is passed over.
    """
    there = _longest_first()
    if not there:
        return iter(())
    if len(journal_copies.complete(places())) == len(places()):
        return _read(there[0])  # The same in both: what is damaged here is damaged there.
    return _read(next((place for place in there if _is_readable(place)), there[0]))


def restate() -> None:
    """Mark what no readable copy names as to be written again; a copy that cannot be gone on from is set aside."""
    with _one_at_a_time():
        best = next((place for place in _longest_first() if _is_readable(place)), None)
        alike = _like(best) if best is not None else []
        _set_aside([place for place in places() if place not in alike])
        written = {(entry.operator, *entry.unit) for entry in entries()}
        rows = DestroyedKey.objects.filter(shipped=True)
        named = rows.values_list("pk", "operator", "kind", "unit").iterator()
        lacking = [pk for pk, *name in named if tuple(name) not in written]
        for start in range(0, len(lacking), BATCH):
            DestroyedKey.objects.filter(pk__in=lacking[start : start + BATCH]).update(shipped=False)


def mend() -> list[Path]:
    """Make a copy that is gone, behind or damaged whole from the other, and return which those were.

    What was there is set aside under another name.

    Raises:
        JournalLost: both are gone.
        JournalDamaged: neither can be read.
    """
    with _one_at_a_time():
        if is_lost():
            raise JournalLost(", ".join(str(place) for place in places()))
        there = _longest_first()
        best = next((place for place in there if _is_readable(place)), None)
        if best is None:
            list(entries())  # names the line
            return []
        broken = [place for place in places() if place not in _like(best)]
        _set_aside(broken)
        for place in broken:
            journal_copies.put(place, best)
        return broken


def _like(best: Path) -> list[Path]:
    return [place for place in places() if journal_copies.complete([best, place]) == [best, place]]


def _set_aside(copies_: Collection[Path]) -> None:
    _HASHED.clear()
    for place in copies_:
        if place.exists():
            place.rename(place.with_suffix(f".aside-{secrets.token_hex(4)}"))


def _longest_first() -> list[Path]:
    there = [place for place in places() if place.exists()]
    return sorted(there, key=journal_copies.whole, reverse=True)


def _is_readable(place: Path) -> bool:
    try:
        return all(True for _ in _read(place))
    except JournalDamaged:
        return False


def digest() -> Claim:
    """Return length and hash of the longer copy, up to the end of its last whole line."""
    longest = journal_copies.longest(places())
    if not longest.exists():
        return 0, hashlib.sha256().digest()
    size = journal_copies.whole(longest)
    return size, _hash_so_far(longest, size)


def length() -> int:
    """Return how many bytes the longer copy has, up to the end of its last whole line."""
    return journal_copies.whole(journal_copies.longest(places()))


def unfitting(claims: Collection[Claim]) -> frozenset[Claim]:
    """Return what was said of the journal and is not so any more: it was cut, or written anew."""
    return journal_copies.unfitting(places(), claims)


def _hash_so_far(place: Path, size: int) -> bytes:
    """Return the hash of the first bytes of a file, reading only what was added since the last call.

    What was rewritten in between keeps its old hash here, so that it does not fit what is signed. A
    file that was put in its place, when copies were mended or made anew, is read whole.
    """
    file_now = (place, place.stat().st_ino)
    known, hashing = _HASHED.get(file_now, (0, hashlib.sha256()))
    if known > size:
        known, hashing = 0, hashlib.sha256()
    hashing = hashing.copy()
    with place.open("rb") as file:
        file.seek(known)
        while known < size and (part := file.read(min(size - known, 1 << 20))):
            hashing.update(part)
            known += len(part)
    _HASHED[file_now] = size, hashing
    return hashing.digest()


def places() -> list[Path]:
    """Return the two files."""
    return [folder.parent / NAME for folder in epoch_files.folders()]


def _read(place: Path) -> Iterator[Entry]:
    if not place.exists():
        return
    with place.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return  # Cut short: its row was never marked as shipped, so it is written again.
            try:
                said = json.loads(line)
                yield Entry(said["operator"], Unit(said["kind"], UUID(said["unit"])))
            except (ValueError, KeyError, TypeError):
                raise JournalDamaged(f"{place}:{number}") from None


def _unshipped() -> list[DestroyedKey]:
    return _UNSHIPPED.all()


_UNSHIPPED = Question(
    lambda: DestroyedKey.objects.filter(shipped=False).order_by("pk")[:BATCH], using=KEYSTORE
)


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
        file.truncate(journal_copies.whole_of(file.fileno()))
        file.seek(0, os.SEEK_END)
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())


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
