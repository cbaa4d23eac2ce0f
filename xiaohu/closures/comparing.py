"""Does the page of a PDF say what was signed? It is printed anew from the signed text and compared.

A digest of the file cannot be signed, since each download is printed afresh; so what the pages say,
and how they look where the same fonts are at hand, is held against a page of our own. A page in the
form of an earlier release is not compared: only what was signed counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xiaohu.closures import documents, papers, pdf_contents
from xiaohu.closures.models import DocumentKind
from xiaohu.closures.pdf_contents import Contents

Pages = Sequence[Sequence[str]]


class Found(StrEnum):
    """What comparing the pages came to."""

    SAME = "same"
    SAME_WORDS = "same_words"
    NOT_COMPARED = "not_compared"
    OTHER_FORM = "other_form"
    PAGES = "pages"
    WORDS = "words"
    LOOK = "look"
    STRANGE = "strange"
    UNREADABLE = "unreadable"


ALTERED = frozenset({Found.PAGES, Found.WORDS, Found.LOOK, Found.STRANGE, Found.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found, on which page, the signed words that are not there, what should not be."""

    found: Found
    page: int = 0
    signed: str = ""
    strange: str = ""


def compare(given: Contents, *, kind: DocumentKind, said: Mapping[str, Any]) -> Compared:
    """Hold the pages of a PDF against what was signed, in the language they are in."""
    if given.words is None:
        return Compared(Found.UNREADABLE)
    compared = _pages_compared(given, given.words, kind=kind, said=said)
    if compared.found not in ALTERED and given.strange:
        # Pages that are as signed where we look may be others where somebody else looks.
        return Compared(Found.STRANGE, strange=given.strange)
    return compared


def _pages_compared(
    given: Contents, words: Pages, *, kind: DocumentKind, said: Mapping[str, Any]
) -> Compared:
    if said.get("form") != documents.FORMS[kind]:
        return Compared(Found.OTHER_FORM)
    try:
        ours = pdf_contents.read(
            *(
                papers.printed(kind, said, token=given.token or "", language=language)
                for language in papers.LANGUAGES
            )
        )
    except papers.FontMissing:
        return Compared(Found.NOT_COMPARED)
    signed = max(ours, key=lambda one: len(_lines_of(words) & _lines_of(one.words or [])))
    return _words_differ(words, signed.words or []) or _looks_differ(given, signed)


def _words_differ(given: Pages, signed: Pages) -> Compared | None:
    if len(given) != len(signed):
        return Compared(Found.PAGES, page=len(given))
    for number, (there, ours) in enumerate(zip(given, signed, strict=True), start=1):
        # Spaces and ends of lines are left out: another font sets them elsewhere.
        if "".join(there) != "".join(ours):
            missing = next((line for line in ours if line not in "".join(there)), "")
            return Compared(Found.WORDS, page=number, signed=missing)
    return None


def _looks_differ(given: Contents, signed: Contents) -> Compared:
    """Compare what can be seen, so that no picture is laid over the words.

    With another font every page looks otherwise. A file that has our fonts and more is none of those.
    """
    pairs = zip(given.looks or [], signed.looks or [], strict=True)
    differs = [number for number, (there, ours) in enumerate(pairs, start=1) if there != ours]
    if not differs:
        return Compared(Found.SAME)
    if set(signed.fonts or []) <= set(given.fonts or []):
        return Compared(Found.LOOK, page=differs[0])
    return Compared(Found.SAME_WORDS)


def _lines_of(pages: Pages) -> set[str]:
    """Return every line of some pages once."""
    return {line for page in pages for line in page}
