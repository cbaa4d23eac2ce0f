"""A document with all that proves it offline: its event, the place in the log, the checkpoint."""

import json
from typing import Any

import rfc8785

from xiaohu.closures import documents
from xiaohu.closures.models import Document
from xiaohu.core.refusals import Refusal
from xiaohu.trail import checkpoints, events, keys, published, sequencer, signing, tree
from xiaohu.trail.models import Checkpoint, Leaf

TYPE = "xiaohu-bundle"


class BundleNotYet(Refusal):
    """The log has no signed place for the document yet: about a minute after its issue it has."""

    code = "BUNDLE_NOT_YET"


def place_of(document: Document) -> int | None:
    """Return the number of a document's issue in the log; None until it has one."""
    leaf = _leaf_of(document)
    return leaf.index if leaf is not None else None


def bundle(document: Document) -> bytes:
    """Return everything that proves a document, as one text.

    Raises:
        BundleNotYet: a minute too early.
    """
    leaf, checkpoint = _leaf_of(document), checkpoints.newest()
    if leaf is None or checkpoint is None or checkpoint.size <= leaf.index:
        raise BundleNotYet
    return rfc8785.dumps(
        {
            "checkpoint": checkpoint.note,
            "consistency": _growth(documents.read(document)["log"]["size"], checkpoint),
            "document": document.jws,
            "event": json.loads(events.canonical(leaf.event)),
            "index": leaf.index,
            "keys": [_of_checkpoint(checkpoint), _of_document(document)],
            "proof": _hexes(tree.inclusion_proof(sequencer.node_at, leaf.index, checkpoint.size)),
            "type": TYPE,
        }
    )


def _leaf_of(document: Document) -> Leaf | None:
    issued = Leaf.objects.select_related("event").filter(
        event__case_id=document.folder.pk,
        event__action=documents.ISSUED,
        event__evidence__document=document.number,
    )
    return issued.first()


def _growth(size: int, checkpoint: Checkpoint) -> list[str]:
    """Return what shows that the log a document saw grew into the present one."""
    return _hexes(tree.consistency_proof(sequencer.node_at, size, checkpoint.size))


def _hexes(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _of_checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    known = keys.public_keys(keys.CHECKPOINTS)
    return published.entry(checkpoints.signed_by(checkpoint.note, known), keys.CHECKPOINTS)


def _of_document(document: Document) -> dict[str, Any]:
    name = signing.signed_by(document.jws)
    (key,) = [each for each in keys.public_keys(keys.DOCUMENTS) if keys.key_id(each) == name]
    return published.entry(key, keys.DOCUMENTS)
