"""Signing keys: one key whoever asks first, closed to others, public half always beside it."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from xiaohu.trail import keys


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep keys in an empty folder."""
    place = tmp_path / "keys"
    monkeypatch.setattr(keys, "_folder", lambda: place)
    keys._private.cache_clear()
    yield place
    keys._private.cache_clear()


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_closes_folder_and_private_half_to_others(folder: Path) -> None:
    keys.private_key(keys.CHECKPOINTS)
    assert mode(folder) == 0o700
    assert mode(folder / "checkpoints.key") == 0o600
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["checkpoints.key", "checkpoints.made", "checkpoints.pub"]


def test_gives_everyone_the_same_key_at_first_use(folder: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        names = set(threads.map(lambda _: keys.key_id(keys.public_key(keys.DOCUMENTS)), range(8)))
    keys._private.cache_clear()
    (published,) = keys.read_public_keys(keys.public_file(keys.DOCUMENTS).read_bytes())
    assert names == {keys.key_id(keys.public_key(keys.DOCUMENTS))} == {keys.key_id(published)}


def test_keeps_the_key_of_who_came_first(folder: Path) -> None:
    first = keys.public_key(keys.DOCUMENTS)
    keys._make(folder / "documents.key")
    keys._private.cache_clear()
    assert keys.public_key(keys.DOCUMENTS) == first


def test_publishes_a_public_half_that_is_missing(folder: Path) -> None:
    key = keys.public_key(keys.DOCUMENTS)
    keys.public_file(keys.DOCUMENTS).unlink()
    keys._private.cache_clear()
    keys.private_key(keys.DOCUMENTS)
    assert keys.read_public_keys(keys.public_file(keys.DOCUMENTS).read_bytes()) == [key]


def test_a_copy_of_the_folder_does_not_make_a_key_younger(folder: Path) -> None:
    (known,) = keys.history(keys.DOCUMENTS)
    os.utime(folder / "documents.key", (known.since.timestamp() + 86_400,) * 2)
    assert keys.history(keys.DOCUMENTS)[0].since == known.since


def test_has_a_key_for_each_purpose(folder: Path) -> None:
    assert keys.public_key(keys.DOCUMENTS) != keys.public_key(keys.CHECKPOINTS)
