"""Working days come from the table: the library's, or an operator's file; a second opinion agrees."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.actors import Actor, ActorKind
from xiaohu.registry import calendars
from xiaohu.registry.calendars import CalendarRefused, UnknownYear
from xiaohu.registry.models import CalendarDay, CalendarYear
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = NOON.date()
ADMIN = Actor(ActorKind.ADMIN, "command line")
LIBRARY = calendars.of_library(2025, 2026)


def load(folder: Path, text: str) -> tuple[int, ...]:
    """Load a file of working days."""
    file = folder / "days.csv"
    file.write_text(text, encoding="utf-8")
    return calendars.load(path=file, operator="demo", actor=ADMIN, now=NOON)


@given(st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 12, 31)))
def test_every_day_is_what_a_second_opinion_says(day: date) -> None:
    assert LIBRARY.is_working(day) == chinese_calendar.is_workday(day)


@given(
    st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 11, 20)),
    st.integers(min_value=1, max_value=15),
)
def test_every_deadline_is_what_a_second_opinion_counts(start: date, days: int) -> None:
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    assert (LIBRARY.add(start, days).on, LIBRARY.add(start, days).provisional) == (day, False)


@pytest.mark.parametrize(
    ("start", "days", "on"),
    [
        (date(2026, 9, 28), 3, date(2026, 10, 8)),
        (date(2026, 9, 28), 15, date(2026, 10, 23)),
        (date(2025, 9, 25), 15, date(2025, 10, 22)),
    ],
)
def test_counts_over_the_national_holiday(start: date, days: int, on: date) -> None:
    calendars.seed(today=TODAY)
    assert calendars.working().add(start, days).on == on


def test_a_year_not_arranged_is_provisional() -> None:
    calendars.seed(today=TODAY)
    assert calendars.working().add(date(2026, 12, 30), 5).provisional
    assert calendars.unusual(2027) == (False, [])
    with pytest.raises(UnknownYear):
        calendars.unusual(1999)


def test_seeding_again_changes_nothing() -> None:
    calendars.seed(today=TODAY)
    before = list(CalendarYear.objects.order_by("year").values_list())
    assert calendars.seed(today=TODAY) == 0
    assert list(CalendarYear.objects.order_by("year").values_list()) == before


def test_a_file_makes_a_year_official_and_shows_at_once(tmp_path: Path) -> None:
    calendars.seed(today=TODAY)
    assert calendars.working().add(date(2026, 12, 30), 2).on == date(2027, 1, 1)
    assert load(tmp_path, "day,working\n2027-01-01,0\n2027-01-04,1\n2027-02-06,yes\n") == (2027,)
    due = calendars.working().add(date(2026, 12, 30), 2)
    assert (due.on, due.provisional) == (date(2027, 1, 4), False)
    assert calendars.unusual(2027) == (
        True,
        [(date(2027, 1, 1), False), (date(2027, 2, 6), True)],
    )
    assert Event.objects.get(action="load_calendar").evidence == {"year": "2027", "days": "3"}


def test_what_a_person_loaded_stays(tmp_path: Path) -> None:
    calendars.seed(today=TODAY)
    load(tmp_path, "day,working\n2026-10-08,0\n")
    calendars.seed(today=TODAY)
    assert calendars.working().add(date(2026, 9, 28), 3).on == date(2026, 10, 1)
    assert not calendars.working().is_working(date(2026, 10, 8))


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "columns"),
        ("date,open\n", 1, "columns"),
        ("day,working\n", 1, "empty"),
        ("day,working\n2027-13-01,1\n", 2, "day"),
        ("day,working\n2027-01-01,perhaps\n", 2, "working"),
        ("day,working\n2027-01-01\n", 2, "columns"),
        ("day,working\n2027-01-01,0\n2027-01-01,1\n", 3, "twice"),
    ],
)
def test_a_file_with_a_mistake_changes_nothing(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    calendars.seed(today=TODAY)
    with pytest.raises(CalendarRefused) as refused:
        load(tmp_path, text)
    assert refused.value.params == {"line": line, "why": why}
    assert not CalendarDay.objects.filter(day__year=2027).exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalendarRefused):
        calendars.load(path=tmp_path / "none.csv", operator="demo", actor=ADMIN, now=NOON)


def test_next_year_is_missed_from_november_on(tmp_path: Path) -> None:
    calendars.seed(today=TODAY)
    assert calendars.missing_year(today=date(2026, 10, 31)) is None
    assert calendars.missing_year(today=date(2026, 11, 1)) == 2027
    load(tmp_path, "day,working\n2027-01-01,0\n")
    assert calendars.missing_year(today=date(2026, 12, 31)) is None
