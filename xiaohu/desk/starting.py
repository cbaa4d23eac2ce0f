"""The operator's own closing, opened at the desk: which line, on which ground, what hangs on it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import involuntary
from xiaohu.closures.models import Case
from xiaohu.core.applicants import ClosingType
from xiaohu.core.checks import Blocked, CheckCode, Finding
from xiaohu.core.choices import Choice
from xiaohu.core.involuntary import INVOLUNTARY
from xiaohu.core.refusals import Refusal
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import OwnClosing
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.screening import facts as screening
from xiaohu.ui.refusals import Refused
from xiaohu.ui.said import to_staff


@staff_only
def new(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Open a closing of the operator's own; another person decides before the holder is told."""
    kinds = [kind for kind, rule in INVOLUNTARY.items() if officer.acts_as(rule.started_by)]
    form = OwnClosing(
        request.POST or None,
        kinds=[(kind.value, gettext(f"closing_type.{kind}")) for kind in kinds],
    )
    wanted: list[tuple[Finding, str]] = []
    if request.method == "POST" and form.is_valid():
        case, wanted = _open(request, officer, form)
        if case is not None:
            return HttpResponseRedirect(reverse("desk:case", args=[case.reference]))
    page = {"form": form, "wanted": wanted, "kinds": kinds}
    return render(request, "desk/own.html", page, status=422 if form.errors else 200)


def _open(
    request: HttpRequest, officer: StaffUser, form: OwnClosing
) -> tuple[Case | None, list[tuple[Finding, str]]]:
    """Return the opened case, or else what must still be chosen, with the problem on the form."""
    now = clock.now()
    line = lines.find(officer.operator, form.cleaned_data["number"])
    if line is None:
        form.add_error("number", gettext("desk.new.err.number"))
        return None, []
    try:
        gathered = screening.gather(line, now=now)
        wanted = involuntary.to_choose(line=line, facts=gathered.facts, now=now)
        return involuntary.open_case(
            officer=officer,
            line=line,
            kind=ClosingType(form.cleaned_data["kind"]),
            ground=form.cleaned_data["ground"],
            gathered=gathered,
            choices=_chosen(request, wanted),
            now=now,
        ), []
    except Blocked:
        form.add_error(None, gettext("desk.new.err.choose"))
        return None, [(finding, to_staff(finding)) for finding in wanted]
    except Refusal as refused:
        form.add_error(None, Refused(refused))
        return None, []


def _chosen(request: HttpRequest, wanted: tuple[Finding, ...]) -> dict[CheckCode, Choice]:
    """Return what was chosen of what was offered; anything else counts as not chosen."""
    return {
        finding.code: Choice(value)
        for finding in wanted
        if (value := request.POST.get(finding.code.value, "")) in set(finding.choices)
    }
