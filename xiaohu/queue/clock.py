"""Business time: UTC, moved ahead only in demo mode.

Entrances and jobs read it and pass it down; leases use the database's own clock.
"""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from xiaohu.core.refusals import Refusal
from xiaohu.queue.models import ClockOffset

LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_CACHED_SECONDS = 1.0
_cached: tuple[float, timedelta] = (float("-inf"), timedelta())


class ClockFixed(Refusal):
    """Outside demo mode, time is what it is."""

    code = "CLOCK_FIXED"


class ClockTooFar(Refusal):
    """Nobody has a calendar for that time."""

    code = "CLOCK_TOO_FAR"


def now() -> datetime:
    """Return the moment it is for the business (aware, UTC)."""
    return datetime.now(UTC) + _offset()


@transaction.atomic(durable=True)
def move(*, by: timedelta) -> datetime:
    """Move business time ahead and return the new moment.

    Raises:
        ClockFixed: not in demo mode, or backwards.
        ClockTooFar: past the last year anybody has a calendar for.
    """
    if not settings.XIAOHU.demo or by < timedelta():
        raise ClockFixed
    if now() > LATEST - by:
        raise ClockTooFar(year=LATEST.year)
    ClockOffset.objects.get_or_create(pk=1)
    ClockOffset.objects.update(seconds=F("seconds") + int(by.total_seconds()))
    forget()
    return now()


def forget() -> None:
    """Read the offset again at the next question."""
    global _cached
    _cached = (float("-inf"), timedelta())


def _offset() -> timedelta:
    global _cached
    if not settings.XIAOHU.demo:
        return timedelta()
    read_at, offset = _cached
    if time.monotonic() - read_at > _CACHED_SECONDS:
        seconds = ClockOffset.objects.values_list("seconds", flat=True).first() or 0
        offset = timedelta(seconds=seconds)
        _cached = (time.monotonic(), offset)
    return offset
