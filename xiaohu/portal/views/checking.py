"""S6 and S7: what stands in the way, and the way out of each."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.assistance import calling
from xiaohu.closures import checking, drafting
from xiaohu.closures.checking import Checked
from xiaohu.closures.models import Case
from xiaohu.core.assistance import CallTopic
from xiaohu.core.checks import FRESH_MINUTES, CheckCode, Finding
from xiaohu.core.choices import Choice, settles
from xiaohu.portal import journey
from xiaohu.portal.checklist import Tag, rows
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import OneChoice
from xiaohu.portal.opening import check
from xiaohu.portal.polling import look_again
from xiaohu.queue import clock
from xiaohu.ui import rules, shown
from xiaohu.ui.refusals import sentence
from xiaohu.ui.said import said


@own_draft
def checks(request: HttpRequest, case: Case) -> HttpResponse:
    """S6: the task list; POST checks again. While the operator is silent the page asks for itself again."""
    polled = bool(getattr(request, "htmx", False))
    now = clock.now()
    checked = checking.last(case, now=now)
    heard = None
    if request.method == "POST" or checked is None or checking.is_asking(case):
        heard = check(case, patience_s=0.0 if polled else None)
        checked = checking.last(case, now=now)
    pending = heard is not None and heard.pending
    refused = heard.refused if heard is not None else None
    asked = calling.of_case(case.pk, CallTopic.CHECKS)
    groups = rows(checked, asked=asked is not None, pending=pending)
    page = {
        "case": case,
        "checked": checked,
        "pending": pending,
        "look_again": look_again(request) if pending else None,
        "groups": groups,
        "all_passed": all(row.tag is Tag.PASSED for row in groups),
        "open": sum(f.blocks for f in checked.findings) if checked is not None else 0,
        "sentence": sentence(refused) if refused is not None else None,
        "asked": asked,
        "go_on": journey.next_page(case, now=now),
        "news": rules.news_of(case),
        "fresh_minutes": FRESH_MINUTES,
    }
    return render(request, f"portal/checks.html{'#checks' if polled else ''}", page)


@own_draft
def one_check(request: HttpRequest, case: Case, code: str) -> HttpResponse:
    """S7: one obstacle, its choices, and checking again."""
    if code == CheckCode.RESTRICTED_GRADED:
        return HttpResponseRedirect(reverse("portal:restriction", args=[case.pk]))
    if code not in set(CheckCode):
        raise Http404
    finding = _most_pressing(checking.last(case, now=clock.now()), code)
    return _choosing(request, case, finding, "portal/one_check.html")


@own_draft
def restriction(request: HttpRequest, case: Case) -> HttpResponse:
    """S7b: why a line is limited, how that ends and whom to appeal to; only then what to choose."""
    checked = checking.last(case, now=clock.now())
    finding = _most_pressing(checked, CheckCode.RESTRICTED_GRADED)
    limited = [
        (mask, line.facts)
        for line, mask in (shown.masked(checked) if checked is not None else ())
        if line.facts.is_restricted
    ]
    return _choosing(
        request,
        case,
        finding,
        "portal/restriction.html",
        elsewhere=request.path,  # the page says how to restore or to appeal
        limited=limited,
        several=len(limited) > 1,
    )


def _choosing(
    request: HttpRequest,
    case: Case,
    finding: Finding | None,
    template: str,
    *,
    elsewhere: str = "",
    **more: object,
) -> HttpResponse:
    """Show an obstacle with its choices and record the one made; without it, go back to the list.

    Whoever chooses what is done elsewhere goes on at the page `elsewhere`; without one it is
    looked at once more, and said here what that found.
    """
    back = reverse("portal:checks", args=[case.pk])
    if finding is None:
        return HttpResponseRedirect(back)
    choices = [(c.value, gettext(f"choice.{c.value}")) for c in finding.choices]
    again = request.method == "POST" and "again" in request.POST
    sent = OneChoice(None if again else request.POST or None, choices=choices)
    if request.method == "POST" and not again and sent.is_valid():
        choice = Choice(sent.cleaned_data["choice"])
        drafting.choose(case_id=case.pk, check=finding.code, choice=choice)
        if settles(choice) or elsewhere:
            check(case)
            return HttpResponseRedirect(f"{back}#open" if settles(choice) else elsewhere)
        again = True
    refused, still = None, None
    if again:
        before, heard = said(finding), check(case)
        if heard.pending:
            return HttpResponseRedirect(back)
        refused = heard.refused
        finding = _most_pressing(checking.last(case, now=clock.now()), finding.code)
        if refused is None and (finding is None or not finding.blocks):
            messages.success(request, gettext("checks.one_done"))
            return HttpResponseRedirect(f"{back}#open")
        if finding is None:
            return HttpResponseRedirect(back)
        still = None if refused is not None else _still(before, said(finding))
    chosen = finding.chosen.value if finding.chosen else None
    form = sent if sent.errors else OneChoice(None, choices=choices, initial={"choice": chosen})
    checked = checking.last(case, now=clock.now())
    page = {
        "case": case,
        "finding": finding,
        "said": said(finding),
        "form": form,
        "sentence": sentence(refused) if refused is not None else None,
        "still": still,
        "checked_at": checked.gathered_at if checked is not None else None,
        "concerned": _concerned(checked, finding),
        "asked": calling.of_case(case.pk, CallTopic.CHECKS),
        **more,
    }
    wrong = form.errors or still is not None
    return render(request, template, page, status=422 if wrong else 200)


def _concerned(checked: Checked | None, finding: Finding) -> list[str]:
    """Return the numbers an obstacle is of, where it is not of all of them."""
    if checked is None or len(checked.lines) == 1:
        return []
    lines = shown.masked(checked)
    found = [mask for line, mask in lines if finding in line.findings]
    return found if len(found) < len(lines) else []


def _still(before: str, now: str) -> dict[str, str]:
    """Return what a second look found: the same, or something else."""
    return {"before": before, "now": now} if before != now else {}


def _most_pressing(checked: Checked | None, code: str) -> Finding | None:
    """Return a finding of a code, of a line it still blocks where there is one."""
    found = [finding for finding in checked.findings if finding.code == code] if checked else []
    return next((finding for finding in found if finding.blocks), found[0] if found else None)
