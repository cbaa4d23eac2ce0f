"""D11: one box for everything."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.core.actors import ActorKind
from xiaohu.desk import finding, listing
from xiaohu.desk.entering import staff_only
from xiaohu.desk.finding import Kind
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.trail import events


@staff_only
def search(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D11: find by number, reference, ICCID or name; what is typed is sent, never put in an address."""
    page: dict[str, Any] = {"typed": request.POST.get("find", ""), "longest": finding.LONGEST}
    if request.method != "POST":
        return render(request, "desk/search.html", page)
    typed = page["typed"].strip()
    if not 0 < len(typed) <= finding.LONGEST:
        page["error"] = gettext("desk.err.search")
        return render(request, "desk/search.html", page, status=422)
    found = finding.find(typed)
    now = clock.now()
    _record(officer, found.kind)
    if found.kind is Kind.REFERENCE and found.cases:
        return HttpResponseRedirect(reverse("desk:case", args=[found.cases[0].reference]))
    page |= {
        "kind": found.kind,
        "rows": listing.rows(found.cases, now=now),
        "count": len(found.cases),
        "line": found.line,
        "lines": lines.shown(found.lines),
        # Typed by number it is known in full here; nothing else may be shown in full for it.
        "may_take": found.kind is Kind.NUMBER and officer.acts_as(ActorKind.OFFICER),
        "nothing": not found.cases and not found.lines,
    }
    return render(request, "desk/search.html", page)


@transaction.atomic(durable=True)
def _record(officer: StaffUser, kind: Kind) -> None:
    """Write down that somebody searched, and by what kind of word; never the word."""
    events.record(
        operator=officer.operator,
        actor=officer.actor(ActorKind.OFFICER),
        action="search",
        case_id=None,
        evidence={"kind": kind.value},
        now=clock.now(),
    )
