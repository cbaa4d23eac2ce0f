"""Epoch keys as files in two places, and in no database: a backup of keys must not keep one alive."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

SUFFIX = ".key"


class EpochKeyLost(Exception):
    """Neither copy of an epoch's key can be read; the message names both places."""


class EpochKeyDamaged(EpochKeyLost):
    """No copy of an epoch's key opens: damaged, or wrapped by another root key; the message names them."""


class EpochKeyTaken(Exception):
    """There is a key of this epoch already: it may be the one today's keys need; the message names it."""


def folders() -> tuple[Path, Path]:
    """Return where epoch keys lie: beside the root key, and in the folder of the second copy."""
    options = settings.XIAOHU
    return (options.data_dir / "keys" / "epochs", options.key_copies / "epochs")


def write(epoch: int, wrapped: bytes) -> None:
    """Keep a wrapped key in both places, and read both again before anything rests on them.

    Raises:
        EpochKeyTaken: a file is there; nothing is ever written over it.
        EpochKeyLost: what was written cannot be read again.
    """
    for place in places(epoch):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(place, wrapped)
        except FileExistsError:
            raise EpochKeyTaken(str(place)) from None
        if place.read_bytes() != wrapped:
            raise EpochKeyLost(str(place))


def mend(place: Path, wrapped: bytes) -> None:
    """Put a copy that was tried in the place of one that is damaged or gone, all of it or nothing."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_suffix(f".{secrets.token_hex(4)}")
    _write(draft, wrapped)
    draft.replace(place)
    _settle(place.parent)


def _write(place: Path, wrapped: bytes) -> None:
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(wrapped)
        file.flush()
        os.fsync(file.fileno())
    _settle(place.parent)


def read(epoch: int) -> dict[Path, bytes]:
    """Return the copies of a wrapped key that can be read, whatever is in them."""
    found = {}
    for place in places(epoch):
        with suppress(OSError):
            found[place] = place.read_bytes()
    return found


def places(epoch: int) -> list[Path]:
    """Return where both copies of a key belong."""
    return [folder / f"{epoch}{SUFFIX}" for folder in folders()]


def kept() -> frozenset[int]:
    """Return the epochs of which a copy is there."""
    return frozenset(epoch for folder in folders() for epoch in _in(folder))


def destroy(epoch: int) -> None:
    """Overwrite and remove both copies. Harmless to repeat."""
    for place in places(epoch):
        try:
            with place.open("r+b") as file:
                file.write(os.urandom(place.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            continue
        place.unlink()
        _settle(place.parent)


def _in(folder: Path) -> Iterator[int]:
    for place in folder.glob(f"*{SUFFIX}"):
        if place.stem.isdecimal():
            yield int(place.stem)


def _settle(folder: Path) -> None:
    """Make what was renamed or removed in a folder outlive a power failure."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
