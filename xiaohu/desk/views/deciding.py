"""D5: the decision, with reasons and what the applicant will read."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import reviewing
from xiaohu.closures.models import Case
from xiaohu.closures.reviewing import NotAReviewer, NotClaimed, SamePerson, TakenByOther
from xiaohu.core.applicants import PHOTOS
from xiaohu.core.checks import Blocked, StaleChecks
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.core.review import LONGEST_NOTE, RefusalReason, ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.desk import paper_looks
from xiaohu.desk.asking_again import check_again, hear_rest
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import Compared, Reasons
from xiaohu.desk.previewing import preview
from xiaohu.desk.showing import find_case, last_move, outcomes_of, page_of
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.proofing import papers
from xiaohu.queue import clock
from xiaohu.ui.refusals import STATUS, Sentence, sentence

# What somebody else, or the clock, changed while this page was open; and whose it is to decide.
TOLD_HERE = (
    StaleChecks,
    Blocked,
    GatewayUnavailable,
    UnknownLine,
    MoveNotAllowed,
    TakenByOther,
    NotClaimed,
    NotAReviewer,
    SamePerson,
)
GIVEN = frozenset({"compared", "reasons", "note"})  # what an officer ticks and types
UNDECIDED = frozenset({"recheck", "preview", "claim"})  # buttons that decide nothing


@staff_only
def decide(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """D5: approve, return or refuse, with reasons and the words the applicant will read."""
    case = find_case(reference)
    outcome = _outcome(request)
    if outcome not in outcomes_of(case):
        raise Http404
    if not request.POST and case.state != CaseState.IN_REVIEW.value:
        return HttpResponseRedirect(reverse("desk:case", args=[case.reference]))
    form = _form(case, officer, outcome, request)
    problem = hear_rest(case, now=clock.now()) if request.method != "POST" else None
    undecided = UNDECIDED.intersection(request.POST)
    if form is not None and undecided:
        form = form.unjudged()
    try:
        if "recheck" in undecided:
            check_again(case, now=clock.now())
            if not GIVEN.intersection(request.POST):
                return HttpResponseRedirect(f"{request.path}?outcome={outcome}")
        if "claim" in undecided:
            reviewing.claim(case_id=case.pk, officer=officer, now=clock.now())
        elif request.method == "POST" and not undecided and (form is None or form.is_valid()):
            decided = _decide(case, officer, outcome, form)
            messages.success(request, _told(decided, outcome))
            return HttpResponseRedirect(reverse("desk:work"))
    except TOLD_HERE as refused:
        problem = sentence(refused)
    case.refresh_from_db()
    return _page(request, officer, case, outcome, form, problem)


def _outcome(request: HttpRequest) -> str:
    """Return what is to be decided; words that are offered again never choose another tab."""
    sent, asked = request.POST.get("outcome"), request.GET.get("outcome")
    first, second = (sent, asked) if request.method == "POST" else (asked, sent)
    return first or second or "approve"


def _page(
    request: HttpRequest,
    officer: StaffUser,
    case: Case,
    outcome: str,
    form: Reasons | Compared | None,
    problem: Sentence | None,
) -> HttpResponse:
    shown = page_of(case, officer)
    named, noted = _named(request, form), _noted(request, form)
    page = {
        **shown,
        "rerun_first": outcome == "approve" and shown["in_review"] and shown["stale_after"],
        "can_recheck": outcome == "approve" and shown["mine"],
        "papers_open": "papers" in request.GET,
        "outcome": outcome,
        "outcomes": outcomes_of(case),
        "form": form,
        "named": named,
        "noted": noted,
        "problem": problem,
        "happened": None if shown["in_review"] else last_move(case),
        "preview": preview(case, outcome, named, note=noted, now=clock.now()),
        "longest_note": LONGEST_NOTE,
    }
    wrong = form is not None and bool(form.errors)
    asked_only = request.method != "POST"
    status = HTTPStatus.OK if asked_only else 422 if wrong else _status(problem)
    return render(request, "desk/decide.html", page, status=status)


def _status(problem: Sentence | None) -> HTTPStatus:
    if problem is None:
        return HTTPStatus.OK
    not_theirs = STATUS.get(problem.code) is HTTPStatus.FORBIDDEN
    return HTTPStatus.FORBIDDEN if not_theirs else HTTPStatus.CONFLICT


def _form(
    case: Case, officer: StaffUser, outcome: str, request: HttpRequest
) -> Reasons | Compared | None:
    """Return what a decision asks for: reasons for a "no", and a look at the papers for a "yes"."""
    shown = papers.kinds_of(case.pk)
    about = {
        ReturnReason.PHOTO_UNCLEAR: shown,
        ReturnReason.AUTHORISATION_INCOMPLETE: shown - PHOTOS,
    }
    listed: dict[str, list[tuple[str, str]]] = {
        "return": [
            (r.value, gettext(f"return.{r}")) for r in ReturnReason if r not in about or about[r]
        ],
        "refuse": [(r.value, gettext(f"refusal_reason.{r}")) for r in RefusalReason],
    }
    if outcome not in listed:
        unseen = len(paper_looks.unseen(case, officer))
        return Compared(request.POST or None, unseen=unseen) if shown else None
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
