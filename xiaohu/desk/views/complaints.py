"""Complaints at the desk: the clock of each, its words for whoever took it, and the answer."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaohu.access.models import StaffUser
from xiaohu.assistance import asking, complaining
from xiaohu.assistance.asking import AskedNotFound, AskedOver, AskedTaken, NotTaken
from xiaohu.assistance.models import Complaint
from xiaohu.closures.models import Case
from xiaohu.closures.reviewing import SamePerson
from xiaohu.core.retention import Category
from xiaohu.core.revealing import LONGEST_NOTE, SHOWN_FOR_SECONDS, RevealReason
from xiaohu.desk import asked
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import WhyReveal
from xiaohu.queue import clock
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.refusals import sentence


class AnswerForm(PlainForm):
    """The words the person will read."""

    words = forms.CharField(
        label=_("desk.complaint.answer"),
        max_length=complaining.LONGEST,
        error_messages={
            "required": _("refusal.ANSWER_MISSING"),
            "max_length": _("err.too_long"),
        },
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@staff_only
def complaints(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Show what waits for an answer, what waits too long, or what was answered."""
    now, operator = clock.now(), settings.XIAOHU.operator
    match request.GET.get("view"):
        case "ended":
            view, found = "ended", complaining.ended(operator)
        case "late":
            view, found = "late", complaining.late(operator, now=now)
        case _:
            view, found = "waiting", complaining.waiting(operator)
    page = {"view": view, "views": asked.OF_COMPLAINTS, "rows": asked.rows(found, now=now)}
    return render(request, "desk/complaints.html", page)


@staff_only
def complaint(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """Take one, read it, and answer it."""
    found, problem = _find(reference), None
    if found.ended_at is not None and "look" in request.POST:
        return _look(request, officer, found)
    answering = request.method == "POST" and "take" not in request.POST
    form = AnswerForm(request.POST if answering else None)
    if request.method == "POST" and (not answering or form.is_valid()):
        try:
            _do(found, officer, form if answering else None)
            return HttpResponseRedirect(reverse("desk:complaint", args=[found.reference]))
        except (AskedOver, AskedTaken, NotTaken, SamePerson) as refused:
            found, problem = _find(reference), sentence(refused)
    page = {"form": form, "problem": problem, "why": _why(None)}
    status = 409 if problem else 422 if form.errors else 200
    return _page(request, officer, found, page, status=status)


def _look(request: HttpRequest, officer: StaffUser, found: Complaint) -> HttpResponse:
    """Show an answered complaint in full for a minute, to whoever says why."""
    why = _why(request.POST)
    if not why.is_valid():
        return _page(request, officer, found, {"form": why, "why": why}, status=422)
    said = complaining.look(
        complaint_id=found.pk,
        officer=officer,
        reason=RevealReason(why.cleaned_data["reason"]),
        note=why.cleaned_data["note"],
        now=clock.now(),
    )
    page = {"said": said, "in_full": True, "seconds": SHOWN_FOR_SECONDS}
    answer = _page(request, officer, found, page)
    answer["Refresh"] = f"{SHOWN_FOR_SECONDS};url={request.path}"
    return answer


def _why(typed: QueryDict | None) -> WhyReveal:
    return WhyReveal(typed, longest=LONGEST_NOTE)


def _page(
    request: HttpRequest,
    officer: StaffUser,
    found: Complaint,
    more: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    shown = asked.shown(found, Category.COMPLAINT, officer, now=clock.now())
    page = {
        **shown,
        "said": shown["said"] or complaining.masked(found),
        "may_look": any(officer.acts_as(kind) for kind in complaining.READ_BACK),
        "longest": LONGEST_NOTE,
        **more,
    }
    answer = render(request, "desk/complaint.html", page, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _do(found: Complaint, officer: StaffUser, form: AnswerForm | None) -> None:
    now = clock.now()
    named = Case.objects.filter(pk__in=[found.case_id] if found.case_id else [])
    if named.filter(decided_by=officer).exists():
        raise SamePerson  # Nobody answers a complaint about their own decision.
    if form is None:
        complaining.take(complaint_id=found.pk, officer=officer, now=now)
        return
    words = form.cleaned_data["words"]
    complaining.answer(complaint_id=found.pk, officer=officer, words=words, now=now)


def _find(reference: str) -> Complaint:
    try:
        return asking.of_operator(Complaint.objects.all(), settings.XIAOHU.operator, reference)
    except AskedNotFound:
        raise Http404 from None
