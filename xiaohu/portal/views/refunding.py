"""S21: the refund came back: why, how much, another way; then what the bank does with it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.closures import payee_identity, paying, refunding
from xiaohu.closures.models import Case
from xiaohu.core.banks import BANKS
from xiaohu.core.calendar import day_of
from xiaohu.core.moves import Action
from xiaohu.core.ordering import goes_elsewhere
from xiaohu.core.payouts import Returned, returned
from xiaohu.core.profile import RefundRoute
from xiaohu.core.repaying import TRIES
from xiaohu.core.schedule import promised_by
from xiaohu.core.states import CaseState
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import OneChoice
from xiaohu.portal.shown import actor_of, holder_name, numbers_apart, shown_case
from xiaohu.portal.views.paying import account_form, agree, read_way, ways
from xiaohu.proofing.reencoding import MAX_BYTES
from xiaohu.queue import clock
from xiaohu.registry import calendars
from xiaohu.settlement import orders
from xiaohu.settlement.models import RefundOrder
from xiaohu.trail import events
from xiaohu.ui import uploads
from xiaohu.ui.shown import ShownClosing
from xiaohu.ui.uploads import PayeeIdentity

CAME_BACK = frozenset({Action.RETURN_PAYOUT.value, Action.STOP_REFUND.value})


@own_case
def refund(request: HttpRequest, case: Case) -> HttpResponse:
    """S21: choose another way, or see how far the bank is with it."""
    shown = shown_case(case)
    back = [each for each in shown["closings"] if each.state is CaseState.REFUND_ATTENTION]
    if not back:
        return _after(request, case, shown)
    tries = max(each.closing.refund_round for each in back)
    shown["concerned"] = numbers_apart(back, shown["closings"])
    if tries >= TRIES:
        return _by_people(request, {**shown, "returned_fen": _left(back), "why": _why(case)}, back)
    shown["identity"] = payee_identity.fresh(case) is not None
    offered = [each for each in ways(case) if shown["identity"] or _stays(each[0])]
    way = OneChoice(request.POST or None, choices=offered)
    to_bank = request.POST.get("choice") == RefundRoute.BANK_ACCOUNT.value
    account = account_form(request, case, RefundRoute.BANK_ACCOUNT, sent=to_bank)
    if request.method == "POST" and way.is_valid() and (not to_bank or account.is_valid()):
        route, to_line = read_way(way.cleaned_data["choice"])
        if route is RefundRoute.WALLET:
            return HttpResponseRedirect(reverse("portal:refund_wallet", args=[case.pk]))
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
    page = {
        **shown,
        "form": way,
        "offered": offered,
        "account": account,
        "banks": BANKS,
        "returned_fen": _left(back),
        "why": _why(case),
        "tries": tries,
        "due_on": _due(back),
        "most": TRIES,
    }
    return render(request, "portal/refund.html", page, status=422 if wrong else 200)


@own_case
def identity(request: HttpRequest, case: Case) -> HttpResponse:
    """S21: whoever names another account shows first who they are."""
    to = "refund" if refunding.is_back(case) else "claim"
    if not payee_identity.waits_for_payee(case):
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    form = PayeeIdentity(request.POST or None, request.FILES or None)
    uploads.refuse_left_out(request, form)
    if request.method == "POST" and form.is_valid():
        with uploads.refusals_told(form):
            payee_identity.show(
                case_id=case.pk,
                data=form.cleaned_data["file"].read(),
                actor=actor_of(request),
                now=clock.now(),
            )
        if not form.errors:
            messages.success(request, gettext("payee_identity.shown"))
            return HttpResponseRedirect(reverse(f"portal:{to}", args=[case.pk]))
    page = {
        "case": case,
        "form": form,
        "to": to,
        "max_mib": MAX_BYTES >> 20,
        "counter": to == "claim" or RefundRoute.COUNTER in paying.routes(case),
    }
    return render(request, "portal/payee_identity.html", page, status=422 if form.errors else 200)


def _stays(choice: str) -> bool:
    """Say whether a way leads nowhere else, so that nobody has to show who they are."""
    return not goes_elsewhere(read_way(choice)[0], changed=True)


@own_case
def wallet(request: HttpRequest, case: Case) -> HttpResponse:
    """S21: the holder's own wallet, on a page of its own as in S13."""
    offered = RefundRoute.WALLET in paying.routes(case)
    shown = payee_identity.fresh(case) is not None
    if request.method == "POST" and not shown:
        messages.info(request, gettext("payee_identity.each"))
    if not refunding.is_back(case) or not offered or not shown:
        return HttpResponseRedirect(reverse("portal:refund", args=[case.pk]))
    form = account_form(request, case, RefundRoute.WALLET)
    if request.method == "POST" and form.is_valid():
        agree(request, case)
        refunding.choose_another_way(
            case_id=case.pk,
            route=RefundRoute.WALLET,
            bank=form.cleaned_data["bank"],
            account=form.cleaned_data["account"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return HttpResponseRedirect(reverse("portal:refund", args=[case.pk]))
    page = {"case": case, "form": form, "holder": holder_name(case), "wallet": True, "again": True}
    return render(request, "portal/bank_account.html", page, status=422 if form.errors else 200)


def _by_people(
    request: HttpRequest, shown: dict[str, Any], back: list[ShownClosing]
) -> HttpResponse:
    """Say that it came back too often, and by when our people pay it by hand."""
    due = [each.closing.owner_due_at for each in back if each.closing.owner_due_at]
    until = promised_by(max(due), now=clock.now()) if due else None
    page = {**shown, "most": TRIES, "waits_until": until}
    return render(request, "portal/refund_by_people.html", page)


def _after(request: HttpRequest, case: Case, shown: dict[str, Any]) -> HttpResponse:
    """Say what became of a refund that was tried again; one that never came back has no page."""
    again = [event for event in events.of_case(case.pk) if event.action == "resume_refund"]
    if not again:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    page: dict[str, Any] = {
        **shown,
        "left_fen": _left(shown["closings"]),
        "paid_fen": sum(s.settled.refunded_fen for s in shown["closings"] if s.settled),
        "expected_on": _expected(shown, day_of(again[-1].at)),
        "order": _order(shown["closings"]),
    }
    return render(request, "portal/refund_working.html", page)


def _due(closings: list[ShownClosing]) -> date | None:
    """Return until when the money was to be back."""
    due = [s.closing.refund_due_on for s in closings if s.closing.refund_due_on is not None]
    return min(due, default=None)


def _order(closings: list[ShownClosing]) -> RefundOrder | None:
    """Return what a refund still waits for: somebody's word, or the time in which it can be stopped."""
    waiting = orders.waiting_of(each.closing.pk for each in closings)
    return next(iter(waiting.values()), None)


def _expected(shown: dict[str, Any], tried_on: date) -> date:
    days = shown["profile_of_case"].refund.working_days
    return calendars.working().add(tried_on, days).on


def _left(closings: list[ShownClosing]) -> int:
    """Return what is still to be paid out."""
    return sum(s.settled.left_fen for s in closings if s.settled is not None)


def _why(case: Case) -> Returned:
    said = [e.reason for e in events.of_case(case.pk) if e.action in CAME_BACK]
    return returned(said[-1] if said else "")
