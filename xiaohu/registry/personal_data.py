"""What this room holds of a unit, and how it is forgotten."""

from collections.abc import Collection

from xiaohu.core.retention import UnitKind
from xiaohu.registry.models import Holder, Line
from xiaohu.vault.units import Unit


def forget_indexes(units: Collection[Unit]) -> int:
    """Delete the blind indexes of lines and holders. Call inside a transaction."""
    lines = [unit.id for unit in units if unit.kind == UnitKind.LINE.value]
    holders = [unit.id for unit in units if unit.kind == UnitKind.HOLDER.value]
    forgotten = Line.objects.filter(pk__in=lines).update(number_index=None, row_index=None)
    return forgotten + Holder.objects.filter(pk__in=holders).update(document_index=None)
