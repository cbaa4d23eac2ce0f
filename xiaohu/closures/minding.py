"""What people are told because time passes: a day before a closing, and when we are late."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from xiaohu.closures import moves, queries, submitting
from xiaohu.closures.holding import HELD
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.closures.restriction_checks import WAITS_FOR_CHECK
from xiaohu.core.actors import CLOCK
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.calendar import day_of
from xiaohu.core.notices import Notice
from xiaohu.core.schedule import next_promise
from xiaohu.core.states import CaseState
from xiaohu.notices.models import QueuedNotice
from xiaohu.registry import calendars
from xiaohu.trail import events

DAY = timedelta(days=1)
PEOPLE_PROMISE = 1  # working days, where not a decision but a remedy is late
OURS = (HumanQueue.REVIEW.value, HumanQueue.OPERATIONS.value)


def remind(*, now: datetime) -> int:
    """Remind of closings that begin within a day, where cooling-off is longer; return how many."""
    told = QueuedNotice.objects.filter(
        case_id=OuterRef("case_id"),
        notice=Notice.SOON.value,
        created_at__gte=OuterRef("case__execute_at") - DAY,
    )
    soon = Closing.objects.filter(
        ~Exists(told),
        is_open=True,
        next_action_at__gt=now,
        next_action_at__lte=now + DAY,
        case__state=CaseState.SCHEDULED.value,
    )
    # A closing the operator started has notices of its own.
    soon = soon.exclude(case__applicant=ApplicantKind.OPERATOR.value).annotate(
        fixed_at=Coalesce("case__decided_at", "case__submitted_at")
    )
    soon = soon.filter(fixed_at__lt=F("case__execute_at") - DAY)
    cases = list(soon.values_list("case_id", flat=True).distinct())
    for case_id in cases:
        with transaction.atomic(durable=True):
            case = moves.lock(case_id)
            if case.state == CaseState.SCHEDULED.value and case.execute_at is not None:
                at = submitting.shown_time(case.execute_at)
                submitting.tell(case, Notice.SOON, now=now, once=at, date=at)
    return len(cases)


def apologise(*, now: datetime) -> int:
    """Say once for each missed promise that we are late, and until when; return how many.

    A legal hold and a check before data goes are no delays of ours: both were told of.
    """
    told = 0
    for closing in _late(now):
        case = closing.case
        missed, promised = _promises(closing, now)
        with transaction.atomic(durable=True):
            case = moves.lock(case.pk)
            if Closing.objects.filter(
                pk=closing.pk, is_open=True, owner=closing.owner, owner_due_at=closing.owner_due_at
            ).exists() and not _told(case, missed):
                _apologise(case, missed, promised, now)
                told += 1
    return told


def _late(now: datetime) -> Iterator[Closing]:
    late = Closing.objects.filter(is_open=True, owner__in=OURS, owner_due_at__lt=now)
    # Nobody was promised anything before such a closing was announced.
    unannounced = Q(case__applicant=ApplicantKind.OPERATOR.value, case__warned_days=[])
    one_each = (
        late.exclude(unannounced)
        .exclude(trouble__in=(HELD, WAITS_FOR_CHECK))
        .order_by("case_id", "owner", "owner_due_at")
    )
    return one_each.distinct("case_id", "owner").select_related("case").iterator(chunk_size=200)


def _promises(closing: Closing, now: datetime) -> tuple[date, date]:
    """Return what was promised last and what can be promised now."""
    case, due_at = closing.case, closing.owner_due_at
    decides = closing.owner == HumanQueue.REVIEW.value and case.decision_due_on is not None
    promised_on = case.decision_due_on if decides else day_of(due_at or now)
    every = queries.profile_of(case).review.working_days if decides else PEOPLE_PROMISE
    return next_promise(
        calendars.working(),
        promised_on=promised_on or day_of(now),
        working_days=every,
        today=day_of(now),
    )


def say_late(case: Case, missed: date, promised: date, now: datetime) -> bool:
    """Say on a locked case that a day was missed, once for each day. Call inside a transaction."""
    if _told(case, missed):
        return False
    _apologise(case, missed, promised, now)
    return True


def _told(case: Case, missed: date) -> bool:
    about = QueuedNotice.objects.filter(
        case_id=case.pk, notice=Notice.OVERDUE.value, once=missed.isoformat()
    )
    return about.exists()


def _apologise(case: Case, missed: date, promised: date, now: datetime) -> None:
    submitting.tell(
        case, Notice.OVERDUE, now=now, once=missed.isoformat(), date=promised.isoformat()
    )
    events.record(
        operator=case.operator,
        actor=CLOCK,
        action="overdue",
        case_id=case.pk,
        evidence={"missed": missed.isoformat(), "promised": promised.isoformat()},
        now=now,
    )
