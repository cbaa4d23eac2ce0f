"""The file of public keys an operator publishes: whoever verifies offline trusts it, and no other."""

import base64
from datetime import UTC, datetime

import rfc8785
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from xiaohu.trail import keys, signing

TYPE = "xiaohu-keys"
FILE = "xiaohu-keys.json"


def keys_file() -> bytes:
    """Return every key that signs or signed, with its purpose and its dates."""
    listed = [
        {
            **entry(one.key, purpose),
            "since": _moment(one.since),
            "until": _moment(one.until) if one.until else "",
        }
        for purpose in (keys.CHECKPOINTS, keys.DOCUMENTS)
        for one in keys.history(purpose)
    ]
    return rfc8785.dumps({"keys": listed, "operator": settings.XIAOHU.operator, "type": TYPE})


def entry(key: Ed25519PublicKey, purpose: str) -> dict[str, str]:
    """Return what file and bundle say of a key alike."""
    raw = key.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return {
        "algorithm": signing.ALGORITHM,
        "id": keys.key_id(key),
        "public": base64.b64encode(raw).decode(),
        "purpose": purpose,
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
