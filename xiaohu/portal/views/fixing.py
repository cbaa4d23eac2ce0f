"""S20: what was returned, each with the way to put it right; and starting again after an end."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from xiaohu.closures import applying, hearing, restarting
from xiaohu.closures.models import Case
from xiaohu.closures.queries import LineNotYours
from xiaohu.core.proofs import TWO_KINDS
from xiaohu.core.review import ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.portal import journey
from xiaohu.portal.entering import own_case
from xiaohu.portal.opening import check
from xiaohu.portal.shown import shown_case, subscriber_of
from xiaohu.proofing import papers
from xiaohu.queue import clock

WHERE = {
    ReturnReason.PAYEE_UNCLEAR.value: "balance",
    ReturnReason.CONTACT_UNREACHABLE.value: "contact",
    ReturnReason.PROVE_AGAIN.value: "prove",
    ReturnReason.PHOTO_UNCLEAR.value: "documents",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put right: the officer's reason, where, and whether it is seen to be done."""

    reason: str
    path: str
    done: bool


@own_case
def fix(request: HttpRequest, case: Case) -> HttpResponse:
    """S20: what the officer, or a check that changed, asks for; once expired, how to start again."""
    state = CaseState(case.state)
    if state is CaseState.EXPIRED and not case.by_operator:
        return render(request, "portal/fix_expired.html", shown_case(case))
    if state is not CaseState.AWAITING_CUSTOMER:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    items = _items(case)
    page = {
        **shown_case(case),
        "go_on": _first_to_do(items) or journey.next_page(case, now=clock.now()),
        "items": items,
        "note": hearing.said(case).get(hearing.ASKED, ""),
    }
    return render(request, "portal/fix.html", page)


@own_case
@require_POST
def start_again(request: HttpRequest, case: Case) -> HttpResponse:
    """Begin anew with the answers of a request that ended."""
    now = clock.now()
    try:
        again = restarting.start_again(case_id=case.pk, subscriber=subscriber_of(request), now=now)
    except LineNotYours:  # Signed in by the old request's contact: the line is proved first.
        return HttpResponseRedirect(reverse("portal:start"))
    check(again)
    return HttpResponseRedirect(journey.next_page(again, now=now))


def _shown_since(case: Case) -> bool:
    """Say whether a paper was added since the request was returned."""
    at = case.decided_at
    return at is not None and any(paper.added_at > at for paper in papers.of_case(case.pk))


def _first_to_do(items: list[Item]) -> str:
    return next((item.path for item in items if not item.done), "")


def _items(case: Case) -> list[Item]:
    standing = applying.standing(case, now=clock.now())
    done = {
        ReturnReason.PROVE_AGAIN.value: standing.reached >= TWO_KINDS,
        ReturnReason.CONTACT_UNREACHABLE.value: case.contact_confirmed,
        ReturnReason.PHOTO_UNCLEAR.value: _shown_since(case),
    }
    return [
        Item(
            reason,
            reverse(f"portal:{WHERE.get(reason, 'review')}", args=[case.pk]),
            done.get(reason, False),
        )
        for reason in case.decision_reasons
    ]
