"""The log, or a part of it, as files that prove themselves: events line by line, a signed manifest."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db.models import Q

from xiaohu.core.refusals import Refusal
from xiaohu.trail import checkpoints, events, sequencer, signing, tree
from xiaohu.trail.auditing import NAMED, Broken, Wrong
from xiaohu.trail.checkpoints import CheckpointRefused
from xiaohu.trail.models import Checkpoint
from xiaohu.trail.signing import SignatureRefused

EVENTS, MANIFEST = "events.jsonl", "manifest.jws"
TYPE = "xiaohu-audit-export+jws"


class NothingSigned(Refusal):
    """There is no checkpoint yet, so nothing can be proved."""

    code = "NOTHING_SIGNED"


@dataclass(frozen=True, slots=True)
class Checked:
    """How many events a file holds, over how many the checkpoint is, and what does not fit."""

    events: int
    size: int
    broken: tuple[Broken, ...]


def write(
    folder: Path, *, where: Q, asked: Mapping[str, str], now: datetime
) -> Mapping[str, object]:
    """Write events under the newest checkpoint into a folder, and return the manifest.

    All of them prove the root together; of a part each proves its own place.

    Raises:
        NothingSigned: no checkpoint was signed yet.
    """
    checkpoint = checkpoints.newest()
    if checkpoint is None:
        raise NothingSigned
    folder.mkdir(parents=True, exist_ok=True)
    digest, count = hashlib.sha256(), 0
    with (folder / EVENTS).open("wb") as file:
        for line in _lines(checkpoint, where, proofs=bool(asked)):
            file.write(line)
            digest.update(line)
            count += 1
    manifest = {
        "asked": dict(asked),
        "checkpoint": checkpoint.note,
        "events": count,
        "made_at": now.isoformat(timespec="seconds"),
        "sha256": digest.hexdigest(),
    }
    signed = signing.sign_document(typ=TYPE, payload=manifest)
    (folder / MANIFEST).write_text(signed, encoding="ascii")
    return manifest


def _lines(checkpoint: Checkpoint, where: Q, *, proofs: bool) -> Iterator[bytes]:
    for index, _kept, told in events.in_order(checkpoint.size, where):
        line: dict[str, Any] = {"event": json.loads(events.canonical(told)), "index": index}
        if proofs:
            path = tree.inclusion_proof(sequencer.node_at, index, checkpoint.size)
            line["proof"] = [step.hex() for step in path]
        yield rfc8785.dumps(line) + b"\n"


def verify(
    lines: Iterable[bytes],
    manifest: str,
    *,
    documents: Sequence[Ed25519PublicKey],
    notes: Sequence[Ed25519PublicKey],
) -> Checked:
    """Say whether exported events are those that were exported, and stand under the checkpoint.

    `documents` and `notes` are the keys that sign manifests and checkpoints.
    """
    try:
        said = signing.verify_document(manifest, typ=TYPE, public_keys=documents)
        size, root = checkpoints.verify_note(said["checkpoint"], notes)
    except (SignatureRefused, CheckpointRefused):
        return Checked(0, 0, (Broken(Wrong.SIGNATURE, MANIFEST),))
    digest, count, broken = hashlib.sha256(), 0, list[Broken]()
    growing = tree.Frontier()
    for line in lines:
        digest.update(line)
        if not _stands(line, growing, size, root) and len(broken) < NAMED:
            broken.append(Broken(Wrong.EVENT_CHANGED, str(count)))
        count += 1
    if not said["asked"] and (growing.size, growing.root()) != (size, root):
        broken.append(Broken(Wrong.ROOT, str(size)))
    if count != said["events"] or digest.hexdigest() != said["sha256"]:
        broken.append(Broken(Wrong.DIGEST, EVENTS))
    return Checked(count, size, tuple(broken))


def _stands(line: bytes, growing: tree.Frontier, size: int, root: bytes) -> bool:
    """Say whether a line proves its place, or is the next of all."""
    try:
        said = json.loads(line)
        leaf, index = tree.leaf_hash(rfc8785.dumps(said["event"])), said["index"]
        proof = [bytes.fromhex(step) for step in said.get("proof", ())]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if type(index) is not int:
        return False
    if "proof" in said:
        return tree.verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root_hash=root)
    growing.add(leaf)
    return index == growing.size - 1
