"""Erasing units: destroy the keys, delete what is left, try to read it, give a receipt.

Rooms that hold something of a unit tell how to forget it; they are registered where the rooms
are joined.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

from xiaohu.erasure import outside
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.vault import keys, records
from xiaohu.vault.units import Unit

Forget = Callable[[Collection[Unit]], Mapping[Unit, int]]
Count = Callable[[Collection[Unit]], Mapping[Unit, int]]
_FORGET: dict[str, Forget] = {}
_COUNT: dict[str, Count] = {}


class NotErased(Exception):
    """A unit can still be read after its key was destroyed: a person must look."""


def register(name: str, forget: Forget, count: Count) -> None:
    """Let a room take part: `forget` deletes what it holds of units and returns how much of each.

    `count` returns the same of what is there, and changes nothing.
    """
    _FORGET[name], _COUNT[name] = forget, count


def planned(*, operator: str, units: Collection[Unit]) -> dict[str, Mapping[Unit, int]]:
    """Count what erasing units would delete, room by room; changes nothing."""
    return {
        "records": records.count_records(operator=operator, units=units),
        **{name: count(units) for name, count in _COUNT.items()},
    }


def forget(*, operator: str, units: Collection[Unit]) -> dict[str, Mapping[Unit, int]]:
    """Delete what is left of units whose keys are gone, room by room. Call inside a transaction.

    Raises:
        NotErased: a key is still there.
    """
    if keys.was_destroyed(operator, units) != set(units) or keys.fetch(operator, units):
        raise NotErased
    return {
        "records": records.delete_records(operator=operator, units=units),
        **{name: forget(units) for name, forget in _FORGET.items()},
    }


def destroy(*, operator: str, units: Collection[Unit]) -> int:
    """Destroy the keys: from here on nobody can read the units. Harmless to repeat."""
    return keys.destroy(operator, units)


def finish(*, operator: str, ended: Mapping[UUID, Collection[Unit]], now: datetime) -> None:
    """Delete what is left of units that closings end, their keys gone, and give each its receipt.

    Call inside a transaction; harmless to repeat.

    Raises:
        NotErased: a key is still there.
    """
    units = {unit for its in ended.values() for unit in its}
    gone = forget(operator=operator, units=units)
    elsewhere = outside.receipted(ended)
    receipts = [
        ErasureReceipt(
            closing_id=closing_id,
            operator=operator,
            units=sorted(f"{unit.kind}:{unit.id}" for unit in its),
            counts={name: sum(of.get(unit, 0) for unit in its) for name, of in gone.items()},
            outside=elsewhere.get(closing_id, []),
            erased_at=now,
        )
        for closing_id, its in ended.items()
    ]
    ErasureReceipt.objects.bulk_create(receipts, ignore_conflicts=True)


def receipt_of(closing_id: UUID) -> ErasureReceipt:
    """Return the receipt of a closing."""
    return ErasureReceipt.objects.get(pk=closing_id)
