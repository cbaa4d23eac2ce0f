"""V2 and V3 in facts: what the records say of a number, and what became of comparing a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language, gettext

from xiaohu.closures import bundles, documents, papers, verifying
from xiaohu.closures.comparing import Compared
from xiaohu.closures.models import Document, DocumentKind, DocumentState
from xiaohu.closures.verifying import Answer, Judged, Signed
from xiaohu.core.references import CertificateNumberRefused, normalise_certificate_number
from xiaohu.trail import keys, signing
from xiaohu.trail.signing import SignatureRefused
from xiaohu.ui.refusals import sentence
from xiaohu.ui.templatetags import words as written
from xiaohu.ui.templatetags.words import moment

Row = tuple[str, str]
MISTYPED, UNKNOWN = "mistyped", "unknown"
GOOD, UNSURE, BAD = "ok", "warn", "bad"
# What is not compared is not called good: whoever holds it compares the signed facts themselves.
_STANDING = {
    Answer.GENUINE: GOOD,
    Answer.SIGNATURE: GOOD,
    Answer.BUNDLE: GOOD,
    Answer.PARTLY: UNSURE,
}
_NO_DOCUMENT = {Answer.KEYS, Answer.BROKEN_BUNDLE}  # ours, and chosen by mistake


@dataclass(frozen=True, slots=True)
class Result:
    """What the records say of a number: the answer in a sentence, then the facts."""

    answer: str
    number: str
    sentence: str = ""
    rows: Sequence[Row] = ()
    newer: str = ""

    @property
    def known(self) -> bool:
        """Say whether there is such a document."""
        return bool(self.rows)


def of_number(typed: str, *, now: datetime) -> Result:
    """Return what the records say of a number as typed."""
    try:
        number = normalise_certificate_number(typed)
    except CertificateNumberRefused as refused:
        return Result(MISTYPED, typed, sentence(refused).what)
    found = documents.find(number)
    return _of(found, now) if found is not None else Result(UNKNOWN, number)


def _of(document: Document, now: datetime) -> Result:
    said = documents.read(document) if document.has_text else None
    newer = document.replaced_by_id or ""
    rows = [
        (gettext("verify.number"), document.number),
        (gettext("verify.kind"), gettext(f"paper.{document.kind}")),
        (gettext("verify.state"), gettext(f"document_state.{document.state}")),
    ]
    if document.changed_at is not None:
        rows.append((gettext("verify.changed_at"), moment(document.changed_at)))
    if newer:
        rows.append((gettext("verify.replaced_by"), newer))
    if said is None:
        rows += [
            (gettext("paper.issued_at"), moment(document.issued_at)),
            *_place(document),
            (gettext("verify.sha256"), document.sha256),
            (gettext("verify.now"), f"{moment(now)} (UTC+8)"),
        ]
        return Result(document.state, document.number, _without_text(document), rows, newer)
    if said.get("line"):
        rows.append((gettext("paper.line"), said["line"]))
    rows += papers.lines_of(said) if "lines" in said else ()
    rows += [
        (gettext("paper.closed_at"), moment(datetime.fromisoformat(said["closed_at"]))),
        (gettext("paper.issued_at"), moment(document.issued_at)),
        (gettext("verify.issuer"), issuer(said["issuer"])),
        *_place(document),
        (gettext("verify.algorithm"), signing.ALGORITHM),
        (gettext("verify.key_id"), signing.signed_by(document.jws)),
        (gettext("verify.now"), f"{moment(now)} (UTC+8)"),
    ]
    return Result(
        document.state, document.number, sentence_of(document, said["issuer"]), rows, newer
    )


def _place(document: Document) -> list[Row]:
    place = bundles.place_of(document)
    said = gettext("paper.log_place").format(index=place)
    return [(gettext("paper.log"), said)] if place is not None else []


def sentence_of(document: Document, names: dict[str, str]) -> str:
    """Return in a sentence whether a document counts."""
    if document.state == DocumentState.REPLACED:
        return gettext("verify.replaced").format(no=document.replaced_by_id)
    if document.state == DocumentState.REVOKED:
        return gettext("verify.revoked").format(date=moment(document.changed_at))
    return gettext("verify.valid").format(issuer=issuer(names))


def _without_text(document: Document) -> str:
    """Return in a sentence whether a document counts of which no text is kept any more."""
    if document.state != DocumentState.VALID:
        return sentence_of(document, {})
    return gettext("verify.text_gone").format(date=f"{document.text_until:%Y-%m-%d}")


def issuer(names: dict[str, str]) -> str:
    """Return the name of an issuer in the reader's language."""
    return names["en" if get_language() == "en" else "zh"]


def pdf(result: Result, *, issued_by: str) -> bytes:
    """Return a result as PDF, to be filed.

    Raises:
        FontMissing: no font with Chinese characters is installed.
    """
    address = f"{settings.XIAOHU.address}/verify/{result.number}"
    page = {
        "lang": "en" if get_language() == "en" else "zh",
        "title": gettext("verify.result_h1"),
        "number": result.number,
        "issuer": issued_by,
        "lead": gettext("verify.result_lead").format(issuer=issued_by),
        "scan": gettext("paper.scan"),
        "sections": [{"title": result.sentence, "rows": result.rows}],
        "notes": [gettext("verify.result_note").format(address=address)],
        "footer": issued_by,
    }
    return papers.compiled(page, qr=address)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a file: tone, sentence, what to do, each part, and what was signed."""

    tone: str
    sentence: str
    advice: str
    parts: Sequence[Row]
    facts: Sequence[Row]
    newer: str = ""
    token: str = ""  # of a document on record, whose bundle may be asked for


def of_file(judged: Judged, *, digest: str) -> FileResult:
    """Return what comparing a file with its signature and with the records came to."""
    digest_row = (gettext("verify.part.digest"), digest)
    if judged.answer in _NO_DOCUMENT:
        return _unsigned(judged.answer, UNSURE, [digest_row])
    parts = [(gettext("verify.part.signature"), _signature(judged))]
    if judged.compared is not None:
        parts.append((gettext("verify.part.pages"), pages(judged.compared)))
    if judged.signed is None:
        return _unsigned(judged.answer, BAD, [*parts, digest_row])
    record = documents.find(judged.signed.said["number"])
    parts += [(gettext("verify.part.record"), _record(record, judged.signed)), digest_row]
    language = "en" if get_language() == "en" else "zh"
    facts = as_read(
        papers.facts(DocumentKind(judged.signed.kind), judged.signed.said, language=language)
    )
    tone, sentence = _answer(judged.answer, judged.signed, record)
    asked = judged.answer in {Answer.ALTERED, Answer.PARTLY, Answer.BUNDLE}
    then = gettext(f"verify.next.{judged.answer}") if asked else ""
    newer = (record.replaced_by_id or "") if record is not None else ""
    known = record is not None and record.has_text and record.is_of(judged.signed.token)
    token = judged.signed.token if known else ""
    return FileResult(tone, sentence, then, parts, facts, newer, token)


def _unsigned(answer: Answer, tone: str, parts: Sequence[Row]) -> FileResult:
    """Return what is said of a file in which nothing was signed by us."""
    said, then = gettext(f"verify.file.{answer}"), gettext(f"verify.next.{answer}")
    return FileResult(tone, sentence=said, advice=then, parts=parts, facts=())


def bundle_of(token: str) -> tuple[str, bytes] | None:
    """Return number and bundle of the document whose signed text somebody holds.

    A number alone is not enough: it is told to more people than the document is.

    Raises:
        BundleNotYet: a minute too early.
    """
    try:
        signed = verifying.verify_token(token, keys.public_keys(keys.DOCUMENTS))
    except SignatureRefused:
        return None
    record = documents.find(signed.said["number"])
    if record is None or not record.has_text or not record.is_of(token):
        return None
    return record.number, bundles.bundle(record)


def download(content: bytes, *, name: str) -> HttpResponse:
    """Return a JSON file to keep."""
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _answer(answer: Answer, signed: Signed, record: Document | None) -> tuple[str, str]:
    """Return how far a signed file may be relied on, and the sentence that says so."""
    if answer not in _STANDING:
        return BAD, gettext(f"verify.file.{answer}")
    if record is None:
        return BAD, gettext("verify.file.unrecorded")
    if not record.is_of(signed.token):
        return BAD, gettext("verify.file.differs")
    if record.state != DocumentState.VALID:
        return BAD, sentence_of(record, signed.said["issuer"])
    return _STANDING[answer], gettext(f"verify.file.{answer}")


def _signature(judged: Judged) -> str:
    if judged.signed is not None:
        return gettext("verify.sign.good").format(key=judged.signed.key)
    if judged.answer is Answer.OTHER_KEY:
        return gettext("verify.sign.other_key")
    tried = judged.answer in {Answer.FORGED, Answer.MALFORMED}
    return gettext("verify.sign.bad") if tried else gettext("verify.sign.none")


def as_read(rows: Sequence[Row]) -> list[Row]:
    """Return the facts of a paper with days and moments as every page writes them."""
    return [(name, written.as_read(value)) for name, value in rows]


def pages(compared: Compared) -> str:
    """Return which part of the pages differs."""
    words = gettext(f"verify.pages.{compared.found}")
    strange = gettext(f"verify.strange.{compared.strange}") if compared.strange else ""
    return words.format(page=compared.page, signed=compared.signed, strange=strange)


def _record(record: Document | None, signed: Signed) -> str:
    if record is None:
        return gettext("verify.record.missing")
    if not record.is_of(signed.token):
        return gettext("verify.record.differs")
    state = gettext(f"document_state.{record.state}")
    return f"{gettext('verify.record.same')} · {state}"
