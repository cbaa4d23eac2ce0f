"""Sealed records: one for each unit and category."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from xiaohu.core.retention import Category
from xiaohu.queue import bulk
from xiaohu.vault import box, keys
from xiaohu.vault.keys import Erased, KeyMissing
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.units import Unit

Value = Mapping[str, str]
Said = Iterable[tuple[Category, Value]]
_quoted = json.encoder.encode_basestring


class Ref(NamedTuple):
    """Names one sealed record."""

    unit: Unit
    category: Category


def seal(*, operator: str, unit: Unit, category: Category, value: Value) -> None:
    """Encrypt a record, replacing an earlier one. Call inside a transaction."""
    seal_many(operator=operator, values=[(Ref(unit, category), value)])


def seal_many(*, operator: str, values: Sequence[tuple[Ref, Value]]) -> None:
    """Encrypt many records with one query for keys and one for rows. Call inside a transaction."""
    key_of = keys.fetch_or_make(operator, {ref.unit for ref, _ in values})
    bulk.merge(
        SealedRecord,
        _COLUMNS,
        [_row(operator, ref, value, key_of[ref.unit]) for ref, value in values],
        unique=("unit", "kind", "category", "operator"),
        update=("box",),
    )


def seal_new(*, operator: str, values: Sequence[tuple[Unit, Said]]) -> None:
    """Encrypt the first records of units whose ids were only just drawn. Call inside a transaction.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    made = keys.make(operator, [unit for unit, _ in values])
    bulk.copy(SealedRecord, _COLUMNS, _new_rows(operator, values, made))


def open_one(*, operator: str, unit: Unit, category: Category) -> dict[str, str]:
    """Return one record; empty where none was ever sealed.

    Raises:
        Erased: the unit's key was destroyed.
        KeystoreUnavailable: the keystore is away, or a key is missing without having been
            destroyed.
    """
    ref = Ref(unit, category)
    found = open_many(operator=operator, refs=[ref])
    if ref in found:
        return found[ref]
    if keys.was_destroyed(operator, [unit]):
        raise Erased
    return {}


def open_many(*, operator: str, refs: Collection[Ref]) -> dict[Ref, dict[str, str]]:
    """Return the records that can be read: one query for rows, one for keys.

    Erased ones are left out, as are those never sealed.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
        KeyMissing: a key is missing that was not destroyed.
    """
    rows = _rows(operator, refs)
    key_of = keys.fetch(operator, {ref.unit for ref in rows})
    lost = {ref.unit for ref in rows} - set(key_of)
    if lost and lost - keys.was_destroyed(operator, lost):
        raise KeyMissing
    return {
        ref: _open(key_of[ref.unit], operator, ref, sealed)
        for ref, sealed in rows.items()
        if ref.unit in key_of
    }


def readable(*, operator: str, refs: Collection[Ref]) -> dict[Ref, dict[str, str]]:
    """Return what can be read now, and leave out the rest without saying why.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    rows = _rows(operator, refs)
    key_of = keys.fetch(operator, {ref.unit for ref in rows})
    found = {}
    for ref, sealed in rows.items():
        if ref.unit in key_of:
            with suppress(box.BoxRefused):
                found[ref] = _open(key_of[ref.unit], operator, ref, sealed)
    return found


def there(*, operator: str, refs: Collection[Ref]) -> set[Ref]:
    """Return which records there are, whether or not they can be read."""
    return set(_rows(operator, refs))


def delete_records(*, operator: str, units: Collection[Unit]) -> Counter[Unit]:
    """Delete the ciphertext of units whose keys were destroyed, and return how much each had.

    Call inside a transaction.
    """
    if not units:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {_TABLE} USING unnest(%s::text[], %s::uuid[]) AS ended (kind, unit)"  # noqa: S608 - the table is ours
            f" WHERE {_TABLE}.unit = ended.unit AND {_TABLE}.kind = ended.kind"
            f" AND {_TABLE}.operator = %s RETURNING {_TABLE}.kind, {_TABLE}.unit",
            [[unit.kind for unit in units], [unit.id for unit in units], operator],
        )
        return Counter(Unit(kind, id_) for kind, id_ in cursor.fetchall())


def count_records(*, operator: str, units: Collection[Unit]) -> Counter[Unit]:
    """Return how many records each of some units has: what `delete_records` would delete."""
    ids = {unit.id for unit in units}
    rows = SealedRecord.objects.filter(operator=operator, unit__in=ids).values_list("kind", "unit")
    there = Counter(Unit(kind, id_) for kind, id_ in rows)
    return Counter({unit: there[unit] for unit in units if unit in there})


def delete_one(*, operator: str, unit: Unit, category: Category) -> None:
    """Delete one record of a unit that lives on. Call inside a transaction."""
    SealedRecord.objects.filter(
        operator=operator, kind=unit.kind, unit=unit.id, category=category.value
    ).delete()


def _rows(operator: str, refs: Collection[Ref]) -> dict[Ref, bytes]:
    if not refs:
        return {}
    wanted = set(refs)
    rows = SealedRecord.objects.filter(
        operator=operator, unit__in={ref.unit.id for ref in refs}
    ).values_list("kind", "unit", "category", "box")
    named = ((Ref(Unit(k, u), Category(c)), bytes(b)) for k, u, c, b in rows)
    return {ref: sealed for ref, sealed in named if ref in wanted}


_COLUMNS = ("operator", "kind", "unit", "category", "box")
_TABLE = SealedRecord._meta.db_table


def _new_rows(
    operator: str, values: Sequence[tuple[Unit, Said]], made: Sequence[bytes]
) -> Iterator[tuple[object, ...]]:
    for (unit, said), key in zip(values, made, strict=True):
        lock, owner = box.Lock(key), keys.owner(operator, unit)
        for category, value in said:
            sealed = lock.seal(_plain(value), owner + _FRAMES[category])
            yield operator, unit.kind, unit.id, str(category), sealed


_FRAMES = {category: box.frame(category.value) for category in Category}


def _row(operator: str, ref: Ref, value: Value, key: bytes) -> tuple[str, str, UUID, str, bytes]:
    box_ = _seal(key, operator, ref, value)
    return operator, ref.unit.kind, ref.unit.id, ref.category.value, box_


def _seal(key: bytes, operator: str, ref: Ref, value: Value) -> bytes:
    return box.seal(key, _plain(value), belongs_to=_owner(operator, ref))


def _plain(value: Value) -> bytes:
    """Write texts as JSON, sorted; a general encoder takes three times as long over a million."""
    said = ", ".join([f"{_quoted(name)}: {_quoted(value[name])}" for name in sorted(value)])
    return f"{{{said}}}".encode()


def _open(key: bytes, operator: str, ref: Ref, sealed: bytes) -> dict[str, str]:
    opened: dict[str, str] = json.loads(box.open_box(key, sealed, belongs_to=_owner(operator, ref)))
    return opened


def _owner(operator: str, ref: Ref) -> tuple[str, ...]:
    return (operator, ref.unit.kind, str(ref.unit.id), ref.category.value)
