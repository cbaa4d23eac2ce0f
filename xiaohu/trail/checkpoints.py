"""Signed roots (C2SP tlog-checkpoint), written where the database cannot change them."""

import base64
import binascii
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db.models import Exists, OuterRef

from xiaohu.trail import keys, sequencer, tree
from xiaohu.trail.events import canonical
from xiaohu.trail.models import Checkpoint, Event, Leaf, Pending

_ED25519 = b"\x01"


class CheckpointRefused(Exception):
    """Not a checkpoint of ours, or changed since it was signed."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """How much was looked at, and the first things that do not fit."""

    events: int
    checkpoints: int
    broken: tuple[str, ...]


def sign(*, now: datetime) -> Checkpoint | None:
    """Sign the tree as it stands; None where it has not grown."""
    size = sequencer.size()
    last = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    if size == (last or 0):
        return None
    root = tree.root(sequencer.node_at, size)
    note = _note(size, root)
    _write(f"{size:012d}.note", note)
    return Checkpoint.objects.create(size=size, root=root, signed_at=now, note=note)


def verify_note(note: str, key: Ed25519PublicKey) -> tuple[int, bytes]:
    """Return size and root of a checkpoint.

    Raises:
        CheckpointRefused: not one of ours.
    """
    try:
        text, _, signature = note.partition("\n\n")
        origin, size, root = text.split("\n")
        _, name, encoded = signature.strip().split(" ")
        raw = base64.b64decode(encoded, validate=True)
        if name != origin or raw[:4] != _key_hash(origin, key):
            raise CheckpointRefused
        key.verify(raw[4:], f"{text}\n".encode())
        return int(size), base64.b64decode(root, validate=True)
    except (ValueError, binascii.Error, InvalidSignature):
        raise CheckpointRefused from None


def verify_all() -> VerifyReport:
    """Compute every hash again from the events and compare with tree and checkpoints."""
    broken: list[str] = []
    hashes: list[bytes] = []
    for index, event in enumerate(_in_order()):
        hashes.append(tree.leaf_hash(canonical(event)))
        if event.leaf.index != index or bytes(event.leaf.hash) != hashes[-1]:
            broken.append(f"event {index}")
    broken.extend(f"event {pk} outside the tree" for pk in _forgotten())
    node = tree.stored(hashes)
    checked = 0
    for checkpoint in Checkpoint.objects.order_by("size"):
        checked += 1
        if not _fits(checkpoint, node, len(hashes)):
            broken.append(f"checkpoint {checkpoint.size}")
    return VerifyReport(events=len(hashes), checkpoints=checked, broken=tuple(broken[:20]))


def _fits(checkpoint: Checkpoint, node: tree.NodeAt, leaves: int) -> bool:
    """Say whether row, signed note and tree tell the same."""
    try:
        signed = verify_note(checkpoint.note, keys.public_key(keys.CHECKPOINTS))
    except CheckpointRefused:
        return False
    size, root = signed
    if signed != (checkpoint.size, bytes(checkpoint.root)) or not 0 < size <= leaves:
        return False
    return root == tree.root(node, size)


def _forgotten() -> Iterator[UUID]:
    """Return events that have no place and wait for none: the sequencer never sees them."""
    waiting = Pending.objects.filter(event=OuterRef("pk"))
    unplaced = Event.objects.filter(~Exists(waiting), leaf__isnull=True)
    yield from unplaced.order_by("at", "pk").values_list("pk", flat=True)[:20]


def _in_order() -> Iterator[Event]:
    places = Leaf.objects.count()
    ordered = Event.objects.select_related("leaf").filter(
        leaf__index__gte=0, leaf__index__lt=places
    )
    return ordered.order_by("leaf__index").iterator(chunk_size=2000)


def _note(size: int, root: bytes) -> str:
    origin = f"xiaohu/{settings.XIAOHU.operator}"
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    key = keys.private_key(keys.CHECKPOINTS)
    raw = _key_hash(origin, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {origin} {base64.b64encode(raw).decode()}\n"


def _key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    raw = key.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def _write(name: str, note: str) -> None:
    folder = settings.XIAOHU.checkpoints
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(folder / name)
