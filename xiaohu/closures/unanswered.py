"""Refunds that came back and nobody answers: reminders, and in the end money that waits to be claimed."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from xiaohu.closures import alarms, claiming, moves, repaying, submitting
from xiaohu.closures.models import Closing
from xiaohu.closures.steps.refund import entitled_name
from xiaohu.closures.work import PERSON_HAS
from xiaohu.core.actors import CLOCK
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.repaying import TRIES
from xiaohu.core.states import CaseState
from xiaohu.core.unclaimed import Unclaimed
from xiaohu.settlement import findings
from xiaohu.trail.models import Event

logger = logging.getLogger(__name__)

DAY = timedelta(days=1)
REMINDED_AFTER = (10, 5, 3)  # days, the last that has come first
STOPPED = "refund_stopped"


def remind(*, now: datetime) -> int:
    """Remind of refunds that came back, after three, five and ten days; return how many were told."""
    return sum(_each(_remind, closing_id, now) for closing_id in _waiting(since=now - 3 * DAY))


def give_up(*, now: datetime) -> int:
    """Book what nobody answered for in fifteen days as unclaimed; return how many closings.

    What somebody stopped is for people to look at first, and what may have been paid stays.
    """
    return sum(_each(_give_up, closing_id, now) for closing_id in _waiting(since=now - PERSON_HAS))


def _each(do: Callable[[UUID, datetime], int], closing_id: UUID, now: datetime) -> int:
    """Do something about one closing; one that fails stops no other, and is tried again later."""
    try:
        return do(closing_id, now)
    except Exception as failed:  # noqa: BLE001 - one bad closing must not stop the others
        # Only the kind is logged: the text of an error may carry what nobody may read.
        logger.error("closing %s was not looked after: %s", closing_id, type(failed).__name__)
        return 0


def _waiting(*, since: datetime) -> list[UUID]:
    """Return closings whose refund came back, and not again since a moment.

    What came back too often waits for our people, not for an answer of its holder.
    """
    back = (Action.RETURN_PAYOUT.value, Action.STOP_REFUND.value)
    lately = Event.objects.filter(case_id=OuterRef("case_id"), action__in=back, at__gt=since)
    found = Closing.objects.filter(
        ~Exists(lately),
        is_open=True,
        state=CaseState.REFUND_ATTENTION.value,
        refund_round__lt=TRIES,
    ).exclude(trouble=STOPPED)
    return list(found.values_list("pk", flat=True))


@transaction.atomic(durable=True)
def _remind(closing_id: UUID, now: datetime) -> int:
    closing = _locked(closing_id)
    if closing is None:
        return 0
    back = (Action.RETURN_PAYOUT.value, Action.STOP_REFUND.value)
    events = Event.objects.filter(case_id=closing.case_id, action__in=back).order_by("-at")
    came_at = events.values_list("at", flat=True)[0]
    days = next((n for n in REMINDED_AFTER if came_at + n * DAY <= now), 0)
    once = f"{came_at:%Y-%m-%d %H:%M} after {days}"
    submitting.tell(closing.case, Notice.REFUND_FAILED, now=now, once=once)
    return 1


@transaction.atomic(durable=True)
def _give_up(closing_id: UUID, now: datetime) -> int:
    closing = _locked(closing_id)
    if closing is None or repaying.pending_of([closing]):
        return 0
    if findings.is_uncertain(closing.pk):
        return 0  # It may have been paid: people decide that first.
    claiming.book(closing, Unclaimed.NOT_ANSWERED, name=entitled_name(closing), now=now)
    moves.move_closing(closing, Action.BOOK_UNCLAIMED, actor=CLOCK, now=now)
    alarms.set_closing_due(closing, at=now, now=now)
    return 1


def _locked(closing_id: UUID) -> Closing | None:
    case = moves.lock(Closing.objects.get(pk=closing_id).case_id)
    found = Closing.objects.select_for_update(no_key=True, of=("self",)).select_related("line")
    closing = found.get(pk=closing_id)
    closing.case = case
    return closing if closing.state == CaseState.REFUND_ATTENTION.value else None
