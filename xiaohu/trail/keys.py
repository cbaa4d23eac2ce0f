"""Signing keys as files of their own: private 0600, public beside it for anyone to copy.

The public file holds every key that ever signed, the present one first; those that no longer sign
are listed with their dates in a file beside it. What they signed stays verifiable.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

DOCUMENTS = "documents"
CHECKPOINTS = "checkpoints"
MADE = ".made"
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----[^-]{1,400}-----END PUBLIC KEY-----\n?")


@dataclass(frozen=True, slots=True)
class Known:
    """A key that signs or once did, and since when and until when."""

    key: Ed25519PublicKey
    since: datetime
    until: datetime | None = None

    @property
    def id(self) -> str:
        """Its name."""
        return key_id(self.key)

    @property
    def pem(self) -> bytes:
        """The key as text."""
        return _pem(self.key)


def private_key(purpose: str) -> Ed25519PrivateKey:
    """Return the signing key of a purpose, made at first use."""
    path = _folder() / f"{purpose}.key"
    return _private(path, _stamp(path))


def public_key(purpose: str) -> Ed25519PublicKey:
    """Return the public half."""
    return private_key(purpose).public_key()


def history(purpose: str) -> list[Known]:
    """Return every key of a purpose, the one that signs first."""
    present = public_key(purpose)
    retired = [one for one in _retired(purpose) if one.id != key_id(present)]
    after = [one.until for one in retired if one.until]
    return [Known(present, max(after) if after else _made_at(purpose)), *retired]


def public_keys(purpose: str) -> list[Ed25519PublicKey]:
    """Return the public half of every key of a purpose."""
    return [one.key for one in history(purpose)]


def public_pem(purpose: str) -> bytes:
    """Return every public half as PEM, for anyone who verifies offline."""
    return b"".join(one.pem for one in history(purpose))


def renew(purpose: str, *, now: datetime) -> Known:
    """Sign with a new key from now on; the old private half is destroyed, its public half kept.

    Stopped half way, the old key is still the present one.
    """
    present, *retired = history(purpose)
    over = Known(present.key, present.since, now)
    listed = [
        {"pem": one.pem.decode(), "since": one.since.isoformat(), "until": str(one.until)}
        for one in (over, *retired)
    ]
    _draft(_folder(), json.dumps(listed).encode()).replace(_folder() / f"{purpose}.retired.json")
    path = _folder() / f"{purpose}.key"
    _draft(path.parent, _private_pem(Ed25519PrivateKey.generate())).replace(path)
    public = _draft(path.parent, public_pem(purpose))
    public.chmod(0o644)
    public.replace(public_file(purpose))
    return history(purpose)[0]


def _made_at(purpose: str) -> datetime:
    """Return when the first key of a purpose was made."""
    written = (_folder() / f"{purpose}.key").with_suffix(MADE)
    return datetime.fromisoformat(written.read_text(encoding="ascii"))


def _retired(purpose: str) -> list[Known]:
    path = _folder() / f"{purpose}.retired.json"
    if not path.exists():
        return []
    return [
        Known(
            read_public_keys(one["pem"].encode())[0],
            datetime.fromisoformat(one["since"]),
            datetime.fromisoformat(one["until"]),
        )
        for one in json.loads(path.read_bytes())
    ]


def public_file(purpose: str) -> Path:
    """Return where the public half lies."""
    return _folder() / f"{purpose}.pub"


def read_public_keys(pem: bytes) -> Sequence[Ed25519PublicKey]:
    """Return the keys of a PEM text.

    Raises:
        ValueError: it holds none, or one that is not of the right kind.
    """
    found = [form.load_pem_public_key(one) for one in _PEM.findall(pem)]
    keys = [key for key in found if isinstance(key, Ed25519PublicKey)]
    if not keys or len(keys) != len(found):
        raise ValueError("not an Ed25519 key")
    return keys


def key_id(key: Ed25519PublicKey) -> str:
    """Return the name of a key: the start of the hash of its 32 bytes."""
    raw = key.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _folder() -> Path:
    return Path(settings.XIAOHU.data_dir) / "keys"


def _stamp(path: Path) -> int:
    """Return what changes with the key of a file, made where it is missing."""
    if not path.exists():
        _make(path)
    return path.stat().st_mtime_ns


@lru_cache(maxsize=8)
def _private(path: Path, stamp: int) -> Ed25519PrivateKey:  # noqa: ARG001 - a part of the memory
    key = form.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path.name} is not an Ed25519 key")
    _publish(path.with_suffix(".pub"), key.public_key())
    _write_down(path)
    return key


def _make(path: Path) -> None:
    """Write a new key; of two processes doing so at once, the first one's key counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path.parent, _private_pem(Ed25519PrivateKey.generate()))
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _publish(path: Path, key: Ed25519PublicKey) -> None:
    """Write the public half where it is missing, also after a stop between the two files."""
    if path.exists():
        return
    draft = _draft(path.parent, _pem(key))
    draft.chmod(0o644)
    draft.replace(path)


def _write_down(path: Path) -> None:
    """Write down when the first key of a purpose was made, where that is not said yet.

    Its file alone does not tell: a copy on another machine is newer than what the key signed.
    """
    written = path.with_suffix(MADE)
    if not written.exists():
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        _draft(path.parent, made.isoformat().encode()).replace(written)


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)


def _draft(folder: Path, content: bytes) -> Path:
    """Write a file (0600) under a name no other process or thread has, nor one left behind."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".draft-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
