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


def seal(key: bytes, plain: bytes, *, belongs_to: tuple[str, ...]) -> bytes:
    """Return a box that opens only with the same key and the same owner."""
    nonce = os.urandom(NONCE_BYTES)
    return _HEAD + nonce + AESGCM(key).encrypt(nonce, plain, _framed(belongs_to))


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
        return AESGCM(key).decrypt(nonce, ciphertext, _framed(belongs_to))
    except InvalidTag:
        raise BoxRefused from None


def _framed(parts: tuple[str, ...]) -> bytes:
    """Join parts so that no two lists of parts give the same bytes."""
    encoded = [part.encode() for part in (str(VERSION), *parts)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
