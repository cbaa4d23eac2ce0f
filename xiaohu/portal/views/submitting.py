"""S16 and S17: check the answers, declare, submit, and know what comes next."""

from collections.abc import Mapping
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import (
    checking,
    drafting,
    estimates,
    expecting,
    queries,
    splitting,
    submitting,
    timing,
)
from xiaohu.closures.models import Case
from xiaohu.core import changes
from xiaohu.core.changes import Change, Shown
from xiaohu.core.checks import Blocked, StaleChecks
from xiaohu.core.consents import ConsentMissing
from xiaohu.core.proofs import IdentityUnverified
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.portal import journey, looked_at, receipts, returned, steps
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import Declaration
from xiaohu.portal.opening import check
from xiaohu.portal.shown import actor_of, masked, shown_case
from xiaohu.portal.views.withdrawing import ENDED_BEFORE
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.ui import rules, shown
from xiaohu.ui.refusals import Sentence, sentence
from xiaohu.ui.shown import messages, told
from xiaohu.ui.templatetags.words import yuan

REFUSED = (StaleChecks, Blocked, IdentityUnverified, ConsentMissing, submitting.Incomplete)
SEEN = 800  # characters of what a form says was shown


@own_case
def review(request: HttpRequest, case: Case) -> HttpResponse:
    """S16: every answer with a way to change it, one box to tick, one button."""
    now = clock.now()
    if CaseState(case.state) not in drafting.EDITABLE:
        return HttpResponseRedirect(reverse("portal:submitted", args=[case.pk]))
    waiting = journey.next_page(case, now=now)
    if waiting != reverse("portal:review", args=[case.pk]):
        return HttpResponseRedirect(waiting)
    form = Declaration(request.POST or None, tail=_digits_asked(case))
    problem: Sentence | None = None
    changed: tuple[Change, ...] = ()
    seen_then = request.POST.get("seen", "")[:SEEN]
    waits = request.method == "POST" and _is_silent(case, now=now)
    if request.method == "POST" and not waits:
        changed = changes.between(changes.read(seen_then), _seen_now(case, now=now))
    if changed:
        form = Declaration(tail=_digits_asked(case))  # What changed is declared anew.
    elif form.is_bound and form.is_valid() and not waits:
        try:
            actor = actor_of(request)
            submitting.submit_case(case_id=case.pk, declared=True, actor=actor, now=now)
            return HttpResponseRedirect(reverse("portal:submitted", args=[case.pk]))
        except REFUSED as refused:
            problem = sentence(refused)
    checked = checking.last(case, now=now)
    facts = [line.facts for line in checked.lines] if checked else []
    decision = expecting.decided_by(case, now=now)
    accepted_at = expecting.accepted_at(decision, now=now)
    estimate = estimates.of(checked, queries.profile_of(case), now=now) if checked else None
    seen = shown_case(case)
    written = changes.written({**changes.facts_shown(facts), **looked_at.answers(case)})
    rows = looked_at.rows(seen, yuan(estimate.payable_fen) if estimate else "")
    former = looked_at.former(request, case, rows) if changed else {}
    page = {
        **seen,
        "bound": masked(lines.contact_of_holder(case.operator, case.holder_id)),
        "was": request.POST.get("was", "") if waits else looked_at.carried(case, rows),
        "former": former,
        "form": form,
        "problem": problem,
        "waits": waits,
        "changed": changed,
        "altered": {one.what.value for one in changed},
        # While the operator is silent, what was declared stays what was seen then.
        "seen": seen_then if waits else written,
        "checked": checked,
        "estimate": estimate,
        "decision": decision,
        "planned": timing.earliest(case, accepted_at=accepted_at),
        "later": shown.later_lines(case, now=accepted_at),
        "news": rules.news_of(case),
        "missing": returned.missing(case, now=now),
    }
    status = 422 if form.errors else 409 if problem or changed else 200
    return render(request, "portal/review.html", page, status=status)


def _is_silent(case: Case, *, now: datetime) -> bool:
    """Ask for the facts afresh, and say whether the operator has not answered yet.

    Where there will be no answer facts stay as they were, and submitting says if they are old.
    """
    return checking.last(case, now=now) is not None and check(case).pending


def _seen_now(case: Case, *, now: datetime) -> Mapping[Shown, str]:
    """Return what a request would be submitted on: what is declared is what is true."""
    checked = checking.last(case, now=now)
    facts = changes.facts_shown(line.facts for line in checked.lines) if checked else {}
    return {**facts, **looked_at.answers(case)}


def _digits_asked(case: Case) -> str:
    """Return the last digits to type: of several lines, or where nothing can be taken back later."""
    masks = lines.shown(queries.lines_of_case(case))
    asked = len(masks) > 1 or queries.profile_of(case).cooling_off.days == 0
    return masks[0].number[-4:] if masks and asked else ""


@own_case
def submitted(request: HttpRequest, case: Case) -> HttpResponse:
    """S17: the reference, the dates, how to take it back."""
    if case.submitted_at is None:
        return HttpResponseRedirect(journey.next_page(case, now=clock.now()))
    if CaseState(case.state) in ENDED_BEFORE:  # nothing of what the receipt announces will come
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    sent = told(messages(case))
    begins = expecting.carried_out(case)
    facts = shown_case(case)
    page = {
        **facts,
        "lost": any(message.lost for message in sent),
        "all_to_come": CaseState(case.state) in WITHDRAWABLE,
        "decided_on": expecting.decided_on(case),
        "begins": steps.about(begins),
        "paid": steps.paid_about(case, begins),
        "refund_by": steps.refund_by(facts),
        "back_fen": steps.expected_back(facts, now=case.submitted_at),
        "apart": splitting.made_from(case),
        "waits": timing.earliest(case, accepted_at=case.submitted_at).not_before is not None,
    }
    return render(request, "portal/submitted.html", page)


@own_case
def receipt(request: HttpRequest, case: Case) -> HttpResponse:
    """S17 to keep: the same on paper."""
    if case.submitted_at is None:
        raise Http404
    answer = HttpResponse(receipts.pdf(case), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}.pdf"'
    return answer
