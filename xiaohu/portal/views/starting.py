"""S1, S3b and S4: what it takes, what is to end, and which line."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import applying, checking, drafting, queries
from xiaohu.closures.models import Case
from xiaohu.core.refusals import Refusal
from xiaohu.core.schedule import execution_time
from xiaohu.core.staffed import closed_until
from xiaohu.core.steps import Scope
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.portal import journey
from xiaohu.portal.entering import signed_in
from xiaohu.portal.forms import OneChoice, SomeChoices
from xiaohu.queue import clock
from xiaohu.registry import calendars, lines, policies
from xiaohu.ui.templatetags.words import yuan

STATISTICS_OF = timedelta(days=30)


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


def start(request: HttpRequest) -> HttpResponse:
    """Enter from anywhere: an app, the settings, a link."""
    return HttpResponseRedirect(reverse("portal:scope"))


def track(request: HttpRequest) -> HttpResponse:
    """Look up a request: with a session its list, else by reference and a code."""
    if getattr(request, "subscriber", None):
        return HttpResponseRedirect(reverse("portal:cases"))
    back = {"method": "reference", "next": reverse("portal:cases")}
    return HttpResponseRedirect(f"{reverse('portal:sign_in')}?{urlencode(back)}")


@signed_in
def scope(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """S3b: the line, the account, or both; skipped where only one is possible."""
    if subscriber.case_id is not None:
        return HttpResponseRedirect(reverse("portal:cases"))
    if subscriber.account_id is None:
        return HttpResponseRedirect(f"{reverse('portal:lines')}?scope={Scope.LINE}")
    options = [(s.value, gettext(f"scope.{s.value}")) for s in Scope]
    form = OneChoice(request.POST or None, choices=options)
    if request.method == "POST" and form.is_valid():
        chosen = Scope(form.cleaned_data["choice"])
        if chosen is Scope.ACCOUNT:
            return _open(subscriber, chosen, [])
        return HttpResponseRedirect(f"{reverse('portal:lines')}?scope={chosen}")
    return render(request, "portal/scope.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
def choose_line(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """S4: which line, or lines."""
    wanted = Scope.BOTH if request.GET.get("scope") == Scope.BOTH else Scope.LINE
    shown = lines.shown(queries.lines_of(subscriber))
    options = [
        (
            str(line.id),
            gettext("lines.option").format(
                number=line.number,
                product=line.product,
                state=gettext(f"line.{line.status}"),
                balance=yuan(line.balance_fen),
            ),
        )
        for line in shown
    ]
    form = SomeChoices(request.POST or None, choices=options)
    if request.method == "POST" and form.is_valid():
        return _open(subscriber, wanted, [UUID(chosen) for chosen in form.cleaned_data["choice"]])
    page = {
        "form": form,
        "lines": shown,
        "scope": wanted,
        "only_line": subscriber.account_id is None,
    }
    return render(request, "portal/lines.html", page, status=422 if form.errors else 200)


@signed_in
def cases(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Return every request of this person, newest first."""
    found = queries.cases_of(subscriber)
    if len(found) == 1 and subscriber.case_id is not None:
        return HttpResponseRedirect(reverse("portal:case", args=[found[0].pk]))
    listed = [(case, journey.home_of(case, now=clock.now())) for case in found]
    return render(request, "portal/cases.html", {"cases": listed})


def _open(subscriber: Subscriber, wanted: Scope, line_ids: list[UUID]) -> HttpResponse:
    now = clock.now()
    try:
        case = drafting.open_case(
            subscriber=subscriber,
            scope=wanted,
            line_ids=line_ids,
            language=get_language() or "zh-hans",
            now=now,
        )
    except drafting.AlreadyClosing as refused:
        own = {case.reference: case for case in queries.cases_of(subscriber)}
        existing = own.get(str(refused.params.get("reference")))
        if existing is None:
            raise
        return HttpResponseRedirect(journey.home_of(existing, now=now))
    check(case)
    # The list is shown even where nothing stands in the way: it also says what lapses. Who asks
    # for an organisation comes first, since what is asked for depends on it.
    first = "checks" if applying.is_named(case) else "who"
    return HttpResponseRedirect(reverse(f"portal:{first}", args=[case.pk]))


def check(case: Case) -> Refusal | None:
    """Run the checks; where the operator does not answer, say so and lose nothing."""
    try:
        checking.run(case_id=case.pk, now=clock.now())
    except (GatewayUnavailable, UnknownLine) as refused:
        return refused
    return None
