"""Days on which an operator closes no line, since its billing stands still."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta

from xiaohu.core.profile import Freeze

# No longer than this in a row: closing must not be put off without need (电信条例 art. 40).
LONGEST_FREEZE_DAYS = 10


def covers(freeze: Freeze, day: date) -> bool:
    """Say whether a day is frozen."""
    if freeze.from_on is not None and freeze.to_on is not None:
        return freeze.from_on <= day <= freeze.to_on
    if freeze.from_day is None or freeze.to_day is None:
        return False
    length = monthrange(day.year, day.month)[1]
    first, last = (n if n > 0 else length + 1 + n for n in (freeze.from_day, freeze.to_day))
    if first <= last:
        return first <= day.day <= last
    return day.day >= first or day.day <= last


def on(freezes: Collection[Freeze], day: date) -> Freeze | None:
    """Return the freeze of a day, or nothing."""
    return next((freeze for freeze in freezes if covers(freeze, day)), None)


def free_from(freezes: Collection[Freeze], day: date) -> date:
    """Return the first day from a day on that is not frozen."""
    while on(freezes, day) is not None:
        day += timedelta(days=1)
    return day


def longest(freezes: Collection[Freeze], *, years: Collection[int]) -> int:
    """Return how many days of some years are frozen in a row, at most."""
    most = run = 0
    day, end = date(min(years), 1, 1), date(max(years), 12, 31)
    while day <= end:
        run = run + 1 if on(freezes, day) is not None else 0
        most = max(most, run)
        day += timedelta(days=1)
    return most
