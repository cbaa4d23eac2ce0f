"""What pages show of a case: masks, dates and amounts; and who acts on it."""

from typing import Any

from django.http import HttpRequest

from xiaohu.closures import drafting, queries
from xiaohu.closures.models import Case, DocumentKind
from xiaohu.core.actors import Actor
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.portal.views.answering import masked
from xiaohu.registry import lines
from xiaohu.settlement import ledger
from xiaohu.trail import events


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in subscriber as an actor."""
    subscriber = getattr(request, "subscriber", None)
    if not subscriber:
        raise queries.CaseNotFound
    return drafting.subscriber_actor(subscriber)


def shown_case(case: Case) -> dict[str, Any]:
    """Return the facts of a case that every page about it shows."""
    closing = queries.closing_of(case)
    line = lines.shown([closing.line])[0] if closing.line is not None else None
    return {
        "case": case,
        "closing": closing,
        "state": CaseState(case.state),
        "line": line,
        "holder": _holder(case) if line is not None else None,
        "contact": masked(drafting.contact(case)),
        "payee_tail": drafting.payee(case).get("account", "")[-4:],
        "profile_of_case": queries.profile_of(case),
        "can_withdraw": CaseState(case.state) in WITHDRAWABLE,
        "settled": ledger.of_closing(closing.pk),
        "certificate": queries.document_of(case, DocumentKind.CERTIFICATE),
        "statement": queries.document_of(case, DocumentKind.STATEMENT),
    }


def timeline(case: Case) -> list[tuple[str, Any]]:
    """Return what happened to a case: keys of sentences with their moments."""
    told = {"open", "schedule", "send_to_review", "approve", "return", "refuse", "withdraw"}
    told |= {"expire", "fail_checks", "execute", "certify", "return_payout", "resume_refund"}
    told |= {"finish", "appeal"}
    return [(e.action, e.at) for e in events.of_case(case.pk) if e.action in told]


def _holder(case: Case) -> Any:
    line = queries.closing_of(case).line
    try:
        return lines.shown_holder(line) if line is not None else None
    except Refusal:
        return None  # Erased with the closing: nothing is left to show.
