"""When a submitted case is carried out, and until when a decision is owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from xiaohu.core import freezes
from xiaohu.core.calendar import Deadline, WorkingCalendar, day_of, end_of, start_of
from xiaohu.core.checks import Finding
from xiaohu.core.choices import CARRIED_OUT, CarriedOut
from xiaohu.core.profile import MAX_REFUND_DAYS, FeeStop, Freeze, Profile, RefundStart

SHORTEST_UNDO = timedelta(minutes=10)
ONE_MORE = timedelta(days=1)
ANSWER_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Execution:
    """The first moment a case may be carried out (aware, UTC), and what put it off."""

    at: datetime
    not_before: date | None = None
    freeze: Freeze | None = None


def execution(
    profile: Profile, *, accepted_at: datetime, not_before: date | None = None
) -> Execution:
    """Return when a case may be carried out: after cooling-off, never in a freeze.

    `not_before` is the first day the subscriber agreed to. Source: the operator's published
    terms; ten minutes of undo hold whatever they say.
    """
    at = accepted_at + max(timedelta(days=profile.cooling_off.days), SHORTEST_UNDO)
    waits = not_before is not None and start_of(not_before) > at
    if not_before is not None and waits:
        at = start_of(not_before)
    freeze = freezes.on(profile.calendar.freezes, day_of(at))
    return Execution(after_freeze(profile, at), not_before if waits else None, freeze)


def execution_time(
    profile: Profile, *, accepted_at: datetime, not_before: date | None = None
) -> datetime:
    """Return the first moment a case may be carried out (aware, UTC)."""
    return execution(profile, accepted_at=accepted_at, not_before=not_before).at


def after_freeze(profile: Profile, moment: datetime) -> datetime:
    """Return a moment, or the first one after the freeze it falls into."""
    day = day_of(moment)
    free = freezes.free_from(profile.calendar.freezes, day)
    return moment if free == day else start_of(free)


def not_before(findings: Iterable[Finding]) -> date | None:
    """Return the day after the last date somebody chose to wait for, or nothing."""
    ends = [
        finding.until
        for finding in findings
        if finding.chosen is not None
        and finding.until is not None
        and CARRIED_OUT[finding.chosen] is CarriedOut.TIMING
    ]
    return max(ends) + timedelta(days=1) if ends else None


def fees_stop_on(profile: Profile, *, requested_at: datetime, stops_at: datetime) -> date:
    """Return the day from which no monthly fee is charged."""
    by_request = profile.fees.stop is FeeStop.REQUEST
    return day_of(requested_at if by_request else stops_at)


def decision_due(
    profile: Profile, calendar: WorkingCalendar, *, requested_at: datetime
) -> Deadline:
    """Return the last day on which a person must have decided."""
    return calendar.add(day_of(requested_at), profile.review.working_days)


def refund_due(
    profile: Profile,
    calendar: WorkingCalendar,
    *,
    requested_at: datetime,
    billed_at: datetime | None,
    consumer: bool,
) -> date | None:
    """Return the day by which what is left must be back; None while the last bill is awaited.

    Counted from the request or the last bill, as the operator's terms say; of a consumer never
    more than fifteen days. Source: 侵害消费者权益行为处罚办法 art. 10.
    """
    by_request = profile.refund.counted_from is RefundStart.REQUEST
    start = requested_at if by_request else billed_at
    if start is None:
        return None
    promised = calendar.add(day_of(start), profile.refund.working_days).on
    latest = day_of(start) + timedelta(days=MAX_REFUND_DAYS)
    return min(promised, latest) if consumer else promised


def next_promise(
    calendar: WorkingCalendar, *, promised_on: date, working_days: int, today: date
) -> tuple[date, date]:
    """Return the last promise that was missed and the day promised in its place.

    Each missed day is followed by a new one, as many working days later as the rules give; so
    that nobody is promised a day that is over.
    """
    missed, promised = promised_on, calendar.add(promised_on, working_days).on
    while promised < today:
        missed, promised = promised, calendar.add(promised, working_days).on
    return missed, promised


def moved(promised: date, due: Deadline) -> Deadline:
    """Return a deadline once more of the calendar is known: never later than was promised."""
    return Deadline(on=min(promised, due.on), provisional=due.provisional)


def answer_until(*, asked_at: datetime) -> datetime:
    """Return until when a draft is kept, or what was returned waits: the end of the day that is named."""
    return end_of(day_of(asked_at + ANSWER_WITHIN))


def promised_by(due_at: datetime, *, now: datetime) -> datetime:
    """Return the date people are given: what was owed, and once that has passed a day more each time."""
    if due_at > now:
        return due_at
    return due_at + ONE_MORE * ((now - due_at) // ONE_MORE + 1)
