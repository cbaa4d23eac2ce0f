"""Hours in which people answer: by day, over midnight, on working days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from xiaohu.core.calendar import CHINA, WorkingCalendar
from xiaohu.core.staffed import Staffed, closed_until, periods

CALENDAR = WorkingCalendar(working={date(2026, 11, 25): False}, official_years=frozenset({2026}))
DAILY = Staffed(opens="08:00", closes="20:00")
WORKING = Staffed(opens="09:00", closes="18:00", working_days_only=True)
NIGHT = Staffed(opens="20:00", closes="08:00")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026 in China; the 23rd is a Monday, the 25th a holiday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


@pytest.mark.parametrize(
    ("staffed", "moment", "again"),
    [
        (DAILY, at(23, 12), None),
        (DAILY, at(23, 8), None),
        (DAILY, at(23, 7, 59), at(23, 8)),
        (DAILY, at(23, 20), at(24, 8)),
        (DAILY, at(28, 12), None),
        (WORKING, at(24, 12), None),
        (WORKING, at(24, 19), at(26, 9)),
        (WORKING, at(27, 18), at(30, 9)),
        (WORKING, at(28, 12), at(30, 9)),
        (NIGHT, at(23, 23), None),
        (NIGHT, at(24, 7), None),
        (NIGHT, at(24, 8), at(24, 20)),
        (Staffed(opens="00:00", closes="00:00"), at(23, 3), None),
    ],
)
def test_somebody_is_there_again_at(
    staffed: Staffed, moment: datetime, again: datetime | None
) -> None:
    assert closed_until(staffed, moment=moment, calendar=CALENDAR) == again


def test_nobody_is_promised_where_nobody_comes_for_a_month() -> None:
    days = (date(2026, 11, 1) + timedelta(days=n) for n in range(60))
    idle = WorkingCalendar(dict.fromkeys(days, False), frozenset({2026}))
    assert closed_until(WORKING, moment=at(23, 12), calendar=idle) is None


@pytest.mark.parametrize(
    ("staffed", "moment", "begins", "ends"),
    [
        (DAILY, at(23, 19, 59), at(23, 8), at(23, 20)),
        (DAILY, at(23, 20), at(24, 8), at(24, 20)),
        (NIGHT, at(24, 7), at(23, 20), at(24, 8)),
        (NIGHT, at(24, 8), at(24, 20), at(25, 8)),
        (Staffed(opens="08:00", closes="08:00"), at(23, 12), at(23, 8), at(24, 8)),
        (Staffed(opens="08:00", closes="08:00"), at(23, 8), at(23, 8), at(24, 8)),
    ],
)
def test_a_period_is_over_with_its_last_minute(
    staffed: Staffed, moment: datetime, begins: datetime, ends: datetime
) -> None:
    assert next(periods(staffed, moment=moment, calendar=CALENDAR)) == (begins, ends)


@pytest.mark.parametrize("wrong", ["24:00", "8:00", "08:60", "", "eight"])
def test_an_hour_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="opens"):
        Staffed(opens=wrong, closes="20:00")
