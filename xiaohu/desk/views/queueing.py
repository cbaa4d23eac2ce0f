"""D3: the queue, its filters, saved views, and giving cases to somebody."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import assigning
from xiaohu.closures.assigning import CaseMoved
from xiaohu.closures.models import Case
from xiaohu.closures.reviewing import NotAReviewer
from xiaohu.core.actors import ActorKind
from xiaohu.core.channels import CaseChannel
from xiaohu.desk import filtering, listing, saved, work
from xiaohu.desk.entering import staff_only
from xiaohu.desk.filtering import Filters
from xiaohu.desk.saved import TooManySavedViews
from xiaohu.queue import clock
from xiaohu.ui.refusals import Sentence, sentence
from xiaohu.ui.templatetags.words import for_staff


@staff_only
def queue(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D3: one view of the queue, filtered; POST assigns, saves the view or forgets one."""
    filters = filtering.read(request.GET.dict())
    if request.method != "POST":
        return _page(request, officer, filters)
    if "save" in request.POST:
        return _save(request, officer, filters)
    if "forget" in request.POST:
        saved.forget(officer=officer, view_id=filtering.an_id(request.POST["forget"]))
        return _back(filters)
    return _assign(request, officer, filters)


def _page(
    request: HttpRequest,
    officer: StaffUser,
    filters: Filters,
    *,
    problem: Sentence | None = None,
    error: str = "",
    moved: frozenset[UUID] = frozenset(),
) -> HttpResponse:
    now = clock.now()
    found = filtering.filtered(filters, officer, now=now)
    cases, after = filtering.page_of(found, request.GET.get("after", ""), sort=filters.sort)
    team = filtering.officers()
    count, more = filtering.count_of(found)
    page: dict[str, Any] = {
        "filters": filters,
        "chips": _chips(filters, team),
        "view": filters.view,
        "views": work.VIEWS,
        "channels": list(CaseChannel),
        "states": filtering.STATES,
        "team": team,
        "reviewers": [one for one in team if one.acts_as(ActorKind.REVIEWER)],
        "saved_views": saved.of(officer),
        "rows": listing.rows(_with_moved(cases, moved), now=now),
        "moved": moved,
        "count": count,
        "more_than_counted": more,
        "after": after,
        "paged": "after" in request.GET,
        "problem": problem,
        "error": error,
    }
    status = 409 if problem else 422 if error else 200
    return render(request, "desk/queue.html", page, status=status)


def _with_moved(cases: list[Case], moved: frozenset[UUID]) -> list[Case]:
    """Return the cases with those that moved out of sight, so that they are seen once more."""
    shown = {case.pk for case in cases}
    gone = work.cases().filter(pk__in=moved - shown).select_related("officer", "holder")
    return [*gone, *cases] if moved else cases


def _chips(filters: Filters, team: list[StaffUser]) -> list[tuple[str, str, str]]:
    """Return each filter in force: its name, its value in words, and the address without it."""
    names = {str(one.pk): one.display_name for one in team}
    said = {
        "channel": gettext(f"desk.channel.{filters.channel}") if filters.channel else "",
        "state": for_staff(filters.state) if filters.state else "",
        "officer": names.get(filters.officer) or _whose(filters.officer),
        "line": listing.mask_of(filters.line) if filters.line else "",
    }
    return [(name, said[name], filters.without(name)) for name in filters.named]


def _whose(said: str) -> str:
    known = said in {filtering.NOBODY, filtering.SOMEBODY_ELSES}
    return gettext(f"desk.whose.{said}") if known else "—"


def _save(request: HttpRequest, officer: StaffUser, filters: Filters) -> HttpResponse:
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())
    if not 0 < len(name) <= saved.LONGEST:
        return _page(request, officer, filters, error=gettext("desk.err.view_name"))
    try:
        saved.save(officer=officer, name=name, filters=filters)
    except TooManySavedViews as refused:
        return _page(request, officer, filters, problem=sentence(refused))
    messages.success(request, gettext("desk.view_saved").format(name=name))
    return _back(filters)


def _assign(request: HttpRequest, officer: StaffUser, filters: Filters) -> HttpResponse:
    now = clock.now()
    chosen = _chosen(request)
    to = _reviewer(request.POST.get("to", ""))
    if not chosen:
        return _page(request, officer, filters, error=gettext("desk.err.none_chosen"))
    if to is None:
        return _page(request, officer, filters, error=gettext("desk.err.to_whom"))
    moved = frozenset(case.pk for case in chosen if not _given(request, case, to, officer, now))
    given = len(chosen) - len(moved)
    if moved:
        told = sentence(CaseMoved())
        return _page(request, officer, filters, problem=told, moved=moved)
    messages.success(request, gettext("desk.assigned").format(n=given, name=to.display_name))
    return _back(filters)


def _given(request: HttpRequest, case: Case, to: StaffUser, by: StaffUser, now: datetime) -> bool:
    """Give a case away unless it moved since it was looked at; say whether it was given."""
    seen = filtering.an_id(request.POST.get(f"seen-{case.reference}", ""))
    try:
        assigning.assign(case_id=case.pk, to=to, by=by, seen=UUID(seen) if seen else None, now=now)
    except (CaseMoved, NotAReviewer):
        return False
    return True


def _chosen(request: HttpRequest) -> list[Case]:
    references = [r for r in request.POST.getlist("case")[: work.PAGE * 2] if "\x00" not in r]
    return list(work.cases().filter(reference__in=references).order_by("pk"))


def _reviewer(given: str) -> StaffUser | None:
    pk = filtering.an_id(given)
    team = [one for one in filtering.officers() if one.acts_as(ActorKind.REVIEWER)]
    return next((one for one in team if str(one.pk) == pk), None)


def _back(filters: Filters) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('desk:queue')}?{filters.query}")
