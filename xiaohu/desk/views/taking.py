"""D6: somebody asks an officer; looked up, typed and submitted on one page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from xiaohu.access.models import StaffUser
from xiaohu.closures import application, assisting
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, Evidence
from xiaohu.core.calendar import CHINA
from xiaohu.core.profile import RefundRoute
from xiaohu.core.readout import READOUT_VERSION, HeardBy
from xiaohu.core.reasons import Reason
from xiaohu.core.states import CaseState
from xiaohu.desk import intake
from xiaohu.desk.entering import staff_only
from xiaohu.desk.intake import Known
from xiaohu.desk.intake_form import LONGEST_VISIT, TIME, Intake
from xiaohu.desk.late_forms import is_late
from xiaohu.desk.showing import find_case
from xiaohu.proofing.reencoding import MAX_BYTES
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence


@csrf_exempt  # It asks by itself: what was typed on this long page is not lost.
@staff_only
def take(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D6: look a line up, type what is told, read the list out, and submit; another one decides."""
    if not officer.acts_as(ActorKind.OFFICER):
        refused = sentence(assisting.NotYoursToTake())
        return render(request, "desk/new.html", {"refused": refused}, status=403)
    now = clock.now()
    routes = intake.routes(officer.operator)
    initial = {
        "applicant": ApplicantKind.HOLDER.value,
        "route": RefundRoute.ORIGINAL.value,
        "reason": Reason.NOT_SAID.value,
        "heard_by": HeardBy.PHONE.value,
        "heard_at": now.astimezone(CHINA).strftime(TIME),
    }
    form = Intake(request.POST or None, initial=initial, routes=routes, now=now)
    known: Known | None = None
    late = request.method == "POST" and is_late(request)
    if request.method == "POST":
        known = intake.look_up(officer.operator, request.POST, form, now=now)
        if late or "look_up" in request.POST:
            if late or known is not None:
                form = form.unjudged()
            if known is not None:
                form.offer(known.others, ticked=[str(more.pk) for more, _ in known.more])
        elif form.is_valid() and known is not None:
            case = intake.take(request, officer, form, known, now=now)
            if case is not None:
                messages.success(request, _told(case))
                return HttpResponseRedirect(reverse("desk:case", args=[case.reference]))
    page = {"form": form, "known": known, "late": late, **_about(form, known, request.POST)}
    return render(
        request, "desk/new.html", page, status=403 if late else 422 if form.errors else 200
    )


def _told(case: Case) -> str:
    handed = case.state == CaseState.AWAITING_CUSTOMER.value
    return gettext("intake.handed" if handed else "intake.taken").format(ref=case.reference)


@staff_only
def printed(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """The application form on paper, in Chinese, to be signed; that it was printed is on record."""
    case: Case = find_case(reference)
    made = application.form(case_id=case.pk, officer=officer, now=clock.now())
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{case.reference}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _about(form: Intake, known: Known | None, answers: QueryDict) -> dict[str, Any]:
    said = form["applicant"].value()
    kind = ApplicantKind(said) if said in set(ApplicantKind) else ApplicantKind.HOLDER
    wanted = APPLICANTS[kind].evidence or (Evidence.HOLDER_ID,)
    return {
        "evidence": wanted,
        "for_somebody": kind is not ApplicantKind.HOLDER,
        "hanging": [
            (finding, said, answers.get(finding.code.value, ""))
            for finding, said in (known.words if known is not None else ())
        ],
        "version": READOUT_VERSION,
        "longest_visit": LONGEST_VISIT,
        "most_mib": MAX_BYTES >> 20,
    }
