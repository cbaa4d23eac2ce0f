"""What this room holds of a unit, and how it is forgotten."""

from collections.abc import Collection

from xiaohu.core.retention import UnitKind
from xiaohu.exports import copies
from xiaohu.vault.units import Unit


def forget_copies(units: Collection[Unit]) -> int:
    """End the copies of lines that are erased. Call inside a transaction."""
    return copies.erase_of_lines([unit.id for unit in units if unit.kind == UnitKind.LINE.value])
