"""Blind indexes: equal values find each other without being readable."""

import hashlib
import hmac

from xiaohu.vault.root import purpose_key


def blind_index(*, operator: str, purpose: str, value: str) -> bytes:
    """Return the 32-byte HMAC-SHA256 of a normalised value, apart for operator and purpose."""
    key = purpose_key(f"blind {operator} {purpose}")
    return hmac.new(key, value.encode(), hashlib.sha256).digest()
