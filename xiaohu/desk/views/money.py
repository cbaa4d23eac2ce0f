"""What two sides disagree about in money: both side by side, and deciding it, mostly by two people."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.access.models import StaffUser
from xiaohu.closures import reconciling, resolving
from xiaohu.core.calendar import day_of
from xiaohu.core.findings import DecisionReason, FindingDecision, FindingKind, ProofRefused
from xiaohu.core.refusals import Refusal
from xiaohu.desk import money
from xiaohu.desk.entering import staff_only
from xiaohu.desk.money import Row
from xiaohu.queue import clock
from xiaohu.ui.refusals import Sentence, sentence


class Decide(forms.Form):
    """What is to become of a finding, why, and by which document."""

    use_required_attribute = False

    def __init__(self, *args: object, possible: tuple[FindingDecision, ...]) -> None:
        super().__init__(*args)  # type: ignore[arg-type] # the answers, or none
        choose = {"required": _("err.choose"), "invalid_choice": _("err.choose")}
        self.fields |= {
            "decision": forms.ChoiceField(
                label=_("finding.decide.h2"),
                choices=[(one.value, gettext(f"finding.decision.{one}")) for one in possible],
                widget=forms.RadioSelect,
                error_messages=choose,
            ),
            "why": forms.ChoiceField(
                label=_("finding.why"),
                choices=[(one.value, gettext(f"finding.why.{one}")) for one in DecisionReason],
                error_messages=choose,
            ),
            "proof": forms.CharField(
                label=_("finding.proof"),
                max_length=64,
                error_messages=dict.fromkeys(
                    ("required", "max_length"), gettext("refusal.PROOF_REFUSED")
                ),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            ),
        }


@staff_only
def listed(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Show what waits for a decision, for a second person, or was decided."""
    view = request.GET.get("view", "")
    kind = request.GET.get("kind", "")
    view = view if view in money.VIEWS else money.VIEWS[0]
    last, now = reconciling.last(settings.XIAOHU.operator), clock.now()
    page = {
        "view": view,
        "views": money.VIEWS,
        "kind": kind if kind in set(FindingKind) else "",
        "kinds": [(one.value, gettext(f"finding.{one}")) for one in FindingKind],
        "rows": money.listed(view, kind),
        "last": last,
        "waiting": money.waiting(),
        "stale": reconciling.is_stale(settings.XIAOHU.operator, today=day_of(now)),
    }
    return render(request, "desk/money.html", page)


@staff_only
def finding(request: HttpRequest, officer: StaffUser, finding_id: UUID) -> HttpResponse:
    """Show one with both sides; POST proposes, agrees, or takes a proposal off."""
    row = money.one(finding_id)
    if row is None:
        raise Http404
    asked = request.POST.get("do", "")
    form = Decide(*([request.POST] if asked == "propose" else []), possible=row.possible)
    problem = None
    if request.method == "POST" and (asked != "propose" or form.is_valid()):
        try:
            told = _do(asked, row, officer, form, request.POST.get("seen", ""))
        except ProofRefused as refused:
            form.add_error("proof", sentence(refused).what)
        except Refusal as refused:
            problem = sentence(refused)
        else:
            messages.success(request, told)
            return HttpResponseRedirect(reverse("desk:money"))
    return _page(request, officer, money.one(finding_id) or row, form, problem)


def _page(
    request: HttpRequest, officer: StaffUser, row: Row, form: Decide, problem: Sentence | None
) -> HttpResponse:
    page = {
        "row": row,
        "finding": row.finding,
        "form": form,
        "problem": problem,
        "may_decide": money.may_decide(row.finding, officer),
        "own": row.finding.proposed_by_id == officer.pk,
    }
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "desk/finding.html", page, status=status)


def _do(asked: str, row: Row, officer: StaffUser, form: Decide, seen: str) -> str:
    """Do what was asked and return the words of it."""
    now, pk = clock.now(), row.finding.pk
    if asked == "propose":
        said = form.cleaned_data
        done = resolving.propose(
            finding_id=pk,
            decision=FindingDecision(said["decision"]),
            why=DecisionReason(said["why"]),
            proof=said["proof"],
            officer=officer,
            now=now,
        )
        asked = "propose" if done.two_people else "agree"
    elif asked == "agree":
        resolving.agree(finding_id=pk, officer=officer, now=now, seen=seen)
    elif asked == "reject":
        resolving.reject(finding_id=pk, officer=officer, now=now)
    else:
        raise Http404
    return gettext(f"finding.done.{asked}")
