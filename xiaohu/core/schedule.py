"""When a submitted case is carried out, and until when a decision is owed."""

from datetime import date, datetime, timedelta

from xiaohu.core.calendar import Deadline, WorkingCalendar, day_of
from xiaohu.core.profile import Profile

SHORTEST_UNDO = timedelta(minutes=10)


def execution_time(profile: Profile, *, accepted_at: datetime) -> datetime:
    """Return the first moment a case may be carried out (aware, UTC).

    Source: the operator's published terms; ten minutes of undo hold whatever they say.
    """
    return accepted_at + max(timedelta(days=profile.cooling_off.days), SHORTEST_UNDO)


def decision_due(
    profile: Profile, calendar: WorkingCalendar, *, requested_at: datetime
) -> Deadline:
    """Return the last day on which a person must have decided."""
    return calendar.add(day_of(requested_at), profile.review.working_days)


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
