"""Call-backs: asked for, taken, and ended once somebody was reached or often enough tried."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID, uuid4

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.assistance import asking
from xiaohu.assistance.models import CallBack
from xiaohu.core import assistance
from xiaohu.core.assistance import CALL_TRIES, CallOutcome, CallTopic, Slot
from xiaohu.core.references import CALL_BACK, REFERENCE_BYTES, assistance_reference
from xiaohu.core.retention import Category
from xiaohu.registry import calendars, policies
from xiaohu.vault import records, units

SAME_WITHIN = timedelta(minutes=10)
WAITS_OF = timedelta(days=7)
ENOUGH_WAITS = 5
PAGE = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks: who to call, about what, and when; none of it said means soon."""

    name: str
    number: str
    topic: CallTopic
    slot: Slot | None = None
    case_id: UUID | None = None
    reference: str = ""


@transaction.atomic(durable=True)
def ask(*, operator: str, wish: Wish, language: str, address: str, now: datetime) -> CallBack:
    """Ask to be called back; asking the same again within ten minutes changes nothing.

    Raises:
        TooManyTries: the number, or the place, asked too often today.
    """
    index = asking.index_of(operator, wish.number)
    same = CallBack.objects.filter(
        operator=operator,
        asker_index=index,
        topic=wish.topic.value,
        ended_at=None,
        asked_at__gt=now - SAME_WITHIN,
    ).first()
    if same is not None:
        return same
    asking.require_few(operator, index=index, address=address, now=now)
    slot = wish.slot
    made = CallBack.objects.create(
        id=uuid4(),
        operator=operator,
        reference=_reference(now),
        topic=wish.topic.value,
        language=language,
        case_id=wish.case_id,
        asker_index=index,
        asked_at=now,
        wanted_from=slot.begins if slot else None,
        due_at=slot.ends if slot else _due(operator, now),
    )
    said = {"name": wish.name, "number": wish.number, "reference": wish.reference}
    unit = units.assistance(made.pk)
    records.seal(operator=operator, unit=unit, category=Category.CALL_BACK, value=said)
    asking.note(made, None, "ask_call_back", now=now)
    return made


@transaction.atomic(durable=True)
def take(*, call_id: UUID, officer: StaffUser, now: datetime) -> CallBack:
    """Be the one who calls; only then name and number are shown. A second time changes nothing.

    Raises:
        AskedOver: somebody was reached, or often enough tried.
        AskedTaken: somebody else is on it.
    """
    row = _lock(call_id)
    asking.hold(row, officer, now=now)
    row.save(update_fields=["officer", "taken_at"])
    asking.note(row, officer, "take_call_back", now=now)
    return row


@transaction.atomic(durable=True)
def record(*, call_id: UUID, officer: StaffUser, outcome: CallOutcome, now: datetime) -> CallBack:
    """Write down what came of a call: reached ends it, the third time not reached as well.

    Raises:
        AskedOver: it was ended before.
        NotTaken: somebody else is on it, or nobody.
    """
    row = _lock(call_id)
    asking.require_held(row, officer)
    row.tries += 1
    row.first_tried_at = row.first_tried_at or now
    if outcome is CallOutcome.REACHED or row.tries >= CALL_TRIES:
        row.outcome, row.ended_at = outcome.value, now
    else:
        row.due_at, row.officer, row.taken_at = _due(row.operator, now), None, None
    row.save()
    asking.note(row, officer, f"call_{outcome}", now=now)
    return row


def of_case(case_id: UUID, topic: CallTopic) -> CallBack | None:
    """Return the open call-back somebody asked for about a case, or nothing."""
    found = CallBack.objects.filter(case_id=case_id, topic=topic.value, ended_at=None)
    return found.order_by("due_at").first()


def waiting(operator: str) -> list[CallBack]:
    """Return who is to be called, most urgent first."""
    rows = CallBack.objects.filter(operator=operator, ended_at=None).select_related("officer")
    return list(rows.order_by("due_at", "pk")[:PAGE])


def ended(operator: str) -> list[CallBack]:
    """Return who was called, the last ones first."""
    rows = CallBack.objects.filter(operator=operator, ended_at__isnull=False)
    return list(rows.select_related("officer").order_by("-ended_at", "pk")[:PAGE])


def usual_wait(operator: str, *, now: datetime) -> int | None:
    """Return after how many minutes people asking for a call soon were called lately."""
    spans = CallBack.objects.filter(
        operator=operator,
        wanted_from=None,
        first_tried_at__isnull=False,
        asked_at__gt=now - WAITS_OF,
    ).values_list("asked_at", "first_tried_at")
    waits = [(tried - asked).total_seconds() for asked, tried in spans if tried is not None]
    return max(1, round(median(waits) / 60)) if len(waits) >= ENOUGH_WAITS else None


def _lock(call_id: UUID) -> CallBack:
    return (
        CallBack.objects.select_for_update(of=("self",)).select_related("officer").get(pk=call_id)
    )


def _due(operator: str, now: datetime) -> datetime:
    staffed = policies.current(operator).contact.staffed
    return assistance.call_due(staffed, now=now, calendar=calendars.working())


def _reference(now: datetime) -> str:
    random = secrets.token_bytes(REFERENCE_BYTES)
    return assistance_reference(CALL_BACK, now=now, random=random)
