"""Whether messages arrived: told by the provider's callback, or asked for where none came."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiaohu.core.notices import Result
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import Delivery
from xiaohu.notices.models import NoticeState, QueuedNotice

logger = logging.getLogger(__name__)
SOURCE = "messages"
ASKED = 20
ASK_AGAIN = timedelta(hours=1)
ASKED_FOR = timedelta(days=3)  # providers forget; what is not known by then stays "sent"
_SAID = {"delivered": Delivery.DELIVERED, "undelivered": Delivery.UNDELIVERED}


def take(key: UUID, body: Mapping[str, Any], now: datetime) -> None:
    """Take what a signed callback says of one message. Call inside a transaction."""
    said = _SAID.get(str(body.get("delivery")))
    if said is not None:
        note(key, said, now=now)


def note(notice_id: UUID, said: Delivery, *, now: datetime) -> None:
    """Note whether a message arrived; in whatever order reports come, "delivered" stands.

    Call inside a transaction.
    """
    row = QueuedNotice.objects.filter(pk=notice_id)
    if said is Delivery.DELIVERED:
        gone = Q(state=NoticeState.NOBODY.value) | Q(state=NoticeState.DELIVERED.value)
        row.exclude(gone).update(
            state=NoticeState.DELIVERED.value,
            result="",
            delivered_at=now,
            failed_at=None,
            report_due_at=None,
        )
    elif said is Delivery.UNDELIVERED:
        row.filter(state__in=[NoticeState.QUEUED.value, NoticeState.SENT.value]).update(
            state=NoticeState.FAILED.value,
            result=Result.UNDELIVERED.value,
            failed_at=now,
            report_due_at=None,
        )


def ask(*, now: datetime) -> int:
    """Ask for reports that did not come, and return how many were asked for."""
    if not providers.messages().capabilities.lookup:
        return 0
    overdue = _take(now)
    for notice_id in overdue:
        said = providers.messages().delivery(notice_id)
        with transaction.atomic(durable=True):
            note(notice_id, said, now=now)
    return len(overdue)


@transaction.atomic(durable=True)
def _take(now: datetime) -> list[UUID]:
    """Take messages without a report, and put their next look off; the old ones are let go."""
    waiting = QueuedNotice.objects.filter(state=NoticeState.SENT.value, report_due_at__lte=now)
    waiting.filter(sent_at__lte=now - ASKED_FOR).update(report_due_at=None)
    taken = list(
        waiting.select_for_update(skip_locked=True)
        .order_by("report_due_at")
        .values_list("pk", flat=True)[:ASKED]
    )
    QueuedNotice.objects.filter(pk__in=taken).update(report_due_at=now + ASK_AGAIN)
    return taken
