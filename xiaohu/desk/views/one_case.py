"""D4: everything on one case."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import assigning, noting, retrying, reviewing
from xiaohu.closures.models import Case
from xiaohu.closures.noting import NoteRefused
from xiaohu.closures.retrying import NothingToTry
from xiaohu.closures.reviewing import NotClaimed, TakenByOther
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.desk import paper_looks, presence
from xiaohu.desk.asking_again import check_again, hear_rest
from xiaohu.desk.entering import staff_only
from xiaohu.desk.showing import find_case, page_of
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.proofing import papers
from xiaohu.queue import clock
from xiaohu.ui.refusals import Sentence, sentence
from xiaohu.vault.keys import Erased

TOLD_HERE = (
    GatewayUnavailable,
    UnknownLine,
    TakenByOther,
    NothingToTry,
    NotClaimed,
    MoveNotAllowed,
)
OTHER_BUTTONS = frozenset({"claim", "release", "recheck", "try_again", "papers"})


@staff_only
def one_case(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """D4: everything on one case; POST takes it, gives it back, notes, checks, tries again or shows papers."""
    case = find_case(reference)
    if request.method != "POST":
        presence.note(case_id=case.pk, officer=officer, now=clock.now())
        return _page(request, case, officer, unanswered=hear_rest(case, now=clock.now()))
    try:
        _do(request, case, officer)
    except NoteRefused as refused:
        return _page(request, case, officer, note_error=sentence(refused).what)
    except TOLD_HERE as refused:
        case.refresh_from_db()
        return _page(request, case, officer, problem=sentence(refused))
    if _half_written(request):
        case.refresh_from_db()
        return _page(request, case, officer)
    papers = "?papers=1#papers" if "papers" in request.POST else ""
    return HttpResponseRedirect(reverse("desk:case", args=[reference]) + papers)


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
    paper_looks.note(case, paper_id, officer)
    answer = HttpResponse(page, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store"
    return answer


def _page(
    request: HttpRequest,
    case: Case,
    officer: StaffUser,
    *,
    problem: Sentence | None = None,
    unanswered: Sentence | None = None,
    note_error: str = "",
) -> HttpResponse:
    page = {
        **page_of(case, officer),
        "papers_open": "papers" in request.GET or "papers" in request.POST,
        "problem": problem or unanswered,
        "note_error": note_error,
        "note_typed": request.POST.get("note", ""),
        "longest_note": noting.LONGEST,
    }
    status = 409 if problem else 422 if note_error else 200
    return render(request, "desk/case.html", page, status=status)


def _do(request: HttpRequest, case: Case, officer: StaffUser) -> None:
    now = clock.now()
    if "claim" in request.POST:
        reviewing.claim(case_id=case.pk, officer=officer, now=now)
    elif "release" in request.POST:
        assigning.release(case_id=case.pk, officer=officer, now=now)
        messages.success(request, gettext("desk.released"))
    elif "recheck" in request.POST:
        if check_again(case, now=now):
            messages.success(request, gettext("desk.rechecked"))
    elif "try_again" in request.POST:
        closing_id = _uuid(request.POST["try_again"])
        retrying.try_again(case_id=case.pk, closing_id=closing_id, officer=officer, now=now)
    elif "note" in request.POST and "papers" not in request.POST:
        noting.write(case_id=case.pk, text=request.POST["note"], officer=officer, now=now)
        messages.success(request, gettext("desk.noted"))


def _half_written(request: HttpRequest) -> bool:
    """Say whether a note was being written when another button was pressed; its words are kept."""
    pressed = OTHER_BUTTONS.intersection(request.POST)
    return bool(pressed and request.POST.get("note", "").strip())


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None
