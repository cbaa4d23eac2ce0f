"""Epoch keys as files in two places, and in no database: a backup of keys must not keep one alive."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

SUFFIX = ".key"


class EpochKeyLost(Exception):
    """Neither copy of an epoch's key can be read; the message names both places."""


def folders() -> tuple[Path, Path]:
    """Return where epoch keys lie: beside the root key, and in the folder of the second copy."""
    options = settings.XIAOHU
    return (options.data_dir / "keys" / "epochs", options.key_copies / "epochs")


def write(epoch: int, wrapped: bytes) -> None:
    """Keep a wrapped key in both places, and read both again before anything rests on them."""
    for folder in folders():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = folder / f"{epoch}{SUFFIX}"
        draft = place.with_suffix(f".{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(wrapped)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
        _settle(folder)
        if place.read_bytes() != wrapped:
            raise EpochKeyLost(str(place))


def read(epoch: int) -> bytes:
    """Return a wrapped key from whichever copy can be read.

    Raises:
        EpochKeyLost: none can.
    """
    places = [folder / f"{epoch}{SUFFIX}" for folder in folders()]
    for place in places:
        try:
            return place.read_bytes()
        except OSError:
            continue
    raise EpochKeyLost(", ".join(str(place) for place in places))


def copies(epoch: int) -> int:
    """Return how many copies of a key are there."""
    return sum((folder / f"{epoch}{SUFFIX}").exists() for folder in folders())


def kept() -> frozenset[int]:
    """Return the epochs of which a copy is there."""
    return frozenset(epoch for folder in folders() for epoch in _in(folder))


def destroy(epoch: int) -> None:
    """Overwrite and remove both copies. Harmless to repeat."""
    for folder in folders():
        place = folder / f"{epoch}{SUFFIX}"
        try:
            with place.open("r+b") as file:
                file.write(os.urandom(place.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            continue
        place.unlink()
        _settle(folder)


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
