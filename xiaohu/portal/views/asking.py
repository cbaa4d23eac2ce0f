"""S6 and S7: asking for people to look at what stands in the way; the desk gets a call to make."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from xiaohu.access.accounts import TooManyTries
from xiaohu.assistance import calling
from xiaohu.assistance.calling import Wish
from xiaohu.closures.models import Case
from xiaohu.core.assistance import CallTopic
from xiaohu.portal.codes import status_of
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import ManualCheck
from xiaohu.queue import clock
from xiaohu.ui.refusals import Refused
from xiaohu.ui.templatetags.words import moment


@own_draft
def ask_people(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask for a manual check of a draft: whom to call, and nothing else; once is enough."""
    asked = calling.of_case(case.pk, CallTopic.CHECKS)
    form = ManualCheck(request.POST or None)
    if (
        request.method == "POST"
        and asked is None
        and form.is_valid()
        and _asked(request, case, form)
    ):
        return HttpResponseRedirect(reverse("portal:checks", args=[case.pk]))
    page = {"case": case, "form": form, "asked": asked}
    return render(request, "portal/ask_people.html", page, status=status_of(form))


def _asked(request: HttpRequest, case: Case, form: ManualCheck) -> bool:
    wish = Wish(
        name=form.cleaned_data["name"],
        number=form.cleaned_data["number"],
        topic=CallTopic.CHECKS,
        case_id=case.pk,
        reference=case.reference,
    )
    try:
        made = calling.ask(
            operator=settings.XIAOHU.operator,
            wish=wish,
            language=get_language() or "zh-hans",
            address=str(request.META.get("REMOTE_ADDR", "")),
            now=clock.now(),
        )
    except TooManyTries as refused:
        form.add_error(None, Refused(refused))
        return False
    told = gettext("people.asked").format(reference=made.reference, time=moment(made.due_at))
    messages.success(request, told)
    return True
