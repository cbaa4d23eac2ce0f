"""Which page comes next: the first whose answer is missing, in the order of the journey."""

from datetime import datetime

from django.urls import reverse

from xiaohu.closures import applying, checking, exporting
from xiaohu.closures.drafting import EDITABLE
from xiaohu.closures.models import Case
from xiaohu.core.proofs import TWO_KINDS
from xiaohu.core.questions import next_unasked
from xiaohu.core.states import CaseState


def next_page(case: Case, *, now: datetime) -> str:
    """Return the path of the first page that still needs an answer."""
    return reverse(f"portal:{_next(case, now)}", args=[case.pk])


def home_of(case: Case, *, now: datetime) -> str:
    """Return where a person goes on with a case: its next question, or where it stands."""
    if CaseState(case.state) is CaseState.DRAFT:
        return next_page(case, now=now)
    return reverse("portal:case", args=[case.pk])


def _next(case: Case, now: datetime) -> str:
    if CaseState(case.state) not in EDITABLE:
        return "case"
    if not applying.is_named(case):
        return "who"
    checked = checking.last(case, now=now)
    if checked is None or not checked.clear:
        return "checks"
    standing = applying.standing(case, now=now)
    if standing.reached < TWO_KINDS:
        return "documents" if case.by_paper and standing.lacking else "prove"
    if standing.lacking:
        return "documents"
    question = next_unasked(case.passed, proved=exporting.proved(case))
    if question is not None:
        return question.value
    if checked.pays and not case.refund_route:
        return "balance"
    if not case.contact_confirmed:
        return "contact"
    if not case.effects_read:
        return "effects"
    return "review"
