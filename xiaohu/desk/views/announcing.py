"""Incidents at the desk: an administrator tells everybody, says more, and says that it is over."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.assistance import incidents
from xiaohu.assistance.incidents import IncidentOver, NotYoursToAnnounce
from xiaohu.assistance.models import Incident
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.profile import Bilingual
from xiaohu.core.working import Part, Works
from xiaohu.desk.announcing_forms import Announcement, News
from xiaohu.desk.entering import staff_only
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence


@staff_only
def listed(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Show what is announced and what was lately, and announce something new."""
    actor, now = _announcer(officer), clock.now()
    form = Announcement(request.POST or None, now=now, initial={"works": Works.SLOW.value})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = incidents.open_incident(
            operator=settings.XIAOHU.operator,
            parts=[Part(part) for part in given["parts"]],
            works=Works(given["works"]),
            words=Bilingual(zh=given["zh"], en=given["en"]),
            expected_at=given["until"],
            actor=actor,
            now=now,
        )
        messages.success(request, gettext("incident.opened"))
        return HttpResponseRedirect(reverse("desk:incident", args=[made.pk]))
    rows = incidents.recent(settings.XIAOHU.operator, now=now)
    page = {"form": form, "rows": rows, "days": incidents.SHOWN_FOR.days}
    return render(request, "desk/incidents.html", page, status=422 if form.errors else 200)


@staff_only
def one(request: HttpRequest, officer: StaffUser, number: int) -> HttpResponse:
    """Say more of an incident, or that it works again."""
    actor, now = _announcer(officer), clock.now()
    row, problem = _find(number), None
    form = News(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            _say(form, number, actor, ends="end" in request.POST)
            messages.success(request, gettext("incident.said"))
            return HttpResponseRedirect(reverse("desk:incident", args=[number]))
        except IncidentOver as refused:
            row, problem = _find(number), sentence(refused)
    page = {"form": form, "row": row, "problem": problem}
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "desk/incident.html", page, status=status)


def _announcer(officer: StaffUser) -> Actor:
    if not officer.acts_as(ActorKind.ADMIN):
        raise NotYoursToAnnounce
    return officer.actor(ActorKind.ADMIN)


def _say(form: News, number: int, actor: Actor, *, ends: bool) -> None:
    given, now, operator = form.cleaned_data, clock.now(), settings.XIAOHU.operator
    words = Bilingual(zh=given["zh"], en=given["en"])
    if ends:
        incidents.close(operator=operator, incident_id=number, words=words, actor=actor, now=now)
        return
    incidents.update(
        operator=operator,
        incident_id=number,
        words=words,
        expected_at=given["until"],
        actor=actor,
        now=now,
    )


def _find(number: int) -> Incident:
    found = incidents.find(settings.XIAOHU.operator, number)
    if found is None:
        raise Http404
    return found
