"""Until when a refund is owed, and that we are late where it is not paid by then."""

from datetime import date, datetime, timedelta

from django.db import transaction

from xiaohu.closures import minding, moves, queries
from xiaohu.closures.holding import HELD
from xiaohu.closures.models import Case, Closing
from xiaohu.core.applicants import HolderKind
from xiaohu.core.calendar import day_of
from xiaohu.core.schedule import next_promise, refund_due
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.registry import calendars

SOON = timedelta(days=3)


def of_case(case: Case, *, billed_at: datetime | None) -> date | None:
    """Return the day by which money of a case must be back, once that can be said."""
    return refund_due(
        queries.profile_of(case),
        calendars.working(),
        requested_at=case.submitted_at or case.opened_at,
        billed_at=billed_at,
        consumer=case.holder.kind == HolderKind.INDIVIDUAL.value,
    )


def apologise(*, now: datetime) -> int:
    """Say once for each missed day that a refund is late, and when it comes; return how many.

    A legal hold is no delay of ours, and neither is waiting for the person to name another way.
    """
    today = day_of(now)
    late = Closing.objects.filter(
        is_open=True,
        step=Step.REFUND.value,
        state=CaseState.SETTLING.value,
        refund_due_on__lt=today,
    ).exclude(trouble=HELD)
    told = 0
    for closing in late.order_by("pk"):
        missed, promised = next_promise(
            calendars.working(),
            promised_on=closing.refund_due_on or today,
            working_days=minding.PEOPLE_PROMISE,
            today=today,
        )
        with transaction.atomic(durable=True):
            case = moves.lock(closing.case_id)
            still = Closing.objects.filter(pk=closing.pk, is_open=True, step=Step.REFUND.value)
            if still.exists():
                told += minding.say_late(case, missed, promised, now)
    return told
