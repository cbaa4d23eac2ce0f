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
DOWNLOADS = 3
TRIES = 3  # of a part by itself; then the person says when to try again
BETWEEN_TRIES = timedelta(seconds=30)


class Record(StrEnum):
    """What is kept of a line that its holder may want to have: by the operator, and here."""

    BILLS = "bills"
    CALLS = "calls"
    CONTRACT = "contract"
    INVOICES = "invoices"
    CONTACTS = "contacts"
    RECORDINGS = "recordings"
    CONSENTS = "consents"
    HELD = "held"  # what this service itself holds of the person and the request


MONTHLY = frozenset({Record.BILLS, Record.CALLS, Record.INVOICES})
TABLE = "table"
FORMS = frozenset({"pdf", "wav", "mp3", "jpg", "png"})  # of files beside a table
OTHER_FORM = "bin"


class Part(NamedTuple):
    """One piece of a copy: a kind of record, of one month where it has months."""

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


def form_of(said: str) -> str:
    """Return the form of a file as its name ends in: one of those we know, or a neutral one."""
    return said if said in FORMS else OTHER_FORM
