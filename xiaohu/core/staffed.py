"""When people answer: whether somebody is there now, and when somebody is there again."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from xiaohu.core.calendar import CHINA, WorkingCalendar

TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
ONE_DAY = timedelta(days=1)
LONGEST_CLOSED_DAYS = 30  # longer than any holidays in a row


class Staffed(BaseModel):
    """Between which hours of a day, in China's time, and whether on working days only."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    opens: TimeOfDay
    closes: TimeOfDay
    working_days_only: bool = False


def closed_until(
    staffed: Staffed, *, moment: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """Return when somebody is there again (aware, UTC); None where somebody is there now.

    Hours that end before they begin run over midnight.
    """
    here = moment.astimezone(CHINA)
    opens, closes = _hour(staffed.opens), _hour(staffed.closes)
    if opens == closes:
        return None
    day = here.date() - ONE_DAY
    for _ in range(LONGEST_CLOSED_DAYS):
        begins = datetime.combine(day, opens, tzinfo=CHINA)
        ends = datetime.combine(day if opens < closes else day + ONE_DAY, closes, tzinfo=CHINA)
        if (not staffed.working_days_only or calendar.is_working(day)) and here < ends:
            return begins.astimezone(UTC) if here < begins else None
        day += ONE_DAY
    return None


def periods(
    staffed: Staffed, *, moment: datetime, calendar: WorkingCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when people are there (aware, UTC), from the period of a moment on, for a month."""
    opens, closes = _hour(staffed.opens), _hour(staffed.closes)
    day = moment.astimezone(CHINA).date() - ONE_DAY
    for _ in range(LONGEST_CLOSED_DAYS):
        begins = datetime.combine(day, opens, tzinfo=CHINA)
        ends = datetime.combine(day if opens < closes else day + ONE_DAY, closes, tzinfo=CHINA)
        if (not staffed.working_days_only or calendar.is_working(day)) and moment < ends:
            yield begins.astimezone(UTC), ends.astimezone(UTC)
        day += ONE_DAY


def _hour(text: str) -> time:
    return time.fromisoformat(text)
