"""Signing keys: one key whoever asks first, closed to others, public half always beside it."""

import json
import os
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from xiaohu.trail import keys, published

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


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


def test_a_new_key_signs_and_every_older_one_is_known(folder: Path) -> None:
    first = keys.history(keys.DOCUMENTS)[0]
    second = keys.renew(keys.DOCUMENTS, now=NOON)
    third = keys.renew(keys.DOCUMENTS, now=NOON + timedelta(days=1))
    assert keys.private_key(keys.DOCUMENTS).public_key() == third.key
    assert [(one.id, one.since, one.until) for one in keys.history(keys.DOCUMENTS)] == [
        (third.id, NOON + timedelta(days=1), None),
        (second.id, NOON, NOON + timedelta(days=1)),
        (first.id, first.since, NOON),
    ]
    assert keys.public_keys(keys.DOCUMENTS) == [third.key, second.key, first.key]


def test_everyone_reads_every_public_half_of_a_renewed_key(folder: Path) -> None:
    first = keys.public_key(keys.DOCUMENTS)
    second = keys.renew(keys.DOCUMENTS, now=NOON).key
    file = keys.public_file(keys.DOCUMENTS)
    assert mode(file) == 0o644
    assert file.read_bytes() == keys.public_pem(keys.DOCUMENTS)
    assert keys.read_public_keys(file.read_bytes()) == [second, first]
    assert not list(folder.glob(".draft-*"))


def test_a_renewal_stopped_half_way_leaves_the_old_key(folder: Path) -> None:
    (first,) = keys.history(keys.DOCUMENTS)
    old = (folder / "documents.key").read_bytes()
    keys.renew(keys.DOCUMENTS, now=NOON)
    (folder / "documents.key").write_bytes(old)
    keys._private.cache_clear()
    assert keys.history(keys.DOCUMENTS) == [first]


def test_the_name_of_a_key_is_the_start_of_a_hash(folder: Path) -> None:
    (known,) = keys.history(keys.DOCUMENTS)
    assert re.fullmatch("[0-9a-f]{16}", known.id)
    assert known.id == keys.key_id(known.key)
    assert keys.read_public_keys(known.pem) == [known.key]


def test_text_without_a_key_or_with_one_of_another_kind_is_refused() -> None:
    pem, spki = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ours = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(pem, spki)
    other = x25519.X25519PrivateKey.generate().public_key().public_bytes(pem, spki)
    for text in (b"", other, ours + other):
        with pytest.raises(ValueError, match="Ed25519"):
            keys.read_public_keys(text)
    assert len(keys.read_public_keys(ours + ours)) == 2


def test_a_private_key_of_another_kind_signs_nothing(folder: Path) -> None:
    folder.mkdir()
    other = x25519.X25519PrivateKey.generate()
    (folder / "documents.key").write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(TypeError, match="documents"):
        keys.private_key(keys.DOCUMENTS)


def test_what_is_published_says_since_when_and_until_when(folder: Path) -> None:
    keys.private_key(keys.CHECKPOINTS)
    first = keys.public_key(keys.DOCUMENTS)
    second = keys.renew(keys.DOCUMENTS, now=NOON).key
    listed = {one["id"]: one for one in json.loads(published.keys_file())["keys"]}
    assert (listed[keys.key_id(first)]["until"], listed[keys.key_id(second)]["since"]) == (
        "2026-11-23T04:00:00Z",
        "2026-11-23T04:00:00Z",
    )
    assert [one["until"] for one in listed.values()].count("") == 2
