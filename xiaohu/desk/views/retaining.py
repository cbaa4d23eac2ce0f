"""A8: records kept for the law. One asks, another agrees; each press is one verb."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import queries
from xiaohu.core.kept import ROLES, KeptAct
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.desk import retaining
from xiaohu.desk.entering import staff_only
from xiaohu.desk.filtering import an_id
from xiaohu.desk.retaining_forms import AskKept, EndHold
from xiaohu.erasure import kept
from xiaohu.erasure.models import KeptRequest
from xiaohu.queue import clock
from xiaohu.ui.refusals import Sentence, sentence


@staff_only
def retention(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Show what is kept, what ends, what is held and what waits; POST asks, agrees or drops.

    Raises:
        NotYoursToKeep: neither compliance nor administration.
    """
    officer.acting(ROLES, kept.NotYoursToKeep)
    now = clock.now()
    asking = request.POST.get("do") == "ask"
    form = AskKept(request.POST if asking else None)
    if request.method != "POST":
        return _page(request, officer, form, now=now)
    if asking and not form.is_valid():
        return _page(request, officer, form, now=now)
    try:
        told = _do(request, officer, form, now)
    except kept.NothingKept as refused:
        if not asking:
            return _page(request, officer, form, problem=sentence(refused), now=now)
        form.add_error("reference", sentence(refused).what)
        return _page(request, officer, form, now=now)
    except Refusal as refused:
        return _page(request, officer, form, problem=sentence(refused), now=now)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("desk:retention"))


@staff_only
def end_hold(request: HttpRequest, officer: StaffUser, hold_id: UUID) -> HttpResponse:
    """Ask that one hold end, on the authority's word.

    Raises:
        NotYoursToKeep: neither compliance nor administration.
    """
    officer.acting(ROLES, kept.NotYoursToKeep)
    hold = next((one for one in retaining.standing(officer) if one.request.pk == hold_id), None)
    if hold is None:
        raise Http404
    form, problem = EndHold(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        authority = form.cleaned_data["authority"]
        try:
            kept.ask_to_release(
                hold_id=hold_id, authority=authority, officer=officer, now=clock.now()
            )
        except (kept.AskedForBefore, kept.NotHeld) as refused:
            problem = sentence(refused)
        else:
            messages.success(request, gettext("kept.asked"))
            return HttpResponseRedirect(reverse("desk:retention"))
    page = {"hold": hold, "form": form, "problem": problem}
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "desk/end_hold.html", page, status=status)


@staff_only
def opened(request: HttpRequest, officer: StaffUser, request_id: UUID) -> HttpResponse:
    """What two people opened, to either of them for an hour; each look is on record.

    Raises:
        NotYoursToKeep: neither compliance nor administration.
    """
    officer.acting(ROLES, kept.NotYoursToKeep)
    now = clock.now()
    mine = [one for one in retaining.readable(officer, now=now) if one.request.pk == request_id]
    if not mine:
        raise Http404
    page: dict[str, Any] = {"asked": mine[0]}
    if request.method == "POST":
        found = kept.read(request_id=request_id, officer=officer, now=now)
        references = queries.references_of({closing for closing, _ in found})
        page["found"] = [
            (references.get(closing, "—"), category, retaining.in_words(value))
            for (closing, category), value in sorted(found.items(), key=str)
        ]
    answer = render(request, "desk/opened.html", page)
    answer["Cache-Control"] = "no-store"
    return answer


def _page(
    request: HttpRequest,
    officer: StaffUser,
    form: AskKept,
    *,
    problem: Sentence | None = None,
    now: datetime,
) -> HttpResponse:
    page = {
        "form": form,
        "problem": problem,
        "waiting": retaining.waiting(officer),
        "dues": retaining.dues(officer, now=now),
        "ends_by": retaining.ends_by(now),
        "holds": retaining.standing(officer),
        "readable": retaining.readable(officer, now=now),
        "buckets": retaining.in_all(officer.operator),
        "destroyed": retaining.destroyed(officer.operator),
    }
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "desk/retention.html", page, status=status)


def _do(request: HttpRequest, officer: StaffUser, form: AskKept, now: datetime) -> str:
    """Do what a button says, and return what to tell of it."""
    match request.POST.get("do"):
        case "ask":
            asked = form.cleaned_data
            closings = queries.closings_of_reference(officer.operator, asked["reference"])
            kept.ask(
                act=KeptAct(asked["act"]),
                closings=closings,
                authority=asked["authority"],
                officer=officer,
                now=now,
            )
            return gettext("kept.asked")
        case "destroy":
            category, until = _month(request)
            kept.ask_to_destroy(category=category, until=until, officer=officer, now=now)
            return gettext("kept.asked")
        case "agree":
            return _told(kept.agree(request_id=_id(request), officer=officer, now=now))
        case "drop":
            kept.drop(request_id=_id(request), officer=officer, now=now)
            return gettext("kept.dropped")
        case _:
            raise Http404


def _told(done: KeptRequest) -> str:
    if done.done_at is None:
        return gettext("kept.agreed")
    return gettext("kept.done").format(n=done.records)


def _month(request: HttpRequest) -> tuple[Category, date]:
    try:
        return (
            Category(request.POST.get("category", "")),
            date.fromisoformat(request.POST.get("until", "")),
        )
    except ValueError:
        raise Http404 from None


def _id(request: HttpRequest) -> UUID:
    said = an_id(request.POST.get("request", ""))
    if not said:
        raise Http404
    return UUID(said)
