"""S23: why a request was not accepted, a review by another person, and the ways outside."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import appealing, checking
from xiaohu.closures.models import Case
from xiaohu.core.calendar import day_of
from xiaohu.core.review import appeal_until
from xiaohu.core.states import CaseState
from xiaohu.portal import journey
from xiaohu.portal.entering import own_case
from xiaohu.portal.opening import check
from xiaohu.portal.shown import actor_of, shown_case, subscriber_of
from xiaohu.proofing import papers
from xiaohu.queue import clock


@own_case
def refused(request: HttpRequest, case: Case) -> HttpResponse:
    """S23: rule and version, facts relied on, review and complaint with their time limits."""
    if CaseState(case.state) is not CaseState.REFUSED:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    now = clock.now()
    if request.method == "POST":
        again = appealing.appeal(case_id=case.pk, actor=actor_of(request), now=now)
        check(again)
        if subscriber_of(request).case_id is not None:  # sees the old request alone
            return HttpResponseRedirect(reverse("portal:refused", args=[case.pk]))
        return HttpResponseRedirect(journey.next_page(again, now=now))
    checked = checking.last(case, now=now)
    until = appeal_until(refused_at=case.decided_at) if case.decided_at else None
    review = appealing.review_of(case)
    page = {
        **shown_case(case),
        "papers": papers.of_case(case.pk),
        "checked_at": checked.gathered_at if checked is not None else None,
        "appeal_until": until,
        "can_appeal": review is None and until is not None and day_of(now) <= until,
        "review": review,
        "sees_review": subscriber_of(request).case_id is None,
    }
    return render(request, "portal/refused.html", page)
