"""Working days from the table; the table starts from the `holidays` library."""

from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.db import transaction

from xiaohu.core.calendar import WorkingCalendar
from xiaohu.registry.models import CalendarDay, CalendarYear

YEARS_BACK = 1
YEARS_AHEAD = 2
_SATURDAY = 5


@transaction.atomic(durable=True)
def seed(*, today: date) -> int:
    """Write the years around today that are missing; what a person corrected stays.

    A year counts as official once the library carries its arrangement of swapped weekends,
    which the State Council publishes each autumn for the next year.
    """
    known = set(CalendarYear.objects.filter(official=True).values_list("year", flat=True))
    added = 0
    for year in range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1):
        if year in known:
            continue
        china = holidays.country_holidays("CN", years=year)
        official = year in getattr(china, "special_public_holidays", {})
        CalendarYear.objects.update_or_create(year=year, defaults={"official": official})
        CalendarDay.objects.filter(day__year=year).delete()
        if official:
            CalendarDay.objects.bulk_create(_unusual_days(year, china))
        added += 1
    working.cache_clear()
    return added


@lru_cache(maxsize=1)
def working() -> WorkingCalendar:
    """Return the calendar as stored."""
    return WorkingCalendar(
        working=dict(CalendarDay.objects.values_list("day", "working")),
        official_years=frozenset(
            CalendarYear.objects.filter(official=True).values_list("year", flat=True)
        ),
    )


def _unusual_days(year: int, china: holidays.HolidayBase) -> list[CalendarDay]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [
        CalendarDay(day=day, working=worked)
        for day in days
        if day.year == year and (worked := china.is_working_day(day)) != (day.weekday() < _SATURDAY)
    ]
