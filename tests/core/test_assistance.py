"""When somebody calls back: in the hours people answer, never before, within two of them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from xiaohu.core.assistance import answer_due_on, call_due, slots
from xiaohu.core.calendar import CHINA, WorkingCalendar
from xiaohu.core.staffed import Staffed

DAILY = Staffed(opens="08:00", closes="20:00")
OFFICE = Staffed(opens="09:00", closes="17:30", working_days_only=True)
NIGHT = Staffed(opens="22:00", closes="06:00")
CALENDAR = WorkingCalendar({}, frozenset())


def at(text: str) -> datetime:
    """Return a moment in China's time, as UTC."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=CHINA).astimezone(UTC)


@pytest.mark.parametrize(
    ("staffed", "asked", "due"),
    [
        (DAILY, "23T12:00", "23T14:00"),
        (DAILY, "23T18:00", "23T20:00"),
        (DAILY, "23T19:00", "24T09:00"),
        (DAILY, "23T22:00", "24T10:00"),
        (DAILY, "23T03:00", "23T10:00"),
        (OFFICE, "27T17:00", "30T10:30"),  # over a weekend
        (NIGHT, "23T23:00", "24T01:00"),
        (NIGHT, "24T05:00", "24T23:00"),
        (None, "28T12:00", "30T11:00"),  # a Saturday; hours nobody said are an office's
    ],
)
def test_a_call_comes_within_two_hours_of_people_answering(
    staffed: Staffed | None, asked: str, due: str
) -> None:
    assert call_due(staffed, now=at(asked), calendar=CALENDAR) == at(due)


def test_offers_parts_of_the_next_three_days() -> None:
    offered = slots(DAILY, now=at("23T12:30"), calendar=CALENDAR)
    begins = [f"{one.begins.astimezone(CHINA):%d %H:%M}" for one in offered]
    assert begins == [
        "23 12:30",
        "23 18:00",
        *(f"{day} {hour}:00" for day in (24, 25) for hour in ("08", "12", "18")),
    ]


def test_offers_nothing_that_is_nearly_over() -> None:
    [first, *_] = slots(DAILY, now=at("23T19:15"), calendar=CALENDAR)
    assert first.begins == at("24T08:00")
    [last, *_] = slots(DAILY, now=at("23T19:00"), calendar=CALENDAR)
    assert (last.begins, last.ends) == (at("23T19:00"), at("23T20:00"))


def test_where_nobody_answers_for_weeks_a_call_is_still_promised() -> None:
    days = (date(2026, 11, 1) + timedelta(days=n) for n in range(90))
    idle = WorkingCalendar(dict.fromkeys(days, False), frozenset({2026, 2027}))
    assert slots(OFFICE, now=at("23T12:00"), calendar=idle) == ()
    assert call_due(OFFICE, now=at("23T12:00"), calendar=idle) == at("23T14:00")


def test_offers_no_weekend_where_nobody_is_there() -> None:
    days = {
        one.begins.astimezone(CHINA).day
        for one in slots(OFFICE, now=at("27T18:00"), calendar=CALENDAR)
    }
    assert len(days) == 3
    assert min(days) == 1 or 30 in days
    assert not days & {28, 29}


def test_an_answer_is_due_on_the_fifteenth_day_after() -> None:
    assert str(answer_due_on(now=at("23T23:59"))) == "2026-12-08"
