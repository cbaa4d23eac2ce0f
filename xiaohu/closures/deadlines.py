"""Deadlines that rested on a year not arranged yet, counted again once it is."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, queries
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.core.actors import CLOCK
from xiaohu.core.calendar import end_of
from xiaohu.core.schedule import decision_due, moved
from xiaohu.core.states import CaseState
from xiaohu.registry import calendars
from xiaohu.trail import events


def recompute(*, now: datetime) -> int:
    """Count provisional deadlines again, and return how many changed; harmless to repeat.

    A new deadline is never later than the one the subscriber was promised.
    """
    waiting = Case.objects.filter(
        state=CaseState.IN_REVIEW.value, decision_provisional=True, review_asked_at__isnull=False
    )
    return sum(_count_again(case_id, now) for case_id in waiting.values_list("pk", flat=True))


@transaction.atomic(durable=True)
def _count_again(case_id: UUID, now: datetime) -> bool:
    case = moves.lock(case_id)
    promised, asked_at = case.decision_due_on, case.review_asked_at
    if case.state != CaseState.IN_REVIEW.value or promised is None or asked_at is None:
        return False
    due = decision_due(queries.profile_of(case), calendars.working(), requested_at=asked_at)
    counted = moved(promised, due)
    if (counted.on, counted.provisional) == (promised, case.decision_provisional):
        return False
    case.decision_due_on, case.decision_provisional = counted.on, counted.provisional
    case.save(update_fields=["decision_due_on", "decision_provisional"])
    Closing.objects.filter(case=case, is_open=True, owner=HumanQueue.REVIEW.value).update(
        owner_due_at=end_of(counted.on)
    )
    events.record(
        operator=case.operator,
        actor=CLOCK,
        action="recompute_deadline",
        case_id=case.pk,
        evidence={"promised": promised.isoformat(), "due": counted.on.isoformat()},
        now=now,
    )
    return True
