"""A7: is the log whole, who looked last, and who did what."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures.queries import CaseNotFound
from xiaohu.core.calendar import day_of
from xiaohu.core.refusals import Refusal
from xiaohu.desk import auditing
from xiaohu.desk.audit_forms import AskLog
from xiaohu.desk.entering import staff_only
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence


@staff_only
def audit(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Show the state of the tree, and events by request, action, person and time; or export these.

    Raises:
        NotYoursToAudit: neither compliance nor administration.
    """
    auditing.require_auditor(officer)
    team = list(StaffUser.objects.filter(operator=officer.operator).order_by("display_name", "pk"))
    form = AskLog(request.GET, team=team)
    page: dict[str, Any] = {"form": form, "most": auditing.MOST_EXPORTED}
    status = HTTPStatus.OK if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        if form.is_valid() and "export" in request.GET:
            return _zip(auditing.exported(form.asked(officer.operator), now=clock.now()))
    except CaseNotFound:
        pass  # The list says so at its field.
    except Refusal as refused:
        page["problem"], status = sentence(refused), HTTPStatus.CONFLICT
    if form.is_valid():
        names = {str(one.pk): one.display_name for one in team}
        try:
            page["events"], page["next"] = auditing.page_of(
                form.asked(officer.operator), before=_before(request), names=names
            )
        except CaseNotFound:
            form.add_error("reference", gettext("audit.no_request"))
            status = HTTPStatus.NOT_FOUND
    page["query"] = _query(request)
    page["paged"] = _before(request) is not None
    page["state"] = auditing.state(now=clock.now())
    return render(request, "desk/audit.html", page, status=status)


def _zip(content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/zip")
    name = f"xiaohu-audit-{day_of(clock.now()).isoformat()}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _before(request: HttpRequest) -> int | None:
    """Return before which place the page begins; None for the newest."""
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


def _query(request: HttpRequest) -> str:
    """Return what is asked for as an address says it, without the page."""
    given = request.GET.copy()
    for name in ("before", "export"):
        given.pop(name, None)
    return given.urlencode()
