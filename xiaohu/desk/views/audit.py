"""A7: is the log whole, who looked last, and what happened to one request."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xiaohu.access.models import StaffUser
from xiaohu.desk import auditing
from xiaohu.desk.entering import staff_only
from xiaohu.queue import clock


@staff_only
def audit(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Show the state of the tree, and the events of a request by its reference.

    Raises:
        NotYoursToAudit: neither compliance nor administration.
    """
    auditing.require_auditor(officer)
    typed = request.GET.get("reference", "").strip()
    found = auditing.events_of(officer.operator, typed) if typed else None
    page = {"state": auditing.state(now=clock.now()), "typed": typed, "events": found}
    status = 404 if typed and found is None else 200
    return render(request, "desk/audit.html", page, status=status)
