"""When a submitted case is carried out, and until when a decision is owed."""

from datetime import datetime, timedelta

from xiaohu.core.calendar import Deadline, WorkingCalendar, day_of
from xiaohu.core.profile import Profile

SHORTEST_UNDO = timedelta(minutes=10)
ONE_MORE = timedelta(days=1)


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


def promised_by(due_at: datetime, *, now: datetime) -> datetime:
    """Return the date people are given: what was owed, and once that has passed a day more each time."""
    if due_at > now:
        return due_at
    return due_at + ONE_MORE * ((now - due_at) // ONE_MORE + 1)
