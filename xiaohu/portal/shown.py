"""What pages show of a case: masks, dates and amounts; and who acts on it."""

from typing import Any

from django.http import HttpRequest

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import drafting, queries, volunteering
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.portal.views.answering import masked
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
        "payee_tail": drafting.payee(case).get("account", "")[-4:],
        "profile_of_case": queries.profile_of(case),
        "can_withdraw": CaseState(case.state) in WITHDRAWABLE and not case.by_operator,
        "certified": [each for each in closings if each.certificate is not None],
    }


def timeline(case: Case) -> list[tuple[str, Any]]:
    """Return what happened to a case: keys of sentences with their moments."""
    happened = [(e.action, e.at) for e in events.of_case(case.pk) if e.action in TOLD]
    if not case.by_operator:
        return happened
    # What the operator did before it announced its closing is its own affair.
    told = [(action, at) for action, at in happened if action not in {"open", "send_to_review"}]
    return [(ANNOUNCE if action == "approve" else action, at) for action, at in told]


ANNOUNCE = "announce"
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
