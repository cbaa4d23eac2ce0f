"""A copy of one's records before a line closes: what can be asked for, and how long it is kept.

Source: 个人信息保护法 art. 45 (copies and portability); 电信条例 art. 40 keeps call records for
five months, so older ones are not offered.
"""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

KEPT = timedelta(hours=72)
MONTHS = 6  # the current month and the five before it


class Record(StrEnum):
    """What an operator keeps of a line that its holder may want to have."""

    BILLS = "bills"
    CALLS = "calls"
    CONTRACT = "contract"
    INVOICES = "invoices"


MONTHLY = frozenset({Record.BILLS, Record.CALLS, Record.INVOICES})


class Part(NamedTuple):
    """One file of a copy: a kind of record, of one month where it has months."""

    record: Record
    month: str


class PartState(StrEnum):
    """What became of a part."""

    WAITING = "waiting"
    DONE = "done"
    EMPTY = "empty"
    FAILED = "failed"


def months(today: date) -> tuple[str, ...]:
    """Return the months there are records of, newest first: "2026-11"."""
    found = []
    year, month = today.year, today.month
    for _ in range(MONTHS):
        found.append(f"{year}-{month:02d}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return tuple(found)


def parts(records: Collection[Record], chosen: Collection[str]) -> tuple[Part, ...]:
    """Return every part of a copy, in the order of the table and of the months."""
    return tuple(
        Part(record, month)
        for record in Record
        if record in records
        for month in (sorted(chosen) if record in MONTHLY else [""])
    )
