"""S18 to S23: where a request stands, and every turn it can take afterwards."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import appealing, checking, refunding
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.banks import BANKS
from xiaohu.core.calendar import day_of
from xiaohu.core.profile import RefundRoute
from xiaohu.core.review import appeal_until
from xiaohu.core.schedule import promised_by
from xiaohu.core.states import CaseState
from xiaohu.portal import journey, steps
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import OneChoice
from xiaohu.portal.opening import check
from xiaohu.portal.shown import actor_of, shown_case
from xiaohu.portal.views.paying import account_form, agree, read_way, ways
from xiaohu.proofing import papers
from xiaohu.queue import clock
from xiaohu.ui.said import late
from xiaohu.ui.shown import ShownClosing, messages, promised, told
from xiaohu.ui.shown import involuntary as of_operator

RUNNING = frozenset({CaseState.EXECUTING, CaseState.SETTLING})
LOOKS = 15  # every 20 seconds, for five minutes; then the person asks again when they like


@own_case
def progress(request: HttpRequest, case: Case) -> HttpResponse:
    """S18: the state in a sentence, dated steps, the money, the documents."""
    if CaseState(case.state) is CaseState.DRAFT:
        return HttpResponseRedirect(journey.next_page(case, now=clock.now()))
    shown = shown_case(case)
    now = clock.now()
    sent = messages(case)
    looked = request.GET.get("looked", "")
    looks = int(looked) if looked.isascii() and looked.isdigit() and len(looked) < 3 else 0
    waits = _waits(shown["closings"], now)
    page = {
        **shown,
        "steps": steps.of_case(shown, waits_until=waits["waits_until"]),
        "settled_by": steps.settled_by(shown),
        "notices": told(sent),
        "lost": any(message.lost for message in told(sent)),
        "late_until": promised(sent),
        "running": shown["state"] in RUNNING
        and not all(s.closing.owner for s in shown["closings"]),
        "look_again": looks + 1 if looks < LOOKS else None,
        **waits,
        "now": now,
        **of_operator(case),
    }
    partial = "#status" if getattr(request, "htmx", False) else ""
    return render(request, f"portal/progress.html{partial}", page)


def _waits(closings: list[ShownClosing], now: datetime) -> dict[str, Any]:
    """Return whose turn it is and until when; a date of ours that has passed is renewed."""
    due = [s.closing.owner_due_at for s in closings if s.closing.owner_due_at]
    troubled = [s.closing for s in closings if s.closing.owner == HumanQueue.OPERATIONS]
    until = max(due, default=None)
    if not troubled or until is None:
        return {"helped": bool(troubled), "waits_until": until}
    missed = until if until <= now else None
    until = promised_by(until, now=now)
    return {
        "helped": True,
        "missed": missed,
        "waits_until": until,
        "why_late": late(troubled[0].trouble),
    }


@own_case
def fix(request: HttpRequest, case: Case) -> HttpResponse:
    """S20: what the officer, or a check that changed, asks for."""
    if CaseState(case.state) is not CaseState.AWAITING_CUSTOMER:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    now = clock.now()
    page = {**shown_case(case), "go_on": journey.next_page(case, now=now)}
    return render(request, "portal/fix.html", page)


@own_case
def refund(request: HttpRequest, case: Case) -> HttpResponse:
    """S21: the refund came back; choose another way."""
    if CaseState(case.state) is not CaseState.REFUND_ATTENTION:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    choices = [way for way in ways(case) if way[0] != RefundRoute.WALLET.value]
    way = OneChoice(request.POST or None, choices=choices)
    to_bank = request.POST.get("choice") == RefundRoute.BANK_ACCOUNT.value
    account = account_form(request, case, RefundRoute.BANK_ACCOUNT, sent=to_bank)
    if request.method == "POST" and way.is_valid():
        route, to_line = read_way(way.cleaned_data["choice"])
        if not to_bank or account.is_valid():
            if to_bank:
                agree(request, case)
            refunding.choose_another_way(
                case_id=case.pk,
                route=route,
                bank=account.cleaned_data["bank"] if to_bank else "",
                account=account.cleaned_data["account"] if to_bank else "",
                to_line=to_line,
                actor=actor_of(request),
                now=clock.now(),
            )
            return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    wrong = bool(way.errors or account.errors)
    shown = shown_case(case)
    back = [s.settled for s in shown["closings"] if s.state is CaseState.REFUND_ATTENTION]
    page = {
        **shown,
        "form": way,
        "account": account,
        "banks": BANKS,
        "returned_fen": sum(settled.refundable_fen for settled in back if settled is not None),
    }
    return render(request, "portal/refund.html", page, status=422 if wrong else 200)


@own_case
def refused(request: HttpRequest, case: Case) -> HttpResponse:
    """S23: why, and a review by another person."""
    if CaseState(case.state) is not CaseState.REFUSED:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    if request.method == "POST":
        again = appealing.appeal(case_id=case.pk, actor=actor_of(request), now=clock.now())
        check(again)
        return HttpResponseRedirect(journey.next_page(again, now=clock.now()))
    checked = checking.last(case, now=clock.now())
    until = appeal_until(refused_at=case.decided_at) if case.decided_at else None
    page = {
        **shown_case(case),
        "papers": papers.of_case(case.pk),
        "checked_at": checked.gathered_at if checked is not None else None,
        "appeal_until": until,
        "can_appeal": until is not None and day_of(clock.now()) <= until,
    }
    return render(request, "portal/refused.html", page)
