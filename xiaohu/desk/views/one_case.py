"""D4: everything on one case."""

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.access.models import StaffUser
from xiaohu.closures import checking, retrying, reviewing
from xiaohu.closures.models import Case
from xiaohu.closures.retrying import NothingToTry
from xiaohu.closures.reviewing import TakenByOther
from xiaohu.core.actors import ActorKind
from xiaohu.core.states import CaseState
from xiaohu.desk.entering import staff_only
from xiaohu.desk.showing import find_case, page_of
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.proofing import papers
from xiaohu.queue import clock
from xiaohu.trail import events
from xiaohu.ui.refusals import sentence
from xiaohu.vault.keys import Erased


@staff_only
def one_case(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """D4: everything on one case; POST takes it, checks again, or tries again what failed."""
    case = find_case(reference)
    problem = None
    if request.method == "POST":
        try:
            _do(request, case, officer)
            return HttpResponseRedirect(reverse("desk:case", args=[reference]))
        except (GatewayUnavailable, UnknownLine, TakenByOther, NothingToTry) as refused:
            problem = sentence(refused)
    page = {**page_of(case, officer), "problem": problem}
    return render(request, "desk/case.html", page, status=409 if problem else 200)


@staff_only
def paper(request: HttpRequest, officer: StaffUser, reference: str, paper_id: UUID) -> HttpResponse:
    """One page of a paper, for the eyes of the desk only; that it was looked at is recorded."""
    case = find_case(reference)
    try:
        page = papers.picture(operator=case.operator, case_id=case.pk, paper_id=paper_id)
    except Erased:
        page = None
    if page is None:
        raise Http404
    with transaction.atomic(durable=True):
        events.record(
            operator=case.operator,
            actor=officer.actor(ActorKind.REVIEWER),
            action="view_paper",
            case_id=case.pk,
            now=clock.now(),
        )
    answer = HttpResponse(page, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store"
    return answer


def _do(request: HttpRequest, case: Case, officer: StaffUser) -> None:
    if "claim" in request.POST:
        reviewing.claim(case_id=case.pk, officer=officer, now=clock.now())
    elif "recheck" in request.POST and case.state == CaseState.IN_REVIEW.value:
        checking.run(case_id=case.pk, now=clock.now())
    elif "try_again" in request.POST:
        closing_id = _uuid(request.POST["try_again"])
        retrying.try_again(case_id=case.pk, closing_id=closing_id, officer=officer, now=clock.now())


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None
