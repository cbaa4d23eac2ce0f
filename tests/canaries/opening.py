"""Whoever has every key that is left tries each of them on every sealed value that ever lay anywhere.

Not our own code opens here: what is sealed is decrypted as plain AES-CTR, without asking what it
belongs to and whether it is whole, so that no check of ours can hide what a key would give away.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.canaries.marks import plain_in
from xiaohu.vault.root import KEY_BYTES, derived

HEAD = b"\x01\x01"
NONCE, TAG = 12, 16
PURPOSES = ("epoch", "codes", "inbox", "mfa")
LONGEST = 512  # of a box somewhere in a file: a name or a number stands at its beginning


@dataclass(frozen=True, slots=True)
class Opened:
    """A canary somebody could read: with which key, and where it lies."""

    canary: str
    key: str
    place: str


def decrypted(key: bytes, box: bytes) -> bytes:
    """Return what a key makes of a box, right or wrong."""
    nonce = box[len(HEAD) : len(HEAD) + NONCE]
    start = nonce + (2).to_bytes(4, "big")  # the first block of GCM's text, NIST SP 800-38D
    cipher = Cipher(algorithms.AES(key), modes.CTR(start)).decryptor()
    return cipher.update(box[len(HEAD) + NONCE :])


def keys_of(data: Path, keystores: Iterable[psycopg.Connection[Any]]) -> dict[str, bytes]:
    """Return every key: those of purposes, of epochs whose files are left, and of units.

    `keystores` are the present one and any that was restored from a backup.
    """
    root = (data / "keys" / "root.key").read_text(encoding="ascii")
    found = {purpose: derived(root, purpose) for purpose in PURPOSES}
    epochs = {}
    for file in sorted((data / "keys").rglob("*.key")):
        if file.parent.name == "epochs":
            epochs[f"{file}"] = decrypted(found["epoch"], file.read_bytes())[:KEY_BYTES]
    for number, keystore in enumerate(keystores):
        named = keystore.execute("SELECT kind, unit::text, wrapped FROM keystore_unitkey")
        for kind, unit, wrapped in named.fetchall():
            for epoch, key in epochs.items():
                name = f"{kind} {unit} by {epoch} of {number}"
                found[name] = decrypted(key, bytes(wrapped))[:KEY_BYTES]
    return found | epochs


def boxes_in(database: psycopg.Connection[Any]) -> Iterator[tuple[str, bytes]]:
    """Return every sealed value of a database."""
    columns = database.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'bytea'"
    )
    for table, column in columns.fetchall():
        for (value,) in database.execute(f'SELECT "{column}" FROM "{table}"').fetchall():  # noqa: S608 - of a catalogue
            if value is not None and bytes(value[: len(HEAD)]) == HEAD:
                yield f"{table}.{column}", bytes(value)


def boxes_among(pieces: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Return whatever may be the beginning of a sealed value in files: deleted rows included."""
    for name, data in pieces:
        at = data.find(HEAD)
        while at >= 0:
            piece = data[at : at + LONGEST]
            nonce, text = piece[len(HEAD) : len(HEAD) + NONCE], piece[len(HEAD) + NONCE :]
            if text and len(set(nonce)) > 4:  # at the end of a file none fits; none is all zeros
                yield name, piece
            at = data.find(HEAD, at + 1)


def opened(keys: Mapping[str, bytes], boxes: Iterable[tuple[str, bytes]]) -> set[Opened]:
    """Return every canary that one of the keys gives away."""
    return {
        Opened(canary, name, place)
        for place, box in boxes
        for name, key in keys.items()
        for canary in plain_in(decrypted(key, box))
    }
