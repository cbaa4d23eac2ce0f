"""Signed roots (C2SP tlog-checkpoint), written where the database cannot change them.

One extension line names the erasure journal as it stood: its length in bytes and its hash. So a
journal that was cut or written anew does not fit the log.
"""

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from xiaohu.trail import keys, sequencer, tree
from xiaohu.trail.models import Checkpoint
from xiaohu.vault import journal
from xiaohu.vault.journal_copies import Claim

_ED25519 = b"\x01"
_ERASURES = re.compile(r"erasures (0|[1-9][0-9]{0,15}) ([A-Za-z0-9+/]{43}=)")


class CheckpointRefused(Exception):
    """Not a checkpoint of ours, or changed since it was signed."""


def sign(*, now: datetime) -> Checkpoint | None:
    """Sign the tree as it stands; None where it has not grown."""
    last = newest()
    if last is not None and not is_written(last.size):
        _write(last)  # Whoever signed it stopped between row and file.
    size = sequencer.size()
    if size == (last.size if last is not None else 0):
        return None
    root = tree.root(sequencer.node_at, size)
    note = _note(size, root)
    signed = Checkpoint.objects.create(size=size, root=root, signed_at=now, note=note)
    _write(signed)
    return signed


def newest() -> Checkpoint | None:
    """Return the checkpoint over most events."""
    return Checkpoint.objects.order_by("-size").first()


def signed_by(note: str, known: Sequence[Ed25519PublicKey]) -> Ed25519PublicKey:
    """Return the one of these keys that signed a checkpoint.

    Raises:
        CheckpointRefused: none did.
    """
    try:
        text, _, signature = note.partition("\n\n")
        origin = text.split("\n")[0]
        _, name, encoded = signature.strip().split(" ")
        raw = base64.b64decode(encoded, validate=True)
        (key,) = [key for key in known if name == origin and _key_hash(origin, key) == raw[:4]]
        key.verify(raw[4:], f"{text}\n".encode())
    except (ValueError, binascii.Error, InvalidSignature):
        raise CheckpointRefused from None
    return key


def verify_note(note: str, known: Sequence[Ed25519PublicKey]) -> tuple[int, bytes]:
    """Return size and root of a checkpoint signed with one of these keys.

    Raises:
        CheckpointRefused: not one of ours.
    """
    signed_by(note, known)
    try:
        _, size, root, *more = note.partition("\n\n")[0].split("\n")
        if len(more) > 1 or (more and not _ERASURES.fullmatch(more[0])):
            raise CheckpointRefused
        return int(size), base64.b64decode(root, validate=True)
    except (ValueError, binascii.Error):
        raise CheckpointRefused from None


def claims(*, after: int) -> dict[Claim, int]:
    """Return what is signed of the erasure journal, each with the smallest tree it was signed over.

    Checkpoints over `after` events or fewer are left out: the journal was made anew since. Notes in
    the folder that are newer than every row speak as well: the database may be an older one.
    """
    rows = Checkpoint.objects.filter(size__gt=after).order_by("size")
    signed = rows.values_list("size", "note").iterator(chunk_size=1000)
    found: dict[Claim, int] = {}
    for size, note in chain(signed, _newer_than_rows(after)):
        if (named := erasures(note)) is not None:
            found.setdefault(named, size)
    return found


def _newer_than_rows(after: int) -> Iterator[tuple[int, str]]:
    last = newest()
    known = max(after, last.size if last is not None else 0)
    for name in written():
        size = name.removesuffix(".note")
        if size.isdecimal() and int(size) > known and (note := note_of(name)) is not None:
            yield int(size), note


def erasures(note: str) -> Claim | None:
    """Return length and hash of the erasure journal a checkpoint names; None where it names none."""
    last = note.partition("\n\n")[0].rpartition("\n")[2]
    found = _ERASURES.fullmatch(last)
    return (int(found[1]), base64.b64decode(found[2])) if found else None


def written() -> list[str]:
    """Return the names of the notes in the folder, the smallest tree first."""
    folder = _folder()
    if not folder.is_dir():
        return []
    with os.scandir(folder) as there:  # One question for all: a year has half a million of them.
        return sorted(one.name for one in there if one.name.endswith(".note") and one.is_file())


def note_of(name: str) -> str | None:
    """Return the note in a file of the folder; None where it has no such file."""
    try:
        return (_folder() / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def newest_written() -> str | None:
    """Return the name of the note over most events, in the folder."""
    return max(written(), default=None)


def is_written(size: int) -> bool:
    """Say whether the folder has the note of a checkpoint."""
    return (_folder() / file_name(size)).is_file()


def file_name(size: int) -> str:
    """Return the name of the file of a checkpoint."""
    return f"{size:012d}.note"


def _note(size: int, root: bytes) -> str:
    origin = f"xiaohu/{settings.XIAOHU.operator}"
    length, hashed = journal.digest()
    erased = f"erasures {length} {base64.b64encode(hashed).decode()}"
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n{erased}\n"
    key = keys.private_key(keys.CHECKPOINTS)
    raw = _key_hash(origin, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {origin} {base64.b64encode(raw).decode()}\n"


def _key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    raw = key.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def _folder() -> Path:
    return Path(settings.XIAOHU.checkpoints)


def _write(checkpoint: Checkpoint) -> None:
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(checkpoint.note)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(folder / file_name(checkpoint.size))
