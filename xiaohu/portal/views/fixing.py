"""S20: what was returned, each with the way to put it right; and starting again after an end."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from xiaohu.closures import hearing, restarting
from xiaohu.closures.models import Case
from xiaohu.closures.queries import LineNotYours
from xiaohu.core.states import CaseState
from xiaohu.portal import journey, returned
from xiaohu.portal.entering import own_case
from xiaohu.portal.opening import check
from xiaohu.portal.shown import shown_case, subscriber_of
from xiaohu.queue import clock


@own_case
def fix(request: HttpRequest, case: Case) -> HttpResponse:
    """S20: what the officer, or a check that changed, asks for; once expired, how to start again."""
    state = CaseState(case.state)
    if state is CaseState.EXPIRED and not case.by_operator:
        return render(request, "portal/fix_expired.html", shown_case(case))
    if state is not CaseState.AWAITING_CUSTOMER:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    now = clock.now()
    to_do = returned.to_do(case, now=now)
    page = {
        **shown_case(case),
        "go_on": to_do[0].path if to_do else journey.next_page(case, now=now),
        "items": returned.items(case, now=now),
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
