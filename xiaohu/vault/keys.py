"""Unit keys: made, fetched in one query per batch, destroyed for good."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from uuid import UUID

from django.db import IntegrityError, OperationalError, connections, transaction
from django.db.models import Q

from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import UnitKind
from xiaohu.queue import bulk
from xiaohu.queue.asking import Question, Slot
from xiaohu.vault import box, epoch_files, epochs, journal
from xiaohu.vault.keystore.models import DestroyedKey, UnitKey
from xiaohu.vault.root import KEY_BYTES
from xiaohu.vault.router import KEYSTORE
from xiaohu.vault.units import Unit


class KeystoreUnavailable(Refusal):
    """The keys cannot be reached or one is missing; the data is not erased."""

    code = "KEYSTORE_UNAVAILABLE"


class KeyMissing(KeystoreUnavailable):
    """The keystore answers and has no such key, though it was never destroyed: it was lost."""

    code = "KEY_MISSING"


class Erased(Refusal):
    """The unit's key was destroyed: what it held cannot be read by anyone."""

    code = "DATA_ERASED"


def fetch(operator: str, units: Collection[Unit]) -> dict[Unit, bytes]:
    """Return the keys of those units that have one.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    if not units:
        return {}
    try:
        return _fetched(operator, units)
    except epoch_files.EpochKeyLost:
        # An epoch may have ended between the row and its key: then the row has another by now.
        with suppress(epoch_files.EpochKeyLost):
            return _fetched(operator, units)
    raise KeystoreUnavailable


def fetch_or_make(operator: str, units: Collection[Unit]) -> dict[Unit, bytes]:
    """Return the keys of all units, making those that are missing.

    New keys are committed in the keystore before this returns, so that the main transaction
    never writes under a key that could be lost; an orphan is swept later.

    Raises:
        Erased: one of the units was erased and can hold nothing again.
    """
    found = fetch(operator, units)
    missing = set(units) - set(found)
    if not missing:
        return found
    if was_destroyed(operator, missing):
        raise Erased
    _in_this_epoch(lambda: _make_missing(operator, missing))
    return {**found, **fetch(operator, missing)}


def make(operator: str, units: Sequence[Unit]) -> list[bytes]:
    """Return keys for units whose ids were only just drawn: nobody can have made one before.

    Like all keys they are committed in the keystore before this returns.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    drawn = os.urandom(KEY_BYTES * len(units))
    made = [drawn[at : at + KEY_BYTES] for at in range(0, len(drawn), KEY_BYTES)]
    _in_this_epoch(lambda: _copy(operator, units, made))
    return made


def destroy(operator: str, units: Collection[Unit]) -> int:
    """Destroy the keys of units and note it in the journal; return how many were there.

    Harmless to repeat.
    """
    if not units:
        return 0
    with transaction.atomic(using=KEYSTORE):
        gone = _destroy(operator, units, shipped=False)
        # Were the files away, the erasure would hold all the same; a beat ships what is left.
        transaction.on_commit(journal.ship, using=KEYSTORE, robust=True)
    return gone


def brought_back() -> int:
    """Return how many keys the journal calls destroyed that this keystore has, or does not know of.

    Not zero after a keystore was restored from a backup older than an erasure.

    Raises:
        JournalDamaged: the journal cannot be read.
    """
    found = 0
    for operator, units in _journalled():
        destroyed = was_destroyed(operator, units)
        there = {Unit(row.kind, row.unit) for row in _rows(operator, units)}
        found += len((units - destroyed) | (units & there))
    return found


def replay() -> int:
    """Destroy again what the journal calls destroyed; return how many keys were there.

    Raises:
        JournalDamaged: the journal cannot be read.
    """
    gone = 0
    for operator, units in _journalled():
        with transaction.atomic(using=KEYSTORE):
            gone += _destroy(operator, units, shipped=True)
    return gone


def last_destroyed(count: int) -> list[tuple[str, set[Unit]]]:
    """Return the last so many lines and holders whose keys were destroyed, by operator."""
    kinds = (UnitKind.LINE.value, UnitKind.HOLDER.value)
    rows = DestroyedKey.objects.filter(kind__in=kinds).order_by("-pk")
    return _by_operator(list(rows.values_list("operator", "kind", "unit")[:count]))


def all_destroyed() -> Iterator[tuple[str, set[Unit]]]:
    """Go through all people, lines, accounts and requests whose keys were destroyed, in parts, by operator."""
    kinds, last = [kind.value for kind in UnitKind], 0
    rows = DestroyedKey.objects.filter(kind__in=kinds).order_by("pk")
    while part := list(
        rows.filter(pk__gt=last).values_list("operator", "kind", "unit", "pk")[: journal.BATCH]
    ):
        last = part[-1][3]
        yield from _by_operator([row[:3] for row in part])


def _by_operator(rows: Sequence[tuple[str, str, UUID]]) -> list[tuple[str, set[Unit]]]:
    return [
        (operator, {Unit(kind, id_) for whose, kind, id_ in rows if whose == operator})
        for operator in sorted({row[0] for row in rows})
    ]


def _destroy(operator: str, units: Collection[Unit], *, shipped: bool) -> int:
    alike = {"operator": operator, "shipped": shipped}
    bulk.add(DestroyedKey, ("kind", "unit"), units, alike=alike, using=KEYSTORE)
    with connections[KEYSTORE].cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {UnitKey._meta.db_table} AS theirs"  # noqa: S608 - the table is ours
            " USING unnest(%s::text[], %s::uuid[]) AS gone (kind, unit)"
            " WHERE theirs.operator = %s AND theirs.kind = gone.kind AND theirs.unit = gone.unit",
            [[unit.kind for unit in units], [unit.id for unit in units], operator],
        )
        return int(cursor.rowcount)


def _journalled() -> Iterator[tuple[str, set[Unit]]]:
    """Read the journal in parts, by operator."""
    read = journal.entries()
    while part := list(islice(read, journal.BATCH)):
        for operator in sorted({entry.operator for entry in part}):
            yield operator, {entry.unit for entry in part if entry.operator == operator}


def was_destroyed(operator: str, units: Collection[Unit]) -> frozenset[Unit]:
    """Return those units whose key was destroyed."""
    if not units:
        return frozenset()
    rows = _DESTROYED.rows(operator=operator, units=[unit.id for unit in units])
    return frozenset(Unit(kind, unit) for kind, unit in rows) & frozenset(units)


# Ids are drawn at random: what has one of them is asked for, and of which kind it is told apart here.
_THEIRS = Q(operator=Slot("operator"), unit__any_of=Slot("units"))
_DESTROYED: Question[DestroyedKey] = Question(
    lambda: DestroyedKey.objects.filter(_THEIRS).values_list("kind", "unit"), using=KEYSTORE
)
_KEYS = Question(lambda: UnitKey.objects.filter(_THEIRS), using=KEYSTORE)


def _fetched(operator: str, units: Collection[Unit]) -> dict[Unit, bytes]:
    try:
        rows = _rows(operator, units)
    except OperationalError:
        raise KeystoreUnavailable from None
    keys = {Unit(row.kind, row.unit): row for row in rows}
    return {unit: _unwrap(keys[unit]) for unit in units if unit in keys}


def _rows(operator: str, units: Collection[Unit]) -> list[UnitKey]:
    return _KEYS.all(operator=operator, units=[unit.id for unit in units])


def _in_this_epoch(write: Callable[[], None]) -> None:
    """Write keys under the present epoch, and under the next where it ends meanwhile.

    Raises:
        KeystoreUnavailable: the keystore does not answer, or the epoch's key is lost.
    """
    try:
        try:
            write()
        except IntegrityError:
            write()
    except (OperationalError, epoch_files.EpochKeyLost):
        raise KeystoreUnavailable from None


def _make_missing(operator: str, missing: Collection[Unit]) -> None:
    epoch = epochs.current()
    rows = [
        UnitKey(
            operator=operator,
            kind=unit.kind,
            unit=unit.id,
            epoch_id=epoch,
            wrapped=_wrap(os.urandom(KEY_BYTES), epoch, operator, unit),
        )
        for unit in missing
    ]
    # Another process may have made the same key: the one stored first is the key.
    UnitKey.objects.bulk_create(rows, ignore_conflicts=True)


def _copy(operator: str, units: Sequence[Unit], made: Sequence[bytes]) -> None:
    epoch = epochs.current()
    # Fetched before: while rows are copied nothing else can be asked.
    lock = box.Lock(epochs.key_of(epoch))
    bulk.copy(
        UnitKey,
        ("operator", "kind", "unit", "epoch_id", "wrapped"),
        (
            (operator, unit.kind, unit.id, epoch, lock.seal(key, owner(operator, unit)))
            for unit, key in zip(units, made, strict=True)
        ),
        using=KEYSTORE,
    )


def _wrap(key: bytes, epoch: int, operator: str, unit: Unit) -> bytes:
    return box.Lock(epochs.key_of(epoch)).seal(key, owner(operator, unit))


def owner(operator: str, unit: Unit) -> bytes:
    """Return what names a unit in everything sealed for it, framed."""
    return _of_kind(operator, unit.kind) + box.frame(str(unit.id))


@lru_cache(maxsize=64)
def _of_kind(operator: str, kind: str) -> bytes:
    return box.framed(operator, kind)


def _unwrap(row: UnitKey) -> bytes:
    owner = (row.operator, row.kind, str(row.unit))
    return box.open_box(epochs.key_of(row.epoch_id), bytes(row.wrapped), belongs_to=owner)
