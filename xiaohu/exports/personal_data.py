"""What this room holds of a unit, and how it is forgotten."""

from collections import Counter
from collections.abc import Collection

from xiaohu.exports import copies
from xiaohu.vault.units import Unit


def forget_copies(units: Collection[Unit]) -> Counter[Unit]:
    """End the copies of lines and accounts that are erased. Call inside a transaction."""
    return copies.erase_of(units)


def count_copies(units: Collection[Unit]) -> Counter[Unit]:
    """Count the copies that `forget_copies` would end."""
    return copies.count_of(units)
