"""Hours in which people answer: by day, over midnight, on working days."""

from datetime import UTC, date, datetime

import pytest

from xiaohu.core.calendar import CHINA, WorkingCalendar
from xiaohu.core.staffed import Staffed, closed_until

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


@pytest.mark.parametrize("wrong", ["24:00", "8:00", "08:60", "", "eight"])
def test_an_hour_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="opens"):
        Staffed(opens=wrong, closes="20:00")
