"""The parts of a workbook, unpacked piece by piece and never further than bounded.

A few kilobytes can claim to be terabytes, so nothing is unpacked whole, and what is kept in
memory (the texts cells share) has a size of its own.
"""

import posixpath
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile, ZipInfo

from xiaohu.registry.files.cell_text import is_date_format
from xiaohu.registry.files.refused import FileRefused, FileTooLarge

MIB = 1 << 20
MOST_PARTS = 5000
MOST_SMALL = 16 * MIB  # of a part that only describes the others
MOST_UNPACKED = 4096 * MIB
MOST_TIMES = 250  # a sheet of the same row over and over shrinks to a hundredth
MOST_SHARED = 4_000_000
MOST_SHARED_BYTES = 64 * MIB
LONGEST_TAG = 1 * MIB
PIECE = 65_536
Attributes = Mapping[str, str]
# A part under a password, or packed in a way nobody uses, is a RuntimeError.
DAMAGED = (BadZipFile, EOFError, ExpatError, KeyError, RuntimeError, OSError, zlib.error)


class Handlers(NamedTuple):
    """What to do with the beginning and end of elements, by local name, and with their text."""

    start: Callable[[str, Attributes], None]
    end: Callable[[str], None]
    text: Callable[[str], None]


class Plan(NamedTuple):
    """Where in a workbook its first sheet is, and what its cells refer to."""

    sheet: str
    strings: str | None
    styles: str | None
    from_1904: bool


class TooMuch(Exception):
    """More than is read of a workbook."""


def guarded(path: Path | BinaryIO) -> ZipFile:
    """Open the container of a workbook, if what it claims of itself is bounded.

    Raises:
        FileRefused: no container.
        FileTooLarge: too many parts, or one that unpacks to too much.
    """
    try:
        archive = ZipFile(path)
    except DAMAGED:
        raise FileRefused from None
    if len(archive.infolist()) > MOST_PARTS or any(map(_is_bomb, archive.infolist())):
        archive.close()
        raise FileTooLarge
    return archive


def _is_bomb(part: ZipInfo) -> bool:
    packed, unpacked = max(part.compress_size, 1), part.file_size
    return unpacked > MOST_UNPACKED or (unpacked > MIB and unpacked / packed > MOST_TIMES)


def parsed(archive: ZipFile, part: str, handlers: Handlers, *, most: int) -> Iterator[int]:
    """Parse a part piece by piece; yield how many bytes are done, so that the caller may look.

    Raises:
        TooMuch: longer than `most`, or one tag that does not end.
        ExpatError: not XML, or with a document type of its own.
    """
    parser = ParserCreate()
    last_event = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal last_event
        last_event = done
        handlers.start(name.rpartition(":")[2], attributes)

    def refuse(*_: object) -> None:
        raise ExpatError("a document type is not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: handlers.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = handlers.text
    parser.StartDoctypeDeclHandler = refuse
    done = 0
    with archive.open(part) as unpacked:
        while piece := unpacked.read(PIECE):
            done += len(piece)
            parser.Parse(piece)
            if done > most or done - max(last_event, parser.CurrentByteIndex) > LONGEST_TAG:
                raise TooMuch
            yield done
        parser.Parse(b"", True)  # noqa: FBT003 - expat knows no keywords


def whole(archive: ZipFile, part: str, start: Callable[[str, Attributes], None]) -> None:
    """Parse a small part for its elements alone."""
    handlers = Handlers(start, lambda _name: None, lambda _text: None)
    for _ in parsed(archive, part, handlers, most=MOST_SMALL):
        pass


def plan(archive: ZipFile) -> Plan:
    """Find the first sheet that is not hidden, the shared texts, and the formats.

    Raises:
        KeyError: the workbook has no such sheet.
    """
    book = _related(archive, "").get("officeDocument", {})
    place = next(iter(book.values()), "xl/workbook.xml")
    sheets: list[str] = []
    from_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal from_1904
        if name == "workbookPr":
            from_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.extend(value for key, value in attributes.items() if key.endswith(":id"))

    whole(archive, place, start)
    related = _related(archive, place)
    worksheets = related.get("worksheet", {})
    return Plan(
        worksheets[next((sheet for sheet in sheets if sheet in worksheets), "")],
        next(iter(related.get("sharedStrings", {}).values()), None),
        next(iter(related.get("styles", {}).values()), None),
        from_1904,
    )


def _related(archive: ZipFile, place: str) -> dict[str, dict[str, str]]:
    """Return what a part refers to: by kind, the place of each id."""
    folder, name = posixpath.split(place)
    found: dict[str, dict[str, str]] = {}

    def start(element: str, attributes: Attributes) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            found.setdefault(kind, {})[attributes.get("Id", "")] = target.lstrip("/")

    whole(archive, posixpath.join(folder, "_rels", f"{name}.rels"), start)
    return found


class Shared:
    """The texts that cells share, packed close: a million of them are a million Python strings."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("L", [0])

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self._ends) - 1:
            raise IndexError(index)
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode()

    def add(self, text: str) -> None:
        """Take in one more."""
        self._bytes += text.encode("utf-8", "replace")
        self._ends.append(len(self._bytes))
        if len(self._ends) > MOST_SHARED or len(self._bytes) > MOST_SHARED_BYTES:
            raise TooMuch


def shared(archive: ZipFile, part: str | None, *, longest: int) -> Shared:
    """Read the shared texts; one that is longer than any field is cut a little beyond that."""
    texts = Shared()
    if part is None:
        return texts
    now, aside = list[str](), False

    def start(name: str, _attributes: Attributes) -> None:
        nonlocal aside
        if name == "si":
            now.clear()
        aside = aside or name == "rPh"  # how a text is read aloud, not the text

    def end(name: str) -> None:
        nonlocal aside
        if name == "rPh":
            aside = False
        elif name == "si":
            texts.add("".join(now)[:longest])

    def text(piece: str) -> None:
        if not aside and sum(map(len, now)) < longest:
            now.append(piece)

    for _ in parsed(archive, part, Handlers(start, end, text), most=MOST_UNPACKED):
        pass
    return texts


def date_styles(archive: ZipFile, part: str | None) -> frozenset[int]:
    """Return the numbers of the styles that show dates."""
    if part is None:
        return frozenset()
    codes: dict[int, str] = {}
    formats: list[int] = []
    inside = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            formats.append(_number(attributes.get("numFmtId")))

    whole(archive, part, start)
    return frozenset(
        style for style, number in enumerate(formats) if is_date_format(number, codes.get(number))
    )


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else 0
