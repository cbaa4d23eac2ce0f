"""Unit keys: made, fetched in one query per batch, destroyed for good."""

import os
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from django.db import OperationalError, transaction
from django.db.models import Q

from xiaohu.core.refusals import Refusal
from xiaohu.queue import bulk
from xiaohu.vault import box
from xiaohu.vault.keystore.models import DestroyedKey, EpochKey, UnitKey
from xiaohu.vault.root import KEY_BYTES, purpose_key
from xiaohu.vault.router import KEYSTORE
from xiaohu.vault.units import Unit


class KeystoreUnavailable(Refusal):
    """The keys cannot be reached or one is missing; the data is not erased."""

    code = "KEYSTORE_UNAVAILABLE"


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
        rows = list(UnitKey.objects.filter(_any_of(operator, units)))
    except OperationalError:
        raise KeystoreUnavailable from None
    return {Unit(row.kind, row.unit): _unwrap(row) for row in rows}


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
    epoch = current_epoch()
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
    return {**found, **fetch(operator, missing)}


def make(operator: str, units: Sequence[Unit]) -> list[bytes]:
    """Return keys for units whose ids were only just drawn: nobody can have made one before.

    Like all keys they are committed in the keystore before this returns.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    drawn = os.urandom(KEY_BYTES * len(units))
    made = [drawn[at : at + KEY_BYTES] for at in range(0, len(drawn), KEY_BYTES)]
    try:
        epoch = current_epoch()
        # Fetched before: while rows are copied nothing else can be asked.
        lock = box.Lock(_epoch_key(epoch))
        bulk.copy(
            UnitKey,
            ("operator", "kind", "unit", "epoch_id", "wrapped"),
            (
                (operator, unit.kind, unit.id, epoch, lock.seal(key, owner(operator, unit)))
                for unit, key in zip(units, made, strict=True)
            ),
            using=KEYSTORE,
        )
    except OperationalError:
        raise KeystoreUnavailable from None
    return made


def destroy(operator: str, units: Collection[Unit]) -> int:
    """Destroy the keys of units and note it in the journal; return how many were there.

    Harmless to repeat.
    """
    if not units:
        return 0
    with transaction.atomic(using=KEYSTORE):
        journal = [DestroyedKey(operator=operator, kind=u.kind, unit=u.id) for u in units]
        DestroyedKey.objects.bulk_create(journal, ignore_conflicts=True)
        gone, _ = UnitKey.objects.filter(_any_of(operator, units)).delete()
    return gone


def was_destroyed(operator: str, units: Collection[Unit]) -> frozenset[Unit]:
    """Return those units whose key was destroyed."""
    if not units:
        return frozenset()
    rows = DestroyedKey.objects.filter(_any_of(operator, units)).values_list("kind", "unit")
    return frozenset(Unit(kind, unit) for kind, unit in rows)


def current_epoch() -> int:
    """Return the epoch whose key wraps new unit keys; the first use makes the first epoch."""
    latest = EpochKey.objects.order_by("-pk").values_list("pk", flat=True).first()
    if latest is not None:
        return latest
    sealed = box.seal(purpose_key("epoch"), os.urandom(KEY_BYTES), belongs_to=("epoch",))
    return EpochKey.objects.create(wrapped=sealed).pk


@lru_cache(maxsize=16)
def _epoch_key(epoch: int) -> bytes:
    wrapped = EpochKey.objects.values_list("wrapped", flat=True).get(pk=epoch)
    return box.open_box(purpose_key("epoch"), bytes(wrapped), belongs_to=("epoch",))


def _wrap(key: bytes, epoch: int, operator: str, unit: Unit) -> bytes:
    return box.Lock(_epoch_key(epoch)).seal(key, owner(operator, unit))


def owner(operator: str, unit: Unit) -> bytes:
    """Return what names a unit in everything sealed for it, framed."""
    return _of_kind(operator, unit.kind) + box.frame(str(unit.id))


@lru_cache(maxsize=64)
def _of_kind(operator: str, kind: str) -> bytes:
    return box.framed(operator, kind)


def _unwrap(row: UnitKey) -> bytes:
    owner = (row.operator, row.kind, str(row.unit))
    return box.open_box(_epoch_key(row.epoch_id), bytes(row.wrapped), belongs_to=owner)


def _any_of(operator: str, units: Iterable[Unit]) -> Q:
    """Match by kind and id: one IN list per kind, which the index serves."""
    by_kind: dict[str, list[object]] = {}
    for unit in units:
        by_kind.setdefault(unit.kind, []).append(unit.id)
    matching = Q()
    for kind, ids in by_kind.items():
        matching |= Q(kind=kind, unit__in=ids)
    return Q(operator=operator) & matching
