"""Our documents on paper: A4, the address to verify at as QR code, the signed text attached.

No seal is imitated: the signature inside is what counts, and the page says how to check it.
"""

import io
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import segno
import typst
from django.utils import translation
from django.utils.translation import gettext

from xiaohu.closures import documents, statements
from xiaohu.closures.models import Document, DocumentKind, Outcome
from xiaohu.closures.statements import MoneyRow
from xiaohu.core.calendar import CHINA
from xiaohu.core.laws import in_english
from xiaohu.core.money import Money
from xiaohu.core.refusals import Refusal
from xiaohu.proofing.stamping import FONTS

# One paper at a time: each takes the whole of a core and tens of MiB, and a few milliseconds.
_PRESS = threading.Lock()
_MASK = 0  # a chessboard: no large areas of one colour; another one is another form of the page
_LANGUAGES = {"zh": "zh-hans", "en": "en"}
Row = tuple[str, str]


class FontMissing(Refusal):
    """No font with Chinese characters is installed on this machine."""

    code = "PDF_FONT_MISSING"


def pdf(document: Document, *, language: str) -> bytes:
    """Return a document as PDF in "zh" or "en".

    Raises:
        FontMissing: Debian's fonts-noto-cjk, or a like font, is not installed.
    """
    said = documents.read(document)
    return printed(DocumentKind(document.kind), said, token=document.jws, language=language)


def printed(kind: DocumentKind, said: Mapping[str, Any], *, token: str, language: str) -> bytes:
    """Return what a document says as PDF, its signed text attached; nothing else is asked.

    Raises:
        FontMissing: Debian's fonts-noto-cjk, or a like font, is not installed.
    """
    return compiled(_page(kind, said, language), qr=said["verify"], token=token)


def compiled(page: Mapping[str, Any], *, qr: str, token: str = "") -> bytes:
    """Return a page of our form as PDF, with an address to scan and the signed text, if any.

    Raises:
        FontMissing: Debian's fonts-noto-cjk, or a like font, is not installed.
    """
    if FONTS.isdisjoint(_fonts().families()):
        raise FontMissing
    said = {
        "main.typ": (files("xiaohu.closures") / "paper.typ").read_bytes(),
        "page.json": json.dumps(page, ensure_ascii=False).encode(),
        "document.jws": token.encode(),
        "qr.svg": _qr(qr),
    }
    with _PRESS:
        made = _compiler().compile(said, format="pdf")  # type: ignore[type-var] # not in the stubs
    if not isinstance(made, bytes):
        raise TypeError("one document is one file")
    return made


def facts(kind: DocumentKind, said: Mapping[str, Any], *, language: str) -> list[Row]:
    """Return every fact that a document states, with its name, as its page shows them."""
    page = _page(kind, said, language)
    rows = [row for section in page["sections"] for row in section["rows"]]
    return [(page["title"], page["number"]), *rows]


LANGUAGES = ("zh", "en")


def _page(kind: DocumentKind, said: Mapping[str, Any], language: str) -> dict[str, Any]:
    with translation.override(_LANGUAGES[language]):
        return _written(kind, said, language)


def _written(kind: DocumentKind, said: Mapping[str, Any], language: str) -> dict[str, Any]:
    issuer = said["issuer"][language]
    sections = [{"title": "", "rows": _facts(said)}]
    if kind is DocumentKind.STATEMENT:
        sections += _statement_sections(said, language)
    if kind is DocumentKind.ORGANISATION:
        sections.append({"title": gettext("paper.lines"), "rows": lines_of(said)})
    return {
        "lang": language,
        "title": gettext(f"paper.{kind}"),
        "number": said["number"],
        "issuer": issuer,
        "lead": gettext(f"paper.{kind}.lead").format(issuer=issuer),
        "scan": gettext("paper.scan"),
        "sections": sections,
        "notes": [
            gettext("paper.note.verify").format(address=said["verify"]),
            gettext("paper.note.seal"),
        ],
        "footer": issuer,
    }


def _facts(said: Mapping[str, Any]) -> list[Row]:
    rows = [(gettext("paper.reference"), said["reference"])]
    if said["subject"] == "line":
        rows += [(gettext("paper.line"), said["line"]), (gettext("paper.holder"), said["holder"])]
    elif said["subject"] == "organisation":
        closed = sum(one["outcome"] == Outcome.CLOSED for one in said["lines"])
        rows += [
            (gettext("paper.holder"), said["holder"]),
            (gettext("paper.lines"), gettext("paper.lines.count").format(count=closed)),
        ]
    else:
        rows.append((gettext("paper.subject"), gettext("paper.subject.account")))
    rows.append((_when_closed(said), _china(said["closed_at"])))
    if said.get("number_free_on"):
        rows.append((gettext("paper.number_free_on"), said["number_free_on"]))
    if said.get("filing_ended_at"):
        ended = f"{_china(said['filing_ended_at'])} {said['filing_reference']}".strip()
        rows.append((gettext("paper.filing"), ended))
    if said.get("certificate"):
        rows.append((gettext("paper.certificate"), said["certificate"]))
    if said.get("replaces"):
        rows.append((gettext("paper.replaces"), said["replaces"]))
    rows += [
        (gettext("paper.issued_at"), _china(said["issued_at"])),
        (gettext("paper.policy"), said["policy"]),
        (gettext("paper.log_entry"), _place(said["log"])),
    ]
    return rows


def _when_closed(said: Mapping[str, Any]) -> str:
    several = said["subject"] == "organisation"
    return gettext("paper.closed_last") if several else gettext("paper.closed_at")


def lines_of(said: Mapping[str, Any]) -> list[Row]:
    """Return each line of an organisation's document, and what became of it."""
    return [
        (one["line"] or gettext("paper.subject.account"), _became(one)) for one in said["lines"]
    ]


def _became(one: Mapping[str, Any]) -> str:
    if one["outcome"] != Outcome.CLOSED:
        return gettext("paper.lines.moved").format(reference=one["reference"])
    at = _china(one["closed_at"])
    return gettext("paper.lines.closed").format(at=at, certificate=one["certificate"])


def _place(log: Mapping[str, Any]) -> str:
    """Return where the log tells of a document: behind so many events, under which id."""
    return gettext("paper.log_behind").format(size=log["size"], event=log["event"])


def _statement_sections(said: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    money = [(row.words, _amount(row)) for row in statements.rows(said["settlement"])]
    if claim := said.get("claim"):
        told = gettext("paper.claim_at").format(until=claim["until"], at=claim["at"])
        money.append((gettext("paper.claim"), told))
    erased = said["erased"]
    kept = [
        (gettext(f"category.{item['category']}"), _until(item, language)) for item in said["kept"]
    ]
    told = gettext("paper.erased.told").format(keys=erased["keys"], records=erased["records"])
    gone = [
        (_china(erased["at"]), gettext(f"paper.gone.{said['subject']}")),
        *((gettext("paper.erased.also"), told) for told in statements.told_of_elsewhere(erased)),
        (gettext("paper.erased.proof"), told),
    ]
    return [
        {"title": gettext("paper.money"), "rows": money},
        {"title": gettext("paper.erased"), "rows": gone},
        {"title": gettext("paper.kept"), "rows": kept},
    ]


def _amount(row: MoneyRow) -> str:
    amount = gettext("money.yuan").format(amount=Money(row.amount_fen).yuan())
    return gettext("paper.why").format(amount=amount, why=row.why) if row.why else amount


def _until(item: Mapping[str, Any], language: str) -> str:
    basis = in_english(item["basis"]) if language == "en" else item["basis"]
    return gettext("paper.kept_until").format(until=item["until"], basis=basis)


def _china(text: str) -> str:
    """Return a moment of a document in China's time, with its zone."""
    local = datetime.fromisoformat(text).astimezone(CHINA)
    return f"{local:%Y-%m-%d %H:%M} (UTC+8)"


def _qr(address: str) -> bytes:
    drawn = io.BytesIO()
    # Every mask can be read; to weigh all eight takes five times as long as to draw one.
    code = segno.make(address, error="m", micro=False, mask=_MASK)
    code.save(drawn, kind="svg", border=0)
    return drawn.getvalue()


@cache
def _compiler() -> typst.Compiler:
    # What is said to it as files, rather than as inputs, leaves what it knows of its language as it is.
    return typst.Compiler(font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    # Read once for all papers: a Chinese font is some 20 MiB, and each paper would load its own.
    return typst.Fonts(include_system_fonts=True)
