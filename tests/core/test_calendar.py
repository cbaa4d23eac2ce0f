"""Working days as the law counts them, checked by a second opinion."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.calendar import WorkingCalendar, day_of, end_of, is_missing, last_day_of

YEARS = (2025, 2026)


def _days(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range(365)]


CALENDAR = WorkingCalendar(
    working={day: chinese_calendar.is_workday(day) for year in YEARS for day in _days(year)},
    official_years=frozenset(YEARS),
)


@pytest.mark.parametrize(
    ("start", "working_days", "on"),
    [
        (date(2026, 9, 28), 3, date(2026, 10, 8)),
        (date(2026, 9, 28), 15, date(2026, 10, 23)),
        (date(2025, 9, 25), 15, date(2025, 10, 22)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
    ],
)
def test_counts_over_holidays(start: date, working_days: int, on: date) -> None:
    deadline = CALENDAR.add(start, working_days)
    assert (deadline.on, deadline.provisional) == (on, False)


def test_a_weekend_swapped_for_a_holiday_is_worked() -> None:
    assert CALENDAR.is_working(date(2026, 10, 10))
    assert not CALENDAR.is_working(date(2026, 10, 11))


def test_beyond_the_official_years_is_provisional() -> None:
    deadline = CALENDAR.add(date(2026, 12, 30), 3)
    assert deadline.provisional
    assert deadline.on == date(2027, 1, 4)


@given(
    st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 11, 1)),
    st.integers(min_value=1, max_value=15),
)
def test_a_deadline_is_worked_and_later_than_its_start(start: date, working_days: int) -> None:
    deadline = CALENDAR.add(start, working_days)
    between = [start + timedelta(days=n) for n in range(1, (deadline.on - start).days + 1)]
    assert CALENDAR.is_working(deadline.on)
    assert sum(CALENDAR.is_working(day) for day in between) == working_days


def test_days_end_at_midnight_in_china() -> None:
    assert end_of(date(2026, 11, 23)) == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert day_of(datetime(2026, 11, 23, 16, tzinfo=UTC)) == date(2026, 11, 24)


def test_midnight_ends_the_day_before() -> None:
    midnight = end_of(date(2026, 11, 23))
    assert last_day_of(midnight) == date(2026, 11, 23)
    assert last_day_of(midnight + timedelta(seconds=1)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 1), True),
        (date(2026, 12, 31), True),
        (date(2025, 12, 31), False),
        (date(2027, 1, 1), False),
    ],
)
def test_next_year_is_missed_from_november_on(today: date, *, missing: bool) -> None:
    assert is_missing(CALENDAR, today=today) is missing
