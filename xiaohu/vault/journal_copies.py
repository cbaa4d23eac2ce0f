"""Two copies of a file that grows by whole lines and never otherwise: how long, alike, fitting what was signed."""

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

Claim = tuple[int, bytes]  # so many bytes have this hash (SHA-256)
_PART = 1 << 20


class CopiesDiffer(Exception):
    """Neither copy goes on from the other; the message names both."""


def whole(place: Path) -> int:
    """Return where the last whole line ends, a crash may have left part of one; nothing where no file is."""
    if not place.exists():
        return 0
    with place.open("rb") as file:
        return whole_of(file.fileno())


def whole_of(handle: int) -> int:
    """Return where the last whole line of an open file ends."""
    size = os.fstat(handle).st_size
    start = max(0, size - 4096)
    tail = os.pread(handle, size - start, start)
    return start + tail.rfind(b"\n") + 1 if tail else 0


def longest(places: Collection[Path]) -> Path:
    """Return the copy with most whole lines."""
    return max(places, key=whole)


def complete(places: Collection[Path]) -> list[Path]:
    """Return the copies that are all the longest one is; of one that was never begun, both."""
    first = longest(places)
    size = whole(first)
    return [place for place in places if whole(place) == size and _same(place, first, size)]


def level(places: Collection[Path]) -> None:
    """Bring a copy that is shorter, or gone, up to the other.

    Raises:
        CopiesDiffer: what it has is not how the other begins.
    """
    first = longest(places)
    size = whole(first)
    for place in places:
        there = whole(place)
        if there < size:
            if not _same(place, first, there):
                raise CopiesDiffer(", ".join(str(place) for place in places))
            put(place, first)


def put(place: Path, good: Path) -> None:
    """Write one copy over the other, all of it or nothing."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_suffix(f".{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for part in _parts(good, 0, whole(good)):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)


def claim(place: Path, size: int) -> Claim:
    """Return the hash of the first bytes of a file, with how many they are."""
    hashing = hashlib.sha256()
    for part in _parts(place, 0, size):
        hashing.update(part)
    return size, hashing.digest()


def unfitting(places: Collection[Path], claims: Collection[Claim]) -> frozenset[Claim]:
    """Return what was said of the file and is true of none of its copies, judged by the one that fits best."""
    left = frozenset(claims)
    for place in places:
        if left:
            left = min(left, frozenset(claims) - _fitting(place, claims), key=len)
    return left


def _fitting(place: Path, claims: Collection[Claim]) -> frozenset[Claim]:
    """Return what is true of a file, which is read once."""
    size = place.stat().st_size if place.exists() else 0
    hashing, at, fitting = hashlib.sha256(), 0, set()
    for length, hashed in sorted(claims):
        if length > size:
            break
        for part in _parts(place, at, length):
            hashing.update(part)
        at = length
        if hashing.digest() == hashed:
            fitting.add((length, hashed))
    return frozenset(fitting)


def _same(one: Path, other: Path, size: int) -> bool:
    """Say whether two files begin with the same bytes."""
    if one == other or not size:
        return True
    return all(a == b for a, b in zip(_parts(one, 0, size), _parts(other, 0, size), strict=True))


def _parts(place: Path, start: int, end: int) -> Iterator[bytes]:
    if start >= end:
        return
    with place.open("rb") as file:
        file.seek(start)
        while start < end and (part := file.read(min(end - start, _PART))):
            start += len(part)
            yield part
