"""What this room holds of a unit, and how it is forgotten."""

from collections import Counter
from collections.abc import Collection

from xiaohu.core.retention import UnitKind
from xiaohu.exports import copies
from xiaohu.vault.units import Unit, counted, of_kind


def forget_copies(units: Collection[Unit]) -> Counter[Unit]:
    """End the copies of lines that are erased. Call inside a transaction."""
    return counted(UnitKind.LINE, copies.erase_of_lines(of_kind(units, UnitKind.LINE)))


def count_copies(units: Collection[Unit]) -> Counter[Unit]:
    """Count the copies that `forget_copies` would end."""
    return counted(UnitKind.LINE, copies.of_lines(of_kind(units, UnitKind.LINE)))
