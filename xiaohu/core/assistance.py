"""Asking for a person: what it can be about, when it is answered, and how often one may ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from xiaohu.core.calendar import CHINA, WorkingCalendar, day_of
from xiaohu.core.staffed import Staffed, periods

CALLED_WITHIN = timedelta(hours=2)  # of the hours in which people answer: our own promise
CALL_TRIES = 3
COMPLAINT_DAYS = 15  # 电信用户申诉处理办法 (MIIT Order 35): an operator answers within 15 days
DAYS_OFFERED = 3
LEFT_OF_A_SLOT = timedelta(hours=1)
SLOT_EDGES = (time(12), time(18))
# Where an operator does not say when its people answer.
USUAL = Staffed(opens="09:00", closes="18:00", working_days_only=True)


class CallTopic(StrEnum):
    """What a call-back is about."""

    APPLYING = "applying"
    CHECKS = "checks"
    IDENTITY = "identity"
    MONEY = "money"
    CERTIFICATE = "certificate"
    OTHER = "other"


class ComplaintSubject(StrEnum):
    """What a complaint is about."""

    DELAY = "delay"
    REFUSAL = "refusal"
    MONEY = "money"
    CHECKS = "checks"
    PRIVACY = "privacy"
    SERVICE = "service"
    OTHER = "other"


class CallOutcome(StrEnum):
    """What came of calling somebody back."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a day in which people answer."""

    begins: datetime
    ends: datetime


def slots(staffed: Staffed | None, *, now: datetime, calendar: WorkingCalendar) -> tuple[Slot, ...]:
    """Return when somebody can be called back: parts of the next three days with people."""
    found: list[Slot] = []
    days: set[date] = set()
    for begins, ends in periods(staffed or USUAL, moment=now, calendar=calendar):
        days.add(day_of(begins))
        if len(days) > DAYS_OFFERED:
            break
        parts = (Slot(max(a, now), b) for a, b in _parts(begins, ends))
        found += [slot for slot in parts if slot.ends - slot.begins >= LEFT_OF_A_SLOT]
    return tuple(found)


def call_due(staffed: Staffed | None, *, now: datetime, calendar: WorkingCalendar) -> datetime:
    """Return by when somebody calls who is asked to call soon."""
    left = CALLED_WITHIN
    for begins, ends in periods(staffed or USUAL, moment=now, calendar=calendar):
        starts = max(begins, now)
        if starts + left <= ends:
            return starts + left
        left -= ends - starts
    return now + CALLED_WITHIN


def answer_due_on(*, now: datetime) -> date:
    """Return the last day for an answer to a complaint; its own day does not count."""
    return day_of(now) + timedelta(days=COMPLAINT_DAYS)


def _parts(begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut a day at noon and at six."""
    edges = [datetime.combine(day_of(begins), edge, tzinfo=CHINA) for edge in SLOT_EDGES]
    marks = [begins, *(edge for edge in edges if begins < edge < ends), ends]
    yield from pairwise(marks)
