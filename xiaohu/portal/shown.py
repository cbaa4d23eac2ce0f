"""What pages show of a case: masks, dates and amounts; and who acts on it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import (
    documents,
    documents_of_organisations,
    drafting,
    paying,
    queries,
    volunteering,
)
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.numbers import mask_number
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.core.steps import Scope
from xiaohu.proofing import consents
from xiaohu.registry import lines
from xiaohu.screening import facts as screening
from xiaohu.trail import events
from xiaohu.ui import shown


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
    closings = shown.closings(case)
    return {
        "case": case,
        "closings": closings,
        "first": closings[0],
        "state": CaseState(case.state),
        "holder": shown.holder(closings),
        "applicant": shown.applicant(case),
        "contact": masked(drafting.contact(case)),
        "reason_words": volunteering.own_words_of(case),
        "payee": payee_shown(case),
        "consents": consents.in_force(case.pk).values(),
        "profile_of_case": queries.profile_of(case),
        "pays": pays(case, closings),
        "can_withdraw": CaseState(case.state) in WITHDRAWABLE and not case.by_operator,
        "whole": documents_of_organisations.of_case(case) if case.size > 1 else None,
        "certified": [each for each in closings if each.certificate is not None],
    }


def numbers_apart(
    some: Sequence[shown.ShownClosing], closings: Sequence[shown.ShownClosing]
) -> list[str]:
    """Return the numbers of some lines of a case, where they are not all of them."""
    return [s.line.number for s in some if s.line] if len(some) < len(closings) else []


def numbers_of(cases: Sequence[Case]) -> dict[UUID, str]:
    """Return the masked number of each case that has one; once erased, what its paper keeps."""
    closings = queries.closings_with_lines(cases)
    masks = {mask.id: mask.number for mask in lines.shown(c.line for c in closings if c.line)}
    erased = [c for c in closings if c.line_id and masks[c.line_id] == lines.ERASED]
    kept = {
        pk: documents.read(paper)["line"] for pk, paper in queries.certificates_of(erased).items()
    }
    found: dict[UUID, list[str]] = {}
    for closing in closings:
        if closing.line_id:
            mask = kept.get(closing.pk, masks[closing.line_id])
            found.setdefault(closing.case_id, []).append(mask)
    return {case_id: _first_of(numbers) for case_id, numbers in found.items()}


def _first_of(numbers: list[str]) -> str:
    first = min(numbers)
    if len(numbers) == 1:
        return first
    return gettext("cases.several").format(number=first, n=len(numbers))


def pays(case: Case, closings: list[shown.ShownClosing]) -> bool:
    """Say whether money goes back, or may: not where nothing is left, or it was waived.

    Once the last bill is settled that alone tells.
    """
    if all(each.settled is not None for each in closings):
        return any(
            each.settled.refundable_fen > each.settled.waived_fen
            for each in closings
            if each.settled
        )
    if case.refund_route == RefundRoute.WAIVE.value or case.scope == Scope.ACCOUNT.value:
        return False
    known = screening.last_of(each.closing.pk for each in closings)
    return not known or any(said.facts.may_be_owed for said in known.values())


def masked(address: str) -> str:
    """Return a contact as a page may show it."""
    if "@" in address:
        name, _, domain = address.partition("@")
        return f"{name[:2]}***@{domain}"
    return mask_number(address) if address else ""


def holder_name(case: Case) -> str:
    """Return the holder's name, masked; empty where the case closes no line."""
    found = queries.lines_of_case(case)
    return lines.shown_holder(found[0]).name if found else ""


def payee_shown(case: Case) -> str:
    """Return where the money goes as pages show it: an account's or a line's last digits."""
    chosen = paying.payee(case)
    bank, account = chosen.get("bank", ""), chosen.get("account", "")
    if not account:
        other = paying.line_paid(case) if paying.LINE in chosen else None
        return lines.shown([other])[0].number if other is not None else ""
    if case.refund_route == RefundRoute.WALLET.value:
        wallet = gettext(f"wallet.{bank}")
        return f"{wallet} {masked(account)}"
    return f"{bank} ****{account[-4:]}"


def timeline(case: Case) -> list[tuple[str, Any]]:
    """Return what happened to a case: keys of sentences with their moments."""
    happened = [(e.action, e.at) for e in events.of_case(case.pk) if e.action in TOLD]
    if case.size > 1:
        happened = _once(happened, ended=case.ended_at is not None)
    happened = _answered(happened)
    if not case.by_operator:
        return happened
    # What the operator did before it announced its closing is its own affair.
    told = [(action, at) for action, at in happened if action not in {"open", "send_to_review"}]
    return [(ANNOUNCE if action == "approve" else action, at) for action, at in told]


def _answered(happened: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return what happened, with what was submitted after a return named as the answer to it."""
    returned, told = False, []
    for action, at in happened:
        answers = returned and action == "send_to_review"
        told.append((RESUBMIT if answers else action, at))
        returned = action == "return" or (returned and not answers)
    return told


def _once(happened: list[tuple[str, Any]], *, ended: bool) -> list[tuple[str, Any]]:
    """Return what happened to a case of several lines: begun with the first, ended with the last."""
    begun = [action for action, _ in happened].index("execute") if _began(happened) else None
    last = max((n for n, (action, _) in enumerate(happened) if action == "finish"), default=None)
    return [
        told
        for n, told in enumerate(happened)
        if (told[0] != "execute" or n == begun) and (told[0] != "finish" or (ended and n == last))
    ]


def _began(happened: list[tuple[str, Any]]) -> bool:
    return any(action == "execute" for action, _ in happened)


ANNOUNCE = "announce"
RESUBMIT = "resubmit"
TOLD = frozenset(
    {
        "open",
        "schedule",
        "send_to_review",
        "approve",
        "return",
        "refuse",
        "withdraw",
        "expire",
        "fail_checks",
        "execute",
        "certify",
        "return_payout",
        "charge_back",
        "resume_refund",
        "finish",
        "appeal",
        "split",
        "object",
        "stop",
        "overdue",
        "postpone",
        "recompute_deadline",
        "keep_policy",
        "adopt_policy",
        "replace_document",
        "revoke_document",
    }
)
