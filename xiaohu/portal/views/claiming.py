"""Money that waits to be claimed: for anybody how, and for whoever proved the contact the claim itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.closures import claiming, payee_identity, queries
from xiaohu.closures.models import Case
from xiaohu.core.banks import BANKS
from xiaohu.core.profile import RefundRoute
from xiaohu.portal.entering import own_case
from xiaohu.portal.shown import actor_of
from xiaohu.portal.views.paying import WALLET, account_form
from xiaohu.queue import clock
from xiaohu.settlement import ledger, orders, unclaimed


def how(request: HttpRequest) -> HttpResponse:
    """Say how money that waits is claimed, with a reference or without."""
    return render(request, "portal/claim.html", {"to_sign_in": _SIGN_IN})


_SIGN_IN = "/sign-in?method=reference&next=/cases"


@own_case
def claim(request: HttpRequest, case: Case) -> HttpResponse:
    """Claim it to an own account, see how far that is, or where else to fetch it."""
    found = queries.closings_of(case)
    closings = [closing.pk for closing in found]
    kept = unclaimed.of_closings(closings)
    if not kept:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    settled = ledger.of_closings(closings)
    ways = claiming.ways(case)
    wallet = request.GET.get("to") == WALLET and RefundRoute.WALLET in ways
    route = RefundRoute.WALLET if wallet else RefundRoute.BANK_ACCOUNT
    form = account_form(request, case, route)
    open_to = bool(claiming.claimable(case))
    shown = payee_identity.fresh(case) is not None
    if request.method == "POST" and open_to and not shown:
        messages.info(request, gettext("payee_identity.each"))
    elif request.method == "POST" and open_to and route in ways and form.is_valid():
        claiming.claim(
            case_id=case.pk,
            route=route,
            bank=form.cleaned_data["bank"],
            account=form.cleaned_data["account"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return HttpResponseRedirect(reverse("portal:claim", args=[case.pk]))
    page = {
        "case": case,
        "form": form,
        "banks": BANKS,
        "wallet": wallet,
        "wallet_offered": RefundRoute.WALLET in ways,
        "here": route in ways,
        "open_to": open_to,
        "identity": shown,
        "owed": claiming.owed(found),
        "order": next(iter(orders.waiting_of(closings).values()), None),
        "amount_fen": sum(settled[pk].unclaimed_fen for pk in kept),
        "until": min(each.claim_until for each in kept.values()),
    }
    return render(request, "portal/claim_one.html", page, status=422 if form.errors else 200)
