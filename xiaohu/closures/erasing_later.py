"""Erasing in other systems what the law kept there, once it lets go of it."""

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.closures.models import Closing
from xiaohu.core.actors import CLOCK
from xiaohu.core.calendar import day_of
from xiaohu.erasure import outside
from xiaohu.erasure.models import OutsideErasure
from xiaohu.erasure.stores import opening, outages, shape
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import StoreAway
from xiaohu.erasure.stores.shape import Store, Stores
from xiaohu.trail import events

ERASED_LATER = "erase_outside"
AGAIN_AFTER = timedelta(minutes=30)
ERASES_FOR = 10.0  # seconds at a time: nobody waits for it
LOOKS_FOR = 120.0  # seconds: all of a month's closings end on one day, and a day is all there is
logger = logging.getLogger(__name__)


def erase_due(*, now: datetime) -> int:
    """Erase what was kept until before today; return how much was looked at."""
    stores, looked_at, until = outside.listed(), 0, time.monotonic() + LOOKS_FOR
    while (due := outside.due(on=day_of(now), now=now)) and time.monotonic() < until:
        for row_id in due:
            _look_at(row_id, stores, now)
        looked_at += len(due)
    return looked_at


def _look_at(row_id: UUID, stores: Stores, now: datetime) -> None:
    """Erase one, or write down why not; what nobody foresaw must not hold up the others."""
    row = _claim(row_id, now)
    if row is None or _is_left_alone(row, now):
        return
    store = stores.get(row.store)
    if store is None or row.dataset not in store.datasets:
        _put_off(row, outside.NOT_LISTED)
        return
    try:
        _try(row, store, now)
    except Exception as failed:  # noqa: BLE001 - see above
        # Only the kind: the text of an error may carry what nobody may read.
        logger.error("erasing %s of %s failed: %s", row.dataset, row.store, type(failed).__name__)
        _put_off(row, outside.STUCK)


def _is_left_alone(row: OutsideErasure, now: datetime) -> bool:
    outage = outages.of(row.operator, row.store)
    return outage is not None and outage.stands(now)


@transaction.atomic(durable=True)
def _claim(row_id: UUID, now: datetime) -> OutsideErasure | None:
    """Let nobody else look at it for a while; None where somebody already does."""
    return outside.claim(row_id, now=now, until=now + AGAIN_AFTER)


def _try(row: OutsideErasure, store: Store, now: datetime) -> None:
    try:
        left = _erase(row, store)
    except StoreAway as away:
        with transaction.atomic(durable=True):
            if away.params["why"] != Why.AWAITED:
                outages.failed(row.operator, row.store, why=str(away.params["why"]), now=now)
            outside.put_off([row], why=str(away.params["why"]))
        return
    except StoresRefused as refused:
        _put_off(row, str(refused.params["why"]), about=refused.about)
        return
    if left:
        _put_off(row, outside.MORE)
    else:
        _finish(row, now)


def _erase(row: OutsideErasure, store: Store) -> int:
    whom, kind = outside.kept_identities(row), shape.known_by(store, row.dataset)
    if kind is not None and kind not in whom.values:
        where = f"stores.{row.store}.datasets.{row.dataset}"
        raise StoresRefused(field=where, why=Why.IDENTITY_CHANGED, value=kind)
    connector = opening.connect(row.store, store, operator=row.operator)
    if connector is None:
        raise StoresRefused(field=f"stores.{row.store}", why=Why.BY_HAND_NOW)
    try:
        if refused := outside.stopping(store, connector).get(row.dataset):
            raise refused
        if not connector.found(row.dataset, whom):
            return 0
        until = time.monotonic() + ERASES_FOR
        connector.erase(row.dataset, whom, key=row.pk, until=until)
        return connector.found(row.dataset, whom)
    finally:
        connector.close()


@transaction.atomic(durable=True)
def _put_off(row: OutsideErasure, why: str, *, about: str = "") -> None:
    outside.put_off([row], why=why, about=about)


@transaction.atomic(durable=True)
def _finish(row: OutsideErasure, now: datetime) -> None:
    """Write down that it is gone, and destroy what found it."""
    outages.over(row.operator, row.store)
    outside.done([row], now=now)
    outside.forget_kept(row)
    events.record(
        operator=row.operator,
        actor=CLOCK,
        action=ERASED_LATER,
        case_id=Closing.objects.values_list("case_id", flat=True).get(pk=row.closing_id),
        evidence={"store": row.store, "dataset": row.dataset},
        now=now,
    )
