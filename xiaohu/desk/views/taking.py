"""D6: somebody asks an officer; looked up, typed and submitted on one page."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from xiaohu.access.models import StaffUser
from xiaohu.closures import application, assisting, sitting
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.calendar import CHINA
from xiaohu.core.profile import RefundRoute
from xiaohu.core.readout import READOUT_VERSION, HeardBy
from xiaohu.core.reasons import Reason
from xiaohu.core.states import CaseState
from xiaohu.desk import intake
from xiaohu.desk.entering import staff_only
from xiaohu.desk.filtering import an_id
from xiaohu.desk.intake import Known
from xiaohu.desk.intake_form import LONGEST_VISIT, TIME, Intake
from xiaohu.desk.late_forms import Token, token_of
from xiaohu.desk.showing import find_case
from xiaohu.proofing.reencoding import MAX_BYTES
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence

SPEAKS_OF = ("number", NON_FIELD_ERRORS)  # what a look-up says; the rest is judged at the end


@csrf_exempt  # It asks by itself: what was typed on this long page is not lost.
@staff_only
def take(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D6: look a line up, type what is told, read the list out, and submit; another one decides.

    What is shown is kept as it arrives; the page carries the sitting it belongs to.
    """
    if not officer.acts_as(ActorKind.OFFICER):
        refused = sentence(assisting.NotYoursToTake())
        return render(request, "desk/new.html", {"refused": refused}, status=403)
    now = clock.now()
    carried = request.POST.get("sitting", "")
    here = sitting.of(carried, officer, now=now)
    if here is None:
        carried, here = sitting.begin(officer, now=now)
    elif (made := sitting.case_of(here)) is not None:
        return HttpResponseRedirect(reverse("desk:case", args=[made.reference]))
    token = token_of(request)
    typed = None if token is Token.FOREIGN else request.POST or None
    form = Intake(typed, initial=_initial(now), routes=intake.routes(officer.operator), now=now)
    if request.method != "POST" or token is Token.FOREIGN:
        return _page(request, form, None, (carried, here), token)
    if token is Token.LATE:
        known = intake.look_up(officer.operator, request.POST, form, now=now)
        return _page(request, _offered(form.unjudged(), known), known, (carried, here), token)
    wrong = intake.keep_papers(request, here, officer, now=now)
    if drop := an_id(request.POST.get("drop_paper", "")):
        sitting.take_back(sitting=here, file_id=UUID(drop))
    known = intake.look_up(officer.operator, request.POST, form, now=now)
    if drop or "look_up" in request.POST:
        form = _offered(form.unjudged(saying=SPEAKS_OF), known)
    elif form.is_valid() and known is not None and not wrong:
        case = intake.take(request, officer, form, known, here, now=now)
        if case is not None:
            messages.success(request, _told(case))
            return HttpResponseRedirect(reverse("desk:case", args=[case.reference]))
    form.say(wrong)
    return _page(request, form, known, (carried, here))


def _initial(now: datetime) -> dict[str, str]:
    return {
        "applicant": ApplicantKind.HOLDER.value,
        "route": RefundRoute.ORIGINAL.value,
        "reason": Reason.NOT_SAID.value,
        "heard_by": HeardBy.PHONE.value,
        "heard_at": now.astimezone(CHINA).strftime(TIME),
    }


def _offered(form: Intake, known: Known | None) -> Intake:
    if known is not None:
        form.offer(known.others, ticked=[str(more.pk) for more, _ in known.more])
    return form


def _page(
    request: HttpRequest,
    form: Intake,
    known: Known | None,
    seat: tuple[str, UUID],
    token: Token = Token.COUNTS,
) -> HttpResponse:
    page = {
        "form": form,
        "known": known,
        "late": token is Token.LATE,
        "foreign": token is Token.FOREIGN,
        "sitting": seat[0],
        "papers": intake.papers(form, seat[1]),
        "hanging": [
            (finding, said, request.POST.get(finding.code.value, ""))
            for finding, said in (known.words if known is not None else ())
        ],
        "version": READOUT_VERSION,
        "longest_visit": LONGEST_VISIT,
        "most_mib": MAX_BYTES >> 20,
    }
    status = 403 if token is not Token.COUNTS else 422 if form.errors else 200
    return render(request, "desk/new.html", page, status=status)


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
