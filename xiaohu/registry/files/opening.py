"""Which kind of file it is, and its first line."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from xiaohu.registry.columns import COLUMNS, EVERY
from xiaohu.registry.files.delimited import Delimited
from xiaohu.registry.files.refused import (
    ColumnMissing,
    ColumnTwice,
    FileUnreadable,
    OldWorkbook,
)
from xiaohu.registry.files.sheet import Sheet
from xiaohu.registry.rows import BadRow, FileRow

_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Source(Protocol):
    """A file open for reading: the first line, then every row once."""

    header: list[str]

    def rows(self) -> Iterator[FileRow | BadRow]:
        """Return the rows below the first line; empty ones are left out."""

    def share(self) -> float:
        """Return how much of the file is read, from 0 to 1."""


def opened(path: Path) -> AbstractContextManager[Source]:
    """Open a file of either kind.

    Raises:
        FileRefused: it cannot be read as a whole.
    """
    try:
        if not path.is_file():
            raise FileUnreadable
        with path.open("rb") as file:
            start = file.read(len(_OLD))
    except OSError:
        raise FileUnreadable from None
    return _of_kind(start, path)


def is_old_workbook(start: bytes) -> bool:
    """Say whether this is how a workbook of the old format begins, or one with a password."""
    return start.startswith(_OLD)


def is_workbook(start: bytes) -> bool:
    """Say whether this is how a workbook begins."""
    return start.startswith(_ZIP)


def _of_kind(start: bytes, path: Path) -> AbstractContextManager[Source]:
    if is_old_workbook(start):
        raise OldWorkbook
    if is_workbook(start):
        return Sheet(path)
    return Delimited(path)


def require_columns(header: list[str]) -> None:
    """Pass where every needed column is named once, and no other of ours twice.

    Raises:
        ColumnMissing: one is not there.
        ColumnTwice: one is there twice.
    """
    for name in EVERY:
        if header.count(name) > 1:
            raise ColumnTwice(column=name)
    for name in COLUMNS:
        if name not in header:
            raise ColumnMissing(column=name)
