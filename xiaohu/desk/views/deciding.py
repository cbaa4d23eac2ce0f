"""D5: the decision, with reasons and what the applicant will read."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import checking, reviewing
from xiaohu.closures.models import Case
from xiaohu.core.checks import Blocked, StaleChecks
from xiaohu.core.review import LONGEST_NOTE, RefusalReason, ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import Compared, Reasons
from xiaohu.desk.previewing import preview
from xiaohu.desk.showing import find_case, outcomes_of, page_of
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.proofing import papers
from xiaohu.queue import clock
from xiaohu.ui.refusals import Sentence, sentence


@staff_only
def decide(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """D5: approve, return or refuse, with reasons and the words the applicant will read."""
    case = find_case(reference)
    outcome = request.POST.get("outcome") or request.GET.get("outcome", "approve")
    outcomes = outcomes_of(case)
    if outcome not in outcomes:
        raise Http404
    if request.method != "POST" and case.state != CaseState.IN_REVIEW.value:
        return HttpResponseRedirect(reverse("desk:case", args=[case.reference]))
    form = _form(case, outcome, request)
    problem = None
    if "recheck" in request.POST:
        problem = _checked_again(case)
        if problem is None:
            return HttpResponseRedirect(f"{request.path}?outcome={outcome}")
        form = None if form is None else form.unjudged()
    elif request.method == "POST" and "preview" in request.POST:
        form = None if form is None else form.unjudged()
    elif request.method == "POST" and (form is None or form.is_valid()):
        try:
            decided = _decide(case, officer, outcome, form)
            messages.success(request, _told(decided, outcome))
            return HttpResponseRedirect(reverse("desk:work"))
        except (StaleChecks, Blocked) as refused:
            problem = sentence(refused)
    shown = page_of(case, officer)
    page = {
        **shown,
        "rerun_first": outcome == "approve" and shown["in_review"] and shown["stale_after"],
        "can_recheck": shown["in_review"],
        "papers_open": "papers" in request.GET,
        "outcome": outcome,
        "outcomes": outcomes,
        "form": form,
        "problem": problem,
        "preview": preview(
            case, outcome, _named(request, form), note=_noted(request, form), now=clock.now()
        ),
        "longest_note": LONGEST_NOTE,
    }
    wrong = form is not None and bool(form.errors)
    return render(
        request, "desk/decide.html", page, status=422 if wrong else 409 if problem else 200
    )


def _form(case: Case, outcome: str, request: HttpRequest) -> Reasons | Compared | None:
    """Return what a decision asks for: reasons for a "no", and a look at the papers for a "yes"."""
    shown = bool(papers.kinds_of(case.pk))
    listed: dict[str, list[tuple[str, str]]] = {
        "return": [
            (r.value, gettext(f"return.{r}"))
            for r in ReturnReason
            if shown or r is not ReturnReason.PHOTO_UNCLEAR
        ],
        "refuse": [(r.value, gettext(f"refusal_reason.{r}")) for r in RefusalReason],
    }
    if outcome not in listed:
        return Compared(request.POST or None) if shown else None
    return Reasons(request.POST or None, choices=listed[outcome], noted=outcome == "return")


def _named(request: HttpRequest, form: Reasons | Compared | None) -> list[str]:
    """Return the reasons ticked so far, of those there are."""
    offered = {value for value, _ in form.listed} if isinstance(form, Reasons) else set()
    return [reason for reason in request.POST.getlist("reasons") if reason in offered]


def _noted(request: HttpRequest, form: Reasons | Compared | None) -> str:
    """Return what the officer adds so far, as the applicant would read it."""
    noted = isinstance(form, Reasons) and form.noted
    return " ".join(request.POST.get("note", "")[:LONGEST_NOTE].split()) if noted else ""


def _decide(case: Case, officer: StaffUser, outcome: str, form: Reasons | Compared | None) -> Case:
    now = clock.now()
    chosen = form.cleaned_data.get("reasons", []) if form is not None else []
    if outcome == "approve":
        return reviewing.approve(case_id=case.pk, officer=officer, now=now)
    if outcome == "stop":
        return reviewing.stop_case(case_id=case.pk, officer=officer, now=now)
    if outcome == "return":
        reasons = [ReturnReason(reason) for reason in chosen]
        note = form.cleaned_data.get("note", "") if form is not None else ""
        return reviewing.return_case(
            case_id=case.pk, officer=officer, reasons=reasons, note=note, now=now
        )
    refusals = [RefusalReason(reason) for reason in chosen]
    return reviewing.refuse(case_id=case.pk, officer=officer, reasons=refusals, now=now)


def _told(case: Case, outcome: str) -> str:
    """Return the banner of a decision; the first of two people only agrees."""
    first = outcome == "approve" and case.state == CaseState.IN_REVIEW.value
    key = "desk.decided.first" if first else f"desk.decided.{outcome}"
    return gettext(key).format(ref=case.reference)


def _checked_again(case: Case) -> Sentence | None:
    """Run the checks; return what stood in the way of asking."""
    if case.state != CaseState.IN_REVIEW.value:
        return None
    try:
        checking.run(case_id=case.pk, now=clock.now())
    except (GatewayUnavailable, UnknownLine) as refused:
        return sentence(refused)
    return None
