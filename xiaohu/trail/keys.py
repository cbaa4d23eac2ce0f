"""Signing keys as files of their own: private 0600, public beside it for anyone to copy."""

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

DOCUMENTS = "documents"
CHECKPOINTS = "checkpoints"


def private_key(purpose: str) -> Ed25519PrivateKey:
    """Return the signing key of a purpose, made at first use."""
    return _private(_folder() / f"{purpose}.key")


def public_key(purpose: str) -> Ed25519PublicKey:
    """Return the public half."""
    return private_key(purpose).public_key()


def public_pem(purpose: str) -> bytes:
    """Return the public half as PEM, for anyone who verifies offline."""
    return public_key(purpose).public_bytes(
        form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    )


def public_file(purpose: str) -> Path:
    """Return where the public half lies."""
    return _folder() / f"{purpose}.pub"


def read_public(pem: bytes) -> Ed25519PublicKey:
    """Return the key of a PEM text.

    Raises:
        ValueError: not a PEM public key of the right kind.
    """
    key = form.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Return the name of a key: the start of the hash of its 32 bytes."""
    raw = key.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _folder() -> Path:
    return Path(settings.XIAOHU.data_dir) / "keys"


@lru_cache(maxsize=8)
def _private(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        _make(path)
    key = form.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path.name} is not an Ed25519 key")
    _publish(path.with_suffix(".pub"), key.public_key())
    return key


def _make(path: Path) -> None:
    """Write a new key; of two processes doing so at once, the first one's key counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    draft = _draft(path.parent, private)
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
    pem = key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    draft = _draft(path.parent, pem)
    draft.chmod(0o644)
    draft.replace(path)


def _draft(folder: Path, content: bytes) -> Path:
    """Write a file (0600) under a name no other process or thread has, nor one left behind."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".draft-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
