"""S19: taking a request back, and what is possible once that is too late."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.closures import withdrawing
from xiaohu.closures.models import Case
from xiaohu.closures.withdrawing import TooLateToWithdraw
from xiaohu.core.states import CaseState
from xiaohu.core.withdrawal import WithdrawReason
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import OneChoice
from xiaohu.portal.shown import actor_of, shown_case
from xiaohu.queue import clock
from xiaohu.trail import events

ENDED_BEFORE = frozenset({CaseState.WITHDRAWN, CaseState.REFUSED, CaseState.EXPIRED})


@own_case
def withdraw(request: HttpRequest, case: Case) -> HttpResponse:
    """S19: what is undone, a reason if one likes, and one button."""
    options = [(one.value, gettext(f"withdraw.reason.{one}")) for one in WithdrawReason]
    if request.method == "POST":
        reason = _reason(request.POST.get("choice", ""))
        try:
            withdrawing.withdraw(
                case_id=case.pk, actor=actor_of(request), now=clock.now(), reason=reason
            )
        except TooLateToWithdraw:
            return _too_late(request, case)
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    shown = shown_case(case)
    if not shown["can_withdraw"]:
        return _too_late(request, case)
    form = OneChoice(initial={"choice": WithdrawReason.NOT_SAID.value}, choices=options)
    return render(request, "portal/withdraw.html", {**shown, "form": form})


def _reason(typed: str) -> WithdrawReason:
    """Return the reason; whatever else was sent is no reason, and no obstacle."""
    return WithdrawReason(typed) if typed in set(WithdrawReason) else WithdrawReason.NOT_SAID


def _too_late(request: HttpRequest, case: Case) -> HttpResponse:
    """Say why it is too late, and what is possible."""
    began = [event.at for event in events.of_case(case.pk) if event.action == "execute"]
    page = {
        **shown_case(case),
        "began_at": began[0] if began else None,
        "ended_before": CaseState(case.state) in ENDED_BEFORE,
    }
    return render(request, "portal/withdraw_late.html", page, status=409)
