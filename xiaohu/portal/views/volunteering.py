"""What is given freely: the reason of a request (S11), and consents, which can be taken back."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xiaohu.closures import consenting, volunteering
from xiaohu.closures.models import Case
from xiaohu.core.consents import ConsentKind
from xiaohu.core.reasons import Reason
from xiaohu.portal import journey
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import ReasonForm
from xiaohu.portal.shown import actor_of
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


@own_draft
@require_POST
def withdraw_consent(request: HttpRequest, case: Case) -> HttpResponse:
    """Take one consent back, with what was used under it; the journey asks for another way."""
    kind = request.POST.get("kind", "")
    if kind not in set(ConsentKind):
        raise Http404
    now = clock.now()
    after = consenting.withdraw(
        case_id=case.pk, kind=ConsentKind(kind), actor=actor_of(request), now=now
    )
    return HttpResponseRedirect(journey.next_page(after, now=now))
