"""What a browser carries for its own author: sealed for one purpose and place, and kept nowhere here."""

import base64
import binascii
import json
import zlib
from typing import Any

from django.utils.crypto import salted_hmac

from xiaohu.vault.box import BoxRefused, open_box, seal


def sealed(said: object, *, purpose: str, place: str) -> str:
    """Return JSON-like data as text that only this installation opens, for this purpose and place."""
    plain = zlib.compress(json.dumps(said).encode())
    box = seal(_key(purpose), plain, belongs_to=(purpose, place))
    return base64.urlsafe_b64encode(box).decode()


def opened(text: str, *, purpose: str, place: str) -> Any:
    """Return what was sealed; None where it is something else, or of another purpose or place."""
    try:
        box = base64.urlsafe_b64decode(text)
        return json.loads(
            zlib.decompress(open_box(_key(purpose), box, belongs_to=(purpose, place)))
        )
    except (BoxRefused, binascii.Error, ValueError, zlib.error):
        return None


def _key(purpose: str) -> bytes:
    return salted_hmac(__name__, purpose, algorithm="sha256").digest()
