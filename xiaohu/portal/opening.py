"""Opening a request, and the first look at what stands in its way."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import applying, checking, drafting, queries
from xiaohu.closures.models import Case
from xiaohu.core.steps import Scope
from xiaohu.portal import journey
from xiaohu.queue import clock
from xiaohu.screening.asking import Heard


def open_draft(subscriber: Subscriber, wanted: Scope, line_ids: list[UUID]) -> HttpResponse:
    """Open a request and lead to its checks, or to the request that is open already."""
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
    # The list is shown even where nothing stands in the way: it also says what lapses. Who asks
    # for an organisation comes first, since what is asked for depends on it. The list looks by
    # itself: looking here as well would let people wait twice for an operator that is silent.
    first = "checks" if applying.is_named(case) else "who"
    return HttpResponseRedirect(reverse(f"portal:{first}", args=[case.pk]))


def check(case: Case, *, patience_s: float | None = None) -> Heard:
    """Run the checks; where the operator is silent, its answer is heard at the next look."""
    return checking.look(case_id=case.pk, now=clock.now(), patience_s=patience_s)
