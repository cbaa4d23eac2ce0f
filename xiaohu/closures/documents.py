"""The documents we sign: of one line, and of the whole request. Masks, dates and amounts, no more."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings

from xiaohu.closures import keeping, queries, statements
from xiaohu.closures.models import Case, Closing, Document, DocumentKind, DocumentState
from xiaohu.core.actors import WORKER, Actor
from xiaohu.core.calendar import day_of
from xiaohu.core.references import certificate_number
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.erasure import engine
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.registry import filings, lines
from xiaohu.registry.models import Line
from xiaohu.settlement import bills, ledger, unclaimed
from xiaohu.trail import checkpoints, events, keys, signing, tree


class TextGone(Refusal):
    """The text of a document went after its time; number, hash and state are still on record."""

    code = "DOCUMENT_TEXT_GONE"


TYPES: Mapping[DocumentKind, str] = {
    DocumentKind.CERTIFICATE: "xiaohu-certificate+jws",
    DocumentKind.STATEMENT: "xiaohu-statement+jws",
    DocumentKind.ORGANISATION: "xiaohu-organisation+jws",
}
# Which form the pages of a document have. It is signed, so that a document printed in an earlier form
# is not called altered: raise it with every change of what a page says or how it looks.
FORMS: Mapping[DocumentKind, int] = {
    DocumentKind.CERTIFICATE: 1,
    DocumentKind.STATEMENT: 2,
    DocumentKind.ORGANISATION: 1,
}
NUMBER_BYTES = 8
ISSUED = "issue_document"


def issue(
    about: Closing | Case,
    kind: DocumentKind,
    payload: Mapping[str, Any],
    *,
    actor: Actor = WORKER,
    now: datetime,
) -> Document:
    """Sign a document of a closing or a case, keep it, and log its hash. Call inside a transaction.

    Document and event name each other; the document also names the newest checkpoint, so that
    whoever holds it can tell a log that was written anew.
    """
    number, event_id = certificate_number(random=secrets.token_bytes(NUMBER_BYTES)), uuid4()
    signed = signing.sign_document(
        typ=TYPES[kind],
        payload={
            **payload,
            "number": number,
            "issued_at": _moment(now),
            "form": FORMS[kind],
            "verify": f"{settings.XIAOHU.address}/verify/{number}",
            "log": {"event": str(event_id), **_log_so_far()},
        },
    )
    digest = hashlib.sha256(signed.encode()).hexdigest()
    closing = about if isinstance(about, Closing) else None
    case = about if isinstance(about, Case) else None
    folder = about.case if isinstance(about, Closing) else about
    events.record(
        operator=about.operator,
        actor=actor,
        action=ISSUED,
        case_id=folder.pk,
        evidence={
            "document": number,
            "kind": kind.value,
            "sha256": digest,
        },
        now=now,
        event_id=event_id,
    )
    return Document.objects.create(
        number=number,
        operator=about.operator,
        kind=kind.value,
        closing=closing,
        case=case,
        jws=signed,
        sha256=digest,
        text_until=keeping.kept_until(folder, [Category.CERTIFICATE], on=day_of(now)),
        issued_at=now,
    )


def _log_so_far() -> dict[str, Any]:
    newest = checkpoints.newest()
    size, root = (newest.size, bytes(newest.root)) if newest else (0, tree.EMPTY_ROOT)
    return {"size": size, "root": base64.b64encode(root).decode()}


def certificate_payload(closing: Closing, *, now: datetime) -> dict[str, Any]:
    """Return what the certificate says: what was closed, when, and by whom."""
    common = common_payload(closing.case)
    if closing.line is None:
        return {**common, "subject": "account", "closed_at": _moment(now)}
    shown, holder = lines.shown_with_holder(closing.line)
    return {
        **common,
        **_filing(closing.line),
        "subject": "line",
        "line": shown.number,
        "product": shown.product,
        "holder": holder.name,
        "closed_at": _moment(closing.disconnected_at or now),
        "number_free_on": closing.number_free_on.isoformat() if closing.number_free_on else "",
    }


def _filing(line: Line) -> dict[str, str]:
    """Return when the outbound filing of a line ended, and the operator's word for it."""
    filing = filings.of_line(line)
    if filing is None or filing.ended_at is None:
        return {}
    return {
        "filing_ended_at": _moment(filing.ended_at),
        "filing_reference": filing.end_reference,
    }


def statement_payload(closing: Closing) -> dict[str, Any]:
    """Return what the statement says: the money, what was erased, what is kept until when."""
    certificate = Document.objects.get(
        closing=closing, kind=DocumentKind.CERTIFICATE.value, state=DocumentState.VALID.value
    )
    said = read(certificate)
    receipt = engine.receipt_of(closing.pk)
    return {
        **{name: said[name] for name in ("operator", "issuer", "policy", "reference", "subject")},
        **({"line": said["line"], "holder": said["holder"]} if "line" in said else {}),
        "closed_at": said["closed_at"],
        "certificate": certificate.number,
        "settlement": _settlement(closing),
        **_claim(closing),
        "erased": {
            "at": _moment(receipt.erased_at),
            "keys": len(receipt.units),
            "records": sum(receipt.counts.values()),
            **_elsewhere(receipt),
        },
        "kept": [
            {"category": kept.category.value, "basis": kept.basis, "until": kept.until.isoformat()}
            for kept in keeping.sealed(closing)
        ],
    }


def _elsewhere(receipt: ErasureReceipt) -> dict[str, Any]:
    """Return where else was erased, where the operator has other systems."""
    said = statements.elsewhere(receipt.outside)
    return {"outside": said} if said else {}


def _claim(closing: Closing) -> dict[str, Any]:
    """Return where and until when money nobody could be paid is claimed, where there is some."""
    kept = unclaimed.of_closings([closing.pk]).get(closing.pk)
    if kept is None:
        return {}
    at = f"{settings.XIAOHU.address}/claim"
    return {"claim": {"until": kept.claim_until.isoformat(), "at": at}}


def read(document: Document) -> dict[str, Any]:
    """Return what a document of ours says, its signature checked.

    Raises:
        TextGone: its time is over.
    """
    if not document.has_text:
        raise TextGone
    return signing.verify_document(
        document.jws,
        typ=TYPES[DocumentKind(document.kind)],
        public_keys=keys.public_keys(keys.DOCUMENTS),
    )


def find(number: str) -> Document | None:
    """Return the document of a number in its printed form."""
    return Document.objects.filter(pk=number).first()


def common_payload(case: Case) -> dict[str, Any]:
    """Return what every document of a case says: by whom it is, and under which rules."""
    profile = queries.profile_of(case)
    return {
        "operator": case.operator,
        "issuer": {"zh": profile.names.zh, "en": profile.names.en},
        "policy": f"{profile.key}@{profile.version}",
        "reference": case.reference,
    }


def _settlement(closing: Closing) -> dict[str, Any]:
    settled = ledger.of_closing(closing.pk)
    if settled is None:
        return {}
    exit_fee = queries.profile_of(closing.case).fees.exit
    return statements.of_settled(settled, bills.lines_of(closing.pk), exit_fee)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
