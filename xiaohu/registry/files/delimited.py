"""CSV: UTF-8 with or without a byte order mark, or GB18030; line by line, none longer than bounded.

A stray quotation mark or a broken character spoils the line it stands in and no other.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

from xiaohu.registry.columns import EVERY
from xiaohu.registry.files.refused import FileRefused
from xiaohu.registry.rows import BadRow, FileRow, Flaw

LONGEST_LINE = 65_536
MOST_LINES_OF_A_ROW = 20
MOST_JUDGED = 100_000
CHUNK = 1 << 20
UTF8, GB18030 = "utf-8", "gb18030"
_OURS = frozenset(EVERY)
_OTHER_UNICODE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class _Line(NamedTuple):
    """A line of the file; no text where it cannot be read, and why."""

    number: int
    text: str
    flaw: Flaw | None = None


class Delimited(AbstractContextManager["Delimited"]):
    """A CSV file open for reading."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        try:
            self._size = max(path.stat().st_size, 1)
            self.encoding = encoding_of(self._file)
            self._number = 0
            self._waiting: deque[_Line] = deque()
            self.header = self._first()
        except BaseException:
            self._file.close()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def share(self) -> float:
        """Return how much of the file is read, from 0 to 1."""
        return self._file.tell() / self._size

    def rows(self) -> Iterator[FileRow | BadRow]:
        """Return the rows below the first line; empty lines are left out."""
        while (line := self._line()) is not None:
            if line.flaw is not None:
                yield BadRow(line.number, "", line.flaw)
            elif '"' in line.text:
                yield self._quoted(line)
            elif line.text.strip(", "):
                yield FileRow(line.number, line.text.split(","))

    def _first(self) -> list[str]:
        line = self._line()
        if line is None or line.flaw is not None:
            raise FileRefused
        header = [name.strip() for name in _fields(line.text)]
        if not header:
            raise FileRefused
        return header

    def _quoted(self, first: _Line) -> FileRow | BadRow:
        """Read a row that may go on over several lines, since a quoted field may hold line ends.

        Where it does not become a row, its first line alone is bad and the others are read anew.
        """
        text, following = first.text, list[_Line]()
        while text.count('"') % 2 and len(following) < MOST_LINES_OF_A_ROW:
            line = self._line()
            if line is None:
                break
            following.append(line)
            if line.flaw is not None or len(text) + len(line.text) > LONGEST_LINE:
                break
            text = f"{text}\n{line.text}"
        values = _fields(text)
        if (values and not following) or self._fits(values):
            return FileRow(first.number, values)
        self._waiting.extendleft(reversed(following))
        return BadRow(first.number, "", Flaw.NOT_CSV)

    def _fits(self, values: list[str]) -> bool:
        """Say whether several lines make a row: as many cells, and none of ours goes over a line end."""
        return len(values) == len(self.header) and not any(
            "\n" in value for name, value in zip(self.header, values, strict=True) if name in _OURS
        )

    def _line(self) -> _Line | None:
        if self._waiting:
            return self._waiting.popleft()
        raw = self._file.readline(LONGEST_LINE)
        if not raw:
            return None
        self._number += 1
        if not raw.endswith(b"\n") and len(raw) == LONGEST_LINE:
            self._skip()
            return _Line(self._number, "", Flaw.LINE_TOO_LONG)
        try:
            return _Line(self._number, raw.decode(self.encoding).rstrip("\r\n"))
        except UnicodeDecodeError:
            return _Line(self._number, "", Flaw.WRONG_ENCODING)

    def _skip(self) -> None:
        """Pass over the rest of a line in small pieces, however long it is."""
        while (piece := self._file.readline(LONGEST_LINE)) and not piece.endswith(b"\n"):
            pass


def _fields(text: str) -> list[str]:
    """Return the cells of a row; none where it is not proper CSV."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []


def encoding_of(file: BinaryIO) -> str:
    """Return the encoding of a whole file, and leave it at its first character.

    A text of more than a few characters in one of them is almost never valid in the other, so
    the file is what most of its lines are; a line that is not is reported later, on its own.

    Raises:
        FileRefused: another encoding by its own mark.
    """
    start = file.read(len(codecs.BOM_UTF8))
    if start == codecs.BOM_UTF8:
        return UTF8
    if start.startswith(_OTHER_UNICODE):
        raise FileRefused
    file.seek(0)
    found = UTF8 if _is_utf8(file) else _of_most_lines(file)
    file.seek(0)
    return found


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder(UTF8)()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _of_most_lines(file: BinaryIO) -> str:
    file.seek(0)
    lines = {UTF8: 0, GB18030: 0}
    while sum(lines.values()) < MOST_JUDGED and (line := file.readline(LONGEST_LINE)):
        if line.isascii():
            continue
        for encoding in lines:
            if _fits(line, encoding):
                lines[encoding] += 1
                break
    return GB18030 if lines[GB18030] > lines[UTF8] else UTF8


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
