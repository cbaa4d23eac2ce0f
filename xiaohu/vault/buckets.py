"""What the law keeps after a closing: sealed apart, under keys that expire by the month.

A record belongs to the key of its category and month; destroying that key ends all of them at once.
A hold wraps records anew under a key of its own, so that their month may end without them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from xiaohu.core.retention import Category
from xiaohu.vault import box, keys, units
from xiaohu.vault.models import BucketRecord
from xiaohu.vault.units import Unit


@dataclass(frozen=True, slots=True)
class ToKeep:
    """One category with its clear values, and until when it is kept."""

    category: Category
    value: Mapping[str, str]
    until: date


@dataclass(frozen=True, slots=True)
class Month:
    """The records of one category that end on one day, and how many of its month are held."""

    category: Category
    until: date
    records: int
    held: int


def keep(*, operator: str, subject_id: UUID, kept: Sequence[ToKeep]) -> None:
    """Seal what is kept of a closing. Call inside a transaction; harmless to repeat."""
    rows = [
        BucketRecord(
            operator=operator,
            subject_id=subject_id,
            category=item.category.value,
            until=item.until,
        )
        for item in kept
    ]
    key_of = keys.fetch_or_make(operator, {_unit(row) for row in rows})
    for row, item in zip(rows, kept, strict=True):
        row.box = box.seal(key_of[_unit(row)], _plain(item.value), belongs_to=_owner(row))
    BucketRecord.objects.bulk_create(rows, ignore_conflicts=True)


def open_kept(
    *, operator: str, subjects: Collection[UUID]
) -> dict[tuple[UUID, Category], dict[str, str]]:
    """Return what is kept of closings and can still be read.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    rows = list(_of(operator, subjects))
    key_of = keys.fetch(operator, {_unit(row) for row in rows})
    return {
        (row.subject_id, Category(row.category)): json.loads(_opened(key_of[_unit(row)], row))
        for row in rows
        if _unit(row) in key_of
    }


def is_kept(*, operator: str, subjects: Collection[UUID]) -> bool:
    """Say whether anything is kept of closings."""
    return _of(operator, subjects).exists()


def until_when(*, operator: str, subject_id: UUID) -> dict[Category, date]:
    """Return until when each category is kept that is sealed of a closing."""
    return {Category(row.category): row.until for row in _of(operator, [subject_id])}


def months(*, operator: str, ending_by: date) -> list[Month]:
    """Return the months of categories that end by a day, what ends first before the others."""
    rows = (
        BucketRecord.objects.filter(operator=operator, until__lte=ending_by)
        .values("category", "until")
        .annotate(free=Count("pk", filter=Q(hold=None)), held=Count("pk", filter=~Q(hold=None)))
        .order_by("until", "category")
    )
    return [Month(Category(r["category"]), r["until"], r["free"], r["held"]) for r in rows]


def destroy(*, operator: str, category: Category, until: date) -> int:
    """End a month: destroy its key, delete what is left of it, and return how many records that was.

    Held records are under another key and stay. Call inside a transaction; harmless to repeat.
    """
    keys.destroy(operator, [units.bucket(operator=operator, category=category, until=until)])
    of_month = BucketRecord.objects.filter(
        operator=operator, category=category.value, until=until, hold=None
    )
    gone, _ = of_month.delete()
    return gone


def hold(*, operator: str, subjects: Collection[UUID], hold_id: UUID) -> int:
    """Wrap what is kept of closings anew under the key of a hold, and return how much of it is held.

    What another hold has stays under that one. Call inside a transaction.
    """
    _move(operator, _of(operator, subjects).filter(hold=None), hold_id)
    return _of(operator, subjects).exclude(hold=None).count()


def release(
    *, operator: str, subjects: Collection[UUID], hold_id: UUID, still: Mapping[UUID, UUID]
) -> int:
    """Put the records of a hold back under the key of their month, or delete those whose month is over.

    `still` names, for closings that another hold stands over, that other: their records pass on to
    it. The key of the hold is destroyed. Call inside a transaction; harmless to repeat.
    """
    held = _of(operator, subjects).filter(hold=hold_id)
    passed_on = sum(
        _move(operator, held.filter(subject_id=subject), other) for subject, other in still.items()
    )
    over = keys.was_destroyed(operator, {_month_of(row) for row in held})
    late = [row.pk for row in held if _month_of(row) in over]
    gone, _ = BucketRecord.objects.filter(pk__in=late).delete()
    moved = _move(operator, held.all(), None)
    if not BucketRecord.objects.filter(hold=hold_id).exists():
        keys.destroy(operator, [units.hold(hold_id)])
    return passed_on + moved + gone


def _move(operator: str, rows: QuerySet[BucketRecord], hold_id: UUID | None) -> int:
    """Wrap records anew under the key of a hold, or of their month; what cannot be read stays."""
    locked = list(rows.select_for_update())
    old = keys.fetch(operator, {_unit(row) for row in locked})
    plain = {row: _opened(old[_unit(row)], row) for row in locked if _unit(row) in old}
    for row in plain:
        row.hold = hold_id
    new = keys.fetch_or_make(operator, {_unit(row) for row in plain})
    for row, said in plain.items():
        row.box = box.seal(new[_unit(row)], said, belongs_to=_owner(row))
    BucketRecord.objects.bulk_update(plain, ["hold", "box"])
    return len(plain)


def _of(operator: str, subjects: Collection[UUID]) -> QuerySet[BucketRecord]:
    return BucketRecord.objects.filter(operator=operator, subject_id__in=subjects)


def _month_of(row: BucketRecord) -> Unit:
    return units.bucket(operator=row.operator, category=Category(row.category), until=row.until)


def _unit(row: BucketRecord) -> Unit:
    return units.hold(row.hold) if row.hold else _month_of(row)


def _opened(key: bytes, row: BucketRecord) -> bytes:
    return box.open_box(key, bytes(row.box), belongs_to=_owner(row))


def _owner(row: BucketRecord) -> tuple[str, ...]:
    unit = _unit(row)
    return (row.operator, unit.kind, str(unit.id), str(row.subject_id), row.category)


def _plain(value: Mapping[str, str]) -> bytes:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True).encode()
