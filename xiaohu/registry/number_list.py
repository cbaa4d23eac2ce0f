"""A list of numbers that somebody uploads or pastes: which of their lines it names, and what is
wrong with every other row. Nothing of it is kept.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO, StringIO
from uuid import UUID

from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.refusals import Refusal
from xiaohu.registry.files.delimited import encoding_of
from xiaohu.registry.files.opening import is_old_workbook, is_workbook
from xiaohu.registry.files.refused import FileRefused, OldWorkbook
from xiaohu.registry.files.sheet import Sheet
from xiaohu.registry.lines import number_index
from xiaohu.registry.models import Line
from xiaohu.registry.rows import FileRow

MOST_ROWS = 2000
_BETWEEN = re.compile(r"[\n\r\t,;，；、]+")
Rows = Iterable[tuple[int, Sequence[str]]]


class ListTooLong(Refusal):
    """The list has more rows than are taken at once; `rows` says how many."""

    code = "LIST_TOO_LONG"


class ListFlaw(StrEnum):
    """Why a row names no line."""

    NO_NUMBER = "no_number"
    NOT_YOURS = "not_yours"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class BadNumber:
    """A row that names no line, by its place in the list."""

    line: int
    reason: ListFlaw


@dataclass(frozen=True, slots=True)
class Named:
    """The lines a list names, and what is wrong with its other rows."""

    line_ids: tuple[UUID, ...]
    bad: tuple[BadNumber, ...]


def of_text(text: str) -> Rows:
    """Return what was pasted as rows of one cell: a number in a line, or between commas."""
    return [(n, [cell]) for n, cell in enumerate(_BETWEEN.split(text.strip()), start=1)]


def of_file(data: bytes) -> Rows:
    """Return the rows of a CSV file or of a workbook's first sheet.

    Raises:
        FileRefused: it is neither.
    """
    if is_old_workbook(data):
        raise OldWorkbook
    if is_workbook(data):
        return _of_workbook(data)
    file = BytesIO(data)
    text = file.read().decode(encoding_of(BytesIO(data)), errors="replace").lstrip("\ufeff")
    if "\x00" in text:
        raise FileRefused
    return _of_csv(text)


def named(rows: Rows, own: Sequence[Line]) -> Named:
    """Return which of somebody's own lines the rows name; the first row may be a heading.

    Raises:
        ListTooLong: more rows than are taken at once.
        FileRefused: a workbook that breaks off.
    """
    of_index = {bytes(line.number_index): line for line in own if line.number_index}
    found: dict[UUID, None] = {}
    bad: list[BadNumber] = []
    for count, (place, cells) in enumerate(rows):
        if count >= MOST_ROWS:
            raise ListTooLong(rows=MOST_ROWS)
        number = _number(cells)
        line = of_index.get(number_index(own[0].operator, number)) if number and own else None
        if number is None and (not any(cells) or count == 0):
            continue
        if line is not None and line.pk not in found:
            found[line.pk] = None
        else:
            bad.append(BadNumber(place, _flaw(number, line)))
    return Named(tuple(found), tuple(bad))


def _flaw(number: str | None, line: Line | None) -> ListFlaw:
    if number is None:
        return ListFlaw.NO_NUMBER
    return ListFlaw.NOT_YOURS if line is None else ListFlaw.TWICE


def _number(cells: Sequence[str]) -> str | None:
    """Return the first number of a row, in E.164."""
    for cell in cells:
        try:
            return normalise(cell)
        except NumberRefused:
            continue
    return None


def _of_csv(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise FileRefused from None


def _of_workbook(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    with Sheet(BytesIO(data)) as sheet:
        yield 1, sheet.header
        for row in sheet.rows():
            if not isinstance(row, FileRow):
                raise FileRefused
            yield row.line, row.values
