"""D4: the check before the data of a line restricted by grade is erased."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import restriction_checks
from xiaohu.core.evidence import EvidenceRefused
from xiaohu.core.refusals import Refusal
from xiaohu.core.restrictions import CheckAnswer
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import RestrictionChecked
from xiaohu.desk.showing import find_case
from xiaohu.queue import clock
from xiaohu.registry import restrictions
from xiaohu.ui.refusals import sentence


@staff_only
def check(
    request: HttpRequest, officer: StaffUser, reference: str, closing_id: UUID
) -> HttpResponse:
    """D4: one check that waits for a person; POST answers it."""
    case = find_case(reference)
    asked = restriction_checks.one(closing_id, operator=officer.operator)
    if asked is None or asked.closing.case_id != case.pk or asked.closing.line is None:
        raise Http404
    form = RestrictionChecked(request.POST or None)
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            restriction_checks.answer(
                closing_id=closing_id,
                found=CheckAnswer(form.cleaned_data["found"]),
                reference=form.cleaned_data["reference"],
                officer=officer,
                now=clock.now(),
            )
        except EvidenceRefused as refused:
            form.add_error("reference", sentence(refused).what)
        except Refusal as refused:
            problem = sentence(refused)
        else:
            messages.success(request, gettext("restriction_check.done"))
            return HttpResponseRedirect(reverse("desk:case", args=[reference]))
    page = {
        "case": case,
        "asked": asked,
        "restriction": restrictions.of_line(asked.closing.line),
        "form": form,
        "problem": problem,
    }
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "desk/restriction_check.html", page, status=status)
