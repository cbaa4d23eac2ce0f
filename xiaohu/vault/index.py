"""Blind indexes: equal values find each other without being readable."""

import hmac
from collections.abc import Callable

from xiaohu.vault.root import purpose_key


def indexer(*, operator: str, purpose: str) -> Callable[[str], bytes]:
    """Return what indexes many values of one purpose."""
    key = purpose_key(f"blind {operator} {purpose}")
    return lambda value: hmac.digest(key, value.encode(), "sha256")


def blind_index(*, operator: str, purpose: str, value: str) -> bytes:
    """Return the 32-byte HMAC-SHA256 of a normalised value, apart for operator and purpose."""
    return indexer(operator=operator, purpose=purpose)(value)
