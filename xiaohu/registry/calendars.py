"""Working days from the table; the table starts from the `holidays` library.

An operator can load a year from a file, for instance when the State Council has published its
arrangement and the library does not carry it yet.
"""

import csv
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import holidays
from django.db import transaction

from xiaohu.core.actors import Actor
from xiaohu.core.calendar import WorkingCalendar, is_missing
from xiaohu.core.refusals import Refusal
from xiaohu.registry.models import CalendarDay, CalendarYear
from xiaohu.trail import events

YEARS_BACK = 1
YEARS_AHEAD = 2
COLUMNS = ["day", "working"]
_SATURDAY = 5
_WORKING: Mapping[str, bool] = {"1": True, "yes": True, "true": True} | {
    "0": False,
    "no": False,
    "false": False,
}


class CalendarRefused(Refusal):
    """A file of working days cannot be taken: `line` says where, `why` the reason."""

    code = "CALENDAR_REFUSED"


class UnknownYear(Refusal):
    """The table says nothing of a year."""

    code = "UNKNOWN_YEAR"


@transaction.atomic(durable=True)
def seed(*, today: date) -> int:
    """Write the years around today that are missing; what a person corrected stays.

    A year counts as official once the library carries its arrangement of swapped weekends,
    which the State Council publishes each autumn for the next year.
    """
    known = dict(CalendarYear.objects.values_list("year", "official"))
    added = 0
    for year in range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1):
        if known.get(year):
            continue
        unusual = _of_library(year)
        if unusual is not None or year not in known:
            _write(year, unusual or {}, official=unusual is not None)
            added += 1
    return added


@transaction.atomic(durable=True)
def load(*, path: Path, operator: str, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Take the days of a file as the official arrangement of their years, and return the years.

    The file names every day that is not what its weekday says; other days may be named as well.

    Raises:
        CalendarRefused: names the line and why; nothing is changed then.
    """
    said = _read(path)
    years = sorted({day.year for day in said})
    for year in years:
        days = {day: worked for day, worked in said.items() if day.year == year}
        _write(year, {d: w for d, w in days.items() if w != _weekday(d)}, official=True)
        events.record(
            operator=operator,
            actor=actor,
            action="load_calendar",
            case_id=None,
            evidence={"year": str(year), "days": str(len(days))},
            now=now,
        )
    return tuple(years)


def working() -> WorkingCalendar:
    """Return the calendar as stored; a change another process made shows at once."""
    rows = CalendarYear.objects.order_by("year").values_list("year", "official", "fingerprint")
    return _stored(tuple(rows))


def missing_year(*, today: date) -> int | None:
    """Return next year where its arrangement is due, from 1 November, and not in the table."""
    return today.year + 1 if is_missing(working(), today=today) else None


def unusual(year: int) -> tuple[bool, list[tuple[date, bool]]]:
    """Return whether a year is official, and its days that are not what their weekday says.

    Raises:
        UnknownYear: the table says nothing of it.
    """
    found = CalendarYear.objects.filter(year=year).first()
    if found is None:
        raise UnknownYear(year=year)
    days = CalendarDay.objects.filter(day__year=year).order_by("day")
    return found.official, list(days.values_list("day", "working"))


@lru_cache(maxsize=8)
def of_library(*years: int) -> WorkingCalendar:
    """Return what the library alone says of some years, for where there is no table."""
    known = {year: _of_library(year) for year in years}
    return WorkingCalendar(
        working={day: worked for days in known.values() for day, worked in (days or {}).items()},
        official_years=frozenset(year for year, days in known.items() if days is not None),
    )


@lru_cache(maxsize=4)
def _stored(_years: tuple[tuple[int, bool, int], ...]) -> WorkingCalendar:
    return WorkingCalendar(
        working=dict(CalendarDay.objects.values_list("day", "working")),
        official_years=frozenset(
            CalendarYear.objects.filter(official=True).values_list("year", flat=True)
        ),
    )


def _write(year: int, unusual: Mapping[date, bool], *, official: bool) -> None:
    """Put a year in place of what was known; its fingerprint tells every process of the change."""
    said = " ".join(f"{day}={worked:d}" for day, worked in sorted(unusual.items()))
    CalendarYear.objects.update_or_create(
        year=year, defaults={"official": official, "fingerprint": crc32(said.encode())}
    )
    CalendarDay.objects.filter(day__year=year).delete()
    CalendarDay.objects.bulk_create(
        [CalendarDay(day=day, working=worked) for day, worked in unusual.items()]
    )


def _of_library(year: int) -> dict[date, bool] | None:
    """Return the days that are not what their weekday says; nothing where it is not arranged."""
    china = holidays.country_holidays("CN", years=year)
    if year not in getattr(china, "special_public_holidays", {}):
        return None
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return {
        day: worked
        for day in days
        if day.year == year and (worked := china.is_working_day(day)) != _weekday(day)
    }


def _weekday(day: date) -> bool:
    return day.weekday() < _SATURDAY


def _read(path: Path) -> dict[date, bool]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise CalendarRefused(line=0, why="unreadable") from None
    rows = list(csv.reader(text.splitlines()))
    if not rows or [name.strip() for name in rows[0]] != COLUMNS:
        raise CalendarRefused(line=1, why="columns")
    said: dict[date, bool] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        day, worked = _row(row, line)
        if day in said:
            raise CalendarRefused(line=line, why="twice")
        said[day] = worked
    if not said:
        raise CalendarRefused(line=1, why="empty")
    return said


def _row(row: list[str], line: int) -> tuple[date, bool]:
    if len(row) != len(COLUMNS):
        raise CalendarRefused(line=line, why="columns")
    try:
        day = date.fromisoformat(row[0].strip())
    except ValueError:
        raise CalendarRefused(line=line, why="day") from None
    worked = _WORKING.get(row[1].strip().lower())
    if worked is None:
        raise CalendarRefused(line=line, why="working")
    return day, worked
