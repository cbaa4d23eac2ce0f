"""S6 and S7: what stands in the way, and the way out of each."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.closures import checking, drafting
from xiaohu.closures.models import Case
from xiaohu.core.checks import CheckCode, CheckGroup, Choice, Finding
from xiaohu.portal import journey
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import OneChoice
from xiaohu.portal.views.starting import check
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence
from xiaohu.ui.said import said


@own_draft
def checks(request: HttpRequest, case: Case) -> HttpResponse:
    """S6: the task list; POST checks again."""
    refused = check(case) if request.method == "POST" else None
    now = clock.now()
    checked = checking.last(case, now=now)
    if checked is None and refused is None:
        refused = check(case)
        checked = checking.last(case, now=now)
    findings = checked.findings if checked is not None else ()
    page = {
        "case": case,
        "checked": checked,
        "groups": [_group(group, findings) for group in CheckGroup] if checked else [],
        "open": sum(finding.blocks for finding in findings),
        "sentence": sentence(refused) if refused is not None else None,
        "go_on": journey.next_page(case, now=now),
    }
    return render(request, "portal/checks.html", page)


@own_draft
def one_check(request: HttpRequest, case: Case, code: str) -> HttpResponse:
    """S7: one obstacle, its choices, and checking again."""
    checked = checking.last(case, now=clock.now())
    finding = next((f for f in checked.findings if f.code == code), None) if checked else None
    if finding is None:
        if code not in set(CheckCode):
            raise Http404
        return HttpResponseRedirect(reverse("portal:checks", args=[case.pk]))
    options = [(c.value, gettext(f"choice.{c.value}")) for c in finding.choices]
    form = OneChoice(
        request.POST or None,
        choices=options,
        initial={"choice": finding.chosen.value if finding.chosen else None},
    )
    if request.method == "POST" and form.is_valid():
        choice = Choice(form.cleaned_data["choice"])
        drafting.choose(case_id=case.pk, check=finding.code, choice=choice)
        check(case)
        return HttpResponseRedirect(reverse("portal:checks", args=[case.pk]))
    page = {"case": case, "finding": finding, "said": said(finding), "form": form}
    return render(request, "portal/one_check.html", page, status=422 if form.errors else 200)


def _group(group: CheckGroup, findings: tuple[Finding, ...]) -> dict[str, object]:
    inside = [finding for finding in findings if finding.group is group]
    return {
        "group": group,
        "findings": [(finding, said(finding)) for finding in inside],
        "blocked": any(finding.blocks for finding in inside),
    }
