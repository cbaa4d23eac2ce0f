"""XLSX: the first visible sheet, row by row; what formulas say is never worked out or believed."""

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from xiaohu.registry.files import parts
from xiaohu.registry.files.cell_text import date_text, number_text
from xiaohu.registry.files.parts import DAMAGED, Attributes, Handlers, TooMuch
from xiaohu.registry.files.refused import FileRefused, FileTooLarge
from xiaohu.registry.rows import BadRow, FileRow, Flaw

MOST_COLUMNS = 500
LONGEST_CELL = 300
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Sheet(AbstractContextManager["Sheet"]):
    """A workbook open for reading."""

    def __init__(self, path: Path | BinaryIO) -> None:
        self._archive = parts.guarded(path)
        try:
            plan = parts.plan(self._archive)
            self._size = max(self._archive.getinfo(plan.sheet).file_size, 1)
            self._done = 0
            self._line = 1
            texts = parts.shared(self._archive, plan.strings, longest=LONGEST_CELL)
            dates = parts.date_styles(self._archive, plan.styles)
            self._cells = _Cells(texts, dates, from_1904=plan.from_1904)
            self._rows = self._read(plan.sheet)
            self.header = self._first()
        except TooMuch:
            self._archive.close()
            raise FileTooLarge from None
        except DAMAGED:
            self._archive.close()
            raise FileRefused from None
        except BaseException:
            self._archive.close()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._archive.close()

    def share(self) -> float:
        """Return how much of the sheet is read, from 0 to 1."""
        return self._done / self._size

    def rows(self) -> Iterator[FileRow | BadRow]:
        """Return the rows below the first line; empty ones are left out.

        A sheet that breaks off half way gives a last row that says so.
        """
        width = len(self.header)
        try:
            for row in self._rows:
                self._line = row.line
                if any(row.values):
                    yield row._replace(values=row.values + [""] * (width - len(row.values)))
        except (*DAMAGED, TooMuch):
            yield BadRow(self._line + 1, "", Flaw.FILE_BROKEN)

    def _first(self) -> list[str]:
        row = next(self._rows, None)
        if row is None or row.flaws:
            raise FileRefused
        return [name.strip() for name in row.values]

    def _read(self, part: str) -> Iterator[FileRow]:
        cells = self._cells
        handlers = Handlers(cells.start, cells.end, cells.text)
        for done in parts.parsed(self._archive, part, handlers, most=parts.MOST_UNPACKED):
            self._done = done
            while cells.ready:
                yield cells.ready.popleft()
        yield from cells.ready


class _Cells:
    """Puts rows together from the elements of a sheet."""

    def __init__(self, texts: parts.Shared, dates: frozenset[int], *, from_1904: bool) -> None:
        self.ready: deque[FileRow] = deque()
        self._texts = texts
        self._dates = dates
        self._from_1904 = from_1904
        self._line = 0
        self._values: list[str] = []
        self._flaws: dict[int, Flaw] = {}
        self._place = -1
        self._kind, self._style = "n", 0
        self._pieces: list[str] = []
        self._length = 0
        self._within = False
        self._formula = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin a row, a cell, or what a cell says."""
        if name == "c":
            self._place = _place(attributes.get("r", ""), self._place + 1)
            self._kind = attributes.get("t", "n")
            style = attributes.get("s", "0")
            self._style = int(style) if style.isdecimal() and len(style) < 8 else 0
            self._pieces, self._length, self._formula = [], 0, False
        elif name in {"v", "t"}:
            self._within = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._begin(attributes.get("r", ""))

    def end(self, name: str) -> None:
        """End it."""
        if name in {"v", "t"}:
            self._within = False
        elif name == "c":
            self._keep()
        elif name == "row":
            self.ready.append(FileRow(self._line, self._values, self._flaws))

    def text(self, piece: str) -> None:
        """Take in what a cell says; a text longer than any field need not be whole."""
        if self._within and self._length < LONGEST_CELL:
            self._pieces.append(piece)
            self._length += len(piece)

    def _begin(self, number: str) -> None:
        self._line = int(number) if number.isdecimal() and len(number) < 8 else self._line + 1
        self._values, self._flaws, self._place = [], {}, -1

    def _keep(self) -> None:
        said = self._said("".join(self._pieces)[:LONGEST_CELL])
        if said == "":
            return
        if self._place >= MOST_COLUMNS:
            self._place = MOST_COLUMNS  # far out: the row has more cells than the first line
        self._values.extend([""] * (self._place + 1 - len(self._values)))
        if isinstance(said, Flaw):
            self._flaws[self._place] = said
            said = said.value
        self._values[self._place] = said

    def _said(self, text: str) -> str | Flaw:
        if self._formula:
            return Flaw.FORMULA
        match self._kind:
            case "s":
                return self._shared(text)
            case "n":
                return self._number(text) if text else ""
            case "b":
                return "yes" if text == "1" else "no"
            case "e":
                return Flaw.CELL_ERROR
            case _:
                return text

    def _shared(self, text: str) -> str | Flaw:
        if not text.isdecimal() or len(text) > 9:
            return Flaw.CELL_ERROR
        try:
            return self._texts[int(text)]
        except IndexError:
            return Flaw.CELL_ERROR

    def _number(self, text: str) -> str | Flaw:
        if self._style in self._dates:
            return date_text(text, from_1904=self._from_1904)
        return number_text(text)


def _place(reference: str, following: int) -> int:
    """Return the column of "AB12", counted from 0; where a cell does not say, the next one."""
    letters = reference.rstrip("0123456789")
    if not 0 < len(letters) <= 3 or not set(letters) <= set(_LETTERS):
        return following
    place = 0
    for letter in letters:
        place = place * 26 + _LETTERS.index(letter) + 1
    return place - 1
