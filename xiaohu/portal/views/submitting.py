"""S16 and S17: check the answers, declare, submit, and know what comes next."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import checking, drafting, splitting, submitting, timing
from xiaohu.closures.models import Case
from xiaohu.core.checks import Blocked, StaleChecks
from xiaohu.core.proofs import IdentityUnverified
from xiaohu.core.states import CaseState
from xiaohu.portal import journey, receipts
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import Declaration
from xiaohu.portal.shown import actor_of, shown_case
from xiaohu.queue import clock
from xiaohu.ui import rules, shown
from xiaohu.ui.refusals import Sentence, sentence


@own_case
def review(request: HttpRequest, case: Case) -> HttpResponse:
    """S16: every answer with a way to change it, one box to tick, one button."""
    now = clock.now()
    if CaseState(case.state) not in drafting.EDITABLE:
        return HttpResponseRedirect(reverse("portal:submitted", args=[case.pk]))
    waiting = journey.next_page(case, now=now)
    if waiting != reverse("portal:review", args=[case.pk]):
        return HttpResponseRedirect(waiting)
    form = Declaration(request.POST or None)
    problem: Sentence | None = None
    if request.method == "POST" and form.is_valid():
        try:
            submitting.submit_case(case_id=case.pk, declared=True, actor=actor_of(request), now=now)
            return HttpResponseRedirect(reverse("portal:submitted", args=[case.pk]))
        except (StaleChecks, Blocked, IdentityUnverified, submitting.Incomplete) as refused:
            problem = sentence(refused)
    page = {
        **shown_case(case),
        "form": form,
        "problem": problem,
        "checked": checking.last(case, now=now),
        "planned": timing.earliest(case, accepted_at=now),
        "later": shown.later_lines(case, now=now),
        "news": rules.news_of(case),
    }
    status = 422 if form.errors else 409 if problem else 200
    return render(request, "portal/review.html", page, status=status)


@own_case
def submitted(request: HttpRequest, case: Case) -> HttpResponse:
    """S17: the reference, the dates, how to take it back."""
    if case.submitted_at is None:
        return HttpResponseRedirect(journey.next_page(case, now=clock.now()))
    page = {
        **shown_case(case),
        "apart": splitting.made_from(case),
        "waits": timing.earliest(case, accepted_at=case.submitted_at).not_before is not None,
    }
    return render(request, "portal/submitted.html", page)


@own_case
def receipt(request: HttpRequest, case: Case) -> HttpResponse:
    """S17 to keep: the same on paper."""
    if case.submitted_at is None:
        raise Http404
    answer = HttpResponse(receipts.pdf(case), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}.pdf"'
    return answer
