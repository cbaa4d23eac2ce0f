"""S1 and S3b: what it takes, and what is to end; and the requests there are."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import queries
from xiaohu.core.schedule import execution_time
from xiaohu.core.staffed import closed_until
from xiaohu.core.steps import Scope
from xiaohu.portal import journey
from xiaohu.portal.entering import signed_in
from xiaohu.portal.forms import OneChoice
from xiaohu.portal.opening import open_draft
from xiaohu.portal.options import explained
from xiaohu.portal.shown import numbers_of
from xiaohu.queue import clock
from xiaohu.registry import calendars, policies

STATISTICS_OF = timedelta(days=30)
ALTERNATIVES = ("pause", "transfer", "plan")


def home(request: HttpRequest) -> HttpResponse:
    """S1: who may use it, what is needed, how long, what cannot be undone."""
    now, operator = clock.now(), settings.XIAOHU.operator
    profile = policies.current(operator)
    staffed = profile.contact.staffed
    page = {
        "median_days": queries.median_days(operator=operator, since=now - STATISTICS_OF),
        "staffed_again": staffed
        and closed_until(staffed, moment=now, calendar=calendars.working()),
        "execute_at": execution_time(profile, accepted_at=now),
        "refund_from": f"home.balance.{profile.refund.counted_from}",
    }
    return render(request, "portal/home.html", page)


def of_operator(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to the home page from an address that stays the same, printed on bills and in shops."""
    if key != settings.XIAOHU.operator:
        raise Http404
    return HttpResponseRedirect(reverse("portal:home"))


def track(request: HttpRequest) -> HttpResponse:
    """Look up a request: with a session its list, else by reference and a code."""
    if getattr(request, "subscriber", None):
        return HttpResponseRedirect(reverse("portal:cases"))
    back = {"method": "reference", "next": reverse("portal:cases")}
    return HttpResponseRedirect(f"{reverse('portal:sign_in')}?{urlencode(back)}")


@signed_in
def scope(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """S3b: the line, the account, or both; skipped where only one is possible, and said so."""
    if subscriber.case_id is not None:
        return HttpResponseRedirect(reverse("portal:cases"))
    if subscriber.account_id is None:
        return HttpResponseRedirect(f"{reverse('portal:lines')}?scope={Scope.LINE}")
    possible = list(Scope) if queries.lines_of(subscriber) else [Scope.ACCOUNT]
    options = [(s.value, explained(f"scope.{s.value}")) for s in possible]
    only = {"choice": Scope.ACCOUNT.value} if len(possible) == 1 else None
    form = OneChoice(request.POST or None, choices=options, initial=only)
    if request.method == "POST" and form.is_valid():
        chosen = Scope(form.cleaned_data["choice"])
        if chosen is Scope.ACCOUNT:
            return open_draft(subscriber, chosen, [])
        return HttpResponseRedirect(f"{reverse('portal:lines')}?scope={chosen}")
    page = {"form": form, "only_account": len(possible) == 1}
    return render(request, "portal/scope.html", page, status=422 if form.errors else 200)


def alternatives(request: HttpRequest) -> HttpResponse:
    """Say what there is besides closing, and where to ask for it; nothing is offered."""
    return render(request, "portal/alternatives.html", {"ways": ALTERNATIVES})


@signed_in
def cases(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Return every request of this person, newest first."""
    found = queries.cases_of(subscriber)
    if len(found) == 1 and subscriber.case_id is not None:
        return HttpResponseRedirect(reverse("portal:case", args=[found[0].pk]))
    numbers, now = numbers_of(found), clock.now()
    listed = [(c, journey.home_of(c, now=now), numbers.get(c.pk, "")) for c in found]
    return render(request, "portal/cases.html", {"cases": listed})
