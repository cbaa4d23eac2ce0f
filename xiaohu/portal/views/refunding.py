"""S21: the refund came back: why, how much, another way; then what the bank does with it."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import refunding
from xiaohu.closures.models import Case
from xiaohu.core.banks import BANKS
from xiaohu.core.calendar import day_of
from xiaohu.core.payouts import Returned, returned
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import OneChoice
from xiaohu.portal.shown import actor_of, shown_case
from xiaohu.portal.views.paying import account_form, agree, read_way, ways
from xiaohu.queue import clock
from xiaohu.registry import calendars
from xiaohu.trail import events
from xiaohu.ui.shown import ShownClosing


@own_case
def refund(request: HttpRequest, case: Case) -> HttpResponse:
    """S21: choose another way, or see how far the bank is with it."""
    if CaseState(case.state) is not CaseState.REFUND_ATTENTION:
        return _after(request, case)
    choices = [way for way in ways(case) if way[0] != RefundRoute.WALLET.value]
    way = OneChoice(request.POST or None, choices=choices)
    to_bank = request.POST.get("choice") == RefundRoute.BANK_ACCOUNT.value
    account = account_form(request, case, RefundRoute.BANK_ACCOUNT, sent=to_bank)
    if request.method == "POST" and way.is_valid() and (not to_bank or account.is_valid()):
        route, to_line = read_way(way.cleaned_data["choice"])
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
        return HttpResponseRedirect(reverse("portal:refund", args=[case.pk]))
    wrong = bool(way.errors or account.errors)
    shown = shown_case(case)
    back = [each for each in shown["closings"] if each.state is CaseState.REFUND_ATTENTION]
    page = {
        **shown,
        "form": way,
        "account": account,
        "banks": BANKS,
        "returned_fen": _left(back),
        "why": _why(case),
    }
    return render(request, "portal/refund.html", page, status=422 if wrong else 200)


def _after(request: HttpRequest, case: Case) -> HttpResponse:
    """Say what became of a refund that was tried again; one that never came back has no page."""
    again = [event for event in events.of_case(case.pk) if event.action == "resume_refund"]
    if not again:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    shown = shown_case(case)
    page: dict[str, Any] = {
        **shown,
        "left_fen": _left(shown["closings"]),
        "paid_fen": sum(s.settled.refunded_fen for s in shown["closings"] if s.settled),
        "expected_on": _expected(shown, day_of(again[-1].at)),
    }
    return render(request, "portal/refund_working.html", page)


def _expected(shown: dict[str, Any], tried_on: date) -> date:
    days = shown["profile_of_case"].refund.working_days
    return calendars.working().add(tried_on, days).on


def _left(closings: list[ShownClosing]) -> int:
    """Return what is still to be paid out."""
    return sum(s.settled.left_fen for s in closings if s.settled is not None)


def _why(case: Case) -> Returned:
    said = [e.reason for e in events.of_case(case.pk) if e.action == "return_payout"]
    return returned(said[-1] if said else "")
