"""S11: why somebody closes, if they want to say so. Nothing is offered to make them stay."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from xiaohu.closures import volunteering
from xiaohu.closures.models import Case
from xiaohu.core.reasons import Reason
from xiaohu.portal import journey
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import ReasonForm
from xiaohu.queue import clock


@own_draft
def reason(request: HttpRequest, case: Case) -> HttpResponse:
    """S11: one of a few reasons, own words, or none."""
    form = ReasonForm(
        request.POST or None,
        choices=[(reason.value, gettext(f"reason.{reason.value}")) for reason in Reason],
        initial={
            "choice": case.reason or Reason.NOT_SAID.value,
            "words": volunteering.own_words_of(case),
        },
    )
    if request.method == "POST" and form.is_valid():
        given = volunteering.give_reason(
            case_id=case.pk,
            reason=Reason(form.cleaned_data["choice"]),
            words=form.cleaned_data["words"],
        )
        return HttpResponseRedirect(journey.next_page(given, now=clock.now()))
    page = {"case": case, "form": form}
    return render(request, "portal/reason.html", page, status=422 if form.errors else 200)
