"""Reminding people of what was returned to them: after one day, three and seven, until they answer."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from xiaohu.closures import moves, submitting
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.calendar import last_day_of
from xiaohu.core.notices import REMINDED_AFTER_DAYS, Notice
from xiaohu.core.schedule import ANSWER_WITHIN
from xiaohu.core.states import CaseState
from xiaohu.notices.models import QueuedNotice
from xiaohu.trail.models import Event

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
    asked = Event.objects.filter(
        case_id=OuterRef("case_id"), to_state=CaseState.AWAITING_CUSTOMER.value
    ).order_by("-at")
    reminded = QueuedNotice.objects.filter(
        case_id=OuterRef("case_id"),
        notice=Notice.REMINDED.value,
        created_at__gte=OuterRef("asked_at") + after,
    )
    # By the index of what waits: it waits until the end of a day, so for up to a day longer.
    waiting = Closing.objects.filter(
        is_open=True,
        owner=HumanQueue.SUBSCRIBER.value,
        owner_due_at__gt=now + ANSWER_WITHIN - until,
        owner_due_at__lte=now + ANSWER_WITHIN - after + DAY,
        case__state=CaseState.AWAITING_CUSTOMER.value,
    ).annotate(asked_at=Subquery(asked.values("at")[:1]))
    due = waiting.filter(~Exists(reminded), asked_at__gt=now - until, asked_at__lte=now - after)
    return list(due.values_list("case_id", flat=True).distinct())


@transaction.atomic(durable=True)
def _remind(case_id: UUID, days: int, now: datetime) -> int:
    case = moves.lock(case_id)
    due = Closing.objects.filter(case=case, is_open=True).values_list("owner_due_at", flat=True)
    until = due.first()
    if CaseState(case.state) is not CaseState.AWAITING_CUSTOMER or until is None:
        return 0  # answered meanwhile
    on = last_day_of(until).isoformat()
    submitting.tell(case, Notice.REMINDED, now=now, once=f"{on} after {days}", date=on)
    return 1
