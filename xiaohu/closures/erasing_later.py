"""Erasing in other systems what the law kept there, once it lets go of it."""

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.closures.models import Closing
from xiaohu.core.actors import CLOCK
from xiaohu.core.calendar import day_of
from xiaohu.erasure import outside
from xiaohu.erasure.models import OutsideErasure
from xiaohu.erasure.stores import opening, outages
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import StoreAway
from xiaohu.erasure.stores.shape import Store
from xiaohu.trail import events

ERASED_LATER = "erase_outside"
AGAIN_AFTER = timedelta(minutes=30)
ERASES_FOR = 10.0  # seconds at a time: nobody waits for it


def erase_due(*, now: datetime) -> int:
    """Erase what was kept until before today; return how much was looked at."""
    stores = outside.listed()
    due = outside.due(on=day_of(now), now=now)
    for row_id in due:
        row = _claim(row_id, now)
        store = stores.get(row.store) if row is not None else None
        if row is None or _is_left_alone(row, now):
            continue
        if store is None or row.dataset not in store.datasets:
            _put_off(row, outside.NOT_LISTED)
            continue
        _try(row, store, now)
    return len(due)


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
        _put_off(row, str(refused.params["why"]), about=str(refused.params["field"]))
        return
    if left:
        _put_off(row, outside.MORE)
    else:
        _finish(row, now)


def _erase(row: OutsideErasure, store: Store) -> int:
    whom = outside.kept_identities(row)
    connector = opening.connect(row.store, store, operator=row.operator)
    if connector is None:
        raise StoresRefused(field=f"stores.{row.store}", why=Why.BY_HAND_NOW)
    try:
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
