"""Reminding people of what was returned to them: after one day, three and seven, until they answer."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from xiaohu.closures import moves, submitting
from xiaohu.closures.drafting import DRAFT_KEPT
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.notices import REMINDED_AFTER_DAYS, Notice
from xiaohu.core.states import CaseState
from xiaohu.notices.models import QueuedNotice

DAY = timedelta(days=1)


def recall(*, now: datetime) -> int:
    """Remind once for each day of the table that has come; return how many were reminded.

    After an outage the day that came last is enough.
    """
    told = 0
    following = (*REMINDED_AFTER_DAYS[1:], REMINDED_AFTER_DAYS[-1] + 1)
    for days, until in zip(REMINDED_AFTER_DAYS, following, strict=True):
        for case_id in _due(days * DAY, until * DAY, now):
            told += _remind(case_id, days, now)
    return told


def _due(after: timedelta, until: timedelta, now: datetime) -> list[UUID]:
    """Return cases returned so long ago, and not yet reminded of it that late."""
    reminded = QueuedNotice.objects.filter(
        case_id=OuterRef("case_id"),
        notice=Notice.REMINDED.value,
        created_at__gte=OuterRef("owner_due_at") - (DRAFT_KEPT - after),
    )
    waiting = Closing.objects.filter(
        ~Exists(reminded),
        is_open=True,
        owner=HumanQueue.SUBSCRIBER.value,
        owner_due_at__gt=now + DRAFT_KEPT - until,
        owner_due_at__lte=now + DRAFT_KEPT - after,
        case__state=CaseState.AWAITING_CUSTOMER.value,
    )
    return list(waiting.values_list("case_id", flat=True).distinct())


@transaction.atomic(durable=True)
def _remind(case_id: UUID, days: int, now: datetime) -> int:
    case = moves.lock(case_id)
    due = Closing.objects.filter(case=case, is_open=True).values_list("owner_due_at", flat=True)
    until = due.first()
    if CaseState(case.state) is not CaseState.AWAITING_CUSTOMER or until is None:
        return 0  # answered meanwhile
    on = submitting.shown_time(until)[:10]
    submitting.tell(case, Notice.REMINDED, now=now, once=f"{on} after {days}", date=on)
    return 1
