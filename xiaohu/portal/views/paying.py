"""S12 and S13: where the money goes, and the account or wallet it goes to."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import conditional_escape, format_html_join
from django.utils.translation import gettext

from xiaohu.closures import checking, consenting, estimates, expecting, paying, queries
from xiaohu.closures.checking import Checked
from xiaohu.closures.models import Case
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, HolderKind, Paid
from xiaohu.core.banks import BANKS
from xiaohu.core.consents import ConsentKind
from xiaohu.core.destinations import DESTINATIONS, Asks
from xiaohu.core.profile import RefundRoute
from xiaohu.portal import journey
from xiaohu.portal.entering import own_draft
from xiaohu.portal.money_forms import BankAccount, RefundWay, Waiver, WalletAccount
from xiaohu.portal.shown import actor_of, holder_name, payee_shown
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.ui.templatetags.words import counter_hours

WALLET = "wallet"
NO_BREAK = "\u00a0"


@own_draft
def balance(request: HttpRequest, case: Case) -> HttpResponse:
    """S12: how the balance is returned."""
    now = clock.now()
    checked = checking.last(case, now=now)
    if checked is None or not checked.pays:
        return HttpResponseRedirect(journey.next_page(case, now=now))
    form = RefundWay(
        request.POST or None,
        choices=ways(case, slower=not expecting.reviewed_anyhow(case, checked)),
        unknown=checked.balance_unknown,
        initial={"choice": _chosen(case)},
    )
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(_take(request, case, form.cleaned_data, checked))
    page = {
        "case": case,
        "form": form,
        "checked": checked,
        "estimate": estimates.of(checked, queries.profile_of(case), now=now),
        "payee": payee_shown(case),
    }
    return render(request, "portal/balance.html", page, status=422 if form.errors else 200)


@own_draft
def account(request: HttpRequest, case: Case) -> HttpResponse:
    """S13: the holder's own bank account or wallet, used with a consent of its own."""
    wallet = request.GET.get("to") == WALLET
    route = RefundRoute.WALLET if wallet else RefundRoute.BANK_ACCOUNT
    checked = checking.last(case, now=clock.now())
    if checked is None or not checked.pays or route not in paying.routes(case):
        return HttpResponseRedirect(reverse("portal:balance", args=[case.pk]))
    given_before = case.refund_route == route.value
    if given_before and "keep" in request.POST:
        return HttpResponseRedirect(_go_on(request, case))
    form = account_form(request, case, route)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        agree(request, case)
        paying.set_refund(
            case_id=case.pk, route=route, bank=given["bank"], account=given["account"]
        )
        return HttpResponseRedirect(_go_on(request, case))
    page = {
        "case": case,
        "form": form,
        "holder": holder_name(case),
        "kept": payee_shown(case) if given_before and _only_opened(request) else "",
        "wallet": wallet,
        "corporate": _firm(case),
        "banks": BANKS,
    }
    return render(request, "portal/bank_account.html", page, status=422 if form.errors else 200)


@own_draft
def waive(request: HttpRequest, case: Case) -> HttpResponse:
    """S12: leave the balance to the operator, on a page of its own and with a box of its own."""
    checked = checking.last(case, now=clock.now())
    if checked is None or not paying.waivable(case):
        return HttpResponseRedirect(reverse("portal:balance", args=[case.pk]))
    form = Waiver(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request), clock.now()
        consenting.give(case_id=case.pk, kind=ConsentKind.WAIVER, actor=actor, now=now)
        paying.set_refund(case_id=case.pk, route=RefundRoute.WAIVE)
        return HttpResponseRedirect(_go_on(request, case))
    limit_fen = queries.profile_of(case).refund.waiver_up_to_fen
    page = {"case": case, "form": form, "checked": checked, "limit_fen": limit_fen}
    return render(request, "portal/waive.html", page, status=422 if form.errors else 200)


def _only_opened(request: HttpRequest) -> bool:
    """Say whether a page is only opened again, not to put another answer in place of the last."""
    return request.method != "POST" and "change" not in request.GET


def account_form(
    request: HttpRequest, case: Case, route: RefundRoute, *, sent: bool = True
) -> BankAccount | WalletAccount:
    """Return the form of an account or of a wallet, filled where it was sent."""
    data = (request.POST or None) if sent else None
    if route is RefundRoute.WALLET:
        return WalletAccount(data)
    form = BankAccount(data)
    if _firm(case):
        form.for_a_firm()
    return form


def agree(request: HttpRequest, case: Case) -> None:
    """Record that the use of an account was agreed to."""
    consenting.give(
        case_id=case.pk,
        kind=ConsentKind.BANK_ACCOUNT,
        actor=actor_of(request),
        now=clock.now(),
    )


def ways(case: Case, *, slower: bool = False) -> list[tuple[str, str]]:
    """Return the ways money can go back, in the operator's order; each other line is one.

    `slower` names the days people take for the ways they look at first.
    """
    found = []
    for route in paying.routes(case):
        if DESTINATIONS[route].asks is Asks.LINE:
            found += [
                (
                    f"{route.value}:{mask.id}",
                    _hinted(case, route, mask.number.replace(" ", NO_BREAK)),
                )
                for mask in lines.shown(paying.other_lines(case))
            ]
        else:
            found.append((route.value, _hinted(case, route, slower=slower)))
    return found


def read_way(choice: str) -> tuple[RefundRoute, str]:
    """Return the way of the money a choice names, with the line it goes to."""
    route, _, line = choice.partition(":")
    return RefundRoute(route), line


def _take(request: HttpRequest, case: Case, given: dict[str, Any], checked: Checked) -> str:
    """Keep the way that was chosen, and return the path that comes next."""
    route, to_line = read_way(given["choice"])
    if checked.balance_unknown:
        consenting.give(
            case_id=case.pk,
            kind=ConsentKind.LATER_SETTLEMENT,
            actor=actor_of(request),
            now=clock.now(),
        )
    if route is RefundRoute.WAIVE:
        return reverse("portal:waive", args=[case.pk])
    if DESTINATIONS[route].asks in {Asks.ACCOUNT, Asks.WALLET}:
        path = reverse("portal:bank_account", args=[case.pk])
        return f"{path}?to={WALLET}" if route is RefundRoute.WALLET else path
    paying.set_refund(case_id=case.pk, route=route, to_line=to_line)
    return _go_on(request, case)


def _go_on(request: HttpRequest, case: Case) -> str:
    """Let go of consents to the ways that were left, and return the path that comes next."""
    now = clock.now()
    kept = consenting.drop_unused(case_id=case.pk, actor=actor_of(request), now=now)
    return journey.next_page(kept, now=now)


def _chosen(case: Case) -> str | None:
    to = paying.payee(case).get(paying.LINE, "")
    return f"{case.refund_route}:{to}" if to else case.refund_route or None


def _hinted(case: Case, route: RefundRoute, number: str = "", *, slower: bool = False) -> str:
    """Return a way of the money as an answer: its name, and where the money then is."""
    kind = _kind(case, route)
    name = conditional_escape(f"{gettext(f'route.{kind}')} {number}".strip())
    means, profile = [gettext(f"route.means.{kind}")], queries.profile_of(case)
    if route is RefundRoute.COUNTER and profile.contact.counter_hours is not None:
        means.append(counter_hours(profile))
    if slower and DESTINATIONS[route].reviewed:
        days = profile.review.working_days
        means.append(gettext("balance.reviewed_first").format(days=days))
    return name + format_html_join("", "<small>{}</small>", ((told,) for told in means))


def _kind(case: Case, route: RefundRoute) -> str:
    corporate = route is RefundRoute.BANK_ACCOUNT and _firm(case)
    substitute = APPLICANTS[ApplicantKind(case.applicant)].paid is not Paid.HOLDER
    if route is RefundRoute.BANK_ACCOUNT and substitute:
        return "substitute_account"
    return "corporate_account" if corporate else route.value


def _firm(case: Case) -> bool:
    return case.holder.kind == HolderKind.ORGANISATION.value
