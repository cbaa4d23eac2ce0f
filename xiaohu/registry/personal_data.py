"""What this room holds of a unit, and how it is forgotten."""

from collections import Counter
from collections.abc import Collection

from xiaohu.core.retention import UnitKind
from xiaohu.queue import bulk
from xiaohu.registry import restrictions
from xiaohu.registry.models import Holder, Line
from xiaohu.vault.units import Unit, counted, of_kind

_OF_LINE = ("number_index", "row_index", "card_index", "name_index")


def forget_indexes(units: Collection[Unit]) -> Counter[Unit]:
    """Delete the blind indexes of lines and holders. Call inside a transaction."""
    lines = bulk.empty(Line, _OF_LINE, of_kind(units, UnitKind.LINE))
    holders = bulk.empty(Holder, ["document_index"], of_kind(units, UnitKind.HOLDER))
    return counted(UnitKind.LINE, lines) + counted(UnitKind.HOLDER, holders)


def count_indexes(units: Collection[Unit]) -> Counter[Unit]:
    """Count the lines and holders that `forget_indexes` would make unfindable."""
    lines = bulk.filled(Line, _OF_LINE, of_kind(units, UnitKind.LINE))
    holders = bulk.filled(Holder, ["document_index"], of_kind(units, UnitKind.HOLDER))
    return counted(UnitKind.LINE, lines) + counted(UnitKind.HOLDER, holders)


def forget_restrictions(units: Collection[Unit]) -> Counter[Unit]:
    """Delete why lines were restricted: it tells of whoever had them. Call inside a transaction."""
    return counted(UnitKind.LINE, restrictions.forget(of_kind(units, UnitKind.LINE)))


def count_restrictions(units: Collection[Unit]) -> Counter[Unit]:
    """Count the restrictions that `forget_restrictions` would delete."""
    return counted(UnitKind.LINE, restrictions.count(of_kind(units, UnitKind.LINE)))
