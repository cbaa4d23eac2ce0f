"""Working days. The only place that knows holidays and the end of a day.

Counting follows 民法典 art. 201 and 203: the first day is not counted. Which days are worked
comes from a table the operator can edit; a year the State Council has not arranged yet is
not official, and what depends on it is provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
ARRANGED_BY_MONTH = 11


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last day, and whether it may still move with an arrangement not yet published."""

    on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """`working` holds every day whose kind is known; `official_years` are fully arranged."""

    working: Mapping[date, bool]
    official_years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Say whether a day is worked; in a year not official every weekday counts as worked.

        That makes a provisional deadline the earliest it can be, apart from swapped weekends.
        """
        if day.year in self.official_years and day in self.working:
            return self.working[day]
        return day.weekday() < SATURDAY

    def add(self, start: date, working_days: int) -> Deadline:
        """Return the nth working day after `start`; `start` itself is not counted."""
        day, left = start, working_days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_working(day)
        official = all(year in self.official_years for year in range(start.year, day.year + 1))
        return Deadline(on=day, provisional=not official)


def is_missing(calendar: WorkingCalendar, *, today: date) -> bool:
    """Say whether next year's arrangement is due and not known: it is published each autumn."""
    return today.month >= ARRANGED_BY_MONTH and today.year + 1 not in calendar.official_years


def day_of(moment: datetime) -> date:
    """Return the calendar day in China of an aware moment."""
    return moment.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """Return the first moment of a day in China, as aware UTC."""
    return datetime.combine(day, time.min, tzinfo=CHINA).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the last moment of a day in China, as aware UTC; it is the next day's first."""
    return start_of(day + timedelta(days=1))


def last_day_of(until: datetime) -> date:
    """Return the day a deadline at its end belongs to: midnight ends the day before."""
    return day_of(until - timedelta(seconds=1))
