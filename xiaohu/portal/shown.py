"""What pages show of a case: masks, dates and amounts; and who acts on it."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import documents, drafting, queries
from xiaohu.closures.models import Case, Document, DocumentKind
from xiaohu.core.actors import Actor
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.portal.views.answering import masked
from xiaohu.registry import lines
from xiaohu.registry.lines import ShownLine
from xiaohu.registry.models import Line
from xiaohu.settlement import ledger
from xiaohu.trail import events


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in subscriber as an actor."""
    return drafting.subscriber_actor(subscriber_of(request))


def subscriber_of(request: HttpRequest) -> Subscriber:
    """Return who is signed in."""
    subscriber: Subscriber | None = getattr(request, "subscriber", None)
    if not subscriber:
        raise queries.CaseNotFound
    return subscriber


def shown_case(case: Case) -> dict[str, Any]:
    """Return the facts of a case that every page about it shows."""
    closing = queries.closing_of(case)
    certificate = queries.document_of(case, DocumentKind.CERTIFICATE)
    return {
        "case": case,
        "closing": closing,
        "state": CaseState(case.state),
        "line": _line(closing.line, certificate) if closing.line is not None else None,
        "holder": _holder(case),
        "contact": masked(drafting.contact(case)),
        "payee_tail": drafting.payee(case).get("account", "")[-4:],
        "profile_of_case": queries.profile_of(case),
        "can_withdraw": CaseState(case.state) in WITHDRAWABLE,
        "settled": ledger.of_closing(closing.pk),
        "certificate": certificate,
        "statement": queries.document_of(case, DocumentKind.STATEMENT),
    }


def timeline(case: Case) -> list[tuple[str, Any]]:
    """Return what happened to a case: keys of sentences with their moments."""
    told = {"open", "schedule", "send_to_review", "approve", "return", "refuse", "withdraw"}
    told |= {"expire", "fail_checks", "execute", "certify", "return_payout", "resume_refund"}
    told |= {"finish", "appeal"}
    return [(e.action, e.at) for e in events.of_case(case.pk) if e.action in told]


def _line(line: Line, certificate: Document | None) -> ShownLine:
    """Return the line; once its number is erased, the mask that its certificate keeps."""
    shown = lines.shown([line])[0]
    return replace(shown, number=documents.read(certificate)["line"]) if certificate else shown


def _holder(case: Case) -> Any:
    line = queries.closing_of(case).line
    try:
        return lines.shown_holder(line) if line is not None else None
    except Refusal:
        return None  # Erased with the closing: nothing is left to show.
