"""What this room holds of a unit, and how it is forgotten."""

from collections.abc import Collection
from uuid import UUID

from xiaohu.core.retention import UnitKind
from xiaohu.registry import restrictions
from xiaohu.registry.models import Holder, Line
from xiaohu.vault.units import Unit


def forget_indexes(units: Collection[Unit]) -> int:
    """Delete the blind indexes of lines and holders. Call inside a transaction."""
    lines, holders = _of_kind(units, UnitKind.LINE), _of_kind(units, UnitKind.HOLDER)
    forgotten = Line.objects.filter(pk__in=lines).update(
        number_index=None, row_index=None, card_index=None, name_index=None
    )
    return forgotten + Holder.objects.filter(pk__in=holders).update(document_index=None)


def forget_restrictions(units: Collection[Unit]) -> int:
    """Delete why lines were restricted: it tells of whoever had them. Call inside a transaction."""
    return restrictions.forget(_of_kind(units, UnitKind.LINE))


def _of_kind(units: Collection[Unit], kind: UnitKind) -> list[UUID]:
    return [unit.id for unit in units if unit.kind == kind.value]
