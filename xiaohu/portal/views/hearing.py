"""A closing the operator started, as its holder sees it: why, until when, how to stop it, how to object."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import hearing, involuntary
from xiaohu.closures.hearing import StatementMissing
from xiaohu.closures.involuntary import StillStanding
from xiaohu.closures.models import Case
from xiaohu.core.states import CaseState
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import Objection
from xiaohu.portal.shown import actor_of, shown_case
from xiaohu.proofing.reencoding import MAX_BYTES
from xiaohu.queue import clock
from xiaohu.ui import shown, uploads
from xiaohu.ui.refusals import sentence


@own_case
def stop(request: HttpRequest, case: Case) -> HttpResponse:
    """Look again whether the ground still holds: paid, registered, verified; then it is stopped."""
    here = reverse("portal:case", args=[case.pk])
    if not case.by_operator or request.method != "POST":
        return HttpResponseRedirect(here)
    try:
        involuntary.recheck(case_id=case.pk, now=clock.now())
    except (StillStanding, GatewayUnavailable, UnknownLine) as refused:
        page = {**shown_case(case), "sentence": sentence(refused), **shown.involuntary(case)}
        return render(request, "portal/still_standing.html", page, status=409)
    return HttpResponseRedirect(here)


@own_case
def object_to(request: HttpRequest, case: Case) -> HttpResponse:
    """Say what speaks against the closing; it waits until another person has answered."""
    here = reverse("portal:case", args=[case.pk])
    if not case.by_operator or CaseState(case.state) is not CaseState.SCHEDULED:
        return HttpResponseRedirect(here)
    form = Objection(request.POST or None, request.FILES or None)
    # Without its file an objection would be heard as if there were no proof of it.
    left_out = uploads.refuse_left_out(request, form)
    if (
        request.method == "POST"
        and not left_out
        and form.is_valid()
        and _taken(request, case, form)
    ):
        return HttpResponseRedirect(here)
    page = {
        **shown_case(case),
        "form": form,
        "max_mib": MAX_BYTES // 1024 // 1024,
        **shown.involuntary(case),
    }
    return render(request, "portal/object.html", page, status=422 if form.errors else 200)


def _taken(request: HttpRequest, case: Case, form: Objection) -> bool:
    file = form.cleaned_data["file"]
    try:
        with uploads.refusals_told(form):
            hearing.object_to(
                case_id=case.pk,
                statement=form.cleaned_data["statement"],
                paper=file.read() if file else None,
                actor=actor_of(request),
                now=clock.now(),
            )
    except StatementMissing as refused:
        form.add_error("statement", sentence(refused).what)
    return not form.errors
