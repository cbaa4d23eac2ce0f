"""Does the page of a PDF say what was signed? It is printed anew from the signed text and compared.

A digest of the file cannot be signed, since each download is printed afresh; so what the pages say,
and how they look where the same fonts are at hand, is held against a page of our own.
"""

import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pikepdf
import pypdfium2

from xiaohu.closures import papers
from xiaohu.closures.models import DocumentKind

MOST_PAGES = 10
_SCALE = 1.5  # 108 dots an inch: a changed digit changes dozens of them


class Found(StrEnum):
    """What comparing the pages came to."""

    SAME = "same"
    SAME_WORDS = "same_words"
    NOT_COMPARED = "not_compared"
    PAGES = "pages"
    WORDS = "words"
    LOOK = "look"
    UNREADABLE = "unreadable"


ALTERED = frozenset({Found.PAGES, Found.WORDS, Found.LOOK, Found.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found, on which page, and the signed words that are not there."""

    found: Found
    page: int = 0
    signed: str = ""


def compare(data: bytes, *, kind: DocumentKind, said: Mapping[str, Any], token: str) -> Compared:
    """Hold the pages of a PDF against what was signed, in the language they are in."""
    try:
        ours = [
            papers.printed(kind, said, token=token, language=language)
            for language in papers.LANGUAGES
        ]
    except papers.FontMissing:
        return Compared(Found.NOT_COMPARED)
    try:
        given = _words(data)
        signed = max(ours, key=lambda one: len(_lines_of(given) & _lines_of(_words(one))))
        return _words_differ(given, _words(signed)) or _looks_differ(data, signed)
    except (pypdfium2.PdfiumError, pikepdf.PdfError, ValueError):
        return Compared(Found.UNREADABLE)


def _words_differ(
    given: Sequence[Sequence[str]], signed: Sequence[Sequence[str]]
) -> Compared | None:
    if len(given) != len(signed):
        return Compared(Found.PAGES, page=len(given))
    for number, (there, ours) in enumerate(zip(given, signed, strict=True), start=1):
        # Spaces and ends of lines are left out: another font sets them elsewhere.
        if "".join(there) != "".join(ours):
            missing = next((line for line in ours if line not in "".join(there)), "")
            return Compared(Found.WORDS, page=number, signed=missing)
    return None


def _looks_differ(data: bytes, signed: bytes) -> Compared:
    """Compare what can be seen, so that no picture is laid over the words."""
    if _fonts(data) != _fonts(signed):
        return Compared(Found.SAME_WORDS)
    pairs = zip(_opened(data), _opened(signed), strict=True)
    for number, (there, ours) in enumerate(pairs, start=1):
        if there.get_size() != ours.get_size() or _drawn(there) != _drawn(ours):
            return Compared(Found.LOOK, page=number)
    return Compared(Found.SAME)


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    document = pypdfium2.PdfDocument(data)
    if not 0 < len(document) <= MOST_PAGES:
        raise ValueError("too many pages")
    return document


def _words(data: bytes) -> list[list[str]]:
    """Return the lines of each page, without spaces and in one form of each character."""
    return [list(_lines(page.get_textpage().get_text_range())) for page in _opened(data)]


def _lines(text: str) -> Iterator[str]:
    for line in unicodedata.normalize("NFKC", text).splitlines():
        if packed := "".join(line.split()):
            yield packed


def _lines_of(pages: Sequence[Sequence[str]]) -> set[str]:
    """Return every line of some pages once."""
    return {line for page in pages for line in page}


def _drawn(page: pypdfium2.PdfPage) -> bytes:
    return bytes(page.render(scale=_SCALE).to_pil().tobytes())


def _fonts(data: bytes) -> set[str]:
    """Return the names of the fonts a PDF uses, without the mark of what it took of each."""
    with pikepdf.open(io.BytesIO(data)) as document:
        named = [
            str(each.get("/BaseFont", ""))
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"
        ]
    return {name.rpartition("+")[2] for name in named}
