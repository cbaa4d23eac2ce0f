"""One encrypted value: version, suite, nonce, ciphertext.

AES-256-GCM; the associated data names operator, unit and category, length-framed, so that a
box moved to another row, column or tenant does not open. The suite byte leaves room for
SM4-GCM.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
AES_256_GCM = 1
NONCE_BYTES = 12
_HEAD = bytes((VERSION, AES_256_GCM))


class BoxRefused(Exception):
    """The box is damaged, of an unknown form, or belongs elsewhere."""


class Lock:
    """A key made ready once for many boxes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, owner: bytes) -> bytes:
        """Return a box; `owner` is what it belongs to, framed."""
        nonce = os.urandom(NONCE_BYTES)
        return _HEAD + nonce + self._cipher.encrypt(nonce, plain, owner)


def seal(key: bytes, plain: bytes, *, belongs_to: tuple[str, ...]) -> bytes:
    """Return a box that opens only with the same key and the same owner."""
    return Lock(key).seal(plain, framed(*belongs_to))


def open_box(key: bytes, box: bytes, *, belongs_to: tuple[str, ...]) -> bytes:
    """Return what is inside.

    Raises:
        BoxRefused: damaged, unknown, or moved from another place.
    """
    start = len(_HEAD)
    if box[:start] != _HEAD or len(box) < start + NONCE_BYTES:
        raise BoxRefused
    nonce, ciphertext = box[start : start + NONCE_BYTES], box[start + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, framed(*belongs_to))
    except InvalidTag:
        raise BoxRefused from None


def framed(*parts: str) -> bytes:
    """Join parts so that no two lists of parts give the same bytes."""
    return _FIRST + b"".join([frame(part) for part in parts])


def frame(part: str) -> bytes:
    """Return one part behind its length; further ones are put after it."""
    encoded = part.encode()
    return len(encoded).to_bytes(4, "big") + encoded


_FIRST = frame(str(VERSION))
