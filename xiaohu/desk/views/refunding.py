"""D9: refunds to repair: try again, another account, or paid by hand with two people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    agreeing,
    consenting,
    payee_identity,
    paying,
    refund_due,
    refunding,
    repaying,
)
from xiaohu.closures.models import Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.core.consents import ConsentKind
from xiaohu.core.payouts import LASTING
from xiaohu.core.profile import RefundRoute
from xiaohu.core.refusals import ChangedSince, Refusal
from xiaohu.core.repaying import TRIES, SlipRefused
from xiaohu.desk import refunds
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import NewAccount, NewWallet, PayeeShown, Slip
from xiaohu.desk.refunds import Refund
from xiaohu.proofing.reencoding import MAX_BYTES
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.ui import uploads
from xiaohu.ui.plain import PlainForm, Unsent
from xiaohu.ui.refusals import Sentence, sentence


@staff_only
def listed(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D9: every refund that waits for people."""
    rows, today = refunds.waiting(), day_of(clock.now())
    soon_on = today + refund_due.SOON
    page = {"rows": rows, "today": today, "soon_on": soon_on}
    return render(request, "desk/refunds.html", {**page, **refunds.figures(today=today)})


@staff_only
def repair(request: HttpRequest, officer: StaffUser, closing_id: UUID) -> HttpResponse:
    """D9: one of them; POST tries again, changes the account, records, confirms or drops a payment."""
    refund = refunds.one(closing_id)
    if refund is None:
        if request.method == "GET":
            raise Http404
        messages.info(request, gettext("refunds.gone"))
        return HttpResponseRedirect(reverse("desk:refunds"))
    asked = request.POST.get("do", "")
    forms = _forms(request, asked)
    form, identity = forms.get(asked), forms[IDENTITY]
    uploads.refuse_left_out(request, identity)
    problem = None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            with uploads.refusals_told(identity):
                told = _do(asked, request, officer, refund, form)
        except SlipRefused as refused:
            forms["record"].add_error("slip", sentence(refused).what)
        except Refusal as refused:
            problem = sentence(refused)
        else:
            if not identity.errors:
                messages.success(request, told)
                return HttpResponseRedirect(_then(asked, closing_id))
    return _page(request, officer, refunds.one(closing_id) or refund, forms, problem)


def _forms(request: HttpRequest, asked: str) -> dict[str, PlainForm]:
    """Return the form of each way by its name; what was typed for another one is only kept."""
    typed = Unsent(request.POST.urlencode())
    return {
        name: form(request.POST, request.FILES) if name == asked else form(typed)
        for name, form in _FORMS.items()
    }


def _then(asked: str, closing_id: UUID) -> str:
    """Return the page that comes next: once somebody showed who they are, the account is named."""
    if asked == IDENTITY:
        return reverse("desk:refund", args=[closing_id])
    return reverse("desk:refunds")


def _page(
    request: HttpRequest,
    officer: StaffUser,
    refund: Refund,
    forms: dict[str, PlainForm],
    problem: Sentence | None,
) -> HttpResponse:
    finance = officer.acts_as(ActorKind.FINANCE)
    page: dict[str, Any] = {
        "refund": refund,
        "case": refund.closing.case,
        **forms,
        "routes": [route.value for route in paying.routes(refund.closing.case)],
        "others": lines.shown(paying.other_lines(refund.closing.case)),
        "shown": payee_identity.pages(refund.closing.case_id),
        "fresh": payee_identity.fresh(refund.closing.case) is not None,
        "max_mib": MAX_BYTES >> 20,
        "problem": problem,
        "finance": finance,
        "may_repair": finance or officer.acts_as(ActorKind.OFFICER),
        "order_people": _people(refund),
        "own_order": refund.order is not None
        and officer.pk in {refund.order.prepared_by, refund.order.first_by},
        "most": TRIES,
        "lasting": refund.answer in LASTING,
        "tried_out": refund.closing.refund_round >= TRIES,
        "own_record": refund.pending is not None and refund.pending.recorded_by_id == officer.pk,
    }
    wrong = any(form.errors for form in forms.values())
    status = 409 if problem else 422 if wrong else 200
    return render(request, "desk/refund.html", page, status=status)


def _people(refund: Refund) -> dict[str, str]:
    """Return the names of our people who prepared a refund or agreed to it; a holder has none here."""
    order = refund.order
    if order is None:
        return {}
    known = StaffUser.objects.filter(pk__in=[order.prepared_by, order.first_by])
    names = {person.pk: person.display_name for person in known}
    return {
        "prepared_by": names.get(order.prepared_by, ""),
        "first_by": names.get(order.first_by, "") if order.first_by else "",
    }


def _do(
    asked: str,
    request: HttpRequest,
    officer: StaffUser,
    refund: Refund,
    form: PlainForm | None,
) -> str:
    """Do what was asked and return the words of it."""
    now, closing = clock.now(), refund.closing
    given = form.cleaned_data if form is not None else {}
    if asked == "retry":
        repaying.retry(closing_id=closing.pk, officer=officer, now=now)
    elif asked == IDENTITY:
        payee_identity.show(
            case_id=closing.case_id,
            data=given["file"].read(),
            actor=repaying.actor_for(officer),
            now=now,
        )
    elif asked in _ELSEWHERE:
        _elsewhere(closing, officer, _ELSEWHERE[asked], given, request, now=now)
    elif asked == "record":
        number = given["slip"]
        repaying.record_payment(closing_id=closing.pk, slip=number, officer=officer, now=now)
    else:
        _word(asked, officer, refund, request.POST.get("seen", ""), now=now)
    return gettext(f"refunds.done.{asked}")


def _word(asked: str, officer: StaffUser, refund: Refund, seen: str, *, now: datetime) -> None:
    """Say a word on what waits for one, of exactly what was looked at."""
    closing_id, pending = refund.closing.pk, refund.pending
    if asked == "agree":
        agreeing.agree(closing_id=closing_id, officer=officer, now=now, seen=seen)
    elif asked == "decline":
        agreeing.decline(closing_id=closing_id, officer=officer, now=now, seen=seen)
    elif asked not in {"confirm", "drop"} or pending is None:
        raise Http404
    elif seen != str(pending.pk):
        raise ChangedSince
    elif asked == "confirm":
        repaying.confirm_payment(payment_id=pending.pk, officer=officer, now=now)
    else:
        repaying.drop_payment(payment_id=pending.pk, officer=officer, now=now)


IDENTITY = "identity"
_FORMS: Mapping[str, type[PlainForm]] = {
    IDENTITY: PayeeShown,
    "account": NewAccount,
    "wallet": NewWallet,
    "record": Slip,
}
_ELSEWHERE = {
    "account": RefundRoute.BANK_ACCOUNT,
    "wallet": RefundRoute.WALLET,
    "line": RefundRoute.OTHER_LINE,
    "counter": RefundRoute.COUNTER,
}


def _elsewhere(
    closing: Closing,
    officer: StaffUser,
    route: RefundRoute,
    given: Mapping[str, Any],
    request: HttpRequest,
    *,
    now: datetime,
) -> None:
    """Send a refund another way, as told by the holder."""
    actor = repaying.actor_for(officer)
    repaying.require_sums(closing)
    account = given.get("account") or given.get("wallet_account", "")
    if account:
        kind = ConsentKind.BANK_ACCOUNT
        consenting.give(case_id=closing.case_id, kind=kind, actor=actor, now=now)
    refunding.choose_another_way(
        case_id=closing.case_id,
        route=route,
        bank=given.get("bank") or given.get("wallet", ""),
        account=account,
        to_line=request.POST.get("to", "")[:36],
        actor=actor,
        now=now,
    )
