"""Epochs: every unit key is wrapped by the key of one, and an epoch that is over takes its copies with it.

A roll makes a new epoch, wraps every living unit key anew, and destroys the key of the old one. From
then on no earlier backup of the keystore opens anything, so a unit key that was destroyed can come back
for one epoch at most. A roll is done in parts, each of its own transaction, and goes on where it stopped.
"""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.db import connections, transaction
from django.db.models.functions import Now

from xiaohu.vault import box, epoch_files
from xiaohu.vault.epoch_files import EpochKeyDamaged, EpochKeyLost
from xiaohu.vault.keystore.models import EpochKey, UnitKey
from xiaohu.vault.root import KEY_BYTES, accept_next, draw_next, wrapping_keys
from xiaohu.vault.router import KEYSTORE

BATCH = 5000
AT_A_TIME_SECONDS = 2.0
_ROLLING = 0x78684570  # the advisory lock of whoever changes epochs
_REMEMBERED_SECONDS = 3600


def current() -> int:
    """Return the epoch whose key wraps new unit keys; the first use makes the first epoch."""
    return _latest() or _first()


def key_of(epoch: int) -> bytes:
    """Return the key of an epoch; a process forgets it within hours of its end.

    Raises:
        EpochKeyLost: no copy of it can be read.
        EpochKeyDamaged: those that can do not open under this root key.
    """
    return _key_of(epoch, int(time.monotonic() // _REMEMBERED_SECONDS))


def begun_at() -> datetime:
    """Return since when the current epoch lasts."""
    return EpochKey.objects.values_list("made_at", flat=True).get(pk=current())


def begin() -> int:
    """Begin a new epoch; new unit keys are wrapped by it at once. A roll that is going on goes on."""
    with transaction.atomic(using=KEYSTORE):
        _one_at_a_time()
        return _latest() if _is_rolling() else _make()


def roll_on() -> bool:
    """Wrap the next batch of older keys anew, or end the older epochs; say whether there is more to do.

    Raises:
        EpochKeyLost: the key of an older epoch cannot be read: nothing is destroyed.
        BoxRefused: a unit key does not open: nothing is destroyed.
    """
    with transaction.atomic(using=KEYSTORE):
        _one_at_a_time()
        now = current()
        older = UnitKey.objects.filter(epoch_id__lt=now)
        if _wrap_anew(list(older.order_by("pk").select_for_update()[:BATCH]), now):
            return True
        # Whoever still wraps a key by an older epoch fails here or there, by the foreign key.
        EpochKey.objects.filter(pk__lt=now).delete()
    _destroy_all_before(now)
    return False


def roll() -> int:
    """Begin a new epoch and carry it through; return it."""
    epoch = begin()
    while roll_on():
        pass
    return epoch


def keep_fresh(*, every: timedelta, first: Callable[[], None]) -> None:
    """Go on with a roll for a little, or begin one where the current epoch is old enough.

    `first` is called before one begins, and raises where nothing may be wrapped anew.
    """
    if not _is_rolling():
        _remove_what_was_left()
        if not EpochKey.objects.filter(pk=current(), made_at__lte=Now() - every).exists():
            return
        first()
        begin()
    until = time.monotonic() + AT_A_TIME_SECONDS
    while roll_on() and time.monotonic() < until:
        pass


def _latest() -> int:
    return EpochKey.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _first() -> int:
    with transaction.atomic(using=KEYSTORE):
        _one_at_a_time()
        return _latest() or _make()


def _make() -> int:
    """Make an epoch: its key is in both places before the row that names it can be seen.

    Its number is above every file there is: a keystore restored from a backup would count anew
    from its own, and those files may be what today's keys need.
    """
    epoch = EpochKey.objects.create(pk=max(_latest(), *epoch_files.kept(), 0) + 1).pk
    wrapped = box.seal(wrapping_keys()[0], os.urandom(KEY_BYTES), belongs_to=_owner(epoch))
    epoch_files.write(epoch, wrapped)
    return epoch


def _is_rolling() -> bool:
    return EpochKey.objects.count() > 1


def _wrap_anew(rows: list[UnitKey], epoch: int) -> bool:
    """Wrap keys by another epoch, and open each again before the old wrapping is gone; say if any."""
    lock = box.Lock(key_of(epoch))
    for row in rows:
        owner = (row.operator, row.kind, str(row.unit))
        key = box.open_box(key_of(row.epoch_id), bytes(row.wrapped), belongs_to=owner)
        row.wrapped = lock.seal(key, box.framed(*owner))
        if box.open_box(key_of(epoch), row.wrapped, belongs_to=owner) != key:
            raise box.BoxRefused
    if rows:
        _store(rows, epoch)
    return bool(rows)


def _store(rows: list[UnitKey], epoch: int) -> None:
    with connections[KEYSTORE].cursor() as cursor:
        cursor.execute(
            f"UPDATE {UnitKey._meta.db_table} AS k SET wrapped = n.wrapped, epoch_id = %s"  # noqa: S608 - the model's own name
            " FROM unnest(%s::bigint[], %s::bytea[]) AS n (id, wrapped) WHERE k.id = n.id",
            [epoch, [row.pk for row in rows], [row.wrapped for row in rows]],
        )


def _remove_what_was_left() -> None:
    """Finish what died between the end of an epoch and the removal of its files."""
    if left_behind():
        with transaction.atomic(using=KEYSTORE):
            _one_at_a_time()
            if not _is_rolling() and whole_copies(current()):
                _destroy_all_before(current())


def _destroy_all_before(epoch: int) -> None:
    """Destroy every key file of an epoch that is over, those of a roll cut short included."""
    for old in epoch_files.kept():
        if old < epoch:
            epoch_files.destroy(old)
    _key_of.cache_clear()


def whole_copies(epoch: int) -> list[Path]:
    """Return the copies of an epoch's key that open: a file being there says nothing."""
    return list(_opened(epoch))


def broken_copies() -> list[Path]:
    """Return the copies that are gone or do not open, of every epoch that keys are wrapped by."""
    return [
        place
        for epoch in EpochKey.objects.order_by("pk").values_list("pk", flat=True)
        for place in epoch_files.places(epoch)
        if place not in _opened(epoch)
    ]


def mend() -> list[Path]:
    """Write every broken copy anew from the other, and return which those were.

    Raises:
        EpochKeyLost: no copy of a key opens; nothing is written for that epoch.
    """
    _key_of.cache_clear()  # what a process remembers is no copy
    mended = broken_copies()
    for place in mended:
        epoch = int(place.stem)
        key_of(epoch)
        (good, *_) = whole_copies(epoch)
        epoch_files.mend(place, good.read_bytes())
    return mended


def change_root() -> None:
    """Wrap the key of every epoch by a new root key, and make that the root key. Harmless to stop and repeat.

    While it goes on either root key opens; each copy is replaced whole, and the new key becomes the
    root key only once it opens all of them.

    Raises:
        RootKeyRefused: the root key cannot be changed here.
        EpochKeyLost: no copy of a key opens; the root key stays.
    """
    with transaction.atomic(using=KEYSTORE):
        _one_at_a_time()
        _key_of.cache_clear()
        root = draw_next()
        for epoch in EpochKey.objects.order_by("pk").values_list("pk", flat=True):
            key = key_of(epoch)
            wrapped = box.seal(root, key, belongs_to=_owner(epoch))
            for place in epoch_files.places(epoch):
                epoch_files.mend(place, wrapped)
                if box.open_box(root, place.read_bytes(), belongs_to=_owner(epoch)) != key:
                    raise box.BoxRefused
        accept_next()


def left_behind() -> frozenset[int]:
    """Return epochs that are over and whose key is there still: who ended them died on the way."""
    now = _latest()
    living = set(EpochKey.objects.values_list("pk", flat=True))
    return frozenset(epoch for epoch in epoch_files.kept() if epoch < now) - living


@lru_cache(maxsize=4)
def _key_of(epoch: int, _hour: int) -> bytes:
    there = epoch_files.read(epoch)
    for key in _opened(epoch, there).values():
        return key
    named = ", ".join(str(place) for place in there or epoch_files.places(epoch))
    raise EpochKeyDamaged(named) if there else EpochKeyLost(named)


def _opened(epoch: int, there: Mapping[Path, bytes] | None = None) -> dict[Path, bytes]:
    """Try each copy of a key, and return what is in those that open."""
    opened = {}
    for place, wrapped in (epoch_files.read(epoch) if there is None else there).items():
        for root in wrapping_keys():
            with suppress(box.BoxRefused):
                opened[place] = box.open_box(root, wrapped, belongs_to=_owner(epoch))
    return opened


def _owner(epoch: int) -> tuple[str, ...]:
    return ("epoch", str(epoch))


def _one_at_a_time() -> None:
    """Wait for whoever changes epochs; the lock ends with the transaction."""
    with connections[KEYSTORE].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ROLLING])
